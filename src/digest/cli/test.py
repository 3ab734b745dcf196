"""`digest test`: the next issue to one address, marked as a test."""

from __future__ import annotations

import sys

import click

from digest.cli.app import DONE, FAILED, App, json_option, pass_app
from digest.cli.output import print_json


@click.command(short_help="Send yourself the next issue, marked [test].")
@click.argument("digest")
@click.argument("address")
@click.option("--as", "as_subscriber", metavar="SUBSCRIBER", help="As this subscriber would get it.")
@click.option("--no-gather", is_flag=True, help="Use what was gathered before; fetch nothing.")
@json_option
@pass_app
def test(app: App, digest: str, address: str, as_subscriber: str | None, no_gather: bool, as_json: bool) -> None:
    """Send the next issue of DIGEST to ADDRESS, with [test] in the subject and links that do nothing.

    Consumes nothing and writes nothing down; with nothing new it uses the latest articles and says so.
    """
    with app.workspace() as workspace:
        from digest.pipeline import trying
        from digest.pipeline.rehearsal import rehearse

        with rehearse(workspace) as rehearsal:
            trial = trying.prepare(rehearsal, digest, address, as_subscriber=as_subscriber, gather_first=not no_gather)
        outcome = trying.send(workspace, digest, trial)
    subject = trial.drafted.issue.subject
    if as_json:
        print_json(
            {"subject": subject, "sample": trial.sample, "outcome": outcome, "message_id": trial.message.message_id}
        )
    else:
        if trial.sample:
            click.echo("Nothing is new: this is a sample of the latest articles.")
        click.echo(f"[test] {subject}")
        answer = " ".join(part for part in (str(outcome.code or ""), outcome.server_text) if part)
        click.echo(f"  to {trial.message.recipient}: {outcome.kind}" + (f" ({answer})" if answer else ""))
    sys.exit(DONE if outcome.kind == "accepted" else FAILED)


test.__test__ = False  # type: ignore[attr-defined]  # pytest must not take it for a test
