"""Who watches a run: asked whether to stop, told what happens. One value, handed down unchanged.

Nobody watches by default. `stop` gives "" to go on, or the word that becomes `Report.stopped`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.model import Report
    from digest.pipeline.gathering import SourceResult

Stop = Callable[[], str]


def never() -> str:
    return ""


def ignored(what: object) -> None:
    """A listener that does not listen."""


@dataclass(frozen=True, slots=True)
class Watch:
    """`progress` hears the report so far after each outcome, `on_source` each source as it is done."""

    stop: Stop = never
    progress: Callable[[Report], None] = ignored
    on_source: Callable[[SourceResult], None] = ignored


UNWATCHED = Watch()
