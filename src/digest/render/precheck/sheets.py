"""The template files that one template is made of, read and parsed: what it extends, includes and imports.

    gather(lookup, environment, name) -> Sheets     with the mistakes of syntax, missing files and loops on the way

Does not render. Only references written as plain text are followed; what a variable names is known when it runs.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, TemplateSyntaxError, nodes

from digest.render.precheck import syntax
from digest.render.precheck.linemap import Lexed, Place
from digest.render.precheck.mistakes import Mistake

BUILTIN = "@builtin/"
_REFERRING = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)
# Inside these a reference is followed only when a condition holds, so that a loop may come to an end.
_MAYBE = (nodes.If, nodes.For, nodes.Macro, nodes.CallBlock)


class Lookup(Protocol):
    """Where templates are found; `templates.Templates` is one."""

    dirs: tuple[Path, ...]

    def find(self, name: str) -> Path | None: ...

    def read(self, name: str) -> tuple[str, Path]: ...


@dataclass(frozen=True, slots=True)
class Reference:
    node: nodes.Node
    name: str
    maybe: bool  # only under a condition
    optional: bool = False  # may not exist


@dataclass
class Sheet:
    """One file. `tree` is None when it could not be parsed."""

    environment: Environment
    source: str
    path: Path
    tree: nodes.Template | None = None
    references: list[Reference] = field(default_factory=list)

    @cached_property
    def pieces(self) -> list[Lexed]:
        """Only asked for when something is wrong: reading them takes as long as parsing."""
        return syntax.pieces(self.environment, self.source)

    def place(self, reference: Reference) -> Place:
        return self.spot(reference.node.lineno, reference.name)

    def spot(self, line: int, word: str, after: str = "") -> Place:
        """Where `word` stands, from `line` on, behind the operator `after` if one is given."""
        before = ""
        for piece in self.pieces:
            if piece.kind == "data" or piece.kind.endswith("begin"):
                before = ""
            elif piece.text.strip() and piece.kind != "whitespace":
                fits = not after or before == after
                if piece.line >= line and fits and piece.text in (word, f'"{word}"', f"'{word}'"):
                    quoted = piece.text != word
                    return Place(str(self.path), piece.line, piece.column + quoted)
                before = piece.text
        return Place(str(self.path), line)

    def parent(self) -> Reference | None:
        return next((known for known in self.references if isinstance(known.node, nodes.Extends)), None)


@dataclass(slots=True)
class Sheets:
    """`by_path` in the order in which they were reached; `stamp` changes when any of the files does."""

    main: Sheet
    by_path: dict[Path, Sheet] = field(default_factory=dict)
    paths: dict[str, Path] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def stamp(self, lookup: Lookup) -> tuple[object, ...] | None:
        """None when a file has gone or another one took its place."""
        if any(lookup.find(name) != path for name, path in self.paths.items()):
            return None
        return tuple(path.stat().st_mtime_ns for path in self.by_path)

    def ancestors(self, sheet: Sheet) -> Iterator[Sheet]:
        seen = {sheet.path}
        parent = sheet.parent()
        while parent is not None and (path := self.paths.get(parent.name)) is not None and path not in seen:
            seen.add(path)
            yield self.by_path[path]
            parent = self.by_path[path].parent()

    def known_ancestors(self, sheet: Sheet) -> bool:
        """Whether every file up to the outermost parent was found, parsed and named in plain text."""
        chain = [sheet, *self.ancestors(sheet)]
        last = chain[-1]
        return all(member.tree is not None for member in chain) and not any(last.tree.find_all(nodes.Extends))  # type: ignore[union-attr]


def gather(lookup: Lookup, environment: Environment, name: str) -> Sheets:
    """Every file that `name` leads to. Raises what `lookup.read` raises when `name` itself does not exist."""
    source, path = lookup.read(name)
    main = _sheet(environment, name, source, path)
    sheets = Sheets(main[0], {path: main[0]}, {name: path}, list(main[1]))
    waiting = [main[0]]
    while waiting:
        sheet = waiting.pop(0)
        for reference in sheet.references:
            reached = lookup.find(reference.name)
            if reached is None:
                if not reference.optional:
                    place, pool = sheet.place(reference), _pool(lookup, reference.name)
                    sheets.mistakes.append(_missing(lookup, reference.name, place, pool))
                continue
            sheets.paths[reference.name] = reached
            if reached not in sheets.by_path:
                made, wrong = _sheet(environment, reference.name, lookup.read(reference.name)[0], reached)
                sheets.by_path[reached] = made
                sheets.mistakes += wrong
                waiting.append(made)
    sheets.mistakes += _loops(sheets)
    return sheets


@lru_cache(maxsize=64)  # while one file is being edited, the others it leads to stand: half of the time of a check
def _sheet(environment: Environment, name: str, source: str, path: Path) -> tuple[Sheet, list[Mistake]]:
    sheet = Sheet(environment, source, path)
    try:
        sheet.tree = environment.parse(source, name, str(path))
    except TemplateSyntaxError as error:
        return sheet, [syntax.mistake(error, sheet.pieces, source, str(path))]
    sheet.references = list(_references(sheet.tree, maybe=False))
    return sheet, []


def _references(node: nodes.Node, *, maybe: bool) -> Iterator[Reference]:
    for inner in node.iter_child_nodes():
        if isinstance(inner, _REFERRING):
            target = inner.template
            if isinstance(target, nodes.Const) and isinstance(target.value, str):
                optional = isinstance(inner, nodes.Include) and inner.ignore_missing
                yield Reference(inner, target.value, maybe, optional)
        yield from _references(inner, maybe=maybe or isinstance(inner, _MAYBE))


def _pool(lookup: Lookup, name: str) -> list[str]:
    """The files that could have been meant by `name`."""
    known = lookup.find(f"{BUILTIN}briefing.mjml")
    builtin = [path.name for path in known.parent.iterdir()] if known else []
    own = [str(path.relative_to(folder)) for folder in lookup.dirs for path in folder.rglob("*") if path.is_file()]
    if name.startswith(BUILTIN):
        return [f"{BUILTIN}{file}" for file in builtin]
    return sorted({*own, *builtin})


def _missing(lookup: Lookup, name: str, place: Place, pool: list[str]) -> Mistake:
    places = ", ".join(str(folder) for folder in lookup.dirs) or "no directory of your own"
    near = difflib.get_close_matches(name, pool, 1)
    short = [known for known in pool if known.rpartition(".")[0] == name]
    meant = (short or near or [""])[0]
    return Mistake(
        place,
        f"there is no template {name!r}",
        f"looked in {places} and among the built-in ones",
        f'did you mean "{meant}"?' if meant else "write the file's name with its ending, such as footer.mjml",
        len(name),
    )


def _loops(sheets: Sheets) -> list[Mistake]:
    """References that lead back to a file that is still being read, whatever the data."""
    found: list[Mistake] = []
    done: set[Path] = set()

    def walk(sheet: Sheet, above: tuple[Path, ...]) -> None:
        if sheet.path in done:
            return
        for reference in sheet.references:
            path = sheets.paths.get(reference.name)
            if path is None or reference.maybe:
                continue
            if path in (*above, sheet.path):
                found.append(_loop(reference.name, sheet.place(reference), path == sheet.path, sheets))
            else:
                walk(sheets.by_path[path], (*above, sheet.path))
        done.add(sheet.path)

    walk(sheets.main, ())
    return found


def _loop(name: str, place: Place, itself: bool, sheets: Sheets) -> Mistake:
    chain = " -> ".join(re.sub(r".*[/\\]", "", str(path)) for path in sheets.by_path)
    what = f"{name!r} leads back to itself"
    try_ = f'write "{BUILTIN}{name}" for the built-in one' if itself else "take one of the references out"
    return Mistake(place, what, f"the files lead to each other: {chain}", try_, len(name))
