"""What is due: pure, from the rule, the digest's history and the clock's reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from digest.clock.decide import decide, is_late
from digest.recurrence import parse_schedule

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
RULE = parse_schedule("every monday at 09:00", "Europe/Dublin")


@pytest.mark.parametrize(
    ("never_before", "last_end", "now", "due", "missed"),
    [
        (MONDAY - WEEK, None, MONDAY - HOUR, None, 0),
        (MONDAY - HOUR, None, MONDAY, MONDAY, 0),
        (MONDAY, None, MONDAY + HOUR, None, 0),  # the first sight at the very instant
        (MONDAY - WEEK, MONDAY, MONDAY + HOUR, None, 0),
        (MONDAY - WEEK, MONDAY + WEEK, MONDAY + HOUR, None, 0),  # an issue sent ahead of its time; a clock set back
        (MONDAY + HOUR, MONDAY, MONDAY + WEEK, MONDAY + WEEK, 0),
        (MONDAY - HOUR, None, MONDAY + 3 * WEEK + HOUR, MONDAY + 3 * WEEK, 3),
    ],
)
def test_the_newest_occurrence_after_the_baseline_and_the_last_issue_is_due(
    never_before: datetime, last_end: datetime | None, now: datetime, due: datetime | None, missed: int
) -> None:
    """Only the newest is made, older ones are written down; nothing at or before the baseline or the last issue is."""
    found = decide(RULE, never_before=never_before, last_end=last_end, now=now, catch_up_s=None)

    assert (found.period and found.period.end, len(found.missed)) == (due, missed)
    assert [period.end for period in found.missed] == sorted(period.end for period in found.missed)


@pytest.mark.parametrize(
    ("schedule", "hours", "late"),
    [
        ("every monday at 09:00", 23.9, False),
        ("every monday at 09:00", 24.1, True),  # 24 hours at most
        ("every day at 09:00", 5.9, False),
        ("every day at 09:00", 6.1, True),  # a quarter of the interval
        ("0 * * * *", 0.2, False),
        ("0 * * * *", 0.3, True),
    ],
)
def test_catch_up_is_a_day_or_a_quarter_of_the_interval(schedule: str, hours: float, late: bool) -> None:
    """Whichever is shorter, unless the configuration says otherwise."""
    rule = parse_schedule(schedule, "UTC")

    assert is_late(rule, MONDAY, MONDAY + hours * HOUR, None) is late
    assert is_late(rule, MONDAY, MONDAY + hours * HOUR, 1.0)
    assert not is_late(rule, MONDAY, MONDAY + hours * HOUR, 1e6)
