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
    every element stays closed. One pass over the HTML, and none where there is no block."""
    edges: list[tuple[int, Edge]] = []
    literals: list[str] = []
    length = 0
    for piece in flat:
        if isinstance(piece, str):
            literals.append(piece)
            length += len(piece)
        elif isinstance(piece, Edge):
            edges.append((length, piece))
    if edges:
        _Switching("".join(literals)).run(edges)


@dataclass(slots=True)
class _View:
    """Elements that are open as one kind of mail program reads it; `lows` the fewest that were, for each open block."""

    stack: list[str] = field(default_factory=list)
    marks: list[tuple[int, str]] = field(default_factory=list)
    lows: list[int] = field(default_factory=list)

    def tag(self, closing: str, name: str, rest: str) -> None:
        if not closing:
            if name not in VOID and not rest.endswith("/"):
                self.stack.append(name)
            return
        if self.stack and name not in VOID:
            self.stack.pop()
            if self.lows:
                self.lows[-1] = min(self.lows[-1], len(self.stack))

    def begin(self) -> None:
        self.marks.append((len(self.stack), self.stack[-1] if self.stack else ""))
        self.lows.append(len(self.stack))

    def end(self) -> bool:
        """Whether the block that ends here began here."""
        depth, parent = self.marks.pop()
        low = self.lows.pop()
        if self.lows:
            self.lows[-1] = min(self.lows[-1], low)
        return len(self.stack) == depth and low == depth and (not depth or self.stack[-1] == parent)


class _Switching:
    """The scan of `switchable`. `hidden` is "outlook" or "others" inside a comment that only they read."""

    def __init__(self, html: str) -> None:
        self.html, self.hidden = html, ""
        self.modern, self.outlook = _View(), _View()
        self.opened: list[tuple[Edge, str]] = []

    def run(self, edges: list[tuple[int, Edge]]) -> None:
        at = 0
        for offset, edge in edges:
            for event in _EVENT.finditer(self.html, at, offset):
                self._event(event)
            at = offset
            self._edge(edge)

    def _event(self, event: re.Match[str]) -> None:
        if event[3] is not None:
            views = {"outlook": (self.outlook,), "others": (self.modern,)}.get(self.hidden, (self.outlook, self.modern))
            for view in views:
                view.tag(event[2], event[3].lower(), event[4])
        elif event[0].endswith("<![endif]-->"):
            self.hidden = ""
        elif event[0].startswith("<!--[if"):
            self.hidden = "others" if event[0].endswith("-->") else "outlook"

    def _edge(self, edge: Edge) -> None:
        if edge.condition is not None:
            if self.modern.stack and self.modern.stack[-1] == "tr":
                raise ContextFault(
                    edge.token, f"the block on {edge.condition} hides cells of a table row",
                    why="the cells after them would move to other columns", try_="put it around whole rows",
                )  # fmt: skip
            self.opened.append((edge, self.hidden))
            self.modern.begin()
            self.outlook.begin()
        elif self.opened:
            opened, hidden = self.opened.pop()
            fits = [view.end() for view in (self.modern, self.outlook)]
            if not all(fits) or hidden != self.hidden:
                raise ContextFault(
                    opened.token, f"the block on {opened.condition} cuts through elements",
                    why="hidden, it would leave a table, a link or a comment for Outlook open",
                    try_="put it around whole sections, columns, column children or table rows",
                )  # fmt: skip
