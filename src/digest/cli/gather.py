"""`digest gather`: fetch the sources now."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from digest.cli.app import DONE, FAILED, PARTLY, App, json_option, known_name, pass_app
from digest.cli.output import live_lines, print_json, shown_to_person
from digest.cli.wording import source_line
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.pipeline.gathering import GatherReport, SourceResult
    from digest.pipeline.sourcing import Foreseen
    from digest.pipeline.workspace import Workspace

Tell: TypeAlias = "Callable[[SourceResult], None]"


MANY = 10  # from so many sources on, a terminal shows a bar, and lines only for what is new or wrong
TITLES = 5


@click.command(short_help="Fetch the sources and store what is new.")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--force", is_flag=True, help="Fetch even what its server asked not to be asked for yet. Impolite.")
@click.option(
    "--backfill",
    metavar="all|30d|none",
    help="What was there before a digest first saw its sources: make all of it new, that of the last days, or nothing.",
)
@click.option("--dry-run", is_flag=True, help="Fetch, and show what would be new for which digest; write nothing.")
@json_option
@pass_app
def gather(app: App, sources: tuple[str, ...], force: bool, backfill: str | None, dry_run: bool, as_json: bool) -> None:
    """Fetch SOURCE... (all by default). Mails nothing and consumes nothing.

    \b
    digest gather                   every source
    digest gather blog              one of them
    digest gather --dry-run         what it would bring, and to which digest
    digest gather --backfill 30d    let the next issue have the last 30 days
    """
    if dry_run and backfill:
        raise click.UsageError("--dry-run writes nothing, so there is nothing to --backfill")
    with app.workspace(secrets=False) as workspace:
        if not workspace.config.sources:
            where, try_ = str(workspace.config.path), "digest sources add https://example.org"
            raise UsageError("there is no source to gather from", where=where, try_=try_)
        for name in sources:
            known_name("source", name, workspace.config.sources, where=str(workspace.config.path))
        since = _since(workspace, backfill) if backfill else None
        with _progress(workspace, sources, quiet=as_json) as tell:
            if dry_run:
                report = _foresee(workspace, sources, force=force, tell=tell, as_json=as_json)
            else:
                report = _gather(workspace, sources, force=force, tell=tell)
        if not dry_run:
            _distribute(workspace, sources, report, backfill=backfill, since=since, as_json=as_json)
        asked = [result for result in report.results if result.status != "paused"]
        failed = len(report.failed)
    sys.exit(DONE if not failed else FAILED if failed == len(asked) else PARTLY)


def _gather(workspace: Workspace, sources: Sequence[str], *, force: bool, tell: Tell) -> GatherReport:
    from digest.pipeline.gathering import gather as run

    return run(workspace, sources, force=force, on_result=tell)


def _foresee(workspace: Workspace, sources: Sequence[str], *, force: bool, tell: Tell, as_json: bool) -> GatherReport:
    from digest.pipeline.sourcing import rehearse_gathering

    seen = rehearse_gathering(workspace, sources, force=force, on_result=tell)
    if as_json:
        print_json({"dry_run": True, "sources": [_foreseen(seen, result) for result in seen.report.results]})
        return seen.report
    for digest, articles in seen.new.items():
        count = len(articles)
        click.echo(f"{digest}: {count} article{'' if count == 1 else 's'} would be new for its next issue")
        for source, title in articles[:TITLES]:
            click.echo(f"  {title} ({source})")
        if count > TITLES:
            click.echo(f"  and {count - TITLES} more (--json)")
    click.echo("Dry run: nothing was written.")
    return seen.report


def _foreseen(seen: Foreseen, result: SourceResult) -> dict[str, Any]:
    """One source's result, with what each digest would find new in it."""
    from digest.model import to_plain

    new_for = {
        digest: [title for source, title in articles if source == result.source]
        for digest, articles in seen.new.items()
    }
    return {**to_plain(result), "unchanged": seen.unchanged.get(result.source, 0), "new_for": new_for}


def _distribute(
    workspace: Workspace,
    sources: tuple[str, ...],
    report: GatherReport,
    *,
    backfill: str | None,
    since: datetime | None,
    as_json: bool,
) -> None:
    """Tell every digest what is new to it, and say how much waits for it."""
    if backfill == "none":
        _nothing_is_new(workspace)
    waiting = enroll_all(workspace)
    freed = _backfill(workspace, sources, since) if backfill and backfill != "none" else {}
    waiting = {digest: count + freed.get(digest, 0) for digest, count in waiting.items()}
    if as_json:
        print_json({"sources": report.results, "backfilled": freed, "waiting": waiting})
    for digest, count in ({} if as_json else waiting).items():
        earlier = f", {freed[digest]} of them from before its time" if freed.get(digest) else ""
        click.echo(f"{digest}: {count} new article{'' if count == 1 else 's'} for its next issue{earlier}")


@contextmanager
def _progress(workspace: Workspace, sources: Sequence[str], *, quiet: bool) -> Iterator[Tell]:
    """A line for each source as it answers; for many of them on a terminal, a bar and what is worth a line."""
    total = len(sources or workspace.config.sources)
    many = total >= MANY and shown_to_person()
    counts: Counter[str] = Counter()
    if quiet:
        yield lambda result: None
        return
    with live_lines("Gathering", total if many else 0) as tell:

        def show(result: SourceResult) -> None:
            counts[result.status] += 1
            counts["articles"] += result.new
            dull = many and result.status != "failed" and not (result.new or result.updated)
            counts["dull"] += dull
            failed = f"{counts['failed']} failed, " if counts["failed"] else ""
            tell("" if dull else source_line(result), f"{failed}{counts['articles']} new articles")

        yield show
    if many:
        click.echo(f"{total} sources: {counts['failed']} failed, {counts['dull']} without anything new")


def _since(workspace: Workspace, text: str) -> datetime | None:
    if text in ("all", "none"):
        return None
    match = re.fullmatch(r"(\d{1,5})\s*d(ays?)?", text)
    if not match:
        raise click.BadParameter(
            f"{text!r} is none of: all, none, or a number of days such as 30d", param_hint="--backfill"
        )
    return workspace.now() - timedelta(days=int(match[1]))


def enroll_all(workspace: Workspace) -> dict[str, int]:
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
