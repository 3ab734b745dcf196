"""What an operator writes, as a `Rule`: phrases first, five-field cron lines as well.

Does not say when a rule falls due. Invariant: any text gives a `Rule` that fires, or a `UsageError` that says what is
wrong with this text and shows how to write it; nothing is guessed from half a phrase.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NoReturn
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError

from digest.errors import UsageError
from digest.recurrence.rule import Rule

EXAMPLES = (
    "every monday at 09:00", "every weekday at 07:00", "first monday of month at 09:00", "1st of month at 08:00",
    "every 2 weeks on friday at 17:00", "0 9 * * 1",
)  # fmt: skip

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")  # cron's numbers: 0 is Sunday
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_WORDS = frozenset(
    {"at", "and", "day", "days", "every", "first", "second", "third", "fourth", "fifth", "last", "month", "of", "on",
     "other", "starting", "week", "weekday", "weekdays", "weekend", "weeks", "noon", "midnight", "am", "pm",
     *(name.lower() for name in DAYS), *(name.lower() for name in MONTHS)}
)  # fmt: skip

_DAY_NUMBER = {
    spelling: number
    for number, name in enumerate(DAYS)
    for spelling in (name.lower(), f"{name.lower()}s", name[:3].lower())
} | {"tues": 2, "weds": 3, "thur": 4, "thurs": 4}
_MONTH_NUMBER = {
    spelling: number for number, name in enumerate(MONTHS, 1) for spelling in (name.lower(), name[:3].lower())
} | {"sept": 9}
_ORDINAL_NUMBER = {word: number for number, word in enumerate(_ORDINALS, 1)}

_MACROS = {
    "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}  # fmt: skip
_FIELDS = {
    "minute": "0 to 59", "hour": "0 to 23", "day-of-month": "1 to 31, or L for the last",
    "month": "1 to 12 or jan to dec",
    "day-of-week": "0 to 7 or sun to sat, where 0 and 7 are Sunday and 1 is Monday",
}  # fmt: skip


@lru_cache(maxsize=256)
def parse_schedule(text: str, zone: str) -> Rule:
    """Read a schedule for a zone (IANA name). Raises `UsageError` with what is wrong, near misses and examples.

    Phrases: `every day|weekday|weekend|monday [and thursday] at 09:00 [and 18:30]`, `every N weeks on friday at 17:00
    [starting 2026-11-27]`, `first|second|...|last monday of month|january at 09:00`, `1st [and 15th] of month at
    08:00`, `day 15 of month at 08:00`, `last day of month at 17:00`, `last weekday of month at 17:00`; am, pm, noon
    and midnight are understood.
    Cron: five fields as in crontab(5), or @hourly, @daily, @weekly, @monthly, @yearly.
    """
    _check_zone(zone)
    if not text.strip():
        _refuse(text, "it is empty")
    if len(text) > 200:
        _refuse(text[:60] + "...", "it is longer than 200 characters")
    rule = _cron(text, zone) if _looks_like_cron(text) else _phrase(text, zone)
    _check_fires(rule)
    return rule


def _refuse(text: str, why: str, try_: str = "") -> NoReturn:
    shown = ", ".join(f'"{example}"' for example in EXAMPLES)
    advice = f"{try_} (schedules look like {shown})" if try_ else f"one of {shown}"
    raise UsageError(f'cannot read the schedule "{text}"', why=why, try_=advice)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # unknown, not a relative path, a directory
        known = sorted(available_timezones())
        lowered = {name.lower(): name for name in known}
        city = {name.rsplit("/", 1)[-1].lower(): name for name in known}
        asked = zone.strip().lower().replace(" ", "_")
        near = difflib.get_close_matches(asked, lowered, 2, 0.75) or difflib.get_close_matches(asked, city, 2, 0.75)
        names = [lowered.get(name) or city[name] for name in near]
        hint = " or ".join(f'"{name}"' for name in names) or 'a name such as "Europe/Dublin" or "America/New_York"'
        raise UsageError(f'"{zone}" is not a time zone', why="the IANA database has no such name", try_=hint) from None


def _check_fires(rule: Rule) -> None:
    # A fixed day, not today: whether a rule is one at all must not depend on when it is read.
    for line in rule.lines:
        try:
            fires = next(CronSim(line, datetime(2000, 1, 1)), None)  # noqa: DTZ001 - wall-clock times are naive
        except CronSimError as error:
            _refuse(rule.text, _cron_reason(line, str(error)))
        if fires is None:
            _refuse(rule.text, "no day in fifty years matches it", "check the day against the month")


# -- cron lines ------------------------------------------------------------------------------------------------------


def _looks_like_cron(text: str) -> bool:
    tokens = text.split()
    return tokens[0].startswith("@") or (re.fullmatch(r"[\d*/,\-]+", tokens[0]) is not None and len(tokens) > 2)


def _cron(text: str, zone: str) -> Rule:
    line = text.strip()
    if line.startswith("@"):
        macro = _MACROS.get(line.lower())
        if macro is None:
            _refuse(text, f"{line.split()[0]} is none of {', '.join(_MACROS)}", _near(line.lower(), _MACROS))
        line = macro
    fields = line.split()
    if len(fields) == 6:
        _refuse(text, "it has six fields, and a schedule has no seconds", f'"{" ".join(fields[1:])}"')
    if len(fields) != 5:
        _refuse(text, f"a cron line has five fields (minute hour day month weekday) and this has {len(fields)}")
    fields[4] = re.sub(
        r"(?i)(?<!0)(?<!sun)-(sun|0)\b", "-7", fields[4]
    )  # fri-sun: a week ends on Sunday as well as starting there
    line = " ".join(fields)
    try:
        words = CronSim(line, datetime(2000, 1, 1)).explain()  # noqa: DTZ001 - wall-clock times are naive
    except CronSimError as error:
        _refuse(text, _cron_reason(line, str(error)))
    return Rule(text, zone, (line,), words[:1].lower() + words[1:])


def _cron_reason(line: str, message: str) -> str:
    name = message.removeprefix("Bad ")
    if name not in _FIELDS:
        return message.lower()
    field = line.split()[list(_FIELDS).index(name)]
    if name == "day-of-month" and re.fullmatch(r"[\d,\-]+", field):
        return f'its day-of-month "{field}" never comes in the months it names'
    return f'its {name} field "{field}" is not made of {_FIELDS[name]}, with * , - and / (ranges rise)'


# -- phrases ---------------------------------------------------------------------------------------------------------


def _phrase(text: str, zone: str) -> Rule:
    phrase = re.sub(r"\s*,\s*(?:and\s+)?|\s+&\s+", " and ", " ".join(text.lower().split()))
    phrase = re.sub(r"\bthe ", "", re.sub(r"\beach\b", "every", phrase)).removeprefix("on ")
    phrase, starting = _starting(text, phrase)
    days, times = _split_times(text, phrase)
    weeks, cron_days, words = _days(text, days)
    if starting and weeks == 1:
        _refuse(text, '"starting" belongs to "every N weeks"', "leave the date out")
    lines = tuple(f"{minute} {hour} {cron_days}" for hour, minute in times)
    clock = _listed([f"{hour:02}:{minute:02}" for hour, minute in times])
    since = f", starting {starting.isoformat()}" if starting else ""
    return Rule(text, zone, lines, f"{words} at {clock}{since}", weeks, starting)


def _starting(text: str, phrase: str) -> tuple[str, date | None]:
    match = re.fullmatch(r"(.*?)\s+(?:starting|from)(?:\s+on)?\s+(\S+)", phrase)
    if not match:
        return phrase, None
    try:
        return match[1].removesuffix(" and"), date.fromisoformat(match[2])
    except ValueError:
        _refuse(text, f'"{match[2]}" is not a day', "write the day as starting 2026-11-27")


_TIME = r"(?:\d{1,2}(?::\d{2})?\s*(?:am|pm|a\.m\.|p\.m\.)|\d{1,2}:\d{2}|\d{1,2}h\d{0,2}|noon|midnight)"


def _split_times(text: str, phrase: str) -> tuple[str, list[tuple[int, int]]]:
    days, at, clock = phrase.partition(" at ")
    if not at:
        match = re.fullmatch(rf"(.*?)\s+({_TIME}(?: and {_TIME})*)", phrase)
        if not match:
            _refuse(text, _missing_time(phrase), f'"{phrase.removesuffix(" at")} at 09:00"')
        days, clock = match[1], match[2]
    times = {_time(text, part.strip().removeprefix("at ")) for part in clock.split(" and ")}
    return days.strip(), sorted(times)


def _missing_time(phrase: str) -> str:
    unknown = [word for word in re.findall(r"[a-z]{3,}", phrase) if not _known(word)]
    return _unknown_word(unknown[0]) if unknown else "it does not say at which time"


def _time(text: str, clock: str) -> tuple[int, int]:
    if clock in ("noon", "midnight"):
        return (12, 0) if clock == "noon" else (0, 0)
    match = re.fullmatch(r"(\d{1,2})(?:[:h](\d{2})?)?\s*(am|pm|a\.m\.|p\.m\.)?", clock)
    if not match or not (match[2] or match[3] or "h" in clock):
        bare = re.fullmatch(r"\d{1,2}", clock)
        _refuse(text, f'"{clock}" is not a time of day', f'"{int(clock):02}:00"' if bare else 'a time such as "09:00"')
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "")[:1]
    if half and not 1 <= hour <= 12:
        _refuse(text, f'"{clock}" is not a time of day: am and pm count from 1 to 12')
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        _refuse(text, f'"{clock}" is not a time of day: hours run from 00 to 23, minutes from 00 to 59')
    return hour, minute


def _days(text: str, phrase: str) -> tuple[int, str, str]:
    """(every how many weeks, `day month weekday` of a cron line, canonical words)."""
    phrase = re.sub(r"^(?:monthly|every month) on (.+)$", r"\1 of month", phrase)
    for read in (_weekly, _monthly_weekday, _monthly_day):
        found = read(text, phrase)
        if found is not None:
            return found
    unknown = [word for word in re.findall(r"[^\W\d_]+", phrase) if not _known(word)]
    if unknown:
        _refuse(text, _unknown_word(unknown[0]), _near(unknown[0], _WORDS))
    _refuse(text, f'"{phrase}" is not a kind of day this program knows')


def _weekly(text: str, phrase: str) -> tuple[int, str, str] | None:
    phrase = re.sub(r"^(?:weekly on|every week on|every(?! other| second| \d))\s+", "", phrase)
    if phrase in ("day", "daily", "single day"):
        return 1, "* * *", "every day"
    if phrase in ("weekday", "weekdays", "workday", "workdays", "working day"):
        return 1, "* * 1-5", "every weekday"
    if phrase in ("weekend", "weekends", "weekend day"):
        return 1, "* * 6,0", "every Saturday and Sunday"
    weeks = 1
    other = r"every (?:other|second)(?: week on)?|fortnightly on"
    match = re.fullmatch(rf"(?:every (\d{{1,2}}) weeks? on|{other}) (.+)", phrase)
    if match:
        weeks, phrase = int(match[1] or 2), match[2]
    days = _weekdays(phrase)
    if days is None:
        return None
    if not 1 <= weeks <= 52:
        _refuse(text, "it repeats every 1 to 52 weeks", "a number of weeks from 1 to 52")
    names = _listed([DAYS[day] for day in days])
    words = f"every {names}" if weeks == 1 else f"every {weeks} weeks on {names}"
    return weeks, f"* * {','.join(map(str, days))}", words


def _weekdays(phrase: str) -> list[int] | None:
    """Cron numbers in the order of the week from Monday, or None when `phrase` is no list of weekdays."""
    days: set[int] = set()
    for part in phrase.split(" and "):
        ends = [_DAY_NUMBER.get(word) for word in re.split(r" to | through |\s?-\s?", part)]
        if None in ends or len(ends) > 2:
            return None
        first, last = ends[0] or 0, ends[-1] or 0
        days.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return sorted(days, key=lambda day: (day - 1) % 7)


def _monthly_weekday(text: str, phrase: str) -> tuple[int, str, str] | None:
    match = re.fullmatch(r"(?:every )?(.+?) (\w+) of (.+)", phrase)
    if not match or match[2] not in _DAY_NUMBER:
        return None
    places = [_ordinal(word) for word in match[1].split(" and ")]
    if None in places:
        return None
    month_field, month_words = _months(text, match[3])
    day = _DAY_NUMBER[match[2]]
    chosen = [place for place in places if place is not None]
    if any(place > 5 for place in chosen):
        _refuse(text, f"a month has no {max(chosen)}th {DAYS[day]}", f'"last {match[2]} of month"')
    field = ",".join(f"{day}L" if place < 0 else f"{day}#{place}" for place in chosen)
    names = _listed([_ORDINALS[place - 1] if place > 0 else "last" for place in chosen])
    return 1, f"* {month_field} {field}", f"{names} {DAYS[day]} of {month_words}"


def _monthly_day(text: str, phrase: str) -> tuple[int, str, str] | None:
    match = re.fullmatch(r"(?:every )?(?:days? )?(.+?)(?: day)? of (.+)", phrase)
    if not match:
        return None
    month_field, month_words = _months(text, match[2])
    if match[1] in ("last", "last weekday", "last workday", "last working"):
        field, name = ("L", "last day") if match[1] == "last" else ("LW", "last weekday")
        return 1, f"{field} {month_field} *", f"{name} of {month_words}"
    days = [_ordinal(word, bare=True) for word in re.sub(r"\bday ", "", match[1]).split(" and ")]
    numbers = sorted({day for day in days if day is not None and day > 0})
    if len(numbers) != len(days):
        return None
    _check_month_days(text, numbers, month_field)
    return (
        1,
        f"{','.join(map(str, numbers))} {month_field} *",
        f"day {_listed(list(map(str, numbers)))} of {month_words}",
    )


def _check_month_days(text: str, numbers: Sequence[int], month_field: str) -> None:
    months = range(1, 13) if month_field == "*" else [int(month) for month in month_field.split(",")]
    for day in numbers:
        if day < 1 or any(day > _MONTH_DAYS[month - 1] for month in months):
            which = "every month" if month_field == "*" else "each of these months in every year"
            _refuse(text, f"not {which} has a day {day}", '"last day of month at 08:00", or a day from 1 to 28')


def _months(text: str, phrase: str) -> tuple[str, str]:
    phrase = phrase.removeprefix("every ")
    if phrase in ("month", "months"):
        return "*", "every month"
    names = phrase.split(" and ")
    numbers = sorted({_MONTH_NUMBER[name] for name in names if name in _MONTH_NUMBER})
    unknown = [name for name in names if name not in _MONTH_NUMBER]
    if unknown:
        _refuse(text, f'"{unknown[0]}" is not a month', _near(unknown[0], [*_MONTH_NUMBER, "month"]))
    return ",".join(map(str, numbers)), _listed([MONTHS[number - 1] for number in numbers])


def _ordinal(word: str, *, bare: bool = False) -> int | None:
    """1 for "first" and "1st", -1 for "last", None for anything else; plain numbers only where `bare`."""
    if word == "last":
        return -1
    match = re.fullmatch(r"(\d{1,2})(st|nd|rd|th)?", word, re.ASCII)
    if match and (match[2] or bare):
        return int(match[1])
    return _ORDINAL_NUMBER.get(word)


def _known(word: str) -> bool:
    return word in _WORDS or word in _DAY_NUMBER or word in _MONTH_NUMBER or word in ("st", "nd", "rd", "th")


def _unknown_word(word: str) -> str:
    near = difflib.get_close_matches(word, sorted(_WORDS), 1, 0.7)
    return f'"{word}" is not a word it knows' + (f' (did you mean "{near[0]}"?)' if near else "")


def _near(word: str, known: Iterable[str]) -> str:
    return " or ".join(f'"{name}"' for name in difflib.get_close_matches(word, sorted(known), 2, 0.7))


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
