"""The plain part: that it says all the HTML says, and that it flows as RFC 3676 wants."""

from __future__ import annotations

import re

from digest.render.escaping import usable_link
from digest.render.preflight.sample import Hits, Inspection

WIDEST, _UNCUT = 78, 20
_MARKUP = re.compile(
    r"</?(?:p|br|div|span|a|b|i|strong|em|table|td|tr|ul|li|h[1-6]|img)\b[^<>]*>|&(?:nbsp|amp|lt|gt|quot|#\d+|#x[0-9a-f]+);",
    re.I,
)


def complete(look: Inspection) -> Hits:
    text = look.sample.text
    if not text.strip():
        yield "text-missing", "the plain part is empty", "text"
        return
    flat = _folded(_unflowed(text))
    for number, item in enumerate(look.issue.items, 1):
        title = _folded(item.title)
        if title and title not in flat:
            yield "text-title", f"{item.title[:60]!r} is missing", f"item {number}"
        address = usable_link(item.url)
        if address and address not in text:
            yield "text-link", f"{address[:80]} is missing, or cut", f"item {number}"
    wanted = look.sample.unsubscribe or look.rendition.links.unsubscribe.split("{token}")[0]
    if wanted not in text:
        yield "text-unsubscribe", "the unsubscribe address is missing", "text"


def postal(look: Inspection) -> Hits:
    address = _folded(look.issue.site.postal_address)
    why = "the postal address is missing" if address else "none is configured"
    text = _folded(_unflowed(look.sample.text))
    if text and (not address or address not in text):
        yield "text-address", why, "text"
    if not address or address not in _folded(look.page.text):
        yield "html-address", why, "html"


def _folded(text: str) -> str:
    return re.sub("[\\s\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\u200b\u00ad]+", "", text).casefold()


def _unflowed(text: str) -> str:
    return re.sub(r"(?<!\n--) \n ?", " ", text)


def flowing(look: Inspection) -> Hits:
    lines = look.sample.text.split("\n")
    if lines and "format=flowed" not in _kinds(look.sample.data):
        yield "text-flowed", "the part is not declared as format=flowed", "header Content-Type of text"
    for number, line in enumerate(lines, 1):
        if len(line) > WIDEST and _columns(look, line) > WIDEST:
            yield "text-width", f"{len(line)} columns", f"text line {number}"
        if line.startswith("From "):
            yield "text-flowed", '"From " at the start of a line', f"text line {number}"
        elif line.endswith(" ") and line != "-- " and number < len(lines) and not lines[number].strip():
            yield "text-flowed", "a soft line end before an empty line", f"text line {number}"


def _columns(look: Inspection, line: str) -> int:
    """As laid out: an address cannot be cut, and what a reader is called was not known then (`flowed`)."""
    name = look.sample.reader.name if look.sample.reader else ""
    words = (line.replace(name, "") if name else line).split(" ")
    return sum(min(len(word), _UNCUT) for word in words) + len(words) - 1


def _kinds(data: bytes) -> str:
    at = data.find(b"Content-Type: text/plain")
    return data[at : at + 200].split(b"\r\n\r\n")[0].decode("ascii", "replace") if at >= 0 else ""


def markup(look: Inspection) -> Hits:
    for found in _MARKUP.finditer(look.sample.text):
        if found[0] not in look.issue_words:
            yield "text-markup", f"{found[0][:40]!r} stands in the text", _line(look.sample.text, found.start())


def _line(text: str, at: int) -> str:
    line = text.count("\n", 0, at) + 1
    return f"text line {line}"


CHECKS = (complete, postal, flowing, markup)
