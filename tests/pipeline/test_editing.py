"""What becomes of an editor's work: it waits for its time, follows its schedule, and goes out once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.editorial import NewOverride
from digest.errors import BusyError, StateError, UsageError
from digest.model import Issue
from digest.pipeline import steering
from digest.pipeline.drafting import draft
from digest.pipeline.editing import Change, Review, Target, Undo, change, editable, keep_in_step, review, standings
from digest.pipeline.gathering import enroll
from digest.pipeline.issuing import Verdict, find, make, named, plan
from digest.pipeline.overview import overview
from digest.recurrence import period_after
from support_world import MONDAY, World, states, world

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
STORIES = ("Lamp night", "Bridge opens", "Choir wanted")


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    """A weekly that was first seen last Wednesday, with three articles since, all gathered."""
    with world(tmp_path, new_sqlite()) as made:
        made.tick()
        for number, title in enumerate(STORIES):
            made.feed.publish(title, made.clock + number * HOUR)
        made.at(MONDAY - 2 * DAY)
        with made.workspace() as workspace:
            from digest.pipeline.gathering import gather

            gather(workspace, workspace.sources_of("weekly"))
        yield made


def ids(place: World) -> dict[str, int]:
    with place.workspace() as workspace:
        return {one.title: one.id for one in workspace.store.catalogue.find(limit=50)}


def edit(place: World, *changes: Change, name: str = "weekly", version: int | None = None) -> Target:
    with place.workspace() as workspace:
        return change(workspace, editable(workspace, name), changes, by="ana", version=version)


def look(place: World, name: str = "weekly") -> Review:
    with place.workspace() as workspace:
        return review(workspace, editable(workspace, name))


def sent(place: World, at: int = -1) -> Issue:
    with place.workspace() as workspace:
        content = workspace.store.issues.content(place.issues()[at].id)
    assert content is not None
    return content


def test_looking_at_the_next_issue_plans_nothing(place: World) -> None:
    """A review shows what would go out, and there is no issue afterwards."""
    seen = look(place)
    assert sorted(item.title for item in seen.issue.items) == sorted(STORIES)
    assert (seen.target.row, seen.target.version, seen.editable, place.issues()) == (None, 1, True, [])
    assert all(item.reasons for item in seen.issue.items)


def test_an_edited_issue_waits_for_its_time_and_goes_out_once_with_the_edits(place: World) -> None:
    """Before Monday nothing is sent; on Monday the one issue of the period says what the editor wanted."""
    lamp, bridge, choir = (ids(place)[title] for title in STORIES)
    edit(
        place,
        NewOverride("move", choir, 1), NewOverride("title", choir, "Sing with us"), NewOverride("drop", lamp),
        NewOverride("intro", None, "Dear all,\n\na short one."), NewOverride("subject", None, "Song and bridge"),
    )  # fmt: skip
    assert [step.what for step in place.tick()] == ["waiting"]
    assert states(place.issues()) == ["planned"] and place.mailed() == []

    place.at(MONDAY + MINUTE).tick()

    assert states(place.issues()) == ["done"]
    assert [item.title for item in sent(place).items] == ["Sing with us", "Bridge opens"]
    assert (sent(place).intro, place.subjects()) == ("Dear all,\n\na short one.", ["Song and bridge"] * 3)
    assert place.issues()[0].number == 1 and sent(place).items[1].article_id == bridge
    place.at(MONDAY + HOUR).tick()
    assert len(place.issues()) == 1 and len(place.mailed()) == 3


def test_the_issue_after_an_edited_one_is_made_as_ever(place: World) -> None:
    """What was dropped does not come back a week later, and what is new then goes out under the next number."""
    edit(place, NewOverride("drop", ids(place)["Lamp night"]))
    place.at(MONDAY + MINUTE).tick()
    place.feed.publish("A week later", MONDAY + DAY)
    place.at(MONDAY + 7 * DAY + MINUTE).tick()
    assert [row.number for row in place.issues()] == [1, 2]
    assert [item.title for item in sent(place).items] == ["A week later"]


def test_after_monday_the_bare_name_means_the_monday_after(place: World) -> None:
    """Once its issue is out, the digest's name stands for the next period, which is planned ahead on the first edit."""
    place.at(MONDAY + MINUTE).tick()
    target = edit(place, NewOverride("subject", None, "Next time"))
    assert target.period.end == MONDAY + 7 * DAY and target.row is not None and target.row.number is None
    assert states(place.issues()) == ["done", "planned"]
    place.feed.publish("A week later", MONDAY + DAY)
    place.at(MONDAY + 7 * DAY + MINUTE).tick()
    assert place.subjects()[-1] == "Next time" and states(place.issues()) == ["done", "done"]


def test_a_schedule_that_moves_takes_the_edited_issue_along(place: World) -> None:
    """Monday's edited issue is not sent on Monday when Mondays became Tuesdays, but on Tuesday with its edits."""
    edit(place, NewOverride("subject", None, "Edited"))
    place.configure(schedule="every tuesday at 10:00")
    place.at(MONDAY - DAY).tick()
    place.at(MONDAY + MINUTE).tick()
    assert place.mailed() == []
    place.at(MONDAY + DAY + HOUR + MINUTE).tick()
    assert place.subjects() == ["Edited"] * 3 and states(place.issues()) == ["done"]


def test_a_schedule_that_moves_in_the_last_minute_still_counts(place: World) -> None:
    """When nobody looked between the change and the old hour, the issue waits for the new one all the same."""
    edit(place, NewOverride("subject", None, "Edited"))
    place.configure(schedule="every tuesday at 10:00")
    place.at(MONDAY + MINUTE).tick()
    assert place.mailed() == []
    with place.workspace() as workspace:
        assert keep_in_step(workspace, "weekly") == []
    place.at(MONDAY + DAY + HOUR + MINUTE).tick()
    assert place.subjects() == ["Edited"] * 3 and len(place.issues()) == 1


def test_a_digest_that_becomes_daily_does_not_wait_for_the_issue_planned_ahead(place: World) -> None:
    """The edited issue becomes tomorrow's, and every day after it has its own."""
    place.at(MONDAY + MINUTE).tick()
    edit(place, NewOverride("subject", None, "Edited"))
    place.configure(schedule="every day at 09:00")
    place.at(MONDAY + DAY - HOUR).tick()
    place.feed.publish("On Tuesday", MONDAY + HOUR)
    place.at(MONDAY + DAY + MINUTE).tick()
    place.feed.publish("On Wednesday", MONDAY + DAY + HOUR)
    place.at(MONDAY + 2 * DAY + MINUTE).tick()
    assert states(place.issues()) == ["done", "done", "done"]
    assert place.subjects()[3:] == ["Edited"] * 3 + ["On Wednesday"] * 3


def test_an_issue_held_ahead_by_its_editor_moves_too_and_stays_held(place: World) -> None:
    """A held issue of a moved schedule does not make room for an unedited one."""
    target = edit(place, NewOverride("subject", None, "Edited"))
    with place.workspace() as workspace:
        assert target.row is not None
        steering.hold(workspace, target.row, note="wait", by="ana")
    place.configure(schedule="every tuesday at 10:00")
    place.at(MONDAY - DAY).tick()
    place.at(MONDAY + 2 * DAY).tick()
    assert states(place.issues()) == ["held(editor)"] and place.mailed() == []


def test_an_issue_skipped_ahead_closes_its_own_period_alone(place: World) -> None:
    """The Monday that was skipped stays silent; the one after is made, with the articles, without the dropped one."""
    target = edit(place, NewOverride("drop", ids(place)["Lamp night"]))
    with place.workspace() as workspace:
        assert target.row is not None
        steering.skip(workspace, target.row, note="holiday", by="ana")
    place.at(MONDAY + MINUTE).tick()
    assert place.mailed() == []
    assert look(place).target.period.end == MONDAY + 7 * DAY
    place.at(MONDAY + 7 * DAY + MINUTE).tick()
    assert states(place.issues()) == ["skipped(editor)", "done"]
    assert sorted(item.title for item in sent(place).items) == ["Bridge opens", "Choir wanted"]


def test_a_drop_can_be_taken_back_after_its_issue_is_over(place: World) -> None:
    """An article dropped from an issue that is out is eligible again once that change is undone."""
    lamp = ids(place)["Lamp night"]
    edit(place, NewOverride("drop", lamp))
    place.at(MONDAY + MINUTE).tick()
    edit(place, Undo(1), name="weekly/1")
    assert [item.article_id for item in look(place).issue.items] == [lamp]


def test_frozen_is_fixed(place: World) -> None:
    """After freezing, every change but the undoing of a drop is refused, with what to do instead."""
    edit(place, NewOverride("subject", None, "Edited"))
    place.at(MONDAY + MINUTE).tick()
    for one in (NewOverride("intro", None, "Late"), Undo(1)):
        with pytest.raises(StateError, match="issue weekly/1 cannot be edited") as refused:
            edit(place, one, name="weekly/1")
        assert "digest issue edit weekly" in refused.value.try_
    seen = look(place, "weekly/1")
    assert not seen.editable and seen.issue.subject == "Edited" and len(seen.changes) == 1


def test_two_editors_cannot_lose_each_others_work(place: World) -> None:
    """Who saw an older version is refused before anything is changed, whoever planned the issue."""
    first, second = look(place).target, look(place).target
    with place.workspace() as workspace:
        change(workspace, first, [NewOverride("subject", None, "Ana's")], by="ana", version=1)
        with pytest.raises(BusyError, match="was changed meanwhile"):
            change(workspace, second, [NewOverride("subject", None, "Ben's")], by="ben", version=1)
    assert look(place).issue.subject == "Ana's" and look(place).target.version == 2


def test_one_wrong_change_and_none_is_made(place: World) -> None:
    """A list of changes with an impossible one leaves no trace, not even a planned issue."""
    for wrong in (NewOverride("pin", 999), NewOverride("move", 1, 0), Undo(1), NewOverride("shout", 1)):
        with pytest.raises(UsageError):
            edit(place, NewOverride("subject", None, "First"), wrong)
    assert place.issues() == []


def test_what_went_out_cannot_be_pinned_again(place: World) -> None:
    """An article is mailed once per digest: pinning it names the issue it went out with."""
    lamp = ids(place)["Lamp night"]
    place.at(MONDAY + MINUTE).tick()
    with pytest.raises(UsageError, match="went out with weekly/1"):
        edit(place, NewOverride("pin", lamp))


def test_an_excluded_article_cannot_be_pinned(place: World) -> None:
    """The standing exclusion is named, with the command that lifts it."""
    lamp = ids(place)["Lamp night"]
    with place.workspace() as workspace:
        workspace.store.marks.exclude(lamp, at=workspace.now(), by="ben")
    with pytest.raises(UsageError, match="is excluded") as refused:
        edit(place, NewOverride("pin", lamp))
    assert f"digest articles include {lamp}" in refused.value.try_


def test_a_pin_brings_a_known_article_to_the_top(place: World) -> None:
    """An old article that is no news to the digest leads the issue once it is pinned, and is gone when undone."""
    place.feed.publish("From the archive", MONDAY - 300 * DAY)
    with place.workspace() as workspace:
        from digest.pipeline.gathering import gather

        gather(workspace, workspace.sources_of("weekly"))
    look(place)
    edit(place, NewOverride("pin", ids(place)["From the archive"]))
    seen = look(place)
    assert seen.issue.items[0].title == "From the archive"
    assert "pinned by the editor" in seen.issue.items[0].reasons
    edit(place, Undo(1))
    assert "From the archive" not in [item.title for item in look(place).issue.items]


def test_a_change_of_schedule_before_the_edit_is_not_an_occasion_to_send(place: World) -> None:
    """An hour that was over before the schedule named it is not planned: the edit is for the coming one."""
    place.at(MONDAY + MINUTE).tick()
    place.feed.publish("New", MONDAY + HOUR)
    place.configure(schedule="every day at 10:00")
    place.at(MONDAY + 2 * HOUR)
    target = edit(place, NewOverride("subject", None, "Edited"))
    assert target.period.end == MONDAY + DAY + HOUR
    place.at(MONDAY + 3 * HOUR).tick()
    assert len(place.mailed()) == 3


def test_where_an_article_stands(place: World) -> None:
    """Before Monday: its place in the next issue or why it is not in it; after it: place and score as they were."""
    lamp, bridge, _ = (ids(place)[title] for title in STORIES)
    place.configure(digest="max_articles = 1")
    edit(place, NewOverride("pin", bridge))
    with place.workspace() as workspace:
        [first], [other] = standings(workspace, bridge), standings(workspace, lamp)
    assert (first.place, other.place) == (1, 0) and first.score is not None
    assert first.why == "as of now number 1 of 1 in the next issue"
    assert "not chosen: the issue is full" in other.why
    place.at(MONDAY + MINUTE).tick()
    with place.workspace() as workspace:
        [after] = standings(workspace, bridge)
        assert named(workspace, "weekly/1").name == after.issue
    assert after.why == "number 1 of 1 in weekly/1" and "pinned by the editor" in after.reasons


def test_an_edited_issue_asked_for_before_its_time_is_dated_today(place: World) -> None:
    """`digest send` may send the issue planned ahead early; no message is dated in the future, and Monday is silent."""
    edit(place, NewOverride("subject", None, "Edited"))
    with place.workspace() as workspace:
        found = find(workspace, "weekly")
        assert found.row is not None and found.verdict is Verdict.MAKE
        make(workspace, plan(workspace, found), ask=True)
    assert place.subjects() == ["Edited"] * 3 and sent(place).sending.date == place.clock
    place.at(MONDAY + MINUTE).tick()
    assert len(place.mailed()) == 3 and states(place.issues()) == ["done"]


def test_an_issue_planned_ahead_is_not_the_one_of_an_hour_that_has_passed(place: World) -> None:
    """Asked for now, the digest's issue is that of the last occurrence, though the next one is planned already."""
    place.at(MONDAY + MINUTE).tick()
    place.configure(schedule="every day at 10:00")
    place.at(MONDAY + 2 * HOUR)
    edit(place, NewOverride("subject", None, "Edited"))
    with place.workspace() as workspace:
        assert find(workspace, "weekly").period.end == MONDAY + HOUR


def test_waiting_for_its_time_is_no_trouble(place: World) -> None:
    """`digest status --check` has nothing to say of an issue planned ahead."""
    edit(place, NewOverride("subject", None, "Edited"))
    with place.workspace() as workspace:
        assert overview(workspace).trouble == ()


def test_a_german_digest_has_a_german_subject(place: World) -> None:
    """The words around the headlines are those of the digest's language."""
    place.configure(digest='locale = "de"')
    seen = look(place)
    assert seen.issue.subject == f"{seen.issue.items[0].title} und 2 weitere"
    assert " und " in seen.issue.in_this_issue


def test_a_drop_counts_for_readers_of_every_cadence(place: World) -> None:
    """What was dropped from the weekly is not in the monthly mail of the same digest, until the drop is taken back."""
    lamp = ids(place)["Lamp night"]
    edit(place, NewOverride("drop", lamp))

    def monthly() -> set[str]:
        with place.workspace() as workspace:
            period = period_after(workspace.rule("weekly", "monthly"), place.clock)
            enroll(workspace, "weekly", "monthly", period=period)
            made = draft(workspace, "weekly", period, number=1, scheduled_for=period.end, frequency="monthly")
        return {item.title for item in made.issue.items}

    assert monthly() == set(STORIES) - {"Lamp night"}
    edit(place, Undo(1))
    assert monthly() == set(STORIES)
