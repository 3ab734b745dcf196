"""`digest send`: one issue now, or whatever the schedule says is due."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import (
    BUSY,
    DONE,
    FAILED,
    PARTLY,
    App,
    json_option,
    on_terminal,
    one_digest,
    pass_app,
    print_json,
    progress_bar,
)
from digest.cli.signals import INTERRUPT, StopRequest, graceful_stop
from digest.cli.wording import account_lines, prospect_lines, source_line, when

if TYPE_CHECKING:
    from digest.clock.tick import Step
    from digest.model import Report
    from digest.pipeline.issuing import Found, Made, Prospect
    from digest.pipeline.sending import Sent
    from digest.pipeline.workspace import Workspace


@click.command(short_help="Send the current issue, or with --due what the schedule says.")
@click.argument("digests", nargs=-1, metavar="[DIGEST]...")
@click.option("--due", is_flag=True, help="Do what the schedule says and nothing else; for cron, every five minutes.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent; write nothing.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask. Needed where nobody can answer.")
@click.option("--no-gather", is_flag=True, help="Use what was gathered before; fetch nothing.")
@click.option("--extra", is_flag=True, help="An issue outside the schedule, of what is new since the last one.")
@json_option
@pass_app
def send(
    app: App, digests: tuple[str, ...], due: bool, dry_run: bool, yes: bool, no_gather: bool, extra: bool, as_json: bool
) -> None:
    """Send the current issue of DIGEST: gather, show, ask, freeze, deliver.

    An issue that was interrupted is finished; one that is done is not sent again.

    \b
    digest send weekly --dry-run     what would go out, to how many
    digest send weekly               show it, ask, send
    digest send --due                what the schedule says (cron, systemd timer)
    """
    if due and (dry_run or extra):
        raise click.UsageError("--due does what the schedule says: it goes with neither --dry-run nor --extra.")
    with app.workspace() as workspace, graceful_stop() as stop:
        if due:
            code = _send_due(workspace, digests, stop, as_json=as_json)
        elif dry_run:
            code = _dry_run(
                workspace, one_digest(workspace, _single(digests)), gather=not no_gather, as_json=as_json, extra=extra
            )
        else:
            name = one_digest(workspace, _single(digests))
            code = _send_one(workspace, name, stop, yes=yes, gather=not no_gather, extra=extra, as_json=as_json)
    sys.exit(code)


def _single(digests: tuple[str, ...]) -> str | None:
    if len(digests) > 1:
        raise click.UsageError("one digest at a time, so that each can be looked at; --due takes several.")
    return digests[0] if digests else None


def _send_due(workspace: Workspace, digests: tuple[str, ...], stop: StopRequest, *, as_json: bool) -> int:
    from digest.clock.tick import tick

    for name in digests:
        workspace.digest(name)
    steps = tick(workspace, digests, stop=stop.reason)
    if as_json:
        print_json([_step_data(step) for step in steps])
    else:
        _print_steps(workspace, steps)
    return code_of_steps(steps)


def code_of_steps(steps: list[Step]) -> int:
    """The exit code of a tick: waiting and retrying are fine, a held issue is somebody's decision, trouble is not."""
    codes = [_code_of_step(step) for step in steps]
    for code in (FAILED, PARTLY, BUSY):
        if code in codes:
            return code
    return DONE


def _code_of_step(step: Step) -> int:
    if step.what == "failed":
        return FAILED
    if step.what == "busy":
        return BUSY
    if step.made is None or step.made.sent is None:
        return DONE
    return _code_of_sent(step.made.sent, retries_are_fine=True)


def _code_of_sent(sent: Sent, *, retries_are_fine: bool) -> int:
    accounting, report = sent.accounting, sent.report
    if report.stopped in ("relay", "ledger", "lease", "policy"):
        return FAILED
    policy = accounting.reasons.get("refused(policy)", 0) + accounting.reasons.get("refused(expired)", 0)
    left = accounting.waiting + accounting.deferred
    return PARTLY if accounting.uncertain or policy or (left and not retries_are_fine) else DONE


def _print_steps(workspace: Workspace, steps: list[Step]) -> None:
    """People see every step; cron sees only what somebody should look at."""
    person = sys.stdout.isatty()
    for step in steps:
        for line in step_lines(workspace, step):
            trouble = (step.what in ("failed", "held") and step.made is not None) or step.what == "failed"
            if person:
                click.echo(line)
            elif trouble or _code_of_step(step) not in (DONE, BUSY):
                click.echo(line, err=True)


def step_lines(workspace: Workspace, step: Step) -> list[str]:
    """One step of a tick, for people."""
    row = step.row
    match step.what:
        case "baseline":
            return [f"{step.digest}: seen for the first time; {_next(workspace, step.digest)}. Nothing was sent."]
        case "idle":
            return [f"{step.digest}: nothing is due; {_next(workspace, step.digest)}."]
        case "busy" | "failed":
            return [f"{step.digest}: {step.error}"]
        case "waiting" if row is not None:
            return [f"{row.name}: {row.note}; tried again at {when(workspace, row.digest, row.next_try_at)}."]
        case "held" if row is not None:
            return [f"{row.name} is held ({row.reason}): {row.note}", f"  Try: digest issue release {row.name}"]
        case "missed" if row is not None:
            return [f"{row.name} was missed: {row.note}."]
        case _ if row is not None:
            return made_lines(workspace, step.made) if step.made else [f"{row.name} is {row.state}."]
        case _:
            return []


def made_lines(workspace: Workspace, made: Made) -> list[str]:
    row = made.row
    if made.sent is not None:
        return account_lines(workspace, made.sent)
    reason = f" ({row.reason})" if row.reason else ""
    lines = [f"{row.name} is {row.state}{reason}: {row.note}" if row.note else f"{row.name} is {row.state}{reason}."]
    if row.state == "held":
        lines.append(f"  Try: digest issue release {row.name}")
    elif row.state == "skipped":
        lines.append(f"  {_next(workspace, row.digest)[0].upper()}{_next(workspace, row.digest)[1:]}.")
    return lines


def _next(workspace: Workspace, digest: str) -> str:
    from digest.recurrence import period_after

    period = period_after(workspace.rule(digest), workspace.now())
    return f"next: {when(workspace, digest, period.end)}"


def _dry_run(workspace: Workspace, digest: str, *, gather: bool, as_json: bool, extra: bool) -> int:
    from digest.pipeline.issuing import Verdict, find, prospect
    from digest.pipeline.rehearsal import rehearse

    with rehearse(workspace) as rehearsal:
        found = find(rehearsal, digest, extra=extra)
        if found.verdict is not Verdict.MAKE:
            return _settled(workspace, found, as_json=as_json)
        seen = prospect(rehearsal, found, gather_first=gather)
        if as_json:
            print_json(_prospect_data(seen))
        else:
            for line in prospect_lines(rehearsal, seen):
                click.echo(line)
            click.echo("Dry run: nothing was written and nothing sent.")
    return DONE


def _send_one(
    workspace: Workspace, digest: str, stop: StopRequest, *, yes: bool, gather: bool, extra: bool, as_json: bool
) -> int:
    from digest.pipeline.issuing import Verdict, find, plan, prospect
    from digest.pipeline.presence import recover

    if not yes and not on_terminal():
        raise click.UsageError("nobody can be asked here: add --yes to send without asking, or --dry-run to look.")
    recover(workspace)
    found = find(workspace, digest, extra=extra)
    if found.verdict in (Verdict.ALREADY, Verdict.CANCELLED, Verdict.PAUSED, Verdict.HELD):
        return _settled(workspace, found, as_json=as_json)
    if found.verdict is Verdict.RESUME:
        assert found.row is not None
        if not as_json:
            click.echo(f"{found.row.name} was interrupted: going on.")
        return _deliver(workspace, found.row, None, stop, as_json=as_json)
    quiet = as_json or not sys.stdout.isatty()
    seen = prospect(
        workspace,
        found,
        gather_first=gather,
        on_source=None if quiet else lambda result: click.echo(source_line(result)),
    )
    if not as_json:
        for line in prospect_lines(workspace, seen):
            click.echo(line)
    question = f"Send it to {seen.reading.size} subscribers?"
    if seen.reading.alarm:
        question = f"{seen.reading.alarm} {question}"
    if not seen.problem and not yes and not click.confirm(question):
        click.echo("Not sent. Nothing was written but what was gathered.")
        return DONE
    return _deliver(workspace, plan(workspace, found), seen, stop, as_json=as_json, accept_list=True)


def _deliver(
    workspace: Workspace,
    row: Any,
    seen: Prospect | None,
    stop: StopRequest,
    *,
    as_json: bool,
    accept_list: bool = False,
    accept_sources: bool = False,
    sources: Any = None,
) -> int:
    """Make an issue and show its account; Ctrl-C pauses it in the database, SIGTERM leaves it to the next run."""
    from digest.pipeline import notifying
    from digest.pipeline.issuing import make

    total = seen.reading.size if seen else workspace.store.issues.accounting(row.id).candidates
    with progress_bar(f"Sending {row.name}", total) as show:

        def progress(report: Report) -> None:
            done = report.accepted + report.refused + report.uncertain + report.skipped + report.deferred
            show(done, f"{report.accepted} accepted")

        made = make(
            workspace,
            row,
            ask=True,
            sources=seen.sources if seen else sources,
            accept_list=accept_list,
            accept_sources=accept_sources,
            stop=stop.reason,
            progress=progress,
        )
    if stop.reason() == INTERRUPT and made.row.state == "sending":
        from digest.pipeline.steering import pause

        paused = pause(workspace, workspace.store.issues.get(made.row.id), by="Ctrl-C")
        click.echo(f"{paused.name} is paused. To go on: digest issue resume {paused.name}", err=True)
    if made.sent is not None and made.row.state in ("done", "paused"):
        notifying.about_issue(workspace, workspace.store.issues.get(made.row.id), made.sent)
    if as_json:
        print_json(made_data(workspace, made))
    else:
        for line in made_lines(workspace, made):
            click.echo(line)
    if made.sent is None:
        return DONE
    return _code_of_sent(made.sent, retries_are_fine=False)


def _settled(workspace: Workspace, found: Found, *, as_json: bool) -> int:
    """Nothing to send: say which it is and what to type."""
    row = found.row
    assert row is not None
    next_ = _next(workspace, found.digest)
    text = {
        "already": f"{row.name} ({row.period.label}) is sent already; {next_}; now: digest send {row.digest} --extra",
        "cancelled": f"{row.name} ({row.period.label}) was cancelled; {next_}; now: digest send {row.digest} --extra",
        "paused": f"{row.name} is paused. To go on: digest issue resume {row.name}",
        "held": f"{row.name} is {row.state} ({row.reason or 'approval'}). To send it: digest issue release {row.name}",
    }[str(found.verdict)]
    if as_json:
        accounting = workspace.store.issues.accounting(row.id)
        print_json(
            {"issue": row.name, "verdict": found.verdict, "state": row.state, "text": text, "accounting": accounting}
        )
    else:
        click.echo(text)
    return DONE if found.verdict in ("already", "cancelled") else FAILED


def made_data(workspace: Workspace, made: Made) -> dict[str, Any]:
    accounting = workspace.store.issues.accounting(made.row.id)
    return {
        "issue": made.row.name,
        "state": made.row.state,
        "reason": made.row.reason,
        "note": made.row.note,
        "period": made.row.period,
        "subject": made.row.subject,
        "accounting": accounting,
        "report": made.sent.report if made.sent else None,
        "next_retry": made.sent.next_retry if made.sent else made.retry_at,
    }


def _step_data(step: Step) -> dict[str, Any]:
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


def _prospect_data(seen: Prospect) -> dict[str, Any]:
    issue = seen.drafted.issue
    return {
        "digest": issue.digest,
        "number": issue.number,
        "period": issue.period,
        "subject": issue.subject,
        "preheader": issue.preheader,
        "items": [{"title": item.title, "url": item.url, "reasons": item.reasons} for item in issue.items],
        "recipients": seen.reading.size,
        "recipients_last_time": seen.reading.before,
        "size_bytes": seen.size_bytes,
        "problem": seen.problem,
        "sources": seen.sources.results,
    }
