"""A real HTTP server on loopback that answers as a test scripts it, and remembers what it was asked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Script = Callable[["Asked", socket.socket], None]


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    leave: Callable[[], None] = field(default=lambda: None, compare=False, repr=False)
    """From now on this request does not count as being served: a client that has its answer may be back already."""


@dataclass
class Loopback:
    """`routes` maps a path to a script that writes raw bytes; `asked` is every request in order."""

    port: int
    routes: dict[str, Script] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return self.origin + path


def answer(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> Script:
    """A complete answer with its length."""
    fields = {"Content-Length": str(len(body)), **(headers or {})}
    head = f"HTTP/1.1 {status} X\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"

    def script(asked: Asked, connection: socket.socket) -> None:
        asked.leave()
        connection.sendall(head.encode("latin-1") + body)

    return script


def redirect(status: int, location: str) -> Script:
    return answer(status, b"", {"Location": location})


@contextmanager
def serve(tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Loopback(listener.getsockname()[1])
    lock = threading.Lock()

    def handle(raw: socket.socket) -> None:
        here = threading.Event()

        def leave() -> None:
            with lock:
                server.at_once -= not here.is_set()
                here.set()

        with lock:
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            connection = tls.wrap_socket(raw, server_side=True) if tls else raw
            with connection:
                asked = _read(connection, leave)
                if asked is not None:
                    server.asked.append(asked)
                    script = server.routes.get(asked.path, answer(404))
                    script(asked, connection)
        except OSError:
            pass  # the client went away: some tests make it
        finally:
            leave()

    def accept() -> None:
        while True:
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=handle, args=(raw,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        listener.close()


def _read(connection: socket.socket, leave: Callable[[], None]) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    return Asked(method, path, headers, body, leave)
