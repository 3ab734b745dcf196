"""What each command does to an issue in each state, through the database: a table, complete."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.errors import StateError
from digest.model import IssueRow, IssueState
from digest.pipeline import steering
from digest.pipeline.issuing import Terms, advance, find, hold, named, plan
from digest.pipeline.watching import UNWATCHED
from digest.pipeline.workspace import Workspace
from support_world import MONDAY, World, world

S = IssueState
STATES = ["planned", "held", "skipped", "missed", "frozen", "held_frozen", "sending", "paused", "done", "cancelled"]
# command -> state it is given in -> state it leads to; everything that is not here is refused
LEADS = {
    "hold": {"planned": S.HELD, "frozen": S.HELD},
    "release": {"held": S.PLANNED, "skipped": S.PLANNED, "missed": S.PLANNED, "held_frozen": S.FROZEN},
    "pause": {"frozen": S.PAUSED, "sending": S.PAUSED},
    "resume": {"paused": S.SENDING},
    "skip": {"planned": S.SKIPPED, "held": S.SKIPPED},
    "cancel": {
        "planned": S.CANCELLED, "held": S.CANCELLED, "frozen": S.CANCELLED, "held_frozen": S.CANCELLED,
        "sending": S.CANCELLED, "paused": S.CANCELLED,
    },
    "retry": {"sending": S.SENDING, "done": S.DONE},
}  # fmt: skip


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        made.tick()
        made.feed.publish("Lamp night", made.clock + timedelta(hours=1))
        yield made.at(MONDAY + timedelta(minutes=1))


def brought_to(workspace: Workspace, state: str) -> IssueRow:
    """The issue of the period, by the real steps, in this state."""
    issues, now = workspace.store.issues, workspace.now()
    row = plan(workspace, find(workspace, "weekly"))
    if state in ("planned", "held", "skipped", "missed"):
        if state == "held":
            return hold(workspace, row, "editor", "")
        return row if state == "planned" else issues.move(row, S(state), at=now, reason="editor")
    if state == "done":
        return advance(workspace, row, Terms(ask=True), UNWATCHED).row
    from digest.pipeline import sending
    from digest.pipeline.issuing import _owned, _prepare

    row = _owned(workspace, row, lambda mine: _prepare(workspace, mine, Terms(ask=True), UNWATCHED, None)).row
    assert row.state is S.FROZEN
    if state == "held_frozen":
        return hold(workspace, row, "breaker", "")
    if state in ("sending", "paused"):
        row = sending._begin(workspace, row.id)
    if state in ("paused", "cancelled"):
        row = issues.move(row, S(state), at=now)
    return row


@pytest.mark.parametrize("state", STATES)
def test_each_command_leads_where_the_table_says_or_is_refused(place: World, state: str) -> None:
    """From one state: each command either moves the issue as listed, or refuses, says what fits, changes nothing."""
    with place.workspace() as workspace:
        row = brought_to(workspace, state)
    database = Path(place.database_url.removeprefix("sqlite:///"))
    for command, leads in LEADS.items():
        copy = database.with_name(f"{command}.db")
        shutil.copy(database, copy)
        place.database_url = f"sqlite:///{copy}"
        with place.workspace() as workspace:
            row = workspace.store.issues.get(row.id)
            if state not in leads:
                with pytest.raises(StateError) as refused:
                    give(workspace, command, row)
                assert refused.value.try_, command
                assert workspace.store.issues.get(row.id) == row, command
                continue
            after = give(workspace, command, row)
            assert after.state is leads[state], command
            assert after == workspace.store.issues.get(row.id), command
            accounting = workspace.store.issues.accounting(row.id)
            assert accounting.adds_up()
            if command == "cancel":
                assert accounting.waiting == 0
                eligible = workspace.store.articles.eligible("weekly", "every")
                assert len(eligible) == 1 or state in ("planned", "held"), "nobody got it: its article is free"


def give(workspace: Workspace, command: str, row: IssueRow) -> IssueRow:
    match command:
        case "hold":
            return steering.hold(workspace, row, note="", by="test")
        case "skip" | "cancel":
            return {"skip": steering.skip, "cancel": steering.cancel}[command](workspace, row, note="", by="test")
        case "retry":
            return steering.retry(workspace, row, addresses=[], by="test")[0]
        case _:
            act = {"release": steering.release, "pause": steering.pause, "resume": steering.resume}[command]
            return act(workspace, row, by="test")


def test_a_skipped_issue_can_be_named_and_released(place: World) -> None:
    """It has handed its number back, and is named by its period."""
    with place.workspace() as workspace:
        row = steering.skip(workspace, plan(workspace, find(workspace, "weekly")), note="", by="test")
        assert row.number is None
        assert named(workspace, row.name).id == row.id
        assert steering.release(workspace, named(workspace, row.name), by="test").state is S.PLANNED
