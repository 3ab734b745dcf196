"""What one item of a well-formed feed has said so far, and the entry that comes of it.

Does not know which element means what (`quickelements` does): it keeps words, bases and languages while elements are
read in their order. Invariant: words come from elements that hold nothing but text, or it is not for us.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from html import escape
from typing import Any, Protocol

from digest.gather.entry import Entry, Piece
from digest.gather.feednames import NotForUs
from digest.gather.feedrules import MAX_NAMES, MAX_SCHEMES, images_in_order, mended, number, reads_as_html
from digest.gather.markup import address
from digest.model import Author, Enclosure, Image

_BASE, _LANG = (f"{{http://www.w3.org/XML/1998/namespace}}{name}" for name in ("base", "lang"))
_TEXT_TYPES = {
    "": "", "text": "plain", "plain": "plain", "text/plain": "plain", "html": "html", "text/html": "html",
    "xhtml": "xhtml", "application/xhtml+xml": "xhtml",
}  # fmt: skip
_VOID = frozenset(["br", "hr", "img", "col", "wbr", "area", "input"])
# Elements that hold other people's elements, or none of ours whatever they hold.
_PASSED_OVER = frozenset(["source", "contributor", "image", "textinput", "dc_contributor", "cloud", "itunes_owner"])


class Document(Protocol):
    """What an item needs to know of the feed that it stands in."""

    is_atom: bool
    unwraps: bool
    language: str | None
    known: Collection[str]
    names: dict[str, str]  # of the tags met so far

    def name(self, element: Any) -> str: ...
    def scope_of(self, holder: Any) -> tuple[str, str | None]: ...


class Reading:
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
        "link_language",
        "link_seen",
        "link_title",
        "media",
        "media_text",
        "media_title",
        "origin_link",
        "own_language",
        "player",
        "published",
        "reactions",
        "schemes",
        "scope_language",
        "summary",
        "summary_language",
        "title",
        "title_base",
        "title_language",
        "updated",
        "views",
    )  # fmt: skip

    def __init__(self, document: Document, holder: Any) -> None:
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
        self.own_language: str | None = None
        self.title_language: str | None = None
        self.content_language: str | None = None
        self.summary_language: str | None = None
        self.views = self.reactions = self.link_title = self.link_language = self.player = ""
        self.authors: list[Author] = []
        self.categories: list[str] = []
        self.schemes: list[str] = []
        self.media: list[Image | None] = []
        self.enclosures: list[Enclosure] = []

    def read(self, holder: Any, known: dict[str, Callable[[Reading, Any], None]]) -> None:
        name_of, names = self.document.name, self.document.names
        for element in holder:
            name = names.get(element.tag) or name_of(element)
            handler = known.get(name)
            if handler is not None:
                handler(self, element)
            elif (
                len(element)
                and name not in _PASSED_OVER
                and any(name_of(inner) in self.document.known for inner in element.iter())
            ):
                raise NotForUs  # the tolerant reader looks into elements it does not know

    def entry(self) -> Entry:
        base = self.title_base
        link = address(self.address, base) or address(self.alternate, base)
        if link is None and self.guid_is_address:
            link = address(self.guid)
        if link is None and self.player:
            link = address(self.player, base)
        summary, bodies = self.summary, tuple(self.content)
        if summary is None and not bodies:
            summary = self.media_text
        own = (self.language or None, self.content_language, self.summary_language, self.title_language)
        self.own_language = next((language for language in own if language is not None), None)
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
            language=self.document.language if self.own_language is None else self.own_language,
            tags=tuple(self.categories[:MAX_NAMES]),
            tag_schemes=tuple(self.schemes[:MAX_SCHEMES]) if self.schemes else (),
            link_title=self.link_title,
            link_language=self.link_language,
            images=images_in_order(self.media, self.enclosures, address(self.image, base)),
            enclosures=tuple(self.enclosures),
            views=number(self.views),
            comments=number(self.comments),
            reactions=number(self.reactions),
        )

    def piece(self, element: Any, default: str, origin: str) -> tuple[Piece | None, str | None]:
        """The words of an element that may hold markup, and their language ("" where it is said to be unknown)."""
        kind, base, language = default, self.base, self.scope_language
        if element.keys():
            given = _TEXT_TYPES.get((element.get("type") or "").lower().strip())
            if given is None or element.get("mode") == "base64":
                raise NotForUs
            base, language = scope_within(element, base, language)
            kind = given or default
        if kind == "xhtml":
            text = mended(_inner(element, self.document))
        else:
            text = self.text(element)
            if kind == "plain" and not self.document.is_atom and reads_as_html(text):
                kind = "html"
        return (Piece(text, kind != "plain", base, origin) if text else None), language

    def text(self, element: Any) -> str:
        if len(element):
            raise NotForUs
        text: str | None = element.text
        if not text:
            return ""
        return text.strip() if text.isascii() else mended(text)


def scope_within(element: Any, base: str, language: str | None = None) -> tuple[str, str | None]:
    """xml:base and xml:lang in force at `element`, given its parent's (XML Base; XML 1.0 section 2.12)."""
    if not element.keys():
        return base, language
    own_base, own_language = element.get(_BASE), element.get(_LANG)
    if own_base:
        base = address(own_base, base) or base
    if own_language is not None and (own_language or language is not None):
        language = own_language.replace("_", "-")
    return base, language


def _inner(element: Any, document: Document) -> str:
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
        raise NotForUs
    name = tag.rpartition("}")[2].lower()
    attributes = "".join(f' {key.lower()}="{escape(value)}"' for key, value in element.items() if "}" not in key)
    out.append(f"<{name}{attributes}>{escape(element.text or '', quote=False)}")
    for child in element:
        _write(child, out)
    if name not in _VOID:
        out.append(f"</{name}>")
    out.append(escape(element.tail or "", quote=False))
