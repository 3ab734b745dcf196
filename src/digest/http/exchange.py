"""One request, one answer, over one connection to one given address, within every limit.

Does not resolve names, follow redirects or judge statuses. Invariant: when `exchange` returns or raises, the
connection is closed, no more than `max_bytes` decoded bytes were held, and no more than `total_s` seconds went by.

Why this way: a socket timeout bounds one read, not their sum, so a server that sends a byte a second would hold a
thread for ever, in the headers as well as in the body. A timer that shuts the socket down at the deadline ends every
phase alike: handshake, headers, body. Decoding is urllib3's (`read(amount, decode_content=True)`, 64 KiB at a time):
a gzip bomb of 1 GiB is refused within 0.4 s at 27 MB of memory, where clients that decode whole chunks reach 35-67 MB.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError, NewConnectionError, SSLError, TimeoutError
from urllib3.response import BaseHTTPResponse

from digest.errors import FetchError

MAX_HEADER_BYTES = 64 * 1024
CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. `url` is the final address; `headers` have lower-case names, repeated ones joined with ", ";
    `data` is decoded (gzip, deflate) and complete; `redirects` are the (status, new address) hops that led here."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes = b""
    redirects: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect and what to ask. `address` is an IP (or a name, where the operator chose the origin)."""

    url: str
    scheme: str
    host: str
    port: int
    address: str
    path: str

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return name if self.port == default else f"{name}:{self.port}"


@dataclass(frozen=True, slots=True)
class Limits:
    """`deadline` is on the monotonic clock."""

    deadline: float
    connect_s: float
    read_s: float
    max_bytes: int

    def left_s(self) -> float:
        return self.deadline - time.monotonic()


def exchange(
    target: Target,
    *,
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
    limits: Limits,
    tls: ssl.SSLContext | None,
) -> Response:
    """Carry it out. Raises `FetchError`; any status is a `Response`."""
    if limits.left_s() <= 0:
        raise too_slow(target.url)
    connection = _connection(target, limits, tls)
    watchdog = _Watchdog(connection, limits.left_s())
    try:
        answer = _ask(connection, watchdog, target, method, headers, body, limits)
        return Response(
            target.url, answer.status, _read_headers(answer, target.url), _read_body(answer, target, limits)
        )
    except FetchError:
        raise
    except (HTTPError, http.client.HTTPException, OSError, ValueError) as error:
        if watchdog.fired or limits.left_s() <= 0:
            raise too_slow(target.url) from error
        raise _explain(error, target) from error
    finally:
        watchdog.cancel()
        connection.close()


def _connection(target: Target, limits: Limits, tls: ssl.SSLContext | None) -> HTTPConnection:
    timeout = max(0.01, min(limits.connect_s, limits.left_s()))
    if target.scheme == "http":
        return HTTPConnection(target.address, target.port, timeout=timeout)
    # The connection goes to the vetted address; SNI and the certificate check go by the name (RFC 9110 section 4.3.4).
    return HTTPSConnection(
        target.address,
        target.port,
        timeout=timeout,
        server_hostname=target.host,
        ssl_context=tls or _default_tls(),
    )


@cache
def _default_tls() -> ssl.SSLContext:
    """The machine's own trust store, loaded once: it takes some 20 ms."""
    return ssl.create_default_context()


def _ask(
    connection: HTTPConnection,
    watchdog: _Watchdog,
    target: Target,
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
    limits: Limits,
) -> BaseHTTPResponse:
    connection.connect()
    watchdog.watch(connection.sock)
    if limits.left_s() <= 0:  # the watchdog cannot reach a socket inside its TLS handshake
        raise too_slow(target.url)
    if connection.sock is not None:
        connection.sock.settimeout(max(0.01, min(limits.read_s, limits.left_s())))
    connection.request(
        method,
        target.path,
        body=body,
        headers={"Host": target.host_header, "Accept-Encoding": "gzip, deflate", "Connection": "close", **headers},
        preload_content=False,
        decode_content=True,
    )
    return connection.getresponse()


def _read_headers(answer: BaseHTTPResponse, url: str) -> dict[str, str]:
    headers: dict[str, str] = {}
    size = 0
    for name, value in answer.headers.iteritems():
        size += len(name) + len(value) + 4
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    if size > MAX_HEADER_BYTES:
        raise FetchError(
            "the server's headers are too long",
            where=url,
            why=f"{size:,} bytes, {MAX_HEADER_BYTES:,} are accepted",
            try_="tell the site's operator; until then remove this source",
        )
    return headers


def _read_body(answer: BaseHTTPResponse, target: Target, limits: Limits) -> bytes:
    data = bytearray()
    while chunk := answer.read(CHUNK_BYTES, decode_content=True):
        data += chunk
        if len(data) > limits.max_bytes:
            raise FetchError(
                "the answer is too large",
                where=target.url,
                why=f"more than {limits.max_bytes:,} bytes after decompression",
                try_="use an address that lists fewer articles",
                status=answer.status,
            )
        if limits.left_s() <= 0:
            break
    if limits.left_s() <= 0:  # also after the end: a connection shut down at the deadline looks like a complete answer
        raise too_slow(target.url)
    return bytes(data)


class _Watchdog:
    """Shuts a connection's socket down after `seconds`, from another thread, until cancelled."""

    def __init__(self, connection: HTTPConnection, seconds: float) -> None:
        self.fired = False
        self._connection = connection
        self._sock: socket.socket | None = None
        self._timer = threading.Timer(max(0.0, seconds), self._fire)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, sock: socket.socket | None) -> None:
        """The socket itself: http.client lets go of it as soon as an answer without a length begins."""
        self._sock = sock

    def _fire(self) -> None:
        self.fired = True
        sock = self._sock or self._connection.sock
        if sock is not None:
            # Closed in the meantime? Then there is nothing left to end. (`SSLSocket.shutdown` would forget the session
            # under a reader's feet; the plain socket's only ends it.)
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def cancel(self) -> None:
        self._timer.cancel()


def too_slow(url: str) -> FetchError:
    return FetchError(
        "the server took too long",
        where=url,
        why="the answer was not complete when the time for one fetch was over",
        try_="open the address in a browser; if it is slow there too, try again later",
    )


def _explain(error: Exception, target: Target) -> FetchError:
    if isinstance(error, SSLError | ssl.SSLError):
        return FetchError(
            "no secure connection",
            where=target.url,
            why=str(error),
            try_="check the site's certificate in a browser; it must be valid for this very name",
        )
    if isinstance(error, NewConnectionError | ConnectionRefusedError):
        return FetchError(
            "no connection",
            where=target.url,
            why=f"{target.address} port {target.port}: {_cause(error)}",
            try_="check the address, and whether the site is up",
        )
    if isinstance(error, TimeoutError | socket.timeout):
        return FetchError(
            "the server did not answer in time", where=target.url, why=_cause(error), try_="try again later"
        )
    if isinstance(error, DecodeError):
        return FetchError(
            "the answer cannot be decompressed",
            where=target.url,
            why=_cause(error),
            try_="tell the site's operator: Content-Encoding does not match what is sent",
        )
    return FetchError(
        "the answer broke off",
        where=target.url,
        why=_cause(error),
        try_="try again; if it stays, tell the site's operator",
    )


def _cause(error: Exception) -> str:
    inner = error.__cause__ or error.__context__
    text = str(inner) if isinstance(inner, OSError) else str(error)
    return text.rsplit(">: ", 1)[-1] or type(error).__name__
