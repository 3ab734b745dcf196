"""The studio's routes. Every answer but the page and the frame is JSON, made by `said`.

    GET /               the page                      GET /api/rail       what there is to look at
    GET /frame          the mail's HTML, sandboxed    GET /api/picture    what the page says of it
    GET /events         something changed             GET /api/{part}     source, mjml, checks, diff, desk
                                                      GET /api/readers    whom it can be seen as

Does not render or gather. Invariants: nothing a mail contains reaches the page as markup: the page is scripted from
JSON by text alone, and the mail's own HTML lives in frames that run nothing; an error is an answer (what, where, why,
try) beside which the page keeps the last picture that worked.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from digest.errors import DigestError
from digest.pipeline.previewing import Studio, Wanted
from digest.pipeline.previewing.pictures import picture
from digest.pipeline.previewing.tags import numbered
from digest.web import looks
from digest.web.gate import Gate, action_word
from digest.web.live import change_events
from digest.web.preview import changing, said
from digest.web.preview.answers import answered, explained
from digest.web.writing import html_page, static_file

log = logging.getLogger("digest.web")
LIVE_POLL_S = 0.02

FRAME_POLICY = (
    "default-src 'none'; img-src {images}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
_IMAGES = {"off": "'none'", "own": "data:", "all": "data: https: http:"}
_LOCAL = "data: http://127.0.0.1:* http://localhost:*"


def studio_app(studio: Studio, *, token: str = "", allow_hosts: tuple[str, ...] = (), first: str = "") -> Starlette:
    """The app. `token` (random, from the caller) must come once in the query: open `{url}/?token={token}`.

    Only requests naming 127.0.0.1, localhost or ::1 are answered, and `allow_hosts` besides.
    """
    parts = {
        "rail": _rail, "picture": said.picture, "source": said.source, "mjml": said.mjml, "checks": said.checks,
        "diff": said.diff, "readers": _readers, "desk": changing.desk,
    }  # fmt: skip
    gate = Middleware(Gate, token=token, hosts=allow_hosts, writes="/api/desk/")
    acts = {"edit": changing.edit, "approve": changing.approve, "steer": changing.steer, "test": changing.test}
    app = Starlette(
        routes=[
            Route("/", _page, methods=["GET"]),
            Route("/frame", _frame, methods=["GET"]),
            Route("/events", _events, methods=["GET"]),
            *(Route(f"/api/{name}", _json(make), methods=["GET"]) for name, make in parts.items()),
            *(Route(f"/api/desk/{name}", _posted(act), methods=["POST"]) for name, act in acts.items()),
            Route("/static/{name:path}", static_file, methods=["GET"]),
        ],
        middleware=[gate],
    )
    app.state.studio, app.state.first, app.state.word = studio, first, action_word(token)
    return app


async def _page(request: Request) -> Response:
    state = request.app.state
    return html_page("studio.html", word=state.word, user=changing.whoever(), first=state.first)


async def _events(request: Request) -> Response:
    studio: Studio = request.app.state.studio
    return change_events(request, studio.stamp, every_s=LIVE_POLL_S)


def _json(make: Callable[[Request], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(answered, make, request)

    return endpoint


def _posted(act: Callable[[Request, dict[str, Any]], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        body = await changing.body_of(request)
        return await run_in_threadpool(answered, lambda asked: act(asked, body), request)

    return endpoint


def _rail(request: Request) -> dict[str, Any]:
    return said.rail(request.app.state.studio, request.app.state.first)


def _readers(request: Request) -> dict[str, Any]:
    query = request.query_params
    after = query.get("after", "0")
    return said.readers(
        request.app.state.studio, query.get("digest", ""), query.get("q", ""), int(after) if after.isdecimal() else 0
    )


async def _frame(request: Request) -> Response:
    return await run_in_threadpool(_framed, request)


def _framed(request: Request) -> Response:
    query = request.query_params
    try:
        seen = picture(request.app.state.studio, said.wanted(request))
    except DigestError as error:
        return JSONResponse(explained(error), status_code=422)
    images = query.get("images", "own")
    allowed = _LOCAL if images == "own" and seen.local_images else _IMAGES.get(images, _IMAGES["own"])
    policy = FRAME_POLICY.format(images=allowed)
    html = looks.show(numbered(seen.html), query.get("look", "light"))
    return HTMLResponse(
        html or "<!doctype html><title>Nothing yet</title>", headers={"Content-Security-Policy": policy}
    )


__all__ = ["Wanted", "studio_app"]
