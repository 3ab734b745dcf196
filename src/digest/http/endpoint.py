"""Talking to exactly one origin that the operator configured: a model server, a webhook, a health check.

Does not follow redirects and never leaves its origin: a path cannot name another host. Private addresses are fine,
because the operator, not a stranger, wrote this one down.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from digest.errors import FetchError
from digest.http.exchange import Limits, Response, Target, exchange

MAX_ANSWER_BYTES = 15 * 1024 * 1024


def split_endpoint(url: str) -> tuple[str, str]:
    """`https://hooks.example/a?b=c` as (`https://hooks.example`, `/a?b=c`), ready for `EndpointHttp` and its path."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return f"{parts.scheme}://{parts.netloc}", path


class EndpointHttp:
    """A client for one origin such as `http://127.0.0.1:8081`; safe to share between threads."""

    def __init__(
        self,
        origin: str,
        *,
        timeout_s: float = 30.0,
        user_agent: str = "digest",
        max_bytes: int = MAX_ANSWER_BYTES,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        try:
            parts = urlsplit(origin)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise _bad_origin(origin, str(error)) from error
        if parts.scheme not in ("http", "https") or not host:
            raise _bad_origin(origin, "it must start with http:// or https:// and a host")
        if parts.username is not None or parts.path.strip("/") or parts.query or parts.fragment:
            raise _bad_origin(origin, "scheme, host and port only; no user, path or query")
        self.origin = origin.rstrip("/")
        self._scheme, self._host, self._port = parts.scheme, host, port or (443 if parts.scheme == "https" else 80)
        self._timeout_s, self._user_agent, self._max_bytes, self._tls = timeout_s, user_agent, max_bytes, tls

    def get(self, path: str, *, headers: Mapping[str, str] | None = None, timeout_s: float | None = None) -> Response:
        """Any status is a `Response`; trouble raises `FetchError`."""
        return self._send("GET", path, None, headers or {}, timeout_s)

    def post(
        self, path: str, *, body: bytes, headers: Mapping[str, str] | None = None, timeout_s: float | None = None
    ) -> Response:
        """Any status is a `Response`; trouble raises `FetchError`. Nothing is sent twice."""
        return self._send("POST", path, body, headers or {}, timeout_s)

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str], timeout_s: float | None
    ) -> Response:
        if not path.startswith("/") or not path.isascii() or not path.isprintable() or " " in path:
            raise FetchError("not a path", where=f"{self.origin}{path!r}", try_='start it with "/", percent-encoded')
        seconds = timeout_s or self._timeout_s
        limits = Limits(time.monotonic() + seconds, min(seconds, 10.0), seconds, self._max_bytes)
        target = Target(self.origin + path, self._scheme, self._host, self._port, self._host, path)
        sent = {"User-Agent": self._user_agent, **headers}
        return exchange(target, method=method, headers=sent, body=body, limits=limits, tls=self._tls)


def _bad_origin(origin: str, why: str) -> FetchError:
    return FetchError("this endpoint cannot be used", where=origin, why=why, try_="for example http://127.0.0.1:8081")
