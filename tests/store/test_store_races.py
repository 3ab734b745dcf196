"""Several processes on one database, and processes that are killed: real ones, on both engines."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from store_builders import NOW, accepted, candidates, content, frozen, people, period, planned, sending, worker

from digest.errors import BusyError, StoreError
from digest.model import DeliveryState, IssueState
from digest.store import Frozen, RenditionData, Store, open_store

FORK = multiprocessing.get_context("fork")
HERE = "here"


def together(count: int, work: Callable[[int, Any], Any]) -> list[Any]:
    """Run `work(number, barrier)` in that many processes at once and return what each answered."""
    barrier, answers = FORK.Barrier(count), FORK.Queue()

    def one(number: int) -> None:
        try:
            answers.put((number, work(number, barrier), ""))
        except BaseException as error:
            answers.put((number, None, repr(error)))

    processes = [FORK.Process(target=one, args=(number,)) for number in range(count)]
    for process in processes:
        process.start()
    found = sorted(answers.get(timeout=60) for _ in processes)
    for process in processes:
        process.join(60)
    assert [error for *_, error in found if error] == []
    return [answer for _, answer, _ in found]


def test_eight_processes_make_one_issue_per_period(database_url: str) -> None:
    """However many tick at once, each of 10 periods gets one issue, one winner, and a number of its own."""

    def tick(number: int, barrier: Any) -> list[tuple[bool, int]]:
        with open_store(database_url) as store:
            store.issues.all()
            barrier.wait()
            made = []
            for week in range(10):
                row, created = store.issues.plan("weekly", "every", period(week), scheduled_for=NOW, at=NOW)
                made.append((created, store.issues.number(row.id)))
            return made

    answers = together(8, tick)
    for week in range(10):
        assert [answer[week][0] for answer in answers].count(True) == 1
        assert len({answer[week][1] for answer in answers}) == 1
    assert sorted(number for _, number in answers[0]) == list(range(1, 11))


def test_four_processes_freeze_one_issue_once(database_url: str) -> None:
    """One freezes, the others are told that somebody was faster; the recipients are written once."""
    with open_store(database_url) as store:
        store.audience.sync_list("members", people(3), at=NOW)
        row = planned(store)

    def freeze(number: int, barrier: Any) -> str:
        with open_store(database_url) as store:
            bundle = Frozen(content(row), [RenditionData("en", "ltr", b"x")], {}, (), candidates(store))
            barrier.wait()
            try:
                return store.issues.freeze(row, bundle, at=NOW).state.value
            except BusyError:
                return "busy"

    answers = together(4, freeze)
    assert sorted(answers) == ["busy", "busy", "busy", "frozen"]
    with open_store(database_url) as store:
        assert store.issues.accounting(row.id).candidates == 3


def test_four_workers_share_one_issue(database_url: str) -> None:
    """Claims of four processes never overlap, and together they are everybody."""
    with open_store(database_url) as store:
        issue = sending(store, 200).id

    def work(number: int, barrier: Any) -> list[int]:
        with open_store(database_url) as store:
            ledger = store.ledger(issue, worker(store, pid=number), now=lambda: NOW)
            barrier.wait()
            mine: list[int] = []
            while batch := [one.delivery_id for one in ledger.claim(7)]:
                begun = ledger.commit([], batch)
                ledger.commit([(one, accepted()) for one in begun], [])
                mine += begun
            return mine

    answers = together(4, work)
    everybody = [one for answer in answers for one in answer]
    assert len(everybody) == len(set(everybody)) == 200
    with open_store(database_url) as store:
        assert store.issues.accounting(issue).accepted == 200


def _send_until_killed(url: str, issue: int, log: Path) -> None:
    """A worker whose only witness is a file: a line before and after each message that "leaves"."""
    with open_store(url) as store, log.open("ab", buffering=0) as out:
        ledger = store.ledger(issue, worker(store, host=HERE, pid=os.getpid()), now=lambda: NOW)
        while batch := [one.delivery_id for one in ledger.claim(5)]:
            outcomes: list[Any] = []
            for one in batch:
                begun = ledger.commit(outcomes, [one])
                outcomes = []
                if one in begun:
                    out.write(b"%d\n" % one)
                    outcomes = [(one, accepted())]
            ledger.commit(outcomes, [])


@pytest.mark.chaos
def test_killing_workers_repeats_nobody_and_loses_nobody(new_url: Callable[[], str], tmp_path: Path) -> None:
    """After kill -9 at random moments: no message left twice, none is missing that is not named uncertain."""
    kills = 100 if os.environ.get("DIGEST_PROOF") == "1" else 4
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance, url, log, count = random.Random(seed), new_url(), tmp_path / "wire", 40 * kills
    with open_store(url) as store:
        issue = sending(store, count).id
    killed = 0
    while True:
        process = FORK.Process(target=_send_until_killed, args=(url, issue, log))
        process.start()
        if killed < kills:
            process.join(0.02 + chance.random() * 0.15)
        else:
            process.join(60)
        if process.is_alive():
            os.kill(process.pid or 0, signal.SIGKILL)
            process.join()
            killed += 1
        with open_store(url) as store:
            store.workers.recover(at=NOW, host=HERE, alive=lambda *_: False)
            counts = store.issues.accounting(issue)
            assert counts.adds_up() and counts.candidates == count
        if counts.waiting == 0:
            break
    left = [int(line) for line in log.read_text().split()]
    with open_store(url) as store:
        states = {one.id: one.state for one in store.issues.deliveries(issue)}
        store.issues.move(store.issues.get(issue), IssueState.DONE, at=NOW)
    assert len(left) == len(set(left)), "somebody was mailed twice"
    named = {one for one, state in states.items() if state is DeliveryState.UNCERTAIN}
    assert set(states) - set(left) <= named, "somebody was lost without being named"
    assert len(named) <= killed
    assert {state for one, state in states.items() if one not in named} == {DeliveryState.ACCEPTED}


@pytest.mark.postgres
def test_a_connection_that_breaks_costs_nothing(new_postgres: Callable[[], str], postgres_cluster: Any) -> None:
    """When the server drops us, the call fails as a StoreError; repeated, it begins exactly what it should."""
    url = new_postgres()
    with open_store(url) as store:
        row = sending(store, 2)
        ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
        a, b = (one.delivery_id for one in ledger.claim(2))
        with pytest.raises(StoreError), store.database.write() as connection:
            me = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
            postgres_cluster.execute(f"SELECT pg_terminate_backend({me})")
            time.sleep(0.05)
            connection.exec_driver_sql("SELECT 1")
        assert ledger.commit([], [a]) == {a}
        assert ledger.commit([(a, accepted())], [b]) == {b}
        assert store.issues.accounting(row.id).accepted == 1


def test_a_database_that_stays_locked_is_both_busy_and_a_store_error(new_sqlite: Callable[[], str]) -> None:
    """A worker that waits for the store and a command that reports "busy" (exit 75) both recognise it."""
    url = new_sqlite()
    with open_store(url) as store, closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
        with store.database.read() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as error:
            store.notices.first("x", "y", at=NOW)
        assert isinstance(error.value, BusyError)
        other.rollback()
        assert store.notices.first("x", "y", at=NOW)


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    """While one transaction writes, another reads what was there before."""
    row = frozen(store, 1)
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE issue SET note = 'half done'")
        assert store.issues.get(row.id).note == ""
