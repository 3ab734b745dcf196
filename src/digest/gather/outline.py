"""A page as one visible text with its elements as spans of it, and which part of the page each belongs to. Pure.

Does not decide what is headline, byline or date: it answers "what stands near what". Invariant: an element's text is
exactly `text[start:end]`, and elements come in document order.

Why this way: three readers (titles, bylines, written dates) ask for distances in visible characters; one walk of the
tree answers all of them in about 4 ms a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_UNSEEN = frozenset(
    ["script", "style", "noscript", "template", "head", "svg", "select", "option", "textarea", "iframe", "object",
     "math", "canvas", "map", "button"]
)  # fmt: skip
_INLINE = frozenset(
    ["a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "ins", "mark", "q", "s", "small", "span", "strong",
     "sub", "sup", "time", "u", "wbr", "var"]
)  # fmt: skip
_ZONES = (
    ("comments", re.compile(r"(?:^|[\s_\-])(?:comments?|commentlist|kommentare?|comentarios|respond|disqus\w*|replies)"
                            r"(?:$|[\s_\-](?:list|area|section|wrapper|thread|container|body|content|item)?)", re.I)),
    ("related", re.compile(r"related|recommend|teaser|most-?(?:read|viewed|popular)|popular|trending|newsletter|promo|"
                           r"you-?may|read-?(?:more|next)|similar|widget|sidebar|side-bar|latest|recirc|carousel", re.I)),
    ("nav", re.compile(r"(?:^|[\s_\-])(?:nav|navbar|navigation|menu|breadcrumbs?|pagination|topbar)(?:$|[\s_\-])", re.I)),
    ("footer", re.compile(r"(?:^|\s)(?:site-?footer|page-?footer|footer|colophon|bottom)(?:$|\s)", re.I)),
)  # fmt: skip
_ZONE_TAGS = {"nav": "nav", "aside": "related", "footer": "footer"}


@dataclass(frozen=True, slots=True)
class Spot:
    """One element: its class and id in `marks`, its span of the visible text, its zone ("" is the page's middle)."""

    element: Any
    tag: str
    marks: str
    start: int
    end: int
    zone: str

    @property
    def length(self) -> int:
        return self.end - self.start


class Outline:
    """The visible text of `tree` (an lxml document) and the spans of its elements."""

    def __init__(self, tree: Any) -> None:
        self._parts: list[str] = []
        self._length = 0
        found: list[tuple[Any, str, str, int, int]] = []
        self._walk(tree, found)
        self.text = "".join(self._parts)
        self.spots = list(_with_zones(found, self._length))

    def text_of(self, spot: Spot) -> str:
        return " ".join(self.text[spot.start : spot.end].split())

    def position_of(self, words: str) -> int:
        """Where `words` (the start of a paragraph) stand in the visible text, or -1."""
        pattern = r"\s+".join(re.escape(word) for word in words.split()[:12])
        match = re.search(pattern, self.text) if pattern else None
        return match.start() if match else -1

    def _write(self, text: str | None) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)

    def _walk(self, root: Any, found: list[tuple[Any, str, str, int, int]]) -> None:
        """An explicit stack: hostile pages nest deeper than Python recurses."""
        stack: list[tuple[Any, int]] = [(root, -1)]
        while stack:
            element, opened = stack.pop()
            tag = element.tag if isinstance(element.tag, str) else ""
            if opened >= 0:
                self._close(element, tag, opened, found)
                continue
            if not tag or tag in _UNSEEN:
                self._write(element.tail)
                continue
            if tag not in _INLINE:
                self._write("\n")
            marks = f"{element.get('class') or ''} {element.get('id') or ''}".strip()
            found.append((element, tag, marks, self._length, -1))
            stack.append((element, len(found) - 1))
            self._write(element.text)
            stack.extend((child, -1) for child in reversed(element))

    def _close(self, element: Any, tag: str, opened: int, found: list[tuple[Any, str, str, int, int]]) -> None:
        node, name, marks, start, _ = found[opened]
        found[opened] = (node, name, marks, start, self._length)
        if tag not in _INLINE:
            self._write("\n")
        self._write(element.tail)


def _with_zones(found: list[tuple[Any, str, str, int, int]], total: int) -> Iterator[Spot]:
    """An element that holds half of the page's text is no sidebar, whatever its class says."""
    open_zones: list[tuple[int, str]] = []
    depth_of_article: list[int] = []
    for element, tag, marks, start, end in found:
        while open_zones and open_zones[-1][0] <= start and open_zones[-1][0] < end:
            open_zones.pop()
        while depth_of_article and depth_of_article[-1] <= start:
            depth_of_article.pop()
        zone = open_zones[-1][1] if open_zones else ""
        if not zone and tag not in ("body", "html", "main", "h1") and (end - start) * 2 < total:
            zone = _zone(tag, marks, in_article=bool(depth_of_article))
            if zone:
                open_zones.append((end, zone))
        if tag in ("article", "main"):
            depth_of_article.append(end)
        yield Spot(element, tag, marks, start, end, zone)


def _zone(tag: str, marks: str, *, in_article: bool) -> str:
    if tag in _ZONE_TAGS and not (tag == "footer" and in_article):
        return _ZONE_TAGS[tag]
    if marks and tag not in ("a", "span", "time", "h2", "h3"):
        for zone, pattern in _ZONES:
            if pattern.search(marks) and not (zone == "footer" and in_article):
                return zone
    return ""
