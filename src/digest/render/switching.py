"""Blocks in compiled HTML: that hiding one leaves every element closed.

    flat = literals, fills and the edges of blocks, in order

Reads HTML the way Outlook does (conditional comments are markup to it) and the way everybody else does (they are
comments), side by side. Must not know templates or MJML. Invariant: what passes is balanced for every reader, in both
views, whichever way its blocks stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from digest.render.segments import Condition, Fill

VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
_EVENT = re.compile(
    r"<!--\[if [^\]>]*\]>(?:<!-->|<!-- -->)|<!--\[if [^\]>]*\]>|<!--<!\[endif\]-->|<!\[endif\]-->|<!--.*?-->"
    r"|<(style|script|title|textarea)\b.*?</\1\s*>|<(/?)([A-Za-z][^\s/>]*)((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>",
    re.DOTALL | re.IGNORECASE,
)


class ContextFault(Exception):
    """A value stands where it must not. `token` is the token's text, so that its template line can be found."""

    def __init__(self, token: str, what: str, *, why: str = "", try_: str = "") -> None:
        super().__init__(what)
        self.token, self.what, self.why, self.try_ = token, what, why, try_


@dataclass(frozen=True, slots=True)
class Edge:
    """One end of a block; `condition` is None at its closing end."""

    condition: Condition | None
    token: str


Flat: TypeAlias = "str | Fill | Edge"


def switchable(flat: list[Flat]) -> None:
    """Every block begins and ends at one place of the document, for Outlook and for everybody else: hidden or shown,
    every element stays closed. One pass over what stands in blocks; nothing else is read."""
    reading: _Switching | None = None
    for piece in flat:
        if isinstance(piece, Edge):
            reading = reading or _Switching()
            reading.edge(piece)
        elif reading is not None and reading.opened and isinstance(piece, str):
            reading.literals.append(piece)


@dataclass(slots=True)
class _View:
    """Elements that blocks have opened, as one kind of mail program reads it; `marks` are their number where each open
    block began."""

    stack: list[str] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)

    def tag(self, closing: str, name: str, rest: str) -> bool:
        """Whether it closes what a block has opened, or opens something."""
        if name in VOID or (not closing and rest.endswith("/")):
            return True
        if not closing:
            self.stack.append(name)
            return True
        fits = len(self.stack) > (self.marks[-1] if self.marks else 0) and self.stack[-1] == name
        if self.stack:
            self.stack.pop()
        return fits


class _Switching:
    """The scan of `switchable`. `hidden` is "outlook" or "others" inside a comment that only they read."""

    def __init__(self) -> None:
        self.literals: list[str] = []
        self.opened: list[Edge] = []
        self.hidden = ""
        self.modern, self.outlook = _View(), _View()

    def edge(self, edge: Edge) -> None:
        self._read()
        views = (self.modern, self.outlook)
        if edge.condition is not None:
            if not self.opened:
                self.hidden = ""
            if self.hidden:
                raise self._cut(edge)
            self.opened.append(edge)
            for view in views:
                view.marks.append(len(view.stack))
        elif self.opened:
            opened = self.opened[-1]
            if self.hidden or any(len(view.stack) != view.marks.pop() for view in views):
                raise self._cut(opened)
            self.opened.pop()

    def _read(self) -> None:
        for event in _EVENT.finditer("".join(self.literals)):
            if not self._fits(event):
                raise self._cut(self.opened[-1])
        self.literals.clear()

    def _fits(self, event: re.Match[str]) -> bool:
        if event[3] is not None:
            views = {"outlook": (self.outlook,), "others": (self.modern,)}.get(self.hidden, (self.outlook, self.modern))
            fits = [view.tag(event[2], event[3].lower(), event[4]) for view in views]  # all of them keep count
            return all(fits)
        if event[0].endswith("<![endif]-->"):
            was, self.hidden = self.hidden, ""
            return bool(was)
        if event[0].startswith("<!--[if"):
            self.hidden = "others" if event[0].endswith("-->") else "outlook"
        return True

    @staticmethod
    def _cut(edge: Edge) -> ContextFault:
        return ContextFault(
            edge.token, f"the block on {edge.condition} cuts through elements",
            why="hidden, it would leave a table, a link or a comment for Outlook open",
            try_="put it around whole sections, columns, column children or table rows",
        )  # fmt: skip
