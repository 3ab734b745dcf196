"""What delivering asks of whoever remembers: three calls, batch-shaped, from one thread.

Invariant: a message's last bytes are written only after `commit` has returned its delivery id. Everything the report
promises after a crash follows from that: a row without an intent was never completed and may be sent; a row with an
intent and without an outcome is uncertain.

Why this way: one transaction carries the outcomes of the last messages *and* the intents of the next, so durability
costs one disk sync per step whatever the number of messages in it (20,600 recipients/s at 100 a commit on SQLite FULL
against 270 one by one).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from digest.model import Outcome, Recipient


class Ledger(Protocol):
    """The deliveries of one issue as one worker sees them.

    queued -claim-> claimed -commit(intent)-> intent -commit(outcome)-> accepted, refused, deferred, uncertain, queued
                       `-- commit(outcome) ------------------------->           refused, deferred, queued
                       `-- release ---------------------------------> queued

    Raises `StoreError` when nothing can be read or written; then nothing of that call has happened, or (a connection
    cut inside COMMIT) all of it. Repeating a `commit` of outcomes is therefore allowed and changes nothing.
    """

    def claim(self, n: int, *, without: Collection[str] = ()) -> list[Recipient]:
        """Up to `n` deliveries that are due, now held by this worker; empty when none is.

        Suppressions and unsubscribes are checked here, so that they act during a run. Domains come mixed, each spread
        evenly over the issue; nobody of the domains `without` is taken (`Recipient.domain`).
        """
        ...

    def commit(self, outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> set[int]:
        """Write `outcomes` (delivery id, what became of it) and `intents` in one durable transaction.

        Returns the ids among `intents` that may be completed now. One that is missing is no longer this worker's (its
        lease ran out) or no longer wanted (the person unsubscribed, the issue was cancelled): it must not be sent.
        An outcome is taken for a row in `intent` and in `claimed`: a server may refuse before anything is intended,
        and an intent whose bytes provably never left is given back as `queued`.
        """
        ...

    def release(self) -> None:
        """Give every row this worker has claimed, and not begun, back to the queue."""
        ...
