"""`digest sources add, remove, import-opml`: the tables of digest.toml; `pause, resume`: the database."""

from __future__ import annotations

import getpass
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import DONE, FAILED, PARTLY, App, json_option, known_name, pass_app
from digest.cli.output import confirm, on_terminal, print_json
from digest.cli.sources_look import beginning
from digest.cli.wording import moment
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.gather import Discovery, Gathered
    from digest.pipeline.outlines import OutlineLine
    from digest.pipeline.sourcing import Added, Addition
    from digest.pipeline.workspace import Workspace

# Spelled out, so that `--help` need not import pydantic; a test compares them with the configuration's own.
KINDS = (
    "auto", "feed", "wordpress", "wordpress-api", "ghost", "wix", "discourse", "forem", "sitemap", "listing",
)  # fmt: skip
_SHOWN = 3
_HARMLESS = re.compile(r"accept(?:-.*)?|user-agent", re.I)

digests_option = click.option(
    "--digest", "-d", "digests", multiple=True, metavar="DIGEST", help="For this digest; may be given repeatedly."
)


@click.command(short_help="Find out what an address offers and write it into digest.toml.")
@click.argument("place", metavar="URL|PATH")
@click.option("--name", metavar="NAME", help="What to call it.  [default: of its title or address]")
@click.option("--kind", metavar="KIND", type=click.Choice(KINDS), help=f"One of: {', '.join(KINDS)}.")
@click.option("--title", metavar="TEXT", help="How readers see it.  [default: its own title]")
@digests_option
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="'NAME: VALUE'",
    help="Sent to its host only. A key is named, never written: 'Authorization: env:BLOG_TOKEN' or ': file:blog-key'.",
)
@click.option("--offline", is_flag=True, help="Write it down without asking the network.")
@click.option("--yes", "-y", is_flag=True, help="Of several feeds, take the first without asking.")
@json_option
@pass_app
def add(app: App, /, place: str, as_json: bool, **given: Any) -> None:
    """Add a site, feed or folder. Shows what was found, and asks which where there are several.

    \b
    digest sources add https://example.org
    digest sources add https://example.org/news/feed.xml --name news -d weekly
    digest sources add articles
    """
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import sourcing

        for name in given["digests"]:
            known_name("digest", name, workspace.config.digests, where=str(workspace.config.path), option="--digest ")
        headers = _headers(given["headers"])
        if "://" in place:
            addition, found, trial = _from_url(workspace, place, headers, given, quiet=as_json)
        else:
            addition, found, trial = _from_folder(workspace, place, given), None, None
        added = sourcing.add(workspace, [addition], digests=given["digests"], env=app.env)
        if as_json:
            articles = None if trial is None else len(trial.articles)
            data = {"name": addition.name, "settings": addition.settings, "found": found, "articles": articles}
            print_json({**data, "digests": added.joined + added.all_sources, "not_in": added.left_out})
            return
        for line in _added_lines(app, addition, added):
            click.echo(line)


def _from_url(
    workspace: Workspace, url: str, headers: dict[str, Any], given: dict[str, Any], *, quiet: bool
) -> tuple[Addition, Discovery | None, Gathered | None]:
    from digest.config.values import Refused, web_url
    from digest.pipeline import sourcing

    sourcing.refuse_secret(url)
    try:
        url = web_url(url)
    except Refused as error:
        raise UsageError(error.what, where=url, try_=error.try_) from None
    sourcing.refuse_duplicate(workspace, url)
    found, kind = None, given["kind"] or ""
    ask = not given["offline"] and not headers  # a private address shows itself only to who has the key
    if ask and not kind:
        found = sourcing.look(workspace, url)
        url = _which(workspace, found, yes=given["yes"], quiet=quiet)
        kind = "feed" if url != found.feed_url and found.kind == "listing" else found.kind
    trial = _tried(workspace, url, kind, quiet=quiet) if ask else None
    title = given["title"] or ""
    shown = title or (found.title if found else "") or (trial.title if trial else "")
    name = given["name"] or sourcing.choose_name(workspace, url=url, title=shown)
    settings = {"url": url, "kind": kind, "title": title, "headers": headers}
    return sourcing.Addition(name, {key: value for key, value in settings.items() if value}), found, trial


def _which(workspace: Workspace, found: Discovery, *, yes: bool, quiet: bool) -> str:
    """The feed that is meant, of those that are no source yet. Raises `UsageError` where nobody can be asked."""
    from digest.gather import url_key
    from digest.pipeline.sourcing import known_addresses, refuse_duplicate

    known = known_addresses(workspace)
    feeds = [feed for feed in (found.feed_url, *found.alternatives) if url_key(feed) not in known]
    if not feeds:
        refuse_duplicate(workspace, found.feed_url)
    if not quiet:
        name = f"{found.title}: " if found.title else ""
        click.echo(f"{name}{found.kind}, {found.feed_url}")
    if len(feeds) == 1 or yes:
        return feeds[0]
    if quiet or not on_terminal():
        raise UsageError(
            f"the site has {len(feeds)} feeds", why=", ".join(feeds), try_="name one of them, or --yes for the first"
        )
    for number, feed in enumerate(feeds, 1):
        click.echo(f"  {number}. {feed}")
    chosen: int = click.prompt("Which one", type=click.IntRange(1, len(feeds)), default=1)
    return feeds[chosen - 1]


def _tried(workspace: Workspace, url: str, kind: str, *, quiet: bool) -> Gathered:
    """What the source says now; one that says nothing is not written down."""
    from digest.gather import SourceSettings
    from digest.pipeline.sourcing import try_source

    zone = workspace.config.site.timezone
    trial = try_source(workspace, SourceSettings("new", kind or "auto", url, timezone=zone, enrich=False))
    if trial.status == "failed":
        click.echo(f"{trial.error}\nNothing was written. To write it down all the same: --offline", err=True)
        sys.exit(FAILED)
    if not quiet:
        click.echo(f"  {len(trial.articles)} articles")
        for article in trial.articles[:_SHOWN]:
            date = f"{moment(workspace, article.published)}  " if article.published else ""
            click.echo(f"    {date}{beginning(article.title)}")
    return trial


def _from_folder(workspace: Workspace, place: str, given: dict[str, Any]) -> Addition:
    from digest.pipeline import sourcing

    folder = Path(place).expanduser().absolute()
    if not folder.is_dir():
        host = place.partition("/")[0]
        looks = "." in host and not place.startswith((".", "/", "~"))
        try_ = f"digest sources add https://{place}" if looks else "an address that begins with https://, or a folder"
        raise UsageError("there is no such folder", where=place, try_=try_)
    if given["kind"] or given["headers"]:
        raise UsageError("a folder has no kind and no headers", where=place, try_="leave --kind and --header out")
    sourcing.refuse_duplicate(workspace, folder)
    inside = folder.is_relative_to(workspace.config.directory)
    written = str(folder.relative_to(workspace.config.directory)) if inside else str(folder)
    name = given["name"] or sourcing.choose_name(workspace, path=folder)
    return sourcing.Addition(name, {"path": written, **({"title": given["title"]} if given["title"] else {})})


def _headers(written: tuple[str, ...]) -> dict[str, Any]:
    """`'Accept-Language: ga'` as text, `'Authorization: env:TOKEN'` as a reference; a secret is refused."""
    headers: dict[str, Any] = {}
    for one in written:
        name, colon, value = (part.strip() for part in one.partition(":"))
        kind, _, target = value.partition(":")
        if not colon or not name or not value:
            raise UsageError(f"{name or one!r} is not a header", try_="--header 'Accept-Language: ga'")
        if kind in ("env", "file") and target:
            headers[name] = {kind: target}
        elif _HARMLESS.fullmatch(name):
            headers[name] = value
        else:
            raise UsageError(
                f"the value of {name} may be a secret, and digest.toml is no place for one",
                try_=f"--header '{name}: env:NAME_OF_A_VARIABLE' or --header '{name}: file:NAME-OF-A-FILE'",
            )
    return headers


def _added_lines(app: App, addition: Addition, added: Added) -> list[str]:
    name = addition.name
    lines = [f"[source.{name}] is written into {app.config_path}."]
    if added.joined or added.all_sources:
        lines.append(f"  Taken by {', '.join(added.joined + added.all_sources)}.")
    lines += [f'  {digest} names its sources, and this one not: sources = [..., "{name}"]' for digest in added.left_out]
    return [*lines, f"  Next: digest sources test {name}, or digest gather {name}"]


@click.command(short_help="Take a source out of digest.toml; its articles stay.")
@click.argument("name")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option
@pass_app
def remove(app: App, name: str, yes: bool, as_json: bool) -> None:
    """Take [source.NAME] and its name in the digests out of the file; shows what was taken out."""
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import sourcing

        known_name("source", name, workspace.config.sources, where=str(workspace.config.path))
        if not confirm(f"Take [source.{name}] out of {app.config_path}?", yes=yes):
            return
        removed = sourcing.remove(workspace, name, env=app.env)
        if as_json:
            print_json({"name": name, "text": removed.text, "digests": removed.digests})
            return
        click.echo(f"Taken out of {app.config_path}; its articles stay in the database:\n\n{removed.text.rstrip()}")
        for digest in removed.digests:
            click.echo(f"and its name out of [digest.{digest}]")


@click.command(short_help="Let a source rest; it is neither asked nor counted as failed.")
@click.argument("name")
@click.option("--note", default="", metavar="TEXT", help="Why; shown wherever the source is.")
@json_option
@pass_app
def pause(app: App, name: str, note: str, as_json: bool) -> None:
    """Pause a source until `digest sources resume NAME`. What it brought so far stays eligible."""
    with app.workspace(secrets=False) as workspace:
        known_name("source", name, workspace.config.sources, where=str(workspace.config.path))
        book = workspace.store.sourcebook
        fresh = book.pause(name, at=workspace.now(), by=getpass.getuser(), note=note)
        paused = book.paused()[name]
        since = moment(workspace, paused.at)
        text = f"{name} is paused." if fresh else f"{name} was paused already, on {since}."
        _say(text, as_json=as_json, name=name, paused=paused)


@click.command(short_help="Ask a paused source again.")
@click.argument("name")
@json_option
@pass_app
def resume(app: App, name: str, as_json: bool) -> None:
    """End a pause; the next gathering asks it again."""
    with app.workspace(secrets=False) as workspace:
        known_name("source", name, workspace.config.sources, where=str(workspace.config.path))
        before = workspace.store.sourcebook.resume(name)
        since = f" It had been paused since {moment(workspace, before.at)}." if before else ""
        text = f"{name} is asked again.{since}" if before else f"{name} was not paused."
        _say(text, as_json=as_json, name=name, paused=None)


@click.command("import-opml", short_help="Add every feed of another reader's list (OPML).")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@digests_option
@click.option("--dry-run", is_flag=True, help="Show what would be added; write nothing.")
@json_option
@pass_app
def import_opml(app: App, file: Path, digests: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Add all feeds of FILE in one step, named after their folder and title; asks none of them yet.

    Says of each line what becomes of it. Exits 3 when a line cannot be used.
    """
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import sourcing

        for name in digests:
            known_name("digest", name, workspace.config.digests, where=str(workspace.config.path), option="--digest ")
        lines = sourcing.plan_import(workspace, file.read_bytes())
        tables = sourcing.additions(lines)
        if tables and not dry_run:
            sourcing.add(workspace, tables, digests=digests, env=app.env)
        if as_json:
            print_json({"file": str(file), "written": bool(tables) and not dry_run, "lines": lines})
        else:
            _print_import(app, lines, len(tables), dry_run=dry_run)
    sys.exit(PARTLY if any(line.verdict == "unusable" for line in lines) else DONE)


def _print_import(app: App, lines: list[OutlineLine], count: int, *, dry_run: bool) -> None:
    for line in lines:
        said = f"{line.name}  {line.url}" if line.verdict == "add" else f"{line.title or line.url}: {line.why}"
        click.echo(f"  line {line.line}: {said}", err=line.verdict == "unusable")
    sources = f"{count} source{'' if count == 1 else 's'}"
    if dry_run:
        click.echo(f"{sources} would be added; nothing was written.")
    elif count:
        click.echo(f"{sources} added to {app.config_path}.\n  Next: digest gather")
    else:
        click.echo("Nothing to add.")


def _say(text: str, *, as_json: bool, **facts: object) -> None:
    if as_json:
        print_json({"text": text, **facts})
    else:
        click.echo(text)
