"""Writing beside and into a list file: the rejects, and new subscribers.

Invariant: a list file is replaced whole or not at all, after a copy of it was put beside it; what stands in it is
not rewritten (its encoding, delimiter, columns, line ends and odd rows stay as they are).
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from digest.audience.csvfile import CsvList, read_bytes, read_list_bytes
from digest.audience.unsubscribed import csv_line, neutral, sync_directory
from digest.errors import AudienceError, BusyError
from digest.model.subscriber import RejectedRow, SubscriberRow

NEW_HEADER = ("email", "name", "locale", "timezone", "topics", "frequency")


def rejects_path(csv_path: Path) -> Path:
    """`subscribers.csv` -> `subscribers.rejects.csv`, in the same directory."""
    return csv_path.with_name(f"{csv_path.stem}.rejects.csv")


def write_rejects(csv_path: Path, rejects: Sequence[RejectedRow]) -> Path | None:
    """Write NAME.rejects.csv beside the list (line, reason, row) and return its path.

    Without rejects an older file is removed, so that it cannot be taken for this reading's: returns None.
    """
    path = rejects_path(csv_path)
    if not rejects:
        path.unlink(missing_ok=True)
        return None
    lines = [csv_line([str(reject.line), reject.reason, reject.raw]) for reject in rejects]
    # A byte order mark, because this file is opened in spreadsheets; broken bytes are shown as \udc.. escapes.
    text = "\ufeffline,reason,row\n" + "".join(lines)
    _replace(path, text.encode("utf-8", "backslashreplace"), mode=0o600)
    return path


def append_subscribers(csv_path: Path, rows: Sequence[SubscriberRow], *, now: datetime) -> Path | None:
    """Append `rows` to the list and return the copy made of it before (None when the list did not exist yet).

    A row for an address that stands there already takes its place: the last valid row counts. Columns that the rows
    need and the header lacks are added at its end. Raises `AudienceError`, and `BusyError` when the file was changed
    by somebody else meanwhile; in both cases the file is as it was.
    """
    if not csv_path.exists():
        text = csv_line(list(NEW_HEADER)) + _lines(rows, dict(zip(NEW_HEADER, range(6), strict=True)), ",", "\n")
        _replace(csv_path, text.encode(), mode=0o600)
        return None
    data = read_bytes(csv_path)
    after = _appended(csv_path, data, rows) if data.strip() else None
    if after is None:
        after = (
            csv_line(list(NEW_HEADER)) + _lines(rows, dict(zip(NEW_HEADER, range(6), strict=True)), ",", "\n")
        ).encode()
    backup = _back_up(csv_path, data, now)
    if csv_path.read_bytes() != data:
        raise BusyError("this list was changed by somebody else just now", where=str(csv_path), try_="the same again")
    _replace(csv_path, after, mode=csv_path.stat().st_mode & 0o777)
    return backup


def _appended(csv_path: Path, data: bytes, rows: Sequence[SubscriberRow]) -> bytes:
    listed = read_list_bytes(data, str(csv_path))
    errors = "surrogateescape" if listed.encoding.startswith("utf-8") else "strict"
    try:
        text = data.decode(listed.encoding, errors)
        columns, text = _with_columns(csv_path, listed, text, rows)
        end = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
        if text and not text.endswith(("\n", "\r")):
            text += end
        return _encode(text + _lines(rows, columns, listed.delimiter, end), listed.encoding, errors, data)
    except UnicodeError as error:
        raise AudienceError(
            "cannot add to this list",
            where=str(csv_path),
            why=f"it is written in {listed.encoding}, which has no room for some of these names, or is damaged",
            try_="save the list as CSV with the encoding UTF-8, then add them again",
        ) from error


def _encode(text: str, encoding: str, errors: str, data: bytes) -> bytes:
    """As it was: the wide codecs of Python choose their own byte order for a new file."""
    if encoding in ("utf-16", "utf-32"):
        order = "be" if data[:2] in (b"\xfe\xff", b"\x00\x00") else "le"
        return ("\ufeff" + text).encode(f"{encoding}-{order}", errors)
    return text.encode(encoding, errors)


def _with_columns(
    csv_path: Path, listed: CsvList, text: str, rows: Sequence[SubscriberRow]
) -> tuple[dict[str, int], str]:
    """The columns to write to, and the text with those added to its header that the rows need."""
    columns = dict(listed.columns)
    if "name" not in columns and "first_name" in columns:
        columns["name"] = columns["first_name"]  # read back as one name
    missing = [name for name in NEW_HEADER if name not in columns and any(_cell(row, name) for row in rows)]
    if not missing:
        return columns, text
    if not listed.header:
        raise AudienceError(
            "cannot add to this list",
            where=str(csv_path),
            why=f"it has no header line, so there is no place for: {', '.join(missing)}",
            try_='put a first line "email,name" (in the order of its columns) into the file',
        )
    columns.update({name: len(listed.header) + place for place, name in enumerate(missing)})
    return columns, _longer_header(csv_path, text, listed, missing)


def _longer_header(csv_path: Path, text: str, listed: CsvList, missing: list[str]) -> str:
    lines = io.StringIO(text, newline="").readlines()
    for at, line in enumerate(lines):
        body = line.rstrip("\r\n")
        cells = next(csv.reader([body], delimiter=listed.delimiter, skipinitialspace=True), [])
        if tuple(cell.strip() for cell in cells)[: len(listed.header)] == listed.header:
            end = line[len(body) :] or "\n"
            body = body.rstrip(listed.delimiter + " ")  # empty columns after the last named one
            lines[at] = listed.delimiter.join([body, *missing]) + end
            return "".join(lines)
    raise AudienceError(
        "cannot add to this list",
        where=str(csv_path),
        why=f"its header has no column for: {', '.join(missing)}",
        try_=f"add these to its first line: {', '.join(missing)}",
    )


def _lines(rows: Sequence[SubscriberRow], columns: dict[str, int], delimiter: str, end: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    for row in rows:
        cells = [""] * (max(columns.values()) + 1)
        for name in NEW_HEADER:
            if name in columns:
                cells[columns[name]] = neutral(_cell(row, name))
        writer.writerow(cells)
    return out.getvalue()


def _cell(row: SubscriberRow, name: str) -> str:
    if name == "email":
        return row.address
    if name == "topics":
        return "; ".join(row.topics or ())
    if name == "frequency":
        return "" if row.frequency == "every" else row.frequency
    return str(getattr(row, name))


def _back_up(path: Path, data: bytes, now: datetime) -> Path:
    """A copy NAME.YYYYMMDD-HHMMSS.bak beside the list; never over an earlier one."""
    stem = f"{path.name}.{now:%Y%m%d-%H%M%S}"
    for suffix in ("", *(f"-{count}" for count in range(2, 1000))):
        backup = path.with_name(f"{stem}{suffix}.bak")
        try:
            handle = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, path.stat().st_mode & 0o777)
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return backup
    raise AudienceError("cannot back up this list", where=str(path), why="too many copies of this second", try_="later")


def _replace(path: Path, data: bytes, *, mode: int) -> None:
    """The whole file or the old one, also after a power cut."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_directory(path.parent)
    except OSError as error:
        raise AudienceError(
            "cannot write this file",
            where=str(path),
            why=error.strerror or str(error),
            try_="make its directory writable for the user that runs digest",
        ) from error
