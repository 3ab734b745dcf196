"""Tokens: the ASCII words that stand in template source for what is not source.

    zq<nonce>v3z   value 3        s   slot        o, c   the two ends of a block

Knows what was minted in one compilation, nothing else. Invariant: a token's text is letters and digits, so that no
compiler changes it, and its nonce occurs in none of the compilation's inputs.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from digest.render.segments import Condition, Fill

_table: ContextVar[Tokens] = ContextVar("digest_render_tokens")


def current() -> Tokens:
    """Those of the compilation that is going on."""
    return _table.get()


@dataclass(slots=True)
class Tokens:
    """Every token of one compilation. Numbers start at 0, so equal inputs mint equal tokens."""

    nonce: str
    minted: list[str | Fill | Condition | None] = field(default_factory=list)
    names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # months and days, for slots filtered by dateformat
    locale: str = ""  # of this compilation: what a reader without a locale of their own reads
    entered: list[Any] = field(default_factory=list, repr=False, compare=False)
    prefix: str = field(init=False, repr=False)
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """The pattern's groups: kind (v value, s slot, o and c the ends of a block) and number."""
        self.prefix = f"zq{self.nonce}"
        self.pattern = re.compile(f"{self.prefix}([vsoc])([0-9]+)z")

    def mint(self, kind: str, thing: str | Fill | Condition | None) -> Markup:
        if isinstance(thing, str) and self.prefix in thing:
            thing = self.expand(thing)
        self.minted.append(thing)
        return Markup(f"{self.prefix}{kind}{len(self.minted) - 1}z")  # noqa: S704 - ASCII letters and digits

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
