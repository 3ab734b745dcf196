"""What the ledger costs: claim, intent and outcome of every recipient, in batches, on both engines.

    python benchmarks/bench_ledger.py [--people 20000] [--batches 2 40 100 1000] [--rounds 3] [--workers N] [--json]

Each step is what a sending worker does: one claim, then one commit that carries the outcomes of the last batch and the
intents of the next. `recipients_per_s` is on this disk with every commit durable, `without_disk` the same in memory
(/dev/shm, fsync off on PostgreSQL): what is left when the disk is free. `cpu_us` is what our process spends on a
recipient. The commits a second of the disk alone stand beside them. Rounds are interleaved; medians are shown.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "store"))

from store_builders import sending, worker

from digest.model import DeliveryState, Outcome
from digest.store import create_database, open_store
from support_postgres import start_cluster

D = DeliveryState
MEMORY = Path("/dev/shm")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=20_000, help="recipients a round, at batches of 40 and more")
    parser.add_argument("--batches", type=int, nargs="*", default=[2, 40, 100, 1000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--engines", nargs="*", default=["sqlite", "postgres"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = measure(options.people, options.batches, options.rounds, options.engines)
    if options.json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))


def measure(people: int, batches: list[int], rounds: int, engines: list[str]) -> list[dict[str, Any]]:
    found: dict[tuple[str, int, str], list[tuple[float, float]]] = {}
    disks: dict[str, float] = {}
    for engine in engines:
        for place in ("disk", "memory"):
            with _databases(engine, place) as (new_url, disk):
                disks[f"{engine} {place}"] = disk
                for _ in range(rounds):
                    for batch in batches:
                        count = people if batch >= 40 else max(people // 20, 200)
                        found.setdefault((engine, batch, place), []).append(_round(new_url(), count, batch))
    return [
        _row(found, engine, batch, disks) for engine in engines for batch in batches if (engine, batch, "disk") in found
    ]


def _row(found: dict[Any, Any], engine: str, batch: int, disks: dict[str, float]) -> dict[str, Any]:
    def median(place: str, which: int) -> float:
        return statistics.median(one[which] for one in found[engine, batch, place])

    return {
        "engine": engine,
        "batch": batch,
        "recipients_per_s": round(median("disk", 0)),
        "without_disk": round(median("memory", 0)),
        "cpu_us": round(median("memory", 1), 1),
        "disk_commits_per_s": round(disks[f"{engine} disk"]),
    }


def _round(url: str, count: int, batch: int) -> tuple[float, float]:
    """(recipients a second, CPU microseconds a recipient) of sending to `count` people."""
    with open_store(url) as store:
        row = sending(store, count)
        ledger = store.ledger(row.id, worker(store, at=datetime.now(UTC)), now=lambda: datetime.now(UTC))
        started, cpu = time.perf_counter(), _cpu()
        done = _send(ledger, batch)
        seconds, cpu = time.perf_counter() - started, _cpu() - cpu
        assert done == count == store.issues.accounting(row.id).accepted
    return count / seconds, cpu / count * 1e6


def _send(ledger: Any, batch: int) -> int:
    """The rhythm of a worker: the next claim while the last batch is on the wire."""
    outcomes: list[tuple[int, Outcome]] = []
    done = 0
    while claimed := ledger.claim(batch):
        begun = ledger.commit(outcomes, [one.delivery_id for one in claimed])
        at = datetime.now(UTC)
        outcomes = [(one, Outcome(D.ACCEPTED, at, 250, "2.0.0", f"ok queued as {one}", relay="main")) for one in begun]
        done += len(outcomes)
    ledger.commit(outcomes, [])
    return done


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def _databases(engine: str, place: str) -> Iterator[tuple[Callable[[], str], float]]:
    """A maker of fresh databases of this engine, and the durable commits a second of the place they are in."""
    numbers = iter(range(1_000_000))
    with tempfile.TemporaryDirectory(dir=MEMORY if place == "memory" else None) as folder:
        if engine == "sqlite":

            def new() -> str:
                url = f"sqlite:///{folder}/digest{next(numbers)}.db"
                create_database(url)
                return url

            yield new, _sqlite_commits(Path(folder))
            return
        cluster = start_cluster(durable=place == "disk")
        try:

            def new_() -> str:
                name = f"bench{next(numbers)}"
                cluster.execute(f"CREATE DATABASE {name}")
                create_database(cluster.url_for(name))
                return cluster.url_for(name)

            yield new_, _postgres_commits(cluster.url_for("postgres"))
        finally:
            cluster.stop()


def _sqlite_commits(folder: Path, count: int = 200) -> float:
    connection = sqlite3.connect(folder / "commits.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (n INTEGER)")
    started = time.perf_counter()
    for number in range(count):
        connection.execute("INSERT INTO t VALUES (?)", (number,))
    connection.close()
    return count / (time.perf_counter() - started)


def _postgres_commits(url: str, count: int = 200) -> float:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")
        started = time.perf_counter()
        for number in range(count):
            connection.execute("INSERT INTO t VALUES (%s)", (number,))
        return count / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
