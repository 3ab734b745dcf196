"""The sending loop: claim, fill, offer, commit, complete, until nobody is due or somebody says stop.

1. Claim a batch. Before each message ask `stop`.
2. Fill: the bytes for one person. A failure costs that person, never the others.
3. Offer: everything up to the final dot. A refusal on the way is an outcome.
4. Commit: the outcomes so far *and* this intent, in one durable transaction.
5. Complete: the dot and the reply; the outcome waits in memory for the next commit.
At the end, and before every wait: commit what is known, give back what was not begun.

Does not know SQL, templates or schedules; opens one connection at a time. Invariants: no dot leaves before its intent
is durable; at most one delivery is intended and without a durable outcome; everything that was claimed ends in an
outcome or is released, whatever ends the run.
"""

from __future__ import annotations

import random
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from digest.deliver.ledger import Ledger
from digest.deliver.retries import backoff_s, retry_at
from digest.deliver.settings import RelaySettings
from digest.deliver.smtp import Answer, Connection, RelaySetupError, connect
from digest.deliver.smtp.connection import now_utc
from digest.errors import DigestError, RelayError, StoreError
from digest.model import DeliveryState, Message, Outcome, Recipient, Report

Fill = Callable[[Recipient], Message]
Sign = Callable[[Message], Message]

_FLUSH_WAITS_S = (0.1, 0.5, 2.0)
_NAP_S = 0.25
_DENIED_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run.

    `claim` rows are held at once. A connection is used for `messages_per_connection` and `seconds_per_connection`.
    After `relay_tries` troubles in a row the run ends with stopped="relay". `refusals_in_a_row` about our content or
    our manners (not about addresses) end it with "policy": the sixth would not fare better, and a refusal is final.
    `uncertain_in_a_row` likewise. A retry that would fall after `finish_by` becomes refused(expired).
    """

    claim: int = 100
    messages_per_connection: int = 100
    seconds_per_connection: float = 600.0
    relay_tries: int = 6
    refusals_in_a_row: int = 5
    uncertain_in_a_row: int = 3
    finish_by: datetime | None = None


def never() -> str:
    return ""


def unwatched(report: Report) -> None:
    """Progress for nobody."""


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
    sleep: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = random.random,
    connector: Callable[[RelaySettings], Connection] = connect,
) -> Report:
    """Send to everybody `ledger` says is due, over the first of `relays` that takes mail.

    `dkim` turns a message into a signed one. `stop` is asked between messages: "" goes on; any other word ends the run
    after the message in flight and becomes `Report.stopped`. `progress` gets the report so far after each outcome.
    Never raises for what a relay or the ledger does: `Report.stopped` says "relay", "ledger", "lease" or "policy" and
    `Report.note` why; whoever was not reached is in the queue again. Exceptions of the callbacks pass through, after
    what is known was written.
    """
    run = _Run(fill, ledger, relays, dkim, limits or Limits(), stop, progress, now, sleep, chance, connector)
    return run.run()


def send_one(
    message: Message, relay: RelaySettings, *, connector: Callable[[RelaySettings], Connection] = connect
) -> Outcome:
    """Send one message that no ledger knows: a test, a notice. Raises `RelayError` when the relay takes no mail now."""
    connection = connector(relay)
    try:
        answer = connection.offer(message) or connection.complete()
    except BaseException:
        connection.abandon()
        raise
    if answer.trouble is None:
        connection.close()
    elif answer.outcome.kind is DeliveryState.QUEUED:
        raise answer.trouble
    return answer.outcome


@dataclass(slots=True)
class _InARow:
    """What has gone wrong without a success between."""

    troubles: int = 0
    refusals: int = 0
    uncertain: int = 0
    denied: int = 0


class _Run:
    """One call of `send`."""

    def __init__(
        self,
        fill: Fill,
        ledger: Ledger,
        relays: Sequence[RelaySettings],
        sign: Sign | None,
        limits: Limits,
        stop: Callable[[], str],
        progress: Callable[[Report], None],
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        chance: Callable[[], float],
        connector: Callable[[RelaySettings], Connection],
    ) -> None:
        assert relays, "send() needs a relay"
        self.fill, self.ledger, self.sign, self.limits = fill, ledger, sign, limits
        self.stop, self.progress, self.now, self.sleep = stop, progress, now, sleep
        self.chance, self.connector = chance, connector
        self.relays = deque(relays)
        self.connection: Connection | None = None
        self.used, self.opened_at = 0, 0.0
        self.pending: list[tuple[int, Outcome]] = []
        self.tally: Counter[DeliveryState] = Counter()
        self.row = _InARow()
        self.dropped: set[int] = set()
        self.stopped, self.note = "", ""
        self.started = time.monotonic()

    def run(self) -> Report:
        try:
            self._work()
        except StoreError as error:
            self._halt("ledger", str(error))
        except BaseException:
            self._drop()
            raise
        finally:
            self._finish()
        return self.report()

    def report(self) -> Report:
        count = self.tally
        return Report(
            accepted=count[DeliveryState.ACCEPTED],
            deferred=count[DeliveryState.DEFERRED],
            refused=count[DeliveryState.REFUSED],
            uncertain=count[DeliveryState.UNCERTAIN],
            skipped=count[DeliveryState.SKIPPED],
            stopped=self.stopped,
            note=self.note,
            seconds=time.monotonic() - self.started,
        )

    def _work(self) -> None:
        while not self.stopped and (batch := self.ledger.claim(self.limits.claim)):
            self._work_through(batch)
        if self.row.denied >= _DENIED_IN_A_ROW:
            self._halt("lease", "another worker took over, or the issue was stopped: nothing more was sent from here")

    def _work_through(self, batch: Sequence[Recipient]) -> None:
        for recipient in batch:
            if self._told_to_stop():
                return
            self._deliver(recipient)
            if self.stopped:
                return
            if self.row.denied and self.row.denied % _DENIED_IN_A_ROW == 0:
                # The lease is gone, or many were suppressed at once: claiming afresh shows which, without the network.
                self._flush()
                self.ledger.release()
                return

    def _told_to_stop(self) -> bool:
        if reason := self.stop():
            self._halt(reason, "")
        return bool(self.stopped)

    def _halt(self, stopped: str, note: str) -> None:
        if not self.stopped:
            self.stopped, self.note = stopped, note

    # One person

    def _deliver(self, recipient: Recipient) -> None:
        """Until there is an outcome, the row is denied, or the run stops (then the row is released)."""
        message = self._message(recipient)
        while message is not None and (connection := self._ready()) is not None:
            answer = connection.offer(message)
            begun = answer is None
            if answer is None:
                if not self._begin(connection, recipient):
                    return
                answer = self._complete(connection, recipient)
            self.used += 1
            if answer.trouble is not None:
                self._lost(answer)
            outcome = self._outcome(recipient, answer)
            if outcome.kind is DeliveryState.QUEUED and not begun:
                continue  # nothing happened: the same person again, on the next connection
            self._settle(recipient, outcome, answer.scope)
            if not begun:
                self._flush()
            return

    def _message(self, recipient: Recipient) -> Message | None:
        """The signed bytes, or None after recording why there are none."""
        try:
            message = self.fill(recipient)
            if message.delivery_id != recipient.delivery_id:
                raise ValueError("the message belongs to another delivery")
            return self.sign(message) if self.sign else message
        except Exception as error:  # whatever a template or a value did, it is this person's outcome
            what = error.what if isinstance(error, DigestError) else f"{type(error).__name__}: {error}"
            text = f"could not be rendered: {what}"[:500]
            self._settle(
                recipient, Outcome(DeliveryState.REFUSED, self.now(), server_text=text, reason="code"), "message"
            )
            self._flush()
            return None

    def _begin(self, connection: Connection, recipient: Recipient) -> bool:
        """Make the intent durable. False: the dot must not be sent, and cannot be any more."""
        try:
            begun = self.ledger.commit(self.pending, [recipient.delivery_id])
        except BaseException:
            # COMMIT may have happened. No dot was sent, so giving the row back is right in both cases.
            self._drop()
            self.pending.append((recipient.delivery_id, Outcome(DeliveryState.QUEUED, self.now())))
            raise
        self.pending.clear()
        if recipient.delivery_id in begun:
            self.row.denied = 0
            return True
        self._drop()
        self.row.denied += 1
        return False

    def _complete(self, connection: Connection, recipient: Recipient) -> Answer:
        try:
            return connection.complete()
        except BaseException:  # Ctrl-C while the relay thinks: the dot may be out
            words = "the program was interrupted while the relay had not answered"
            outcome = Outcome(DeliveryState.UNCERTAIN, self.now(), server_text=words)
            self.pending.append((recipient.delivery_id, outcome))
            raise

    def _outcome(self, recipient: Recipient, answer: Answer) -> Outcome:
        """The answer with what only the run knows: when to try again."""
        outcome = answer.outcome
        if outcome.kind is DeliveryState.QUEUED and answer.scope == "connection":
            if recipient.delivery_id in self.dropped:  # twice lost over the same message: let the others pass
                outcome = replace(outcome, kind=DeliveryState.DEFERRED)
            self.dropped.add(recipient.delivery_id)
        if outcome.kind is not DeliveryState.DEFERRED:
            return outcome
        # `attempt` counts the one that just failed, from 1
        again = retry_at(recipient.attempt - 1, outcome.at, seed=recipient.delivery_id)
        if self.limits.finish_by is not None and again > self.limits.finish_by:
            return replace(outcome, kind=DeliveryState.REFUSED, reason="expired")
        return replace(outcome, retry_at=again)

    def _settle(self, recipient: Recipient, outcome: Outcome, scope: str) -> None:
        self.pending.append((recipient.delivery_id, outcome))
        if outcome.kind is not DeliveryState.QUEUED:
            self.tally[outcome.kind] += 1
        self._learn(outcome, scope)
        self.progress(self.report())

    def _learn(self, outcome: Outcome, scope: str) -> None:
        """Stop before a mistake of ours becomes everybody's final refusal."""
        row = self.row
        if outcome.kind is DeliveryState.ACCEPTED:
            self.row = _InARow()
            return
        if outcome.code is not None and scope in ("recipient", "message", "policy"):
            row.troubles = 0
        if outcome.kind is DeliveryState.UNCERTAIN:
            row.uncertain += 1
        if outcome.kind is DeliveryState.REFUSED and scope in ("message", "policy"):
            row.refusals += 1
        words = " ".join(str(part) for part in (outcome.code, outcome.enhanced_code, outcome.server_text) if part)
        if row.refusals >= self.limits.refusals_in_a_row:
            self._halt("policy", f"{row.refusals} messages in a row were refused, the last with: {words}")
        if row.uncertain >= self.limits.uncertain_in_a_row:
            self._halt("relay", f"{row.uncertain} messages in a row were left without an answer: {words}")

    # The connection

    def _ready(self) -> Connection | None:
        """A connection with room for one more message, or None when the run has stopped."""
        if self.connection is not None and self._worn():
            self._close()
        while self.connection is None and not self.stopped:
            self._flush()
            if self.row.troubles:
                self._wait(backoff_s(self.row.troubles, chance=self.chance()))
            if not self.stopped:
                self._open()
        return None if self.stopped else self.connection

    def _worn(self) -> bool:
        age_s = time.monotonic() - self.opened_at
        return self.used >= self.limits.messages_per_connection or age_s >= self.limits.seconds_per_connection

    def _open(self) -> None:
        try:
            self.connection = self.connector(self.relays[0])
            self.used, self.opened_at = 0, time.monotonic()
        except RelaySetupError as error:
            self.relays.popleft()
            if not self.relays:
                self._halt("relay", str(error))
        except RelayError as error:
            self._trouble(error)

    def _lost(self, answer: Answer) -> None:
        assert answer.trouble is not None
        self.connection = None
        self._trouble(answer.trouble)

    def _trouble(self, error: RelayError) -> None:
        self.row.troubles += 1
        self.relays.rotate(-1)
        if self.row.troubles >= self.limits.relay_tries:
            self._halt("relay", str(error))

    def _wait(self, seconds: float) -> None:
        """Sleep in naps: a person who says stop does not wait five minutes."""
        while seconds > 0 and not self._told_to_stop():
            self.sleep(min(_NAP_S, seconds))
            seconds -= _NAP_S

    def _drop(self) -> None:
        if self.connection is not None:
            self.connection.abandon()
            self.connection = None

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    # The ledger

    def _flush(self) -> None:
        if self.pending:
            self.ledger.commit(self.pending, [])
            self.pending.clear()

    def _finish(self) -> None:
        """Write what is known, give back what was not begun; say honestly what could not be written."""
        try:
            self._flush_stubbornly()
            self.ledger.release()
        except StoreError as error:
            self._halt("ledger", str(error))
            self._name_the_unwritten()
        finally:
            self._close()

    def _flush_stubbornly(self) -> None:
        for wait_s in _FLUSH_WAITS_S:
            try:
                self._flush()
                return
            except StoreError:
                self.sleep(wait_s)
        self._flush()

    def _name_the_unwritten(self) -> None:
        lines = [
            f"delivery {delivery_id}: {outcome.kind} ({outcome.code or ''} {outcome.server_text})"
            for delivery_id, outcome in self.pending
            if outcome.kind is not DeliveryState.QUEUED
        ]
        if lines:
            self.note += "\nThese outcomes are known but could not be written, and will read as uncertain:\n"
            self.note += "\n".join(lines)
