"""`digest status`: who got it, who did not, why, and what happens next."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import DONE, FAILED, App, json_option, pass_app
from digest.cli.output import print_json
from digest.cli.wording import when

if TYPE_CHECKING:
    from digest.pipeline.workspace import Workspace


@click.command(short_help="Where every digest and its last issues stand.")
@click.option("--check", is_flag=True, help="Exit 1 when anything is late, held or stuck; print only that.")
@json_option
@pass_app
def status(app: App, check: bool, as_json: bool) -> None:
    """Show each digest's next period and last issues, the counts of who got them, and what waits for whom."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline.overview import overview

        seen = overview(workspace)
        if as_json:
            print_json(seen)
        else:
            for line in _lines(workspace, seen, trouble_only=check):
                click.echo(line)
    sys.exit(FAILED if check and seen.trouble else DONE)


def _lines(workspace: Workspace, seen: Any, *, trouble_only: bool) -> list[str]:
    lines = [f"! {trouble}" for trouble in seen.trouble]
    if trouble_only:
        return lines
    for digest in seen.digests:
        lines.append(f"{digest.name}: {digest.title}, {digest.schedule} ({digest.zone})")
        lines.append(
            f"  next   {when(workspace, digest.name, digest.next_at)}; {digest.waiting_articles} articles wait for it"
        )
        for issue in digest.issues:
            lines.extend(f"  {line}" for line in _issue_lines(issue))
    for source in seen.sources:
        state = f"failed {source.failures} times: {source.last_error}" if source.last_error else "fine"
        lines.append(f"source {source.name}: {state}; {source.articles} articles")
    return lines


def _issue_lines(issue: Any) -> list[str]:
    from digest.deliver import describe

    reason = f" ({issue.reason})" if issue.reason else ""
    note = f": {issue.note}" if issue.note else ""
    lines = [f"{issue.name}  {issue.period}  {issue.state}{reason}{note}"]
    if issue.accounting.candidates:
        lines += [f"  {line}" for line in describe(issue.accounting)]
    for person in issue.uncertain:
        lines.append(f"  uncertain: {person}  digest issue resolve {issue.name} {person} --received | --send-again")
    return lines
