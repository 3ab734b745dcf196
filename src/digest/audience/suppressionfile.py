"""Suppressions as a CSV file, out and in: ours, another program's list of bounces, or one address a line.

Must not touch a database. Invariant: what `suppressions_csv` writes, `read_suppressions` reads back; a row that cannot
be used costs that row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from digest.audience.rows import FORMULA
from digest.audience.unsubscribed import csv_line
from digest.errors import AddressError
from digest.model import EmailAddress, RejectedRow, Suppression, has_control

COLUMNS = ("email", "reason", "since", "until")
_ADDRESS_COLUMNS = ("email", "address", "recipient", "email address", "e-mail")


def suppressions_csv(these: Iterable[Suppression]) -> str:
    """With a header; `until` is empty for ever. A cell that a spreadsheet would take for a formula is disarmed."""
    lines = [
        csv_line([one.address, one.reason, one.at.isoformat(), one.until.isoformat() if one.until else ""])
        for one in these
    ]
    return csv_line(list(COLUMNS)) + "".join(lines)


def read_suppressions(text: str, *, reason: str, now: datetime) -> tuple[list[Suppression], list[RejectedRow]]:
    """Every usable row. `reason` and `now` stand in where a row says nothing."""
    found: list[Suppression] = []
    rejects: list[RejectedRow] = []
    columns: dict[str, int] = {}
    for number, row in enumerate(csv.reader(io.StringIO(text.replace("\0", "")), delimiter=_delimiter(text)), 1):
        cells = [_bare(cell.strip()) for cell in row]
        if not any(cells):
            continue
        if not found and not rejects and not columns and _is_header(cells):
            columns = {name.lower(): place for place, name in enumerate(cells)}
            continue
        try:
            found.append(_suppression(cells, columns, reason, now))
        except (AddressError, ValueError) as error:
            why = f"{error.what}: {error.why}" if isinstance(error, AddressError) else str(error)
            rejects.append(RejectedRow(number, ",".join(row)[:200], why))
    return found, rejects


def _is_header(cells: list[str]) -> bool:
    named = any(cell.lower() in _ADDRESS_COLUMNS for cell in cells)
    return named or (len(cells) > 1 and not any("@" in cell for cell in cells))


def _suppression(cells: list[str], columns: dict[str, int], reason: str, now: datetime) -> Suppression:
    def cell(*names: str) -> str:
        place = next((columns[name] for name in names if name in columns), -1)
        return cells[place] if 0 <= place < len(cells) else ""

    written = cell(*_ADDRESS_COLUMNS) or next((one for one in cells if "@" in one), cells[0])
    why = cell("reason")[:200]
    return Suppression(
        EmailAddress.parse(written).key,
        why if why and not has_control(why) else reason,
        min(_time(cell("since", "created", "date")) or now, now),
        _time(cell("until", "expires")),
    )


def _time(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a time; write it like 2026-11-30T09:00:00+00:00") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _bare(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA) else cell


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)
