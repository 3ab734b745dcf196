"""Several processes, or a person and the clock, at the same issue at the same time: real processes, both engines."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.clock.tick import tick
from digest.errors import BusyError
from digest.model import IssueState
from digest.pipeline import steering
from digest.pipeline.issuing import find, make, named, plan
from support_world import MONDAY, World, states, world

FORK = multiprocessing.get_context("fork")
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def together(place: World, *acts: Callable[[World], Any]) -> list[Any]:
    """Run each act in a process of its own, all released at the same moment; what each came to."""
    barrier, answers = FORK.Barrier(len(acts)), FORK.Queue()

    def one(number: int, act: Callable[[World], Any]) -> None:
        barrier.wait(20)
        try:
            answers.put((number, act(place)))
        except BusyError:
            answers.put((number, "busy"))
        except BaseException as error:
            answers.put((number, f"{type(error).__name__}: {error}"))

    processes = [FORK.Process(target=one, args=(number, act)) for number, act in enumerate(acts)]
    for process in processes:
        process.start()
    found = [answers.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(20)
    return [answer for _, answer in sorted(found)]


def ticks(place: World) -> list[str]:
    return [step.what if step.what != "failed" else step.error for step in place.tick()]


def sends(place: World) -> str:
    with place.workspace() as workspace:
        found = find(workspace, "weekly")
        if str(found.verdict) not in ("make", "resume"):
            return str(found.verdict)
        row = found.row if str(found.verdict) == "resume" else plan(workspace, found)
        assert row is not None
        return str(make(workspace, row, ask=True, accept_list=True).row.state)


def test_processes_that_tick_at_once_from_the_first_sight_on_send_one_issue(
    tmp_path: Path, new_url: Callable[[], str]
) -> None:
    """Three ticks at the same moment, at the first sight and again at the due time: one issue, everybody once."""
    with world(tmp_path, new_url()) as place:
        first = together(place, ticks, ticks, ticks)
        assert sum("baseline" in answer for answer in first) == 1, first
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE)
        second = together(place, ticks, ticks, ticks)
        assert all(set(answer) <= {"made", "busy", "idle"} for answer in second), second
        place.at(MONDAY + 2 * MINUTE).tick()

        assert states(place.issues()) == ["done"]
        assert Counter(place.mailed()) == {f"{name}@quay.example": 1 for name in ("ana", "ben", "cai")}
        assert place.issues()[0].number == 1


def test_a_person_and_the_clock_at_once_send_one_issue(tmp_path: Path, new_url: Callable[[], str]) -> None:
    """`digest send` and `send --due` in the same second: everybody once, and nobody is told of a failure."""
    with world(tmp_path, new_url()) as place:
        place.people(*(f"reader{number}@quay.example" for number in range(12)))
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE)
        answers = together(place, ticks, sends, ticks)
        place.tick()

        assert states(place.issues()) == ["done"], answers
        assert set(Counter(place.mailed()).values()) == {1}
        assert len(place.mailed()) == 12
        assert "Error" not in str(answers), answers


def test_two_extra_issues_in_the_same_second_mail_everybody_once(tmp_path: Path, new_url: Callable[[], str]) -> None:
    """`--extra` twice: the second one has nothing to say."""

    def extra(place: World) -> str:
        with place.workspace() as workspace:
            return str(make(workspace, plan(workspace, find(workspace, "weekly", extra=True)), ask=True).row.state)

    with world(tmp_path, new_url()) as place:
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY - HOUR)
        together(place, extra, extra)
        extra(place.at(MONDAY - HOUR + timedelta(seconds=40)))

        assert set(Counter(place.mailed()).values()) == {1}
        assert [state for state in states(place.issues()) if state == "done"] == ["done"]


def test_a_machine_has_one_sender_for_an_issue(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    """While a send lasts, the cron line of the next five minutes finds it busy and opens no second connection."""
    with world(tmp_path, new_sqlite(), delay_s=0.02) as place:
        place.configure(extra="connections = 1")
        place.people(*(f"reader{number}@quay.example" for number in range(20)))
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE)
        sender = threading.Thread(target=place.tick)
        sender.start()
        while len(place.sink.messages) < 3:
            time.sleep(0.01)
        with place.workspace() as workspace:
            steps = tick(workspace)
        assert [step.what for step in steps] == ["busy"]
        sender.join()

        assert place.sink.connections == 1
        assert states(place.issues()) == ["done"]


@pytest.mark.parametrize("act", ["hold", "skip", "cancel"])
def test_what_an_editor_decides_while_the_issue_is_being_prepared_stands(
    tmp_path: Path, new_sqlite: Callable[[], str], act: str
) -> None:
    """Held, skipped or cancelled during the gathering, the issue is not frozen and nobody is mailed."""
    with world(tmp_path, new_sqlite()) as place:
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE)

        def decide(_: object) -> None:
            with place.workspace() as other:
                (row,) = other.store.issues.open("weekly")
                if row.state is IssueState.PLANNED:
                    {"hold": steering.hold, "skip": steering.skip, "cancel": steering.cancel}[act](
                        other, row, note="", by="editor"
                    )

        with place.workspace() as workspace:
            tick(workspace, on_source=decide)
        place.at(MONDAY + 6 * MINUTE).tick()

        expected = {"hold": "held(editor)", "skip": "skipped(editor)", "cancel": "cancelled(editor)"}[act]
        assert states(place.issues()) == [expected]
        assert place.mailed() == []


def test_a_pause_during_a_send_stops_it_and_no_tick_goes_on(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    """Paused by another process after two messages: at most those on the wire follow; `resume` sends the rest."""
    with world(tmp_path, new_sqlite()) as place:
        place.configure(extra="connections = 1")
        place.people(*(f"reader{number}@quay.example" for number in range(9)))
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE)

        def pause_after_two(report: Any) -> None:
            if report.accepted == 2:
                with place.workspace() as other:
                    steering.pause(other, named(other, "weekly/1"), by="test")

        with place.workspace() as workspace:
            tick(workspace, progress=pause_after_two)
        paused_at = len(place.mailed())
        assert (states(place.issues()), 2 <= paused_at <= 4) == (["paused"], True)
        place.at(MONDAY + 6 * MINUTE).tick()
        assert len(place.mailed()) == paused_at

        with place.workspace() as workspace:
            make(workspace, steering.resume(workspace, named(workspace, "weekly/1"), by="test"), ask=True)
        assert (states(place.issues()), len(set(place.mailed())), len(place.mailed())) == (["done"], 9, 9)


def test_a_cancel_during_a_send_leaves_nobody_waiting(tmp_path: Path, new_url: Callable[[], str]) -> None:
    """Who has it keeps it, the rest is skipped(cancelled) in the same moment, and its articles stay consumed."""
    with world(tmp_path, new_url()) as place:
        place.configure(extra="connections = 1")
        place.people(*(f"reader{number}@quay.example" for number in range(9)))
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE)

        def cancel_after_two(report: Any) -> None:
            if report.accepted == 2:
                with place.workspace() as other:
                    steering.cancel(other, named(other, "weekly/1"), note="", by="test")

        with place.workspace() as workspace:
            tick(workspace, progress=cancel_after_two)
        accounting = place.accounting(place.issues()[0])
        assert 2 <= accounting.accepted == len(place.mailed()) <= 4
        assert (accounting.skipped, accounting.waiting) == (9 - accounting.accepted, 0)
        with place.workspace() as workspace:
            assert workspace.store.articles.eligible("weekly", "every") == []
