"""The numbers a text states, in digits or in words, so that two texts can be compared. Pure.

Does not judge. Invariant: the same amount in another notation ("1,200", "1.200", "1 200", "12 hundred", "١٢٠٠") has a
value in common; where a notation is ambiguous every reading counts.

Small words that are numbers and articles alike ("one", "un", "ein", 一) are no statement and are left out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from digest.curate.llm.numerals import JOINERS, KANJI, NUMERALS, ORDINALS, PLURAL_SCALES, SCALES, UNITS

_SPACES = " \u00a0\u202f\u2009"
_DIGITS = re.compile(rf"\d+(?:[.,:'’٫٬{_SPACES}]\d+)*")
_GROUPED = re.compile(rf"\d{{1,3}}(?:[.,'’٬{_SPACES}]\d{{2,3}})*[.,'’٬{_SPACES}]\d{{3}}(?:[.,٫]\d{{1,2}})?")
_WORD = re.compile(r"[^\W\d_]+")
_PERCENT = re.compile(
    rf"[{_SPACES}]?(?:%|٪|percent(?:age)?\b|per[{_SPACES}]cent\b|prozent\b|pour[{_SPACES}]?cent\b|"
    rf"por[{_SPACES}]cient[oa]s?\b|"
    rf"por[{_SPACES}]cento\b|per[{_SPACES}]cento\b|percento\b|procento?\w*|процент\w*|відсот\w*|パーセント|퍼센트|"
    rf"(?:في[{_SPACES}]|ب)ال(?:مئة|مائة)\b|درصد\b|प्रतिशत|τοις[{_SPACES}]εκατό\b)",
    re.IGNORECASE,
)
_UNIT_BEFORE = re.compile(rf"([$€£¥₹₽])[{_SPACES}]?$")
_AFTER = re.compile(rf"[{_SPACES}-]?([^\W\d_]+|[$€£¥₹₽°])")
_UNSPACED_UNIT = re.compile("|".join(sorted((word for word in UNITS if ord(word[0]) > 0x3000), key=len, reverse=True)))
CURRENCIES = frozenset("$€£¥₹₽")
_SUPERSCRIPT = re.compile(r"(?<=[^\W\d_])[¹²³⁰⁴-⁹]")
_CLOCK = re.compile(r"\d{1,2}[:.]\d{2}")
_SCALE = re.compile(rf"[{_SPACES}-]?([^\W\d_]+)")
_SHORT_SCALE = re.compile(r"(m|bn|k)\b")
ORDINAL = "ordinal"
_ORDINAL = re.compile(r"(?:st|nd|rd|th|º|ª|er|ère|e|ème|de|ste)\b")
_AM_PM = re.compile(rf"[{_SPACES}]?([ap])\.?m\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stated:
    """One number: every value its notation can mean, its unit ("%", "$", "month" ...) or "", how it is written, where.

    A negative value stands for "hundreds", "thousands" and the like.
    """

    values: frozenset[float]
    unit: str
    written: str
    start: int = 0
    end: int = 0


def plain(text: str) -> str:
    """The text as numbers are read in it: compatibility forms resolved, every script's digits as ASCII."""
    text = unicodedata.normalize("NFKC", _SUPERSCRIPT.sub("", text))
    return text if text.isascii() else "".join(_ascii_digit(c) for c in text)


def _ascii_digit(c: str) -> str:
    return str(unicodedata.digit(c)) if not c.isascii() and c.isdigit() else c


def numbers(text: str, language: str = "") -> list[Stated]:
    """All numbers stated in `text`, in order. `language`: a primary subtag; English where it has no numerals here.

    Offsets are into `plain(text)`.
    """
    text = plain(text)
    digits = list(_in_digits(text, language))
    covered = [(one.start, one.end) for one in digits]
    in_words = [one for one in _in_words(text, language) if not any(a <= one.start < b for a, b in covered)]
    in_kanji = _in_kanji(text, covered) if language in ("ja", "zh") else ()
    return sorted([*digits, *in_words, *in_kanji], key=lambda one: one.start)


def _in_digits(text: str, language: str) -> Iterator[Stated]:
    for match in _DIGITS.finditer(text):
        at = match.start()
        for written in _apart(match[0]):
            start = text.index(written, at)
            at = end = start + len(written)
            values = _readings(written)
            if half := _AM_PM.match(text, end):
                values |= {value + 12 for value in values if value < 12} if half[1] in "pP" else set()
                values |= {value for value in _readings(written) if value != 12}
            end, factor = _scale_after(text, end, language)
            values = {round(value * factor, 6) for value in values}
            unit, end = _unit(text[:start], text, end)
            yield Stated(frozenset(values), unit, text[start:end].strip(), start, end)


def _scale_after(text: str, end: int, language: str) -> tuple[int, int]:
    """Where a scale word that belongs to the number ends, and its factor: "2.4 million", "38 млн", "8,600万"."""
    if text[end : end + 1] in KANJI and KANJI.get(text[end : end + 1], 0) >= 1000:
        return end + 1, KANJI[text[end]]
    word = _SCALE.match(text, end)
    if word and (scale := SCALES.get(word[1].lower())):
        return word.end(), scale
    short = _SHORT_SCALE.match(text, end)
    if short and _UNIT_BEFORE.search(text[max(0, end - 24) : end].rstrip("0123456789.,")):  # "£2.4m", not "24 m"
        return short.end(), {"m": 10**6, "bn": 10**9, "k": 1000}[short[1]]
    return end, 1


def _apart(run: str) -> list[str]:
    """ "2026, 5" never comes here; "12 2026" does: groups that cannot be one number are several."""
    if _CLOCK.fullmatch(run) and ":" in run:
        return [run]
    pieces = [run] if _GROUPED.fullmatch(run) else re.split(f"[{_SPACES}]", run)
    return [
        part
        for piece in pieces
        for part in ([piece] if ":" not in piece or _CLOCK.fullmatch(piece) else piece.split(":"))
    ]


def _readings(written: str) -> set[float]:
    """1.234 may be a thousand and more, or one and a bit; 12.11.2026 is a date, each part counts; 14:30 a time."""
    parts = [part for part in re.split(rf"[.,:'’٫٬{_SPACES}]", written) if part]
    if ":" in written:
        hour, minute = float(parts[0]), float(parts[1])
        return {hour + minute / 100} | ({hour} if minute == 0 else set())
    grouped = len(parts) > 1 and len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
    indian = len(parts) > 2 and len(parts[-1]) == 3 and all(len(part) == 2 for part in parts[1:-1])
    readings = {float("".join(parts))} if grouped or indian or len(parts) == 1 else set()
    if len(parts) == 2:
        readings.add(float(f"{parts[0]}.{parts[1]}"))
        if parts[1] == "00":
            readings.add(float(parts[0]))
    if len(parts) > 2:
        if all(len(part) == 3 for part in parts[1:-1]):
            readings.add(float(f"{''.join(parts[:-1])}.{parts[-1]}"))
        if not (grouped or indian):
            readings |= {float(part) for part in parts}
    return {round(value, 6) for value in readings} or {float(parts[0])}


def _unit(before: str, text: str, end: int) -> tuple[str, int]:
    """The unit beside a number that ends at `end`, and where it ends."""
    if match := _PERCENT.match(text, end):
        return "%", match.end()
    if match := _UNIT_BEFORE.search(before[-4:]):
        return match[1], end
    if match := _ORDINAL.match(text, end):
        return ORDINAL, match.end()
    if match := _UNSPACED_UNIT.match(text, end):
        return UNITS[match[0]], match.end()
    match = _AFTER.match(text, end)
    found = UNITS.get(match[1].lower(), UNITS.get(match[1].lower().rstrip("s"), "")) if match else ""
    return (found, match.end()) if match and found else ("", end)


def _in_words(text: str, language: str) -> Iterator[Stated]:
    """Number words put together: "twenty-five", "two hundred and ten", "treinta y cinco", "vinte e oito"."""
    known = NUMERALS.get(language, NUMERALS["en"])
    joiner = JOINERS.get(language, "")
    run: list[tuple[int, re.Match[str]]] = []
    pending: re.Match[str] | None = None
    shares = [match.span() for match in _PERCENT.finditer(text)]
    for match in _WORD.finditer(text):
        word = match[0].lower()
        value = known.get(word, SCALES.get(word))
        if any(a <= match.start() < b for a, b in shares):
            value = None
        last = pending or (run[-1][1] if run else None)
        close = last is not None and text[last.end() : match.start()].strip(_SPACES + "-‑") == ""
        if value is not None and run and close and _continues(run, value):
            run.append((value, match))
            pending = None
        elif run and close and pending is None and word == joiner:
            pending = match
        else:
            yield from _finished(run, text)
            run, pending = ([(value, match)] if value is not None else []), None
        if value is None and word in PLURAL_SCALES:
            yield Stated(frozenset({-float(PLURAL_SCALES[word])}), "", match[0], *match.span())
    yield from _finished(run, text)


def _continues(run: Sequence[tuple[int, re.Match[str]]], value: int) -> bool:
    last = run[-1][0]
    if value >= 100:
        return value in (100, 1000) or value >= 10**5 or last < 1000
    if value == 20 and last == 4:
        return True  # quatre-vingt
    return last >= 100 or (last >= 20 and last % 10 == 0 and value < last and value < 20)


def _finished(run: Sequence[tuple[int, re.Match[str]]], text: str) -> Iterator[Stated]:
    if not run:
        return
    total = current = 0
    for value, _ in run:
        if value >= 1000:
            total += max(1, current) * value
            current = 0
        elif value == 100 or (value == 20 and current % 100 == 4):
            current = max(1, current) * value if value == 100 else current - 4 + 80
        else:
            current += value
    start, end = run[0][1].start(), run[-1][1].end()
    if total + current == 1:
        return
    unit, end = (ORDINAL, end) if run[-1][1][0].lower() in ORDINALS else _unit("", text, end)
    yield Stated(frozenset({float(total + current)}), unit, text[start:end], start, end)


_KANJI_RUN = re.compile(f"[{''.join(KANJI)}]+")


def _in_kanji(text: str, covered: Sequence[tuple[int, int]]) -> Iterator[Stated]:
    for match in _KANJI_RUN.finditer(text):
        if any(a <= match.start() < b for a, b in covered) or match[0] in ("一", "千", "万", "百"):
            continue
        value = _kanji_value(match[0])
        unit, end = _unit("", text, match.end())
        yield Stated(frozenset({float(value)}), unit, text[match.start() : end], match.start(), end)


def _kanji_value(run: str) -> int:
    if all(KANJI[c] < 10 for c in run):  # 二〇二六
        return int("".join(str(KANJI[c]) for c in run))
    total = section = digit = 0
    for c in run:
        value = KANJI[c]
        if value >= 10_000:
            total += max(1, section + digit) * value
            section = digit = 0
        elif value >= 10:
            section += max(1, digit) * value
            digit = 0
        else:
            digit = value
    return total + section + digit


def same(number: Stated, other: Stated) -> bool:
    """Whether two statements can mean one amount: a value in common, and no two different units.

    "thousands" is any number of that size, or the same word.
    """
    for value in number.values:
        if value < 0:
            return any(one >= -value or one == value for one in other.values)
    if ORDINAL in (number.unit, other.unit) and number.unit != other.unit:
        dated = number.written[:1].isdigit() and other.written[:1].isdigit()  # "1st March" is "1 March"
        return dated and bool(number.values & other.values)
    if (number.unit == "%" or number.unit in CURRENCIES) and number.unit != other.unit:
        return False
    return bool(number.values & other.values) and (not number.unit or not other.unit or number.unit == other.unit)
