"""What `config` hands to gathering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One `[source.NAME]`: exactly one of `url` and `path` (kind "files", absolute) is set.

    `kind`: "auto" finds out what `url` is; the others are in `kinds.KINDS`. `headers` and `key` are sent to the
    source's own origin only (secrets already resolved). `timezone` (IANA) is given to naive times. `title` is how
    readers see the source; empty: the feed's own title, or the name. `enrich`: whether articles' pages are read; None:
    where the list has only an excerpt. `match` is a pattern of the paths that count, for sitemaps and listings.
    """

    name: str
    kind: str = "feed"
    url: str | None = None
    path: Path | None = None
    title: str = ""
    timezone: str = "UTC"
    language: str | None = None
    url_template: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str = field(default="", repr=False)
    enrich: bool | None = None
    match: str = ""

    @property
    def is_private(self) -> bool:
        """Whether what comes back was given to us alone: a header of the source's own is a credential."""
        return any(not name.lower().startswith("accept") and name.lower() != "user-agent" for name in self.headers)


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Limits of fetching. `allow_hosts` are host names or CIDR networks that may be private (demo, intranet).

    `every_s`: seconds between two looks at a source while no issue is due. `recheck`: whether chosen articles and
    their pictures are asked for again before an issue freezes.
    """

    user_agent: str
    allow_hosts: tuple[str, ...] = ()
    max_bytes: int = 15 * 1024 * 1024
    total_s: float = 30.0
    threads: int = 8
    gap_s: float = 0.5
    recheck: bool = True
    every_s: float = 3 * 3600.0
