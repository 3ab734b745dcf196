"""Who is not mailed any more because of what came back: the rules, as one pure function.

| what came back | what follows |
|---|---|
| complaint | never again, on any list |
| hard bounce, no such mailbox (5.1.1, 5.1.10, a disabled account ...) | never again: such addresses become traps |
| hard bounce, no such domain (5.1.2, 5.4.4) | 90 days: a domain may have lapsed or lost its name server for a week |
| mail of three issues in a row came back for now (full, too slow) | 30 days |
| they object to us (5.7.x) | nothing: it is our fault, not the reader's |
| an unsubscribe | that one list (not decided here) |

Does not know a database. Invariant: a suppression that stands is never shortened by a weaker reason.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from digest.model import EventKind, History, Stop, Suppression

SOFT_IN_A_ROW = 3
SOFT_REST = timedelta(days=30)
DOMAIN_REST = timedelta(days=90)
_HARD, _SOFT = _BOUNCE_REASONS = ("hard bounce", "bounces of")
_DOMAIN = ("5.1.2", "5.4.4", "5.4.310")


def stop_for(kind: EventKind, status: str, *, at: datetime, history: History) -> Stop | None:
    """What an event that is proven to be about a person ends for them; None: nothing, or nothing more than stands."""
    stop = _stop(kind, status, at, history)
    return stop if stop is not None and _is_stronger(stop, history.standing, at) else None


def is_bounce(stop: Suppression) -> bool:
    """Whether it stands because mail came back, and not because somebody wants none."""
    return stop.reason.startswith(_BOUNCE_REASONS)


def _stop(kind: EventKind, status: str, at: datetime, history: History) -> Stop | None:
    if kind is EventKind.COMPLAINT:
        return Stop("complaint")
    if kind is EventKind.HARD:
        reason = f"{_HARD} ({status})" if status else _HARD
        return Stop(reason, at + DOMAIN_REST if status in _DOMAIN else None)
    if kind is EventKind.SOFT and history.bounced_in_a_row >= SOFT_IN_A_ROW:
        return Stop(f"{_SOFT} {history.bounced_in_a_row} issues in a row", at + SOFT_REST)
    return None


def _is_stronger(stop: Stop, standing: Suppression | None, at: datetime) -> bool:
    """Longer wins; of two without an end, the first, except that a complaint says more than a dead mailbox."""
    if standing is None or (standing.until is not None and standing.until <= at):
        return True
    if stop.until is None:
        return standing.until is not None or (stop.reason == "complaint" and standing.reason != "complaint")
    return standing.until is not None and stop.until > standing.until
