"""What every command shares: the invocation's world, lazy loading, names, exit codes.

Does not print (`output`) and decides nothing about mail.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from digest.errors import (
    AddressError,
    AudienceError,
    BusyError,
    ConfigError,
    DigestError,
    MissingDatabaseError,
    SchemaError,
    TokenError,
    UsageError,
)

if TYPE_CHECKING:
    from digest.pipeline.workspace import Workspace

DONE, FAILED, USAGE, PARTLY, BUSY = 0, 1, 2, 3, 75
EXIT_CODES = "Exit codes: 0 done or nothing due, 1 failed, 2 usage or configuration, 3 partly, 75 busy."


# An address or a token comes to a command as an argument; inside the program a wrong one is a value, not an error.
_WRONG_USE = (AudienceError, AddressError, ConfigError, MissingDatabaseError, SchemaError, TokenError, UsageError)


def exit_code_of(error: DigestError) -> int:
    if isinstance(error, BusyError):
        return BUSY
    return USAGE if isinstance(error, _WRONG_USE) else FAILED


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
workers_option = click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(1, 64),
    help="Worker processes that send; `[delivery] workers` says how many otherwise.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value, for programs.")


def one_digest(workspace: Workspace, name: str | None) -> str:
    """The digest meant: the one named, or the only one there is."""
    return known_name("digest", name, workspace.config.digests, where=str(workspace.config.path))


def one_list(workspace: Workspace, name: str | None) -> str:
    """The list meant: the one named, or the only one there is."""
    return known_name("list", name, workspace.config.lists, where=str(workspace.config.path), option="--list ")


def known_name(kind: str, name: str | None, known: Collection[str], *, where: str, option: str = "") -> str:
    """`name`, if it is one of `known`; without a name the only one there is. Raises `UsageError` with the nearest."""
    names = list(known)
    if name in names:
        return str(name)
    if name is None and len(names) == 1:
        return names[0]
    there_are = f"{option}with one of: {', '.join(names)}" if option else f"name one of: {', '.join(names)}"
    if name is None:
        raise UsageError(f"which {kind}?", where=where, why=f"it has {len(names)}", try_=there_are)
    close = difflib.get_close_matches(name, names, n=1)
    guess = f"; did you mean {close[0]!r}?" if close else ""
    raise UsageError(f"there is no {kind} called {name!r}{guess}", where=where, try_=there_are)
