"""`digest inspect`: what gathering and summarising make of one file, without configuration or database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from digest.cli.app import json_option
from digest.cli.output import print_json
from digest.errors import ParseError, UsageError

file_argument = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
url_option = click.option("--url", metavar="URL", help="Where it came from, for relative links.")
NOWHERE = "https://unknown.invalid/"


@click.group(short_help="Show what is made of a feed, page or text file.")
def inspect() -> None:
    """Needs no configuration. With --json, the whole article as data."""


@inspect.command(short_help="A feed document.")
@file_argument
@url_option
@json_option
def feed(file: Path, url: str | None, as_json: bool) -> None:
    """Parse an RSS, Atom or JSON feed."""
    from digest.gather import parse_feed

    try:
        parsed = parse_feed(_read(file), url=url or NOWHERE)
    except ParseError as error:
        raise ParseError(error.what, where=url or str(file), why=error.why, try_=error.try_) from error
    if as_json:
        print_json(parsed)
        return
    click.echo(f"{parsed.title}: {len(parsed.articles)} articles")
    for article in parsed.articles:
        click.echo(f"  {article.published or '(no date)'}  {article.title}  {article.url or ''}")
    for warning in parsed.warnings:
        click.echo(f"  warning: {warning}")


@inspect.command(short_help="A saved article page.")
@file_argument
@url_option
@json_option
def page(file: Path, url: str | None, as_json: bool) -> None:
    """Read an HTML page with one article on it."""
    from digest.gather import read_page

    _show(read_page(_read(file), url=url or NOWHERE), as_json=as_json)


@inspect.command(short_help="A text file, or text copied from a page.")
@file_argument
@json_option
def text(file: Path, as_json: bool) -> None:
    """Read .txt, .md or .html as a folder source would; shows the summary too."""
    from digest.gather import read_file

    _show(read_file(_read(file), name=file.name), as_json=as_json)


@inspect.command(short_help="The summary of a text file.")
@file_argument
@click.option("--sentences", default=2, show_default=True, metavar="N", type=click.IntRange(1), help="At most so many.")
@click.option(
    "--max-chars", default=280, show_default=True, metavar="N", type=click.IntRange(1), help="At most so long."
)
@json_option
def summary(file: Path, sentences: int, max_chars: int, as_json: bool) -> None:
    """Summarise a file's article."""
    from digest.curate import summarize
    from digest.gather import read_file

    article = read_file(_read(file), name=file.name)
    title = None if article.title_derived else article.title
    made = summarize(article.text, title=title, lang=article.language, sentences=sentences, max_chars=max_chars)
    if as_json:
        print_json(made)
    else:
        click.echo(made.text or f"(no summary: {', '.join(made.flags)})")


def _show(article: Any, *, as_json: bool) -> None:
    from digest.curate import summarize
    from digest.model import to_plain

    title = None if article.title_derived else article.title
    made = summarize(article.text, title=title, lang=article.language)
    if as_json:
        print_json({**to_plain(article), "summary": made})
        return
    derived = " (derived)" if article.title_derived else ""
    click.echo(f"title     {article.title}{derived}")
    click.echo(f"authors   {', '.join(author.name for author in article.authors) or '-'}")
    click.echo(f"published {article.published or '-'}")
    for counter in ("views", "comments", "reactions"):
        count = getattr(article, counter)
        click.echo(f"{counter:<9} {'-' if count is None else count}")
    click.echo(f"summary   {made.text or '-'}")
    click.echo("")
    click.echo(article.text)
    if "chrome" in article.origin:
        click.echo(f"left out: {article.origin['chrome']}")
    for warning in article.warnings:
        click.echo(f"warning: {warning}")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise UsageError(
            "cannot be read", where=str(file), why=error.strerror or str(error), try_="another path"
        ) from error
