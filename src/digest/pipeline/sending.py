"""A frozen issue to every recipient's outcome: claim, fill, send, record, until nobody waits.

Does not gather, curate or render, and imports none of it: a sending worker stays small. Invariant: rule 4 holds at
every moment, and whatever ends this function early (a signal, a kill, a full disk, a dead relay) leaves an issue that
the next run finishes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest.errors import StateError, UsageError
from digest.model import Accounting, DeliveryState, EmailAddress, IssueState, Message, Recipient, Report
from digest.pipeline.presence import at_work, recover
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.model import IssueRow
    from digest.render import Rendition

Stop = Callable[[], str]
Progress = Callable[[Report], None]
DEFAULT_FINISH_DAILY_S = 24 * 3600.0
DEFAULT_FINISH_S = 48 * 3600.0


@dataclass(frozen=True, slots=True)
class Sent:
    """Where the issue stands after a run: its row, this run's report, and the accounting of the whole issue."""

    row: IssueRow
    report: Report
    accounting: Accounting
    next_retry: datetime | None = None


def unwatched(report: Report) -> None:
    """Progress for nobody."""


def send(workspace: Workspace, row: IssueRow, *, stop: Stop = lambda: "", progress: Progress | None = None) -> Sent:
    """Send what can be sent of a frozen or interrupted issue now; called again, it goes on where it stopped.

    Raises `StateError` when the issue is not one to send.
    """
    from digest.deliver import Limits
    from digest.deliver import send as deliver
    from digest.deliver.smtp import connect

    store = workspace.store
    recover(workspace)
    row = _begin(workspace, store.issues.get(row.id))
    if overdue(workspace, row):
        store.issues.expire(row.id, at=workspace.now())
    with at_work(workspace) as presence:
        ledger = store.ledger(row.id, presence.worker_id, now=workspace.now)
        report = deliver(
            Filler(workspace, row.id),
            ledger,
            [workspace.config.relays[workspace.digest(row.digest).relay]],
            stop=lambda: "lease" if presence.lost.is_set() else stop(),
            limits=Limits(claim=workspace.config.delivery.claim),
            progress=progress or unwatched,
            now=workspace.now,
            connector=lambda relay: connect(relay, now=workspace.now),
        )
    return _settle(workspace, row, report)


class Filler:
    """`fill` for the sender: loads each rendition once and splices one recipient into it."""

    def __init__(self, workspace: Workspace, issue_id: int) -> None:
        self._store = workspace.store
        self._issue_id = issue_id
        self._renditions: dict[int, Rendition] = {}

    def __call__(self, recipient: Recipient) -> Message:
        rendition = self._renditions.get(recipient.rendition_id)
        if rendition is None:
            from digest.render import Rendition

            rendition = Rendition.from_bytes(self._store.issues.rendition(recipient.rendition_id))
            self._renditions[recipient.rendition_id] = rendition
        return rendition.fill(recipient)


def finish_within_s(workspace: Workspace, digest: str) -> float:
    """How long an issue may take: what the configuration says, else 24 h for a daily digest and 48 h for others."""
    from digest.recurrence import interval_s

    configured = workspace.digest(digest).finish_within_s
    if configured is not None:
        return configured
    daily = interval_s(workspace.rule(digest), workspace.now()) <= 36 * 3600
    return DEFAULT_FINISH_DAILY_S if daily else DEFAULT_FINISH_S


def _begin(workspace: Workspace, row: IssueRow) -> IssueRow:
    if row.state is IssueState.SENDING:
        return row
    if row.state is IssueState.FROZEN:
        return workspace.store.issues.move(row, IssueState.SENDING, at=workspace.now())
    raise StateError(
        f"issue {row.name} is {row.state}, not one to send",
        why=row.reason,
        try_=f"digest issue show {row.name}",
    )


def overdue(workspace: Workspace, row: IssueRow) -> bool:
    """Whether the issue has had its time: what is still deferred then will not be tried again."""
    begun = row.started_at or row.frozen_at
    limit = timedelta(seconds=finish_within_s(workspace, row.digest))
    return begun is not None and workspace.now() - begun > limit


def _settle(workspace: Workspace, row: IssueRow, report: Report) -> Sent:
    issues = workspace.store.issues
    accounting = issues.accounting(row.id)
    row = issues.get(row.id)
    if row.state is IssueState.SENDING and report.stopped == "policy":
        # The relay objects to us, not to one reader: the next thousand messages would be refused for good.
        row = issues.move(row, IssueState.HELD, at=workspace.now(), reason="breaker", note=report.note)
    over = accounting.waiting == 0 and accounting.deferred == 0
    if row.state is IssueState.SENDING and over:
        row = issues.move(row, IssueState.DONE, at=workspace.now())
        issues.log(row.id, "done", _counts(accounting), at=workspace.now())
    return Sent(row, report, accounting, issues.next_retry(row.id))


def _counts(accounting: Accounting) -> dict[str, int]:
    names = ("candidates", *(state.value for state in DeliveryState if hasattr(accounting, state.value)), "waiting")
    return {name: getattr(accounting, name) for name in names}


def frozen_message(workspace: Workspace, row: IssueRow, address: str) -> Message:
    """The very bytes one recipient gets (or got), from what was frozen. Raises `UsageError` for a stranger."""
    key = EmailAddress.parse(address).key
    recipient = workspace.store.issues.recipient(row.id, key)
    if recipient is None:
        raise UsageError(f"{address} is not a recipient of {row.name}", try_=f"digest issue recipients {row.name}")
    return Filler(workspace, row.id)(recipient)
