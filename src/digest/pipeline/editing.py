"""An editor's work on the next issue: find or plan it, change it, undo, and see what comes of it.

Whether a change fits is decided in `editorial`, what it does to the choice in `curate`. Invariants: nothing is sent or
frozen here; an issue planned ahead for its editor waits for its time all the same; a change is refused when the issue
was changed since the editor looked (`version`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.editorial import EDITABLE, NewOverride, check
from digest.errors import BusyError, UsageError
from digest.model import IssueState
from digest.pipeline.issuing import coming, find, named
from digest.pipeline.workspace import EVERY, Workspace
from digest.recurrence import period_after

if TYPE_CHECKING:
    from digest.model import IssueRow


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the change with this number."""

    override_id: int


def editable(workspace: Workspace, name: str) -> IssueRow:
    """The issue `name` means: `weekly/12`, or `weekly` for its next one, which is planned ahead when need be."""
    if "/" in name or "@" in name:
        return named(workspace, name)
    workspace.digest(name)
    found = find(workspace, name)
    if found.row is not None and found.row.state not in EDITABLE:
        found = coming(workspace, found)
    row = found.row
    if row is None:
        issues = workspace.store.issues
        row, _ = issues.plan(name, EVERY, found.period, scheduled_for=found.period.end, at=workspace.now(), ahead=True)
        issues.number(row.id)
        row = issues.get(row.id)
    return row


def change(
    workspace: Workspace,
    row: IssueRow,
    changes: Sequence[NewOverride | Undo],
    *,
    by: str,
    version: int | None = None,
) -> IssueRow:
    """Make the changes, in their order. `version` is the one the editor saw: another one is a `BusyError`.

    All are checked before the first is made. Raises `UsageError` for an article that this digest cannot use.
    """
    if version is not None and row.version != version:
        raise BusyError(
            f"issue {row.name} was changed meanwhile",
            why=f"it is at version {row.version}, you saw {version}",
            try_=f"digest issue edit {row.name}, and look at the changes",
        )
    for one in changes:
        if isinstance(one, NewOverride):
            check(row, one)
            _require_article(workspace, row, one)
    issues = workspace.store.issues
    for one in changes:
        now = workspace.now()
        if isinstance(one, Undo):
            check(row, NewOverride("intro"))  # the state alone: undoing is editing too
            row = issues.undo_override(row, one.override_id, at=now, by=by)
        else:
            row = issues.override(row, one.kind, one.article_id, one.value, at=now, by=by)
    return row


def _require_article(workspace: Workspace, row: IssueRow, one: NewOverride) -> None:
    if one.article_id is None:
        return
    articles = workspace.store.articles
    found = articles.get([one.article_id])
    try_ = f"digest articles list --digest {row.digest}"
    if not found:
        raise UsageError(f"there is no article {one.article_id}", try_=try_)
    if found[0].article.source not in workspace.sources_of(row.digest):
        raise UsageError(
            f"article {one.article_id} is from {found[0].article.source}, which digest {row.digest} does not use",
            try_=try_,
        )
    fates = [
        fate for fate in articles.fate(one.article_id) if (fate.digest, fate.frequency) == (row.digest, row.frequency)
    ]
    if fates and fates[0].state == "consumed" and fates[0].issue_id != row.id:
        gone = workspace.store.issues.get(fates[0].issue_id).name if fates[0].issue_id else "an earlier issue"
        raise UsageError(
            f"article {one.article_id} went out with {gone}", why="an article is mailed once per digest", try_=try_
        )


def keep_in_step(workspace: Workspace, digest: str, frequency: str = EVERY) -> list[IssueRow]:
    """Issues planned ahead follow their digest's schedule when that was moved; the ones that did.

    An editor's work on Monday's issue is not lost when Monday becomes Tuesday, nor sent on Monday all the same.
    """
    rule, now = workspace.rule(digest, frequency), workspace.now()
    moved = []
    for row in workspace.store.issues.open(digest):
        ahead = row.state in (IssueState.PLANNED, IssueState.DRAFTED) and not row.extra and row.frequency == frequency
        if not ahead or row.period.end <= now:
            continue
        period = period_after(rule, now)
        while period.end < row.period.end:
            period = period_after(rule, period.end)
        if period.label == row.period.label:
            continue
        wanted = period_after(rule, now)
        if workspace.store.issues.of_period(digest, frequency, wanted.label) is None:
            moved.append(workspace.store.issues.reschedule(row, wanted, at=now))
    return moved
