"""The door of the pages that only the operator's own browser may open: preview and demo inbox.

Does not know what lies behind it. Invariant: no response leaves without the security headers, and nothing but static
files is answered to a request that does not name this machine (a page elsewhere could point its own name at 127.0.0.1:
DNS rebinding) or does not carry the random token (another user of this machine).

The token arrives once in the query, moves into a cookie, and the address is cleaned by a redirect, so that it stays
out of history and Referer. Cookies do not know ports: the cookie's name is derived from the token, so that two previews
do not log each other out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digest.web.writing import html_page

LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


class SecurityHeaders:
    """ASGI middleware: adds `headers` to every response that does not set them itself."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    present.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


class Gate:
    """ASGI middleware: loopback Host, safe methods, token. `token` "" asks for none; `hosts` are allowed besides.

    `writes` is the beginning of the paths that may be posted to ("" for none): only from this very page (Origin), in
    JSON, which no form can send, and with the word that the page alone was given (`action_word`).
    """

    def __init__(self, app: ASGIApp, *, token: str, hosts: tuple[str, ...] = (), writes: str = "") -> None:
        self._app, self._token, self._writes = app, token, writes
        self._hosts = frozenset(name.lower() for name in (*LOOPBACK_NAMES, *hosts))
        self._cookie = "digest-" + hashlib.sha256(token.encode()).hexdigest()[:12]
        self._guarded = SecurityHeaders(self._check, _HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._guarded(scope, receive, send)

    async def _check(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(Request(scope), Headers(scope=scope))
        await (refusal or self._app)(scope, receive, send)

    def _refusal(self, request: Request, headers: Headers) -> Response | None:
        if _host_name(headers.get("host", "")) not in self._hosts:
            return PlainTextResponse("This page answers only on this machine's own address.\n", status_code=421)
        if request.method == "POST" and self._writes and request.url.path.startswith(self._writes):
            if (why := self._foreign(headers)) is not None:
                return PlainTextResponse(f"{why}\n", status_code=403)
        elif request.method not in {"GET", "HEAD"}:
            return PlainTextResponse("Nothing here can be changed.\n", status_code=405, headers={"Allow": "GET, HEAD"})
        if request.url.path.startswith("/static/") or not self._token:
            return None
        if self._matches(request.query_params.get("token", "")):
            return self._move_token_to_cookie(request)
        if self._matches(request.cookies.get(self._cookie, "")):
            return None
        return html_page("locked.html", status=403)

    def _foreign(self, headers: Headers) -> str | None:
        """Why a request to change something did not come from our page. A tunnel's port is in Host and Origin alike."""
        if headers.get("origin", "") not in {f"http://{headers['host']}", f"https://{headers['host']}"}:
            return "Changes are made from the studio's own page only."
        if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return "Changes are sent as JSON."
        if not hmac.compare_digest(headers.get("x-digest-action", "").encode(), action_word(self._token).encode()):
            return "This page is from before: load it again."
        return None

    def _matches(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())

    def _move_token_to_cookie(self, request: Request) -> Response:
        rest = [(key, value) for key, value in request.query_params.multi_items() if key != "token"]
        # A path such as //elsewhere would be read as an address on another host.
        path = "/" + request.url.path.lstrip("/\\")
        response = RedirectResponse(path + (f"?{urlencode(rest)}" if rest else ""), status_code=303)
        response.set_cookie(self._cookie, self._token, httponly=True, samesite="lax", path="/")
        return response


def action_word(token: str) -> str:
    """What the page says with each change: derived, so that the token itself stands in no page."""
    return hmac.new(token.encode(), b"act", hashlib.sha256).hexdigest()[:32]


def _host_name(host: str) -> str:
    """The Host header without its port, lower-case."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()
