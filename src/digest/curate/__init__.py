"""Choose and summarise: from gathered articles to the draft of an issue.

Reading order: `compose.curate` (the whole stage in one function) -> `cluster` (told twice) -> `select` (which, in what
order, why) -> `relate` and `sections` (what stands together) -> `summary/` (two whole sentences) -> `subject` (the
issue's own words). Below them: `sentences`, `terms`, `language`, `scripts`, and the words in `stopwords`.

Does not gather, store, render, read a clock or open a connection. Invariants: everything said about an article is the
article's own words; the same snapshot gives the same draft. Heavy imports (sentencex, Snowball, py3langid) happen at
first use, and so do the names below: a configuration needs only the settings.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.curate.compose import Draft, OwnWords, Summarizer, Wanted, curate, retell
    from digest.curate.language import detect_language, direction, reading_minutes
    from digest.curate.relate import groups, related
    from digest.curate.select import Choice, Scored, choose, score
    from digest.curate.sentences import split_sentences
    from digest.curate.settings import CurateSettings
    from digest.curate.summary.extractive import summarize

_HOME = {
    "Choice": "select", "CurateSettings": "settings", "Draft": "compose", "OwnWords": "compose", "Scored": "select",
    "Summarizer": "compose", "Wanted": "compose", "choose": "select", "curate": "compose",
    "detect_language": "language", "direction": "language", "groups": "relate", "reading_minutes": "language",
    "related": "relate", "retell": "compose", "score": "select", "split_sentences": "sentences",
    "summarize": "summary.extractive",
}  # fmt: skip

__all__ = [
    "Choice", "CurateSettings", "Draft", "OwnWords", "Scored", "Summarizer", "Wanted", "choose", "curate",
    "detect_language", "direction", "groups", "reading_minutes", "related", "retell", "score", "split_sentences",
    "summarize",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
