"""Forem (dev.to and its relatives): articles over the public API, with the body of each. Pure.

Does not read feeds. Source: developers.forem.com API v1, articles (2026-11): lists have no bodies; `canonical_url` is
the address of a cross-posted original.

    https://dev.to              newest of the community     https://dev.to/ana          one person or organisation
    https://dev.to/t/python     one tag                     https://dev.to/api/articles?...    as it is
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from digest.gather.adapter import Reading, Reply, Request
from digest.gather.dates import zone_named
from digest.gather.entry import Entry, Piece, article_of
from digest.gather.kinds.jsonvalues import items, member, not_what, number, read_json, text
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState
from digest.gather.urls import http_url
from digest.model import Article, Author, Image

ACCEPT = "application/vnd.forem.api-v1+json, application/json;q=0.9"
PER_PAGE = 30


class Forem:
    """A Forem community's articles."""

    def plan(self, source: SourceSettings, state: FetchState, now: datetime) -> tuple[Request, ...]:
        return (Request(list_address(source.url or ""), accept=ACCEPT),)

    def read(self, source: SourceSettings, reply: Reply) -> Reading:
        whole = reply.request.article is not None
        document = read_json(reply, what="a Forem article" if whole else "Forem's list of articles")
        if whole:
            if number(document, "id") is None:
                raise not_what(reply, "a Forem article", "it has no id")
            return Reading(articles=(_article(document, reply.url, source),))
        if not isinstance(document, list):
            raise not_what(reply, "Forem's list of articles", text(document, "error") or "it is not a list")
        listed = [item for item in items({"articles": document}, "articles") if number(item, "id") is not None]
        articles = [(item, _article(item, reply.url, source)) for item in listed]
        if source.enrich is False:
            return Reading(articles=tuple(article for _, article in articles))
        return Reading(requests=tuple(_body_of(item, article, reply.url) for item, article in articles))


def list_address(url: str) -> str:
    """The API's list for an address as people copy it."""
    parts = urlsplit(url)
    if parts.path.startswith("/api/"):
        return url
    root = f"{parts.scheme}://{parts.netloc}/api/articles"
    path = [quote(part, safe="") for part in parts.path.strip("/").split("/") if part]
    if len(path) == 2 and path[0] == "t":
        return f"{root}?tag={path[1]}&per_page={PER_PAGE}"
    return f"{root}?username={path[0]}&per_page={PER_PAGE}" if path else f"{root}/latest?per_page={PER_PAGE}"


def _body_of(item: dict[str, Any], article: Article, url: str) -> Request:
    root = re.split(r"/api/", url, maxsplit=1)[0]
    return Request(f"{root}/api/articles/{number(item, 'id')}", accept=ACCEPT, article=article, watch=True)


def _article(item: dict[str, Any], url: str, source: SourceSettings) -> Article:
    link = http_url(text(item, "url"), url)
    picture = http_url(text(item, "cover_image") or text(item, "social_image"), url)
    writer = text(item, "user", "name") or text(item, "user", "username")
    reactions = number(item, "public_reactions_count")
    names = member(item, "tag_list")
    tags = names if isinstance(names, list) else member(item, "tags")
    entry = Entry(
        guid=f"forem:{number(item, 'id')}",
        link=link,
        canonical=http_url(text(item, "canonical_url"), url),
        title=Piece(text(item, "title"), False),
        bodies=(Piece(text(item, "body_html"), True, link, "api"),) if text(item, "body_html") else (),
        summary=Piece(text(item, "description"), False, link, "api") if text(item, "description") else None,
        authors=(Author(writer, http_url(text(item, "user", "website_url"), url)),) if writer else (),
        authors_origin="api",
        place="api",
        dates=(("api", text(item, "published_timestamp") or text(item, "published_at")),),
        updated=text(item, "edited_at"),
        language=text(item, "language") or None,
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        images=(("api", Image(picture)),) if picture else (),
        comments=number(item, "comments_count"),
        reactions=reactions if reactions is not None else number(item, "positive_reactions_count"),
    )
    return article_of(entry, source=source.name, zone=zone_named(source.timezone))
