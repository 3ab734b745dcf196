"""A correction of an issue in mid-send: what was taken out, why, by whom, and what the issue says since then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from digest.model.issue import Issue


@dataclass(frozen=True, slots=True)
class Amendment:
    """`number` is the rendition's: the first amendment makes rendition 2. `dropped` are article ids; `moved` counts the
    recipients who were still to get the issue, and get this rendition."""

    number: int
    at: datetime
    by: str
    reason: str
    dropped: tuple[int, ...]
    moved: int
    content: Issue
