"""Names in templates that nothing has: variables, attributes, filters, tests, macros, blocks, slots, sentences.

Works on the parsed files, so that a branch which today's issue does not take is read too. What an issue offers is not
written down here: it is asked of `contract`, given a specimen issue that has everything, so that the two cannot
differ. In doubt silent: a name that is stored anywhere in the files, or asked for with `is defined` or `default`, is
known, and what a variable holds is guessed only where it is certain.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from jinja2 import Environment, nodes

from digest.model import EmailAddress, Image, Issue, Item, Mailbox, Period, Sending, Site
from digest.render.binding import View
from digest.render.contract import Layout, contract
from digest.render.locale import language
from digest.render.locale.en import MESSAGES
from digest.render.precheck.linemap import Place
from digest.render.precheck.mistakes import Mistake
from digest.render.precheck.sheets import Sheet, Sheets
from digest.render.segments import SLOTS
from digest.render.settings import RenderSettings
from digest.render.theme import Theme

UNKNOWN = object()
_SAME_LIST = ("sort", "reverse", "list", "selectattr", "rejectattr", "select", "reject", "unique")
_FROM_JINJA = ("loop", "super", "self", "caller", "varargs", "kwargs")
_LAST_RESORT = {"article": "item", "articles": "items", "stories": "items", "posts": "items", "title": "issue.subject",
                "name": 'slot("name")', "email": 'slot("address")', "unsubscribe_url": 'slot("unsubscribe_url")',
                "unsubscribe": 'slot("unsubscribe_url")', "subject": "issue.subject", "preheader": "issue.preheader",
                "summary": "item.summary", "subscriber": "slot"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Module:
    """What `import … as` gives."""

    file: str
    names: frozenset[str]


@lru_cache(maxsize=1)
def offered() -> Mapping[str, Any]:
    """The variables of a template, with something in every place."""
    day = datetime(2026, 1, 5, 9, tzinfo=UTC)
    item = Item(
        article_id=1, title="T", url="https://example.org/1", summary="S", body=("B",), authors=("A",), source="s",
        source_title="S", published=day, tags=("t",), language="en", minutes=1, views=1, comments=1, reactions=1,
        image=Image("https://example.org/1.jpg", 300, 200, "I"),
    )  # fmt: skip
    issue = Issue(
        digest="d", title="D", number=1, period=Period("p", day, day), site=Site("S", "https://example.org", "P"),
        sending=Sending(
            sender=Mailbox("S", EmailAddress.parse("s@example.org")), date=day, list_id="d.example.org",
            message_id_domain="example.org", unsubscribe_email="u@example.org", public_url="https://example.org/",
        ),
        subject="S", preheader="P", items=(item,), timezone="UTC", minutes=1, passed_over=1, intro="I",
    )  # fmt: skip
    theme = Theme.from_settings(RenderSettings(logo="https://example.org/l.png"))
    return contract(issue, theme, language("en"), Layout(9, 1000))


def unknown_names(sheets: Sheets, environment: Environment) -> list[Mistake]:
    """Every name in `sheets` that nothing gives."""
    stored: set[str] = set()
    asked: set[str] = set()
    for sheet in sheets.by_path.values():
        if sheet.tree is not None:
            stored |= _stored(sheet.tree)
            asked |= _asked(sheet.tree)
    found: list[Mistake] = []
    for sheet in sheets.by_path.values():
        if sheet.tree is not None:
            found += _Walk(sheet, sheets, environment, stored, asked).run()
            found += _blocks(sheet, sheets)
            found += _outside_blocks(sheet)
    return found


@lru_cache(maxsize=64)
def _stored(tree: nodes.Node) -> set[str]:
    """Names that any tag of the file gives a value, wherever it is seen."""
    names = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    names |= {macro.name for macro in tree.find_all(nodes.Macro)}
    names |= {imported.target for imported in tree.find_all(nodes.Import)}
    return names | {
        name if isinstance(name, str) else name[1] for each in tree.find_all(nodes.FromImport) for name in each.names
    }


@lru_cache(maxsize=64)
def _asked(tree: nodes.Node) -> set[str]:
    """Dotted names whose absence the template provides for."""
    asked = set()
    for test in tree.find_all((nodes.Test, nodes.Filter)):
        if test.name in ("defined", "undefined", "default", "d") and test.node is not None:
            asked |= {_dotted(inner) for inner in (test.node, *test.node.find_all((nodes.Name, nodes.Getattr)))}
    return asked - {""}


def _dotted(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        before = _dotted(node.node)
        return f"{before}.{node.attr}" if before else ""
    return ""


@dataclass(slots=True)
class _Walk:
    sheet: Sheet
    sheets: Sheets
    environment: Environment
    stored: set[str]
    asked: set[str]
    found: list[Mistake] = field(default_factory=list)
    local: list[dict[str, Any]] = field(default_factory=lambda: [{}])
    reassigned: set[str] = field(default_factory=set)  # by {% set %}: then what a loop gave is not certain

    def run(self) -> list[Mistake]:
        tree = self.sheet.tree
        assert tree is not None
        once: dict[str, int] = {}
        for name in tree.find_all(nodes.Name):
            if name.ctx in ("store", "param"):
                once[name.name] = once.get(name.name, 0) + 1
        self.local[0] = {name: UNKNOWN for name in once if once[name] > 1}
        for assign in tree.find_all((nodes.Assign, nodes.AssignBlock)):
            self.reassigned |= {name.name for name in assign.find_all(nodes.Name) if name.ctx == "store"}
        self._visit(tree)
        return self.found

    def _add(self, place: Place, word: str, what: str, why: str, known: Iterable[str], try_: str) -> None:
        near = difflib.get_close_matches(word, sorted(known), 1, 0.6)
        meant = f'did you mean "{near[0]}"?' if near else try_
        self.found.append(Mistake(place, what, why, meant, len(word)))

    def _visit(self, node: nodes.Node) -> None:
        if isinstance(node, nodes.Name):
            self._name(node)
        elif isinstance(node, nodes.Getattr):
            self._attribute(node)
        elif isinstance(node, nodes.Filter):
            self._known(node.name, node.lineno, "|", "filter", self.environment.filters)
        elif isinstance(node, nodes.Test):
            self._known(node.name, node.lineno, "", "test", self.environment.tests)
        elif isinstance(node, nodes.Call):
            self._call(node)
        elif isinstance(node, nodes.FromImport):
            self._imported(node)
        if isinstance(node, nodes.For):
            self._loop(node)
        elif isinstance(node, (nodes.Macro, nodes.CallBlock)):
            with self._scope(dict.fromkeys((name.name for name in node.args), UNKNOWN)):
                self._children(node)
        else:
            self._children(node)
        if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            self.local[-1].setdefault(node.target.name, self._value(node.node))
        if isinstance(node, nodes.Import):
            self.local[0].setdefault(node.target, self._module(node.template))

    def _children(self, node: nodes.Node) -> None:
        for inner in node.iter_child_nodes():
            self._visit(inner)

    @contextmanager
    def _scope(self, names: dict[str, Any]) -> Iterator[None]:
        self.local.append(names)
        yield
        self.local.pop()

    def _loop(self, node: nodes.For) -> None:
        self._visit(node.iter)
        many = self._value(node.iter)
        names: dict[str, Any] = {name.name: UNKNOWN for name in node.target.find_all(nodes.Name)}
        if isinstance(node.target, nodes.Name):
            certain = isinstance(many, (list, tuple)) and many and node.target.name not in self.reassigned
            names[node.target.name] = many[0] if certain else UNKNOWN
        with self._scope({**names, "loop": UNKNOWN}):
            for inner in (*([node.test] if node.test else []), *node.body):
                self._visit(inner)
        with self._scope({}):
            for inner in node.else_:
                self._visit(inner)

    def _name(self, node: nodes.Name) -> None:
        if node.ctx != "load" or node.name in self.asked or node.name in _FROM_JINJA:
            return
        known = {*offered(), *self.environment.globals, *self.stored}
        if node.name in known or any(node.name in scope for scope in self.local):
            return
        known = {name for name in known if not name.startswith("_")}
        hint = _LAST_RESORT.get(node.name, "")
        try_ = f"did you mean {hint}?" if hint else f"there are: {', '.join(sorted(offered().keys() - _PRIVATE))}"
        place = self.sheet.spot(node.lineno, node.name)
        self._add(place, node.name, f"{node.name!r} is undefined", "nothing of that name reaches this template",
                  () if hint else known, try_)  # fmt: skip

    def _attribute(self, node: nodes.Getattr) -> None:
        holder = self._value(node.node)
        if holder is UNKNOWN or holder is None or _dotted(node) in self.asked or isinstance(holder, Mapping):
            return
        if isinstance(holder, Module):
            has, known, owner = node.attr in holder.names, list(holder.names), holder.file
        else:
            has, known, owner = hasattr(holder, node.attr), _attributes(holder), _dotted(node.node) or _kind(holder)
        if has:
            return
        place = self.sheet.spot(node.lineno, node.attr, ".")
        shown = [name for name in sorted(known) if not name.startswith("_")]
        self._add(place, node.attr, f"{owner} has no {node.attr!r}", "", shown, f"it has: {', '.join(shown[:24])}")

    def _known(self, word: str, line: int, after: str, kind: str, known: Mapping[str, Any]) -> None:
        if word not in known:
            place = self.sheet.spot(line, word, after)
            self._add(place, word, f"there is no {kind} {word!r}", "", known, f"see Jinja2's list of {kind}s")

    def _call(self, node: nodes.Call) -> None:
        if not isinstance(node.node, nodes.Name) or not node.args or not isinstance(node.args[0], nodes.Const):
            return
        called, word = node.node.name, node.args[0].value
        known: Iterable[str] = SLOTS if called in ("slot", "has") else MESSAGES if called == "t" else ()
        if not known or word in known or called in self.stored:
            return
        what = f"there is no slot({word!r})" if called != "t" else f"there is no sentence t({word!r})"
        place = self.sheet.spot(node.args[0].lineno, str(word))
        self._add(place, str(word), what, "", known, f"there are: {', '.join(sorted(known))}")

    def _imported(self, node: nodes.FromImport) -> None:
        module = self._module(node.template)
        for name in (given if isinstance(given, str) else given[0] for given in node.names):
            if isinstance(module, Module) and name not in module.names:
                place = self.sheet.spot(node.lineno, name)
                shown = sorted(module.names)
                self._add(place, name, f"{module.file} has no {name!r}", "", shown, f"it has: {', '.join(shown[:24])}")

    def _module(self, template: nodes.Expr) -> Any:
        if not isinstance(template, nodes.Const):
            return UNKNOWN
        sheet = self.sheets.by_path.get(self.sheets.paths.get(template.value))  # type: ignore[arg-type]
        if sheet is None or sheet.tree is None:
            return UNKNOWN
        return Module(template.value, frozenset(_stored(sheet.tree)))

    def _value(self, node: nodes.Node) -> Any:
        """A specimen of what `node` gives, or UNKNOWN."""
        if isinstance(node, nodes.Name):
            scope = next((scope for scope in reversed(self.local) if node.name in scope), None)
            if scope is not None:
                return scope[node.name]
            return UNKNOWN if node.name in self.stored else offered().get(node.name, UNKNOWN)
        if isinstance(node, nodes.Getattr):
            holder = self._value(node.node)
            if holder is UNKNOWN or holder is None or isinstance(holder, (Mapping, Module)):
                return UNKNOWN
            value = getattr(holder, node.attr, UNKNOWN)
            return UNKNOWN if callable(value) else value
        if isinstance(node, nodes.Getitem):
            holder = self._value(node.node)
            if not isinstance(holder, (list, tuple)) or not holder:
                return UNKNOWN
            if isinstance(node.arg, nodes.Slice):
                return holder
            return holder[0] if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, int) else UNKNOWN
        if isinstance(node, nodes.CondExpr):
            none = node.expr2 is None or (isinstance(node.expr2, nodes.Const) and node.expr2.value is None)
            return self._value(node.expr1) if none else UNKNOWN
        if isinstance(node, nodes.Filter) and node.node is not None:
            return self._filtered(node.name, self._value(node.node))
        return UNKNOWN

    @staticmethod
    def _filtered(name: str, value: Any) -> Any:
        if not isinstance(value, (list, tuple)) or not value:
            return UNKNOWN
        if name in _SAME_LIST:
            return value
        return value[0] if name in ("first", "last") else UNKNOWN


_PRIVATE = {"_dateformat", "_number"}


def _attributes(holder: Any) -> list[str]:
    return [*object.__getattribute__(holder, "_values")] if isinstance(holder, View) else dir(holder)


def _kind(holder: Any) -> str:
    return "a list" if isinstance(holder, (list, tuple)) else "this" if isinstance(holder, View) else "a text"


def _blocks(sheet: Sheet, sheets: Sheets) -> list[Mistake]:
    """Blocks of a child that no parent has: what they hold would never be shown."""
    if sheet.tree is None or sheet.parent() is None or not sheets.known_ancestors(sheet):
        return []
    above = [member.tree for member in sheets.ancestors(sheet) if member.tree is not None]
    known = {block.name for tree in above for block in tree.find_all(nodes.Block)}
    nested = {inner.name for block in sheet.tree.find_all(nodes.Block) for inner in block.find_all(nodes.Block)}
    found = []
    for block in sheet.tree.find_all(nodes.Block):
        if block.name not in known and block.name not in nested:
            near = difflib.get_close_matches(block.name, known, 1)
            try_ = f'did you mean "{near[0]}"?' if near else f"there are: {', '.join(sorted(known))}"
            place = sheet.spot(block.lineno, block.name)
            what, why = f"the parent has no block {block.name!r}", "what this one holds would never be shown"
            found.append(Mistake(place, what, why, try_, len(block.name)))
    return found


def _outside_blocks(sheet: Sheet) -> list[Mistake]:
    """Words of a child that stand in none of its blocks: Jinja2 drops them."""
    parent = sheet.parent()
    if sheet.tree is None or parent is None or parent.maybe:
        return []
    found = []
    for output in (node for node in sheet.tree.body if isinstance(node, nodes.Output)):
        for text in (node.data for node in output.nodes if isinstance(node, nodes.TemplateData)):
            stripped = text.lstrip()
            if not stripped or stripped.startswith("<!--"):
                continue
            piece = next((known for known in sheet.pieces if known.kind == "data" and known.text == text), None)
            if piece is None:
                continue
            before = text[: len(text) - len(stripped)]
            line = piece.line + before.count("\n")
            column = len(before) - before.rfind("\n") if "\n" in before else piece.column + len(before)
            why = "a template that extends another one shows its blocks only"
            found.append(Mistake(Place(str(sheet.path), line, column), "text outside of all blocks", why,
                                 "move it into a block", len(stripped.split("\n")[0])))  # fmt: skip
    return found
