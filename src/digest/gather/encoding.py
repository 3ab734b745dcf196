"""Bytes of a file or page to text. Pure.

Order: byte order mark, what the document itself declares, UTF-8, then charset-normalizer's guess. Invariant: some text
always comes back; UTF-8 that is valid is never read as anything else.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<meta[^>]{0,300}charset\s*=\s*[\"']?\s*([\w.:\-]{2,40})", re.I)


def decode(data: bytes, *, is_html: bool = False) -> str:
    """The text in `data`, with unreadable bytes replaced as the last resort."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return data.decode(codec, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _META.search(data[:4096]) if is_html else None
    if declared:
        try:
            return data.decode(_web_name(declared[1].decode("ascii")))
        except (LookupError, UnicodeDecodeError):
            pass
    return _guess(data)


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    codec = best.encoding if best else "cp1252"
    return data.decode(codec, "replace")


def _web_name(name: str) -> str:
    """Pages that say Latin-1 mean Windows-1252 (WHATWG Encoding standard)."""
    return "cp1252" if name.lower() in ("iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii") else name
