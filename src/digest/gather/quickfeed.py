"""Well-formed RSS 0.9x-2.0, RDF and Atom 0.3/1.0 in one pass over libxml2, as the same neutral entries as `feedxml`.

Does not guess: whatever it does not know for certain (another encoding than UTF-8, a DOCTYPE, an unknown root, elements
where only text belongs, base64) it leaves to the tolerant reader by answering None. Invariant: when it answers, its
articles are those that `feedxml` would have given. Entities are never expanded, nothing is loaded; what is held at a
time is one item and at most `MAX_TAGS` elements.

Why this way: feedparser calls Python for every element and every run of characters; here items arrive as small trees
and only their known children are looked at. With sanitising, whole articles come about ten times as fast as
feedparser's own default (benchmarks/bench_feeds.py).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from urllib.parse import urljoin

from digest.gather.entry import Entry, FeedWords, Piece
from digest.gather.feedrules import (
    MAX_AUTHOR_CHARS,
    MAX_ITEMS,
    MAX_NAMES,
    image_of_media,
    images_in_order,
    mended,
    number,
    reads_as_html,
)
from digest.gather.markup import address
from digest.model import Author, Enclosure, Image

MAX_TAGS = 400_000
_BASE, _LANG = (f"{{http://www.w3.org/XML/1998/namespace}}{name}" for name in ("base", "lang"))
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})", re.I)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
# Namespaces by what they mean; any other is known by the prefix that the feed itself writes.
_PREFIXES = {
    "": "",
    "http://backend.userland.com/rss": "",
    "http://backend.userland.com/rss2": "",
    "http://blogs.law.harvard.edu/tech/rss": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://purl.org/atom/ns#": "",
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/rss/1.0/modules/rss091#": "",
    "http://purl.org/rss/1.0/modules/content/": "content_",
    "http://purl.org/dc/elements/1.1/": "dc_",
    "http://purl.org/dc/terms/": "dcterms_",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner_",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes_",
    "http://search.yahoo.com/mrss": "media_",
    "http://search.yahoo.com/mrss/": "media_",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf_",
    "http://purl.org/rss/1.0/modules/slash/": "slash_",
    "http://www.w3.org/1999/xhtml": "xhtml_",
}
_TEXT_TYPES = {
    "": "", "text": "plain", "plain": "plain", "text/plain": "plain", "html": "html", "text/html": "html",
    "xhtml": "xhtml", "application/xhtml+xml": "xhtml",
}  # fmt: skip
_PAGE_TYPES = ("", "html", "text/html", "xhtml", "application/xhtml+xml")
_ROOTS = ("rss", "rdf_rdf", "feed")
_VOID = frozenset(["br", "hr", "img", "col", "wbr", "area", "input"])
# Elements that hold other people's elements, or none of ours whatever they hold.
_PASSED_OVER = frozenset(["source", "contributor", "image", "textinput", "dc_contributor", "cloud", "itunes_owner"])


class _NotForUs(Exception):
    """Something that only the tolerant reader knows how to take."""


def read_quickly(data: bytes, *, url: str, content_type: str | None) -> FeedWords | None:
    """What a well-formed UTF-8 feed says; None when the tolerant reader should be asked."""
    if not _is_utf8(data, content_type) or b"<!DOCTYPE" in data[:2048] or data.count(b"<") > MAX_TAGS:
        return None
    from lxml import etree

    try:
        return _Document(url).read(data)
    except (_NotForUs, etree.XMLSyntaxError, ValueError):
        return None


def _is_utf8(data: bytes, content_type: str | None) -> bool:
    """Nothing says otherwise: RFC 7303 section 3 ranks the byte order mark, the HTTP header, then the declaration."""
    said = _CHARSET.search(content_type or "")
    if said and said[1].lower() not in ("utf-8", "utf8"):
        return False
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf")[:300])
    return not declared or declared[1].lower() in (b"utf-8", b"utf8")


class _Document:
    """One pass over a document: items are read as they end, then what the feed says of itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_atom = self.unwraps = False
        self._names: dict[str, str] = {}
        self.language: str | None = None  # what the feed has said before its first item; most have
        self._parent: Any = None
        self._scope = ("", "")

    def read(self, data: bytes) -> FeedWords:
        from lxml import etree

        items = etree.iterparse(
            io.BytesIO(data), events=("end",), tag=("{*}item", "{*}entry"), remove_comments=True, remove_pis=True,
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        )  # fmt: skip
        raw, count = list[tuple[Entry, bool]](), 0
        for item in self._one_by_one(items):
            count += 1
            if count <= MAX_ITEMS:
                raw.append(self._entry(item))
        root = items.root
        self._check_root(root)
        return self._feed(root, raw, count)

    def _one_by_one(self, items: Any) -> Iterator[Any]:
        """Every item, taken out of the tree once the next one is complete: libxml2 still stands on the last."""
        last: Any = None
        for _, item in items:
            if last is None:
                self._check_root(item.getroottree().getroot())
                self.language = next((child.text for child in item.getparent() if child.tag == "language"), None)
            else:
                last.getparent().remove(last)
            if self.name(item.getparent()) not in ("channel", "rdf_rdf", "rss", "feed"):
                raise _NotForUs
            yield item
            item.clear(keep_tail=False)
            last = item

    def scope_of(self, holder: Any) -> tuple[str, str]:
        """xml:base and xml:lang in force at an item or at the feed itself; items share their parent's."""
        parent = holder.getparent()
        if parent is not None and parent is not self._parent:
            self._scope = (self.url, "")
            for ancestor in reversed([parent, *parent.iterancestors()]):
                self._scope = _scope(ancestor, *self._scope)
            self._parent = parent
        return _scope(holder, *(self._scope if parent is not None else (self.url, "")))

    def _check_root(self, root: Any) -> None:
        name = self.name(root)
        if name not in _ROOTS or root.getroottree().docinfo.internalDTD is not None:
            raise _NotForUs
        self.is_atom = name == "feed"
        self.unwraps = root.tag == "{http://www.w3.org/2005/Atom}feed"

    def name(self, element: Any) -> str:
        """`title`, `dc_creator`, `media_content`: the same for every spelling of a namespace."""
        tag = element.tag
        known = self._names.get(tag)
        if known is None:
            known = self._names[tag] = _name(tag, element.prefix)
        return known

    def _entry(self, item: Any) -> tuple[Entry, bool]:
        """The entry, and whether its language is its own."""
        reading = _Reading(self, item)
        about = item.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
        if item.get("href") or item.get("lastmod"):
            raise _NotForUs
        reading.guid, reading.guid_is_address = about or "", False
        reading.read(item, _ITEM)
        return reading.entry(), bool(reading.own_language)

    def _feed(self, root: Any, raw: list[tuple[Entry, bool]], count: int) -> FeedWords:
        from dataclasses import replace

        holder = root
        if not self.is_atom:
            holder = next((child for child in root if self.name(child) == "channel"), root)
        reading = _Reading(self, holder)
        reading.read(holder, _FEED)
        language = reading.language or reading.scope_language or reading.title_language or None
        people = tuple(reading.authors) if self.is_atom else ()
        entries = []
        while raw:
            entry, own_language = raw.pop()
            if not own_language and entry.language != language:
                entry = replace(entry, language=language)
            if not entry.authors:
                entry = replace(entry, authors=people, authors_origin="feed")
            entries.append(entry)
        entries.reverse()
        return FeedWords(
            title=reading.title,
            link=address(reading.address, self.url),
            language=language,
            entries=tuple(entries),
            left_out=max(0, count - MAX_ITEMS),
        )


def _name(tag: Any, prefix: str | None) -> str:
    if not isinstance(tag, str):
        raise _NotForUs  # a reference to an entity
    space, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
    known = _PREFIXES.get(space.lower())
    if known is None:
        known = f"{prefix.lower()}_" if prefix else ""
    return known + local.lower()


class _Reading:
    """One item, or the feed itself, while its elements are read in their order."""

    __slots__ = (
        "address",
        "alternate",
        "authors",
        "base",
        "categories",
        "comments",
        "content",
        "content_language",
        "content_seen",
        "created",
        "dc_date",
        "document",
        "enclosures",
        "guid",
        "guid_is_address",
        "guid_seen",
        "has_link",
        "image",
        "language",
        "link_seen",
        "media",
        "media_text",
        "media_title",
        "origin_link",
        "own_language",
        "published",
        "reactions",
        "scope_language",
        "summary",
        "summary_language",
        "title",
        "title_base",
        "title_language",
        "updated",
        "views",
    )  # fmt: skip

    def __init__(self, document: _Document, holder: Any) -> None:
        self.document = document
        self.base, self.scope_language = document.scope_of(holder)
        self.title_base = self.base
        self.title: Piece | None = None
        self.media_title: Piece | None = None
        self.media_text: Piece | None = None
        self.summary: Piece | None = None
        self.content: list[Piece] = []
        self.content_seen = self.has_link = self.link_seen = self.guid_seen = self.guid_is_address = False
        self.guid = self.address = self.alternate = self.origin_link = self.image = ""
        self.published = self.updated = self.created = self.dc_date = self.language = self.comments = ""
        self.title_language = self.content_language = self.summary_language = self.own_language = ""
        self.views = self.reactions = ""
        self.authors: list[Author] = []
        self.categories: list[str] = []
        self.media: list[Image | None] = []
        self.enclosures: list[Enclosure] = []

    def read(self, holder: Any, known: dict[str, Callable[[_Reading, Any], None]]) -> None:
        name_of = self.document.name
        for element in holder:
            name = name_of(element)
            handler = known.get(name)
            if handler is not None:
                handler(self, element)
            elif len(element) and name not in _PASSED_OVER and any(name_of(inner) in _ITEM for inner in element.iter()):
                raise _NotForUs  # the tolerant reader looks into elements it does not know

    def entry(self) -> Entry:
        base = self.title_base
        link = address(self.address, base) or address(self.alternate, base)
        if link is None and self.guid_is_address:
            link = address(self.guid)
        summary, bodies = self.summary, tuple(self.content)
        if summary is None and not bodies:
            summary = self.media_text
        self.own_language = self.language or self.content_language or self.title_language or self.summary_language
        return Entry(
            guid=self.guid,
            link=address(self.origin_link, base) or link,
            title=self.title or self.media_title,
            bodies=bodies,
            summary=summary,
            authors=tuple(self.authors),
            authors_origin="feed entry",
            dates=(
                ("feed published", self.published),
                ("feed dc:date", self.dc_date),
                ("feed created", self.created),
            ),
            updated=self.updated,
            language=self.own_language or self.document.language,
            tags=tuple(self.categories[:MAX_NAMES]),
            images=images_in_order(self.media, self.enclosures, address(self.image, base)),
            enclosures=tuple(self.enclosures),
            views=number(self.views),
            comments=number(self.comments),
            reactions=number(self.reactions),
        )

    def piece(self, element: Any, default: str, origin: str) -> tuple[Piece | None, str]:
        """The words of an element that may hold markup, and their language."""
        kind = _TEXT_TYPES.get((element.get("type") or "").lower().strip())
        if kind is None or element.get("mode") == "base64":
            raise _NotForUs
        base, language = _scope(element, self.base, self.scope_language)
        kind = kind or default
        if kind == "xhtml":
            text = mended(_inner(element, self.document))
        else:
            text = self.text(element)
            if kind == "plain" and not self.document.is_atom and reads_as_html(text):
                kind = "html"
        return (Piece(text, kind != "plain", base, origin) if text else None), language

    def text(self, element: Any) -> str:
        if len(element):
            raise _NotForUs
        return mended(element.text or "")


def _scope(element: Any, base: str, language: str = "") -> tuple[str, str]:
    """xml:base and xml:lang in force at `element`, given its parent's (XML Base; XML 1.0 section 2.12)."""
    if not element.attrib:
        return base, language
    own_base, own_language = element.get(_BASE), element.get(_LANG)
    if own_base:
        base = address(own_base, base) or base
    return base, language if own_language is None else own_language.replace("_", "-")


def _inner(element: Any, document: _Document) -> str:
    """The children of an XHTML construct as HTML, without the <div> that Atom wants around them (RFC 4287 3.1.1.3)."""
    children = list(element)
    wrapped = document.unwraps and len(children) == 1 and document.name(children[0]).removeprefix("xhtml_") == "div"
    if wrapped and not (element.text or "").strip() and not (children[0].tail or "").strip():
        element = children[0]
    out: list[str] = [escape(element.text or "", quote=False)]
    for child in element:
        _write(child, out)
    return "".join(out)


def _write(element: Any, out: list[str]) -> None:
    tag = element.tag
    if not isinstance(tag, str):
        raise _NotForUs
    name = tag.rpartition("}")[2].lower()
    attributes = "".join(f' {key.lower()}="{escape(value)}"' for key, value in element.items() if "}" not in key)
    out.append(f"<{name}{attributes}>{escape(element.text or '', quote=False)}")
    for child in element:
        _write(child, out)
    if name not in _VOID:
        out.append(f"</{name}>")
    out.append(escape(element.tail or "", quote=False))


def _attributes(element: Any) -> dict[str, str]:
    found = {key.lower(): value for key, value in element.items()}
    for name in ("rel", "type"):
        if name in found:
            found[name] = found[name].lower()
    return found


def _title(reading: _Reading, element: Any) -> None:
    piece, language = reading.piece(element, "plain", "feed")
    if piece and reading.title:
        raise _NotForUs  # two titles, perhaps of two kinds
    if piece:
        reading.title, reading.title_language = piece, language
    if reading.title in (None, piece):
        reading.title_base = _scope(element, reading.base)[0]


def _media_title(reading: _Reading, element: Any) -> None:
    piece, language = reading.piece(element, "plain", "feed")
    if piece:
        reading.media_title = piece
        reading.title_language = reading.title_language or language


def _link(reading: _Reading, element: Any) -> None:
    given = _attributes(element)
    base = _scope(element, reading.base)[0]
    rel, href = given.get("rel", "alternate"), _href(element, given, base)
    if not href:
        text = _REFERENCE.sub(r"&\1", reading.text(element).replace("&amp;", "&"))
        if text and rel == "enclosure":
            raise _NotForUs
        if reading.link_seen:
            raise _NotForUs  # two of them, perhaps one empty
        reading.link_seen = True
        if text:
            reading.address = address(text, base) or text
            reading.alternate = reading.alternate or reading.address
        reading.has_link = True
    elif rel == "enclosure":
        _add_enclosure(reading, given, href, base)
    elif rel == "alternate":
        reading.alternate = reading.alternate or address(href, base) or ""
        if given.get("type", "") in _PAGE_TYPES:
            reading.address, reading.has_link = address(href, base) or href, True


def _href(element: Any, given: dict[str, str], base: str) -> str | None:
    """Where an element points: some write `url` or `uri`; what is no address there says nothing."""
    if len(element):
        raise _NotForUs
    found = (given.get(name) for name in ("url", "uri"))
    return next((href for href in found if href and address(href, base)), None) or given.get("href")


def _enclosure(reading: _Reading, element: Any) -> None:
    given = _attributes(element)
    href = _href(element, given, reading.base)
    if href:
        _add_enclosure(reading, given, href, reading.base)


def _add_enclosure(reading: _Reading, given: dict[str, str], href: str, base: str) -> None:
    url = address(href, base)
    if url:
        reading.enclosures.append(Enclosure(url, given.get("type", "").strip() or None, number(given.get("length"))))


def _guid(reading: _Reading, element: Any) -> None:
    given = _attributes(element) if element.attrib else {}
    text = reading.text(element)
    if reading.guid_seen:
        raise _NotForUs
    reading.guid_seen = True
    is_permanent = given.get("ispermalink", "true") == "true"
    reading.guid_is_address = is_permanent and address(text) is not None
    if is_permanent and text and not _HAS_SCHEME.match(text):
        text = urljoin(_scope(element, reading.base)[0], text)
    reading.guid = text
    if is_permanent and not reading.has_link:
        reading.address, reading.has_link = text, True


def _content(default: str) -> Callable[[_Reading, Any], None]:
    def add(reading: _Reading, element: Any) -> None:
        piece, language = reading.piece(element, default, "feed content")
        reading.content_seen = True
        if not reading.content_language:
            reading.content_language = language
        if piece:
            reading.content.append(piece)

    return add


def _description(default: str) -> Callable[[_Reading, Any], None]:
    """A second description without a content is the content: podcasts write a teaser, then the notes."""

    def add(reading: _Reading, element: Any) -> None:
        if reading.summary is not None and not reading.content_seen:
            _content("plain")(reading, element)
            return
        piece, language = reading.piece(element, default, "feed summary")
        if piece:
            reading.summary, reading.summary_language = piece, language

    return add


def _author(reading: _Reading, element: Any) -> None:
    name, home = "", ""
    if not len(element):
        name = mended(element.text or "")[:MAX_AUTHOR_CHARS]
    for part in element:
        what = reading.document.name(part)
        if what in ("name", "itunes_name"):
            name = reading.text(part)
        elif what in ("url", "uri", "homepage"):
            home = reading.text(part)
        elif what in _ITEM:
            raise _NotForUs
    if name and len(reading.authors) < MAX_NAMES:
        base = _scope(element, reading.base)[0]
        reading.authors.append(Author(name, (address(home, base) or home) if home else None))


def _category(reading: _Reading, element: Any) -> None:
    """Atom names a category in attributes, RSS in the text; a label is for people, a term for programs."""
    given = _attributes(element) if element.attrib else {}
    text, term, label = reading.text(element), given.get("term"), given.get("label")
    reading.categories += [name for name in ((label or term, text) if term else (label or text,)) if name]


def _itunes_category(reading: _Reading, element: Any) -> None:
    name = element.get("text")
    if name:
        reading.categories.append(name)
    if len(element):
        reading.read(element, {"itunes_category": _itunes_category})


def _keywords(reading: _Reading, element: Any) -> None:
    reading.categories += [word.strip() for word in reading.text(element).split(",") if word.strip()]


def _media(reading: _Reading, element: Any) -> None:
    reading.media.append(image_of_media(_attributes(element), reading.title_base))
    if len(element):
        reading.read(element, _IN_MEDIA)


def _media_group(reading: _Reading, element: Any) -> None:
    reading.read(element, _IN_GROUP)


def _media_text(reading: _Reading, element: Any) -> None:
    if reading.media_text is None:
        reading.media_text, _ = reading.piece(element, "plain", "feed summary")


def _statistics(reading: _Reading, element: Any) -> None:
    reading.views = _attributes(element).get("views", "")


def _star_rating(reading: _Reading, element: Any) -> None:
    reading.reactions = _attributes(element).get("count", "")


def _itunes_image(reading: _Reading, element: Any) -> None:
    reading.image = element.get("href") or element.get("url") or reading.image


def _into(field: str) -> Callable[[_Reading, Any], None]:
    """Keeps the text of an element as it is; when there are several, the last."""

    def keep(reading: _Reading, element: Any) -> None:
        setattr(reading, field, reading.text(element))

    return keep


def _ignore(reading: _Reading, element: Any) -> None:
    """Known, and nothing of it is wanted here."""


_published, _updated, _language = _into("published"), _into("updated"), _into("language")
_IN_MEDIA: dict[str, Callable[[_Reading, Any], None]] = {
    "media_thumbnail": _media, "media_category": _category, "media_keywords": _keywords, "media_title": _ignore,
    "media_description": _ignore, "media_statistics": _statistics, "media_starrating": _star_rating,
}  # fmt: skip
_IN_GROUP = _IN_MEDIA | {
    "media_content": _media, "media_title": _media_title, "media_description": _media_text,
    "media_community": _media_group,
}  # fmt: skip
_FEED: dict[str, Callable[[_Reading, Any], None]] = {
    "title": _title, "dc_title": _title, "link": _link, "guid": _guid, "id": _guid, "author": _author,
    "managingeditor": _author, "dc_creator": _author, "dc_author": _author, "itunes_author": _author,
    "language": _language, "dc_language": _language,
}  # fmt: skip
_ITEM: dict[str, Callable[[_Reading, Any], None]] = _FEED | _IN_GROUP | {
    "media_group": _media_group, "description": _description("html"), "dc_description": _description("html"),
    "abstract": _description("plain"), "summary": _description("plain"), "itunes_summary": _description("plain"),
    "content": _content("plain"), "content_encoded": _content("html"), "fullitem": _content("html"),
    "body": _content("xhtml"), "xhtml_body": _content("xhtml"), "enclosure": _enclosure,
    "pubdate": _published, "published": _published, "issued": _published, "dcterms_issued": _published,
    "updated": _updated, "modified": _updated, "lastbuilddate": _updated, "dcterms_modified": _updated,
    "dc_date": _into("dc_date"), "created": _into("created"), "dcterms_created": _into("created"),
    "category": _category, "keywords": _category, "dc_subject": _category, "itunes_category": _itunes_category,
    "itunes_keywords": _keywords, "tags": _keywords, "itunes_image": _itunes_image,
    "slash_comments": _into("comments"), "thr_total": _into("comments"), "feedburner_origlink": _into("origin_link"),
}  # fmt: skip
