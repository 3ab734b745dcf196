"""What any feed format says about one item, in one shape, and the article that is made of it. Pure.

Readers of formats (feedxml, jsonfeed) fill an `Entry` with the source's own words; `article_of` alone decides what they
mean. Invariant: every article has a title, and `origin` names where each of its fields came from.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from urllib.parse import unquote, urlsplit

from digest.gather.dates import read_date
from digest.gather.markup import Fragment, clean_fragment, is_lead_image, line_of, looks_like_html, plain_fragment
from digest.gather.urls import http_url, strip_trackers, url_key
from digest.gather.words import clean_line, clean_text, derive_title
from digest.model import Article, Author, Enclosure, Image

MAX_TAGS = 30
MAX_AUTHORS = 12
# What feeds add below or above an article, not the author's words. WordPress writes the first in the site's language.
_FEED_FOOTER = re.compile(
    r"(?:The post|Der Beitrag|La entrada|L[’']article|L[’']articolo|O post|Het bericht|"
    r"Inlägget|Wpis|Запись|Indlægget)\s.{1,300}?"
    r"(?:appeared first on|first appeared on|erschien zuerst auf|(?:se publicó|apareció) primero en|"
    r"est apparu en premier sur|proviene da|apareceu primeiro em|verscheen eerst op|dök först upp på|"
    r"pojawił się poczatkowo|впервые появилась|blev først udgivet)"
    r".{1,200}",
    re.S | re.I,
)
_MORE = re.compile(
    r"\s*(?:\[\s*(?:…|\.\.\.)\s*\]|(?:continue reading|read more|weiterlesen|lire la suite|leer más|"
    r"seguir leyendo|leia mais|lees verder|leggi tutto)\b.{0,120})\s*$",
    re.I | re.S,
)
_BY = re.compile(r"^(?:by|von|par|por|di|door)\s+(?=\S)", re.I)
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of the source: `is_html` as the source declares it, `base` for relative addresses within."""

    text: str
    is_html: bool = True
    base: str | None = None
    origin: str = "feed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as its feed tells it; nothing is cleaned yet. `images` are candidates, best kind first."""

    guid: str = ""
    link: str | None = None
    canonical: str | None = None
    title: Piece | None = None
    bodies: tuple[Piece, ...] = ()
    summary: Piece | None = None
    authors: tuple[Author, ...] = ()
    authors_origin: str = "feed"
    published: str = ""
    published_origin: str = "feed"
    updated: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    images: tuple[tuple[str, Image], ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    views: int | None = None
    comments: int | None = None
    reactions: int | None = None


def articles_of(entries: Sequence[Entry], *, source: str, zone: tzinfo) -> tuple[Article, ...]:
    """The articles of one feed, in its order. Identifiers that several different items share are told apart."""
    shared = {guid for guid, count in Counter(entry.guid for entry in entries if entry.guid).items() if count > 1}
    articles = [article_of(entry, source=source, zone=zone) for entry in entries]
    return tuple(_own_guid(article) if article.guid in shared else article for article in articles)


def _own_guid(article: Article) -> Article:
    mark = url_key(article.url) if article.url else article.title
    warning = f"the feed gives the identifier {article.guid[:80]!r} to more than one item"
    return replace(article, guid=f"{article.guid} {mark}", warnings=(*article.warnings, warning))


def article_of(entry: Entry, *, source: str, zone: tzinfo) -> Article:
    """One article, cleaned; missing titles are derived and flagged."""
    body, origin_of_body = _body(entry)
    excerpt = _excerpt(entry.summary, body)
    title, title_origin = _title(entry, body, excerpt)
    published, confidence = read_date(entry.published, zone=zone)
    updated, _ = read_date(entry.updated, zone=zone)
    origin = {"title": title_origin, "text": origin_of_body}
    published_origin = entry.published_origin
    if published is None and updated is not None:
        published, confidence = read_date(entry.updated, zone=zone)
        published_origin = "feed updated"
    image, origin["image"] = _image(entry, body)
    authors = _authors(entry.authors)
    origin |= {
        "published": published_origin if published else "",
        "authors": entry.authors_origin if authors else "",
        "excerpt": entry.summary.origin if entry.summary and excerpt else "",
        "url": "feed" if entry.link else "",
    }
    return Article(
        source=source,
        guid=clean_line(entry.guid, max_chars=2000),
        url=strip_trackers(entry.link) if entry.link else None,
        canonical_url=entry.canonical,
        title=title,
        title_derived=title_origin != "feed",
        text=body.text,
        html=body.html,
        authors=authors,
        published=published,
        updated=updated,
        published_confidence=confidence,
        language=language_tag(entry.language),
        tags=_tags(entry.tags),
        excerpt=excerpt,
        image=image,
        enclosures=entry.enclosures[:20],
        views=entry.views,
        comments=entry.comments,
        reactions=entry.reactions,
        origin={field: place for field, place in origin.items() if place},
        warnings=_warnings(entry, published),
    )


def _fragment(piece: Piece) -> Fragment:
    if not piece.is_html:
        return plain_fragment(piece.text)
    if looks_like_html(piece.text):
        return clean_fragment(piece.text, piece.base, drop=_FEED_FOOTER)
    # Declared HTML without a single tag is prose typed into a form: blank lines are its paragraphs.
    paragraphs = clean_text(piece.text).split("\n\n")
    return plain_fragment("\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs))


def _body(entry: Entry) -> tuple[Fragment, str]:
    """The longest of what the feed gives: some put the article into the summary and a teaser into the content."""
    pieces = [*entry.bodies, *([entry.summary] if entry.summary else [])]
    best, origin = Fragment("", ""), ""
    for piece in pieces:
        fragment = _fragment(piece)
        if len(fragment.text) > len(best.text) or (not origin and fragment.html):
            best, origin = fragment, piece.origin
    return best, origin


def _excerpt(summary: Piece | None, body: Fragment) -> str:
    if summary is None:
        return ""
    text = _MORE.sub("…", " ".join(_fragment(summary).text[:4000].split())).removesuffix("…").rstrip()
    return text if text and len(text) < min(len(body.text), 1500) else ""


def _title(entry: Entry, body: Fragment, excerpt: str) -> tuple[str, str]:
    if entry.title:
        given = line_of(entry.title.text, is_html=entry.title.is_html)
        if any(char.isalnum() for char in given) or (given and not body.text):
            return given, "feed"
    return title_without(body.text or excerpt, entry.link or entry.guid)


def title_without(text: str, address: str) -> tuple[str, str]:
    """A title for a piece that has none: its first sentence, its address in words, or the plain truth."""
    derived = derive_title(text)
    if derived:
        return derived, "first sentence"
    try:
        slug = unquote(urlsplit(address).path.rstrip("/").rsplit("/", 1)[-1]).rsplit(".", 1)[0]
    except ValueError:
        slug = ""
    words = clean_line(re.sub(r"[-_+\s]+", " ", slug), max_chars=90)
    if any(char.isalpha() for char in words):
        return words[:1].upper() + words[1:], "address"
    return "Untitled", "none"


def _image(entry: Entry, body: Fragment) -> tuple[Image | None, str]:
    for origin, image in entry.images:
        if is_lead_image(image):
            return image, origin
    for image in body.images:
        if is_lead_image(image):
            return image, "body"
    return None, ""


def _authors(authors: Iterable[Author]) -> tuple[Author, ...]:
    """People by name, once each. An address alone is nobody's by-line and is not published."""
    found: dict[str, Author] = {}
    for author in authors:
        name = _EMAIL.sub("", line_of(author.name, is_html=True, max_chars=200))
        name = _BY.sub("", clean_line(name.replace("()", "").strip(" ()<>,;"))).strip()
        if any(char.isalnum() for char in name):
            found.setdefault(name.casefold(), Author(name, http_url(author.url)))
    return tuple(found.values())[:MAX_AUTHORS]


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for tag in tags:
        text = line_of(tag, is_html=True, max_chars=80).lstrip("#").strip()
        if text and not text.startswith(("http:", "https:")):
            found.setdefault(text.casefold(), text)
    return tuple(found.values())[:MAX_TAGS]


def language_tag(tag: str | None) -> str | None:
    """A BCP 47 tag in its usual case (RFC 5646 section 2.1.1), or None for what is not one."""
    parts = (tag or "").strip().replace("_", "-").split("-")
    if not re.fullmatch(r"[A-Za-z]{2,3}", parts[0]) or not all(
        re.fullmatch(r"[A-Za-z0-9]{1,8}", part) for part in parts
    ):
        return None
    rest = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part for part in parts[1:]]
    return "-".join([parts[0].lower(), *rest])


def _warnings(entry: Entry, published: datetime | None) -> tuple[str, ...]:
    if published is None and (entry.published or entry.updated):
        given = clean_line(entry.published or entry.updated, max_chars=60)
        return (f"the date {given!r} cannot be read with certainty",)
    return ()
