"""Whether files, or the database, have changed: stamps, by modification time and size.

Reads no content. Why polling and no notification: some ten files cost 0.1 ms a look, the same on every system, over
every kind of mount, and a save that replaces the file (most editors) is one more change of time.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.store import Store

PULSE_S = 0.25  # how often the database is asked, where its files cannot tell
MOST_FILES = 2000
RACY_NS = 3_000_000_000  # longer than a disk takes to sync: what was written is seen only after that


class Files:
    """Remembers what the database last said; files are looked at each time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked_at = 0.0
        self._settled = False
        self._sign: object = None
        self._pulse = ""

    def stamp(self, paths: Iterable[Path]) -> str:
        """Of these files, and of all files below these folders."""
        return ";".join(_of(name) for path in paths for name in _below(str(path)))

    def pulse(self, store: Store) -> str:
        """`Store.pulse`, asked only when the database's files have changed, and not too often."""
        with self._lock:  # one that is asked meanwhile must not be told the last one
            now, today_ns = time.monotonic(), time.time_ns()
            sign, changed_ns = _database_files(store)
            if self._pulse and self._settled and (sign is not None and sign == self._sign):
                return self._pulse
            if self._pulse and sign is None and now - self._asked_at < PULSE_S:
                return self._pulse
            # A file changed a moment ago may change once more within the same tick of its clock, at the same size; and
            # what was written to it is not seen before the disk has it.
            self._settled = today_ns - changed_ns > RACY_NS
            self._sign, self._asked_at = sign, now
            self._pulse = store.pulse()
            return self._pulse


def _database_files(store: Store) -> tuple[str | None, int]:
    """Their stamp, None where there are none, and when one last changed (ns since 1970)."""
    name = store.file
    if name is None:
        return None, 0
    stats = [(one, _stat(one)) for one in (str(name), f"{name}-wal")]
    changed_ns = max((stat.st_mtime_ns for _, stat in stats if stat is not None), default=0)
    return ";".join(_stamp(one, stat) for one, stat in stats), changed_ns


def _below(name: str) -> list[str]:
    if not os.path.isdir(name):  # noqa: PTH112 - asked thirty times a second: pathlib takes three times as long
        return [name]
    found: list[str] = []
    for folder, _, files in os.walk(name):
        found += [f"{folder}/{one}" for one in sorted(files) if not one.endswith(("~", ".swp"))]
        if len(found) > MOST_FILES:
            break
    return found


def _of(name: str) -> str:
    return _stamp(name, _stat(name))


def _stat(name: str) -> os.stat_result | None:
    try:
        return os.stat(name)  # noqa: PTH116
    except OSError:
        return None


def _stamp(name: str, stat: os.stat_result | None) -> str:
    return f"{name}:gone" if stat is None else f"{name}:{stat.st_mtime_ns}.{stat.st_size}"
