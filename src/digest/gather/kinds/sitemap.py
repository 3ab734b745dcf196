"""Sitemaps and news sitemaps: addresses, newest first; everything else comes from each page. Pure.

Does not crawl: only what the sitemap lists is asked for, and robots.txt is. Invariant: `lastmod` is never taken for the
date of publication, because it moves with every change of a template; a page without a date of its own is no article
unless `match` says that it is. Source: sitemaps.org protocol 0.9, Google News sitemap 0.9.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from digest.errors import ParseError
from digest.gather.adapter import XML_TYPES, Reading, Reply, Request
from digest.gather.dates import read_date, zone_named
from digest.gather.entry import title_without
from digest.gather.kinds.completion import page_of, read_completed, same_site
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState
from digest.gather.urls import http_url, strip_trackers
from digest.gather.words import clean_line
from digest.model import Article

MAX_SITEMAPS = 5
MAX_BYTES = 50 * 1024 * 1024  # the protocol's own limit of an uncompressed sitemap
_NEWSY = re.compile(r"news|post|article|blog|stor(?:y|ies)", re.I)
_SITEMAP_PATH = re.compile(r"sitemap|\.xml(?:\.gz)?$", re.I)


@dataclass(frozen=True, slots=True)
class _Place:
    url: str
    changed: str
    title: str = ""
    published: str = ""


class Sitemap:
    """A site's own list of its pages."""

    def plan(self, source: SourceSettings, state: FetchState, now: datetime) -> tuple[Request, ...]:
        url = source.url or ""
        if not _SITEMAP_PATH.search(urlsplit(url).path):
            url = f"{url.partition('?')[0].rstrip('/')}/sitemap.xml"
        # The parts of an index are asked for each time: an index often stays as it is when they change.
        return tuple(Request(address, accept=XML_TYPES, polite=True) for address in [url, *sorted(state.lists)])

    def read(self, source: SourceSettings, reply: Reply) -> Reading:
        if reply.request.article is not None:
            return _read_page(source, reply)
        tree = _tree(reply)
        parts = [(place.changed, place.url) for place in _places(tree, "sitemap", reply.url)]
        if parts:
            parts.sort(key=lambda part: (_NEWSY.search(part[1]) is not None, part[0]), reverse=True)
            return Reading(requests=tuple(Request(url, XML_TYPES, polite=True) for _, url in parts[:MAX_SITEMAPS]))
        places = [place for place in _places(tree, "url", reply.url) if _wanted(place.url, source, reply.url)]
        places.sort(key=lambda place: place.published or place.changed, reverse=True)
        return Reading(requests=tuple(page_of(_stub(place, source), alone=False) for place in places))


def matches(url: str, source: SourceSettings) -> bool:
    """Whether the path is one that `match` names; everything is without one."""
    return not source.match or fnmatchcase(urlsplit(url).path, source.match)


def _wanted(url: str, source: SourceSettings, site: str) -> bool:
    return same_site(url, site) and matches(url, source) and urlsplit(url).path.strip("/") != ""


def _read_page(source: SourceSettings, reply: Reply) -> Reading:
    article = read_completed(reply)
    if not article.text or (article.published is None and not source.match):
        return Reading()  # an about page, a shop, a list of tags
    return Reading(articles=(article,))


def _stub(place: _Place, source: SourceSettings) -> Article:
    """What the sitemap alone tells; without a news title the address stands in until the page is read."""
    published, confidence = read_date(place.published, zone=zone_named(source.timezone))
    title = place.title or title_without("", place.url)[0]
    return Article(
        source=source.name, guid=place.url, url=strip_trackers(place.url), title=title, text="",
        title_derived=not place.title, published=published, published_confidence=confidence,
        origin={"title": "sitemap", **({"published": "sitemap"} if published else {})},
    )  # fmt: skip


def _tree(reply: Reply) -> Any:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True, remove_comments=True
    )
    try:
        tree = etree.fromstring(_unpacked(reply), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _no_sitemap(reply, str(error)[:160]) from error
    if tree is None or etree.QName(tree).localname not in ("urlset", "sitemapindex"):
        raise _no_sitemap(reply, "it has neither <urlset> nor <sitemapindex>")
    return tree


def _unpacked(reply: Reply) -> bytes:
    """`sitemap.xml.gz` is a compressed file, whatever the transfer was."""
    if not reply.data.startswith(b"\x1f\x8b"):
        return reply.data
    try:
        unpacker = zlib.decompressobj(wbits=31)
        data = unpacker.decompress(reply.data, MAX_BYTES)
    except zlib.error as error:
        raise _no_sitemap(reply, f"it cannot be unpacked ({error})") from error
    if unpacker.unconsumed_tail:
        raise _no_sitemap(reply, f"it has more than {MAX_BYTES:,} bytes")
    return data


def _places(tree: Any, name: str, base: str) -> Iterator[_Place]:
    from lxml import etree

    for element in tree:
        if not isinstance(element.tag, str) or etree.QName(element).localname != name:
            continue
        plain, news = _fields(element)
        url = http_url(plain.get("loc"), base)
        if url:
            title = clean_line(news.get("title", ""), max_chars=500)
            yield _Place(url, plain.get("lastmod", ""), title, news.get("publication_date", ""))


def _fields(element: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The element's own fields and those of its news extension; pictures and videos have titles as well."""
    from lxml import etree

    plain: dict[str, str] = {}
    news: dict[str, str] = {}
    for inner in element.iter():
        if isinstance(inner.tag, str) and inner.text and inner.text.strip():
            name = etree.QName(inner)
            fields = news if "news" in (name.namespace or "") else plain if inner.getparent() is element else {}
            fields[name.localname] = inner.text.strip()
    return plain, news


def _no_sitemap(reply: Reply, why: str) -> ParseError:
    return ParseError(
        "this is not a sitemap",
        where=reply.url,
        why=why,
        try_="give the sitemap's own address; robots.txt of the site often names it",
    )
