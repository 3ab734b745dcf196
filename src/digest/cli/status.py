"""`digest status`: who got it, who did not, why, and what happens next."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import DONE, FAILED, App, json_option, pass_app
from digest.cli.bounce import came_back_lines
from digest.cli.output import print_json
from digest.cli.wording import counted, moment, when

if TYPE_CHECKING:
    from digest.pipeline.workspace import Workspace
    from digest.store.sourcebook import Paused


@click.command(short_help="Where every digest and its last issues stand.")
@click.option("--check", is_flag=True, help="Exit 1 when anything is late, held or stuck; print only that.")
@json_option
@pass_app
def status(app: App, check: bool, as_json: bool) -> None:
    """Show each digest's next period and last issues, the counts of who got them, and what waits for whom."""
    with app.workspace(secrets=False) as workspace:
        from digest.model import to_plain
        from digest.pipeline.overview import overview

        seen, paused = overview(workspace), workspace.store.sourcebook.paused()
        if as_json:
            print_json({**to_plain(seen), "paused": paused})
        else:
            for line in _lines(workspace, seen, paused, trouble_only=check):
                click.echo(line)
    sys.exit(FAILED if check and seen.trouble else DONE)


def _waiting(articles: int) -> str:
    return f"{counted(articles, 'article')} {'waits' if articles == 1 else 'wait'} for it"


def _lines(workspace: Workspace, seen: Any, paused: Mapping[str, Paused], *, trouble_only: bool) -> list[str]:
    lines = [f"! {trouble}" for trouble in seen.trouble]
    if trouble_only:
        return lines
    for digest in seen.digests:
        lines.append(f"{digest.name}: {digest.title}, {digest.schedule} ({digest.zone})")
        lines.append(f"  next   {when(workspace, digest.name, digest.next_at)}; {_waiting(digest.waiting_articles)}")
        for issue in digest.issues:
            lines.extend(f"  {line}" for line in _issue_lines(issue))
    for source in seen.sources:
        if source.name in paused:
            lines.append(_paused_line(workspace, source, paused[source.name]))
            continue
        state = f"failed {source.failures} times: {source.last_error}" if source.last_error else "fine"
        lines.append(f"source {source.name}: {state}; {counted(source.articles, 'article')}")
    for name, looked_at, error in seen.mailboxes:
        state = error or (f"looked into {moment(workspace, looked_at)}" if looked_at else "not looked into yet")
        lines.append(f"{name}: {state}")
    return lines


def _paused_line(workspace: Workspace, source: Any, rest: Paused) -> str:
    note = f": {rest.note}" if rest.note else ""
    by = f" by {rest.by}" if rest.by else ""
    since = moment(workspace, rest.at)
    return f"source {source.name}: paused{note} (since {since}{by}); {counted(source.articles, 'article')}"


def _issue_lines(issue: Any) -> list[str]:
    from digest.deliver import describe

    reason = f" ({issue.reason})" if issue.reason else ""
    note = f": {issue.note}" if issue.note else ""
    lines = [f"{issue.name}  {issue.period}  {issue.state}{reason}{note}"]
    if issue.accounting.candidates:
        lines += [f"  {line}" for line in describe(issue.accounting)]
    if issue.came_back is not None:
        lines += [f"  {line}" for line in came_back_lines([issue.came_back])]
    for person in issue.uncertain:
        lines.append(f"  uncertain: {person}  digest issue resolve {issue.name} {person} --received | --send-again")
    return lines
