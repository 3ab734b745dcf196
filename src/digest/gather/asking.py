"""One run's conversation with the network: who asked for patience, what robots.txt says, how many pages were read.

Does not interpret answers. Invariant: in one run, a host that answered 429 or 503 is not asked again, by whichever
source; a page that robots.txt forbids is never asked for. Safe to share between the threads of a run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from digest.errors import FetchError
from digest.gather import robots as rules
from digest.gather.robots import RobotsMark, read_robots
from digest.gather.state import hold_of

ROBOTS_FOR = timedelta(hours=24)  # RFC 9309 section 2.4
ROBOTS_AGAIN = timedelta(hours=6)


class HttpAnswer(Protocol):
    """What is needed of an answer; `digest.http.Response` is one."""

    @property
    def url(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def data(self) -> bytes: ...
    @property
    def redirects(self) -> tuple[tuple[int, str], ...]: ...


class Http(Protocol):
    """What is needed of a client; `digest.http.PublicHttp` is one."""

    def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, max_bytes: int | None = None
    ) -> HttpAnswer: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """An `HttpAnswer` made here."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes = b""
    redirects: tuple[tuple[int, str], ...] = ()


class Held(FetchError):
    """Not asked: the host wants to be left alone until `until`."""

    def __init__(self, url: str, until: datetime) -> None:
        super().__init__(
            "the host asked to be left alone",
            where=url,
            why=f"until {until:%Y-%m-%d %H:%M} UTC",
            try_="nothing: it will be asked again then",
        )
        self.until = until


class Asking:
    """The network as one run sees it, at the moment `now`. `sleep` waits where robots.txt asks for a pause."""

    def __init__(self, http: Http, now: datetime, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.now = now
        self._http, self._sleep = http, sleep
        self._kept: dict[str, HttpAnswer] = {}
        self._last: dict[str, float] = {}
        self._holds: dict[str, datetime] = {}
        self._robots: dict[str, RobotsMark] = {}
        self._guard = threading.Lock()

    def get(self, url: str, headers: Mapping[str, str], *, max_bytes: int | None = None) -> HttpAnswer:
        """Ask. Raises `Held` instead of asking a host that wants patience, and `FetchError` for trouble."""
        with self._guard:
            kept = self._kept.pop(url, None)
        if kept is not None:
            return kept
        until = self.held(url)
        if until is not None:
            raise Held(url, until)
        answer = self._http.get(url, headers=headers, max_bytes=max_bytes)
        if answer.status in (429, 503):
            self.hold(answer.url, hold_of(answer.headers, self.now))
        return answer

    def held(self, url: str) -> datetime | None:
        """Until when the host of `url` is not to be asked, if so."""
        with self._guard:
            until = self._holds.get(host_of(url))
        return until if until is not None and until > self.now else None

    def hold(self, url: str, until: datetime) -> None:
        with self._guard:
            host = host_of(url)
            self._holds[host] = max(until, self._holds.get(host, until))

    def keep(self, url: str, answer: HttpAnswer) -> None:
        """Hand this answer to whoever asks for `url` next: finding out what a site offers already fetched it."""
        with self._guard:
            self._kept[url] = answer

    def pause(self, url: str, seconds: float) -> None:
        """Let `seconds` lie between two pages of one host, ten at most."""
        if seconds <= 0:
            return
        with self._guard:
            last = self._last.get(host_of(url))
        if last is not None:
            self._sleep(max(0.0, min(last + min(seconds, 10.0) - time.monotonic(), 10.0)))
        with self._guard:
            self._last[host_of(url)] = time.monotonic()

    def robots(self, url: str, known: Mapping[str, RobotsMark]) -> tuple[str, RobotsMark]:
        """The origin of `url` and its rules, from this run, from `known`, or asked for now. Raises `Held`."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._guard:
            mark = self._robots.get(origin) or known.get(origin)
        if mark is None or mark.until <= self.now:
            mark = self._ask_robots(origin)
            with self._guard:
                self._robots[origin] = mark
        return origin, mark

    def _ask_robots(self, origin: str) -> RobotsMark:
        """RFC 9309 section 2.3.1: without the file everything is allowed; when it cannot be had, nothing is."""
        try:
            headers = {"Accept": "text/plain, */*;q=0.1"}
            answer = self.get(f"{origin}/robots.txt", headers, max_bytes=4 * rules.MAX_BYTES)
        except Held:
            raise
        except FetchError:
            return RobotsMark(rules.REFUSE_ALL, self.now + ROBOTS_AGAIN)
        if answer.status == 200:
            return RobotsMark(read_robots(answer.data), self.now + ROBOTS_FOR)
        if answer.status == 429 or answer.status >= 500:
            return RobotsMark(rules.REFUSE_ALL, self.now + ROBOTS_AGAIN)
        return RobotsMark(rules.ALLOW_ALL, self.now + ROBOTS_FOR)


def host_of(url: str) -> str:
    """The host name, lower-case; "" where there is none."""
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
