"""The difference between what is shown and the issue before it: as text, and as structure. Reads only.

Why structure apart: two issues share hardly a sentence, but their outline (headings, pictures, buttons, in order) is
the same every week until somebody changes the template.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.pipeline.previewing.pictures import Picture, picture
from digest.pipeline.previewing.tags import tags
from digest.pipeline.previewing.wanted import FIXTURE, ISSUE, Wanted

if TYPE_CHECKING:
    from digest.model import IssueRow
    from digest.pipeline.previewing.studio import Studio

_OUTLINE = frozenset({"h1", "h2", "h3", "h4", "p", "a", "img", "ul", "ol", "hr", "table"})
_ALT = re.compile(r"\balt=(\"[^\"]*\"|'[^']*')", re.I)


@dataclass(frozen=True, slots=True)
class Line:
    """`op` is " " (in both), "-" (in the last one), "+" (in this one), "…" (lines left out)."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    before: str
    text: tuple[Line, ...]
    structure: tuple[Line, ...]


def comparison(studio: Studio, seen: Picture) -> Comparison | None:
    """None when there is no issue before this one."""
    row = issue_before(studio, seen.wanted)
    if row is None:
        return None
    before = picture(studio, Wanted(seen.wanted.digest, f"{ISSUE}:{row.id}", seen.wanted.reader))
    return Comparison(
        row.name,
        _lines(_words(before.text), _words(seen.text)),
        _lines(outline(before.html), outline(seen.html)),
    )


def issue_before(studio: Studio, wanted: Wanted) -> IssueRow | None:
    """The newest frozen issue before the one that is wanted."""
    if wanted.kind == FIXTURE:
        return None
    rows = studio.workspace().store.issues.all(wanted.digest, limit=60)
    frozen = [row for row in rows if row.frozen_at is not None]
    if wanted.kind == ISSUE:
        this = studio.workspace().store.issues.get(wanted.issue_id)
        frozen = [row for row in frozen if row.period.end < this.period.end]
    return max(frozen, key=lambda row: row.period.end, default=None)


def outline(html: str) -> list[str]:
    """What the mail is built of, an element a line: its kind and its class, without what it says."""
    found: list[str] = []
    for tag in tags(html):
        if tag.name not in _OUTLINE or (tag.name == "table" and not tag.classes):
            continue
        described = ""
        if tag.name == "img":
            alt = _ALT.search(html, tag.start, tag.end)
            described = " with description" if alt and len(alt[1]) > 2 else " without description"
        found.append(f"{tag.name}{''.join(f'.{one}' for one in tag.classes)}{described}")
    return found


def _words(text: str) -> list[str]:
    """Flowed lines joined again: a paragraph is a line."""
    joined: list[str] = []
    for line in text.splitlines():
        if joined and joined[-1].endswith(" "):
            joined[-1] += line
        else:
            joined.append(line)
    return [line.rstrip() for line in joined]


def _lines(before: list[str], now: list[str]) -> tuple[Line, ...]:
    found: list[Line] = []
    for group in difflib.SequenceMatcher(None, before, now, autojunk=False).get_grouped_opcodes(2):
        if found:
            found.append(Line("…", ""))
        for op, a, b, c, d in group:
            if op == "equal":
                found += [Line(" ", text) for text in before[a:b]]
            else:
                found += [Line("-", text) for text in before[a:b]]
                found += [Line("+", text) for text in now[c:d]]
    return tuple(found)
