"""The ledger's steps on SQLite: a few statements inside one BEGIN IMMEDIATE, so nobody else writes meanwhile.

Must not be used on another engine: what it reads and then writes is only safe under that lock.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from digest.store.database import Database, driver_of
from digest.store.ledger_calls import (
    A_GUESS,
    CLAIMED_SQL,
    IN_HAND,
    SUBSCRIBED,
    WHY_NOT,
    Claimed,
    Result,
    claimed,
)

_PICK = (
    f"SELECT {CLAIMED_SQL}, d.fence, {WHY_NOT.format(now='?')} FROM delivery d {SUBSCRIBED} "  # noqa: S608
    "WHERE d.issue_id = ? AND {which} AND d.domain NOT IN (SELECT value FROM json_each(?)) ORDER BY {order} LIMIT ?"
)
_DUE = _PICK.format(which="d.state = 'deferred' AND d.not_before <= ?", order="d.not_before, d.id")
_QUEUED = _PICK.format(which="d.state = 'queued' AND d.id > ?", order="d.id")
_TAKE = (
    "UPDATE delivery SET state = 'claimed', claimed_by = ?, fence = fence + 1, attempt = attempt + 1, reason = '', "
    "at = ? WHERE id IN (SELECT value FROM json_each(?))"
)
_SKIP = "UPDATE delivery SET state = 'skipped', reason = ?, not_before = NULL, at = ? WHERE id = ?"
_STANDING = (
    "SELECT i.state, i.begun_at IS NOT NULL, EXISTS (SELECT 1 FROM worker w WHERE w.id = ? AND w.ended_at IS NULL "
    "AND w.lease_until > ?) FROM issue i WHERE i.id = ?"
)
_RECORD = (
    "UPDATE delivery SET state = ?, reason = ?, attempt = attempt - ?, not_before = ?, code = ?, enhanced_code = ?, "  # noqa: S608
    f"server_text = ?, relay = ?, at = ? WHERE id = ? AND claimed_by = ? AND fence = ? "
    f"AND ({IN_HAND} OR (? AND {A_GUESS}))"
)
_HELD = (
    # CROSS JOIN: in this order. The other one looks at every row in hand for each that is wanted.
    f"SELECT d.id, d.fence, {WHY_NOT.format(now='?')} FROM json_each(?) j CROSS JOIN delivery d ON d.id = j.value "  # noqa: S608
    f"{SUBSCRIBED} WHERE d.claimed_by = ? AND d.{IN_HAND}"
)
_BEGIN = "UPDATE delivery SET state = 'intent', at = ? WHERE id IN (SELECT value FROM json_each(?))"
_MARK = "UPDATE issue SET begun_at = ? WHERE id = ?"


class SqliteCalls:
    """`Calls` for one worker and issue."""

    def __init__(self, database: Database, issue_id: int, worker_id: int) -> None:
        self._db, self._issue, self._me = database, issue_id, worker_id

    def claim(self, now: datetime, n: int, *, after: int, without: Collection[str]) -> list[Claimed]:
        at, apart = _text(now), json.dumps(sorted(without))
        with self._db.write() as connection:
            driver = driver_of(connection)
            state, _, leased = self._standing(driver, at)
            if state != "sending" or not leased:
                return []
            rows = driver.execute(_DUE, (at, self._issue, at, apart, n)).fetchall()
            if len(rows) < n:
                rows += driver.execute(_QUEUED, (at, self._issue, after, apart, n - len(rows))).fetchall()
            taken = [row[0] for row in rows if not row[13]]
            driver.execute(_TAKE, (self._me, at, json.dumps(taken)))
            driver.executemany(_SKIP, [(row[13], at, row[0]) for row in rows if row[13]])
        return [claimed((*row[:10], row[10] + 1, row[11], row[12] + 1, row[13])) for row in rows]

    def commit(self, now: datetime, results: Sequence[Result], wanted: Mapping[int, int]) -> set[int]:
        at = _text(now)
        with self._db.write() as connection:
            driver = driver_of(connection)
            state, marked, leased = self._standing(driver, at)
            self._record(driver, results, cancelled=state == "cancelled")
            if not wanted or not leased or state != "sending":
                return set()
            return self._begin(driver, at, wanted, marked=marked)

    def _standing(self, driver: sqlite3.Connection, at: str) -> tuple[str, bool, bool]:
        """The issue's state, whether a message of it was begun ever, whether this worker's lease holds."""
        found: tuple[str, bool, bool] | None = driver.execute(_STANDING, (self._me, at, self._issue)).fetchone()
        return found or ("", False, False)

    def _record(self, driver: sqlite3.Connection, results: Sequence[Result], *, cancelled: bool) -> None:
        me, rows = self._me, []
        for one in results:
            state, reason = one.state, one.reason
            later = None if one.not_before is None else _text(one.not_before)
            if cancelled and state in ("queued", "deferred"):
                state, reason, later = "skipped", "cancelled", None
            rows.append(
                (state, reason, one.uncounted, later, one.code, one.enhanced_code, one.server_text, one.relay,
                 _text(one.at), one.id, me, one.fence, one.final)
            )  # fmt: skip
        driver.executemany(_RECORD, rows)

    def _begin(self, driver: sqlite3.Connection, at: str, wanted: Mapping[int, int], *, marked: bool) -> set[int]:
        held = driver.execute(_HELD, (at, json.dumps(list(wanted)), self._me)).fetchall()
        mine = [(row, why_not) for row, fence, why_not in held if wanted[row] == fence]
        driver.executemany(_SKIP, [(why_not, at, row) for row, why_not in mine if why_not])
        begun = [row for row, why_not in mine if not why_not]
        driver.execute(_BEGIN, (at, json.dumps(begun)))
        if begun and not marked:
            driver.execute(_MARK, (at, self._issue))
        return set(begun)


def _text(at: datetime) -> str:
    """As `UtcTime` writes it on SQLite, fixed in width."""
    return at.astimezone(UTC).isoformat(" ", "microseconds")[:26]
