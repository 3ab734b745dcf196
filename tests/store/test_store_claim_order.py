"""In which order recipients are claimed: domains mixed, those on hold passed over, nobody left behind."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from store_builders import NOW, SECOND, Clock, accepted, candidates, content, deferred, planned, sending, worker

from digest.model import IssueState, SubscriberRow
from digest.store import Frozen, IssueLedger, RenditionData, Store


def of_domains(store: Store, **sizes: int) -> int:
    """A sending issue with `big=6` readers at big.example and so on, one domain after the other on the list."""
    rows = [
        SubscriberRow(address=f"{name}{number}@{name}.example", key=f"{name}{number}@{name}.example")
        for name, size in sizes.items()
        for number in range(size)
    ]
    store.audience.sync_list("members", rows, at=NOW)
    row = planned(store)
    bundle = Frozen(content(row), [RenditionData("en", "ltr", b"x")], {}, (), candidates(store))
    return store.issues.move(store.issues.freeze(row, bundle, at=NOW), IssueState.SENDING, at=NOW).id


def ledger_of(store: Store, issue: int, clock: Clock | None = None) -> IssueLedger:
    return store.ledger(issue, worker(store), now=clock or Clock())


def test_domains_are_mixed_in_proportion(store: Store) -> None:
    """In any twenty in a row a domain has its share of the whole, give or take two; nobody waits for the others."""
    issue = of_domains(store, big=120, middle=60, small=20)
    order = [one.domain for one in ledger_of(store, issue).claim(200)]
    for start in range(0, 180, 5):
        seen = Counter(order[start : start + 20])
        assert abs(seen["big.example"] - 12) <= 2 and abs(seen["middle.example"] - 6) <= 2
        assert abs(seen["small.example"] - 2) <= 2


def test_single_addresses_are_spread_over_the_whole(store: Store) -> None:
    """Domains of one reader each do not meet in one spot: each quarter of the order has some of them."""
    issue = of_domains(store, big=100, **{f"lone{number}": 1 for number in range(60)})
    order = [one.domain == "big.example" for one in ledger_of(store, issue).claim(160)]
    assert all(5 <= order[start : start + 40].count(False) <= 30 for start in range(0, 160, 40))


def test_a_domain_on_hold_is_passed_over_and_comes_later(store: Store) -> None:
    """Claims without a domain give everybody else; afterwards its readers are there, in their order."""
    issue = of_domains(store, big=30, small=10)
    ledger = ledger_of(store, issue)
    others = [one.domain for size in (3, 4, 100) for one in ledger.claim(size, without={"big.example"})]
    assert others == ["small.example"] * 10
    assert ledger.claim(5, without={"big.example", "small.example"}) == []
    held = ledger.claim(100)
    assert len(held) == 30 and [one.delivery_id for one in held] == sorted(one.delivery_id for one in held)


def test_a_hold_that_ends_in_between_leaves_nobody_behind(store: Store) -> None:
    """Hold after hold with everybody coming and going: each recipient is claimed exactly once."""
    issue = of_domains(store, a=20, b=20, c=20, d=20)
    ledger = ledger_of(store, issue)
    holds = [(), ("a.example",), ("a.example", "b.example"), ("c.example",), ("d.example", "a.example"), ()]
    seen: list[int] = []
    for turn in range(40):
        seen += [one.delivery_id for one in ledger.claim(3, without=holds[turn % len(holds)])]
    seen += [one.delivery_id for one in ledger.claim(1000)]
    assert len(seen) == len(set(seen)) == 80


def test_a_retry_of_a_domain_on_hold_waits_too(store: Store) -> None:
    """A deferral whose time has come is not claimed while its domain is held, and first thing after."""
    clock = Clock()
    issue = of_domains(store, a=2, b=2)
    ledger = ledger_of(store, issue, clock)
    first = next(one for one in ledger.claim(4) if one.domain == "a.example")
    ledger.commit([(first.delivery_id, deferred(NOW + SECOND))], [])
    ledger.release()
    clock.now += SECOND
    assert {one.domain for one in ledger.claim(10, without=["a.example"])} == {"b.example"}
    assert first.delivery_id in [one.delivery_id for one in ledger.claim(1)]


def test_what_came_back_to_the_queue_is_claimed_again(store: Store) -> None:
    """A row given back by another worker lies before what this one has claimed, and is found nevertheless."""
    row = sending(store, 6)
    mine, other = ledger_of(store, row.id), store.ledger(row.id, worker(store, pid=2), now=lambda: NOW)
    [back] = other.claim(1)
    got = mine.claim(3)
    other.release()
    got += mine.claim(3)
    assert back.delivery_id in [one.delivery_id for one in got + mine.claim(3)]


def test_a_claim_whose_answer_was_lost_is_taken_back(store: Store) -> None:
    """Rows that a worker holds without knowing come back to it at its next claim, not at the end of the run."""
    row, me = sending(store, 4), worker(store)
    ledger, twin = (store.ledger(row.id, me, now=lambda: NOW) for _ in range(2))
    known = ledger.claim(1)
    lost = twin.claim(2)  # the same worker claimed, and the answer never came
    ledger._in_doubt = True
    got = ledger.claim(4)
    assert {one.delivery_id for one in lost} <= {one.delivery_id for one in got}
    assert len(got) == 3 and all(one.attempt == 1 for one in got)
    begun = ledger.commit([], [one.delivery_id for one in known + got])
    assert len(begun) == 4
    ledger.commit([(one, accepted()) for one in begun], [])
    assert store.issues.accounting(row.id).accepted == 4


def test_who_joined_or_took_mail_last_goes_first(store: Store) -> None:
    """While an address warms up: those of the latest day before all others, whatever their domain."""
    day = timedelta(days=1)
    everybody: list[SubscriberRow] = []
    for number, domain in enumerate(("old", "middle", "new")):
        everybody += [SubscriberRow(f"{n}@{domain}.example", f"{n}@{domain}.example") for n in range(4)]
        store.audience.sync_list("members", everybody, at=NOW + number * day)
    first = planned(store)
    bundle = Frozen(content(first), [RenditionData("en", "ltr", b"x")], {}, (), candidates(store), newest_first=True)
    issue = store.issues.move(store.issues.freeze(first, bundle, at=NOW), IssueState.SENDING, at=NOW).id
    ledger = ledger_of(store, issue)
    taken = ledger.claim(12)
    assert [one.domain for one in taken] == ["new.example"] * 4 + ["middle.example"] * 4 + ["old.example"] * 4
    glad = next(one for one in taken if one.domain == "old.example")
    ledger.commit([], [glad.delivery_id])
    ledger.commit([(glad.delivery_id, accepted(NOW + 5 * day))], [])
    second = planned(store, 1)
    bundle = Frozen(content(second), [RenditionData("en", "ltr", b"x")], {}, (), candidates(store), newest_first=True)
    issue = store.issues.move(store.issues.freeze(second, bundle, at=NOW), IssueState.SENDING, at=NOW).id
    assert ledger_of(store, issue).claim(1)[0].address == glad.address
