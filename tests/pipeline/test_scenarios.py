"""What the schedule does in each situation of a digest's life: the clock is ours, everything else is real.

Each test is one row of the table: what happened, and what `send --due` (a tick) makes of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.clock.tick import tick
from digest.model import IssueState
from digest.pipeline import steering
from digest.pipeline.issuing import Verdict, find, make, named, plan
from support_world import MONDAY, World, states, world

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        yield made


def seen(place: World) -> World:
    """A digest that was first seen the Wednesday before, with one article since."""
    place.tick()
    place.feed.publish("Lamp night", place.clock + HOUR)
    return place


def test_the_first_sight_of_a_digest_is_a_baseline_and_sends_nothing(place: World) -> None:
    place.feed.publish("Old news", MONDAY - timedelta(days=6))

    assert [step.what for step in place.tick()] == ["baseline"]
    assert place.mailed() == []
    assert place.issues() == []


def test_what_is_new_since_the_occurrence_before_the_first_sight_makes_the_first_issue(place: World) -> None:
    place.feed.publish("Long before", MONDAY - timedelta(days=20))
    place.feed.publish("Two days before the first sight", MONDAY - timedelta(days=6))
    place.tick()
    place.feed.publish("After it", MONDAY - timedelta(days=1))

    place.at(MONDAY + MINUTE).tick()

    assert states(place.issues()) == ["done"]
    with place.workspace() as workspace:
        content = workspace.store.issues.content(place.issues()[0].id)
    assert content is not None
    assert sorted(item.title for item in content.items) == ["After it", "Two days before the first sight"]


def test_a_due_issue_reaches_everybody_once_and_a_second_tick_sends_nothing(place: World) -> None:
    seen(place).at(MONDAY + MINUTE).tick()
    first = place.mailed()

    steps = place.at(MONDAY + 6 * MINUTE).tick()

    assert first == ["ana@quay.example", "ben@quay.example", "cai@quay.example"]
    assert place.mailed() == first
    assert [step.what for step in steps] == ["idle"]
    assert place.accounting(place.issues()[0]).adds_up()


def test_the_same_period_by_hand_after_the_clock_made_it_is_already_done(place: World) -> None:
    seen(place).at(MONDAY + MINUTE).tick()

    with place.workspace() as workspace:
        found = find(workspace, "weekly")

    assert (found.verdict, found.row and found.row.name) == (Verdict.ALREADY, "weekly/1")


def test_nothing_new_closes_the_period_and_hands_its_number_back(place: World) -> None:
    place.tick()
    place.at(MONDAY + MINUTE).tick()
    place.feed.publish("Late lamp", MONDAY + HOUR)
    place.at(MONDAY + WEEK + MINUTE).tick()

    assert states(place.issues()) == ["skipped(nothing_new)", "done"]
    assert [row.number for row in place.issues()] == [None, 1]


def test_too_few_articles_stay_for_the_next_issue(place: World) -> None:
    place.configure(digest="min_articles = 2")
    seen(place).at(MONDAY + MINUTE).tick()
    place.feed.publish("Second lamp", MONDAY + HOUR)
    place.at(MONDAY + WEEK + MINUTE).tick()

    assert states(place.issues()) == ["skipped(too_few)", "done"]
    assert len(place.mailed()) == 3


def test_a_source_that_is_down_is_tried_again_and_the_issue_goes_out_when_it_is_back(place: World) -> None:
    seen(place)
    place.feed.status = 500
    steps = place.at(MONDAY + MINUTE).tick()
    assert [step.what for step in steps] == ["waiting"]
    assert [step.what for step in place.at(MONDAY + 5 * MINUTE).tick()] == ["waiting"]
    assert len(place.feed.requests) == 2, "within ten minutes nothing is asked again"

    place.feed.status = 200
    place.at(MONDAY + 12 * MINUTE).tick()

    assert states(place.issues()) == ["done"]
    assert len(place.mailed()) == 3


def test_a_source_that_stays_down_holds_the_issue_after_catch_up(place: World) -> None:
    seen(place)
    place.feed.status = 500
    place.at(MONDAY + MINUTE).tick()
    place.at(MONDAY + timedelta(hours=25)).tick()

    assert states(place.issues()) == ["held(source_failed)"]
    assert place.mailed() == []


def test_a_failed_source_does_not_stop_an_issue_that_has_enough_without_it(place: World) -> None:
    seen(place)
    place.write("note.md", "---\ntitle: A note\n---\n\nWe met at the quay. The tide was in.\n")
    place.feed.status = 500
    place.at(MONDAY + MINUTE).tick()

    assert states(place.issues()) == ["done"]


def test_a_machine_that_was_off_until_wednesday_holds_the_issue_until_it_is_released(place: World) -> None:
    seen(place).at(MONDAY + timedelta(days=2)).tick()
    assert states(place.issues()) == ["held(late)"]
    assert place.mailed() == []
    place.at(MONDAY + timedelta(days=2, minutes=5)).tick()
    assert states(place.issues()) == ["held(late)"], "a held issue waits for its operator"

    with place.workspace() as workspace:
        row = steering.release(workspace, named(workspace, "weekly/1"), by="test")
        make(workspace, row, ask=True, accept_list=True)

    assert states(place.issues()) == ["done"]
    assert len(place.mailed()) == 3


def test_a_machine_that_was_off_for_an_hour_catches_up(place: World) -> None:
    seen(place).at(MONDAY + HOUR).tick()

    assert states(place.issues()) == ["done"]


def test_of_several_missed_occurrences_only_the_newest_is_made(place: World) -> None:
    seen(place).at(MONDAY + 2 * WEEK + MINUTE).tick()

    assert states(place.issues()) == ["missed", "missed", "done"]
    assert place.issues()[-1].number == 1


def test_a_schedule_moved_to_a_later_hour_makes_no_second_issue_of_the_same_articles(place: World) -> None:
    seen(place).at(MONDAY + MINUTE).tick()
    place.configure(schedule="every monday at 10:00")
    place.at(MONDAY + 2 * MINUTE).tick()
    place.at(MONDAY + HOUR + MINUTE).tick()

    assert len(place.mailed()) == 3
    assert states(place.issues()) == ["done", "skipped(nothing_new)"]


def test_a_schedule_moved_to_an_earlier_hour_makes_nothing_due_in_the_past(place: World) -> None:
    seen(place).at(MONDAY - HOUR).tick()
    place.configure(schedule="every monday at 07:00")
    steps = place.at(MONDAY - HOUR / 2).tick()
    assert [step.what for step in steps] == ["idle"]

    place.at(MONDAY + WEEK - 2 * HOUR + MINUTE).tick()

    assert states(place.issues()) == ["done"]


def test_an_earlier_hour_after_the_issue_was_sent_is_already_done_by_hand(place: World) -> None:
    seen(place).at(MONDAY + MINUTE).tick()
    place.configure(schedule="every monday at 08:00")

    with place.at(MONDAY + 2 * MINUTE).workspace() as workspace:
        assert find(workspace, "weekly").verdict is Verdict.ALREADY


def test_a_digest_first_seen_on_monday_afternoon_waits_for_the_next_monday(place: World) -> None:
    place.feed.publish("This morning", MONDAY + 2 * HOUR)
    place.at(MONDAY + 5 * HOUR).tick()
    assert [step.what for step in place.at(MONDAY + 6 * HOUR).tick()] == ["idle"]

    place.at(MONDAY + WEEK + MINUTE).tick()

    assert states(place.issues()) == ["done"]
    assert place.issues()[0].period.label == "2026-11-30T09:00@Europe/Dublin"


def test_an_issue_sent_by_hand_before_its_time_is_not_sent_again_at_its_time(place: World) -> None:
    seen(place).at(MONDAY - timedelta(days=2))
    with place.workspace() as workspace:
        found = find(workspace, "weekly")
        made = make(workspace, plan(workspace, found), ask=True)
        assert made.row.scheduled_for == place.clock, "a Date header in the future would look like spam"

    steps = place.at(MONDAY + MINUTE).tick()

    assert [step.what for step in steps] == ["idle"]
    assert len(place.mailed()) == 3


def test_an_extra_issue_takes_what_came_since_and_leaves_the_schedule_alone(place: World) -> None:
    seen(place).at(MONDAY + MINUTE).tick()
    place.feed.publish("Extra lamp", MONDAY + HOUR)
    with place.at(MONDAY + 2 * HOUR).workspace() as workspace:
        made = make(workspace, plan(workspace, find(workspace, "weekly", extra=True)), ask=True)
        assert made.row.name == "weekly/2"
    place.feed.publish("Next lamp", MONDAY + timedelta(days=3))
    place.at(MONDAY + WEEK + MINUTE).tick()

    assert [row.name for row in place.issues()] == ["weekly/1", "weekly/2", "weekly/3"]
    assert len(place.mailed()) == 9


def test_an_article_is_never_mailed_twice_even_when_its_feed_is_edited(place: World) -> None:
    seen(place).at(MONDAY + MINUTE).tick()
    place.feed.items[0]["body"] = "A corrected text. It is longer than before. And it has three sentences."
    place.feed.items[0]["guid"] = "tag:another"
    place.at(MONDAY + WEEK + MINUTE).tick()

    assert states(place.issues()) == ["done", "skipped(nothing_new)"]


def test_what_does_not_fit_gets_one_more_chance_and_is_then_passed_over(place: World) -> None:
    place.configure(digest="max_articles = 1")
    seen(place)
    place.feed.publish("Second lamp", place.clock + 2 * HOUR)
    place.feed.publish("Third lamp", place.clock + 3 * HOUR)
    for week in range(4):
        place.at(MONDAY + week * WEEK + MINUTE).tick()

    assert states(place.issues()) == ["done", "done", "skipped(nothing_new)", "skipped(nothing_new)"]
    with place.workspace() as workspace:
        fates = [
            fate.state
            for story in workspace.store.articles.recent(["blog"], 10)
            for fate in workspace.store.articles.fate(story.id)
        ]
    assert sorted(fates) == ["consumed", "consumed", "passed_over"]


def test_a_list_that_was_halved_holds_the_issue_and_a_release_accepts_it(place: World) -> None:
    place.people(*(f"reader{number}@quay.example" for number in range(20)))
    seen(place).at(MONDAY + MINUTE).tick()
    place.people(*(f"reader{number}@quay.example" for number in range(10)))
    place.feed.publish("Next lamp", MONDAY + HOUR)
    place.at(MONDAY + WEEK + MINUTE).tick()
    assert states(place.issues()) == ["done", "held(list_changed)"]
    assert len(place.mailed()) == 20

    with place.workspace() as workspace:
        row = steering.release(workspace, named(workspace, "weekly/2"), by="test")
        make(workspace, row, ask=True, accept_list=True)

    assert len(place.mailed()) == 30


def test_a_template_edited_between_a_stop_and_its_resume_changes_nothing_of_the_issue(place: World) -> None:
    seen(place).at(MONDAY + MINUTE)
    with place.workspace() as workspace:
        tick(workspace, stop=_stop_after(place, 1))
    assert states(place.issues()) == ["sending"]
    frozen = place.sink.messages[0].data

    templates = place.folder / "templates"
    templates.mkdir()
    (templates / "briefing.mjml").write_text("<mjml><mj-body><mj-section/></mj-body></mjml>")
    (templates / "briefing.txt").write_text("something else")
    place.configure(extra='[theme]\naccent = "#aa0000"\n')
    place.feed.items.clear()
    place.at(MONDAY + 6 * MINUTE).tick()

    assert states(place.issues()) == ["done"]
    assert len(place.mailed()) == 3
    bodies = {_without_recipient(received.data) for received in place.sink.messages}
    assert bodies == {_without_recipient(frozen)}


def test_an_interrupted_issue_older_than_finish_within_is_held(place: World) -> None:
    seen(place).at(MONDAY + MINUTE)
    with place.workspace() as workspace:
        tick(workspace, stop=_stop_after(place, 1))
    place.at(MONDAY + timedelta(days=3)).tick()

    assert states(place.issues()) == ["held(late)"]
    assert len(place.mailed()) == 1


def test_a_paused_issue_is_left_alone_until_it_is_resumed(place: World) -> None:
    seen(place).at(MONDAY + MINUTE)
    with place.workspace() as workspace:
        tick(workspace, stop=_stop_after(place, 1))
        steering.pause(workspace, named(workspace, "weekly/1"), by="test")
    place.at(MONDAY + 6 * MINUTE).tick()
    assert (states(place.issues()), len(place.mailed())) == (["paused"], 1)

    with place.workspace() as workspace:
        make(workspace, steering.resume(workspace, named(workspace, "weekly/1"), by="test"), ask=True)

    assert (states(place.issues()), len(place.mailed())) == (["done"], 3)


def test_a_cancelled_issue_gives_its_articles_back_only_if_nobody_got_it(place: World) -> None:
    seen(place)
    with place.workspace() as workspace:
        row = plan(workspace, find(workspace, "weekly"))
        steering.cancel(workspace, row, note="", by="test")
        assert find(workspace, "weekly").verdict is Verdict.CANCELLED
        assert len(workspace.store.articles.eligible("weekly", "every")) in (0, 1)
    place.feed.publish("Next lamp", MONDAY + HOUR)
    place.at(MONDAY + WEEK + MINUTE).tick()
    with place.workspace() as workspace:
        content = workspace.store.issues.content(place.issues()[-1].id)
    assert content is not None
    assert len(content.items) == 2, "the cancelled issue's article came along"


def test_an_unsubscribe_during_a_send_takes_effect_at_once(place: World) -> None:
    from digest.pipeline.unsubscribing import unsubscribe_by_address

    seen(place).at(MONDAY + MINUTE)
    with place.workspace() as workspace:
        tick(workspace, stop=_stop_after(place, 1))
        (left,) = {"ana@quay.example", "ben@quay.example", "cai@quay.example"} - set(place.mailed()) - {
            "ben@quay.example"
        } or {"cai@quay.example"}
        unsubscribe_by_address(workspace, left, list_name=None, source="test")
    place.at(MONDAY + 6 * MINUTE).tick()

    assert left not in place.mailed()
    accounting = place.accounting(place.issues()[0])
    assert (accounting.accepted, accounting.skipped) == (2, 1)


def test_the_list_restored_from_an_old_copy_brings_nobody_back(place: World) -> None:
    from digest.pipeline.unsubscribing import unsubscribe_by_address

    seen(place).at(MONDAY + MINUTE).tick()
    with place.workspace() as workspace:
        unsubscribe_by_address(workspace, "ana@quay.example", list_name=None, source="test")
    place.people("ben@quay.example")
    place.feed.publish("Next lamp", MONDAY + HOUR)
    place.people("ana@quay.example", "ben@quay.example", "cai@quay.example")
    place.at(MONDAY + WEEK + MINUTE).tick()

    assert place.mailed().count("ana@quay.example") == 1
    assert place.mailed().count("ben@quay.example") == 2


def test_a_lost_database_still_honours_the_file_beside_the_list(place: World, new_sqlite: Callable[[], str]) -> None:
    from digest.pipeline.unsubscribing import unsubscribe_by_address

    with place.workspace() as workspace:
        unsubscribe_by_address(workspace, "ana@quay.example", list_name=None, source="test")
    place.database_url = new_sqlite()
    place.configure()
    seen(place).at(MONDAY + MINUTE).tick()

    assert place.mailed() == ["ben@quay.example", "cai@quay.example"]


def test_an_unknown_mailbox_costs_that_person_and_not_the_issue(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    def refuse(address: str) -> str | None:
        return "550 5.1.1 no such user" if address.startswith("ben") else None

    with world(tmp_path, new_sqlite(), refuse=refuse) as place:
        seen(place).at(MONDAY + MINUTE).tick()
        accounting = place.accounting(place.issues()[0])

    assert (accounting.accepted, accounting.refused) == (2, 1)
    assert accounting.reasons == {"refused(code)": 1}


def test_a_greylisted_person_is_tried_again_by_a_later_tick(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    grey = {"ben@quay.example"}

    def refuse(address: str) -> str | None:
        return "450 4.7.1 try again later" if address in grey else None

    with world(tmp_path, new_sqlite(), refuse=refuse) as place:
        seen(place).at(MONDAY + MINUTE).tick()
        assert (states(place.issues()), len(place.mailed())) == (["sending"], 2)
        grey.clear()
        place.at(MONDAY + HOUR).tick()

        assert (states(place.issues()), len(place.mailed())) == (["done"], 3)


def test_deferrals_that_outlive_their_time_are_expired_and_the_issue_ends(
    tmp_path: Path, new_sqlite: Callable[[], str]
) -> None:
    with world(tmp_path, new_sqlite(), refuse=lambda address: "450 4.7.1 later" if "ben" in address else None) as place:
        seen(place).at(MONDAY + MINUTE).tick()
        place.at(MONDAY + timedelta(days=3)).tick()
        accounting = place.accounting(place.issues()[0])

        assert states(place.issues()) == ["done"]
        assert accounting.reasons == {"refused(expired)": 1}


def test_a_relay_that_is_down_loses_nobody(place: World) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    place.configure(relay=f"smtp://127.0.0.1:{port}")
    seen(place).at(MONDAY + MINUTE)
    with place.workspace() as workspace:
        steps = tick(workspace, stop=_give_up_soon())
    assert states(place.issues()) == ["sending"]
    assert steps[0].made is not None

    place.configure()
    place.at(MONDAY + 6 * MINUTE).tick()

    assert (states(place.issues()), len(place.mailed())) == (["done"], 3)


def test_two_digests_do_not_consume_each_others_articles(place: World) -> None:
    place.configure(extra='[digest.daily]\nlist = "members"\nschedule = "every day at 09:00"\nsources = ["blog"]\n')
    seen(place)
    for day in range(-4, 1):
        place.at(MONDAY + timedelta(days=day) + MINUTE).tick()

    done = [(row.digest, str(row.state)) for row in place.issues() if row.state is IssueState.DONE]
    assert sorted(done) == [("daily", "done"), ("weekly", "done")]
    assert len(place.mailed()) == 6


def test_a_future_dated_article_waits_for_its_date(place: World) -> None:
    place.tick()
    place.feed.publish("From the future", MONDAY + 3 * WEEK)
    place.at(MONDAY + MINUTE).tick()
    assert states(place.issues()) == ["skipped(nothing_new)"]

    for week in (1, 2, 3, 4):
        place.at(MONDAY + week * WEEK + MINUTE).tick()

    assert states(place.issues())[-2:] == ["done", "skipped(nothing_new)"] or states(place.issues())[-1] == "done"
    assert len(place.mailed()) == 3


def test_the_operator_hears_once_of_each_thing(place: World) -> None:
    place.configure(extra='[notify]\nemail = "editors@quay.example"\n')
    seen(place)
    place.feed.status = 500
    for minute in (1, 12, 23):
        place.at(MONDAY + minute * MINUTE).tick()
    place.feed.status = 200
    place.at(MONDAY + 40 * MINUTE).tick()
    place.at(MONDAY + 45 * MINUTE).tick()

    told = [
        subject
        for subject, who in zip(place.subjects(), place.sink.messages, strict=True)
        if "editors" in who.recipients[0]
    ]
    assert [subject.partition("] ")[2] for subject in told] == [
        "source blog cannot be read",
        "weekly/1 was sent to 3 of 3",
    ]


def _stop_after(place: World, count: int) -> Callable[[], str]:
    return lambda: "signal" if len(place.sink.messages) >= count else ""


def _give_up_soon() -> Callable[[], str]:
    asked = iter(range(8))
    return lambda: "" if next(asked, None) is not None else "signal"


def _without_recipient(data: bytes) -> bytes:
    """The message with what belongs to its reader blanked: name, address, tokens, Message-ID."""
    import re

    data = re.sub(rb"(?mi)^(to|message-id|list-unsubscribe):[^\r]*(?:\r\n[ \t][^\r]*)*", b"", data)
    flat = data.replace(b"=\r\n", b"")
    flat = re.sub(rb"(?i)(ana|ben|cai)(@quay\.example|=40quay\.example)?", b"", flat)
    return re.sub(rb"%20[A-Za-z0-9_-]{38}", b"", flat)


def test_an_interrupted_issue_goes_on_while_the_list_file_is_away(place: World) -> None:
    seen(place).at(MONDAY + MINUTE)
    with place.workspace() as workspace:
        tick(workspace, stop=_stop_after(place, 1))
    (place.folder / "subscribers.csv").unlink()

    place.at(MONDAY + 6 * MINUTE).tick()

    assert (states(place.issues()), len(place.mailed())) == (["done"], 3)


def test_an_issue_that_needs_a_list_that_is_away_waits_and_goes_out_when_it_is_back(place: World) -> None:
    seen(place)
    (place.folder / "subscribers.csv").unlink()
    assert [step.what for step in place.at(MONDAY + MINUTE).tick()] == ["waiting"]
    place.people("ana@quay.example", "ben@quay.example")

    place.at(MONDAY + 12 * MINUTE).tick()

    assert (states(place.issues()), len(place.mailed())) == (["done"], 2)
