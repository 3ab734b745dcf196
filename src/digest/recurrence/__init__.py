"""Wall-clock rules and the periods they make: "every monday at 09:00" in Europe/Dublin, as instants and labels.

`schedule` reads what an operator writes (phrases, or cron lines with cron's own numbering of weekdays); `rule` says
when a rule falls due. Pure: nothing here reads a clock; every instant is an argument and comes back as aware UTC.

Invariant: the occurrences of a rule are strictly increasing instants, each with its own label, and every nominal
time of the rule is served by exactly one of them, whatever the zone does to its clock:

    the occurrence of a nominal wall-clock time is the FIRST instant at which the zone's clock reads that time or later

so a time in a gap (spring) moves to the end of the gap, a time in an overlap (autumn) takes the first pass, and
several nominal times inside one gap are one occurrence. An hourly rule therefore pauses for an hour in autumn: its
wall-clock times were served already. Why this way: the four usual libraries disagree here; APScheduler 3.11 fires
01:30 twice in autumn, croniter does too, and a period that is not unique is a newsletter sent twice.
"""

from digest.recurrence.rule import (
    Rule,
    due_periods,
    interval_s,
    is_thinner,
    next_occurrence,
    occurrences,
    period_after,
    period_at,
    previous_occurrence,
    thinned,
)
from digest.recurrence.schedule import parse_schedule

__all__ = [
    "Rule", "due_periods", "interval_s", "is_thinner", "next_occurrence", "occurrences", "parse_schedule",
    "period_after", "period_at", "previous_occurrence", "thinned",
]  # fmt: skip
