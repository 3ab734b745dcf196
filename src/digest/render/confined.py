"""Templates that are not ours run in a process of their own, with so much time and memory and no more.

The sandbox of Jinja2 keeps a template from our objects, not from the machine: `'a' * 10**9`, a loop in a loop in a loop
or `2**2**40` are one line each, and the last cannot be interrupted from inside. So whatever an operator wrote is
compiled by `worker`, whole; what comes back is JSON, from which nothing can be run. Built-in templates run here.

Invariant: whatever a template does, it costs that template a `TemplateError`; the next one gets a fresh process.

Why this way: a process that stays costs 0.3 s once and 3 ms a compilation (benchmarks/bench_compile.py); limits inside
the own process would have to be set, and lifted again, under every thread of a server.
"""

from __future__ import annotations

import atexit
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from digest.errors import DigestError, TemplateError

CPU_S = 3  # fifty times what forty articles take; the worker stops itself then, and knows the line
MEMORY_BYTES = 768 * 1024**2
WALL_S = 60.0  # for a machine that is busy with something else
# What the worker needs of the environment; passwords that stand in it are not a template's business.
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TMPDIR")


class Confinement:
    """Calls the worker, one compilation at a time. Safe to share between threads; starts nothing until used."""

    def __init__(self, *, cpu_s: int = CPU_S, memory_bytes: int = MEMORY_BYTES, wall_s: float = WALL_S) -> None:
        self._cpu_s, self._memory_bytes, self._wall_s = cpu_s, memory_bytes, wall_s
        self.forget()

    def forget(self) -> None:
        """Know of no process: a fork's copies of our pipes must never be used."""
        self._lock = threading.Lock()
        self._process: _Process | None = None

    def compile(self, dirs: tuple[Path, ...], **what: Any) -> dict[str, Any]:
        """What `worker` says of `compile_issue(**what)` with templates from `dirs`. Raises what that raises."""
        request = pickle.dumps((dirs, what), pickle.HIGHEST_PROTOCOL)
        name = f"{what['template']}.mjml"
        with self._lock:
            while True:
                process, fresh = self._running()
                answer = process.call(request, self._wall_s)
                if answer is not None:
                    return _opened(answer)
                self.close()
                if fresh or process.ended_by:
                    raise self._lost(name, process)
                # One that had waited may just have given up waiting: a fresh one is asked.

    def _running(self) -> tuple[_Process, bool]:
        if self._process is not None and self._process.running():
            return self._process, False
        self.close()
        try:
            self._process = _Process(self._cpu_s, self._memory_bytes)
        except OSError as error:
            why = str(error)
            raise DigestError("no process for templates could be started", why=why, try_="free memory") from error
        return self._process, True

    def _lost(self, name: str, process: _Process) -> TemplateError:
        if process.late or process.ended_by in (signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM):
            return TemplateError(
                "the template does not end",
                file=name,
                why=f"it was not done after {self._cpu_s} seconds of work, and could not be interrupted",
                try_="look for a power, a multiplication or a repetition of something huge",
            )
        return TemplateError(
            "the template broke the process it ran in",
            file=name,
            why=f"it ended with {process.ended_by}",
            try_="take out what you changed last",
        )

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process = None


class _Process:
    def __init__(self, cpu_s: int, memory_bytes: int) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._popen = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-P", "-m", "digest.render.worker", str(cpu_s), str(memory_bytes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
        )  # fmt: skip
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._to: Any = self._popen.stdin
        self._from: Any = self._popen.stdout
        self.late = False

    def call(self, request: bytes, wall_s: float) -> bytes | None:
        """The answer, or None when the process ended instead of giving one."""
        watchdog = threading.Timer(wall_s, self._too_late)
        watchdog.daemon = True
        watchdog.start()
        try:
            write_message(self._to, request)
            return read_message(self._from)
        except OSError:
            return None
        finally:
            watchdog.cancel()

    def _too_late(self) -> None:
        self.late = True
        self._popen.kill()

    def running(self) -> bool:
        return self._popen.poll() is None

    @property
    def ended_by(self) -> int:
        """The signal that ended it; below zero an exit code; 0 for an orderly end."""
        return -(self._popen.returncode or 0)

    def kill(self) -> None:
        for stream in (self._to, self._from):
            with suppress(OSError):
                stream.close()
        with suppress(subprocess.TimeoutExpired):  # it ends by itself when its input does
            self._popen.wait(0.5)
            return
        self._popen.kill()
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


def _opened(answer: bytes) -> dict[str, Any]:
    from digest.render.precheck.mistakes import told

    found: dict[str, Any] = json.loads(answer)
    if "compiled" in found:
        compiled: dict[str, Any] = found["compiled"]
        return compiled
    if "template_error" in found:
        raise told(found["template_error"])
    what, where, why, try_ = found["error"]
    raise DigestError(what, where=where, why=why, try_=try_)


shared = Confinement()
atexit.register(shared.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=shared.forget)
