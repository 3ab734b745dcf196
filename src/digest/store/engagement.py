"""Views, comments and reactions over time: one row for each change, oldest first.

Must not judge what is much. Invariants: a reading is never older than the one stored before it, so nothing is slipped
into the past; a counter that a fetch does not mention keeps its value; a recount that lowers a counter is a row of its
own, to be seen, and never counts as negative growth. Counters are those of the source an article belongs to: the copy
on a planet counts its own readers.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Article
from digest.store.database import Database
from digest.store.schema import article, engagement, source

LARGEST = 2**63 - 1
COUNTERS = ("views", "comments", "reactions")
Counts = tuple[int | None, int | None, int | None]
_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters of one article from `at` on; None was never said."""

    at: datetime
    views: int | None = None
    comments: int | None = None
    reactions: int | None = None

    @property
    def counts(self) -> Counts:
        return self.views, self.comments, self.reactions


@dataclass(frozen=True, slots=True)
class Velocity:
    """Growth per day; None where a counter was not read at both ends."""

    views: float | None = None
    comments: float | None = None
    reactions: float | None = None


def latest(readings: Sequence[Reading]) -> Reading | None:
    """The counters as they stand."""
    return max(readings, key=lambda reading: reading.at, default=None)


def velocity(readings: Sequence[Reading], *, since: datetime, now: datetime) -> Velocity:
    """How fast each counter grew between `since` (or the first reading, if later) and `now`.

    A counter stands still between two readings: there is a row for each change. Growth is the sum of the rises, so a
    recount in between costs nothing. Less than an hour is no measure: all None.
    """
    ordered = sorted((one for one in readings if one.at <= now), key=lambda reading: reading.at)
    before = [one for one in ordered if one.at <= since][-1:]
    line = before + [one for one in ordered if one.at > since]
    if not line:
        return Velocity()
    days = (now - max(since, line[0].at)).total_seconds() / 86_400
    return Velocity(*(_growth([one.counts[which] for one in line], days) for which in range(3)))


def _growth(values: Sequence[int | None], days: float) -> float | None:
    if values[0] is None or days < 1 / 24:
        return None
    known = [value for value in values if value is not None]
    return sum(max(after - before, 0) for before, after in itertools.pairwise(known)) / days


def bounded(value: int | None) -> int | None:
    """A counter from outside may be any integer; a column holds 64 bits."""
    return None if value is None else max(0, min(value, LARGEST))


def note_counts(database: Database, connection: Connection, article_id: int, piece: Article, at: datetime) -> None:
    """Write a reading if it changed something. An answer that comes late, after a newer one, changes nothing."""
    now = (bounded(piece.views), bounded(piece.comments), bounded(piece.reactions))
    if now == (None, None, None):
        return
    query = sa.select(engagement).where(engagement.c.article_id == article_id).order_by(engagement.c.at.desc()).limit(1)
    last = connection.execute(query).first()
    if last is not None:
        if last.at > at:
            return
        before = (last.views, last.comments, last.reactions)
        now = tuple(new if new is not None else old for new, old in zip(now, before, strict=True))  # type: ignore[assignment]
        if now == before:
            return
    row = dict(zip(COUNTERS, now, strict=True))
    insert = database.insert(engagement).values(article_id=article_id, at=at, **row)
    connection.execute(insert.on_conflict_do_update(index_elements=["article_id", "at"], set_=row))


class EngagementReader:
    """The part of `ArticleStore` that reads counters."""

    _db: Database

    def engagement_of(self, article_ids: Collection[int], since: datetime) -> dict[int, tuple[Reading, ...]]:
        """The readings of these articles since `since`, and the last one before it: what they stood at then."""
        newer = engagement.alias()
        superseded = sa.exists().where(
            newer.c.article_id == engagement.c.article_id, newer.c.at > engagement.c.at, newer.c.at <= since
        )
        found: dict[int, list[Reading]] = defaultdict(list)
        ids = sorted(article_ids)
        with self._db.read() as connection:
            for start in range(0, len(ids), _CHUNK):
                query = (
                    sa.select(engagement)
                    .where(engagement.c.article_id.in_(ids[start : start + _CHUNK]), ~superseded)
                    .order_by(engagement.c.article_id, engagement.c.at)
                )
                for row in connection.execute(query):
                    found[row.article_id].append(Reading(row.at, row.views, row.comments, row.reactions))
        return {article_id: tuple(readings) for article_id, readings in found.items()}

    def engagement_baseline(self, sources: Collection[str], since: datetime) -> Mapping[str, list[Counts]]:
        """By source, the counters as they stand of each article first seen since `since`; those without are left out.

        What an article's counters are to be compared with: the same numbers mean much here and little there.
        """
        newer = engagement.alias()
        superseded = sa.exists().where(newer.c.article_id == engagement.c.article_id, newer.c.at > engagement.c.at)
        columns: tuple[Any, ...] = (source.c.name, engagement.c.views, engagement.c.comments, engagement.c.reactions)
        query = (
            sa.select(*columns)
            .select_from(engagement)
            .join(article, article.c.id == engagement.c.article_id)
            .join(source, source.c.id == article.c.source_id)
            .where(source.c.name.in_(list(sources)), article.c.first_seen_at >= since, ~superseded)
            .order_by(source.c.name, engagement.c.article_id)
        )
        found: dict[str, list[Counts]] = {name: [] for name in sources}
        with self._db.read() as connection:
            for name, *counts in connection.execute(query):
                found[name].append((counts[0], counts[1], counts[2]))
        return found
