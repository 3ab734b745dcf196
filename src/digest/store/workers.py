"""Worker processes: who is alive, and taking back what the dead held.

Must not kill anybody. Invariant: a worker that was given up never gets its lease back; it must stop. Nothing here
makes a message go out twice: rows without an intent are safe, rows with one become uncertain (or, if the operator
chose `resend`, are queued with the same Message-ID).

A lease is set and judged by the clocks of the machines. A clock that is wrong by more than the lease makes workers be
given up early; the fence keeps that harmless under `hold`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import DeliveryState, IssueState
from digest.store.database import Database
from digest.store.deliveries import MAX_TRIES_IN_DOUBT
from digest.store.rows import Recovered
from digest.store.schema import delivery, issue, worker

D = DeliveryState
LEASE_S = 30


class WorkerStore:
    """Registration, heartbeat, recovery."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def register(
        self,
        host: str,
        pid: int,
        process_started: str,
        *,
        at: datetime,
        lease_s: float = LEASE_S,
        issue_id: int | None = None,
        run_id: int | None = None,
    ) -> int:
        """A new worker; ids are never used again. `process_started` tells two processes with one pid apart.

        `issue_id` is what it will send, `run_id` the worker that is in charge of the run it is part of.
        """
        with self._db.write() as connection:
            return _add(connection, _values(host, pid, process_started, at, lease_s, issue_id, run_id))

    def take_charge(
        self, issue_id: int, host: str, pid: int, process_started: str, *, at: datetime, lease_s: float = LEASE_S
    ) -> tuple[int | None, int | None]:
        """(id, None) when this process now leads the sending of the issue on its host; (None, pid) when another does.

        One run per machine: a cron line that fires every five minutes must not open connections each time. Of two that
        ask at once, one gets it.
        """
        with self._db.write() as connection:
            self._db.serialise(connection, issue_id)
            other = connection.scalar(
                sa.select(worker.c.pid)
                .where(worker.c.host == host, worker.c.issue_id == issue_id, worker.c.run_id == worker.c.id)
                .where(worker.c.ended_at.is_(None), worker.c.lease_until > at)
                .limit(1)
            )
            if other is not None:
                return None, other
            me = _add(connection, _values(host, pid, process_started, at, lease_s, issue_id, None))
            connection.execute(sa.update(worker).where(worker.c.id == me).values(run_id=me))
            return me, None

    def beat(self, worker_id: int, *, at: datetime, lease_s: float = LEASE_S) -> bool:
        """Renew the lease. False: this worker was given up for dead and must stop at once."""
        mine = (worker.c.id == worker_id, worker.c.ended_at.is_(None))
        values = {"beat_at": at, "lease_until": at + timedelta(seconds=lease_s)}
        with self._db.write() as connection:
            return connection.execute(sa.update(worker).where(*mine).values(values)).rowcount == 1

    def retire(self, worker_id: int, *, at: datetime | None = None) -> None:
        """The worker ends by itself; what it still holds is taken back by the next `recover`."""
        ended = at if at is not None else worker.c.beat_at
        mine = (worker.c.id == worker_id, worker.c.ended_at.is_(None))
        with self._db.write() as connection:
            connection.execute(sa.update(worker).where(*mine).values(ended_at=ended))
            connection.execute(sa.update(issue).where(issue.c.owner_id == worker_id).values(owner_id=None))

    def recover(
        self, *, at: datetime, host: str, alive: Callable[[int, str], bool], on_uncertain: str = "hold"
    ) -> Recovered:
        """Give up dead workers and take their rows back: claimed -> queued; intent -> uncertain, or queued (resend).

        Dead is, on this host, a process that `alive(pid, process_started)` does not know, at once; anywhere, one
        whose lease ran out.
        """
        with self._db.read() as connection:
            live = connection.execute(sa.select(worker).where(worker.c.ended_at.is_(None))).all()
            held = connection.execute(_HOLDING_ENDED).first()
        gone = [row.id for row in live if row.host == host and not alive(row.pid, row.process_started)]
        if not gone and held is None and all(row.lease_until > at for row in live):
            return Recovered()
        with self._db.write() as connection:
            dead = worker.c.id.in_(gone) | (worker.c.lease_until <= at)
            given_up = sa.update(worker).where(worker.c.ended_at.is_(None), dead).values(ended_at=at)
            workers = connection.execute(given_up).rowcount
            return Recovered(workers, *_take_back(connection, at, resend=on_uncertain == "resend"))


def _values(
    host: str, pid: int, process_started: str, at: datetime, lease_s: float, issue_id: int | None, run_id: int | None
) -> dict[str, Any]:
    return {
        "host": host, "pid": pid, "process_started": process_started, "started_at": at, "beat_at": at,
        "lease_until": at + timedelta(seconds=lease_s), "issue_id": issue_id, "run_id": run_id,
    }  # fmt: skip


def _add(connection: Connection, values: dict[str, Any]) -> int:
    return int(connection.execute(sa.insert(worker).values(values).returning(worker.c.id)).scalar_one())


_ENDED = sa.select(worker.c.id).where(worker.c.ended_at.is_not(None))
_HOLDING_ENDED = (
    sa.select(delivery.c.id)
    .where(sa.text("delivery.state IN ('claimed', 'intent')"), delivery.c.claimed_by.in_(_ENDED))
    .limit(1)
)


def _take_back(connection: Connection, at: datetime, *, resend: bool) -> tuple[int, int]:
    """(requeued, uncertain). `claimed_by` stays: a late, true outcome of the old worker may still replace a guess."""
    in_hand = sa.text("delivery.state IN ('claimed', 'intent')")  # the words of the partial index
    theirs = (in_hand, delivery.c.claimed_by.in_(_ENDED))
    cancelled = delivery.c.issue_id.in_(sa.select(issue.c.id).where(issue.c.state == IssueState.CANCELLED.value))
    claimed, intent = delivery.c.state == D.CLAIMED.value, delivery.c.state == D.INTENT.value
    queued = {"state": D.QUEUED.value, "not_before": None, "at": at}

    connection.execute(
        sa.update(delivery).where(*theirs, claimed, cancelled).values(state=D.SKIPPED.value, reason="cancelled", at=at)
    )
    uncounted = queued | {"attempt": delivery.c.attempt - 1}
    requeued = connection.execute(sa.update(delivery).where(*theirs, claimed).values(uncounted)).rowcount
    if resend:
        again = (*theirs, intent, ~cancelled, delivery.c.attempt < MAX_TRIES_IN_DOUBT)
        requeued += connection.execute(sa.update(delivery).where(*again).values(queued | {"in_doubt": True})).rowcount
    lost = {"state": D.UNCERTAIN.value, "reason": "worker_died", "not_before": None, "at": at}
    uncertain = connection.execute(sa.update(delivery).where(*theirs, intent).values(lost)).rowcount
    return requeued, uncertain
