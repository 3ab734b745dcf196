"""Knocking at a relay: encryption, login, what it offers, whether it lets us in as a sender. Never a message.

The dialogue is EHLO, STARTTLS, AUTH, MAIL FROM, RSET, QUIT, opened by the very code that opens a sending connection.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator

from digest.deliver.doctor.door import Door
from digest.deliver.doctor.finding import Finding, fail, not_here, ok, warn
from digest.deliver.doctor.sender import Sender
from digest.deliver.settings import RelaySettings
from digest.deliver.smtp.offers import Offers
from digest.errors import RelayError

_TIMEOUT_S = 8.0
_SOON_DAYS = 14
_PLACE = "relay"


def relay(settings: RelaySettings, sender: Sender, *, now: float | None = None) -> Iterator[Finding]:
    """Each thing found on the way, in the order of the dialogue. `now` in Unix seconds, for certificates."""
    where = settings.place
    door = Door(settings, timeout_s=_TIMEOUT_S)
    try:
        trouble = _opened(door)
        if door.tls is not None or (settings.tls == "none" and door.heard > 1):
            yield _encryption(door.tls, settings, where, time.time() if now is None else now)
        if trouble is not None:
            yield _failed(trouble)
            return
        if settings.username:
            yield ok(_PLACE, f"{where} accepts the login of {settings.username}")
        yield from _offers(door.offers, sender, where)
        yield _sender_taken(door, sender, where)
    except RelayError as error:
        yield _failed(error)
    finally:
        door.close()


def _opened(door: Door) -> RelayError | None:
    try:
        door.knock()
    except RelayError as error:
        return error
    return None


def _failed(error: RelayError) -> Finding:
    return fail(_PLACE, f"{error.where}: {error.what}" + (f": {error.why}" if error.why else ""), error.try_)


def _encryption(tls: ssl.SSLSocket | None, settings: RelaySettings, where: str, now: float) -> Finding:
    if tls is None:
        if settings.is_loopback:
            return not_here(_PLACE, f"{where} is on this machine: nothing to encrypt")
        return warn(_PLACE, f"{where} gets everything in the clear", "use smtp:// with STARTTLS, or smtps://")
    ends = (tls.getpeercert() or {}).get("notAfter")
    days = int((ssl.cert_time_to_seconds(str(ends)) - now) / 86400) if ends else None
    said = f"{where}: {tls.version()}"
    if days is not None and days < _SOON_DAYS:
        return warn(_PLACE, f"{said}, but its certificate ends in {days} days", "tell whoever runs it")
    return ok(_PLACE, said + (f", certificate valid for {days} days" if days is not None else ""))


def _offers(offers: Offers, sender: Sender, where: str) -> Iterator[Finding]:
    most = offers.size
    if most and sender.message_bytes > most:
        fix = "fewer articles (max_articles) or shorter summaries; or ask for a higher limit"
        yield fail(_PLACE, f"{where} takes {most:,} bytes, a message has {sender.message_bytes:,}", fix)
    known = {"PIPELINING": offers.pipelining, "CHUNKING": offers.chunking, "SMTPUTF8": offers.utf8, "DSN": offers.dsn}
    words = ", ".join(word for word, there in known.items() if there)
    said = f"{where} offers {words or 'no extension'}" + (f", up to {most:,} bytes" if most else "")
    if not offers.pipelining:
        yield warn(
            _PLACE, f"{said}; without PIPELINING a message takes four round trips", "nothing, if time is no matter"
        )
    else:
        yield ok(_PLACE, said)
    if not offers.utf8:
        yield not_here(
            _PLACE, f"{where}: addresses with letters outside ASCII before the @ cannot be reached (SMTPUTF8)"
        )


def _sender_taken(door: Door, sender: Sender, where: str) -> Finding:
    """MAIL FROM and RSET: no recipient is named, so nothing can be sent."""
    line = f"MAIL FROM:<{sender.envelope}>"
    line += f" SIZE={sender.message_bytes}" if door.offers.sized and sender.message_bytes else ""  # RFC 1870 section 6
    line += " SMTPUTF8" if door.offers.utf8 and not sender.envelope.isascii() else ""  # RFC 6531 section 3.4
    reply = door.ask(line)
    if reply.positive:
        door.ask("RSET")
        return ok(_PLACE, f"{where} takes mail from {sender.envelope}")
    if reply.code == 552:
        return fail(_PLACE, f"{where} does not take {sender.message_bytes:,} bytes: {reply}", "ask for a higher limit")
    fix = "let From (and [bounces] address) be at a domain that this account may send for"
    return fail(_PLACE, f"{where} takes no mail from {sender.envelope}: {reply}", fix)
