"""Whether a sentence may stand alone in a summary. Pure yes-or-no rules; what a sentence is worth is `ranking`'s.

Invariant: what passes `is_whole` ends where its writer ended it and closes what it opens. `needs_before` says that it
leans on the sentence before it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from digest.curate.scripts import SPACELESS
from digest.curate.sentences import is_balanced
from digest.curate.stopwords import OPENERS, OPENING_PHRASES, SELF_CONTAINED_NEXT

MIN_WORDS, MAX_WORDS = 5, 45
MIN_UNSPACED, MAX_UNSPACED = 10, 110  # characters, where words are not spaced

_CLOSERS = "\"'”’“»«›‹)]}」』）】》"
_TERMINALS = ".!?。！？｡।॥۔؟։။።។༎᠃"
_TRAILING_OFF = ("…", "..", ". .")
_PLACEHOLDER_WORD = re.compile(r"\b(?:BLANK|TBD|TBA|TBC|TKTK|TK|TODO|FIXME|XXX+|[Ll]orem ipsum|LOREM IPSUM)\b")
_PLACEHOLDER_MARK = re.compile(
    r"[\[{<]\s{0,9}(?:[Ii]nsert|INSERT|[Pp]laceholder|your|[Nn]ame [Hh]ere)\b|\[(?:…|\.\.\.|\+\d+ chars)\]"
)
_PLACEHOLDER_SIGNS = ("{{", "}}", "____", "???")
# One of these is in whatever the pattern matches; looking for them is twenty times as fast as trying it.
_WORD_HINTS = ("BLANK", "TB", "TK", "TODO", "FIXME", "XXX", "orem ipsum", "LOREM")
_MARK_HINTS = "[{<"
_LIST_ITEM = re.compile(r"(?:[-*•‣▪◦·→>#]|\(?\d{1,3}[.)])\s")
_POINTING = ("this", "these", "that")
_LEADING = " \t\n\"'“”„«»‹›([「『（—–-¿¡"


def has_placeholder(text: str) -> bool:
    """Words a writer meant to replace: BLANK, TBD, TK, lorem ipsum, [insert ...]."""
    for sign in _PLACEHOLDER_SIGNS:
        if sign[0] in text and sign in text:  # one character is looked for twenty times as fast as two
            return True
    for hint in _WORD_HINTS:
        if hint in text and _PLACEHOLDER_WORD.search(text):
            return True
    return any(hint in text for hint in _MARK_HINTS) and _PLACEHOLDER_MARK.search(text) is not None


def is_whole(sentence: str, script: str) -> bool:
    """Ends with a terminal mark (or as its script ends phrases), balanced, not trailing off, not a list item."""
    stripped = sentence.rstrip(_CLOSERS + " ")
    if not stripped or not (stripped[-1] in _TERMINALS or _ends_by_script(sentence, script)):
        return False
    if stripped.endswith(_TRAILING_OFF) or _LIST_ITEM.match(sentence):
        return False
    return is_balanced(sentence)


def _ends_by_script(sentence: str, script: str) -> bool:
    """Thai, Lao and Khmer have no full stop; Greek asks with ";"."""
    if script == "Greek":
        return sentence.rstrip(_CLOSERS + " ")[-1] in ";;"
    return script in SPACELESS and sentence[-1] not in ",:;-–—" and not sentence[-1].isdigit()


def has_sensible_length(sentence: str, words: int, script: str) -> bool:
    if script in ("Han", "Kana") or script in SPACELESS:
        return MIN_UNSPACED <= len(sentence) <= MAX_UNSPACED
    return MIN_WORDS <= words <= MAX_WORDS


def needs_before(sentence: str, words: Sequence[str], language: str) -> bool:
    """Whether it opens with a pronoun or connective that points at the sentence before. `words` in lower case."""
    phrases = OPENING_PHRASES.get(language)
    if phrases and sentence[:60].lstrip(_LEADING)[:30].lower().startswith(phrases):
        return True
    openers = OPENERS.get(language)
    if not openers or not words:
        return False
    first = words[0].split("'")[0]
    if first not in openers:
        return False
    return not (first in _POINTING and len(words) > 1 and words[1] in SELF_CONTAINED_NEXT)
