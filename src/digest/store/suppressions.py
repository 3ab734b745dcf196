"""Addresses that must not be mailed: by key, so that they outlive the subscriber, the list and the file.

Must not decide who belongs here (`audience.suppression` does). Invariants: one row for a key; what is put in or lifted
leaves a row in `consent`; no list brings anybody back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Suppression
from digest.store.database import Database
from digest.store.schema import consent, suppression

CHUNK = 500


class Suppressions:
    """The part of `AudienceStore` that knows who must not be mailed."""

    _db: Database

    def suppress(self, key: str, reason: str, *, at: datetime, until: datetime | None = None) -> None:
        """Never mail this address (until then), on any list; a later call replaces the reason."""
        with self._db.write() as connection:
            put_suppression(self._db, connection, Suppression(key, reason, at, until))

    def suppress_all(self, these: Iterable[Suppression]) -> int:
        """Put in many, as from a file; those that stand already keep what they say. How many were new."""
        new, waiting = 0, list(these)
        for start in range(0, len(waiting), CHUNK):
            with self._db.write() as connection:
                for one in waiting[start : start + CHUNK]:
                    values = {"key": one.address, "reason": one.reason, "at": one.at, "until": one.until}
                    if self._db.inserted(connection, suppression, values):
                        note(connection, one.address, "suppressed", one.at, one.reason)
                        new += 1
        return new

    def unsuppress(self, key: str, *, at: datetime | None = None, source: str = "operator") -> bool:
        """Lift a suppression; True when there was one. Unsubscribes stand."""
        return bool(self.lift([key], at=at, source=source))

    def lift(self, keys: Iterable[str], *, at: datetime | None = None, source: str = "operator") -> int:
        """Lift several; how many there were. With `at`, each is written down."""
        lifted, wanted = 0, list(keys)
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            with self._db.write() as connection:
                gone = sa.delete(suppression).where(suppression.c.key.in_(chunk)).returning(suppression.c.key)
                for key in list(connection.execute(gone).scalars()):
                    lifted += 1
                    if at is not None:
                        note(connection, key, "unsuppressed", at, source)
        return lifted

    def suppressions(self) -> list[Suppression]:
        """All of them in key order, those too whose end has come."""
        with self._db.read() as connection:
            rows = connection.execute(sa.select(suppression).order_by(suppression.c.key))
            return [Suppression(row.key, row.reason, row.at, row.until) for row in rows]

    def suppression(self, key: str) -> Suppression | None:
        """What stands about this address, whether its end has come or not."""
        with self._db.read() as connection:
            return standing(connection, key)

    def is_suppressed(self, key: str, at: datetime) -> bool:
        found = self.suppression(key)
        return found is not None and (found.until is None or found.until > at)


def standing(connection: Connection, key: str) -> Suppression | None:
    row = connection.execute(sa.select(suppression).where(suppression.c.key == key)).first()
    return None if row is None else Suppression(row.key, row.reason, row.at, row.until)


def put_suppression(database: Database, connection: Connection, one: Suppression) -> None:
    """Write it over whatever stands."""
    values = {"reason": one.reason, "at": one.at, "until": one.until}
    insert = database.insert(suppression).values(key=one.address, **values)
    connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=values))
    note(connection, one.address, "suppressed", one.at, one.reason)


def note(connection: Connection, key: str, action: str, at: datetime, source: str) -> None:
    values = {"list_id": None, "key": key, "action": action, "at": at, "source": source}
    connection.execute(sa.insert(consent).values(values))
