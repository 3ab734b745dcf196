"""WordPress's REST API: whole posts with authors, tags and pictures, by the time of their last change. Pure.

Does not know the feed (`feeds.WordPress`), which counts comments; the API does not. Source: developer.wordpress.org
REST API handbook, posts; `modified_after` since 5.7. The API sends neither ETag nor Last-Modified, so the cursor is the
newest change seen, asked for again with an hour's overlap.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from digest.gather.adapter import JSON_TYPES, Reading, Reply, Request
from digest.gather.dates import zone_named
from digest.gather.entry import Entry, Piece, articles_of
from digest.gather.kinds.jsonvalues import items, member, not_what, number, read_json, text
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState
from digest.gather.urls import http_url
from digest.model import Author, Image

PER_PAGE = 20
MAX_PAGES = 5
OVERLAP = timedelta(hours=1)


class WordPressApi:
    """Posts over `/wp-json/wp/v2/posts`."""

    def plan(self, source: SourceSettings, state: FetchState, now: datetime) -> tuple[Request, ...]:
        return (Request(_address(_api(source.url or ""), state.cursor, 1), accept=JSON_TYPES),)

    def read(self, source: SourceSettings, reply: Reply) -> Reading:
        posts = read_json(reply, what="WordPress's list of posts")
        if not isinstance(posts, list):
            raise not_what(reply, "WordPress's list of posts", text(posts, "message") or "it is not a list")
        entries = [_entry(post, reply.url) for post in items({"posts": posts}, "posts") if text(post, "link")]
        return Reading(
            articles=articles_of(entries, source=source.name, zone=zone_named(source.timezone)),
            requests=_next_page(
                reply, number({"pages": _whole(reply.headers.get("x-wp-totalpages", ""))}, "pages") or 1
            ),
            cursor=max((text(post, "modified_gmt") for post in posts), default=""),
        )


def _api(url: str) -> str:
    """The API's root for a site's address; an address with `/wp-json` in it is taken as it is."""
    head, found, _ = url.partition("/wp-json")
    return f"{head}/wp-json" if found else f"{url.partition('?')[0].rstrip('/')}/wp-json"


def _address(api: str, cursor: str, page: int) -> str:
    """The first run takes the newest posts; later ones everything that changed since, oldest change first."""
    since = ""
    if cursor and re.fullmatch(r"[\d\-T:]{19}", cursor):
        moment = datetime.fromisoformat(cursor).replace(tzinfo=UTC) - OVERLAP
        since = f"&orderby=modified&order=asc&modified_after={quote(moment.strftime('%Y-%m-%dT%H:%M:%SZ'))}"
    return f"{api}/wp/v2/posts?per_page={PER_PAGE}&page={page}&_embed=author,wp:featuredmedia,wp:term{since}"


def _next_page(reply: Reply, pages: int) -> tuple[Request, ...]:
    """More only of what changed: the archive is not what a first run is for."""
    query = parse_qs(urlsplit(reply.request.url).query)
    page = int(query.get("page", ["1"])[0])
    if "modified_after" not in query or page >= min(pages, MAX_PAGES):
        return ()
    url = re.sub(r"([?&]page=)\d+", rf"\g<1>{page + 1}", reply.request.url)
    return (Request(url, accept=JSON_TYPES),)


def _whole(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 9 else None


def _entry(post: dict[str, Any], base: str) -> Entry:
    link = http_url(text(post, "link"), base)
    embedded = member(post, "_embedded")
    media = next(iter(items(embedded, "wp:featuredmedia")), {})
    picture = http_url(text(media, "source_url"), base)
    size = member(media, "media_details")
    authors = tuple(Author(text(one, "name"), http_url(text(one, "link"), base)) for one in items(embedded, "author"))
    protected = member(post, "content", "protected") is True
    body = "" if protected else text(post, "content", "rendered")
    return Entry(
        guid=html.unescape(text(post, "guid", "rendered")) or text(post, "id"),
        link=link,
        title=Piece(text(post, "title", "rendered"), True),
        bodies=(Piece(body, True, link or base, "api"),),
        summary=Piece(text(post, "excerpt", "rendered"), True, link, "api"),
        authors=authors,
        authors_origin="api",
        place="api",
        dates=(("api", _utc(text(post, "date_gmt")) or text(post, "date")),),
        updated=_utc(text(post, "modified_gmt")),
        tags=tuple(_terms(embedded)),
        images=(
            (("api", Image(picture, number(size, "width"), number(size, "height"), text(media, "alt_text"))),)
            if picture
            else ()
        ),
    )


def _utc(moment: str) -> str:
    return f"{moment}Z" if moment else ""


def _terms(embedded: Any) -> list[str]:
    groups = member(embedded, "wp:term")
    terms = [term for group in groups if isinstance(group, list) for term in group] if isinstance(groups, list) else []
    return [text(term, "name") for term in terms if text(term, "slug") != "uncategorized"]
