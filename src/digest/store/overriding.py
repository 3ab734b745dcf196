"""An editor's changes of an issue that is not frozen yet: every one kept, with who and when, undone one by one.

Must not decide whether a change fits (that is `editorial`). Invariants: each change counts the issue's version up and
is refused when the caller read another one, so two editors cannot lose each other's work; what was dropped is out of
its digest until that is undone, whatever becomes of the issue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import UsageError
from digest.model import IssueRow, Override
from digest.store.database import Database
from digest.store.schema import digest_article, issue, issue_override
from digest.store.steps import note_event, read_issue, stale

_PINNED = "pinned"


class Overrides:
    """The part of `IssueStore` that knows what editors changed."""

    _db: Database

    def overrides(self, issue_id: int) -> list[Override]:
        """Every change of an issue, oldest first, the undone ones too."""
        with self._db.read() as connection:
            return _read(connection, issue_id)

    def override(
        self, row: IssueRow, kind: str, article_id: int | None, value: str | int, *, at: datetime, by: str
    ) -> IssueRow:
        """Record one change. Raises `BusyError` when `row` is stale. The row with its new version."""
        values = {"issue_id": row.id, "article_id": article_id, "kind": kind, "value": value, "at": at, "by": by}
        with self._db.write() as connection:
            _count_up(connection, row)
            connection.execute(sa.insert(issue_override).values(values))
            if article_id is not None and kind in ("drop", "pin"):
                _take_effect(connection, row, kind, article_id, by or "the editor", at)
            note_event(connection, row.id, "edit", at, {"change": kind, "article": article_id, "value": value}, by)
            return read_issue(connection, row.id)

    def undo_override(self, row: IssueRow, override_id: int, *, at: datetime, by: str) -> IssueRow:
        """Take one change back. Raises `UsageError` when the issue has no such change, `BusyError` when `row` is stale.

        The article of an undone drop is eligible again, unless another drop of it still holds.
        """
        with self._db.write() as connection:
            changes = {one.id: one for one in _read(connection, row.id)}
            found = changes.get(override_id)
            if found is None or found.undone_at is not None:
                raise UsageError(
                    f"issue {row.name} has no change number {override_id} to undo",
                    try_=f"digest issue edit {row.name}, to see the changes",
                )
            _count_up(connection, row)
            this = sa.update(issue_override).where(issue_override.c.id == override_id)
            connection.execute(this.values(undone_at=at))
            left = [one for one in changes.values() if one.id != override_id and one.undone_at is None]
            if found.article_id is not None and not any(
                (one.kind, one.article_id) == (found.kind, found.article_id) for one in left
            ):
                _take_back(connection, row, found.kind, found.article_id, at)
            note_event(connection, row.id, "undo", at, {"change": found.kind, "article": found.article_id}, by)
            return read_issue(connection, row.id)


def _read(connection: Connection, issue_id: int) -> list[Override]:
    query = sa.select(issue_override).where(issue_override.c.issue_id == issue_id).order_by(issue_override.c.id)
    return [
        Override(row.id, row.kind, row.article_id, row.value if row.value is not None else "", row.at, row.by,
                 row.undone_at)
        for row in connection.execute(query)
    ]  # fmt: skip


def _count_up(connection: Connection, row: IssueRow) -> None:
    unchanged = (issue.c.id == row.id, issue.c.version == row.version, issue.c.state == row.state.value)
    if connection.execute(sa.update(issue).where(*unchanged).values(version=issue.c.version + 1)).rowcount != 1:
        raise stale(row)


def _take_effect(connection: Connection, row: IssueRow, kind: str, article_id: int, by: str, at: datetime) -> None:
    """A drop takes the article out of the digest; a pin lets in what was known, passed over or dropped before."""
    if kind == "drop":
        _fate(connection, row, article_id, ("new",), "excluded", f"dropped from {row.name} by {by}", at)
    else:
        _fate(connection, row, article_id, ("known", "passed_over", "excluded"), "new", f"{_PINNED} by {by}", at)


def _take_back(connection: Connection, row: IssueRow, kind: str, article_id: int, at: datetime) -> None:
    if kind == "drop":
        _fate(connection, row, article_id, ("excluded",), "new", "", at)
    elif kind == "pin":
        let_in = digest_article.c.reason.startswith(_PINNED)
        _fate(connection, row, article_id, ("new",), "known", "its pin was undone", at, let_in)


def _fate(
    connection: Connection,
    row: IssueRow,
    article_id: int,
    before: Sequence[str],
    after: str,
    reason: str,
    at: datetime,
    *also: sa.ColumnElement[bool],
) -> None:
    """Never tied to the issue: if that is cancelled, what was dropped from it stays dropped."""
    which = (
        digest_article.c.digest == row.digest,
        digest_article.c.frequency == row.frequency,
        digest_article.c.article_id == article_id,
        digest_article.c.state.in_(before),
        *also,
    )
    values = {"state": after, "reason": reason, "issue_id": None, "at": at}
    connection.execute(sa.update(digest_article).where(*which).values(values))
