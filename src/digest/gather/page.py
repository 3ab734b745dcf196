"""One article page to an article: wiring of `pagebody`, `titles` and `metadata`. Pure.

Does not fetch and does not follow the page's links. Invariant: the page's furniture is not in the text, and every
value carries the name of the place it was found in.

Why this way: the body comes first, because what stands right above it is the headline more often than what the page's
head declares. lxml and trafilatura are imported when the first page comes: they take a second of start-up time.
"""

from __future__ import annotations

import re
from typing import Any

from digest.errors import ParseError
from digest.gather.encoding import decode
from digest.gather.entry import title_without
from digest.gather.markup import Fragment, clean_fragment, is_lead_image
from digest.gather.metadata import PageFacts
from digest.gather.outline import Outline, folded
from digest.gather.pagebody import read_body
from digest.gather.titles import choose_title, page_names
from digest.gather.urls import strip_trackers
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
    tree = read_tree(text[:MAX_PAGE_CHARS])
    if tree is None:
        return _bare(clean_fragment(text, url), name, url)
    facts, outline = PageFacts(tree, url), Outline(tree)
    read = read_body(tree, outline, facts.base, summary=facts.description(), full_text=facts.linked.said("articleBody"))
    title = choose_title(page_names(tree, facts.linked, url), outline, read.first)
    authors, published, updated = facts.authors(), facts.published(), facts.updated()
    body = _without_title(read.fragment if read.fragment.text else _everything(text, facts.base), title)
    image, image_origin = _image(facts, body)
    origin = {"text": "page"}
    headline, origin["title"] = title or title_without(body.text, url or f"/{name}")
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
        title=headline, title_derived=title is None, text=body.text, html=body.html,
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


def read_tree(text: str) -> Any:
    """The page as an lxml document, or None when there is nothing in it."""
    from lxml import etree
    from lxml.html import HTMLParser  # htmldate takes no other kind of tree

    visible = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", "", text)
    if not visible.strip():
        return None
    # Walking over comments takes lxml a time that grows with the square of their number.
    parser = HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(visible.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return root


def _everything(text: str, base: str | None) -> Fragment:
    """Everything visible, where no body was found, as in a short hand-written file."""
    everything = clean_fragment(text[:MAX_PAGE_CHARS], base)
    return everything if len(everything.text) < 20_000 else Fragment("", "")


def _without_title(body: Fragment, title: tuple[str, str] | None) -> Fragment:
    """A body that starts with its own headline says it twice."""
    first, _, rest = body.text.partition("\n\n")
    if title is None or not rest or folded(first) != folded(title[0]):
        return body
    html = re.sub(r"^\s*(?:<div>\s*)?<(h[1-6]|p)\b[^>]*>.*?</\1>", "", body.html, count=1, flags=re.S).strip()
    return Fragment(html, rest, body.images)


def _image(facts: PageFacts, body: Fragment) -> tuple[Any, str]:
    found = facts.image()
    if found is not None:
        return found.value, found.origin
    image = next((image for image in body.images if is_lead_image(image)), None)
    return image, "body"
