"""A correction in mid-send, and late joiners: who gets which rendition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.errors import StateError, UsageError
from digest.model import DeliveryState, IssueRow, Outcome
from digest.pipeline import amending, steering
from digest.pipeline.issuing import find, make, named, plan
from digest.pipeline.watching import Watch
from support_world import MONDAY, World, world

HOUR = timedelta(hours=1)
STORIES = ("Lamp night", "Bridge opens", "Choir wanted")
PEOPLE = tuple(f"reader{number:02}@quay.example" for number in range(24))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A weekly with three articles and 24 readers, ready to be sent."""
    new_database: Callable[[], str] = request.getfixturevalue(f"new_{request.param}")
    with world(tmp_path, new_database()) as made:
        made.people(*PEOPLE)
        made.tick()
        for number, title in enumerate(STORIES):
            made.feed.publish(title, made.clock + number * HOUR)
        made.at(MONDAY)
        yield made


def send_some(place: World, count: int) -> IssueRow:
    """Freeze the issue and stop after `count` messages, as Ctrl-C does."""
    with place.workspace() as workspace:
        row = plan(workspace, find(workspace, "weekly"))
        stop = Watch(stop=lambda: "operator" if len(place.sink.messages) >= count else "")
        row = make(workspace, row, ask=True, accept_list=True, stop=stop.stop).row
        return steering.pause(workspace, workspace.store.issues.get(row.id), by="ana")


def article(place: World, title: str) -> int:
    with place.workspace() as workspace:
        return next(one.id for one in workspace.store.catalogue.find(limit=50) if one.title == title)


def renditions_received(place: World) -> dict[str, list[bool]]:
    """For each reader, whether each of their messages speaks of the lamp."""
    found: dict[str, list[bool]] = {}
    for one in place.sink.messages:
        body = message_from_bytes(one.data, policy=policy.default).get_body(("html",))
        assert body is not None
        found.setdefault(one.recipients[0], []).append("Lamp night" in body.get_content())
    return found


def test_everybody_has_exactly_one_of_the_two_renditions_and_the_list_says_which(place: World) -> None:
    """Those sent before the amendment have the first, all others the second, and nobody both."""
    send_some(place, 9)
    before = set(renditions_received(place))
    lamp = article(place, "Lamp night")
    with place.workspace() as workspace:
        row, made = amending.amend(workspace, named(workspace, "weekly/1"), drop=[lamp], reason="wrong date", by="ana")
        assert (made.number, made.moved) == (2, len(PEOPLE) - len(before))
        assert "Lamp night" not in made.content.subject + made.content.preheader + made.content.in_this_issue
        make(workspace, steering.resume(workspace, row, by="ana"), ask=True)
    got = renditions_received(place)
    assert set(got) == set(PEOPLE)
    assert {address for address, lamps in got.items() if lamps == [True]} == before
    assert {address for address, lamps in got.items() if lamps == [False]} == set(PEOPLE) - before
    with place.workspace() as workspace:
        row = named(workspace, "weekly/1")
        listed = {
            number: {one.address for one in workspace.store.issues.deliveries(row.id, rendition=number)}
            for number in (1, 2)
        }
        assert listed == {1: before, 2: set(PEOPLE) - before}
        assert str(row.state) == "done"


def test_a_worker_that_holds_rows_loses_them_to_the_amendment(place: World) -> None:
    """Claimed with the first rendition in memory, they must not be begun any more: somebody else takes them anew."""
    row = send_some(place, 3)
    with place.workspace() as workspace:
        store = workspace.store
        row = steering.resume(workspace, row, by="ana")
        worker = store.workers.register("host", 1, "then", at=workspace.now())
        ledger = store.ledger(row.id, worker, now=workspace.now)
        held = [one.delivery_id for one in ledger.claim(5)]
        begun = ledger.commit([], held[:1])
        lamp = article(place, "Lamp night")
        row, _ = amending.amend(workspace, row, drop=[lamp], reason="wrong", by="ana")
        steering.resume(workspace, row, by="ana")
        assert ledger.commit([], held[1:]) == set()
        ledger.commit([(begun.pop(), Outcome(DeliveryState.UNCERTAIN, workspace.now()))], [])
        store.workers.retire(worker, at=workspace.now())
        numbers = Counter(one.rendition for one in store.issues.deliveries(row.id, states=[DeliveryState.UNCERTAIN]))
        assert numbers == {1: 1}


def test_what_may_have_arrived_is_repeated_as_it_was(place: World) -> None:
    """Uncertain and then sent again: the same Message-ID must carry the same words, whatever was amended since."""
    row = send_some(place, 3)
    with place.workspace() as workspace:
        store = workspace.store
        row = steering.resume(workspace, row, by="ana")
        worker = store.workers.register("host", 1, "then", at=workspace.now())
        ledger = store.ledger(row.id, worker, now=workspace.now)
        held = [one.delivery_id for one in ledger.claim(1)]
        ledger.commit([], held)
        ledger.commit([(held[0], Outcome(DeliveryState.UNCERTAIN, workspace.now()))], [])
        store.workers.retire(worker, at=workspace.now())
        store.issues.resolve(held[0], received=False, at=workspace.now())
        address = next(one.address for one in store.issues.deliveries(row.id) if one.id == held[0])
        row, _ = amending.amend(workspace, store.issues.get(row.id), drop=[article(place, "Lamp night")], reason="x",
                                by="ana")  # fmt: skip
        make(workspace, steering.resume(workspace, row, by="ana"), ask=True)
    assert renditions_received(place)[address] == [True]


def test_an_amendment_can_be_amended(place: World) -> None:
    """The third rendition goes to those who have neither of the others."""
    send_some(place, 4)
    with place.workspace() as workspace:
        row = named(workspace, "weekly/1")
        for number, title in enumerate(("Lamp night", "Choir wanted"), 2):
            row, made = amending.amend(workspace, row, drop=[article(place, title)], reason="wrong", by="ana")
            assert made.number == number
        assert [item.title for item in made.content.items] == ["Bridge opens"]
        with pytest.raises(UsageError, match="would be empty"):
            amending.amend(workspace, row, drop=[article(place, "Bridge opens")], reason="wrong", by="ana")
        with pytest.raises(UsageError, match="is not in issue"):
            amending.amend(workspace, row, drop=[article(place, "Lamp night")], reason="wrong", by="ana")


def test_what_everybody_has_cannot_be_amended(place: World) -> None:
    """The refusal says so and names the way that is left."""
    place.tick()
    with place.workspace() as workspace, pytest.raises(StateError, match="everybody has it"):
        amending.amend(workspace, named(workspace, "weekly/1"), drop=[1], reason="wrong", by="ana")


def test_late_joiners_get_the_stored_issue_once(place: World) -> None:
    """Only they: the newest rendition, counted with the others; asked again, nobody is left."""
    place.tick()
    place.people(*PEOPLE, "late@quay.example", "later@quay.example")
    with place.workspace() as workspace:
        from digest.pipeline.listing import read_list

        read_list(workspace, "members", accept=True)
        row = named(workspace, "weekly/1")
        assert amending.count_missing(workspace, row) == 2
        assert amending.send_missing(workspace, row, by="ana") == 2
        make(workspace, workspace.store.issues.get(row.id), ask=True)
        assert amending.count_missing(workspace, row) == 0
        assert amending.send_missing(workspace, row, by="ana") == 0
        accounting = workspace.store.issues.accounting(row.id)
    assert (accounting.candidates, accounting.accepted, accounting.adds_up()) == (26, 26, True)
    assert Counter(one.recipients[0] for one in place.sink.messages)["late@quay.example"] == 1
    assert len(place.sink.messages) == 26


def test_a_sender_that_ran_through_the_amendment_fills_the_new_rendition(place: World) -> None:
    """Paused, amended and resumed between two of its claims, a worker meets a rendition it has never loaded."""
    from digest.pipeline.working import Filler

    row = send_some(place, 2)
    with place.workspace() as workspace:
        fill = Filler(workspace, row.id)
        amending.amend(workspace, row, drop=[article(place, "Lamp night")], reason="wrong", by="ana")
        waiting = next(iter(workspace.store.issues.deliveries(row.id, states=[DeliveryState.QUEUED])))
        recipient = workspace.store.issues.recipient(row.id, waiting.address)
        assert recipient is not None
        assert b"Lamp night" not in fill(recipient).data


def test_the_web_page_is_the_issue_as_amended_last_with_nothing_of_any_reader(place: World) -> None:
    """Complete, without an address, a token or what was taken out."""
    from digest.pipeline.working import web_page

    row = send_some(place, 2)
    with place.workspace() as workspace:
        assert "Lamp night" in web_page(workspace, row)
        row, _ = amending.amend(workspace, row, drop=[article(place, "Lamp night")], reason="wrong", by="ana")
        page = web_page(workspace, row)
        with pytest.raises(UsageError, match="is not in xx"):
            web_page(workspace, row, "xx")
    assert "Lamp night" not in page
    assert "Bridge opens" in page
    assert "@quay.example" not in page.replace("digest@riverside-makers.example", "")
    assert page.lstrip().lower().startswith("<!doctype html>")
