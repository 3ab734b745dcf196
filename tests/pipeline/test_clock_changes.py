"""Clocks that jump, summer time that begins and ends, machines that sleep: one issue per occurrence all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.clock.tick import tick
from digest.model import IssueState
from support_world import MONDAY, World, states, world

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        yield made


@pytest.mark.parametrize(
    ("night", "at", "due"),
    [
        # Dublin, 29 March 2026: 01:00 to 02:00 does not exist; an occurrence in the gap comes after it.
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "01:30", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # Dublin, 25 October 2026: 01:00 to 02:00 comes twice; the first one counts.
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), "01:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_ticks_through_a_change_of_summer_time_make_one_issue_at_its_instant(
    place: World, night: datetime, at: str, due: datetime
) -> None:
    """Every five minutes through the night, with news all the time: exactly one issue, at the due instant."""
    place.configure(schedule=f"every day at {at}")
    place.at(night - timedelta(days=2)).tick()
    place.at(night - timedelta(days=1) + 3 * HOUR).tick()
    known = len(place.issues())
    sent_at = []
    for step in range(48):
        now = night + step * 5 * MINUTE
        place.feed.publish(f"News {step}", now - MINUTE)
        before = len(place.issues())
        place.at(now).tick()
        sent_at += [now] * (len(place.issues()) - before)

    assert sent_at == [due]
    assert states(place.issues())[known:] == ["done"]
    assert len(place.mailed()) % 3 == 0


def test_a_clock_set_back_by_an_hour_repeats_nothing(place: World) -> None:
    """09:01, then 08:01 again: the occurrence is over, by day and by hand."""
    from digest.pipeline.issuing import Verdict, find

    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    place.at(MONDAY + MINUTE).tick()
    place.feed.publish("Second lamp", MONDAY)
    for minute in range(0, 70, 5):
        place.at(MONDAY - 59 * MINUTE + minute * MINUTE).tick()

    assert (states(place.issues()), len(place.mailed())) == (["done"], 3)
    with place.at(MONDAY - 30 * MINUTE).workspace() as workspace:
        assert find(workspace, "weekly").verdict is Verdict.ALREADY


def test_a_clock_set_back_in_mid_send_loses_nobody(place: World) -> None:
    """An interrupted send is finished by a tick whose clock says an earlier hour."""
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    place.at(MONDAY + MINUTE)
    with place.workspace() as workspace:
        tick(workspace, stop=lambda: "signal" if place.sink.messages else "")
    place.at(MONDAY - 59 * MINUTE).tick()

    assert (states(place.issues()), len(place.mailed())) == (["done"], 3)


def test_a_period_that_is_due_while_the_last_issue_still_retries_is_made(
    tmp_path: Path, new_sqlite: Callable[[], str]
) -> None:
    """A reader who is deferred for days holds up nobody's next issue, and gets both."""
    grey = {"ben@quay.example"}
    with world(tmp_path, new_sqlite(), refuse=lambda who: "450 4.7.1 later" if who in grey else None) as place:
        place.configure(schedule="every day at 09:00", digest='finish_within = "3d"')
        place.tick()
        for day in range(2):
            place.feed.publish(f"Lamp {day}", MONDAY + timedelta(days=day - 5) + 25 * HOUR)
            place.at(MONDAY + timedelta(days=day - 3) + MINUTE).tick()
        assert states(place.issues())[-2:] == ["sending", "sending"]
        grey.clear()
        place.at(place.clock + 5 * HOUR).tick()

        assert states(place.issues())[-2:] == ["done", "done"]
        assert place.mailed().count("ben@quay.example") == place.mailed().count("ana@quay.example") == 2


def test_a_deferred_reader_who_unsubscribes_is_not_tried_again(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    """Rule 6 holds for retries too: skipped(unsubscribed), and the issue is over."""
    from digest.pipeline.unsubscribing import unsubscribe_by_address

    grey = {"ben@quay.example"}
    with world(tmp_path, new_sqlite(), refuse=lambda who: "450 4.7.1 later" if who in grey else None) as place:
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE).tick()
        grey.clear()
        with place.workspace() as workspace:
            unsubscribe_by_address(workspace, "ben@quay.example", list_name=None, source="test")
        place.at(MONDAY + HOUR).tick()

        assert "ben@quay.example" not in place.mailed()
        assert place.accounting(place.issues()[0]).reasons == {"skipped(unsubscribed)": 1}
        assert states(place.issues()) == ["done"]


def test_a_suppression_during_a_send_takes_effect_at_once(place: World) -> None:
    """Who is suppressed after the second message, and is not on the wire yet, is not mailed."""
    place.configure(extra="connections = 1")
    place.people(*(f"reader{number}@quay.example" for number in range(8)))
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    place.at(MONDAY + MINUTE)

    def suppress_the_last(report: Any) -> None:
        if report.accepted == 2:
            with place.workspace() as other:
                other.store.audience.suppress("reader7@quay.example", "complaint", at=place.clock)

    with place.workspace() as workspace:
        tick(workspace, progress=suppress_the_last)

    assert len(place.mailed()) == 7 and "reader7@quay.example" not in place.mailed()
    assert place.accounting(place.issues()[0]).reasons == {"skipped(suppressed)": 1}


def test_a_reader_who_changes_address_in_mid_send_is_accounted_for(place: World) -> None:
    """The address frozen with the issue is off the list: skipped, not mailed; the next issue goes to the new one."""
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    place.at(MONDAY + MINUTE)
    with place.workspace() as workspace:
        tick(workspace, stop=lambda: "signal" if place.sink.messages else "")
    (had,) = place.mailed()
    moved = next(name for name in ("ana", "ben", "cai") if name not in had)
    stay = [f"{name}@quay.example" for name in ("ana", "ben", "cai") if name != moved]
    place.people(*stay, f"{moved}@harbour.example")
    with place.workspace() as workspace:
        from digest.pipeline.listing import read_list

        read_list(workspace, "members")
    place.at(MONDAY + 6 * MINUTE).tick()
    assert f"{moved}@quay.example" not in place.mailed()
    assert place.accounting(place.issues()[0]).reasons == {"skipped(left_list)": 1}
    place.feed.publish("Next lamp", MONDAY + HOUR)
    place.at(MONDAY + WEEK + MINUTE).tick()

    assert f"{moved}@harbour.example" in place.mailed()


@pytest.mark.parametrize("hours", [3, 70])
def test_a_resumed_issue_has_its_whole_time_again(tmp_path: Path, new_sqlite: Callable[[], str], hours: int) -> None:
    """Paused for days and then resumed by its editor, it is neither held as late nor are its retries expired."""
    from digest.pipeline import steering
    from digest.pipeline.issuing import make, named

    grey = {"ben@quay.example"}
    with world(tmp_path, new_sqlite(), refuse=lambda who: "450 4.7.1 later" if who in grey else None) as place:
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE)
        with place.workspace() as workspace:
            tick(workspace, stop=lambda: "signal" if place.sink.messages else "")
            steering.pause(workspace, named(workspace, "weekly/1"), by="test")
        place.at(MONDAY + hours * HOUR)
        with place.workspace() as workspace:
            row = steering.resume(workspace, named(workspace, "weekly/1"), by="test")
            make(workspace, row, ask=True)
        place.at(place.clock + 2 * MINUTE).tick()
        assert place.issues()[0].state is IssueState.SENDING
        grey.clear()
        place.at(place.clock + HOUR).tick()

        assert (states(place.issues()), sorted(set(place.mailed()))) == (["done"], sorted(place.mailed()))
        assert len(place.mailed()) == 3


def test_somebody_retried_after_a_week_and_deferred_again_is_not_expired_at_once(
    tmp_path: Path, new_sqlite: Callable[[], str]
) -> None:
    """`issue retry` gives the issue its time again; the command works on a done issue."""
    from digest.pipeline import steering
    from digest.pipeline.issuing import make, named

    answer = {"ben@quay.example": "550 5.2.0 mailbox busy"}
    with world(tmp_path, new_sqlite(), refuse=answer.get) as place:
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE).tick()
        answer["ben@quay.example"] = "450 4.7.1 later"
        with place.at(MONDAY + WEEK - HOUR).workspace() as workspace:
            row, count = steering.retry(workspace, named(workspace, "weekly/1"), addresses=[], by="test")
            assert count == 1
            make(workspace, row, ask=True)
        place.at(place.clock + 2 * MINUTE).tick()
        answer.clear()
        place.at(place.clock + 20 * MINUTE).tick()

        assert place.mailed().count("ben@quay.example") == 1
        assert states(place.issues()) == ["done"]
