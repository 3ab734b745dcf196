"""What a migration does to the rows that were there."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from digest.store import open_store, schema, versions
from digest.store.database import Database

_ROWS = """
INSERT INTO list (id, name) VALUES (1, 'members');
INSERT INTO subscriber (id, key, created_at) VALUES (1, 'ana@quay.example', '{t}'),
    (2, 'ben@xn--bcher-kva.example', '{t}');
INSERT INTO issue (id, digest, frequency, period_label, period_start, period_end, scheduled_for, state, extra, version,
    created_at) VALUES (1, 'weekly', 'every', 'p', '{t}', '{t}', '{t}', 'sending', 0, 1, '{t}');
INSERT INTO issue_rendition (id, issue_id, kind, locale, direction, format_version, data, created_at)
    VALUES (1, 1, 'first', 'en', 'ltr', 1, x'00', '{t}');
INSERT INTO delivery (issue_id, subscriber_id, list_id, rendition_id, address, key, name, locale, timezone, tokens,
    message_id, state, at) SELECT 1, id, 1, 1, key, key, '', '', '', '{{}}', 'm' || id, 'queued', '{t}' FROM subscriber
""".format(t="2026-11-23 09:00:00.000000")


def test_deliveries_of_before_get_their_domain(tmp_path: Path) -> None:
    """An issue that is being sent while the program is upgraded goes on with limits by domain."""
    path = tmp_path / "digest.db"
    path.touch()
    database = Database(f"sqlite:///{path}")
    with database.write() as connection:
        config = Config()
        config.set_main_option("script_location", str(versions.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for statement in _ROWS.split(";"):
            connection.exec_driver_sql(statement)
    database.close()
    with open_store(f"sqlite:///{path}") as store, store.database.read() as connection:
        domains = connection.scalars(sa.select(schema.delivery.c.domain).order_by(schema.delivery.c.id)).all()
        assert domains == ["quay.example", "xn--bcher-kva.example"]
