"""A message from anybody, taken apart within bounds: linear time, capped memory, no exception.

Does not understand what a part says. Invariants: at most `MAX_BYTES` are looked at, `MAX_DEPTH` levels and `MAX_PARTS`
parts; every byte string yields a `Part`.

Why not the standard library's parser: it checks each line against every open boundary and recurses with the nesting,
so that a message of 1 MiB with 300 nested parts takes seconds, and one with 1,000 ends in RecursionError.
"""

from __future__ import annotations

import binascii
import contextlib
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 8
MAX_PARTS = 100
MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 400
MAX_VALUE = 4096

# Charsets by name only: Python would also take "punycode" (quadratic) or "unicode_escape" for one.
_CHARSET = re.compile(
    r"utf-?8|us-ascii|ascii|utf-?16(?:le|be)?|iso-?8859-?\d{1,2}|latin-?1|windows-?125\d|cp125\d|koi8-[ru]|gb2312|gbk|"
    r"gb18030|big5|euc-(?:kr|jp)|iso-2022-(?:jp|kr)|shift[_-]jis|ks_c_5601-1987|tis-620",
    re.IGNORECASE,
)
_PARAMETER = re.compile(r';\s*([A-Za-z0-9_-]+)\*?0?\*?\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')
_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?\s]{0,1000})\?=(?:\s+(?==\?))?")
_TAG = re.compile(r"<(script|style)\b.{0,20000}?</\1\s*>|<[^<>]{0,2000}>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Part:
    """One level of a message. `headers` have lower-case names and unfolded values; `body` is still transfer-encoded."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    parts: tuple[Part, ...] = ()
    depth: int = 0

    def get(self, name: str) -> str:
        """The first header of that name, or ""."""
        return next((value for header, value in self.headers if header == name), "")

    def all(self, *names: str) -> list[str]:
        return [value for header, value in self.headers if header in names]

    @property
    def type(self) -> str:
        """`text/plain`, lower case; what RFC 2045 section 5.2 assumes when there is none."""
        kind = self.get("content-type").partition(";")[0].strip().lower()
        return kind if re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind) else "text/plain"

    def parameter(self, name: str) -> str:
        return _parameters(self.get("content-type")).get(name, "")

    def walk(self) -> Iterator[Part]:
        """This part and all below it, not looking into attached messages."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def decoded(self) -> bytes:
        """The body without its transfer encoding (RFC 2045 section 6); what is not valid is taken as it stands."""
        encoding = self.get("content-transfer-encoding").strip().lower()
        with contextlib.suppress(binascii.Error, ValueError):
            if encoding == "base64":
                return _base64(self.body)
            if encoding == "quoted-printable":
                return binascii.a2b_qp(self.body)
        return self.body

    def text(self, limit: int = MAX_BYTES) -> str:
        """The body as text, whatever it claims to be."""
        text = _decode(self.decoded()[:limit], self.parameter("charset"))
        return _without_tags(text) if self.type == "text/html" else text

    def attached(self) -> Part:
        """The message, or the headers of one, that this part carries."""
        return _read(self.decoded(), self.depth + 1, [0])


def read_message(raw: bytes) -> Part:
    """Take `raw` apart. CR, LF and CRLF all end a line; a leading mbox line is skipped."""
    raw = raw[:MAX_BYTES].replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip(b"\n")
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    return _read(raw, 0, [0])


def own_text(message: Part, limit: int = 64 * 1024) -> str:
    """What the message itself says: its plain texts (else its HTML as text), without attached messages."""
    leaves = [part for part in message.walk() if not part.parts and part.type.startswith("text/")]
    plain = [part for part in leaves if part.type == "text/plain"]
    chosen = plain or [part for part in leaves if part.type == "text/html"]
    return "\n".join(part.text(limit) for part in chosen[:10])[:limit]


def decode_words(value: str) -> str:
    """A header's value with its encoded words read (RFC 2047)."""
    return _WORD.sub(_word, value[:MAX_VALUE])


def clean(text: str, limit: int = 300) -> str:
    """Words of a stranger for a log line or a terminal: one line, no control, bidi or invisible characters, cut."""
    plain = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in text[: limit * 4])
    return re.sub(r"\s+", " ", plain).strip()[:limit]


def _read(raw: bytes, depth: int, count: list[int]) -> Part:
    head, body = _split(raw)
    headers = _headers(head)
    part = Part(headers, body, (), depth)
    if depth >= MAX_DEPTH or not part.type.startswith("multipart/"):
        return part
    boundary = part.parameter("boundary").encode("utf-8", "replace")
    inner = []
    for piece in _pieces(body, boundary) if boundary else ():
        count[0] += 1
        if count[0] > MAX_PARTS:
            break
        inner.append(_read(piece, depth + 1, count))
    return Part(headers, b"" if inner else body, tuple(inner), depth)


def _split(raw: bytes) -> tuple[bytes, bytes]:
    if raw.startswith(b"\n"):
        return b"", raw[1:]
    head, _, body = raw.partition(b"\n\n")
    return head[:MAX_HEAD_BYTES], body


def _headers(head: bytes) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    for line in re.sub(rb"\n[ \t]+", b" ", head).split(b"\n")[:MAX_HEADERS]:
        name, colon, value = line[: MAX_VALUE + 200].partition(b":")
        if colon and name and b" " not in name.strip():
            text = _decode(value, "utf-8" if not value.isascii() else "ascii")
            found.append((name.strip().decode("latin-1").lower(), text.strip()[:MAX_VALUE]))
    return tuple(found)


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """What lies between the delimiter lines (RFC 2046 section 5.1.1); a missing last one ends with the body."""
    mark = b"--" + boundary
    position = 0 if body.startswith(mark) else body.find(b"\n" + mark)
    start = -1
    while position >= 0:
        at = position if position == 0 and body.startswith(mark) else position + 1
        line_end = body.find(b"\n", at)
        rest = body[at + len(mark) : line_end if line_end >= 0 else len(body)].strip()
        if rest in (b"", b"--"):
            if start >= 0:
                yield body[start : max(start, at - 1)]
            start = line_end + 1 if line_end >= 0 else len(body)
            if rest == b"--":
                return
        position = body.find(b"\n" + mark, at)
    if start >= 0:
        yield body[start:]


def _parameters(value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, content in _PARAMETER.findall(value[:2000]):
        found.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", content[1:-1]) if content[:1] == '"' else content)
    return found


def _base64(body: bytes) -> bytes:
    """Lenient: whatever is no base64 is dropped, and a lost end costs the end alone."""
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    return binascii.a2b_base64(kept[: len(kept) // 4 * 4] + kept[len(kept) // 4 * 4 :].ljust(4, b"=")[:4])


def _decode(data: bytes, charset: str) -> str:
    name = charset if _CHARSET.fullmatch(charset) else "utf-8"
    try:
        return data.decode(name)
    except (UnicodeDecodeError, LookupError):
        return data.decode("latin-1")


def _word(match: re.Match[str]) -> str:
    charset, how, content = match.groups()
    raw = content.encode("utf-8", "replace")
    with contextlib.suppress(binascii.Error, ValueError):
        data = _base64(raw) if how in "bB" else binascii.a2b_qp(raw.replace(b"_", b" "))
        return _decode(data, charset.partition("*")[0])
    return match[0]


def _without_tags(text: str) -> str:
    return html.unescape(_TAG.sub(" ", text[: 256 * 1024]))
