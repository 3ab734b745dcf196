"""Messages a second from a frozen issue to a loopback sink, one connection, intents durable; beside it a plain loop.

    python benchmarks/bench_send.py [--people 1000] [--rounds 5] [--json]

The peer is what many scripts do: Jinja2 and EmailMessage for each person, smtplib over one connection, no record of
who got it. Both send to the same sink in the same run, interleaved. The disk's commits a second are measured too:
each of our messages costs one.
"""

from __future__ import annotations

import argparse
import json
import smtplib
import sqlite3
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from jinja2 import Environment

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from digest.model import Recipient
from digest.pipeline.issuing import find, make, plan
from digest.pipeline.sending import Filler
from digest.store import create_database
from support_smtp import SinkProcess
from support_world import MONDAY, FeedServer, World


class _Relay:
    messages: list[object] = []

    def __init__(self, url: str) -> None:
        self.url = url


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = measure(options.people, options.rounds)
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for name, value in result.items():
        print(f"{name:32}{value}")


def measure(people: int, rounds: int) -> dict[str, Any]:
    ours, theirs = [], []
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as name, FeedServer() as feed, SinkProcess(Path(name) / "sink") as sink:
            world = _world(Path(name), feed, sink, people)
            seconds, rendition_html, plain, persons = _ours(world)
            ours.append(people / seconds)
            theirs.append(_theirs(sink, rendition_html, plain, persons[: max(people // 5, 50)]))
            if number == 0:
                commits = _commits(Path(name))
    return {
        "people": people,
        "rounds": rounds,
        "digest_messages_per_s": round(statistics.median(ours)),
        "plain_loop_messages_per_s": round(statistics.median(theirs)),
        "ratio": round(statistics.median(ours) / statistics.median(theirs), 2),
        "disk_commits_per_s": round(commits),
    }


def _world(folder: Path, feed: FeedServer, sink: SinkProcess, people: int) -> World:
    create_database(f"sqlite:///{folder / 'digest.db'}")
    world = World(folder, feed, _Relay(sink.url), f"sqlite:///{folder / 'digest.db'}")  # type: ignore[arg-type]
    world.people(*(f"reader{number}@quay.example" for number in range(people)))
    world.tick()
    for number in range(12):
        feed.publish(f"Story {number}", world.clock + timedelta(hours=number + 1))
    world.at(MONDAY + timedelta(minutes=1))
    return world


def _ours(world: World) -> tuple[float, str, str, list[Recipient]]:
    with world.workspace() as workspace:
        made = make(workspace, plan(workspace, find(workspace, "weekly")), ask=True)
        assert made.sent is not None and made.sent.report.stopped == ""
        persons = [
            recipient
            for row in workspace.store.issues.deliveries(made.row.id)
            if (recipient := workspace.store.issues.recipient(made.row.id, row.address)) is not None
        ]
        filler = Filler(workspace, made.row.id)
        filler(persons[0])
        rendition = next(iter(filler._renditions.values()))
        return made.sent.report.seconds, rendition.html(persons[0]), rendition.text(persons[0]), persons


def _theirs(sink: SinkProcess, html: str, plain: str, persons: list[Recipient]) -> float:
    """Messages a second of the plain loop, with the same words."""
    environment = Environment(autoescape=True)
    address = persons[0].address
    rich = environment.from_string(html.replace(address, "{{ person.address }}"))
    text = environment.from_string(plain.replace(address, "{{ person.address }}"))
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", sink.port) as server:
        for person in persons:
            message = EmailMessage()
            message["From"] = "digest@riverside-makers.example"
            message["To"] = person.address
            message["Subject"] = "Weekly"
            message.set_content(text.render(person=person))
            message.add_alternative(rich.render(person=person), subtype="html")
            server.send_message(message)
    return len(persons) / (time.perf_counter() - started)


def _commits(folder: Path, count: int = 300) -> float:
    """Durable one-row commits a second on this disk."""
    connection = sqlite3.connect(folder / "commits.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (n INTEGER)")
    started = time.perf_counter()
    for number in range(count):
        connection.execute("INSERT INTO t VALUES (?)", (number,))
    connection.close()
    return count / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
