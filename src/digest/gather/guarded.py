"""Reading untrusted bytes in a process of its own, under a deadline and a memory limit.

Does not know what is read. Invariant: whatever a document does to its reader (an endless loop inside a C library, an
expression that backtracks for hours, all the memory there is), it costs that document alone: the process is killed,
`ParseError` says so, and the next document gets a fresh one. What comes back is rebuilt from a closed list of classes,
so bytes that took the reader over cannot run anything here.

Why this way: a thread cannot be killed. A process that lives from one document to the next costs 0.2 s once, while the
first answers are still on their way, and about a millisecond per feed. It is started as a module, not by
`multiprocessing`, whose start methods either copy our threads' locks or run the caller's main module again.
"""

from __future__ import annotations

import atexit
import importlib
import io
import os
import pickle
import queue
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any, BinaryIO

from digest.errors import ParseError

DEADLINE_S = 25.0
START_S = 5.0  # more, for the first document of a process: on a busy machine its start takes as long as many documents
MEMORY_BYTES = 1024**3
PROCESSES = 2
# What the reader needs of the environment; passwords that stand in it are not its business.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")
_CLASSES = {
    "datetime": {"datetime", "timedelta", "timezone"},
    "digest.errors": {"FetchError", "ParseError", "SourceError", "_rebuild"},
    "digest.gather.adapter": {"Reading", "Request"},
    "digest.gather.discovery": {"Site"},
    "digest.model.article": {"Article", "Author", "Enclosure", "Image"},
}


class Reader:
    """Calls functions of this package in other processes. Safe to share between threads; starts nothing until used."""

    def __init__(
        self, *, processes: int = PROCESSES, deadline_s: float = DEADLINE_S, memory_bytes: int = MEMORY_BYTES
    ) -> None:
        self._processes, self._deadline_s, self._memory_bytes = processes, deadline_s, memory_bytes
        self.forget()

    def forget(self) -> None:
        """Know of no process: a fork's copies of our pipes must never be used."""
        self._places: queue.LifoQueue[_Process | None] = queue.LifoQueue()
        for _ in range(self._processes):
            self._places.put(None)

    def start(self) -> None:
        """Start one process already, so that it is ready when the first answer comes."""
        with suppress(queue.Empty, OSError):
            place = self._places.get_nowait()
            try:
                place = (
                    place if place is not None and place.running() else _Process(self._memory_bytes, self._deadline_s)
                )
            finally:
                self._places.put(place)

    def call(self, function: str, *arguments: Any, about: str) -> Any:
        """`module:name` of this package, called with `arguments`. Raises what it raises of `SourceError`, and
        `ParseError` about `about` when it took too long, needed too much memory or broke down.
        """
        place = self._places.get()
        process: _Process | None = None
        try:
            if place is not None and place.running():
                process = place
                with suppress(_IdledAway):
                    return process.call(function, arguments, self._deadline_s, about)
            process = _Process(self._memory_bytes, self._deadline_s)
            return process.call(function, arguments, self._deadline_s, about)
        except _IdledAway:
            raise _lost(about, None) from None
        except OSError as error:
            raise ParseError("no reader could be started", where=about, why=str(error), try_="free memory") from error
        finally:
            self._places.put(process if process is not None and process.alive else None)

    def close(self) -> None:
        """End the processes that wait for work."""
        for _ in range(self._places.qsize()):
            with suppress(queue.Empty):
                place = self._places.get_nowait()
                if place is not None:
                    place.kill()
                self._places.put(None)


class _IdledAway(Exception):
    """The process ended before it answered; one that had waited for work may just have given up waiting."""


class _Process:
    def __init__(self, memory_bytes: int, deadline_s: float) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._popen = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "digest.gather.worker", str(memory_bytes), str(deadline_s)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._to: Any = self._popen.stdin
        self._from: Any = self._popen.stdout
        self.alive, self._has_answered = True, False

    def call(self, function: str, arguments: tuple[Any, ...], deadline_s: float, about: str) -> Any:
        late = threading.Event()
        allowed_s = deadline_s if self._has_answered else deadline_s + START_S
        watchdog = threading.Timer(allowed_s, self._too_late, (late,))
        watchdog.daemon = True
        watchdog.start()
        try:
            write_message(self._to, pickle.dumps((function, arguments), pickle.HIGHEST_PROTOCOL))
            message = read_message(self._from)
        except OSError:
            message = None
        finally:
            watchdog.cancel()
        if message is None:
            self.kill()
            if late.is_set():
                raise _lost(about, deadline_s)
            raise _IdledAway
        self._has_answered = True
        outcome, value = _Unpickler(io.BytesIO(message)).load()
        if outcome == "failed":
            raise value
        if outcome == "broke":
            raise _broke(about, value)
        return value

    def running(self) -> bool:
        return self.alive and self._popen.poll() is None

    def _too_late(self, late: threading.Event) -> None:
        late.set()
        self._popen.kill()

    def kill(self) -> None:
        self.alive = False
        self._popen.kill()
        for stream in (self._to, self._from):
            with suppress(OSError):
                stream.close()
        self._popen.wait()


def write_message(stream: BinaryIO, data: bytes) -> None:
    """Eight bytes of length, then the message."""
    stream.write(len(data).to_bytes(8, "big"))
    stream.write(data)
    stream.flush()


def read_message(stream: BinaryIO) -> bytes | None:
    """The next message, or None at the end."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    size = int.from_bytes(head, "big")
    data = stream.read(size)
    return data if len(data) == size else None


class _Unpickler(pickle.Unpickler):
    """Only values of the model and our own errors."""

    def find_class(self, module: str, name: str) -> Any:
        if name not in _CLASSES.get(module, ()):
            raise pickle.UnpicklingError(f"{module}.{name} is not expected from a reader")
        return getattr(importlib.import_module(module), name)


def _lost(about: str, deadline_s: float | None) -> ParseError:
    if deadline_s is not None:
        return ParseError(
            "reading this took too long",
            where=about,
            why=f"it was not done after {deadline_s:g} seconds",
            try_="tell the site's operator; until then remove this source",
        )
    return ParseError(
        "reading this broke the reader", where=about, why="it ended without an answer", try_="remove this source"
    )


def _broke(about: str, why: str) -> ParseError:
    return ParseError(
        "this cannot be read", where=about, why=why, try_="tell the site's operator; until then remove it"
    )


shared = Reader()
atexit.register(shared.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=shared.forget)
