"""The attributes of one tag: read, and judged by the component's table. Cached by their text, which repeats.

Does not know where the tag stands. Values from the issue are single characters repeated (`VALUE`), so that the same
tag of the next article, and of the next issue, is the same text.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from html.entities import html5

from digest.render.precheck import values
from digest.render.precheck.tags import COMPONENTS, EVERYWHERE, Component

VALUE = "\x1a"
BEGIN, END = "\x1b", "\x19"  # the ends of a block that is shown to some readers only
_ATTRIBUTE = re.compile(r"(\s*)([^\s=\"'/]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"']+))?")
_AMPERSAND = re.compile(r"&(?:#[0-9]+;|#[xX][0-9a-fA-F]+;|([A-Za-z][A-Za-z0-9]*);)?")
_BARE_IN_LINK = re.compile(r"&(?=[\w.%\x1a-]+=)")
# Names that HTML reads as a character even without their semicolon.
_READ_ANYWAY = frozenset(name for name in html5 if not name.endswith(";"))
_LINKS = {"a": {"href": "link"}, "img": {"src": "source"}}


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake over `length` characters from `offset`; `related` is a second place worth naming."""

    offset: int
    length: int
    what: str
    why: str = ""
    try_: str = ""
    related: int | None = None

    def moved(self, by: int) -> Fault:
        return Fault(self.offset + by, self.length, self.what, self.why, self.try_, self.related)


@dataclass(frozen=True, slots=True)
class Attributes:
    """`given` maps names to (offset of the value, value with references resolved)."""

    given: dict[str, tuple[int, str]]
    faults: tuple[Fault, ...]


@lru_cache(maxsize=8192)
def attributes(element: str, text: str) -> Attributes:
    """What `text`, between a tag's name and its end, holds, and what is wrong with it."""
    given: dict[str, tuple[int, str]] = {}
    faults: list[Fault] = []
    component = COMPONENTS.get(element)
    at = 0
    while found := _ATTRIBUTE.match(text, at):
        name, quoted, start = found[2], found[3], found.start(2)
        if not found[1]:
            faults.append(
                Fault(start, len(name), "no blank before an attribute", try_="put a blank between attributes")
            )
        if BEGIN in found[0] or END in found[0]:
            why = "one tag is the same for every reader"
            try_ = "put the block around whole elements, one for each case"
            given[name] = (start, VALUE)
            faults.append(Fault(start, len(name), "a block for some readers stands among the attributes", why, try_))
        elif VALUE in name:
            why, try_ = "names are the template's own, values are not", "write the name, and choose with {% if %}"
            faults.append(Fault(start, len(name), "a value from the issue stands among the attributes", why, try_))
        elif name in given:
            why = "only one of them would count"
            faults.append(Fault(start, len(name), f"the attribute {name} is given twice", why, "remove one of them"))
        elif quoted is not None and quoted[0] not in "\"'":
            given[name] = (found.start(3), quoted)
            try_ = f'write {name}="{quoted}"'
            faults.append(Fault(start, len(found[0].strip()), f"the value of {name} is not quoted", "", try_))
        else:
            value = quoted[1:-1] if quoted else ""
            given[name] = (found.start(3) + 1 if quoted else start, unescape(value))
            kind = component.attributes.get(name, "") if component else _LINKS.get(element, {}).get(name, "")
            link = kind in ("link", "source", "path") or name in ("href", "src")
            faults += _references(value, given[name][0], link)
            faults += _judged(element, component, name, start, given[name], kind, written=quoted is not None)
        at = found.end()
    if text[at:].strip():
        stray = at + len(text[at:]) - len(text[at:].lstrip())
        faults.append(Fault(stray, 1, "a stray character among the attributes", "", 'write name="value"'))
    return Attributes(given, tuple(faults))


def _judged(
    element: str,
    component: Component | None,
    name: str,
    start: int,
    given: tuple[int, str],
    kind: str,
    *,
    written: bool,
) -> list[Fault]:
    if component is not None and not kind:
        return _unknown(element, component, name, start)
    if not kind:
        return []
    at, value = given
    span = len(value) or 1
    if not written:
        return [Fault(start, len(name), f"{name} has no value", "MJML needs one", f'write {name}="…"')]
    if VALUE in value and kind not in values.TAKES_VALUES:
        why = "looks cannot come from the issue's text: the compiler would lose or break it"
        try_ = "use the theme's values, or choose between written ones with {% if %}"
        return [Fault(at, span, f"a value from the issue stands in {name}", why, try_)]
    if not value and kind not in ("link", "source"):
        return []
    why, try_ = values.CHECKS[kind](value.strip())
    return [Fault(at, span, f"{name} cannot be {value!r}" if value else f"{name} is empty", why, try_)] if why else []


def _unknown(element: str, component: Component, name: str, start: int) -> list[Fault]:
    if name in EVERYWHERE or name.startswith("xmlns"):
        return []
    known = [*component.attributes, *EVERYWHERE]
    near = difflib.get_close_matches(name.lower(), known, 1, 0.7)
    others = {"class": "css-class", "style": "", "background": "background-color", "bgcolor": "background-color"}
    meant = others.get(name) if others.get(name) in known else (near[0] if near else "")
    if meant:
        try_ = f'did you mean "{meant}"?'
    elif name == "style" or not component.attributes:
        try_ = "remove it" if not component.attributes else "use attributes, or css-class and <mj-style>"
    else:
        try_ = f"it takes {', '.join(sorted(component.attributes)[:12])} …"
    why = "the compiler would ignore it without a word"
    return [Fault(start, len(name), f"<{element}> has no attribute {name}", why, try_)]


def _references(value: str, offset: int, link: bool) -> list[Fault]:
    """Stray ampersands. In a link, one before `name=` is harmless unless HTML would read `&name` as a character."""
    if "&" not in value:
        return []
    if not link:
        return ampersands(value, offset)
    faults = ampersands(value, offset)
    return [fault for fault in faults if not _harmless(value, fault.offset - offset)]


def _harmless(value: str, at: int) -> bool:
    return bool(_BARE_IN_LINK.match(value, at)) and not any(
        value.startswith(name, at + 1) for name in _READ_ANYWAY if value[at + 1 : at + 2] == name[0]
    )


def ampersands(text: str, offset: int) -> list[Fault]:
    """A fault for each & in `text` that begins no character reference, and each name that HTML does not know."""
    faults = []
    for found in _AMPERSAND.finditer(text):
        if found[0] == "&":
            why = "it begins a character reference such as &nbsp;"
            faults.append(Fault(offset + found.start(), 1, "a stray &", why, "write &amp;"))
        elif found[1] and f"{found[1]};" not in html5:
            near = difflib.get_close_matches(
                found[1], ["nbsp", "amp", "lt", "gt", "quot", "middot", "copy", "ndash"], 1
            )
            try_ = f"did you mean &{near[0]};?" if near else "write the character itself"
            what = f"&{found[1]}; is no character that HTML knows"
            faults.append(Fault(offset + found.start(), len(found[0]), what, "readers would see it as it is", try_))
    return faults
