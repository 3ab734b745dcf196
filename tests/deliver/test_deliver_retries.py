"""The retry schedule: bounded, spread, the same for everybody who computes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.retries import backoff_s, expired, retry_at

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def test_the_delays_double_up_to_four_hours() -> None:
    """Without jitter: 5, 10, 20, 40, 80, 160, 240, 240 minutes."""
    minutes = [(retry_at(n, NOW, seed=7) - NOW).total_seconds() / 60 for n in range(8)]
    for got, base in zip(minutes, [5, 10, 20, 40, 80, 160, 240, 240], strict=True):
        assert base <= got <= base * 1.2


@given(st.integers(0, 10**6), st.integers(0, 2**40))
def test_the_same_delivery_gets_the_same_instant_everywhere(attempt: int, seed: int) -> None:
    """The schedule is a function of (attempt, now, delivery id) and never beyond 4.8 hours."""
    first = retry_at(attempt, NOW, seed=seed)
    assert first == retry_at(attempt, NOW, seed=seed)
    assert timedelta(minutes=5) <= first - NOW <= timedelta(hours=4.8)


def test_many_deferred_at_once_come_back_spread() -> None:
    """A thousand deliveries deferred in one instant fill every tenth of the first minute."""
    tenths = {int((retry_at(0, NOW, seed=n) - NOW).total_seconds() - 300) // 6 for n in range(1000)}
    assert tenths == set(range(10))


def test_expiry_counts_from_the_first_instant() -> None:
    """A second before the bound is in time, the bound itself is not."""
    assert not expired(NOW, NOW + timedelta(seconds=3599), 3600)
    assert expired(NOW, NOW + timedelta(seconds=3600), 3600)


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_backing_off_stays_between_a_second_and_five_minutes(failures: int, chance: float) -> None:
    """No number of failures and no chance leads outside 1..300 s."""
    assert 1.0 <= backoff_s(failures, chance=chance) <= 300.0
