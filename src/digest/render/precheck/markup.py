"""Assembled MJML, read once from end to end: everything wrong with its tags, nesting, attributes and words.

    faults(source) -> list[Fault]     in the order of the text; goes on after each mistake

Must not know Jinja2 or files: places are offsets; `linemap` turns them into lines. Reads on after a mistake, because
an operator who moves a template here has several. Cost: 0.9 ms for ten articles (25 KB, 450 tags), as one regular
expression finds the tags and attributes are judged once for each distinct text.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from digest.render.precheck.attributes import BEGIN, END, VALUE, Attributes, Fault, ampersands, attributes
from digest.render.precheck.tags import COMPONENTS, HTML, NETWORKS, ONCE, REFUSED, between, parents
from digest.render.switching import VOID

_TOKEN = re.compile(r"zq[a-p]{8}([vsoc])[0-9]+z")
_EDGE = re.compile(f"[{BEGIN}{END}]")
# Components between whose children a block may stand; it may stand in any content too, but for these.
_SWITCHABLE = frozenset({"mj-body", "mj-wrapper", "mj-section", "mj-group", "mj-column", "mj-hero"})
_UNSWITCHABLE = frozenset({"tr", "mj-title", "title", "select", "textarea"})
_TAG = re.compile(r"<(/?)([A-Za-z][\w:.-]*)((?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)>")
_NAME = re.compile(r"</?([A-Za-z][\w:.-]*)")
_LEFTOVER = re.compile(r"\{\{|\{%|\{#|\{ \{|\{ %|%\}|\}\}|#\}|\} \}|\*\|[A-Za-z_:]+\|\*")
_CLOSED_EARLY = "the compiler would refuse the template without a place"
_DROPPED = "the compiler would leave it out without a word"
_STRUCTURE = frozenset(name for name, component in COMPONENTS.items() if component.children is not None)
_END_OF = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("mj-style", "style", "script")}


@dataclass(slots=True)
class _Open:
    name: str
    offset: int
    length: int
    lenient: bool = False  # its beginning was broken, so that its inside is not judged
    seen: tuple[str, ...] = ()
    width: float = 0.0
    blocks: bool = False


def faults(source: str) -> list[Fault]:
    """Every mistake in `source`, which is MJML with tokens for values."""
    found = _Reading(_TOKEN.sub(_stand_in, source)).run()
    return sorted(found, key=lambda fault: fault.offset)


def _stand_in(token: re.Match[str]) -> str:
    """As many characters, the same for every value."""
    size = len(token[0])
    if token[1] in "vs":
        return VALUE * size
    return (BEGIN if token[1] == "o" else END).ljust(size)


class _Reading:
    def __init__(self, source: str) -> None:
        self.source = source
        self.stack: list[_Open] = []
        self.found: list[Fault] = []
        self.crossed: list[str] = []  # closed by an outer tag, still to be closed themselves
        self.ids: dict[str, int] = {}
        self.blocks: list[tuple[int, _Open | None]] = []  # shown to some readers only: where, and in what they began
        self.defaults: dict[str, set[str]] = {}
        self.classes: dict[str, set[str]] = {}
        self.wanted: list[tuple[str, int, int, Attributes]] = []
        self.rooted = False

    def run(self) -> list[Fault]:
        source, at = self.source, 0
        while (start := source.find("<", at)) >= 0:
            if start > at:
                self._text(at, start)
            at = self._markup(start)
        self._text(at, len(source))
        for opened in reversed(self.stack):
            self._unclosed(opened, "")
        if not self.rooted and not self.found:
            self._fault(0, 1, "there is no <mjml> element", "", "a template's outermost element is <mjml>")
        self._needs()
        return self.found

    def _fault(self, offset: int, length: int, what: str, why: str, try_: str, related: int | None = None) -> None:
        self.found.append(Fault(offset, length, what, why, try_, related))

    def _markup(self, start: int) -> int:
        source = self.source
        found = _TAG.match(source, start)
        if found is None:
            if source.startswith("<!--", start):
                return self._comment(start)
            return self._broken(start)
        name = found[2].lower()
        if found[1]:
            self._close(start, found.end(), name)
            return found.end()
        self._tag(found, name)
        if name in _END_OF and not found[3].endswith("/"):
            return self._verbatim(found.end(), name)
        return found.end()

    def _comment(self, start: int) -> int:
        end = self.source.find("-->", start + 4)
        if end < 0:
            self._fault(start, 4, "a comment that never ends", _CLOSED_EARLY, "close it with -->")
            return len(self.source)
        inner = self.source[start + 4 : end]
        if "--" in inner or inner.endswith("-"):
            self._fault(start, 4, 'a comment with "--" inside', _CLOSED_EARLY, "use {# … #} for notes in templates")
        return end + 3

    def _broken(self, start: int) -> int:
        """A `<` that starts no complete tag. What looks like a tag is taken for one, so that its end fits."""
        source = self.source
        if source.startswith(("<!", "<?"), start):
            what = "a doctype, CDATA section or processing instruction"
            self._fault(start, 2, what, _CLOSED_EARLY, "remove it; MJML writes its own")
            return start + 2
        name = _NAME.match(source, start)
        why = "a quote is not closed, a > is missing, or the < is meant as text"
        try_ = "close the quote or the tag, or write &lt; for the character"
        self._fault(start, len(name[0]) if name else 1, 'a "<" that starts no complete tag', why, try_)
        if name is None:
            return start + 1
        end = source.find("<", start + 1)
        end = end if end >= 0 else len(source)
        if source[start + 1] == "/":
            self._close(start, end, name[1].lower())
        elif not source[start:end].rstrip().endswith("/>") and name[1].lower() not in VOID:
            self.stack.append(_Open(name[1].lower(), start, len(name[0]), lenient=True))
        return end

    def _verbatim(self, start: int, name: str) -> int:
        end = _END_OF[name].search(self.source, start)
        return end.start() if end else len(self.source)

    def _tag(self, found: re.Match[str], name: str) -> None:
        offset, rest = found.start(), found[3]
        closed = rest.endswith("/")
        parent = self.stack[-1] if self.stack else None
        if name.startswith("mj"):
            self._component(offset, name, parent)
        else:
            self._html(offset, name, parent)
        if rest or name in COMPONENTS:
            given = attributes(name, rest[:-1] if closed else rest)
            if given.faults:
                self.found.extend(fault.moved(found.start(3)) for fault in given.faults)
            if name in COMPONENTS:
                self._remember(offset, name, parent, given, found.start(3))
            elif "id" in given.given and not self.blocks:
                self._identity(found.start(3), given)
        if not closed and name not in VOID:
            self.stack.append(_Open(name, offset, len(name) + 1))

    def _component(self, offset: int, name: str, parent: _Open | None) -> None:
        self.rooted = self.rooted or name == "mjml"
        size = len(name) + 1
        if name in REFUSED:
            self._fault(offset, size, f"<{name}> is not supported by the compiler", "", REFUSED[name])
        elif name not in COMPONENTS:
            near = difflib.get_close_matches(name, COMPONENTS, 1)
            try_ = f"did you mean <{near[0]}>?" if near else "see the list of MJML components"
            self._fault(offset, size, f"unknown element <{name}>", _DROPPED, try_)
        elif parent is None:
            if name != "mjml":
                self._fault(offset, size, f"<{name}> outside <mjml>", "", "a template's outermost element is <mjml>")
        elif not parent.lenient:
            self._nested(offset, name, parent)

    def _nested(self, offset: int, name: str, parent: _Open) -> None:
        outer = COMPONENTS.get(parent.name)
        size = len(name) + 1
        if outer is None or outer.children is None:
            if parent.name.startswith("mj") and outer is None:
                return  # an unknown component was told already
            why = f"<{parent.name}> holds HTML; the compiler would send the tag as it is"
            self._fault(offset, size, f"<{name}> inside <{parent.name}>", why, f"move it into {_places(name)}")
        elif name not in outer.children:
            steps = "".join(f"<{middle}>" for middle in between(parent.name, name))
            try_ = f"wrap it in {steps}" if steps else f"move it into {_places(name)}"
            self._fault(offset, size, f"<{name}> straight inside <{parent.name}>", _DROPPED, try_)
        elif name in ONCE and name in parent.seen:
            why = "only one of them would count"
            self._fault(offset, size, f"a second <{name}> in <{parent.name}>", why, "make one of the two")
        if name in ONCE:
            parent.seen += (name,)

    def _html(self, offset: int, name: str, parent: _Open | None) -> None:
        if parent is not None and parent.name not in _STRUCTURE and name in HTML:
            return
        size = len(name) + 1
        outer = COMPONENTS.get(parent.name) if parent is not None else None
        if parent is None:
            self._fault(offset, size, f"<{name}> outside <mjml>", "", "a template's outermost element is <mjml>")
        elif outer is not None and outer.children is not None and not parent.lenient:
            inside = "mj-raw" if "mj-raw" in outer.children else "mj-text"
            try_ = f"wrap it in <{inside}> inside <{parent.name}>" if outer.children else "close it before, with />"
            self._fault(offset, size, f"<{name}> straight inside <{parent.name}>", _DROPPED, try_)
        elif name not in HTML and ":" not in name and "-" not in name:
            near = difflib.get_close_matches(name, HTML, 1)
            try_ = f"did you mean <{near[0]}>?" if near else "use an element of HTML"
            self._fault(offset, size, f"unknown element <{name}>", "email programs would ignore it", try_)

    def _remember(self, offset: int, name: str, parent: _Open | None, given: Attributes, base: int) -> None:
        """What can be judged only when all has been read, or only beside its neighbours."""
        if parent is not None and parent.name in ("mj-attributes", "mj-class"):
            self._default(offset, name, parent, given, base)
            return
        if COMPONENTS[name].needs or "mj-class" in given.given:
            self.wanted.append((name, offset, base, given))
        if name == "mj-social-element":
            self._network(offset, given, base)
        if name in ("mj-column", "mj-group") and parent is not None and parent.name in ("mj-section", "mj-group"):
            self._widths(parent, given, base)

    def _default(self, offset: int, name: str, parent: _Open, given: Attributes, base: int) -> None:
        if name != "mj-class":
            self.defaults.setdefault(name, set()).update(given.given)
            return
        if "name" not in given.given:
            self._fault(offset, len(name) + 1, "<mj-class> has no name", "nothing could use it", 'add name="…"')
            return
        at, called = given.given["name"]
        if called in self.classes:
            what, why = f"a second <mj-class> named {called}", "the later one would win alone"
            self._fault(base + at, len(called), what, why, "give it another name")
        self.classes.setdefault(called, set()).update(given.given)

    def _network(self, offset: int, given: Attributes, base: int) -> None:
        at, name = given.given.get("name", (0, ""))
        if "src" in given.given or not name or VALUE in name or name.removesuffix("-noshare") in NETWORKS:
            return
        near = difflib.get_close_matches(name, NETWORKS, 1)
        why = "MJML has no icon for it"
        try_ = f'did you mean "{near[0]}"? Or give src="…", an icon of your own' if near else 'give src="…", an icon'
        self._fault(base + at, len(name), f"the network {name!r} is unknown", why, try_)

    def _widths(self, parent: _Open, given: Attributes, base: int) -> None:
        """Columns beside each other must fit; where some readers see other columns than others, nobody can tell."""
        at, width = given.given.get("width", (0, ""))
        parent.blocks = parent.blocks or bool(self.blocks)
        if not width.endswith("%") or parent.blocks or not width[:-1].replace(".", "", 1).isdecimal():
            return
        share = float(width[:-1])
        before, parent.width = parent.width, parent.width + share
        if before <= 100.5 < parent.width and share <= 100:
            what = f"the columns are {parent.width:g}% wide together"
            self._fault(base + at, len(width), what, "all of them share 100%", "make them narrower")

    def _identity(self, base: int, given: Attributes) -> None:
        at, name = given.given["id"]
        if not name or VALUE in name:
            return
        if name in self.ids:
            why = "a link to it would find the first only"
            what = f'a second element with id="{name}"'
            self._fault(base + at, len(name), what, why, "give it another id", self.ids[name])
        self.ids.setdefault(name, base + at)

    def _close(self, start: int, end: int, name: str) -> None:
        if name in VOID:
            return
        if self.stack and self.stack[-1].name == name:
            self.stack.pop()
            return
        if name in self.crossed:
            self.crossed.remove(name)
            return
        if not any(opened.name == name for opened in self.stack):
            inner = self.stack[-1] if self.stack else None
            if inner is not None and difflib.SequenceMatcher(None, inner.name, name).ratio() > 0.75:
                self.stack.pop()  # a slip of the pen in the closing tag
                what = f"</{name}> closes <{inner.name}>"
                self._fault(start, end - start, what, _CLOSED_EARLY, f"write </{inner.name}>", inner.offset)
            elif inner is not None and not inner.name.startswith("mj"):
                what = f"</{name}> closes <{inner.name}>"
                self._fault(start, end - start, what, _CLOSED_EARLY, f"close <{inner.name}> first", inner.offset)
            else:
                self._fault(start, end - start, f"</{name}> closes nothing", "", "remove it, or open it before")
            return
        while (opened := self.stack.pop()).name != name:
            self.crossed.append(opened.name)
            self._unclosed(opened, name)

    def _unclosed(self, opened: _Open, by: str) -> None:
        what = f"<{opened.name}> is not closed before </{by}>" if by else f"<{opened.name}> is never closed"
        self._fault(opened.offset, opened.length, what, _CLOSED_EARLY, f"add </{opened.name}>")

    def _text(self, start: int, end: int) -> None:
        text = self.source[start:end]
        if not text or text.isspace():
            return
        if "&" in text:
            self.found.extend(ampersands(text, start))
        if "{" in text or "}" in text or "*|" in text:
            self._leftovers(text, start)
        if BEGIN in text or END in text:
            self._edges(text, start)
            text = text.replace(BEGIN, " ").replace(END, " ")
        parent = self.stack[-1] if self.stack else None
        if text.strip() and (parent is None or (parent.name in _STRUCTURE and not parent.lenient)):
            self._stray(text, start, parent)

    def _edges(self, text: str, start: int) -> None:
        """The ends of blocks: where they may stand, and both in the same element."""
        for found in _EDGE.finditer(text):
            parent = self.stack[-1] if self.stack else None
            if found[0] == BEGIN:
                self.blocks.append((start + found.start(), parent))
                self._switchable(start + found.start(), parent)
                continue
            if not self.blocks:  # it began in a comment, which `contexts` refuses
                continue
            begun, outer = self.blocks.pop()
            if outer is not parent:
                what = "a block for some readers cuts through elements"
                why = "it begins in one and ends in another: hidden, it would leave a table or a link open"
                try_ = "put it around whole sections, columns, column children or table rows"
                self._fault(begun, 1, what, why, try_)

    def _switchable(self, offset: int, parent: _Open | None) -> None:
        name = parent.name if parent else ""
        if name in _SWITCHABLE or (name and name not in _STRUCTURE and name not in _UNSWITCHABLE):
            return
        where = f"inside <{name}>" if name else "outside <mjml>"
        if name in _STRUCTURE:
            why = "MJML lays these out together, so that one cannot be missing"
        else:
            why = "the cells after it would move to other columns" if name == "tr" else "it is one for all readers"
        try_ = "put it around whole sections, columns, column children or table rows"
        self._fault(offset, 1, f"a block for some readers cannot stand {where}", why, try_)

    def _stray(self, text: str, start: int, parent: _Open | None) -> None:
        """Words where only components may stand."""
        if parent is None:
            what, try_ = "text outside <mjml>", "a template's outermost element is <mjml>"
        elif COMPONENTS[parent.name].children:
            what, try_ = f"text straight inside <{parent.name}>", "put it into <mj-text>"
        else:
            what, try_ = f"text inside <{parent.name}>", "it takes none: close it with />"
        words = text.strip().split("\n")[0]
        self._fault(start + len(text) - len(text.lstrip()), len(words), what, _DROPPED, try_)

    def _leftovers(self, text: str, start: int) -> None:
        for found in _LEFTOVER.finditer(text):
            if found[0].startswith("*|"):
                what, why = f"{found[0]} is a merge tag of another program", "readers would see it as it is"
                try_ = 'write {{ slot("name") }}, or another slot'
            else:
                what, why = f"{found[0]} is left in the text", "it is half of a tag; readers would see it as it is"
                try_ = "write {{ … }} or {% … %} without a blank in the braces; to show braces, write &#123; and &#125;"
            self._fault(start + found.start(), len(found[0]), what, why, try_)

    def _needs(self) -> None:
        """Missing attributes, with those that mj-attributes and classes give; classes that nobody defined."""
        everyone = self.defaults.get("mj-all", set())
        for name, offset, base, given in self.wanted:
            at, named = given.given.get("mj-class", (0, ""))
            for word in named.split():
                if VALUE not in word and word not in self.classes:
                    self._no_class(base + at, named, word)
            has = set(given.given) | everyone | self.defaults.get(name, set())
            has = has.union(*(self.classes.get(word, set()) for word in named.split()))
            for missing in COMPONENTS[name].needs:
                if missing not in has:
                    self._missing(offset, name, missing)
        root = next(re.finditer(r"<mjml\b", self.source), None)
        if root and "<mj-body" not in self.source:
            self._fault(root.start(), 5, "<mjml> has no <mj-body>", "the email would be empty", "add <mj-body>")

    def _no_class(self, offset: int, named: str, word: str) -> None:
        near = difflib.get_close_matches(word, self.classes, 1)
        try_ = f'did you mean "{near[0]}"?' if near else f'define <mj-class name="{word}" … /> in <mj-attributes>'
        self._fault(offset + named.find(word), len(word), f"there is no <mj-class> named {word}", "", try_)

    def _missing(self, offset: int, name: str, missing: str) -> None:
        if missing == "alt":
            why = "readers who do not see the picture learn nothing of it"
            try_ = 'add alt="…", or alt="" when the picture says nothing that the words do not'
        else:
            why, try_ = "without it there is nothing to show", f'add {missing}="…"'
        self._fault(offset, len(name) + 1, f"<{name}> has no {missing}", why, try_)


def _places(name: str) -> str:
    return " or ".join(f"<{place}>" for place in parents(name)) or "nothing"
