"""`digest send`: one issue now, or whatever the schedule says is due."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import DONE, FAILED, App, json_option, known_name, one_digest, pass_app, workers_option
from digest.cli.delivering import (
    code_of_steps,
    deliver,
    due_progress,
    issue_data,
    pause_interrupted,
    step_data,
    step_lines,
    worth_saying,
)
from digest.cli.output import confirm, nobody_to_ask, on_terminal, print_json, shown_to_person
from digest.cli.signals import graceful_stop
from digest.cli.wording import duration, next_period, people, prospect_lines, source_line, when
from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.pipeline.issuing import Found, Prospect
    from digest.pipeline.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the person said beforehand: yes to the question, and that the doctor's checks are no matter."""

    yes: bool
    unchecked: bool


@click.command(short_help="Send the current issue, or with --due what the schedule says.")
@click.argument("digests", nargs=-1, metavar="[DIGEST]...")
@click.option("--due", is_flag=True, help="Do what the schedule says and nothing else; for cron, every five minutes.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent; write nothing.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask. Needed where nobody can answer.")
@click.option("--no-gather", is_flag=True, help="Use what was gathered before; fetch nothing.")
@click.option("--extra", is_flag=True, help="An issue outside the schedule, of what is new since the last one.")
@workers_option
@click.option(
    "--no-bulk-checks", is_flag=True, help="Do not look at DNS and the unsubscribe page before thousands are mailed."
)
@json_option
@pass_app
def send(
    app: App,
    digests: tuple[str, ...],
    due: bool,
    dry_run: bool,
    yes: bool,
    no_gather: bool,
    extra: bool,
    workers: int | None,
    no_bulk_checks: bool,
    as_json: bool,
) -> None:
    """Send the current issue of DIGEST: gather, show, ask, freeze, deliver.

    An issue that was interrupted is finished; one that is done is not sent again. Ctrl-C pauses it, and
    `digest issue resume` goes on.

    \b
    digest send weekly --dry-run     what would go out, to how many
    digest send weekly               show it, ask, send
    digest send --due                what the schedule says (cron, systemd)
    """
    if due and (dry_run or extra or no_gather or no_bulk_checks):
        raise click.UsageError(
            "--due does what the schedule says: with it go neither --dry-run, --extra, --no-gather nor "
            "--no-bulk-checks."
        )
    if len(digests) > 1 and not due:
        raise click.UsageError("one digest at a time, so that each can be looked at; --due takes several.")
    # Nothing is sent by a dry run: it works before the relay's password is there.
    with app.workspace(secrets=not dry_run) as workspace:
        workspace.with_workers(workers)
        if due:
            sys.exit(_send_due(workspace, digests, as_json=as_json))
        name = one_digest(workspace, digests[0] if digests else None)
        if dry_run:
            sys.exit(_dry_run(workspace, name, gather=not no_gather, extra=extra, as_json=as_json))
        agreed = Agreed(yes, no_bulk_checks)
        sys.exit(_send_one(workspace, name, agreed, gather=not no_gather, extra=extra, as_json=as_json))


def _send_due(workspace: Workspace, digests: tuple[str, ...], *, as_json: bool) -> int:
    """People see every step; cron, which mails whatever is printed, only what somebody should look at."""
    from digest.clock.tick import tick

    for name in digests:
        known_name("digest", name, workspace.config.digests, where=str(workspace.config.path))
    started = workspace.now()
    with graceful_stop() as stop, due_progress(quiet=as_json) as progress:
        steps = pause_interrupted(workspace, tick(workspace, digests, stop=stop.reason, progress=progress), stop)
    if as_json:
        print_json([step_data(step) for step in steps])
        return code_of_steps(steps)
    person = shown_to_person()
    for step in steps:
        if person or worth_saying(workspace, step, started):
            for line in step_lines(workspace, step):
                click.echo(line, err=not person)
    return code_of_steps(steps)


def _dry_run(workspace: Workspace, digest: str, *, gather: bool, extra: bool, as_json: bool) -> int:
    from digest.pipeline.issuing import Verdict, find, prospect
    from digest.pipeline.rehearsal import rehearse

    with rehearse(workspace) as rehearsal:
        found = find(rehearsal, digest, extra=extra)
        if found.verdict is Verdict.RESUME:
            return _would_resume(rehearsal, found, as_json=as_json)
        if found.verdict is not Verdict.MAKE:
            return _settled(rehearsal, found, as_json=as_json)
        seen = prospect(rehearsal, found, gather_first=gather)
        if as_json:
            print_json(_prospect_data(seen))
        else:
            _show(rehearsal, seen)
            click.echo("Dry run: nothing was written and nothing sent.")
    return DONE


def _would_resume(workspace: Workspace, found: Found, *, as_json: bool) -> int:
    assert found.row is not None
    accounting = workspace.store.issues.accounting(found.row.id)
    left = accounting.waiting + accounting.deferred
    text = f"{found.row.name} was interrupted: a run would go on with the {people(left)} left."
    if as_json:
        print_json(issue_data(found.row, verdict=str(found.verdict), text=text, accounting=accounting))
    else:
        click.echo(text)
    return DONE


def _send_one(workspace: Workspace, digest: str, agreed: Agreed, *, gather: bool, extra: bool, as_json: bool) -> int:
    from digest.pipeline.issuing import Verdict, find, plan, prospect
    from digest.pipeline.presence import recover

    recover(workspace)
    found = find(workspace, digest, extra=extra)
    if found.verdict not in (Verdict.MAKE, Verdict.RESUME):
        return _settled(workspace, found, as_json=as_json)
    if not agreed.yes and not on_terminal():
        raise nobody_to_ask()
    if found.verdict is Verdict.RESUME:
        assert found.row is not None
        if not as_json:
            click.echo(f"{found.row.name} was interrupted: going on.")
        return deliver(workspace, found.row, as_json=as_json, accept_checks=agreed.unchecked)
    watching = shown_to_person() and not as_json
    seen = prospect(
        workspace,
        found,
        gather_first=gather,
        on_source=(lambda result: click.echo(source_line(result))) if watching else None,
    )
    if seen.problem and (seen.sources.failed or found.extra or found.period.end > workspace.now()):
        return _not_now(workspace, seen, as_json=as_json)
    if not as_json:
        _show(workspace, seen)
    held = any(one.severity == "error" for one in seen.findings)  # then nothing is sent, and nothing is asked
    if not seen.problem and not held and not confirm(_question(seen), yes=agreed.yes):
        click.echo("Not sent. Nothing was written but what was gathered.", err=True)
        return DONE
    return deliver(
        workspace,
        plan(workspace, found),
        as_json=as_json,
        total=seen.reading.size,
        sources=seen.sources,
        accept_checks=agreed.unchecked,
    )


def _show(workspace: Workspace, seen: Prospect) -> None:
    for line in prospect_lines(workspace, seen):
        click.echo(line)
    if not seen.problem and (line := _finish_line(workspace, seen)):
        click.echo(line)


def _question(seen: Prospect) -> str:
    alarm = f"{seen.reading.alarm} " if seen.reading.alarm else ""
    return f"{alarm}Send it to {people(seen.reading.size)}?"


def _finish_line(workspace: Workspace, seen: Prospect) -> str:
    """When it will be over, by all limits and the last issue; nothing when neither says anything."""
    from digest.pipeline.estimating import estimate
    from digest.pipeline.working import finish_within_s

    digest = seen.found.digest
    found = estimate(workspace, digest, seen.reading.size)
    if not found.seconds:
        return ""
    end = when(workspace, digest, workspace.now() + timedelta(seconds=found.seconds))
    line = f"  Takes about {duration(found.seconds)}, until {end}, {found.because}"
    within_s = finish_within_s(workspace, digest)
    return f"{line}: longer than finish_within ({duration(within_s)})" if found.seconds > within_s else line


def _not_now(workspace: Workspace, seen: Prospect, *, as_json: bool) -> int:
    """Nothing can go out, and no period ends by it: so nothing is planned, and Monday's issue is still Monday's.

    A failed source is a failure (rule 13: it never reads as "nothing new").
    """
    found = seen.found
    if seen.sources.failed:
        raise DigestError(
            f"{found.digest} cannot be sent now",
            why=f"{seen.problem}\n" + "\n".join(f"  {one.source}: {one.error}" for one in seen.sources.failed),
            try_="again when the source is back; nothing was planned or sent",
        )
    text = f"{found.digest}: {seen.problem}, so nothing is sent; {next_period(workspace, found.digest)}."
    if as_json:
        print_json(issue_data(None, verdict="nothing_to_send", text=text, period=found.period))
    else:
        click.echo(text)
    return DONE


def _settled(workspace: Workspace, found: Found, *, as_json: bool) -> int:
    """Nothing to send: say which it is and what to type."""
    row = found.row
    assert row is not None
    next_ = next_period(workspace, found.digest)
    text = {
        "already": f"{row.name} ({row.period.label}) is sent already; {next_}; now: digest send {row.digest} --extra",
        "cancelled": f"{row.name} ({row.period.label}) was cancelled; {next_}; now: digest send {row.digest} --extra",
        "paused": f"{row.name} is paused. To go on: digest issue resume {row.name}",
        "held": f"{row.name} is {row.state} ({row.reason or 'approval'}). To send it: digest issue release {row.name}",
    }[str(found.verdict)]
    if as_json:
        accounting = workspace.store.issues.accounting(row.id)
        print_json(issue_data(row, verdict=str(found.verdict), text=text, accounting=accounting))
    else:
        click.echo(text)
    return DONE if found.verdict in ("already", "cancelled") else FAILED


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
        "notes": seen.drafted.notes,
        "preflight": seen.findings,
        "sources": seen.sources.results,
    }
