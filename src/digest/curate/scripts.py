"""Which script a text is written in, as far as curating needs to know; and cutting it without breaking a letter.

Does not know languages, sentences or words. Invariant: `clusters` joined is the given text, and no cluster boundary
falls inside a combining sequence, a Hangul syllable, an Indic conjunct, a flag or an emoji ZWJ sequence.

Why this way: Unicode's own tables for grapheme clusters (UAX #29) are not in the standard library, and the general
categories that are there suffice for titles; over-joining (never splitting a conjunct) errs on the side of the reader.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator

# First code point of a block, and the script from there on; "" is what we need not tell apart.
_BLOCKS: tuple[tuple[int, str], ...] = (
    (0x0000, ""), (0x0041, "Latin"), (0x005B, ""), (0x0061, "Latin"), (0x007B, ""), (0x00AA, "Latin"), (0x00AB, ""),
    (0x00BA, "Latin"), (0x00BB, ""), (0x00C0, "Latin"), (0x0250, "Latin"), (0x02B0, ""), (0x0370, "Greek"),
    (0x0400, "Cyrillic"), (0x0530, "Armenian"), (0x0590, "Hebrew"), (0x0600, "Arabic"), (0x0700, "Syriac"),
    (0x0750, "Arabic"), (0x0780, "Thaana"), (0x07C0, "Nko"), (0x0800, "Hebrew"), (0x0860, "Arabic"),
    (0x0900, "Devanagari"), (0x0980, "Bengali"), (0x0A00, "Gurmukhi"), (0x0A80, "Gujarati"), (0x0B00, "Oriya"),
    (0x0B80, "Tamil"), (0x0C00, "Telugu"), (0x0C80, "Kannada"), (0x0D00, "Malayalam"), (0x0D80, "Sinhala"),
    (0x0E00, "Thai"), (0x0E80, "Lao"), (0x0F00, "Tibetan"), (0x1000, "Myanmar"), (0x10A0, "Georgian"),
    (0x1100, "Hangul"), (0x1200, "Ethiopic"), (0x13A0, ""), (0x1780, "Khmer"), (0x1800, "Mongolian"), (0x18B0, ""),
    (0x1E00, "Latin"), (0x1F00, "Greek"), (0x2000, ""), (0x2E80, "Han"), (0x3000, ""), (0x3005, "Han"), (0x3008, ""),
    (0x3041, "Kana"), (0x3100, "Han"), (0x3130, "Hangul"), (0x3190, "Han"), (0x31F0, "Kana"), (0x3200, ""),
    (0x3400, "Han"), (0x4DC0, ""), (0x4E00, "Han"), (0xA000, ""), (0xA720, "Latin"), (0xA800, ""), (0xAC00, "Hangul"),
    (0xD7B0, "Hangul"), (0xD800, ""), (0xF900, "Han"), (0xFB00, "Latin"), (0xFB1D, "Hebrew"), (0xFB50, "Arabic"),
    (0xFE00, ""), (0xFE70, "Arabic"), (0xFF00, ""), (0xFF66, "Kana"), (0xFFA0, "Hangul"), (0xFFE0, ""),
    (0x10800, "Hebrew"), (0x11000, ""), (0x1E900, "Adlam"), (0x1E960, ""), (0x20000, "Han"), (0x32000, ""),
)  # fmt: skip
_STARTS = [start for start, _ in _BLOCKS]
_NAMES = [name for _, name in _BLOCKS]

RTL = frozenset({"Arabic", "Hebrew", "Syriac", "Thaana", "Nko", "Adlam"})
SPACELESS = frozenset({"Thai", "Lao", "Khmer", "Myanmar"})  # spaces part phrases, not words
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_ZWJ = "\u200d"
_VIRAMAS = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0c4d\u0ccd\u0d4d\u0dca\u1039\u17d2")


def script_of(character: str) -> str:
    """The script of one character ("" for what belongs to none: digits, punctuation, symbols, spaces)."""
    return _NAMES[bisect_right(_STARTS, ord(character)) - 1]


def count_scripts(text: str, limit: int = 1200) -> Counter[str]:
    """Characters by script in the first `limit` characters; what belongs to no script is left out."""
    sample = text[:limit]
    counts: Counter[str] = Counter()
    counts["Latin"] = len(sample.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    for character, n in Counter(_BEYOND_ASCII.findall(sample)).items():
        counts[script_of(character)] += n
    del counts[""]
    return +counts


def main_script(text: str) -> str:
    """The script most of the text is in; "" where there are no letters. Han with some kana is "Kana" (Japanese)."""
    if text.isascii():
        return "Latin" if any(map(str.isalpha, text)) else ""
    counts = count_scripts(text)
    if not counts:
        return ""
    if counts["Kana"] and counts["Kana"] * 6 >= counts["Han"] and counts["Han"] + counts["Kana"] > counts["Latin"]:
        return "Kana"
    return min(counts, key=lambda script: (-counts[script], script))


def joins_without_space(script: str) -> bool:
    """Whether sentences of this script follow each other without a space."""
    return script in ("Han", "Kana") or script in SPACELESS


def width(text: str) -> int:
    """How much room the text takes: East Asian wide characters count two, all others one; so never below `len`."""
    return len(text) if text.isascii() else len(text) + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def clusters(text: str) -> Iterator[str]:
    """The text by user-perceived characters."""
    start = 0
    for i in range(1, len(text)):
        if _breaks(text, start, i):
            yield text[start:i]
            start = i
    if text:
        yield text[start:]


def _breaks(text: str, start: int, i: int) -> bool:
    before, here = text[i - 1], text[i]
    if here < "\u0300" and before < "\u0300":
        return not (before == "\r" and here == "\n")
    if (
        unicodedata.category(here)[0] == "M"
        or here in "\u200c\u200d\u0e33\u0eb3"
        or "\U0001f3fb" <= here <= "\U0001f3ff"
    ):
        return False
    if "\U000e0020" <= here <= "\U000e007f" or before == _ZWJ or _opens_conjunct(before, here):
        return False
    if _is_regional(here) and _is_regional(before):
        return (i - start) % 2 == 0
    return not _same_syllable(before, here)


def _opens_conjunct(before: str, here: str) -> bool:
    return before in _VIRAMAS and unicodedata.category(here) == "Lo"


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _same_syllable(before: str, here: str) -> bool:
    """Conjoining Hangul jamo (UAX #29 GB6 to GB8)."""
    if "\u1100" <= before <= "\u115f":
        return "\u1100" <= here <= "\u11a7" or "\uac00" <= here <= "\ud7a3"
    if "\u1160" <= before <= "\u11a7" or "\uac00" <= before <= "\ud7a3":
        return "\u1160" <= here <= "\u11ff"
    return "\u11a8" <= before <= "\u11ff" and "\u11a8" <= here <= "\u11ff"
