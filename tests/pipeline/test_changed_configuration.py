"""digest.toml edited between two ticks: what is under way goes on, what is not asked for does not happen."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.clock.tick import tick
from digest.pipeline import steering
from digest.pipeline.issuing import find, make, named, plan
from digest.pipeline.overview import overview
from digest.pipeline.unsubscribing import unsubscribe_by_token
from support_world import MONDAY, FeedServer, World, states, world

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        yield made


def edit(place: World, pattern: str, text: str) -> None:
    before = place.config_path.read_text()
    after = re.sub(pattern, text, before)
    assert after != before
    place.config_path.write_text(after)


def interrupted(place: World, count: int = 1) -> None:
    """An issue of which `count` messages are out."""
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    place.at(MONDAY + MINUTE)
    with place.workspace() as workspace:
        tick(workspace, stop=lambda: "signal" if len(place.sink.messages) >= count else "")
    assert states(place.issues()) == ["sending"]


def titles(place: World) -> list[list[str]]:
    with place.workspace() as workspace:
        found = [workspace.store.issues.content(row.id) for row in place.issues()]
    return [sorted(item.title for item in content.items) for content in found if content]


def test_a_list_renamed_in_mid_send_changes_nothing_of_the_issue(place: World) -> None:
    """The frozen recipients are those it goes on with, and no second issue follows."""
    interrupted(place)
    edit(place, r"\[list\.members\]", "[list.friends]")
    edit(place, r'list = "members"', 'list = "friends"')
    place.at(MONDAY + 6 * MINUTE).tick()

    assert (states(place.issues()), len(place.mailed())) == (["done"], 3)


def test_an_old_link_unsubscribes_from_the_list_under_its_new_name(place: World) -> None:
    """A reader who clicks in a mail from before the renaming gets no mail of the renamed list."""
    interrupted(place, 1)
    place.at(MONDAY + 2 * MINUTE).tick()
    edit(place, r"\[list\.members\]", "[list.friends]")
    edit(place, r'list = "members"', 'list = "friends"')
    place.feed.publish("Next lamp", MONDAY + HOUR)
    place.at(MONDAY + WEEK + MINUTE).tick()
    assert place.mailed().count("ana@quay.example") == 2
    with place.workspace() as workspace:
        (ana,) = [one for one in workspace.store.issues.deliveries(1) if one.address.startswith("ana")]
        recipient = workspace.store.issues.recipient(1, ana.address)
        assert recipient is not None
        unsubscribe_by_token(workspace, recipient.tokens["unsubscribe"], source="test")
    place.feed.publish("Third lamp", MONDAY + WEEK + HOUR)
    place.at(MONDAY + 2 * WEEK + MINUTE).tick()

    assert place.mailed().count("ana@quay.example") == 2
    assert place.mailed().count("ben@quay.example") == 3


def test_a_renamed_digest_begins_with_a_baseline_and_its_unfinished_issue_is_reported(place: World) -> None:
    """Nothing of the past is sent under the new name; who still waits under the old one is not passed over."""
    place.configure(extra='[notify]\nemail = "editors@quay.example"\n')
    interrupted(place)
    edit(place, r"\[digest\.weekly\]", "[digest.news]")
    steps = place.at(MONDAY + 6 * MINUTE).tick()
    place.at(MONDAY + 11 * MINUTE).tick()

    assert [(step.digest, step.what) for step in steps] == [("news", "baseline")]
    told = [subject for subject in place.subjects() if "weekly/1" in subject]
    assert len(told) == 1, "once a day"
    with place.workspace() as workspace:
        assert any("weekly/1" in line and "digest.toml" in line for line in overview(workspace).trouble)
    edit(place, r"\[digest\.news\]", "[digest.weekly]")
    place.at(MONDAY + 16 * MINUTE).tick()
    assert states(place.issues()) == ["done"]


def test_a_source_removed_between_freeze_and_resume_changes_nothing(place: World) -> None:
    """The frozen issue needs no source any more."""
    interrupted(place)
    edit(place, r"(?s)\[source\.blog\].*?(?=\[source\.stories\])", "")
    place.at(MONDAY + 6 * MINUTE).tick()

    assert (states(place.issues()), len(place.mailed())) == (["done"], 3)


def test_a_source_added_later_brings_this_period_and_not_its_archive(place: World) -> None:
    """A feed added after three weeks contributes what is as new as the rest of the issue."""
    place.tick()
    for week in range(3):
        place.feed.publish(f"Lamp {week}", MONDAY + week * WEEK - DAY)
        place.at(MONDAY + week * WEEK + MINUTE).tick()
    with FeedServer() as other:
        for week in range(4):
            other.publish(f"Oar {week}", MONDAY + week * WEEK - 2 * DAY)
        other.publish("Undated", MONDAY)
        other.items[0]["date"] = ""
        place.configure(extra=f'[source.oars]\nurl = "{other.url}/feed.xml"\n')
        place.feed.publish("Lamp 3", MONDAY + 3 * WEEK - DAY)
        place.at(MONDAY + 3 * WEEK + MINUTE).tick()

    assert titles(place)[-1] == ["Lamp 3", "Oar 3"]


def test_a_source_that_was_down_from_the_beginning_loses_nothing_when_it_comes_up(place: World) -> None:
    """Rule 13: what it published while it could not be read is new when it can be, and its archive is not."""
    with FeedServer() as other:
        other.publish("Archive", MONDAY - 30 * DAY)
        other.status = 500
        place.configure(extra=f'[source.oars]\nurl = "{other.url}/feed.xml"\n')
        place.tick()
        for week in range(7):
            other.publish(f"Oar {week}", MONDAY + week * WEEK - 2 * DAY)
            place.feed.publish(f"Lamp {week}", MONDAY + week * WEEK - DAY)
            if week == 6:
                other.status = 200
            place.at(MONDAY + week * WEEK + MINUTE).tick()

    assert titles(place)[-1] == ["Lamp 6", *(f"Oar {week}" for week in range(7))]


@pytest.mark.parametrize("schedule", ["first monday of month at 09:00", "1st of january and july at 09:00"])
def test_a_rare_digest_contains_its_whole_period(place: World, schedule: str) -> None:
    """Nothing is too old for a digest only because the digest looks so rarely."""
    place.configure(schedule=schedule)
    place.tick()
    with place.workspace() as workspace:
        from digest.recurrence import period_after

        period = period_after(workspace.rule("weekly"), place.clock + DAY)
        period = period_after(workspace.rule("weekly"), period.end + DAY)
    place.at(period.start + MINUTE).tick()
    place.feed.publish("Right after the last issue", period.start + HOUR)
    place.at(period.end + MINUTE).tick()

    assert titles(place)[-1] == ["Right after the last issue"]


def test_a_zone_changed_twice_in_a_week_sends_one_issue(place: World) -> None:
    """Monday 09:00 in one zone, then in another: no second issue of the same articles, none in the past."""
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    for zone, moment in (
        ("Asia/Tokyo", MONDAY - 10 * HOUR),
        ("America/New_York", MONDAY - 8 * HOUR),
        ("Europe/Dublin", MONDAY - HOUR),
    ):
        place.configure(zone=zone)
        place.at(moment).tick()
    for minutes in range(0, 12 * 60, 30):
        place.at(MONDAY + minutes * MINUTE).tick()

    assert [state for state in states(place.issues()) if "nothing" not in state] == ["done"]
    assert len(place.mailed()) == 3


def test_a_schedule_changed_there_and_back_makes_nothing_due_in_the_past(place: World) -> None:
    """An occurrence before the last change is never due; the next one is."""
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    place.at(MONDAY - HOUR).configure(schedule="every tuesday at 09:00")
    place.tick()
    place.at(MONDAY + HOUR).configure()
    place.tick()
    assert place.mailed() == []
    place.at(MONDAY + WEEK + MINUTE).tick()

    assert states(place.issues()) == ["done"]


def test_a_schedule_said_in_other_words_is_the_same_schedule(place: World) -> None:
    """Tidying the text of a schedule between its time and the next tick does not lose the issue."""
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    place.configure(schedule="Every Monday at 9 am")
    place.at(MONDAY + MINUTE).tick()

    assert states(place.issues()) == ["done"]


def test_the_last_monthly_reader_who_leaves_does_not_leave_an_issue_open(
    tmp_path: Path, new_sqlite: Callable[[], str]
) -> None:
    """An issue of a cadence that nobody uses any more is still brought to its end."""
    from digest.pipeline.unsubscribing import unsubscribe_by_address

    grey = {"cai@quay.example"}
    with world(tmp_path, new_sqlite(), refuse=lambda who: "450 4.7.1 later" if who in grey else None) as place:
        (place.folder / "subscribers.csv").write_text("email,frequency\nana@quay.example,\ncai@quay.example,monthly\n")
        place.tick()
        place.feed.publish("Lamp night", place.clock + HOUR)
        place.at(MONDAY + MINUTE).tick()
        place.at(MONDAY + 6 * MINUTE).tick()
        place.feed.publish("Second lamp", MONDAY + HOUR)
        place.at(MONDAY + 2 * WEEK + MINUTE).tick()
        monthly = [row for row in place.issues() if row.frequency == "monthly"]
        assert states(monthly) == ["sending"]
        with place.workspace() as workspace:
            unsubscribe_by_address(workspace, "cai@quay.example", list_name=None, source="test")
        place.at(MONDAY + 2 * WEEK + HOUR).tick()

        monthly = [row for row in place.issues() if row.frequency == "monthly"]
        assert states(monthly) == ["done"]
        assert place.accounting(monthly[0]).reasons == {"skipped(unsubscribed)": 1}


def test_a_list_that_shrank_too_much_ends_nobodys_subscription_until_it_is_accepted(place: World) -> None:
    """A file cut short at the freeze of one issue takes nobody from another one that is being sent."""
    place.configure(extra='[digest.second]\nlist = "members"\nschedule = "every monday at 09:30"\n')
    place.people(*(f"reader{number}@quay.example" for number in range(10)))
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    place.at(MONDAY + MINUTE)
    with place.workspace() as workspace:
        tick(workspace, stop=lambda: "signal" if len(place.sink.messages) >= 4 else "")
    place.people("reader0@quay.example", "reader1@quay.example")
    with place.at(MONDAY + 31 * MINUTE).workspace() as workspace:
        assert [step.what for step in tick(workspace, ["second"])] == ["held"]
    place.tick()

    (weekly,) = [row for row in place.issues() if row.digest == "weekly"]
    assert (str(weekly.state), place.accounting(weekly).accepted) == ("done", 10)
    with place.workspace() as workspace:
        row = steering.release(workspace, named(workspace, "second/1"), by="test")
        make(workspace, row, ask=True, accept_list=True)
        assert workspace.store.audience.size("members") == 2


def test_a_list_with_nobody_on_it_is_held_and_consumes_nothing(place: World) -> None:
    """An issue to no reader at all is a mistake somewhere, not an issue."""
    (place.folder / "subscribers.csv").write_text("email,name\n")
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    place.at(MONDAY + MINUTE).tick()

    assert states(place.issues()) == ["held(list_changed)"]
    with place.workspace() as workspace:
        assert len(workspace.store.articles.eligible("weekly", "every")) == 1


def test_an_issue_asked_for_early_with_nothing_new_does_not_close_the_coming_period(place: World) -> None:
    """Saturday's "nothing new" is not Monday's."""
    place.tick()
    place.at(MONDAY - 2 * DAY)
    with place.workspace() as workspace:
        made = make(workspace, plan(workspace, find(workspace, "weekly")), ask=True)
        assert made.sent is None
    place.feed.publish("Lamp night", MONDAY - DAY)
    place.at(MONDAY - DAY).tick()
    assert place.mailed() == []
    place.at(MONDAY + MINUTE).tick()

    assert (states(place.issues()), len(place.mailed())) == (["done"], 3)
