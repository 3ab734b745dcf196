"""What every command shares: the invocation's world, lazy loading, exit codes, ways to print.

Prints for people on a terminal (rich tables, progress), plainly into a pipe, as JSON where a program asked, and
nothing at all when there is nothing to say.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from digest.errors import BusyError, ConfigError, DigestError, MissingDatabaseError, SchemaError, UsageError

if TYPE_CHECKING:
    from digest.pipeline.workspace import Workspace

DONE, FAILED, USAGE, PARTLY, BUSY = 0, 1, 2, 3, 75
EXIT_CODES = "Exit codes: 0 done or nothing due, 1 failed, 2 usage or configuration, 3 partly, 75 busy."


def exit_code_of(error: DigestError) -> int:
    if isinstance(error, BusyError):
        return BUSY
    if isinstance(error, (ConfigError, UsageError, MissingDatabaseError, SchemaError)):
        return USAGE
    return FAILED


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for; listed in the order given."""

    def __init__(self, *args: Any, lazy: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self._lazy, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = self._lazy[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib

            close = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if close:
                raise click.UsageError(f"No such command {args[0]!r}. Did you mean {close[0]!r}?", ctx) from error
            raise


@dataclass(frozen=True)
class App:
    """One invocation: which configuration, which environment."""

    config_path: str
    env: Mapping[str, str]

    @contextmanager
    def workspace(self, *, secrets: bool = True) -> Iterator[Workspace]:
        from digest.pipeline.workspace import open_workspace

        with open_workspace(self.config_path, env=self.env, secrets=secrets) as workspace:
            yield workspace


pass_app = click.make_pass_decorator(App)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value, for programs.")


def one_digest(workspace: Workspace, name: str | None) -> str:
    """The digest meant: the one named, or the only one there is."""
    if name is not None:
        workspace.digest(name)
        return name
    names = list(workspace.config.digests)
    if len(names) == 1:
        return names[0]
    raise UsageError("which digest?", try_=f"name one of: {', '.join(names)}")


def print_json(value: Any) -> None:
    from digest.model import to_plain

    click.echo(json.dumps(to_plain(value), ensure_ascii=False, indent=2))


def on_terminal() -> bool:
    """Whether a person sits there who can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str = "nothing") -> None:
    """A rich table on a terminal, tab-separated lines with a header elsewhere."""
    if not rows:
        click.echo(empty)
        return
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for row in cells:
            click.echo("\t".join(row))
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """A live bar on a terminal; silence elsewhere. The yielded function takes (done, note)."""
    if not sys.stderr.isatty() or total <= 0:
        yield lambda done, note: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=total, note="")
        yield lambda done, note: progress.update(task, completed=done, note=note)
