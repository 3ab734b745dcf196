"""The ledger as people ask about it: counts, lists, and what an operator may do to rows that wait or ended badly.

Must not claim or send (that is `ledger`). Invariant: the six counts of DESIGN rule 4 add up after every method, and an
issue is never done while one of its rows waits: what queues rows again reopens it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.errors import StateError, StoreError
from digest.model import Accounting, DeliveryState, IssueRow, IssueState, Recipient, from_plain
from digest.store.database import Database
from digest.store.rows import DeliveryRow
from digest.store.schema import delivery, issue, issue_rendition
from digest.store.steps import account, change_state, read_issue

D = DeliveryState
PAGE = 1000
MAX_TRIES_IN_DOUBT = 3  # under `resend`: a relay that always falls silent must not fill somebody's inbox
_SHOWN = (
    "id", "subscriber_id", "address", "name", "state", "reason", "attempt", "code", "enhanced_code", "server_text",
    "relay", "at", "not_before", "message_id",
)  # fmt: skip
SELECT_DELIVERY = sa.select(*(delivery.c[name] for name in _SHOWN), issue_rendition.c.number.label("rendition")).join(
    issue_rendition, issue_rendition.c.id == delivery.c.rendition_id
)


class Deliveries:
    """The part of `IssueStore` that knows recipients."""

    _db: Database

    def accounting(self, issue_id: int) -> Accounting:
        """The six counts; from the rows, or from what was kept when the rows were pruned."""
        with self._db.read() as connection:
            counts = account(connection, issue_id)
            if counts.candidates == 0:
                kept = connection.scalar(sa.select(issue.c.counts).where(issue.c.id == issue_id))
                counts = from_plain(Accounting, kept) if kept else counts
            return counts

    def deliveries(
        self,
        issue_id: int,
        *,
        states: Collection[DeliveryState] | None = None,
        rendition: int | None = None,
        limit: int | None = None,
    ) -> Iterator[DeliveryRow]:
        """The rows of an issue in the order they were frozen, a page at a time; rendition 2 is the first amendment."""
        query = SELECT_DELIVERY.where(delivery.c.issue_id == issue_id).order_by(delivery.c.id)
        if states is not None:
            query = query.where(delivery.c.state.in_([D(state).value for state in states]))
        if rendition is not None:
            query = query.where(issue_rendition.c.number == rendition)
        last, left = 0, limit
        while left is None or left > 0:
            size = PAGE if left is None else min(PAGE, left)
            with self._db.read() as connection:
                page = connection.execute(query.where(delivery.c.id > last).limit(size)).all()
            yield from map(delivery_row, page)
            if len(page) < size:
                return
            last, left = page[-1].id, None if left is None else left - len(page)

    def recipient(self, issue_id: int, key: str) -> Recipient | None:
        """The snapshot of one address in a frozen issue, None when it is no candidate."""
        query = sa.select(delivery).where(delivery.c.issue_id == issue_id, delivery.c.key == key)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else snapshot(row)

    def _skip_waiting(self, connection: Connection, issue_id: int, reason: str, at: datetime) -> int:
        """Everybody whose message was not begun is skipped, those deferred too. How many."""
        return _change(connection, issue_id, (D.QUEUED, D.CLAIMED, D.DEFERRED), D.SKIPPED, reason, at)

    def expire(self, issue_id: int, *, at: datetime) -> int:
        """The time for retries is over: deferred becomes refused(expired), with the server's last words kept."""
        with self._db.write() as connection:
            return _change(connection, issue_id, (D.DEFERRED,), D.REFUSED, "expired", at)

    def resend(self, issue_id: int, *, at: datetime) -> int:
        """Queue uncertain rows again, each until it was tried `MAX_TRIES_IN_DOUBT` times; then they stay named."""
        doubt = (delivery.c.state == D.UNCERTAIN.value, delivery.c.attempt < MAX_TRIES_IN_DOUBT)
        values = {"state": D.QUEUED.value, "reason": "", "not_before": None, "at": at, "in_doubt": True}
        with self._db.write() as connection:
            which = sa.update(delivery).where(delivery.c.issue_id == issue_id, *doubt)
            return connection.execute(which.values(values)).rowcount

    def next_retry(self, issue_id: int) -> datetime | None:
        """When the first deferred delivery is due, None when none is deferred."""
        deferred = delivery.c.state == sa.literal("deferred", literal_execute=True)
        query = sa.select(sa.func.min(delivery.c.not_before)).where(delivery.c.issue_id == issue_id, deferred)
        with self._db.read() as connection:
            due: datetime | None = connection.scalar(query)
        return due

    def requeue(
        self,
        issue_id: int,
        *,
        states: Collection[DeliveryState],
        addresses: Collection[str] | None = None,
        at: datetime,
    ) -> int:
        """Queue rows in these states again (all, or those of `addresses`, any spelling of case). How many.

        A done issue is sending again afterwards. Raises `StateError` for states or issues that must not be retried.
        """
        wanted = {D(state) for state in states}
        if forbidden := wanted & {D.ACCEPTED, D.CLAIMED, D.INTENT, D.QUEUED}:
            raise StateError(f"{', '.join(sorted(forbidden))} deliveries cannot be retried", where=f"issue {issue_id}")
        which = [delivery.c.issue_id == issue_id, delivery.c.state.in_([state.value for state in wanted])]
        if addresses is not None:
            which.append(delivery.c.key.in_([address.lower() for address in addresses]))
        with self._db.write() as connection:
            row = _retriable(connection, issue_id)
            return self._queue(connection, row, which, at)

    def resolve(self, delivery_id: int, received: bool, at: datetime) -> DeliveryRow:
        """A person knows what the network hid: the message arrived (accepted), or it did not (queued again)."""
        one = delivery.c.id == delivery_id
        with self._db.write() as connection:
            found = connection.execute(sa.select(delivery.c.issue_id, delivery.c.state).where(one)).first()
            if found is None:
                raise StoreError("there is no such delivery", where=str(delivery_id), try_="`digest issue recipients`")
            if found.state != D.UNCERTAIN:
                raise StateError(
                    f"this delivery is {found.state}, not uncertain", where=str(delivery_id), try_="nothing to resolve"
                )
            if received:
                values = {"state": D.ACCEPTED.value, "reason": "resolved", "at": at}
                connection.execute(sa.update(delivery).where(one).values(values))
            else:
                self._queue(connection, _retriable(connection, found.issue_id), [one], at, in_doubt=True)
            return delivery_row(connection.execute(SELECT_DELIVERY.where(one)).one())

    def _queue(
        self,
        connection: Connection,
        row: IssueRow,
        which: list[sa.ColumnElement[bool]],
        at: datetime,
        *,
        in_doubt: bool = False,
    ) -> int:
        values: dict[str, Any] = {"state": D.QUEUED.value, "reason": "", "not_before": None, "at": at}
        if in_doubt:
            values["in_doubt"] = True
        count = connection.execute(sa.update(delivery).where(*which).values(values)).rowcount
        if count and row.state is IssueState.DONE:
            change_state(connection, row, IssueState.SENDING, at=at, note="retried")
        return count


def _change(
    connection: Connection,
    issue_id: int,
    states: Collection[DeliveryState],
    to: DeliveryState,
    reason: str,
    at: datetime,
) -> int:
    which = (delivery.c.issue_id == issue_id, delivery.c.state.in_([state.value for state in states]))
    values = {"state": to.value, "reason": reason, "at": at, "not_before": None}
    return connection.execute(sa.update(delivery).where(*which).values(values)).rowcount


def _retriable(connection: Connection, issue_id: int) -> IssueRow:
    connection.execute(sa.select(issue.c.id).where(issue.c.id == issue_id).with_for_update())
    row = read_issue(connection, issue_id)
    if row.frozen_at is None or row.state in (IssueState.CANCELLED, IssueState.SKIPPED, IssueState.MISSED):
        raise StateError(f"the issue is {row.state}", where=row.name, try_="there is nothing to retry")
    return row


def snapshot(row: Row[*tuple[Any, ...]]) -> Recipient:
    """The recipient as frozen: nothing in it changes from attempt to attempt but the attempt."""
    return Recipient(
        delivery_id=row.id, subscriber_id=row.subscriber_id, address=row.address, name=row.name, locale=row.locale,
        timezone=row.timezone, topics=row.topics, tokens=row.tokens, message_id=row.message_id,
        rendition_id=row.rendition_id, attempt=row.attempt, domain=row.domain,
    )  # fmt: skip


def delivery_row(row: Row[*tuple[Any, ...]]) -> DeliveryRow:
    values = {name: getattr(row, name) for name in (*_SHOWN, "rendition")}
    return replace(DeliveryRow(**values), state=D(row.state))
