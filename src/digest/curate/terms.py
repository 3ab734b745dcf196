"""Text to the terms that two texts can share: stems, or character pairs where words are not spaced.

Does not weigh anything. Invariant: the same text and language give the same terms in the same order; stop words and
single Latin letters are not terms.

Why this way: Snowball is 100 kB of pure Python and needs no download; a stem costs 23 us the first time (3.5 us in
English, `english`), so stems are kept (bounded), which is what makes ranking fast after the first few articles.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from typing import cast

from digest.curate.english import stem as english_stem
from digest.curate.stopwords import STOP_WORDS

_MARKS = (
    r"\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff"
)
_WORD = re.compile(rf"[\w{_MARKS}\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3\u200c\u200d]+(?:['’][\w]+)*")
# Lower case, and a space for what is in no word: what `_WORD` finds in ASCII without apostrophes, three times as fast.
_ONLY_WORDS = bytes(ord(c.lower()) if c.isascii() and re.match(r"\w", c) else 32 for c in map(chr, range(256)))
_UNSPACED = re.compile("[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7a3\u0e00-\u0eff\u1000-\u109f\u1780-\u17d3]")
_MAX_STEMS = 20_000  # about 3 MB a language
_MAX_STEMMED = 60  # characters; what is longer is an address or a pasted key, and costs by its length

_ALGORITHMS = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek",
    "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque", "fa": "persian", "fi": "finnish",
    "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip


class _Stems(dict[str, "str | None"]):
    """A stem for each word met, "" for what is no term. None, and not kept, for a run of characters that is several
    words; `has_runs` remembers that there was one."""

    def __init__(self, language: str) -> None:
        super().__init__(dict.fromkeys(STOP_WORDS.get(language, ()), ""))
        self.language, self.has_runs = language, False

    def __missing__(self, word: str) -> str | None:
        if word.isascii():
            if self.language == "en" and 1 < len(word) <= _MAX_STEMMED:  # most of what is learnt, by the short way
                stem = self[word] = english_stem(word.removesuffix("'s"))
                return stem
        elif _UNSPACED.search(word):
            self.has_runs = True
            return None
        stem = self[word] = _stem(word, self.language)
        return stem


class _Local(threading.local):
    """A Snowball stemmer keeps the word it works on in itself: one per thread."""

    def __init__(self) -> None:
        self.stemmers: dict[str, Callable[[str], str] | None] = {}
        self.stems: dict[str, _Stems] = {}


_local = _Local()


def words(text: str) -> list[str]:
    """The words of `text` in lower case, combining marks included, apostrophes kept inside."""
    if text.isascii() and "'" not in text:
        return text.encode().translate(_ONLY_WORDS).decode().split()
    found: list[str] = _WORD.findall(text.lower().replace("’", "'"))
    return found


def terms(found: Sequence[str], language: str) -> list[str]:
    """Content terms of what `words` found, in order, repetitions kept. `language`: a primary subtag or ""."""
    stems = _kept(language)
    got = list(map(stems.__getitem__, found))
    if stems.has_runs and None in got:
        return [term for word, stem in zip(found, got, strict=True) for term in _split_up(word, stem)]
    return [stem for stem in got if stem]


def _kept(language: str) -> _Stems:
    stems = _local.stems.get(language)
    if stems is None or len(stems) > _MAX_STEMS:
        stems = _local.stems[language] = _Stems(language)
    return stems


def _split_up(word: str, stem: str | None) -> Sequence[str]:
    if stem is None:
        return _pairs(word)
    return (stem,) if stem else ()


def _stem(word: str, language: str) -> str:
    if len(word) == 1 and not word.isdigit():
        return ""
    word = word.removesuffix("'s")
    if language in ("fr", "it", "ca") and "'" in word:
        word = word.rsplit("'", 1)[1]  # l'article, dell'anno
    stemmer = _stemmer(language) if len(word) <= _MAX_STEMMED else None
    return stemmer(word) if stemmer else word


def _stemmer(language: str) -> Callable[[str], str] | None:
    if language == "en":
        return english_stem
    if language not in _local.stemmers:
        algorithm = _ALGORITHMS.get(language)
        _local.stemmers[language] = _load(algorithm) if algorithm else None
    return _local.stemmers[language]


def _load(algorithm: str) -> Callable[[str], str] | None:
    import snowballstemmer

    if algorithm not in snowballstemmer.algorithms():  # an older Snowball knows fewer languages
        return None
    return cast(Callable[[str], str], snowballstemmer.stemmer(algorithm).stemWord)


def _pairs(run: str) -> Sequence[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)] if len(run) > 1 else [run]
