"""The public face of sending: a fill, a ledger and relays in, a report out.

1. Claim a batch. Before each message ask `stop`.
2. Fill: the bytes for one person. A failure costs that person, never the others.
3. Hand over: everything up to the last bytes. A refusal on the way is an outcome.
4. Commit: the outcomes so far *and* the next intents, in one durable transaction.
5. Complete: the last bytes, and the reply; the outcome goes into the next commit.

`engine` does it for several connections at once; this file says what a caller can ask for. Invariants: no message is
completed before its intent is durable; at most connections x window deliveries are intended and without a durable
outcome; everything that was claimed ends in an outcome or is released, whatever ends the run.
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from digest.deliver.engine import Edges, Engine
from digest.deliver.ledger import Ledger
from digest.deliver.pace import UNLIMITED, Pace
from digest.deliver.retries import backoff_s
from digest.deliver.route import Route
from digest.deliver.settings import RelaySettings
from digest.deliver.single import hand_over
from digest.model import Message, Outcome, Recipient, Report

Fill = Callable[[Recipient], Message]
Sign = Callable[[Message], Message]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run.

    `claim` rows are held at first; up to 1,000 when they go out fast. A connection is used for
    `messages_per_connection` and `seconds_per_connection`. After `relay_tries` troubles in a row the run ends with
    stopped="relay". `refusals_in_a_row` about our content or our manners (not about addresses) end it with "policy":
    the sixth would not fare better, and a refusal is final. `uncertain_in_a_row` connections lost over whole messages
    likewise, and so do shares of the last 500 results over `max_hard_bounces` and `max_policy_refusals`. A retry that
    would fall after `finish_by` becomes refused(expired). `pace` is asked before each message.
    """

    claim: int = 100
    messages_per_connection: int = 1000
    seconds_per_connection: float = 600.0
    relay_tries: int = 6
    refusals_in_a_row: int = 5
    max_hard_bounces: float = 0.05
    max_policy_refusals: float = 0.01
    uncertain_in_a_row: int = 3
    finish_by: datetime | None = None
    pace: Pace = UNLIMITED


def never() -> str:
    return ""


def unwatched(report: Report) -> None:
    """Progress for nobody."""


def now_utc() -> datetime:
    return datetime.now(UTC)


def patience(troubles: int) -> float:
    """Seconds to leave a relay alone; chance keeps workers that lost it together from coming back together."""
    return backoff_s(troubles, chance=random.random())  # noqa: S311 - jitter


def send(
    fill: Fill,
    ledger: Ledger,
    relays: Sequence[RelaySettings],
    *,
    dkim: Sign | None = None,
    limits: Limits | None = None,
    stop: Callable[[], str] = never,
    progress: Callable[[Report], None] = unwatched,
    now: Callable[[], datetime] = now_utc,
    backoff: Callable[[int], float] = patience,
    context: ssl.SSLContext | None = None,
) -> Report:
    """Send to everybody `ledger` says is due, over the first of `relays` that takes mail.

    `dkim` turns a message into a signed one. `stop` is asked between messages: "" goes on; any other word ends the run
    after the messages in flight and becomes `Report.stopped`. `progress` gets the report so far after each outcome.
    `ledger` is called from one thread of its own, everything else from the caller's. `backoff` says how many seconds
    to leave a relay alone after so many troubles in a row; `context` replaces the usual trust in certificates.
    Never raises for what a relay or the ledger does: `Report.stopped` says "relay", "ledger", "lease" or "policy" and
    `Report.note` why; whoever was not reached is in the queue again. Exceptions of the callbacks pass through, after
    what is known was written.
    """
    assert relays, "send() needs a relay"
    edges = Edges(fill, dkim, stop, progress, now, backoff)
    loop = new_loop()
    engine = Engine(edges, ledger, [Route(relay, context) for relay in relays], limits or Limits(), loop)
    try:
        try:
            loop.run_until_complete(engine.run())
        except KeyboardInterrupt:
            engine.interrupted()
            raise
        finally:
            loop.run_until_complete(engine.close())
    finally:
        _end(loop)
    return engine.report()


def send_one(
    message: Message,
    relay: RelaySettings,
    *,
    now: Callable[[], datetime] = now_utc,
    context: ssl.SSLContext | None = None,
) -> Outcome:
    """Send one message that no ledger knows: a test, a notice. Raises `RelayError` when the relay takes no mail now."""
    loop = new_loop()
    try:
        return loop.run_until_complete(hand_over(message, relay, now=now, context=context))
    finally:
        _end(loop)


def new_loop() -> asyncio.AbstractEventLoop:
    """The standard library's: uvloop sent 8 % more in our measurements, and its STARTTLS stalled."""
    return asyncio.new_event_loop()


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Let cancelled tasks and aborted connections finish, then close."""

    async def last() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await loop.shutdown_default_executor()

    loop.run_until_complete(last())
    loop.close()
