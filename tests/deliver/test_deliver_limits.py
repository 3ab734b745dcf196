"""Times for sending: whoever asks, whenever, no window holds more than a limit allows."""

from __future__ import annotations

import bisect
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.limits import AHEAD_S, Bucket, Limit, Now, Rate, life_s, parse_rate, refund, reserve

rates = st.builds(Rate, st.integers(1, 500), st.sampled_from([1.0, 60.0]))
quotas = st.builds(Rate, st.integers(1, 200), st.sampled_from([3600.0, 86400.0]))


def most_in(times: list[float], window_s: float) -> int:
    times = sorted(times)
    return max((bisect.bisect_left(times, at + window_s) - first for first, at in enumerate(times)), default=0)


@given(st.lists(rates, min_size=1, max_size=3), st.lists(st.tuples(st.floats(0, 0.4), st.integers(1, 50)), max_size=80),
       st.lists(st.floats(0, 1), min_size=200, max_size=200))  # fmt: skip
def test_no_window_holds_more_than_a_smooth_limit(
    all_rates: list[Rate], asks: list[tuple[float, int]], lateness: list[float]
) -> None:
    """Whatever several workers ask, and however late within their life the messages leave."""
    limits = [Limit(f"limit {number}", (rate,)) for number, rate in enumerate(all_rates)]
    buckets: dict[str, Bucket] = {}
    now, sent, life = 1000.0, [], life_s(limits)
    for pause, wanted in asks:
        now += pause
        changed, grant = reserve(buckets, limits, Now(now, now), wanted)
        buckets |= changed
        assert all(now <= at <= now + AHEAD_S + 1e-9 for at in grant.times) and len(grant.times) <= wanted
        sent += [at + life * lateness[len(sent) % 200] for at in grant.times]
    for rate in all_rates:
        assert most_in(sent, rate.window_s - 1e-6) <= rate.count


@given(quotas, st.lists(st.tuples(st.floats(0, 40_000), st.integers(1, 60)), max_size=60))
def test_no_window_holds_more_than_a_quota(rate: Rate, asks: list[tuple[float, int]]) -> None:
    """An hour or a day that begins anywhere."""
    limits = [Limit("relay main", (rate,))]
    buckets: dict[str, Bucket] = {}
    now, sent = 1e9, []
    for pause, wanted in asks:
        now += pause
        changed, grant = reserve(buckets, limits, Now(now, now), wanted)
        buckets |= changed
        assert grant.times or (grant.wait_s > 0 and grant.waits_for == "relay main")
        sent += [now] * len(grant.times)
    assert most_in(sent, rate.window_s) <= rate.count


@given(quotas)
def test_the_wait_of_a_spent_quota_is_true(rate: Rate) -> None:
    """After just that wait something may go again, so nobody waits for ever."""
    limits, buckets, at = [Limit("x", (rate,))], {}, 1e9 + 17
    while (answer := reserve(buckets, limits, Now(at, at), 50))[1].times:
        buckets |= answer[0]
    later = at + answer[1].wait_s + 1e-3
    assert reserve(buckets, limits, Now(later, later), 1)[1].times


@pytest.mark.parametrize("jump", [-1e6, -3600.0, -1.0, 1.0, 3600.0])
def test_a_clock_that_jumps_neither_stops_nor_floods(jump: float) -> None:
    """After a jump sending goes on at once, with at most one gap's wait."""
    limits = [Limit("x", (Rate(10, 1.0),))]
    buckets, grant = reserve({}, limits, Now(2e6, 2e6), 50)
    buckets2, grant = reserve(buckets, limits, Now(2e6 + jump, 2e6), 50)
    assert len(grant.times) <= 2 and (grant.times or grant.wait_s <= 0.11)
    _, grant = reserve(buckets | buckets2, limits, Now(2e6 + jump + 0.3, 2e6), 50)
    assert grant.times


def test_a_quota_is_not_stretched_over_the_day() -> None:
    """5000 a day may all go in the first minutes; 60 a minute go one by one."""
    day, minute = Limit("d", (parse_rate("5000/day"),)), Limit("m", (parse_rate("60/minute"),))
    assert len(reserve({}, [day], Now(0, 0), 50)[1].times) == 50
    assert len(reserve({}, [minute], Now(0, 0), 50)[1].times) == 1


@given(st.integers(1, 40))
def test_a_refund_frees_just_so_many(count: int) -> None:
    limits = [Limit("x", (parse_rate("50/day"),))]
    buckets, grant = reserve({}, limits, Now(1e9, 1e9), 50)
    assert len(grant.times) == 50
    buckets |= refund(buckets, limits, Now(1e9 + 60, 1e9 + 60), count)
    assert len(reserve(buckets, limits, Now(1e9 + 61, 1e9 + 61), 50)[1].times) == count


@pytest.mark.parametrize("text", ["", "5", "5/", "/second", "0/second", "-1/day", "1.5/minute", "5/week", "x/day"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_rate(text)


@pytest.mark.parametrize(
    ("text", "read"), [("20/second", "20/second"), ("5_000 / day", "5000/day"), ("7/minutes", "7/minute")]
)
def test_rates_are_read_as_people_write_them(text: str, read: str) -> None:
    assert str(parse_rate(text)) == read


def test_what_a_rate_comes_to() -> None:
    """The estimate counts with what really goes, a little under the limit."""
    assert math.isclose(parse_rate("108/second").per_s, 100)
    assert math.isclose(parse_rate("25/hour").per_s * 3600, 24)
