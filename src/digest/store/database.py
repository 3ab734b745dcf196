"""Connections and transactions: the one place that knows which engine is behind them.

Must not know a table. Invariants: a writing transaction on SQLite is BEGIN IMMEDIATE (a read that turns into a write
fails at once when another process wrote meanwhile, whatever the timeout says); commits are durable on both engines
before `write()` returns; no exception of SQLAlchemy or a driver leaves the room.

Why this way: synchronous FULL costs one fsync per commit. A ledger that could lose its last commits in a power cut
would repeat mail; with batches of 100 the fsync disappears in the noise.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from digest.errors import BusyError, DigestError, StoreError, UsageError

BUSY_TIMEOUT_S = 30
IDLE_S = 1.0
Insert = sqlite.Insert | postgresql.Insert


def parse_url(url: str) -> URL:
    """Read a database address. `postgresql://` and `postgres://` mean psycopg 3."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise _bad_url(url, "it is not an address") from error
    if parsed.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise _bad_url(url, f"{parsed.drivername} is not a database this program can use")
    if not parsed.database or parsed.database == ":memory:":
        raise _bad_url(url, "a database in memory would be forgotten, with every unsubscribe in it")
    return parsed.set(drivername="sqlite")


def _bad_url(url: str, why: str) -> UsageError:
    return UsageError(
        "the database address cannot be used",
        where=url.split("@")[-1],
        why=why,
        try_="sqlite:///digest.db, or postgresql://user@host/name for several machines",
    )


def sqlite_path(url: URL) -> Path:
    assert url.database is not None
    return Path(url.database)


class Database:
    """An engine and its two kinds of transactions. Each process opens its own; a forked child must not reuse one."""

    def __init__(self, url: str, *, durable: bool = True) -> None:
        """`durable=False`: commits that a power cut may take back, for what is worth nothing after one."""
        self.url = parse_url(url)
        self.place = self.url.render_as_string(hide_password=True)
        self.dialect = self.url.get_backend_name()
        self.engine = (_sqlite_engine if self.dialect == "sqlite" else _postgres_engine)(self.url, durable=durable)

    @cached_property
    def _autocommit(self) -> sa.Engine:
        return self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may change rows; durable when the block ends without an exception."""
        with self._transaction("IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def one_statement(self) -> Iterator[Connection]:
        """For a single statement that is a transaction by itself: on PostgreSQL one round trip instead of three."""
        with self._honest(), self._autocommit.connect() as connection:
            yield connection

    def by_hand(self, connection: Connection, *tables: str) -> None:
        """Said before SQL of our own writes or locks `tables`: a rehearsal, which sees only statements of SQLAlchemy,
        must know."""

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads; one consistent picture on SQLite, statement by statement on PostgreSQL."""
        with self._transaction("DEFERRED") as connection:
            yield connection

    @contextmanager
    def _transaction(self, mode: str) -> Iterator[Connection]:
        with self._connected() as connection, self.write_on(connection, mode=mode):
            yield connection

    @contextmanager
    def write_on(self, connection: Connection, *, mode: str = "IMMEDIATE") -> Iterator[None]:
        """A transaction on a connection of `temporary`, whose tables outlive it."""
        with self._honest():
            connection.execution_options(digest_begin=mode)
            with connection.begin():
                yield

    @contextmanager
    def temporary(self, table: sa.Table) -> Iterator[Connection]:
        """A connection that alone sees the empty temporary `table`, until the block ends."""
        with self._connected() as connection:
            with self.write_on(connection, mode="DEFERRED"):
                table.create(connection)
            try:
                yield connection
            finally:
                with self.write_on(connection, mode="DEFERRED"):
                    table.drop(connection)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self._honest(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _honest(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise translated(error, self.place) from error

    def insert(self, table: sa.Table) -> Any:
        """An insert that knows ON CONFLICT, which both engines spell alike and SQLAlchemy keeps per dialect."""
        return sqlite.insert(table) if self.dialect == "sqlite" else postgresql.insert(table)

    def serialise(self, connection: Connection, key: int) -> None:
        """Until this transaction ends, nobody else gets past the same `key`. SQLite's writers wait anyway."""
        if self.dialect == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def inserted(self, connection: Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
        """Insert a row unless its key is there already; of many that try at once, one gets True.

        Asked by RETURNING: SQLAlchemy 2.1 does not keep the row count of an insert on psycopg.
        """
        insert = self.insert(table).values(dict(values)).on_conflict_do_nothing()
        return connection.execute(insert.returning(sa.literal_column("1"))).first() is not None

    def close(self) -> None:
        self.engine.dispose()


def driver_of(connection: Connection) -> Any:
    """The driver's own connection, for the few places where SQLAlchemy's own work would be half of the time."""
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver


def copy_rows(connection: Connection, table: sa.Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """PostgreSQL's COPY: all columns of `table`, in their order, as psycopg takes them."""
    with driver_of(connection).cursor() as cursor, cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


class LockedError(BusyError, StoreError):
    """Another process kept the database locked for longer than anybody should."""


class LostError(StoreError):
    """The connection to the server broke, or it is starting: what was asked may have happened or not."""


def translated(error: Exception, place: str) -> DigestError:
    """The driver's exception as one of ours, saying what to do."""
    words = str(error.orig if isinstance(error, DBAPIError) else error).strip().splitlines()
    why = words[0] if words else type(error).__name__
    if any(sign in why for sign in ("database is locked", "lock timeout", "deadlock detected")):
        return LockedError("the database is busy", where=place, why=why, try_="run it again in a minute")
    if any(sign in why for sign in ("readonly", "read-only", "unable to open")):
        return StoreError("the database cannot be opened", where=place, why=why, try_="check owner and permissions")
    if any(sign in why for sign in ("disk is full", "No space left", "disk I/O")):
        return StoreError("the database cannot be written", where=place, why=why, try_="free some disk space")
    if isinstance(error, DBAPIError) and (error.connection_invalidated or "connection" in why):
        return LostError("the database does not answer", where=place, why=why, try_="check that the server is running")
    return StoreError("the database refused", where=place, why=why, try_="`digest status`; report this if it stays")


def _sqlite_engine(url: URL, *, durable: bool) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S})

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None  # the driver would begin (deferred) by itself; the event below does it
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_S * 1000}",
            f"synchronous = {'FULL' if durable else 'NORMAL'}",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("digest_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _postgres_engine(url: URL, *, durable: bool) -> sa.Engine:
    try:
        engine = sa.create_engine(url)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise StoreError(
            "PostgreSQL cannot be used",
            where=url.render_as_string(hide_password=True),
            why="the package psycopg is not installed",
            try_="install digest with its extra: digest[postgres]",
        ) from error

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, record: Any) -> None:
        commit = "on" if durable else "off"
        connection.execute(
            f"SET synchronous_commit = {commit}; SET lock_timeout = '{BUSY_TIMEOUT_S}s'; SET timezone = 'UTC'"
        )
        connection.commit()

    @sa.event.listens_for(engine, "checkin")
    def used(connection: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def greet(connection: Any, record: Any, proxy: Any) -> None:
        """One that was idle for a while is asked first; a ledger at work would pay a round trip for each step."""
        if time.monotonic() - record.info.get("used_at", time.monotonic()) < IDLE_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise sa.exc.DisconnectionError from error  # the pool drops it and opens another

    return engine
