"""Tells an open page that what it shows has changed: one server-sent event per change (HTML standard, section 9.2).

Does not send the news itself: the page fetches itself again, so there is one way to render it. A stamp is compared
instead of watching files, because a change may be an article or a setting as well as a file.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

POLL_S = 0.3
KEEP_ALIVE_S = 15.0


def change_events(request: Request, stamp: Callable[[], str], *, every_s: float = POLL_S) -> StreamingResponse:
    """An endless `text/event-stream`. It ends when the client goes or the server stops (`server.serve_app`)."""
    return StreamingResponse(
        _watch(request, stamp, every_s), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
    )


async def _watch(request: Request, stamp: Callable[[], str], every_s: float) -> AsyncIterator[str]:
    last = await _read(stamp)
    spoke = time.monotonic()
    yield "retry: 500\n\n"
    while not (getattr(request.app.state, "stopping", False) or await request.is_disconnected()):
        await asyncio.sleep(every_s)
        now = await _read(stamp)
        if now != last:
            last, spoke = now, time.monotonic()
            yield "event: change\ndata: now\n\n"
        elif time.monotonic() - spoke > KEEP_ALIVE_S:
            spoke = time.monotonic()
            yield ": still here\n\n"


async def _read(stamp: Callable[[], str]) -> str:
    """A stamp that cannot be read now (a file is being replaced) is a change, to be looked at again."""
    try:
        return await run_in_threadpool(stamp)
    except Exception as error:
        return f"unreadable: {error}"
