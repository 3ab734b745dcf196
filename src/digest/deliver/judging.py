"""What an answer, or a silence, means for one person; and what a row of them means for the run. Pure.

Invariant: a mistake of ours never becomes everybody's final refusal: after a few refusals of the same kind in a row
the run stops.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from digest.deliver.reply import Scope, classify
from digest.deliver.retries import retry_at
from digest.deliver.settings import RelaySettings
from digest.deliver.smtp.conversation import Answer
from digest.deliver.smtp.replies import Reply
from digest.errors import RelayError
from digest.model import DeliveryState, Outcome, Recipient


@dataclass(frozen=True, slots=True)
class Judged:
    """`outcome` of one person, whom else it concerns, and the relay's trouble if it is one."""

    outcome: Outcome
    scope: Scope
    trouble: RelayError | None = None


def judge(answer: Answer, relay: RelaySettings, now: datetime) -> Judged:
    reply = answer.reply
    verdict = classify(answer.stage, reply.code, reply.enhanced, reply.text)
    outcome = Outcome(verdict.kind, now, reply.code, reply.enhanced, reply.text, verdict.reason, relay=relay.name)
    if verdict.scope not in ("connection", "relay"):
        return Judged(outcome, verdict.scope)
    trouble = RelayError("the relay does not take mail now", where=relay.place, why=str(reply), try_=_advice(reply))
    return Judged(outcome, verdict.scope, trouble)


def judge_loss(why: str, relay: RelaySettings, now: datetime, *, complete: bool) -> Judged:
    """The connection ended without an answer to this message; `complete`: its last bytes had left."""
    verdict = classify("dot" if complete else "data", None, "", "")
    when = "after the end of a message" if complete else "in the middle of a message"
    trouble = RelayError(f"the connection was lost {when}", where=relay.place, why=why, try_="try again later")
    outcome = Outcome(verdict.kind, now, server_text=why, reason=verdict.reason, relay=relay.name)
    return Judged(outcome, verdict.scope, trouble)


def dated(outcome: Outcome, recipient: Recipient, finish_by: datetime | None) -> Outcome:
    """A deferred outcome with the time of the next try, or refused(expired) when that would be too late."""
    if outcome.kind is not DeliveryState.DEFERRED:
        return outcome
    # `attempt` counts the one that just failed, from 1
    again = retry_at(recipient.attempt - 1, outcome.at, seed=recipient.delivery_id)
    if finish_by is not None and again > finish_by:
        return replace(outcome, kind=DeliveryState.REFUSED, reason="expired")
    return replace(outcome, retry_at=again)


@dataclass(slots=True)
class InARow:
    """What has gone wrong without a success between."""

    troubles: int = 0
    refusals: int = 0
    silences: int = 0
    denied: int = 0

    def learn(self, outcome: Outcome, scope: Scope) -> None:
        if outcome.kind is DeliveryState.ACCEPTED:
            self.troubles = self.refusals = self.silences = self.denied = 0
        elif outcome.code is not None and scope in ("recipient", "message", "policy"):
            self.troubles = 0
        if outcome.kind is DeliveryState.REFUSED and scope in ("message", "policy"):
            self.refusals += 1


def in_words(outcome: Outcome) -> str:
    return " ".join(str(part) for part in (outcome.code, outcome.enhanced_code, outcome.server_text) if part)


def _advice(reply: Reply) -> str:
    if reply.code in (530, 534, 535, 538, 454):
        return "give the relay a user and a password; this one wants a login before it takes mail"
    if reply.code >= 500:
        return "check that the From address may be sent by this relay's account"
    return "nothing: it is tried again by itself"
