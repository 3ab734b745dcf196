"""The HTML of a message as nodes with their computed looks, in three modes: light, dark, and Outlook.com's dark.

Parses with lxml, once; one pass down computes what is inherited, one pass up how much a node shows. Holds no rule.
Invariant: linear in the document, and places (line, path) are those of the decoded HTML part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from digest.render.preflight.cascade import Declaration, Sheet, declarations, last, pixels
from digest.render.preflight.colours import colour, inverted, luminance, painted

MODES = ("light", "dark", "outlook")
_INVISIBLE = re.compile("[\\s\u00ad\u034f\u200b-\u200f\u2060\ufeff]+")
_HEADINGS = {"h1": 2.0, "h2": 1.5, "h3": 1.17, "h4": 1.0, "h5": 0.83, "h6": 0.67}
_SIZES = {"xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0}
_AMONG = re.compile(r"(?<![\w.(-])[\d.]+(?:px|pt|r?em|%)")
_SILENT = frozenset({"head", "style", "script", "title", "meta", "template", "noscript", "xml"})
Look = tuple[float, float, str, str]  # luminance of text and ground, and their names; ground below 0 is unknown


@dataclass(slots=True, eq=False)
class Node:
    """One element. `content` is its text and children in order; `shown` counts visible characters inside."""

    tag: str
    attrs: dict[str, str]
    parent: Node | None
    line: int
    order: int
    content: list[str | Node] = field(default_factory=list)
    classes: tuple[str, ...] = ()
    style: tuple[Declaration, ...] = ()
    hidden: bool = False
    size: float = 16.0
    height: float = 0.0
    bold: bool = False
    looks: tuple[Look, ...] = ()
    lang: str = ""
    direction: str = ""
    shown: int = 0

    @property
    def own_text(self) -> str:
        return "".join(piece for piece in self.content if isinstance(piece, str))

    @property
    def text(self) -> str:
        """All visible text inside, blanks collapsed."""
        return squeezed("".join(self._texts()))

    @property
    def name(self) -> str:
        """The accessible name: label, text, alternative texts."""
        return self.attrs.get("aria-label", "").strip() or squeezed("".join(self._texts(alt=True)))

    def _texts(self, alt: bool = False) -> Iterator[str]:
        """A stack of its own, because markup nests deeper than Python calls may."""
        stack: list[str | Node] = [self]
        while stack:
            piece = stack.pop()
            if isinstance(piece, str):
                yield piece
            elif not piece.hidden and piece.tag not in _SILENT:
                if alt and piece.tag == "img":
                    yield f" {piece.attrs.get('alt', '')} "
                stack.extend(reversed(piece.content))

    def _beginning(self) -> str:
        """The first forty characters, without reading the rest."""
        begun = ""
        for text in self._texts():
            begun = squeezed(f"{begun} {text}" if begun and text[:1].isspace() else begun + text)
            if len(begun) >= 40:
                break
        return begun[:40]

    @property
    def place(self) -> str:
        """As "html line 30, td > p > a.dg-link "The quay"": enough to find it by eye and by search."""
        steps = [_step(self)]
        up = self.parent
        while up is not None and len(steps) < 3:
            steps.append(_step(up))
            up = up.parent
        said = self._beginning() or self.attrs.get("src", "")[:60]
        return f"html line {self.line}, {' > '.join(reversed(steps))}" + (f' "{said}"' if said else "")

    def inside(self) -> Iterator[Node]:
        stack = [piece for piece in reversed(self.content) if isinstance(piece, Node)]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(piece for piece in reversed(node.content) if isinstance(piece, Node))


def _step(node: Node) -> str:
    return f"{node.tag}.{node.classes[0]}" if node.classes else node.tag


def squeezed(text: str) -> str:
    """Blanks and invisible characters as single blanks."""
    return _INVISIBLE.sub(" ", text).strip()


@dataclass(slots=True)
class Page:
    source: str
    nodes: list[Node]
    sheet: Sheet
    by_tag: dict[str, list[Node]]
    text: str = ""

    def all(self, *tags: str) -> list[Node]:
        found = [node for tag in tags for node in self.by_tag.get(tag, ())]
        return found if len(tags) < 2 else sorted(found, key=lambda node: node.order)

    def visible(self, *tags: str) -> list[Node]:
        return [node for node in self.all(*tags) if not node.hidden]


def read_page(html: str) -> Page:
    """Parse and compute. An empty document gives a page without nodes."""
    from lxml import etree

    parser = etree.HTMLParser(huge_tree=True, encoding="utf-8")
    root = etree.fromstring(html.encode("utf-8", "replace"), parser) if html.strip() else None
    nodes = _nodes(root) if root is not None else []
    by_tag: dict[str, list[Node]] = {}
    for node in nodes:
        by_tag.setdefault(node.tag, []).append(node)
    sheet = Sheet()
    for node in by_tag.get("style", ()):
        sheet.add(node.own_text, node.line, node.attrs.get("media", ""))
    for node in nodes:
        _compute(node, sheet)
    for node in reversed(nodes):
        _count(node)
    return Page(html, nodes, sheet, by_tag, by_tag["body"][0].text if "body" in by_tag else "")


def _nodes(root: Any) -> list[Node]:
    made: dict[Any, Node] = {}
    out: list[Node] = []
    for element in root.iter():
        up = element.getparent()
        parent = made.get(up) if up is not None else None
        if isinstance(element.tag, str):
            attrs = {name.lower(): value for name, value in element.attrib.items()}
            node = Node(element.tag.lower(), attrs, parent, element.sourceline or 1, len(out))
            node.classes = tuple(attrs.get("class", "").split())
            if element.text:
                node.content.append(element.text)
            made[element] = node
            out.append(node)
            if parent is not None:
                parent.content.append(node)
        if parent is not None and element.tail:
            parent.content.append(element.tail)
    return out


_ROOT: tuple[Look, ...] = (
    (0.0, 1.0, "#000000", "#ffffff"),
    (0.0, 1.0, "#000000", "#ffffff"),
    (1.0, 0.0, "white", "black"),
)


def _compute(node: Node, sheet: Sheet) -> None:
    parent = node.parent
    node.style = declarations(node.attrs["style"]) if "style" in node.attrs else ()
    rules = sheet.reaching(node)
    always = _blend([rule.block for rule in rules if not rule.mode], node.style)
    size = parent.size if parent else 16.0
    node.size = _size(node, always, size)
    node.height = _height(always, node.size, parent.height if parent else 0.0)
    node.bold = _bold(node, always, parent.bold if parent else False)
    node.lang = node.attrs.get("lang", "").strip() or (parent.lang if parent else "")
    node.direction = node.attrs.get("dir", "").strip().lower() or (parent.direction if parent else "")
    node.hidden = bool(parent and parent.hidden) or _hides(always) or "hidden" in node.attrs
    above = parent.looks if parent else _ROOT
    dark = [rule.block for rule in rules if rule.mode in ("", "dark")]
    outlook = [rule.block for rule in rules if rule.mode == "outlook"]
    light = _look(node, always, above[0])
    plain = always if len(dark) == sum(not rule.mode for rule in rules) else _blend(dark, node.style)
    node.looks = (light, _look(node, plain, above[1]), _outlook(light, above, outlook, node, always))


def _blend(blocks: list[tuple[Declaration, ...]], inline: tuple[Declaration, ...]) -> tuple[Declaration, ...]:
    """Rules, then the style attribute, then what is important: in the order in which the last one wins."""
    if not blocks:
        return inline
    every = [declaration for block in blocks for declaration in block]
    return (
        *(one for one in every if not one[2]), *(one for one in inline if not one[2]),
        *((name, value, False) for name, value, important in every if important),
        *((name, value, False) for name, value, important in inline if important),
    )  # fmt: skip


def _size(node: Node, block: tuple[Declaration, ...], inherited: float) -> float:
    given = last(block, "font-size", "font").lower()
    if given in _SIZES:
        return _SIZES[given]
    found = pixels(given, inherited) if given else None
    if found is None and (among := _AMONG.search(given)):  # the shorthand: weight, size/height, family
        found = pixels(among[0], inherited)
    if found is not None:
        return found
    return 16.0 * _HEADINGS[node.tag] if node.tag in _HEADINGS else inherited


def _height(block: tuple[Declaration, ...], size: float, inherited: float) -> float:
    """Line height in px; 0 where it is not said."""
    given = last(block, "line-height")
    if not given:
        return inherited
    if re.fullmatch(r"[\d.]+", given):
        return float(given) * size if given.count(".") < 2 and given != "." else inherited
    return pixels(given, size) or 0.0


def _bold(node: Node, block: tuple[Declaration, ...], inherited: bool) -> bool:
    given = last(block, "font-weight")
    if given:
        return given in ("bold", "bolder") or (given.isdigit() and int(given) >= 700)
    return True if node.tag in ("b", "strong", "th", *_HEADINGS) else inherited


def _hides(block: tuple[Declaration, ...]) -> bool:
    return last(block, "display") == "none" or last(block, "visibility") == "hidden"


def _text_colour(node: Node, block: tuple[Declaration, ...]) -> str | None:
    given = colour(last(block, "color")) if block else None
    if given or node.tag not in ("a", "font"):
        return given
    if node.tag == "font":
        return colour(node.attrs.get("color", ""))
    return "#0000ee" if node.attrs.get("href") and not last(block, "color") else None


def _ground(node: Node, block: tuple[Declaration, ...]) -> str | None:
    """The colour behind, "?" for a picture without one, None when there is none of its own."""
    found: str | None = colour(node.attrs["bgcolor"]) if "bgcolor" in node.attrs else None
    pictured = "background" in node.attrs
    for name, value, _ in block:
        if name == "background-color":
            found = colour(value) or found
        elif name == "background":
            found = painted(value) or found
        if name in ("background", "background-image") and ("url(" in value or "gradient(" in value):
            pictured = True
    return found or ("?" if pictured else None)


def _look(node: Node, block: tuple[Declaration, ...], above: Look) -> Look:
    if not block and not node.attrs and node.tag != "a":
        return above
    text, ground = _text_colour(node, block), _ground(node, block)
    if text is None and ground is None:
        return above
    light, back, text_name, ground_name = above
    if text is not None:
        light, text_name = luminance(text), text
    if ground == "?":
        back, ground_name = -1.0, "a picture"
    elif ground is not None:
        back, ground_name = luminance(ground), ground
    return light, back, text_name, ground_name


def _outlook(
    light: Look, above: tuple[Look, ...], overrides: list[tuple[Declaration, ...]], node: Node,
    block: tuple[Declaration, ...],
) -> Look:  # fmt: skip
    """Colours turned round, except those that [data-ogsc] and [data-ogsb] rules set."""
    text, ground, text_name, ground_name = above[2]
    if light[0:3:2] != above[0][0:3:2] or _text_colour(node, block):
        text, text_name = inverted(light[0]), f"{light[2]} turned round"
    if light[1] != above[0][1] or _ground(node, block):
        ground, ground_name = (inverted(light[1]) if light[1] >= 0 else -1.0), f"{light[3]} turned round"
    for given in overrides:
        if own := colour(last(given, "color")):
            text, text_name = luminance(own), own
        if own := colour(last(given, "background-color")) or painted(last(given, "background")):
            ground, ground_name = luminance(own), own
    return text, ground, text_name, ground_name


def _count(node: Node) -> None:
    if node.hidden or node.tag in _SILENT:
        return
    node.shown = sum(
        len(_INVISIBLE.sub("", piece)) if isinstance(piece, str) else piece.shown for piece in node.content
    )
