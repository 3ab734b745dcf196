"""What is wrong with a picture and where, and which section of it weighs how much. Pure but for the template trace.

Judges nothing itself: `render.preflight` does. Invariant: places are numbers of start tags in the very HTML shown, so
that a page can point at the element without searching for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.pipeline.preflighting import reachable
from digest.pipeline.previewing.pictures import Picture
from digest.pipeline.previewing.tags import Tag, tags
from digest.pipeline.previewing.tracing import tracer

if TYPE_CHECKING:
    from digest.pipeline.previewing.studio import Studio
    from digest.render.preflight import Finding

CLIP_BYTES = 102 * 1024
_PLACE = re.compile(r"html line (\d+)(?:, ([^\"]*?))?(?: \"|$)")
_HEADING = re.compile(r"<h[1-3]\b[^>]*>(.*?)</h[1-3]>", re.S | re.I)
_MARKUP = re.compile(r"<!--.*?-->|<(style|xml)\b.*?</\1\s*>|<[^>]*>|&(?:#847|zwnj|nbsp|#xa0|#8203|#8204);", re.S | re.I)


@dataclass(frozen=True, slots=True)
class Share:
    """A section of the HTML and its bytes in UTF-8."""

    name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Located:
    """A finding, the number of the element it is about (None: no element), and the template's file and line ("")."""

    finding: Finding
    element: int | None
    source: str = ""


def findings(studio: Studio, seen: Picture, *, previous_subject: str = "") -> list[Located]:
    """Preflight of what is shown, each finding with its element and the template line that wrote it."""
    from digest.render.preflight import preflight

    if seen.rendition is None or seen.recipient is None:
        return []
    config = studio.workspace().config
    found = preflight(
        seen.rendition, seen.issue, theme=studio.theme(seen.wanted.digest), samples=[seen.recipient],
        previous_subject=previous_subject,
        accepted=config.accepted,
        reachable=reachable(config),
    )  # fmt: skip
    if not found:
        return []
    all_tags = tags(seen.html)
    elements = [_element(one.place, seen.html, all_tags) for one in found]
    source = tracer(studio, seen, all_tags) if any(one is not None for one in elements) else str
    return [
        Located(one, element, source(element) if element is not None else "")
        for one, element in zip(found, elements, strict=True)
    ]


def _element(place: str, html: str, all_tags: list[Tag]) -> int | None:
    """ "html line 30, td > p > a.dg-link "The quay"" to the number of that `a`.

    A line may hold the whole mail: of several that fit, it is the one that says those words or has that address.
    """
    match = _PLACE.match(place)
    if match is None:
        return None
    line, last = int(match[1]), (match[2] or "").rpartition(">")[2].strip()
    name, _, cls = last.partition(".")
    on_line = [(number, tag) for number, tag in enumerate(all_tags) if tag.line == line]
    fitting = [one for one in on_line if one[1].name == name and (not cls or cls in one[1].classes)]
    said = place.partition('"')[2].rpartition('"')[0]
    for number, tag in fitting:
        if said and (said in html[tag.start : tag.end] or _words_after(html, tag).startswith(said[:30].strip())):
            return number
    first = fitting or on_line
    return first[0][0] if first else None


def _words_after(html: str, tag: Tag) -> str:
    return " ".join(_MARKUP.sub(" ", html[tag.end : tag.end + 1500]).split())


def shares(html: str) -> list[Share]:
    """The sections of the mail in order: its head, then each block below the body's wrapper, named by its words."""
    all_tags = tags(html)
    body = next((number for number, tag in enumerate(all_tags) if tag.name == "body"), None)
    if body is None:
        return [Share("All of it", len(html.encode()))]
    cuts = _tops(html, all_tags[body].end)
    found = [Share("Head and styles", len(html[: cuts[0]].encode()) if cuts else len(html.encode()))]
    for start, end in zip(cuts, [*cuts[1:], len(html)], strict=True):
        piece = html[start:end]
        found.append(Share(_named(piece, len(found)), len(piece.encode())))
    return found


def _tops(html: str, start: int) -> list[int]:
    """Where the blocks directly below the first element of the body begin, with the comments before them."""
    depth, cuts, before = 0, [], None
    for match in re.finditer(r"<!--.*?-->|<(/?)(div|table)\b[^>]*>", html[start:], re.S):
        at = start + match.start()
        if match[0].startswith("<!--"):
            if depth == 1 and before is None:
                before = at
        elif match[1]:
            depth -= 1
        else:
            if depth == 1:
                cuts.append(before if before is not None else at)
            before = None
            depth += 1
    return cuts


def _named(piece: str, number: int) -> str:
    heading = _HEADING.search(piece)
    words = " ".join(_MARKUP.sub(" ", heading[1] if heading else piece).split())
    if not words:
        return "Spacing"
    return words if len(words) <= 40 else f"{words[:38].rstrip()}…"
