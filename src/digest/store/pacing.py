"""What all workers have spent of each limit: one row per limit, changed under its lock by whoever decides.

Must not know what a limit is. Invariant: between reading the rows and writing them nobody else changes them; the clock
given is the one all workers share: PostgreSQL's own; on SQLite, whose workers share a machine, its steady clock, which
nobody can set.

Why a connection of its own whose commits wait for no disk: a time for sending is worth nothing after a power cut; the
ledger's commits stay as durable as they are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.store.database import Database
from digest.store.schema import pace

Row = tuple[float, Mapping[str, int]]
Decide = Callable[[Mapping[str, Row], float, float], Mapping[str, Row]]
_JUMP_S = 1.0
_DRIFT = 1e-3


class PaceBank:
    """Used by one thread. Satisfies deliver's `Bank`."""

    def __init__(self, database: Database) -> None:
        self._db = Database(database.url.render_as_string(hide_password=False), durable=False)
        self._known: set[str] = set()
        self._offset_s: float | None = None
        self._looked_at = 0.0

    def change(self, keys: Sequence[str], decide: Decide) -> float:
        """Let `decide(rows, steady_s, wall_s)` change the rows of `keys`; (next_at, used) each.

        Returns what to add to the steady clock to get `time.monotonic()` of this process.
        """
        with self._db.write() as connection:
            self._make_rows(connection, [key for key in sorted(keys) if key not in self._known])
            which = sa.select(pace).where(pace.c.key.in_(keys)).order_by(pace.c.key).with_for_update()
            rows: dict[str, Row] = {row.key: (row.next_at, row.used) for row in connection.execute(which)}
            steady_s, wall_s = self._now(connection)
            for key, (next_at, used) in sorted(decide(rows, steady_s, wall_s).items()):
                values = {"next_at": next_at, "used": dict(used)}
                connection.execute(sa.update(pace).where(pace.c.key == key).values(values))
        self._known |= set(keys)
        return self._offset_s or 0.0

    def close(self) -> None:
        self._db.close()

    def _make_rows(self, connection: Connection, keys: Sequence[str]) -> None:
        for key in keys:
            values = {"key": key, "next_at": 0.0, "used": {}}
            connection.execute(self._db.insert(pace).values(values).on_conflict_do_nothing())

    def _now(self, connection: Connection) -> tuple[float, float]:
        """(shared steady seconds, Unix time), read once the rows are locked."""
        if self._db.dialect == "sqlite":
            return time.monotonic(), time.time()
        epoch = sa.func.extract("epoch", sa.func.clock_timestamp())
        now = float(connection.execute(sa.select(epoch)).scalar_one())
        self._compare(now, time.monotonic())
        return now, now

    def _compare(self, shared_s: float, own_s: float) -> None:
        """The answer that travelled fastest tells most about the difference of the clocks, until they drift."""
        measured = own_s - shared_s
        best = self._offset_s
        if best is None or abs(measured - best) > _JUMP_S:
            self._offset_s = measured
        else:
            self._offset_s = min(measured, best + (own_s - self._looked_at) * _DRIFT)
        self._looked_at = own_s
