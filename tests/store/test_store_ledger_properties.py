"""Random work, kills, pauses and unsubscribes: the ledger's promises hold after every step, on both engines."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_builders import NOW, Clock, accepted, candidates, content, deferred, given_back, period, refused, subscriber

from digest.model import DeliveryState, IssueState, Outcome
from digest.store import Frozen, IssueLedger, RenditionData, Store, open_store

PROOF = os.environ.get("DIGEST_PROOF") == "1"
PEOPLE = 5
D = DeliveryState
worlds = count(1)

STEP = st.one_of(
    st.tuples(st.just("claim"), st.integers(0, 1), st.integers(1, 4)),
    st.tuples(st.just("begin"), st.integers(0, 1), st.integers(1, 4)),
    st.tuples(st.just("finish"), st.integers(0, 1), st.sampled_from(["accepted", "deferred", "refused", "queued"])),
    st.tuples(st.just("finish_and_begin"), st.integers(0, 1), st.integers(1, 3)),
    st.tuples(st.just("release"), st.integers(0, 1)),
    st.tuples(st.just("kill"), st.integers(0, 1)),
    st.tuples(st.just("stall"), st.integers(0, 1)),
    st.just(("recover",)),
    st.tuples(st.just("wait"), st.integers(1, 40)),
    st.just(("pause_or_resume",)),
    st.just(("cancel",)),
    st.tuples(st.just("unsubscribe"), st.integers(0, PEOPLE - 1)),
    st.just(("expire",)),
)


class World:
    """One issue, two workers, and what a perfect witness knows of every message."""

    def __init__(self, store: Store, policy: str) -> None:
        number = next(worlds)
        self.store, self.policy, self.clock = store, policy, Clock()
        self.list = f"list{number}"
        store.audience.sync_list(self.list, [subscriber(f"w{n}") for n in range(PEOPLE)], at=NOW)
        row, _ = store.issues.plan(self.list, "every", period(), scheduled_for=NOW, at=NOW)
        bundle = Frozen(
            content(row, list_name=self.list), [RenditionData("en", "ltr", b"x")], {}, (), candidates(store, self.list)
        )
        row = store.issues.freeze(row, bundle, at=NOW)
        self.row = store.issues.move(row, IssueState.SENDING, at=NOW)
        self.pids = count(number * 1000)
        self.alive: set[int] = set()
        self.workers = [self.hire(), self.hire()]
        self.in_flight: dict[int, Any] = {}  # delivery -> who begins it now
        self.unresolved: set[int] = set()  # begun, and never to be begun again under `hold`
        self.accepted: set[int] = set()
        self.unsubscribed: set[str] = set()
        self.keys = {one.id: one.address for one in store.issues.deliveries(self.row.id)}

    def hire(self) -> dict[str, Any]:
        pid = next(self.pids)
        self.alive.add(pid)
        me = self.store.workers.register("here", pid, "s", at=self.clock())
        ledger: IssueLedger = self.store.ledger(self.row.id, me, now=self.clock)
        return {"pid": pid, "id": me, "ledger": ledger, "claimed": [], "begun": [], "lease": self.clock() + self.lease}

    lease = timedelta(seconds=30)

    def do(self, step: tuple[Any, ...]) -> None:
        getattr(self, step[0])(*step[1:])
        self.check()

    def claim(self, who: int, n: int) -> None:
        one = self.workers[who]
        got = [recipient.delivery_id for recipient in one["ledger"].claim(n)]
        assert len(got) <= n and not set(got) & self.unresolved and not set(got) & self.accepted
        assert not got or (self.row.state is IssueState.SENDING and self.clock() < one["lease"])
        one["claimed"] += got

    def begin(self, who: int, n: int, outcomes: tuple[Any, ...] = ()) -> None:
        one = self.workers[who]
        wanted, one["claimed"] = one["claimed"][:n], one["claimed"][n:]
        begun = one["ledger"].commit(outcomes, wanted)
        assert begun <= set(wanted)
        assert not begun or (self.row.state is IssueState.SENDING and self.clock() < one["lease"])
        assert not begun & (self.unresolved | self.accepted), "begun twice"
        assert not {self.keys[row] for row in begun} & self.unsubscribed
        one["begun"] += sorted(begun)
        self.unresolved |= begun

    def finish(self, who: int, kind: str) -> None:
        one = self.workers[who]
        if not one["begun"]:
            return
        row = one["begun"].pop(0)
        make: Callable[[], Outcome] = {
            "accepted": accepted, "refused": refused, "queued": given_back,
            "deferred": lambda: deferred(self.clock() + timedelta(seconds=5)),
        }[kind]  # fmt: skip
        one["ledger"].commit([(row, make())], [])
        self.note(row, kind)

    def finish_and_begin(self, who: int, n: int) -> None:
        rows, self.workers[who]["begun"] = self.workers[who]["begun"], []
        for row in rows:
            self.accepted.add(row)
        self.begin(who, n, tuple((row, accepted()) for row in rows))

    def note(self, row: int, kind: str) -> None:
        state = self.state(row)
        if kind == "accepted":
            self.accepted.add(row)
        elif state in (D.DEFERRED, D.QUEUED) or self.policy == "resend":
            self.unresolved.discard(row)

    def state(self, row: int) -> DeliveryState:
        return next(one.state for one in self.store.issues.deliveries(self.row.id) if one.id == row)

    def release(self, who: int) -> None:
        self.workers[who]["ledger"].release()
        self.workers[who]["claimed"] = []

    def kill(self, who: int) -> None:
        self.alive.discard(self.workers[who]["pid"])
        self.workers[who] = self.hire()

    def stall(self, who: int) -> None:
        self.clock.now += self.lease  # nobody's heart beats; the other one then goes on
        other = self.workers[1 - who]
        if self.store.workers.beat(other["id"], at=self.clock()):
            other["lease"] = self.clock() + self.lease

    def recover(self) -> None:
        now = self.clock()
        self.store.workers.recover(
            at=now, host="here", alive=lambda pid, _: pid in self.alive, on_uncertain=self.policy
        )
        if self.policy == "resend":
            queued = {one.id for one in self.store.issues.deliveries(self.row.id, states=[D.QUEUED])}
            self.unresolved -= queued
            self.accepted -= queued  # its worker was given up before it could tell

    def wait(self, seconds: int) -> None:
        self.clock.now += timedelta(seconds=seconds)

    def pause_or_resume(self) -> None:
        to = {IssueState.SENDING: IssueState.PAUSED, IssueState.PAUSED: IssueState.SENDING}.get(self.row.state)
        if to is not None:
            self.row = self.store.issues.move(self.row, to, at=self.clock())

    def cancel(self) -> None:
        if self.row.state is not IssueState.CANCELLED:
            self.row = self.store.issues.move(self.row, IssueState.CANCELLED, at=self.clock())

    def unsubscribe(self, number: int) -> None:
        self.store.audience.unsubscribe(self.list, f"w{number}@people.example", at=NOW, source="link")
        self.unsubscribed.add(f"w{number}@people.example")

    def expire(self) -> None:
        self.store.issues.expire(self.row.id, at=self.clock())

    def check(self) -> None:
        counts = self.store.issues.accounting(self.row.id)
        assert counts.adds_up() and counts.candidates == PEOPLE
        if self.row.state is IssueState.CANCELLED:
            assert counts.deferred == 0

    def end(self) -> None:
        """Everybody dies, is recovered, and one last worker finishes: then nobody waits and nobody is lost."""
        self.alive.clear()
        self.clock.now += self.lease
        self.recover()
        if self.row.state is IssueState.PAUSED:
            self.pause_or_resume()
        self.workers[0] = self.hire()
        if self.row.state is IssueState.SENDING:
            self.clock.now += timedelta(seconds=5)
            self.claim(0, PEOPLE)
            self.begin(0, PEOPLE)
            self.finish_and_begin(0, 0)
            self.row = self.store.issues.move(self.row, IssueState.DONE, at=self.clock())
        counts = self.store.issues.accounting(self.row.id)
        assert counts.waiting == counts.deferred == 0 and counts.candidates == PEOPLE


def run(store: Store, steps: list[tuple[Any, ...]], policy: str) -> None:
    world = World(store, policy)
    for step in steps:
        world.do(step)
    world.end()


@pytest.fixture
def sqlite_store(new_sqlite: Callable[[], str]) -> Any:
    with open_store(new_sqlite()) as store:
        yield store


@pytest.fixture
def postgres_store(new_postgres: Callable[[], str]) -> Any:
    with open_store(new_postgres()) as store:
        yield store


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=25), policy=st.sampled_from(["hold", "resend"]))
def test_the_six_counts_always_add_up(sqlite_store: Store, steps: list[tuple[Any, ...]], policy: str) -> None:
    """After every step candidates = the six counts, and under `hold` no message is begun twice, whoever dies when."""
    run(sqlite_store, steps, policy)


@pytest.mark.postgres
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=20), policy=st.sampled_from(["hold", "resend"]))
def test_the_six_counts_always_add_up_on_postgres(
    postgres_store: Store, steps: list[tuple[Any, ...]], policy: str
) -> None:
    """The same promises on the other engine."""
    run(postgres_store, steps, policy)


@pytest.mark.slow
@settings(
    max_examples=1500 if PROOF else 12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, max_size=60), policy=st.sampled_from(["hold", "resend"]))
def test_the_six_counts_always_add_up_at_length(sqlite_store: Store, steps: list[tuple[Any, ...]], policy: str) -> None:
    """The same promises over long histories; over many of them for the proof."""
    run(sqlite_store, steps, policy)
