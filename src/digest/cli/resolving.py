"""`digest issue resolve`: what became of those whose fate the network hid, by a person's word or a relay's log."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, App, json_option, pass_app
from digest.cli.delivering import deliver, issue_data, state_lines
from digest.cli.output import print_json
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.model import IssueRow
    from digest.pipeline.steering import FromLog
    from digest.pipeline.workspace import Workspace


@click.command(short_help="Settle recipients whose fate is uncertain.")
@click.argument("name", metavar="DIGEST/NUMBER")
@click.argument("address", required=False)
@click.option(
    "--received/--send-again", "received", default=None, help="They have it / send it again (same Message-ID)."
)
@click.option(
    "--from-log",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="The relay's mail log (Postfix, Exim, Sendmail, JSON lines; .gz, .bz2, .xz; - reads it from a pipe).",
)
@json_option
@pass_app
def resolve(
    app: App, name: str, address: str | None, received: bool | None, from_log: str | None, as_json: bool
) -> None:
    """Say what became of an uncertain recipient: --received, or --send-again.

    With --from-log all of the issue's uncertain recipients are looked up by their Message-ID: whom the relay took the
    message for has it, the others stay uncertain. Add --send-again when the log is whole: they are sent it again.

    \b
    digest issue resolve weekly/12 ana@quay.example --received
    digest issue resolve weekly/12 --from-log /var/log/mail.log
    """
    if (address is None) == (from_log is None):
        raise click.UsageError("name one ADDRESS, or the relay's log with --from-log")
    if from_log is not None and received:
        raise click.UsageError("--from-log says itself who has received it; with it goes --send-again or nothing")
    if from_log is None and received is None:
        raise click.UsageError("say which: --received or --send-again")
    with app.workspace() as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        row = named(workspace, name)
        if from_log is not None:
            sys.exit(_by_log(workspace, row, from_log, send_again=received is False, as_json=as_json))
        assert address is not None and received is not None
        row = steering.resolve(workspace, row, address, received=received, by=_me())
        sys.exit(_say(workspace, row, as_json=as_json) if received else _go_on(workspace, row, as_json=as_json))


def _by_log(workspace: Workspace, row: IssueRow, path: str, *, send_again: bool, as_json: bool) -> int:
    from digest.deliver.maillog import UNREADABLE
    from digest.pipeline import steering

    try:
        found = steering.resolve_from_log(workspace, row, _lines(path), send_again=send_again, by=_me())
    except UNREADABLE as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            "the log cannot be read", where=path, why=why, try_="check the file; nothing was settled"
        ) from error
    if not as_json:
        for line in _words(found, path, send_again=send_again):
            click.echo(line)
    if send_again and found.missing:
        return _go_on(workspace, found.row, as_json=as_json)
    if as_json:
        accounting = workspace.store.issues.accounting(row.id)
        log = {"lines": found.lines, "received": found.shown, "unclear": found.unclear, "missing": found.missing}
        print_json(issue_data(found.row, verdict="resolved", text="", accounting=accounting, log=log))
    return DONE


def _lines(path: str) -> Iterator[bytes]:
    from digest.deliver.maillog import lines_in, lines_of

    return lines_in(sys.stdin.buffer) if path == "-" else lines_of(Path(path))


def _words(found: FromLog, path: str, *, send_again: bool) -> list[str]:
    uncertain = len(found.shown) + len(found.unclear) + len(found.missing)
    lines = [f"{uncertain} were uncertain; {path} has {found.lines:,} lines."]
    lines += [f"  received: {address}\n    {line}" for address, line in found.shown.items()]
    lines += [f"  named there, still uncertain: {address}\n    {line}" for address, line in found.unclear.items()]
    fate = "sent again" if send_again else "not there, still uncertain"
    lines += [f"  {fate}: {address}" for address in found.missing]
    if found.missing and not send_again:
        lines.append(f"  When the log is whole: digest issue resolve {found.row.name} --from-log {path} --send-again")
    return lines


def _go_on(workspace: Workspace, row: IssueRow, *, as_json: bool) -> int:
    return deliver(workspace, row, as_json=as_json, accept_sources=True)


def _say(workspace: Workspace, row: IssueRow, *, as_json: bool) -> int:
    if as_json:
        accounting = workspace.store.issues.accounting(row.id)
        print_json(issue_data(row, verdict=str(row.state), text=row.note, accounting=accounting))
        return DONE
    for line in state_lines(workspace, row):
        click.echo(line)
    return DONE


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
