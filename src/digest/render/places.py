"""From a place in generated source back to file and line of the template that wrote it.

Only when something is wrong, the template is rendered a second time with marks in its text (`\\x01file\\x1fline\\x02`,
C0 characters that `escaping.clean` keeps out of every value); taken out again, they tell where each stretch came from,
through includes, macros, blocks and inheritance. Nothing depends on this but error messages.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

_MARK = re.compile("\x01([^\x1f]*)\x1f([0-9]+)\x02")


class LineMarks(Extension):
    """Marks every stretch of template text, and every line in it."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        file = stream.filename or stream.name or ""
        for token in stream:
            if token.type != "data":
                yield token
                continue
            lines = token.value.split("\n")
            marked = "\n".join(f"\x01{file}\x1f{token.lineno + at}\x02{line}" for at, line in enumerate(lines))
            yield Token(token.lineno, "data", marked)


class Places:
    """The places of one marked rendering."""

    def __init__(self, marked: str) -> None:
        self.source = _MARK.sub("", marked)
        self._offsets: list[int] = []
        self._places: list[tuple[str, int]] = []
        removed = 0
        for found in _MARK.finditer(marked):
            self._offsets.append(found.start() - removed)
            self._places.append((found[1], int(found[2])))
            removed += len(found[0])

    def at(self, offset: int) -> tuple[str, int]:
        """File and 1-based line of the text at `offset` of `source`; ("", 0) when unknown."""
        index = bisect.bisect_right(self._offsets, offset) - 1
        return self._places[index] if index >= 0 else ("", 0)

    def all(self) -> tuple[tuple[int, str, int], ...]:
        """(offset, file, line) wherever one of them changes."""
        return tuple((offset, *place) for offset, place in zip(self._offsets, self._places, strict=True))
