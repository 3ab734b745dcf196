"""Collects the histories of a test module: `@stories.add` on each, `@stories.each` on the test that plays them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from histories_language import Script, written

Teller = Callable[[Script], None]


class Stories:
    def __init__(self) -> None:
        self.params: list[Any] = []

    def add(self, tell: Teller) -> Teller:
        self._keep(tell, ())
        return tell

    def not_yet(self, reason: str) -> Callable[[Teller], Teller]:
        """The expectation stands; the program does not meet it yet. Passing unexpectedly is a failure."""

        def keep(tell: Teller) -> Teller:
            self._keep(tell, (pytest.mark.xfail(strict=True, reason=reason),))
            return tell

        return keep

    @property
    def each(self) -> Any:
        return pytest.mark.parametrize("history", self.params)

    def _keep(self, tell: Teller, marks: tuple[Any, ...]) -> None:
        history = written(tell)
        self.params.append(pytest.param(history, id=history.name, marks=marks))
