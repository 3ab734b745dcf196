"""Dates as people and programs write them, read without guessing. Pure: "2 hours ago" has no meaning here.

Invariant: a value that could mean two days is no value. Confidence is "exact" (date, time and zone were given), "day"
(a date alone), "assumed" (the zone was filled in from the source's own) or "none".

Why this way: feedparser 6.0.14 reads `2026/1/10 14:33:00` as the first of November and drops RFC 822 dates without a
zone, so an own chain goes first: ISO 8601 and RFC 3339, then a day, a month's name in any of the languages below and a
year in either order, then all-numeric dates that can be read in one way only.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = (
    "jan january januar janvier janv enero ene janeiro gennaio gen januari styczen stycznia ocak januarie января янв"
    " يناير",
    "feb february februar fevrier fevr febrero fevereiro fev febbraio februari luty lutego subat февраля фев فبراير",
    "mar march marz maerz mrz mars marzo marco maart mrt marzec marca mart марта мар مارس",
    "apr april avril avr abril abr aprile kwiecien kwietnia nisan апреля апр ابريل",
    "may mai mayo maio maggio mag mei maj maja mayis мая май مايو",
    "jun june juni juin junio junho giugno giu czerwiec czerwca haziran июня июн يونيو",
    "jul july juli juillet juil julio julho luglio lug lipiec lipca temmuz июля июл يوليو",
    "aug august aout agosto ago augustus sierpien sierpnia agustos augusti августа авг اغسطس",
    "sep sept september septembre septiembre setembro set settembre wrzesien wrzesnia eylul сентября сен سبتمبر",
    "oct october oktober okt octobre octubre outubro out ottobre ott pazdziernik pazdziernika ekim октября окт اكتوبر",
    "nov november novembre noviembre novembro listopad listopada kasim ноября ноя نوفمبر",
    "dec december dezember dez decembre diciembre dic dezembro dicembre grudzien grudnia aralik des desember"
    " декабря дек ديسمبر",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
# RFC 822 section 5.1 names, and the European ones that feeds use. Other letters mean nothing reliable (RFC 5322 4.3).
_ZONES_H = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8,
    "pdt": -7, "akst": -9, "akdt": -8, "hst": -10, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "met": 1,
    "mest": 2, "eet": 2, "eest": 3, "msk": 3, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip

_DAY_FIRST_ENGLISH = frozenset(["gb", "uk", "ie", "au", "nz", "in", "za"])
_DAY_FIRST_LANGUAGES = frozenset(
    [
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "nl",
        "sv",
        "nb",
        "nn",
        "no",
        "da",
        "fi",
        "pl",
        "cs",
        "sk",
        "ru",
        "uk",
        "tr",
        "el",
        "ro",
        "hu",
        "bg",
        "hr",
        "sl",
        "id",
        "vi",
        "hi",
        "ar",
        "he",
        "ca",
        "gl",
        "et",
        "lv",
    ]
)

_TIME = r"(?P<h>\d{1,2})[:.h](?P<mi>\d{2})(?:[:.](?P<s>\d{2})(?:[.,](?P<f>\d+))?)?\s*(?P<ampm>[ap]\.?m\b\.?)?"
_ZONE = r"(?:\s*(?P<zone>(?:GMT|UTC)?[+\-\u2212]\d{1,2}(?::?\d{2})?|[A-Z]{1,5}))?(?:\s*\([^)]*\))?"
_CLOCK = rf"(?:(?:\s*,?\s*(?:T|at|um|à|a las|às|alle|om|kl\.?|[|\-–·])?\s*){_TIME}{_ZONE})?"
_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?:(?:[T ]|\s*,\s*)" + _TIME + r"(?P<rest>)" + _ZONE + r")?\s*", re.I
)
_COMPACT = re.compile(
    r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?:T(?P<h>\d{2}):?(?P<mi>\d{2}):?(?P<s>\d{2})?(?P<zone>Z|"
    r"[+\-]\d{2}:?\d{2})?)?",
    re.I,
)
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?"
_NAME = r"(?P<name>[^\W\d_]{3,12})\.?"
_WEEKDAY = r"(?:[^\W\d_]{2,14}(?:-[^\W\d_]{2,8})?\.?,?\s+)?"
_DAY_FIRST = re.compile(
    rf"{_WEEKDAY}{_DAY}[\s\-/,]*(?:de\s+)?{_NAME}[\s\-/,]*(?:de\s+|del\s+)?(?P<y>\d{{4}}|\d{{2}})\b{_CLOCK}\s*", re.I
)
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}{_NAME}\s+{_DAY}\s*,?\s+(?P<y>\d{{4}})\b{_CLOCK}\s*", re.I)
_ASCTIME = re.compile(rf"{_WEEKDAY}{_NAME}\s+{_DAY}\s+{_TIME}{_ZONE}\s+(?P<y>\d{{4}})\s*", re.I)
_YEAR_FIRST = re.compile(rf"(?P<y>\d{{4}})[/.年]\s*(?P<m>\d{{1,2}})[/.月]\s*(?P<d>\d{{1,2}})[日.]?{_CLOCK}\s*", re.I)
_YEAR_LAST = re.compile(
    rf"{_WEEKDAY}(?P<a>\d{{1,2}})(?P<sep>[/.\-])(?P<b>\d{{1,2}})(?P=sep)(?P<y>\d{{4}}){_CLOCK}\s*", re.I
)
_USUAL = re.compile(r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}|GMT|UTC|Z)")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")


def zone_named(name: str) -> tzinfo:
    """The IANA zone, or UTC for a name nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def read_date(text: str | None, *, zone: tzinfo = UTC, language: str | None = None) -> tuple[datetime | None, str]:
    """(aware UTC datetime, confidence). `zone` is given to times that name none. `language` (BCP 47) decides what comes
    first in `1/10/2026`; without one that does, such a date is no date.
    """
    cleaned = " ".join(text.split()) if text else ""
    if not cleaned or len(cleaned) > 100:
        return None, "none"
    usual = _as_usual(cleaned)
    if usual is not None:
        return usual, "exact"
    if _EPOCH.fullmatch(cleaned):
        return _epoch(int(cleaned))
    for pattern in (_ISO, _COMPACT, _DAY_FIRST, _MONTH_FIRST, _ASCTIME, _YEAR_FIRST, _YEAR_LAST):
        match = pattern.fullmatch(cleaned)
        if match:
            found = _build(
                {key: value for key, value in match.groupdict().items() if value is not None}, zone, language
            )
            if found[0] is not None:
                return found
    return None, "none"


@lru_cache(maxsize=32)  # what was published is mostly updated at the same time
def _as_usual(text: str) -> datetime | None:
    """RFC 3339 and RFC 822 as nearly every feed writes them; the patterns would come to the same, ten times slower."""
    try:
        if text[10:11] == "T" and text[4] == "-" and len(text) in (20, 25):
            moment = datetime.fromisoformat(text)
            return moment.astimezone(UTC) if moment.tzinfo and 1970 <= moment.year <= 2200 else None
        usual = _USUAL.fullmatch(text)
        if usual is None:
            return None
        day, name, year, hour, minute, second, zone = usual.groups()
        month = MONTHS.get(name.lower())
        offset = 0 if zone[0] not in "+-" else (int(zone[1:3]) * 60 + int(zone[3:5])) * (-1 if zone[0] == "-" else 1)
        if month is None or not 1970 <= int(year) <= 2200 or abs(offset) >= 16 * 60 or int(zone[3:5] or 0) > 59:
            return None
        moment = datetime(int(year), month, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        return moment - timedelta(minutes=offset)
    except (ValueError, OverflowError):
        return None


def _epoch(number: int) -> tuple[datetime | None, str]:
    seconds = number / 1000 if number >= 10**12 else number
    return datetime.fromtimestamp(seconds, UTC), "exact"


def _build(parts: dict[str, str], zone: tzinfo, language: str | None) -> tuple[datetime | None, str]:
    day = _day(parts, language)
    if day is None:
        return None, "none"
    try:
        if "h" not in parts:
            return datetime(*day, tzinfo=zone).astimezone(UTC), "day"
        offset = _offset(parts.get("zone", ""))
        moment = datetime(*day, tzinfo=offset or zone) + _clock(parts)
        return moment.astimezone(UTC), "exact" if offset else "assumed"
    except (ValueError, OverflowError):
        return None, "none"


def _day(parts: dict[str, str], language: str | None) -> tuple[int, int, int] | None:
    year = int(parts["y"])
    if len(parts["y"]) == 2:
        year += 2000 if year < 70 else 1900
    if not 1970 <= year <= 2200:  # programs write year 1 or 0 for "no date"
        return None
    if "name" in parts:
        month = MONTHS.get(_plain(parts["name"]))
        return (year, month, int(parts["d"])) if month else None
    if "a" in parts:
        return _in_order(year, int(parts["a"]), int(parts["b"]), parts["sep"], language)
    return year, int(parts["m"]), int(parts["d"])


def _in_order(year: int, first: int, second: int, separator: str, language: str | None) -> tuple[int, int, int] | None:
    """`13/10/2026` and `10/13/2026` say one thing, `1/10/2026` two. With dots the day comes first everywhere."""
    if separator == "." or first > 12 or first == second:
        return year, second, first
    if second > 12:
        return year, first, second
    order = _order(language)
    return None if order is None else (year, second, first) if order == "day" else (year, first, second)


def _order(language: str | None) -> str | None:
    """What comes first in the all-numeric dates of a language (CLDR short formats); None where its regions differ."""
    primary, _, region = (language or "").lower().partition("-")
    if primary == "en":
        return {"us": "month", "ph": "month"}.get(region) or ("day" if region in _DAY_FIRST_ENGLISH else None)
    return "day" if primary in _DAY_FIRST_LANGUAGES else None


def _clock(parts: dict[str, str]) -> timedelta:
    hour, half = int(parts["h"]), parts.get("ampm", "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    minute, second = int(parts["mi"]), int(parts.get("s", 0))
    # 24:00 is midnight at the end of the day (ISO 8601); 60 seconds is a leap second.
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and minute + second):
        raise ValueError("no such time of day")
    micro = int((parts.get("f", "") + "000000")[:6])
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)


def _offset(text: str) -> timezone | None:
    name = text.strip().lower().replace("\u2212", "-")
    if name in _ZONES_H:
        return timezone(timedelta(hours=_ZONES_H[name]))
    match = re.fullmatch(r"(?:gmt|utc)?([+\-])(\d{1,2}):?(\d{2})?", name)
    if not match or int(match[2]) > 15 or int(match[3] or 0) > 59:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _plain(word: str) -> str:
    """Lower case without accents: `Février` is `fevrier`, `أغسطس` is `اغسطس`."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
