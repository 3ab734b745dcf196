"""The start tags of a mail's HTML, or of MJML, by number. Pure.

Invariant: the same text gives the same numbers, so that a page can point at an element without searching for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_TAG = re.compile(
    r"<!--.*?-->|<(style|title|script|xml)\b[^>]*>.*?</\1\s*>|<([a-zA-Z][\w:-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.S,
)
_CLASS = re.compile(r"\bclass=[\"']([^\"']*)", re.I)


@dataclass(frozen=True, slots=True)
class Tag:
    """A start tag: where it stands in the HTML."""

    start: int
    end: int
    line: int
    name: str
    classes: tuple[str, ...]


def tags(html: str) -> list[Tag]:
    """All start tags outside comments and raw text, in order: the number of an element is its index here."""
    found, line, at = [], 1, 0
    for match in _TAG.finditer(html):
        line += html.count("\n", at, match.start())
        at = match.start()
        if match[2]:
            named = _CLASS.search(match[3])
            classes = tuple(named[1].split()) if named else ()
            found.append(Tag(match.start(), match.end(), line, match[2].lower(), classes))
    return found


def numbered(html: str) -> str:
    """`html` with each start tag's number as `data-at`: for a frame, never for a reader."""
    out, last = [], 0
    for number, tag in enumerate(tags(html)):
        close = tag.end - (2 if html[tag.end - 2] == "/" else 1)
        out += [html[last:close], f' data-at="{number}"']
        last = close
    return "".join([*out, html[last:]])
