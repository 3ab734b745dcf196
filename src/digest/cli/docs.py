"""`digest docs`: the reference pages, written from the program itself so that they cannot drift."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from digest.cli.app import DONE, EXIT_CODES, FAILED


@click.command(hidden=True, short_help="Write the generated reference pages.")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a page is not what it would be.")
def docs(directory: Path, check: bool) -> None:
    """Write commands.md, configuration.md and template-data.schema.json into DIRECTORY."""
    from digest.config import reference_markdown
    from digest.render.dataschema import schema_text

    pages = {
        "commands.md": commands_markdown(),
        "configuration.md": reference_markdown(),
        "template-data.schema.json": schema_text(),
    }
    stale = [
        name
        for name, text in pages.items()
        if not (directory / name).exists() or (directory / name).read_text(encoding="utf-8") != text
    ]
    if check:
        for name in stale:
            click.echo(f"{directory / name} is not up to date. Try: make docs", err=True)
        sys.exit(FAILED if stale else DONE)
    directory.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (directory / name).write_text(pages[name], encoding="utf-8")
        click.echo(directory / name)


def commands_markdown() -> str:
    """Every command with its own help text."""
    from digest.cli import cli

    parts = [
        "# Commands",
        "Written by `make docs` from the program's own help; do not edit.",
        EXIT_CODES,
        *(_section(path, command) for path, command in walk(cli, ("digest",))),
    ]
    return "\n\n".join(parts) + "\n"


def walk(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every visible command below `command`, itself first."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path[-1])
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                yield from walk(child, (*path, name))


def _section(path: tuple[str, ...], command: click.Command) -> str:
    text = help_text(path, command, width=100)
    return f"{'#' * min(len(path) + 1, 4)} {' '.join(path)}\n\n```text\n{text}\n```"


def help_text(path: tuple[str, ...], command: click.Command, *, width: int) -> str:
    """What `digest ... --help` prints in a terminal of `width` columns, without trailing spaces."""
    from digest.cli import cli

    # Of the root's settings only the names of the help option reach a subcommand.
    names = cli.context_settings["help_option_names"]
    context = click.Context(
        command, info_name=" ".join(path), max_content_width=width, terminal_width=width, help_option_names=names
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
