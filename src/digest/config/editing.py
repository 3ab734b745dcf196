"""Changes to digest.toml that a command makes for its owner: a source in, a source out, a look.

Does not decide what to write and opens no connection. Invariants: every line that is not the subject of the change is
byte for byte what it was, comments and order included; a file that would not load is never put in place; whoever reads
the file at any moment, or after a power cut, finds the old one or the new one whole; no secret is written.

Why this way: tomlkit keeps comments, but gives the remarks that follow a table to that table, and so takes them away
with it, and it writes a new table at the end of the last one's remarks. So whole tables are cut and pasted as lines,
where `lines` says they stand; tomlkit writes their content and changes lists inside. Whatever was done, the result is
read with tomllib and compared with what it was meant to mean.
"""

from __future__ import annotations

import copy
import errno
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array, InlineTable

from digest.config.lines import locate
from digest.errors import BusyError, ConfigError, DigestError, Problem, UsageError

BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: `apply` gives the new text for the old one, `expect` does the same to the data it means."""

    apply: Callable[[str], str]
    expect: Callable[[dict[str, Any]], None]


def edit_config(path: Path, edits: Sequence[Edit], *, env: Mapping[str, str]) -> None:
    """Make the changes to the file at `path`, all of them or none.

    Raises `UsageError` when a change cannot be made in this file, `ConfigError` with every mistake when the result
    would not load, `BusyError` when somebody saved the file meanwhile; then the file is as it was.
    """
    real = path.expanduser().resolve()  # a link stays a link
    with _only_writer(real):
        raw = _read(real)
        _put_in_place(real, raw, edited(raw, edits, shown=str(path)), shown=str(path), env=env)


def edited(raw: str, edits: Sequence[Edit], *, shown: str) -> str:
    """The text after the changes. Pure. Raises `UsageError` where the text would mean something else than it should."""
    mark, text = (BOM, raw[1:]) if raw.startswith(BOM) else ("", raw)
    windows = "\r\n" in text
    text = text.replace("\r\n", "\n")
    for edit in edits:
        meant = tomllib.loads(text)
        edit.expect(meant)
        try:
            text = edit.apply(text)
            found = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, TOMLKitError, KeyError) as error:
            raise _by_hand(shown, str(error)) from error
        if found != meant:
            raise _by_hand(shown, "the change would have touched something else")
    return mark + (text.replace("\n", "\r\n") if windows else text)


# --- the changes ---------------------------------------------------------------------------------------------------


def add_table(section: str, name: str, settings: Mapping[str, Any], *, remark: str = "") -> Edit:
    """`[section.name]` with these settings, after the last table of its kind; `remark` becomes a comment above it."""

    def expect(data: dict[str, Any]) -> None:
        data.setdefault(section, {})[name] = copy.deepcopy(dict(settings))

    def apply(text: str) -> str:
        block = _block(f"{section}.{name}", settings, remark)
        lines = _lines(text)
        ends = [end for _, end in _blocks(text, (section,))]
        return _inserted(lines, max(ends, default=len(lines)), block)

    return Edit(apply, expect)


def remove_table(section: str, name: str) -> Edit:
    """Without `[section.name]` and the remarks that touch it; remarks apart from it stay."""

    def expect(data: dict[str, Any]) -> None:
        data[section].pop(name)
        if not data[section]:
            del data[section]

    def apply(text: str) -> str:
        lines = _lines(text)
        for start, end in reversed(_blocks(text, (section, name))):
            start = _with_remarks_above(lines, start)
            while end < len(lines) and _is_blank(lines[end]) and (start == 0 or _is_blank(lines[start - 1])):
                end += 1  # the empty line after it, where there is one before it too
            if end == len(lines) and start > 0 and _is_blank(lines[start - 1]):
                start -= 1
            del lines[start:end]
        return "".join(lines)

    return Edit(apply, expect)


def append_to_list(path: tuple[str, ...], value: str) -> Edit:
    """One more word in a list of words, such as `digest.weekly.sources`."""

    def change(text: str) -> str:
        document = tomlkit.parse(text)
        words = _at(document, path)
        assert isinstance(words, Array)
        words.append(value)
        return tomlkit.dumps(document)

    return Edit(change, lambda data: _at(data, path).append(value))


def remove_from_list(path: tuple[str, ...], value: str) -> Edit:
    """A list without a word, however often it stands there."""

    def expect(data: dict[str, Any]) -> None:
        words = _at(data, path)
        words[:] = [word for word in words if word != value]

    def change(text: str) -> str:
        document = tomlkit.parse(text)
        words = _at(document, path)
        for index in reversed([at for at, word in enumerate(words) if word == value]):
            del words[index]
        return tomlkit.dumps(document)

    return Edit(change, expect)


def set_values(table: str, settings: Mapping[str, Any]) -> Edit:
    """Settings of a table without a name, such as `[theme]`: changed where they stand, the table made if need be."""

    def expect(data: dict[str, Any]) -> None:
        data.setdefault(table, {}).update(copy.deepcopy(dict(settings)))

    def apply(text: str) -> str:
        document = tomlkit.parse(text)
        if table not in document:
            lines = _lines(text)
            return _inserted(lines, len(lines), _block(table, settings, ""))
        for key, value in settings.items():
            document[table][key] = value
        return tomlkit.dumps(document)

    return Edit(apply, expect)


def table_text(text: str, section: str, name: str) -> str:
    """What `remove_table` would take out, as it stands in the file."""
    lines = _lines(text)
    return "".join(
        "".join(lines[_with_remarks_above(lines, start) : end]) for start, end in _blocks(text, (section, name))
    )


# --- lines ---------------------------------------------------------------------------------------------------------


def _blocks(text: str, prefix: tuple[str, ...]) -> list[tuple[int, int]]:
    """[start, end) of each run of lines that belongs to tables under `prefix`, 0-based.

    A run begins at a header and ends after the last line of its last setting, remarks that follow at once included.
    """
    lines = _lines(text)
    known, ours, headers = set[int](), set[int](), set[int]()
    for path, number in locate(text).items():
        known.add(number - 1)
        if path[: len(prefix)] == prefix:
            ours.add(number - 1)
        if not isinstance(path[-1], int) and lines[number - 1].lstrip().startswith("["):
            headers.add(number - 1)
    blocks: list[tuple[int, int]] = []
    for start in sorted(headers & ours):
        if not blocks or start >= blocks[-1][1]:
            following = min((line for line in known - ours if line > start), default=len(lines))
            blocks.append((start, _end_of(lines, start, following)))
    return blocks


def _end_of(lines: Sequence[str], start: int, following: int) -> int:
    """Where a table ends whose next setting of another table stands on line `following`."""
    end = following
    while end > start + 1 and (_is_blank(lines[end - 1]) or _is_remark(lines[end - 1])):
        end -= 1
    said = end
    while said < len(lines) and _is_remark(lines[said]):
        said += 1
    touches_next = said < len(lines) and not _is_blank(lines[said])  # then the remarks are about the next table
    return end if touches_next else said


def _lines(text: str) -> list[str]:
    """With their ends. TOML knows one line break only; `str.splitlines` knows eleven."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _is_blank(line: str) -> bool:
    return not line.strip()


def _is_remark(line: str) -> bool:
    return line.lstrip().startswith("#")


def _with_remarks_above(lines: Sequence[str], start: int) -> int:
    """The remarks right above a table are about it; the first lines of a file are about the file."""
    first = start
    while first > 0 and _is_remark(lines[first - 1]):
        first -= 1
    return first if first > 0 and _is_blank(lines[first - 1]) else start


def _inserted(lines: Sequence[str], at: int, block: str) -> str:
    before, after = "".join(lines[:at]), "".join(lines[at:])
    if before and not before.endswith("\n"):
        before += "\n"
    gap = "" if not before or before.endswith("\n\n") else "\n"
    tail = "" if not after or after.startswith("\n") else "\n"
    return f"{before}{gap}{block}{tail}{after}"


def _block(header: str, settings: Mapping[str, Any], remark: str) -> str:
    table = tomlkit.table()
    for key, value in settings.items():
        table.append(key, _inline(value))
    said = f"# {' '.join(remark.split())}\n" if remark.strip() else ""
    return f"{said}[{header}]\n{table.as_string()}"


def _inline(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    inline: InlineTable = tomlkit.inline_table()
    for key, inner in value.items():
        inline.append(key, _inline(inner))
    return inline


def _at(data: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


# --- the file ------------------------------------------------------------------------------------------------------


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise _unwritable(path, error) from error


def _put_in_place(path: Path, old: str, new: str, *, shown: str, env: Mapping[str, str]) -> None:
    """Write beside, check, rename: the old file is never away, and never replaced by one that does not load."""
    if new == old:
        return
    try:
        stat = path.stat()
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".toml", dir=path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error
    beside = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), stat.st_mode & 0o7777)
            with suppress(OSError):  # only root may give files away
                os.fchown(file.fileno(), stat.st_uid, stat.st_gid)
            file.write(new)
            file.flush()
            os.fsync(file.fileno())
        _check(beside, shown=shown, env=env)
        if _read(path) != old:
            raise BusyError(
                "the file was saved by somebody else just now", where=shown, why="nothing was changed", try_="again"
            )
        beside.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        beside.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _check(beside: Path, *, shown: str, env: Mapping[str, str]) -> None:
    """Load what is about to be the configuration. Raises `ConfigError` that names the real file."""
    from digest.config.load import load_config

    try:
        load_config(beside, env=env, secrets=False, files=False)
    except ConfigError as error:
        hidden = {str(beside), beside.name}
        raise ConfigError(
            [
                Problem(shown if one.file in hidden else one.file, one.line, one.key, one.what, one.try_)
                for one in error.problems
            ]
        ) from error


@contextmanager
def _only_writer(path: Path) -> Iterator[None]:
    """Two commands that change the file one after the other, not one over the other."""
    try:
        import fcntl
    except ImportError:  # Windows: the comparison before the rename has to do
        yield
        return
    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _sync_folder(folder: Path) -> None:
    """The rename itself survives a power cut (POSIX says so of the folder's fsync only)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems have no such thing
            raise
    finally:
        os.close(descriptor)


def _unwritable(path: Path, error: Exception) -> DigestError:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return UsageError(
        "the configuration cannot be changed", where=str(path), why=why, try_=f"look at permissions: ls -l {path}"
    )


def _by_hand(shown: str, why: str) -> UsageError:
    return UsageError(
        "this file is written in a way that this program cannot change safely",
        where=shown,
        why=why,
        try_="make the change in your editor; digest check says whether it is right",
    )
