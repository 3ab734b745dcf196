"""The editor's note: Markdown to blocks of words, which each template prints in its own way. Pure.

    paragraph   one row            heading, code: a paragraph; a picture: its words; a rule: nothing
    quote       one row
    list        a row for each item; `level` counts the lists it stands in, from 0

Makes no HTML. Invariants: every character of the note that is no mark-up is in a span, tags typed into it are words;
a link passed `escaping.usable_link`, any other is its words alone.

Why blocks and no HTML: a template gives them its own colours, so a note is legible in the dark, right to left and as
plain text, and nothing an editor pastes can be more than words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from digest.render.escaping import clean, usable_link

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_LEVEL = 3
MAX_NESTING = 100  # of the parser, which counts an item of a list twice and goes down as deep as the note does
_MARKS = frozenset("\\`*_{}[]<>()#+-.!&~|=:\n\t0123456789")


@dataclass(frozen=True, slots=True)
class Span:
    """Words that look alike. `line_break`: a new line begins before them."""

    text: str
    url: str | None = None
    strong: bool = False
    emphasis: bool = False
    line_break: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`number`: of an item in a numbered list."""

    spans: tuple[Span, ...]
    number: int | None = None

    @property
    def text(self) -> str:
        return "".join(f"\n{span.text}" if span.line_break else span.text for span in self.spans).strip()


@dataclass(frozen=True, slots=True)
class Block:
    """`kind`: "paragraph", "quote" or "list"."""

    kind: str
    rows: tuple[Row, ...]
    level: int = 0


@dataclass(slots=True)
class _Item:
    number: int | None
    begun: bool = False


@dataclass(slots=True)
class _Draft:
    """A block that may grow: its rows with their numbers."""

    kind: str
    level: int = 0
    rows: list[tuple[list[Span], int | None]] = field(default_factory=list)

    def block(self) -> Block:
        return Block(self.kind, tuple(Row(tuple(spans), number) for spans, number in self.rows), self.level)


@dataclass(slots=True)
class _Reading:
    blocks: list[_Draft] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  # the next number of each list one is in
    items: list[_Item] = field(default_factory=list)
    quotes: int = 0
    is_heading: bool = False


def read_note(text: str) -> tuple[Block, ...]:
    """The blocks of a note in CommonMark, in their order."""
    text = clean(text)
    if _MARKS.isdisjoint(text):
        return _as_typed(text)
    reading = _Reading()
    for token in _parser().parse(text):
        if token.level >= MAX_NESTING - 2:  # what lies deeper is left out by the parser
            return _as_typed(text)
        _take(reading, token)
    return tuple(draft.block() for draft in reading.blocks)


def _as_typed(text: str) -> tuple[Block, ...]:
    """Each line a paragraph of its own."""
    lines = (line.strip() for line in text.split("\n"))
    return tuple(Block("paragraph", (Row((Span(line),)),)) for line in lines if line)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_NESTING})


def _take(reading: _Reading, token: Token) -> None:
    match token.type:
        case "bullet_list_open":
            reading.lists.append(None)
        case "ordered_list_open":
            reading.lists.append(int(token.attrs.get("start", 1)))
        case "bullet_list_close" | "ordered_list_close":
            reading.lists.pop()
        case "list_item_open":
            number = reading.lists[-1]
            reading.items.append(_Item(number))
            reading.lists[-1] = None if number is None else number + 1
        case "list_item_close":
            reading.items.pop()
        case "blockquote_open":
            reading.quotes += 1
        case "blockquote_close":
            reading.quotes -= 1
        case "heading_open" | "heading_close":
            reading.is_heading = token.nesting > 0
        case "inline":
            _add(reading, list(_spans(token.children or ())))
        case "fence" | "code_block":
            lines = token.content.rstrip("\n").split("\n")
            _add(reading, [Span(line, line_break=bool(at)) for at, line in enumerate(lines)])


def _add(reading: _Reading, spans: list[Span]) -> None:
    """One row; the second paragraph of an item goes on where the first ended."""
    blocks = reading.blocks
    if not any(span.text.strip() for span in spans):
        return
    if reading.is_heading:
        spans = [replace(span, strong=True) for span in spans]
    if not reading.items:
        blocks.append(_Draft("quote" if reading.quotes else "paragraph", 0, [(spans, None)]))
        return
    item, level = reading.items[-1], min(len(reading.items) - 1, MAX_LEVEL)
    last = blocks[-1] if blocks and blocks[-1].kind == "list" and blocks[-1].level == level else None
    if item.begun and last is not None:
        last.rows[-1][0].extend((replace(spans[0], line_break=True), *spans[1:]))
    elif last is not None and (last.rows[-1][1] is None) == (item.number is None):
        last.rows.append((spans, item.number))
    else:
        blocks.append(_Draft("list", level, [(spans, item.number)]))
    item.begun = True


def _spans(tokens: Sequence[Token]) -> Iterator[Span]:
    strong = emphasis = 0
    links: list[str | None] = []
    breaks = False
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                strong += token.nesting
            case "em_open" | "em_close":
                emphasis += token.nesting
            case "link_open":
                links.append(usable_link(str(token.attrs.get("href", ""))))
            case "link_close":
                links.pop()
            case "hardbreak":
                breaks = True
            case _:
                words = " " if token.type == "softbreak" else token.content
                if words:
                    yield Span(words, links[-1] if links else None, strong > 0, emphasis > 0, breaks)
                    breaks = False
