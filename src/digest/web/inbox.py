"""What the demo's inbox received, in the browser, in the preview's look.

    GET /                     the messages, newest first
    GET /message/{n}          one message: phone or desktop, light or dark, text, source
    GET /message/{n}/frame    its HTML for a sandboxed frame

Does not receive mail (`digest.demo.inbox`) and never changes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.utils import parseaddr
from typing import Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from digest.web.gate import Gate
from digest.web.live import change_events
from digest.web.mail import FRAME_POLICY, MailParts, show_scheme, take_apart
from digest.web.writing import html_page, static_file

__all__ = ["InboxSource", "ReceivedMail", "inbox_app"]

SCHEMES = ("light", "dark")
VIEWS = ("phone", "desktop", "text", "source")


class ReceivedMail(Protocol):
    """One message: envelope, the decoded subject, and its exact bytes."""

    @property
    def envelope_from(self) -> str: ...

    @property
    def envelope_to(self) -> tuple[str, ...]: ...

    @property
    def subject(self) -> str: ...

    @property
    def received_at(self) -> datetime: ...

    @property
    def message_id(self) -> str: ...

    @property
    def data(self) -> bytes: ...


class InboxSource(Protocol):
    """Where the messages are; `digest.demo.inbox.Inbox` is one."""

    @property
    def messages(self) -> Sequence[ReceivedMail]: ...


def inbox_app(inbox_source: InboxSource, *, token: str = "", preview_url: str = "") -> Starlette:
    """The app of `digest demo --open`. `token` as in `preview_app`; `preview_url` is linked when given."""
    app = Starlette(
        routes=[
            Route("/", _list, methods=["GET"]),
            Route("/message/{number:int}", _message, methods=["GET"]),
            Route("/message/{number:int}/frame", _frame, methods=["GET"]),
            Route("/events", _events, methods=["GET"]),
            Route("/static/{name}", static_file, methods=["GET"]),
        ],
        middleware=[Middleware(Gate, token=token)],
    )
    app.state.inbox, app.state.preview_url = inbox_source, preview_url
    return app


async def _list(request: Request) -> Response:
    messages = request.app.state.inbox.messages
    numbered = [(number, mail) for number, mail in enumerate(messages, start=1)]
    return html_page("inbox.html", messages=numbered[::-1], preview_url=request.app.state.preview_url)


async def _message(request: Request) -> Response:
    number, mail = _find(request)
    parts = take_apart(mail.data)
    view = request.query_params.get("view", "")
    scheme = request.query_params.get("scheme", "")
    return html_page(
        "message.html",
        number=number,
        count=len(request.app.state.inbox.messages),
        mail=mail,
        sender=_sender(parts),
        parts=parts,
        source=mail.data.decode("utf-8", "replace"),
        view=view if view in VIEWS else ("phone" if parts.html else "text"),
        scheme=scheme if scheme in SCHEMES else "light",
    )


async def _frame(request: Request) -> Response:
    _, mail = _find(request)
    scheme = request.query_params.get("scheme", "")
    shown = show_scheme(take_apart(mail.data).html, scheme if scheme in SCHEMES else "light")
    return HTMLResponse(shown, headers={"Content-Security-Policy": FRAME_POLICY})


async def _events(request: Request) -> Response:
    inbox: InboxSource = request.app.state.inbox
    return change_events(request, lambda: str(len(inbox.messages)))


def _find(request: Request) -> tuple[int, ReceivedMail]:
    number: int = request.path_params["number"]
    messages: Sequence[ReceivedMail] = request.app.state.inbox.messages
    if not 1 <= number <= len(messages):
        raise HTTPException(404, "There is no such message.")
    return number, messages[number - 1]


def _sender(parts: MailParts) -> str:
    value = next((value for name, value in parts.headers if name.lower() == "from"), "")
    name, address = parseaddr(value)
    return name or address or "(no sender)"
