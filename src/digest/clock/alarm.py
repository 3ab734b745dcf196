"""The alarm clock of `digest run`: calls `tick` at every occurrence, at least every five minutes, until told to stop.

Does not decide what is due: the database does (one issue per period is a unique key), so an alarm that rings twice,
late or for nothing costs a query. Invariant: a tick starts only in the loop below, in the thread that called
`run_alarm`, one at a time, never once `stop` is set; a wake-up that passed while a tick ran is ticked for at once.

Why this way: APScheduler 3.11 is a good sleeper and a bad ledger. Its faults, and how each is kept away:

1. it numbers cron weekdays from Monday, joins day-of-month and day-of-week by "and", and fires twice in an autumn
   overlap: it never sees a rule; `WallTrigger` hands it instants computed by `digest.recurrence`;
2. with its default `misfire_grace_time=1` a run missed while the machine was off is dropped in silence: None here,
   with `coalesce`, and the first tick comes at start-up without any alarm;
3. a persistent job store recomputes the next run on `add_job(replace_existing=True)`, runs each fire once per process,
   and unpickles code from the database: the store is memory, and nothing is looked for in it;
4. during `shutdown(wait=True)` a job that falls due is refused by the executor and yet moved to its next run, a week
   on: the job here only rings a bell (microseconds), and what was due is due again for the next process;
5. its loop sleeps on the monotonic clock, which stands still while a laptop sleeps and knows nothing of a corrected
   wall clock: the loop below compares both clocks twice a second and rings when they part.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from digest.recurrence import Rule, next_occurrence

log = logging.getLogger(__name__)

POLL_S = 0.5  # how late a bell may be heard; `stop` is noticed at once
JUMP_S = 2.0  # wall clock and monotonic clock may part by this much (slewing) before it counts as a jump


class WallTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """Fires once at `wake` (aware; None: never), and every `every_s` seconds in any case."""

    def __init__(self, wake: datetime | None, every_s: float) -> None:
        self._wake, self._every = wake, timedelta(seconds=every_s)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """APScheduler asks again until the answer lies after `now`, so only the first answer may be `now` itself."""
        regular = now + self._every
        if self._wake is None or (previous_fire_time is not None and self._wake <= now):
            return regular
        return min(max(self._wake, now), regular)


def earliest(rules: Iterable[Rule], now: datetime) -> datetime | None:
    """The next occurrence of any of `rules` after `now`; None when there are none."""
    return min((next_occurrence(rule, now) for rule in rules), default=None)


def run_alarm(
    tick: Callable[[], None],
    next_wakeups: Callable[[], datetime | None] | Sequence[Rule],
    *,
    every_s: float = 300,
    stop: threading.Event,
    on_error: Callable[[Exception], None],
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Tick now, then at each instant `next_wakeups` names and at least every `every_s`, until `stop` is set.

    `next_wakeups` is asked around every tick; a sequence of rules stands for the next occurrence of any of them.
    Both run in the calling thread; what they raise goes to `on_error` and the loop goes on.
    A tick in progress is not interrupted: it watches `stop` itself. Returns when it has ended.
    """
    ask = next_wakeups if callable(next_wakeups) else partial(_next_of, next_wakeups, now)
    bell = threading.Event()
    scheduler = _scheduler(bell)
    try:
        while not stop.is_set():
            bell.clear()
            started = now()
            coming = _ask(ask, on_error)
            _attempt(tick, on_error)
            if coming is not None and started < coming <= now():
                continue  # it fell due while the tick was busy with something else
            _arm(scheduler, _after(_ask(ask, on_error), started), every_s)
            _await(bell, stop, now, monotonic)
    finally:
        scheduler.shutdown(wait=False)


def _next_of(rules: Sequence[Rule], now: Callable[[], datetime]) -> datetime | None:
    return earliest(rules, now())


def _scheduler(bell: threading.Event) -> BackgroundScheduler:
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone=UTC,
        daemon=True,
    )
    # Paused by a far-off first run: the loop arms it after its own first tick.
    scheduler.add_job(bell.set, WallTrigger(None, 86_400), id="bell")
    scheduler.start()
    return scheduler


def _arm(scheduler: BackgroundScheduler, wake: datetime | None, every_s: float) -> None:
    scheduler.reschedule_job("bell", trigger=WallTrigger(wake, every_s))


def _after(wake: datetime | None, started: datetime) -> datetime | None:
    """`wake`, unless the tick that began at `started` has seen it already: that one waits for the next round."""
    return wake if wake is not None and wake > started else None


def _await(
    bell: threading.Event, stop: threading.Event, now: Callable[[], datetime], monotonic: Callable[[], float]
) -> None:
    """Until the bell rings, `stop` is set, or the wall clock was moved (suspend, a correction by hand or by NTP)."""
    apart = now().timestamp() - monotonic()
    while not bell.is_set() and not stop.wait(POLL_S):
        jump = now().timestamp() - monotonic() - apart
        if abs(jump) > JUMP_S:
            log.info("the clock moved by %+.0f s: looking again at what is due", jump)
            return


def _ask(next_wakeups: Callable[[], datetime | None], on_error: Callable[[Exception], None]) -> datetime | None:
    try:
        return next_wakeups()
    except Exception as error:
        _report(on_error, error)
        return None


def _attempt(tick: Callable[[], None], on_error: Callable[[Exception], None]) -> None:
    try:
        tick()
    except Exception as error:
        _report(on_error, error)


def _report(on_error: Callable[[Exception], None], error: Exception) -> None:
    try:
        on_error(error)
    except Exception:  # a broken notifier must not end the schedule
        log.exception("reporting %r failed", error)
