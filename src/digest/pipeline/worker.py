"""One worker process of a crew: `python -m digest.pipeline.worker`, started and stopped by `crew`.

    in    a line of JSON: which issue of which configuration; later `stop WORD`. The end of the input means that whoever
          started it is gone: then it finishes what is on the wire and leaves
    out   lines of JSON: {"so_far": report}, at last {"done": report} or {"failed": words}

Must not import what gathers, chooses or renders: it is there many times. Ctrl-C is the crew's affair, not its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict
from types import FrameType
from typing import Any

from digest.errors import DigestError
from digest.model import Report
from digest.pipeline.presence import at_work
from digest.pipeline.working import work
from digest.pipeline.workspace import Workspace, open_workspace

SHOWN_EVERY_S = 0.25
ORPHANED = "terminate"


class Orders:
    """What the crew says: `reason()` is "" until it says stop, or is gone."""

    def __init__(self) -> None:
        self._reason = ""

    def reason(self) -> str:
        return self._reason

    def listen(self, rest: bytes) -> None:
        """Runs in its own thread. Reads the descriptor itself: a buffered reader cannot be left behind at exit."""
        said = rest
        while not self._reason:
            line, found, said = said.partition(b"\n")
            if found:
                word, _, reason = line.decode().partition(" ")
                if word == "stop":
                    self._reason = reason or ORPHANED
                continue
            more = os.read(0, 4096)
            if not more:
                self._reason = ORPHANED
            said = line + more

    def terminate(self, number: int, frame: FrameType | None) -> None:
        self._reason = self._reason or ORPHANED


def main() -> int:
    orders = Orders()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, orders.terminate)
    job, rest = _first_line()
    threading.Thread(target=orders.listen, args=(rest,), name="digest-orders", daemon=True).start()
    try:
        with open_workspace(job["config"], env=os.environ) as workspace:
            _say({"done": asdict(_send(workspace, job, orders))})
        return 0
    except DigestError as error:
        _say({"failed": str(error)})
        return 1


def _send(workspace: Workspace, job: dict[str, Any], orders: Orders) -> Report:
    row = workspace.store.issues.get(job["issue"])
    shown = 0.0

    def progress(report: Report) -> None:
        nonlocal shown
        if time.monotonic() - shown >= SHOWN_EVERY_S:
            shown = time.monotonic()
            _say({"so_far": asdict(report)})

    with at_work(workspace, issue_id=row.id, run_id=job["run"]) as presence:
        return work(workspace, row, presence, stop=orders.reason, progress=progress)


def _first_line() -> tuple[dict[str, Any], bytes]:
    said = b""
    while b"\n" not in said:
        more = os.read(0, 65536)
        if not more:
            raise SystemExit(0)  # nobody wants anything any more
        said += more
    line, _, rest = said.partition(b"\n")
    return json.loads(line), rest


def _say(what: dict[str, Any]) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more: the orders say so too
        os.write(1, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
