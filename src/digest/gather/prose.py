"""Sanitised HTML as the paragraphs a reader would see. Pure.

Does not clean HTML: it takes what `markup` has sanitised, where `<` always starts an element and attributes always
stand in double quotes. Invariant: paragraphs are separated by exactly one blank line, items of one list and rows of
one table by a line break; no line begins or ends with a blank.

Why this way: two regular expressions and a loop over the block elements alone take 45 microseconds for an article of
4 KB; walking its tree took 370, half of all the time that a feed cost.
"""

from __future__ import annotations

import re

from digest.gather.words import visible

_BLOCKS = (
    "blockquote|br|caption|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|pre|p|table|tbody|td|tfoot|thead|th|tr|ul"
)
_REST = r'[^>"]*(?:"[^"]*"[^>"]*)*'
_BLOCK = re.compile(rf"<(/?(?:{_BLOCKS}))(?![a-z0-9])({_REST})>")
_INLINE = re.compile(rf"<(?!/?(?:{_BLOCKS})(?![a-z0-9])){_REST}>")
_START = re.compile(r' start="(\d{1,6})"')
# Between these there are paragraphs and nothing else.
_SIMPLE = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption", "blockquote", "div", "hr"])
_SIMPLE |= {f"/{tag}" for tag in _SIMPLE}


def text_of(html: str) -> str:
    """The text of sanitised HTML: list items carry their mark, cells of a row are separated by ` | `."""
    html = _INLINE.sub("", html.replace("\xa0", " ").replace("&nbsp;", " ").replace("\t", " "))
    parts = _BLOCK.split(html)
    texts, tags, attributes = parts[::3], parts[1::3], parts[2::3]
    first = next((at for at, tag in enumerate(tags) if tag not in _SIMPLE), len(tags))
    if first == len(tags):
        return _joined(texts)
    last = next(at for at in range(len(tags) - 1, -1, -1) if tags[at] not in _SIMPLE)
    # The block before the first intricate element may go on in it, and the text after the last may belong to it.
    begin = max(first - 1, 0)
    writer = _Writer()
    if begin == first:
        writer.write(texts[0])
    for at in range(begin, last + 1):
        writer.element(tags[at], attributes[at])
        writer.write(texts[at + 1])
    before, after = texts[: begin + 1] if begin < first else [], texts[last + 2 :]
    found = (_joined(before), visible(writer.text()), _joined(after))
    return "\n\n".join(text for text in found if text)


def _joined(texts: list[str]) -> str:
    """Paragraphs, and nothing but paragraphs: what most articles are."""
    lines = [_line(text.replace("\n", " ")) for text in texts if text]
    return visible(_characters("\n\n".join(line for line in lines if line and line not in _NO_WORDS)))


_NO_WORDS = ("•", "|")


class _Writer:
    """Collects inline text and turns block boundaries into paragraphs, list items and table rows into lines."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._inline: list[str] = []
        self._kind = self._last_kind = "p"
        self._mark = ""  # of a list item that has no words yet
        self._counters: list[int | None] = []
        self._verbatim = 0

    def write(self, text: str) -> None:
        if not text or (text.isspace() and not self._verbatim):
            if text and self._inline:
                self._inline.append(" ")
            return
        text = _characters(text)
        self._inline.append(text if self._verbatim else text.replace("\n", " "))

    def element(self, tag: str, attributes: str) -> None:
        if tag[0] == "/":
            self.end(tag[1:])
        else:
            self.start(tag, attributes)

    def start(self, tag: str, attributes: str) -> None:
        if tag == "br":
            self._inline.append("\n")
        elif tag == "li":
            self._flush("item")
            self._mark = self._next_mark()
        elif tag in ("td", "th"):
            if any(not part.isspace() for part in self._inline):
                self._inline.append(" | ")
        elif not (self._mark and self._is_bare() and tag not in ("ul", "ol")):
            # A paragraph just inside a list item continues the item's own line; every other block starts afresh.
            self._flush("row" if tag == "tr" else "p")
        if tag in ("ul", "ol"):
            number = _START.search(attributes)
            self._counters.append((int(number[1]) if number else 1) if tag == "ol" else None)
        self._verbatim += tag == "pre"

    def end(self, tag: str) -> None:
        self._verbatim -= tag == "pre"
        if tag in ("ul", "ol") and self._counters:
            self._counters.pop()
        if tag not in ("td", "th", "br"):
            self._flush("p")

    def text(self) -> str:
        self._flush("p")
        return "".join(self._out)

    def _is_bare(self) -> bool:
        return not self._inline or all(part.isspace() for part in self._inline)

    def _flush(self, kind: str) -> None:
        if self._inline:
            self._put("".join(self._inline))
            self._inline.clear()
        self._kind, self._mark = kind, ""

    def _put(self, inline: str) -> None:
        text = _line(inline) if "\n" not in inline else _lines(inline)
        if not text or text in _NO_WORDS:
            return
        if self._out:
            self._out.append("\n" if self._kind != "p" and self._kind == self._last_kind else "\n\n")
        self._out.append(self._mark + text)
        self._last_kind = self._kind

    def _next_mark(self) -> str:
        if not self._counters or self._counters[-1] is None:
            return "• "
        number = self._counters[-1]
        self._counters[-1] = number + 1
        return f"{number}. "


def _characters(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if "&" in text else text


def _line(text: str) -> str:
    return text.strip() if text.isascii() and "  " not in text else " ".join(text.split())


def _lines(inline: str) -> str:
    """Line breaks stay; several in a row are one blank line."""
    lines = "\n".join(map(_line, inline.split("\n")))
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n")
