"""MJML source to HTML: the only place that calls mjml-python, with the checks it does not make itself.

`prepared` reads the source once and reports what the compiler would hide or report without a line: bad
well-formedness, unknown elements, content where MJML drops it. It also works around two faults of mjml-python 1.4.2
(mrml 6.0.1, 2026-11): attribute values are written with Rust's debug escaping, so anything but plain ASCII in a
template's own attributes becomes a numeric reference first; and a newline between two inline tags is dropped.

Does not see values: those are tokens (DESIGN rule 8). `fonts={}` always: by default a stack that names Roboto or Lato
would add a Google Fonts link to every email.
"""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from typing import TypeAlias

from digest.render.switching import VOID

ELEMENTS = frozenset({
    "mjml", "mj-head", "mj-body", "mj-attributes", "mj-all", "mj-class", "mj-font", "mj-style", "mj-preview",
    "mj-title", "mj-breakpoint", "mj-include", "mj-raw", "mj-wrapper", "mj-section", "mj-column", "mj-group", "mj-hero",
    "mj-button", "mj-image", "mj-text", "mj-table", "mj-divider", "mj-spacer", "mj-social", "mj-social-element",
    "mj-navbar", "mj-navbar-link", "mj-accordion", "mj-accordion-element", "mj-accordion-title", "mj-accordion-text",
    "mj-carousel", "mj-carousel-image",
})  # fmt: skip
# Elements that hold only other MJML elements: the compiler silently drops text and HTML put straight into them.
STRUCTURE = frozenset({
    "mjml", "mj-head", "mj-body", "mj-attributes", "mj-wrapper", "mj-section", "mj-column", "mj-group", "mj-hero",
    "mj-social", "mj-navbar", "mj-accordion", "mj-accordion-element", "mj-carousel",
})  # fmt: skip
_UNSUPPORTED = {"mj-html-attributes": "put the attributes into HTML inside mj-raw or mj-text", "mj-selector": ""}
_INLINE_PARENTS = frozenset({
    "mj-text", "mj-button", "mj-navbar-link", "p", "a", "b", "strong", "i", "em", "span", "small", "td", "th", "li",
    "h1", "h2", "h3", "h4", "h5", "h6", "div",
})  # fmt: skip
_MINDED = STRUCTURE | _INLINE_PARENTS  # where text between tags is looked at
_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_ATTRIBUTE = re.compile(r"(\s*)([^\s=\"'/]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"']+))?")
_MAY_CLOSE = frozenset("/ \n\t\r")
_STURDY = re.compile(r"(?: [A-Za-z][\w:-]*+=\"[ !#-\[\]-~]*+\")*+ ?")  # needs no rewriting
_FRAGILE = re.compile(r"[^\x20-\x5b\x5d-\x7e]")


class MjmlFault(Exception):
    """A mistake at `offset` of the source; `related` is a second place worth naming (where a tag was opened)."""

    def __init__(self, offset: int, what: str, *, why: str = "", try_: str = "", related: int | None = None) -> None:
        super().__init__(what)
        self.offset, self.what, self.why, self.try_, self.related = offset, what, why, try_, related


_Open: TypeAlias = tuple[str, int]  # an element's name, and where it was opened: tuples, as most of the time goes here


def compile_mjml(source: str) -> str:
    """HTML for `source`, which `prepared` has passed. Neighbouring Outlook comments are joined: a fifth of the size."""
    from mjml import mjml2html  # lazy: 10 ms and 5 MB that only compiling processes need

    try:
        html: str = mjml2html(source, disable_comments=False, fonts={})
    except (ValueError, UnicodeEncodeError) as error:
        raise MjmlFault(0, "the MJML compiler refuses this template", why=str(error)) from error
    return html.replace("<![endif]--><!--[if mso | IE]>", "")


def prepared(source: str, *, block_token: re.Pattern[str]) -> str:
    """`source` checked and made safe for the compiler. `block_token` matches the ends of subscriber blocks, which are
    wrapped in `mj-raw` where they stand between MJML elements. Raises `MjmlFault` for the first mistake."""
    return _Reader(source, block_token).run()


class _Reader:
    def __init__(self, source: str, block_token: re.Pattern[str]) -> None:
        self.source, self.block_token = source, block_token
        self.stack: list[_Open] = []
        self.out: list[str] = []
        self.copied = 0  # how much of the source is in `out`: only what is changed is put there piece by piece
        self.seen_root = False

    def run(self) -> str:
        source, stack, at = self.source, self.stack, 0
        find, match = source.find, _TAG.match
        while (start := find("<", at)) >= 0:
            if start > at and (not stack or stack[-1][0] in _MINDED):
                self._text(at, start)
            found = match(source, start)
            at = self._tag(found) if found is not None else self._no_tag(start)
        if at < len(source):
            self._text(at, len(source))
        if self.stack:
            opened = self.stack[-1]
            raise MjmlFault(opened[1], f"<{opened[0]}> is never closed", try_=f"add </{opened[0]}>")
        if not self.seen_root:
            raise MjmlFault(0, "there is no <mjml> element", try_="a template's outermost element is <mjml>")
        self.out.append(source[self.copied :])
        return "".join(self.out)

    def _put(self, start: int, end: int, instead: str) -> None:
        self.out += (self.source[self.copied : start], instead)
        self.copied = end

    def _no_tag(self, start: int) -> int:
        """A `<` that begins a comment, or a mistake; returns where reading goes on."""
        source = self.source
        if source.startswith("<!--", start):
            return self._comment(start)
        if source.startswith(("<!", "<?"), start):
            raise MjmlFault(
                start, "a doctype, CDATA section or processing instruction", try_="remove it; MJML writes its own"
            )
        raise MjmlFault(
            start,
            'a "<" that starts no complete tag',
            why="a quote is not closed, a > is missing, or the < is meant as text",
            try_="close the tag, or write &lt; for the character",
        )

    def _comment(self, start: int) -> int:
        end = self.source.find("-->", start + 4)
        if end < 0:
            raise MjmlFault(start, "a comment that never ends", try_="close it with -->")
        inner = self.source[start + 4 : end]
        if "--" in inner or inner.endswith("-"):
            raise MjmlFault(start, 'a comment with "--" inside', try_="use {# … #} for notes in templates")
        if not self.stack or self.stack[-1][0] in STRUCTURE:
            self._put(start, end + 3, "")
        return end + 3

    def _style(self, start: int) -> int:
        end = self.source.find("</mj-style", start)
        if end < 0:
            raise MjmlFault(self.stack[-1][1], "<mj-style> is never closed", try_="add </mj-style>")
        return end

    def _tag(self, found: re.Match[str]) -> int:
        closing, name, rest = found.groups()
        lower, stack, end = name.lower(), self.stack, found.end()
        if closing:
            if stack and stack[-1][0] == lower:
                stack.pop()
            else:
                self._close(found.start(), lower)
            return end
        if lower.startswith("mj"):
            self._known(found.start(), lower)
        elif stack and stack[-1][0] in STRUCTURE:
            raise self._misplaced(found.start(), lower)
        selfclosed = rest[-1:] in _MAY_CLOSE and rest.rstrip()[-1:] == "/"
        body = rest.rstrip()[:-1] if selfclosed else rest
        if not _STURDY.fullmatch(body):
            slash = " /" if selfclosed else ""
            self._put(found.start(), end, f"<{name}{self._attributes(body, found.start(3))}{slash}>")
        if not selfclosed and lower not in VOID:
            stack.append((lower, found.start()))
            return self._style(end) if lower == "mj-style" else end
        return end

    def _close(self, offset: int, name: str) -> None:
        if name in VOID:
            return
        if not self.stack:
            raise MjmlFault(offset, f"</{name}> closes nothing", try_="remove it, or open it before")
        opened = self.stack.pop()
        if opened[0] != name and any(outer == name for outer, _ in self.stack):
            raise MjmlFault(
                opened[1],
                f"<{opened[0]}> is not closed before </{name}>",
                try_=f"add </{opened[0]}>",
            )
        if opened[0] != name:
            raise MjmlFault(
                offset,
                f"</{name}> closes <{opened[0]}>",
                try_=f"close <{opened[0]}> first",
                related=opened[1],
            )

    def _known(self, offset: int, name: str) -> None:
        self.seen_root = self.seen_root or name == "mjml"
        if name in _UNSUPPORTED:
            raise MjmlFault(offset, f"<{name}> is not supported by the compiler", try_=_UNSUPPORTED[name])
        if name not in ELEMENTS:
            near = difflib.get_close_matches(name, ELEMENTS, 1)
            raise MjmlFault(
                offset,
                f"unknown element <{name}>",
                why="the compiler would leave it and its content out without a word",
                try_=f"did you mean <{near[0]}>?" if near else "see the list of MJML components",
            )

    def _misplaced(self, offset: int, name: str) -> MjmlFault:
        parent = self.stack[-1][0]
        return MjmlFault(
            offset,
            f"<{name}> straight inside <{parent}>",
            why="the compiler would leave it out without a word",
            try_=f"wrap it in <mj-raw> or <mj-text> inside <{parent}>",
        )

    def _attributes(self, text: str, offset: int) -> str:
        try:
            return _rewritten(text)
        except MjmlFault as fault:
            raise MjmlFault(offset + fault.offset, fault.what, why=fault.why, try_=fault.try_) from None

    def _text(self, start: int, end: int) -> None:
        if start == end:
            return
        parent = self.stack[-1][0] if self.stack else ""
        if parent in STRUCTURE or not parent:
            self._between(self.source[start:end], start, parent)
        elif parent in _INLINE_PARENTS:
            text = self.source[start:end]
            if text.isspace() and "\n" in text:
                self._put(start, end, " ")

    def _between(self, text: str, offset: int, parent: str) -> None:
        """Only blanks and the ends of blocks may stand between MJML elements."""
        rest = self.block_token.sub(lambda found: " " * len(found[0]), text)
        if rest.strip():
            stray = len(rest) - len(rest.lstrip())
            where = f"<{parent}>" if parent else "anything"
            raise MjmlFault(
                offset + stray,
                f"text straight inside {where}" if parent else f"text outside {where}",
                why="the compiler would leave it out without a word",
                try_="put it into <mj-text>",
            )
        edges = "".join(f"<mj-raw>{found[0]}</mj-raw>" for found in self.block_token.finditer(text))
        self._put(offset, offset + len(text), edges)


@lru_cache(maxsize=2048)  # most tags of an issue are written alike: a third of the time of `prepared`
def _rewritten(text: str) -> str:
    """Attributes made safe for the compiler. Raises `MjmlFault` with an offset in `text`."""
    out: list[str] = []
    at = 0
    while at < len(text) and text[at:].strip():
        found = _ATTRIBUTE.match(text, at)
        if not found:
            raise MjmlFault(at, "a stray character among the attributes", try_='write name="value"')
        value = found[3]
        if not found[1]:
            raise MjmlFault(at, "no blank before an attribute", try_="put a blank between attributes")
        if value is None:
            out.append(f" {found[2]}")
        elif value[0] not in "\"'":
            raise MjmlFault(at, f"the value of {found[2]} is not quoted", try_=f'write {found[2]}="{value}"')
        else:
            out.append(f' {found[2]}="{_sturdy(value[1:-1])}"')
        at = found.end()
    return "".join(out)


def _sturdy(value: str) -> str:
    """An attribute value in plain ASCII, without backslashes, newlines and double quotes (see the module docstring)."""

    def reference(found: re.Match[str]) -> str:
        return " " if found[0] in "\n\r\t" else f"&#{ord(found[0])};"

    return _FRAGILE.sub(reference, value).replace('"', "&#34;")
