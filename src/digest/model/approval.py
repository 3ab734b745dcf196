"""What a person let go out: the content itself, kept with its hash, who approved it and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from digest.model.issue import Issue


@dataclass(frozen=True, slots=True)
class Approved:
    """The content that was approved, whole, so that exactly this goes out.

    `hash` is of what a reader sees (HTML and text, without numbers and dates of sending). `articles` maps the article's
    id, as text, to the hash of its content; `changes` are the ids of the editor's changes that held. `folded` and
    `passed_over` say what became of the other candidates, as curating did.
    """

    hash: str
    issue: Issue
    articles: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[int, ...] = ()
    folded: tuple[tuple[int, int], ...] = ()
    passed_over: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval. The latest of an issue counts, and only while nothing that readers would see has changed."""

    id: int
    at: datetime
    by: str
    content: Approved
