"""The alarm clock rings when it should, survives what ticks raise, and never starts one after it was stopped."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from digest.clock.alarm import WallTrigger, earliest, run_alarm
from digest.recurrence import parse_schedule


@pytest.fixture(autouse=True)
def _sharp_ears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.clock.alarm.POLL_S", 0.02)


def utc_now() -> datetime:
    return datetime.now(UTC)


class Night:
    """Runs the alarm in a thread; collects ticks and errors."""

    def __init__(self, body: Callable[[int], None] = lambda count: None) -> None:
        self.ticks: list[datetime] = []
        self.errors: list[Exception] = []
        self.stop, self.ticked, self.body = threading.Event(), threading.Semaphore(0), body

    def tick(self) -> None:
        self.ticks.append(utc_now())
        self.ticked.release()
        self.body(len(self.ticks))

    def start(self, wakeups: object = lambda: None, **options: object) -> threading.Thread:
        options.setdefault("on_error", self.errors.append)
        thread = threading.Thread(target=run_alarm, args=(self.tick, wakeups), kwargs={"stop": self.stop, **options})
        thread.start()
        return thread

    def wait(self, ticks: int) -> None:
        for _ in range(ticks):
            assert self.ticked.acquire(timeout=5), f"only {len(self.ticks)} ticks"

    def end(self, thread: threading.Thread) -> float:
        began = time.monotonic()
        self.stop.set()
        thread.join(5)
        assert not thread.is_alive()
        return time.monotonic() - began


def test_it_ticks_at_start_and_stops_within_a_second() -> None:
    """The first tick needs no alarm, and `stop` ends a five-minute sleep at once."""
    night = Night()
    thread = night.start()
    night.wait(1)
    assert night.end(thread) < 1
    assert len(night.ticks) == 1


def test_it_wakes_at_the_next_occurrence() -> None:
    """An occurrence 0.3 s ahead is ticked for then, not at the next five-minute round, and not early."""
    due = utc_now() + timedelta(seconds=0.2)
    night = Night()
    thread = night.start(lambda: due)
    night.wait(2)
    night.end(thread)
    assert due <= night.ticks[1] < due + timedelta(seconds=2)


def test_it_ticks_regularly_without_any_occurrence() -> None:
    """`every_s` alone keeps it ticking (retries and reminders hang on it)."""
    night = Night()
    thread = night.start(every_s=0.05)
    night.wait(3)
    night.end(thread)


def test_a_tick_that_raises_is_reported_and_the_next_one_comes() -> None:
    """Neither a failing tick, nor a failing look at the schedule, nor a failing report ends the loop."""

    def raises(_: int) -> None:
        raise OSError("disk")

    def unknown() -> datetime:
        raise LookupError("schedule")

    night = Night(raises)
    thread = night.start(unknown, every_s=0.05)
    night.wait(2)
    night.end(thread)
    assert {type(error) for error in night.errors} == {OSError, LookupError}


def test_a_broken_report_does_not_end_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    """When even reporting fails the loop logs it and goes on."""

    def broken(_: object) -> None:
        raise RuntimeError("no mail today")

    caplog.set_level(logging.CRITICAL, logger="digest.clock.alarm")
    night = Night(broken)
    thread = night.start(every_s=0.05, on_error=broken)
    night.wait(2)
    night.end(thread)


def test_an_occurrence_that_passes_during_a_tick_is_ticked_for_at_once() -> None:
    """A second digest falling due while the first one is being sent does not wait for the next round."""
    due = utc_now() + timedelta(seconds=0.1)

    def slow(count: int) -> None:
        if count == 1:
            time.sleep(0.2)

    night = Night(slow)
    thread = night.start(lambda: due if utc_now() < due else None, every_s=60)
    night.wait(2)
    night.end(thread)
    assert night.ticks[1] - due < timedelta(seconds=1)


def test_a_wake_up_in_the_past_does_not_spin() -> None:
    """Something that stays due after a tick waits for the regular round instead of ticking without a pause."""
    past = utc_now() - timedelta(days=1)
    night = Night()
    thread = night.start(lambda: past, every_s=60)
    night.wait(1)
    time.sleep(0.15)
    night.end(thread)
    assert len(night.ticks) == 1


def test_nothing_starts_after_stop() -> None:
    """Fault of `shutdown(wait=True)`: what falls due while the last tick drains does not run."""
    due = utc_now() + timedelta(seconds=0.05)
    night = Night()

    def drain(_: int) -> None:
        night.stop.set()
        time.sleep(0.1)  # `due` passes here

    night.body = drain
    thread = night.start(lambda: due, every_s=0.05)
    thread.join(5)
    time.sleep(0.1)
    assert len(night.ticks) == 1


def test_ticks_never_overlap_and_stay_in_the_calling_thread() -> None:
    """`max_instances` is not what keeps them apart: one loop in one thread is."""
    threads, inside = set(), []

    def body(_: int) -> None:
        assert not inside
        inside.append(1)
        time.sleep(0.05)
        inside.clear()
        threads.add(threading.current_thread())

    night = Night(body)
    thread = night.start(every_s=0.01)
    night.wait(3)
    night.end(thread)
    assert threads == {thread}
    assert not night.errors


@pytest.mark.parametrize("hours", [9, -9])
def test_a_moved_clock_is_noticed(hours: int) -> None:
    """After a suspend, or a correction in either direction, it looks at once at what is due."""
    offset = [timedelta(0)]
    night = Night()
    thread = night.start(now=lambda: utc_now() + offset[0], every_s=3600)
    night.wait(1)
    offset[0] = timedelta(hours=hours)
    night.wait(1)
    night.end(thread)


def test_missed_fires_are_one_and_never_dropped() -> None:
    """A trigger asked late answers with a future instant, so that days asleep make one ring (misfires coalesce)."""
    now = utc_now()
    trigger = WallTrigger(now - timedelta(days=3), 300)
    assert trigger.get_next_fire_time(None, now) == now
    assert trigger.get_next_fire_time(now - timedelta(days=3), now) == now + timedelta(seconds=300)


def test_rules_reach_the_alarm_as_instants_only() -> None:
    """APScheduler would fire `0 9 * * 1` on Tuesday and 01:30 twice in autumn; the instants handed to it do neither."""
    monday = parse_schedule("0 9 * * 1", "UTC")
    night = parse_schedule("every day at 01:30", "America/New_York")
    assert earliest([monday], datetime(2026, 11, 23, 8, tzinfo=UTC)) == datetime(2026, 11, 23, 9, tzinfo=UTC)
    first = earliest([night], datetime(2026, 11, 1, 5, tzinfo=UTC))
    assert first == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert earliest([night], first) == datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
    assert earliest([], first) is None


def test_rules_may_be_given_directly() -> None:
    """A sequence of rules stands for their next occurrence."""
    night = Night()
    thread = night.start([parse_schedule("@yearly", "UTC")])
    night.wait(1)
    night.end(thread)
    assert not night.errors
