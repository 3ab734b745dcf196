"""How fast mail leaves, against named peers in the same run: medians of interleaved rounds, as ratios.

    python benchmarks/bench_send.py [--rounds 5] [--only client,send,loop,delay,cpu,memory] [--json]

    client   our SMTP client alone, and under the engine with a ledger that remembers nothing, against Postfix's
             smtp-source, all to Postfix's smtp-sink; 20 connections, 30 KB
    send     `digest send` from a frozen issue in SQLite, intents durable, unsigned, against smtp-source with messages
             of the same size to the same sink; the disk's commits a second stand beside it
    loop     the same run against what many scripts do: Jinja2 and EmailMessage for each person, smtplib, no record
    delay    to a sink whose replies take 20 ms (`delayed_sink.py`), 10 connections: DATA, and CHUNKING with windows of
             4 (the default) and 8, against smtplib in 10 threads
    cpu      processor time of this process for each message that Debian's Postfix accepts (needs root), against smtplib
    memory   peak resident memory of a worker in a run to 1,000,000 people against one to 1,000 (Linux)

smtp-source and smtp-sink come from Debian's postfix package, unpacked into a cache; nothing is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import smtplib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from digest.clock.tick import tick  # noqa: E402
from digest.deliver.sending import Limits, new_loop, send  # noqa: E402
from digest.deliver.settings import RelaySettings  # noqa: E402
from digest.deliver.smtp import Answer, Broken, Channel, Mode  # noqa: E402
from digest.deliver.smtp.commands import problem_of  # noqa: E402
from digest.model import Message, Outcome, Recipient  # noqa: E402
from digest.pipeline.issuing import find, make, plan  # noqa: E402
from digest.pipeline.working import Filler  # noqa: E402
from digest.store import create_database  # noqa: E402
from support_postfix import postfix_mta, postfix_tools  # noqa: E402
from support_world import MONDAY, FeedServer, World  # noqa: E402

SIZE = 30 * 1024
LINE = b"A paragraph about the new kiln in the shared workshop, open on Tuesdays.\r\n"
BODY = (b"Subject: Week 12\r\nMessage-ID: <m@makers.example>\r\n\r\n" + LINE * 500)[: SIZE - 2] + b"\r\n"
Rounds = dict[str, list[float]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=5000, help="a round of `client`")
    parser.add_argument("--people", type=int, default=5000, help="a round of `send`")
    parser.add_argument("--only", default="client,send,loop,delay,cpu,memory")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--crowd", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.crowd:
        print(crowd(options.crowd))
        return
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "client": lambda: client(options.rounds, options.messages),
        "send": lambda: whole(options.rounds, options.people),
        "loop": lambda: loop(options.rounds),
        "delay": lambda: delay(options.rounds),
        "cpu": lambda: cpu(options.rounds),
        "memory": memory,
    }
    result = {name: parts[name]() for name in options.only.split(",")}
    if options.json:
        print(json.dumps(result, indent=2))
        return
    for part, figures in result.items():
        for name, value in figures.items():
            print(f"{part:8}{name:40}{value}")


# -- our client without a ledger ---------------------------------------------------------------------------------------


class Nobody:
    """A ledger that remembers nothing: what is measured is the client."""

    def __init__(self, count: int) -> None:
        self.count, self.given = count, 0

    def claim(self, n: int, *, without: Collection[str] = ()) -> list[Recipient]:
        first, self.given = self.given + 1, min(self.given + n, self.count)
        return [Recipient(k, k, f"reader{k}@mail.example", attempt=1) for k in range(first, self.given + 1)]

    def commit(self, outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> set[int]:
        return set(intents)

    def release(self) -> None:
        pass


def fill(recipient: Recipient) -> Message:
    return Message(recipient.delivery_id, "digest@makers.example", recipient.address, BODY, "m@makers.example")


def ours(port: int, count: int, *, connections: int, chunk_window: int = 4) -> float:
    """Messages a second, connecting and QUIT included."""
    relay = RelaySettings("main", "127.0.0.1", port, "none", connections=connections, chunk_window=chunk_window)
    started = time.perf_counter()
    report = send(fill, Nobody(count), [relay], limits=Limits(messages_per_connection=count))
    assert report.accepted == count, report
    return count / (time.perf_counter() - started)


class Firehose:
    """Drives channels with no engine and no ledger: each message may be completed at once."""

    def __init__(self, relay: RelaySettings, count: int) -> None:
        self.relay, self.left, self.taken = relay, count, 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.open = relay.connections
        self.count = count

    def on_ready(self, channel: Channel) -> None:
        self.top_up(channel)

    def on_answer(self, channel: Channel, answer: Answer) -> None:
        assert answer.reply.code == 250, answer
        self.taken += 1

    def on_quiet(self, channel: Channel) -> None:
        self.top_up(channel)
        assert channel.session is not None
        if not self.left and not channel.session.unanswered and not channel.session.awaited:
            channel.quit()

    def on_broken(self, channel: Channel, broken: Broken) -> None:
        self.open -= 1
        if not self.open:
            self.done.set_result(None)

    def on_failure(self, error: BaseException) -> None:
        raise error

    def top_up(self, channel: Channel) -> None:
        session = channel.session
        assert session is not None
        window = self.relay.chunk_window if session.mode is Mode.CHUNKED else self.relay.window
        while self.left and len(session.unanswered) < window:
            message = fill(Recipient(self.left, self.left, f"reader{self.left}@mail.example"))
            assert problem_of(message, session.offers) is None
            self.left -= 1
            session.begin(session.add(message))


def unrecorded(port: int, count: int, *, connections: int = 20) -> float:
    """Messages a second of the SMTP client by itself."""

    async def run() -> None:
        relay = RelaySettings("main", "127.0.0.1", port, "none", connections=connections)
        owner = Firehose(relay, count)
        channels = [Channel(relay, owner, context=None) for _ in range(relay.connections)]
        await asyncio.gather(*(channel.open() for channel in channels))
        await owner.done
        assert owner.taken == count

    started = time.perf_counter()
    event_loop = new_loop()
    event_loop.run_until_complete(run())
    event_loop.close()
    return count / (time.perf_counter() - started)


def client(rounds: int, count: int) -> dict[str, Any]:
    found: Rounds = {"client": [], "engine": [], "smtp_source": []}
    with postfix() as (sink, source):
        for number in range(rounds):
            order = [lambda: found["client"].append(unrecorded(sink, count)),
                     lambda: found["smtp_source"].append(source(count, SIZE)),
                     lambda: found["engine"].append(ours(sink, count, connections=20))]  # fmt: skip
            for step in order if number % 2 == 0 else reversed(order):
                step()
    return medians(found) | {
        "ratio (wanted 1.0)": ratio(found["client"], found["smtp_source"]),
        "ratio with the engine": ratio(found["engine"], found["smtp_source"]),
    }


# -- the whole program -------------------------------------------------------------------------------------------------


def whole(rounds: int, people: int) -> dict[str, Any]:
    found: Rounds = {"digest_send": [], "smtp_source": []}
    with postfix() as (sink, source), tempfile.TemporaryDirectory() as name:
        for number in range(rounds):
            seconds, size = sent(Path(name) / str(number), f"smtp://127.0.0.1:{sink}", people)
            found["digest_send"].append(people / seconds)
            found["smtp_source"].append(source(people, size))
        commits = commits_per_s(Path(name))
    figures = {"message_bytes": size, "disk_commits_per_s": commits}
    return medians(found) | figures | {"ratio (wanted 0.75)": ratio(found["digest_send"], found["smtp_source"])}


def sent(folder: Path, relay: str, people: int) -> tuple[float, int]:
    """Seconds of sending a frozen issue of `people`, and the size of one message."""
    folder.mkdir()
    with FeedServer() as feed:
        world = make_world(folder, feed, relay, people)
        with world.workspace() as workspace:
            made = make(workspace, plan(workspace, find(workspace, "weekly")), ask=True)
            assert made.sent is not None and made.sent.report.accepted == people, made
            recipient = workspace.store.issues.recipient(made.row.id, "reader1@quay.example")
            assert recipient is not None
            return made.sent.report.seconds, len(Filler(workspace, made.row.id)(recipient).data)


class _Relay:
    messages: list[object] = []

    def __init__(self, url: str) -> None:
        self.url = url


def make_world(folder: Path, feed: FeedServer, relay: str, people: int) -> World:
    url = f"sqlite:///{folder / 'digest.db'}"
    create_database(url)
    world = World(folder, feed, _Relay(relay), url)  # type: ignore[arg-type]
    world.configure(extra="connections = 20")
    world.people(*(f"reader{number}@quay.example" for number in range(people)))
    world.tick()
    for number in range(12):
        feed.publish(f"Story {number}", world.clock + timedelta(hours=number + 1))
    world.at(MONDAY + timedelta(minutes=1))
    return world


def commits_per_s(folder: Path, count: int = 300) -> int:
    """Durable one-row commits a second on this disk."""
    connection = sqlite3.connect(folder / "commits.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (n INTEGER)")
    started = time.perf_counter()
    for number in range(count):
        connection.execute("INSERT INTO t VALUES (?)", (number,))
    connection.close()
    return round(count / (time.perf_counter() - started))


# -- a plain loop ------------------------------------------------------------------------------------------------------


def loop(rounds: int, people: int = 2000) -> dict[str, Any]:
    found: Rounds = {"digest_send": [], "plain_loop": []}
    with postfix() as (sink, _), tempfile.TemporaryDirectory() as name:
        for number in range(rounds):
            folder = Path(name) / str(number)
            seconds, _ = sent(folder, f"smtp://127.0.0.1:{sink}", people)
            found["digest_send"].append(people / seconds)
            found["plain_loop"].append(plain_loop(folder, sink))
    return medians(found) | {"ratio (wanted 50)": ratio(found["digest_send"], found["plain_loop"])}


def plain_loop(folder: Path, port: int, count: int = 60) -> float:
    """Messages a second of the plain loop, with the words of the issue that was sent."""
    with FeedServer() as feed:
        world = World(folder, feed, _Relay("smtp://127.0.0.1:9"), f"sqlite:///{folder / 'digest.db'}")  # type: ignore[arg-type]
        with world.workspace() as workspace:
            row = workspace.store.issues.all()[0]
            recipient = workspace.store.issues.recipient(row.id, "reader1@quay.example")
            assert recipient is not None
            filler = Filler(workspace, row.id)
            filler(recipient)
            rendition = next(iter(filler._renditions.values()))
            html, plain = rendition.html(recipient), rendition.text(recipient)
    environment = Environment(autoescape=True)
    rich = environment.from_string(html.replace(recipient.address, "{{ address }}"))
    text = environment.from_string(plain.replace(recipient.address, "{{ address }}"))
    started = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for number in range(count):
            message = EmailMessage()
            message["From"], message["Subject"] = "digest@riverside-makers.example", "Weekly"
            message["To"] = address = f"reader{number}@quay.example"
            message.set_content(text.render(address=address))
            message.add_alternative(rich.render(address=address), subtype="html")
            server.send_message(message)
    return count / (time.perf_counter() - started)


# -- a relay that is a long way off ------------------------------------------------------------------------------------


def delay(rounds: int) -> dict[str, Any]:
    found: Rounds = {"smtplib": [], "data": [], "chunking_4": [], "chunking_8": []}
    with delayed("--no-chunking") as plain, delayed() as chunking:
        for _ in range(rounds):
            found["smtplib"].append(smtplib_threads(plain, 30))
            found["data"].append(ours(plain, 3000, connections=10))
            found["chunking_4"].append(ours(chunking, 8000, connections=10))
            found["chunking_8"].append(ours(chunking, 16000, connections=10, chunk_window=8))
    return medians(found) | {
        "data ratio (wanted 3.8)": ratio(found["data"], found["smtplib"]),
        "chunking ratio, window 4": ratio(found["chunking_4"], found["smtplib"]),
        "chunking ratio, window 8 (wanted 25)": ratio(found["chunking_8"], found["smtplib"]),
    }


def smtplib_threads(port: int, each: int, threads: int = 10) -> float:
    def one() -> None:
        with smtplib.SMTP("127.0.0.1", port) as server:
            for number in range(each):
                server.sendmail("digest@makers.example", f"reader{number}@mail.example", BODY)

    crew = [threading.Thread(target=one) for _ in range(threads)]
    started = time.perf_counter()
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return each * threads / (time.perf_counter() - started)


def cpu(rounds: int, count: int = 1000) -> dict[str, Any]:
    found: Rounds = {"client_us": [], "engine_us": [], "smtplib_us": []}
    with postfix_mta() as mta:
        for _ in range(rounds):
            found["client_us"].append(cpu_us(lambda: unrecorded(mta.port, count, connections=10), count))
            found["engine_us"].append(cpu_us(lambda: ours(mta.port, count, connections=10), count))
            found["smtplib_us"].append(cpu_us(lambda: smtplib_threads(mta.port, count // 10), count))
    figures = {name: round(statistics.median(values)) for name, values in found.items()}
    return figures | {
        "ratio (wanted at most 0.35)": ratio(found["client_us"], found["smtplib_us"]),
        "ratio with the engine": ratio(found["engine_us"], found["smtplib_us"]),
    }


def cpu_us(work: Callable[[], object], count: int) -> float:
    before = time.process_time()
    work()
    return (time.process_time() - before) / count * 1e6


@contextmanager
def delayed(*options: str) -> Iterator[int]:
    command = [sys.executable, str(ROOT / "benchmarks/delayed_sink.py"), *options]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None and process.stdout is not None
    try:
        yield int(process.stdout.readline().split()[1])
    finally:
        process.stdin.close()
        process.wait(timeout=10)


# -- memory ------------------------------------------------------------------------------------------------------------


def memory() -> dict[str, Any]:
    peaks = {}
    for people in (1000, 1_000_000):
        command = [sys.executable, __file__, "--crowd", str(people)]
        peaks[people] = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return {"mb_at_1000": peaks[1000] >> 10, "mb_at_1000000": peaks[1_000_000] >> 10,
            "ratio (wanted at most 1.25)": round(peaks[1_000_000] / peaks[1000], 2)}  # fmt: skip


def crowd(people: int) -> int:
    """Peak resident memory, in KB, of one of two workers that send a frozen issue in SQLite to `people`."""
    with delayed("--delay", "0") as port, tempfile.TemporaryDirectory() as name, FeedServer() as feed:
        world = make_world(Path(name), feed, f"smtp://127.0.0.1:{port}", 3)
        with world.workspace() as workspace:
            tick(workspace, stop=lambda: "signal" if any(row.frozen_at for row in world.issues()) else "")
        multiply(Path(name) / "digest.db", people)
        env = os.environ | {"PYTHONPATH": str(ROOT / "tests/travelling"),
                            "DIGEST_TEST_TIME": (MONDAY + timedelta(minutes=2)).isoformat()}  # fmt: skip
        command = ["-m", "digest", "--config", str(world.config_path), "send", "weekly", "--yes", "--no-gather"]
        command += ["--workers", "2"]
        process = subprocess.Popen([sys.executable, *command], env=env, stdout=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None:
            peak = max([peak, *map(resident_kb, children_of(process.pid))])
            time.sleep(0.02)
        assert process.returncode == 0, process.returncode
        with world.workspace() as workspace:
            accounting = workspace.store.issues.accounting(world.issues()[0].id)
        assert accounting.accepted == people, accounting
    return peak


def children_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []


def resident_kb(pid: str) -> int:
    """The most this process has ever had in memory (Linux)."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


def multiply(database: Path, people: int) -> None:
    """Copies of the first delivery and its subscription until there are `people`, each with an address of its own."""
    with sqlite3.connect(database) as connection:
        (more,) = connection.execute("SELECT ? - count(*) FROM delivery", (people,)).fetchone()
        address = "'reader' || n || '@crowd.example'"
        message_id = {"message_id": "message_id || n", "address": address, "key": address}
        copy(connection, "delivery", more, {"id": "1000000 + n", "subscriber_id": "1000000 + n"} | message_id)
        copy(connection, "subscription", more, {"subscriber_id": "1000000 + n"})


def copy(connection: sqlite3.Connection, table: str, count: int, own: dict[str, str]) -> None:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    columns, values = ", ".join(names), ", ".join(own.get(name, f"first.{name}") for name in names)
    connection.execute(
        f"WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count}), "
        f"first AS (SELECT * FROM {table} LIMIT 1) INSERT INTO {table} ({columns}) SELECT {values} FROM first, series"
    )


# -- tools -------------------------------------------------------------------------------------------------------------


@contextmanager
def postfix() -> Iterator[tuple[int, Callable[[int, int], float]]]:
    """A running smtp-sink's port, and smtp-source as a function (messages, bytes) -> messages a second."""
    import socket

    root = postfix_tools(Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "digest-tests")
    if root is None:
        sys.exit("bench_send: Debian's postfix package cannot be downloaded. Try: --only delay,memory")
    environment = {**os.environ, "LD_LIBRARY_PATH": str(root / "usr/lib/postfix")}
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    sink = subprocess.Popen(
        [str(root / "usr/sbin/smtp-sink"), *user, "-m", "300", f"127.0.0.1:{port}", "1000"], env=environment
    )

    def source(count: int, size: int) -> float:
        command = [str(root / "usr/sbin/smtp-source"), "-d", "-s", "20", "-m", str(count), "-l", str(size)]
        started = time.perf_counter()
        subprocess.run([*command, f"127.0.0.1:{port}"], env=environment, check=True)
        return count / (time.perf_counter() - started)

    try:
        time.sleep(0.5)
        yield port, source
    finally:
        sink.terminate()
        sink.wait(timeout=10)


def medians(found: Rounds) -> dict[str, Any]:
    return {f"{name}_per_s": round(statistics.median(values)) for name, values in found.items()}


def ratio(left: list[float], right: list[float]) -> float:
    return round(statistics.median(a / b for a, b in zip(left, right, strict=True)), 2)


if __name__ == "__main__":
    main()
