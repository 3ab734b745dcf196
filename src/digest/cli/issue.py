"""`digest issue`: look at issues, and steer them."""

from __future__ import annotations

import getpass
import sys
from collections import Counter
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, App, json_option, known_name, pass_app
from digest.cli.bounce import came_back_lines, later_words
from digest.cli.correcting import amend, page, report, send_missing
from digest.cli.delivering import deliver, issue_data, state_lines
from digest.cli.editing import change_words, edit
from digest.cli.output import confirm, print_json, print_table
from digest.cli.resolving import resolve
from digest.cli.wording import when

if TYPE_CHECKING:
    from digest.model import IssueRow
    from digest.pipeline.approving import Standing
    from digest.pipeline.workspace import Workspace
    from digest.store import Event

# What a delivery can be, spelled out: importing the enumeration would cost `digest --help` the whole model.
# `tests/cli/test_cli_surface.py` compares the two.
DELIVERY_STATES = ("queued", "claimed", "intent", "accepted", "deferred", "refused", "uncertain", "skipped")

name_argument = click.argument("name", metavar="DIGEST/NUMBER")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")
note_option = click.option("--note", default="", help="Why; kept with the issue.")


@click.group(short_help="Look at issues and steer them: hold, release, pause, resume, skip, cancel ...")
def issue() -> None:
    """Issues are named like weekly/12; one that has no number yet, like weekly@2026-11-30T09:00@Europe/Dublin."""


for command in (edit, amend, send_missing, report, page, resolve):
    issue.add_command(command)


@issue.command("list", short_help="The newest issues, one a line.")
@click.argument("digest", required=False)
@click.option(
    "--limit", default=20, show_default=True, metavar="N", type=click.IntRange(1), help="How many, newest first."
)
@json_option
@pass_app
def list_(app: App, digest: str | None, limit: int, as_json: bool) -> None:
    """List the issues of DIGEST, or of all of them."""
    with app.workspace(secrets=False) as workspace:
        if digest is not None:
            known_name("digest", digest, workspace.config.digests, where=str(workspace.config.path))
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
        from digest.deliver.providers import provider_of
        from digest.pipeline.issuing import named

        row = named(workspace, name)
        issues = workspace.store.issues
        content, accounting, history = issues.content(row.id), issues.accounting(row.id), issues.history(row.id)
        rates = workspace.store.events.rates(row.id, provider_of=provider_of)
        standing = _standing(workspace, row)
        if as_json:
            approval = (
                standing
                and {
                    "by": standing.approval.by,
                    "at": standing.approval.at,
                    "hash": standing.approval.content.hash,
                    "stands": standing.stands,
                    "objections": standing.objections,
                }
                if standing and standing.approval
                else None
            )
            print_json(
                {
                    "issue": row,
                    "content": content,
                    "accounting": accounting,
                    "history": history,
                    "approval": approval,
                    "came_back": rates,
                }
            )
            return
        state = f"{row.state} ({row.reason})" if row.reason else str(row.state)
        click.echo(f"{row.name}  {row.period.label}  {state}")
        if row.note:
            click.echo(f"  {row.note}")
        if standing is not None:
            click.echo(f"  {_standing_words(workspace, row, standing)}")
        if content is not None:
            click.echo(f"  {content.subject}")
            for number, item in enumerate(content.items, 1):
                click.echo(f"  {number:>2}. {item.title}  {item.url or ''}")
        for line in describe(accounting) if accounting.candidates else ():
            click.echo(f"  {line}")
        for line in came_back_lines(rates):
            click.echo(f"  {line}")
        for event in history:
            click.echo(f"  {when(workspace, row.digest, event.at)}  {_event_words(event)}")


@issue.command(short_help="Who got it, who did not, and why.")
@name_argument
@click.option("--state", multiple=True, type=click.Choice(DELIVERY_STATES), help="Only these; may be given repeatedly.")
@click.option("--rendition", type=click.IntRange(1), metavar="N", help="Only those of rendition N; 1 is the first.")
@json_option
@pass_app
def recipients(app: App, name: str, state: tuple[str, ...], rendition: int | None, as_json: bool) -> None:
    """List an issue's recipients with the outcome of each."""
    with app.workspace(secrets=False) as workspace:
        from digest.model import DeliveryState, to_plain
        from digest.pipeline.issuing import named
        from digest.pipeline.tracing import came_back

        row = named(workspace, name)
        states = [DeliveryState(value) for value in state] or None
        found = list(workspace.store.issues.deliveries(row.id, states=states, rendition=rendition))
        later = came_back(workspace, row.id)
        if as_json:
            print_json([{**to_plain(one), "came_back": later.get(one.subscriber_id, [])} for one in found])
            return
        cells = []
        for delivery in found:
            answer = " ".join(part for part in (str(delivery.code or ""), delivery.server_text) if part)
            since = later_words(workspace, later.get(delivery.subscriber_id, []))
            at = when(workspace, row.digest, delivery.at)
            cells.append((delivery.address, delivery.state, delivery.reason, answer, at, since))
        print_table(("address", "state", "reason", "server's answer", "at", "came back"), cells, empty="Nobody.")


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
@json_option
@pass_app
def hold(app: App, name: str, note: str, as_json: bool) -> None:
    """Hold an issue until it is released."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        _say(workspace, steering.hold(workspace, named(workspace, name), note=note, by=_me()), as_json=as_json)


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


@issue.command(short_help="Let an issue go out at its time, exactly as it is now.")
@click.argument("name", metavar="DIGEST[/NUMBER]")
@click.option("--by", default=None, metavar="NAME", help="Who approves.", show_default="the user of this machine")
@click.option("--seen", default=None, metavar="HASH", help="Only if it is still what you saw; the hash is in --json.")
@json_option
@pass_app
def approve(app: App, name: str, by: str | None, seen: str | None, as_json: bool) -> None:
    """Approve an issue: its content is kept, and that very content goes out at its time.

    DIGEST alone is its next issue. What a reader would see differently afterwards (an edit, a correction by the
    article's source, another template) ends the approval, and its approvers are told. An issue that was held because
    nobody had approved it is sent by this.
    """
    with app.workspace() as workspace:
        from digest.pipeline import approving
        from digest.pipeline.editing import planned

        row = approving.approve(workspace, planned(workspace, name), by=by or _me(), seen=seen)
        if row.state == "planned":  # its time is over: it was held for this
            sys.exit(_go_on(workspace, row, as_json=as_json))
        if not as_json:
            click.echo(
                f"{row.name} is approved: it goes out {when(workspace, row.digest, row.period.end)} as it is now."
            )
            return
        _say(workspace, row, as_json=True)


@issue.command(short_help="Stop a send that is under way.")
@name_argument
@json_option
@pass_app
def pause(app: App, name: str, as_json: bool) -> None:
    """Pause: every worker stops at its next message. Only `digest issue resume` goes on."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        _say(workspace, steering.pause(workspace, named(workspace, name), by=_me()), as_json=as_json)


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
@json_option
@pass_app
def skip(app: App, name: str, note: str, as_json: bool) -> None:
    """Skip an issue that is not frozen yet."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        _say(workspace, steering.skip(workspace, named(workspace, name), note=note, by=_me()), as_json=as_json)


@issue.command(short_help="End an issue for good.")
@name_argument
@note_option
@yes_option
@json_option
@pass_app
def cancel(app: App, name: str, note: str, yes: bool, as_json: bool) -> None:
    """Cancel: who has it keeps it, nobody else gets it; if nobody has it, its articles are free again."""
    with app.workspace(secrets=False) as workspace:
        from digest.editorial import Command, apply
        from digest.pipeline import steering
        from digest.pipeline.issuing import named

        row = named(workspace, name)
        apply(row, Command.CANCEL)  # refused before the question, not after it
        if confirm(f"Cancel {row.name} for good?", yes=yes):
            row = steering.cancel(workspace, row, note=note, by=_me())
        _say(workspace, row, as_json=as_json)


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
            accounting = workspace.store.issues.accounting(row.id)
            text = "Nobody to try again."
            if as_json:
                print_json(issue_data(row, verdict="nobody", text=text, accounting=accounting))
            else:
                click.echo(text)
            sys.exit(DONE)
        sys.exit(_go_on(workspace, row, as_json=as_json))


def _standing(workspace: Workspace, row: IssueRow) -> Standing | None:
    """How the approval of an issue stands that is not frozen yet; None where nobody has to approve it."""
    from digest.pipeline.approving import standing

    if row.frozen_at is not None or row.digest not in workspace.config.digests:
        return None
    found = standing(workspace, row)
    return found if found.needed else None


def _standing_words(workspace: Workspace, row: IssueRow, found: Standing) -> str:
    if found.approval is not None and found.stands:
        at = when(workspace, row.digest, found.approval.at)
        return f"Approved by {found.approval.by or 'somebody'}, {at}: goes out exactly as it was then."
    return f"Not approved: {found.why_not}. Try: digest issue approve {row.name}"


def _go_on(workspace: Workspace, row: IssueRow, *, as_json: bool) -> int:
    return deliver(workspace, row, as_json=as_json, accept_sources=True, accept_checks=True)


def _say(workspace: Workspace, row: IssueRow, *, as_json: bool) -> None:
    if as_json:
        accounting = workspace.store.issues.accounting(row.id)
        print_json(issue_data(row, verdict=str(row.state), text=row.note, accounting=accounting))
        return
    for line in state_lines(workspace, row):
        click.echo(line)


def _event_words(event: Event) -> str:
    """`sending, after frozen: resumed (ana)`: what happened, and who did it where a person did."""
    detail = event.detail
    by = f" ({event.by})" if event.by else ""
    if event.kind == "state":
        reason = f" ({detail['reason']})" if detail.get("reason") else ""
        note = f": {detail['note']}" if detail.get("note") else ""
        return f"{detail.get('to')}{reason}, after {detail.get('from')}{note}{by}"
    if event.kind == "planned":
        return f"planned{by}"
    if event.kind == "approved":
        return f"approved (content {detail.get('content')}){by}"
    if event.kind == "amended":
        return f"amended: rendition {detail.get('rendition')} for {detail.get('moved')}, {detail.get('reason')}{by}"
    if event.kind in ("edit", "undo"):
        change = change_words(str(detail.get("change")), detail.get("article"), detail.get("value") or "")
        return f"{'undone: ' if event.kind == 'undo' else ''}{change}{by}"
    if event.kind == "rescheduled":
        return f"moved from {detail.get('from')} to {detail.get('to')}, as its schedule was{by}"
    if event.kind == "missing added":
        return f"{detail.get('count')} more recipients{by}"
    told: Counter[str] = Counter()
    reasons = detail.get("reasons")
    for name, count in reasons.items() if isinstance(reasons, dict) else ():
        told[name.partition("(")[0]] += count
    # `2 skipped(no_topic)` says `2 skipped` too
    shown = {key: value for key, value in detail.items() if value not in (0, "", None, {}, told.get(key))}
    words = ", ".join(_detail_words(key, value) for key, value in shown.items())
    return f"{event.kind}{f': {words}' if words else ''}{by}"


def _detail_words(key: str, value: object) -> str:
    """`4 candidates`, `stopped relay`; of counts by name, `1 skipped(no_topic)`."""
    if isinstance(value, dict):
        return ", ".join(_detail_words(str(inner), one) for inner, one in value.items())
    return f"{value} {key}" if isinstance(value, int) and not isinstance(value, bool) else f"{key} {value}"


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
