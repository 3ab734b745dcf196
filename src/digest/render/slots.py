"""What only subscribers decide, while a template runs: slots, questions, and the blocks that ask them.

    {{ slot("name")|default("you") }}                       a value of each reader; its few filters are run at `fill`
    {% shown_if topic("news") %}…{% endshown_if %}          a part that only some readers see

Must not know MJML or HTML: where these may stand is for `precheck`, `contexts` and `switching`. Invariant: nothing a
template does to them gives an answer before there is a reader; it is refused with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NoReturn

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup, escape

from digest.render.segments import SLOTS, Condition, Fill, Operation
from digest.render.tokens import SlotError, current


class Unknown:
    """Something only subscribers decide: it refuses every operator, test and filter, whatever Python makes of them."""

    __slots__ = ()

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise SlotError(self._refusal())

    def _refusal(self) -> str:
        raise NotImplementedError

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = __truediv__ = _refuse
    __floordiv__ = __pow__ = __neg__ = __pos__ = __abs__ = __and__ = __or__ = __xor__ = __invert__ = _refuse
    __len__ = __iter__ = __contains__ = __getitem__ = __call__ = __int__ = __float__ = __index__ = _refuse
    __str__ = __format__ = __bytes__ = _refuse
    __hash__ = None  # type: ignore[assignment]


class Slot(Unknown):
    """A value that is known per subscriber only. Prints; takes its own few filters; refuses everything else."""

    __slots__ = ("_name", "_operations")

    def __init__(self, name: str, operations: tuple[Operation, ...] = ()) -> None:
        self._name, self._operations = name, operations

    def __html__(self) -> Markup:
        return current().mint("s", Fill(self._name, "text", self._operations))

    def then(self, *operation: Any) -> Slot:
        return Slot(self._name, (*self._operations, operation))

    def _refusal(self) -> str:
        return (
            f'slot("{self._name}") has no value while the issue is rendered: it can be printed, or filtered with '
            f"default, upper, title, urlencode or dateformat; to show or hide something use "
            f'{{% shown_if has("{self._name}") %}}'
        )


class Question(Unknown):
    """A condition on subscribers. `shown_if` takes it, and joins several; nothing else may look at it."""

    __slots__ = ("_condition",)

    def __init__(self, condition: Condition) -> None:
        self._condition = condition

    def _refusal(self) -> str:
        return (
            f"{self._condition} has no answer while the issue is rendered, as each reader has another: it stands in "
            f"{{% shown_if {self._condition} %}} only, with and, or, not and brackets if need be"
        )


def slot(name: str) -> Slot:
    """`slot("name")` in a template."""
    if str(name) not in SLOTS:
        raise SlotError(f'there is no slot("{name}"); there are: {", ".join(SLOTS)}')
    return Slot(str(name))


def topic(name: str) -> Question:
    """`topic("news")`: whether this subscriber asked for it, or for everything."""
    return Question(Condition("topic", _word("topic", name)))


def has(name: str) -> Question:
    """`has("name")`: whether this subscriber's slot is not empty."""
    slot(name)
    return Question(Condition("has", str(name)))


def locale(tag: str) -> Question:
    """`locale("de")`: whether this subscriber reads it (de-AT too). Who named none reads the issue's own language."""
    asked = Condition("locale", _word("locale", tag).replace("_", "-"))
    own = current().locale.lower()
    if own != asked.argument.lower() and not own.startswith(asked.argument.lower() + "-"):
        return Question(asked)
    return Question(Condition("any", parts=(asked, Condition("has", "locale", negated=True))))


def _word(of: str, name: Any) -> str:
    if not isinstance(name, str) or not str.strip(name):
        raise SlotError(f'{of} takes a word in quotes, like {of}("{"de" if of == "locale" else "news"}")')
    return str(name)


class ShownIf(Extension):
    """`{% shown_if topic("news") and not has("name") %}…{% endshown_if %}`."""

    tags = {"shown_if"}

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        condition = self._asking(parser.parse_expression())
        body = parser.parse_statements(("name:endshown_if",), drop_needle=True)
        call = self.call_method("_block", [condition], lineno=line)
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _asking(self, node: nodes.Expr) -> nodes.Expr:
        """`and`, `or` and `not` as calls: Python's own would ask each part for an answer now."""
        if isinstance(node, nodes.Not):
            return self.call_method("_not", [self._asking(node.node)], lineno=node.lineno)
        if isinstance(node, (nodes.And, nodes.Or)):
            joined = "_all" if isinstance(node, nodes.And) else "_any"
            return self.call_method(joined, [self._asking(node.left), self._asking(node.right)], lineno=node.lineno)
        return node

    def _not(self, question: Any) -> Question:
        asked = _condition(question)
        return Question(replace(asked, negated=not asked.negated))

    def _all(self, *questions: Any) -> Question:
        return _joined("all", questions)

    def _any(self, *questions: Any) -> Question:
        return _joined("any", questions)

    def _block(self, question: Any, caller: Callable[[], Markup]) -> Markup:
        tokens = current()
        return tokens.mint("o", _condition(question)) + caller() + tokens.mint("c", None)


def _condition(question: Any) -> Condition:
    if not isinstance(question, Question):
        raise SlotError(
            'shown_if takes topic("…"), locale("…") or has("…"), joined by and, or, not and brackets; nothing else: '
            "for what is known of the issue there is {% if %}"
        )
    return question._condition


def _joined(kind: str, questions: tuple[Any, ...]) -> Question:
    """`a and b and c` as one list of three."""
    parts: list[Condition] = []
    for asked in map(_condition, questions):
        parts += asked.parts if asked.kind == kind and not asked.negated else (asked,)
    return Question(Condition(kind, parts=tuple(dict.fromkeys(parts))))


def slot_filter(name: str, value: Slot, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Record one of the closed list of filters; `escape` is how printing in markup reaches a slot."""
    rest = _after(value, args)
    if name in ("e", "escape"):
        return escape(value)
    if name in ("upper", "title", "urlencode") and not rest and not kwargs:
        return value.then(name)
    if name in ("default", "d") and len(rest) == 1 and isinstance(rest[0], str) and not kwargs:
        return value.then("default", str(rest[0]))
    if name == "dateformat" and len(rest) == 1 and isinstance(rest[0], str) and not kwargs:
        return value.then("dateformat", _date_pattern(str(rest[0])), *current().names)
    value._refuse()
    return None


def _date_pattern(pattern: str) -> str:
    """Directives that mean the same in every process's C locale; `%B` and `%A` are replaced by recorded names."""
    unknown = sorted(set(re.findall(r"%(.?)", pattern)) - set("YmdHMBA%"))
    if unknown:
        raise SlotError(f"a slot's dateformat takes %Y %m %d %H %M %B %A, not %{unknown[0]}")
    return pattern


def _after(value: Slot, args: tuple[Any, ...]) -> tuple[Any, ...]:
    place = next((at for at, argument in enumerate(args) if argument is value), len(args))
    return args[place + 1 :]
