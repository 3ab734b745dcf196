"""Compiled HTML with tokens to pieces: each value escaped for the place where its token landed.

One pass over the HTML, linear in its length. Text, quoted attributes, links, `url()` in styles and titles take values;
scripts, event handlers, other styles, tag names and comments refuse them. What Outlook sees in conditional comments
is HTML to it and treated as such.

Must not know MJML: everything that survives here is plain HTML. Invariants: every token minted is found at least once
(a compiler that drops one would silently drop an article), and none is left when it ends.

Why contextual: one escape for all places is either unsafe in URLs and styles or wrong in text; html/template of Go
showed that the place can be found mechanically.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

from digest.render.binding import Tokens
from digest.render.escaping import ESCAPES, check_link, url_piece
from digest.render.segments import Fill, Piece, Switch
from digest.render.switching import ContextFault, Edge, Flat, switchable

_URL_ATTRIBUTES = frozenset({"href", "src", "background", "action", "cite", "poster", "xlink:href", "longdesc"})
_MARKUP = re.compile(r"<!--|<!\[endif\]-->|<(/?)([A-Za-z][^\s/>]*)((?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
# Text and tags without a token, comment or element of raw text: most of an email, taken in one bite. It stops at each
# "q" behind a "z", with which every token begins; a run of text may end with that "z".
_PLAIN_RUN = re.compile(
    r"(?:[^<q]++|(?<!z)q|<(?!(?i:style|script|title|textarea)\b)/?[A-Za-z](?:"
    r"[^<>\"'q]*+(?:\"[^\"q]*+\"[^<>\"'q]*+)*+>"
    r"|(?:[^<>\"'q]++|(?<!z)q|\"(?:[^\"q]++|(?<!z)q)*+\"|'(?:[^'q]++|(?<!z)q)*+')*+>))++"
)
_CONDITIONAL = re.compile(r"<!--\[if [^\]>]*\]>(<!-->|<!-- -->)?")
_ATTRIBUTE = re.compile(r"([^\s=\"'/>]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_FIXED_HOST = re.compile(r"https?://[^/?#\s]+[/?#]|mailto:[^?]+@[^?]+\?", re.IGNORECASE)
_VALUES = frozenset({"text", "attribute", "title"})  # places that take values
_RAW_TEXT = frozenset({"style", "script", "title", "textarea"})
_PLACEHOLDER = "x"


def html_pieces(html: str, tokens: Tokens) -> tuple[Piece, ...]:
    """Pieces for compiled HTML. Raises `ContextFault`."""
    reader = _HtmlReader(html, tokens)
    reader.run()
    _all_found(tokens, reader.found)
    switchable(reader.out)
    return _nested(reader.out)


def plain_flat(text: str, tokens: Tokens) -> list[Flat]:
    """The output of a text template with values put back: cleaned, on one line each. `flowed` lays it out."""
    out: list[Flat] = []
    found: set[int] = set()
    for kind, number, piece in _split(text, tokens):
        if kind == "":
            out.append(piece)
            continue
        found.add(number)
        thing = tokens.minted[number]
        if isinstance(thing, Fill):
            out.append(Fill(thing.slot, "plain", thing.operations))
        elif isinstance(thing, str):
            out.append(ESCAPES["plain"](thing))
        else:
            out.append(Edge(thing, piece))
    _all_found(tokens, found)
    return out


def nested(flat: list[Flat]) -> tuple[Piece, ...]:
    """Blocks as `Switch`es. Raises `ContextFault` when their ends cross."""
    return _nested(flat)


def _split(text: str, tokens: Tokens) -> Iterator[tuple[str, int, str]]:
    """`text` cut at its tokens: (kind, number, text), kind "" for what stands between."""
    at = 0
    for found in tokens.pattern.finditer(text):
        if found.start() > at:
            yield "", 0, text[at : found.start()]
        yield found[1], int(found[2]), found[0]
        at = found.end()
    if at < len(text):
        yield "", 0, text[at:]


def _all_found(tokens: Tokens, found: set[int]) -> None:
    for number, thing in enumerate(tokens.minted):
        if number not in found:
            kind = "v" if isinstance(thing, str) else "s" if isinstance(thing, Fill) else "o" if thing else "c"
            raise ContextFault(
                f"{tokens.prefix}{kind}{number}z",
                "a value was lost",
                why="it stands where MJML takes a number or nothing, or its element is not shown; "
                f"it is {_shown(thing)}",
                try_="print values in content and in attributes such as href, src and alt; "
                "sizes and colours come from theme",
            )


def _shown(thing: object) -> str:
    if isinstance(thing, Fill):
        return f'slot("{thing.slot}")'
    return repr(thing[:60]) if isinstance(thing, str) else "a block"


def _an(word: str) -> str:
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


class _HtmlReader:
    def __init__(self, html: str, tokens: Tokens) -> None:
        self.html, self.tokens = html, tokens
        self.out: list[Flat] = []
        self.found: set[int] = set()
        self.hidden = ""  # the opening of the conditional comment we are in, if any

    def run(self) -> None:
        html, at = self.html, 0
        while True:
            if plain := _PLAIN_RUN.match(html, at):
                end = plain.end()
                end -= html.startswith("q", end) and html[end - 1] == "z"
                self.out.append(html[at:end])
                at = end
            found = _MARKUP.search(html, at)
            if found is None:
                break
            if found.start() > at:
                self._run_of(html[at : found.start()], "text")
            at = self._markup(found)
        self._run_of(html[at:], "text")

    def _markup(self, found: re.Match[str]) -> int:
        start, html = found.start(), self.html
        if found[0] == "<![endif]-->":
            self.hidden = ""
            self.out.append(found[0])
            return found.end()
        if found[0] == "<!--":
            return self._comment(start)
        self._tag(found)
        name = found[2].lower()
        if name in _RAW_TEXT and not found[1] and not found[3].endswith("/"):
            end = html.find(f"</{found[2]}", found.end())
            end = len(html) if end < 0 else end
            self._run_of(html[found.end() : end], name)
            return end
        return found.end()

    def _comment(self, start: int) -> int:
        html = self.html
        if html.startswith("<!--<![endif]-->", start):
            self.out.append("<!--<![endif]-->")
            return start + 16
        if condition := _CONDITIONAL.match(html, start):
            if not condition[1]:
                self.hidden = condition[0]
            self.out.append(condition[0])
            return condition.end()
        end = html.find("-->", start)
        end = len(html) if end < 0 else end + 3
        self._run_of(html[start:end], "comment")
        return end

    def _run_of(self, text: str, place: str) -> None:
        """Text in one context, with its tokens."""
        if self.tokens.prefix not in text:
            if text:
                self.out.append(text)
            return
        if place in _VALUES and (alone := self.tokens.pattern.fullmatch(text)) is not None:
            self._put(alone[1], int(alone[2]), alone[0], place)
            return
        for kind, number, piece in _split(text, self.tokens):
            if kind == "":
                self.out.append(piece)
            elif place in ("style", "script", "comment", "textarea"):
                raise ContextFault(
                    piece, f"a value stands in a {place}", try_="choose between fixed texts with {% if %}, or use theme"
                )
            else:
                self._put(kind, number, piece, place)

    def _put(self, kind: str, number: int, token: str, place: str) -> None:
        self.found.add(number)
        thing = self.tokens.minted[number]
        if isinstance(thing, str):
            self.out.append(ESCAPES[place](thing))
        elif isinstance(thing, Fill):
            self.out.append(Fill(thing.slot, place, thing.operations))
        elif place != "text":
            raise ContextFault(token, f"a block begins or ends in {_an(place)}", try_="put it around whole elements")
        else:
            # outside Outlook's comments, so that hiding the block cannot leave one open
            closing, reopening = ("<![endif]-->", self.hidden) if self.hidden else ("", "")
            self.out += [closing, Edge(thing, token), reopening]

    def _tag(self, found: re.Match[str]) -> None:
        if self.tokens.prefix not in found[0]:
            self.out.append(found[0])
            return
        if self.tokens.prefix in found[2]:
            raise ContextFault(self._first(found[2]), "a value stands in a tag's name")
        self.out.append(f"<{found[1]}{found[2]}")
        rest, at = found[3], 0
        for attribute in _ATTRIBUTE.finditer(rest):
            if self.tokens.prefix in attribute[0]:
                self._bare(rest[at : attribute.start()])
                self._attribute(attribute[1], attribute[2] if attribute[2] is not None else attribute[3])
                at = attribute.end()
        self._bare(rest[at:])
        self.out.append(">")

    def _bare(self, text: str) -> None:
        if self.tokens.prefix in text:
            raise ContextFault(self._first(text), "a value stands outside quotes in a tag", try_='write name="{{ … }}"')
        self.out.append(text)

    def _first(self, text: str) -> str:
        found = self.tokens.pattern.search(text)
        return found[0] if found else ""

    def _attribute(self, name: str, value: str) -> None:
        lower = name.lower()
        self.out.append(f'{name}="')
        if self.tokens.prefix in name:
            raise ContextFault(self._first(name), "a value stands in an attribute's name")
        if lower in _URL_ATTRIBUTES:
            self._link(value, lower)
        elif lower == "style":
            self._style(value)
        elif lower.startswith("on") or lower == "srcset":
            raise ContextFault(self._first(value), f"a value stands in {lower}", try_="remove the attribute")
        else:
            self._run_of(value.replace('"', "&#34;"), "attribute")
        self.out.append('"')

    def _link(self, value: str, name: str) -> None:
        """Check the whole address as it will be, then write its parts."""
        alone = self.tokens.pattern.fullmatch(value)
        if alone is not None and isinstance(thing := self.tokens.minted[int(alone[2])], str):
            if why := check_link(thing):
                raise ContextFault(alone[0], f"not a usable address in {name}", why=f"{thing[:120]!r}: {why}")
            self.found.add(int(alone[2]))
            self.out.append(ESCAPES["url"](thing))
            return
        parts = list(_split(value, self.tokens))
        token = self._first(value)
        assembled, prefix, seen_slot = "", "", False
        for kind, number, piece in parts:
            thing = self.tokens.minted[number] if kind else unescape(piece)
            if isinstance(thing, str):
                assembled += thing if len(parts) == 1 or not kind else unescape(url_piece(thing))
                prefix = prefix if seen_slot else assembled
            elif isinstance(thing, Fill):
                seen_slot = True
                assembled += _PLACEHOLDER
            else:
                raise ContextFault(piece, f"a block begins or ends in {name}", try_="put it around whole elements")
        whole_slot = seen_slot and len(parts) == 1
        if seen_slot and not whole_slot and not _FIXED_HOST.match(prefix):
            raise ContextFault(
                token,
                f"a slot would choose the scheme or host of a {name}",
                why=f"the address begins {prefix!r}",
                try_="begin the address with https://host/ in the template, or let the slot be the whole address",
            )
        if not whole_slot and (why := check_link(assembled)):
            raise ContextFault(token, f"not a usable address in {name}", why=f"{assembled[:120]!r}: {why}")
        for kind, number, piece in parts:
            self._link_part(kind, number, piece, alone=len(parts) == 1)

    def _link_part(self, kind: str, number: int, piece: str, *, alone: bool) -> None:
        if not kind:
            self.out.append(piece.replace('"', "&#34;"))
            return
        thing = self.tokens.minted[number]
        self.found.add(number)
        if isinstance(thing, str):
            self.out.append(ESCAPES["url" if alone else "url_piece"](thing))
        elif isinstance(thing, Fill):
            encoded = any(operation[0] == "urlencode" for operation in thing.operations)
            context = "url" if alone else "url_piece" if encoded else "url_part"
            self.out.append(Fill(thing.slot, context, thing.operations))

    def _style(self, value: str) -> None:
        """Only an image's address may be a value, and only whole inside `url()`."""
        before = ""
        for kind, number, piece in _split(value, self.tokens):
            if not kind:
                before = piece
                self.out.append(piece.replace('"', "&#34;"))
                continue
            thing = self.tokens.minted[number]
            opening = unescape(before)
            if not isinstance(thing, str) or not re.search(r"url\(\s*['\"]?$", opening) or check_link(thing):
                raise ContextFault(
                    piece, "a value stands in a style", try_="choose between fixed texts with {% if %}, or use theme"
                )
            self.found.add(number)
            self.out.append(ESCAPES["attribute"](quote(thing, safe="%/:?#[]@!$&*+,;=-._~")))
            before = ""


def _nested(flat: list[Flat]) -> tuple[Piece, ...]:
    levels: list[list[Piece]] = [[]]
    opened: list[Edge] = []
    for piece in flat:
        if not isinstance(piece, Edge):
            if piece != "":
                levels[-1].append(piece)
        elif piece.condition is not None:
            opened.append(piece)
            levels.append([])
        else:
            if not opened:
                raise ContextFault(piece.token, "a block ends that never began")
            inside, edge = levels.pop(), opened.pop()
            assert edge.condition is not None
            levels[-1].append(Switch(edge.condition, _joined(inside)))
    if opened:
        raise ContextFault(opened[-1].token, "a block never ends")
    return _joined(levels[0])


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    out: list[Piece] = []
    run: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            run.append(piece)
        else:
            if run:
                out.append("".join(run))
                run = []
            out.append(piece)
    if run:
        out.append("".join(run))
    return tuple(out)
