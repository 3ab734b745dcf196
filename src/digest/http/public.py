"""Fetching from addresses that outsiders may name: feeds, pages, images.

Does not interpret what it fetches and never retries. Invariant: no TCP connection is opened to an address that is
neither public nor on the operator's allow-list, on any hop. A name is resolved once per hop, all of its addresses are
vetted, and the connection goes to a vetted address, so a name that changes its mind between check and use
(DNS rebinding) gains nothing.
"""

from __future__ import annotations

import contextlib
import copy
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from digest.errors import FetchError
from digest.http.addresses import AllowList, is_disguised_number, is_public, literal_address
from digest.http.exchange import Limits, Response, Target, exchange, too_slow
from digest.http.turns import Turn, Turns

Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) to addresses; raises OSError when there are none."""

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What may follow a redirect to another origin: it tells the server nothing that is ours.
_HARMLESS = frozenset({"accept", "accept-language", "if-none-match", "if-modified-since"})
_UNSAFE = re.compile(r"[^\x21-\x7e]|[\\<>\"`{}|^]")
_HOST = re.compile(r"[A-Za-z0-9._\-]+")


@dataclass(frozen=True, slots=True)
class _Hop:
    url: str
    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port


class PublicHttp:
    """A client for untrusted addresses; safe to share between threads, which wait for one another at each host.

    `allow_hosts`: names, networks (CIDR) or host:port that may be private. `max_bytes` counts decoded bytes.
    `total_s` covers everything of one `get`, redirects included, but not waiting for one's turn. `gap_s` lies between
    two requests to one public host. `resolve` replaces name lookup.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_hosts: Sequence[str] = (),
        max_bytes: int = 15 * 1024 * 1024,
        total_s: float = 30.0,
        connect_s: float = 5.0,
        read_s: float = 15.0,
        max_redirects: int = 5,
        gap_s: float = 0.0,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._user_agent = user_agent
        self._allowed = AllowList(tuple(allow_hosts))
        self._max_bytes, self._max_redirects = max_bytes, max_redirects
        self._total_s, self._connect_s, self._read_s = total_s, connect_s, read_s
        self._resolve = resolve or _system_lookup
        self._tls = tls
        self._turns, self._gap_s = Turns(), gap_s

    def within(self, total_s: float) -> PublicHttp:
        """The same client, with the same turns, and less patience."""
        hasty = copy.copy(self)
        hasty._total_s = min(total_s, self._total_s)
        return hasty

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int | None = None) -> Response:
        """Fetch `url`, following redirects. Any final status is a `Response`; trouble raises `FetchError`.

        `headers` other than content negotiation and validators go to the first origin only.
        """
        limits = Limits(time.monotonic() + self._total_s, self._connect_s, self._read_s, max_bytes or self._max_bytes)
        hop = _read_url(url)
        first, redirects = hop.origin, list[tuple[int, str]]()
        while True:
            with self._turns.of(hop.host) as (turn, waited_s):
                limits = replace(limits, deadline=limits.deadline + waited_s)
                response = self._once(hop, _headers_for(hop, first, headers or {}), limits, turn)
            location = response.headers.get("location", "").strip()
            if response.status not in REDIRECTS or not location:
                return Response(hop.url, response.status, response.headers, response.data, tuple(redirects))
            if len(redirects) == self._max_redirects:
                raise _endless(url, len(redirects))
            previous, hop = hop, _read_url(_follow(hop.url, location))
            _refuse_downgrade(previous, hop, headers or {})
            redirects.append((response.status, hop.url))

    def _once(self, hop: _Hop, headers: Mapping[str, str], limits: Limits, turn: Turn) -> Response:
        addresses = self._vetted(hop, limits)
        sent = {"User-Agent": self._user_agent, "Accept": "*/*", **headers}
        for position, address in enumerate(addresses):
            target = Target(hop.url, hop.scheme, hop.host, hop.port, address, hop.path)
            try:
                return exchange(target, method="GET", headers=sent, body=None, limits=limits, tls=self._tls)
            except FetchError as error:
                # Names with a dead IPv6 address are common: the next vetted address is tried, nothing else is retried.
                if error.what != "no connection" or position + 1 == len(addresses):
                    raise
            finally:
                if is_public(address):
                    turn.rest(self._gap_s)
        raise _unknown_host(hop, "the name has no address")

    def _vetted(self, hop: _Hop, limits: Limits) -> list[str]:
        """All addresses of the hop, or `FetchError` when any of them must not be connected to."""
        if is_disguised_number(hop.host):
            raise _refused(hop, "the host is a number in disguise")
        literal = literal_address(hop.host)
        found = [str(literal)] if literal is not None else self._lookup(hop, limits)
        for address in found:
            if not is_public(address) and not self._allowed.allows(hop.host, hop.port, address):
                raise _refused(hop, f"{hop.host} is {address}, which is not a public address")
        if not found:
            raise _unknown_host(hop, "the name has no address")
        return found[:4]

    def _lookup(self, hop: _Hop, limits: Limits) -> list[str]:
        """Names are looked up in a thread of their own: the C library knows no deadline."""
        result: list[str] = []
        failure: list[Exception] = []

        def run() -> None:
            try:
                result.extend(dict.fromkeys(self._resolve(hop.host, hop.port)))
            except (OSError, UnicodeError) as error:
                failure.append(error)

        thread = threading.Thread(target=run, name="digest-lookup", daemon=True)
        thread.start()
        thread.join(max(0.0, limits.left_s()))
        if thread.is_alive():
            raise too_slow(hop.url)
        if failure:
            raise _unknown_host(hop, str(failure[0])) from failure[0]
        return result


def _system_lookup(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _read_url(url: str) -> _Hop:
    """Take an address apart, or refuse it: http(s) only, no credentials, no control characters."""
    try:
        parts = urlsplit(_ascii_url(url))
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _bad_url(url, str(error)) from error
    if parts.scheme not in ("http", "https"):
        raise _bad_url(url, "only http and https addresses are fetched")
    if parts.username is not None or parts.password is not None:
        raise _bad_url(url, "it contains a user name or password")
    if not host or (literal_address(host) is None and not _HOST.fullmatch(host)):
        raise _bad_url(url, "it has no usable host name")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    bare = url.split("#", 1)[0]
    return _Hop(bare, parts.scheme, host.rstrip("."), port or (443 if parts.scheme == "https" else 80), path)


def _ascii_url(url: str) -> str:
    """An IRI as a URI (RFC 3987 section 3.1): the host in A-labels, everything else percent-encoded UTF-8."""
    if any(ord(char) < 0x21 or ord(char) == 0x7F for char in url.strip()):
        raise ValueError("it contains blanks or control characters")
    parts = urlsplit(url.strip())
    authority = parts.netloc
    if not authority.isascii():
        import idna

        name, colon, port = authority.partition(":")
        try:
            authority = idna.encode(name, uts46=True).decode("ascii") + colon + port
        except idna.IDNAError as error:
            raise ValueError(f"the host name cannot be used: {error}") from error
    rest = parts._replace(netloc=authority, fragment="").geturl()
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), rest)


def _headers_for(hop: _Hop, first: tuple[str, str, int], headers: Mapping[str, str]) -> dict[str, str]:
    if hop.origin == first:
        return dict(headers)
    return {name: value for name, value in headers.items() if name.lower() in _HARMLESS}


def _follow(base: str, location: str) -> str:
    """`Location` is often raw UTF-8, which http.client hands over as Latin-1 (RFC 9110 section 5.5)."""
    with contextlib.suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(base, location)
    except ValueError as error:
        raise _bad_url(location, str(error)) from error


def _refuse_downgrade(previous: _Hop, hop: _Hop, headers: Mapping[str, str]) -> None:
    private = any(name.lower() not in _HARMLESS for name in headers)
    if private and previous.scheme == "https" and hop.scheme == "http":
        raise FetchError(
            "a redirect leaves the secure connection",
            where=previous.url,
            why=f"this source has headers of its own, and {hop.url} is not https",
            try_="set the source's address to the final https address",
        )


def _bad_url(url: str, why: str) -> FetchError:
    return FetchError(
        "this address cannot be fetched",
        where=url[:300],
        why=why,
        try_="give an address such as https://example.org/feed",
    )


def _refused(hop: _Hop, why: str) -> FetchError:
    return FetchError(
        "this address is not fetched",
        where=hop.url,
        why=why,
        try_=f'if it is meant, allow it: [fetch] allow_hosts = ["{hop.host}"]',
    )


def _unknown_host(hop: _Hop, why: str) -> FetchError:
    return FetchError(
        f"the host {hop.host} was not found", where=hop.url, why=why, try_="check the spelling, and this machine's DNS"
    )


def _endless(url: str, count: int) -> FetchError:
    return FetchError(
        "too many redirects",
        where=url,
        why=f"more than {count}",
        try_="open it in a browser and use the final address",
    )
