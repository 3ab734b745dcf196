"""One article page to an article: body through trafilatura, everything else through `metadata`. Pure.

Does not fetch and does not follow the page's links. Invariant: the page's furniture is not in the text, and whatever
the page says about itself is only believed through `metadata`.

Why this way: trafilatura's fast mode has the best balance for bodies (F1 0.962 at 18 pages/s), but its titles are
exact on 62 % of its own gold set. It is imported when the first page comes, because it brings lxml and a second of
start-up time.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from typing import Any

from digest.errors import ParseError
from digest.gather.encoding import decode
from digest.gather.entry import title_without
from digest.gather.markup import Fragment, clean_fragment, is_lead_image
from digest.gather.metadata import PageFacts
from digest.gather.urls import strip_trackers
from digest.gather.words import clean_line
from digest.model import Article

MAX_PAGE_CHARS = 5_000_000


def read_page(html: bytes, *, url: str) -> Article:
    """Read one article page fetched from `url`. Raises `ParseError` when there is nothing to read in it."""
    article = read_html(decode(html, is_html=True), url, url)
    if not article.text and article.title == "Untitled":
        raise ParseError(
            "there is no article on this page", where=url, try_="open it in a browser; it may need scripts or a log-in"
        )
    return article


def read_html(text: str, name: str, url: str | None) -> Article:
    """The same for text already decoded; `url` is None for a bare file, `name` its identity."""
    tree = _tree(text[:MAX_PAGE_CHARS])
    if tree is None:
        return _bare(clean_fragment(text, url), name, url)
    facts = PageFacts(tree, url)
    body = _body(text[:MAX_PAGE_CHARS], facts.base)
    title, authors, published, updated = facts.title(), facts.authors(), facts.published(), facts.updated()
    body = _without_title(body, title.value if title else "")
    image, image_origin = _image(facts, body)
    origin = {"text": "page"}
    derived, place = (
        (title.value, title.origin) if title and title.value else title_without(body.text, url or f"/{name}")
    )
    origin["title"] = place
    for field, found in (("authors", authors), ("published", published), ("updated", updated)):
        if found is not None:
            origin[field] = found.origin
    if image is not None:
        origin["image"] = image_origin
    canonical = facts.canonical()
    moment, confidence = published.value if published else (None, "none")
    excerpt = facts.description()
    return Article(
        source="", guid=name, url=strip_trackers(url) if url else canonical, canonical_url=canonical,
        title=derived, title_derived=title is None or not title.value, text=body.text, html=body.html,
        authors=authors.value if authors else (), published=moment, published_confidence=confidence,
        updated=updated.value if updated else None, language=facts.language(), tags=facts.tags(),
        excerpt=excerpt if len(excerpt) < len(body.text) else "", image=image, views=facts.count("views"),
        comments=facts.count("comments"), reactions=facts.count("reactions"), origin=origin,
    )  # fmt: skip


def _bare(body: Fragment, name: str, url: str | None) -> Article:
    title, origin = title_without(body.text, url or f"/{name}")
    return Article(
        source="", guid=name, url=url, title=title, title_derived=True, text=body.text, html=body.html,
        origin={"title": origin, "text": "page"},
    )  # fmt: skip


def _tree(text: str) -> Any:
    from lxml import etree
    from lxml.html import HTMLParser  # htmldate takes no other kind of tree

    visible = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "", text)
    if not visible.strip():
        return None
    try:
        root = etree.fromstring(visible.encode("utf-8"), HTMLParser(encoding="utf-8", no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _body(text: str, base: str | None) -> Fragment:
    """trafilatura's body as our HTML; everything visible where it finds nothing, as in a short hand-written file."""
    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports every page without a body as an error
    extracted = trafilatura.extract(
        text, url=base, fast=True, output_format="html", include_comments=False, include_formatting=True,
        include_links=True, include_images=True,
    )  # fmt: skip
    found = clean_fragment(extracted, base) if extracted else Fragment("", "")
    if found.text:
        return found
    everything = clean_fragment(text, base)
    return everything if len(everything.text) < 20_000 else Fragment("", "")


def _without_title(body: Fragment, title: str) -> Fragment:
    """A body that starts with its own headline says it twice."""
    first, _, rest = body.text.partition("\n\n")
    if not title or not rest or clean_line(first).casefold() != title.casefold():
        return body
    html = re.sub(r"^\s*(?:<div>\s*)?<(h[1-6]|p)\b[^>]*>.*?</\1>", "", body.html, count=1, flags=re.S).strip()
    return replace(body, text=rest, html=html)


def _image(facts: PageFacts, body: Fragment) -> tuple[Any, str]:
    found = facts.image()
    if found is not None:
        return found.value, found.origin
    image = next((image for image in body.images if is_lead_image(image)), None)
    return image, "body"
