"""The block of settings at the head of a file: YAML between `---` lines, TOML between `+++` lines. Pure.

Not a YAML parser: it reads what people write there - scalars, quoted strings, inline and block lists, one level of
nesting, folded and literal blocks - and says where it stops understanding. Invariant: a file without such a block
comes back untouched; a block that is opened and cannot be read is an error with its line, never silently text.

Why this way: a full YAML parser is a dependency whose guesses hurt here (`no` is False, `1:30` is 90); values stay the
text that was written, and their readers decide.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from digest.errors import ParseError

Value = str | list[Any] | dict[str, Any]
_KEY = re.compile(r"(?P<key>[\w.\- ]+?|\"[^\"]+\"|'[^']+')\s*:(?:\s+(?P<value>.*)|\s*)$")
_DOUBLE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "", '"': '"', "\\": "\\", "/": "/", "0": ""}


def split_front_matter(text: str, *, name: str) -> tuple[dict[str, Value], str]:
    """(settings with lower-case keys, the rest of the text). Raises `ParseError` with file and line."""
    lines = text.lstrip("\ufeff").split("\n")
    fence = lines[0].rstrip() if lines else ""
    if fence == "+++":
        end = _closing(lines, ("+++",), name)
        return _toml("\n".join(lines[1:end]), name), "\n".join(lines[end + 1 :])
    if (
        fence == "---"
        and len(lines) > 1
        and (_KEY.match(lines[1]) or lines[1].strip() in ("---", "") or lines[1][:1] == "#")
    ):
        end = _closing(lines, ("---", "..."), name)
        return _Yaml(lines[1:end], name).mapping(0), "\n".join(lines[end + 1 :])
    return {}, text


def _closing(lines: list[str], fences: tuple[str, ...], name: str) -> int:
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in fences:
            return number
    raise ParseError(
        "the front matter is never closed", where=f"{name}:1", try_=f"write a line {fences[0]} where the text begins"
    )


def _toml(text: str, name: str) -> dict[str, Value]:
    try:
        return {key.lower(): _plain(value) for key, value in tomllib.loads(text).items()}
    except tomllib.TOMLDecodeError as error:
        raise ParseError(
            "the front matter is not valid TOML",
            where=name,
            why=str(error),
            try_='for example: title = "My first story"',
        ) from error


def _plain(value: Any) -> Value:
    if isinstance(value, Mapping):
        return {str(key).lower(): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return str(value)


class _Yaml:
    """Lines to values. `mapping(indent)` reads keys at exactly that indent, until a smaller one."""

    def __init__(self, lines: list[str], name: str) -> None:
        self._lines = [line.rstrip() for line in lines]
        self._at = 0
        self._name = name

    def mapping(self, indent: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while (line := self._peek()) is not None and _indent(line) >= indent:
            if _indent(line) > indent:
                raise self._error("unexpected indentation")
            match = _KEY.match(line.strip())
            if not match or line.strip().startswith("- "):
                raise self._error(f"this is not `key: value`: {line.strip()[:60]!r}")
            self._at += 1
            key = match["key"].strip().strip("\"'").lower()
            found[key] = self._value((match["value"] or "").strip(), indent)
        return found

    def _value(self, text: str, indent: int) -> Value:
        if re.fullmatch(r"[|>][+\-]?", text):
            return self._block(indent, folded=text[0] == ">")
        if text and not text.startswith("#"):
            return self._continued(text, indent)
        line = self._peek()
        if line is not None and line.strip().startswith("- ") and _indent(line) >= indent:
            return self._list(_indent(line))
        if line is not None and _indent(line) > indent:
            return dict(self.mapping(_indent(line)))
        return ""

    def _continued(self, text: str, indent: int) -> Value:
        """A plain or quoted scalar may run on over deeper lines; so may an inline list."""
        while (line := self._next_raw()) is not None and line.strip() and _indent(line) > indent:
            text += " " + line.strip()
            self._at += 1
        if text.startswith("["):
            return self._inline_list(text)
        return self._scalar(text)

    def _list(self, indent: int) -> list[Any]:
        found: list[Any] = []
        while (line := self._peek()) is not None and _indent(line) == indent and line.strip().startswith("-"):
            item = line.strip()[1:].strip()
            if _KEY.match(item) and item[:1] not in "\"'[":
                self._lines[self._at] = " " * (indent + 2) + item
                found.append(self.mapping(indent + 2))
            else:
                self._at += 1
                found.append(self._inline_list(item) if item.startswith("[") else self._scalar(item))
        return found

    def _block(self, indent: int, *, folded: bool) -> str:
        lines: list[str] = []
        while (line := self._next_raw()) is not None and (not line.strip() or _indent(line) > indent):
            lines.append(line.strip())
            self._at += 1
        text = "\n".join(lines).strip("\n")
        return re.sub(r"(?<!\n)\n(?!\n)", " ", text) if folded else text

    def _inline_list(self, text: str) -> list[Any]:
        body = re.sub(r"\s+#.*$", "", text).strip()
        if not body.endswith("]"):
            raise self._error("this list is never closed with ]")
        items = re.findall(r"\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|[^,]+)\s*(?:,|$)", body[1:-1])
        return [self._scalar(item.strip()) for item in items if item.strip()]

    def _scalar(self, text: str) -> str:
        if text[:1] in ("&", "*", "!", "{", "%", "@", "`"):
            raise self._error(f"this YAML is not understood here: {text[:40]!r}; put it in quotes")
        if text[:1] == '"':
            match = re.match(r'"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$', text)
            if not match:
                raise self._error("this quote is never closed")
            return _DOUBLE.sub(_unescape, match[1])
        if text[:1] == "'":
            match = re.match(r"'((?:[^']|'')*)'\s*(?:#.*)?$", text)
            if not match:
                raise self._error("this quote is never closed")
            return match[1].replace("''", "'")
        plain = re.sub(r"\s+#.*$", "", text).strip()
        return "" if plain in ("~", "null", "Null", "NULL") else plain

    def _peek(self) -> str | None:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.strip() and not line.lstrip().startswith("#"):
                return line
            self._at += 1
        return None

    def _next_raw(self) -> str | None:
        return self._lines[self._at] if self._at < len(self._lines) else None

    def _error(self, why: str) -> ParseError:
        # The block starts on line 2 of the file, and `_at` counts from 0.
        return ParseError(
            "the front matter cannot be read",
            where=f"{self._name}:{min(self._at, len(self._lines) - 1) + 2}",
            why=why,
            try_='write simple lines such as title: "My first story" and tags: [garden, spring]',
        )


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    return chr(int(code[1:], 16)) if len(code) > 1 else _ESCAPES.get(code, code)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
