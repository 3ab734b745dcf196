"""Chosen articles, asked for once more before their issue freezes: are they still there, and do they say the same?

    listed       its source was read within the hour and names it: only its page's 410 (gone for good) counts against it
    page         else its own page (or its API's answer), conditionally, as far as robots.txt and its host allow
    file         a file is looked at on the disk

Does not choose articles and keeps nothing. Invariants: only its own source's clear word takes an article back (404 or
410 on its page, an API that says so, a file that is gone or a draft now); not being on a list that shows the newest ten
is no such word, nor is any failure to ask, and such a failure never costs the article. Nothing is asked after the
deadline, and no article twice.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import quote, urlsplit

from digest.errors import ParseError, SourceError
from digest.gather import guarded
from digest.gather.adapter import JSON_TYPES, Reading, Reply, Request
from digest.gather.asking import Asking, Held, Http, HttpAnswer
from digest.gather.completing import key_of
from digest.gather.deadline import ask_by_host
from digest.gather.files import MAX_FILE_BYTES, is_readable, read_draft
from digest.gather.folder import placed, read_folder
from digest.gather.identity import content_hash
from digest.gather.kinds.completion import page_of, same_site
from digest.gather.kinds.quirks import is_complete
from digest.gather.robots import RobotsMark
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState, PageMark, Validators, conditions, hold_of, validators_after
from digest.gather.urls import origin_of
from digest.model import Article

DEADLINE_S = 20.0
FRESH_FOR = timedelta(hours=1)
MAX_PAGE_BYTES = 5 * 1024 * 1024
MANY = 3
_WORD = re.compile(r"\w+")
_FROM_SOURCE = ("content-type",)
Verdict = Literal["same", "changed", "withdrawn", "unasked", "unknown"]


@dataclass(frozen=True, slots=True)
class Question:
    """One chosen article, as stored, with its source and what is remembered of that. `withdrawn_at`: it was taken back
    then, and it is asked whether it is there again."""

    id: int
    article: Article
    source: SourceSettings
    state: FetchState
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What became of one question.

    "same", "changed" (`article` has the newest words), "withdrawn", "unasked" (there is nobody to ask), "unknown" (it
    could not be asked). `why` explains the last and "withdrawn". `mark` and `robots` are worth remembering.
    """

    id: int
    verdict: Verdict
    article: Article | None = None
    why: str = ""
    mark: PageMark | None = None
    robots: Mapping[str, RobotsMark] | None = None


def recheck_all(
    questions: Sequence[Question],
    *,
    http: Http,
    now: datetime,
    deadline_s: float = DEADLINE_S,
    reader: guarded.Reader | None = None,
) -> dict[int, Rechecked]:
    """Every question's answer, by the article's id, after `deadline_s` at the latest."""
    until = time.monotonic() + deadline_s
    found: dict[int, Rechecked] = {}
    asked: list[tuple[Question, Request]] = []
    for question in questions:
        if question.source.kind == "files":
            found[question.id] = _recheck_file(question)
            continue
        known = _known(question, now)
        listed = known is not None and _is_listed(question, now)
        request = _request(question) if known is None or listed else None
        if known is not None and (request is None or question.withdrawn_at is not None):
            found[question.id] = known
        elif request is None:
            found[question.id] = Rechecked(question.id, "unasked")
        else:
            asked.append((question, request))
    conversation = _Conversation(Asking(http, now), reader or guarded.shared)
    answers = ask_by_host(asked, lambda pair: pair[1].url, conversation.ask, until=until)
    for place, (question, request) in enumerate(asked):
        answer = answers.get(place)
        if _is_listed(question, now):
            found[question.id] = _against_the_list(question, answer)
        elif isinstance(answer, Rechecked):
            found[question.id] = answer
        else:
            why = f"{type(answer).__name__}: {answer}" if answer is not None else "there was no time left to ask"
            found[question.id] = Rechecked(question.id, "unknown", why=f"{request.url}: {why}")
    return _doubted(asked, found)


def _against_the_list(question: Question, answer: object) -> Rechecked:
    """The list that was just read says that it is published, and in which words: only "gone for good" is stronger."""
    if isinstance(answer, Rechecked) and answer.verdict == "withdrawn" and " 404 " not in answer.why:
        return answer
    robots = answer.robots if isinstance(answer, Rechecked) else None
    return Rechecked(question.id, "same", robots=robots)


def _doubted(asked: Sequence[tuple[Question, Request]], found: dict[int, Rechecked]) -> dict[int, Rechecked]:
    """A site all of whose pages are missing at once is broken, or does not want us: nobody took anything back."""
    by_source: dict[str, list[Rechecked]] = {}
    for question, _ in asked:
        if question.withdrawn_at is None:
            by_source.setdefault(question.source.name, []).append(found[question.id])
    for answers in by_source.values():
        if len(answers) >= MANY and all(answer.verdict == "withdrawn" and " 404 " in answer.why for answer in answers):
            for answer in answers:
                why = f"all {len(answers)} pages that were asked for answer 404: the site seems to be broken"
                found[answer.id] = replace(answer, verdict="unknown", why=why)
    return found


def _is_listed(question: Question, now: datetime) -> bool:
    """Whether its source was read within the hour and named it."""
    state, read = question.state, question.state.last_success_at
    listed = key_of(question.article) in state.listed and not state.failures
    return read is not None and listed and now - read <= FRESH_FOR


def _known(question: Question, now: datetime) -> Rechecked | None:
    """The answer where the source itself, or the page, was read within the hour."""
    state, key = question.state, key_of(question.article)
    read, since = state.last_success_at, question.withdrawn_at
    if read is not None and _is_listed(question, now):
        return Rechecked(question.id, "same") if since is None or read > since else None
    mark = state.pages.get(key)
    if since is None and mark is not None and mark.read_at is not None and now - mark.read_at <= FRESH_FOR:
        return Rechecked(question.id, "same")
    return None


def _request(question: Question) -> Request | None:
    """What to ask for, or None where an article's page is none of our business."""
    article, source, state = question.article, question.source, question.state
    if article.url is None or source.enrich is False or is_complete(source.url or ""):
        return None
    key = key_of(article)
    for request in (*state.watched, *state.pending):
        if request.article is not None and key_of(request.article) == key:
            return replace(request, article=article)
    if not any(same_site(article.url, site) for site in (source.url, state.found_url)):
        return None
    if (state.found_kind or source.kind) == "discourse":
        return Request(f"{article.url}.json", accept=JSON_TYPES, polite=True, article=article)
    return page_of(article)


class _Conversation:
    """The network as one re-check sees it; shared by its threads."""

    def __init__(self, asking: Asking, reader: guarded.Reader) -> None:
        self._asking, self._reader = asking, reader

    def ask(self, pair: tuple[Question, Request]) -> Rechecked:
        question, request = pair
        try:
            return self._ask(question, request)
        except Held as held:
            return Rechecked(question.id, "unknown", why=f"{request.url}: {held.what} {held.why}".rstrip())
        except SourceError as error:
            return Rechecked(question.id, "unknown", why=f"{request.url}: {error.what}")

    def _ask(self, question: Question, request: Request) -> Rechecked:
        origin, robots = self._asking.robots(request.url, question.state.robots)
        if not robots.robots.allows(request.url):
            why = f"{request.url}: robots.txt does not allow it to be asked for, or cannot be had"
            return Rechecked(question.id, "unknown", why=why, robots={origin: robots})
        self._asking.pause(request.url, robots.robots.crawl_delay_s)
        mark = question.state.pages.get(key_of(question.article))
        known = mark.validators if mark is not None else Validators()
        answer = self._get(question.source, request, known)
        verdict = self._judged(question, request, known, answer)
        if verdict.verdict in ("same", "changed"):
            verdict = replace(verdict, mark=self._mark(mark, known, answer))
        return replace(verdict, robots={origin: robots})

    def _judged(self, question: Question, request: Request, known: Validators, answer: HttpAnswer) -> Rechecked:
        if answer.status in (404, 410):
            words = "not found" if answer.status == 404 else "gone for good"
            return Rechecked(question.id, "withdrawn", why=f"{request.url} answers {answer.status} ({words})")
        if answer.status in (429, 503):
            self._asking.hold(answer.url, hold_of(answer.headers, self._asking.now))
        if answer.status not in (200, 304):
            return Rechecked(question.id, "unknown", why=f"{request.url} answers {answer.status}")
        if answer.status == 304 or (known.body_hash and _hash(answer.data) == known.body_hash):
            return Rechecked(question.id, "same")
        if (gone := _gone_in_json(answer)) or _is_front_page(answer.url, request.url):
            if gone:
                return Rechecked(question.id, "withdrawn", why=f"{request.url} says that it is {gone}")
            return Rechecked(question.id, "unknown", why=f"{request.url} leads to the site's front page now")
        if question.article.origin.get("text") not in ("page", "api"):
            return Rechecked(question.id, "same")  # its words come from the list; the page is there, and that is all
        return self._reread(question, request, answer)

    def _reread(self, question: Question, request: Request, answer: HttpAnswer) -> Rechecked:
        source, state = question.source, question.state
        bare = replace(source, headers={}, key="", kind=state.found_kind or source.kind)
        listed = replace(
            question.article,
            text="",
            html="",
            excerpt="",
            title_derived=question.article.title_derived
            or question.article.origin.get("title", "feed") not in ("feed", "sitemap", "api", "link"),
        )
        reply = Reply(replace(request, article=listed), answer.url, answer.data, _typed(answer))
        reading: Reading = self._reader.call("kinds:read_reply", bare, reply, about=answer.url)
        if not reading.articles:
            return Rechecked(question.id, "unknown", why=f"{request.url} no longer reads like an article")
        newest = merged(question.article, reading.articles[0])
        if newest is None:
            why = f"{request.url} says something else now; what was read before is used"
            return Rechecked(question.id, "unknown", why=why)
        if content_hash(newest) == content_hash(question.article):
            return Rechecked(question.id, "same")
        return Rechecked(question.id, "changed", newest)

    def _get(self, source: SourceSettings, request: Request, known: Validators) -> HttpAnswer:
        """Conditionally, with the source's own headers and key at its own origin alone."""
        own = source.headers if origin_of(request.url) == origin_of(source.url or "") else {}
        headers = {"Accept": request.accept, **own}
        url = request.url.replace("{key}", quote(source.key, safe=""))
        answer = self._asking.get(url, {**headers, **conditions(known)}, max_bytes=MAX_PAGE_BYTES)
        if answer.status == 304 and known.url and answer.url != known.url:
            answer = self._asking.get(url, headers, max_bytes=MAX_PAGE_BYTES)
        return answer

    def _mark(self, mark: PageMark | None, known: Validators, answer: HttpAnswer) -> PageMark:
        hashed = _hash(answer.data) if answer.status == 200 else ""
        seen = validators_after(known, status=answer.status, url=answer.url, headers=answer.headers, mark=hashed)
        before = mark or PageMark("", first_at=self._asking.now)
        return replace(before, read_at=self._asking.now, validators=seen)


def _hash(data: bytes) -> str:
    """The mark by which a body is recognised again; the same as that of `round`."""
    return hashlib.sha256(data).hexdigest()


def merged(stored: Article, page: Article) -> Article | None:
    """`stored` with the words that its page has now; None when they are not a correction but something else.

    A correction keeps most of the words: a log-in page, a cookie wall or an error page with status 200 does not.
    """
    old = _WORD.findall(stored.text.casefold())[:400]
    new = set(_WORD.findall(page.text.casefold()))
    if not page.text or len(page.text) < 0.3 * len(stored.text) or sum(word in new for word in old) < 0.5 * len(old):
        return None
    origin = {**page.origin, **{name: stored.origin[name] for name in ("private",) if name in stored.origin}}
    return replace(
        page,
        source=stored.source,
        guid=stored.guid,
        title=page.title or stored.title,
        title_derived=stored.title_derived if page.title == stored.title else page.title_derived,
        language=page.language or stored.language,
        excerpt=stored.excerpt or page.excerpt,
        image=stored.image or page.image,
        origin=origin,
    )


def _typed(answer: HttpAnswer) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name in _FROM_SOURCE}


def _gone_in_json(answer: HttpAnswer) -> str:
    """What an API says of something that it no longer shows (Discourse: `deleted_at`, `visible`)."""
    if "json" not in answer.headers.get("content-type", ""):
        return ""
    try:
        said = json.loads(answer.data)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    if said.get("deleted_at"):
        return "deleted"
    return "unlisted" if said.get("visible") is False else ""


def _is_front_page(final: str, asked: str) -> bool:
    return urlsplit(final).path.strip("/") == "" and urlsplit(asked).path.strip("/") != ""


# -- files ------------------------------------------------------------------------------------------------------------


def _recheck_file(question: Question) -> Rechecked:
    """A folder is wholly known, so a file that is not in it is gone."""
    try:
        article, why = _file_now(question)
    except (SourceError, OSError) as error:
        words = error.what if isinstance(error, SourceError) else error.strerror or str(error)
        return Rechecked(question.id, "unknown", why=f"{question.article.guid}: {words}")
    if article is None:
        return Rechecked(question.id, "withdrawn", why=why)
    if content_hash(article) == content_hash(question.article):
        return Rechecked(question.id, "same")
    return Rechecked(question.id, "changed", article)


def _file_now(question: Question) -> tuple[Article | None, str]:
    """(the article as its file has it, why there is none)."""
    source, guid = question.source, question.article.guid
    if source.path is None:
        raise ParseError("a folder source has no path", where=source.name)
    name = PurePosixPath(guid)
    if is_readable(guid) and not name.is_absolute() and ".." not in name.parts and (source.path / name).is_file():
        data = (source.path / name).read_bytes()[: MAX_FILE_BYTES + 1]
        article, draft = read_draft(data, name=guid, timezone=source.timezone)
        if draft:
            return None, f"{guid} is marked as a draft now"
        if article.guid == guid:
            return placed(article, source, guid), ""
    folder = read_folder(source.path, source=source)
    for article in folder.articles:
        if article.guid == guid:
            return article, ""
    if folder.warnings:  # it may be the one that cannot be read
        raise ParseError(folder.warnings[0].partition("\n")[0])
    return None, f"{guid} is no longer in the folder, or marked as a draft now"
