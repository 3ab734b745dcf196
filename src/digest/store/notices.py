"""What the operator was told already: one message per cause and day (DESIGN rule 14)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from digest.store.database import Database
from digest.store.schema import notice


class NoticeStore:
    """Remembers causes, not messages."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def first(self, cause: str, day: str, *, at: datetime) -> bool:
        """Whether this is the first time today; one caller of many gets True."""
        with self._db.write() as connection:
            return self._db.inserted(connection, notice, {"cause": cause, "day": day, "at": at})

    def forget(self, cause: str, day: str) -> None:
        """The message could not be sent: try again."""
        with self._db.write() as connection:
            connection.execute(sa.delete(notice).where(notice.c.cause == cause, notice.c.day == day))
