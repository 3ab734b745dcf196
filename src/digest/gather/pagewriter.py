"""The chosen runs of a page as HTML again, with the links, emphasis, lists, tables and pictures they stood in. Pure.

Does not choose and does not sanitise: its result goes through `markup.clean_fragment`. Invariant: every chosen word is
written once, in the page's order, and no other word is.
"""

from __future__ import annotations

import html as html_entities
from collections.abc import Iterable
from typing import Any

from digest.gather.outline import INLINE, UNSEEN, Run

_BLOCKS = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr",
     "td", "th", "caption", "figcaption"]
)  # fmt: skip
_HOLDERS = frozenset(["ul", "ol", "dl", "table", "tr", "blockquote"])  # words directly in them need a paragraph
_INLINE = frozenset(
    ["a", "abbr", "b", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "strong", "sub",
     "sup", "u"]
)  # fmt: skip
_KEPT = {"a": ("href",), "ol": ("start",), "td": ("colspan", "rowspan"), "th": ("colspan", "rowspan")}


def written(tree: Any, runs: Iterable[Run], pictures: Iterable[Any] = ()) -> str:
    """HTML of `runs`, which are runs of `tree`, and of the `<img>` elements among them."""
    from lxml import etree

    slots, images = {slot for run in runs for slot in run.slots}, set(pictures)
    needed = _with_ancestors([*(element for element, _ in slots), *images])
    writer = _Writer(slots, images)
    walker = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if event == "start":
            if element not in needed or element.tag in UNSEEN:
                walker.skip_subtree()
            writer.start(element)
        elif event == "end":
            writer.end(element)
        else:
            writer.text(element, True)
    return "".join(writer.out)


def _with_ancestors(elements: Iterable[Any]) -> set[Any]:
    found: set[Any] = set()
    for element in elements:
        node = element
        while node is not None and node not in found:
            found.add(node)
            node = node.getparent()
    return found


class _Writer:
    """Opens an element when the first chosen word in it comes, so that what holds none leaves no trace."""

    def __init__(self, slots: set[tuple[Any, bool]], pictures: set[Any]) -> None:
        self.out: list[str] = []
        self._slots, self._pictures = slots, pictures
        self._stack: list[list[Any]] = []  # [tag, element, opened]
        self._pending = 0  # everything in the stack below it is open, or never will be
        self._loose = False  # whether a paragraph of our own is open

    def start(self, element: Any) -> None:
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag not in INLINE and tag != "br":
            self._close_loose()
        if tag == "img":
            if element in self._pictures:
                self._open_blocks()
                self.out.append(_image(element))
        elif tag == "br" and self.out and (self._loose or any(opened for _, _, opened in self._stack[-2:])):
            self.out.append("<br>")
        self._stack.append([tag, element, False])
        if tag not in UNSEEN:
            self.text(element, False)

    def end(self, element: Any) -> None:
        tag, _, opened = self._stack.pop()
        self._pending = min(self._pending, len(self._stack))
        if tag not in INLINE and tag != "br":
            self._close_loose()
        if opened:
            self.out.append(f"</{tag}>")
        self.text(element, True)

    def text(self, element: Any, is_tail: bool) -> None:
        if (element, is_tail) not in self._slots:
            return
        self._open_blocks()
        for entry in self._stack[self._pending :]:
            self._open(entry)
        self._pending = len(self._stack)
        self.out.append(html_entities.escape((element.tail if is_tail else element.text) or "", quote=False))

    def _open_blocks(self) -> None:
        inner = ""
        for entry in self._stack:
            if entry[0] in _BLOCKS:
                self._open(entry)
            if entry[0] not in INLINE:
                inner = entry[0]
        if inner not in _BLOCKS or inner in _HOLDERS:
            self._open_loose()

    def _open(self, entry: list[Any]) -> None:
        tag, element, opened = entry
        if opened or (tag not in _BLOCKS and tag not in _INLINE):
            return
        given = ((name, element.get(name)) for name in _KEPT.get(tag, ()))
        self.out.append(f"<{tag}{''.join(_attribute(name, value) for name, value in given if value)}>")
        entry[2] = True

    def _open_loose(self) -> None:
        if not self._loose:
            self.out.append("<p>")
            self._loose = True

    def _close_loose(self) -> None:
        if self._loose:
            self.out.append("</p>")
            self._loose = False


def _image(element: Any) -> str:
    names = ("src", "data-src", "data-lazy-src", "alt", "width", "height")
    return f"<img{''.join(_attribute(name, value) for name in names if (value := element.get(name)))}>"


def _attribute(name: str, value: str) -> str:
    return f' {name}="{html_entities.escape(value)}"'
