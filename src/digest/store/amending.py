"""Amendments: a second rendition of an issue for everybody who does not have the first.

Must not render or decide what is left out. Invariants: whoever has been intended keeps the rendition of that moment,
also for a repetition; everybody else gets the newest; a worker that holds rows of the older one in memory has lost them
(their fence is counted up), so nobody gets the older one afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import StateError
from digest.model import Amendment, DeliveryState, Issue, IssueRow, IssueState, from_plain, to_plain
from digest.store.database import Database
from digest.store.freezing import add_rendition, join_in
from digest.store.rows import Candidate, RenditionData
from digest.store.schema import delivery, issue, issue_amendment, issue_rendition
from digest.store.steps import change_state, note_event, read_issue, stale

D = DeliveryState
STANDS_STILL = (IssueState.PAUSED, IssueState.HELD)


class Amendments:
    """The part of `IssueStore` that knows corrections and late joiners."""

    _db: Database

    def amendments(self, issue_id: int) -> list[Amendment]:
        """The corrections of an issue, oldest first."""
        query = sa.select(issue_amendment).where(issue_amendment.c.issue_id == issue_id)
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(issue_amendment.c.number)).all()
        return [
            Amendment(row.number, row.at, row.by, row.reason, tuple(row.dropped), row.moved,
                      from_plain(Issue, row.content))
            for row in rows
        ]  # fmt: skip

    def amend(
        self,
        row: IssueRow,
        content: Issue,
        renditions: Sequence[RenditionData],
        *,
        dropped: Sequence[int],
        reason: str,
        at: datetime,
        by: str,
    ) -> Amendment:
        """Give everybody whose message was not begun the new `renditions`, by their variant.

        Raises `StateError` unless the issue stands still, `BusyError` when `row` is stale.
        """
        if row.state not in STANDS_STILL or row.frozen_at is None:
            raise StateError(f"issue {row.name} is {row.state}", why="it is amended while it stands still",
                             try_=f"digest issue pause {row.name}")  # fmt: skip
        with self._db.write() as connection:
            number = 1 + self._newest(connection, row.id)
            moved = 0
            for data in renditions:
                new = add_rendition(connection, row.id, data, at, number=number)
                moved += _move(connection, row.id, data, new, at)
            unchanged = (issue.c.id == row.id, issue.c.version == row.version, issue.c.state == row.state.value)
            touched = sa.update(issue).where(*unchanged).values(version=issue.c.version + 1, subject=content.subject)
            if connection.execute(touched).rowcount != 1:
                raise stale(row)
            values = {"issue_id": row.id, "number": number, "at": at, "by": by, "reason": reason,
                      "dropped": list(dropped), "moved": moved, "content": to_plain(content)}  # fmt: skip
            connection.execute(sa.insert(issue_amendment).values(values))
            detail = {"rendition": number, "dropped": list(dropped), "reason": reason, "moved": moved}
            note_event(connection, row.id, "amended", at, detail, by)
        return Amendment(number, at, by, reason, tuple(dropped), moved, content)

    def add_missing(self, row: IssueRow, candidates: Iterable[Candidate], *, at: datetime, by: str) -> int:
        """Add those who are no recipients of a frozen issue yet, with its newest rendition. How many will be mailed.

        `Candidate.rendition` is an index into `newest_renditions`. A done issue is sending again afterwards.
        """

        def ids(connection: Connection) -> list[int]:
            connection.execute(sa.select(issue.c.id).where(issue.c.id == row.id).with_for_update())
            return [one for one, _ in self._newest_of(connection, row.id)]

        def reopen(connection: Connection, count: int) -> None:
            now = read_issue(connection, row.id)
            if count:
                note_event(connection, row.id, "missing added", at, {"count": count}, by)
            if count and now.state is IssueState.DONE:
                change_state(connection, now, IssueState.SENDING, at=at, note="late joiners", by=by)

        return join_in(self._db, row.id, ids, candidates, at=at, then=reopen)

    def subscriber_ids(self, issue_id: int) -> set[int]:
        """Who has a row in the issue, whatever became of it."""
        with self._db.read() as connection:
            return set(connection.scalars(sa.select(delivery.c.subscriber_id).where(delivery.c.issue_id == issue_id)))

    def newest_renditions(self, issue_id: int) -> list[tuple[int, str]]:
        """(id, locale) of each variant of the newest rendition, the digest's own language first."""
        with self._db.read() as connection:
            return self._newest_of(connection, issue_id)

    def _newest_of(self, connection: Connection, issue_id: int) -> list[tuple[int, str]]:
        newest = self._newest(connection, issue_id)
        query = (
            sa.select(issue_rendition.c.id, issue_rendition.c.locale)
            .where(issue_rendition.c.issue_id == issue_id, issue_rendition.c.number == newest)
            .order_by(issue_rendition.c.id)
        )
        return [(row.id, row.locale) for row in connection.execute(query)]

    def _newest(self, connection: Connection, issue_id: int) -> int:
        query = sa.select(sa.func.max(issue_rendition.c.number)).where(issue_rendition.c.issue_id == issue_id)
        return connection.scalar(query) or 1


def _move(connection: Connection, issue_id: int, data: RenditionData, new: int, at: datetime) -> int:
    """Everybody of this variant who was not begun. What a worker holds goes back to the queue, out of its hands."""
    older = sa.select(issue_rendition.c.id).where(
        issue_rendition.c.issue_id == issue_id, issue_rendition.c.locale == data.locale,
        issue_rendition.c.direction == data.direction, issue_rendition.c.id != new,
    )  # fmt: skip
    theirs = (delivery.c.issue_id == issue_id, delivery.c.rendition_id.in_(older))
    certain = delivery.c.in_doubt.is_(False)  # what may have arrived already is repeated as it was
    back = {"state": D.QUEUED.value, "claimed_by": None, "fence": delivery.c.fence + 1,
            "attempt": delivery.c.attempt - 1, "at": at}  # fmt: skip
    connection.execute(sa.update(delivery).where(*theirs, delivery.c.state == D.CLAIMED.value).values(back))
    waiting = delivery.c.state.in_([D.QUEUED.value, D.DEFERRED.value])
    return connection.execute(sa.update(delivery).where(*theirs, waiting, certain).values(rendition_id=new)).rowcount
