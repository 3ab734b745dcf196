"""Issues: planned once, numbered, moved from state to state, owned while they are prepared.

Must not decide what an issue should do next. Invariants: one issue per (digest, frequency, period), by the database's
unique key; every change of state is checked against `ISSUE_TRANSITIONS` and against the version the caller read, and
leaves an event; an issue is never done while a delivery waits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import StateError, StoreError
from digest.model import Issue, IssueRow, IssueState, Period, from_plain, to_plain
from digest.store.amending import Amendments
from digest.store.approvals import Approvals
from digest.store.database import Database
from digest.store.deliveries import Deliveries
from digest.store.freezing import freeze
from digest.store.overriding import Overrides
from digest.store.rows import Event, Frozen, Sight
from digest.store.schema import delivery, digest_article, digest_state, event, issue, issue_rendition, worker
from digest.store.steps import (
    SELECT_ISSUE,
    account,
    change_state,
    check_step,
    issue_row,
    next_number,
    note_event,
    read_issue,
    stale,
)

S = IssueState
OVER = frozenset({S.DONE, S.SKIPPED, S.MISSED, S.CANCELLED})


class IssueStore(Deliveries, Overrides, Approvals, Amendments):
    """Everything about issues; their recipients are in `Deliveries`, editors' changes in `Overrides`, who let them go
    out in `Approvals`, corrections and late joiners in `Amendments`."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # -- the digest's schedule -----------------------------------------------------------------------------------

    def sight(self, digest: str, frequency: str, *, schedule: str, zone: str, at: datetime) -> Sight:
        """Note that a digest is configured with this schedule; the first time, and each change, sets a baseline."""
        which = (digest_state.c.digest == digest, digest_state.c.frequency == frequency)
        values = {"schedule": schedule, "zone": zone, "changed_at": at}
        with self._db.write() as connection:
            row = connection.execute(sa.select(digest_state).where(*which).with_for_update()).first()
            if row is None:
                values |= {"digest": digest, "frequency": frequency, "first_seen_at": at}
                if self._db.inserted(connection, digest_state, values):
                    return Sight(True, False, at, at)
                row = connection.execute(sa.select(digest_state).where(*which).with_for_update()).one()
            if (row.schedule, row.zone) == (schedule, zone):
                return Sight(False, False, row.first_seen_at, row.changed_at)
            connection.execute(sa.update(digest_state).where(*which).values(values))
            return Sight(False, True, row.first_seen_at, at)

    # -- making and finding --------------------------------------------------------------------------------------

    def plan(
        self,
        digest: str,
        frequency: str,
        period: Period,
        *,
        scheduled_for: datetime,
        at: datetime,
        extra: bool = False,
        missed: str = "",
        ahead: bool = False,
    ) -> tuple[IssueRow, bool]:
        """The issue of this period, and whether this call made it. However many ask at once, one call makes it.

        `missed` says why a period that nobody will make is only written down; `ahead` plans one before its time, for
        an editor: nobody goes on with it before its period ends.
        """
        state = S.MISSED if missed else S.PLANNED
        values = {
            "digest": digest, "frequency": frequency, "period_label": period.label, "period_start": period.start,
            "period_end": period.end, "scheduled_for": scheduled_for, "state": state.value, "note": missed,
            "extra": extra, "version": 1, "created_at": at, "next_try_at": period.end if ahead else None,
        }  # fmt: skip
        insert = self._db.insert(issue).values(values)
        insert = insert.on_conflict_do_nothing(index_elements=["digest", "frequency", "period_label"])
        with self._db.write() as connection:
            made = connection.execute(insert.returning(issue.c.id)).scalar()
            if made is not None:
                note_event(connection, made, state.value, at, {"period": period.label, "extra": extra})
            row = connection.execute(SELECT_ISSUE.where(*_of_period(digest, frequency, period.label))).one()
            return issue_row(row), made is not None

    def get(self, issue_id: int) -> IssueRow:
        """Raises `StoreError` when there is no such issue."""
        with self._db.read() as connection:
            return read_issue(connection, issue_id)

    def find(self, digest: str, number: int) -> IssueRow | None:
        """`find("weekly", 12)` is the issue people know as weekly/12."""
        return self._one(SELECT_ISSUE.where(issue.c.digest == digest, issue.c.number == number))

    def of_period(self, digest: str, frequency: str, label: str) -> IssueRow | None:
        return self._one(SELECT_ISSUE.where(*_of_period(digest, frequency, label)))

    def last(
        self,
        digest: str,
        frequency: str,
        states: Collection[IssueState] | None = None,
        *,
        extra: bool | None = None,
    ) -> IssueRow | None:
        """The issue with the latest period, optionally only in these states, only extra ones or only regular ones."""
        query = SELECT_ISSUE.where(issue.c.digest == digest, issue.c.frequency == frequency)
        if states is not None:
            query = query.where(issue.c.state.in_([state.value for state in states]))
        if extra is not None:
            query = query.where(issue.c.extra == extra)
        return self._one(query.order_by(issue.c.period_end.desc(), issue.c.id.desc()).limit(1))

    def all(self, digest: str | None = None, limit: int = 50) -> list[IssueRow]:
        """The newest issues first."""
        query = SELECT_ISSUE if digest is None else SELECT_ISSUE.where(issue.c.digest == digest)
        return self._many(query.order_by(issue.c.period_end.desc(), issue.c.id.desc()).limit(limit))

    def open(self, digest: str | None = None) -> list[IssueRow]:
        """Issues that are not over, oldest period first; also a done one that still has a deferred delivery."""
        deferred = sa.literal("deferred", literal_execute=True)
        waits = sa.select(1).where(delivery.c.issue_id == issue.c.id, delivery.c.state == deferred).exists()
        unfinished = issue.c.state.not_in([state.value for state in OVER])
        query = SELECT_ISSUE.where(unfinished | sa.and_(issue.c.state == S.DONE.value, waits))
        if digest is not None:
            query = query.where(issue.c.digest == digest)
        return self._many(query.order_by(issue.c.period_end, issue.c.id))

    def _one(self, query: sa.Select[Any]) -> IssueRow | None:
        with self._db.read() as connection:
            row = connection.execute(query).first()
            return None if row is None else issue_row(row)

    def _many(self, query: sa.Select[Any]) -> list[IssueRow]:
        with self._db.read() as connection:
            return [issue_row(row) for row in connection.execute(query)]

    # -- from state to state -------------------------------------------------------------------------------------

    def number(self, issue_id: int) -> int:
        """The issue's number; the next free one of its digest is given when it has none."""
        with self._db.write() as connection:
            self._db.serialise(connection, 0x6E75)
            row = read_issue(connection, issue_id)
            if row.number is not None:
                return row.number
            number = next_number(connection, row.digest)
            connection.execute(sa.update(issue).where(issue.c.id == issue_id).values(number=number))
            return number

    def next_number(self, digest: str) -> int:
        """The number that the digest's next issue would get now."""
        with self._db.read() as connection:
            return next_number(connection, digest)

    def move(
        self,
        row: IssueRow,
        to: IssueState,
        *,
        at: datetime,
        reason: str = "",
        note: str = "",
        next_try_at: datetime | None = None,
        by: str = "",
    ) -> IssueRow:
        """Change the state. Raises `StateError` for a step that does not exist, `BusyError` when `row` is stale.

        Cancelled is at once and whole: nobody waits any more, and before the first intent its articles are free.
        """
        check_step(row, to)
        with self._db.write() as connection:
            if to is S.CANCELLED:  # the issue's own row before its deliveries: the order in which a worker takes them
                connection.execute(sa.select(issue.c.id).where(issue.c.id == row.id).with_for_update())
                self._skip_waiting(connection, row.id, "cancelled", at)
            change_state(connection, row, to, at=at, reason=reason, note=note, next_try_at=next_try_at, by=by)
            if to is S.CANCELLED:
                self._release_articles(connection, row.id)
            return read_issue(connection, row.id)

    def postpone(self, row: IssueRow, *, reason: str, note: str, next_try_at: datetime) -> IssueRow:
        """Try again later, in the same state; `reason` is what it is held for when there is no later any more.

        Raises `BusyError` when `row` is stale: what somebody decided meanwhile stands.
        """
        unchanged = (issue.c.id == row.id, issue.c.version == row.version)
        values = {"reason": reason, "note": note, "next_try_at": next_try_at}
        with self._db.write() as connection:
            if connection.execute(sa.update(issue).where(*unchanged).values(values)).rowcount != 1:
                raise stale(row)
            return read_issue(connection, row.id)

    def reschedule(self, row: IssueRow, period: Period, *, at: datetime) -> IssueRow:
        """Give an issue that nobody has begun another period: its schedule was moved. `BusyError` when `row` is stale,
        `StateError` when that period has an issue already."""
        values = {
            "period_label": period.label, "period_start": period.start, "period_end": period.end,
            "scheduled_for": period.end, "next_try_at": period.end, "version": issue.c.version + 1,
        }  # fmt: skip
        unchanged = (issue.c.id == row.id, issue.c.version == row.version, issue.c.frozen_at.is_(None))
        with self._db.write() as connection:
            if connection.scalar(sa.select(issue.c.id).where(*_of_period(row.digest, row.frequency, period.label))):
                raise StateError(f"{period.label} has an issue already", where=row.name, try_="`digest issue list`")
            if connection.execute(sa.update(issue).where(*unchanged).values(values)).rowcount != 1:
                raise stale(row)
            note_event(connection, row.id, "rescheduled", at, {"from": row.period.label, "to": period.label})
            return read_issue(connection, row.id)

    def finish(self, issue_id: int, *, at: datetime) -> IssueRow:
        """Done, when it is sending and nobody waits; otherwise as it is. Any number of workers may ask at once."""
        with self._db.write() as connection:
            connection.execute(sa.select(issue.c.id).where(issue.c.id == issue_id).with_for_update())
            row, counts = read_issue(connection, issue_id), account(connection, issue_id)
            if row.state is S.SENDING and not counts.waiting and not counts.deferred:
                change_state(connection, row, S.DONE, at=at)
                note_event(connection, issue_id, "done", at, to_plain(counts))
            return read_issue(connection, issue_id)

    def sending_since(self, row: IssueRow) -> datetime | None:
        """When somebody last set it going: the start, or the release, resume or retry after it."""
        moves = [event.at for event in self.history(row.id) if event.detail.get("to") == S.SENDING.value]
        return max(moves, default=row.frozen_at)

    def own(self, issue_id: int, worker_id: int, *, at: datetime) -> bool:
        """Take the right to prepare an issue, from nobody or from a worker that is dead or whose lease ran out."""
        live = sa.select(worker.c.id).where(worker.c.ended_at.is_(None), worker.c.lease_until > at)
        free = issue.c.owner_id.is_(None) | (issue.c.owner_id == worker_id) | issue.c.owner_id.not_in(live)
        with self._db.write() as connection:
            taken = sa.update(issue).where(issue.c.id == issue_id, free).values(owner_id=worker_id)
            return connection.execute(taken).rowcount == 1

    # -- freezing ------------------------------------------------------------------------------------------------

    def freeze(self, row: IssueRow, frozen: Frozen, *, at: datetime) -> IssueRow:
        """Write the issue for good: see `freezing.freeze`."""
        check_step(row, S.FROZEN)
        return freeze(self._db, row, frozen, at=at)

    def rendition(self, rendition_id: int) -> bytes:
        """Raises `StoreError` when it was pruned or never was."""
        with self._db.read() as connection:
            data = connection.scalar(sa.select(issue_rendition.c.data).where(issue_rendition.c.id == rendition_id))
        if data is None:
            raise StoreError("there is no such rendition", where=str(rendition_id), try_="`digest issue show`")
        return bytes(data)

    def renditions(self, issue_id: int) -> list[tuple[int, str, str]]:
        """(id, locale, direction) of each stored variant, in the order they were frozen."""
        columns = (issue_rendition.c.id, issue_rendition.c.locale, issue_rendition.c.direction)
        query = sa.select(*columns).where(issue_rendition.c.issue_id == issue_id).order_by(issue_rendition.c.id)
        with self._db.read() as connection:
            return [(row.id, row.locale, row.direction) for row in connection.execute(query)]

    def content(self, issue_id: int) -> Issue | None:
        """The issue as it was frozen, None before."""
        with self._db.read() as connection:
            data = connection.scalar(sa.select(issue.c.content).where(issue.c.id == issue_id))
        return None if data is None else from_plain(Issue, data)

    def _release_articles(self, connection: Connection, issue_id: int) -> None:
        """Give the articles of an issue that ended back to the next one, unless a message may have left."""
        decided = digest_article.c.issue_id == issue_id
        back = {"state": "new", "reason": "", "issue_id": None}
        begun = sa.select(issue.c.begun_at).where(issue.c.id == issue_id).with_for_update()
        if connection.execute(begun).scalar_one() is not None:
            return
        consumed = sa.update(digest_article).where(decided, digest_article.c.state == "consumed")
        connection.execute(consumed.values(back))
        rounds = sa.case((digest_article.c.rounds > 0, digest_article.c.rounds - 1), else_=0)
        connection.execute(sa.update(digest_article).where(decided).values(back | {"rounds": rounds}))

    # -- history -------------------------------------------------------------------------------------------------

    def last_subject(self, digest: str, frequency: str) -> str:
        """The subject of the latest frozen issue, so that two in a row need not read the same; or nothing."""
        query = (
            sa.select(issue.c.subject)
            .where(issue.c.digest == digest, issue.c.frequency == frequency, issue.c.frozen_at.is_not(None))
            .order_by(issue.c.period_end.desc(), issue.c.id.desc())
            .limit(1)
        )
        with self._db.read() as connection:
            return connection.scalar(query) or ""

    def last_list_size(self, list_name: str) -> int | None:
        """How many active subscribers the list had when an issue was last frozen for it."""
        query = (
            sa.select(issue.c.list_size)
            .where(issue.c.list_name == list_name, issue.c.frozen_at.is_not(None))
            .order_by(issue.c.frozen_at.desc(), issue.c.id.desc())
            .limit(1)
        )
        with self._db.read() as connection:
            return connection.scalar(query)

    def log(self, issue_id: int, kind: str, detail: Mapping[str, Any], at: datetime, by: str = "") -> None:
        with self._db.write() as connection:
            note_event(connection, issue_id, kind, at, detail, by)

    def history(self, issue_id: int) -> list[Event]:
        """What happened to an issue, oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(sa.select(event).where(event.c.issue_id == issue_id).order_by(event.c.id))
            return [Event(row.kind, row.at, row.by, row.detail) for row in rows]


def _of_period(digest: str, frequency: str, label: str) -> tuple[sa.ColumnElement[bool], ...]:
    return issue.c.digest == digest, issue.c.frequency == frequency, issue.c.period_label == label
