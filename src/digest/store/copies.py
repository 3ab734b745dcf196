"""Copies of a whole SQLite database.

Must not copy an SQLite file byte by byte while somebody may write it: pages in the write-ahead log would be missing.
Invariant: a copy is either complete and checked, or not there.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from digest.errors import SchemaError, StoreError, UsageError
from digest.store.database import BUSY_TIMEOUT_S, parse_url, sqlite_path
from digest.store.schema import REVISION


def backup(url: str, target: Path) -> None:
    """Copy the SQLite database to the new file `target` while others go on using it. PostgreSQL has pg_dump."""
    source = _sqlite_only(url, "pg_dump --format=custom --file=digest.dump")
    if not source.is_file():
        raise UsageError("there is no database to back up", where=str(source), try_="check `[storage] url`")
    if target.exists():
        raise UsageError("the file is there already", where=str(target), try_="choose another name")
    copy_sqlite(source, target)


def restore(url: str, source: Path, *, force: bool = False) -> None:
    """Put the copy `source` in the place of the database. One that holds issues or subscribers needs `force`.

    Goes through SQLite itself, so processes that have the database open see the restored one, never a mixture.
    """
    target = _sqlite_only(url, "pg_restore --clean --dbname=... digest.dump")
    _require_ours(source)
    if target.exists() and not force and (used := _in_use(target)):
        raise UsageError(
            "the database would be overwritten",
            where=str(target),
            why=used,
            try_="`digest db backup FILE` first, then restore with --force",
        )
    copy_sqlite(source, target, replace=True)


def copy_sqlite(source: Path, target: Path, *, replace: bool = False, check: bool = True) -> None:
    """A consistent copy by SQLite's online backup, checked, readable by its owner alone.

    `check=False` is for copies that are thrown away: reading 100,000 subscribers again takes as long as copying them.

    A new `target` appears under its name only when complete; an existing one is overwritten in one transaction.
    """
    in_place = replace and target.exists()
    part = target if in_place else target.with_name(target.name + ".part")
    try:
        if not in_place:
            part.unlink(missing_ok=True)
            part.touch(mode=0o600)
        with closing(_connect(source)) as here, closing(_connect(part)) as there:
            here.backup(there)
            verdict = there.execute("PRAGMA quick_check(1)").fetchone()[0] if check else "ok"
        if verdict != "ok":
            raise StoreError("the copy is damaged", where=str(source), why=verdict, try_="restore an older copy")
        if not in_place:
            part.replace(target)
    except (sqlite3.Error, OSError) as error:
        if not in_place:
            part.unlink(missing_ok=True)
        raise StoreError(
            "the database cannot be copied", where=f"{source} -> {target}", why=str(error), try_="check disk and rights"
        ) from error


def use_wal(path: Path) -> None:
    """Let readers and the writer work at the same time. Kept in the file; only ever said to a file that is ours."""
    try:
        with closing(_connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.Error as error:
        raise StoreError(
            "the database cannot be opened", where=str(path), why=str(error), try_="check owner and permissions"
        ) from error


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)


def _sqlite_only(url: str, command: str) -> Path:
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        raise UsageError(
            "copies of a PostgreSQL database are made by its own tools",
            where=parsed.render_as_string(hide_password=True),
            try_=command,
        )
    return sqlite_path(parsed)


def _require_ours(source: Path) -> None:
    if not source.is_file():
        raise UsageError("there is no such copy", where=str(source), try_="give the file that `digest db backup` made")
    revision = _revision_of(source)
    if revision is None:
        raise SchemaError("this is not a copy of a digest database", where=str(source), try_="give another file")
    if revision > REVISION:
        raise SchemaError(
            "the copy is newer than this program",
            where=str(source),
            why=f"its schema is {revision}, this program knows up to {REVISION}",
            try_="install the newer version of digest first",
        )


def _revision_of(path: Path) -> str | None:
    try:
        with closing(_connect(path)) as connection:
            if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return str(row[0]) if row else None
    except sqlite3.Error:
        return None


def _in_use(target: Path) -> str:
    """Why `target` must not be overwritten lightly; empty when nothing would be lost."""
    revision = _revision_of(target)
    if revision is None:
        return "" if target.stat().st_size == 0 else "it is not a database of digest"
    if revision > REVISION:
        return f"it is newer (schema {revision}) than this program"
    with closing(_connect(target)) as connection:
        for table, things in (("issue", "issues"), ("subscriber", "subscribers"), ("unsubscription", "unsubscribes")):
            if count := connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:  # noqa: S608
                return f"it holds {count} {things}"
    return ""
