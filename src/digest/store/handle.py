"""The open database, as everybody else holds it: one object with a room for each noun.

Must not hold a query of its own beyond the signing keys. `versions.open_store` makes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import sqlalchemy as sa

from digest.errors import StateError
from digest.store.articles import ArticleStore
from digest.store.audience import AudienceStore
from digest.store.catalogue import Catalogue
from digest.store.checks import CheckStore
from digest.store.database import Database, sqlite_path
from digest.store.events import EventStore
from digest.store.issues import IssueStore
from digest.store.ledger import IssueLedger
from digest.store.marks import MarkStore
from digest.store.notices import NoticeStore
from digest.store.schema import secret
from digest.store.searching import pulse
from digest.store.sourcebook import SourceBook
from digest.store.summaries import SummaryStore
from digest.store.workers import WorkerStore

KEY_BYTES = 32
MAX_KEY_ID = 255  # one byte of every token


class Store:
    """`articles`, `catalogue`, `checks`, `marks`, `sourcebook`, `issues`, `audience`, `workers`, `notices`, `events`,
    `summaries`.

    Use it as a context manager or call `close()`. `lasting`: where what was paid for is kept, even by a rehearsal.
    It belongs to whoever opened it.
    """

    def __init__(self, database: Database, *, lasting: Database | None = None) -> None:
        self.database = database
        self.summaries = SummaryStore(lasting or database)
        self.articles = ArticleStore(database)
        self.sourcebook = SourceBook(database)
        self.catalogue = Catalogue(database)
        self.checks = CheckStore(database)
        self.marks = MarkStore(database)
        self.issues = IssueStore(database)
        self.audience = AudienceStore(database)
        self.workers = WorkerStore(database)
        self.notices = NoticeStore(database)
        self.events = EventStore(database)

    @property
    def url(self) -> str:
        """The address, without the password: fit to be printed."""
        return self.database.place

    @property
    def file(self) -> Path | None:
        """Where the database is a file: that file."""
        return sqlite_path(self.database.url) if self.dialect == "sqlite" else None

    @property
    def dialect(self) -> str:
        """Which engine: `sqlite` or `postgresql`."""
        return self.database.dialect

    def ledger(self, issue_id: int, worker_id: int, *, now: Callable[[], datetime]) -> IssueLedger:
        """The issue's ledger in the hands of this worker."""
        return IssueLedger(self.database, issue_id, worker_id, now=now)

    def signing_keys(self) -> tuple[int, dict[int, bytes]]:
        """(id of the current key, all keys by id). The first one is made when there is none."""
        with self.database.read() as connection:
            keys = {row.id: bytes(row.key) for row in connection.execute(sa.select(secret).order_by(secret.c.id))}
        if not keys:
            self._add_key(1)
            return self.signing_keys()
        return max(keys), keys

    def rotate_key(self) -> int:
        """Make a new current key; links signed with the old ones go on working."""
        current, _ = self.signing_keys()
        if current >= MAX_KEY_ID:
            raise StateError("the signing key cannot be rotated again", why=f"there have been {MAX_KEY_ID} keys")
        self._add_key(current + 1)
        return current + 1

    def _add_key(self, key_id: int) -> None:
        values = {"id": key_id, "key": secrets.token_bytes(KEY_BYTES), "created_at": datetime.now(UTC)}
        with self.database.write() as connection:
            connection.execute(self.database.insert(secret).values(values).on_conflict_do_nothing())

    def pulse(self) -> str:
        """Changes whenever what an issue would be drafted from does: see `searching.pulse`."""
        return pulse(self.database)

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
