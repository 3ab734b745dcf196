"""What `config` hands to the audience."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ListSettings:
    """One `[list.NAME]`: a CSV file read at each freeze (`csv`, absolute), or a list kept in the database (None).

    `max_shrink` and `max_grow` are the shares beyond which a changed list is not sent to without asking.
    """

    name: str
    title: str = ""
    csv: Path | None = None
    topics: tuple[str, ...] = ()
    max_shrink: float = 0.20
    max_grow: float = 0.50
