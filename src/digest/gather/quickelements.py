"""What every known element of a feed says about its item: one small function each, and the tables that name them.

Does not decide what the words mean (`entry` does) and does not go deeper than the known. Invariant: where feedparser
would do something that is not written here, the feed is not for us.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

from digest.gather.feednames import NotForUs
from digest.gather.feedrules import (
    ITUNES_SCHEME,
    MAX_AUTHOR_CHARS,
    MAX_NAMES,
    MEDIA_SCHEME,
    PAGE_TYPES,
    author_of,
    image_of_media,
    may_be_address,
    mended,
    number,
)
from digest.gather.markup import address
from digest.gather.quickitem import Reading, scope_within
from digest.model import Enclosure

_NONE_GIVEN: dict[str, str] = {}
Handler = Callable[[Reading, Any], None]
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")


def _attributes(element: Any) -> dict[str, str]:
    found = {key.lower(): value for key, value in element.items()}
    for name in ("rel", "type"):
        if name in found:
            found[name] = found[name].lower()
    return found


def _title(reading: Reading, element: Any) -> None:
    piece, language = reading.piece(element, "plain", "feed")
    if piece and reading.title:
        raise NotForUs  # two titles, perhaps of two kinds
    if piece:
        reading.title, reading.title_language = piece, language
    if reading.title in (None, piece):
        reading.title_base = scope_within(element, reading.base)[0]


def _media_title(reading: Reading, element: Any) -> None:
    piece, language = reading.piece(element, "plain", "feed")
    if piece:
        reading.media_title = piece
        if reading.title_language is None:
            reading.title_language = language


def _link(reading: Reading, element: Any) -> None:
    given, base = _NONE_GIVEN, reading.base
    if element.keys():
        given, base = _attributes(element), scope_within(element, base)[0]
    rel, href = given.get("rel", "alternate"), _href(element, given, base)
    if not href:
        text = _REFERENCE.sub(r"&\1", reading.text(element).replace("&amp;", "&"))
        if text and rel == "enclosure":
            raise NotForUs
        if reading.link_seen:
            raise NotForUs  # two of them, perhaps one empty
        reading.link_seen = True
        if text:
            reading.address = address(text, base) or text
            reading.alternate = reading.alternate or reading.address
        reading.has_link = True
    elif rel == "enclosure":
        _add_enclosure(reading, given, href, base)
    elif rel == "alternate":
        reading.alternate = reading.alternate or address(href, base) or ""
        if given.get("type", "") in PAGE_TYPES:
            reading.address, reading.has_link = address(href, base) or href, True
            reading.link_title, reading.link_language = given.get("title", ""), given.get("hreflang", "")


def _href(element: Any, given: dict[str, str], base: str) -> str | None:
    """Where an element points: some write `url` or `uri`; what is no address there says nothing."""
    if len(element):
        raise NotForUs
    if not given:
        return None
    found = (given.get(name) for name in ("url", "uri"))
    return next((href for href in found if href and address(href, base)), None) or given.get("href")


def _enclosure(reading: Reading, element: Any) -> None:
    given = _attributes(element)
    href = _href(element, given, reading.base)
    if href:
        _add_enclosure(reading, given, href, reading.base)


def _add_enclosure(reading: Reading, given: dict[str, str], href: str, base: str) -> None:
    url = address(href, base)
    if url:
        reading.enclosures.append(Enclosure(url, given.get("type", "").strip() or None, number(given.get("length"))))


def _guid(reading: Reading, element: Any) -> None:
    text = reading.text(element)
    if reading.guid_seen:
        raise NotForUs
    reading.guid_seen = True
    is_permanent = all(value == "true" for key, value in element.items() if key.lower() == "ispermalink")
    reading.guid_is_address = is_permanent and address(text) is not None
    may_be_link = is_permanent and may_be_address(text)
    if may_be_link and text and not _HAS_SCHEME.match(text):
        text = urljoin(scope_within(element, reading.base)[0], text)
    reading.guid = text
    if may_be_link and not reading.has_link:
        reading.address, reading.has_link = text, True


def _content(default: str) -> Handler:
    def add(reading: Reading, element: Any) -> None:
        if element.get("src"):
            raise NotForUs  # content that stands elsewhere
        piece, language = reading.piece(element, default, "feed content")
        reading.content_seen = True
        if reading.content_language is None:
            reading.content_language = language
        if piece:
            reading.content.append(piece)

    return add


def _description(default: str) -> Handler:
    """A second description without a content is the content: podcasts write a teaser, then the notes."""

    def add(reading: Reading, element: Any) -> None:
        if reading.summary is not None and not reading.content_seen:
            _content("plain")(reading, element)
            return
        piece, language = reading.piece(element, default, "feed summary")
        if piece:
            reading.summary, reading.summary_language = piece, language

    return add


def _author(reading: Reading, element: Any) -> None:
    name, home = "", ""
    if not len(element):
        name = mended(element.text or "")[:MAX_AUTHOR_CHARS]
    for part in element:
        what = reading.document.name(part)
        if what in ("name", "itunes_name"):
            name = reading.text(part)
        elif what in ("url", "uri", "homepage"):
            home = reading.text(part)
        elif what in ITEM:
            raise NotForUs
    if len(reading.authors) < MAX_NAMES:
        base = scope_within(element, reading.base)[0]
        author = author_of(name, (address(home, base) or home) if home else None)
        if author:
            reading.authors.append(author)


def _category(usual_scheme: str = "") -> Handler:
    """Atom names a category in attributes, RSS in the text; a label is for people, a term for programs."""

    def add(reading: Reading, element: Any) -> None:
        given = _attributes(element) if element.keys() else _NONE_GIVEN
        names = (given.get("label"), given.get("term"), reading.text(element))
        scheme = given.get("scheme") or given.get("domain") or usual_scheme
        _add_tags(reading, [name for name in names if name], scheme)

    return add


def _add_tags(reading: Reading, names: list[str], scheme: str) -> None:
    reading.categories += names
    if scheme and names and scheme not in reading.schemes:
        reading.schemes.append(scheme)


def _itunes_category(reading: Reading, element: Any) -> None:
    name = element.get("text")
    _add_tags(reading, [name] if name else [], ITUNES_SCHEME)
    if len(element):
        reading.read(element, {"itunes_category": _itunes_category})


def _keywords(scheme: str = "") -> Handler:
    def add(reading: Reading, element: Any) -> None:
        words = (word.strip() for word in reading.text(element).split(","))
        _add_tags(reading, [word for word in words if word], scheme)

    return add


def _media(reading: Reading, element: Any) -> None:
    reading.media.append(image_of_media(_attributes(element), reading.title_base))
    if len(element):
        reading.read(element, _IN_MEDIA)


def _media_group(reading: Reading, element: Any) -> None:
    reading.read(element, _IN_GROUP)


def _media_text(reading: Reading, element: Any) -> None:
    if reading.media_text is None:
        reading.media_text, _ = reading.piece(element, "plain", "feed summary")


def _statistics(reading: Reading, element: Any) -> None:
    reading.views = _attributes(element).get("views", "")


def _star_rating(reading: Reading, element: Any) -> None:
    reading.reactions = _attributes(element).get("count", "")


def _player(reading: Reading, element: Any) -> None:
    reading.player = _attributes(element).get("url", "")
    if len(element):
        raise NotForUs


def _itunes_image(reading: Reading, element: Any) -> None:
    reading.image = element.get("href") or element.get("url") or reading.image


def _into(field: str) -> Handler:
    """Keeps the text of an element as it is; when there are several, the last."""

    def keep(reading: Reading, element: Any) -> None:
        setattr(reading, field, reading.text(element))

    return keep


def _ignore(reading: Reading, element: Any) -> None:
    """Known, and nothing of it is wanted here."""


_published, _updated, _language = _into("published"), _into("updated"), _into("language")
_IN_MEDIA: dict[str, Handler] = {
    "media_thumbnail": _media, "media_category": _category(MEDIA_SCHEME), "media_keywords": _keywords(),
    "media_title": _ignore,
    "media_description": _ignore, "media_statistics": _statistics, "media_starrating": _star_rating,
    "media_player": _player,
}  # fmt: skip
_IN_GROUP = _IN_MEDIA | {
    "media_content": _media, "media_title": _media_title, "media_description": _media_text,
    "media_community": _media_group,
}  # fmt: skip
FEED: dict[str, Handler] = {
    "title": _title, "dc_title": _title, "link": _link, "guid": _guid, "id": _guid, "author": _author,
    "managingeditor": _author, "dc_creator": _author, "dc_author": _author, "itunes_author": _author,
    "language": _language, "dc_language": _language, "item": _ignore, "entry": _ignore,
}  # fmt: skip
ITEM: dict[str, Handler] = FEED | _IN_GROUP | {
    "media_group": _media_group, "description": _description("html"), "dc_description": _description("html"),
    "abstract": _description("plain"), "summary": _description("plain"), "itunes_summary": _description("plain"),
    "content": _content("plain"), "content_encoded": _content("html"), "fullitem": _content("html"),
    "body": _content("xhtml"), "xhtml_body": _content("xhtml"), "enclosure": _enclosure,
    "pubdate": _published, "published": _published, "issued": _published, "dcterms_issued": _published,
    "updated": _updated, "modified": _updated, "lastbuilddate": _updated, "dcterms_modified": _updated,
    "dc_date": _into("dc_date"), "created": _into("created"), "dcterms_created": _into("created"),
    "category": _category(), "keywords": _category(), "dc_subject": _category(), "itunes_category": _itunes_category,
    "itunes_keywords": _keywords(ITUNES_SCHEME), "tags": _keywords(), "itunes_image": _itunes_image,
    "slash_comments": _into("comments"), "thr_total": _into("comments"), "feedburner_origlink": _into("origin_link"),
}  # fmt: skip
