"""`digest test`: the next issue to one address, marked as a test."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, FAILED, App, json_option, pass_app
from digest.cli.output import print_json
from digest.cli.wording import say_alarm

if TYPE_CHECKING:
    from digest.model import Outcome
    from digest.pipeline.trying import Trial


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
    trial, outcome = send_test(app, digest, address, as_subscriber=as_subscriber, gather_first=not no_gather)
    if as_json:
        subject, message_id = trial.drafted.issue.subject, trial.message.message_id
        print_json({"subject": subject, "sample": trial.sample, "outcome": outcome, "message_id": message_id})
    else:
        for line in trial_lines(trial, outcome):
            click.echo(line)
    sys.exit(DONE if outcome.kind == "accepted" else FAILED)


def send_test(
    app: App, digest: str, address: str, *, as_subscriber: str | None = None, gather_first: bool = True
) -> tuple[Trial, Outcome]:
    """Make the message in a rehearsal, so that nothing is written down, and hand it to the relay."""
    with app.workspace() as workspace:
        from digest.pipeline import trying
        from digest.pipeline.listing import read_list
        from digest.pipeline.rehearsal import rehearse

        with rehearse(workspace) as rehearsal:
            if as_subscriber:
                say_alarm(read_list(rehearsal, rehearsal.digest(digest).list))
            trial = trying.prepare(rehearsal, digest, address, as_subscriber=as_subscriber, gather_first=gather_first)
        return trial, trying.send(workspace, digest, trial)


def trial_lines(trial: Trial, outcome: Outcome) -> list[str]:
    """What was sent, and what the relay said to it."""
    sample = ["Nothing is new: this is a sample of the latest articles."] if trial.sample else []
    answer = " ".join(part for part in (str(outcome.code or ""), outcome.server_text) if part)
    said = f"  to {trial.message.recipient}: {outcome.kind}" + (f" ({answer})" if answer else "")
    return [*sample, f"[test] {trial.drafted.issue.subject}", said]


test.__test__ = False  # type: ignore[attr-defined]  # pytest must not take it for a test
