"""Whose turn it is: one request at a time to each host, with a rest between two.

Does not know what is asked. Invariant: two requests to one host never overlap, whatever asks for them and on whichever
redirect they come there; nobody holds two turns at once, so nobody waits in a circle.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Turn:
    """One host's. `rest_until` is on the monotonic clock; whoever has the turn may push it back."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    rest_until: float = 0.0

    def rest(self, seconds: float) -> None:
        """Let `seconds` pass before the next request."""
        self.rest_until = time.monotonic() + seconds


class Turns:
    """One `Turn` for each host name, made when it is first asked for."""

    def __init__(self) -> None:
        self._turns: dict[str, Turn] = {}
        self._guard = threading.Lock()

    @contextmanager
    def of(self, host: str) -> Iterator[tuple[Turn, float]]:
        """The host's turn, and how many seconds it took to get it."""
        with self._guard:
            turn = self._turns.setdefault(host.lower(), Turn())
        started = time.monotonic()
        with turn.lock:
            pause = turn.rest_until - time.monotonic()
            if pause > 0:
                time.sleep(pause)
            yield turn, time.monotonic() - started
