"""`digest gather`: fetch the sources now."""

from __future__ import annotations

import re
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, FAILED, PARTLY, App, json_option, known_name, pass_app
from digest.cli.output import print_json
from digest.cli.wording import source_line

if TYPE_CHECKING:
    from digest.pipeline.workspace import Workspace


@click.command(short_help="Fetch the sources and store what is new.")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--force", is_flag=True, help="Fetch even what its server asked not to be asked for yet. Impolite.")
@click.option(
    "--backfill",
    metavar="all|30d|none",
    help="What was there before a digest first saw its sources: make all of it new, that of the last days, or nothing.",
)
@json_option
@pass_app
def gather(app: App, sources: tuple[str, ...], force: bool, backfill: str | None, as_json: bool) -> None:
    """Fetch SOURCE... (all by default). Mails nothing and consumes nothing.

    \b
    digest gather                   every source
    digest gather blog              one of them
    digest gather --backfill 30d    let the next issue have the last 30 days
    """
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline.gathering import gather as run

        for name in sources:
            known_name("source", name, workspace.config.sources, where=str(workspace.config.path))
        since = _since(workspace, backfill) if backfill else None
        report = run(
            workspace,
            sources,
            force=force,
            on_result=None if as_json else lambda result: click.echo(source_line(result)),
        )
        if backfill == "none":
            _nothing_is_new(workspace)
        waiting = _enroll(workspace)
        freed = _backfill(workspace, sources, since) if backfill and backfill != "none" else {}
        waiting = {digest: count + freed.get(digest, 0) for digest, count in waiting.items()}
        if as_json:
            print_json({"sources": report.results, "backfilled": freed, "waiting": waiting})
        for digest, count in ({} if as_json else waiting).items():
            earlier = f", {freed[digest]} of them from before its time" if freed.get(digest) else ""
            click.echo(f"{digest}: {count} new article{'' if count == 1 else 's'} for its next issue{earlier}")
        failed = len(report.failed)
    sys.exit(DONE if not failed else FAILED if failed == len(report.results) else PARTLY)


def _since(workspace: Workspace, text: str) -> datetime | None:
    if text in ("all", "none"):
        return None
    match = re.fullmatch(r"(\d{1,5})\s*d(ays?)?", text)
    if not match:
        raise click.BadParameter(
            f"{text!r} is none of: all, none, or a number of days such as 30d", param_hint="--backfill"
        )
    return workspace.now() - timedelta(days=int(match[1]))


def _enroll(workspace: Workspace) -> dict[str, int]:
    """Tell each digest what is new to it now, so that `digest status` says what waits; how many articles do."""
    from digest.pipeline.gathering import enroll
    from digest.pipeline.issuing import sight
    from digest.pipeline.workspace import EVERY

    for digest in workspace.config.digests:
        sight(workspace, digest)
        enroll(workspace, digest)
    return {digest: len(workspace.store.articles.eligible(digest, EVERY)) for digest in workspace.config.digests}


def _nothing_is_new(workspace: Workspace) -> None:
    """What no digest has met yet counts as known, dated or not: it begins with what is published after now."""
    from digest.pipeline.workspace import EVERY

    now = workspace.now()
    for digest in workspace.config.digests:
        wanted = workspace.sources_of(digest)
        workspace.store.articles.enroll(digest, EVERY, wanted, threshold=now, undated_new=(), at=now)


def _backfill(workspace: Workspace, sources: tuple[str, ...], since: datetime | None) -> dict[str, int]:
    from digest.pipeline.workspace import EVERY

    return {
        digest: workspace.store.articles.backfill(
            digest,
            EVERY,
            [name for name in workspace.sources_of(digest) if not sources or name in sources],
            since=since,
        )
        for digest in workspace.config.digests
    }
