"""Ctrl-C, SIGTERM and what they mean: Ctrl-C pauses an issue, SIGTERM only ends this process.

The first signal asks: stop claiming, finish what is on the wire, record it, leave. A second one ends at once; what
was on the wire then is settled by the next run, as after a kill. Taken over only around sending: at a question, or
while sources are read, Ctrl-C ends the command as anywhere else.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPT, TERMINATE = "interrupt", "terminate"


class StopRequest:
    """`reason()` is "" until a signal came, then "interrupt" or "terminate"."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self._reason = ""

    def reason(self) -> str:
        return self._reason

    def receive(self, number: int, frame: FrameType | None) -> None:
        if self._reason:
            os._exit(128 + number)
        self._reason = INTERRUPT if number == signal.SIGINT else TERMINATE
        self.event.set()


@contextmanager
def graceful_stop() -> Iterator[StopRequest]:
    """Take over SIGINT and SIGTERM for the duration (only the main thread may: elsewhere nothing is taken over)."""
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    previous = {number: signal.signal(number, request.receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
