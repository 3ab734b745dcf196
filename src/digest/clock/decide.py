"""What is due for one digest now: pure, from the rule, the digest's history and the clock's reading.

An occurrence at or before the last issue's instant, or at or before the last change of schedule or zone (the first
sight of the digest counts as one), is never due. Of several missed occurrences only the newest is made; the older
ones are written down as missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from digest.model import Period
from digest.recurrence import Rule, due_periods, interval_s

MAX_CATCH_UP_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Due:
    """The newest due period, if any, whether it is later than `catch_up` allows, and the ones passed by."""

    period: Period | None = None
    late: bool = False
    missed: tuple[Period, ...] = ()


def decide(
    rule: Rule, *, never_before: datetime, last_end: datetime | None, now: datetime, catch_up_s: float | None
) -> Due:
    """`last_end` is the instant of the last regular issue, None before the first. All datetimes aware."""
    after = max(never_before, last_end) if last_end is not None else never_before
    periods = due_periods(rule, after, now)
    if not periods:
        return Due()
    newest = periods[-1]
    return Due(newest, is_late(rule, newest.end, now, catch_up_s), tuple(periods[:-1]))


def is_late(rule: Rule, end: datetime, now: datetime, catch_up_s: float | None) -> bool:
    """Whether an occurrence is too long ago to be mailed without asking: a surprise is worse than a gap."""
    limit = catch_up_s if catch_up_s is not None else min(MAX_CATCH_UP_S, interval_s(rule, end) / 4)
    return now - end > timedelta(seconds=limit)
