"""From a relay's settings to a session that may take mail: connect, greet, encrypt, log in.

1. Connect; with `tls = "implicit"` handshake at once (RFC 8314 section 3.3).
2. Read the greeting (RFC 5321 section 3.1), say EHLO (section 3.2).
3. With `tls = "starttls"`: STARTTLS must be offered and must succeed (RFC 3207); forget what was learnt, EHLO again.
4. With a user: AUTH (RFC 4954).

Does not send mail. Invariant: with "starttls" and "implicit" no command but EHLO and STARTTLS leaves before the
server's certificate is verified for the relay's host name; a relay that does not offer STARTTLS (or a man in the middle
who strips it) is an error, never plain text.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from digest.deliver.settings import RelaySettings
from digest.deliver.smtp.login import log_in, pick_mechanism
from digest.deliver.smtp.replies import Reply
from digest.deliver.smtp.wire import Wire, WireFault
from digest.errors import RelayError, RelaySetupError

Stage = Literal["greeting", "ehlo", "starttls", "auth"]

_STAGE_WORDS: dict[Stage, str] = {
    "greeting": "the relay does not take connections from here",
    "ehlo": "the relay refuses the greeting",
    "starttls": "the relay refuses STARTTLS",
    "auth": "the relay refuses the login",
}
_STAGE_TRY: dict[Stage, str] = {
    "greeting": "ask the provider whether this machine's address may send",
    "ehlo": "check the name this machine gives itself (local_hostname)",
    "starttls": "try again later; if it stays, ask the provider about its certificate",
    "auth": "check the user name in url and the password file; some providers want an app password",
}


@dataclass(slots=True)
class Session:
    """An open wire and what the server said it can do, by upper-case keyword (RFC 5321 section 4.1.1.1)."""

    wire: Wire
    relay: RelaySettings
    extensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def ask(self, line: str, *, encoding: str = "ascii") -> Reply:
        return self.wire.ask(line, self.relay.timeout_s, encoding=encoding)


def open_session(relay: RelaySettings, *, context: ssl.SSLContext | None = None) -> Session:
    """Raises `RelaySetupError` where a person must act and `RelayError` where time may help."""
    if context is None and relay.tls != "none":
        context = ssl.create_default_context()
    wire = _connect(relay, context)
    session = Session(wire, relay)
    try:
        _greet(session)
        if relay.tls == "starttls":
            assert context is not None
            _start_tls(session, context)
        if relay.username:
            _log_in(session)
    except WireFault as fault:
        wire.close()
        raise RelayError("the relay broke off", where=relay.place, why=str(fault), try_="try again later") from fault
    except BaseException:
        wire.close()
        raise
    return session


def _connect(relay: RelaySettings, context: ssl.SSLContext | None) -> Wire:
    try:
        sock = socket.create_connection((relay.host, relay.port), relay.timeout_s)
    except OSError as error:
        raise RelayError(
            "cannot connect",
            where=relay.place,
            why=(error.strerror or str(error) or "no answer").lower(),
            try_="check host and port; a firewall may block outgoing mail ports",
        ) from error
    if relay.tls != "implicit":
        return Wire(sock)
    assert context is not None
    try:
        return Wire(context.wrap_socket(sock, server_hostname=relay.host))
    except OSError as error:
        sock.close()
        raise _tls_error(relay, error) from error


def _greet(session: Session) -> None:
    _expect(session, "greeting", session.wire.read(session.relay.timeout_s))
    _hello(session)


def _hello(session: Session) -> None:
    """EHLO, or HELO for a server that knows no extension (RFC 5321 section 4.1.4)."""
    name = session.relay.local_hostname or session.wire.own_literal()
    reply = session.ask(f"EHLO {name}")
    knows_ehlo = reply.code not in (500, 502)
    if not knows_ehlo:
        reply = session.ask(f"HELO {name}")
    _expect(session, "ehlo", reply)
    session.extensions = read_extensions(reply) if knows_ehlo else {}


def read_extensions(reply: Reply) -> dict[str, tuple[str, ...]]:
    """The lines of an EHLO reply after the first, as keyword -> parameters, all upper-case."""
    words = [line.upper().split() for line in reply.lines[1:]]
    found = {line[0]: tuple(line[1:]) for line in words if line}
    for (
        line
    ) in words:  # "AUTH=PLAIN LOGIN": an early misreading of RFC 2554 that servers still send beside the right one
        if line and line[0].startswith("AUTH="):
            found.setdefault("AUTH", (line[0][5:], *line[1:]))
    return found


def _start_tls(session: Session, context: ssl.SSLContext) -> None:
    relay = session.relay
    if "STARTTLS" not in session.extensions:
        raise RelaySetupError(
            "the relay does not offer STARTTLS",
            where=relay.place,
            why="mail and password would travel in the clear, or somebody between here and there removed the offer",
            try_='use smtps:// and port 465; only for a network you own end to end, write tls = "none"',
        )
    _expect(session, "starttls", session.ask("STARTTLS"))
    try:
        session.wire.start_tls(context, relay.host, relay.timeout_s)
    except OSError as error:
        raise _tls_error(relay, error) from error
    _hello(session)  # RFC 3207 section 4.2: this replaces all that was learnt before the handshake


def _log_in(session: Session) -> None:
    relay = session.relay
    offered = session.extensions.get("AUTH", ())
    mechanism = pick_mechanism(offered)
    if mechanism is None:
        raise RelaySetupError(
            "cannot log in",
            where=relay.place,
            why=f"the relay offers {', '.join(offered) or 'no login'}, this program knows PLAIN and LOGIN",
            try_="take the user out of url, or ask the provider for the port that accepts logins (usually 587)",
        )
    reply = log_in(session.ask, mechanism, relay.username, relay.password)
    if reply.code == 334:
        raise WireFault("it goes on asking after user and password")
    _expect(session, "auth", reply)


def _expect(session: Session, stage: Stage, reply: Reply) -> None:
    """5yz asks for a person, 4yz for time (RFC 5321 section 4.2.1)."""
    if reply.positive:
        return
    if reply.code < 400:
        raise WireFault(f"it answered out of turn: {reply}")
    what, place = _STAGE_WORDS[stage], session.relay.place
    if reply.code >= 500:
        raise RelaySetupError(what, where=place, why=str(reply), try_=_STAGE_TRY[stage])
    raise RelayError(f"{what} now", where=place, why=str(reply), try_="nothing: it is tried again by itself")


def _tls_error(relay: RelaySettings, error: OSError) -> RelayError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return RelaySetupError(
            "the relay's certificate is not to be trusted",
            where=relay.place,
            why=error.verify_message,
            try_="write the host name that stands in the certificate; for a private authority set SSL_CERT_FILE",
        )
    if isinstance(error, ssl.SSLError) and "WRONG_VERSION_NUMBER" in str(error):
        return RelaySetupError(
            "the relay does not speak TLS here",
            where=relay.place,
            why="it answered the handshake with something else",
            try_="begin the URL with smtp:// (port 587), or check the port",
        )
    why = "no answer" if isinstance(error, TimeoutError) else (error.strerror or str(error) or "broken off")
    return RelayError("the TLS handshake failed", where=relay.place, why=why, try_="try again later")
