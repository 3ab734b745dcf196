"""What `config` hands to gathering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """One `[source.NAME]`: exactly one of `url` (kind "feed") and `path` (kind "files", absolute) is set.

    `headers` are sent to the source's own host only (secrets already resolved). `timezone` (IANA) is given to naive
    times. `title` is how readers see the source; empty: the feed's own title, or the name.
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


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Limits of fetching. `allow_hosts` are host names or CIDR networks that may be private (demo, intranet)."""

    user_agent: str
    allow_hosts: tuple[str, ...] = ()
    max_bytes: int = 15 * 1024 * 1024
    total_s: float = 30.0
    threads: int = 8
