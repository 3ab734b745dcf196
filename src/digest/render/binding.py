"""Values become tokens: what comes from outside never enters template source (DESIGN section 5, rule 8).

A template prints three kinds of things. Markup it made itself (macros, `caller()`, `{% set %}` blocks) is source and
passes. Validated theme values (`Raw`) pass. Everything else is `Outside`: escaping it, which autoescape does to every
printed value, mints an ASCII token `zq<nonce>v<number>z` and remembers the value. MJML then compiles tokens only, and
`contexts` puts each value back, escaped for where it landed. Values of subscribers are `Slot` objects, which can be
printed and run through a closed list of filters, nothing else, because there is no value yet to compare or cut.

Must not know MJML or MIME. Invariant: a string that reached a template from data can leave it only as a token,
whatever filters, slices, calls and operators it went through.

Why by type: an autoescape hook alone (values replaced in `finalize`) also replaced the output of macros and blocks;
replacing in the context missed derived strings. A `str` subclass with `__html__` does neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from typing import Any, NoReturn, SupportsIndex

from jinja2 import StrictUndefined, Undefined, nodes, pass_context
from jinja2.ext import Extension
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from digest.render.segments import SLOTS, Condition, Fill, Operation

_table: ContextVar[Tokens] = ContextVar("digest_render_tokens")


@dataclass(slots=True)
class Tokens:
    """Every token of one compilation. Numbers start at 0, so equal inputs mint equal tokens."""

    nonce: str
    minted: list[str | Fill | Condition | None] = field(default_factory=list)
    names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # months and days, for slots filtered by dateformat
    entered: list[Any] = field(default_factory=list, repr=False, compare=False)

    @property
    def pattern(self) -> re.Pattern[str]:
        """Groups: kind (v value, s slot, o and c the ends of a block) and number."""
        return re.compile(f"zq{self.nonce}([vsoc])([0-9]+)z")

    @property
    def prefix(self) -> str:
        return f"zq{self.nonce}"

    def mint(self, kind: str, thing: str | Fill | Condition | None) -> Markup:
        if isinstance(thing, str) and self.prefix in thing:
            thing = self.expand(thing)
        self.minted.append(thing)
        return Markup(f"zq{self.nonce}{kind}{len(self.minted) - 1}z")  # noqa: S704 - ASCII letters and digits

    def expand(self, text: str) -> str:
        """`text` with value tokens replaced: a filter such as `striptags` was given markup that held some."""

        def value(found: re.Match[str]) -> str:
            thing = self.minted[int(found[2])]
            if not isinstance(thing, str):
                raise SlotError("a slot or block was put through a filter that needs its value")
            return thing

        return self.pattern.sub(value, text)

    def __enter__(self) -> Tokens:
        self.entered.append(_table.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        _table.reset(self.entered.pop())


class SlotError(TypeError):
    """A template asked something of a slot that nobody can answer before the mail is filled."""


class Raw(str):
    """A validated value that may stand in source: colours, lengths, directions. Only `theme` makes them."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


class Outside(str):
    """A string from data. Everything derived from it is `Outside` again."""

    __slots__ = ()

    def __html__(self) -> Markup:
        return _table.get().mint("v", str.__str__(self))

    def __iter__(self) -> Iterator[str]:
        return (Outside(char) for char in str(self))

    def __getitem__(self, place: SupportsIndex | slice) -> str:
        # Jinja2 compiles slices to Python's own, past `Environment.getitem`
        return Outside(str(self)[place])


def outside(value: Any) -> Any:
    """`value` with every plain string in it made `Outside`; markup, slots and validated values stay what they are."""
    kind = type(value)
    if kind is str:
        return Outside(value)
    if isinstance(value, (Outside, Markup, Raw, Slot, View)):
        return value
    if isinstance(value, tuple):
        made = (outside(item) for item in value)
        return kind(*made) if hasattr(value, "_fields") else tuple(made)
    if kind is list:
        return [outside(item) for item in value]
    if kind is dict:
        return {key: outside(item) for key, item in value.items()}
    if isinstance(value, Generator):
        return (outside(item) for item in value)
    return value


class View:
    """Read-only attributes for templates. An unknown name is undefined, which `StrictUndefined` reports."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        object.__setattr__(self, "_values", {name: outside(value) for name, value in values.items()})

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{name} cannot be changed by a template")


class Slot:
    """A value that is known per subscriber only. Prints; takes its own few filters; refuses everything else."""

    __slots__ = ("_name", "_operations")

    def __init__(self, name: str, operations: tuple[Operation, ...] = ()) -> None:
        self._name, self._operations = name, operations

    def __html__(self) -> Markup:
        return _table.get().mint("s", Fill(self._name, "text", self._operations))

    def then(self, *operation: Any) -> Slot:
        return Slot(self._name, (*self._operations, operation))

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise SlotError(
            f'slot("{self._name}") has no value while the issue is rendered: it can be printed, or filtered with '
            f"default, upper, title, urlencode or dateformat; to show or hide something use "
            f'{{% shown_if has("{self._name}") %}}'
        )

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = __truediv__ = _refuse
    __floordiv__ = __pow__ = __neg__ = __pos__ = __abs__ = __and__ = __or__ = __xor__ = __invert__ = _refuse
    __len__ = __iter__ = __contains__ = __getitem__ = __call__ = __int__ = __float__ = __index__ = _refuse
    __str__ = __format__ = __bytes__ = _refuse
    __hash__ = None  # type: ignore[assignment]


def slot(name: str) -> Slot:
    """`slot("name")` in a template."""
    if str(name) not in SLOTS:
        raise SlotError(f'there is no slot("{name}"); there are: {", ".join(SLOTS)}')
    return Slot(str(name))


def topic(name: str) -> Condition:
    return Condition("topic", str(name))


def has(name: str) -> Condition:
    """`has("name")`: whether this subscriber's slot is not empty."""
    slot(name)
    return Condition("has", str(name))


class ShownIf(Extension):
    """`{% shown_if topic("news") %}…{% endshown_if %}`, with `not` before the condition if need be."""

    tags = {"shown_if"}

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        condition = parser.parse_expression()
        negated = isinstance(condition, nodes.Not)
        if isinstance(condition, nodes.Not):
            condition = condition.node
        body = parser.parse_statements(("name:endshown_if",), drop_needle=True)
        call = self.call_method("_block", [condition, nodes.Const(negated)], lineno=line)
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _block(self, condition: Any, negated: bool, caller: Callable[[], Markup]) -> Markup:
        if not isinstance(condition, Condition):
            raise SlotError('shown_if takes topic("…") or has("…"), with `not` before it if need be; nothing else')
        tokens = _table.get()
        asked = Condition(condition.kind, condition.argument, negated)
        return tokens.mint("o", asked) + caller() + tokens.mint("c", None)


@pass_context
def _finalize(_: Context, value: Any) -> Any:
    """What printing does to each value. `pass_context` keeps Jinja2 from folding constants past it."""
    if isinstance(value, (Markup, Slot, Raw, Outside, Undefined)):
        return value
    if value is None:
        return ""
    if isinstance(value, (date, View, list, tuple, dict, Condition)):
        raise SlotError(
            f"a {type(value).__name__} cannot be printed as it is; print one of its parts, or |dateformat it"
        )
    return Outside(value)


@pass_context
def _dateformat(context: Context, moment: Any, pattern: str = "medium") -> Any:
    """A date in the reader's language and the digest's zone; `contract` supplies how."""
    return context["_dateformat"](moment, pattern)


@pass_context
def _number(context: Context, value: int) -> Any:
    return context["_number"](value)


_REMOVED_FILTERS = ("pprint", "random", "tojson", "urlize", "xmlattr", "forceescape")


class BoundEnvironment(ImmutableSandboxedEnvironment):
    """Sandboxed Jinja2 in which every operation on data gives data again, and slots refuse what they cannot answer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            **options,
        )
        self.add_extension(ShownIf)
        self.add_extension("jinja2.ext.do")
        self.globals = {"namespace": self.globals["namespace"], "slot": slot, "topic": topic, "has": has}
        for name in _REMOVED_FILTERS:
            del self.filters[name]
        self.filters.update(dateformat=_dateformat, number=_number)
        for name, function in self.filters.items():
            self.filters[name] = _bound_filter(name, function)
        for name, function in self.tests.items():
            self.tests[name] = _bound_test(function)

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        return outside(super().call_binop(context, operator, left, right))

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Slot):
            obj._refuse()
        return outside(super().getattr(obj, attribute))

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Slot):
            obj._refuse()
        return outside(super().getitem(obj, argument))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        return outside(super().call(__context, __obj, *args, **kwargs))

    def add_filter(self, name: str, function: Callable[..., Any]) -> None:
        self.filters[name] = _bound_filter(name, function)


def _bound_filter(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def filtered(*args: Any, **kwargs: Any) -> Any:
        for argument in (*args, *kwargs.values()):
            if isinstance(argument, Slot):
                return _slot_filter(name, argument, args, kwargs)
        return outside(function(*args, **kwargs))

    return filtered


def _slot_filter(name: str, value: Slot, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Record one of the closed list of filters; `escape` is how printing in markup reaches a slot."""
    rest = _after(value, args)
    if name in ("e", "escape"):
        return escape(value)
    if name in ("upper", "title", "urlencode") and not rest and not kwargs:
        return value.then(name)
    if name in ("default", "d") and len(rest) == 1 and isinstance(rest[0], str) and not kwargs:
        return value.then("default", str(rest[0]))
    if name == "dateformat" and len(rest) == 1 and isinstance(rest[0], str) and not kwargs:
        return value.then("dateformat", _date_pattern(str(rest[0])), *_table.get().names)
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


def _bound_test(function: Any) -> Callable[..., Any]:
    @wraps(function)
    def tested(*args: Any, **kwargs: Any) -> Any:
        for argument in args:
            if isinstance(argument, Slot):
                argument._refuse()
        return function(*args, **kwargs)

    return tested


def spliced(pattern: str, values: Mapping[str, Any]) -> Any:
    """`pattern` (a sentence of ours, with `{name}` places) with values put in, as data or, where one is a slot or
    markup, as markup made of tokens: so that a sentence can have a link or a subscriber's address in the middle."""
    if not any(isinstance(value, (Slot, Markup)) for value in values.values()):
        return Outside(pattern.format_map({name: str(value) for name, value in values.items()}))
    out = Markup()
    for at, piece in enumerate(re.split(r"\{(\w+)\}", pattern)):
        if at % 2:
            value = values[piece]
            out += value if isinstance(value, (Markup, Slot)) else Outside(value)
        elif piece:
            out += Outside(piece)
    return out


def template_lines(error: BaseException) -> tuple[str, int] | None:
    """File and line of the innermost template frame of `error`. Jinja2 rewrites tracebacks so that they show these."""
    place = None
    frame = error.__traceback__
    while frame is not None:
        if frame.tb_frame.f_code.co_filename.endswith((".mjml", ".txt")):
            place = (frame.tb_frame.f_code.co_filename, frame.tb_lineno)
        frame = frame.tb_next
    return place
