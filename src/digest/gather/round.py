"""One source, asked once: its lists, what they mean, and the pages that complete their articles.

    recognise   a plain site's address: what is it?        (once; `discovery`)
    lists       the adapter's plan, conditionally; what is unchanged is not read
    pages       those that `completing` chose, as far as robots.txt, the clock and their hosts allow

Does not turn trouble into values (`sources` does) and does not read bytes itself (`guarded` does). Invariant: what is
remembered is only replaced after the answer was read, so a broken answer never costs the good validators; a page that
fails costs that page.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote

from digest.errors import FetchError, SourceError
from digest.gather import completing
from digest.gather.adapter import Reading, Reply, Request
from digest.gather.asking import Answer, Asking, Held, HttpAnswer
from digest.gather.completing import key_of
from digest.gather.discovery import recognise
from digest.gather.guarded import Reader
from digest.gather.kinds import KINDS
from digest.gather.robots import RobotsMark
from digest.gather.settings import SourceSettings
from digest.gather.state import (
    FetchState,
    PageMark,
    Validators,
    after_success,
    conditions,
    hold_of,
    request_for,
    rested,
    validators_after,
)
from digest.gather.urls import origin_of
from digest.model import Article

MAX_LISTS = 8
MAX_LISTED = 200
PAGES_S = 60.0
MAX_PAGE_BYTES = 5 * 1024 * 1024
_FROM_SOURCE = ("content-type", "x-wp-totalpages", "link")


class Unfriendly(FetchError):
    """The source's own address answered something else than 200 or 304; `state` is what was known by then."""

    def __init__(self, answer: HttpAnswer, state: FetchState) -> None:
        super().__init__(f"the server answered {answer.status}", where=answer.url, status=answer.status)
        self.answer, self.state = answer, state


@dataclass(frozen=True, slots=True)
class Done:
    """`read_list`: at least one list was new. `listed`: the names of everything on the lists that were read."""

    state: FetchState
    articles: tuple[Article, ...]
    read_list: bool
    listed: tuple[str, ...]
    warnings: tuple[str, ...]
    http_status: int | None


class Round:
    """The conversation with one source. Used once."""

    def __init__(
        self, source: SourceSettings, state: FetchState, asking: Asking, reader: Reader, *, force: bool
    ) -> None:
        self._source, self._state, self._asking, self._reader, self._force = source, state, asking, reader, force
        self._found: dict[str, Article] = {}
        self._listed: list[str] = []
        self._lacking: list[Request] = []
        self._warnings: list[str] = []
        self._read_list, self._first_sight = False, state.last_success_at is None
        self._cursor = state.cursor
        self._status: int | None = None

    def run(self) -> Done:
        """Raises `SourceError` when the source's first list cannot be had or read."""
        source, self._state = recognise(self._source, self._state, self._asking, self._reader)
        adapter = KINDS[source.kind]
        first, *others = adapter.plan(source, self._state, self._asking.now)
        others += self._ask_first(source, first)
        self._ask_others(source, others)
        self._complete(source)
        state = replace(self._state, cursor=self._cursor)
        if self._read_list:  # an answer that nothing has changed leaves what was listed listed
            state = replace(state, listed=tuple(dict.fromkeys(self._listed))[:MAX_LISTED])
        return Done(
            state,
            tuple(self._found.values()),
            self._read_list,
            tuple(self._listed),
            tuple(self._warnings),
            self._status,
        )

    # -- lists --------------------------------------------------------------------------------------------------------

    def _ask_first(self, source: SourceSettings, request: Request) -> list[Request]:
        state, now = self._state, self._asking.now
        if request.polite and not self._allowed(request.url):
            raise FetchError(
                "robots.txt does not allow this to be read",
                where=request.url,
                try_="use the site's feed, or ask its operator",
            )
        fresh = self._force or state.list_url != request.url
        asked = request_for(state, self._own_headers(request.url), url=request.url, accept=request.accept, fresh=fresh)
        answer = self._get(asked.url, asked.headers)
        if answer.status == 304 and answer.url != state.validated_url:
            # The redirect leads elsewhere now; what has not changed there is not what we have.
            whole = request_for(
                state, self._own_headers(request.url), url=request.url, accept=request.accept, fresh=True
            )
            answer = self._get(whole.url, whole.headers)
        self._status = answer.status
        if answer.status not in (200, 304):
            raise Unfriendly(answer, state)
        mark = _hash(answer.data) if answer.status == 200 else state.body_hash
        reading = None
        if answer.status == 200 and (mark != state.body_hash or self._force):
            reading = self._read(source, request, answer)
        after = after_success(
            state, status=answer.status, url=answer.url, headers=answer.headers, redirects=answer.redirects,
            body_hash=mark, now=now,
        )  # fmt: skip
        self._state = replace(after, list_url=request.url)
        if reading is None:
            return []
        self._state = rested(replace(self._state, title=reading.title), reading.limited_s, now)
        return self._take(reading)

    def _ask_others(self, source: SourceSettings, queue: list[Request]) -> None:
        """Further lists; one that fails is a warning, and what was known of it stays."""
        asked: dict[str, Validators] = {}
        while queue and len(asked) < MAX_LISTS:
            request = queue.pop(0)
            if request.url in asked or request.url == self._state.list_url:
                continue
            known = self._state.lists.get(request.url, Validators())
            asked[request.url] = known
            try:
                answer = self._ask(request, known)
                if answer is None:
                    continue
                mark = _hash(answer.data) if answer.status == 200 else ""
                if answer.status == 200 and (mark != known.body_hash or self._force):
                    queue += self._take(self._read(source, request, answer))
                asked[request.url] = validators_after(
                    known, status=answer.status, url=answer.url, headers=answer.headers, mark=mark
                )
            except Held:
                break
            except SourceError as error:
                self._warnings.append(str(error).partition("\n")[0])
        if asked:
            self._state = replace(self._state, lists=asked)

    def _take(self, reading: Reading) -> list[Request]:
        """Keep what one list says; return further lists."""
        self._read_list = True
        self._warnings += reading.warnings
        self._cursor = max(self._cursor, reading.cursor)
        for article in reading.articles:
            self._found.setdefault(key_of(article), article)
            self._listed.append(key_of(article))
        for request in reading.requests:
            if request.article is not None:
                self._lacking.append(request)
                self._listed.append(key_of(request.article))
        return [request for request in reading.requests if request.article is None]

    # -- pages --------------------------------------------------------------------------------------------------------

    def _complete(self, source: SourceSettings) -> None:
        state, now = self._state, self._asking.now
        plan = completing.choose(
            self._lacking, state, now=now, read_list=self._read_list, first_sight=self._first_sight
        )
        marks = dict(plan.marks or {})
        later = list(plan.later)
        for article in plan.show:
            self._found.setdefault(key_of(article), article)
        held = state.pages_hold_until is not None and state.pages_hold_until > now and not self._force
        end = time.monotonic() + PAGES_S
        for request in plan.ask:
            if held or time.monotonic() > end:
                self._show_unread(request, later)
                continue
            held = self._complete_one(source, request, marks, later)
        self._state = replace(
            self._state,
            pages=completing.remembered(state.pages, marks, self._listed),
            pending=tuple(later)[: completing.LISTED],
            watched=completing.watch_list(self._lacking) if self._read_list else state.watched,
        )

    def _show_unread(self, request: Request, later: list[Request]) -> None:
        article = request.article
        assert article is not None
        known = self._state.pages.get(key_of(article))
        if known is not None and completing.is_settled(known) and known.mark == completing.mark_of(request):
            return  # was to be looked at again; what is stored is better than what the list says
        if request.alone and request not in self._state.pending:
            self._found.setdefault(key_of(article), article)
        later.append(request)

    def _complete_one(
        self, source: SourceSettings, request: Request, marks: dict[str, PageMark], later: list[Request]
    ) -> bool:
        """Ask for one page. True when its host asked for patience: no more pages in this run."""
        article, now = request.article, self._asking.now
        assert article is not None
        known = self._state.pages.get(key_of(article))
        same = known is not None and known.mark == completing.mark_of(request)
        validators = known.validators if known is not None and same and known.read_at else Validators()
        try:
            answer = self._ask(request, validators)
            if answer is None:
                marks[key_of(article)] = PageMark(completing.mark_of(request))
                self._show(request, "robots.txt does not allow its page to be read")
                return False
            mark = _hash(answer.data) if answer.status == 200 else ""
            if answer.status == 200 and mark != validators.body_hash:
                reading = self._read(source, request, answer)
                for whole in reading.articles:
                    self._found[key_of(whole)] = whole
            seen = validators_after(validators, status=answer.status, url=answer.url, headers=answer.headers, mark=mark)
            first = known.first_at if known is not None and known.first_at else now
            marks[key_of(article)] = PageMark(completing.mark_of(request), first, now, validators=seen)
        except Held as held:
            self._state = replace(self._state, pages_hold_until=held.until)
            self._show_unread(request, later)
            return True
        except SourceError as error:
            if known is not None and same and known.read_at is not None:
                marks[key_of(article)] = replace(known, read_at=now)  # looked again in vain; what was read stays
                return False
            marks[key_of(article)] = completing.failed(known, request, now)
            self._show(request, f"its page could not be read: {str(error).partition(chr(10))[0]}")
            if not completing.is_settled(marks[key_of(article)]):
                later.append(request)
        return False

    def _show(self, request: Request, why: str) -> None:
        article = request.article
        assert article is not None
        if request.alone and request not in self._state.pending:
            self._found.setdefault(key_of(article), replace(article, warnings=(*article.warnings, why)))
        self._warnings.append(f"{article.url}: {why}")

    # -- asking -------------------------------------------------------------------------------------------------------

    def _ask(self, request: Request, known: Validators) -> HttpAnswer | None:
        """A 200 or 304, or None where robots.txt forbids to ask. Raises `FetchError` for any other answer."""
        if request.polite and not self._allowed(request.url):
            return None
        headers = {"Accept": request.accept, **self._own_headers(request.url)}
        sent = headers if self._force else {**headers, **conditions(known)}
        limit = MAX_PAGE_BYTES if request.article is not None else None
        answer = self._get(request.url, sent, max_bytes=limit)
        if answer.status == 304 and answer.url != known.url:
            answer = self._get(request.url, headers, max_bytes=limit)
        if answer.status in (429, 503):
            raise Held(answer.url, hold_of(answer.headers, self._asking.now))
        if answer.status not in (200, 304):
            raise FetchError(f"the server answered {answer.status}", where=answer.url, status=answer.status)
        return answer

    def _get(self, url: str, headers: Mapping[str, str], *, max_bytes: int | None = None) -> HttpAnswer:
        """Ask, with the source's key where an address says `{key}`; it does not come back in the answer's address."""
        key = quote(self._source.key, safe="")
        if not key or "{key}" not in url:
            return self._asking.get(url, headers, max_bytes=max_bytes)
        answer = self._asking.get(url.replace("{key}", key), headers, max_bytes=max_bytes)
        return Answer(answer.url.replace(key, "{key}"), answer.status, answer.headers, answer.data)

    def _allowed(self, url: str) -> bool:
        origin, mark = self._asking.robots(url, self._state.robots)
        if self._state.robots.get(origin) != mark:
            kept: Mapping[str, RobotsMark] = {**self._state.robots, origin: mark}
            self._state = replace(self._state, robots=dict(list(kept.items())[-5:]))
        if not mark.robots.allows(url):
            return False
        self._asking.pause(url, mark.robots.crawl_delay_s)
        return True

    def _own_headers(self, url: str) -> Mapping[str, str]:
        """The operator's headers belong to the source's own origin."""
        return self._source.headers if origin_of(url) == origin_of(self._source.url or "") else {}

    def _read(self, source: SourceSettings, request: Request, answer: HttpAnswer) -> Reading:
        kept = {name: value for name, value in answer.headers.items() if name in _FROM_SOURCE}
        reply = Reply(request, answer.url, answer.data, kept)
        bare = replace(source, headers={}, key="")  # whoever reads untrusted bytes needs no secrets
        reading: Reading = self._reader.call("kinds:read_reply", bare, reply, about=answer.url)
        return reading


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
