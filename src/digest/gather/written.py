"""Dates as they stand in running text, in the languages people write them in. Pure, and without a clock.

Does not decide which of them is the article's. Invariant: what could mean two days is passed over unless the page's
language settles it, and no reading depends on today.

`find_dates` finds them in a text; `read_written_date` reads a text that is nothing but a date. To add a language: add
its months to `_MORE_MONTHS`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from digest.gather.dates import MONTHS, read_date

# Names that are not in `dates.MONTHS`, from January on; those of one month separated by a bar.
_MORE_MONTHS = (
    "जनवरी|januari|ledna|siječnja|січня|janúar|ιανουαρίου|tammikuuta|ianuarie|janv|كانون الثاني|ژانویه|一月|oca|sty",
    "फरवरी|फ़रवरी|februari|února|veljače|лютого|φεβρουαρίου|helmikuuta|februarie|feber|شباط|فوریه|二月|şub|lut",
    "मार्च|mars|března|ožujka|березня|μαρτίου|maaliskuuta|martie|آذار|مارس|三月",
    "अप्रैल|dubna|travnja|квітня|απριλίου|huhtikuuta|aprilie|نيسان|أبريل|آوریل|四月|kwi",
    "मई|května|svibnja|травня|μαΐου|toukokuuta|أيار|مايو|ماي|五月",
    "जून|června|lipnja|червня|ιουνίου|kesäkuuta|iunie|حزيران|يونيو|ژوئن|六月|haz|cze",
    "जुलाई|července|srpnja|липня|ιουλίου|heinäkuuta|iulie|تموز|يوليو|七月|tem|lip",
    "अगस्त|srpna|kolovoza|серпня|αυγούστου|elokuuta|آب|أغسطس|八月|ağu|sie|augusti",
    "सितंबर|सितम्बर|září|rujna|вересня|σεπτεμβρίου|syyskuuta|septembrie|أيلول|سبتمبر|九月|eyl|wrz",
    "अक्टूबर|अक्तूबर|října|жовтня|οκτωβρίου|lokakuuta|octombrie|تشرين الأول|أكتوبر|十月|eki|paź",
    "नवंबर|नवम्बर|listopadu|studenoga|листопада|νοεμβρίου|marraskuuta|noiembrie|تشرين الثاني|نوفمبر|十一月|kas|lis",
    "दिसंबर|दिसम्बर|prosince|prosinca|грудня|δεκεμβρίου|joulukuuta|decembrie|كانون الأول|ديسمبر|十二月|ara|gru",
)


def _fold(word: str) -> str:
    """Lower case without the accents of Latin, Greek and Cyrillic letters; marks of other scripts are letters."""
    decomposed = unicodedata.normalize("NFD", word.casefold())
    kept = "".join(char for char in decomposed if not (unicodedata.combining(char) and char < "\u0370"))
    return unicodedata.normalize("NFC", kept).replace("ı", "i")  # Turkish: Kasım beside KASIM


_NAMES = {_fold(name): number for name, number in MONTHS.items()} | {
    _fold(name): number for number, names in enumerate(_MORE_MONTHS, 1) for name in names.split("|")
}
_WORD = r"(?P<name>[^\s\d.,:;|/()\-–—'’\"„“]{2,14}(?:\s(?:الأول|الثاني))?)"
_YEAR = r"(?P<y>(?:19|20)\d{2})"
_LINK = r"(?:\s*[,/\-]?\s*|\s+(?:de|del|of)\s+|\s*,?\s*de\s+)"
_CLOCK = re.compile(
    r"\s*(?:[,|·•\-–—]|at|um|à|a las|às|alle ore|alle|ore|om|kl\.?|klo|saat|в|o|को|में|الساعة|T)?\s*"
    r"(?P<h>\d{1,2})[:.h](?P<mi>\d{2})(?::\d{2})?\s*(?P<half>[ap]\.?\s?m\b\.?)?(?!\d)",
    re.I,
)
_DAY_FIRST = re.compile(
    rf"(?<![\d.,:/])(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|°|\.)?{_LINK}{_WORD}\.?'?{_LINK}{_YEAR}(?!\d)", re.I
)
_MONTH_FIRST = re.compile(
    rf"(?<![^\W\d_]){_WORD}\.?\s{{0,3}}(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*,?\s+{_YEAR}(?!\d)", re.I
)
_YEAR_FIRST_NAMED = re.compile(rf"(?<!\d){_YEAR}[.,]?\s+{_WORD}\.?\s+(?P<d>\d{{1,2}})(?!\d)", re.I)
_CJK = re.compile(rf"(?<!\d){_YEAR}\s*[年년]\s*(?P<m>\d{{1,2}})\s*[月월]\s*(?P<d>\d{{1,2}})\s*[日일]")
_ISO = re.compile(rf"(?<![\d\-/.]){_YEAR}(?P<sep>[\-/.])\s?(?P<m>\d{{1,2}})(?P=sep)\s?(?P<d>\d{{1,2}})(?!\d)")
_NUMBERS = re.compile(
    r"(?<![\d\-/.:,])(?P<a>\d{1,2})(?P<sep>[./\-])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<y>(?:19|20)\d{2}|\d{2})(?![\d/\-])"
)
_SHORT_YEAR = re.compile(rf"(?<![\d.,:/])(?P<d>\d{{1,2}})\.?\s?{_WORD}\.?\s?['’]?(?P<y>\d{{2}})(?![\d:.])", re.I)
_YEAR_LIKE = re.compile(r"(?:19|20)\d\d(?!\d)|[./\-]\s?\d\d(?![\d:])|[^\W\d_]\.?\s?['’]?\d\d(?![\d:])")
_REACH = 40  # characters: a long weekday, day and month before the year, or month and day behind it
_PATTERNS = (_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST_NAMED, _CJK, _ISO, _NUMBERS, _SHORT_YEAR)
_WEEKDAY_ONLY = re.compile(r"(?:[^\W\d_]|[\u0300-\u036f\u0900-\u097f\-]){2,16}[.,،]?(?:\s*[,،|·])?\s*")


@dataclass(frozen=True, slots=True)
class Written:
    """A date found at `start:end` of a text, in ISO form (`2026-11-23`, or `2026-11-23 17:04` with a time)."""

    start: int
    end: int
    iso: str


def find_dates(text: str, *, language: str | None = None) -> list[Written]:
    """Every date in `text`, in order; where two readings overlap, the one that starts first and says more."""
    folded = _folded(text)
    found = [
        written
        for start, end in _windows(folded)
        for pattern in _PATTERNS
        for written in _matches(pattern, folded, start, end, language)
    ]
    found.sort(key=lambda written: (written.start, -written.end))
    kept: list[Written] = []
    for written in found:
        if not kept or written.start >= kept[-1].end:
            kept.append(written)
    return kept


def _windows(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of text around what may be a year; the patterns would find the same in all of it, slower."""
    start = end = -1
    for match in _YEAR_LIKE.finditer(text):
        if match.start() - _REACH > end:
            if end > 0:
                yield start, end
            start = max(0, match.start() - _REACH)
        end = match.end() + _REACH
    if end > 0:
        yield start, min(end, len(text))


def read_written_date(text: str, *, language: str | None = None) -> tuple[datetime | None, str]:
    """(aware UTC datetime, confidence) of a text that is a date and nothing else but a weekday and a time."""
    direct = read_date(text)
    if direct[0] is not None:
        return direct
    line = " ".join(text.split()).strip(" .,،;|·")
    for written in find_dates(line, language=language):
        before, after = line[: written.start].strip(" ,،(（"), line[written.end :].strip(" )）.,،。")
        if (not before or _WEEKDAY_ONLY.fullmatch(before)) and (not after or _WEEKDAY_ONLY.fullmatch(after)):
            return read_date(written.iso)
    return None, "none"


class _CharFolds(dict[int, int]):
    """Folds of single characters where those are single too, so that spans fit the text that was given; digits of
    other scripts (`١٢`, `१२`) as ours.
    """

    def __missing__(self, code: int) -> int:
        char = chr(code)
        piece = str(unicodedata.decimal(char)) if char.isdecimal() else _fold(char)
        self[code] = ord(piece) if len(piece) == 1 else code
        return self[code]


_CHAR_FOLDS = _CharFolds()


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_CHAR_FOLDS)


def _matches(pattern: re.Pattern[str], text: str, start: int, end: int, language: str | None) -> Iterator[Written]:
    for match in pattern.finditer(text, start, end):
        day = _day(match.groupdict(), language)
        if day is None:
            continue
        clock = _CLOCK.match(text, match.end())
        time = _time(clock) if clock else ""
        yield Written(match.start(), clock.end() if clock and time else match.end(), day.isoformat() + time)


def _day(parts: dict[str, str | None], language: str | None) -> date | None:
    year = int(parts["y"] or 0)
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    if name := parts.get("name"):
        month, day = _NAMES.get(_fold(name), 0), int(parts["d"] or 0)
    elif parts.get("a"):
        first, second = int(parts["a"] or 0), int(parts["b"] or 0)
        if parts["sep"] != "." and first <= 12 and second <= 12 and first != second and _order(language) is None:
            return None
        month_first = second > 12 or (parts["sep"] != "." and first <= 12 and _order(language) == "month")
        month, day = (first, second) if month_first else (second, first)
    else:
        month, day = int(parts["m"] or 0), int(parts["d"] or 0)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _order(language: str | None) -> str | None:
    """Which comes first in `3/4/2026`: the month in American English, the day in every other language, unknown in
    English of nowhere."""
    if not language:
        return None
    tag = language.casefold()
    if tag in ("en-us", "en-ph"):
        return "month"
    return None if tag == "en" else "day"


def _time(match: re.Match[str]) -> str:
    hour, minute, half = int(match["h"]), int(match["mi"]), (match["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return f" {hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else ""
