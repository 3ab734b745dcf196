"""kill -9 at random moments of a send: nobody twice, nobody missing, the doubtful ones named, the bytes the same."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support_chaos import Arena, Tally
from support_postgres import Cluster

PROOF = os.environ.get("DIGEST_PROOF") == "1"
KILLS = int(os.environ.get("DIGEST_CHAOS_KILLS", 300 if PROOF else 3))  # a part of the proof is written down as a part
WORKERS = (1, 3)
PEOPLE = 300 if PROOF else 150
SEED = int(os.environ.get("DIGEST_CHAOS_SEED", "20261123"))


def fight(arena: Arena, engine: str) -> Tally:
    chance = random.Random(f"{SEED} {engine} {arena.workers}")
    tally = Tally(engine, SEED, arena.workers)
    expected = arena.undisturbed()
    assert len(expected) == PEOPLE
    number = 0
    while tally.kills < KILLS:
        arena.round(chance, number, tally, expected)
        number += 1
        tally.write(
            f"kill-{engine}-{arena.workers}"
        )  # each round, so that a proof that is cut short leaves its figures
    print(f"\n{tally}")
    return tally


def check(tally: Tally) -> None:
    assert tally.twice == 0
    assert tally.lost == 0
    assert tally.unlike_the_undisturbed == 0
    assert tally.kills_in_mid_send >= tally.kills // 4, "the kills must hit the send, or this proves nothing"
    assert set(tally.exit_codes) <= {"0", "3"}, "3 where somebody is uncertain, 0 otherwise"


@pytest.mark.chaos
@pytest.mark.slow
@pytest.mark.parametrize("workers", WORKERS)
def test_kill_9_on_sqlite(workers: int, tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    numbers = iter(range(10_000))

    def copy(url: str) -> str:
        source = Path(url.removeprefix("sqlite:///"))
        target = source.with_name(f"copy{next(numbers)}.db")
        for suffix in ("", "-wal"):
            if Path(f"{source}{suffix}").exists():
                shutil.copyfile(f"{source}{suffix}", f"{target}{suffix}")
        return f"sqlite:///{target}"

    check(fight(Arena(tmp_path, new_sqlite(), copy, people=PEOPLE, workers=workers), "sqlite"))


@pytest.mark.chaos
@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("workers", WORKERS)
def test_kill_9_on_postgres(
    workers: int, tmp_path: Path, new_postgres: Callable[[], str], postgres_cluster: Cluster
) -> None:
    numbers = iter(range(10_000))
    made: list[str] = []

    def copy(url: str) -> str:
        name = f"chaos{next(numbers)}"
        source = urlsplit(url).path.lstrip("/")
        postgres_cluster.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
        made.append(name)
        return postgres_cluster.url_for(name)

    try:
        check(fight(Arena(tmp_path, new_postgres(), copy, people=PEOPLE, workers=workers), "postgres"))
    finally:
        for name in made:
            postgres_cluster.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
