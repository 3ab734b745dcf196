"""What particular platforms do to their feeds, undone. Pure: articles in, articles out, by the feed's address.

Does not parse feeds. Invariant: a quirk only applies to the platform it names; what it removes is the platform's own
words, not the author's.

Sources: feeds of these platforms as described in their documentation and by people who read them (2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from digest.gather.markup import line_of
from digest.model import Article, Author, ParsedFeed

Quirk = Callable[[Article, ParsedFeed], Article]

_REDDIT_TAIL = re.compile(r"\s*submitted by\s+/?u/\S+(?:\s+to\s+/?r/\S+)?\s*(?:\[link\])?\s*(?:\[comments\])?\s*$")
_SUBSTACK = re.compile(
    r"(?:Thanks for reading .{1,120}?! (?:Subscribe|This post is public).{0,160}|Subscribe now|Share|Leave a comment|"
    r"Subscribe for free to receive new posts and support my work\.?|Share .{1,80}|Refer a friend|Give a gift "
    r"subscription|Get more from .{1,80} in the Substack app.{0,120}|Read more)",
    re.S,
)
_MEDIUM = re.compile(
    r"(?:Continue reading on .{1,80}»|.{1,200} was originally published in .{1,120} on Medium.{0,160})", re.S
)
_PARAGRAPH = re.compile(r"<(p|h[1-6])\b[^>]*>.*?</\1>\s*", re.S)
_RELEASE = re.compile(r"v?\d+(?:\.\d+)*\S{0,20}")


def undo_quirks(feed: ParsedFeed, *, url: str) -> tuple[Article, ...]:
    """The feed's articles without their platform's peculiarities. `url` is where the feed came from."""
    quirk = quirk_of(url, feed.url)
    return tuple(quirk(article, feed) for article in feed.articles) if quirk else feed.articles


def quirk_of(url: str, site: str | None) -> Quirk | None:
    """Which platform's feed this is."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().removeprefix("www.")
    for name, quirk in _HOSTS.items():
        if host == name or host.endswith(f".{name}"):
            return quirk
    if re.fullmatch(r"/@[\w.]+\.rss", parts.path):  # any Mastodon server, and what speaks like one
        return _mastodon
    if (urlsplit(site or "").hostname or "").lower().endswith((".substack.com", ".medium.com")):
        return _substack if "substack" in (site or "") else _medium
    return None


def is_complete(url: str) -> bool:
    """Whether the platform's short posts are whole posts, so that no page is asked for."""
    return quirk_of(url, None) in (_mastodon, _reddit, _youtube, _github)


def _reddit(article: Article, feed: ParsedFeed) -> Article:
    authors = tuple(Author(re.sub(r"^/?u/", "u/", author.name), author.url) for author in article.authors)
    text = _REDDIT_TAIL.sub("", article.text).strip()
    html = (
        re.sub(r"<span>\s*submitted by.*", "", article.html, flags=re.S)
        if text != article.text.strip()
        else article.html
    )
    return replace(article, authors=authors, text=text, html=html if text else "")


def _mastodon(article: Article, feed: ParsedFeed) -> Article:
    """Posts have neither title nor author: the first sentence and the account stand in."""
    authors = article.authors or ((Author(feed.title, feed.url),) if feed.title else ())
    origin = article.origin if article.authors else {**article.origin, "authors": "feed"}
    return replace(article, authors=authors, origin=origin)


def _youtube(article: Article, feed: ParsedFeed) -> Article:
    """`updated` moves with every counter: it is no correction of the video."""
    return replace(article, updated=None)


def _github(article: Article, feed: ParsedFeed) -> Article:
    """A release called `v1.2` says whose it is; `updated` is all the date there is."""
    path = urlsplit(article.url or feed.url or "").path.strip("/").split("/")
    if len(path) >= 2 and _RELEASE.fullmatch(article.title):
        return replace(article, title=f"{path[1]} {article.title}")
    return article


def _substack(article: Article, feed: ParsedFeed) -> Article:
    cut = article.text.rstrip().endswith("Read more")
    warnings = (*article.warnings, "only the free part: the rest is for subscribers") if cut else article.warnings
    return replace(_without(article, _SUBSTACK), warnings=warnings)


def _medium(article: Article, feed: ParsedFeed) -> Article:
    cut = "Continue reading on " in article.text[-200:]
    warnings = (*article.warnings, "only the free part: the rest is for members") if cut else article.warnings
    image = article.image if article.image and "/_/stat" not in article.image.url else None
    return replace(_without(article, _MEDIUM), warnings=warnings, image=image)


def _without(article: Article, furniture: re.Pattern[str]) -> Article:
    """Without the paragraphs that are wholly the platform's."""
    if not any(furniture.fullmatch(paragraph) for paragraph in article.text.split("\n\n")):
        return article
    html = _PARAGRAPH.sub(
        lambda match: "" if furniture.fullmatch(line_of(match[0], is_html=True)) else match[0], article.html
    )
    text = "\n\n".join(part for part in article.text.split("\n\n") if not furniture.fullmatch(part))
    return replace(article, text=text, html=html)


_HOSTS: dict[str, Quirk] = {
    "reddit.com": _reddit,
    "youtube.com": _youtube,
    "github.com": _github,
    "substack.com": _substack,
    "medium.com": _medium,
}
