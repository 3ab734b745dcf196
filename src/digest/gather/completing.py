"""Which pages to ask for in this run, and what is remembered of them. Pure: time is an argument.

Does not fetch. Invariant: a page is read once for what the list says of its article, again only while the article is
young and worth watching, and given up after three failures; a first run reads the newest pages of an archive and never
the rest; no run reads more than `PER_RUN`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest.gather.adapter import Request
from digest.gather.state import FetchState, PageMark
from digest.model import Article

PER_RUN = 20
LISTED = 50
MAX_TRIES = 3
WATCHED = 30
WATCH_FOR = timedelta(days=14)
WATCH_EVERY = timedelta(hours=24)
MAX_MARKS = 5_000


@dataclass(frozen=True, slots=True)
class Plan:
    """`ask` now, in this order; `show` these articles as the list gives them; `later` is what did not fit; `marks` is
    what is remembered without asking."""

    ask: tuple[Request, ...] = ()
    show: tuple[Article, ...] = ()
    later: tuple[Request, ...] = ()
    marks: Mapping[str, PageMark] | None = None


def choose(listed: Sequence[Request], state: FetchState, *, now: datetime, read_list: bool, first_sight: bool) -> Plan:
    """What to do with articles that lack their page. `read_list`: the list was read now, so `listed` is all of it;
    `first_sight`: the source was never read before."""
    todo, show, marks = list[Request](), list[Article](), dict[str, PageMark]()
    for position, request in enumerate(_unique([*listed, *state.pending])):
        article = _article(request)
        mark = mark_of(request)
        known = state.pages.get(key_of(article))
        if known is not None and known.mark == mark and is_settled(known):
            continue
        if position >= LISTED or (first_sight and not request.alone and position >= PER_RUN):
            marks[key_of(article)] = PageMark(mark)  # the archive: known from now on, never read
            if request.alone:
                show.append(article)
            continue
        todo.append(request)
    ask, later = todo[:PER_RUN], todo[PER_RUN:]
    show += [_article(request) for request in later if request.alone and request not in state.pending]
    watched = listed if read_list else state.watched
    ask += _due(watched, {key_of(_article(request)) for request in todo}, state, now)[: PER_RUN - len(ask)]
    return Plan(tuple(ask), tuple(show), tuple(later), marks)


def key_of(article: Article) -> str:
    """Its name within its source: feeds without identifiers exist, and items without addresses."""
    return article.guid or article.url or f"title:{article.title}"


def is_settled(mark: PageMark) -> bool:
    """Read, given up, or never to be read."""
    return mark.read_at is not None or mark.first_at is None or mark.tries >= MAX_TRIES


def mark_of(request: Request) -> str:
    """Changes when the list says something new of the article; a bare address says nothing."""
    article = _article(request)
    said = (
        (article.url or "",) if not request.alone else (article.title, article.excerpt, article.text, article.url or "")
    )
    return hashlib.sha256("\x1e".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def watch_list(listed: Sequence[Request]) -> tuple[Request, ...]:
    return tuple(request for request in listed if request.watch)[:WATCHED]


def remembered(old: Mapping[str, PageMark], new: Mapping[str, PageMark], listed: Iterable[str]) -> dict[str, PageMark]:
    """All marks, bounded, the listed ones last: an article that left the list and comes back is not read again."""
    merged = {**old, **new}
    for name in listed:
        if name in merged:
            merged[name] = merged.pop(name)
    return dict(list(merged.items())[-MAX_MARKS:])


def failed(known: PageMark | None, request: Request, now: datetime) -> PageMark:
    """One more failure; another thing said by the list starts the count again."""
    mark = mark_of(request)
    if known is None or known.mark != mark:
        return PageMark(mark, first_at=now, tries=1)
    return replace(known, first_at=known.first_at or now, tries=known.tries + 1)


def _due(watched: Sequence[Request], busy: set[str], state: FetchState, now: datetime) -> list[Request]:
    """Young articles whose page was last read a day ago."""
    due = []
    for request in watched:
        known = state.pages.get(key_of(_article(request)))
        if not request.watch or key_of(_article(request)) in busy or known is None:
            continue
        if known.read_at is None or known.first_at is None or now - known.first_at > WATCH_FOR:
            continue
        if now - known.read_at >= WATCH_EVERY:
            due.append(request)
    return due


def _unique(requests: Sequence[Request]) -> list[Request]:
    """Each article once; the first wins, which is what the list says now."""
    return list({key_of(_article(request)): request for request in reversed(requests)}.values())[::-1]


def _article(request: Request) -> Article:
    assert request.article is not None
    return request.article
