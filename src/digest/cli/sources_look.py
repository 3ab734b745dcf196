"""`digest sources list, test, explain, export-opml`: what is known of the sources. Changes nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import DONE, FAILED, App, json_option, known_name, pass_app
from digest.cli.output import print_json, print_table
from digest.cli.wording import moment
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.gather import Gathered, SourceSettings
    from digest.model import Article
    from digest.pipeline.sourcehealth import Explained, SourceView
    from digest.pipeline.workspace import Workspace

BEGINNING = 160
LINES = 5


@click.command("list", short_help="Every source: kind, articles, last success, next fetch, health.")
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List the configured sources and how each is doing."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline.sourcehealth import overview

        views = overview(workspace)
        if as_json:
            print_json(views)
            return
        columns = ("source", "kind", "articles", "last success", "next", "health", "digests", "address")
        print_table(columns, [_cells(workspace, view) for view in views])


def _cells(workspace: Workspace, view: SourceView) -> tuple[object, ...]:
    return (
        view.name,
        view.kind,
        view.articles,
        moment(workspace, view.last_success_at),
        "-" if view.paused else moment(workspace, view.next_at) if view.next_at else "any time",
        health_words(view),
        ", ".join(view.digests) or "none",
        view.address,
    )


def health_words(view: SourceView) -> str:
    """`ok`, `failing (3)`, `paused: moving house`."""
    if view.paused is not None:
        return f"paused: {view.paused.note}" if view.paused.note else "paused"
    return f"{view.health} ({view.failures})" if view.failures else view.health


@click.command(short_help="Fetch a source now and show what it says; store nothing.")
@click.argument("source", metavar="NAME|URL")
@click.option("--limit", default=10, show_default=True, metavar="N", type=click.IntRange(1), help="Show so many.")
@click.option("--force", is_flag=True, help="Ask even a server that wanted to be left alone. Impolite.")
@json_option
@pass_app
def test(app: App, source: str, limit: int, force: bool, as_json: bool) -> None:
    """Show titles, dates, authors and texts as they would be stored. NAME of a source, or any address."""
    with app.workspace() as workspace:
        from digest.pipeline.sourcing import try_source

        settings = _settings(workspace, source)
        gathered = try_source(workspace, settings, force=force)
        if as_json:
            print_json(_trial_data(gathered, settings))
        else:
            _print_trial(workspace, gathered, settings, limit)
    sys.exit(DONE if gathered.status in ("new", "unchanged") else FAILED)


test.__test__ = False  # type: ignore[attr-defined]  # pytest must not take it for a test


def _settings(workspace: Workspace, name: str) -> SourceSettings:
    """Of a configured source, or of what an address turns out to be."""
    from digest.gather import SourceSettings
    from digest.pipeline.sourcing import look

    if "://" not in name:
        return workspace.config.sources[
            known_name("source", name, workspace.config.sources, where=str(workspace.config.path))
        ]
    found = look(workspace, name)
    site = workspace.config.site
    return SourceSettings("test", found.kind, found.feed_url, title=found.title, timezone=site.timezone)


def _trial_data(gathered: Gathered, settings: SourceSettings) -> dict[str, Any]:
    return {
        "source": settings.name,
        "kind": gathered.state.found_kind or settings.kind,
        "address": settings.url or str(settings.path),
        "title": gathered.title,
        "status": gathered.status,
        "http_status": gathered.http_status,
        "error": gathered.error,
        "warnings": gathered.warnings,
        "articles": gathered.articles,
    }


def _print_trial(workspace: Workspace, gathered: Gathered, settings: SourceSettings, limit: int) -> None:
    if gathered.status == "failed":
        click.echo(gathered.error, err=True)
        return
    if gathered.status == "not_due":
        until = moment(workspace, gathered.state.hold_until)
        click.echo(f"{settings.name}: its server wants to be left alone until {until}\nTry: --force", err=True)
        return
    kind = gathered.state.found_kind or settings.kind
    click.echo(f"{gathered.title}: {_count(len(gathered.articles))} ({kind}, {settings.url or settings.path})")
    for article in gathered.articles[:limit]:
        _print_article(workspace, article)
    if len(gathered.articles) > limit:
        click.echo(f"\nand {len(gathered.articles) - limit} more (--limit)")
    told = {warning for article in gathered.articles[:limit] for warning in article.warnings}
    for warning in gathered.warnings:
        if not any(warning.endswith(one) for one in told):
            click.echo(f"warning: {warning}")
    click.echo("\nNothing was stored.")


def _print_article(workspace: Workspace, article: Article) -> None:
    authors = ", ".join(author.name for author in article.authors)
    derived = " (made from the text)" if article.title_derived else ""
    click.echo(f"\n{article.title}{derived}")
    said = (moment(workspace, article.published) if article.published else "no date", authors, article.language or "")
    click.echo(f"  {', '.join(part for part in said if part)}")
    if article.url:
        click.echo(f"  {article.url}")
    click.echo(f"  {beginning(article.text or article.excerpt) or '(no text)'}")
    for warning in article.warnings:
        click.echo(f"  warning: {warning}")


def beginning(text: str) -> str:
    """The first words, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= BEGINNING else f"{line[:BEGINNING].rpartition(' ')[0] or line[:BEGINNING]} ..."


def _count(number: int) -> str:
    return f"{number} article{'' if number == 1 else 's'}"


@click.command(short_help="What is known of a source: kind, next fetch, failures, robots, articles.")
@click.argument("name")
@json_option
@pass_app
def explain(app: App, name: str, as_json: bool) -> None:
    """Explain a source: what it is and why, when it is asked next and why, what it brought."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline.sourcehealth import explain as run

        known_name("source", name, workspace.config.sources, where=str(workspace.config.path))
        told = run(workspace, name)
        if as_json:
            print_json(told)
            return
        for line in _explained(workspace, told):
            click.echo(line)


def _explained(workspace: Workspace, told: Explained) -> list[str]:
    view, harvest = told.view, told.harvest
    lines = [f"{view.name}: {view.title}", f"  address    {view.address}"]
    lines += [f"  kind       {one}" for one in told.kind]
    lines.append(f"  digests    {', '.join(view.digests) or 'none takes it'}")
    lines.append(f"  health     {health_words(view)}; last success {moment(workspace, view.last_success_at)}")
    if view.paused is not None:
        by = f" by {view.paused.by}" if view.paused.by else ""
        lines.append(f"  paused     {moment(workspace, view.paused.at)}{by}")
    lines += [f"  asking     {one}" for one in told.asking]
    lines += [f"  validator  {name}: {value}" for name, value in told.validators.items()]
    lines += [f"  robots     {one}" for one in told.robots]
    lines += [f"  pages      {one}" for one in told.pages]
    newest = f", newest {moment(workspace, harvest.newest)}" if harvest.newest else ""
    undated = f", {harvest.undated} undated" if harvest.undated else ""
    lines.append(f"  articles   {view.articles}{newest}{undated}")
    if harvest.months:
        months = list(harvest.months.items())[-12:]
        lines.append(f"  by month   {', '.join(f'{month}: {count}' for month, count in months)}")
    if harvest.languages:
        said = ", ".join(f"{language or 'unknown'}: {count}" for language, count in harvest.languages.items())
        lines.append(f"  language   {said}")
    if told.lines:
        one = len(told.lines) == 1
        said = "1 line repeats" if one else f"{len(told.lines)} lines repeat"
        lines.append(f"  furniture  {said} around its articles and {'is' if one else 'are'} left out")
        lines += [f"             {line[:BEGINNING]}" for line in told.lines[:LINES]]
    return lines


@click.command("export-opml", short_help="Write the feeds as a list that other readers import.")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@pass_app
def export_opml(app: App, file: Path | None, force: bool) -> None:
    """Write OPML 2.0 to FILE, or to standard output. Folders and private sources are left out, and named."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline.sourcing import outline

        data, others = outline(workspace)
    if file is None or str(file) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        _write(file, data, force=force)
    for name in others:
        click.echo(f"{name} is left out: no feed that another reader could read", err=True)


def _write(file: Path, data: bytes, *, force: bool) -> None:
    try:
        with file.open("wb" if force else "xb") as target:
            target.write(data)
    except FileExistsError:
        raise UsageError("exists already", where=str(file), try_="--force, to replace it") from None
    click.echo(file)
