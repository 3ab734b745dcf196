"""Text to the terms that two texts can share: stems, or character pairs where words are not spaced.

Does not weigh anything. Invariant: the same text and language give the same terms in the same order; stop words and
single Latin letters are not terms.

Why this way: Snowball is 100 kB of pure Python and needs no download; a stem costs 23 us the first time, so stems are
kept (bounded), which is what makes ranking fast after the first few articles.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Protocol, cast

from digest.curate.stopwords import STOP_WORDS

_MARKS = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
)
_WORD = re.compile(rf"[\w{_MARKS}\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u200c\u200d]+(?:['’][\w]+)*")
_UNSPACED = re.compile("[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3]")
_MAX_STEMS = 50_000

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


class _Local(threading.local):
    """A Snowball stemmer keeps the word it works on in itself: one per thread."""

    def __init__(self) -> None:
        self.stemmers: dict[str, _Stemmer | None] = {}
        self.stems: dict[str, dict[str, str]] = {}


_local = _Local()


def words(text: str) -> list[str]:
    """The words of `text` in lower case, combining marks included, apostrophes kept inside."""
    return cast(list[str], _WORD.findall(text.lower().replace("’", "'")))


def terms(found: Sequence[str], language: str) -> list[str]:
    """Content terms of what `words` found, in order, repetitions kept. `language`: a primary subtag or ""."""
    stop = _stop_words(language)
    stems = _local.stems.setdefault(language, {})
    if len(stems) > _MAX_STEMS:
        stems.clear()
    result: list[str] = []
    for word in found:
        if word in stop:
            continue
        stem = stems.get(word)
        if stem is None:
            if not word.isascii() and _UNSPACED.search(word):
                result += _pairs(word)
                continue
            stem = stems[word] = _stem(word, language)
        if stem:
            result.append(stem)
    return result


@cache
def _stop_words(language: str) -> frozenset[str]:
    return STOP_WORDS.get(language, frozenset())


def _stem(word: str, language: str) -> str:
    if len(word) == 1 and not word.isdigit():
        return ""
    word = word.removesuffix("'s")
    if language in ("fr", "it", "ca") and "'" in word:
        word = word.rsplit("'", 1)[1]  # l'article, dell'anno
    stemmer = _stemmer(language)
    return stemmer.stemWord(word) if stemmer else word


def _stemmer(language: str) -> _Stemmer | None:
    if language not in _local.stemmers:
        algorithm = _ALGORITHMS.get(language)
        _local.stemmers[language] = _load(algorithm) if algorithm else None
    return _local.stemmers[language]


def _load(algorithm: str) -> _Stemmer | None:
    import snowballstemmer

    if algorithm not in snowballstemmer.algorithms():  # an older Snowball knows fewer languages
        return None
    return cast(_Stemmer, snowballstemmer.stemmer(algorithm))


def _pairs(run: str) -> Iterator[str]:
    if len(run) == 1:
        yield run
    for i in range(len(run) - 1):
        yield run[i : i + 2]
