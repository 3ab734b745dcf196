"""A store whose writes vanish: what `--dry-run`, the test message and the preview work on.

SQLite: a copy of the file (online backup), so that no lock is held while the network is slow. PostgreSQL: one
connection, one outer transaction that is rolled back, each write a savepoint inside it; a table is written in a
temporary copy that hides the real one. Invariants: whatever is done with the rehearsal, every row of the real database
is what it was; and nobody who works on the real one waits for a rehearsal. One thing is not forgotten, a language
model's answers and what they cost: a preview that is reloaded would pay again, the caps would not hold, and the issue
would go out with other words than were shown.

Why this way: the transaction alone would forget everything too, but it would hold the locks of what it wrote while a
slow website answers, and a real run would wait for them until it gave up. Tables are copied when they are first
written: a preview, which only reads, copies none of the articles.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from digest.store.copies import copy_sqlite
from digest.store.database import Database, sqlite_path
from digest.store.handle import Store
from digest.store.schema import metadata


@contextmanager
def rehearsal(store: Store) -> Iterator[Store]:
    """Yield a store that shows what `store` holds and forgets what it is told."""
    if store.database.dialect == "sqlite":
        with tempfile.TemporaryDirectory(prefix="digest-rehearsal-") as folder:
            copy = Path(folder) / "digest.db"
            copy_sqlite(sqlite_path(store.database.url), copy, check=False)
            with Store(Database(f"sqlite:///{copy}"), lasting=store.database) as forgetful:
                yield forgetful
        return
    database = _RolledBack(store.database.url.render_as_string(hide_password=False))
    try:
        with database.outer():
            yield Store(database, lasting=store.database)
    finally:
        database.close()


class _RolledBack(Database):
    """Every transaction is a savepoint of one that never commits."""

    _only: Connection

    @contextmanager
    def outer(self) -> Iterator[None]:
        with self._honest(), self.engine.connect() as connection:
            self._only = connection
            sa.event.listen(connection, "before_execute", _hide_what_is_written)
            transaction = connection.begin()
            try:
                yield
            finally:
                transaction.rollback()

    @contextmanager
    def one_statement(self) -> Iterator[Connection]:
        with self.write() as connection:
            yield connection

    def by_hand(self, connection: Connection, *tables: str) -> None:
        for name in tables:
            _hide(connection, name)

    def serialise(self, connection: Connection, key: int) -> None:
        """Nobody else sees a rehearsal, so nobody has to wait for it."""

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        yield self._only

    @contextmanager
    def write_on(self, connection: Connection, *, mode: str = "IMMEDIATE") -> Iterator[None]:
        with self._honest(), connection.begin_nested():
            yield


def _hide_what_is_written(connection: Connection, statement: Any, *_: Any) -> None:
    """Before a row is written, or locked for it: the table's temporary copy takes its name."""
    tables: Sequence[sa.FromClause]
    if isinstance(statement, (sa.Insert, sa.Update, sa.Delete)):
        tables = [statement.table]
    elif isinstance(statement, sa.Select) and statement._for_update_arg is not None:
        tables = statement.get_final_froms()
    else:
        return
    for found in tables:
        for table in sa.sql.util.find_tables(found, include_joins=False):
            if table.name in metadata.tables:
                _hide(connection, table.name)


def _hide(connection: Connection, name: str) -> None:
    """Asked of the server each time: a savepoint that was rolled back took its copies with it."""
    hidden = sa.select(sa.func.to_regclass(f"pg_temp.{name}").is_not(None))
    if connection.scalar(hidden):
        return
    schema = connection.scalar(
        sa.text("SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass(:name)"), {"name": name}
    )
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE {name} (LIKE {schema}.{name} INCLUDING DEFAULTS INCLUDING INDEXES) ON COMMIT DROP"
    )
    connection.exec_driver_sql(f"INSERT INTO {name} SELECT * FROM {schema}.{name}")  # noqa: S608 - our own names
