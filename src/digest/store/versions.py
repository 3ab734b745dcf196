"""Making, opening and upgrading a database.

Must not create a database where one was expected: an empty new one would have forgotten every unsubscribe.
Invariant: what `open_store` returns has exactly the schema of `schema.REVISION`; a newer one is never touched.

Why this way: on SQLite the file is copied aside and migrated by itself, since its owner has no administrator to ask;
on PostgreSQL other machines may still run the older program, so a person decides when.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from digest.errors import MissingDatabaseError, SchemaError, StoreError
from digest.store.copies import copy_sqlite, use_wal
from digest.store.database import Database, sqlite_path, translated
from digest.store.handle import Store
from digest.store.schema import REVISION

MIGRATIONS = Path(__file__).parent / "migrations"
EMPTY, FOREIGN = "", "?"


def create_database(url: str) -> None:
    """Make the file (SQLite) or the tables (an existing, empty PostgreSQL database). Done already: nothing happens.

    Raises `SchemaError` when something else, or another version of this, is there.
    """
    database = Database(url)
    try:
        if database.dialect == "sqlite":
            _make_file(sqlite_path(database.url))
        with database.write() as connection:
            found = _revision(connection)
            if found == EMPTY:
                _migrate(connection)
            elif found != REVISION:
                raise _wrong_version(database, found)
        if database.dialect == "sqlite":
            use_wal(sqlite_path(database.url))
        with Store(database) as store:
            store.signing_keys()
    finally:
        database.close()


def _make_file(path: Path) -> None:
    """The file holds addresses and the signing secret: nobody but its owner may read it."""
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise StoreError(
            "the database cannot be made", where=str(path), why=error.strerror or str(error), try_="check the folder"
        ) from error


def open_store(url: str, *, create: bool = False) -> Store:
    """Open the database at `url`; `create` makes it first. Raises `MissingDatabaseError` or `SchemaError`."""
    if create:
        create_database(url)
    database = Database(url)
    try:
        _require_file(database)
        found = _found_revision(database)
        if found == EMPTY:
            raise _missing(database, "it holds no tables")
        if found != REVISION:
            if not _is_older(found) or database.dialect != "sqlite":
                raise _wrong_version(database, found)
            _upgrade(database)
        if database.dialect == "sqlite":
            use_wal(sqlite_path(database.url))
    except BaseException:
        database.close()
        raise
    return Store(database)


def upgrade(url: str) -> str:
    """Bring the schema up to this program's and return its revision. Raises `SchemaError` when it is newer."""
    database = Database(url)
    try:
        _require_file(database)
        found = _found_revision(database)
        if found == EMPTY:
            raise _missing(database, "it holds no tables")
        if found != REVISION:
            if not _is_older(found):
                raise _wrong_version(database, found)
            _upgrade(database)
        return REVISION
    finally:
        database.close()


def _upgrade(database: Database) -> None:
    """Several processes may come here at once: the copy and the steps happen under the writing lock, once."""
    with database.write() as connection:
        if database.dialect == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(0x6469)))
        found = _revision(connection)
        if found == REVISION:
            return
        if database.dialect == "sqlite":
            path = sqlite_path(database.url)
            copy_sqlite(path, path.with_name(f"{path.name}.before-{REVISION}.bak"), replace=True)
        _migrate(connection)


def _migrate(connection: Connection) -> None:
    from alembic import command  # lazy: opening a database that is up to date does not pay for it
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _is_older(found: str) -> bool:
    from alembic.script import ScriptDirectory

    if found == FOREIGN:
        return False
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    return found in known


def _require_file(database: Database) -> None:
    if database.dialect == "sqlite" and not sqlite_path(database.url).is_file():
        raise _missing(database, "the file is not there")


def _found_revision(database: Database) -> str:
    try:
        with database.engine.connect() as connection, connection.begin():
            return _revision(connection)
    except DBAPIError as error:
        words = str(error.orig)
        if "does not exist" in words and "database" in words:
            raise _missing(database, "the server has no database of this name") from error
        if "not a database" in words:
            raise _wrong_version(database, FOREIGN) from error
        raise translated(error, database.place) from error
    except SQLAlchemyError as error:
        raise translated(error, database.place) from error


def _revision(connection: Connection) -> str:
    """The schema's revision; EMPTY without any table, FOREIGN when the tables are not ours."""
    tables = set(sa.inspect(connection).get_table_names())
    if "alembic_version" in tables:
        row = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        if row is not None:
            return str(row) if "delivery" in tables else FOREIGN
    return FOREIGN if tables - {"alembic_version"} else EMPTY


def _missing(database: Database, why: str) -> MissingDatabaseError:
    return MissingDatabaseError(
        "there is no database",
        where=database.place,
        why=f"{why}; if there was one, every unsubscribe was in it",
        try_="`digest db restore FILE` if you have a copy; `digest db create` only for a new installation",
    )


def _wrong_version(database: Database, found: str) -> SchemaError:
    if found == FOREIGN:
        return SchemaError(
            "this is not a database of digest",
            where=database.place,
            why="it holds something else",
            try_="give digest a database of its own",
        )
    if _is_older(found):
        return SchemaError(
            "the database is older than this program",
            where=database.place,
            why=f"its schema is {found}, this program's is {REVISION}",
            try_="stop the other workers, make a backup, then `digest db upgrade`",
        )
    return SchemaError(
        "the database is newer than this program",
        where=database.place,
        why=f"its schema is {found}, this program knows up to {REVISION}",
        try_="install the newer version of digest again",
    )
