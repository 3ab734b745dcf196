"""Knocking at a relay: encryption, login, what it offers, whether it lets us in as a sender. Never a message.

The dialogue is EHLO, STARTTLS, AUTH, MAIL FROM, RSET, QUIT. Why the standard library's client, where messages go by our
own: this is one connection that nobody waits for, and a second opinion on what the relay says is worth having.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
import time
from collections.abc import Iterator

from digest.deliver.doctor.finding import Finding, fail, not_here, ok, unknown, warn
from digest.deliver.doctor.sender import Sender
from digest.deliver.settings import RelaySettings

_TIMEOUT_S = 8.0
_SOON_DAYS = 14
_PLACE = "relay"


class _Over(Exception):
    """The dialogue cannot go on; the finding that says why was given already."""


def relay(settings: RelaySettings, sender: Sender, *, now: float | None = None) -> Iterator[Finding]:
    """Each thing found on the way, in the order of the dialogue. `now` in Unix seconds, for certificates."""
    where = f"relay.{settings.name} ({settings.host}:{settings.port})"
    client: smtplib.SMTP | None = None
    try:
        client = _connected(settings)
        yield from _greeted(client, settings, where, time.time() if now is None else now)
        yield from _logged_in(client, settings, where)
        yield from _offers(client, sender, where)
        yield _sender_taken(client, sender, where)
    except _Over:
        pass
    except ssl.SSLCertVerificationError as error:
        fix = "write the host name that stands in the certificate; for a private authority set SSL_CERT_FILE"
        yield fail(_PLACE, f"{where}: its certificate is not to be trusted: {error.verify_message}", fix)
    except (smtplib.SMTPException, OSError) as error:
        yield fail(_PLACE, f"{where}: {_words(error)}", "check host and port; a firewall may block outgoing mail ports")
    finally:
        if client is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()


def _connected(settings: RelaySettings) -> smtplib.SMTP:
    name = settings.local_hostname or "localhost"  # never the default, which asks DNS for our own name
    if settings.tls == "implicit":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, name, timeout=_TIMEOUT_S, context=ssl.create_default_context()
        )
    else:
        client = smtplib.SMTP(settings.host, settings.port, name, timeout=_TIMEOUT_S)
    if not settings.local_hostname and client.sock is not None:
        address = client.sock.getsockname()[0]
        client.local_hostname = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
    return client


def _greeted(client: smtplib.SMTP, settings: RelaySettings, where: str, now: float) -> Iterator[Finding]:
    code, text = client.ehlo()
    if not 200 <= code < 300:
        raise smtplib.SMTPHeloError(code, text)
    if settings.tls == "starttls":
        if not client.has_extn("starttls"):
            fix = 'use smtps:// and port 465; only for a network you own end to end, write tls = "none"'
            yield fail(_PLACE, f"{where} does not offer STARTTLS", fix)
            raise _Over
        client.starttls(context=ssl.create_default_context())
        client.ehlo()
    yield _encryption(client, settings, where, now)


def _encryption(client: smtplib.SMTP, settings: RelaySettings, where: str, now: float) -> Finding:
    if not isinstance(client.sock, ssl.SSLSocket):
        if settings.is_loopback:
            return not_here(_PLACE, f"{where} is on this machine: nothing to encrypt")
        return warn(_PLACE, f"{where} gets everything in the clear", "use smtp:// with STARTTLS, or smtps://")
    ends = (client.sock.getpeercert() or {}).get("notAfter")
    days = int((ssl.cert_time_to_seconds(str(ends)) - now) / 86400) if ends else None
    said = f"{where}: {client.sock.version()}"
    if days is not None and days < _SOON_DAYS:
        return warn(_PLACE, f"{said}, but its certificate ends in {days} days", "tell whoever runs it")
    return ok(_PLACE, said + (f", certificate valid for {days} days" if days is not None else ""))


def _logged_in(client: smtplib.SMTP, settings: RelaySettings, where: str) -> Iterator[Finding]:
    if not settings.username:
        return
    try:
        client.login(settings.username, settings.password)
    except smtplib.SMTPAuthenticationError as error:
        fix = "check the user in url and the password file; some providers want an app password"
        yield fail(_PLACE, f"{where} refuses the login: {_words(error)}", fix)
        raise _Over from None
    except smtplib.SMTPNotSupportedError:
        fix = "take the user out of url, or use the port that accepts logins (usually 587)"
        yield fail(_PLACE, f"{where} offers no login", fix)
        raise _Over from None
    except smtplib.SMTPException as error:
        if "mechanism" not in str(error).lower():
            raise
        offered = client.esmtp_features.get("auth", "").split()
        fix = "digest test DIGEST YOU@YOUR-DOMAIN tries the login for real"
        yield unknown(_PLACE, f"{where} offers {', '.join(offered)} only, which this check does not speak", fix)
        raise _Over from None
    yield ok(_PLACE, f"{where} accepts the login of {settings.username}")


def _offers(client: smtplib.SMTP, sender: Sender, where: str) -> Iterator[Finding]:
    limit = client.esmtp_features.get("size", "")
    most = int(limit) if limit.isascii() and limit.isdigit() else 0
    if most and sender.message_bytes > most:
        fix = "fewer articles (max_articles) or shorter summaries; or ask for a higher limit"
        yield fail(_PLACE, f"{where} takes {most:,} bytes, a message has {sender.message_bytes:,}", fix)
    words = [word for word in ("PIPELINING", "CHUNKING", "SMTPUTF8", "DSN") if client.has_extn(word.lower())]
    said = f"{where} offers {', '.join(words) or 'no extension'}" + (f", up to {most:,} bytes" if most else "")
    if "PIPELINING" not in words:
        yield warn(
            _PLACE, f"{said}; without PIPELINING a message takes four round trips", "nothing, if time is no matter"
        )
    else:
        yield ok(_PLACE, said)
    if "SMTPUTF8" not in words:
        yield not_here(
            _PLACE, f"{where}: addresses with letters outside ASCII before the @ cannot be reached (SMTPUTF8)"
        )


def _sender_taken(client: smtplib.SMTP, sender: Sender, where: str) -> Finding:
    """MAIL FROM and RSET: no recipient is named, so nothing can be sent."""
    options = [f"size={sender.message_bytes}"] if client.has_extn("size") and sender.message_bytes else []
    code, text = client.mail(sender.envelope, options)
    client.rset()
    if 200 <= code < 300:
        return ok(_PLACE, f"{where} takes mail from {sender.envelope}")
    said = f"{code} {text.decode('utf-8', 'replace')}"
    if code == 552:
        return fail(_PLACE, f"{where} does not take {sender.message_bytes:,} bytes: {said}", "ask for a higher limit")
    fix = "let From (and [bounces] address) be at a domain that this account may send for"
    return fail(_PLACE, f"{where} takes no mail from {sender.envelope}: {said}", fix)


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return " ".join(f"{error.smtp_code} {text}".split())
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "it ended the connection"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__
