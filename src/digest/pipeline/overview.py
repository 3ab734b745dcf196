"""Where everything stands, as one value: for `digest status`, its `--json` and `--check`. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest.model import Accounting, DeliveryState, IssueState
from digest.pipeline.approving import standing
from digest.pipeline.notifying import orphans
from digest.pipeline.sending import finish_within_s
from digest.pipeline.tracing import came_back_altogether, configured_mailboxes
from digest.pipeline.workspace import EVERY, Workspace
from digest.recurrence import period_after

if TYPE_CHECKING:
    from digest.model import IssueRow, Rates
    from digest.store import SourceStatus

SHOWN_ISSUES = 3
SHOWN_UNCERTAIN = 50


@dataclass(frozen=True, slots=True)
class IssueOverview:
    """One issue with its six counts; `uncertain` are the addresses whose fate the network hides."""

    name: str
    period: str
    state: str
    reason: str
    note: str
    subject: str
    accounting: Accounting
    next_retry: datetime | None
    uncertain: tuple[str, ...] = ()
    came_back: Rates | None = None


@dataclass(frozen=True, slots=True)
class DigestOverview:
    name: str
    title: str
    schedule: str
    zone: str
    next_period: str
    next_at: datetime
    waiting_articles: int
    issues: tuple[IssueOverview, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """`mailboxes` are (name, last looked into, what was wrong then).

    `trouble` lists, in words, what somebody should look at: what `status --check` is about.
    """

    digests: tuple[DigestOverview, ...]
    sources: tuple[SourceStatus, ...]
    trouble: tuple[str, ...]
    mailboxes: tuple[tuple[str, datetime | None, str], ...] = ()


def overview(workspace: Workspace) -> Overview:
    digests = tuple(_digest(workspace, name) for name in workspace.config.digests)
    configured = workspace.config.sources
    sources = tuple(source for source in workspace.store.articles.source_status() if source.name in configured)
    trouble: list[str] = []
    for name in workspace.config.digests:
        trouble += [problem for row in workspace.store.issues.open(name) if (problem := _trouble(workspace, row))]
    trouble += [
        f"{row.name} is {row.state}, and digest.toml has no digest called {row.digest} any more; "
        f"configure it again, or digest issue cancel {row.name}"
        for row in orphans(workspace)
    ]
    for digest in digests:
        for issue in digest.issues:
            if issue.accounting.uncertain:
                trouble.append(
                    f"{issue.name}: {issue.accounting.uncertain} uncertain; "
                    f"digest issue recipients {issue.name} --state uncertain"
                )
    paused = workspace.store.sourcebook.paused()
    failing = [source for source in sources if source.last_error and source.name not in paused]
    trouble += [f"source {source.name}: {source.last_error.splitlines()[0]}" for source in failing]
    mailboxes = configured_mailboxes(workspace)
    trouble += [f"{name}: {error}; digest bounce --fetch" for name, _, error in mailboxes if error]
    return Overview(digests, sources, tuple(trouble), tuple(mailboxes))


def _digest(workspace: Workspace, name: str) -> DigestOverview:
    settings, rule = workspace.digest(name), workspace.rule(name)
    coming = period_after(rule, workspace.now())
    return DigestOverview(
        name=name,
        title=settings.title,
        schedule=settings.schedule,
        zone=settings.timezone,
        next_period=coming.label,
        next_at=coming.end,
        waiting_articles=len(workspace.store.articles.eligible(name, EVERY)),
        issues=tuple(_issue(workspace, row) for row in workspace.store.issues.all(name, limit=SHOWN_ISSUES)),
    )


def _issue(workspace: Workspace, row: IssueRow) -> IssueOverview:
    issues = workspace.store.issues
    accounting = issues.accounting(row.id)
    uncertain: tuple[str, ...] = ()
    if accounting.uncertain:
        found = issues.deliveries(row.id, states=[DeliveryState.UNCERTAIN], limit=SHOWN_UNCERTAIN)
        uncertain = tuple(delivery.address for delivery in found)
    return IssueOverview(
        name=row.name,
        period=row.period.label,
        state=str(row.state),
        reason=row.reason,
        note=row.note,
        subject=row.subject,
        accounting=accounting,
        next_retry=issues.next_retry(row.id),
        uncertain=uncertain,
        came_back=came_back_altogether(workspace, row.id),
    )


def _trouble(workspace: Workspace, row: IssueRow) -> str:
    """What is wrong with an open issue, or ""."""
    if row.state is IssueState.HELD:
        command = "approve" if row.reason == "unapproved" else "release"
        return f"{row.name} is held ({row.reason}): {row.note}; digest issue {command} {row.name}"
    if row.state is IssueState.PAUSED:
        return f"{row.name} is paused; digest issue resume {row.name}"
    if row.state is IssueState.AWAITING_APPROVAL:
        seen = standing(workspace, row)
        return "" if seen.stands else f"{row.name} is not approved: {seen.why_not}; digest issue approve {row.name}"
    late = workspace.now() - row.scheduled_for > timedelta(seconds=finish_within_s(workspace, row.digest))
    if late:
        return f"{row.name} is {row.state} and late: it was scheduled for {row.period.label}"
    if row.next_try_at is not None and row.next_try_at != row.period.end:  # that one waits for its own time
        return f"{row.name} waits for a source: {row.note}"
    return ""
