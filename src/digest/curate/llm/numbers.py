"""The numbers a text states, in digits or in words, so that two texts can be compared. Pure.

Does not judge. Invariant: the same amount in another notation ("1,200", "1.200", "1 200", "twelve hundred" apart) has
a value in common; where a notation is ambiguous every reading counts.

Small words that are numbers and articles alike ("one", "un", "ein") are no statement and are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_SPACES = " \u00a0\u202f\u2009"
_DIGITS = re.compile(rf"\d+(?:[.,'’{_SPACES}]\d+)*")
_GROUPED = re.compile(rf"\d{{1,3}}(?:[.,'’{_SPACES}]\d{{2,3}})*[.,'’{_SPACES}]\d{{3}}(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_UNIT_AFTER = re.compile(
    rf"[{_SPACES}]?(%|percent|per cent|prozent|pour ?cent|por ciento|por cento|per cento|percento|procent|процент\w*|"
    rf"[$€£¥₹₽]|dollars?|euros?|pounds?|yen|rupees?|roubles?|rubles?)",
    re.IGNORECASE,
)
_UNIT_BEFORE = re.compile(rf"([$€£¥₹₽])[{_SPACES}]?$")
_UNITS = {
    "percent": "%", "per cent": "%", "prozent": "%", "pour cent": "%", "pourcent": "%", "por ciento": "%",
    "por cento": "%", "per cento": "%", "percento": "%", "procent": "%", "dollar": "$", "euro": "€", "pound": "£",
    "yen": "¥", "rupee": "₹", "rouble": "₽", "ruble": "₽",
}  # fmt: skip
_SCALES = {
    "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "lakh": 10**5,
    "crore": 10**7, "tausend": 1_000, "millionen": 10**6, "milliarde": 10**9, "milliarden": 10**9, "mille": 1_000,
    "millions": 10**6, "milliard": 10**9, "milliards": 10**9, "mil": 1_000, "millón": 10**6, "millones": 10**6,
    "milhão": 10**6, "milhões": 10**6, "mila": 1_000, "milione": 10**6, "milioni": 10**6, "miljoen": 10**6,
    "duizend": 1_000, "тысяч": 1_000, "тысячи": 1_000, "миллион": 10**6, "миллиона": 10**6, "миллионов": 10**6,
    "万": 10**4, "億": 10**8, "亿": 10**8, "千": 1_000,
}  # fmt: skip
_PLURAL_SCALES = {
    "dozens": 12, "hundreds": 100, "thousands": 1_000, "millions": 10**6, "billions": 10**9, "dutzende": 12,
    "hunderte": 100, "tausende": 1_000, "centaines": 100, "milliers": 1_000, "cientos": 100, "miles": 1_000,
    "centinaia": 100, "migliaia": 1_000, "centenas": 100, "milhares": 1_000, "honderden": 100, "duizenden": 1_000,
}  # fmt: skip


def _listed(start: int, words: str) -> dict[str, int]:
    return {word: value for value, group in enumerate(words.split(), start) for word in group.split("/")}


def _tens(words: str) -> dict[str, int]:
    return {word: value * 10 for value, group in enumerate(words.split(), 2) for word in group.split("/")}


_SMALL: dict[str, int] = {
    **_listed(2, "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
              "eighteen nineteen"),
    **_tens("twenty thirty forty fifty sixty seventy eighty ninety"),
    **_listed(2, "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"),
    **_listed(2, "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
              "achtzehn neunzehn"),
    **_tens("zwanzig dreißig/dreissig vierzig fünfzig sechzig siebzig achtzig neunzig"),
    **_listed(2, "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"),
    **_tens("vingt trente quarante cinquante soixante"),
    **_listed(2, "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
              "dieciocho diecinueve"),
    **_tens("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa"),
    **_listed(2, "dois/duas três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis dezessete "
              "dezoito dezenove"),
    **_tens("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"),
    **_listed(2, "due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici"),
    **_tens("venti trenta quaranta cinquanta sessanta settanta ottanta novanta"),
    **_listed(2, "twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien"),
    **_tens("twintig dertig veertig vijftig zestig zeventig tachtig negentig"),
    **_listed(2, "два/две/двух три/трёх/трех четыре/четырёх пять/пяти шесть/шести семь/семи восемь/восьми девять/девяти "
              "десять/десяти"),
    "dozen": 12, "dutzend": 12, "douzaine": 12, "docena": 12, "dúzia": 12, "dozzina": 12, "dozijn": 12, "zero": 0,
    "hundert": 100, "cent": 100, "cien": 100, "ciento": 100, "cem": 100, "cento": 100, "honderd": 100, "сто": 100,
}  # fmt: skip
# Words that are numbers in one language and something else in another that is written in the same letters.
_ONLY_IN = {"six": ("en", "fr"), "sei": ("it",), "elf": ("de", "nl"), "second": ("en",), "seize": ("fr",),
            "once": ("es",), "onze": ("fr", "pt", "nl"), "cent": ("fr",), "die": (), "mil": ("es", "pt"),
            "mille": ("fr", "it"), "cinq": ("fr",), "acht": ("de", "nl"), "dos": ("es",), "tres": ("es",),
            "due": ("it",), "tre": ("it",), "sept": ("fr",), "dix": ("fr",), "miles": ("es",), "nove": ("it", "pt"),
            "doze": ("pt",), "sette": ("it",), "sete": ("pt",), "drie": ("nl",), "venti": ("it",),
            "vier": ("de", "nl"), "zes": ("nl",), "zero": ()}  # fmt: skip
_GERMAN = re.compile(
    r"(ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und(zwanzig|dreißig|dreissig|vierzig|fünfzig|sechzig|siebzig|"
    r"achtzig|neunzig)"
)


@dataclass(frozen=True, slots=True)
class Stated:
    """One number: every value its notation can mean, its unit ("%", "$", ...) or "", and how it is written."""

    values: frozenset[float]
    unit: str
    written: str


def numbers(text: str, language: str = "") -> list[Stated]:
    """All numbers stated in `text`, in order of kind: digits first, then words."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in plain)
    return [*_in_digits(plain), *_in_words(plain, language)]


def _in_digits(text: str) -> Iterator[Stated]:
    for match in _DIGITS.finditer(text):
        for written in _apart(match[0]):
            values = _readings(written)
            after = text[match.end() :]
            word = _WORD.match(after.lstrip(_SPACES + "-"))
            if word and (scale := _SCALES.get(word[0].lower())):
                values |= {value * scale for value in values}
                after = after.lstrip(_SPACES + "-")[word.end() :]
            elif after[:1] in ("万", "億", "亿", "千"):
                values |= {value * _SCALES[after[0]] for value in values}
            yield Stated(frozenset(values), _unit(text[: match.start()], after), written)


def _apart(run: str) -> list[str]:
    """ "2026, 5" never comes here; "12 2026" does: groups that cannot be one number are several."""
    if _GROUPED.fullmatch(run) or not any(space in run for space in _SPACES):
        return [run]
    return re.split(f"[{_SPACES}]", run)


def _readings(written: str) -> set[float]:
    """1.234 may be a thousand and more, or one and a bit; 12.11.2026 is a date and each part counts."""
    parts = re.split(rf"[.,'’{_SPACES}]", written)
    readings = {float("".join(parts))} if all(len(part) in (2, 3) for part in parts[1:]) else set()
    if len(parts) == 2:
        readings.add(float(f"{parts[0]}.{parts[1]}"))
    if len(parts) > 2:
        readings |= {float(part) for part in parts}
        readings.add(float(f"{''.join(parts[:-1])}.{parts[-1]}"))
    return readings or {float(parts[0])}


def _unit(before: str, after: str) -> str:
    if match := _UNIT_BEFORE.search(before[-4:]):
        return match[1]
    if match := _UNIT_AFTER.match(after):
        word = match[1].lower()
        return _UNITS.get(word, _UNITS.get(word.rstrip("s"), "%" if word.startswith("процент") else word))
    return ""


def _in_words(text: str, language: str) -> Iterator[Stated]:
    """Number words, "twenty-five" and "two hundred" put together; bare "thousands" as the scale it names."""
    run: list[int] = []
    written: list[str] = []
    end = 0
    for match in _WORD.finditer(text):
        word = match[0].lower()
        value = _value(word, language)
        joined = bool(run) and text[end : match.start()] in (" ", "-", "\u00a0")
        if value is not None and joined and (value < run[-1] if value < 100 else True):
            run.append(value)
            written.append(match[0])
        else:
            yield from _finished(run, written, text, end)
            run, written = ([value], [match[0]]) if value is not None else ([], [])
        end = match.end()
        if value is None and word in _PLURAL_SCALES and _allowed(word, language):
            yield Stated(frozenset({-float(_PLURAL_SCALES[word])}), "", match[0])
    yield from _finished(run, written, text, end)


def _finished(run: list[int], written: list[str], text: str, end: int) -> Iterator[Stated]:
    if not run:
        return
    total = current = 0
    for value in run:
        if value >= 1000:
            total += max(1, current) * value
            current = 0
        elif value == 100:
            current = max(1, current) * 100
        else:
            current += value
    yield Stated(frozenset({float(total + current)}), _unit("", text[end:]), " ".join(written))


def _value(word: str, language: str) -> int | None:
    if not _allowed(word, language):
        return None
    if word in _SMALL:
        return _SMALL[word]
    if word in _SCALES:
        return _SCALES[word]
    if match := _GERMAN.fullmatch(word):
        return (1 if match[1] == "ein" else _SMALL[match[1]]) + _SMALL[match[2]]
    return None


def _allowed(word: str, language: str) -> bool:
    return word not in _ONLY_IN or not language or language in _ONLY_IN[word]


def is_stated(number: Stated, known: list[Stated]) -> bool:
    """Whether a text that states `known` states this one: a value in common, and the same unit where it has one.

    "thousands" needs a number of that size, or the same word.
    """
    for value in number.values:
        if value < 0:
            return any(other >= -value or other == value for one in known for other in one.values)
    return any(number.values & one.values and (not number.unit or number.unit == one.unit) for one in known)
