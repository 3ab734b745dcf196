"""From a place in assembled source to file, line and column of the template that wrote it; and Jinja2's own columns.

`Marks` is an extension for a second environment: a mark before each line of template text says its file, line, column
and length, as numbers (which survive `upper` and the like) between C0 characters (which no value may hold). Rendered
again with marks, a template tells through includes, macros, blocks, loops and inheritance where each stretch came
from. Only done when something is wrong: it costs a compilation.

`lexed` gives every piece of a template with its offset, which Jinja2's tokens and nodes lack.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_MARK = re.compile("\x01([0-9]+)\x1f([0-9]+)\x1f([0-9]+)\x1f([0-9]+)\x02")
_NEWLINE = re.compile("\r\n|\r")


@dataclass(frozen=True, slots=True)
class Place:
    """`line` and `column` count from 1; 0 when unknown."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Lexed:
    """One piece of a template: its `kind` as Jinja2's lexer calls it, and where it begins."""

    offset: int
    line: int
    column: int
    kind: str
    text: str


def normal(source: str) -> str:
    """`source` with the line ends that Jinja2 sees."""
    return _NEWLINE.sub("\n", source)


def lexed(environment: Environment, source: str) -> Iterator[Lexed]:
    """The pieces of `source`. Jinja2 leaves out blanks only, so each begins where the last ended, or after some."""
    source = normal(source)
    at = begins = 0
    line = 1
    for _, kind, text in environment.lexer.tokeniter(source, None):
        while not source.startswith(text, at):
            at += 1
        line += source.count("\n", begins, at)
        begins = at
        yield Lexed(at, line, at - source.rfind("\n", 0, at), kind, text)
        at += len(text)


class Marks(Extension):
    """Marks every line of template text. `files` are the names that the marks' numbers stand for."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.files: list[str] = []
        self._places: list[tuple[int, int]] = []

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        self._places = [(piece.line, piece.column) for piece in lexed(self.environment, source) if piece.kind == "data"]
        return source

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        self.files.append(stream.filename or stream.name or "")
        return self._marked(stream, len(self.files) - 1, iter(self._places))

    @staticmethod
    def _marked(stream: TokenStream, file: int, places: Iterator[tuple[int, int]]) -> Iterator[Token]:
        for token in stream:
            if token.type != "data":
                yield token
                continue
            line, column = next(places, (token.lineno, 1))
            lines = token.value.split("\n")
            marked = (
                f"\x01{file}\x1f{line + at}\x1f{1 if at else column}\x1f{len(text)}\x02{text}"
                for at, text in enumerate(lines)
            )
            yield Token(token.lineno, "data", "\n".join(marked))


class LineMap:
    """The places of one rendering with marks; `source` is it without them."""

    def __init__(self, marked: str, files: list[str]) -> None:
        self.source = _MARK.sub("", marked)
        self._files = files
        self._offsets: list[int] = []
        self._places: list[tuple[int, int, int, int]] = []
        removed = 0
        for found in _MARK.finditer(marked):
            self._offsets.append(found.start() - removed)
            self._places.append((int(found[1]), int(found[2]), int(found[3]), int(found[4])))
            removed += len(found[0])

    def at(self, offset: int) -> Place | None:
        """Where the text at `offset` of `source` was written; for what an expression printed, where that stands."""
        index = bisect.bisect_right(self._offsets, offset) - 1
        if index < 0:
            return None
        file, line, column, length = self._places[index]
        return Place(self._files[file], line, column + min(offset - self._offsets[index], length))
