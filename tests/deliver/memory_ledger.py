"""A ledger in memory that enforces the protocol: an illegal transition fails the test that made it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

from digest.model import DeliveryState, Message, Outcome, Recipient

S = DeliveryState
_FROM_CLAIMED = {S.REFUSED, S.DEFERRED, S.QUEUED}
_FROM_INTENT = {S.ACCEPTED, S.REFUSED, S.DEFERRED, S.UNCERTAIN, S.QUEUED}
SENDER = "digest@riverside-makers.example"


class MemoryLedger:
    """`state` by delivery id; `before_commit` may raise, wait or look on.

    `unwanted` are people who may not be mailed any more (skipped at claim and at intent). With `lost` the lease is
    gone: nothing can be claimed or begun.
    """

    def __init__(self, count: int) -> None:
        self.recipients = {n: make_recipient(n) for n in range(1, count + 1)}
        self.state: dict[int, DeliveryState] = dict.fromkeys(self.recipients, S.QUEUED)
        self.outcomes: dict[int, Outcome] = {}
        self.unwanted: set[int] = set()
        self.lost = False
        self.before_commit: Callable[[Sequence[tuple[int, Outcome]], Sequence[int]], None] = lambda outcomes, intents: (
            None
        )
        self.most_intents = 0
        self.commits = 0

    def claim(self, n: int, *, without: Collection[str] = ()) -> list[Recipient]:
        apart = frozenset(without)
        queued = [
            key
            for key, state in self.state.items()
            if state is S.QUEUED and not (apart and self.recipients[key].address.rpartition("@")[2] in apart)
        ]
        for key in self.unwanted & set(queued):
            self.state[key] = S.SKIPPED
        found = [] if self.lost else [key for key in queued if key not in self.unwanted][:n]
        for key in found:
            self.state[key] = S.CLAIMED
        return [self.recipients[key] for key in found]

    def commit(self, outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> set[int]:
        self.before_commit(outcomes, intents)
        self.commits += 1
        for key, outcome in outcomes:
            if self.outcomes.get(key) is outcome:
                continue  # repeating is allowed: a commit whose answer was lost
            allowed = _FROM_INTENT if self.state[key] is S.INTENT else _FROM_CLAIMED
            assert self.state[key] in (S.CLAIMED, S.INTENT), f"{key} is {self.state[key]}, not held"
            assert outcome.kind in allowed, f"{key}: {self.state[key]} -> {outcome.kind}"
            assert (outcome.kind is S.DEFERRED) == (outcome.retry_at is not None)
            self.state[key], self.outcomes[key] = outcome.kind, outcome
        begun: set[int] = set()
        for key in intents:
            assert self.state[key] is S.CLAIMED, f"intent for {key}, which is {self.state[key]}"
            if key in self.unwanted:
                self.state[key] = S.SKIPPED
            elif not self.lost:
                self.state[key] = S.INTENT
                begun.add(key)
        self.most_intents = max(self.most_intents, list(self.state.values()).count(S.INTENT))
        return begun

    def release(self) -> None:
        for key, state in self.state.items():
            if state is S.CLAIMED:
                self.state[key] = S.QUEUED

    def states(self) -> str:
        """`accepted refused/code deferred`: what became of each, in order."""
        return " ".join(
            f"{state}/{self.outcomes[key].reason}" if state is S.REFUSED else str(state)
            for key, state in self.state.items()
        )


def make_recipient(number: int) -> Recipient:
    return Recipient(number, number, f"reader{number}@mail.example", message_id=f"m{number}", attempt=1)


def fill(recipient: Recipient) -> Message:
    """What `Rendition.fill` would make: small, CRLF, no leading dot."""
    message_id = f"{recipient.message_id}@riverside-makers.example"
    lines = [
        f"From: {SENDER}", f"To: {recipient.address}", "Subject: Week 12", f"Message-ID: <{message_id}>", "",
        *(["A paragraph about the new kiln in the shared workshop."] * 40), "-- the end --", "",
    ]  # fmt: skip
    return Message(recipient.delivery_id, SENDER, recipient.address, "\r\n".join(lines).encode(), message_id)


def fixed_now() -> datetime:
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
