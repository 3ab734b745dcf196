"""Every wall-clock rule, in zones that do everything zones do, against a brute-force walk of the clock.

The oracle shares no code with the package: it walks UTC minute by minute, watches what the zone's clock reads, and
lets a rule fire when the clock first reads (or jumps past) one of its times. Which days a rule means is written out
by hand below. The whole, 2020 to 2040 minute by minute, runs under DIGEST_PROOF=1; otherwise the days around the
changes of offset, and a seeded sample of ordinary fortnights.
"""

import itertools
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest.recurrence import due_periods, occurrences, parse_schedule, period_at, previous_occurrence

ZONES = (
    "Europe/Dublin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Cairo",
    "Pacific/Apia", "Asia/Tehran", "America/St_Johns", "UTC", "Africa/Casablanca", "Pacific/Chatham",
)  # fmt: skip

EVERY_MINUTE = [(h, m) for h in range(24) for m in range(60)]


def _last(day: date) -> bool:
    return (day + timedelta(days=1)).month != day.month


RULES: dict[str, tuple[Callable[[date], bool], list[tuple[int, int]]]] = {
    "every monday at 09:00": (lambda d: d.isoweekday() == 1, [(9, 0)]),
    "every sunday at 01:30": (lambda d: d.isoweekday() == 7, [(1, 30)]),
    "every day at 02:30": (lambda d: True, [(2, 30)]),
    "every day at 00:00": (lambda d: True, [(0, 0)]),
    "every day at 01:59 and 00:10": (lambda d: True, [(0, 10), (1, 59)]),
    "every weekday at 07:00": (lambda d: d.isoweekday() <= 5, [(7, 0)]),
    "every weekend at 02:07": (lambda d: d.isoweekday() in (6, 7), [(2, 7)]),
    "first monday of month at 09:00": (lambda d: d.isoweekday() == 1 and d.day <= 7, [(9, 0)]),
    "last sunday of month at 02:15": (
        lambda d: d.isoweekday() == 7 and (d + timedelta(days=7)).month != d.month,
        [(2, 15)],
    ),
    "1st and 15th of month at 08:00": (lambda d: d.day in (1, 15), [(8, 0)]),
    "last day of month at 23:45": (_last, [(23, 45)]),
    "every 2 weeks on friday at 17:00 starting 2019-11-29": (
        lambda d: (d - date(2019, 11, 29)).days % 14 == 0,
        [(17, 0)],
    ),
    "*/30 * * * *": (lambda d: True, [(h, m) for h in range(24) for m in (0, 30)]),
    "15 */2 * * *": (lambda d: True, [(h, 15) for h in range(0, 24, 2)]),
    "30 2 * * 0": (lambda d: d.isoweekday() == 7, [(2, 30)]),
    "0 3 25-31 * sun": (lambda d: d.day >= 25 or d.isoweekday() == 7, [(3, 0)]),
    "* 0-3 29 3,10 *": (lambda d: d.day == 29 and d.month in (3, 10), [(h, m) for h, m in EVERY_MINUTE if h <= 3]),
    "0 12 29 2 *": (lambda d: (d.month, d.day) == (2, 29), [(12, 0)]),
}


def _times(start: date, end: date) -> dict[datetime, list[str]]:
    """Nominal wall-clock time -> the rules that mean it."""
    times: dict[datetime, list[str]] = {}
    for offset in range((end - start).days):
        day = start + timedelta(days=offset)
        for text, (means, clock) in RULES.items():
            if means(day):
                for hour, minute in clock:
                    times.setdefault(datetime(day.year, day.month, day.day, hour, minute), []).append(text)
    return times


def walk(zone: str, start: datetime, end: datetime) -> dict[str, list[datetime]]:
    """What fires in (start, end], by looking at the clock each minute."""
    tz, minute = ZoneInfo(zone), timedelta(minutes=1)
    times = _times(start.date() - timedelta(days=2), end.date() + timedelta(days=3))
    fired: dict[str, list[datetime]] = {text: [] for text in RULES}
    now = start
    seen = max(
        (start - minute * back).astimezone(tz).replace(tzinfo=None, fold=0) for back in range(180)
    )  # the highest reading so far: a clock that was set back must pass it again before anything fires
    while now < end:
        now += minute
        reading = now.astimezone(tz).replace(tzinfo=None, fold=0)
        firing: dict[str, None] = {}
        while seen < reading:
            seen += minute
            firing.update(dict.fromkeys(times.get(seen, ())))
        for text in firing:
            fired[text].append(now)
    return fired


def _changes(zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    tz, day = ZoneInfo(zone), timedelta(days=1)
    while start < end:
        if start.astimezone(tz).utcoffset() != (start + day).astimezone(tz).utcoffset():
            yield start
        start += day


def _check(zone: str, start: datetime, end: datetime) -> None:
    oracle = walk(zone, start, end)
    for text, expected in oracle.items():
        rule = parse_schedule(text, zone)
        assert list(occurrences(rule, start, until=end)) == expected, (text, zone, start)
        periods = due_periods(rule, start, end)
        assert [period.end for period in periods] == expected
        assert [period.start for period in periods[1:]] == expected[:-1]
        assert len({period.label for period in periods}) == len(periods)
        _check_backwards(text, zone, expected)


def _check_backwards(text: str, zone: str, expected: list[datetime]) -> None:
    rule = parse_schedule(text, zone)
    step = max(1, len(expected) // 60)
    for before, at in list(itertools.pairwise(expected))[::step]:
        assert previous_occurrence(rule, at) == at
        assert previous_occurrence(rule, at - timedelta(microseconds=1)) == before
        assert previous_occurrence(rule, before + (at - before) / 2) == before
        assert (period_at(rule, at).start, period_at(rule, at).end) == (before, at)


def _utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_rules_agree_with_the_clock_around_changes_of_offset(zone: str) -> None:
    """Around the changes of two seeded years and in one ordinary week, nothing is doubled, skipped or moved."""
    chance = random.Random(f"{zone}-20261123")
    windows = [
        change
        for year in chance.sample(range(2020, 2041), 2)
        for change in _changes(zone, _utc(year, 1, 1), _utc(year + 1, 1, 1))
    ]
    windows.append(_utc(2020, 1, 1) + timedelta(days=chance.randrange(7000)))
    for window in (*windows[:2], windows[-1]):
        _check(zone, window - timedelta(hours=12), window + timedelta(days=2))


def test_a_day_that_never_was_is_served_once() -> None:
    """Pacific/Apia had no 30 December 2011: its daily digest comes at the first minute after the gap."""
    _check("Pacific/Apia", _utc(2011, 12, 28), _utc(2012, 1, 2))
    rule = parse_schedule("every day at 09:00", "Pacific/Apia")
    labels = [period.label[:16] for period in due_periods(rule, _utc(2011, 12, 29), _utc(2011, 12, 31))]
    assert labels == ["2011-12-29T09:00", "2011-12-31T00:00", "2011-12-31T09:00"]


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("DIGEST_PROOF") != "1", reason="twenty years minute by minute: DIGEST_PROOF=1")
@pytest.mark.parametrize("zone", ZONES)
def test_rules_agree_with_the_clock_from_2020_to_2040(zone: str) -> None:
    """Over every minute of twenty-one years, nothing is doubled, skipped or moved."""
    _check(zone, _utc(2020, 1, 1), _utc(2041, 1, 1))


def _labels(text: str, zone: str, start: datetime, end: datetime) -> list[str]:
    return [period.label for period in due_periods(parse_schedule(text, zone), start, end)]


def test_labels_are_wall_clock_in_the_zone() -> None:
    """The label is the same before and after the change of offset, and names the zone."""
    labels = _labels("every monday at 09:00", "Europe/Dublin", _utc(2026, 10, 18), _utc(2026, 11, 24))
    assert labels[0] == "2026-10-19T09:00@Europe/Dublin"
    assert labels[-1] == "2026-11-23T09:00@Europe/Dublin"


def test_a_gap_moves_later_and_an_overlap_takes_the_first() -> None:
    """New York: 02:30 becomes 03:00 EDT on the spring day, 01:30 is EDT (05:30Z) on the autumn day, each once."""
    spring = due_periods(parse_schedule("every day at 02:30", "America/New_York"), _utc(2026, 3, 8), _utc(2026, 3, 9))
    assert [(p.label, p.end) for p in spring] == [("2026-03-08T03:00@America/New_York", _utc(2026, 3, 8, 7))]
    autumn = due_periods(parse_schedule("every day at 01:30", "America/New_York"), _utc(2026, 11, 1), _utc(2026, 11, 2))
    assert [(p.label, p.end) for p in autumn] == [("2026-11-01T01:30@America/New_York", _utc(2026, 11, 1, 5, 30))]


def test_times_inside_one_gap_are_one_period() -> None:
    """A half-hourly cron line gives 01:30 and 03:00 around the gap: 02:00, 02:30 and 03:00 are one occurrence."""
    labels = _labels("*/30 * * * *", "America/New_York", _utc(2026, 3, 8, 6, 15), _utc(2026, 3, 8, 7, 45))
    assert [label[11:16] for label in labels] == ["01:30", "03:00", "03:30"]


def test_due_periods_is_half_open_on_the_left() -> None:
    """A period that ends exactly at `after` is not due again; one that ends exactly at `now` is."""
    rule = parse_schedule("every day at 09:00", "UTC")
    ends = [period.end for period in due_periods(rule, _utc(2026, 1, 1, 9), _utc(2026, 1, 3, 9))]
    assert ends == [_utc(2026, 1, 2, 9), _utc(2026, 1, 3, 9)]


def test_the_first_period_of_a_starting_rule_has_its_full_length() -> None:
    """Before the starting day the current period is the coming one, and it begins two weeks before its end."""
    rule = parse_schedule("every 2 weeks on friday at 17:00 starting 2026-11-27", "UTC")
    period = period_at(rule, _utc(2026, 11, 23))
    assert (period.start, period.end) == (_utc(2026, 11, 13, 17), _utc(2026, 11, 27, 17))
    assert previous_occurrence(rule, _utc(2026, 11, 23)) is None


@pytest.mark.parametrize(
    "call", [previous_occurrence, period_at, lambda rule, at: list(occurrences(rule, at, count=1))]
)
def test_a_naive_datetime_is_refused(call: Callable[..., object]) -> None:
    """An instant without a zone is a mistake of the caller, never read as local time."""
    with pytest.raises(ValueError, match="has no zone"):
        call(parse_schedule("@daily", "UTC"), datetime(2026, 1, 1))
