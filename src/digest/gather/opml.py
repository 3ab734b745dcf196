"""Lists of feeds as other readers export and import them: OPML 1.0 and 2.0 (opml.org/spec2). Pure.

Does not fetch, and does not write digest.toml. Invariant: a document that declares entities is refused before any of
them is expanded, and `read_opml(write_opml(sources))` gives the same sources.
"""

from __future__ import annotations

import xml.parsers.expat as expat
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from digest.errors import ParseError
from digest.gather.urls import http_url
from digest.gather.words import clean_line

MAX_BYTES = 5 * 1024 * 1024
MAX_OUTLINES = 10_000


@dataclass(frozen=True, slots=True)
class OutlineSource:
    """One feed of the list. `category` is the folders it stands in, separated by " / "."""

    title: str
    xml_url: str
    html_url: str = ""
    language: str = ""
    category: str = ""


def read_opml(data: bytes) -> list[OutlineSource]:
    """The feeds of an OPML document, in its order, each address once. Raises `ParseError`."""
    if len(data) > MAX_BYTES:
        raise _bad(f"it has more than {MAX_BYTES:,} bytes")
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.EntityDeclHandler = reading.entity
    try:
        parser.Parse(data.lstrip(), True)
    except expat.ExpatError as error:
        raise _bad(f"line {error.lineno}: {expat.ErrorString(error.code)}") from error
    if not reading.is_opml:
        raise _bad("it has no <opml>")
    return list(reading.found.values())


def write_opml(sources: Iterable[OutlineSource], *, title: str = "Sources") -> bytes:
    """An OPML 2.0 document. Sources of one category stand together in its folder."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"<head><title>{_text(title)}</title></head>", "<body>"]
    folders: dict[str, list[OutlineSource]] = {}
    for source in sources:
        folders.setdefault(source.category, []).append(source)
    for category, members in folders.items():
        names = [name for name in category.split(" / ") if name]
        lines += [f"<outline text={_quoted(name)}>" for name in names]
        lines += [_outline(source) for source in members]
        lines += ["</outline>"] * len(names)
    lines += ["</body>", "</opml>", ""]
    return "\n".join(lines).encode("utf-8")


class _Reading:
    """What was read so far."""

    def __init__(self) -> None:
        self.is_opml = False
        self.found: dict[str, OutlineSource] = {}
        self._folders: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.lower() == "opml":
            self.is_opml = True
        if name.lower() != "outline":
            return
        fields = {key.lower(): value for key, value in attributes.items()}
        title = clean_line(fields.get("title") or fields.get("text") or "", max_chars=200)
        url = http_url(fields.get("xmlurl"))
        self._folders.append("" if url else title)
        if url is None or url in self.found or len(self.found) >= MAX_OUTLINES:
            return
        self.found[url] = OutlineSource(
            title=title,
            xml_url=url,
            html_url=http_url(fields.get("htmlurl")) or "",
            language=clean_line(fields.get("language", ""), max_chars=35),
            category=" / ".join(folder for folder in self._folders if folder),
        )

    def end(self, name: str) -> None:
        if name.lower() == "outline" and self._folders:
            self._folders.pop()

    def entity(self, name: str, *declaration: object) -> None:
        raise _bad(f"it declares an entity ({name[:40]!r}), which no list of feeds needs")


def _outline(source: OutlineSource) -> str:
    fields = {"type": "rss", "text": source.title, "title": source.title, "xmlUrl": source.xml_url}
    fields |= {"htmlUrl": source.html_url, "language": source.language}
    return "<outline " + " ".join(f"{name}={_quoted(value)}" for name, value in fields.items() if value) + "/>"


def _quoted(value: str) -> str:
    return quoteattr(clean_line(value, max_chars=4096))


def _text(value: str) -> str:
    return clean_line(value, max_chars=200).replace("&", "&amp;").replace("<", "&lt;")


def _bad(why: str) -> ParseError:
    return ParseError(
        "this is not a usable list of feeds (OPML)", why=why, try_="export it again from the reader it is from"
    )
