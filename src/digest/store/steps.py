"""The steps of an issue inside somebody else's transaction: read it, check a move, make it, count, write it down.

Must not open a transaction. Invariant: `change_state` changes exactly the version its caller read, or raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.errors import BusyError, StateError, StoreError
from digest.model import Accounting, DeliveryState, IssueRow, IssueState, Period, to_plain
from digest.model.delivery import WAITING
from digest.model.issue import ISSUE_TRANSITIONS
from digest.store.schema import delivery, event, issue

S = IssueState
_COLUMNS = (
    "id", "digest", "frequency", "number", "period_label", "period_start", "period_end", "scheduled_for", "state",
    "reason", "note", "subject", "extra", "version", "created_at", "frozen_at", "started_at", "done_at", "next_try_at",
)  # fmt: skip
SELECT_ISSUE = sa.select(*(issue.c[name] for name in _COLUMNS))


def issue_row(row: Row[*tuple[Any, ...]]) -> IssueRow:
    return IssueRow(
        id=row.id, digest=row.digest, frequency=row.frequency, number=row.number,
        period=Period(row.period_label, row.period_start, row.period_end), scheduled_for=row.scheduled_for,
        state=IssueState(row.state), reason=row.reason, note=row.note, subject=row.subject, extra=row.extra,
        version=row.version, created_at=row.created_at, frozen_at=row.frozen_at, started_at=row.started_at,
        done_at=row.done_at, next_try_at=row.next_try_at,
    )  # fmt: skip


def read_issue(connection: Connection, issue_id: int) -> IssueRow:
    row = connection.execute(SELECT_ISSUE.where(issue.c.id == issue_id)).first()
    if row is None:
        raise StoreError("there is no such issue", where=str(issue_id), try_="`digest issue list`")
    return issue_row(row)


def check_step(row: IssueRow, to: IssueState) -> None:
    """Raises `StateError` unless `to` may follow the state of `row`."""
    if to not in ISSUE_TRANSITIONS[row.state]:
        possible = ", ".join(sorted(ISSUE_TRANSITIONS[row.state])) or "nothing"
        raise StateError(
            f"the issue is {row.state} and cannot become {to}",
            where=row.name,
            why=f"{row.state} may be followed by {possible}",
            try_=f"`digest issue show {row.name}`",
        )


def change_state(
    connection: Connection,
    row: IssueRow,
    to: IssueState,
    *,
    at: datetime,
    reason: str = "",
    note: str = "",
    next_try_at: datetime | None = None,
    by: str = "",
    also: Mapping[str, Any] | None = None,
) -> None:
    """Compare-and-set on the version of `row`, with what belongs to the new state, and an event."""
    values = {
        "state": to.value, "version": issue.c.version + 1, "reason": reason, "note": note, "next_try_at": next_try_at,
    }  # fmt: skip
    values |= _times(row, to, at) | dict(also or {})
    if to in (S.SKIPPED, S.MISSED):
        values["number"] = None  # readers count 11, 12, 13 whatever was left out in between
    unchanged = (issue.c.id == row.id, issue.c.version == row.version, issue.c.state == row.state.value)
    if connection.execute(sa.update(issue).where(*unchanged).values(values)).rowcount != 1:
        raise stale(row)
    if to in (S.DONE, S.CANCELLED):
        _close(connection, row, to)
    detail = {"from": row.state.value, "to": to.value, "reason": reason, "note": note}
    note_event(connection, row.id, "state", at, detail, by)


def stale(row: IssueRow) -> BusyError:
    """What to raise when `row` is no longer what the database holds."""
    return BusyError(
        "somebody else changed the issue just now",
        where=row.name,
        try_=f"`digest issue show {row.name}`, then again",
    )


def _times(row: IssueRow, to: IssueState, at: datetime) -> dict[str, Any]:
    times: dict[str, Any] = {"done_at": at if to is S.DONE else None}
    if to is S.FROZEN and row.frozen_at is None:
        times["frozen_at"] = at
    if to is S.SENDING and row.started_at is None:
        times["started_at"] = at
    return times


def _close(connection: Connection, row: IssueRow, to: IssueState) -> None:
    """Keep the six counts with the issue (DESIGN rule 4); they outlive the rows. Done means that nobody waits."""
    counts = account(connection, row.id)
    if to is S.DONE and (left := counts.waiting + counts.deferred):
        raise StateError(
            "the issue is not done",
            where=row.name,
            why=f"{left} deliveries still wait",
            try_=f"`digest send {row.digest}`",
        )
    connection.execute(sa.update(issue).where(issue.c.id == row.id).values(counts=to_plain(counts)))


def account(connection: Connection, issue_id: int) -> Accounting:
    """Count the ledger by state; the reasons of refused, skipped and uncertain ones by `state(reason)`."""
    groups = connection.execute(
        sa.select(delivery.c.state, delivery.c.reason, sa.func.count())
        .where(delivery.c.issue_id == issue_id)
        .group_by(delivery.c.state, delivery.c.reason)
    )
    counts: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for state, reason, number in groups:
        name = "waiting" if state in WAITING else state
        counts[name] = counts.get(name, 0) + number
        if reason and state not in (DeliveryState.ACCEPTED, *WAITING):
            reasons[f"{state}({reason})"] = reasons.get(f"{state}({reason})", 0) + number
    return Accounting(candidates=sum(counts.values()), reasons=dict(sorted(reasons.items())), **counts)


def next_number(connection: Connection, digest: str) -> int:
    """The lowest number that no issue has and that no frozen issue went beyond."""
    query = sa.select(issue.c.number, issue.c.frozen_at).where(issue.c.digest == digest, issue.c.number.is_not(None))
    rows = connection.execute(query).all()
    taken = {row.number for row in rows}
    number = max((row.number for row in rows if row.frozen_at is not None), default=0) + 1
    while number in taken:
        number += 1
    return number


def note_event(
    connection: Connection, issue_id: int, kind: str, at: datetime, detail: Mapping[str, Any], by: str = ""
) -> None:
    values = {"issue_id": issue_id, "kind": kind, "at": at, "by": by, "detail": to_plain(detail)}
    connection.execute(sa.insert(event).values(values))
