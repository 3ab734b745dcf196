"""Several relays: shares by weight, spares, and one that fails while the others go on."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from memory_ledger import MemoryLedger, fill

from digest.deliver.limits import parse_rate
from digest.deliver.pacer import Changed, Pacer, Rules
from digest.deliver.sending import Limits, send
from digest.deliver.settings import RelaySettings, Timeouts
from digest.model import DeliveryState
from support_smtp import Sink

quick = partial(send, backoff=lambda troubles: 0.05)


def relay_of(sink: Sink, name: str, **changes: object) -> RelaySettings:
    settings = RelaySettings(name, "127.0.0.1", sink.port, "none", timeouts=Timeouts(5, 5, 5, 5, 5), connections=2)
    return dataclasses.replace(settings, **changes)  # type: ignore[arg-type]


class Memory:
    """A bank of one process."""

    def __init__(self) -> None:
        self.rows: dict[str, Changed] = {}

    def change(
        self, keys: Sequence[str], decide: Callable[[Mapping[str, Changed], float, float], Mapping[str, Changed]]
    ) -> float:
        rows = {key: self.rows[key] for key in keys if key in self.rows}
        self.rows |= decide(rows, time.monotonic(), time.time())
        return 0.0

    def close(self) -> None:
        return None


def test_relays_share_by_weight() -> None:
    """Weights 3 and 1 give three quarters and one, once both have been opened."""
    with Sink(delay_s=0.001) as one, Sink(delay_s=0.001) as other:
        report = quick(fill, MemoryLedger(400), [relay_of(one, "one", weight=3), relay_of(other, "other", weight=1)])
    assert report.accepted == 400 == one.taken + other.taken
    assert 0.6 <= one.taken / 400 <= 0.9 and other.taken > 30


def test_a_spare_is_left_alone_while_another_takes_mail() -> None:
    with Sink() as first, Sink() as spare:
        quick(fill, MemoryLedger(100), [relay_of(spare, "spare", weight=0), relay_of(first, "first")])
    assert (first.taken, spare.taken, spare.connections) == (100, 0, 0)


def test_when_a_relay_is_gone_the_others_take_over() -> None:
    """A spare too; everybody is mailed once."""
    for weight in (0, 1):
        with Sink() as gone:
            pass
        ledger = MemoryLedger(100)
        with Sink() as other:
            report = quick(fill, ledger, [relay_of(gone, "gone"), relay_of(other, "other", weight=weight)])
        assert (report.accepted, report.stopped, other.taken) == (100, "", 100)
        assert set(ledger.state.values()) == {DeliveryState.ACCEPTED}


def provided(count: int, slow_share: int) -> MemoryLedger:
    """The first `slow_share` of each ten are at one provider, in runs as a list may hold them."""
    ledger = MemoryLedger(count)
    for number, one in ledger.recipients.items():
        domain = "slow.example" if number % 10 < slow_share else f"fast{number % 7}.example"
        ledger.recipients[number] = dataclasses.replace(one, address=f"reader{number}@{domain}", domain=domain)
    return ledger


def test_a_slow_provider_does_not_hold_the_rest() -> None:
    """Nine of ten wait for a provider that takes one an hour: all the others are mailed, and no crowd is claimed."""
    ledger, fast = provided(2000, 9), 200
    pacer = Pacer(Rules(providers={"slow.example": (parse_rate("1/hour"),)}), Memory())
    ends = time.monotonic() + 30
    with Sink() as sink:
        done: Callable[[], str] = lambda: "enough" if sink.taken > fast or time.monotonic() > ends else ""  # noqa: E731
        quick(fill, ledger, [relay_of(sink, "main")], limits=Limits(pace=pacer), stop=done)
    pacer.close()
    by_domain = [message.recipients[0].endswith("slow.example") for message in sink.messages]
    assert by_domain.count(False) == fast and by_domain.count(True) <= 1
    assert DeliveryState.CLAIMED not in ledger.state.values()
