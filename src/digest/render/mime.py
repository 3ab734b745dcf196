"""Pieces to encoded bytes that can be put together in any order: the two transfer encodings of a body.

Quoted-printable (RFC 2045 section 6.7): a literal or value always starts at the beginning of a line and ends with a
line break, soft where the text has none, so any values and any switches can be put together without counting columns.
Base64 (section 6.8) is for scripts that quoted-printable would triple; `splicing` cuts it at whole triples.

Must not import Jinja2, MJML or Babel. Invariant: decoding gives exactly `segments.show`; no line is longer than 76
octets or starts with a dot (SMTP never has to stuff one, RFC 5321 section 4.5.2), none ends in a blank.

Why this way: building with `email.message` costs 2,700 us a message, splicing 5 us (benchmarks/bench_fill.py).
"""

from __future__ import annotations

import re
from binascii import b2a_base64, b2a_qp

_BREAK = b"=\r\n"
_QP_LITERAL = re.compile(rb"[^\t -<>-~]")
_QP_CODE = {bytes([byte]): b"=%02X" % byte for byte in range(256)}


def quoted_printable(data: bytes) -> bytes:
    """Encode `data` (LF line ends) as one unit that starts and ends at the beginning of a line."""
    lines = data.split(b"\n")
    last = lines.pop()
    out = [_qp_line(line, hard=True) for line in lines]
    if last:
        out.append(_qp_line(last, hard=False))
    return b"".join(out)


def _code(found: re.Match[bytes]) -> bytes:
    return _QP_CODE[found[0]]


def _qp_line(line: bytes, *, hard: bool) -> bytes:
    encoded = _QP_LITERAL.sub(_code, line)
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
    """A slot's value, as `quoted_printable` encodes it; one line without traps is binascii's, which is 20x as fast."""
    data = value.encode("utf-8")
    if 0 < len(data) <= 75 and data[0] != 0x2E and data[-1] not in b" \t" and b"\n" not in data:
        # It encodes line feeds, so one in it is a fold of its own; it leaves a last character in column 76 unfolded.
        encoded = b2a_qp(data, istext=False)
        if len(encoded) <= 75 and b"\n" not in encoded:
            return encoded + _BREAK
    return quoted_printable(data)


def folded(data: bytes) -> bytes:
    """As `quoted_printable`, for printable ASCII without "=" and without a dot or blank at its ends."""
    if len(data) <= 75:
        return data + _BREAK
    head, tail = data[:75], data[75:]
    if len(tail) <= 75 and tail[0] != 0x2E:
        return head + _BREAK + tail + _BREAK
    return quoted_printable(data)


def base64_lines(data: bytes) -> bytes:
    """Lines of at most 76 characters, each ended by CRLF; nothing for nothing."""
    encoded = b2a_base64(data, newline=False)
    if len(encoded) <= 76:
        return encoded + b"\r\n" if encoded else b""
    if len(encoded) <= 152:
        return encoded[:76] + b"\r\n" + encoded[76:] + b"\r\n"
    return b"".join([encoded[at : at + 76] + b"\r\n" for at in range(0, len(encoded), 76)])


def better_encoding(text: str) -> str:
    """ "quoted-printable" or "base64": whichever makes `text` smaller; on a tie the one people can read."""
    data = text.encode("utf-8")
    qp = len(data) + 2 * len(_QP_LITERAL.findall(data)) - 2 * data.count(b"\n")
    return "quoted-printable" if qp * 77 / 75 <= len(data) * 4 / 3 * 78 / 76 else "base64"
