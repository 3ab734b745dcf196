"""Snowball's English stemmer over whole strings: the same stems, several times as fast.

Does not cache and knows no other language. Invariant: for any lower-case word the stem is that of snowballstemmer 3.1
("english"), which a test holds it to.

Why this way: an issue is made by a process that has just started, so nearly every word is new to it. Snowball's
generated Python walks each word character by character, 30 us a word, which was half of all the time a summary took;
slices and `endswith` take 4 us. (Snowball in C, PyStemmer, is as quick, and one more package to build.)

Steps and names: https://snowballstem.org/algorithms/english/stemmer.html
"""

from __future__ import annotations

import re

_VOWELS = frozenset("aeiouy")
_VOWEL = re.compile("[aeiouy]")
_NOT_SHORT = frozenset("aeiouywxY")
_REGION = re.compile("[^aeiouy]*[aeiouy]+[^aeiouy]")
_REGION_OPENERS = ("arsen", "commun", "emerg", "gener", "inter", "later", "organ", "past", "univers")
_CONSONANT_Y = re.compile("([aeiouy])y")
_SPECIAL = {
    **{word: word for word in ("andes", "atlas", "bias", "cosmos", "howe", "news", "sky")},
    "early": "earli", "gently": "gentl", "idly": "idl", "only": "onli", "singly": "singl", "skies": "sky",
    "skis": "ski", "ugly": "ugli",
}  # fmt: skip
_ING_KEPT = frozenset(("even", "cann", "inn", "earr", "herr", "out"))
_EED_KEPT = frozenset(("succ", "proc", "exc"))
_DOUBLES = frozenset(("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt"))
_LI_ENDINGS = frozenset("cdeghkmnrt")
# Longest first; the first that fits is the only one tried.
_STEP_2 = (
    ("ational", "ate"), ("ization", "ize"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"),
    ("lessli", "less"), ("biliti", "ble"), ("tional", "tion"), ("fulli", "ful"), ("ousli", "ous"), ("entli", "ent"),
    ("aliti", "al"), ("iviti", "ive"), ("alism", "al"), ("ation", "ate"), ("ogist", "og"), ("anci", "ance"),
    ("enci", "ence"), ("abli", "able"), ("alli", "al"), ("izer", "ize"), ("ator", "ate"), ("ogi", "og"),
    ("bli", "ble"), ("li", ""),
)  # fmt: skip
_STEP_3 = (
    ("ational", "ate"), ("tional", "tion"), ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"),
    ("ical", "ic"), ("ness", ""), ("ful", ""),
)  # fmt: skip
_STEP_4 = (
    "ement", "ance", "ence", "able", "ible", "ment", "ate", "ive", "ize", "iti", "ism", "ion", "ous", "ant", "ent",
    "ic", "al", "er",
)  # fmt: skip
_ENDS_1B = ("ed", "ing", "edly", "ingly")
_ENDS_2, _ENDS_3 = tuple(end for end, _ in _STEP_2), tuple(end for end, _ in _STEP_3)
# One of these ends whatever any step changes: a word without one is its own stem.
_ALL_ENDS = ("s", "e", "y", "Y", "'", "ll", *_ENDS_1B, *_ENDS_2, *_ENDS_3, *_STEP_4)
_CHANGING = tuple(end for end in _ALL_ENDS if not any(end != other and end.endswith(other) for other in _ALL_ENDS))


def stem(word: str) -> str:
    """The stem of a word in lower case."""
    if word in _SPECIAL:
        return _SPECIAL[word]
    if len(word) < 3:
        return word
    word = word.removeprefix("'")
    if "y" in word:
        word = _CONSONANT_Y.sub(r"\1Y", "Y" + word[1:] if word[0] == "y" else word)
    if not word.endswith(_CHANGING):
        return word.replace("Y", "y")
    singular = _plural(word)
    if not singular.endswith(_CHANGING):  # "networks": nothing to do once it is singular
        return singular.replace("Y", "y")
    first, second = _regions(word)
    word = singular
    if word.endswith(_ENDS_1B):
        word = _past_and_ing(word, first)
    word = _ending_y(word)
    if word.endswith(_ENDS_2):
        word = _derived(word, first)
    if word.endswith(_ENDS_3):
        word = _adjectival(word, first, second)
    if word.endswith(_STEP_4):
        word = _suffix(word, second)
    return _final(word, first, second).replace("Y", "y")


def _regions(word: str) -> tuple[int, int]:
    """Where R1 and R2 start."""
    if word.startswith(_REGION_OPENERS):
        first = len(next(opener for opener in _REGION_OPENERS if word.startswith(opener)))
    else:
        match = _REGION.match(word)
        if not match:
            return len(word), len(word)
        first = match.end()
    match = _REGION.match(word, first)
    return first, match.end() if match else len(word)


def _plural(word: str) -> str:
    """Step 1a."""
    if "'" in word:
        word = next((word.removesuffix(end) for end in ("'s'", "'s", "'") if word.endswith(end)), word)
    if word[-1:] == "s":
        if word.endswith("sses"):
            return word[:-2]
        if word.endswith("ies"):
            return word[:-2] if len(word) > 4 else word[:-1]
        if word[-2:] not in ("ss", "us") and _VOWEL.search(word, 0, max(0, len(word) - 2)):
            return word[:-1]
    elif word.endswith("ied"):
        return word[:-2] if len(word) > 4 else word[:-1]
    return word


def _past_and_ing(word: str, first: int) -> str:
    """Step 1b."""
    for end in ("eedly", "eed"):
        if word.endswith(end):
            stump = word[: -len(end)]
            return stump + "ee" if first <= len(stump) and stump not in _EED_KEPT else word
    if word.endswith("ing"):
        stump = word[:-3]
        if stump in _ING_KEPT:
            return word
        if len(stump) == 2 and stump[1] == "y" and stump[0] not in _VOWELS:
            return stump[0] + "ie"
    else:
        stump = word[: -len(next(end for end in ("ingly", "edly", "ed") if word.endswith(end)))]
    return _mended(stump, first) if _VOWEL.search(stump) else word


def _mended(stump: str, first: int) -> str:
    """hop(p), hop(e), fail: what a word looked like before its -ed or -ing."""
    if stump.endswith(("at", "bl", "iz")):
        return stump + "e"
    if stump[-2:] in _DOUBLES:
        return stump if len(stump) == 3 and stump[0] in "aeo" else stump[:-1]
    return stump + "e" if len(stump) == first and _ends_short(stump) else stump


def _ends_short(word: str) -> bool:
    if len(word) > 2 and word[-1] not in _NOT_SHORT and word[-2] in _VOWELS and word[-3] not in _VOWELS:
        return True
    return (len(word) == 2 and word[1] not in _VOWELS and word[0] in _VOWELS) or word.endswith("past")


def _ending_y(word: str) -> str:
    """Step 1c."""
    return word[:-1] + "i" if len(word) > 2 and word[-1] in "yY" and word[-2] not in _VOWELS else word


def _derived(word: str, first: int) -> str:
    """Step 2."""
    end, instead = next(pair for pair in _STEP_2 if word.endswith(pair[0]))
    stump = word[: -len(end)]
    if len(stump) < first or (end == "ogi" and stump[-1:] != "l") or (end == "li" and stump[-1:] not in _LI_ENDINGS):
        return word
    return stump + instead


def _adjectival(word: str, first: int, second: int) -> str:
    """Step 3."""
    end, instead = next(pair for pair in _STEP_3 if word.endswith(pair[0]))
    stump = word[: -len(end)]
    return word if len(stump) < (second if end == "ative" else first) else stump + instead


def _suffix(word: str, second: int) -> str:
    """Step 4."""
    end = next(end for end in _STEP_4 if word.endswith(end))
    stump = word[: -len(end)]
    return word if len(stump) < second or (end == "ion" and stump[-1:] not in ("s", "t")) else stump


def _final(word: str, first: int, second: int) -> str:
    """Step 5."""
    last, stump = word[-1:], word[:-1]
    if last == "e" and (len(stump) >= second or (len(stump) >= first and not _ends_short(stump))):
        return stump
    return stump if last == "l" and len(stump) >= second and stump[-1:] == "l" else word
