"""Servers that want to hurt: each costs itself alone, soon, and in little memory.

The server runs here; what gathers runs in a process of its own, so that its memory can be read (`getrusage`), and so
can that of the processes in which it reads documents.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from support_http import Asked, Loopback, Script, answer, redirect, serve

PROOF = os.environ.get("DIGEST_PROOF") == "1"
TOTAL_S, READING_S = 3.0, 3.0
MB = 1024
GOOD = (
    b"<rss version='2.0'><channel><title>Good</title><item><title>One</title>"
    b"<guid isPermaLink='false'>1</guid></item></channel></rss>"
)
RSS = b"<rss version='2.0'><channel><title>t</title><item>%s</item></channel></rss>"


def bomb(size: int, wbits: int = 31) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, wbits)
    zeros = b" " * 1_000_000
    return b"".join(packer.compress(zeros) for _ in range(size // 1_000_000)) + packer.flush()


def entity_bomb(levels: int, width: int) -> bytes:
    entities = "<!ENTITY e0 'boom boom boom boom'>" + "".join(
        f"<!ENTITY e{level} '{f'&e{level - 1};' * width}'>" for level in range(1, levels)
    )
    body = f"<rss version='2.0'><channel><title>&e{levels - 1};</title></channel></rss>"
    return f"<!DOCTYPE rss [{entities}]>{body}".encode()


def pour(head: bytes, piece: bytes, *, pause_s: float = 0.0, total_s: float = 8.0) -> Script:
    """`head`, then `piece` again and again."""

    def script(asked: Asked, connection: socket.socket) -> None:
        connection.sendall(head)
        end = time.monotonic() + total_s
        while time.monotonic() < end:
            connection.sendall(piece)
            time.sleep(pause_s)

    return script


def attacks(size: int) -> dict[str, Script]:
    gz = {"Content-Encoding": "gzip"}
    packed = bomb(size)
    return {
        "gzip": answer(200, packed, gz),
        "nested": answer(200, gzip.compress(packed, 9), {"Content-Encoding": "gzip, gzip"}),
        "deflate": answer(200, bomb(size, -15), {"Content-Encoding": "deflate"}),
        "zipped-file": answer(200, packed),
        "liar": answer(200, b"this is not gzip", gz),
        "laughs": answer(200, entity_bomb(10, 10)),
        "quadratic": answer(200, b"<!DOCTYPE rss [<!ENTITY a '" + b"a" * 200_000 + b"'>]>" + RSS % (b"&a;" * 5_000)),
        "outside": answer(
            200, b"<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + RSS % b"<title>&a;</title>"
        ),
        "author": answer(200, RSS % (b"<title>a</title><author>" + b"a@b.c (" * 150_000 + b"</author>")),
        "deep": answer(200, RSS % (b"<a>" * 200_000)),
        "deep-json": answer(200, b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 500_000),
        "deep-html": answer(200, RSS % (b"<description><![CDATA[" + b"<div>" * 100_000 + b"]]></description>")),
        "brackets": answer(200, b"<rss version='2.0'><channel>" + b"<" * 1_000_000),
        "junk": answer(200, random.Random(7).randbytes(1_000_000)),
        "nothing": answer(200, b""),
        "drip": pour(b"HTTP/1.1 200 OK\r\n\r\n<rss>", b" ", pause_s=0.05),
        "drip-head": pour(b"HTTP/1.1 200 OK\r\nX: ", b"x", pause_s=0.05),
        "silence": pour(b"", b"", pause_s=0.2),
        "endless-body": pour(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536),
        "endless-chunks": pour(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n"
        ),
        "endless-head": pour(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"v" * 1000 + b"\r\n"),
        "big-head": answer(200, GOOD, {f"X-{number}": "v" * 900 for number in range(99)}),
        "loop": redirect(302, "/loop"),
        "too-short": answer(200, GOOD[:40], {"Content-Length": "5000"}),
        "too-long": answer(200, GOOD, {"Content-Length": "10"}),
        "no-number": answer(200, GOOD, {"Content-Length": "ten"}),
        "negative": answer(200, GOOD, {"Content-Length": "-1"}),
        "not-http": lambda asked, connection: connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n"),
        "hang-up": lambda asked, connection: connection.close(),
    }


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serve() as running:
        yield running


def run(server: Loopback, names: list[str], good: list[str]) -> dict[str, object]:
    """What gathering gave, from a process of its own."""
    plan = {"origin": server.origin, "names": names, "good": good}
    here = Path(__file__).resolve()
    done = subprocess.run(
        [sys.executable, str(here), json.dumps(plan)], capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(here.parent.parent), os.environ.get("PYTHONPATH", "")])},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    result: dict[str, object] = json.loads(done.stdout)
    return result


SAMPLE = ["gzip", "nested", "laughs", "author", "junk", "drip-head", "endless-head", "loop", "too-short", "liar"]


@pytest.mark.parametrize("everything", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_every_attack_costs_itself_alone(server: Loopback, everything: bool) -> None:
    """Each ends within its deadline, memory grows by at most 64 MB, and every good source beside them arrives."""
    if everything and not PROOF:
        pytest.skip("all attacks, with bombs of a gigabyte: DIGEST_PROOF=1")
    hostile = attacks(1_000_000_000 if everything else 20_000_000)
    names = list(hostile) if everything else SAMPLE
    good = [f"good{number}" for number in range(5)]
    server.routes = {f"/{name}": script for name, script in hostile.items()}
    server.routes |= {f"/{name}": answer(200, GOOD) for name in good}
    result = run(server, names, good)
    print(json.dumps(result["memory"]), max(result["seconds"].values()))  # type: ignore[attr-defined]
    lost = {name: result["errors"][name] for name in good if result["status"][name] != "new"}  # type: ignore[index]
    assert lost == {}
    slow = {name: seconds for name, seconds in result["seconds"].items() if seconds > TOTAL_S + READING_S + 1}  # type: ignore[attr-defined]
    assert slow == {}
    harmless = {"laughs", "quadratic", "outside", "author", "deep", "deep-html", "brackets", "zipped-file", "too-long",
                "no-number", "negative"}  # fmt: skip
    survived = {name for name, status in result["status"].items() if status == "new"} - set(good)  # type: ignore[attr-defined]
    assert survived <= harmless
    assert result["leaked"] == []
    memory = result["memory"]
    assert memory["gathering"] <= 64 * MB, memory  # type: ignore[index]
    assert memory["reading"] <= 64 * MB, memory  # type: ignore[index]


def main(plan: dict[str, object]) -> dict[str, object]:
    from digest.gather import FetchState, Gathered, SourceSettings, gather_all, guarded
    from digest.gather.guarded import Reader
    from digest.http import PublicHttp

    http = PublicHttp(
        user_agent="t", allow_hosts=("127.0.0.1",), total_s=TOTAL_S, resolve=lambda name, port: ["127.0.0.1"]
    )
    port = str(plan["origin"]).rpartition(":")[2]
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def ask(names: list[str], reader: Reader) -> tuple[dict[str, Gathered], dict[str, float]]:
        guarded.shared = reader
        started = dict.fromkeys(names, 0.0)
        seconds: dict[str, float] = {}
        get = http.get

        class Timed:
            def get(self, url: str, **more: object) -> object:
                started[url.rpartition("/")[2]] = time.monotonic()
                return get(url, **more)  # type: ignore[arg-type]

        def on_result(gathered: Gathered) -> None:
            seconds[gathered.source.name] = time.monotonic() - started[gathered.source.name]

        sources = [SourceSettings(name, url=f"http://{name}.example:{port}/{name}") for name in names]
        states: dict[str, FetchState] = {}
        results = gather_all(sources, states, http=Timed(), now=now, on_result=on_result, threads=8)  # type: ignore[arg-type]
        reader.close()
        return {result.source.name: result for result in results}, seconds

    def peaks() -> tuple[int, int]:
        return (
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
        )

    good, names = list(plan["good"]), list(plan["names"])  # type: ignore[call-overload]
    ask(good, Reader(processes=4, deadline_s=READING_S))
    before = peaks()
    results, seconds = ask([*names, *good], Reader(processes=4, deadline_s=READING_S))
    after = peaks()
    texts = [article.title + article.text for result in results.values() for article in result.articles]
    return {
        "status": {name: result.status for name, result in results.items()},
        "errors": {name: result.error for name, result in results.items()},
        "seconds": seconds,
        "leaked": [text[:200] for text in texts if "root:" in text],
        "memory": {"gathering": after[0] - before[0], "reading": after[1] - before[1], "at": [*before, *after]},
    }


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
