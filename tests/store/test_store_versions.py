"""Making, opening, upgrading, copying and pruning databases."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from store_builders import DAY, NOW, accepted, people, planned, record, sending, worker

from digest.errors import MissingDatabaseError, SchemaError, StoreError, UsageError
from digest.model import IssueState
from digest.store import Store, backup, create_database, open_store, prune, restore, schema, upgrade, versions
from digest.store.database import Database
from support_postgres import Cluster

NEXT = "0099"
NEXT_STEP = f'''"""Adds a column, for the tests of upgrading."""
import sqlalchemy as sa
from alembic import op
revision = "{NEXT}"
down_revision = "{schema.REVISION}"
def upgrade() -> None:
    op.add_column("notice", sa.Column("extra", sa.Text()))
'''


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This program, with one more migration than the database has seen."""
    folder = tmp_path / "migrations"
    shutil.copytree(versions.MIGRATIONS, folder)
    (folder / "versions" / f"{NEXT}_next.py").write_text(NEXT_STEP)
    monkeypatch.setattr(versions, "MIGRATIONS", folder)
    monkeypatch.setattr(versions, "REVISION", NEXT)


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def test_a_missing_file_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    """Opening never makes a database: the old one held everybody's unsubscribes."""
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    with pytest.raises(MissingDatabaseError, match=r"not there") as error:
        open_store(url)
    assert "digest db restore" in str(error.value) and "digest db create" in str(error.value)
    assert not (tmp_path / "digest.db").exists()


def test_an_empty_file_is_no_database(tmp_path: Path) -> None:
    """A file of no bytes (a disk that was full) is missing data, not a new installation; creating fills it."""
    path = tmp_path / "digest.db"
    path.touch()
    with pytest.raises(MissingDatabaseError, match="no tables"):
        open_store(f"sqlite:///{path}")
    create_database(f"sqlite:///{path}")
    open_store(f"sqlite:///{path}").close()


def test_a_new_file_is_private_and_safe(tmp_path: Path) -> None:
    """It holds addresses and the signing key: mode 0600; it is in WAL mode, written with synchronous FULL."""
    path = tmp_path / "digest.db"
    with open_store(f"sqlite:///{path}", create=True) as store:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with store.database.read() as connection:
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}


def test_creating_again_changes_nothing(new_url: Callable[[], str]) -> None:
    """`db create` on a database of this version leaves what is in it."""
    url = new_url()
    with open_store(url) as store:
        keys = store.signing_keys()
    create_database(url)
    with open_store(url) as store:
        assert store.signing_keys() == keys and keys[0] == 1 and len(keys[1][1]) == 32


def test_rotating_the_key_keeps_the_old_ones(store: Store) -> None:
    """Links signed before the rotation can still be read."""
    _, before = store.signing_keys()
    assert store.rotate_key() == 2
    current, keys = store.signing_keys()
    assert current == 2 and keys[1] == before[1] and keys[2] != keys[1]


def test_something_else_is_left_alone(tmp_path: Path) -> None:
    """A database of another program, or a file that is no database, is refused by create and open."""
    other, text = tmp_path / "other.db", tmp_path / "notes.txt"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    text.write_text("not a database, but longer than the header of one would be; " * 20)
    for path in (other, text):
        for action in (open_store, create_database):
            before = path.read_bytes()
            with pytest.raises(StoreError):
                action(f"sqlite:///{path}")
            assert path.read_bytes() == before


def test_a_newer_schema_is_refused(new_url: Callable[[], str]) -> None:
    """Open, create and upgrade all refuse what a newer program made, and say so."""
    url = new_url()
    with open_store(url) as store, store.database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for action in (open_store, create_database, upgrade):
        with pytest.raises(SchemaError, match="newer"):
            action(url)


@pytest.mark.usefixtures("newer_program")
def test_an_older_sqlite_file_is_copied_aside_and_migrated(new_sqlite: Callable[[], str]) -> None:
    """Opening it is enough: data is kept, and a private copy of the old file stands beside it."""
    url = new_sqlite()
    with open_store(url) as store:
        assert store.signing_keys()[0] == 1
        with store.database.read() as connection:
            assert "extra" in {column["name"] for column in sa.inspect(connection).get_columns("notice")}
    aside = path_of(url).with_name(path_of(url).name + f".before-{NEXT}.bak")
    with closing(sqlite3.connect(aside)) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.REVISION,)
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert upgrade(url) == NEXT


def test_every_released_schema_comes_up_to_date(tmp_path: Path) -> None:
    """A file of the first schema, with a source and an article in it, opens as the newest and keeps both."""
    path = tmp_path / "digest.db"
    path.touch()
    database = Database(f"sqlite:///{path}")
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(versions.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO source (name, fetch_state) VALUES ('blog', '{}')")
        connection.exec_driver_sql(
            "INSERT INTO article (source_id, title, first_seen_at, changed_at, content_hash, data)"
            " VALUES (1, 'Kept', '2026-11-01 00:00:00.000000', '2026-11-01 00:00:00.000000', 'x', '{}')"
        )
    database.close()
    with open_store(f"sqlite:///{path}") as store, store.database.read() as connection:
        found = connection.execute(sa.select(schema.article.c.title, schema.article.c.withdrawn_at)).one()
        assert tuple(found) == ("Kept", None)
        context = MigrationContext.configure(connection, opts={"target_metadata": schema.metadata})
        assert compare_metadata(context, schema.metadata) == []


@pytest.mark.postgres
def test_an_older_postgres_database_waits_for_its_administrator(
    new_postgres: Callable[[], str], request: pytest.FixtureRequest
) -> None:
    """Opening refuses and names the command; the command migrates."""
    url = new_postgres()
    request.getfixturevalue("newer_program")
    with pytest.raises(SchemaError, match="older") as error:
        open_store(url)
    assert "digest db upgrade" in str(error.value)
    assert upgrade(url) == NEXT
    open_store(url).close()


@pytest.mark.usefixtures("newer_program")
def test_a_migration_that_fails_leaves_the_database_as_it_was(new_sqlite: Callable[[], str]) -> None:
    """Half a migration is no migration."""
    url = new_sqlite()
    step = versions.MIGRATIONS / "versions" / f"{NEXT}_next.py"
    step.write_text(NEXT_STEP + "    raise RuntimeError('no')\n")
    with pytest.raises(RuntimeError):
        open_store(url)
    with closing(sqlite3.connect(path_of(url))) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (schema.REVISION,)
        assert len(connection.execute("PRAGMA table_info(notice)").fetchall()) == 3


def test_the_migrations_make_the_schema(database_url: str) -> None:
    """What Alembic built is what `schema.py` says, on both engines, and REVISION is the newest step."""
    assert ScriptDirectory(str(versions.MIGRATIONS)).get_current_head() == schema.REVISION
    database = Database(database_url)
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": schema.metadata})
        assert compare_metadata(context, schema.metadata) == []
        inspector = sa.inspect(connection)
        for table in schema.metadata.tables.values():
            found = {check["name"] for check in inspector.get_check_constraints(table.name)}
            assert found == {c.name for c in table.constraints if isinstance(c, sa.CheckConstraint)}, table.name
    database.close()


@pytest.mark.postgres
def test_missing_postgres_databases(postgres_cluster: Cluster) -> None:
    """No database of that name, and one without tables, are both missing; an unreachable server is something else."""
    with pytest.raises(MissingDatabaseError, match="no database of this name"):
        open_store(postgres_cluster.url_for("nowhere"))
    postgres_cluster.execute("CREATE DATABASE empty_one")
    with pytest.raises(MissingDatabaseError, match="no tables"):
        open_store(postgres_cluster.url_for("empty_one"))
    with pytest.raises(StoreError, match="does not answer") as error:
        open_store("postgresql://digest:hunter2@/digest?host=/nonexistent")
    assert not isinstance(error.value, MissingDatabaseError) and "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "digest.db", "postgresql+asyncpg://x/y"]
)
def test_addresses_that_cannot_be_used(url: str) -> None:
    """Another kind of database, none at all, or one in memory is a usage error with an example."""
    with pytest.raises(UsageError, match=r"sqlite:///digest\.db"):
        open_store(url)


def test_backup_and_restore(new_sqlite: Callable[[], str], tmp_path: Path) -> None:
    """A backup made while the store is open brings back every unsubscribe, in place, under an open store."""
    url, copy = new_sqlite(), tmp_path / "copy.db"
    with open_store(url) as store:
        store.audience.unsubscribe("members", "a@people.example", at=NOW, source="link")
        backup(url, copy)
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        with pytest.raises(UsageError, match="there already"):
            backup(url, copy)
        store.audience.unsubscribe("members", "b@people.example", at=NOW, source="link")
        with pytest.raises(UsageError, match="2 unsubscribes"):
            restore(url, copy)
        restore(url, copy, force=True)
        assert [key for key, _ in store.audience.unsubscribed_keys("members")] == ["a@people.example"]
    fresh = f"sqlite:///{tmp_path / 'fresh.db'}"
    restore(fresh, copy)
    with open_store(fresh) as store:
        assert [key for key, _ in store.audience.unsubscribed_keys("members")] == ["a@people.example"]
    create_database(empty := f"sqlite:///{tmp_path / 'empty.db'}")
    restore(empty, copy)


def test_what_cannot_be_restored(new_sqlite: Callable[[], str], tmp_path: Path) -> None:
    """A missing file, another program's, a torn one and a newer one are refused, and the database stays."""
    url, torn, newer = new_sqlite(), tmp_path / "torn.db", tmp_path / "newer.db"
    torn.write_bytes(path_of(url).read_bytes()[:9000])
    shutil.copy(path_of(url), newer)
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for source, error in ((tmp_path / "no.db", UsageError), (torn, SchemaError), (newer, SchemaError)):
        with pytest.raises(error):
            restore(url, source, force=True)
    with open_store(url) as store:
        assert store.signing_keys()[0] == 1


def test_postgres_is_backed_up_by_its_own_tools(tmp_path: Path) -> None:
    """The message names the command to type."""
    with pytest.raises(UsageError, match="pg_dump"):
        backup("postgresql://digest@db/digest", tmp_path / "copy.db")
    with pytest.raises(UsageError, match="pg_restore"):
        restore("postgresql://digest@db/digest", tmp_path / "copy.db")


def test_pruning_keeps_counts_and_consent(store: Store) -> None:
    """Rows of issues long over go; counts, content, fates, unsubscribes and open issues stay."""
    [article] = store.articles.save("blog", [record("a", views=1)], at=NOW).new
    store.articles.save("blog", [record("a", views=2)], at=NOW + DAY)
    row = sending(store, 2, consumed={article: 0})
    me = worker(store)
    ledger = store.ledger(row.id, me, now=lambda: NOW)
    ids = [one.delivery_id for one in ledger.claim(2)]
    ledger.commit([], ids)
    ledger.commit([(one, accepted()) for one in ids], [])
    store.issues.move(row, IssueState.DONE, at=NOW)
    waiting = sending(store, 2, week=1)
    store.workers.retire(me)
    store.notices.first("relay", "2026-11-23", at=NOW)
    counts = store.issues.accounting(row.id)
    assert prune(store, before=NOW) == dict.fromkeys(
        ("deliveries", "renditions", "engagement", "workers", "notices", "events", "hooks", "images", "summaries"), 0
    )
    assert prune(store, before=NOW + 2 * DAY) == {
        "deliveries": 2, "renditions": 2, "engagement": 1, "workers": 1, "notices": 1, "events": 0, "hooks": 0,
        "images": 0, "summaries": 0,
    }  # fmt: skip
    assert store.issues.accounting(row.id) == counts and store.issues.content(row.id) is not None
    assert store.issues.accounting(waiting.id).waiting == 2
    assert store.articles.fate(article)[0].state == "consumed"


def test_notices_are_given_once_per_cause_and_day(store: Store) -> None:
    """The first caller of a day gets True; forgetting makes the next one the first."""
    answers = [store.notices.first("relay", day, at=NOW) for day in ("23", "23", "24")]
    assert answers == [True, False, True]
    store.notices.forget("relay", "23")
    assert store.notices.first("relay", "23", at=NOW)


def test_a_full_or_read_only_disk_is_named(new_sqlite: Callable[[], str]) -> None:
    """A write that the disk refuses is a StoreError with the reason, and nothing of it stays."""
    url = new_sqlite()
    with open_store(url) as store:
        with store.database.write() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        store.database.close()

        @sa.event.listens_for(store.database.engine, "connect")
        def small(connection: sqlite3.Connection, record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(StoreError, match="cannot be written"):
            store.audience.sync_list("members", people(3000), at=NOW)
        assert store.audience.size("members") == 0
        assert planned(store).number == 1


def test_times_without_a_zone_are_refused(store: Store) -> None:
    """A naive datetime is a mistake of ours, seen at once and on both engines."""
    with pytest.raises(StoreError, match="without a zone"):
        store.notices.first("x", "y", at=NOW.replace(tzinfo=None))
