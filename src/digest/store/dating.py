"""When was an article published, if its source says so more than once? Pure.

Must not decide what is news. Invariants: a date that could be true is never replaced by a later one, however often a
feed dates itself anew; an article that waits for a day to come takes its newest date; dates before the web and dates
to come are believed only when there is nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from digest.model import Article

FUTURE_TOLERANCE = timedelta(minutes=10)  # clocks differ; beyond that a date in the future is a date to wait for
EARLIEST = datetime(1991, 8, 6, tzinfo=UTC)  # the first web page; what is older is a default, mostly 1970
_SAME_DAY = timedelta(hours=24)
_PRECISION = {"exact": 3, "assumed": 2, "day": 1}


def effective_date(published: datetime | None, first_seen: datetime) -> datetime:
    """When an article counts as news for ranking: a date after its first sighting cannot be its age."""
    return first_seen if published is None else min(published, first_seen)


def dated_first(old: Article, new: Article, *, at: datetime) -> Article:
    """`new` with the date that is to be believed, and a note of where that comes from if it is not its own."""
    if _replaces(old, new, at):
        return new
    note = "" if new.published is None else f"; kept, the source later said {new.published:%Y-%m-%d %H:%M}"
    origin = dict(new.origin) | {"published": old.origin.get("published", "").partition("; kept")[0] + note}
    return replace(new, published=old.published, published_confidence=old.published_confidence, origin=origin)


def _replaces(old: Article, new: Article, at: datetime) -> bool:
    if old.published == new.published or not _believable(old.published, at):
        return new.published is not None or old.published is None
    if new.published is None or old.published is None or not _believable(new.published, at):
        return False
    precision, before = (_PRECISION.get(one.published_confidence, 0) for one in (new, old))
    if abs(new.published - old.published) <= _SAME_DAY and precision != before:
        return precision > before  # "23 November" and "23 November, 10:00" do not contradict each other
    return new.published < old.published


def _believable(date: datetime | None, at: datetime) -> bool:
    return date is not None and EARLIEST <= date <= at + FUTURE_TOLERANCE
