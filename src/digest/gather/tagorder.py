"""Whether tags stand in such an order that an HTML parser builds just what is written. Pure.

Does not look at words or attributes: a fragment is a string of letters here, two for every element that has an end
tag, one for <hr>. Invariant: what is said to be in order is properly nested and holds nothing at which the tree
construction of WHATWG HTML (13.2.6) would close, move or add an element; whatever is not known for certain is not.

Why this way: a body is mostly paragraphs, and there are few kinds of paragraph. Each kind is judged once and
remembered, so that an article costs one look-up for each of its paragraphs (2 microseconds against 12).
"""

from __future__ import annotations

from enum import IntEnum

_INLINE = (
    "a", "abbr", "b", "cite", "code", "del", "em", "i", "ins", "kbd", "mark", "q", "s", "small", "span", "strong",
    "sub", "sup", "u",
)  # fmt: skip
TRANSPARENT = ("big", "dfn", "font", "label", "picture", "samp", "strike", "time", "tt", "var")  # tags are not kept
# Kept as <div>: readers see where they begin and end.
AS_DIV = ("address", "article", "aside", "center", "details", "footer", "header", "main", "section", "summary")
RAW = ("script", "style")  # nor is what is in these
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = (
    "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure", "hr", "li", "ol", "p", "pre", "ul", *_HEADINGS,
)  # fmt: skip
_TABLES = ("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption")
NAMES = (*_INLINE, *TRANSPARENT, *RAW, *_BLOCKS, *_TABLES, *AS_DIV)
START = {name: chr(0x30 + 2 * place) for place, name in enumerate(NAMES)}
END = {name: chr(0x31 + 2 * place) for place, name in enumerate(NAMES) if name != "hr"}
_STARTED_BY = {end: START[name] for name, end in END.items()}
_P, _A, _LI, _PRE, _HR = (START[name] for name in ("p", "a", "li", "pre", "hr"))
_P_END, _TABLE = END["p"], START["table"]
_BLOCK_STARTS = frozenset(START[name] for name in (*_BLOCKS, *_TABLES, *AS_DIV))
_HEADING_STARTS = frozenset(START[name] for name in _HEADINGS)
_LISTS = frozenset([START["ul"], START["ol"]])
_GROUPS = frozenset(START[name] for name in ("thead", "tbody", "tfoot"))
_CELLS = frozenset([START["td"], START["th"]])
_ONLY_IN = {
    _LI: _LISTS, START["dd"]: frozenset(START["dl"]), START["dt"]: frozenset(START["dl"]),
    **dict.fromkeys([*_GROUPS, START["caption"]], frozenset(START["table"])), START["tr"]: _GROUPS,
    **dict.fromkeys(_CELLS, frozenset(START["tr"])),
}  # fmt: skip
# In these stand only those, and white space: an HTML parser moves the rest before the table (13.2.6.4.9).
_ROWS = frozenset(START["tr"])
WITHOUT_WORDS = {
    START["table"]: _GROUPS | {START["caption"]}, **dict.fromkeys(_GROUPS, _ROWS), START["tr"]: _CELLS,
}  # fmt: skip
_MAX_KNOWN = 5_000
_NOT_PLAIN, _LOST = "!", "?"  # before all letters of elements


class NotInOrder(Exception):
    """Something in a fragment that only an HTML parser knows how to take."""


class Order(IntEnum):
    UNKNOWN = 0
    PROPER = 1  # but its text needs the tags themselves
    PLAIN = 2  # items hold no blocks, nothing is preformatted, no tables


def order_of(letters: str) -> Order:
    """The order of a fragment."""
    state = ""
    *paragraphs, rest = letters.split(_P_END)
    for paragraph in paragraphs:
        state = _AFTER[state, paragraph]
        if state == _LOST:
            return Order.UNKNOWN
    if rest:
        state = _AT_END[state, rest]
    return Order.PLAIN if not state else Order.PROPER if state == _NOT_PLAIN else Order.UNKNOWN


class _After(dict[tuple[str, str], str]):
    """What is open after some letters and `end`, given what was open before."""

    def __init__(self, end: str) -> None:
        super().__init__()
        self._end = end

    def __missing__(self, key: tuple[str, str]) -> str:
        if len(self) > _MAX_KNOWN:
            self.clear()
        state, letters = key
        found = self[key] = _walk(state, letters + self._end)
        return found


_AFTER, _AT_END = _After(_P_END), _After("")


def _walk(state: str, letters: str) -> str:
    """The start letters of what is open after `letters`, behind a mark if the text is not plain; or `_LOST`."""
    open_elements = state.removeprefix(_NOT_PLAIN)
    is_plain = open_elements == state
    for letter in letters:
        start = _STARTED_BY.get(letter)
        if start is not None:
            if open_elements[-1:] != start:
                return _LOST
            open_elements = open_elements[:-1]
            continue
        if open_elements and letter not in WITHOUT_WORDS.get(open_elements[-1], letter):
            return _LOST
        if letter in _BLOCK_STARTS:
            if not _may_stand_in(open_elements, letter):
                return _LOST
            is_plain = is_plain and letter not in (_PRE, _TABLE) and _LI not in open_elements
        elif letter == _A and _A in open_elements:
            return _LOST  # the second link ends the first
        if letter != _HR:
            open_elements += letter
    return open_elements if is_plain else _NOT_PLAIN + open_elements


def _may_stand_in(open_elements: str, block: str) -> bool:
    """A block ends the paragraph it stands in, a heading the heading; an item or term without its list any other."""
    if _P in open_elements:
        return False
    parent = open_elements[-1:]
    return parent in _ONLY_IN.get(block, (parent,)) and not (block in _HEADING_STARTS and parent in _HEADING_STARTS)
