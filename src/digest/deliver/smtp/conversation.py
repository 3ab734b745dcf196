"""Handing over messages: what is written when, and which reply is whose. No socket, no clock.

    add(message)       queue a message; its envelope leaves as soon as the mode allows
    begin(transaction) its intent is durable: its last bytes may leave
    answer(reply)      the next reply; gives what became of a transaction when that is known

Three ways of working, one queue:

    LOCK_STEP   MAIL <- 250   RCPT <- 250   DATA <- 354   body (begin) . <- 250
    PIPELINED   [MAIL RCPT DATA] <- 250 250 354   [body (begin) . MAIL RCPT DATA] <- 250 250 250 354     RFC 2920
    CHUNKED     [MAIL RCPT BDAT body-without-its-end (begin) end RSET MAIL RCPT BDAT ...]                RFC 3030

Invariants: nothing that could complete a message leaves before `begin` (before the dot there is no message, RFC 5321
section 4.1.1.4; a chunk that lacks bytes is not a chunk); replies are matched first in, first out (RFC 2920 section
3.2), and what does not fit the command it should answer ends the conversation.

Why RSET between chunked messages: a server that refused one recipient may keep that transaction open, and would take
the next recipient into it, under the wrong sender (RFC 3030 section 2 calls the state indeterminate).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from digest.deliver.reply import Stage
from digest.deliver.smtp.commands import dotted, ended, envelope
from digest.deliver.smtp.offers import Mode, Offers
from digest.deliver.smtp.replies import Reply
from digest.model import Message

NEW, ASKED, GO, HELD, COMPLETE = range(5)
# A body above this is handed out alone, and its end only when it has all left: so a server that stops reading leaves
# nobody in doubt. Smaller ones go with what follows, in one call of the kernel.
LARGE = 256 * 1024
_ADDRESS = "1."  # RFC 3463: X.1.Y speaks of an address, so it answers MAIL or RCPT and never a whole message


class OutOfStep(Exception):
    """Client and server no longer talk about the same command, or the server says goodbye; the text says how.

    `goodbye` is a 421 (RFC 5321 section 3.8): the server has stopped, and has read nothing after what it answered.
    """

    def __init__(self, why: str, *, goodbye: bool = False) -> None:
        super().__init__(why)
        self.goodbye = goodbye


@dataclass(slots=True, eq=False)
class Transaction:
    """One message on its way. `step` NEW: nothing written; COMPLETE: its last bytes have been written.

    `hurried`: its body leaves although its intent is not durable. `told_apart`: the enhanced codes of its replies said
    which command each one answers.
    """

    message: Message
    step: int = NEW
    begun: bool = False
    hurried: bool = False
    refusal: tuple[Stage, Reply] | None = None
    told_apart: bool = True
    tail: bytes = field(default=b"", repr=False)

    @property
    def touched(self) -> bool:
        return self.step != NEW

    @property
    def complete(self) -> bool:
        return self.step == COMPLETE


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply that decided a transaction, and the command it answers."""

    transaction: Transaction
    stage: Stage
    reply: Reply


_Expected = tuple[str, Transaction | None]


class Conversation:
    """`strict`: the server is known to tell its replies apart, so one that does not is out of step."""

    def __init__(self, offers: Offers, mode: Mode) -> None:
        self.offers, self.mode = offers, mode
        self.strict = False
        self.blocked = False  # the other side does not read
        self.frozen = False  # for good: nothing more is to be written
        self._expected: deque[_Expected] = deque()
        self._sent = 0  # how many of those commands have been handed out
        self._unwritten: deque[Transaction] = deque()
        self._unanswered: deque[Transaction] = deque()
        self._unclean = False
        self._out: list[bytes] = []

    # What the other side of this object asks

    @property
    def unanswered(self) -> deque[Transaction]:
        """Oldest first."""
        return self._unanswered

    @property
    def awaited(self) -> str:
        """The command whose reply comes next; empty when none is owed."""
        return self._expected[0][0] if self._expected else ""

    def take_output(self) -> bytes:
        data = b"".join(self._out)
        self._out.clear()
        self._sent = len(self._expected)
        return data

    # What happens

    def add(self, message: Message) -> Transaction:
        transaction = Transaction(message)
        self._unwritten.append(transaction)
        self._unanswered.append(transaction)
        self.advance()
        return transaction

    def begin(self, transaction: Transaction) -> None:
        transaction.begun = True
        self.advance()

    @property
    def holds_a_body(self) -> bool:
        """Whether the server waits for a body that is held back for a moment.

        It leaves in one piece with its end and the next envelope, one call of the kernel instead of two, if its intent
        becomes durable soon.
        """
        return bool(self._unwritten) and self._unwritten[0].step == GO

    def hurry(self) -> None:
        """The intent takes its time: let the body leave meanwhile."""
        if self.holds_a_body:
            self._unwritten[0].hurried = True
            self.advance()

    def withdraw(self, transaction: Transaction) -> bool:
        """Forget a message of which nothing was written. False: it is too late for that."""
        if transaction.touched:
            return False
        self._unwritten.remove(transaction)
        self._unanswered.remove(transaction)
        return True

    def advance(self) -> None:
        """Write whatever may be written now."""
        while self._unwritten and not (self.blocked or self.frozen):
            if not self._push(self._unwritten[0]):
                return
            self._unwritten.popleft()

    def quit(self) -> None:
        self._say(b"QUIT\r\n", "quit", None)  # RFC 5321 section 4.1.1.10

    def answer(self, reply: Reply) -> Answer | None:
        """Raises `OutOfStep`."""
        if not self._sent:  # also where a command was just decided on, but has not left: this cannot be its reply
            raise OutOfStep(f"it said, unasked: {reply}", goodbye=reply.code == 421)
        self._sent -= 1
        command, transaction = self._expected.popleft()
        if transaction is None:
            self._answer_between(command, reply)
            return None
        if command == "dot":
            return self._answer_dot(transaction, reply)
        if command == "data":
            return self._answer_data(transaction, reply)
        return self._answer_envelope(command, transaction, reply)

    # Writing

    def _push(self, transaction: Transaction) -> bool:
        """Write what this transaction may write; True when its last bytes have left."""
        if transaction.step == NEW and not self._open(transaction):
            return False
        if transaction.step == GO:
            if not (transaction.begun or transaction.hurried or len(transaction.message.data) > LARGE):
                return False
            body = dotted(transaction.message.data)
            transaction.step, transaction.tail = HELD, b".\r\n"
            self._out.append(body)
            if len(body) > LARGE:
                return False
        if transaction.step != HELD or not transaction.begun:
            return False
        self._out.append(transaction.tail)
        self._expected.append(("dot", transaction))
        transaction.step = COMPLETE
        return True

    def _open(self, transaction: Transaction) -> bool:
        """Write the envelope, or as much of it as the mode allows. False: not now."""
        if self.mode is Mode.LOCK_STEP and self._expected:
            return False
        if self._unclean or (self.mode is Mode.CHUNKED and self._expected):
            self._unclean = False
            self._say(b"RSET\r\n", "rset", None)
            if self.mode is Mode.LOCK_STEP:
                return False
        mail, rcpt = envelope(transaction.message, self.offers)
        transaction.step, transaction.tail = ASKED, rcpt
        self._say(mail, "mail", transaction)
        if self.mode is Mode.LOCK_STEP:
            return True
        self._say(rcpt, "rcpt", transaction)
        if self.mode is Mode.PIPELINED:
            self._say(b"DATA\r\n", "data", transaction)
            return True
        return self._chunk(transaction)

    def _chunk(self, transaction: Transaction) -> bool:
        """The whole message as one last chunk, its final CRLF held back until `begin`."""
        body = ended(transaction.message.data)
        self._out.append(b"BDAT %d LAST\r\n" % len(body))
        self._out.append(body[:-2])
        transaction.step, transaction.tail = HELD, body[-2:]
        return len(body) <= LARGE

    def _say(self, line: bytes, command: str, transaction: Transaction | None) -> None:
        self._out.append(line)
        self._expected.append((command, transaction))

    # Reading

    def _answer_between(self, command: str, reply: Reply) -> None:
        if reply.code == 421 or not reply.positive:
            raise OutOfStep(f"it answered {command.upper()} with {reply}", goodbye=reply.code == 421)
        self.advance()

    def _answer_envelope(self, command: str, transaction: Transaction, reply: Reply) -> Answer | None:
        stage: Stage = "mail" if command == "mail" else "rcpt"
        if reply.positive:
            self._check_subject(transaction, reply, about_address=True)
            if self.mode is Mode.LOCK_STEP and stage == "mail":
                self._say(transaction.tail, "rcpt", transaction)
            elif self.mode is Mode.LOCK_STEP:
                self._say(b"DATA\r\n", "data", transaction)
            return None
        self._refuse(transaction, stage, reply)
        if self.mode is Mode.LOCK_STEP or reply.code == 421:
            return self._end(transaction, stage, reply)
        if transaction.step == HELD:  # nobody would get it: the chunk is completed only to stay in step
            transaction.begun = True
            self.advance()
        return None

    def _answer_data(self, transaction: Transaction, reply: Reply) -> Answer | None:
        if reply.code == 354:
            if transaction.refusal is None:
                transaction.step = GO
            else:  # RFC 2920 section 3.1: no recipient, and yet it wants the message; the lone dot is an empty one
                transaction.step = COMPLETE
                self._unwritten.popleft()
                self._say(b".\r\n", "dot", transaction)
            self.advance()
            return None
        self._refuse(transaction, "data", reply)
        return self._end(transaction, "data", reply)

    def _answer_dot(self, transaction: Transaction, reply: Reply) -> Answer | None:
        if transaction.refusal is None:
            if reply.positive:
                self._check_subject(transaction, reply, about_address=False)
            elif self.mode is Mode.CHUNKED and 500 <= reply.code <= 504:
                # "Not known" or "not now, in this order", to a command it offered and whose recipient it took.
                transaction.step = HELD
                raise OutOfStep(f"it offers CHUNKING and answers BDAT with {reply}")
        return self._end(transaction, "dot", reply)

    def _refuse(self, transaction: Transaction, stage: Stage, reply: Reply) -> None:
        if not 400 <= reply.code < 600:
            raise OutOfStep(f"it answered {stage.upper()} with {reply}")  # off by one: every later answer would lie
        self._unclean = True
        if transaction.refusal is None:
            transaction.refusal = stage, reply

    def _end(self, transaction: Transaction, stage: Stage, reply: Reply) -> Answer:
        """Replies come in order, so the transaction that ends is the oldest."""
        assert self._unanswered[0] is transaction
        self._unanswered.popleft()
        if self._unwritten and self._unwritten[0] is transaction:
            self._unwritten.popleft()
        stage, reply = transaction.refusal or (stage, reply)
        if reply.code != 421:
            self.advance()
        return Answer(transaction, stage, reply)

    def _check_subject(self, transaction: Transaction, reply: Reply, *, about_address: bool) -> None:
        """Whether the reply's enhanced code (RFC 3463) fits the command; off by one, a 250 to RCPT would be a lie."""
        fits = bool(reply.enhanced) and (reply.enhanced[2:4] == _ADDRESS) is about_address
        transaction.told_apart = transaction.told_apart and fits
        if self.strict and not fits:
            raise OutOfStep(f"its replies are out of step: {reply}")
