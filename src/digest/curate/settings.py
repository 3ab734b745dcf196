"""What `config` hands to curating."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CurateSettings:
    """Budgets of one digest: an issue has at least `min_articles` and at most `max_articles`.

    `sentences` and `max_chars` bound each summary. `subject` and `preheader` are fixed words that replace the
    generated ones when not empty ("{title}" stands for the top title, "{n}" for the number of articles).
    """

    min_articles: int = 1
    max_articles: int = 12
    sentences: int = 2
    max_chars: int = 280
    max_per_author: int = 0
    half_life_days: float = 0.0
    subject: str = ""
    preheader: str = ""
