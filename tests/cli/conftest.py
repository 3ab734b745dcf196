"""The command line as a person meets it: `digest("send", "--yes")` runs the console script in this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from support_cli import FRIDAY, Digest, Ran, publish

from digest.cli import main
from digest.store import create_database
from support_world import World
from support_world import world as make_world


@pytest.fixture
def digest(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Digest:
    """Run one command in `tmp_path`; `at` is the time it sees."""
    monkeypatch.chdir(tmp_path)
    for name in ("DIGEST_CONFIG",):
        monkeypatch.delenv(name, raising=False)

    def run(*args: str, at: datetime = FRIDAY) -> Ran:
        monkeypatch.setattr(sys, "argv", ["digest", *args])
        capsys.readouterr()
        with time_machine.travel(at, tick=True), pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        return Ran(int(stop.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A community with two new articles, three subscribers, a relay, and a database that is empty."""
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    create_database(url)
    with make_world(tmp_path, url) as community:
        publish(community.feed, "The lathe that came by boat", "Six sheds by bicycle")
        yield community
