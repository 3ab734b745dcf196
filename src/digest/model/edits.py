"""What an editor has decided about one issue, as a value: the input of curating beside the articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

OVERRIDE_KINDS = ("pin", "drop", "move", "title", "summary", "image", "intro", "subject", "preheader")


@dataclass(frozen=True, slots=True)
class Override:
    """One change of an issue by a person. `article_id` is None for what concerns the whole issue.

    `value` by kind: move: the place, from 1; title, summary, intro, subject, preheader: the text; image: its URL, ""
    for none; pin and drop: "". `undone_at` is None while it holds.
    """

    id: int
    kind: str
    article_id: int | None
    value: str | int
    at: datetime
    by: str = ""
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edits:
    """The overrides that hold, folded: the last one of a kind wins.

    `pinned` in the order they were pinned; `moves` are (article id, place from 1) in the order they were made.
    """

    pinned: tuple[int, ...] = ()
    dropped: frozenset[int] = frozenset()
    moves: tuple[tuple[int, int], ...] = ()
    titles: Mapping[int, str] = field(default_factory=dict)
    summaries: Mapping[int, str] = field(default_factory=dict)
    images: Mapping[int, str] = field(default_factory=dict)
    intro: str = ""
    subject: str = ""
    preheader: str = ""
