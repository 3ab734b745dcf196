"""A frozen issue to every recipient's outcome: claim, fill, send, record, until nobody waits.

Does not gather, curate or render, and imports none of it: a sending worker stays small. Invariant: rule 4 holds at
every moment, and whatever ends this function early (a signal, a kill, a full disk, a dead relay) leaves an issue that
the next run finishes.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from digest.errors import BusyError, StateError, StoreError, UsageError
from digest.model import Accounting, EmailAddress, IssueState, Message, Recipient, Report
from digest.pipeline.presence import at_work, recover, this_host
from digest.pipeline.signing import signed, signer
from digest.pipeline.watching import UNWATCHED, Watch
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.model import IssueRow

DEFAULT_FINISH_DAILY_S = 24 * 3600.0
DEFAULT_FINISH_S = 48 * 3600.0


@dataclass(frozen=True, slots=True)
class Sent:
    """Where the issue stands after a run: its row, this run's report, and the accounting of the whole issue."""

    row: IssueRow
    report: Report
    accounting: Accounting
    next_retry: datetime | None = None


def send(workspace: Workspace, row: IssueRow, watch: Watch = UNWATCHED) -> Sent:
    """Send what can be sent of a frozen or interrupted issue now; called again, it goes on where it stopped.

    Raises `StateError` when the issue is not one to send, `BusyError` when a process of this machine is sending it.
    """
    from digest.deliver import Limits
    from digest.deliver import send as deliver
    from digest.deliver.smtp import connect

    store = workspace.store
    recover(workspace)
    _be_the_only_one(workspace, row)
    row = _begin(workspace, row.id)
    if overdue(workspace, row):
        store.issues.expire(row.id, at=workspace.now())
    fill = Filler(workspace, row.id)
    with at_work(workspace) as presence:
        report = deliver(
            fill,
            store.ledger(row.id, presence.worker_id, now=workspace.now),
            [workspace.config.relays[workspace.digest(row.digest).relay]],
            dkim=signer(workspace),
            stop=lambda: "lease" if presence.lost.is_set() else watch.stop(),
            limits=Limits(claim=workspace.config.delivery.claim, finish_by=finish_by(workspace, row)),
            progress=watch.progress,
            now=workspace.now,
            connector=lambda relay: connect(relay, now=workspace.now),
        )
    return _settle(workspace, row, report)


class Filler:
    """`fill` for the sender: splices one recipient into a rendition.

    All renditions are loaded at once, before anybody is claimed: a database that stumbles in mid-send must not make a
    reader's message "impossible to render", which is final.
    """

    def __init__(self, workspace: Workspace, issue_id: int) -> None:
        from digest.render import Rendition

        issues = workspace.store.issues
        self._renditions = {
            rendition_id: Rendition.from_bytes(issues.rendition(rendition_id))
            for rendition_id, *_ in issues.renditions(issue_id)
        }

    def __call__(self, recipient: Recipient) -> Message:
        return self._renditions[recipient.rendition_id].fill(recipient)


def finish_within_s(workspace: Workspace, digest: str) -> float:
    """How long an issue may take: what the configuration says, else 24 h for a daily digest and 48 h for others."""
    from digest.recurrence import interval_s

    configured = workspace.digest(digest).finish_within_s
    if configured is not None:
        return configured
    daily = interval_s(workspace.rule(digest), workspace.now()) <= 36 * 3600
    return DEFAULT_FINISH_DAILY_S if daily else DEFAULT_FINISH_S


def _be_the_only_one(workspace: Workspace, row: IssueRow) -> None:
    """One sender per machine: a cron line that fires every five minutes must not open a connection each time."""
    pid = workspace.store.workers.sender(row.id, host=this_host(), at=workspace.now())
    if pid is not None:
        raise BusyError(f"issue {row.name} is being sent by process {pid}", try_="again when it has ended")


def _begin(workspace: Workspace, issue_id: int) -> IssueRow:
    issues = workspace.store.issues
    row = issues.get(issue_id)
    if row.state is IssueState.FROZEN:
        try:
            return issues.move(row, IssueState.SENDING, at=workspace.now())
        except BusyError:
            row = issues.get(issue_id)  # another worker was faster, or somebody stopped it
    if row.state is IssueState.SENDING:
        return row
    raise StateError(
        f"issue {row.name} is {row.state}, not one to send",
        why=row.reason,
        try_=f"digest issue show {row.name}",
    )


def finish_by(workspace: Workspace, row: IssueRow) -> datetime | None:
    """When the issue has had its time, counted from when it was last set going (sent, released, resumed, retried)."""
    since = workspace.store.issues.sending_since(row)
    return since + timedelta(seconds=finish_within_s(workspace, row.digest)) if since else None


def overdue(workspace: Workspace, row: IssueRow) -> bool:
    """Whether the issue has had its time: what is still deferred then will not be tried again."""
    end = finish_by(workspace, row)
    return end is not None and workspace.now() > end


def _settle(workspace: Workspace, row: IssueRow, report: Report) -> Sent:
    """Close the issue if nobody waits; and if the database is gone, do not lose what the report knows."""
    issues, now = workspace.store.issues, workspace.now()
    try:
        if workspace.config.delivery.on_uncertain == "resend":
            issues.resend(row.id, at=now)
        if report.stopped == "policy":
            _break_off(workspace, row.id, report.note)
        row = issues.finish(row.id, at=now)
        return Sent(row, report, issues.accounting(row.id), issues.next_retry(row.id))
    except StoreError as error:
        if report.stopped != "ledger":
            raise
        why = f"{error.why}\n{report.note}"
        raise StoreError(error.what, where=error.where, why=why, try_=error.try_) from error


def _break_off(workspace: Workspace, issue_id: int, note: str) -> None:
    """The relay objects to us, not to one reader: the next thousand messages would be refused for good."""
    issues = workspace.store.issues
    row = issues.get(issue_id)
    if row.state is IssueState.SENDING:
        with contextlib.suppress(BusyError):  # somebody stopped it in this very moment
            issues.move(row, IssueState.HELD, at=workspace.now(), reason="breaker", note=note)


def frozen_message(workspace: Workspace, row: IssueRow, address: str) -> Message:
    """The very bytes one recipient gets (or got), from what was frozen. Raises `UsageError` for a stranger."""
    key = EmailAddress.parse(address).key
    recipient = workspace.store.issues.recipient(row.id, key)
    if recipient is None:
        raise UsageError(f"{address} is not a recipient of {row.name}", try_=f"digest issue recipients {row.name}")
    return signed(workspace, Filler(workspace, row.id)(recipient))
