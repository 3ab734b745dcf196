"""The ledger of one issue as one sending worker uses it: claim, make intents durable, record outcomes (DESIGN 4-6).

Must not send. Invariants: an intent is durable before `commit` returns its id, and only while the worker's lease is
live, the issue is sending and the person may be mailed; what a worker writes counts only for rows it still holds, by
its id and the row's fence, so a worker that was given up for dead cannot undo what its successor did; the one
exception is the truth: an outcome that is final may replace what recovery could only guess.

Why this way: outcomes and the next intents share a transaction, so a batch costs one fsync; the fence is counted up at
each claim, so no clock decides who holds a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import DeliveryState, IssueState, Outcome, Recipient
from digest.model.delivery import FINAL
from digest.store.database import Database
from digest.store.deliveries import snapshot
from digest.store.schema import delivery, issue, subscription, suppression, unsubscription, worker

D = DeliveryState
MAX_BATCH = 1000


def _is(state: DeliveryState) -> sa.ColumnElement[bool]:
    """The state as a literal: the planner uses a partial index only when it can see the words of its condition."""
    return delivery.c.state == sa.literal(state.value, literal_execute=True)


def _in_hand() -> sa.ColumnElement[bool]:
    """Not IN: SQLAlchemy cannot expand a list in a statement for many rows."""
    return (delivery.c.state == D.CLAIMED.value) | (delivery.c.state == D.INTENT.value)


def _is_a_guess() -> sa.ColumnElement[bool]:
    """What recovery made of an intent whose worker was given up: uncertain, or queued again under `resend`."""
    return (delivery.c.state == D.UNCERTAIN.value) | (delivery.c.state == D.QUEUED.value)


def _why_not() -> sa.Case[str]:
    """The reason why a person must not be mailed now, or nothing (DESIGN rule 6)."""
    suppressed = sa.select(1).where(
        suppression.c.key == delivery.c.key, suppression.c.until.is_(None) | (suppression.c.until > sa.bindparam("now"))
    )
    left = sa.select(1).where(unsubscription.c.list_id == delivery.c.list_id, unsubscription.c.key == delivery.c.key)
    status = subscription.c.status
    return sa.case(
        (suppressed.exists() | status.in_(("bounced", "complained")), "suppressed"),
        (left.exists() | (status == "unsubscribed"), "unsubscribed"),
        (status == "active", ""),
        else_="left_list",
    )


_TO_CLAIM = (
    "id", "subscriber_id", "address", "name", "locale", "timezone", "topics", "tokens", "message_id", "rendition_id",
    "attempt", "fence", "not_before",
)  # fmt: skip
_WITH_SUBSCRIPTION = delivery.outerjoin(
    subscription,
    sa.and_(subscription.c.subscriber_id == delivery.c.subscriber_id, subscription.c.list_id == delivery.c.list_id),
)
_CANDIDATES = (
    sa.select(*(delivery.c[name] for name in _TO_CLAIM), _why_not().label("why_not"))
    .select_from(_WITH_SUBSCRIPTION)
    .where(delivery.c.issue_id == sa.bindparam("issue"))
    .limit(sa.bindparam("n"))
    .with_for_update(of=delivery, skip_locked=True)
)
_QUEUED = _CANDIDATES.where(_is(D.QUEUED)).order_by(delivery.c.id)
_DUE = _CANDIDATES.where(_is(D.DEFERRED), delivery.c.not_before <= sa.bindparam("now")).order_by(
    delivery.c.not_before, delivery.c.id
)
_CLAIM = (
    sa.update(delivery)
    .where(delivery.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(
        state=D.CLAIMED.value,
        claimed_by=sa.bindparam("me"),
        fence=delivery.c.fence + 1,
        attempt=delivery.c.attempt + 1,
        reason="",
        at=sa.bindparam("now"),
    )
)
_HELD = (
    sa.select(delivery.c.id, delivery.c.fence, _why_not().label("why_not"))
    .select_from(_WITH_SUBSCRIPTION)
    .where(
        delivery.c.id.in_(sa.bindparam("ids", expanding=True)),
        delivery.c.claimed_by == sa.bindparam("me"),
        # Intent too: a commit whose answer was lost with the connection may have written it.
        _in_hand(),
    )
    .with_for_update(of=delivery)
)
_BEGIN = (
    sa.update(delivery)
    .where(delivery.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(state=D.INTENT.value, at=sa.bindparam("now"))
)
_SKIP = sa.update(delivery).values(state=D.SKIPPED.value, not_before=None)
_OUTCOME = (
    sa.update(delivery)
    .where(
        delivery.c.id == sa.bindparam("row"),
        delivery.c.claimed_by == sa.bindparam("me"),
        delivery.c.fence == sa.bindparam("held"),
        _in_hand() | (sa.bindparam("final", type_=sa.Boolean) & _is_a_guess()),
    )
    .values(
        state=sa.bindparam("to"),
        reason=sa.bindparam("why"),
        attempt=delivery.c.attempt - sa.bindparam("uncounted", type_=sa.Integer),
        not_before=sa.bindparam("later"),
        code=sa.bindparam("reply"),
        enhanced_code=sa.bindparam("enhanced"),
        server_text=sa.bindparam("words"),
        relay=sa.bindparam("through"),
        at=sa.bindparam("when"),
    )
)


class IssueLedger:
    """One issue's ledger in the hands of one worker; called from one thread. Satisfies deliver's `Ledger`."""

    def __init__(self, database: Database, issue_id: int, worker_id: int, *, now: Callable[[], datetime]) -> None:
        self._db, self._issue, self._me, self._now = database, issue_id, worker_id, now
        self._fences: dict[int, int] = {}
        self._begun: set[int] = set()

    def claim(self, n: int) -> list[Recipient]:
        """Up to `n` recipients, those whose retry is due first, in id order. None left, or not sending: empty.

        Who must not be mailed any more is skipped here, with the reason, and another one is taken instead.
        """
        n = min(n, MAX_BATCH)
        claimed: list[Recipient] = []
        while len(claimed) < n:
            rows, taken = self._claim_once(n - len(claimed))
            claimed += taken
            if not rows:
                break
        return sorted(claimed, key=lambda recipient: recipient.delivery_id)

    def _claim_once(self, n: int) -> tuple[int, list[Recipient]]:
        now = self._now()
        with self._db.write() as connection:
            if not (self._may_begin(connection, now)):
                return 0, []
            given = {"issue": self._issue, "now": now, "n": n}
            rows = list(connection.execute(_DUE, given))
            if len(rows) < n:
                rows += connection.execute(_QUEUED, given | {"n": n - len(rows)})
            self._skip(connection, rows, now)
            free = [row for row in rows if not row.why_not]
            if free:
                connection.execute(_CLAIM, {"ids": [row.id for row in free], "me": self._me, "now": now})
        self._fences |= {row.id: row.fence + 1 for row in free}
        return len(rows), [snapshot(row, attempt=row.attempt + 1) for row in free]

    def commit(self, outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> set[int]:
        """Record `outcomes` and begin `intents`, in one durable transaction. Returns the ids that may now be sent.

        An id that is missing from the answer must not be sent: the lease is lost, the issue paused, or the person
        unsubscribed meanwhile. When this raises, either nothing or all of it happened; asking again settles which.
        """
        now = self._now()
        begun: set[int] = set()
        with self._db.write() as connection:
            state = self._issue_state(connection)
            if outcomes:
                self._record(connection, outcomes, cancelled=state == IssueState.CANCELLED)
            if intents and self._may_begin(connection, now):
                begun = self._begin(connection, intents, now)
        for delivery_id, _ in outcomes:
            self._fences.pop(delivery_id, None)
            self._begun.discard(delivery_id)
        self._begun |= begun
        return begun

    def release(self) -> None:
        """Give back everything claimed and not begun; these attempts do not count."""
        mine = (
            delivery.c.claimed_by == self._me,
            delivery.c.issue_id == self._issue,
            delivery.c.state == D.CLAIMED.value,
        )
        back = {"state": D.QUEUED.value, "attempt": delivery.c.attempt - 1, "at": self._now()}
        with self._db.write() as connection:
            returned = connection.execute(sa.update(delivery).where(*mine).values(back).returning(delivery.c.id))
            ids = set(returned.scalars())
        self._fences = {row: fence for row, fence in self._fences.items() if row not in ids}

    def _issue_state(self, connection: Connection) -> str | None:
        return connection.scalar(sa.select(issue.c.state).where(issue.c.id == self._issue))

    def _may_begin(self, connection: Connection, now: datetime) -> bool:
        """Locks the worker's row on PostgreSQL: who declares this worker dead waits for this transaction to end."""
        lease = (
            sa.select(worker.c.id)
            .where(worker.c.id == self._me, worker.c.ended_at.is_(None), worker.c.lease_until > now)
            .with_for_update(read=True)
        )
        alive = connection.execute(lease).first() is not None
        return alive and self._issue_state(connection) == IssueState.SENDING

    def _skip(self, connection: Connection, rows: Iterable[Row[*tuple[Any, ...]]], now: datetime) -> None:
        by_reason: dict[str, list[int]] = {}
        for row in rows:
            if row.why_not:
                by_reason.setdefault(row.why_not, []).append(row.id)
        for reason, ids in by_reason.items():
            connection.execute(_SKIP.where(delivery.c.id.in_(ids)).values(reason=reason, at=now))

    def _record(self, connection: Connection, outcomes: Sequence[tuple[int, Outcome]], *, cancelled: bool) -> None:
        rows = [
            _outcome_values(outcome, cancelled=cancelled)
            | {"row": delivery_id, "me": self._me, "held": self._fences[delivery_id]}
            for delivery_id, outcome in outcomes
            if delivery_id in self._fences
        ]
        if rows:
            connection.execute(_OUTCOME, rows)

    def _begin(self, connection: Connection, intents: Sequence[int], now: datetime) -> set[int]:
        wanted = [row for row in intents if row in self._fences and row not in self._begun]
        if not wanted:
            return set()
        held = connection.execute(_HELD, {"ids": wanted, "me": self._me, "now": now}).all()
        rows = [row for row in held if row.fence == self._fences[row.id]]
        self._skip(connection, rows, now)
        ids = [row.id for row in rows if not row.why_not]
        if not ids or not self._mark_begun(connection, now):
            return set()
        connection.execute(_BEGIN, {"ids": ids, "now": now})
        return set(ids)

    def _mark_begun(self, connection: Connection, now: datetime) -> bool:
        """Once per issue: from here on its articles stay consumed. Whoever releases them waits for this row."""
        first = sa.select(issue.c.begun_at).where(issue.c.id == self._issue)
        if connection.scalar(first) is not None:
            return True
        mark = sa.update(issue).where(
            issue.c.id == self._issue, issue.c.state == IssueState.SENDING.value, issue.c.begun_at.is_(None)
        )
        if connection.execute(mark.values(begun_at=now)).rowcount == 1:
            return True
        return connection.scalar(first) is not None


def _outcome_values(outcome: Outcome, *, cancelled: bool) -> dict[str, Any]:
    to, why = D(outcome.kind), outcome.reason
    if cancelled and to in (D.QUEUED, D.DEFERRED):
        to, why = D.SKIPPED, "cancelled"
    return {
        "to": to.value,
        "why": why,
        "final": to in FINAL,
        "uncounted": 1 if D(outcome.kind) is D.QUEUED else 0,
        "later": (outcome.retry_at or outcome.at) if to is D.DEFERRED else None,
        "reply": outcome.code,
        "enhanced": outcome.enhanced_code,
        "words": outcome.server_text,
        "through": outcome.relay,
        "when": outcome.at,
    }
