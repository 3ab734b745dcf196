"""Limits that several processes share, counted by the server that gets the mail."""

from __future__ import annotations

import bisect
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from digest.deliver.limits import parse_rate
from digest.deliver.pacer import Pacer, Rules
from digest.errors import StoreError
from digest.model import DeliveryState, Outcome
from digest.store.database import Database
from digest.store.pacing import PaceBank

HERE = Path(__file__).parent
SECONDS = 30.0 if os.environ.get("DIGEST_PROOF") == "1" else 6.0
WORKERS = 3


def run_workers(url: str, rules: Sequence[Mapping[str, Sequence[str]]], domains: Sequence[str]) -> dict[str, Any]:
    """What the sink saw while three processes sent as fast as they were allowed."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    sink = subprocess.Popen(
        [sys.executable, HERE / "counting_sink.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert sink.stdout is not None
    port = sink.stdout.readline().strip()
    command = [sys.executable, HERE / "pacing_worker.py", url, port, json.dumps(rules), json.dumps(domains)]
    workers = [
        subprocess.Popen([*command, str(SECONDS)], stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(WORKERS)
    ]
    shares = [int(worker.communicate(timeout=SECONDS * 10 + 60)[0]) for worker in workers]
    seen: dict[str, Any] = json.loads(sink.communicate("")[0])
    return seen | {"shares": shares}


def most_in_a_second(times: Sequence[float], gaps: Sequence[Sequence[float]]) -> int:
    """The fullest window of one second, of those in which the sink was awake and stamped what came when it came."""
    times, most = sorted(times), 0
    for first, at in enumerate(times):
        if not any(begin < at + 1 and end > at for begin, end in gaps):
            most = max(most, bisect.bisect_left(times, at + 1) - first)
    return most


def test_three_workers_never_exceed_a_limit(database_url: str) -> None:
    """In any second the relay gets at most 1.05 of its limit and each provider at most 1.05 of its own."""
    rules = [{"main": ["60/second"]}, {"gmail.com": ["20/second"], "*": ["100/second"]}]
    seen = run_workers(database_url, rules, ["gmail.com", "googlemail.com", "quay.example", "pier.example"])
    of_gmail = [at for at, domain in seen["mails"] if domain in ("gmail.com", "googlemail.com")]
    everybody = [at for at, _ in seen["mails"]]
    figures = {
        "relay 60/s": most_in_a_second(everybody, seen["gaps"]), "gmail 20/s": most_in_a_second(of_gmail, seen["gaps"]),
        "sent": len(everybody), "gmail": len(of_gmail), "gaps": len(seen["gaps"]), "shares": seen["shares"],
    }  # fmt: skip
    print(figures)
    assert figures["relay 60/s"] <= 1.05 * 60, figures
    assert figures["gmail 20/s"] <= 1.05 * 20, figures
    assert len(everybody) > 60 * SECONDS * 0.2 and min(seen["shares"]) > 0, figures


class Hand:
    """A bank in memory with a clock that a test moves."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[float, Mapping[str, int]]] = {}
        self.wall_s = 1e9
        self.fails = False

    def change(
        self, keys: Sequence[str], decide: Callable[..., Mapping[str, tuple[float, Mapping[str, int]]]]
    ) -> float:
        if self.fails:
            raise StoreError("the database is gone")
        self.rows |= decide({key: self.rows[key] for key in keys if key in self.rows}, time.monotonic(), self.wall_s)
        return 0.0

    def close(self) -> None:
        return None


def spend(pacer: Pacer, domain: str, wanted: int, seconds: float = 5.0) -> int:
    got, end = 0, time.monotonic() + seconds
    while got < wanted and time.monotonic() < end:
        if pacer.ask("main", domain) <= 0:
            got += 1
        else:
            time.sleep(0.002)
    return got


def test_a_days_count_outlives_the_process(database_url: str) -> None:
    """A worker that was started anew goes on with what the day has left, not with a new day."""
    rules = Rules({"main": (parse_rate("30/day"),)})
    counts = []
    for wanted in (20, 20):
        pacer = Pacer(rules, PaceBank(Database(database_url)))
        counts.append(spend(pacer, "quay.example", wanted, 2.0))
        pacer.close()
    assert counts == [20, 10]


def test_what_was_not_sent_is_given_back() -> None:
    """Of a day's 10, five that were allowed and not tried can be sent later."""
    hand = Hand()
    pacer = Pacer(Rules({"main": (parse_rate("10/day"),)}), hand)
    assert spend(pacer, "quay.example", 10) == 10
    for _ in range(5):
        pacer.heard("main", "quay.example", Outcome(DeliveryState.QUEUED, None))  # type: ignore[arg-type]
    pacer.close()
    pacer = Pacer(Rules({"main": (parse_rate("10/day"),)}), hand)
    assert spend(pacer, "quay.example", 10, 1.0) == 5
    pacer.close()


def test_a_database_that_fails_lets_nobody_through() -> None:
    """Without the shared count nobody is sent to; `ask` still answers at once."""
    hand = Hand()
    hand.fails = True
    pacer = Pacer(Rules({"main": (parse_rate("100/second"),)}), hand)
    assert spend(pacer, "quay.example", 1, 0.3) == 0
    pacer.close()


def test_who_has_no_limit_does_not_wait() -> None:
    """A limit on one provider concerns nobody else: no wait, and nothing read."""
    hand = Hand()
    pacer = Pacer(Rules(providers={"gmail.com": (parse_rate("1/hour"),)}), hand)
    assert all(pacer.ask("main", "quay.example") == 0 for _ in range(1000)) and not hand.rows
    assert pacer.group("googlemail.com") == pacer.group("gmail.com") == "gmail.com"
    pacer.close()
