"""The file of those who left, beside the list: `subscribers.unsubscribed.csv`.

Only ever grows. Invariant: once `record_unsubscribe` returns, the line is on the disk, whole, whatever other processes
write at the same time; reading errs on the side of those who left, so any address standing in a line counts.

Why this way: the list itself belongs to the operator and is replaced by old copies; a file that is only appended to
and is read as well at every issue keeps an unsubscribe through that, and through the loss of the database.
"""

from __future__ import annotations

import codecs
import csv
import fcntl
import io
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from digest.audience.csvfile import read_bytes
from digest.audience.encodings import detect
from digest.audience.rows import FORMULA
from digest.errors import AddressError, AudienceError
from digest.model.address import EmailAddress

_HEADER = "email,at,source\n"
_ADDRESS = re.compile(r"[^\s,;|<>\"]+@[^\s,;|<>\"]+")
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?")


def unsubscribed_path(csv_path: Path) -> Path:
    """`subscribers.csv` -> `subscribers.unsubscribed.csv`, in the same directory."""
    return csv_path.with_name(f"{csv_path.stem}.unsubscribed.csv")


def record_unsubscribe(csv_path: Path, address: str, at: datetime, source: str) -> None:
    """Append one line, durably. `source` says how they left (one-click, page, reply, by hand)."""
    path = unsubscribed_path(csv_path)
    row = csv_line([str(EmailAddress.parse(address)), _utc(at), source])
    try:
        fresh = not path.exists()
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)  # header and line break are decided by what stands there now
            _append(file, row)
            os.fsync(file)
        finally:
            os.close(file)  # releases the lock
        if fresh:
            sync_directory(path.parent)
    except OSError as error:
        raise AudienceError(
            "cannot write down an unsubscribe",
            where=str(path),
            why=error.strerror or str(error),
            try_="make the directory of the list writable for the user that runs digest",
        ) from error


def read_unsubscribed(csv_path: Path) -> dict[str, datetime | None]:
    """Key -> when they left (the latest time in the file; None for an address written by hand without one).

    Tolerant: any delimiter, order and encoding, bare addresses, `Name <address>`. Lines that begin with # are comments.
    A missing file is an empty one.
    """
    path = unsubscribed_path(csv_path)
    if not path.exists():
        return {}
    data = read_bytes(path)
    text = data.decode(detect(data).name, errors="replace")
    left: dict[str, datetime | None] = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        at = _time(line)
        for found in _ADDRESS.findall(line):
            key = _key(found)
            if key:
                left[key] = max(filter(None, (left.get(key), at)), default=None)
    return left


def csv_line(cells: list[str]) -> str:
    """One CSV line; a cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([neutral(cell) for cell in cells])
    return out.getvalue()


def neutral(cell: str) -> str:
    """`cell` as it may stand in a file that somebody opens in a spreadsheet (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def sync_directory(directory: Path) -> None:
    """Make a new name in `directory` survive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _append(file: int, row: str) -> None:
    size = os.fstat(file).st_size
    head = os.pread(file, 4, 0)
    wide = next((name for bom, name in _WIDE if head.startswith(bom)), "utf-8")  # saved by hand from a spreadsheet
    line_end = "\n".encode(wide)
    text = row if size else _HEADER + row
    if size and os.pread(file, len(line_end), size - len(line_end)) != line_end:
        text = "\n" + text  # somebody's editor left the last line open
    _write(file, text.encode(wide))


_WIDE = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def _write(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _utc(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("the time of an unsubscribe needs a zone")
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _key(text: str) -> str:
    text = re.sub(r"(?i)^mailto:", "", text.strip("'()[]{}:.=")) if text[:1] != "'" else text[1:].rstrip("'")
    try:
        return EmailAddress.parse(text).key
    except AddressError:
        return ""


def _time(line: str) -> datetime | None:
    found = _TIME.search(line)
    if not found:
        return None
    try:
        at = datetime.fromisoformat(found[0])
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
