"""The CSS of an email: style elements as rules, and which of them reach an element.

Understands what emails use: type, class, id and attribute selectors with descendant and child combinators, at rules,
`!important`. A selector with a pseudo-class is left alone (it styles a state, not the page at rest). Must not know
colours or checks. Invariant: `declarations` and `Sheet` take time linear in their input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from digest.render.preflight.page import Node

Declaration: TypeAlias = tuple[str, str, bool]  # property, value, important
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_COMPOUND = re.compile(r"(\*|[a-z][\w-]*)?((?:[.#][\w-]+|\[[^\]]*\])*)", re.IGNORECASE)
_SIMPLE = re.compile(r"([.#])([\w-]+)|\[([^\]=~|^$*]+)(?:[~|^$*]?=[\"']?([^\]\"']*)[\"']?)?\]")
_BREAKS = re.compile(r"[{}]")


@lru_cache(maxsize=4096)
def declarations(style: str) -> tuple[Declaration, ...]:
    """`prop: value` pairs of a style attribute or block, in order, names in lower case."""
    out = []
    for piece in _split(style):
        name, colon, value = piece.partition(":")
        if not colon:
            continue
        value = value.strip()
        important = value.lower().endswith("!important")
        out.append((name.strip().lower(), value[:-10].rstrip() if important else value, important))
    return tuple(out)


def _split(style: str) -> list[str]:
    """At semicolons outside brackets, which a data: address may hold."""
    style = _COMMENT.sub("", style)
    if "(" not in style:
        return style.split(";")
    return re.findall(r"(?:[^;(]|\([^)]*\)?)+", style)


@dataclass(frozen=True, slots=True)
class Compound:
    """One step of a selector: `> ` before it when `child`."""

    tag: str
    classes: tuple[str, ...]
    ids: tuple[str, ...]
    attributes: tuple[tuple[str, str | None], ...]
    child: bool

    def fits(self, node: Node) -> bool:
        if self.tag not in ("", "*", node.tag):
            return False
        for name in self.classes:
            if name not in node.classes:
                return False
        for name in self.ids:
            if node.attrs.get("id") != name:
                return False
        for name, value in self.attributes:
            if name not in node.attrs or (value is not None and node.attrs[name] != value):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Rule:
    """`mode` is "" (always), "dark", or "outlook" (rules that Outlook.com's dark mode switches on)."""

    mode: str
    steps: tuple[Compound, ...]
    block: tuple[Declaration, ...]
    weight: tuple[int, int, int, int]

    def fits(self, node: Node) -> bool:
        return _fits(self.steps, len(self.steps) - 1, node)


def _fits(steps: tuple[Compound, ...], at: int, node: Node) -> bool:
    if not steps[at].fits(node):
        return False
    if at == 0:
        return True
    parent = node.parent
    if steps[at].child:
        return parent is not None and _fits(steps, at - 1, parent)
    while parent is not None:
        if _fits(steps, at - 1, parent):
            return True
        parent = parent.parent
    return False


@dataclass(slots=True)
class Sheet:
    """All style elements together. `faults` are mistakes in the text: what, and the line of the element."""

    rules: dict[str, list[Rule]] = field(default_factory=dict)
    flat: list[tuple[str, str, tuple[Declaration, ...], int]] = field(default_factory=list)  # at rule, selector, …
    faults: list[tuple[str, int]] = field(default_factory=list)
    nested: list[int] = field(default_factory=list)
    size: int = 0

    def add(self, css: str, line: int, media: str = "") -> None:
        self.size += len(css.encode("utf-8", "replace"))
        css = re.sub(r"@(?:import|charset|namespace)[^;{]*;", "", _COMMENT.sub("", css))
        opened: list[str] = []
        start = 0
        for found in _BREAKS.finditer(css):
            text = css[start : found.start()].strip()
            start = found.end()
            if found[0] == "{":
                self._open(text, opened, line)
            elif not opened:
                self.faults.append(("a closing brace too many", line))
            else:
                self._close(opened.pop(), text, opened, line, media)
        if opened:
            self.faults.append((f"a brace is not closed after {opened[-1][:40]!r}", line))

    def _open(self, prelude: str, opened: list[str], line: int) -> None:
        if prelude.startswith("@") and any(outer.startswith("@") for outer in opened):
            self.nested.append(line)
        opened.append(prelude)

    def _close(self, selector: str, text: str, outer: list[str], line: int, media: str) -> None:
        around = " ".join([media, *outer]).strip()
        if selector.startswith("@"):
            if selector.startswith("@font-face"):
                self.flat.append((around, selector, declarations(text), line))
            return
        block = declarations(text)
        self.flat.append((around, selector, block, line))
        if any(piece.strip() and ":" not in piece for piece in _split(text)):
            self.faults.append((f"a declaration without a colon in {selector[:40]!r}", line))
        mode = _mode(around)
        if mode is None:
            return
        for one in selector.split(","):
            self._rule(one.strip(), mode, block)

    def _rule(self, selector: str, mode: str, block: tuple[Declaration, ...]) -> None:
        steps = _steps(selector)
        if not steps:
            return
        if any(name.startswith("data-ogs") for name, _ in steps[0].attributes):
            mode, steps = "outlook", steps[1:] or steps
        last = steps[-1]
        weight = (
            sum(len(step.ids) for step in steps),
            sum(len(step.classes) + len(step.attributes) for step in steps),
            sum(step.tag not in ("", "*") for step in steps),
            len(self.flat),
        )
        key = f".{last.classes[0]}" if last.classes else f"#{last.ids[0]}" if last.ids else last.tag or "*"
        self.rules.setdefault(key, []).append(Rule(mode, steps, block, weight))

    def reaching(self, node: Node) -> list[Rule]:
        """Rules that fit `node`, the weakest first."""
        if not self.rules:
            return []
        keys = [node.tag, "*", *(f".{name}" for name in node.classes)]
        if "id" in node.attrs:
            keys.append(f"#{node.attrs['id']}")
        found = [rule for key in keys for rule in self.rules.get(key, ()) if rule.fits(node)]
        return sorted(found, key=lambda rule: rule.weight) if len(found) > 1 else found


def _mode(around: str) -> str | None:
    """When rules inside these at rules hold for the page at rest: None for widths, print, @supports and the like."""
    if not around:
        return ""
    if "prefers-color-scheme" in around:
        return "dark" if re.search(r"prefers-color-scheme\s*:\s*dark", around) and "width" not in around else None
    return "" if around.lower() in ("all", "screen", "only screen", "@media screen", "@media all") else None


@lru_cache(maxsize=512)
def _steps(selector: str) -> tuple[Compound, ...]:
    if ":" in re.sub(r"\[[^\]]*\]", "", selector) or not selector or "+" in selector or "~" in selector:
        return ()
    out: list[Compound] = []
    child = False
    for word in re.sub(r"\s*>\s*", " > ", selector).split():
        if word == ">":
            child = True
            continue
        found = _COMPOUND.fullmatch(word)
        if not found:
            return ()
        out.append(_compound(found[1] or "", found[2], child))
        child = False
    return tuple(out)


def _compound(tag: str, rest: str, child: bool) -> Compound:
    parts = list(_SIMPLE.finditer(rest))
    return Compound(
        tag.lower(),
        tuple(part[2] for part in parts if part[1] == "."),
        tuple(part[2] for part in parts if part[1] == "#"),
        tuple((part[3].strip(), part[4]) for part in parts if part[3]),
        child,
    )


def pixels(value: str, base: float) -> float | None:
    """A CSS length in px, with `base` for em and %; None for keywords and what cannot be known here."""
    found = re.fullmatch(r"\s*(-?[\d.]+)(px|pt|em|rem|%)?\s*", value)
    if not found:
        return None
    try:
        number = float(found[1])
    except ValueError:
        return None
    factor = {"px": 1.0, "pt": 4 / 3, "em": base, "rem": 16.0, "%": base / 100}
    if found[2] is None:
        return 0.0 if number == 0 else None
    return number * factor[found[2]]


def last(block: tuple[Declaration, ...], *names: str) -> str:
    """The winning value among `names` in one block, or ""."""
    value, strong = "", False
    for name, given, important in block:
        if name in names and (important or not strong):
            value, strong = given, important
    return value


def sides(block: tuple[Declaration, ...], prop: str, base: float) -> float:
    """Top plus bottom of `padding` or `margin`, in px."""
    top = bottom = 0.0
    for name, value, _ in block:
        if name == prop:
            parts = [pixels(part, base) or 0.0 for part in value.split()]
            if parts:
                top, bottom = parts[0], parts[2] if len(parts) > 2 else parts[0]
        elif name == f"{prop}-top":
            top = pixels(value, base) or 0.0
        elif name == f"{prop}-bottom":
            bottom = pixels(value, base) or 0.0
    return top + bottom
