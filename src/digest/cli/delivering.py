"""Making an issue from the command line, and saying what became of it: progress, words, JSON, exit code.

Shared by `send`, `run` and the `issue` commands that go on with sending. Does not choose what is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import BUSY, DONE, FAILED, PARTLY
from digest.cli.output import print_json, sending_bar
from digest.cli.signals import INTERRUPT, StopRequest, graceful_stop
from digest.cli.wording import account_lines, next_period, when

if TYPE_CHECKING:
    from digest.clock.tick import Step
    from digest.model import Accounting, IssueRow, Report
    from digest.pipeline.gathering import GatherReport
    from digest.pipeline.issuing import Made
    from digest.pipeline.sending import Sent
    from digest.pipeline.workspace import Workspace

STOPPED_BY_OPERATOR = ("paused", "held", "cancelled")


def deliver(
    workspace: Workspace,
    row: IssueRow,
    *,
    as_json: bool,
    total: int | None = None,
    sources: GatherReport | None = None,
    accept_sources: bool = False,
    accept_checks: bool = False,
) -> int:
    """Make an issue that a person has confirmed, show its account, return the exit code.

    Ctrl-C pauses it in the database, SIGTERM leaves it to the next run. `total` is how many recipients to expect.
    """
    before = workspace.store.issues.accounting(row.id)
    if total is None or before.candidates:
        total = before.candidates
    with graceful_stop() as stop:
        made = _make(
            workspace,
            row,
            stop,
            before=before,
            total=total,
            quiet=as_json,
            sources=sources,
            accept_sources=accept_sources,
            accept_checks=accept_checks,
        )
        made = _paused(workspace, made, stop)
    if made.sent is not None and made.row.state in ("done", "paused", "held") and not stop.reason():
        from digest.pipeline import notifying

        notifying.about_issue(workspace, made.row, made.sent)
    if as_json:
        print_json(made_data(workspace, made))
    else:
        for line in made_lines(workspace, made):
            click.echo(line)
    if made.sent is None:
        return FAILED if made.row.state == "held" else DONE
    return code_of_sent(made.sent, retries_are_fine=False)


def _make(
    workspace: Workspace,
    row: IssueRow,
    stop: StopRequest,
    *,
    before: Accounting,
    total: int,
    quiet: bool,
    sources: GatherReport | None,
    accept_sources: bool,
    accept_checks: bool,
) -> Made:
    from digest.pipeline.issuing import make

    settled = before.accepted + before.refused + before.uncertain + before.skipped
    with sending_bar(f"Sending {row.digest}", total, quiet=quiet) as show:

        def progress(report: Report) -> None:
            show(settled + _done(report), _trouble(report))

        return make(
            workspace,
            row,
            ask=True,
            sources=sources,
            accept_list=True,
            accept_sources=accept_sources,
            accept_checks=accept_checks,
            stop=stop.reason,
            progress=progress,
        )


def _done(report: Report) -> int:
    """With their last word; a deferred recipient still waits for it."""
    return report.accepted + report.refused + report.uncertain + report.skipped


def _trouble(report: Report) -> str:
    found = (("refused", report.refused), ("deferred", report.deferred), ("uncertain", report.uncertain))
    return ", ".join(f"{count} {word}" for word, count in found if count)


@contextmanager
def due_progress(*, quiet: bool) -> Iterator[Callable[[Report], None]]:
    """The display of a send whose size nobody was asked to confirm: how many, how fast, what trouble."""
    with sending_bar("Sending", None, quiet=quiet) as show:

        def progress(report: Report) -> None:
            if _done(report) or report.deferred:
                show(_done(report), _trouble(report))

        yield progress


def _paused(workspace: Workspace, made: Made, stop: StopRequest) -> Made:
    """Ctrl-C is a person's decision: it is written down, so that no other process goes on by itself."""
    if stop.reason() != INTERRUPT or made.row.state != "sending" or made.sent is None:
        return made
    from digest.pipeline.steering import pause

    row = pause(workspace, workspace.store.issues.get(made.row.id), by="Ctrl-C")
    return replace(made, row=row, sent=replace(made.sent, row=row))


def pause_interrupted(workspace: Workspace, steps: list[Step], stop: StopRequest) -> list[Step]:
    """The steps of a tick, with the issue that Ctrl-C broke off paused."""
    found = []
    for step in steps:
        made = _paused(workspace, step.made, stop) if step.made is not None else None
        found.append(step if made is step.made else replace(step, row=made.row if made else None, made=made))
    return found


def code_of_steps(steps: list[Step]) -> int:
    """The exit code of a tick: waiting and retrying are fine, a held issue is somebody's decision, trouble is not."""
    codes = [_code_of_step(step) for step in steps]
    return next((code for code in (FAILED, PARTLY, BUSY) if code in codes), DONE)


def _code_of_step(step: Step) -> int:
    if step.what == "failed":
        return FAILED
    if step.what == "busy":
        return BUSY
    if step.made is None or step.made.sent is None:
        return DONE
    return code_of_sent(step.made.sent, retries_are_fine=True)


def code_of_sent(sent: Sent, *, retries_are_fine: bool) -> int:
    """0 all is said and done, 3 somebody is left over, 1 sending broke off, 75 another process has the rest."""
    accounting, report = sent.accounting, sent.report
    stopped_on_purpose = report.stopped == "lease" and sent.row.state in STOPPED_BY_OPERATOR
    if report.stopped in ("relay", "ledger", "lease", "worker", "policy") and not stopped_on_purpose:
        return FAILED
    if not report.stopped and accounting.waiting:
        return BUSY
    policy = accounting.reasons.get("refused(policy)", 0) + accounting.reasons.get("refused(expired)", 0)
    left = accounting.waiting + accounting.deferred
    return PARTLY if accounting.uncertain or policy or (left and not retries_are_fine) else DONE


def worth_saying(workspace: Workspace, step: Step, since: datetime) -> bool:
    """Whether somebody who did not ask should hear of a step: trouble, and what was held or missed just now.

    An issue that was held before stays held: once is enough, `digest status` goes on saying it.
    """
    if step.what in ("failed", "missed") or _code_of_step(step) not in (DONE, BUSY):
        return True
    if step.what != "held" or step.row is None:
        return False
    return any(event.at >= since for event in workspace.store.issues.history(step.row.id))


def step_lines(workspace: Workspace, step: Step) -> list[str]:
    """One step of a tick, for people."""
    row = step.row
    match step.what:
        case "baseline":
            return [f"{step.digest}: seen for the first time; {next_period(workspace, step.digest)}. Nothing was sent."]
        case "idle":
            return [f"{step.digest}: nothing is due; {next_period(workspace, step.digest)}."]
        case "busy" | "failed":
            return [f"{step.digest}: {step.error}"]
        case "waiting" if row is not None and row.next_try_at == row.period.end and not row.note:
            return [f"{row.name} was edited and waits for its time, {when(workspace, row.digest, row.next_try_at)}."]
        case "waiting" if row is not None:
            return [f"{row.name}: {row.note}; tried again at {when(workspace, row.digest, row.next_try_at)}."]
        case "missed" if row is not None:
            return [f"{row.name} was missed: {row.note}."]
        case _ if row is not None:
            return made_lines(workspace, step.made) if step.made else state_lines(workspace, row)
        case _:
            return []


def made_lines(workspace: Workspace, made: Made) -> list[str]:
    """What became of an issue: the account when mail was sent, else its state and why."""
    notes = [f"  {note}" for note in made.notes]
    if made.sent is None:
        return [*state_lines(workspace, made.row), *notes]
    lines = [*account_lines(workspace, made.sent), *notes]
    return [*lines, *state_lines(workspace, made.row)[1:]] if made.row.state in STOPPED_BY_OPERATOR else lines


def state_lines(workspace: Workspace, row: IssueRow) -> list[str]:
    """An issue's state, its reason, and what to type to go on."""
    reason = f" ({row.reason})" if row.reason else ""
    lines = [f"{row.name} is {row.state}{reason}" + (f": {row.note}" if row.note else ".")]
    if row.state == "held":
        lines.append(f"  To send it: digest issue release {row.name}")
    elif row.state == "paused":
        lines.append(f"  To go on: digest issue resume {row.name}")
    elif row.state == "skipped":
        coming = next_period(workspace, row.digest)
        lines.append(f"  {coming[0].upper()}{coming[1:]}.")
    return lines


def made_data(workspace: Workspace, made: Made) -> dict[str, Any]:
    """The one shape of every `send --json` and of the `issue` commands that send."""
    sent, row = made.sent, made.row
    return issue_data(
        row,
        verdict="sent" if sent else str(row.state),
        text=row.note,
        accounting=workspace.store.issues.accounting(row.id),
        report=sent.report if sent else None,
        next_retry=sent.next_retry if sent else made.retry_at,
        notes=made.notes,
    )


def issue_data(row: IssueRow | None, *, verdict: str, text: str, **more: Any) -> dict[str, Any]:
    known = {
        "issue": row.name if row else None,
        "verdict": verdict,
        "state": row.state if row else None,
        "reason": row.reason if row else "",
        "text": text,
        "period": row.period if row else None,
        "subject": row.subject if row else "",
        "accounting": None,
        "notes": (),
        "report": None,
        "next_retry": None,
    }
    return known | more


def step_data(step: Step) -> dict[str, Any]:
    row = step.row
    return {
        "digest": step.digest,
        "what": step.what,
        "issue": row.name if row else None,
        "state": row.state if row else None,
        "reason": row.reason if row else None,
        "note": row.note if row else None,
        "error": step.error or None,
        "accounting": step.made.sent.accounting if step.made and step.made.sent else None,
    }
