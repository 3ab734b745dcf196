"""The pages that strangers' mail programs and readers reach: unsubscribing by one click or by a button.

    GET  /u/{token}    a page with one button; changes nothing, so link scanners and previews are harmless
    POST /u/{token}    acts at once and every time answers 200 (RFC 8058 section 3.1: no cookies, no redirect, no login)
    POST /hooks/{name} a provider's signed report; what it means is decided by `HookService`
    GET  /healthz      "ok"

Does not decide what a token means: `UnsubscribeService` does. Why GET is only a page: four projects unsubscribed
people because a mail scanner followed the link.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
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

__all__ = ["HookService", "UnsubscribeService", "Unsubscription", "public_app"]

MAX_BODY_BYTES = 16 * 1024
MAX_HOOK_BYTES = 1024 * 1024  # SendGrid sends up to 768 KiB of events at once
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


class HookAnswer(Protocol):
    """A status and a sentence for the log of the sender's side."""

    @property
    def status(self) -> int: ...

    @property
    def text(self) -> str: ...


class HookService(Protocol):
    """Who answers webhooks. Raises `DigestError` when the sender should try again."""

    def answer(self, name: str, headers: Mapping[str, str], body: bytes) -> HookAnswer: ...


def public_app(service: UnsubscribeService, hooks: HookService | None = None) -> Starlette:
    """The app of `digest serve`. `service` and `hooks` are called in worker threads, possibly several at once."""
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
            Route("/hooks/{name}", _hook, methods=["POST"]),
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
    app.state.service, app.state.hooks = service, hooks
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


async def _hook(request: Request) -> Response:
    hooks: HookService | None = request.app.state.hooks
    if hooks is None:
        raise HTTPException(404)
    body = await _body(request, MAX_HOOK_BYTES)
    if body is None:
        return PlainTextResponse("This request is too large.\n", status_code=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = await run_in_threadpool(hooks.answer, request.path_params["name"], headers, body)
    return PlainTextResponse(f"{answer.text}\n", status_code=answer.status)


async def _body(request: Request, limit: int = MAX_BODY_BYTES) -> bytes | None:
    """The body, or None when it is larger than any of its kind; reading stops there."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
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
    log.error("%s: %s", _place(request), error.what)  # not the request: its address may hold a token
    page = _page("problem.html", status=503, title="That did not work just now", kind="later")
    page.headers["Retry-After"] = "60"
    return page


def _place(request: Request) -> str:
    return "webhook" if request.url.path.startswith("/hooks/") else "unsubscribe page"


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _page("problem.html", status=404, title="There is nothing here", kind="page")
    return PlainTextResponse(f"{error.detail}\n", status_code=error.status_code, headers=dict(error.headers or {}))


def _broken(request: Request, error: Exception) -> Response:
    return _page("problem.html", status=500, title="That did not work just now", kind="later")


def _page(name: str, *, status: int = 200, **values: object) -> Response:
    return html_page(name, status=status, css=static_text("public.css"), **values)
