"""The ledger while its database goes away, is locked, or loses an answer: nothing is begun twice, nothing is lost."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from store_builders import NOW, accepted, sending, worker

from digest.errors import BusyError, StoreError
from digest.store import create_database, open_store
from support_postgres import Cluster, NoPostgres, start_cluster

PORT_FILE = ".s.PGSQL.5432"


class Wire:
    """Stands between us and the server, on a socket of its own. `cut` says where the next exchange breaks."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder, self.server, self.cut = str(folder), server, ""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / PORT_FILE))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as server, contextlib.suppress(OSError):
            server.connect(str(self.server / PORT_FILE))
            threading.Thread(target=self._pass, args=(server, client, True), daemon=True).start()
            self._pass(client, server, False)

    def _pass(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while said := source.recv(1 << 16):
                if self.cut == ("after" if answers else "before"):
                    self.cut = ""
                    break
                target.sendall(said)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def wire(postgres_cluster: Cluster) -> Iterator[Wire]:
    with tempfile.TemporaryDirectory(prefix="wire-") as folder:  # short: sockets take 107 bytes
        wire = Wire(Path(folder), postgres_cluster.sockets)
        yield wire
        wire.close()


@pytest.mark.postgres
@pytest.mark.parametrize("where", ["before", "after"])
def test_a_connection_cut_around_commit_is_settled_by_asking_again(
    where: str, wire: Wire, new_postgres: Callable[[], str], postgres_cluster: Cluster
) -> None:
    """Whether the server had committed or not: outcomes are there once, and exactly the wanted ones are begun."""
    url = new_postgres().replace(str(postgres_cluster.sockets), wire.folder)
    with open_store(url) as store:
        row = sending(store, 6)
        ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
        a, b, c, *_ = (one.delivery_id for one in ledger.claim(6))
        assert ledger.commit([], [a]) == {a}
        wire.cut = where
        assert ledger.commit([(a, accepted())], [b, c]) == {b, c}
        assert not wire.cut, "the cut must have happened"
        assert ledger.commit([], [b]) == set(), "told once"
        counts = store.issues.accounting(row.id)
        assert counts.accepted == 1 and counts.waiting == 5


@pytest.mark.postgres
@pytest.mark.parametrize("where", ["before", "after"])
def test_a_claim_whose_answer_is_lost_claims_the_same_again(
    where: str, wire: Wire, new_postgres: Callable[[], str], postgres_cluster: Cluster
) -> None:
    """Nobody is left in the hands of a worker that does not know of it, and no attempt is counted twice."""
    url = new_postgres().replace(str(postgres_cluster.sockets), wire.folder)
    with open_store(url) as store:
        row = sending(store, 6)
        ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
        known = ledger.claim(2)
        wire.cut = where
        got = ledger.claim(4)
        assert not wire.cut
        assert len({one.delivery_id for one in [*known, *got]}) == 6
        assert {one.attempt for one in got} == {1}
        assert len(ledger.commit([], [one.delivery_id for one in [*known, *got]])) == 6


@pytest.mark.postgres
def test_a_restarted_server_is_waited_for() -> None:
    """Half a second without a server: the step that met it is done when it is back, as if nothing had been."""
    try:
        cluster = start_cluster()
    except NoPostgres as missing:
        pytest.skip(str(missing))
    try:
        cluster.execute("CREATE DATABASE digest")
        create_database(cluster.url_for("digest"))
        with open_store(cluster.url_for("digest")) as store:
            row = sending(store, 4)
            ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
            a, b, *_ = (one.delivery_id for one in ledger.claim(4))
            assert ledger.commit([], [a]) == {a}
            with ThreadPoolExecutor(1) as writer:
                stopped = threading.Event()
                step = writer.submit(lambda: stopped.wait() and ledger.commit([(a, accepted())], [b]))
                cluster.restart(down_s=0.5, once_down=stopped.set)
                assert step.result(timeout=30) == {b}
            assert store.issues.accounting(row.id).accepted == 1
    finally:
        cluster.stop()


def test_a_file_that_somebody_keeps_locked_is_asked_for_again(new_sqlite: Callable[[], str]) -> None:
    """Longer than the time to wait, once: the step succeeds. Longer still: it is busy, and repeating it succeeds."""
    url = new_sqlite()
    with (
        open_store(url) as store,
        closing(sqlite3.connect(url.removeprefix("sqlite:///"), check_same_thread=False)) as other,
    ):
        row = sending(store, 3)
        ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
        a, b, _ = (one.delivery_id for one in ledger.claim(3))
        with store.database.read() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 200")
        other.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as error:
            ledger.commit([], [a])
        assert isinstance(error.value, BusyError)
        threading.Timer(0.3, other.rollback).start()
        assert ledger.commit([], [a]) == {a}, "the first try waits 0.2 s in vain, the second one gets it"
        assert ledger.commit([(a, accepted())], [b]) == {b}
        assert store.issues.accounting(row.id).accepted == 1


def test_a_full_disk_begins_nothing(new_sqlite: Callable[[], str]) -> None:
    """What cannot be written is not begun; when there is room again, the same call does it."""
    url = new_sqlite()
    with open_store(url) as store:
        row = sending(store, 300)
        ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
        ids = [one.delivery_id for one in ledger.claim(300)]
        assert ledger.commit([], ids[:1]) == {ids[0]}
        with store.database.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        long = [(ids[0], replace(accepted(), server_text="x" * 500_000))]
        with pytest.raises(StoreError, match="cannot be written"):
            ledger.commit(long, ids[1:10])
        assert store.issues.accounting(row.id).accepted == 0
        with store.database.read() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert ledger.commit(long, ids[1:10]) == set(ids[1:10])
        assert store.issues.accounting(row.id).accepted == 1
