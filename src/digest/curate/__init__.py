"""Choose and summarise: from gathered articles to the draft of an issue.

Reading order: `compose.curate` (the whole stage in one function) -> `cluster` (told twice) -> `select` (which, in what
order, why) -> `relate` and `sections` (what stands together) -> `summary/` (two whole sentences) -> `subject` (the
issue's own words). Below them: `sentences`, `terms`, `language`, `scripts`, and the words in `stopwords`.

Does not gather, store, render, read a clock or open a connection. Invariants: everything said about an article is the
article's own words; the same snapshot gives the same draft. Heavy imports (sentencex, Snowball, py3langid) happen at
first use, so that importing this costs a few milliseconds.
"""

from digest.curate.compose import Draft, OwnWords, Summarizer, Wanted, curate, retell
from digest.curate.language import detect_language, direction, reading_minutes
from digest.curate.relate import groups, related
from digest.curate.select import Choice, Scored, choose, score
from digest.curate.sentences import split_sentences
from digest.curate.settings import CurateSettings
from digest.curate.summary.extractive import summarize

__all__ = [
    "Choice", "CurateSettings", "Draft", "OwnWords", "Scored", "Summarizer", "Wanted", "choose", "curate",
    "detect_language", "direction", "groups", "reading_minutes", "related", "retell", "score", "split_sentences",
    "summarize",
]  # fmt: skip
