"""When a rule falls due: nominal wall-clock times, the instants they become, and the periods between them.

Does not read a clock and does not parse what people write (`schedule` does). Invariant: see the package.

Why this way: cronsim walks naive wall-clock times only, where it is exact and knows nothing of zones; the zone is
applied here, once, by one definition. Its own zone handling treats `*/30` and `30 2` differently at a change of
offset (as Debian's cron does), which would make two labels of one period.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, pairwise
from zoneinfo import ZoneInfo

from cronsim import CronSim

from digest.model.issue import Period

_SECOND = timedelta(seconds=1)
_BUCKETS: dict[str, Callable[[date], object]] = {
    "daily": lambda day: day,
    "weekly": lambda day: day.isocalendar()[:2],
    "monthly": lambda day: (day.year, day.month),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One schedule in one zone; made by `parse_schedule`, equal when it means the same text in the same zone.

    `lines` are five-field cron lines on wall-clock time (several where one line cannot say it: 07:30 and 18:00);
    `words` is the canonical reading. `every_weeks` keeps each n-th ISO week, counted without a break from the week of
    `starting`, or else from Monday 0001-01-01: the count runs through 53-week years, so "every 2 weeks" never
    becomes one or three. `starting` is also the first day on which the rule may fire. `at_most` ("daily", "weekly",
    "monthly") keeps only the first nominal time of each day, ISO week or month: what a reader gets who asked for
    fewer mails.
    """

    text: str
    zone: str
    lines: tuple[str, ...]
    words: str
    every_weeks: int = 1
    starting: date | None = None
    at_most: str = ""

    def describe(self) -> str:
        """`every Monday at 09:00 (Europe/Dublin)`."""
        return f"{self.words} ({self.zone})"


def thinned(rule: Rule, frequency: str) -> Rule:
    """The same schedule at most once per `frequency` ("daily", "weekly", "monthly"), at its first time in each."""
    if frequency not in _BUCKETS:
        raise ValueError(f"{frequency!r} is none of {', '.join(_BUCKETS)}")
    return replace(rule, at_most=frequency)


def is_thinner(rule: Rule, frequency: str, now: datetime) -> bool:
    """Whether `thinned(rule, frequency)` falls due less often than `rule`, judged by the next few occurrences."""
    coming = list(occurrences(rule, now, count=12))
    return len({_BUCKETS[frequency](at.astimezone(ZoneInfo(rule.zone)).date()) for at in coming}) < len(coming)


def occurrences(
    rule: Rule, after: datetime, *, until: datetime | None = None, count: int | None = None
) -> Iterator[datetime]:
    """The instants after `after` (exclusive) up to `until` (inclusive) or `count` of them, as aware UTC."""
    zone = ZoneInfo(rule.zone)
    last = _aware(after)
    left = count
    for wall in _walls_after(rule, _wall(last, zone)):
        if left is not None and left <= 0:
            return
        at = first_instant(wall, zone)
        if until is not None and at > until:
            return
        if at <= last:  # served already: an overlap's second pass, or several nominal times in one gap
            continue
        last = at
        left = None if left is None else left - 1
        yield at


def next_occurrence(rule: Rule, after: datetime) -> datetime:
    """The first instant strictly after `after`."""
    at = next(occurrences(rule, after, count=1), None)
    if at is None:  # parse_schedule refuses such rules; only the end of the calendar is left
        raise ValueError(f"{rule.text!r} does not fire after {after.isoformat()}")
    return at


def previous_occurrence(rule: Rule, at_or_before: datetime) -> datetime | None:
    """The last instant at or before; None before the first of a rule with a starting date."""
    return _previous(rule, _aware(at_or_before), rule.starting)


def period_at(rule: Rule, now: datetime) -> Period:
    """The current period: it ends with the occurrence at or before `now` (before the first one, the coming period)."""
    end = previous_occurrence(rule, now)
    return period_after(rule, now) if end is None else _period(rule, end)


def period_after(rule: Rule, now: datetime) -> Period:
    """The coming period: it ends with the first occurrence after `now`."""
    return _period(rule, next_occurrence(rule, now))


def due_periods(rule: Rule, after: datetime, now: datetime) -> list[Period]:
    """Every period with `after < end <= now`, oldest first."""
    ends = list(occurrences(rule, after, until=_aware(now)))
    if not ends:
        return []
    starts = [_start_of(rule, ends[0]), *ends]
    return [Period(_label(end, rule.zone), start, end) for start, end in zip(starts, ends, strict=False)]


def interval_s(rule: Rule, at: datetime) -> float:
    """Seconds from the occurrence at or before `at` to the next one: the length of the period running at `at`."""
    end = next_occurrence(rule, at)
    return (end - _start_of(rule, end)).total_seconds()


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first instant (aware UTC) at which the clock of `zone` reads `wall` (naive) or later."""
    late = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if _wall(late, zone) == wall:
        return late  # PEP 495: fold=0 is the first of two
    # In a gap PEP 495 gives fold=1 the offset after it, hence an instant before it, and fold=0 one after it; the end
    # of the gap lies between them. Zones change on whole seconds, so bisecting to one second finds it exactly.
    early = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while late - early > _SECOND:
        middle = early + ((late - early) // 2 // _SECOND) * _SECOND
        if _wall(middle, zone) < wall:
            early = middle
        else:
            late = middle
    return late


def _previous(rule: Rule, at: datetime, not_before: date | None) -> datetime | None:
    zone = ZoneInfo(rule.zone)
    local = at.astimezone(zone)
    reached = local.replace(tzinfo=None, fold=0)
    if local.fold:  # the second pass: the clock has read up to an overlap's length later than it does now
        reached += _offset(local.replace(fold=0)) - _offset(local)
    for wall in _walls_before(rule, reached):
        if not_before is not None and wall.date() < not_before:
            return None
        instant = first_instant(wall, zone)
        if instant <= at:
            return instant
    return None


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def _start_of(rule: Rule, end: datetime) -> datetime:
    """Where the period that ends at `end` begins, also for the first one, whose forerunner never took place."""
    start = _previous(rule, end - timedelta(microseconds=1), None)
    if start is None:
        raise ValueError(f"{rule.text!r} does not fire before {end.isoformat()}")
    return start


def _period(rule: Rule, end: datetime) -> Period:
    return Period(_label(end, rule.zone), _start_of(rule, end), end)


def _label(end: datetime, zone: str) -> str:
    """The wall-clock time of the occurrence itself: a nominal 02:30 in a gap that ends at 03:00 is labelled 03:00."""
    wall = _wall(end, ZoneInfo(zone))
    return f"{wall.isoformat(timespec='seconds' if wall.second else 'minutes')}@{zone}"


def _walls_after(rule: Rule, wall: datetime) -> Iterator[datetime]:
    """Nominal times after `wall` (naive, exclusive), rising."""
    if rule.starting is not None:
        wall = max(wall, datetime.combine(rule.starting, time()) - _SECOND)
    streams = [CronSim(line, wall) for line in rule.lines]
    walls = (at for at in heapq.merge(*streams) if _in_week(rule, at.date()))
    return _first_of_each(rule, walls, wall) if rule.at_most else walls


def _walls_before(rule: Rule, wall: datetime) -> Iterator[datetime]:
    """Nominal times up to `wall` (naive, inclusive), falling; does not stop at `rule.starting`."""
    streams = [CronSim(line, wall.replace(microsecond=0) + _SECOND, reverse=True) for line in rule.lines]
    walls = (at for at in heapq.merge(*streams, reverse=True) if _in_week(rule, at.date()))
    return _last_of_each(rule, walls) if rule.at_most else walls


def _first_of_each(rule: Rule, rising: Iterator[datetime], after: datetime) -> Iterator[datetime]:
    """The first time of each bucket; whether the bucket of `after` has had its first is asked of the times before."""
    bucket = _BUCKETS[rule.at_most]
    before = next(_walls_before(replace(rule, at_most=""), after), None)
    served = bucket(before.date()) if before is not None else None
    for at in rising:
        if bucket(at.date()) != served:
            served = bucket(at.date())
            yield at


def _last_of_each(rule: Rule, falling: Iterator[datetime]) -> Iterator[datetime]:
    """The same times, met from behind: one is the first of its bucket when the one before it is in another."""
    bucket = _BUCKETS[rule.at_most]
    for at, earlier in pairwise(chain(falling, (None,))):
        if at is not None and (earlier is None or bucket(earlier.date()) != bucket(at.date())):
            yield at


def _in_week(rule: Rule, day: date) -> bool:
    if rule.every_weeks == 1:
        return True
    first = _week_number(rule.starting) if rule.starting else 0
    return (_week_number(day) - first) % rule.every_weeks == 0


def _week_number(day: date) -> int:
    return (day.toordinal() - 1) // 7  # ordinal 1, 0001-01-01, is a Monday


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no zone: pass an aware datetime")
    return at.astimezone(UTC)
