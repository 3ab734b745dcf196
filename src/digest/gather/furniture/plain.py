"""One form for every spelling of a line: what the tables of this package are written in. Pure.

Invariant: `plain` keeps the length of what `shown` returns, so a span found in it is a span of the line itself and a
name keeps its own letters; `bare` keeps no lengths and is for looking up whole lines.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from functools import cached_property

# Directional marks, joiners at the ends and variation selectors: nothing a reader sees.
_UNSEEN = re.compile("[\u200b\u200e\u200f\u061c\u2060\u2066-\u2069\u202a-\u202e\ufeff\ufe0e\ufe0f]")
_ZEROS = (0x660, 0x6F0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0x1040, 0x17E0)
_SAME: dict[int, str] = {zero + digit: str(digit) for zero in _ZEROS for digit in range(10)}
_SAME |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width ASCII
_SAME |= dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u200a\u202f\u3000\t"), " ")
_SAME |= dict.fromkeys(map(ord, "’‘ʼ‛ʻ`´"), "'")
_SAME |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2212"), "-")
_SAME |= {ord("٬"): ",", ord("٫"): ".", ord("،"): ",", ord("؛"): ";", ord("İ"): "i", ord("॰"): ".", ord("∶"): ":"}
EDGE_MARKS = " \t:.…!?*_#<>→←▶◀»«›‹✓✔☰▼▲►◄+-–—·•∙◦|()[]“”„\"'~^&/\\,;=、。✕×🔗📧⋮"
_VOWEL_MARKS = re.compile("[\u064b-\u0652\u0640]")  # Arabic short vowels and the stretching bar
_ENTITY = re.compile(r"&(?:#\d{2,6}|#[xX][0-9a-fA-F]{2,5}|[a-zA-Z]{2,8}\d?);")
_KEPT_ENTITIES = frozenset(["&lt;", "&gt;", "&LT;", "&GT;"])  # somebody may be writing about markup


def shown(line: str) -> str:
    """`line` without marks that show nothing, stripped."""
    return _UNSEEN.sub("", line).strip() if not line.isascii() else line.strip()


def plain(text: str) -> str:
    """Of the same length: digits and full-width signs in ASCII, one apostrophe, one hyphen, plain blanks."""
    return text if text.isascii() else text.translate(_SAME)


def bare(line: str) -> str:
    """For looking up: lower case, one blank between words, no marks at the ends."""
    low = plain(shown(line)).lower()
    if not low.isascii():
        low = unicodedata.normalize("NFC", _VOWEL_MARKS.sub("", low.replace("…", "...")))
    return " ".join(low.strip(EDGE_MARKS).split())


def words(*rows: str) -> frozenset[str]:
    """A table of phrases separated by `|`, each as `bare` gives it."""
    return frozenset(bare(phrase) for row in rows for phrase in row.split("|") if phrase.strip())


def terms(text: str) -> frozenset[str]:
    """Single words, as they are."""
    return frozenset(text.split())


def either(*rows: str) -> str:
    """Rows of patterns separated by `|` as the inside of one group, the longer first, so that none hides another."""
    found = dict.fromkeys(pattern for row in rows for pattern in _split(row) if pattern)
    return "|".join(sorted(found, key=len, reverse=True))


class Pattern:
    """A regular expression that is compiled when it is first asked.

    Why this way: the tables of fifteen languages take 250 ms to compile, and most runs of gathering read only feeds.
    """

    def __init__(self, source: str, flags: re.RegexFlag = re.NOFLAG) -> None:
        self._source, self._flags = source, flags

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self._source, self._flags)

    def match(self, text: str, at: int = 0) -> re.Match[str] | None:
        return self.compiled.match(text, at)

    def fullmatch(self, text: str, at: int = 0) -> re.Match[str] | None:
        return self.compiled.fullmatch(text, at)

    def search(self, text: str) -> re.Match[str] | None:
        return self.compiled.search(text)

    def finditer(self, text: str, start: int = 0, end: int = sys.maxsize) -> Iterator[re.Match[str]]:
        return self.compiled.finditer(text, start, end)


def _split(row: str) -> list[str]:
    """At the bars that stand outside brackets."""
    parts, depth, current = [], 0, ""
    for char in row:
        depth += (char == "(") - (char == ")")
        if char == "|" and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += char
    return [*parts, current.strip()]


def without_entities(text: str) -> str:
    """`&nbsp;` and its like resolved; `&lt;` stays what it is."""
    if "&" not in text:
        return text
    from html import unescape

    return _ENTITY.sub(lambda match: match[0] if match[0] in _KEPT_ENTITIES else unescape(match[0]), text)
