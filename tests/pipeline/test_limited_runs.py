"""Limits, relays, staging copies and the breaker in whole runs, from the configuration to the mail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.clock.tick import tick
from digest.model import EventKind, IssueRow, IssueState, MailEvent, Traces
from digest.pipeline import limiting
from digest.pipeline.steering import release
from digest.store.events import Item
from support_smtp import Sink
from support_world import MONDAY, World, world


def dead(address: str) -> str | None:
    return "550 5.1.1 no such user" if address.startswith("dead") else None


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite(), refuse=dead) as made:
        yield made


def run(place: World) -> None:
    """The due time, with one article."""
    place.tick()
    place.feed.publish("Lamp night", place.clock + timedelta(hours=1))
    place.at(MONDAY + timedelta(minutes=1)).tick()


def test_a_staging_copy_mails_only_those_who_are_named(place: World) -> None:
    """An address and a domain of `only_to` are mailed; everybody else is skipped, and the counts say so."""
    place.people("ana@quay.example", "ben@quay.example", "cai@pier.example")
    place.configure(extra='[delivery]\nonly_to = ["ana@quay.example", "pier.example"]')
    run(place)
    [row] = place.issues()
    accounting = place.accounting(row)
    assert place.mailed() == ["ana@quay.example", "cai@pier.example"]
    assert (accounting.accepted, accounting.skipped, row.state) == (2, 1, IssueState.DONE)


def test_an_issue_with_many_dead_addresses_is_held_and_released(place: World) -> None:
    """held(breaker) with everybody else pending; released, those get it, and nobody gets it twice."""
    place.people(*(f"{'dead' if number % 10 == 5 else 'reader'}{number}@quay.example" for number in range(300)))
    run(place)
    [row] = place.issues()
    before = place.accounting(row)
    assert (row.state, row.reason) == (IssueState.HELD, "breaker") and "do not exist" in row.note
    assert before.waiting > 100 and before.accepted == len(place.mailed())
    place.configure(extra='[delivery]\nmax_hard_bounces = "100%"')
    with place.workspace() as workspace:
        release(workspace, row, by="editor")
        tick(workspace)
    [row] = place.issues()
    assert (row.state, place.accounting(row).accepted) == (IssueState.DONE, 270)
    assert len(place.mailed()) == len(set(place.mailed())) == 270


def test_a_digest_with_limits_goes_over_two_relays(place: World) -> None:
    """With both relays limited everybody is mailed once, some over each, and the day's count is kept."""
    place.people(*(f"reader{number}@quay.example" for number in range(60)))
    with Sink() as other:
        place.configure(
            digest='relays = ["main", "other"]',
            extra=f'rate = ["100/second", "1000/day"]\n[relay.other]\nurl = "{other.url}"\nrate = ["100/second"]\n'
            '[limit.quay]\ndomains = ["quay.example"]\nrate = ["60/second"]',
        )
        run(place)
        over_other = other.taken
    [row] = place.issues()
    assert (row.state, place.accounting(row).accepted) == (IssueState.DONE, 60)
    assert place.sink.taken + over_other == 60
    with place.workspace() as workspace, workspace.store.database.read() as connection:
        used = connection.exec_driver_sql("SELECT used FROM pace WHERE key = 'relay main'").scalar_one()
    assert sum(json.loads(used).values()) == place.sink.taken


def complain(place: World, row: IssueRow, count: int) -> None:
    """Proven complaints of so many who were mailed."""
    with place.workspace() as workspace, workspace.store.database.read() as connection:
        people = connection.exec_driver_sql("SELECT subscriber_id FROM delivery LIMIT ?", (count,)).scalars().all()
        for subscriber_id in people:
            event = MailEvent(EventKind.COMPLAINT, place.clock, Traces(row.id, subscriber_id), source="pipe")
            found = workspace.store.events.known(event.traces)
            assert found is not None
            known, trust = found
            workspace.store.events.record(
                [Item(event, known, known.key, trust)], at=place.clock, decide=lambda *_: None
            )


def test_complaints_while_an_issue_goes_out_hold_it(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of 200 are more than 0.3 %: a worker that looks stops, and says why; two are too few to tell."""
    place.people(*(f"reader{number}@quay.example" for number in range(200)))
    run(place)
    [row] = place.issues()
    monkeypatch.setattr(limiting, "LOOK_S", 0.0)
    for count, reason in ((2, ""), (3, "policy")):
        complain(place, row, count)
        with place.workspace() as workspace:
            assert limiting.Feedback(workspace, row).reason() == reason
            assert ("3 of 200 complained" in limiting.objections(workspace, row)) is bool(reason)
