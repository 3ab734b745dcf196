"""What a language model answered, kept so that nothing is asked twice, and what its answers cost.

Must not know what an answer looks like beyond its "tokens". Invariants: the first answer under a key stands, so that
the preview and the send which follow it show the same words (a rehearsal keeps its answers in the real database);
every token that was paid for is counted once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.store.database import Database
from digest.store.schema import summary_cache

_SPENT = "spent:"  # rows that hold a cost and no answer; a key of an answer is a bare hash


class SummaryStore:
    """The table of answers, by their keys."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def get(self, key: str) -> Mapping[str, Any] | None:
        """The answer under `key`, None when there is none."""
        with self._db.read() as connection:
            data = connection.execute(sa.select(summary_cache.c.data).where(summary_cache.c.key == key)).scalar()
        return data if isinstance(data, dict) else None

    def put(self, key: str, data: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        """Keep an answer; the one that stands, which is another when somebody was faster. An empty `key`: cost only.

        `data["tokens"]` is what the answer cost.
        """
        values = {"key": key or _fresh(), "data": dict(data), "at": at}
        with self._db.write() as connection:
            if self._db.inserted(connection, summary_cache, values):
                return data
            cost = {"key": _fresh(), "data": {"tokens": data.get("tokens", 0)}, "at": at}
            connection.execute(sa.insert(summary_cache).values(cost))
            stands = connection.execute(sa.select(summary_cache.c.data).where(summary_cache.c.key == key)).scalar()
        return stands if isinstance(stands, dict) else data

    def spent(self, since: datetime) -> int:
        """Tokens of everything answered at or after `since`."""
        with self._db.read() as connection:
            query = sa.select(summary_cache.c.data).where(summary_cache.c.at >= since)
            rows = list(connection.execute(query).scalars())
        return sum(row["tokens"] for row in rows if isinstance(row, dict) and isinstance(row.get("tokens"), int))


def _fresh() -> str:
    return _SPENT + secrets.token_hex(12)
