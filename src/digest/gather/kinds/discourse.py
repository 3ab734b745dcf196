"""Discourse: topics, newest first, or the best of a week, with the first post of each. Pure.

Does not read feeds (a topic list's `.rss` is an ordinary feed). Invariant: a topic that was bumped is not a new topic,
so its creation is its date; a category's own description is no topic. Source: docs.discourse.org, lists (2026-11).

    https://forum.example            newest topics          /latest.json?order=created
    https://forum.example/top        best of the week       /top.json?period=weekly
    https://forum.example/c/news/5   one category           /c/news/5/l/latest.json?order=created
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from digest.gather.adapter import JSON_TYPES, Reading, Reply, Request
from digest.gather.dates import zone_named
from digest.gather.entry import Entry, Piece, article_of
from digest.gather.kinds.completion import completed
from digest.gather.kinds.jsonvalues import items, member, not_what, number, read_json, text
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState
from digest.gather.urls import http_url
from digest.model import Article, Author, Image

_CATEGORY = re.compile(r"(.*?)(/c/[^?#]+?)(?:/l/[a-z]+)?(?:\.json|\.rss|/)?$")
_TOP = re.compile(r"(.*?)/top(?:/([a-z]+))?(?:\.json|\.rss|/)?$")
_LATEST = re.compile(r"(.*?)(?:/latest|/new|/categories)?(?:\.json|\.rss|/)?$")
_DEFINITION = re.compile(r"About the .{1,100} category")


class Discourse:
    """A forum's topics."""

    def plan(self, source: SourceSettings, state: FetchState, now: datetime) -> tuple[Request, ...]:
        return (Request(list_address(source.url or ""), accept=JSON_TYPES),)

    def read(self, source: SourceSettings, reply: Reply) -> Reading:
        if reply.request.article is not None:
            return Reading(articles=(_with_first_post(reply, source),))
        document = read_json(reply, what="Discourse's list of topics")
        if not isinstance(member(document, "topic_list", "topics"), list):
            raise not_what(reply, "Discourse's list of topics", 'there is no "topic_list"')
        names = {number(user, "id"): _name(user) for user in items(document, "users")}
        topics = [topic for topic in items(document, "topic_list", "topics") if _is_topic(topic)]
        articles = [_article(topic, names, reply.url, source) for topic in topics]
        if source.enrich is False:
            return Reading(articles=tuple(articles))
        return Reading(
            requests=tuple(
                Request(f"{article.url}.json", accept=JSON_TYPES, polite=True, article=article, watch=True)
                for article in articles
            )
        )


def list_address(url: str) -> str:
    """The list's JSON for an address as people copy it."""
    bare = url.partition("?")[0].partition("#")[0]
    category, top, latest = _CATEGORY.fullmatch(bare), _TOP.fullmatch(bare), _LATEST.fullmatch(bare)
    if category:
        return f"{category[1]}{category[2].rstrip('/')}/l/latest.json?order=created"
    if top:
        return f"{top[1]}/top.json?period={top[2] or 'weekly'}"
    assert latest is not None
    return f"{latest[1]}/latest.json?order=created"


def _is_topic(topic: dict[str, Any]) -> bool:
    if (
        number(topic, "id") is None
        or text(topic, "archetype") not in ("", "regular")
        or member(topic, "visible") is False
    ):
        return False
    return _DEFINITION.fullmatch(text(topic, "title")) is None


def _article(topic: dict[str, Any], names: dict[int | None, str], url: str, source: SourceSettings) -> Article:
    base = re.split(r"/(?:latest|top|c/)", urlsplit(url).path, maxsplit=1)[0]
    link = urljoin(url, f"{base}/t/{text(topic, 'slug') or 'topic'}/{number(topic, 'id')}")
    first = next(iter(items(topic, "posters")), {})
    picture = http_url(text(topic, "image_url"), url)
    posts = number(topic, "posts_count")
    entry = Entry(
        guid=urljoin(url, f"{base}/t/{number(topic, 'id')}"),  # the slug changes with the title
        link=link,
        title=Piece(text(topic, "fancy_title") or text(topic, "title"), True),
        summary=Piece(text(topic, "excerpt"), True, link, "api") if text(topic, "excerpt") else None,
        authors=(Author(name),) if (name := names.get(number(first, "user_id"), "")) else (),
        authors_origin="api",
        place="api",
        dates=(("api", text(topic, "created_at")),),
        tags=tuple(_tag(tag) for tag in member(topic, "tags") or ()) if isinstance(member(topic, "tags"), list) else (),
        images=(("api", Image(picture)),) if picture else (),
        views=number(topic, "views"),
        comments=max(0, posts - 1) if posts is not None else None,
        reactions=number(topic, "like_count"),
    )
    return article_of(entry, source=source.name, zone=zone_named(source.timezone))


def _tag(tag: Any) -> str:
    """A word in releases before 2026, an object since."""
    return tag if isinstance(tag, str) else text(tag, "name")


def _name(user: dict[str, Any]) -> str:
    return text(user, "name") or text(user, "username")


def _with_first_post(reply: Reply, source: SourceSettings) -> Article:
    listed = reply.request.article
    assert listed is not None
    topic = read_json(reply, what="a Discourse topic")
    post = next(iter(items(topic, "post_stream", "posts")), None)
    if post is None:
        return replace(listed, warnings=(*listed.warnings, "its first post could not be read"))
    entry = Entry(
        guid=listed.guid,
        title=Piece(listed.title, False),
        bodies=(Piece(text(post, "cooked"), True, listed.url, "api"),),
        authors=(Author(_name(post)),) if _name(post) else (),
        dates=(("api", text(post, "created_at")),),
        place="api",
    )
    body = article_of(entry, source=source.name, zone=zone_named(source.timezone))
    whole = completed(replace(listed, text="", excerpt=""), body)
    text_origin = {"text": "api"} if whole.text else {}
    return replace(
        whole,
        excerpt=listed.excerpt if len(listed.excerpt) < len(whole.text) else "",
        published=listed.published or body.published,
        views=number(topic, "views") if number(topic, "views") is not None else listed.views,
        reactions=number(topic, "like_count") if number(topic, "like_count") is not None else listed.reactions,
        origin={**whole.origin, **text_origin},
    )
