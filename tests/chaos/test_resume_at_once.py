"""After kill -9 the next run of the real command goes on at once: nobody waits for a lease to run out."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from support_chaos import CONNECTIONS, WINDOW, Arena
from support_smtp import SinkProcess

PEOPLE = 120


@pytest.mark.chaos
def test_the_run_after_a_kill_starts_at_once(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    """A `digest send` killed in mid-send is finished by the next one well inside the 30 seconds of a lease."""

    def copy(url: str) -> str:
        source = Path(url.removeprefix("sqlite:///"))
        target = source.with_name("copy.db")
        for suffix in ("", "-wal"):
            if Path(f"{source}{suffix}").exists():
                shutil.copyfile(f"{source}{suffix}", f"{target}{suffix}")
        return f"sqlite:///{target}"

    arena = Arena(tmp_path, new_sqlite(), copy, people=PEOPLE)
    with SinkProcess(tmp_path / "sink", "--delay", "0.02") as sink:
        arena.use(copy(arena.frozen_url), sink)
        process = arena.send()
        while len(sink.log()) < 10:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.wait()
        before = len(sink.log())
        start = time.monotonic()
        process = arena.send()
        while len(sink.log()) == before and process.poll() is None:
            time.sleep(0.01)
        waited = time.monotonic() - start
        assert process.wait(timeout=60) in (0, 3)

        assert 10 <= before < PEOPLE
        assert waited < 10, f"{waited:.1f} s until the next message"
        copies = Counter(line.recipient for line in sink.log())
        _, uncertain = arena.account()
        assert max(copies.values()) == 1
        assert len(uncertain) <= CONNECTIONS * max(WINDOW.values()) and len(set(copies) | uncertain) == PEOPLE
