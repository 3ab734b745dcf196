"""Review before the automatic send: who is asked, what goes out, and what ends an approval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.editorial import NewOverride
from digest.errors import BusyError, ConfigError, StateError
from digest.model import Issue, IssueRow
from digest.pipeline import approving, steering
from digest.pipeline.editing import change, editable, planned
from digest.pipeline.issuing import named
from support_world import MONDAY, World, world

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
STORIES = ("Lamp night", "Bridge opens", "Choir wanted")


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    """A reviewed weekly, first seen last Wednesday, with three articles since."""
    with world(tmp_path, new_sqlite()) as made:
        made.configure(digest='review = "3h"\napprovers = ["boss@quay.example"]')
        made.tick()
        for number, title in enumerate(STORIES):
            made.feed.publish(title, made.clock + number * HOUR)
        yield made


def approve(place: World, name: str = "weekly", *, by: str = "ana", seen: str | None = None) -> IssueRow:
    with place.workspace() as workspace:
        return approving.approve(workspace, planned(workspace, name), by=by, seen=seen)


def standing(place: World) -> approving.Standing:
    with place.workspace() as workspace:
        return approving.standing(workspace, place.issues()[0])


def sent(place: World) -> Issue:
    with place.workspace() as workspace:
        content = workspace.store.issues.content(place.issues()[-1].id)
    assert content is not None
    return content


def mails_to(place: World, address: str) -> list[str]:
    found = [message_from_bytes(one.data, policy=policy.default) for one in place.sink.messages]
    return [str(one["Subject"]) for one in found if address in str(one["To"])]


def titles(issue: Issue) -> set[str]:
    return {item.title for item in issue.items}


def test_three_hours_ahead_the_approvers_get_word_and_the_issue_itself(place: World) -> None:
    """Not before; then once, however many ticks follow; and readers get nothing yet."""
    place.at(MONDAY - 3 * HOUR - MINUTE).tick()
    assert place.issues() == []
    for minutes in (0, 5, 10):
        place.at(MONDAY - 3 * HOUR + minutes * MINUTE).tick()
    (row,) = place.issues()
    assert (str(row.state), row.name) == ("awaiting_approval", "weekly/1")
    word, preview = sorted(mails_to(place, "boss@quay.example"), key=lambda one: "[test]" in one)
    assert "weekly/1 waits for your approval" in word
    assert preview.startswith("[test]")
    assert len(place.sink.messages) == 2


def test_an_approved_issue_goes_out_at_its_time_with_that_very_content(place: World) -> None:
    """What was published between approval and sending waits for the next issue."""
    place.at(MONDAY - 3 * HOUR).tick()
    approve(place)
    place.feed.publish("Late arrival", MONDAY - 2 * HOUR)
    place.at(MONDAY - HOUR).tick()
    assert str(place.issues()[0].state) == "awaiting_approval"
    place.at(MONDAY).tick()
    assert str(place.issues()[0].state) == "done"
    assert titles(sent(place)) == set(STORIES)
    assert len(mails_to(place, "ben@quay.example")) == 1
    place.at(MONDAY + 7 * DAY - 3 * HOUR).tick()
    approve(place)
    place.at(MONDAY + 7 * DAY).tick()
    assert titles(sent(place)) == {"Late arrival"}


def test_unapproved_at_its_time_it_is_held_and_an_approval_then_sends_it(place: World) -> None:
    """Held once, the operator told; approving releases it."""
    place.at(MONDAY - 3 * HOUR).tick()
    place.at(MONDAY).tick()
    row = place.issues()[0]
    assert (str(row.state), row.reason, row.note) == ("held", "unapproved", "nobody has approved it")
    assert mails_to(place, "ben@quay.example") == []
    after = approve(place, "weekly/1")
    assert str(after.state) == "planned"
    place.at(MONDAY + 8 * DAY).tick()  # later than catch_up, but a person has said go
    assert str(place.issues()[0].state) == "done"
    assert len(mails_to(place, "ben@quay.example")) == 1


def test_if_unapproved_send_sends_what_there_is(place: World) -> None:
    """The operator chose that no answer is a yes: what came after the review is in it too."""
    place.configure(digest='review = "3h"\napprovers = ["boss@quay.example"]\nif_unapproved = "send"')
    place.at(MONDAY - 3 * HOUR).tick()
    place.feed.publish("Late arrival", MONDAY - 2 * HOUR)
    place.at(MONDAY).tick()
    assert titles(sent(place)) == {*STORIES, "Late arrival"}


def test_off_during_the_review_it_is_held_all_the_same(place: World) -> None:
    """A machine that wakes after the review's time must not send what nobody saw."""
    place.at(MONDAY + HOUR).tick()
    assert [(str(row.state), row.reason) for row in place.issues()] == [("held", "unapproved")]


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("edit", "ana made a change: subject"),
        ("corrected", "“Lamp night” was changed by its source"),
        ("excluded", "“Lamp night” was taken back by its source, excluded, or mailed with another issue"),
        ("look", "the template, the theme or the configuration was changed, and the issue looks different"),
    ],
)
def test_what_readers_would_see_differently_ends_the_approval(place: World, what: str, reason: str) -> None:
    """It is told once, and at its time the issue counts as unapproved."""
    place.at(MONDAY - 3 * HOUR).tick()
    approve(place)
    assert standing(place).stands
    _disturb(place, what)
    for minutes in (60, 65):
        place.at(MONDAY - 3 * HOUR + minutes * MINUTE).tick()
    assert standing(place).objections == (reason,)
    assert [one for one in mails_to(place, "boss@quay.example") if "changed after it was approved" in one] != []
    told = [one for one in mails_to(place, "boss@quay.example") if "changed after it was approved" in one]
    assert len(told) == 1
    place.at(MONDAY).tick()
    row = place.issues()[0]
    assert (str(row.state), row.reason) == ("held", "unapproved")
    assert reason in row.note
    approve(place, "weekly/1", by="eva")
    place.at(MONDAY + 5 * MINUTE).tick()
    assert str(place.issues()[0].state) == "done"


def _disturb(place: World, what: str) -> None:
    with place.workspace() as workspace:
        lamp = next(one.id for one in workspace.store.catalogue.find(limit=50) if one.title == "Lamp night")
        if what == "edit":
            change(workspace, editable(workspace, "weekly"), [NewOverride("subject", None, "Another")], by="ana")
        elif what == "excluded":
            workspace.store.marks.exclude(lamp, digest="weekly", at=workspace.now(), by="ana")
    if what == "corrected":
        for item in place.feed.items:
            if item["title"] == "Lamp night":
                item["body"] = "Lamp night began an hour later than we wrote. " + item["body"]
        with place.workspace() as workspace:
            from digest.pipeline.gathering import gather

            place.at(place.clock + 2 * HOUR)
            gather(workspace, workspace.sources_of("weekly"))
    if what == "look":
        place.configure(
            digest='review = "3h"\napprovers = ["boss@quay.example"]', extra='[theme]\naccent = "#7a1f3d"\n'
        )


def test_a_change_undone_brings_the_approval_back(place: World) -> None:
    """The approval is of a content: when that is what it was, it stands."""
    from digest.pipeline.editing import Undo

    place.at(MONDAY - 3 * HOUR).tick()
    approve(place)
    with place.workspace() as workspace:
        change(workspace, editable(workspace, "weekly"), [NewOverride("subject", None, "Another")], by="ana")
        assert not approving.standing(workspace, place.issues()[0]).stands
        change(workspace, editable(workspace, "weekly"), [Undo(1)], by="ana")
        assert approving.standing(workspace, place.issues()[0]).stands


def test_an_approval_of_something_else_than_what_was_seen_is_refused(place: World) -> None:
    """The browser sends the hash of what it showed."""
    place.at(MONDAY - 3 * HOUR).tick()
    with place.workspace() as workspace:
        row = place.issues()[0]
        seen = approving.fingerprint(workspace, approving.draft_for(workspace, row).issue)
        change(workspace, editable(workspace, "weekly"), [NewOverride("subject", None, "Another")], by="ben")
    with pytest.raises(BusyError, match="changed since you looked"):
        approve(place, seen=seen)
    assert standing(place).approval is None


def test_released_it_goes_out_unapproved(place: World) -> None:
    """The operator may always decide."""
    place.at(MONDAY - 3 * HOUR).tick()
    place.at(MONDAY).tick()
    with place.workspace() as workspace:
        steering.release(workspace, named(workspace, "weekly/1"), by="ana")
    place.at(MONDAY + MINUTE).tick()
    assert str(place.issues()[0].state) == "done"


def test_a_digest_without_review_may_be_approved_ahead(place: World) -> None:
    """An approval counts wherever it is given."""
    place.configure()
    place.at(MONDAY - DAY).tick()
    row = approve(place)
    assert str(row.state) == "awaiting_approval"
    place.feed.publish("Late arrival", MONDAY - 2 * HOUR)
    place.at(MONDAY).tick()
    assert titles(sent(place)) == set(STORIES)


def test_nothing_new_asks_nobody_and_closes_the_period(place: World) -> None:
    """No review mail for an empty issue; at its time it is skipped, not held."""
    place.feed.items.clear()
    place.at(MONDAY - 3 * HOUR).tick()
    assert place.sink.messages == []
    place.at(MONDAY).tick()
    assert [(str(row.state), row.reason) for row in place.issues()] == [("skipped", "nothing_new")]


def test_what_is_done_cannot_be_approved(place: World) -> None:
    """The refusal says what the issue is."""
    place.at(MONDAY - 3 * HOUR).tick()
    approve(place)
    place.at(MONDAY).tick()
    with place.workspace() as workspace, pytest.raises(StateError, match="does not take the command approve"):
        approving.approve(workspace, named(workspace, "weekly/1"), by="ana")


@pytest.mark.parametrize(
    ("settings", "what"),
    [
        ('review = "3h"', "nobody is told of it"),
        ('review = "8d"\napprovers = ["boss@quay.example"]', "as long as the time between two issues"),
        ('if_unapproved = "send"', "is for digests that are reviewed"),
    ],
)
def test_a_review_that_cannot_work_is_a_mistake(place: World, settings: str, what: str) -> None:
    """Told with the line and a way out, before anything is sent."""
    place.configure(digest=settings)
    with pytest.raises(ConfigError, match=what), place.workspace():
        pass
