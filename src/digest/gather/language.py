"""Which language an article is in, as far as its feed says and its script allows. Pure.

Does not detect languages: it only disproves. Invariant: a language that cannot be written in the script of the text is
never kept; scripts that one living language alone uses name it themselves.

Why this way: themes and hosts set a feed's language once (`en-us` by default), whatever its authors then write in.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

SAMPLE = 600  # characters looked at
_FEWEST = 20  # letters that say something
_NO_LETTERS = bytes(byte for byte in range(128) if not chr(byte).isalpha())
# Script, as the first word of its letters' Unicode names -> the languages written in it (ISO 639).
_WRITTEN_IN = {
    "CYRILLIC": "ru uk bg sr mk be kk ky mn tg uz az tt ba cv ce os ab bs sh",
    "GREEK": "el grc", "HEBREW": "he iw yi lad", "ARMENIAN": "hy", "GEORGIAN": "ka",
    "ARABIC": "ar fa ur ps ku ckb sd ug ks pa az ms dv uz kk ota arz ary",
    "DEVANAGARI": "hi mr ne sa kok mai bho doi brx sd ks", "BENGALI": "bn as mni", "GURMUKHI": "pa", "GUJARATI": "gu",
    "TAMIL": "ta", "TELUGU": "te", "KANNADA": "kn", "MALAYALAM": "ml", "SINHALA": "si", "ORIYA": "or",
    "THAI": "th", "LAO": "lo", "KHMER": "km", "MYANMAR": "my shn mnw", "TIBETAN": "bo dz", "ETHIOPIC": "am ti",
    "HANGUL": "ko", "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh ja yue wuu ko lzh nan hak",
}  # fmt: skip
_LANGUAGES = {script: tuple(languages.split()) for script, languages in _WRITTEN_IN.items()}
# May also be written in Latin letters, or usually are; a Latin text disproves every other language of the table.
_ALSO_LATIN = frozenset(
    [
        "sr",
        "az",
        "uz",
        "kk",
        "ky",
        "tg",
        "mn",
        "bs",
        "sh",
        "ku",
        "ms",
        "sd",
        "ks",
        "pa",
        "hi",
        "ur",
        "tt",
        "zh",
        "ja",
        "ko",
        "lad",
        "nan",
        "hak",
    ]
)
_NOT_LATIN = frozenset(word for words in _LANGUAGES.values() for word in words) - _ALSO_LATIN


_BEYOND_ASCII = bytes(range(128, 256))


@lru_cache(maxsize=512)
def language_tag(tag: str | None) -> str | None:
    """A BCP 47 tag in its usual case (RFC 5646 section 2.1.1), or None for what is not one."""
    parts = (tag or "").strip().replace("_", "-").split("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", parts[0]) or not all(
        re.fullmatch(r"[A-Za-z0-9]{1,8}", part) for part in parts
    ):
        return None
    rest = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in parts[1:]]
    return "-".join([parts[0].lower(), *rest])


def language_of(said: str | None, text: str) -> tuple[str | None, bool]:
    """(the language, whether the script of `text` overruled what was said)."""
    tag = language_tag(said)
    script = script_of(text)
    if script is None:
        return tag, False
    primary = tag.split("-")[0] if tag else ""
    if script == "LATIN":
        return (None, True) if primary in _NOT_LATIN else (tag, False)
    languages = _LANGUAGES.get(script, ())
    if not languages or primary in languages:
        return tag, False
    return (languages[0] if len(languages) == 1 or script == "GREEK" else None), True


def script_of(text: str) -> str | None:
    """The script of two thirds of the letters (Han beside kana count as kana); None when mixed or short."""
    sample = text[:SAMPLE]
    plain = sample.encode("utf-8", "surrogatepass").translate(None, _BEYOND_ASCII)
    if len(plain) * 20 >= len(sample) * 17:  # the blanks and digits of another script are fewer
        return "LATIN" if len(plain.translate(None, _NO_LETTERS)) >= _FEWEST else None
    found = Counter(_script(char) for char in sample if char.isalpha())
    kana = found["HIRAGANA"] + found["KATAKANA"]
    if kana and kana * 8 > found["CJK"]:
        found["HIRAGANA"] = found.pop("CJK", 0) + kana
        del found["KATAKANA"]
    if found.total() < _FEWEST:
        return None
    script, count = found.most_common(1)[0]
    return script if count * 3 >= found.total() * 2 else None


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split(" ", 1)[0].split("-")[0]
