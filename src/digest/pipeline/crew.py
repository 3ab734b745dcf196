"""Several worker processes on one issue: started, listened to, started again when one dies, told when to stop.

Does not send. Invariants: a worker's death costs what was on its connections and nothing else: what it had claimed is
taken back at once, and another takes its place; when this process dies, its workers see the end of their input, finish
what is on the wire and leave, and the next run does not wait for them.

Why processes: signing takes a core whole, and Python's threads share one. Why not `fork`: a worker would inherit
everything that gathering has loaded.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Any

from digest.errors import StoreError
from digest.model import IssueState, Report
from digest.pipeline.presence import recover
from digest.pipeline.watching import Watch
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.model import IssueRow

LOOK_S = 0.1
RECOVER_S = 10.0
DEATHS_IN_A_ROW = 5
COUNTS = ("accepted", "deferred", "refused", "uncertain", "skipped")
# Of several reasons to have stopped, the one to tell first.
_GRAVITY = ("policy", "relay", "ledger", "worker", "lease")


@dataclass(slots=True)
class Worker:
    """One process, what it has said so far, and what it said at last."""

    process: subprocess.Popen[bytes]
    errors: IO[bytes]
    heard: bytes = b""
    report: Report = field(default_factory=Report)
    ended: bool = False
    words: str = ""

    def hear(self, said: bytes) -> None:
        *lines, self.heard = (self.heard + said).split(b"\n")
        for line in lines:
            told = json.loads(line)
            self.words = told.get("failed", self.words)
            if values := told.get("done") or told.get("so_far"):
                self.report = Report(**values)
            self.ended = self.ended or "done" in told

    def last_words(self) -> str:
        """Why it died, as far as anybody knows."""
        self.errors.seek(0)
        lines = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        code = self.process.returncode
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return self.words or f"a worker process {how}" + (f": {lines[-1]}" if lines else "")


class Crew:
    """One run of `count` workers. `run_id` is the worker row of this process, which is in charge."""

    def __init__(self, workspace: Workspace, row: IssueRow, run_id: int, count: int, watch: Watch) -> None:
        self._workspace, self._row, self._run_id, self._count, self._watch = workspace, row, run_id, count, watch
        self._selector = selectors.DefaultSelector()
        self._at_work: list[Worker] = []
        self._over: list[Report] = []
        self._deaths, self._start_at, self._missing = 0, 0.0, count
        self._told, self._stopped, self._note = "", "", ""
        self._recovered_at = self._started = time.monotonic()

    def run(self) -> Report:
        """Until nobody is left to send to, or something says stop. Never leaves a worker behind."""
        try:
            while self._at_work or self._wants_more():
                self._start_missing()
                self._listen()
                self._pass_on_stop()
                self._take_back_regularly()
        finally:
            self._end()
        return self._report(final=True)

    def _wants_more(self) -> bool:
        """Whether workers are still to be started: first of all, after a death, or when a dead one left somebody."""
        if self._stopped or self._watch.stop():
            return False
        if self._missing:
            return True
        if self._deaths and self._take_back() and self._is_sending():
            self._missing = 1
        return bool(self._missing)

    def _is_sending(self) -> bool:
        """While the database does not answer: as far as we know."""
        with contextlib.suppress(StoreError):
            return self._workspace.store.issues.get(self._row.id).state is IssueState.SENDING
        return True

    def _start_missing(self) -> None:
        while self._missing and time.monotonic() >= self._start_at and not (self._stopped or self._told):
            self._missing -= 1
            self._at_work.append(self._start())

    def _start(self) -> Worker:
        job = {"config": str(self._workspace.config.path), "issue": self._row.id, "run": self._run_id}
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        # -P: a json.py in the current folder is not ours. A session of its own: Ctrl-C is ours to pass on.
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "digest.pipeline.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        worker = Worker(process, errors)
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, worker)
        self._tell(worker, json.dumps(job))
        return worker

    def _tell(self, worker: Worker, line: str) -> None:
        assert worker.process.stdin is not None
        with contextlib.suppress(OSError):  # it has died; whoever listens will notice
            worker.process.stdin.write(line.encode() + b"\n")
            worker.process.stdin.flush()

    def _listen(self) -> None:
        for key, _ in self._selector.select(LOOK_S if self._at_work else 0):
            worker: Worker = key.data
            said = os.read(key.fd, 65536)
            if said:
                worker.hear(said)
            else:
                self._selector.unregister(key.fileobj)
                worker.process.wait()
                self._at_work.remove(worker)
                self._close(worker)
        if not self._at_work and self._missing:
            time.sleep(LOOK_S)
        self._watch.progress(self._report())

    def _close(self, worker: Worker) -> None:
        """A worker has ended: well, or it died and another one takes its place."""
        self._over.append(worker.report)
        report = worker.report
        if worker.ended and report.stopped != "lease":
            self._deaths = 0 if report.accepted else self._deaths
            if report.stopped in _GRAVITY:
                self._stop(report.stopped, report.note)
        else:
            self._bury(worker)
        for stream in (worker.process.stdin, worker.process.stdout, worker.errors):
            with contextlib.suppress(OSError):  # closing writes what a dead one never read
                if stream is not None:
                    stream.close()

    def _bury(self, worker: Worker) -> None:
        """Take back what it held, at once; start another, later each time one dies without having sent anything."""
        self._take_back()
        self._deaths = 1 if worker.report.accepted else self._deaths + 1
        if worker.ended and not self._is_sending():  # paused or cancelled: it was told by the ledger
            self._stop("lease", worker.report.note)
        elif self._deaths >= DEATHS_IN_A_ROW:
            self._stop("worker", f"{self._deaths} worker processes in a row died: {worker.last_words()}")
        else:
            self._missing += 1
            self._start_at = time.monotonic() + (0 if self._deaths == 1 else 0.2 * 2**self._deaths)

    def _stop(self, stopped: str, note: str) -> None:
        if not self._stopped or _rank(stopped) < _rank(self._stopped):
            self._stopped, self._note = stopped, note
        if stopped in ("policy", "worker"):  # the others would only make it worse
            self._pass_on(stopped)

    def _pass_on_stop(self) -> None:
        if not self._told and (reason := self._watch.stop()):
            self._pass_on(reason)

    def _pass_on(self, reason: str) -> None:
        self._told = self._told or reason
        for worker in self._at_work:
            self._tell(worker, f"stop {reason}")

    def _take_back_regularly(self) -> None:
        """Workers of other machines die too."""
        if time.monotonic() - self._recovered_at >= RECOVER_S:
            self._take_back()

    def _take_back(self) -> int:
        self._recovered_at = time.monotonic()
        with contextlib.suppress(StoreError):  # the next time will do: nobody but us is kept waiting
            return recover(self._workspace).requeued
        return 0

    def _end(self) -> None:
        """Whatever ends this run: the workers see the end of their input and leave; then what they held is settled."""
        for worker in self._at_work:
            assert worker.process.stdin is not None
            with contextlib.suppress(OSError):
                worker.process.stdin.close()
        for worker in self._at_work:
            worker.process.wait()
        self._selector.close()
        self._take_back()

    def _report(self, *, final: bool = False) -> Report:
        reports = [*self._over, *(worker.report for worker in self._at_work)]
        counts: dict[str, Any] = {name: sum(getattr(report, name) for report in reports) for name in COUNTS}
        so_far = Report(**counts, seconds=time.monotonic() - self._started)
        stopped = self._stopped or self._told or self._watch.stop()
        return replace(so_far, stopped=stopped, note=self._note) if final else so_far


def _rank(stopped: str) -> int:
    return _GRAVITY.index(stopped) if stopped in _GRAVITY else len(_GRAVITY)
