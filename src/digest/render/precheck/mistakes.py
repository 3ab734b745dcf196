"""A mistake with its place, and the one error that tells them all: each with the line itself and a caret below it.

Reads the operator's file again for the excerpt, nothing else. Invariant: never raises anything but `TemplateError`;
a file that has gone costs the excerpt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from digest.errors import TemplateError
from digest.render.precheck.linemap import Place

MOST = 12  # told at once; the first ones usually explain the others


@dataclass(frozen=True, slots=True)
class Mistake:
    """`length` is how many characters from `place.column` are marked."""

    place: Place
    what: str
    why: str = ""
    try_: str = ""
    length: int = 1


def error(mistakes: Iterable[Mistake]) -> TemplateError:
    """The first mistake as the error's own; the others follow in its text, in the order given, each place once."""
    several = list({(mistake.place, mistake.what): mistake for mistake in mistakes}.values())
    first, *rest = several
    told = [shown(mistake) for mistake in rest[: MOST - 1]]
    if len(several) > MOST:
        told.append(f"… and {len(several) - MOST} more")
    place = first.place
    made = TemplateError(
        first.what,
        file=place.file,
        line=place.line or None,
        column=_column(place),
        why=_with_excerpt(first),
        try_="\n\n".join([first.try_ or "change this line", *told]),
    )
    made.__dict__["mistakes"] = tuple(several)
    return made


def mistakes_of(caught: TemplateError) -> tuple[Mistake, ...]:
    """All that `caught` tells; empty when it was not made here."""
    found: tuple[Mistake, ...] = caught.__dict__.get("mistakes", ())
    return found


class OutOfTime(Exception):
    """A template has worked longer than it may."""


def packed(caught: TemplateError) -> dict[str, Any]:
    """`caught` as JSON values."""
    return {
        "what": caught.what, "file": caught.file, "line": caught.line, "column": caught.column, "why": caught.why,
        "try_": caught.try_, "mistakes": [asdict(mistake) for mistake in mistakes_of(caught)],
    }  # fmt: skip


def told(values: dict[str, Any]) -> TemplateError:
    """The error that was `packed`."""
    mistakes = values.pop("mistakes")
    made = TemplateError(values.pop("what"), **values)
    made.__dict__["mistakes"] = tuple(Mistake(**{**one, "place": Place(**one["place"])}) for one in mistakes)
    return made


def shown(mistake: Mistake) -> str:
    """Its place, what, why, the line itself with a caret, and what to try."""
    place = mistake.place
    alone = TemplateError(
        mistake.what, file=place.file, line=place.line or None, column=_column(place), why=_with_excerpt(mistake),
        try_=mistake.try_,
    )  # fmt: skip
    return str(alone)


def _with_excerpt(mistake: Mistake) -> str:
    shown = excerpt(mistake.place, mistake.length)
    return "\n".join(part for part in (mistake.why, shown) if part)


def _line(place: Place) -> str:
    try:
        lines = re.split("\r\n|\r|\n", Path(place.file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError):
        return ""
    return lines[place.line - 1] if 0 < place.line <= len(lines) else ""


def _column(place: Place) -> int:
    """The column, never beyond the line: what an expression printed may be longer than the expression."""
    line = _line(place)
    return min(place.column, len(line) + 1) if line else place.column


def excerpt(place: Place, length: int = 1, *, width: int = 100) -> str:
    """The line, numbered, and a caret under `length` of its characters; long lines are cut around the column."""
    line = _line(place).replace("\t", " ")
    if not line.strip():
        return ""
    column = max(1, _column(place))
    cut = max(0, min(column - width // 2, len(line) - width))
    shown = line[cut : cut + width]
    head, tail = ("…" if cut else ""), ("…" if cut + width < len(line) else "")
    at = column - 1 - cut
    marks = "^" * max(1, min(length, len(shown) - at))
    number = str(place.line)
    below = f"  {' ' * len(number)} | {' ' * (at + len(head))}{marks}"
    return f"  {number} | {head}{shown}{tail}" + (f"\n{below}" if place.column else "")
