"""The ledger of one issue as one sending worker uses it: claim, make intents durable, record outcomes (DESIGN 4-6).

Must not send. Invariants: an intent is durable before `commit` returns its id, and only while the worker's lease is
live, the issue is sending and the person may be mailed; what a worker writes counts only for rows it still holds, by
its id and the row's fence, so a worker that was given up for dead cannot undo what its successor did; the one
exception is the truth: an outcome that is final may replace what recovery could only guess.

Why this way: outcomes and the next intents share a transaction, so a batch costs one fsync; the fence is counted up at
each claim, so no clock decides who holds a row. Rows lie in the order in which they are claimed (`freezing` mixes the
domains), so a batch touches few pages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from digest.model import DeliveryState, Outcome, Recipient
from digest.store.database import Database, LockedError, LostError
from digest.store.ledger_calls import Calls, Claimed, result
from digest.store.ledger_postgres import PostgresCalls
from digest.store.ledger_sqlite import SqliteCalls
from digest.store.schema import delivery

MAX_BATCH = 1000
_MAX_CURSORS = 16
_WAITS_S = (0.1, 0.5, 1.0, 2.0, 4.0)  # a server that is restarted is back by then
T = TypeVar("T")
_ENGINES: dict[str, Callable[[Database, int, int], Calls]] = {"sqlite": SqliteCalls, "postgresql": PostgresCalls}


class IssueLedger:
    """One issue's ledger in the hands of one worker; called from one thread. Satisfies deliver's `Ledger`."""

    def __init__(self, database: Database, issue_id: int, worker_id: int, *, now: Callable[[], datetime]) -> None:
        self._db, self._issue, self._me, self._now = database, issue_id, worker_id, now
        self._calls = _ENGINES[database.dialect](database, issue_id, worker_id)
        self._fences: dict[int, int] = {}
        self._begun: set[int] = set()
        self._unsure: set[int] = set()  # whose intents may be durable: the commit raised
        self._denied: set[int] = set()  # who was asked for and not begun: the caller holds them no more
        self._passed: dict[frozenset[str], int] = {}
        self._in_doubt = False

    def claim(self, n: int, *, without: Collection[str] = ()) -> list[Recipient]:
        """Up to `n` recipients, those whose retry is due first, in id order. None left, or not sending: empty.

        Nobody of the domains `without` is taken. Who must not be mailed any more is skipped here, with the reason,
        and another one is taken instead.
        """
        n, apart = min(n, MAX_BATCH), frozenset(without)
        taken: list[Recipient] = []
        while len(taken) < n:
            found = self._claim_once(n - len(taken), apart)
            taken += [one.recipient for one in found if not one.why_not]
            if not found:
                break
        return sorted(taken, key=lambda recipient: recipient.delivery_id)

    def _claim_once(self, n: int, apart: frozenset[str]) -> list[Claimed]:
        after = self._cursor(apart)
        found = self._persistently(lambda: self._claim_surely(n, after, apart))
        fresh = self._without_those_in_hand(found)
        taken = {one.recipient.delivery_id: one.fence for one in fresh if not one.why_not}
        self._fences |= taken
        self._denied -= taken.keys()
        if len(found) < n and after:
            self._passed.clear()  # the end: those that came back to the queue meanwhile lie before it
            return fresh or self._claim_once(n, apart)
        self._remember(apart, found)
        return fresh

    def _without_those_in_hand(self, found: Sequence[Claimed]) -> list[Claimed]:
        """Rows that were taken out of our hands (an amendment) while the caller still holds the recipient of then.

        With a new fence that one would be begun, with the message of the older rendition. So they go back until the
        caller has asked for the one in hand and was denied.
        """
        twice = {one.recipient.delivery_id for one in found if not one.why_not}
        twice &= self._fences.keys() - self._denied
        if not twice:
            return list(found)
        self._persistently(lambda: self._give_back(delivery.c.id.in_(twice)))
        return [one for one in found if one.recipient.delivery_id not in twice]

    def _claim_surely(self, n: int, after: int, apart: frozenset[str]) -> list[Claimed]:
        """A claim whose answer was lost may have happened: those rows would wait for the end of the run."""
        if self._in_doubt:
            self._give_back(delivery.c.id.not_in(list(self._fences)))
        self._in_doubt = True
        found = self._calls.claim(self._now(), n, after=after, without=apart)
        self._in_doubt = False
        return found

    def _cursor(self, apart: frozenset[str]) -> int:
        """The id up to which nobody else is queued but those apart: what was held back is not read at every claim."""
        return max((passed for other, passed in self._passed.items() if other <= apart), default=0)

    def _remember(self, apart: frozenset[str], found: Sequence[Claimed]) -> None:
        last = max((one.recipient.delivery_id for one in found if one.recipient.attempt <= 1), default=0)
        if len(self._passed) >= _MAX_CURSORS:
            self._passed.clear()
        self._passed[apart] = max(last, self._passed.get(apart, 0))

    def commit(self, outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> set[int]:
        """Record `outcomes` and begin `intents`, in one durable transaction. Returns the ids that may now be sent.

        An id that is missing from the answer must not be sent: the lease is lost, the issue paused, or the person
        unsubscribed meanwhile. When this raises, either nothing or all of it happened; asking again settles which.
        """
        fences, begun_before = self._fences, self._begun
        results = [result(row, fences[row], outcome) for row, outcome in outcomes if row in fences]
        wanted = {row: fences[row] for row in intents if row in fences and row not in begun_before}
        self._unsure |= wanted.keys()
        begun = self._persistently(lambda: self._calls.commit(self._now(), results, wanted))
        self._unsure -= wanted.keys()
        self._denied = (self._denied | wanted.keys()) - begun
        for row, _ in outcomes:
            fences.pop(row, None)
            begun_before.discard(row)
        begun_before |= begun
        return begun

    def _persistently(self, ask: Callable[[], T]) -> T:
        """Ask again when the server went away or somebody kept the file locked: it costs nobody anything.

        Each of the three may be repeated: nothing is begun twice, and a lease that ran out meanwhile begins nothing.
        """
        waits = iter(_WAITS_S)
        while True:
            try:
                return ask()
            except (LostError, LockedError) as error:
                wait_s = next(waits, None)
                if wait_s is None or (isinstance(error, LockedError) and wait_s != _WAITS_S[0]):
                    raise
                time.sleep(wait_s)

    def release(self) -> None:
        """Give back everything claimed and not begun; these attempts do not count."""
        returned = self._persistently(lambda: self._give_back(sa.true()))
        self._denied.clear()
        kept = (self._begun | self._unsure) - returned
        self._fences = {row: fence for row, fence in self._fences.items() if row in kept}

    def _give_back(self, which: sa.ColumnElement[bool]) -> set[int]:
        mine = (delivery.c.claimed_by == self._me, delivery.c.issue_id == self._issue)
        claimed = delivery.c.state == DeliveryState.CLAIMED.value
        back = {"state": DeliveryState.QUEUED.value, "attempt": delivery.c.attempt - 1, "at": self._now()}
        with self._db.write() as connection:
            returned = connection.execute(
                sa.update(delivery).where(*mine, claimed, which).values(back).returning(delivery.c.id)
            )
            return set(returned.scalars())
