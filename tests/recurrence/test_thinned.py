"""A reader who asked for fewer mails: the first occurrence of each day, week or month, in both directions of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from digest.recurrence import due_periods, is_thinner, occurrences, parse_schedule, period_at, thinned

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=400)
ZONE = "America/New_York"


def _expected(text: str, bucket: str) -> list[datetime]:
    """The first of each bucket by brute force; the first bucket of the window is left out: it may have begun before."""
    key = {
        "daily": lambda at: at.date(),
        "weekly": lambda at: at.isocalendar()[:2],
        "monthly": lambda at: (at.year, at.month),
    }[bucket]
    found: dict[object, datetime] = {}
    for at in occurrences(parse_schedule(text, ZONE), START - timedelta(days=40), until=END):
        found.setdefault(key(at.astimezone(ZoneInfo(ZONE))), at)
    return [at for at in found.values() if at > START]


@pytest.mark.parametrize("bucket", ["daily", "weekly", "monthly"])
@pytest.mark.parametrize(
    "text", ["every monday at 09:00", "every day at 02:30", "every 2 weeks on friday at 17:00", "*/50 1-3 * * *"]
)
def test_only_the_first_of_each_is_kept(text: str, bucket: str) -> None:
    rule = thinned(parse_schedule(text, ZONE), bucket)
    wanted = _expected(text, bucket)

    assert list(occurrences(rule, START, until=END)) == wanted
    periods = due_periods(rule, START, END)
    assert [period.end for period in periods] == wanted
    assert all(before.end == after.start for before, after in pairwise(periods))
    for period in periods[::7]:
        assert period_at(rule, period.end + timedelta(minutes=1)) == period


def test_a_frequency_that_is_not_rarer_than_the_digest_changes_nothing() -> None:
    weekly, daily = parse_schedule("every monday at 09:00", ZONE), parse_schedule("every weekday at 07:00", ZONE)

    assert not is_thinner(weekly, "daily", START)
    assert not is_thinner(weekly, "weekly", START)
    assert is_thinner(weekly, "monthly", START)
    assert not is_thinner(daily, "daily", START)
    assert is_thinner(daily, "weekly", START)
