"""Overrides from the environment: `DIGEST_RELAY__MAIN__PASSWORD` is the setting `relay.main.password`.

`__` stands for the dot, names are matched without regard to case, and `-` may be written `_`. `..._FILE` takes the
value from a file (the habit of containers). A variable that names no setting is a mistake and is reported: a typo
that silently changes nothing is how a test list ends up mailed. Variables without `__` are none of our business.

Pure but for reading the files that `_FILE` names. Secrets are not read here: their place is noted, like one written
in the file.
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from digest.config import schema
from digest.config.places import KeyPath
from digest.config.suggest import did_you_mean, nearest
from digest.config.values import Refused
from digest.errors import Problem

PREFIX = "DIGEST_"


@dataclass(slots=True)
class Overridden:
    """The file's data with the overrides in it, which variable each came from, and what was wrong with them."""

    data: dict[str, Any]
    variables: dict[KeyPath, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def apply_environment(data: Mapping[str, Any], env: Mapping[str, str], *, directory: Path) -> Overridden:
    """Lay the overrides of `env` over `data`, which stays as it is."""
    result = Overridden(copy.deepcopy(dict(data)))
    spoken_for = set(_variables_named_in(data))
    for name in sorted(env):
        if not name.startswith(PREFIX) or "__" not in name or name in spoken_for:
            continue
        try:
            target = _find(name, data)
            _set(result.data, target.path, target.value(name, env[name], directory))
            result.variables[target.path] = name
        except Refused as error:
            result.problems.append(Problem(f"environment variable {name}", None, "", error.what, error.try_))
    return result


def _variables_named_in(value: Any) -> list[str]:
    """The variables that the file itself names, as in `{ env = "..." }`: they are values, not overrides."""
    if isinstance(value, dict):
        named = [value["env"]] if isinstance(value.get("env"), str) else []
        return named + [name for item in value.values() for name in _variables_named_in(item)]
    return []


@dataclass(frozen=True, slots=True)
class _Target:
    path: KeyPath
    shape: str
    in_file: bool

    def value(self, name: str, written: str, directory: Path) -> Any:
        if self.shape == "secret":
            return {"file": written} if self.in_file else {"env": name}
        return _shaped(_content(directory / written) if self.in_file else written, self.shape)


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Refused(f"the file {path} cannot be read: {why}", "correct the path, or unset the variable") from None


def _shaped(written: str, shape: str) -> Any:
    """Text as the TOML value that it stands for; what does not read as a number is left for the reader to refuse."""
    if shape == "number":
        try:
            return int(written)
        except ValueError:
            return written
    if shape == "words" and not written.lstrip().startswith("["):
        return [word.strip() for word in written.split(",") if word.strip()]
    if shape in ("words", "table"):
        try:
            return tomllib.loads(f"value = {written}")["value"]
        except tomllib.TOMLDecodeError:
            raise Refused("cannot be read as TOML", 'write it as in the file, such as ["a", "b"]') from None
    return written


def _find(name: str, data: Mapping[str, Any]) -> _Target:
    section, *rest = name.removeprefix(PREFIX).split("__")
    table_name = _match(section, schema.SECTIONS, "table")
    found = schema.SECTIONS[table_name]
    path: KeyPath = (table_name,)
    if found.named:
        there = data.get(table_name)
        if not rest or not isinstance(there, dict) or not there:
            raise Refused(f"there is no [{table_name}.NAME] for it to change", "add the table to the file first")
        path = (*path, _match(rest.pop(0), there, f"[{table_name}.NAME]"))
    return _find_setting(found.model, rest, path)


def _find_setting(model: type[schema.Table], rest: list[str], path: KeyPath) -> _Target:
    known = schema.keys_of(model)
    if not rest:
        raise Refused("names a table, not a setting in it", f"add __ and one of: {', '.join(known)}")
    word, *deeper = rest
    in_file = not deeper and _folded(word).endswith("_file") and _folded(word) not in known
    key = _match(word[: -len("_file")] if in_file else word, known, "setting")
    inside = schema.table_inside(known[key])
    if inside and deeper:
        return _find_setting(inside, deeper, (*path, key))
    if deeper:
        raise Refused(f"{key} has nothing inside it", f"end the name of the variable with {key.upper()}")
    return _Target((*path, key), schema.kind_of(known[key]).shape, in_file)


def _folded(word: str) -> str:
    return word.lower().replace("-", "_")


def _match(word: str, known: Mapping[str, Any], what: str) -> str:
    """The one known name that reads like `word`."""
    same = [name for name in known if _folded(name) == _folded(word)]
    if len(same) > 1:
        raise Refused(f"{word} may mean {' or '.join(same)}", "rename one of them in the file")
    if same:
        return same[0]
    names = [_folded(name) for name in known]
    guess = nearest(_folded(word), names)
    try_ = f"write {guess.upper()} in its place" if guess else f"unset it, or use one of: {', '.join(known)}"
    raise Refused(
        f"it names the {what} {_folded(word)}, which does not exist{did_you_mean(_folded(word), names)}", try_
    )


def _set(data: dict[str, Any], path: KeyPath, value: Any) -> None:
    """Put `value` at `path`. What is in the way is a mistake of the file and reported as such, not overwritten."""
    *tables, key = path
    for name in tables:
        inner = data.setdefault(str(name), {})
        if not isinstance(inner, dict):
            return
        data = inner
    data[str(key)] = value
