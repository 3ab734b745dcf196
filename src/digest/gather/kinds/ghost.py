"""Ghost's Content API: whole posts with authors, tags and pictures, newest change first. Pure.

Does not know the feed (`feeds`). Source: docs.ghost.org/content-api (2026-11). The key is a read-only one that Ghost
gives to every integration; the address has `{key}` in its place, which is filled in when it is asked for.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from digest.gather.adapter import JSON_TYPES, Reading, Reply, Request
from digest.gather.dates import zone_named
from digest.gather.entry import Entry, Piece, articles_of
from digest.gather.kinds.jsonvalues import items, member, not_what, read_json, text
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState
from digest.gather.urls import http_url
from digest.model import Author, Image

PER_PAGE = 30
_PATH = "/ghost/api/content/posts/"


def plan(source: SourceSettings, state: FetchState) -> tuple[Request, ...]:
    """The posts that changed last."""
    parts = urlsplit(source.url or "")
    site = f"{parts.scheme}://{parts.netloc}{parts.path.partition('/ghost/')[0].rstrip('/')}"
    query = f"?key={{key}}&include=authors,tags&limit={PER_PAGE}&order=updated_at%20desc"
    return (Request(f"{site}{_PATH}{query}", accept=JSON_TYPES),)


def is_api(url: str) -> bool:
    return _PATH in url


def read(source: SourceSettings, reply: Reply) -> Reading:
    document = read_json(reply, what="Ghost's list of posts")
    if not isinstance(member(document, "posts"), list):
        raise not_what(reply, "Ghost's list of posts", 'there is no list of "posts"')
    posts = [post for post in items(document, "posts") if text(post, "url")]
    articles = articles_of(
        [_entry(post, reply.url) for post in posts], source=source.name, zone=zone_named(source.timezone)
    )
    hidden = sum(text(post, "visibility") not in ("", "public") for post in posts)
    warnings = (f"{hidden} posts are for members; what the site shows of them was taken",) if hidden else ()
    return Reading(articles=articles, warnings=warnings)


def _entry(post: dict[str, Any], base: str) -> Entry:
    link = http_url(text(post, "url"), base)
    excerpt = text(post, "custom_excerpt")
    picture = http_url(text(post, "feature_image"), base)
    authors = tuple(Author(text(one, "name"), http_url(text(one, "url"), base)) for one in items(post, "authors"))
    return Entry(
        guid=text(post, "uuid") or text(post, "id"),
        link=link,
        canonical=http_url(text(post, "canonical_url"), base),
        title=Piece(text(post, "title"), False),
        bodies=(Piece(text(post, "html"), True, link or base, "api"),),
        summary=Piece(excerpt, False, link, "api") if excerpt else None,
        authors=authors,
        authors_origin="api",
        place="api",
        dates=(("api", text(post, "published_at")),),
        updated=text(post, "updated_at"),
        tags=tuple(text(tag, "name") for tag in items(post, "tags") if text(tag, "visibility") != "internal"),
        images=(("api", Image(picture, alt=text(post, "feature_image_alt"))),) if picture else (),
    )
