"""Plain text as RFC 3676 format=flowed: lines of at most 76 columns that a wide window joins again.

A line of the template is a paragraph or a fixed line; what is longer than a line is cut at blanks, each cut marked by
the blank that stays at the line's end (section 4.2). A line that starts with a blank, ">" or "From " is space-stuffed
(section 4.4). Addresses hold no blanks and so are never cut.

Does not know what the text says. Invariant: unflowing gives back the template's lines.
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.render.escaping import stuffed
from digest.render.segments import Fill, merged
from digest.render.switching import ContextFault, Edge, Flat

COLUMNS = 76
_SLOT_COLUMNS = 20  # what a name or address is expected to take; a longer one makes a longer line, which is allowed
_Atom = list["str | Fill"]


def flow(flat: list[Flat]) -> list[Flat]:
    """Lay out lines; the ends of blocks stay where they are, and must stand on a line of their own."""
    out: list[Flat] = []
    line: _Atom = []
    blanks = 2  # the text starts without empty lines
    for piece in merged(flat):
        if isinstance(piece, Edge):
            if line:
                raise ContextFault(
                    piece.token,
                    "a block begins or ends in the middle of a line of plain text",
                    try_="put {% shown_if … %} and {% endshown_if %} on lines of their own",
                )
            out.append(piece)
            continue
        if isinstance(piece, Fill):
            line.append(piece)
            continue
        head, *more = piece.split("\n")
        if head:
            line.append(head)
        for text in more:
            blanks = blanks + 1 if not line or _is_blank(line) else 0
            if blanks < 2:
                out += _paragraph(line)
            line = [text] if text else []
    if line:
        out += _paragraph(line)
    return out


def _is_blank(line: _Atom) -> bool:
    return all(isinstance(piece, str) and not piece.strip() for piece in line)


def _paragraph(line: _Atom) -> Iterator[Flat]:
    """One logical line as one or more physical ones, each with its line end."""
    if line == ["-- "]:  # the signature separator (section 4.3) is the one fixed line that ends in a blank
        yield "-- \n"
        return
    if not line:
        yield "\n"
        return
    if len(line) == 1 and isinstance(line[0], str) and line[0][0] != " ":
        yield from _wrapped(line[0])
        return
    rows: list[_Atom] = [[]]
    width = 0
    for atom in _atoms(line):
        size = sum(_SLOT_COLUMNS if isinstance(piece, Fill) else len(piece) for piece in atom)
        if width and width + 1 + size > COLUMNS - 1:
            rows.append([])
            width = 0
        if width:
            rows[-1].append(" ")
        rows[-1] += atom
        width += size + (1 if width else 0)
    for number, row in enumerate(rows):
        yield from _start(row)
        yield " \n" if number < len(rows) - 1 else "\n"


def _wrapped(text: str) -> Iterator[str]:
    """A line without slots, not indented: most lines, and quicker than word by word as atoms."""
    if len(text) < COLUMNS and "  " not in text and text[-1] != " ":
        yield stuffed(text) + "\n"
        return
    row: list[str] = []
    width = 0
    for word in text.split(" "):
        if not word:
            continue
        if width and width + 1 + len(word) > COLUMNS - 1:
            yield stuffed(" ".join(row)) + " \n"
            row, width = [], 0
        width += len(word) + bool(row)
        row.append(word)
    yield stuffed(" ".join(row)) + "\n"


def _start(row: _Atom) -> Iterator[Flat]:
    if not row:
        return
    first, rest = row[0], row[1:]
    if isinstance(first, Fill):
        yield Fill(first.slot, "plain_start", first.operations)
    else:
        text = first + "".join(piece for piece in rest if isinstance(piece, str))  # "From " may span two atoms
        yield " " + first if stuffed(text) != text else first
    yield from rest


def _atoms(line: _Atom) -> Iterator[_Atom]:
    """Words: runs without blanks, each made of text and slots. Indentation stays with the first word."""
    atom: _Atom = []
    started = False
    for piece in line:
        if isinstance(piece, Fill):
            atom.append(piece)
            started = True
            continue
        text = piece
        if not started:
            indent = len(text) - len(text.lstrip(" "))
            if indent == len(text):
                atom.append(text)
                continue
            atom.append(text[:indent])
            text, started = text[indent:], True
        words = text.split(" ")
        for at, word in enumerate(words):
            if at and (joined := [part for part in atom if part]):
                yield joined
            if at:
                atom = []
            if word:
                atom.append(word)
    if joined := [part for part in atom if part]:
        yield joined
