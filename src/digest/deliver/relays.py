"""A relay's URL as settings: what may be left out, and what must never be silently insecure.

    smtp://user@smtp.example.net:587     STARTTLS is required (RFC 3207, RFC 8314 section 3.3)
    smtps://user@smtp.example.net:465    TLS from the first byte (RFC 8314 section 3.3)
    smtp://127.0.0.1:2525                plain: nothing leaves this machine

Does not open a connection. Invariant: a relay that is not on a loopback address sends in the clear only where
`tls = "none"` was written out, and a password never travels in the clear.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, unquote, urlsplit

from digest.deliver.settings import RelaySettings, is_loopback_host
from digest.errors import UsageError
from digest.model import has_control

_PORTS = {"smtp": 587, "smtps": 465}
_LOCAL_PORT = 25
_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*\.?", re.I)
_TLS = ("starttls", "implicit", "none")


def parse_relay(
    name: str, url: str, *, password: str = "", tls: str | None = None, local_hostname: str = ""
) -> RelaySettings:
    """Read `[relay.NAME]`. Raises `UsageError` naming the first thing wrong with it and what to write instead.

    `password` comes from a file or the environment, never from the URL. `tls` is None (decided by the URL),
    "starttls", "implicit" or "none". `local_hostname` is the name said in EHLO.
    """
    where = f"relay.{name}"
    parts = _split(url, where)
    host, port = _host(parts, where), _port(parts, where)
    username = unquote(parts.username or "")
    mode = _tls_mode(parts.scheme, host, port, tls, where)
    _check_login(username, password, mode, host, where)
    default_port = _LOCAL_PORT if parts.scheme == "smtp" and is_loopback_host(host) else _PORTS[parts.scheme]
    extra = {"local_hostname": local_hostname} if local_hostname else {}
    return RelaySettings(name, host, port or default_port, mode, username, password, **extra)  # type: ignore[arg-type]


def _refuse(where: str, what: str, why: str, try_: str) -> UsageError:
    return UsageError(what, where=where, why=why, try_=try_)


def _split(url: str, where: str) -> SplitResult:
    if has_control(url):  # before urlsplit, which would silently drop CR, LF and TAB
        raise _refuse(where, "not a usable URL", "it contains a control character", "type it again by hand")
    try:
        parts = urlsplit(url.strip())
    except ValueError as error:
        raise _refuse(where, "not a usable URL", str(error), 'write url = "smtp://user@host:587"') from error
    if parts.password is not None:
        raise _refuse(
            where,
            "a password stands in the URL",
            "URLs end up in logs and in version control",
            'take it out of the URL and write password = { file = "smtp-password" }',
        )
    if parts.scheme not in _PORTS:
        said = f"the scheme is {parts.scheme!r}" if parts.scheme and "://" in url else "there is no scheme"
        raise _refuse(
            where, "not the URL of an SMTP server", said, "begin with smtp:// (port 587) or smtps:// (port 465)"
        )
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise _refuse(
            where,
            "there is more than a host in the URL",
            f"{parts.path or '?'} means nothing to SMTP",
            "end it after the port",
        )
    return parts


def _host(parts: SplitResult, where: str) -> str:
    host = parts.hostname or ""
    if not host:
        raise _refuse(where, "there is no host in the URL", f"{parts.scheme}:// is followed by none",
                      f"write {parts.scheme}://smtp.example.net:{_PORTS[parts.scheme]}")  # fmt: skip
    if ":" in host:
        return host  # an IPv6 literal, checked by urlsplit
    if not host.isascii():
        import idna  # lazy: only names outside ASCII pay for its tables

        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError as error:
            raise _refuse(
                where, "not a usable host name", str(error), "write the name your provider gave you"
            ) from error
    if not _HOST.fullmatch(host):
        raise _refuse(where, "not a usable host name", repr(host), "write the name your provider gave you")
    return host


def _port(parts: SplitResult, where: str) -> int | None:
    try:
        port = parts.port
    except ValueError as error:
        raise _refuse(where, "not a usable port", str(error), "write a number from 1 to 65535, usually 587") from error
    if port == 0:
        raise _refuse(where, "not a usable port", "it is 0", "write a number from 1 to 65535, usually 587")
    return port


def _tls_mode(scheme: str, host: str, port: int | None, tls: str | None, where: str) -> str:
    if tls is not None and tls not in _TLS:
        raise _refuse(
            where, "not a value for tls", repr(tls), 'leave it out, or write "starttls", "implicit" or "none"'
        )
    if scheme == "smtps":
        if tls not in (None, "implicit"):
            raise _refuse(where, f'tls = "{tls}" contradicts smtps://', "smtps means TLS from the first byte",
                          "leave tls out, or begin the URL with smtp://")  # fmt: skip
        if port == 587 and tls is None:
            raise _refuse(where, "port 587 does not begin with TLS", "it begins in plain and turns to TLS by STARTTLS",
                          "begin the URL with smtp://, or use port 465")  # fmt: skip
        return "implicit"
    if tls is None and port == 465:
        raise _refuse(where, "port 465 expects TLS from the first byte", "smtp:// begins in plain",
                      "begin the URL with smtps://")  # fmt: skip
    return tls or ("none" if is_loopback_host(host) else "starttls")


def _check_login(username: str, password: str, mode: str, host: str, where: str) -> None:
    if has_control(username) or has_control(password):
        raise _refuse(where, "not a usable login", "the user name or password contains a control character",
                      "look for a stray line end in the password file")  # fmt: skip
    if username and not password:
        raise _refuse(where, f"there is no password for {username!r}", "the URL names a user, so the relay will ask",
                      f'write password = {{ file = "smtp-password" }} or set {_variable(where)}')  # fmt: skip
    if password and not username:
        raise _refuse(where, "there is a password but no user", "the URL does not say who logs in",
                      "write it before the host: smtp://user@host:587")  # fmt: skip
    if username and mode == "none" and not is_loopback_host(host):
        raise _refuse(where, "the password would travel in the clear", f'tls = "none" to {host}',
                      "leave tls out (STARTTLS is then required), or log in without a user")  # fmt: skip


def _variable(where: str) -> str:
    return f"DIGEST_{where.replace('.', '__').upper()}__PASSWORD"
