"""A run that goes wrong slowly stops, with everybody else still in the queue."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from memory_ledger import MemoryLedger, fill

from digest.deliver.breaker import Breaker
from digest.deliver.reply import Scope
from digest.deliver.sending import Limits, send
from digest.deliver.settings import RelaySettings
from digest.model import DeliveryState, Outcome
from support_smtp import Sink

quick = partial(send, backoff=lambda troubles: 0.0)
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GOOD = Outcome(DeliveryState.ACCEPTED, AT, 250)
BAD = Outcome(DeliveryState.REFUSED, AT, 550, "5.1.1", "no such user", "code")


def told(breaker: Breaker, bad: int, good: int, scope: Scope) -> str:
    """What the last of these results says, the bad ones spread among the good."""
    total, words = bad + good, ""
    for number in range(total):
        is_bad = number * bad // total != (number + 1) * bad // total
        words = breaker.learn(BAD if is_bad else GOOD, scope if is_bad else "recipient") or words
    return words


@pytest.mark.parametrize(
    ("scope", "bad", "good", "trips"),
    [("recipient", 24, 476, False), ("recipient", 40, 460, True), ("policy", 4, 496, False), ("policy", 8, 492, True),
     ("message", 100, 400, False), ("recipient", 40, 50, False)],
)  # fmt: skip
def test_shares_of_the_last_500_decide(scope: Scope, bad: int, good: int, trips: bool) -> None:
    """Over 5 % dead addresses or 1 % policy trip; below, or with too few results, nothing does."""
    assert bool(told(Breaker(), bad, good, scope)) is trips


def test_old_results_are_forgotten() -> None:
    """24 bad ones among the first 500 and 24 among the next never count together."""
    breaker = Breaker()
    assert told(breaker, 24, 476, "recipient") == told(breaker, 24, 476, "recipient") == ""


def test_a_list_of_dead_addresses_stops_the_run() -> None:
    """One of ten is dead: after a hundred results nothing more is begun, the rest is queued, the report says why."""
    ledger = MemoryLedger(1000)
    with Sink(refuse=lambda address: "550 5.1.1 no such user" if address.split("@")[0].endswith("5") else None) as sink:
        relay = RelaySettings("main", "127.0.0.1", sink.port, "none", connections=2)
        report = quick(fill, ledger, [relay])
        assert report.stopped == "policy" and "do not exist" in report.note
        states = list(ledger.state.values())
        assert 850 <= states.count(DeliveryState.QUEUED) <= 900 and report.refused <= 15
        assert sink.taken == report.accepted == states.count(DeliveryState.ACCEPTED)
        again = quick(fill, ledger, [relay], limits=Limits(max_hard_bounces=1.0))
    assert (again.stopped, again.accepted + report.accepted) == ("", 900)
