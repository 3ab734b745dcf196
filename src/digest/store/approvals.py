"""Approvals: who let which content go out. Kept, never changed; the latest of an issue counts.

Must not decide whether one still stands (that is `editorial.objections`).
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from digest.model import Approval, Approved, IssueRow, from_plain, to_plain
from digest.store.database import Database
from digest.store.schema import issue_approval
from digest.store.steps import note_event


class Approvals:
    """The part of `IssueStore` that knows what was approved."""

    _db: Database

    def approve(self, row: IssueRow, content: Approved, *, at: datetime, by: str) -> Approval:
        """Keep an approval of this content, and write it into the issue's history."""
        values = {"issue_id": row.id, "at": at, "by": by, "hash": content.hash, "content": to_plain(content)}
        with self._db.write() as connection:
            made = connection.execute(sa.insert(issue_approval).values(values).returning(issue_approval.c.id))
            note_event(connection, row.id, "approved", at, {"content": content.hash[:12]}, by)
            return Approval(int(made.scalar_one()), at, by, content)

    def approval(self, issue_id: int) -> Approval | None:
        """The latest approval of an issue."""
        query = (
            sa.select(issue_approval)
            .where(issue_approval.c.issue_id == issue_id)
            .order_by(issue_approval.c.id.desc())
            .limit(1)
        )
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else Approval(row.id, row.at, row.by, from_plain(Approved, row.content))
