"""`digest preview`: the next issue in the browser, as it will arrive, reloading while templates are being written.

    GET /          the page: inbox row, email on phone or desktop, light or dark, text, source, and why
    GET /frame     the email's HTML for one of its sandboxed frames
    GET /events    server-sent events: something changed

Does not gather, render or consume anything: `PreviewSource` does the first two and must not do the third. A template
that does not render costs the picture, not the page: the error stands beside the last version that worked.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from digest.errors import ConfigError, TemplateError
from digest.web.gate import Gate
from digest.web.live import change_events
from digest.web.mail import CLIPPED_AT_BYTES, FRAME_POLICY, show_scheme, size_words
from digest.web.server import serve_app
from digest.web.writing import render_page, static_file, static_text

__all__ = ["Preview", "PreviewError", "PreviewSource", "export_preview", "preview_app", "serve_app"]

VIEWS = ("phone", "desktop", "text", "source")
SCHEMES = ("light", "dark")
EXCERPT_LINES = 3
log = logging.getLogger("digest.web")


@dataclass(frozen=True, slots=True)
class PreviewError:
    """Why there is no picture. `line` is 1-based; `excerpt` shows the lines around it, ready to print."""

    message: str
    file: str = ""
    line: int | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """One digest's next issue for one sample recipient.

    `html` and `text` are the bodies, `source` the whole message as text, `size_bytes` the HTML's size in UTF-8.
    `banner` is "" or says that these are old articles. `notes` say what a real run would do, in whole sentences;
    `items` are (title, reasons) in order.
    """

    digest: str
    title: str
    subject: str
    preheader: str
    sender: str
    recipient: str
    html: str
    text: str
    source: str
    size_bytes: int
    banner: str = ""
    notes: tuple[str, ...] = ()
    items: tuple[tuple[str, tuple[str, ...]], ...] = ()
    warnings: tuple[str, ...] = ()
    error: PreviewError | None = None


class PreviewSource(Protocol):
    """What the preview asks. `load` may raise; `stamp` is cheap and changes whenever `load` would answer otherwise."""

    def digests(self) -> list[str]: ...

    def load(self, digest: str) -> Preview: ...

    def stamp(self) -> str: ...


def preview_app(source: PreviewSource, *, token: str = "", allow_hosts: tuple[str, ...] = ()) -> Starlette:
    """The app. `token` (random, from the caller) must come once in the query: open `{url}/?token={token}`.

    Only requests naming 127.0.0.1, localhost or ::1 are answered, and `allow_hosts` besides.
    """
    app = Starlette(
        routes=[
            Route("/", _page, methods=["GET"]),
            Route("/frame", _frame, methods=["GET"]),
            Route("/events", _events, methods=["GET"]),
            Route("/static/{name}", static_file, methods=["GET"]),
        ],
        middleware=[Middleware(Gate, token=token, hosts=allow_hosts)],
    )
    app.state.shelf = _Shelf(source)
    return app


def export_preview(preview: Preview, directory: Path) -> tuple[Path, ...]:
    """Write index.html (the preview page, without a server), message.html, message.txt and message.eml."""
    directory.mkdir(parents=True, exist_ok=True)
    page = render_page(
        "preview.html",
        **_page_values(preview, [preview.digest], view="phone", scheme="light"),
        css=static_text("look.css"),
        frames={scheme: show_scheme(preview.html, scheme) for scheme in SCHEMES},
    )
    files = {
        "index.html": page,
        "message.html": preview.html,
        "message.txt": preview.text,
        "message.eml": preview.source,
    }
    for name, content in files.items():
        # Bytes: text mode would change the line ends of the message on some systems.
        (directory / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    return tuple(directory / name for name in files)


async def _page(request: Request) -> Response:
    shelf: _Shelf = request.app.state.shelf
    names = await run_in_threadpool(shelf.digests)
    wanted = request.query_params.get("digest") or (names[0] if names else "")
    if names and wanted not in names:
        return _no_such_digest(wanted, names)
    preview = await run_in_threadpool(shelf.look, wanted)
    view = _one_of(VIEWS, request.query_params.get("view"))
    scheme = _one_of(SCHEMES, request.query_params.get("scheme"))
    values = _page_values(preview, names, view=view, scheme=scheme)
    return HTMLResponse(render_page("preview.html", css="", frames={}, **values))


async def _frame(request: Request) -> Response:
    shelf: _Shelf = request.app.state.shelf
    digest = request.query_params.get("digest", "")
    if digest not in await run_in_threadpool(shelf.digests):
        return _no_such_digest(digest, [])
    preview = await run_in_threadpool(shelf.look, digest)
    shown = show_scheme(preview.html, _one_of(SCHEMES, request.query_params.get("scheme")))
    return HTMLResponse(shown, headers={"Content-Security-Policy": FRAME_POLICY})


async def _events(request: Request) -> Response:
    shelf: _Shelf = request.app.state.shelf
    return change_events(request, shelf.stamp)


def _one_of(choices: tuple[str, ...], wanted: str | None) -> str:
    return wanted if wanted in choices else choices[0]


def _no_such_digest(name: str, names: list[str]) -> Response:
    known = f" There is: {', '.join(names)}." if names else ""
    return PlainTextResponse(f"There is no digest {name!r}.{known}\n", status_code=404)


def _page_values(preview: Preview, names: list[str], *, view: str, scheme: str) -> dict[str, object]:
    return {
        "preview": preview,
        "sender": parseaddr(preview.sender)[0] or preview.sender,  # inbox lists show the name alone
        "digests": names,
        "view": view,
        "scheme": scheme,
        "size": size_words(preview.size_bytes),
        "size_kib": round(preview.size_bytes / 1024, 1),
        "clipped": preview.size_bytes > CLIPPED_AT_BYTES,
    }


class _Shelf:
    """Loads each digest once per stamp, one at a time, and remembers the last version that rendered."""

    def __init__(self, source: PreviewSource) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._names: list[str] = []
        self._current: dict[str, tuple[str, Preview]] = {}
        self._good: dict[str, Preview] = {}

    def digests(self) -> list[str]:
        """The digests; those of before while the configuration cannot be read."""
        try:
            self._names = self._source.digests()
        except Exception:
            log.debug("preview: the configuration cannot be read", exc_info=True)
        return self._names

    def stamp(self) -> str:
        return self._source.stamp()

    def look(self, digest: str) -> Preview:
        """What to show of `digest` now. With an error: the last good picture, and the error."""
        with self._lock:
            stamp = self._stamp_or_reason()
            known = self._current.get(digest)
            if known is not None and known[0] == stamp:
                return known[1]
            preview = self._load(digest)
            if preview.error is None:
                self._good[digest] = preview
            elif digest in self._good:
                preview = replace(self._good[digest], error=preview.error)
            self._current[digest] = (stamp, preview)
            return preview

    def _stamp_or_reason(self) -> str:
        try:
            return self._source.stamp()
        except Exception as error:
            return f"unreadable: {error}"

    def _load(self, digest: str) -> Preview:
        try:
            return self._source.load(digest)
        except Exception as error:  # whatever a half-written template or configuration does belongs on the page
            log.debug("preview of %s", digest, exc_info=True)
            return Preview(digest, digest, "", "", "", "", "", "", "", 0, error=_explain(error))


def _explain(error: Exception) -> PreviewError:
    if isinstance(error, TemplateError):
        return PreviewError(str(error), error.file, error.line, _excerpt(error.file, error.line))
    if isinstance(error, ConfigError) and error.problems:
        # No excerpt: a line of a configuration may hold a secret.
        return PreviewError(str(error), error.problems[0].file, error.problems[0].line)
    return PreviewError(str(error) or type(error).__name__)


def _excerpt(file: str, line: int | None) -> str:
    """The lines around `line`, numbered, with a mark; "" when the file cannot be read."""
    if line is None:
        return ""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ""
    first = max(1, line - EXCERPT_LINES)
    shown = range(first, min(len(lines), line + EXCERPT_LINES) + 1)
    return "\n".join(f"{'>' if number == line else ' '} {number:4d}  {lines[number - 1]}" for number in shown)
