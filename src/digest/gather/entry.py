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
from functools import lru_cache
from html import unescape
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from digest.gather.dates import read_date
from digest.gather.language import SAMPLE, language_of
from digest.gather.language import language_tag as language_tag  # files and metadata look for it here
from digest.gather.markup import (
    Fragment,
    address,
    clean_fragment,
    is_lead_image,
    line_of,
    looks_like_html,
    paragraphs_html,
    plain_fragment,
)
from digest.gather.urls import strip_trackers, url_key
from digest.gather.words import clean_line, clean_text, derive_title
from digest.model import Article, Author, Enclosure, Image

MAX_TAGS = 30
MAX_AUTHORS = 12
# What feeds add below or above an article, not the author's words. WordPress writes the first in the site's language.
_FOOTER_WORDS = (
    "appeared first on", "first appeared on", "erschien zuerst auf", "primero en", "est apparu en premier sur",
    "proviene da", "apareceu primeiro em", "verscheen eerst op", "dök först upp på", "pojawił się poczatkowo",
    "впервые появилась",
    "blev først udgivet",
)  # fmt: skip
_FOOTER_BEGINNINGS = (
    "the post", "der beitrag", "la entrada", "l’article", "l'article", "l’articolo", "l'articolo", "o post",
    "het bericht", "inlägget", "wpis", "запись", "indlægget",
)  # fmt: skip
_FOOTER_BEGINS = re.compile(rf"(?:<[^>]{{0,200}}>|\s|&nbsp;)*+(?:{'|'.join(_FOOTER_BEGINNINGS)})[\s<&]", re.I)
_MORE_WORDS = (
    "continue reading", "read more", "weiterlesen", "lire la suite", "leer más", "seguir leyendo", "leia mais",
    "lees verder", "leggi tutto",
)  # fmt: skip
_MORE = re.compile(rf"\b(?:{'|'.join(_MORE_WORDS)})\b.{{0,120}}$", re.I | re.S)
_MADE_UP = ("first sentence", "address", "none")
_ANY_TAG = re.compile(r"<[^>]*>")
_BY = re.compile(r"^(?:by|von|par|por|di|door)\s+(?=\S)", re.I)
_EMAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")


class Piece(NamedTuple):
    """Some words of the source: `is_html` as the source declares it, `base` for relative addresses within."""

    text: str
    is_html: bool = True
    base: str | None = None
    origin: str = "feed"


@dataclass(slots=True)
class Entry:
    """One item as its feed tells it; nothing is cleaned yet. `images` are candidates, best kind first; `dates` are
    (origin, text) of when it was published, most trusted first; `tag_schemes` are the vocabularies that the tags are
    of; `link_title` and `link_language` what the link to the article's page says of it. `place` is where it all stood.
    """

    guid: str = ""
    link: str | None = None
    canonical: str | None = None
    title: Piece | None = None
    bodies: tuple[Piece, ...] = ()
    summary: Piece | None = None
    authors: tuple[Author, ...] = ()
    authors_origin: str = "feed"
    dates: tuple[tuple[str, str], ...] = ()
    updated: str = ""
    language: str | None = None
    tags: tuple[str, ...] = ()
    tag_schemes: tuple[str, ...] = ()
    link_title: str = ""
    link_language: str = ""
    images: tuple[tuple[str, Image], ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    views: int | None = None
    comments: int | None = None
    reactions: int | None = None
    place: str = "feed"


@dataclass(frozen=True, slots=True)
class FeedWords:
    """What one feed document says. `broken` is why it is not well-formed; `left_out` counts items beyond the limit."""

    title: Piece | None
    link: str | None
    language: str | None
    entries: tuple[Entry, ...]
    left_out: int = 0
    broken: str = ""


_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


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
    body, origin_of_body, teaser, origin_of_teaser = _words(entry)
    excerpt = _excerpt(teaser, body)
    title, title_origin = _title(entry, body, excerpt)
    language, overruled = language_of(entry.language or entry.link_language, f"{title}\n{body.text[:SAMPLE]}")
    published, confidence, published_origin, updated = _dates(entry, zone, language)
    image, image_origin = _image(entry, body)
    authors, tags, place = _authors(entry.authors), _tags(entry.tags), entry.place
    origin = {
        "title": title_origin,
        "text": origin_of_body,
        "image": image_origin,
        "published": published_origin,
        "authors": entry.authors_origin if authors else "",
        "excerpt": origin_of_teaser if excerpt else "",
        "url": place if entry.link else "",
        "language": ("script" if overruled else place) if language else "",
        "tags": (_of_schemes(place, entry.tag_schemes) if entry.tag_schemes else place) if tags else "",
        "enclosures": place if entry.enclosures else "",
        "views": place if entry.views is not None else "",
        "comments": place if entry.comments is not None else "",
        "reactions": place if entry.reactions is not None else "",
    }
    return Article(
        source=source,
        guid=clean_line(entry.guid, max_chars=2000),
        url=strip_trackers(entry.link) if entry.link and "?" in entry.link else entry.link,
        canonical_url=entry.canonical,
        title=title,
        title_derived=title_origin in _MADE_UP,
        text=body.text,
        html=body.html,
        authors=authors,
        published=published,
        updated=updated,
        published_confidence=confidence,
        language=language,
        tags=tags,
        excerpt=excerpt,
        image=image,
        enclosures=entry.enclosures[:20],
        views=entry.views,
        comments=entry.comments,
        reactions=entry.reactions,
        origin={field: place for field, place in origin.items() if place},
        warnings=_warnings(entry, published),
    )


def _dates(entry: Entry, zone: tzinfo, language: str | None) -> tuple[datetime | None, str, str, datetime | None]:
    """(published, confidence, its origin, updated). The first date that can be read; the last change before none."""
    updated, confidence_of_update = read_date(entry.updated, zone=zone, language=language)
    for origin, text in entry.dates:
        if text:
            published, confidence = read_date(text, zone=zone, language=language)
            if published is not None:
                return published, confidence, origin, updated
    return updated, confidence_of_update, f"{entry.place} updated" if updated else "", updated


def _fragment(piece: Piece) -> Fragment:
    if not piece.is_html:
        return plain_fragment(piece.text)
    if looks_like_html(piece.text):
        return clean_fragment(_without_footer(piece.text), piece.base)
    # Declared HTML without a single tag is prose typed into a form: blank lines are its paragraphs.
    paragraphs = clean_text(piece.text).split("\n\n")
    text = "\n\n".join([" ".join(paragraph.split()) for paragraph in paragraphs])
    return Fragment(paragraphs_html(text), text)


def _without_footer(html: str) -> str:
    """Without the paragraph that the feed's own program put at the end, or at the beginning."""
    last = html.rfind("<p")
    if last >= 0 and _is_footer(html[last:]):
        return html[:last]
    end = html.find("</p>", 0, 1500)
    return html[end + 4 :] if end >= 0 and _is_footer(html[:end]) else html


@lru_cache(maxsize=8)  # the summary and the content of an item end with the same one
def _is_footer(html: str) -> bool:
    """Whether it is one sentence of the kind "The post TITLE appeared first on SITE"."""
    if len(html) > 1500 or not _FOOTER_BEGINS.match(html) or "<a" not in html:
        return False
    line = clean_line(unescape(_ANY_TAG.sub("", html))).lower()
    beginning = next((words for words in _FOOTER_BEGINNINGS if line.startswith(f"{words} ")), None)
    if beginning is None:
        return False
    for words in _FOOTER_WORDS:
        at = line.rfind(words)
        if at >= 0 and 2 <= at - len(beginning) <= 301 and 1 <= len(line) - at - len(words) <= 200:
            return True
    return False


def _words(entry: Entry) -> tuple[Fragment, str, Fragment, str]:
    """(body, its origin, teaser, its origin). The body is the longest content, or the summary where that is clearly
    longer: some put the article into the summary and a teaser into the content.
    """
    nothing = Fragment("", "")
    summary = (_fragment(entry.summary), entry.summary.origin) if entry.summary else (nothing, "")
    contents = [(_fragment(piece), piece.origin) for piece in entry.bodies]
    best, origin = nothing, ""
    for fragment, place in contents:
        if len(fragment.text) > len(best.text) or (not origin and fragment.html):
            best, origin = fragment, place
    if len(summary[0].text) > 1.5 * len(best.text) or (not origin and summary[0].html):
        best, origin = summary
    teaser = contents[0] if contents and best is summary[0] else summary
    return best, origin, *teaser


def _excerpt(teaser: Fragment, body: Fragment) -> str:
    if not teaser.text or len(teaser.text) > 4000:
        return ""
    line = " ".join(teaser.text.split()) if "\n" in teaser.text else teaser.text
    text = _without_more(line).removesuffix("…").rstrip()
    if len(text) >= len(body.text):  # a note of two lines may have a summary of three
        return text if len(text) < 300 and text != " ".join(body.text.split()) else ""
    return text if len(text) < 1500 else ""


def _without_more(line: str) -> str:
    """Without an invitation to read on at the end, or an ellipsis in brackets."""
    head, tail = line[:-160], line[-160:]
    lowered = tail.lower()
    for words in _MORE_WORDS:
        if words in lowered:
            tail = _MORE.sub("", tail).rstrip()
            break
    begin, bracket, dots = tail.rpartition("[")
    if bracket and dots[-1:] == "]" and dots[:-1].strip() in ("…", "..."):
        tail = begin.rstrip()
    return head + tail


def _title(entry: Entry, body: Fragment, excerpt: str) -> tuple[str, str]:
    if entry.title:
        given = line_of(entry.title.text, is_html=entry.title.is_html)
        if _LETTER_OR_DIGIT.search(given) or (given and not body.text):
            return given, entry.place
    if entry.link_title:
        given = clean_line(entry.link_title, max_chars=300)
        if _LETTER_OR_DIGIT.search(given):
            return given, "feed link"
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
            return _completed(image, body.images), origin
    for image in body.images:
        if is_lead_image(image):
            return image, "body"
    return None, ""


def _completed(image: Image, shown: tuple[Image, ...]) -> Image:
    """With the words and the size that the article itself gives the same picture: media elements carry no alt."""
    name = _file_name(image.url)
    alike = [other for other in shown if _file_name(other.url) == name]
    same = next((other for other in alike if url_key(other.url) == url_key(image.url)), None)
    if same is None:
        return image
    sized = image if image.width and image.height else same
    return Image(image.url, sized.width or image.width, sized.height or image.height, image.alt or same.alt)


def _file_name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2].lower()


def _authors(authors: Iterable[Author]) -> tuple[Author, ...]:
    """People by name, once each. An address alone is nobody's by-line and is not published."""
    found: dict[str, Author] = {}
    for author in authors:
        if len(found) == MAX_AUTHORS:
            break
        name = _person(author.name)
        if name:
            found.setdefault(name.casefold(), Author(name, address(author.url)))
    return tuple(found.values())


@lru_cache(maxsize=512)  # few people write all of a feed
def _person(name: str) -> str:
    name = line_of(name, is_html=True, max_chars=200)
    if "@" in name:
        name = _EMAIL.sub("", name)
    name = _BY.sub("", name.replace("()", "").strip(" ()<>,;")).strip()
    return name if _LETTER_OR_DIGIT.search(name) else ""


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for tag in tags:
        if len(found) == MAX_TAGS:
            break
        text = _tag(tag)
        if text:
            found.setdefault(text.casefold(), text)
    return tuple(found.values())


@lru_cache(maxsize=128)
def _of_schemes(place: str, schemes: tuple[str, ...]) -> str:
    """`feed (http://example.org/topics)`: the same word may be a topic in one vocabulary and a format in another."""
    return f"{place} ({', '.join(clean_line(scheme, max_chars=100) for scheme in schemes)})"


@lru_cache(maxsize=1024)
def _tag(tag: str) -> str:
    text = line_of(tag, is_html=True, max_chars=80).lstrip("#").strip()
    return "" if text.startswith(("http:", "https:")) else text


def _warnings(entry: Entry, published: datetime | None) -> tuple[str, ...]:
    given = next((text for _, text in entry.dates if text), entry.updated)
    if published is None and given:
        return (f"the date {clean_line(given, max_chars=60)!r} cannot be read with certainty",)
    return ()
