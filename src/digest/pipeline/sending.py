"""A frozen issue to every recipient's outcome: by this process (`working`) or by several (`crew`), until nobody waits.

Does not gather, curate or render, and imports none of it. Invariant: rule 4 holds at
every moment, and whatever ends this function early (a signal, a kill, a full disk, a dead relay) leaves an issue that
the next run finishes.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from digest.errors import BusyError, StateError, StoreError, UsageError
from digest.model import Accounting, EmailAddress, IssueState, Message, Report
from digest.pipeline.crew import COUNTS, Crew
from digest.pipeline.intake import learn_refusals
from digest.pipeline.limiting import objections
from digest.pipeline.presence import in_charge, recover
from digest.pipeline.signing import signed
from digest.pipeline.watching import UNWATCHED, Watch
from digest.pipeline.working import Filler, finish_by, finish_within_s, work
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.model import IssueRow

LEASES = 3  # how often a run by itself takes up its work again after the machine slept


__all__ = ["Filler", "Sent", "finish_by", "finish_within_s", "frozen_message", "overdue", "send"]


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
    recover(workspace)
    if workspace.config.delivery.workers > 1:
        report = _with_a_crew(workspace, row, watch)
    else:
        report = _alone(workspace, row, watch)
    return _settle(workspace, row, report)


def _alone(workspace: Workspace, row: IssueRow, watch: Watch) -> Report:
    """From this process. Who lost the lease while the machine slept, and nothing else, begins anew as another."""
    done = Report()
    for _ in range(LEASES):
        with in_charge(workspace, row) as presence:
            row = _prepare(workspace, row)
            show = partial(_show_sum, watch, done)
            report = work(workspace, row, presence, stop=watch.stop, progress=show)
        done = _sum(done, report)
        if not presence.lost or report.stopped != "lease" or watch.stop():
            break
        recover(workspace)
        if workspace.store.issues.get(row.id).state is not IssueState.SENDING:
            break
    return done


def _with_a_crew(workspace: Workspace, row: IssueRow, watch: Watch) -> Report:
    with in_charge(workspace, row) as presence:
        row = _prepare(workspace, row)
        return Crew(workspace, row, presence.worker_id, workspace.config.delivery.workers, watch).run()


def _prepare(workspace: Workspace, row: IssueRow) -> IssueRow:
    row = _begin(workspace, row.id)
    if overdue(workspace, row):
        workspace.store.issues.expire(row.id, at=workspace.now())
    return row


_NOTHING = Report()


def _show_sum(watch: Watch, before: Report, report: Report) -> None:
    watch.progress(_sum(before, report))


def _sum(before: Report, after: Report) -> Report:
    if before == _NOTHING:
        return after  # nearly always, and this is asked after each message
    counts = {name: getattr(before, name) + getattr(after, name) for name in (*COUNTS, "seconds")}
    return replace(after, **counts)


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
            _break_off(workspace, row.id, report.note or objections(workspace, row))
        learn_refusals(workspace, row.id)
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
