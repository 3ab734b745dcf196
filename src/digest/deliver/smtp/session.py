"""The whole protocol of one connection without a socket: bytes in; events, and bytes to write, out.

    receive(data) -> Ready, StartTls, Answer ... at the end perhaps Broken
    outgoing()    -> what to write now

After `StartTls` the caller does the handshake and calls `encrypted()`; after `Ready` messages may be added; after
`Broken` nothing more will come and `unanswered` tells who was left without an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from digest.deliver.settings import RelaySettings
from digest.deliver.smtp.conversation import Answer, Conversation, OutOfStep, Transaction
from digest.deliver.smtp.offers import Mode, Offers
from digest.deliver.smtp.opening import START_TLS, Opening, opening
from digest.deliver.smtp.replies import Reply, ReplyFault, ReplyReader
from digest.errors import RelayError
from digest.model import Message

Kind = Literal["fault", "goodbye", "lost", "quit"]


@dataclass(frozen=True, slots=True)
class Ready:
    """The relay takes mail now."""


@dataclass(frozen=True, slots=True)
class StartTls:
    """Do the handshake now, then call `encrypted`."""


@dataclass(frozen=True, slots=True)
class Broken:
    """The connection cannot be used any more, and why.

    `error` is there when the relay did not open. `kind`: "fault" (client and server are out of step), "goodbye" (it
    said 421: nothing after the command it answered was read), "lost" (it closed, or was silent), "quit" (as wished).
    """

    why: str
    kind: Kind
    error: RelayError | None = None


Event = Ready | StartTls | Answer | Broken


class Session:
    """`cap` is the fastest mode this server may be served in. `nonce` is fresh chance for logging in."""

    def __init__(self, relay: RelaySettings, *, own_name: str, nonce: str, cap: Mode = Mode.CHUNKED) -> None:
        self._opening: Opening | None = opening(relay, own_name=own_name, nonce=nonce)
        self._relay, self._cap = relay, cap
        self._replies = ReplyReader()
        self._out: list[bytes] = []
        self._goodbye = ""
        self._quitting = False
        self.over = False
        self.heard = 0  # whole replies
        self.conversation = Conversation(Offers(), Mode.LOCK_STEP)
        next(self._opening)  # it waits for the greeting

    @property
    def is_open(self) -> bool:
        """Whether messages may be added."""
        return self._opening is None and not self.over

    @property
    def mode(self) -> Mode:
        return self.conversation.mode

    @property
    def strict(self) -> bool:
        return self.conversation.strict

    @property
    def offers(self) -> Offers:
        return self.conversation.offers

    @property
    def awaited(self) -> str:
        """The command whose reply is owed ("open" before `Ready`), empty for none: what a timeout is about."""
        return "open" if self._opening is not None else self.conversation.awaited

    @property
    def unanswered(self) -> Sequence[Transaction]:
        """Oldest first."""
        return self.conversation.unanswered

    @property
    def must_wait(self) -> bool:
        """Whether a message whose last bytes have left is without an answer."""
        return any(transaction.complete for transaction in self.conversation.unanswered)

    def outgoing(self) -> bytes:
        if self._out:
            opened, self._out = b"".join(self._out), []
            return opened
        return self.conversation.take_output()

    def add(self, message: Message) -> Transaction:
        assert self.is_open, "add() before the relay takes mail"
        return self.conversation.add(message)

    def begin(self, transaction: Transaction) -> None:
        """The intent of this message is durable: it may be completed."""
        self.conversation.begin(transaction)

    def withdraw(self, transaction: Transaction) -> bool:
        """Forget a message of which nothing was written. False: it is too late for that."""
        return self.conversation.withdraw(transaction)

    def set_mode(self, mode: Mode, *, strict: bool) -> None:
        """Between messages. `strict` once the server was seen to tell its replies apart."""
        assert not self.unanswered
        self.conversation.mode, self.conversation.strict = mode, strict

    def freeze(self) -> None:
        """Write nothing more: only the answers to whole messages are still of interest."""
        self.conversation.frozen = True

    def quit(self) -> None:
        self._quitting = True
        self.conversation.quit()

    def encrypted(self) -> list[Event]:
        return self._go_on(None)

    def receive(self, data: bytes) -> list[Event]:
        events: list[Event] = []
        try:
            self._replies.feed(data)
            while not self.over and (reply := self._replies.next()) is not None:
                events += self._on_reply(reply)
        except ReplyFault as fault:
            events.append(self._break(str(fault), "fault"))
        except OutOfStep as fault:
            events.append(self._break(str(fault), "goodbye" if fault.goodbye else "fault"))
        return events

    def lose(self, why: str) -> list[Event]:
        """The connection ended, or the wait did."""
        if self.over:
            return []
        if self._goodbye:
            return [self._break(f"{why}; it had said: {self._goodbye}", "goodbye")]
        return [self._break(why, "lost")]

    def _on_reply(self, reply: Reply) -> list[Event]:
        self.heard += 1
        if self._opening is not None:
            if self._out:
                raise ReplyFault(f"it said, unasked: {reply}")
            return self._go_on(reply)
        if reply.code == 421:
            self._goodbye = str(reply)
        answer = self.conversation.answer(reply)
        if self._quitting and not self.conversation.awaited:
            return [self._break("as wished", "quit")]
        return [answer] if answer is not None else []

    def _go_on(self, reply: Reply | None) -> list[Event]:
        """One step of the opening."""
        assert self._opening is not None
        try:
            step = self._opening.send(reply)
        except StopIteration as end:
            return [self._open(end.value)]
        except RelayError as error:
            return [self._break(str(error), "lost", error)]
        except ReplyFault as fault:
            return [self._break(str(fault), "fault")]
        if step != START_TLS:
            assert isinstance(step, bytes)
            self._out.append(step)
            return []
        if self._replies.pending:
            # Text sent ahead of the handshake is an attack or a fault, never read on (RFC 3207 section 5).
            return [self._break("it sent more text before the TLS handshake", "fault")]
        return [StartTls()]

    def _open(self, offers: Offers) -> Event:
        self._opening = None
        if self._replies.pending:
            return self._break("it said more than it was asked", "fault")
        self.conversation = Conversation(offers, min(offers.fastest, self._cap))
        return Ready()

    def _break(self, why: str, kind: Kind, error: RelayError | None = None) -> Broken:
        self.over = True
        self.freeze()
        if error is None and self._opening is not None:
            error = RelayError("the relay broke off", where=self._relay.place, why=why, try_="try again later")
        return Broken(why, kind, error)
