"""Values become tokens: what comes from outside never enters template source (DESIGN section 5, rule 8).

A template prints three kinds of things. Markup it made itself (macros, `caller()`, `{% set %}` blocks) is source and
passes. Validated theme values (`Raw`) pass. Everything else is `Outside`: escaping it, which autoescape does to every
printed value, mints an ASCII token `zq<nonce>v<number>z` and remembers the value. MJML then compiles tokens only, and
`contexts` puts each value back, escaped for where it landed. What only subscribers decide is in `slots`.

Must not know MJML or MIME. Invariant: a string that reached a template from data can leave it only as a token,
whatever filters, slices, calls and operators it went through.

Why by type: an autoescape hook alone (values replaced in `finalize`) also replaced the output of macros and blocks;
replacing in the context missed derived strings. A `str` subclass with `__html__` does neither.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import wraps
from inspect import getattr_static
from typing import Any, NoReturn, SupportsIndex

from jinja2 import StrictUndefined, Undefined, pass_context
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from digest.render.slots import Question, ShownIf, Slot, Unknown, has, locale, slot, slot_filter, topic
from digest.render.tokens import SlotError, Tokens, current

__all__ = [
    "BoundEnvironment", "Outside", "Raw", "SlotError", "Tokens", "View", "outside", "spliced", "template_lines",
]  # fmt: skip


class Raw(str):
    """A validated value that may stand in source: colours, lengths, directions. Only `theme` makes them."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return str.__new__, (type(self), str(self))  # checked when it was made


class Outside(str):
    """A string from data. Everything derived from it is `Outside` again."""

    __slots__ = ()

    def __html__(self) -> Markup:
        return current().mint("v", str.__str__(self))

    def __iter__(self) -> Iterator[str]:
        return (Outside(char) for char in str(self))

    def __getitem__(self, place: SupportsIndex | slice) -> str:
        # Jinja2 compiles slices to Python's own, past `Environment.getitem`
        return Outside(str(self)[place])


_PASSING: set[type] = {Outside, Markup, int, bool, float, type(None)}


def outside(value: Any) -> Any:
    """`value` with every plain string in it made `Outside`; markup, slots and validated values stay what they are."""
    kind = type(value)
    if kind in _PASSING:
        return value
    if kind is str:
        return Outside(value)
    if isinstance(value, (Outside, Markup, Raw, Unknown, View)):
        _PASSING.add(kind)
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


@pass_context
def _finalize(_: Context, value: Any) -> Any:
    """What printing does to each value. `pass_context` keeps Jinja2 from folding constants past it."""
    kind = type(value)
    if kind is Markup or kind is Outside or isinstance(value, (Markup, Slot, Raw, Outside, Undefined)):
        return value
    if value is None:
        return ""
    if isinstance(value, Question):
        value._refuse()
    if isinstance(value, (date, View, list, tuple, dict)):
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


_ABSENT = object()
_KEPT = 4096
_PLAIN: dict[tuple[type, str], bool] = {}


def _is_plain(kind: type, attribute: str) -> bool:
    """Whether this attribute of this type is data that is there for templates: fields of the theme, sides of a
    direction, and what a loop or an imported file gives."""
    if attribute.startswith("_"):
        return False
    if kind.__module__ == "digest.render.theme" and is_dataclass(kind):
        return attribute in {field.name for field in fields(kind)}
    if issubclass(kind, Raw):
        return isinstance(getattr_static(kind, attribute, None), property)
    if kind is LoopContext:
        return isinstance(getattr_static(kind, attribute, None), property)
    return kind is TemplateModule and not hasattr(TemplateModule, attribute)


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
        self.globals = {"namespace": self.globals["namespace"], "slot": slot, "topic": topic, "has": has,
                        "locale": locale}  # fmt: skip
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
        """As the sandbox does, without asking again about what it is known to allow: half of a compilation's time."""
        kind = type(obj)
        if kind is View:
            value = obj._values.get(attribute, _ABSENT)
            if value is not _ABSENT:
                return value
        elif _PLAIN.get((kind, attribute)) and (value := getattr(obj, attribute, _ABSENT)) is not _ABSENT:
            return outside(value)
        elif isinstance(obj, Unknown):
            obj._refuse()
        elif (kind, attribute) not in _PLAIN and len(_PLAIN) < _KEPT:
            _PLAIN[kind, attribute] = _is_plain(kind, attribute)
        return outside(super().getattr(obj, attribute))

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, Unknown):
            obj._refuse()
        return outside(super().getitem(obj, argument))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        if type(__obj) is Macro:  # of a template, which the sandbox would allow
            return outside(__context.call(__obj, *args, **kwargs))
        return outside(super().call(__context, __obj, *args, **kwargs))

    def add_filter(self, name: str, function: Callable[..., Any]) -> None:
        self.filters[name] = _bound_filter(name, function)


def _bound_filter(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def filtered(*args: Any, **kwargs: Any) -> Any:
        for argument in (*args, *kwargs.values()):
            if isinstance(argument, Unknown):
                return slot_filter(name, argument, args, kwargs) if isinstance(argument, Slot) else argument._refuse()
        return outside(function(*args, **kwargs))

    return filtered


def _bound_test(function: Any) -> Callable[..., Any]:
    @wraps(function)
    def tested(*args: Any, **kwargs: Any) -> Any:
        for argument in args:
            if isinstance(argument, Unknown):
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
