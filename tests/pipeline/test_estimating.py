"""How long an issue will take, said before it is sent; one that cannot be over in time is not begun unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.deliver.limits import Rate
from digest.pipeline import steering
from digest.pipeline.estimating import estimate, seconds_for
from digest.pipeline.issuing import named
from support_world import MONDAY, World, world

PEOPLE = (*(f"reader{n}@gmail.com" for n in range(8)), *(f"reader{n}@quay.example" for n in range(4)))


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        made.people(*PEOPLE)
        made.tick()
        made.feed.publish("Lamp night", made.clock + timedelta(hours=1))
        made.at(MONDAY)
        yield made


@pytest.mark.parametrize(
    ("count", "rates", "seconds"),
    [
        (1000, [Rate(10, 1)], 108.0),
        (1000, [Rate(600, 60)], 108.0),
        (5000, [Rate(5000, 86400)], 0.0),
        (5001, [Rate(5000, 86400)], 86400.0),
        (5001, [Rate(10, 1), Rate(5000, 86400)], 86400.0),
        (10, [], 0.0),
    ],
)
def test_smooth_rates_cost_their_time_and_quotas_whole_windows(count: int, rates: list[Rate], seconds: float) -> None:
    """A day's quota is spent as fast as it goes; only what exceeds it waits for the next day."""
    assert seconds_for(count, rates) == pytest.approx(seconds, rel=0.01)


def test_the_slowest_limit_decides_and_is_named(place: World) -> None:
    """Eight of twelve are at Gmail, which may be sent one a minute."""
    place.configure(extra='[limit.gmail]\ndomains = ["gmail.com"]\nrate = ["1/minute"]\n')
    with place.workspace() as workspace:
        from digest.pipeline.listing import read_list

        read_list(workspace, "members", accept=True)
        found = estimate(workspace, "weekly", len(PEOPLE))
    assert found.seconds == pytest.approx(8 * 60 * 1.08)
    assert "gmail.com may be sent 1/minute, and has 8 readers" in found.because


def test_what_cannot_be_over_in_time_is_held_and_may_be_released(place: World) -> None:
    """Under the clock nobody can be asked; nothing is frozen, and the reason says which limit it is."""
    slow = '[limit.gmail]\ndomains = ["gmail.com"]\nrate = ["1/day"]\n[delivery]\nfinish_within = "2h"\n'
    place.configure(extra=slow)
    place.tick()
    row = place.issues()[0]
    assert (str(row.state), row.reason, row.frozen_at) == ("held", "late", None)
    assert "longer than finish_within (2 hours): gmail.com may be sent 1/day" in row.note
    place.configure()
    with place.workspace() as workspace:
        steering.release(workspace, named(workspace, "weekly/1"), by="ana")
    place.tick()
    assert str(place.issues()[0].state) == "done"
