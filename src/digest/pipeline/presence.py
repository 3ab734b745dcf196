"""This process as a worker: registered in the database, beating, and its dead predecessors recovered.

Invariant: a row that a dead worker had claimed goes back to the queue, a row whose last bytes it may have sent
becomes uncertain (or, under `on_uncertain = "resend"`, goes back with the same Message-ID); nothing else changes.
A dead process on this host is recognised at once by its pid and start time; on other hosts by its lease. What counts
as a host is what shares its process table: two machines (or containers) of one name must not bury each other's workers.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import BusyError, StoreError
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.model import IssueRow
    from digest.store import Recovered

LEASE_S = 30.0


class Presence:
    """A registered worker. Once `lost`, it must complete nothing more: somebody else may have its recipients.

    Judged by a clock that nobody sets and that goes on while the machine sleeps, counted from before the lease was
    last renewed: a worker that wakes up after two hours knows at its first look.
    """

    def __init__(self, worker_id: int, held_since: float) -> None:
        self.worker_id = worker_id
        self._held_since = held_since
        self._given_up = False
        self._stop = threading.Event()

    @property
    def lost(self) -> bool:
        """Cheap enough to be asked before each message's last bytes."""
        return self._given_up or elapsed_s() - self._held_since >= LEASE_S

    def beat(self, workspace: Workspace) -> None:
        """Renew the lease until stopped; runs in its own thread."""
        while not self._stop.wait(LEASE_S / 4):
            asked_at = elapsed_s()
            try:
                if not workspace.store.workers.beat(self.worker_id, at=workspace.now(), lease_s=LEASE_S):
                    self._given_up = True
                    return
            except StoreError:
                continue  # the ledger itself refuses to begin anything once the lease has run out
            self._held_since = asked_at

    def stop(self) -> None:
        self._stop.set()


def elapsed_s() -> float:
    """Seconds on a clock that cannot be set and counts suspended time, where the system has one (Linux)."""
    return time.clock_gettime(_CLOCK)


_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@contextmanager
def at_work(workspace: Workspace, *, issue_id: int | None = None, run_id: int | None = None) -> Iterator[Presence]:
    """Register this process, keep its lease alive, and retire it at the end."""
    held_since = elapsed_s()
    worker_id = workspace.store.workers.register(
        this_host(),
        os.getpid(),
        process_started(os.getpid()),
        at=workspace.now(),
        lease_s=LEASE_S,
        issue_id=issue_id,
        run_id=run_id,
    )
    with _kept_alive(workspace, Presence(worker_id, held_since)) as presence:
        yield presence


@contextmanager
def in_charge(workspace: Workspace, row: IssueRow) -> Iterator[Presence]:
    """The same for whoever leads the sending of an issue on this machine. Raises `BusyError` when another does."""
    held_since, pid = elapsed_s(), os.getpid()
    worker_id, other = workspace.store.workers.take_charge(
        row.id, this_host(), pid, process_started(pid), at=workspace.now(), lease_s=LEASE_S
    )
    if worker_id is None:
        raise BusyError(f"issue {row.name} is being sent by process {other}", try_="again when it has ended")
    with _kept_alive(workspace, Presence(worker_id, held_since)) as presence:
        yield presence


@contextmanager
def _kept_alive(workspace: Workspace, presence: Presence) -> Iterator[Presence]:
    heart = threading.Thread(target=presence.beat, args=(workspace,), name="digest-heartbeat", daemon=True)
    heart.start()
    try:
        yield presence
    finally:
        presence.stop()
        heart.join(timeout=5)
        with contextlib.suppress(StoreError):  # then its lease runs out by itself; what the work came to matters more
            workspace.store.workers.retire(presence.worker_id)


def recover(workspace: Workspace) -> Recovered:
    """Settle what dead workers left behind. Safe to call at any time, from any process."""
    return workspace.store.workers.recover(
        at=workspace.now(),
        host=this_host(),
        alive=is_alive,
        on_uncertain=workspace.config.delivery.on_uncertain,
    )


def this_host() -> str:
    """The machine's name with its boot and process table, where the system tells them."""
    marks = [socket.gethostname()]
    with contextlib.suppress(OSError):
        marks.append(Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8])
        marks.append(str(Path("/proc/self/ns/pid").readlink()))
    return " ".join(marks)


def is_alive(pid: int, started: str) -> bool:
    """Whether the very process that registered as (pid, started) still runs: pids are used again."""
    return process_started(pid) == started != ""


def process_started(pid: int) -> str:
    """An opaque mark of when process `pid` began; "" when there is no such process.

    On Linux field 22 of /proc/PID/stat with the boot id (a pid and tick may repeat after a reboot); elsewhere what
    `ps` says.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        fields = stat.rpartition(")")[2].split()
        if fields[0] == "Z":
            return ""  # a zombie has ended; only its parent has not looked yet
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}:{fields[19]}"
    except (OSError, IndexError):
        pass
    if Path("/proc/self/stat").exists():
        return ""
    answer = subprocess.run(  # noqa: S603 - fixed arguments, a number
        ["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()
