"""When a listed article needs its page, and what is believed of the page. Pure.

Does not fetch. Invariant: a page completes what the list says and never contradicts it: the list's title and date stay,
and the page's text only replaces an excerpt that stands in it, so that a cookie wall or a log-in page is not mailed.

Why this way: Wix feeds hold the first 500 characters of a post, many others an excerpt; a micro-post may be as short
and complete, so the page must be clearly longer to win.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from digest.errors import ParseError
from digest.gather.adapter import PAGE_TYPES, Reply, Request
from digest.gather.page import read_page
from digest.gather.settings import SourceSettings
from digest.model import Article

EXCERPT_CHARS = 500
CUT_CHARS = 1500
_CUT = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\]|[»›→])\s*$")
_WORD = re.compile(r"\w+")
# Names that stand before a site's own without making it another site.
_SERVICE = re.compile(r"^(?:www|m|blog|feeds?|rss|news|forum|community|discuss)\.(?=[^.]+\.[^.])")


def needs_page(article: Article, source: SourceSettings, *sites: str | None) -> bool:
    """Whether `article` is an excerpt whose page may be asked for: on the source's own site, and not switched off."""
    if source.enrich is False or article.url is None or not any(same_site(article.url, site) for site in sites):
        return False
    return source.enrich is True or is_excerpt(article)


def is_excerpt(article: Article) -> bool:
    """Short, or visibly cut off."""
    text = article.text or article.excerpt
    return len(text) < EXCERPT_CHARS or (len(text) < CUT_CHARS and _CUT.search(text) is not None)


def page_of(article: Article, *, watch: bool = False, alone: bool = True) -> Request:
    """The request for an article's own page."""
    return Request(article.url or "", accept=PAGE_TYPES, polite=True, article=article, alone=alone, watch=watch)


def same_site(url: str, site: str | None) -> bool:
    """Whether two addresses belong to one site: equal hosts but for `www.` and the like, or one below the other."""
    one, other = _site(url), _site(site or "")
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))


def _site(url: str) -> str:
    try:
        host = (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
    return _SERVICE.sub("", host)


def read_completed(reply: Reply) -> Article:
    """The listed article of a page's reply, completed; unchanged but for a warning when the page has nothing to add."""
    listed = reply.request.article
    assert listed is not None
    try:
        page = read_page(reply.data, url=reply.url)
    except ParseError as error:
        return replace(listed, warnings=(*listed.warnings, f"its page could not be read: {error.what}"))
    return completed(listed, page)


def completed(listed: Article, page: Article) -> Article:
    """`listed` with what `page` adds."""
    origin = dict(listed.origin)
    changes: dict[str, object] = {}
    warnings = listed.warnings
    if len(page.text) > 1.1 * len(listed.text):
        if _stands_in(listed.text or listed.excerpt, page.text):
            changes |= {"text": page.text, "html": page.html}
            origin["text"] = "page"
            if not listed.excerpt and page.excerpt:
                changes["excerpt"] = page.excerpt
        else:
            warnings = (*warnings, "its page does not hold the feed's words; the feed's were kept")
    if not listed.title or listed.title_derived:
        changes |= {"title": page.title, "title_derived": page.title_derived}
        origin["title"] = page.origin.get("title", "page")
    for field in ("authors", "tags", "image", "language", "published", "updated", "canonical_url"):
        if not getattr(listed, field) and getattr(page, field):
            changes[field] = getattr(page, field)
            origin[field] = page.origin.get(field, "page")
    if "published" in changes:
        changes["published_confidence"] = page.published_confidence
    for field in ("views", "comments", "reactions"):
        if getattr(page, field) is not None:
            changes[field] = getattr(page, field)
            origin[field] = "page"
    return replace(listed, origin=origin, warnings=warnings, **changes)  # type: ignore[arg-type]


def _stands_in(excerpt: str, text: str) -> bool:
    """Most of the excerpt's first words are in the text, in whatever punctuation."""
    words = _WORD.findall(excerpt.casefold())[:40]
    known = set(_WORD.findall(text.casefold()))
    return not words or sum(word in known for word in words) >= 0.8 * len(words)
