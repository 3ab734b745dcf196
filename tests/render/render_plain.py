"""The plain way to make a message: every piece resolved, escaped and encoded for this recipient, one after another.

What `Rendition.fill` has to equal, byte for byte. Nothing is prepared or recognised here, and quoted-printable is
written character by character, so that the two have no shortcut in common.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from functools import lru_cache

from digest.model import Recipient
from digest.render import Condition, Fill, Part, Rendition, Switch
from digest.render.escaping import ESCAPES
from digest.render.headers import to_header
from digest.render.segments import _FILTERS, Piece, Values

TYPES = ("text/plain; charset=utf-8; format=flowed; delsp=no", "text/html; charset=utf-8")


def plain_message(rendition: Rendition, recipient: Recipient) -> bytes:
    """The bytes of the whole message."""
    values = Values(recipient, rendition.links)
    out = [(header_value(piece, values) if isinstance(piece, Fill) else piece).encode() for piece in rendition.header]  # type: ignore[union-attr]
    for part, content_type, start in zip((rendition.plain, rendition.rich), TYPES, ("", "\r\n"), strict=True):
        head = f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {part.encoding}\r\n\r\n"
        out.append(f"{start}--{rendition.boundary}\r\n{head}".encode())
        out.append(body(part, values))
    out.append(f"\r\n--{rendition.boundary}--\r\n".encode())
    return b"".join(out)


def header_value(fill: Fill, values: Values) -> str:
    return to_header(values) if fill.slot == "to" else values[fill.slot]


def body(part: Part, values: Values) -> bytes:
    pieces = [
        (isinstance(piece, Fill), resolved(piece, values).encode()) for piece in joined(shown(part.pieces, values))
    ]
    return base64_body(pieces) if part.encoding == "base64" else b"".join(quoted(data) for _, data in pieces)


def shown(pieces: Iterable[Piece], values: Values) -> Iterator[str | Fill]:
    for piece in pieces:
        if not isinstance(piece, Switch):
            yield piece
        elif answer(piece.condition, values):
            yield from shown(piece.pieces, values)


def answer(condition: Condition, values: Values) -> bool:
    reader = values.recipient
    if condition.kind == "topic":
        said = reader.topics is None or condition.argument.casefold() in [one.casefold() for one in reader.topics]
    elif condition.kind == "locale":
        said = reader.locale == condition.argument
    elif condition.kind == "has":
        said = values[condition.argument] != ""
    else:
        said = (all if condition.kind == "all" else any)([answer(part, values) for part in condition.parts])
    return said != condition.negated


def joined(pieces: Iterable[str | Fill]) -> list[str | Fill]:
    out: list[str | Fill] = []
    for piece in pieces:
        if isinstance(piece, str) and out and isinstance(out[-1], str):
            out[-1] += piece
        elif piece != "":
            out.append(piece)
    return out


def resolved(piece: str | Fill, values: Values) -> str:
    if isinstance(piece, str):
        return piece
    value = values[piece.slot]
    for name, *arguments in piece.operations:
        value = _FILTERS[name](value, *arguments)
    return ESCAPES[piece.context](value)


@lru_cache(maxsize=1024)  # of a pure function, for the tests' sake: literals of 20 KB come again for every person
def quoted(data: bytes) -> bytes:
    """RFC 2045 section 6.7, the piece on lines of its own: hard breaks for its own, soft ones at 76 and at its end."""
    out = []
    lines = data.split(b"\n")
    for number, line in enumerate(lines):
        hard = number < len(lines) - 1
        if not line and not hard:
            continue
        row = b""
        units = [bytes([byte]) if (32 <= byte < 127 and byte != 61) or byte == 9 else b"=%02X" % byte for byte in line]
        if hard and units and units[-1] in (b" ", b"\t"):
            units[-1] = b"=%02X" % line[-1]
        for at, unit in enumerate(units):
            unit = b"=2E" if unit == b"." and not row else unit
            last = hard and at == len(units) - 1
            if len(row) + len(unit) > (76 if last else 75):
                out.append(row + b"=\r\n")
                row = b"=2E" if unit == b"." else unit
            else:
                row += unit
        out.append(row + (b"\r\n" if hard else b"=\r\n"))
    return b"".join(out)


def base64_body(pieces: list[tuple[bool, bytes]]) -> bytes:
    """RFC 2045 section 6.8: each literal starts a line at its first whole triple and ends one at its last."""
    out, pending = [], b""
    for is_value, data in pieces:
        if is_value:
            pending += data
            continue
        need = -len(pending) % 3
        pending, data = pending + data[:need], data[need:]
        if len(pending) % 3 == 0:
            whole = len(data) - len(data) % 3
            out += [pending, data[:whole]]
            pending = data[whole:]
    out.append(pending)
    return b"".join(base64.b64encode(run[at : at + 57]) + b"\r\n" for run in out for at in range(0, len(run), 57))
