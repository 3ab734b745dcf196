"""`digest gather`: fetch the sources now."""

from __future__ import annotations

import re
import sys
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, FAILED, PARTLY, App, json_option, pass_app, print_json
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
    digest gather --backfill 30d    let the next issue have the last 30 days too
    """
    with app.workspace() as workspace:
        from digest.pipeline.gathering import gather as run

        since = _since(workspace, backfill) if backfill else None
        report = run(
            workspace,
            sources,
            force=force,
            on_result=None if as_json else lambda result: click.echo(source_line(result)),
        )
        freed = _backfill(workspace, sources, since) if backfill and backfill != "none" else {}
        if as_json:
            print_json({"sources": report.results, "backfilled": freed})
        for digest, count in ({} if as_json else freed).items():
            click.echo(f"  {digest}: {count} earlier articles are new to it now")
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


def _backfill(workspace: Workspace, sources: tuple[str, ...], since: datetime | None) -> dict[str, int]:
    from digest.pipeline.gathering import enroll
    from digest.pipeline.issuing import sight
    from digest.pipeline.workspace import EVERY

    freed = {}
    for digest in workspace.config.digests:
        wanted = [name for name in workspace.sources_of(digest) if not sources or name in sources]
        enroll(workspace, digest, first_seen=sight(workspace, digest).first_seen_at)
        freed[digest] = workspace.store.articles.backfill(digest, EVERY, wanted, since=since)
    return freed
