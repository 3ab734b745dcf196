"""The pages that strangers' mail programs and readers reach: unsubscribing by one click or by a button.

    GET  /u/{token}    a page with one button; changes nothing, so link scanners and previews are harmless
    POST /u/{token}    acts at once and every time answers 200 (RFC 8058 section 3.1: no cookies, no redirect, no login)
    GET  /healthz      "ok"

Does not decide what a token means: `UnsubscribeService` does. Why GET is only a page: four projects unsubscribed
people because a mail scanner followed the link.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.errors import DigestError, TokenError
from digest.web.gate import SecurityHeaders
from digest.web.writing import csp_hash, html_page, static_text

__all__ = ["UnsubscribeService", "Unsubscription", "public_app"]

MAX_BODY_BYTES = 16 * 1024
log = logging.getLogger("digest.web")


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """What a valid token is about. `address_masked` is all of the address a page may show ("a•••@example.org")."""

    list_title: str
    site_name: str
    site_url: str
    address_masked: str
    active: bool


class UnsubscribeService(Protocol):
    """What the pages ask. Both raise `TokenError` for a token that is not ours; `unsubscribe` is idempotent."""

    def describe(self, token: str) -> Unsubscription: ...

    def unsubscribe(self, token: str) -> Unsubscription: ...


def public_app(service: UnsubscribeService) -> Starlette:
    """The app of `digest serve`. `service` is called in worker threads, possibly several at once."""
    style = csp_hash(static_text("public.css"))
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            f"default-src 'none'; style-src {style}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
    app = Starlette(
        routes=[
            Route("/u/{token}", _unsubscribe, methods=["GET", "POST"]),
            Route("/healthz", _healthz, methods=["GET"]),
            Route("/favicon.ico", _no_icon, methods=["GET"]),
        ],
        middleware=[Middleware(SecurityHeaders, headers=headers)],
        exception_handlers={
            TokenError: _wrong_link,
            DigestError: _not_now,
            HTTPException: _http_error,
            Exception: _broken,
        },
    )
    app.state.service = service
    return app


async def _unsubscribe(request: Request) -> Response:
    return await (_act(request) if request.method == "POST" else _show(request))


async def _show(request: Request) -> Response:
    subscription = await _ask(request, request.app.state.service.describe)
    page = "unsubscribe.html" if subscription.active else "unsubscribed.html"
    return _page(page, subscription=subscription, already=True)


async def _act(request: Request) -> Response:
    body = await _body(request)
    if body is None:
        return PlainTextResponse("This request is too large.\n", status_code=413)
    subscription = await _ask(request, request.app.state.service.unsubscribe)
    if _is_one_click(body):
        return PlainTextResponse("You are unsubscribed.\n")
    return _page("unsubscribed.html", subscription=subscription, already=False)


async def _ask(request: Request, question: Callable[[str], Unsubscription]) -> Unsubscription:
    return await run_in_threadpool(question, request.path_params["token"])


async def _body(request: Request) -> bytes | None:
    """The body, or None when it is larger than any form of ours; reading stops there."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                return None
    except ClientDisconnect:
        raise HTTPException(400) from None
    return bytes(body)


def _is_one_click(body: bytes) -> bool:
    """A mail program's request (RFC 8058 section 3.2), as a form or as multipart; anything else is a person."""
    text = body.decode("latin-1")
    if "One-Click" in parse_qs(text.strip()).get("List-Unsubscribe", []):
        return True
    return 'name="List-Unsubscribe"' in text and "One-Click" in text


async def _healthz(request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _no_icon(request: Request) -> Response:
    return Response(status_code=204)


def _wrong_link(request: Request, error: Exception) -> Response:
    return _page("problem.html", status=404, title="This link does not work", kind="link")


def _not_now(request: Request, error: Exception) -> Response:
    assert isinstance(error, DigestError)
    log.error("unsubscribe page: %s", error.what)  # not the request: its address holds a token
    page = _page("problem.html", status=503, title="That did not work just now", kind="later")
    page.headers["Retry-After"] = "60"
    return page


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _page("problem.html", status=404, title="There is nothing here", kind="page")
    return PlainTextResponse(f"{error.detail}\n", status_code=error.status_code, headers=dict(error.headers or {}))


def _broken(request: Request, error: Exception) -> Response:
    return _page("problem.html", status=500, title="That did not work just now", kind="later")


def _page(name: str, *, status: int = 200, **values: object) -> Response:
    return html_page(name, status=status, css=static_text("public.css"), **values)
