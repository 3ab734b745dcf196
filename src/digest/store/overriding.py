"""An editor's changes of an issue that is not frozen yet: every one kept, with who and when, undone one by one.

Must not decide whether a change fits (that is `editorial`). Invariants: changes made together are made all or none;
each such edit counts the issue's version up and is refused when the caller read another one, so two editors cannot
lose each other's work; what was dropped is out of its digest until that is undone, whatever becomes of the issue; what
a pin or a drop did to an article is taken back exactly, because its row keeps what it was before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.errors import UsageError
from digest.model import IssueRow, Override
from digest.store.database import Database
from digest.store.schema import digest_article, issue, issue_override
from digest.store.steps import SELECT_ISSUE, issue_row, note_event, read_issue, stale

UNDO = "undo"
Change = tuple[str, int | None, str | int]  # kind, article id, value; ("undo", None, id of the change to take back)
_WAS = "; was "
_UNMET = "unmet"  # the digest had not decided about it


class Overrides:
    """The part of `IssueStore` that knows what editors changed."""

    _db: Database

    def overrides(self, issue_id: int) -> list[Override]:
        """Every change of an issue, oldest first, the undone ones too."""
        with self._db.read() as connection:
            return _read(connection, issue_id)

    def dropped(self, digest: str) -> frozenset[int]:
        """The articles that editors dropped from any issue of this digest, whatever its cadence, and left dropped."""
        query = (
            sa.select(issue_override.c.article_id)
            .join(issue, issue.c.id == issue_override.c.issue_id)
            .where(issue.c.digest == digest, issue_override.c.kind == "drop", issue_override.c.undone_at.is_(None))
        )
        with self._db.read() as connection:
            return frozenset(connection.execute(query).scalars())

    def edit(self, row: IssueRow, changes: Sequence[Change], *, at: datetime, by: str) -> IssueRow:
        """Make `changes` in their order, all or none; the row with its new version.

        Raises `BusyError` when `row` is stale, `UsageError` when there is no such change to undo. What is undone
        does not come back: it is made anew.
        """
        with self._db.write() as connection:
            _count_up(connection, row)
            for kind, article_id, value in changes:
                if kind == UNDO:
                    article_id = _undo(connection, row, int(value), at, by)
                else:
                    _add(connection, row, kind, article_id, value, at, by)
                if article_id is not None:
                    _settle(connection, row, article_id, at)
            return read_issue(connection, row.id)

    def last_begun(self, digest: str, frequency: str, *, now: datetime) -> IssueRow | None:
        """The regular issue that covers the time up to `now`, or beyond it where it was frozen early.

        One that is merely planned ahead, for an editor, covers nothing yet.
        """
        query = SELECT_ISSUE.where(
            issue.c.digest == digest, issue.c.frequency == frequency, issue.c.extra.is_(False),
            (issue.c.period_end <= now) | issue.c.frozen_at.is_not(None),
        )  # fmt: skip
        with self._db.read() as connection:
            row = connection.execute(query.order_by(issue.c.period_end.desc(), issue.c.id.desc()).limit(1)).first()
            return None if row is None else issue_row(row)


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


def _add(
    connection: Connection,
    row: IssueRow,
    kind: str,
    article_id: int | None,
    value: str | int,
    at: datetime,
    by: str,
) -> None:
    values = {"issue_id": row.id, "article_id": article_id, "kind": kind, "value": value, "at": at, "by": by}
    connection.execute(sa.insert(issue_override).values(values))
    note_event(connection, row.id, "edit", at, {"change": kind, "article": article_id, "value": value}, by)


def _undo(connection: Connection, row: IssueRow, override_id: int, at: datetime, by: str) -> int | None:
    """The article the undone change was about."""
    this = (issue_override.c.id == override_id, issue_override.c.issue_id == row.id)
    found = connection.execute(sa.select(issue_override).where(*this, issue_override.c.undone_at.is_(None))).first()
    if found is None:
        raise UsageError(
            f"issue {row.name} has no such change to undo",
            why="it was undone already, or is another issue's",
            try_=f"digest issue edit {row.name}, to see the changes",
        )
    connection.execute(sa.update(issue_override).where(*this).values(undone_at=at))
    detail = {"change": found.kind, "article": found.article_id, "value": found.value}
    note_event(connection, row.id, "undo", at, detail, by)
    return None if found.article_id is None else int(found.article_id)


def _settle(connection: Connection, row: IssueRow, article_id: int, at: datetime) -> None:
    """Make the digest's decision about one article agree with the latest pin or drop that holds, in any of its issues.

    Never tied to the issue: if that is cancelled, what was dropped from it stays dropped. The row's reason keeps what
    it was before, so that undoing brings exactly that back.
    """
    which = (
        digest_article.c.digest == row.digest,
        digest_article.c.frequency == row.frequency,
        digest_article.c.article_id == article_id,
    )
    now = connection.execute(sa.select(digest_article).where(*which)).first()
    if now is not None and now.state == "consumed":
        return
    state, reason = _before(now)
    wish = _wish(connection, row, article_id)
    if wish is not None and wish.kind == "drop":
        after, why = "excluded", f"dropped from {_name(wish)} by {wish.by or 'the editor'}{_WAS}{state}: {reason}"
    elif wish is not None and state != "new":
        after, why = "new", f"pinned in {_name(wish)} by {wish.by or 'the editor'}{_WAS}{state}: {reason}"
    else:
        after, why = state, reason
    _write(connection, row, article_id, now, after, why, at)


def _before(now: Row[Any] | None) -> tuple[str, str]:
    """State and reason as they are without any pin or drop."""
    if now is None:
        return _UNMET, ""
    done, was, before = now.reason.partition(_WAS)
    if was and done.startswith(("dropped from ", "pinned in ")):
        state, _, reason = before.partition(": ")
        return state, reason
    return now.state, now.reason


def _wish(connection: Connection, row: IssueRow, article_id: int) -> Row[Any] | None:
    """The latest pin or drop of the article that holds."""
    columns = (issue_override.c.kind, issue_override.c.by, issue.c.digest, issue.c.number, issue.c.period_label)
    query: sa.Select[Any] = (
        sa.select(*columns)
        .join(issue, issue.c.id == issue_override.c.issue_id)
        .where(
            issue.c.digest == row.digest, issue.c.frequency == row.frequency,
            issue_override.c.article_id == article_id, issue_override.c.undone_at.is_(None),
            issue_override.c.kind.in_(("pin", "drop")),
        )
        .order_by(issue_override.c.id.desc())
        .limit(1)
    )  # fmt: skip
    return connection.execute(query).first()


def _name(wish: Row[Any]) -> str:
    return f"{wish.digest}/{wish.number}" if wish.number is not None else f"{wish.digest}@{wish.period_label}"


def _write(
    connection: Connection,
    row: IssueRow,
    article_id: int,
    now: Row[Any] | None,
    state: str,
    reason: str,
    at: datetime,
) -> None:
    key = {"digest": row.digest, "frequency": row.frequency, "article_id": article_id}
    which = [digest_article.c[name] == value for name, value in key.items()]
    if now is None:
        if state != _UNMET:
            connection.execute(sa.insert(digest_article).values({**key, "state": state, "reason": reason, "at": at}))
    elif state == _UNMET:
        connection.execute(sa.delete(digest_article).where(*which))
    elif (now.state, now.reason) != (state, reason):
        # Given a chance by hand, it has all its chances again.
        values = {"state": state, "reason": reason, "issue_id": None, "rounds": 0, "at": at}
        connection.execute(sa.update(digest_article).where(*which).values(values))
