"""Sources that have a feed: any feed at all, and WordPress, Ghost and Wix found from their plain addresses. Pure.

    Feed        RSS, RDF, Atom, JSON Feed; items that are excerpts are completed from their pages
    WordPress   the same at `/feed/`, where comments are counted
    Ghost       the same at `/rss/`; with a key, the Content API (`ghost`)
    Wix         the same at `/blog-feed.xml`, always with the page: the feed ends after 500 characters, and views and
                comments are on the page alone

Invariant: a feed is asked for at the address the operator wrote where that already is a feed's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from digest.gather.adapter import Reading, Reply, Request
from digest.gather.copied import read_text
from digest.gather.encoding import decode
from digest.gather.feed import parse_feed
from digest.gather.kinds import ghost
from digest.gather.kinds.completion import needs_page, page_of, read_completed, same_site
from digest.gather.kinds.quirks import is_complete, undo_quirks
from digest.gather.markup import clean_fragment
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState
from digest.model import Article

_FEED_PATH = re.compile(r"(?:\.(?:xml|rss|rdf|atom|json)|/(?:feed|rss|atom)\d?)/?$|[?&]feed=", re.I)
_TTL = re.compile(rb"<ttl>\s*(\d{1,6})\s*</ttl>")


class Feed:
    """A feed at the address given."""

    def plan(self, source: SourceSettings, state: FetchState, now: datetime) -> tuple[Request, ...]:
        return (Request(source.url or ""),)

    def read(self, source: SourceSettings, reply: Reply) -> Reading:
        if reply.request.article is not None:
            return Reading(articles=(read_completed(reply),))
        feed = parse_feed(
            reply.data, url=reply.url, content_type=reply.content_type, source=source.name, timezone=source.timezone
        )
        articles = undo_quirks(feed, url=reply.url)
        whole = is_complete(reply.url) and not source.enrich
        pages = [] if whole else self.pages(source, reply, articles, feed.url)
        asked = {id(request.article) for request in pages}
        return Reading(
            articles=tuple(article for article in articles if id(article) not in asked),
            requests=tuple(pages),
            warnings=feed.warnings,
            title=feed.title,
            language=feed.language,
            limited_s=_ttl_s(reply.data),
        )

    def pages(
        self, source: SourceSettings, reply: Reply, articles: Sequence[Article], site: str | None
    ) -> list[Request]:
        """The pages to ask for: those of excerpts."""
        return [page_of(article) for article in articles if needs_page(article, source, reply.url, site)]


class WordPress(Feed):
    """A WordPress site's feed."""

    def plan(self, source: SourceSettings, state: FetchState, now: datetime) -> tuple[Request, ...]:
        return (Request(feed_at(source.url or "", "feed/")),)


class Ghost(Feed):
    """A Ghost site's feed, or its Content API where there is a key."""

    def plan(self, source: SourceSettings, state: FetchState, now: datetime) -> tuple[Request, ...]:
        if source.key:
            return ghost.plan(source, state)
        return (Request(feed_at(source.url or "", "rss/")),)

    def read(self, source: SourceSettings, reply: Reply) -> Reading:
        if ghost.is_api(reply.request.url):
            return ghost.read(source, reply)
        return super().read(source, reply)


class Wix(Feed):
    """A Wix blog: the feed to discover posts, the page for everything else."""

    def plan(self, source: SourceSettings, state: FetchState, now: datetime) -> tuple[Request, ...]:
        url = source.url or ""
        root = (
            url if _FEED_PATH.search(url) else _root(url)
        )  # the blog's feed is at the site's root, wherever it is shown
        return (Request(feed_at(root, "blog-feed.xml")),)

    def read(self, source: SourceSettings, reply: Reply) -> Reading:
        reading = super().read(source, reply)
        if reply.request.article is None:
            return reading
        return replace(reading, articles=tuple(_with_counters(article, reply) for article in reading.articles))

    def pages(
        self, source: SourceSettings, reply: Reply, articles: Sequence[Article], site: str | None
    ) -> list[Request]:
        if source.enrich is False:
            return []
        return [
            page_of(article, watch=True)
            for article in articles
            if article.url and (same_site(article.url, reply.url) or same_site(article.url, site))
        ]


def feed_at(url: str, path: str) -> str:
    """`url` itself where it looks like a feed's address, else `path` below it."""
    if _FEED_PATH.search(url):
        return url
    return f"{url.partition('?')[0].partition('#')[0].rstrip('/')}/{path}"


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _with_counters(article: Article, reply: Reply) -> Article:
    """Views and comments as the page shows them to readers, where it does not declare them ("1 view0 comments")."""
    if article.views is not None or article.comments is not None:
        return article
    shown = read_text(clean_fragment(decode(reply.data, is_html=True), reply.url).text, name=article.guid)
    found = {
        field: value for field in ("views", "comments", "reactions") if (value := getattr(shown, field)) is not None
    }
    origin = {**article.origin, **dict.fromkeys(found, "page text")}
    return replace(article, origin=origin, **found)


def _ttl_s(data: bytes) -> float:
    """RSS 2.0's `<ttl>`, in minutes there; it stands before the items."""
    match = _TTL.search(data[: data.find(b"<item") if b"<item" in data[:65536] else 8192])
    return int(match[1]) * 60.0 if match else 0.0
