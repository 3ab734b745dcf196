"""`digest issue`: look at issues, and steer them."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, App, json_option, pass_app, print_json, print_table
from digest.cli.signals import graceful_stop
from digest.cli.wording import when

if TYPE_CHECKING:
    from digest.model import IssueRow
    from digest.pipeline.workspace import Workspace

name_argument = click.argument("name", metavar="DIGEST/NUMBER")
note_option = click.option("--note", default="", help="Why; kept with the issue.")


@click.group(short_help="Look at issues and steer them: hold, release, pause, resume, skip, cancel ...")
def issue() -> None:
    """Issues are named like `weekly/12`."""


@issue.command("list", short_help="The newest issues, one a line.")
@click.argument("digest", required=False)
@click.option("--limit", default=20, show_default=True)
@json_option
@pass_app
def list_(app: App, digest: str | None, limit: int, as_json: bool) -> None:
    """List the issues of DIGEST, or of all of them."""
    with app.workspace(secrets=False) as workspace:
        rows = workspace.store.issues.all(digest, limit=limit)
        if as_json:
            print_json(rows)
            return
        cells = []
        for row in rows:
            accounting = workspace.store.issues.accounting(row.id)
            state = f"{row.state} ({row.reason})" if row.reason else str(row.state)
            cells.append(
                (row.name, row.period.label, state, f"{accounting.accepted}/{accounting.candidates}", row.subject)
            )
        print_table(("issue", "period", "state", "accepted", "subject"), cells, empty="There are no issues yet.")


@issue.command(short_help="Everything about one issue.")
@name_argument
@json_option
@pass_app
def show(app: App, name: str, as_json: bool) -> None:
    """Show an issue's state, articles, counts and history."""
    with app.workspace(secrets=False) as workspace:
        from digest.deliver import describe
        from digest.pipeline.issuing import named

        row = named(workspace, name)
        issues = workspace.store.issues
        content, accounting, history = issues.content(row.id), issues.accounting(row.id), issues.history(row.id)
        if as_json:
            print_json({"issue": row, "content": content, "accounting": accounting, "history": history})
            return
        state = f"{row.state} ({row.reason})" if row.reason else str(row.state)
        click.echo(f"{row.name}  {row.period.label}  {state}")
        if row.note:
            click.echo(f"  {row.note}")
        if content is not None:
            click.echo(f"  {content.subject}")
            for number, item in enumerate(content.items, 1):
                click.echo(f"  {number:>2}. {item.title}  {item.url or ''}")
        for line in describe(accounting) if accounting.candidates else ():
            click.echo(f"  {line}")
        for event in history:
            click.echo(f"  {when(workspace, row.digest, event.at)}  {event.kind}  {event.by}")


@issue.command(short_help="Who got it, who did not, and why.")
@name_argument
@click.option("--state", multiple=True, help="Only these: accepted, refused, uncertain, skipped, deferred, queued ...")
@json_option
@pass_app
def recipients(app: App, name: str, state: tuple[str, ...], as_json: bool) -> None:
    """List an issue's recipients with the outcome of each."""
    with app.workspace(secrets=False) as workspace:
        from digest.model import DeliveryState
        from digest.pipeline.issuing import named

        try:
            states = [DeliveryState(value) for value in state] or None
        except ValueError as error:
            known = ", ".join(DeliveryState)
            raise click.BadParameter(f"{error}; there are: {known}", param_hint="--state") from error
        row = named(workspace, name)
        found = list(workspace.store.issues.deliveries(row.id, states=states))
        if as_json:
            print_json(found)
            return
        cells = []
        for delivery in found:
            answer = " ".join(part for part in (str(delivery.code or ""), delivery.server_text) if part)
            cells.append(
                (delivery.address, delivery.state, delivery.reason, answer, when(workspace, row.digest, delivery.at))
            )
        print_table(("address", "state", "reason", "server's answer", "at"), cells, empty="Nobody.")


@issue.command(short_help="The very bytes one subscriber gets.")
@name_argument
@click.argument("address")
@pass_app
def message(app: App, name: str, address: str) -> None:
    """Write the message for ADDRESS to standard output, from what was frozen."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline.issuing import named
        from digest.pipeline.sending import frozen_message

        sys.stdout.buffer.write(frozen_message(workspace, named(workspace, name), address).data)


@issue.command(short_help="Keep an issue from being sent.")
@name_argument
@note_option
@pass_app
def hold(app: App, name: str, note: str) -> None:
    """Hold an issue until it is released."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        _say(steering.hold(workspace, named(workspace, name), note=note, by=_me()))


@issue.command(short_help="Send a held, skipped or missed issue after all.")
@name_argument
@json_option
@pass_app
def release(app: App, name: str, as_json: bool) -> None:
    """Release an issue and send it: late, changed lists and failed sources are accepted by this."""
    with app.workspace() as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        row = steering.release(workspace, named(workspace, name), by=_me())
        sys.exit(_go_on(workspace, row, as_json=as_json))


@issue.command(short_help="Stop a send that is under way.")
@name_argument
@pass_app
def pause(app: App, name: str) -> None:
    """Pause: every worker stops at its next message. Only `digest issue resume` goes on."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        _say(steering.pause(workspace, named(workspace, name), by=_me()))


@issue.command(short_help="Go on with a paused issue.")
@name_argument
@json_option
@pass_app
def resume(app: App, name: str, as_json: bool) -> None:
    """Undo a pause and send the rest."""
    with app.workspace() as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        row = steering.resume(workspace, named(workspace, name), by=_me())
        sys.exit(_go_on(workspace, row, as_json=as_json))


@issue.command(short_help="Close a period without an issue; its articles stay.")
@name_argument
@note_option
@pass_app
def skip(app: App, name: str, note: str) -> None:
    """Skip an issue that is not frozen yet."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        _say(steering.skip(workspace, named(workspace, name), note=note, by=_me()))


@issue.command(short_help="End an issue for good.")
@name_argument
@note_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@pass_app
def cancel(app: App, name: str, note: str, yes: bool) -> None:
    """Cancel: who has it keeps it, nobody else gets it; if nobody has it, its articles are free again."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        row = named(workspace, name)
        if not yes:
            click.confirm(f"Cancel {row.name} for good?", abort=True)
        _say(steering.cancel(workspace, row, note=note, by=_me()))


@issue.command(short_help="Try refused and deferred recipients again.")
@name_argument
@click.argument("addresses", nargs=-1, metavar="[ADDRESS]...")
@json_option
@pass_app
def retry(app: App, name: str, addresses: tuple[str, ...], as_json: bool) -> None:
    """Try the refused and deferred recipients again: all of them, or those named."""
    with app.workspace() as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        row, count = steering.retry(workspace, named(workspace, name), addresses=addresses, by=_me())
        if not count:
            click.echo("Nobody to try again.")
            sys.exit(DONE)
        sys.exit(_go_on(workspace, row, as_json=as_json))


@issue.command(short_help="Settle a recipient whose fate is uncertain.")
@name_argument
@click.argument("address")
@click.option(
    "--received/--send-again", "received", default=None, help="They have it / send it again (same Message-ID)."
)
@json_option
@pass_app
def resolve(app: App, name: str, address: str, received: bool | None, as_json: bool) -> None:
    """Say what became of an uncertain recipient: --received, or --send-again."""
    if received is None:
        raise click.UsageError("say which: --received or --send-again")
    with app.workspace() as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        row = steering.resolve(workspace, named(workspace, name), address, received=received, by=_me())
        if received:
            _say(row)
            return
        sys.exit(_go_on(workspace, row, as_json=as_json))


def _go_on(workspace: Workspace, row: IssueRow, *, as_json: bool) -> int:
    from digest.cli.send import _deliver

    with graceful_stop() as stop:
        return _deliver(workspace, row, None, stop, as_json=as_json, accept_list=True, accept_sources=True)


def _say(row: IssueRow) -> None:
    reason = f" ({row.reason})" if row.reason else ""
    click.echo(f"{row.name} is {row.state}{reason}.")


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
