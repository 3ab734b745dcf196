"""Which line of which template wrote an element of the mail. Pure but for the compilation that is traced.

Why by likeness: what the compiler makes of MJML carries no marks of where it comes from, and marks in it would change
the very bytes that are judged. But what templates write as HTML passes through as it is, in order: the third start tag
of its kind in the mail is the third in the source. An element the compiler made stands below one that passed.
"""

from __future__ import annotations

import bisect
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digest.pipeline.previewing.tags import Tag, tags

if TYPE_CHECKING:
    from digest.pipeline.previewing.pictures import Picture
    from digest.pipeline.previewing.studio import Studio

_ADDRESS = re.compile(r"\b(?:src|href)=[\"']([^\"']{8,})")


def tracer(studio: Studio, seen: Picture, all_tags: Sequence[Tag]) -> Callable[[int], str]:
    """A function from an element's number to `briefing.mjml:12`; "" where nobody knows, as in a stored issue."""
    from digest.pipeline.previewing.pictures import compiled

    made = compiled(studio, seen, trace=True)
    if made is None:
        return lambda element: ""
    folder = studio.config_path.resolve().parent
    places = [(offset, _shown(file, folder), line) for offset, file, line in made.places]
    return traced(seen.html, all_tags, made.mjml, places)


def _shown(file: str, folder: Path) -> str:
    """As an operator knows it: below the configuration's folder, or by the name that templates extend."""
    from digest.render.templates import builtin_directory

    path = Path(file)
    for top, name in ((folder, ""), (builtin_directory(), "@builtin/")):
        if path.is_relative_to(top):
            return f"{name}{path.relative_to(top).as_posix()}"
    return file


def traced(
    html: str, all_tags: Sequence[Tag], mjml: str, places: Sequence[tuple[int, str, int]]
) -> Callable[[int], str]:
    """As `tracer`, of this mail and the MJML it was made of; `places` are (offset in the MJML, file, line)."""
    origins = _Origins(html, all_tags, mjml)
    offsets = [offset for offset, _, _ in places]

    def place(element: int) -> str:
        offset = origins.of(element)
        index = bisect.bisect_right(offsets, offset) - 1 if offset is not None else -1
        return f"{places[index][1]}:{places[index][2]}" if index >= 0 else ""

    return place


class _Origins:
    """Offsets in the MJML of the mail's elements."""

    def __init__(self, html: str, all_tags: Sequence[Tag], mjml: str) -> None:
        self._html, self._tags, self._mjml = html, all_tags, mjml
        written = tags(mjml)
        self._whole = _by(lambda tag: mjml[tag.start : tag.end], written)
        self._alike = _by(_kind, written)
        self._whole_here = _by(self._words, all_tags)
        self._alike_here = _by(_kind, all_tags)

    def _words(self, tag: Tag) -> str:
        return self._html[tag.start : tag.end]

    def of(self, element: int) -> int | None:
        """Its own, or that of the nearest before it that a template wrote."""
        for number in range(element, -1, -1):
            if (found := self._own(self._tags[number])) is not None:
                return found
        return None

    def _own(self, tag: Tag) -> int | None:
        for here, there, key in ((self._whole_here, self._whole, self._words(tag)),
                                 (self._alike_here, self._alike, _kind(tag))):  # fmt: skip
            ours, theirs = here[key], there[key]
            if len(ours) == len(theirs):
                return theirs[ours.index(tag.start)]
        address = _ADDRESS.search(self._words(tag))
        at = self._mjml.find(address[1]) if address else -1
        return at if at >= 0 else None


def _kind(tag: Tag) -> str:
    return " ".join((tag.name, *tag.classes))


def _by(key: Callable[[Tag], str], found: Iterable[Tag]) -> dict[str, list[int]]:
    made: dict[str, list[int]] = defaultdict(list)
    for tag in found:
        made[key(tag)].append(tag.start)
    return made
