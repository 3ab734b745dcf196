"""Where each setting stands, and the making of a `Problem` from a setting and a sentence.

A setting stands on a line of the file, or in an environment variable that overrides it; either way the message names
the place that has to be edited.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from digest.errors import Problem

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """`lines` by path (see `lines.locate`); `variables` holds the path of every overridden setting."""

    file: str
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    variables: Mapping[KeyPath, str] = field(default_factory=dict)

    def problem(self, path: KeyPath, what: str, try_: str) -> Problem:
        """The problem of `path`, with the line of that setting or of the nearest table around it."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.variables:
                return Problem(f"environment variable {self.variables[path[:end]]}", None, dotted(path), what, try_)
        return Problem(self.file, self.line(path), dotted(path), what, try_)

    def line(self, path: KeyPath) -> int | None:
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return None


def dotted(path: KeyPath) -> str:
    """`relay.main.password`, `list.members.topics[2]`; keys that need quotes get them."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            name = part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"'
            written += f".{name}" if written else name
    return written


def within(directory: Path, written: str) -> Path:
    """The file that a path in digest.toml means: relative ones start at the folder of digest.toml."""
    return directory / Path(written).expanduser()
