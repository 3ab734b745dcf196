"""`digest subscribers`: who is on the lists."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, PARTLY, App, json_option, one_list, pass_app
from digest.cli.output import confirm, print_json, print_table
from digest.cli.suppressions import suppressions
from digest.cli.wording import counted, moment, people, say_alarm, when

if TYPE_CHECKING:
    from digest.pipeline.joining import ImportPlan

# Spelled out, so that `digest --help` need not import the model; a test compares the two.
STATUSES = ("pending", "active", "unsubscribed", "ended", "bounced", "complained")
SHOWN_REJECTS = 20

list_option = click.option("--list", "list_name", metavar="LIST", help="Which list; needed where there are several.")


@click.group(short_help="Import, add, list, show, history, unsubscribe, suppress.")
def subscribers() -> None:
    """A list is a CSV file that you own, or lives in the database; both are handled by these commands."""


subscribers.add_command(suppressions)


@subscribers.command("check", short_help="Read the lists and name every row that cannot be used.")
@list_option
@json_option
@pass_app
def check(app: App, list_name: str | None, as_json: bool) -> None:
    """Read the list files, change nothing, and name each row that cannot be used."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline.listing import read_list

        names = [one_list(workspace, list_name)] if list_name else list(workspace.config.lists)
        readings = [read_list(workspace, name, write=False) for name in names]
        if as_json:
            print_json(readings)
        else:
            for reading in readings:
                click.echo(
                    f"{reading.list_name}: {people(reading.size)}, {counted(len(reading.rejects), 'unusable row')}"
                )
                for warning in reading.warnings:
                    click.echo(f"  {warning}")
                for reject in reading.rejects:
                    click.echo(f"  line {reject.line}: {reject.reason}")
        sys.exit(PARTLY if any(reading.rejects for reading in readings) else DONE)


@subscribers.command("import", short_help="Add the rows of a CSV file to a list.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@list_option
@click.option("--dry-run", is_flag=True, help="Show what would change; write nothing.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option
@pass_app
def import_(app: App, file: Path, list_name: str | None, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Import FILE: shows new, same, changed, invalid and unsubscribed first, then asks.

    Into a CSV list it appends, and keeps a backup beside it. Nobody who unsubscribed comes back by this.
    """
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import joining

        name = one_list(workspace, list_name)
        plan = joining.plan_import(workspace, name, file)
        if not as_json:
            _show_plan(plan)
        wanted = plan.useful and not dry_run and confirm(f"Import into {name}?", yes=yes)
        done = joining.carry_out(workspace, plan) if wanted else [_why_not(plan, dry_run=dry_run)]
        if as_json:
            rejects = [{"line": one.line, "reason": one.reason} for one in plan.rejects]
            print_json({"list": name, **plan.counts(), "imported": wanted, "rejects": rejects, "text": done})
        for line in () if as_json else done:
            click.echo(line)
        sys.exit(PARTLY if plan.rejects else DONE)


def _show_plan(plan: ImportPlan) -> None:
    for what, count in plan.counts().items():
        click.echo(f"  {what:<13}{count:>8}")
    for reject in plan.rejects[:SHOWN_REJECTS]:
        click.echo(f"    line {reject.line}: {reject.reason}")
    if len(plan.rejects) > SHOWN_REJECTS:
        click.echo(f"    and {len(plan.rejects) - SHOWN_REJECTS} more (all of them with --json)")


def _why_not(plan: ImportPlan, *, dry_run: bool) -> str:
    if dry_run:
        return "Dry run: nothing was written."
    return "Nothing was imported." if plan.useful else "Nothing to import: nobody in it is new or changed."


@subscribers.command(short_help="Add one subscriber.")
@click.argument("address")
@click.option("--name", default="", help="How the reader is called.")
@click.option("--locale", default="", help="Language, such as de or pt-BR.")
@click.option("--timezone", default="", help="IANA zone, such as Europe/Berlin.")
@list_option
@json_option
@pass_app
def add(app: App, address: str, name: str, locale: str, timezone: str, list_name: str | None, as_json: bool) -> None:
    """Put ADDRESS on a list. Only with the reader's consent; one who unsubscribed is not brought back."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import joining

        chosen = one_list(workspace, list_name)
        text = joining.add(workspace, chosen, address, name=name, locale=locale, timezone=timezone)
        _say(text, as_json=as_json, address=address, lists=[chosen])


@subscribers.command("list", short_help="The subscribers of a list.")
@list_option
@click.option("--status", type=click.Choice(STATUSES), help="Only these.")
@json_option
@pass_app
def list_(app: App, list_name: str | None, status: str | None, as_json: bool) -> None:
    """List subscribers, after reading the list's file."""
    with app.workspace(secrets=False) as workspace:
        from digest.model import SubscriptionStatus
        from digest.pipeline.listing import read_list

        wanted = SubscriptionStatus(status) if status else None
        found = []
        for name in [one_list(workspace, list_name)] if list_name else list(workspace.config.lists):
            say_alarm(read_list(workspace, name))
            found += list(workspace.store.audience.subscribers(name, status=wanted))
        if as_json:
            print_json(found)
            return
        cells = [(one.address, one.name, one.list_name, one.status, one.locale, one.timezone) for one in found]
        print_table(("address", "name", "list", "status", "locale", "zone"), cells, empty="Nobody.")


@subscribers.command(short_help="Everything known of one address.")
@click.argument("address")
@json_option
@pass_app
def show(app: App, address: str, as_json: bool) -> None:
    """Show an address's subscriptions, consent, suppression and what it was sent."""
    with app.workspace(secrets=False) as workspace:
        from digest.model import EmailAddress

        key = EmailAddress.parse(address).key
        audience = workspace.store.audience
        known, consent, history = audience.find(key), audience.consent(key), audience.history(key)
        suppressed = [stop] if (stop := audience.suppression(key)) is not None else []
        if as_json:
            print_json({"subscriptions": known, "consent": consent, "deliveries": history, "suppressed": suppressed})
            return
        if not known:
            click.echo(f"{key} is on no list that was read so far.")
        for one in known:
            click.echo(
                f"{one.list_name}: {one.status}, {one.name or 'no name'}, since {when(workspace, None, one.since)}"
            )
        for stop in suppressed:
            until = when(workspace, None, stop.until) if stop.until else "lifted by hand"
            click.echo(f"suppressed: {stop.reason}, until {until}")
        for row in consent:
            click.echo(f"  {when(workspace, None, row.at)}  {row.action}  {row.source}")
        for past in history:
            click.echo(f"  {past.issue}  {past.delivery.state}  {past.delivery.server_text}")


@subscribers.command(short_help="All that happened to one address, with times.")
@click.argument("address")
@json_option
@pass_app
def history(app: App, address: str, as_json: bool) -> None:
    """Show every delivery, bounce, complaint, consent, unsubscribe and suppression of ADDRESS, the oldest first."""
    with app.workspace(secrets=False) as workspace:
        from digest.model import EmailAddress
        from digest.pipeline.tracing import history_of

        key = EmailAddress.parse(address).key
        moments = history_of(workspace, key)
        if as_json:
            print_json(moments)
            return
        cells = [(moment(workspace, one.at), one.what, one.issue, one.detail) for one in moments]
        print_table(("at", "what", "issue", "detail"), cells, empty=f"Nothing is known of {key}.")


@subscribers.command(short_help="Take an address off a list, or act on a reply's token.")
@click.argument("who", metavar="ADDRESS|SUBJECT")
@list_option
@json_option
@pass_app
def unsubscribe(app: App, who: str, list_name: str | None, as_json: bool) -> None:
    """Record an unsubscribe by hand: an address, or the subject of an unsubscribe mail, whole or its token alone."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import unsubscribing

        if "@" not in who:
            token = (who.split() or [""])[-1]  # the subject reads "unsubscribe TOKEN", perhaps with "Re:" before it
            done = unsubscribing.unsubscribe_by_token(workspace, token, source="operator")
            _say(f"{done.address_masked} is off {done.list_title}.", as_json=as_json, address=done.address_masked)
            return
        if list_name is not None:
            one_list(workspace, list_name)
        lists = unsubscribing.unsubscribe_by_address(workspace, who, list_name=list_name, source="operator")
        text = f"{who} is off {', '.join(lists)}." if lists else f"{who} was on none of the lists; written down."
        _say(text, as_json=as_json, address=who, lists=lists)


@subscribers.command(short_help="Never mail an address again, on any list.")
@click.argument("address")
@click.option("--reason", default="operator", show_default=True, metavar="TEXT", help="Why; kept with the address.")
@click.option("--lift", is_flag=True, help="Undo it.")
@json_option
@pass_app
def suppress(app: App, address: str, reason: str, lift: bool, as_json: bool) -> None:
    """Suppress ADDRESS everywhere; it survives deletion and re-import."""
    with app.workspace(secrets=False) as workspace:
        from digest.model import EmailAddress

        key = EmailAddress.parse(address).key
        if lift:
            found = workspace.store.audience.unsuppress(key, at=workspace.now())
            text = f"{key} may be mailed again." if found else f"{key} was not suppressed."
        else:
            workspace.store.audience.suppress(key, reason, at=workspace.now())
            text = f"{key} will never be mailed again."
        _say(text, as_json=as_json, address=key, suppressed=not lift)


def _say(text: str, *, as_json: bool, **facts: object) -> None:
    if as_json:
        print_json({"text": text, **facts})
    else:
        click.echo(text)
