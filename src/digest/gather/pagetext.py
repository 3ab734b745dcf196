"""A page as one visible text with its elements as spans of it, and the part of the page each of them belongs to. Pure.

Does not decide what is byline or date: it answers "what stands near what, and where". Invariant: an element's visible
text is exactly `text[start:end]`, and spots come in document order.

Why this way: bylines and written dates are told apart by their distance to the headline in visible characters; one
walk of the tree answers every such question in about 5 ms a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from digest.gather.words import clean_line

MAX_SPOTS = 40_000  # a hostile page has a million elements; a real one has a few thousand
_UNSEEN = frozenset(
    ["script", "style", "noscript", "template", "head", "svg", "select", "option", "textarea", "iframe", "object",
     "math", "canvas", "map"]
)  # fmt: skip
_INLINE = frozenset(
    ["a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "ins", "mark", "q", "s", "small", "span", "strong",
     "sub", "sup", "time", "u", "wbr", "var"]
)  # fmt: skip
_ZONES = (
    ("comments", re.compile(r"(?:^|[\s_\-])(?:comments?|comment-?list|commentaires|kommentare?|comentarios|respond|"
                            r"disqus\w*|replies)(?:$|[\s_\-])", re.I)),
    ("related", re.compile(r"related|recommend|teaser|most-?(?:read|viewed|popular)|recirc|carousel|swiper|"
                           r"(?:^|[\s_\-])(?:popular|trending|newsletter|promo(?:tion)?s?|you-?may\w*|similar|widgets?|"
                           r"read-?(?:more|next)|sidebar|side-bar|latest|slider)(?:$|[\s_\-])", re.I)),
    ("nav", re.compile(r"(?:^|[\s_\-])(?:nav|navbar|navigation|menu|breadcrumbs?|pagination|topbar)(?:$|[\s_\-])",
                       re.I)),
    ("footer", re.compile(r"(?:^|\s)(?:site-?footer|page-?footer|footer|colophon|bottom)(?:$|\s)", re.I)),
)  # fmt: skip
_ZONE_TAGS = {"nav": "nav", "aside": "related", "footer": "footer"}
_WHOLE = frozenset(["body", "html", "main", "h1", "article"])
_PARAGRAPH_CHARS = 120


@dataclass(slots=True)
class Spot:
    """One element: its class and id in `marks`, its span of the visible text, its zone ("" is the page's middle)."""

    element: Any
    tag: str
    said: dict[str, str]
    marks: str
    start: int
    parent: Spot | None
    end: int = -1
    zone: str = ""
    in_article: bool = False

    @property
    def length(self) -> int:
        return self.end - self.start

    @property
    def prop(self) -> str:
        """What the element is in microdata or RDFa."""
        return self.said.get("itemprop") or self.said.get("property") or ""


class PageText:
    """The visible text of `tree` (an lxml document), its elements as spans, and where its article stands."""

    def __init__(self, tree: Any, titles: tuple[str, ...] = ()) -> None:
        self._titles = tuple(folded(title) for title in titles if title)
        walk = _Walk()
        walk.through(tree)
        self.text = "".join(walk.parts)
        self.spots = walk.spots
        _assign_zones(self.spots, len(self.text))

    def of(self, spot: Spot) -> str:
        return self.text[spot.start : spot.end]

    @cached_property
    def headline(self) -> tuple[int, int]:
        """The span of the heading that the page's own titles repeat, else of its only `<h1>`, else of the last `<h1>`
        or `<h2>` before its first long paragraph; (-1, -1) without.
        """
        headings = [spot for spot in self.spots if spot.tag in ("h1", "h2", "h3") and 3 < spot.length < 400][:80]
        inside = [spot for spot in headings if self._is_titled(spot)]
        inside = [spot for spot in inside if not spot.zone] or inside
        best = max(inside, key=lambda spot: (spot.length, -spot.start), default=None)
        first = [spot for spot in headings if spot.tag == "h1" and not spot.zone]
        if best is None and len(first) == 1:
            best = first[0]
        if best is None:
            prose = self._prose[0].start if self._prose else len(self.text)
            above = [spot for spot in headings if spot.tag != "h3" and spot.end <= prose and spot.zone != "nav"]
            best = next((spot for spot in reversed(above) if spot.tag == "h1"), above[-1] if above else None)
        return (best.start, best.end) if best else (-1, -1)

    def _is_titled(self, spot: Spot) -> bool:
        """A word or two that the title happens to hold is a section's name; a headline is most of its page's title."""
        words = folded(clean_line(self.of(spot)))
        return len(words) > 3 and any(words in title and len(words) * 3 > len(title) for title in self._titles)

    @cached_property
    def body(self) -> tuple[int, int]:
        """From the first to the end of the last long paragraph after the headline, outside the page's edges."""
        after = max(self.headline[1], 0)
        long = [spot for spot in self._prose if spot.start >= after]
        return (long[0].start, long[-1].end) if long else (after, min(len(self.text), after + 3000))

    @cached_property
    def _prose(self) -> list[Spot]:
        return [spot for spot in self.spots if not spot.zone and self._is_prose(spot)]

    def _is_prose(self, spot: Spot) -> bool:
        if spot.tag not in ("p", "div", "td", "li") or not _PARAGRAPH_CHARS <= spot.length < 6000:
            return False
        if spot.tag == "p":
            return True
        return spot.length <= 2000 and "\n" not in self.of(spot).strip()

    def lines(self, start: int, end: int) -> Iterator[tuple[int, str]]:
        """(position, line) of the visible lines that begin in `start:end`."""
        at = self.text.rfind("\n", 0, max(0, start)) + 1
        while 0 <= at < min(end, len(self.text)):
            stop = self.text.find("\n", at)
            stop = len(self.text) if stop < 0 else stop
            if self.text[at:stop].strip():
                yield at, self.text[at:stop]
            at = stop + 1


def folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


class _Walk:
    """One pass with an explicit stack: hostile pages nest deeper than Python recurses."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.spots: list[Spot] = []
        self._length = 0

    def through(self, root: Any) -> None:
        stack: list[tuple[Any, Spot | None, bool]] = [(root, None, False)]
        while stack:
            element, spot, closing = stack.pop()
            if closing and spot is not None:
                self._close(spot)
                continue
            tag = element.tag
            if not isinstance(tag, str) or tag in _UNSEEN or len(self.spots) >= MAX_SPOTS:
                self._write(element.tail)
                continue
            opened = self._open(element, tag, spot)
            children = list(element)
            if children:
                stack.append((element, opened, True))
                children.reverse()
                stack.extend([(child, opened, False) for child in children])
            else:
                self._close(opened)

    def _open(self, element: Any, tag: str, parent: Spot | None) -> Spot:
        if tag not in _INLINE:
            self._break()
        said = dict(element.items())
        marks = f"{said.get('class', '')} {said.get('id', '')}".strip()[:300] if said else ""
        spot = Spot(element, tag, said, marks, self._length, parent)
        self.spots.append(spot)
        self._write(element.text)
        return spot

    def _close(self, spot: Spot) -> None:
        spot.end = self._length
        if spot.tag not in _INLINE:
            self._break()
        self._write(spot.element.tail)

    def _write(self, text: str | None) -> None:
        if text:  # a line of the source is no line of the page
            self.parts.append(text.replace("\n", " ").replace("\r", " "))
            self._length += len(text)

    def _break(self) -> None:
        self.parts.append("\n")
        self._length += 1


def _assign_zones(spots: list[Spot], total: int) -> None:
    """Zones are inherited; an element that holds half of the page's text is no sidebar, whatever its class says."""
    for spot in spots:
        parent = spot.parent
        if parent is not None:
            spot.zone, spot.in_article = parent.zone, parent.in_article
        if not spot.zone and spot.tag not in _WHOLE and (spot.end - spot.start) * 2 < total:
            spot.zone = _zone(spot.tag, spot.marks, spot.in_article)
        if spot.tag in ("article", "main"):
            spot.in_article = True


@lru_cache(maxsize=4096)
def _zone(tag: str, marks: str, in_article: bool) -> str:
    if tag in _ZONE_TAGS and not (tag == "footer" and in_article):
        return _ZONE_TAGS[tag]
    if marks and tag not in ("a", "span", "time", "h2", "h3"):
        for zone, pattern in _ZONES:
            if pattern.search(marks) and not (zone == "footer" and in_article):
                return zone
    return ""
