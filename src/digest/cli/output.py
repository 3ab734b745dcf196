"""Ways to print and to ask: tables and progress for people on a terminal, plain lines into a pipe, JSON for programs.

Does not know what is printed. Invariant: a reader of our output that goes away (`| head`) changes neither what is
done nor the exit code, and nobody is asked where nobody can answer.
"""

from __future__ import annotations

import io
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from digest.errors import UsageError

if TYPE_CHECKING:
    from rich.progress import Progress

SHOWN_EVERY_S = 0.1  # of a live display
NARROW = 60  # below this many columns a table folds every word: rows are printed as small paragraphs instead


def on_terminal() -> bool:
    """Whether a person sits there who sees a question and can answer it."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def shown_to_person() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def confirm(question: str, *, yes: bool) -> bool:
    """Ask; `yes` is the answer given beforehand. Raises `UsageError` where nobody can answer."""
    if yes:
        return True
    if not on_terminal():
        raise nobody_to_ask()
    return click.confirm(question, err=True)


def nobody_to_ask() -> UsageError:
    return UsageError(
        "a question stands in the way, and nobody can be asked here",
        why="this is not a terminal",
        try_="--yes, to go ahead without asking (and --dry-run first, where there is one, to see what would happen)",
    )


def print_json(value: Any) -> None:
    from digest.model import to_plain

    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    click.echo(json.dumps(to_plain(value), ensure_ascii=encoding != "utf8", indent=2))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str = "nothing") -> None:
    """A rich table on a terminal, tab-separated lines with a header elsewhere."""
    if not rows:
        click.echo(empty)
        return
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not shown_to_person():
        click.echo("\t".join(columns))
        for row in cells:
            click.echo("\t".join(" ".join(cell.split()) for cell in row))  # a tab or newline inside would be a column
        return
    if shutil.get_terminal_size().columns < NARROW:
        _print_paragraphs(columns, cells)
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


def _print_paragraphs(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    for row in cells:
        click.echo(row[0])
        for column, cell in zip(columns[1:], row[1:], strict=True):
            if cell:
                click.echo(f"  {column}: {cell}")


@contextmanager
def progress_bar(title: str, total: int) -> Iterator[Callable[[int, str], None]]:
    """A live bar on a terminal; silence elsewhere. The yielded function takes (done, note)."""
    if sys.stderr is None or not sys.stderr.isatty() or total <= 0:
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


@contextmanager
def sending_bar(title: str, total: int | None, *, quiet: bool) -> Iterator[Callable[[int, str], None]]:
    """How far, how fast, how long still, for a send; silence when `quiet` or where nobody looks on.

    The yielded function takes (done, note), as often as one likes; nothing is shown before it is called. With `total`
    None the end is not known, nor is the time left.
    """
    if quiet or sys.stderr is None or not sys.stderr.isatty() or total == 0:
        yield lambda done, note: None
        return
    progress = _sending_progress()
    task = progress.add_task(title, total=total, note="", start=False)
    shown_at = 0.0

    def show(done: int, note: str) -> None:
        nonlocal shown_at
        now = time.monotonic()
        if now - shown_at < SHOWN_EVERY_S:  # thousands of outcomes a second are for the relay, not for the eye
            return
        if not shown_at:
            progress.start()
            progress.reset(task, completed=done)  # what others sent before is no speed of ours
        shown_at = now
        progress.update(task, completed=done, note=note)

    try:
        yield show
    finally:
        if shown_at:
            progress.stop()


def _sending_progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text("" if task.speed is None else f"{task.speed:,.{0 if task.speed >= 10 else 1}f}/s")

    class Left(TimeRemainingColumn):
        def render(self, task: Task) -> Text:
            known = task.total is not None and task.time_remaining is not None and not task.finished
            return super().render(task).append(" left") if known else Text("")

    return Progress(
        TextColumn("[bold]{task.description}"), BarColumn(bar_width=20), MofNCompleteColumn(), Rate(), Left(),
        TextColumn("{task.fields[note]}"), console=Console(stderr=True), transient=True,
    )  # fmt: skip


@contextmanager
def live_lines(title: str, total: int) -> Iterator[Callable[[str, str], None]]:
    """For work on many things at once: each tells a line when it is done.

    On a terminal a bar stands below the lines that matter and is gone at the end; elsewhere there is one line each.
    The yielded function takes (line, note): an empty line only moves the bar.
    """
    done = 0
    with progress_bar(title, total if shown_to_person() else 0) as show:

        def tell(line: str, note: str = "") -> None:
            nonlocal done
            done += 1
            if line:
                click.echo(line)
            show(done, note)

        yield tell


class _Undisturbed(io.FileIO):
    """A file descriptor whose reader may leave: what is written after that goes nowhere.

    Another error (a full disk) is raised once; afterwards the stream is given up, so that Python's own flush at exit
    does not raise it again and change the exit code.
    """

    _given_up = False

    def write(self, data: Any, /) -> int:
        if self._given_up:
            return len(data)
        try:
            return super().write(data)
        except BrokenPipeError:
            self._given_up = True
            return len(data)
        except OSError:
            self._given_up = True
            raise


def survive_odd_streams() -> None:
    """Let `digest send --yes | head -1` send to everybody and exit with its own code, however little is read of it.

    And let a terminal that knows no emoji show a question mark, where Python would give up in the middle of a line.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if not isinstance(stream, io.TextIOWrapper) or stream is not getattr(sys, f"__{name}__"):
            continue  # closed (`>&-`), or put there by a program that called us
        stream.reconfigure(errors="replace")
        if not stream.isatty():
            raw = _Undisturbed(stream.fileno(), "w", closefd=False)
            buffer = io.BufferedWriter(raw)
            setattr(
                sys, name, io.TextIOWrapper(buffer, encoding=stream.encoding, errors="replace", line_buffering=True)
            )
