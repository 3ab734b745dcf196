"""Feeds that move, repeat one another or date themselves anew, from the fetch to the mail: everything is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.pipeline.gathering import SourceResult, enroll, gather
from support_world import MONDAY, World, prose, world

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        yield made


def published(place: World, count: int = 9) -> World:
    """A digest in its second week: `count` articles went out on Monday."""
    place.tick()
    for number in range(count):
        place.feed.publish(
            f"Lamp night number {'abcdefghijkl'[number]}", MONDAY - 2 * DAY + number * MINUTE, body="Come."
        )
    place.at(MONDAY + MINUTE).tick()
    assert [row.name for row in place.issues()] == ["weekly/1"]
    return place


def move(place: World, *, redated: bool) -> None:
    """The site gets a new platform: other identifiers, other addresses, perhaps other dates."""
    for number, item in enumerate(place.feed.items):
        item["guid"] = f"urn:new:{number}"
        item["link"] = f"{place.feed.url}/2026/article-{number}"
        if redated:
            item["date"] = "Tue, 24 Nov 2026 08:00:00 +0000"


def fetched(place: World) -> SourceResult:
    with place.workspace() as workspace:
        [result] = gather(workspace, ["blog"], force=True).results
        enroll(workspace, "weekly")
        return result


@pytest.mark.parametrize("redated", [False, True])
def test_a_site_that_moves_mails_nothing_again_and_the_operator_is_told(place: World, redated: bool) -> None:
    """Short posts under all new names are known; the warning counts them and says what is thought to have happened."""
    published(place)
    move(place, redated=redated)

    result = fetched(place.at(MONDAY + DAY))

    assert (result.moved, result.new) == (9, 0)
    assert any("the site seems to have moved" in warning for warning in result.warnings)
    place.at(MONDAY + WEEK + MINUTE).tick()
    assert [row.name for row in place.issues() if row.frozen_at] == ["weekly/1"]
    assert len(place.mailed()) == 3


def test_what_is_really_new_in_a_storm_is_mailed(place: World) -> None:
    """The first article on the new platform is in the next issue, alone."""
    published(place)
    move(place, redated=True)
    place.feed.publish("We have moved", MONDAY + DAY)

    assert fetched(place.at(MONDAY + DAY)).new == 1
    place.at(MONDAY + WEEK + MINUTE).tick()
    with place.workspace() as workspace:
        content = workspace.store.issues.content(place.issues()[-1].id)
    assert content is not None and [item.title for item in content.items] == ["We have moved"]


def test_the_second_fetch_after_a_move_is_quiet(place: World) -> None:
    """The new names are known by then: no warning, nothing moved."""
    published(place)
    move(place, redated=False)
    fetched(place.at(MONDAY + DAY))

    result = fetched(place.at(MONDAY + 2 * DAY))

    assert (result.moved, result.new) == (0, 0)
    assert not any("moved" in warning for warning in result.warnings)


def test_a_feed_that_dates_itself_anew_mails_nothing_again(place: World) -> None:
    """The same entries with the date of today are the same entries."""
    published(place)
    for item in place.feed.items:
        item["date"] = "Tue, 24 Nov 2026 08:00:00 +0000"

    assert fetched(place.at(MONDAY + DAY)).new == 0
    place.at(MONDAY + WEEK + MINUTE).tick()
    assert len(place.mailed()) == 3


def test_the_copy_in_a_folder_of_what_went_out_is_not_mailed(place: World) -> None:
    """A text without identifier, date and address is known by its words, a sentence less and a note more."""
    place.tick()
    story = prose("The old mill") + " " + prose("The tide tables")
    place.feed.publish("The old mill", MONDAY - DAY, body=story)
    place.at(MONDAY + MINUTE).tick()
    first, rest = story.split(". ", 1)
    place.write("copy.txt", f"From the mill\n\n{rest}\n\nWritten by a friend of {len(first)} years for the paper.\n")

    place.at(MONDAY + DAY)
    with place.workspace() as workspace:
        results = {result.source: result for result in gather(workspace).results}

    assert (results["stories"].found, results["stories"].new, results["stories"].copies) == (1, 0, 1)
    place.at(MONDAY + WEEK + MINUTE).tick()
    assert len(place.mailed()) == 3


def test_a_fetch_that_fails_or_is_empty_forgets_nothing(place: World) -> None:
    """After an outage and an empty feed the old entries come back as what they are: known."""
    published(place)
    entries, place.feed.items = place.feed.items, []
    fetched(place.at(MONDAY + DAY))
    place.feed.status = 500
    assert fetched(place.at(MONDAY + 2 * DAY)).status == "failed"
    place.feed.status, place.feed.items = 200, entries

    result = fetched(place.at(MONDAY + 3 * DAY))

    assert (result.new, result.moved) == (0, 0)
