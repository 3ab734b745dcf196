"""Runs an app on uvicorn until it is told to stop.

Does not log requests: addresses of the public pages contain tokens. Stopping by Ctrl-C, SIGTERM or an event returns
normally; uvicorn itself would raise the signal again afterwards and end the process before it can say goodbye.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.applications import Starlette

from digest.errors import UsageError

__all__ = ["serve_app"]


def serve_app(
    app: Starlette,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    on_started: Callable[[str], None] = lambda url: None,
    stop: threading.Event | None = None,
) -> None:
    """Serve until stopped. `port` 0 takes a free one; `on_started` gets "http://host:port" once it answers.

    Raises `UsageError` when the address cannot be listened on.
    """
    listener = _listen(host, port)
    with listener:
        name = f"[{host}]" if ":" in host else host
        url = f"http://{name}:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            proxy_headers=False,
            server_header=False,
            limit_concurrency=400,
            timeout_graceful_shutdown=3,
        )
        _Server(config, app, url, on_started, stop).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        raise UsageError(
            "cannot listen here",
            where=f"{host}:{port}",
            why=error.strerror or str(error),
            try_="choose another port (0 takes a free one), or stop the program that uses this one",
        ) from error


class _Server(uvicorn.Server):
    def __init__(
        self,
        config: uvicorn.Config,
        app: Starlette,
        url: str,
        on_started: Callable[[str], None],
        stop: threading.Event | None,
    ) -> None:
        super().__init__(config)
        self._app, self._url, self._on_started, self._stop = app, url, on_started, stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started(self._url)

    async def on_tick(self, counter: int) -> bool:
        if self._stop is not None and self._stop.is_set():
            self.should_exit = True
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.stopping = True  # open event streams end by themselves (`live`)
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
