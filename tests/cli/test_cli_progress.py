"""The live display of a send: for a person at a terminal, and for nobody else."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support_chaos import Arena
from support_smtp import Sink

PEOPLE = 40


@pytest.fixture
def arena(tmp_path: Path, new_sqlite: Callable[[], str]) -> Arena:
    return Arena(tmp_path, new_sqlite(), lambda url: url, people=PEOPLE)


def at_a_terminal(arena: Arena, sink: Sink, *words: str) -> tuple[int, str, str]:
    """Exit code, standard output (a pipe), and what a terminal got as standard error."""
    arena.use(arena.frozen_url, sink)  # type: ignore[arg-type]
    ours, theirs = pty.openpty()
    with open(arena.folder / "out", "wb") as out:
        process = arena.start("send", "weekly", "--yes", "--no-gather", *words, out=out.fileno(), err=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # EIO is how a pseudo-terminal says that the other side has left
        while said := os.read(ours, 65536):
            shown += said
    os.close(ours)
    return process.wait(timeout=120), (arena.folder / "out").read_text(), shown.decode()


def reluctant(address: str) -> str | None:
    return "550 5.1.1 no such mailbox" if address.startswith("reader3@") else None


@pytest.mark.parametrize("workers", ["1", "3"])
def test_a_person_sees_how_far_how_fast_how_long_and_the_trouble(
    arena: Arena, workers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Done of all and rising, a rate, refusals, time left: of all workers together."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    with Sink(delay_s=0.15, refuse=reluctant) as sink:
        code, out, shown = at_a_terminal(arena, sink, "--workers", workers)
    done = [int(one) for one in re.findall(rf"(\d+)/{PEOPLE}", shown)]
    assert code == 0 and len(sink.messages) == PEOPLE - 1
    assert len(set(done)) > 3 and done == sorted(done) and PEOPLE // 2 < done[-1] <= PEOPLE, done
    assert re.search(r"\d/s", shown) and re.search(r"\d:\d\d:\d\d.* left", shown) and "1 refused" in shown
    assert "/s" not in out


def test_json_and_a_pipe_are_left_alone(arena: Arena) -> None:
    """With --json nothing is drawn, though a terminal is there; without a terminal there is nothing to draw on."""
    with Sink() as sink:
        code, out, shown = at_a_terminal(arena, sink, "--json")
    assert (code, shown) == (0, "") and json.loads(out)["state"] == "done"


def test_without_a_terminal_nothing_is_drawn(arena: Arena) -> None:
    with Sink(delay_s=0.02) as sink:
        arena.use(arena.frozen_url, sink)  # type: ignore[arg-type]
        process = arena.start("send", "weekly", "--yes", "--no-gather", out=subprocess.PIPE)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0 and not err and b"\x1b" not in out and b"/s" not in out
