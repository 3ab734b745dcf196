"""`digest issue amend`, `send-missing`, `report`: what an operator does with an issue that is out, or going out."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING

import click

from digest.cli.app import App, json_option, pass_app
from digest.cli.delivering import deliver, issue_data
from digest.cli.output import confirm, print_json
from digest.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

name_argument = click.argument("name", metavar="DIGEST/NUMBER")
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


@click.command(short_help="Take an article out of an issue that is being sent.")
@name_argument
@click.option("--drop", multiple=True, required=True, type=int, metavar="ID", help="The article; may be repeated.")
@click.option("--reason", required=True, help="Why; kept with the issue and shown in its report.")
@click.option("--subject", default="", help="Another subject line.", show_default="made from what is left")
@yes_option
@json_option
@pass_app
def amend(app: App, name: str, drop: tuple[int, ...], reason: str, subject: str, yes: bool, as_json: bool) -> None:
    """Pause a running send and give those who do not have the issue yet a second rendition, without an article.

    Everybody gets exactly one of the two; `digest issue recipients DIGEST/NUMBER --rendition 1` lists who got the
    first. After a look the send goes on; without --yes, or an answer, it stays paused.
    """
    with app.workspace() as workspace:
        from digest.pipeline import amending, steering
        from digest.pipeline.issuing import named

        row, made = amending.amend(
            workspace, named(workspace, name), drop=drop, reason=reason, subject=subject, by=me()
        )
        if not as_json:
            click.echo(f"{row.name} stands still. Rendition {made.number}, for {made.moved} who do not have it yet:")
            click.echo(f"  {made.content.subject}")
            for place, item in enumerate(made.content.items, 1):
                click.echo(f"  {place:>2}. {item.title}")
            click.echo(f"Who got the first: digest issue recipients {row.name} --rendition 1 --state accepted")
        if confirm(f"Send rendition {made.number} to the {made.moved}?", yes=yes):
            sys.exit(deliver(workspace, steering.resume(workspace, row, by=me()), as_json=as_json, accept_sources=True))
        if as_json:
            print_json({"issue": row, "amendment": made})
        else:
            click.echo(f"It stays paused. Go on: digest issue resume {row.name}")


@click.command("send-missing", short_help="Send an issue to those who joined its list afterwards.")
@name_argument
@yes_option
@json_option
@pass_app
def send_missing(app: App, name: str, yes: bool, as_json: bool) -> None:
    """Late joiners get what the others got: the stored issue, once."""
    with app.workspace() as workspace:
        from digest.pipeline import amending
        from digest.pipeline.issuing import named
        from digest.pipeline.listing import read_list

        row = named(workspace, name)
        read_list(workspace, workspace.digest(row.digest).list)
        count = amending.count_missing(workspace, row)
        if count and not confirm(f"Send {row.name} to {count} who joined since?", yes=yes):
            count = 0
        if count:
            amending.send_missing(workspace, row, by=me())
            sys.exit(deliver(workspace, workspace.store.issues.get(row.id), as_json=as_json, accept_sources=True))
        if as_json:
            accounting = workspace.store.issues.accounting(row.id)
            print_json(issue_data(row, verdict="nobody", text="Nobody was added.", accounting=accounting))
        else:
            click.echo("Nobody was added.")


@click.command(short_help="The issue as a web page for an archive.")
@name_argument
@click.option("--locale", default="", metavar="TAG", help="Which language of it.", show_default="the digest's own")
@click.option(
    "--out", type=click.Path(dir_okay=False), metavar="FILE", help="Where to.", show_default="standard output"
)
@pass_app
def page(app: App, name: str, locale: str, out: str | None) -> None:
    """Write a frozen issue as a complete page, as amended last: the same words and pictures, nothing of any reader."""
    with app.workspace(secrets=False) as workspace:
        from pathlib import Path

        from digest.pipeline.issuing import named
        from digest.pipeline.working import web_page

        text = web_page(workspace, named(workspace, name), locale)
        if out is None:
            click.echo(text, nl=False)
            return
        _written(Path(out), text)
        click.echo(out)


@click.command(short_help="The whole account of an issue as an HTML file, with charts.")
@name_argument
@click.option(
    "--out", type=click.Path(dir_okay=False), metavar="FILE", help="Where to.", show_default="NAME-NUMBER.html"
)
@json_option
@pass_app
def report(app: App, name: str, out: str | None, as_json: bool) -> None:
    """Write a report: the six counts, outcomes over time and by provider, what servers said, who is uncertain."""
    with app.workspace(secrets=False) as workspace:
        from pathlib import Path

        from digest.pipeline.issuing import named
        from digest.pipeline.reporting import report as account
        from digest.web.report import render_report

        row = named(workspace, name)
        found = account(workspace, row)
        if as_json:
            print_json(found)
            return
        path = Path(out or f"{row.name.replace('/', '-')}.html")
        _written(path, render_report(found))
        click.echo(path)


def _written(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            "the file cannot be written",
            where=str(path),
            why=str(error.strerror),
            try_="--out FILE, where you may write",
        ) from error


def me() -> str:
    """Who is asking, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
