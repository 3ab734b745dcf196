"""From a fresh connection to one that may take mail: greeting, EHLO, encryption, login.

1. Read the greeting (RFC 5321 section 3.1), say EHLO (section 3.2); with `tls = "implicit"` all of it inside TLS
   (RFC 8314 section 3.3).
2. With `tls = "starttls"`: STARTTLS must be offered and must succeed (RFC 3207); forget what was learnt, EHLO again.
3. With a user: AUTH (RFC 4954).

A generator without a socket: it yields bytes to write (none: only wait) and is given the reply; it yields `START_TLS`
and is given None when the handshake is done. Invariant: with "starttls" and "implicit" no command but EHLO and
STARTTLS leaves before the server's certificate is verified for the relay's host name; a relay that does not offer
STARTTLS (or a man in the middle who strips it) is an error, never plain text.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Generator
from typing import Final, Literal

from digest.deliver.settings import RelaySettings
from digest.deliver.smtp.login import MECHANISMS, log_in, pick_mechanism
from digest.deliver.smtp.offers import Offers, read_offers
from digest.deliver.smtp.replies import Reply, ReplyFault
from digest.deliver.smtp.scram import ScramFault
from digest.errors import RelayError, RelaySetupError

START_TLS: Final = "start tls"
Step = bytes | Literal["start tls"]
Opening = Generator[Step, Reply | None, Offers]
Asking = Generator[Step, Reply | None, Reply]
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


def opening(relay: RelaySettings, *, own_name: str, nonce: str) -> Opening:
    """Raises `RelaySetupError` where a person must act, `RelayError` where time may help, `ReplyFault` for nonsense.

    `own_name` is what EHLO says; `nonce` is fresh chance for SCRAM.
    """
    _expect(relay, "greeting", (yield from _ask(b"")))
    offers = yield from _hello(relay, own_name)
    if relay.tls == "starttls":
        offers = yield from _encrypt(relay, offers, own_name)
    if relay.username:
        yield from _authenticate(relay, offers, nonce)
    return offers


def _ask(line: bytes) -> Asking:
    reply = yield line
    assert reply is not None
    return reply


def _hello(relay: RelaySettings, own_name: str) -> Opening:
    """EHLO, or HELO for a server that knows no extension (RFC 5321 section 4.1.4)."""
    reply = yield from _ask(f"EHLO {own_name}\r\n".encode("ascii"))
    knows_ehlo = reply.code not in (500, 502)
    if not knows_ehlo:
        reply = yield from _ask(f"HELO {own_name}\r\n".encode("ascii"))
    _expect(relay, "ehlo", reply)
    return read_offers(reply) if knows_ehlo else Offers()


def _encrypt(relay: RelaySettings, offers: Offers, own_name: str) -> Opening:
    if not offers.starttls:
        raise RelaySetupError(
            "the relay does not offer STARTTLS",
            where=relay.place,
            why="mail and password would travel in the clear, or somebody between here and there removed the offer",
            try_='use smtps:// and port 465; only for a network you own end to end, write tls = "none"',
        )
    _expect(relay, "starttls", (yield from _ask(b"STARTTLS\r\n")))
    yield START_TLS
    return (yield from _hello(relay, own_name))  # RFC 3207 section 4.2: this replaces all that was learnt before


def _authenticate(relay: RelaySettings, offers: Offers, nonce: str) -> Generator[Step, Reply | None, None]:
    mechanism = pick_mechanism(offers.auth, relay.auth)
    if mechanism is None:
        raise RelaySetupError(
            "cannot log in",
            where=relay.place,
            why=f"the relay offers {', '.join(offers.auth) or 'no login'}, "
            + (f"auth asks for {relay.auth}" if relay.auth else f"this program knows {', '.join(MECHANISMS)}"),
            try_="take the user out of url, or ask the provider for the port that accepts logins (usually 587)",
        )
    exchange = log_in(mechanism, relay.username, relay.password, nonce)
    try:
        line = next(exchange)
        while True:
            line = exchange.send((yield from _ask(f"{line}\r\n".encode("ascii"))))
    except StopIteration as end:
        reply: Reply = end.value
    except ScramFault as fault:
        raise RelaySetupError("the login failed", where=relay.place, why=str(fault), try_=_STAGE_TRY["auth"]) from fault
    if reply.code == 334:
        raise ReplyFault("it goes on asking after user and password")
    _expect(relay, "auth", reply)


def _expect(relay: RelaySettings, stage: Stage, reply: Reply) -> None:
    """5yz asks for a person, 4yz for time (RFC 5321 section 4.2.1)."""
    if reply.positive:
        return
    if reply.code < 400:
        raise ReplyFault(f"it answered out of turn: {reply}")
    what, place = _STAGE_WORDS[stage], relay.place
    if reply.code >= 500:
        raise RelaySetupError(what, where=place, why=str(reply), try_=_STAGE_TRY[stage])
    raise RelayError(f"{what} now", where=place, why=str(reply), try_="nothing: it is tried again by itself")


def address_literal(host: str) -> str:
    """The address of this end of the connection (RFC 5321 section 4.1.3), for EHLO where no name was configured."""
    host = host.partition("%")[0]
    return f"[IPv6:{host}]" if ":" in host else f"[{host}]"


def connect_error(relay: RelaySettings, error: OSError) -> RelayError:
    """Why no connection, or no encrypted one, could be made."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return RelaySetupError(
            "the relay's certificate is not to be trusted",
            where=relay.place,
            why=error.verify_message,
            try_="write the host name that stands in the certificate; for a private authority set SSL_CERT_FILE",
        )
    if isinstance(error, ssl.SSLError) and ("WRONG_VERSION_NUMBER" in str(error) or "record layer" in str(error)):
        return RelaySetupError(
            "the relay does not speak TLS here",
            where=relay.place,
            why="it answered the handshake with something else",
            try_="begin the URL with smtp:// (port 587), or check the port",
        )
    why = _reason(error)
    if isinstance(error, ssl.SSLError):
        return RelayError("the TLS handshake failed", where=relay.place, why=why, try_="try again later")
    return RelayError(
        "cannot connect",
        where=relay.place,
        why=why,
        try_="check host and port; a firewall may block outgoing mail ports",
    )


def _reason(error: OSError) -> str:
    """asyncio writes addresses and tuples into its errors; the number says it shorter."""
    if isinstance(error, TimeoutError):
        return "no answer"
    number = error.errno or int(next(iter(re.findall(r"\[Errno (\d+)\]", str(error))), 0))
    if number > 0 and not isinstance(error, ssl.SSLError):
        return os.strerror(number).lower()
    return (error.strerror or str(error) or "broken off").lower()
