"""A store whose writes vanish: what `--dry-run` and the preview work on.

SQLite: a copy of the file (online backup), so that no lock is held while the network is slow. PostgreSQL: one
connection, one outer transaction that is rolled back, each write a savepoint inside it. Invariant: whatever is done
with the rehearsal, the real database is byte for byte what it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from digest.store.copies import copy_sqlite
from digest.store.database import Database, sqlite_path
from digest.store.handle import Store


@contextmanager
def rehearsal(store: Store) -> Iterator[Store]:
    """Yield a store that shows what `store` holds and forgets what it is told."""
    if store.database.dialect == "sqlite":
        with tempfile.TemporaryDirectory(prefix="digest-rehearsal-") as folder:
            copy = Path(folder) / "digest.db"
            copy_sqlite(sqlite_path(store.database.url), copy)
            with Store(Database(f"sqlite:///{copy}")) as forgetful:
                yield forgetful
        return
    database = _RolledBack(store.database.url.render_as_string(hide_password=False))
    try:
        with database.outer():
            yield Store(database)
    finally:
        database.close()


class _RolledBack(Database):
    """Every transaction is a savepoint of one that never commits."""

    _only: Connection

    @contextmanager
    def outer(self) -> Iterator[None]:
        with self._honest(), self.engine.connect() as connection:
            self._only = connection
            transaction = connection.begin()
            try:
                yield
            finally:
                transaction.rollback()

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        yield self._only

    @contextmanager
    def write_on(self, connection: Connection, *, mode: str = "IMMEDIATE") -> Iterator[None]:
        with self._honest(), connection.begin_nested():
            yield
