"""What one step of the ledger asks of an engine, and the words both engines share.

Must not decide who may be mailed beyond `WHY_NOT`, which is DESIGN rule 6 as SQL. Everywhere, locks are taken in one
order: worker, issue, deliveries; so that nobody waits for somebody who waits for him.

Why SQL by hand, in this room's hottest corner only: SQLAlchemy's expressions cost 52 us a recipient where the driver
costs 20, and PostgreSQL can do a whole step in one statement, so in one round trip.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from digest.model import DeliveryState, Outcome, Recipient
from digest.model.delivery import FINAL
from digest.store.column_types import storable

D = DeliveryState
_WORD = {state: state.value for state in DeliveryState}

# The row of a claim, in this order; then `fence` as it is after the claim, and why the person must not be mailed.
CLAIMED = (
    "id", "subscriber_id", "address", "name", "locale", "timezone", "topics", "tokens", "message_id", "rendition_id",
    "attempt", "domain",
)  # fmt: skip
CLAIMED_SQL = ", ".join(f"d.{name}" for name in CLAIMED)

# The words of the partial indices: a planner uses one only when it can see its condition.
IN_HAND = "state IN ('claimed', 'intent')"
# What recovery made of an intent whose worker was given up: uncertain, or queued again under `resend`.
A_GUESS = "state IN ('uncertain', 'queued')"

SUBSCRIBED = "LEFT JOIN subscription s ON s.subscriber_id = d.subscriber_id AND s.list_id = d.list_id"
WHY_NOT = """CASE
    WHEN s.status IN ('bounced', 'complained') OR EXISTS (
        SELECT 1 FROM suppression x WHERE x.key = d.key AND (x.until IS NULL OR x.until > {now})) THEN 'suppressed'
    WHEN s.status = 'unsubscribed' OR EXISTS (
        SELECT 1 FROM unsubscription u WHERE u.list_id = d.list_id AND u.key = d.key) THEN 'unsubscribed'
    WHEN s.status = 'active' THEN ''
    ELSE 'left_list' END"""


class Claimed(NamedTuple):
    """A recipient that is this worker's now, or that was skipped (`why_not`)."""

    recipient: Recipient
    fence: int
    why_not: str


class Result(NamedTuple):
    """An outcome as it is written. `final` may replace a guess; `uncounted` attempts are taken back."""

    id: int
    fence: int
    state: str
    reason: str
    final: bool
    uncounted: int
    not_before: datetime | None
    code: int | None
    enhanced_code: str
    server_text: str
    relay: str
    at: datetime


class Calls(Protocol):
    """One engine's way of doing the three steps; each call is one durable transaction."""

    def claim(self, now: datetime, n: int, *, after: int, without: Collection[str]) -> list[Claimed]:
        """Up to `n`: those whose retry is due, then queued ones with an id above `after`; not of domains `without`."""
        ...

    def commit(self, now: datetime, results: Sequence[Result], wanted: Mapping[int, int]) -> set[int]:
        """Write `results`; begin `wanted` (delivery id to fence). The ids that may be sent now."""
        ...


def result(delivery_id: int, fence: int, outcome: Outcome) -> Result:
    to = outcome.kind
    deferred = to is D.DEFERRED
    return Result(
        delivery_id, fence, _WORD[to], outcome.reason, to in FINAL, 1 if to is D.QUEUED else 0,
        (outcome.retry_at or outcome.at) if deferred else None, outcome.code, storable(outcome.enhanced_code),
        storable(outcome.server_text), storable(outcome.relay), outcome.at,
    )  # fmt: skip


def claimed(row: Sequence[Any]) -> Claimed:
    """A row of `CLAIMED`, the fence, the reason; JSON is decoded here, where one knows that most have none."""
    topics, tokens = row[6], row[7]
    recipient = Recipient(
        row[0], row[1], row[2], row[3], row[4], row[5], None if topics is None else tuple(json.loads(topics)),
        json.loads(tokens) if isinstance(tokens, str) else tokens, row[8], row[9], row[10], row[11],
    )  # fmt: skip
    return Claimed(recipient, row[12], row[13])
