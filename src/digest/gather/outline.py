"""A page as the runs of text a reader sees, in order, each with the elements around it. Pure.

Does not decide what is headline, article or furniture: it answers "what stands where, inside what". Invariant: runs
come in document order and do not overlap; joined they are the page's visible text.

Why this way: the title asks what stands near the body, the body asks which elements hold a sentence; one walk over the
tree (9 ms for a page of 100 KB) answers both, and it is a loop because hostile pages nest deeper than Python recurses.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

UNSEEN = frozenset(
    ["script", "style", "noscript", "template", "head", "svg", "select", "option", "textarea", "iframe", "object",
     "math", "canvas", "map", "audio", "video", "datalist"]
)  # fmt: skip
INLINE = frozenset(
    ["a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd",
     "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
     "wbr", "img", "picture", "source"]
)  # fmt: skip
_MAX_MARKS = 300  # characters; names that say what an element is come first
_NO_WORDS = re.compile(r"[\W_]+")
_HEADINGS = frozenset(["h1", "h2", "h3"])
_HEADLINE_MARKS = re.compile(
    r"(?:^|[\s_-])(?:headline|(?:entry|post|article|page|story|hero|news|blog)[_-]{0,2}(?:title|heading|name)|titel|"
    r"titulo|titre|title|heading)(?:$|[\s_-])",
    re.I,
)


def _marked(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s_-])(?:{words})(?:$|[\s_-])", re.I)


# Names that page builders in many languages give to what is not the article, by the part of the page they stand for.
_ZONES = (
    ("comments", _marked(r"comments?|commentlist|comment-?(?:list|area|section|form|wrapper|thread|respond)|respond|"
                         r"kommentare?|comentarios|commentaires|commenti|disqus\w*|replies")),
    ("related", re.compile(r"related|recommend|most-?(?:read|viewed|popular)|trending|recirc|outbrain|taboola|"
                           r"(?:^|[\s_-])(?:read-?(?:more|next|also)|you-?may|similar|sidebar|side-bar|widget|teasers?|"
                           r"latest|popular|carousel)(?:$|[\s_-])", re.I)),
    ("promotion", re.compile(r"newsletter|subscribe|cookie|consent|(?:^|[\s_-])(?:promo|advert\w*|"
                             r"sponsor\w*|donat\w+|signup|sign-up|cta)(?:$|[\s_-])", re.I)),
    ("share", _marked(r"share|shar(?:e|ing)-?\w*|social\w*|sociable|follow-?us|addtoany\w*|sharedaddy")),
    ("author", _marked(r"author-?(?:box|bio|info|card|profile|description|block|about)|about-?(?:the-)?author|bio|"
                       r"autorenbox|post-author")),
    ("nav", _marked(r"nav|navbar|navigation|menu|breadcrumbs?|pagination|pager|topbar|toolbar")),
    ("footer", re.compile(r"(?:^|\s)(?:site-?footer|page-?footer|footer|colophon|bottom)(?:$|\s)", re.I)),
)  # fmt: skip
_ZONE_TAGS = {"nav": "nav", "aside": "related", "footer": "footer"}


@dataclass(slots=True)
class Run:
    """Text between two block boundaries: `slots` are its text nodes as (element, whether it is the tail)."""

    block: Any
    start: int
    slots: list[tuple[Any, bool]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    linked: int = 0
    caption: bool = False
    zone: str = ""
    _text: str | None = None

    @property
    def text(self) -> str:
        """Its words on one line."""
        if self._text is None:
            self._text = " ".join("".join(self.parts).split())
        return self._text


@dataclass(slots=True)
class Spot:
    """An element that may be a headline: its span in runs (`first` up to `last`), its marks, its zone."""

    element: Any
    tag: str
    marks: str
    first: int
    last: int = -1
    in_article: bool = False
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """An `<img>` and the number of runs before it."""

    element: Any
    at: int


class Outline:
    """The runs and the possible headlines of `tree`, an lxml document."""

    def __init__(self, tree: Any) -> None:
        self.runs: list[Run] = []
        self.spots: list[Spot] = []
        self.pictures: list[Picture] = []
        self._open: Run | None = None
        self._length = 0
        self._links = self._captions = self._articles = 0
        self._zones: list[tuple[int, int, int, str]] = []
        self._walk(tree)
        self._assign_zones()

    def text_of(self, spot: Spot) -> str:
        """Its words, as many as a title may have."""
        return " ".join(run.text[:1000] for run in self.runs[spot.first : min(spot.last, spot.first + 20)])

    def _walk(self, tree: Any) -> None:
        from lxml import etree

        walker = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
        opened: list[tuple[Spot | None, tuple[int, int, str] | None]] = []
        for event, element in walker:
            if event == "start":
                tag = element.tag if isinstance(element.tag, str) else ""
                if tag in UNSEEN:
                    opened.append((None, None))
                    walker.skip_subtree()
                    continue
                opened.append(self._start(element, tag))
            else:
                if event == "end":
                    self._end(element, *opened.pop())
                if opened:
                    self._write(element.tail, element, True)

    def _start(self, element: Any, tag: str) -> tuple[Spot | None, tuple[int, int, str] | None]:
        marks = f"{element.get('class') or ''} {element.get('id') or ''}".strip()[:_MAX_MARKS]
        self._articles += tag in ("article", "main")
        self._captions += tag == "figcaption"
        self._links += tag == "a"
        if tag not in INLINE:
            self._open = None
        if tag == "img":
            self.pictures.append(Picture(element, len(self.runs)))
        spot = None
        if tag in _HEADINGS or (marks and _is_headline_mark(marks)) or element.get("itemprop") == "headline":
            self._open = None
            spot = Spot(element, tag, marks, len(self.runs), in_article=self._articles > 0)
            self.spots.append(spot)
        zone = _zone(tag, marks, in_article=self._articles > 0)
        opening = (len(self.runs), self._length, zone) if zone else None
        self._write(element.text, element, False)
        return spot, opening

    def _end(self, element: Any, spot: Spot | None, opening: tuple[int, int, str] | None) -> None:
        tag = element.tag
        if tag in UNSEEN:
            return
        self._articles -= tag in ("article", "main")
        self._captions -= tag == "figcaption"
        self._links -= tag == "a"
        if tag not in INLINE or spot is not None:
            self._open = None
        if spot is not None:
            spot.last = len(self.runs)
        if opening is not None:
            self._zones.append((opening[0], len(self.runs), self._length - opening[1], opening[2]))

    def _write(self, text: str | None, element: Any, is_tail: bool) -> None:
        if not text or (self._open is None and text.isspace()):
            return
        if self._open is None:
            block = element.getparent() if is_tail else element
            self._open = Run(block, self._length, caption=self._captions > 0)
            self.runs.append(self._open)
        run = self._open
        run.slots.append((element, is_tail))
        run.parts.append(text)
        seen = len(text.strip())
        self._length += seen
        if self._links:
            run.linked += seen

    def _assign_zones(self) -> None:
        """The outermost zone counts; an element that holds half of the page's text is no sidebar, whatever its name."""
        covered = 0
        for first, last, length, zone in sorted(self._zones, key=lambda found: (found[0], -found[1])):
            if length * 2 >= self._length or last <= covered:
                continue
            for run in self.runs[max(first, covered) : last]:
                run.zone = zone
            covered = max(covered, last)
        for spot in self.spots:
            spot.zone = self.runs[spot.first].zone if spot.first < len(self.runs) else ""


def _zone(tag: str, marks: str, *, in_article: bool) -> str:
    if tag in _ZONE_TAGS and not (tag == "footer" and in_article):
        return _ZONE_TAGS[tag]
    if marks and tag not in ("a", "span", "time", "h1", "h2", "h3", "html", "body", "main", "article", "p"):
        return _zone_named(marks)
    return ""


@lru_cache(maxsize=4096)
def _zone_named(marks: str) -> str:
    return next((zone for zone, pattern in _ZONES if pattern.search(marks)), "")


@lru_cache(maxsize=4096)
def _is_headline_mark(marks: str) -> bool:
    return _HEADLINE_MARKS.search(marks) is not None


def folded(text: str) -> str:
    """Letters and digits alone, in lower case: what stays the same however a text is spaced and punctuated."""
    return _NO_WORDS.sub("", (text if text.isascii() else unicodedata.normalize("NFC", text)).casefold())
