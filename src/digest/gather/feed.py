"""Feed bytes to articles: the one function that takes any feed format.

Does not fetch. Invariant: a feed, however broken, yields what can be read of it and says so in `warnings`; bytes that
are no feed at all raise `ParseError` with what to do about it.
"""

from __future__ import annotations

import re

from digest.errors import ParseError
from digest.gather.dates import zone_named
from digest.gather.entry import FeedWords, articles_of
from digest.gather.jsonfeed import looks_like_json, read_json
from digest.gather.language import language_tag
from digest.gather.markup import line_of
from digest.gather.urls import http_url
from digest.model import ParsedFeed

_FEED_LINK = re.compile(
    rb"<link\b[^>]{0,500}type=[\"']?application/(?:rss\+xml|atom\+xml|feed\+json)[^>]{0,500}>", re.I
)
_HREF = re.compile(rb"href=[\"']?([^\"'\s>]+)", re.I)
_COMMENT_FEED = re.compile(r"comments?(?:/feed|\.xml|\.rss)", re.I)


def parse_feed(
    data: bytes, *, url: str, content_type: str | None = None, source: str = "", timezone: str = "UTC"
) -> ParsedFeed:
    """Read RSS, RDF, Atom or JSON Feed. `url` is where the bytes came from: relative addresses start there.

    `content_type` is the HTTP header, if there was one (its charset counts). `source` names the source in the
    articles; `timezone` (IANA) is given to dates without a zone. Raises `ParseError` when it is not a feed.
    """
    if not data.strip():
        raise ParseError(
            "the answer is empty", where=url, try_="open the address in a browser; a feed starts with <rss or <feed"
        )
    words = _read(data, url, content_type)
    broken = (f"the feed is not well-formed ({words.broken[:160]}); it was read tolerantly",) if words.broken else ()
    return ParsedFeed(
        title=line_of(words.title.text, is_html=words.title.is_html) if words.title else "",
        articles=articles_of(words.entries, source=source, zone=zone_named(timezone)),
        warnings=broken + _left_out(words.left_out),
        url=words.link,
        language=language_tag(words.language),
    )


def _read(data: bytes, url: str, content_type: str | None) -> FeedWords:
    if looks_like_json(data):
        return read_json(data, url=url)
    from digest.gather.quickfeed import read_quickly

    words = read_quickly(data, url=url, content_type=content_type)
    if words is None:
        from digest.gather.feedxml import read_xml

        words = read_xml(data, url=url, content_type=content_type)
    if words is None:
        raise _not_a_feed(data, url)
    return words


def _left_out(count: int) -> tuple[str, ...]:
    return (f"{count:,} items beyond the first 10,000 were not read",) if count else ()


def _not_a_feed(data: bytes, url: str) -> ParseError:
    start = data[:2000].lower()
    if b"<html" not in start and b"<!doctype html" not in start:
        return ParseError(
            "this is not a feed",
            where=url,
            why="it is neither RSS, Atom nor JSON Feed",
            try_="use the site's feed address (often /feed, /rss.xml, /atom.xml or /feed.json)",
        )
    offered = _offered_feeds(data[:300_000], url)
    advice = f'set url = "{offered[0]}"' if offered else "look for the site's feed address (often /feed or /rss.xml)"
    return ParseError("this is a web page, not a feed", where=url, try_=advice)


def _offered_feeds(page: bytes, url: str) -> list[str]:
    """What the page itself names as its feeds, feeds of comments last."""
    links = (_HREF.search(link) for link in _FEED_LINK.findall(page))
    found = [address for link in links if link and (address := http_url(link[1].decode("utf-8", "replace"), url))]
    return sorted(dict.fromkeys(found), key=lambda address: bool(_COMMENT_FEED.search(address)))
