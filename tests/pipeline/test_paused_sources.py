"""A paused source: not asked, not failed, not in the way of an issue; and marks that count when an issue is made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.pipeline.gathering import gather
from digest.pipeline.overview import overview
from digest.store import create_database
from support_world import MONDAY, World
from support_world import world as make_world


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    create_database(url)
    with make_world(tmp_path, url) as community:
        yield community


def test_a_paused_source_is_not_asked_and_not_failed(place: World) -> None:
    """Its server gets no request, it is reported as paused, and its old failure is no trouble any more."""
    place.feed.status = 500
    with place.workspace() as workspace:
        assert [one.source for one in gather(workspace).failed] == ["blog"]
        workspace.store.sourcebook.pause("blog", at=place.clock, by="ana")
        asked, told = len(place.feed.requests), []
        report = gather(workspace, force=True, on_result=told.append)
        assert {one.source: one.status for one in report.results} == {"blog": "paused", "stories": "new"}
        assert report.failed == () and len(place.feed.requests) == asked and len(told) == 2
        assert overview(workspace).trouble == ()
        workspace.store.sourcebook.resume("blog")
        place.feed.status = 200
        assert gather(workspace, force=True).results[0].status == "new"


def test_a_paused_source_does_not_hold_up_an_issue(place: World) -> None:
    """With its only failing source paused, the issue of Monday goes out with what the others have."""
    place.tick()
    place.feed.status = 500
    place.write("one.md", "# A kettle\n\nIt was found in the harbour, and it still boils water.")
    with place.workspace() as workspace:
        workspace.store.sourcebook.pause("blog", at=place.clock, by="ana")
    place.at(MONDAY + timedelta(minutes=1)).tick()
    assert len(place.mailed()) == 3


def test_a_mark_made_before_the_digest_met_the_article_counts(place: World) -> None:
    """An article excluded right after it was gathered, before any digest looked, is not in the next issue."""
    place.tick()
    for title in ("A lathe by boat", "Six sheds"):
        place.feed.publish(title, place.clock + timedelta(hours=1))
    place.at(place.clock + timedelta(hours=2))
    with place.workspace() as workspace:
        gather(workspace)
        [lathe] = [one.id for one in workspace.store.catalogue.find(search="lathe")]
        workspace.store.marks.exclude(lathe, at=place.clock, by="ana")
    place.at(MONDAY + timedelta(minutes=1)).tick()
    assert place.subjects() and all("lathe" not in subject for subject in place.subjects())
    with place.workspace() as workspace:
        assert [fate.state for fate in workspace.store.articles.fate(lathe)] == ["excluded"]
