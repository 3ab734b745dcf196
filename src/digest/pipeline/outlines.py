"""What a list of feeds (OPML) would add to a configuration, line by line: new ones, duplicates, unusable ones. Pure.

Does not fetch, and does not write. Invariant: every outline with an address is accounted for exactly once.
"""

from __future__ import annotations

import xml.parsers.expat as expat
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from digest.pipeline.sourcenames import free_name, name_of_url, slug

Verdict = Literal["add", "duplicate", "unusable"]


@dataclass(frozen=True, slots=True)
class OutlineLine:
    """One outline of the file. `name` is what its source is, or would be, called; `why` it is not added."""

    line: int
    title: str
    url: str
    verdict: Verdict
    name: str = ""
    folder: str = ""
    why: str = ""


def read_lines(data: bytes, known: Mapping[str, str], taken: set[str]) -> list[OutlineLine]:
    """`known` maps addresses in normal form (`url_key`) to the sources that have them. Raises `ParseError`."""
    from digest.gather import read_opml, url_key
    from digest.gather.urls import http_url

    usable = {outline.xml_url: outline for outline in read_opml(data)}
    seen, names = dict(known), set(taken)
    lines = []
    for number, title, written in _outlines(data):
        outline = usable.get(http_url(written) or "")
        if outline is None:
            lines.append(OutlineLine(number, title, written, "unusable", why="not a web address"))
            continue
        key = url_key(outline.xml_url)
        if key in seen:
            why = f"the same as {seen[key]}"
            lines.append(OutlineLine(number, outline.title, outline.xml_url, "duplicate", seen[key], why=why))
            continue
        name = free_name(_wanted(outline.category, outline.title, outline.xml_url), names)
        names.add(name)
        seen[key] = name
        lines.append(OutlineLine(number, outline.title, outline.xml_url, "add", name, outline.category))
    return lines


def _wanted(category: str, title: str, url: str) -> str:
    """The innermost folder and the title, such as `local-harbour-times`."""
    own = slug(title) or name_of_url(url)
    folder = slug(category.rpartition(" / ")[2])
    return own if not folder or own.startswith(folder) else f"{folder}-{own}"


def _outlines(data: bytes) -> list[tuple[int, str, str]]:
    """Line, title and address of every outline that has one. `read_opml` has refused what is dangerous to parse."""
    found: list[tuple[int, str, str]] = []
    parser = expat.ParserCreate()
    start = data[: len(data) - len(data.lstrip())].count(b"\n")

    def element(name: str, attributes: dict[str, str]) -> None:
        fields = {key.lower(): value for key, value in attributes.items()}
        if name.lower() == "outline" and "xmlurl" in fields:
            title = " ".join((fields.get("title") or fields.get("text") or "").split())[:200]
            found.append((parser.CurrentLineNumber + start, title, fields["xmlurl"]))

    parser.StartElementHandler = element
    parser.Parse(data.lstrip(), True)
    return found
