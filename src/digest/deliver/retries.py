"""When to try again: pure arithmetic, the same for every worker.

Why this way: 5 minutes outlasts the usual greylisting delay, doubling lets an overloaded server recover, 4 hours still
gives a 24-hour digest eight tries. Jitter comes from the delivery id, not from chance: ten thousand people deferred in
one second come back spread over a minute, and a test or a second worker computes the same instant.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

FIRST_S = 5 * 60
CAP_S = 4 * 3600
JITTER = 0.2

BACKOFF_CAP_S = 300.0


def retry_at(attempt: int, now: datetime, *, seed: int) -> datetime:
    """When to try the delivery `seed` again after `attempt` earlier tries and one more, deferred at `now`.

    5, 10, 20, 40, 80, 160 minutes, then every 4 hours, each up to 20 % later.
    """
    base = min(FIRST_S * 2 ** min(max(attempt, 0), 16), CAP_S)
    digest = hashlib.sha256(f"{seed}:{attempt}".encode()).digest()
    spread = int.from_bytes(digest[:4], "big") / 2**32
    return now + timedelta(seconds=base * (1 + JITTER * spread))


def expired(first_at: datetime, now: datetime, finish_within_s: float) -> bool:
    """Whether a delivery first due at `first_at` is out of time: old news is not worth an inbox."""
    return now >= first_at + timedelta(seconds=finish_within_s)


def backoff_s(failures: int, *, chance: float) -> float:
    """Seconds to leave a relay alone after `failures` troubles in a row: 1, 2, 4 ... 300, up to a quarter more.

    `chance` is in 0..1: workers that lost the same relay in the same instant must not all come back in the same one.
    """
    return min(BACKOFF_CAP_S, 2.0 ** min(max(failures - 1, 0), 16) * (1 + chance / 4))
