"""What `config` hands to curating."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SECTIONS = ("none", "source", "tag", "cluster")


@dataclass(frozen=True, slots=True)
class CurateSettings:
    """Budgets of one digest: an issue has at least `min_articles` and at most `max_articles`.

    `sentences` and `max_chars` bound each summary. `subject` and `preheader` are fixed words that replace the
    generated ones when not empty ("{title}" stands for the top title, "{n}" for the number of articles).
    `max_per_source` is a share of the issue (0 to 1). `boosts` maps a tag (any case) to what it adds to a score, -1
    to 1. `sections` is one of `SECTIONS`; `section_order` names headings that come first, in that order (for "tag":
    the only tags that make a section, when given).
    """

    min_articles: int = 1
    max_articles: int = 12
    sentences: int = 2
    max_chars: int = 280
    max_per_author: int = 0
    max_per_source: float = 0.4
    half_life_days: float = 0.0
    boosts: Mapping[str, float] = field(default_factory=dict)
    sections: str = "none"
    section_order: tuple[str, ...] = ()
    subject: str = ""
    preheader: str = ""
