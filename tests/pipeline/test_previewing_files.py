"""Whether the database has changed: asked again while its files may change unseen."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from digest.pipeline.previewing.files import Files


class Asked:
    """A store whose file is `file` and whose pulse is `now`; counts how often it is asked."""

    def __init__(self, file: Path) -> None:
        self.file, self.now, self.times = file, "1", 0

    def pulse(self) -> str:
        self.times += 1
        return self.now


def test_a_change_in_the_same_tick_at_the_same_size_is_seen(tmp_path: Path) -> None:
    """A file that has just changed is not trusted to look different when it changes once more."""
    file = tmp_path / "digest.db"
    file.write_bytes(b"one")
    store: Any = Asked(file)
    files, moment = Files(), time.time_ns()
    os.utime(file, ns=(moment, moment))
    assert files.pulse(store) == "1"
    store.now = "2"  # and neither time nor size of the file tell
    assert files.pulse(store) == "2"


def test_a_quiet_database_is_asked_once(tmp_path: Path) -> None:
    """What has not changed for a while is remembered until its file does."""
    file = tmp_path / "digest.db"
    file.write_bytes(b"one")
    store: Any = Asked(file)
    files, moment = Files(), time.time_ns() - 10**10
    os.utime(file, ns=(moment, moment))
    assert [files.pulse(store) for _ in range(5)] == ["1"] * 5 and store.times == 1
    store.now = "2"
    os.utime(file, ns=(moment + 5, moment + 5))
    assert files.pulse(store) == "2"
