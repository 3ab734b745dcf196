"""Reads the file as TOML and says in plain words what is wrong when it is not.

`tomllib` stops at the first mistake of form, so there is one problem at a time here; everything after it (values,
names, references) is reported together.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from digest.config.lines import locate
from digest.config.places import dotted
from digest.errors import ConfigError, Problem

_CURLY_QUOTES = "“”„«»‘’‚"
_QUOTES = "“”„«»‘’‚\"'"


def read_toml(path: Path, *, shown: str) -> tuple[str, dict[str, Any]]:
    """Text and data of the file. Raises `ConfigError` with one problem; `shown` is the file's name in it."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise _refusal(
            shown, None, "there is no such file", "digest init, or name another with --config FILE"
        ) from None
    except OSError as error:
        raise _refusal(shown, None, f"cannot be read: {error.strerror}", f"check it: ls -l {shown}") from None
    try:
        text = raw.decode("utf-8-sig")  # Windows editors put a byte order mark first, which TOML does not know
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal(shown, line, "is not UTF-8 text", 'save it as "UTF-8" in your editor') from None
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, what, try_ = explain(text, str(error))
        raise _refusal(shown, line, what, try_) from None
    except RecursionError:
        raise _refusal(shown, None, "has lists within lists without end", "close the brackets") from None


def _refusal(file: str, line: int | None, what: str, try_: str) -> ConfigError:
    return ConfigError([Problem(file, line, "", what, try_)])


def explain(text: str, message: str) -> tuple[int, str, str]:
    """Line, what is wrong and what to do, from tomllib's message (wordings of CPython 3.11 to 3.14)."""
    place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
    said = message[: place.start()] if place else message
    lines = text.split("\n")
    number = int(place[1]) if place and place[1] else _last_key_line(text)
    written = lines[number - 1].strip() if number <= len(lines) else ""
    return _explain(text, number, written, said)


def _last_key_line(text: str) -> int:
    """Where the thing began that never ends: the scanner loses its way in the value of the last key it found."""
    return max(locate(text).values(), default=1)


def _explain(text: str, number: int, written: str, said: str) -> tuple[int, str, str]:
    key, equals, value = (part.strip() for part in written.partition("="))
    if any(quote in _CURLY_QUOTES for quote in value[:1]) or (not equals and written[:1] in _CURLY_QUOTES):
        straight = value.strip(_QUOTES)
        return number, "has curly quotes, which a text editor made for print", f'write {key} = "{straight}"'
    if said == "Invalid value" and not equals:
        what = "stands inside a list that began above: the list is not closed, or this text has no quotes"
        return number, what, f"add ] where the list ends, or put quotes around {written[:60]}"
    if said in ("Invalid value", "Expected newline or end of document after a statement"):
        return _value(number, key, value)
    if said.startswith("Expected '=' after a key"):
        return _no_equals(number, written)
    if said.startswith(("Illegal character '\\n'", "Illegal character '\\r'", "Unterminated string", 'Expected "\'"')):
        return number, "a quote is opened here and not closed", "put the closing quote where the text ends"
    if said.startswith(("Cannot overwrite", "Cannot declare", "Cannot redefine", "Cannot mutate", "Duplicate inline")):
        return _twice(text, number)
    if "hex value" in said or "\\\\" in said or "backslash" in said.lower():
        return (
            number,
            "has a backslash between double quotes",
            "put single quotes around the text: 'C:\\mail\\list.csv'",
        )
    if said.startswith(("Unclosed array", "Unclosed inline table")):
        what, bracket = ("list", "]") if "array" in said else ("table in braces", "}")
        return (
            number,
            f"the {what} before this place is not closed",
            f"add {bracket} at its end, or a comma between two parts",
        )
    if said.startswith(("Expected ']", "Expected ']]")):
        return number, "the name of the table is not closed", f"write {written.rstrip(' ]')}]"
    return (
        number,
        f"is not TOML: {said[:1].lower()}{said[1:]}",
        "see https://toml.io for how a file like this is written",
    )


def _value(number: int, key: str, value: str) -> tuple[int, str, str]:
    bare = re.sub(r"\s+#.*$", "", value)
    if not bare or bare.startswith("#"):
        return number, "nothing stands after the =", f'write {key} = "..." or delete the line'
    if bare in ("True", "False", "yes", "no", "on", "off", "Yes", "No"):
        yes = bare.lower() in ("true", "yes", "on")
        return number, f"{bare} is not a value here", f"write {key} = {'true' if yes else 'false'}, in small letters"
    if bare[0] == '"':
        inner = bare.strip('"')
        return (
            number,
            "something stands after the closing quote",
            f"quotes inside text need single quotes around it: '{inner}'",
        )
    return number, "the text has no quotes around it", f'write {key} = "{bare.strip(_QUOTES)}"'


def _no_equals(number: int, written: str) -> tuple[int, str, str]:
    yaml = re.match(r"([\w-]+)\s*:\s*(.*)$", written)
    if yaml:
        value = yaml[2].strip(_QUOTES)
        return (
            number,
            "has a : where an = belongs",
            f'write {yaml[1]} = "{value}"' if value else f"write {yaml[1]} = ...",
        )
    if "=" in written:
        key, _, value = written.partition("=")
        joined = re.sub(r"\W+", "_", key.strip())
        return number, "the name of the setting has a blank in it", f"write {joined} ={value}"
    return number, "has no = and no value", f'write {written} = "...", or put # before a remark'


def _twice(text: str, number: int) -> tuple[int, str, str]:
    """A key or table given a second time; the parser stands at the end of the value, the key may be lines above."""
    lines = text.split("\n")
    found = locate("\n".join(lines[:number]))
    second = max(found.values(), default=number)
    earlier = locate("\n".join(lines[: second - 1]))
    repeated = [path for path, line in found.items() if line == second and path in earlier]
    if not repeated:
        return second, "is a value and a table at once", "give each setting once, or rename one of the two"
    path = max(repeated, key=len)
    first = earlier[path]
    if lines[second - 1].lstrip().startswith("["):
        return second, f"[{dotted(path)}] stands here again; it began on line {first}", (
            f"move these settings below line {first} and delete this line")  # fmt: skip
    return second, f"{dotted(path)} is given twice, first on line {first}", "delete one of the two lines"
