"""What Jinja2 does not understand, told at the place where an operator made the mistake.

Jinja2 names a line only, and for a tag that is never closed the last line of the file; here the tags are matched once
more to find the one that was left open. Only runs when parsing failed.
"""

from __future__ import annotations

import difflib
import re
from contextlib import suppress

from jinja2 import Environment, TemplateSyntaxError

from digest.render.precheck.linemap import Lexed, Place, lexed, normal
from digest.render.precheck.mistakes import Mistake

_PAIRED = ("if", "for", "block", "macro", "call", "filter", "set", "with", "autoescape", "shown_if", "raw")
_SINGLE = ("else", "elif", "extends", "include", "import", "from", "do")
_TAGS = (*_PAIRED, *_SINGLE, *(f"end{tag}" for tag in _PAIRED))
_UNKNOWN = re.compile(r"unknown tag '([^']*)'")
_GOT = re.compile(r"got '([^']*)'|unexpected '([^']*)'")
_AT = re.compile(r"unexpected char '?.+'? at ([0-9]+)")


def pieces(environment: Environment, source: str) -> list[Lexed]:
    """The pieces of `source`, up to one that Jinja2's lexer cannot read."""
    found: list[Lexed] = []
    with suppress(TemplateSyntaxError):
        found.extend(lexed(environment, source))  # what came before an error is kept
    return found


def mistake(error: TemplateSyntaxError, pieces: list[Lexed], source: str, file: str) -> Mistake:
    """`error` as a mistake of `file`, with a column and a way out."""
    message = error.message or "something is wrong"
    unknown = _UNKNOWN.search(message)
    if "nexpected end of template" in message or "Missing end of" in message:
        return _left_open(message, pieces, source, file, error.lineno)
    if unknown:
        return _unknown(unknown[1], pieces, file, error.lineno)
    place, length = _place(message, pieces, source, file, error.lineno)
    return Mistake(place, f"the template is not understood: {message}", "", _advice(message), length)


def _advice(message: str) -> str:
    if "expected token 'end of print statement'" in message or "end of statement block" in message:
        return "something is missing before this word: an operator, a comma, a | or the closing braces"
    if "unexpected '}'" in message or "unexpected char" in message:
        return "close the tag as it was opened: {{ … }} or {% … %}"
    return "see the Jinja2 template documentation for this tag"


def _place(message: str, pieces: list[Lexed], source: str, file: str, line: int) -> tuple[Place, int]:
    at = _AT.search(message)
    if at:
        offset, text = int(at[1]), normal(source)
        return Place(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)), 1
    got = _GOT.search(message)
    word = next((group for group in (got.groups() if got else ()) if group), "")
    on_line = [piece for piece in pieces if piece.line == line and piece.kind not in ("data", "whitespace")]
    for piece in on_line:
        if word and piece.text.strip() == word:
            return Place(file, line, piece.column), len(word)
    if pieces and word and pieces[-1].line <= line:
        # the lexer stopped here: what follows the last piece is what it cannot read
        found = normal(source).find(word, pieces[-1].offset + len(pieces[-1].text))
        if found >= 0:
            text = normal(source)
            return Place(file, text.count("\n", 0, found) + 1, found - text.rfind("\n", 0, found)), len(word)
    return Place(file, line, on_line[0].column if on_line else 0), 1


def _tags(pieces: list[Lexed]) -> list[tuple[str, Lexed, bool]]:
    """Every `{% tag`: its word, its piece, and whether it opens a pair (a `set` with `=` does not)."""
    found = []
    for at, piece in enumerate(pieces):
        if piece.kind == "raw_begin":
            found.append(("raw", piece, True))
        elif piece.kind == "raw_end":
            found.append(("endraw", piece, False))
        if piece.kind != "block_begin":
            continue
        rest = [word for word in pieces[at + 1 :][:400] if word.kind != "whitespace"]
        ends = next((number for number, word in enumerate(rest) if word.kind == "block_end"), len(rest))
        inside = rest[:ends]
        if not inside:
            continue
        tag = inside[0].text
        assigns = tag == "set" and any(word.text == "=" for word in inside)
        found.append((tag, inside[0], tag in _PAIRED and not assigns))
    return found


def _unclosed(pieces: list[Lexed]) -> list[tuple[str, Lexed]]:
    stack: list[tuple[str, Lexed]] = []
    for tag, piece, opens in _tags(pieces):
        if opens:
            stack.append((tag, piece))
        elif tag.startswith("end") and stack and stack[-1][0] == tag[3:]:
            stack.pop()
    return stack


def _left_open(message: str, pieces: list[Lexed], source: str, file: str, line: int) -> Mistake:
    if "Missing end of" in message:
        text = normal(source)
        mark = "{#" if "comment" in message else "{%"
        at = text.find(mark, pieces[-1].offset + len(pieces[-1].text) if pieces else 0)
        at = at if at >= 0 else text.find(mark)
        place = Place(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)) if at >= 0 else Place(file, line)
        ending = "#}" if "comment" in message else "{% endraw %}"
        return Mistake(place, f"{mark} is never closed", "", f"add {ending}", 2)
    open_tags = _unclosed(pieces)
    if not open_tags:
        return Mistake(Place(file, line), f"the template is not understood: {message}", "", "close what is open")
    tag, piece = open_tags[-1]
    what = f"the template is not understood: {{% {tag} %}} is never closed"
    return Mistake(Place(file, piece.line, piece.column), what, "", f"add {{% end{tag} %}}", len(tag))


def _unknown(tag: str, pieces: list[Lexed], file: str, line: int) -> Mistake:
    piece = next((known for word, known, _ in _tags(pieces) if word == tag and known.line >= line), None)
    place = Place(file, piece.line, piece.column) if piece else Place(file, line)
    if tag in _TAGS:
        before = [known for known in pieces if piece is None or known.offset < piece.offset]
        open_tags = _unclosed(before)
        if not open_tags:
            what, try_ = f"{{% {tag} %}} closes nothing", "remove it, or open it before"
        else:
            outer, opener = open_tags[-1]
            what = f"{{% {tag} %}} stands inside {{% {outer} %}}, which line {opener.line} opened"
            try_ = f"close it first with {{% end{outer} %}}"
        return Mistake(place, f"the template is not understood: {what}", "", try_, len(tag))
    near = difflib.get_close_matches(tag, _TAGS, 1)
    try_ = (
        f"did you mean {{% {near[0]} %}}?" if near else f"there are: {', '.join(_TAGS[: len(_PAIRED) + len(_SINGLE)])}"
    )
    return Mistake(place, f"the template is not understood: there is no tag {{% {tag} %}}", "", try_, len(tag))
