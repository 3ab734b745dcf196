"""Readers who asked for fewer mails get issues of their own, with everything since their last one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.pipeline.cadence import FREQUENCIES, cadences
from support_world import MONDAY, World, world

WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        (made.folder / "subscribers.csv").write_text(
            "email,frequency\nana@quay.example,\nben@quay.example,weekly\ncai@quay.example,monthly\n"
        )
        yield made


@pytest.mark.parametrize(
    "schedule", ["every monday at 09:00", "every day at 09:00", "first monday of month at 09:00", "*/30 * * * *"]
)
def test_every_subscription_is_served_by_exactly_one_cadence(place: World, schedule: str) -> None:
    place.configure(schedule=schedule)
    with place.workspace() as workspace:
        served = [frequency for ours in cadences(workspace, "weekly").values() for frequency in ours]

    assert sorted(served) == sorted(["every", *FREQUENCIES])


def test_a_monthly_reader_of_a_weekly_digest_gets_one_issue_a_month_with_all_of_it(place: World) -> None:
    place.tick()
    for week in range(8):
        moment = MONDAY + week * WEEK
        place.feed.publish(f"Story {week}", moment - timedelta(days=2))
        place.at(moment + MINUTE).tick()
        place.at(moment + 6 * MINUTE).tick()

    mailed = place.mailed()
    assert mailed.count("ana@quay.example") == mailed.count("ben@quay.example") == 8
    assert mailed.count("cai@quay.example") == 2, "7 December and 4 January"
    monthly = [row for row in place.issues() if row.frequency == "monthly"]
    with place.workspace() as workspace:
        contents = [workspace.store.issues.content(row.id) for row in monthly]
    titles = [sorted(item.title for item in content.items) for content in contents if content]
    assert titles[1] == ["Story 3", "Story 4", "Story 5", "Story 6"]
    assert len({row.number for row in place.issues()}) == len(place.issues()), "no number is used twice"
