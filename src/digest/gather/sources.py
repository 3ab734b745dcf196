"""Asking a source for its articles: decide, fetch, interpret. The edge of this room.

    gather_source   one source: due? -> conditional request -> unchanged? -> parse -> articles
    gather_all      several at once, one host never twice at the same time

Does not know which articles are new: it returns what the source holds now. Invariant: `gather_source` never raises
for what a source does; a failure is a value that says what, where, why and what to try, and keeps what was known, so
that a failed source never reads as "nothing new".
"""

from __future__ import annotations

import hashlib
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import urlsplit

from digest.errors import FetchError, SourceError
from digest.gather.feed import parse_feed
from digest.gather.folder import read_folder
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState, after_failure, after_success, request_for, state_for, wait_until
from digest.model import Article, ParsedFeed

Status = Literal["new", "unchanged", "not_due", "failed"]


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
class Gathered:
    """What asking one source gave. "new": `articles` is all it holds now (known ones among them). "unchanged": it holds
    what it held. "not_due": its server asked for patience until `state` says. "failed": `error` is the whole message.
    """

    source: SourceSettings
    status: Status
    state: FetchState
    articles: tuple[Article, ...] = ()
    error: str = ""
    title: str = ""
    warnings: tuple[str, ...] = ()
    http_status: int | None = None


def gather_source(
    source: SourceSettings, state: FetchState, *, http: Http, now: datetime, force: bool = False
) -> Gathered:
    """Ask one source. `force` asks although the server said to wait (impolite), and reads again what did not change."""
    try:
        if source.kind == "files":
            return _gather_files(source, state, now, force)
        return _gather_feed(source, state_for(state, source.url or ""), http, now, force)
    except SourceError as error:
        status = error.status if isinstance(error, FetchError) else None
        return _failed(source, state, str(error), now, status)


def gather_all(
    sources: Sequence[SourceSettings],
    states: Mapping[str, FetchState],
    *,
    http: Http,
    now: datetime,
    force: bool = False,
    threads: int = 8,
    on_result: Callable[[Gathered], None] | None = None,
) -> list[Gathered]:
    """Ask several sources, in the order given in the answer. `states` by source name; `on_result` sees each as it
    comes, never two at once. Sources of one host wait for one another; a 429 or 503 holds the rest of its host back.
    """
    by_host: dict[str, list[SourceSettings]] = defaultdict(list)
    for source in sources:
        by_host[_host(source)].append(source)
    results: dict[str, Gathered] = {}
    report = threading.Lock()

    def ask_host(group: list[SourceSettings]) -> None:
        hold: Gathered | None = None
        for source in group:
            state = states.get(source.name) or FetchState()
            if hold is not None and not force:
                gathered = _held_back(source, state, hold)
            else:
                gathered = gather_source(source, state, http=http, now=now, force=force)
            if gathered.http_status in (429, 503):
                hold = gathered
            with report:
                results[source.name] = gathered
                if on_result is not None:
                    on_result(gathered)

    with ThreadPoolExecutor(max_workers=max(1, threads), thread_name_prefix="gather") as pool:
        for future in [pool.submit(ask_host, group) for group in by_host.values()]:
            future.result()
    return [results[source.name] for source in sources]


def _gather_feed(source: SourceSettings, state: FetchState, http: Http, now: datetime, force: bool) -> Gathered:
    until = wait_until(state, now)
    if until is not None and not force:
        return Gathered(source, "not_due", state, title=source.title or state.title)
    request = request_for(replace(state, etag="", last_modified="") if force else state, source.headers)
    answer = http.get(request.url, headers=request.headers)
    if answer.status == 304 and answer.url != state.validated_url:
        # The redirect leads elsewhere now; what has not changed there is not what we have.
        request = request_for(replace(state, etag="", last_modified=""), source.headers)
        answer = http.get(request.url, headers=request.headers)
    if answer.status == 304:
        return _unchanged(source, state, answer, now)
    if answer.status != 200:
        return _refused(source, state, answer, now)
    body_hash = hashlib.sha256(answer.data).hexdigest()
    if body_hash == state.body_hash and not force:
        return _unchanged(source, state, answer, now)
    feed = parse_feed(
        answer.data,
        url=answer.url,
        content_type=answer.headers.get("content-type"),
        source=source.name,
        timezone=source.timezone,
    )
    return _new(source, _remember(state, answer, body_hash, now), feed, answer.status)


def _new(source: SourceSettings, state: FetchState, feed: ParsedFeed, status: int) -> Gathered:
    articles = tuple(_with_defaults(article, source) for article in feed.articles)
    title = source.title or feed.title or source.name
    return Gathered(
        source,
        "new",
        replace(state, title=feed.title),
        articles,
        title=title,
        warnings=feed.warnings,
        http_status=status,
    )


def _with_defaults(article: Article, source: SourceSettings) -> Article:
    if article.language or not source.language:
        return article
    return replace(article, language=source.language, origin={**article.origin, "language": "settings"})


def _remember(state: FetchState, answer: HttpAnswer, body_hash: str, now: datetime) -> FetchState:
    return after_success(
        state,
        status=answer.status,
        url=answer.url,
        headers=answer.headers,
        redirects=answer.redirects,
        body_hash=body_hash,
        now=now,
    )


def _unchanged(source: SourceSettings, state: FetchState, answer: HttpAnswer, now: datetime) -> Gathered:
    after = _remember(state, answer, state.body_hash, now)
    return Gathered(
        source, "unchanged", after, title=source.title or state.title or source.name, http_status=answer.status
    )


_ADVICE = {
    401: "the source needs a key: set headers for it",
    403: "the site refuses programs or this machine; ask its operator to allow your User-Agent",
    404: "check the address: the feed may have moved",
    410: "the feed is gone for good: remove the source or set its new address",
    429: "nothing: it will be asked again when the server allows it",
    503: "nothing: it will be asked again when the server allows it",
}


def _refused(source: SourceSettings, state: FetchState, answer: HttpAnswer, now: datetime) -> Gathered:
    default = "try again later; if it stays, tell the site's operator" if answer.status >= 500 else "check the address"
    why = "a protection service asks for a browser" if "cf-mitigated" in answer.headers else ""
    error = FetchError(
        f"the server answered {answer.status}", where=answer.url, why=why, try_=_ADVICE.get(answer.status, default)
    )
    after = after_failure(state, error=str(error), now=now, status=answer.status, headers=answer.headers)
    title = source.title or state.title or source.name
    return Gathered(source, "failed", after, error=str(error), title=title, http_status=answer.status)


def _failed(source: SourceSettings, state: FetchState, error: str, now: datetime, status: int | None) -> Gathered:
    known = state_for(state, source.url or "")
    title = source.title or state.title or source.name
    return Gathered(
        source, "failed", after_failure(known, error=error, now=now, status=status), error=error, title=title,
        http_status=status,
    )  # fmt: skip


def _held_back(source: SourceSettings, state: FetchState, first: Gathered) -> Gathered:
    """Another source of the same host was just told to wait: this one waits as long, without asking."""
    known = replace(state_for(state, source.url or ""), hold_until=first.state.hold_until)
    return Gathered(source, "not_due", known, title=source.title or state.title or source.name)


def _gather_files(source: SourceSettings, state: FetchState, now: datetime, force: bool) -> Gathered:
    if source.path is None:
        raise FetchError("a folder source has no path", where=source.name, try_='set path = "articles"')
    folder = read_folder(source.path, source=source)
    known = state_for(state, "")
    unchanged = bool(known.last_success_at) and folder.marks == dict(known.files) and not force
    after = replace(
        known,
        files=folder.marks,
        last_attempt_at=now,
        last_success_at=now,
        failures=0,
        last_error="",
        title=source.title,
    )
    return Gathered(
        source,
        "unchanged" if unchanged else "new",
        after,
        () if unchanged else folder.articles,
        title=source.title or source.name,
        warnings=folder.warnings,
    )


def _host(source: SourceSettings) -> str:
    if source.url is None:
        return f"files:{source.name}"
    try:
        return (urlsplit(source.url).hostname or source.name).lower()
    except ValueError:
        return source.name
