"""Pieces to message bytes: every literal encoded once, each value isolated, one join per message.

Quoted-printable (RFC 2045 section 6.7): a literal or value always starts at the beginning of a line and ends with a
line break, soft where the text has none, so any values and any switches can be put together without counting columns.
Base64 (section 6.8), for scripts that quoted-printable would triple: every literal is encoded in the three phases it
can have, depending on how many bytes the text before it left over.

Must not import Jinja2, MJML or Babel. Invariant: decoding gives exactly `segments.show`; no line is longer than 76
octets or starts with a dot (SMTP never has to stuff one, RFC 5321 section 4.5.2), none ends in a blank.

Why this way: building with `email.message` costs 4,700 us a message, splicing 5-10 us (benchmarks/bench_fill.py).
"""

from __future__ import annotations

import re
from binascii import b2a_base64
from collections.abc import Callable, Iterable
from typing import TypeAlias

from digest.render.segments import Fill, Values, merged

_BREAK = b"=\r\n"
_QP_LITERAL = re.compile(rb"[^\t -<>-~]")
_QP_PLAIN = re.compile(r"[!-\-/-<>-~][ -<>-~]{0,72}")
# What neither HTML, a checked link, plain text nor quoted-printable changes.
_EASY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_@:/?.,+%~-]*(?: [A-Za-z0-9_@:/?.,+%~-]+)*")
_EASY_CONTEXTS = frozenset({"text", "title", "attribute", "url", "plain"})
Encode: TypeAlias = Callable[[Fill, Values], bytes]


def quoted_printable(data: bytes) -> bytes:
    """Encode `data` (LF line ends) as one unit that starts and ends at the beginning of a line."""
    lines = data.split(b"\n")
    last = lines.pop()
    out = [_qp_line(line, hard=True) for line in lines]
    if last:
        out.append(_qp_line(last, hard=False))
    return b"".join(out)


def _qp_line(line: bytes, *, hard: bool) -> bytes:
    encoded = _QP_LITERAL.sub(lambda found: b"=%02X" % found[0][0], line)
    if hard and encoded[-1:] in (b" ", b"\t"):
        encoded = encoded[:-1] + (b"=20" if encoded[-1:] == b" " else b"=09")
    out = []
    start = 0
    while True:
        dot = encoded[start : start + 1] == b"."
        room = 76 - 2 * dot
        if len(encoded) - start <= (room if hard else room - 1):
            tail = encoded[start:]
            out.append((b"=2E" + tail[1:] if dot else tail) + (b"\r\n" if hard else _BREAK))
            return b"".join(out)
        cut = start + room - 1
        if encoded[cut - 1] == 0x3D:
            cut -= 1
        elif encoded[cut - 2] == 0x3D:
            cut -= 2
        piece = encoded[start:cut]
        out.append((b"=2E" + piece[1:] if dot else piece) + _BREAK)
        start = cut


def quoted_printable_value(value: str) -> bytes:
    """A slot's value; most are short ASCII and need no encoding at all."""
    if _QP_PLAIN.fullmatch(value):
        return value.encode("ascii") + _BREAK
    return quoted_printable(value.encode("utf-8"))


def quoted_printable_fill(fill: Fill, values: Values) -> bytes:
    """One slot of a quoted-printable part. A value that no context escapes is encoded once for all of them."""
    if fill.operations or fill.context not in _EASY_CONTEXTS:
        return quoted_printable_value(fill.resolve(values))
    ready = values.ready.get(fill.slot)
    if ready is None:
        value = values[fill.slot]
        if len(value) > 72 or not _EASY.fullmatch(value):
            return quoted_printable_value(fill.resolve(values))
        ready = values.ready[fill.slot] = value.encode("ascii") + _BREAK
    return ready


class SplicedTemplate:
    """Literals with gaps, several sections in one list: filling is a copy, an assignment per gap, and the join."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._gaps: dict[tuple[Fill, Encode], list[int]] = {}

    def add(self, pieces: Iterable[str | Fill], literal: Callable[[bytes], bytes], fill: Encode) -> None:
        """Append a section; `literal` and `fill` say how its pieces become bytes."""
        for piece in merged(pieces):
            if isinstance(piece, str):
                self._parts.append(literal(piece.encode("utf-8")))
            else:
                self._gaps.setdefault((piece, fill), []).append(len(self._parts))
                self._parts.append(b"")

    def filled(self, values: Values) -> list[bytes]:
        parts = self._parts.copy()
        for (fill, encode), places in self._gaps.items():
            value = encode(fill, values)
            for place in places:
                parts[place] = value
        return parts


class Base64Template:
    """A text part in base64. Values wait in `pending` for the literal after them, which is encoded already."""

    def __init__(self, pieces: Iterable[str | Fill]) -> None:
        self._fills: list[Fill] = []
        self._pieces: list[int | tuple[tuple[bytes, bytes, bytes], ...]] = []
        for piece in merged(pieces):
            if isinstance(piece, str):
                self._pieces.append(_phases(piece.encode("utf-8")))
            else:
                if piece not in self._fills:
                    self._fills.append(piece)
                self._pieces.append(self._fills.index(piece))

    def filled(self, values: Values) -> list[bytes]:
        found = [fill.resolve(values).encode("utf-8") for fill in self._fills]
        out: list[bytes] = []
        pending = b""
        for piece in self._pieces:
            if isinstance(piece, int):
                pending += found[piece]
                continue
            head, body, rest = piece[-len(pending) % 3]
            pending += head
            if len(pending) % 3:  # a literal too short to complete the triple
                continue
            if pending:
                out.append(base64_lines(pending))
            out.append(body)
            pending = rest
        if pending:
            out.append(base64_lines(pending))
        return out


def _phases(literal: bytes) -> tuple[tuple[bytes, bytes, bytes], ...]:
    """For 0, 1 and 2 bytes needed to complete what was pending: (those bytes, the encoded middle, the rest)."""
    phases = []
    for need in range(3):
        head, rest = literal[:need], literal[need:]
        whole = len(rest) // 3 * 3
        phases.append((head, base64_lines(rest[:whole]) if whole else b"", rest[whole:]))
    return tuple(phases)


def base64_lines(data: bytes) -> bytes:
    """Lines of at most 76 characters, each ended by CRLF; `data` is encoded in one go when it fits one line."""
    if len(data) <= 57:
        return b2a_base64(data, newline=False) + b"\r\n"
    return b"".join(b2a_base64(data[at : at + 57], newline=False) + b"\r\n" for at in range(0, len(data), 57))


def better_encoding(text: str) -> str:
    """ "quoted-printable" or "base64": whichever makes `text` smaller; on a tie the one people can read."""
    data = text.encode("utf-8")
    qp = len(data) + 2 * len(_QP_LITERAL.findall(data)) - 2 * data.count(b"\n")
    return "quoted-printable" if qp * 77 / 75 <= len(data) * 4 / 3 * 78 / 76 else "base64"
