"""Thirty days of asking, against servers that keep a record of every impoliteness.

Time is simulated; requests are real, over loopback, through the real client. Each server is a host name of its own and
knows what a polite reader would do, so it counts what one that is not does: asking inside Retry-After or max-age,
validators that are not the ones it gave, leaving validators out, asking a gone feed again, two requests at once.
"""

from __future__ import annotations

import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from digest.gather import FetchState, SourceSettings, gather_all
from digest.http import PublicHttp
from digest.model import from_plain, to_plain
from support_http import Asked, Loopback, answer, serve

PROOF = os.environ.get("DIGEST_PROOF") == "1"
START = datetime(2026, 11, 1, tzinfo=UTC)
Clock = Callable[[], datetime]


@dataclass
class Polite:
    """One host's record. `behave` answers; `edition` changes its feed every so many hours."""

    name: str
    clock: Clock
    behave: Callable[[Polite, Asked], tuple[int, bytes, dict[str, str]]]
    every: timedelta = timedelta(hours=20)
    violations: list[str] = field(default_factory=list)
    asked: int = 0
    served: dict[str, tuple[str, str]] = field(default_factory=dict)
    not_before: datetime = START
    gone: bool = False
    inside: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def edition(self) -> int:
        return int((self.clock() - START) / self.every)

    def body(self, words: str = "") -> bytes:
        items = "".join(
            f"<item><title>{self.name} {number}</title><guid isPermaLink='false'>{number}</guid></item>"
            for number in range(max(0, self.edition - 3), self.edition + 1)
        )
        return f"<rss version='2.0'><channel><title>{self.name}</title>{words}{items}</channel></rss>".encode()

    def wrong(self, what: str) -> None:
        self.violations.append(f"{self.clock():%d %H:%M} {self.name}: {what}")

    def check(self, asked: Asked) -> None:
        """Called for each request, before it is answered."""
        self.asked += 1
        if self.clock() < self.not_before:
            self.wrong(f"asked before {self.not_before:%d %H:%M}")
        if self.gone:
            self.wrong("asked again although gone")
        if {"cookie", "referer"} & asked.headers.keys():
            self.wrong("cookies or referer")
        given = self.served.get(asked.path)
        sent = (asked.headers.get("if-none-match", ""), asked.headers.get("if-modified-since", ""))
        if given is not None and sent != given:
            self.wrong(f"{asked.path}: gave {given}, got {sent}")
        if given is None and sent != ("", "") and asked.path not in ("/feed", "/new"):
            self.wrong(f"{asked.path}: invented {sent}")

    def validated(self, asked: Asked, etag: str, modified: str = "", **more: str) -> tuple[int, bytes, dict[str, str]]:
        headers = {**({"ETag": etag} if etag else {}), **({"Last-Modified": modified} if modified else {}), **more}
        same = (etag and asked.headers.get("if-none-match") == etag) or (
            not etag and modified and asked.headers.get("if-modified-since") == modified
        )
        self.served[asked.path] = (etag, modified)
        return (304, b"", more) if same else (200, self.body(), headers)


def etags(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    return host.validated(asked, f'W/"{host.edition}, odd"')


def dates(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    return host.validated(asked, "", f"Sun, 01-Nov-26 00:00:{host.edition % 60:02} GMT")


def both(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    return host.validated(
        asked, f"bare-{host.edition}", format_datetime(START + host.edition * host.every, usegmt=True)
    )


def bare(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    return 200, host.body(), {}


def max_age(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    host.not_before = host.clock() + timedelta(hours=5)
    return host.validated(asked, f'"{host.edition}"', **{"Cache-Control": "public, max-age=18000"})


def expires(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    host.not_before = host.clock() + timedelta(hours=3)
    return (
        200,
        host.body(),
        {"Expires": format_datetime(host.not_before, usegmt=True), "Date": format_datetime(host.clock(), usegmt=True)},
    )


def busy(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    if host.asked % 3 == 0:
        host.not_before = host.clock() + timedelta(hours=7)
        return 429, b"", {"Retry-After": "25200"}
    return host.validated(asked, f'"{host.edition}"')


def down(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    if host.asked % 4 == 0:
        host.not_before = host.clock() + timedelta(hours=9)
        return 503, b"", {"Retry-After": format_datetime(host.not_before, usegmt=True)}
    return host.validated(asked, f'"{host.edition}"')


def moved(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    if asked.path == "/feed":
        if host.clock() - START > timedelta(days=6):
            host.wrong("still asks at the old address after three days of 301")
        return 301, b"", {"Location": "/new"}
    return host.validated(asked, f'"{host.edition}"')


def leaves(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    if host.clock() - START > timedelta(days=4):
        host.gone = True
        return 410, b"", {}
    return host.validated(asked, f'"{host.edition}"')


def vanishes(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    """Missing from the third day on; after a week of that, once a day is enough."""
    away = host.clock() - START - timedelta(days=3)
    if away < timedelta(0):
        return host.validated(asked, f'"{host.edition}"')
    if away > timedelta(days=8):
        host.not_before = host.clock() + timedelta(hours=23)
    return 404, b"", {}


def late(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    """Validators appear with an unchanged body, and a 304 never repeats them."""
    if host.clock() - START < timedelta(days=2):
        return 200, b"<rss version='2.0'><channel><title>late</title></channel></rss>", {}
    host.served[asked.path] = ('"late"', "")
    if asked.headers.get("if-none-match") == '"late"':
        return 304, b"", {}
    return 200, b"<rss version='2.0'><channel><title>late</title></channel></rss>", {"ETag": '"late"'}


def ttl(host: Polite, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
    host.not_before = host.clock() + timedelta(minutes=45)
    return 200, host.body("<ttl>45</ttl>") + str(host.asked).encode().join([b"<!--", b"-->"]), {}


PAIRS = ("etags", "both")  # hosts with two sources
BEHAVIOURS = [etags, dates, both, bare, max_age, expires, busy, down, moved, leaves, vanishes, late, ttl]


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serve() as running:
        yield running


def attach(server: Loopback, hosts: dict[str, Polite]) -> None:
    """All host names on one loopback server; requests to one host at the same time are recorded."""

    def script(asked: Asked, connection: socket.socket) -> None:
        host = hosts[asked.headers["host"].partition(".")[0]]
        with host.guard:
            host.inside += 1
            if host.inside > 1:
                host.wrong("two requests at once")
        host.check(asked)
        status, body, headers = host.behave(host, asked)
        if host.name in PAIRS:
            time.sleep(0.002)  # long enough for a second request to be caught
        with host.guard:
            host.inside -= 1
        answer(status, body, headers)(asked, connection)

    for path in ("/feed", "/new", "/second"):
        server.routes[path] = script


def test_a_month_without_one_impoliteness(server: Loopback) -> None:
    """Thirteen behaviours, two sources on some hosts, a jittering clock: no server has anything to complain about."""
    days, step = (30, timedelta(minutes=20)) if PROOF else (12, timedelta(hours=3))
    chance = random.Random(20261123)
    now = START
    hosts = {behave.__name__: Polite(behave.__name__, lambda: now, behave) for behave in BEHAVIOURS}
    attach(server, hosts)
    http = PublicHttp(user_agent="t", allow_hosts=("127.0.0.1",), resolve=lambda name, port: ["127.0.0.1"])
    sources = [SourceSettings(name, url=f"http://{name}.example:{server.port}/feed") for name in hosts]
    sources += [SourceSettings(f"{name}-two", url=f"http://{name}.example:{server.port}/second") for name in PAIRS]
    states: dict[str, FetchState] = {}
    seen: dict[str, set[str]] = {source.name: set() for source in sources}
    while now < START + timedelta(days=days):
        for result in gather_all(sources, states, http=http, now=now, threads=8):
            states[result.source.name] = from_plain(FetchState, to_plain(result.state))
            seen[result.source.name] |= {article.guid for article in result.articles}
        now += step * chance.uniform(0.3, 1.7)
    violations = [line for host in hosts.values() for line in host.violations]
    print(f"{days} days, {sum(host.asked for host in hosts.values())} requests, {len(violations)} violations")
    assert violations == []
    assert all(host.asked >= 5 for host in hosts.values())
    editions = int((timedelta(days=days) - timedelta(days=1)) / timedelta(hours=20))
    for name in ("etags", "dates", "both", "bare", "max_age", "expires", "moved"):
        assert {str(number) for number in range(editions)} <= seen[name], name
    assert states["leaves"].health == "gone" and states["vanishes"].health == "degraded"


def test_the_record_would_show_impoliteness(server: Loopback) -> None:
    """The servers do complain about a reader that forgets what it was told."""
    now = START
    hosts = {behave.__name__: Polite(behave.__name__, lambda: now, behave) for behave in (etags, max_age)}
    attach(server, hosts)
    http = PublicHttp(user_agent="t", allow_hosts=("127.0.0.1",), resolve=lambda name, port: ["127.0.0.1"])
    sources = [SourceSettings(name, url=f"http://{name}.example:{server.port}/feed") for name in hosts]
    for _ in range(2):
        gather_all(sources, {}, http=http, now=now)
        now += timedelta(hours=1)
    assert len(hosts["etags"].violations) == 1 and len(hosts["max_age"].violations) == 2


def test_a_clock_asks_as_far_apart_as_it_is_told(server: Loopback) -> None:
    """`poll` keeps an hour between two requests, and `force` does not care."""
    server.routes["/feed"] = answer(200, b"<rss version='2.0'><channel><title>q</title></channel></rss>")
    source = SourceSettings("q", url=server.url("/feed"))
    http = PublicHttp(user_agent="t", allow_hosts=("127.0.0.1",))
    states: dict[str, FetchState] = {}
    for minutes, status in ((0, "new"), (30, "not_due"), (59, "not_due"), (60, "unchanged")):
        (got,) = gather_all(
            [source], states, http=http, now=START + timedelta(minutes=minutes), poll=timedelta(hours=1)
        )
        assert got.status == status
        states["q"] = got.state
    (forced,) = gather_all(
        [source], states, http=http, now=START + timedelta(minutes=61), poll=timedelta(hours=1), force=True
    )
    assert forced.status == "new" and len(server.asked) == 3
