"""One lock-step SMTP connection, a message in two steps with room for the ledger between them.

    offer(message)     MAIL FROM, RCPT TO, DATA, the whole body; everything but the final dot
                       -> an Answer when it ended on the way, None when the server now waits for the dot
    (commit)           the caller makes the intent durable
    complete()         the dot, and the reply that decides

Does not retry, wait, or decide about other messages. Invariants: without `complete` no server can deliver the message
(RFC 5321 section 4.1.1.4: data not ended by the dot is not a message); a fault after the dot was written is
*uncertain*, a fault before it never is (RFC 1047 tells why nothing better exists).

Why this way: the split costs no round trip, because the intent is committed while the body is already on its way. A
pipelining client keeps the two verbs and runs them for several messages at once.
"""

from __future__ import annotations

import contextlib
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from digest.deliver.reply import Scope, Stage, Verdict, classify
from digest.deliver.settings import RelaySettings
from digest.deliver.smtp.opening import Session, open_session
from digest.deliver.smtp.replies import Reply
from digest.deliver.smtp.wire import WireFault
from digest.errors import AddressError, RelayError
from digest.model import DeliveryState, EmailAddress, Message, Outcome

_BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")
_QUIT_S = 5.0

Extensions = Mapping[str, tuple[str, ...]]
Problem = tuple[str, str, Scope]  # enhanced code, words, whom it concerns


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one message, whom else that concerns, and, when the connection is gone, why.

    With `trouble` the connection must not be used again. `outcome.kind` queued means: nothing was tried on this
    person's behalf, give them back.
    """

    outcome: Outcome
    scope: Scope
    trouble: RelayError | None = None


class Connection(Protocol):
    """What `sending` needs from any SMTP client, this one or a faster one."""

    def offer(self, message: Message) -> Answer | None: ...
    def complete(self) -> Answer: ...
    def abandon(self) -> None:
        """Drop the connection without another byte: a message that waits for its dot is never delivered."""

    def close(self) -> None:
        """Say QUIT and close."""


def now_utc() -> datetime:
    return datetime.now(UTC)


def connect(
    relay: RelaySettings, *, context: ssl.SSLContext | None = None, now: Callable[[], datetime] = now_utc
) -> LockStepConnection:
    """Open a connection that may take mail. Raises `RelayError`; then nothing was sent."""
    return LockStepConnection(open_session(relay, context=context), now=now)


class LockStepConnection:
    def __init__(self, session: Session, *, now: Callable[[], datetime]) -> None:
        self._session, self._now = session, now
        self._needs_reset = False
        self._awaits_dot = False

    def offer(self, message: Message) -> Answer | None:
        """Everything up to, and without, the final dot."""
        assert not self._awaits_dot, "offer() again before complete()"
        refusal = self._unsendable(message)
        if refusal is not None:
            return refusal
        try:
            if self._needs_reset:
                self._reset()
            for stage, line in _commands(message, self._session.extensions):
                reply = self._ask(line, message)
                if not _goes_on(stage, reply):
                    return self._refused(stage, reply)
            self._session.wire.write(wire_form(message.data), self._session.relay.timeout_s)
        except WireFault as fault:
            return self._broken("data", fault)
        self._awaits_dot = True
        return None

    def complete(self) -> Answer:
        """The dot. Call it only after the message's intent is durable."""
        assert self._awaits_dot, "complete() without offer()"
        self._awaits_dot = False
        wire, relay = self._session.wire, self._session.relay
        try:
            # A server that hung up while the intent was written has no message: seen now, nobody is uncertain.
            wire.check_quiet()
        except WireFault as fault:
            return self._broken("data", fault)
        try:
            wire.write(b".\r\n", relay.timeout_s)
            reply = wire.read(relay.data_timeout_s)
        except WireFault as fault:
            return self._broken("dot", fault)
        verdict = classify("dot", reply.code, reply.enhanced, reply.text)
        if verdict.scope == "connection":
            return self._gone(verdict, reply)
        return Answer(self._outcome(verdict, reply), verdict.scope)

    def abandon(self) -> None:
        """Close at once. No QUIT: after DATA a server would take it for text of the message."""
        self._session.wire.close()

    def close(self) -> None:
        """QUIT (RFC 5321 section 4.1.1.10), waiting a little for the answer, and close."""
        if not self._awaits_dot:
            with contextlib.suppress(WireFault):  # it is over either way
                self._session.wire.ask("QUIT", min(_QUIT_S, self._session.relay.timeout_s))
        self.abandon()

    def _unsendable(self, message: Message) -> Answer | None:
        """What no round trip is needed to know."""
        extensions = self._session.extensions
        problem = _bad_envelope(message) or _bad_data(message, extensions)
        if message.smtputf8 and "SMTPUTF8" not in extensions:
            # RFC 6531 section 3.7.4, RFC 3463 X.6.7: nothing another try at this relay would change.
            problem = (
                "5.6.7",
                "the relay cannot mail an address with letters outside ASCII (no SMTPUTF8)",
                "recipient",
            )
        if problem is None:
            return None
        enhanced, text, scope = problem
        outcome = Outcome(
            DeliveryState.REFUSED, self._now(), None, enhanced, text, "code", relay=self._session.relay.name
        )
        return Answer(outcome, scope)

    def _ask(self, line: str, message: Message) -> Reply:
        return self._session.ask(line, encoding="utf-8" if message.smtputf8 else "ascii")

    def _reset(self) -> None:
        reply = self._session.ask("RSET")
        if not reply.positive:
            raise WireFault(f"it refused RSET: {reply}")
        self._needs_reset = False

    def _refused(self, stage: Stage, reply: Reply) -> Answer:
        verdict = classify(stage, reply.code, reply.enhanced, reply.text)
        self._needs_reset = True
        if verdict.scope in ("connection", "relay"):
            return self._gone(verdict, reply)
        return Answer(self._outcome(verdict, reply), verdict.scope)

    def _gone(self, verdict: Verdict, reply: Reply) -> Answer:
        self.abandon()
        trouble = RelayError(
            "the relay does not take mail now", where=self._session.relay.place, why=str(reply), try_=_advice(reply)
        )
        return Answer(self._outcome(verdict, reply), verdict.scope, trouble)

    def _broken(self, stage: Stage, fault: WireFault) -> Answer:
        self.abandon()
        verdict = classify(stage, None, "", "")
        relay = self._session.relay
        when = "after the end of a message" if stage == "dot" else "in the middle of a message"
        trouble = RelayError(
            f"the connection was lost {when}", where=relay.place, why=str(fault), try_="try again later"
        )
        outcome = Outcome(verdict.kind, self._now(), server_text=str(fault), reason=verdict.reason, relay=relay.name)
        return Answer(outcome, verdict.scope, trouble)

    def _outcome(self, verdict: Verdict, reply: Reply) -> Outcome:
        return Outcome(
            verdict.kind, self._now(), reply.code, reply.enhanced, reply.text, verdict.reason,
            relay=self._session.relay.name,
        )  # fmt: skip


def wire_form(data: bytes) -> bytes:
    """Message bytes as they travel: ended by CRLF, no line that a server could take for the end.

    `render` makes no line that starts with a dot, so the copy (RFC 5321 section 4.5.2) is for other makers of messages.
    """
    if not data.endswith(b"\r\n"):
        data += b"\r\n"
    if data.startswith(b".") or b"\r\n." in data:
        data = re.sub(rb"(?m)^\.", b"..", data)
    return data


def _commands(message: Message, extensions: Extensions) -> list[tuple[Stage, str]]:
    """The three commands of RFC 5321 section 3.3, with what the server has said it understands."""
    mail = f"MAIL FROM:<{message.sender}>"
    if "SIZE" in extensions:
        mail += f" SIZE={len(message.data)}"  # RFC 1870 section 6
    if not message.data.isascii():
        mail += " BODY=8BITMIME"  # RFC 6152
    if message.smtputf8:
        mail += " SMTPUTF8"  # RFC 6531 section 3.4
    return [("mail", mail), ("rcpt", f"RCPT TO:<{message.recipient}>"), ("data", "DATA")]


def _goes_on(stage: Stage, reply: Reply) -> bool:
    if 400 <= reply.code < 600:
        return False
    if (reply.code == 354) != (stage == "data"):
        raise WireFault(f"it answered {stage.upper()} with {reply}")  # off by one: every later answer would lie
    return True


def _bad_envelope(message: Message) -> Problem | None:
    """Addresses were parsed at import; they are parsed again at the last gate before the wire."""
    return _bad_address(message.sender, message, "5.1.7", "message") or _bad_address(
        message.recipient, message, "5.1.3", "recipient"
    )


def _bad_address(address: str, message: Message, enhanced: str, scope: Scope) -> Problem | None:
    try:
        parsed = EmailAddress.parse(address)
    except AddressError as error:
        return enhanced, f"not a usable address: {error.why}", scope
    if str(parsed) != address:
        return enhanced, f"not an address as it goes on the wire ({parsed})", scope
    if parsed.needs_smtputf8 and not message.smtputf8:
        return "5.6.7", "an address outside ASCII in a message that does not ask for SMTPUTF8", scope
    return None


def _bad_data(message: Message, extensions: Extensions) -> Problem | None:
    if _BARE_LINE_END.search(message.data) or b"\0" in message.data:
        # Servers disagree where such a message ends: the way one mail is smuggled inside another.
        return "5.6.0", "the message holds a bare CR, a bare LF or a NUL", "message"
    if not message.data.isascii() and "8BITMIME" not in extensions:
        return "5.6.3", "the message holds 8-bit data and the relay takes 7 bits (no 8BITMIME)", "message"
    limit = next((int(word) for word in extensions.get("SIZE", ()) if word.isdigit()), 0)  # 0: no fixed limit
    if limit and len(message.data) > limit:
        return "5.3.4", f"the message has {len(message.data)} bytes and the relay takes {limit}", "message"
    return None


def _advice(reply: Reply) -> str:
    if reply.code in (530, 534, 535, 538, 454):
        return "give the relay a user and a password; this one wants a login before it takes mail"
    if reply.code >= 500:
        return "check that the From address may be sent by this relay's account"
    return "nothing: it is tried again by itself"
