"""Review before the automatic send: draft ahead, show it to the approvers, and let out exactly what they approved.

    [digest.weekly] review = "3h"   ->  three hours ahead: awaiting_approval, preview and word to `approvers`
    digest issue approve weekly/12  ->  the content is kept with its hash, name and time
    at its time                     ->  approved and unchanged: that very content; otherwise `if_unapproved`

Must not send an issue. Invariants: what goes out by an approval is the content that was approved, byte for byte but for
its number and instant; whatever a reader would see differently ends the approval, with the reason; articles published
after it wait for the next issue.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest.editorial import Command, apply, objections
from digest.errors import BusyError, UsageError
from digest.model import Approval, Approved, Issue, IssueState, Period
from digest.pipeline.composing import checked, not_ahead, specimen
from digest.pipeline.drafting import Drafted
from digest.pipeline.freezing import render_content
from digest.pipeline.gathering import enroll
from digest.pipeline.rechecking import draft_checked
from digest.pipeline.workspace import EVERY, Workspace
from digest.recurrence import period_after

if TYPE_CHECKING:
    from digest.model import IssueRow

APPROVED = "approved by "


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether an issue may go out at its time. `needed`: somebody has to approve it. `objections` say why an approval
    that was given does not count any more."""

    needed: bool
    approval: Approval | None = None
    objections: tuple[str, ...] = ()

    @property
    def stands(self) -> bool:
        return self.approval is not None and not self.objections

    @property
    def why_not(self) -> str:
        if self.approval is None:
            return "nobody has approved it"
        return f"it was changed after {self.approval.by or 'somebody'} approved it: {'; '.join(self.objections)}"


@dataclass(frozen=True, slots=True)
class Submitted:
    """An issue that now waits for approval, and what its approvers are shown."""

    row: IssueRow
    drafted: Drafted


def review_at(workspace: Workspace, digest: str, frequency: str = EVERY) -> datetime | None:
    """When the coming issue is shown to its approvers; None without `review`."""
    ahead_s = workspace.digest(digest).review_s
    if ahead_s is None:
        return None
    return period_after(workspace.rule(digest, frequency), workspace.now()).end - timedelta(seconds=ahead_s)


def review_due(workspace: Workspace, digest: str, frequency: str = EVERY) -> Period | None:
    """The coming period, when it is time to show it to its approvers."""
    at = review_at(workspace, digest, frequency)
    if at is None or at > workspace.now():
        return None
    return period_after(workspace.rule(digest, frequency), workspace.now())


def submit(workspace: Workspace, row: IssueRow) -> Submitted | None:
    """Draft a planned issue ahead and let it wait for approval; None while there are too few articles to show."""
    issues = workspace.store.issues
    drafted = draft_for(workspace, row)
    if len(drafted.issue.items) < max(workspace.digest(row.digest).curate.min_articles, 1):
        return None
    number = issues.number(row.id)
    if row.state is IssueState.PLANNED:
        row = issues.move(row, IssueState.DRAFTED, at=workspace.now(), note=row.note)
    row = issues.move(row, IssueState.AWAITING_APPROVAL, at=workspace.now(), next_try_at=row.period.end)
    return Submitted(row, replace(drafted, issue=replace(drafted.issue, number=number)))


def was_approved(row: IssueRow) -> bool:
    """Whether somebody approved this very issue after it had been held for want of it."""
    return row.note.startswith(APPROVED)


def draft_for(workspace: Workspace, row: IssueRow) -> Drafted:
    """The issue as it stands now, as of its own time, after the last look at its articles."""
    enroll(workspace, row.digest, row.frequency, period=row.period)
    return checked(workspace, row.digest, row.period, row.number, row.scheduled_for, row.frequency)


def fingerprint(workspace: Workspace, issue: Issue) -> str:
    """What a reader of `issue` sees, hashed: SHA-256 of HTML, text and subject as rendered now, without its number."""
    still = replace(issue, number=None, sending=replace(issue.sending, feedback_id="", test=False))
    rendition = render_content(workspace, still)
    seen = (rendition.subject, rendition.html(specimen()), rendition.text(specimen()))
    return hashlib.sha256("\x1e".join(seen).encode("utf-8", "surrogatepass")).hexdigest()


def approve(workspace: Workspace, row: IssueRow, *, by: str, seen: str | None = None) -> IssueRow:
    """Let the issue go out as it stands now; the row after it.

    `seen` is the fingerprint of what was shown to the person: when the issue has changed since, a `BusyError`. An issue
    that was held because nobody had approved it is released by this.
    """
    to = apply(row, Command.APPROVE)
    issues = workspace.store.issues
    row = replace(row, number=issues.number(row.id))
    drafted = draft_for(workspace, row)
    if not drafted.issue.items:
        raise UsageError(f"issue {row.name} has no article yet", try_=f"digest issue edit {row.name}")
    content = _content(workspace, row, drafted)
    if seen is not None and seen != content.hash:
        raise BusyError(
            f"issue {row.name} was changed since you looked",
            why="what would go out now is not what you saw",
            try_=f"look again: digest preview {row.digest}",
        )
    if to is not row.state:
        note = f"{APPROVED}{by}"
        if row.state is IssueState.PLANNED:
            row = issues.move(row, IssueState.DRAFTED, at=workspace.now(), note=row.note)
        waits = row.period.end if to is IssueState.AWAITING_APPROVAL else None
        row = issues.move(row, to, at=workspace.now(), note=note, next_try_at=waits, by=by)
    issues.approve(row, content, at=workspace.now(), by=by)
    return row


def standing(workspace: Workspace, row: IssueRow) -> Standing:
    """How the issue's approval stands now. Reads only."""
    settings = workspace.digest(row.digest)
    approval = workspace.store.issues.approval(row.id)
    if approval is None:
        return Standing(settings.review_s is not None)
    found = objections(
        approval,
        contents={one.id: one.content_hash for one in workspace.store.articles.eligible(row.digest, row.frequency)},
        changes=workspace.store.issues.overrides(row.id),
        looks=fingerprint(workspace, approval.content.issue),
    )
    return Standing(True, approval, found)


def approved_draft(workspace: Workspace, row: IssueRow, approval: Approval) -> Drafted:
    """What was approved, ready to freeze: dated and numbered as of now, nothing else changed."""
    from digest.curate import Draft

    content = approval.content
    at = not_ahead(workspace, row.scheduled_for)
    issue = replace(content.issue, number=row.number, sending=replace(content.issue.sending, date=at))
    draft = Draft(
        items=issue.items,
        subject=issue.subject,
        preheader=issue.preheader,
        in_this_issue=issue.in_this_issue,
        minutes=issue.minutes,
        passed_over=content.passed_over,
        folded=dict(content.folded),
        intro=issue.intro,
    )
    return Drafted(issue, draft, tuple(item.article_id for item in issue.items))


def look_again(workspace: Workspace, row: IssueRow, approval: Approval) -> None:
    """Ask the approved articles' sources once more; what they say is stored, and `standing` sees it."""
    again = approved_draft(workspace, row, approval)
    draft_checked(workspace, row.digest, lambda stories: again, frequency=row.frequency)


def _content(workspace: Workspace, row: IssueRow, drafted: Drafted) -> Approved:
    ids = [item.article_id for item in drafted.issue.items]
    standing = workspace.store.issues.overrides(row.id)
    return Approved(
        hash=fingerprint(workspace, drafted.issue),
        issue=drafted.issue,
        articles={str(one.id): one.content_hash for one in workspace.store.articles.get(ids)},
        changes=tuple(one.id for one in standing if one.undone_at is None),
        folded=tuple(sorted(drafted.draft.folded.items())),
        passed_over=drafted.draft.passed_over,
    )
