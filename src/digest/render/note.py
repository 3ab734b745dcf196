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
class _Reading:
    blocks: list[Block] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  # the next number of each list one is in
    items: list[_Item] = field(default_factory=list)
    quotes: int = 0


def read_note(text: str) -> tuple[Block, ...]:
    """The blocks of a note in CommonMark, in their order."""
    text = clean(text)
    if _MARKS.isdisjoint(text):
        words = text.strip()
        return (Block("paragraph", (Row((Span(words),)),)),) if words else ()
    reading = _Reading()
    for token in _parser().parse(text):
        _take(reading, token)
    return tuple(reading.blocks)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False})


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
        case "inline":
            _add(reading, tuple(_spans(token.children or ())))
        case "heading_open":
            reading.blocks.append(Block("heading", ()))  # until its words come
        case "fence" | "code_block":
            lines = token.content.rstrip("\n").split("\n")
            _add(reading, tuple(Span(line, line_break=bool(at)) for at, line in enumerate(lines)))


def _add(reading: _Reading, spans: tuple[Span, ...]) -> None:
    """One row; the second paragraph of an item goes on where the first ended."""
    blocks = reading.blocks
    if blocks and blocks[-1].kind == "heading":
        blocks.pop()
        spans = tuple(replace(span, strong=True) for span in spans)
    if not any(span.text.strip() for span in spans):
        return
    if not reading.items:
        blocks.append(Block("quote" if reading.quotes else "paragraph", (Row(spans),)))
        return
    item, level = reading.items[-1], min(len(reading.items) - 1, MAX_LEVEL)
    last = blocks[-1] if blocks and blocks[-1].kind == "list" and blocks[-1].level == level else None
    if item.begun and last is not None:
        more = (replace(spans[0], line_break=True), *spans[1:])
        *before, row = last.rows
        blocks[-1] = replace(last, rows=(*before, replace(row, spans=(*row.spans, *more))))
        return
    row = Row(spans, item.number)
    item.begun = True
    if last is not None and (last.rows[-1].number is None) == (item.number is None):
        blocks[-1] = replace(last, rows=(*last.rows, row))
    else:
        blocks.append(Block("list", (row,), level))


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
