"""How long an issue will take, said before it is sent; one that cannot be over in time is not begun unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from digest.clock.tick import tick
from digest.deliver.limits import Rate
from digest.model import Report
from digest.pipeline import steering
from digest.pipeline.estimating import estimate, seconds_for, warming_seconds
from digest.pipeline.issuing import named
from digest.pipeline.limiting import relays_of, warming
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


@pytest.mark.parametrize(("count", "days"), [(50, 0), (51, 1), (150, 1), (151, 2), (400, 2), (1150, 3), (1151, 4)])
def test_a_warm_up_takes_its_days(count: int, days: int) -> None:
    """50, 100 and 250 on the first three days, then 750 a day: each day's number, one after the other."""
    table = [Rate(50, 86400), Rate(100, 86400), Rate(250, 86400)]
    assert warming_seconds(count, table, [Rate(750, 86400)]) == days * 86400


def test_a_relay_that_warms_up_has_a_limit_for_each_day(place: World) -> None:
    """The first number before and on its first day, the next one on the next, after the last only its own rate."""
    relay = f'rate = ["9/second"]\nwarm_up_from = {MONDAY:%Y-%m-%d}\nwarm_up = ["5/day", "7/day"]\n'
    place.configure(extra=relay)
    said = []
    for day in (-1, 0, 1, 2):
        place.at(MONDAY + timedelta(days=day))
        with place.workspace() as workspace:
            (main,) = relays_of(workspace, "weekly")
            said.append((" ".join(map(str, main.rates)), warming(workspace, "weekly")))
    assert said == [("9/second 5/day", True), ("9/second 5/day", True), ("9/second 7/day", True), ("9/second", False)]


def test_a_run_that_waits_for_a_quota_ends_with_its_time(place: World) -> None:
    """Three of Gmail's eight are reached on the first day; when finish_within is over the run ends, and the clock holds
    what is left instead of waiting for ever."""
    place.configure(
        extra='[limit.gmail]\ndomains = ["gmail.com"]\nrate = ["3/day"]\n[delivery]\nfinish_within = "72h"\n'
    )

    def pass_time(report: Report) -> None:
        if report.accepted == 7:
            place.clock += timedelta(hours=73)

    with place.workspace() as workspace:
        tick(workspace, progress=pass_time)
    row = place.issues()[0]
    assert str(row.state) == "sending" and place.accounting(row).accepted == 7
    place.tick()
    row = place.issues()[0]
    assert (str(row.state), row.reason) == ("held", "late") and place.accounting(row).waiting == 5
