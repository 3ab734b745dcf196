"""Between issues: the clock looks at the sources often enough to lose nothing, and no oftener."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from support_world import MONDAY, World, world

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        yield made


def test_what_a_short_feed_dropped_before_the_issue_is_in_it(place: World) -> None:
    """The feed shows one article at a time; the three of the week are all in Monday's issue."""
    config = place.config_path.read_text(encoding="utf-8")  # this server has no pages: nothing is asked for again
    place.config_path.write_text(config.replace("[fetch]", "[fetch]\nrecheck = false"), encoding="utf-8")
    place.tick()
    for day, title in enumerate(("Ropes", "Boats", "Tides"), 1):
        place.feed.items.clear()
        place.feed.publish(title, MONDAY - (5 - day) * DAY)
        place.at(MONDAY - (5 - day) * DAY + HOUR).tick()
    place.at(MONDAY + MINUTE).tick()

    with place.workspace() as workspace:
        content = workspace.store.issues.content(place.issues()[0].id)
    assert content is not None and {item.title for item in content.items} >= {"Ropes", "Boats", "Tides"}


def test_a_source_is_looked_at_every_three_hours_however_often_the_clock_ticks(place: World) -> None:
    """Two days of ticks every ten minutes are at most sixteen requests."""
    place.tick()
    asked = place.feed.requests.count("/feed.xml")
    start = MONDAY - 4 * DAY
    for step in range(2 * 24 * 6):
        place.at(start + step * 10 * MINUTE).tick()

    assert 14 <= place.feed.requests.count("/feed.xml") - asked <= 16


def test_shortly_before_an_issue_it_is_left_to_the_issue(place: World) -> None:
    """In the last three hours nobody asks, so that the issue's own look is not refused by a cache."""
    place.tick()
    place.at(MONDAY - 4 * HOUR).tick()
    asked = place.feed.requests.count("/feed.xml")
    for minutes in range(170, 0, -10):
        place.at(MONDAY - minutes * MINUTE).tick()
    assert place.feed.requests.count("/feed.xml") == asked
    place.at(MONDAY + MINUTE).tick()
    assert place.feed.requests.count("/feed.xml") > asked


def test_a_source_that_fails_between_issues_tells_nobody(place: World) -> None:
    """It may be back long before anybody needs it; `digest status` shows it."""
    place.tick()
    place.feed.status = 500
    steps = place.at(MONDAY - 3 * DAY).tick()
    assert [step.what for step in steps] == ["idle"]
    with place.workspace() as workspace:
        assert {one.name: one.failures for one in workspace.store.articles.source_status()}["blog"] == 1
