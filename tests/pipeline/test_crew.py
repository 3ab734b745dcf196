"""`digest send --workers N`: several processes, one ledger, nobody twice, nobody missing, whatever ends them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from digest.store import open_store
from support_chaos import Arena
from support_smtp import SinkProcess

PEOPLE = 150


@pytest.fixture
def arena(tmp_path: Path, new_sqlite: Callable[[], str]) -> Arena:
    def copy(url: str) -> str:
        source = Path(url.removeprefix("sqlite:///"))
        target = source.with_name("copy.db")
        for suffix in ("", "-wal"):
            if Path(f"{source}{suffix}").exists():
                shutil.copyfile(f"{source}{suffix}", f"{target}{suffix}")
        return f"sqlite:///{target}"

    return Arena(tmp_path, new_sqlite(), copy, people=PEOPLE)


@pytest.fixture
def sink(tmp_path: Path, arena: Arena) -> Iterator[SinkProcess]:
    with SinkProcess(tmp_path / "sink", "--delay", "0.02") as sink:
        arena.use(arena.copy(arena.frozen_url), sink)
        yield sink


def copies(sink: SinkProcess) -> Counter[str]:
    return Counter(line.recipient for line in sink.log())


def crew_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The worker processes of a run."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_three_workers_share_an_issue(arena: Arena, sink: SinkProcess) -> None:
    """Each of them sends, together everybody is mailed once, and the issue is done."""
    process = arena.send("--workers", "3")
    wait_for(lambda: len(crew_of(process)) == 3 or process.poll() is not None)
    assert len(crew_of(process)) == 3
    assert process.wait(timeout=120) == 0
    assert set(copies(sink).values()) == {1} and len(copies(sink)) == PEOPLE
    with open_store(arena.world.database_url) as store, store.database.read() as connection:
        by_worker = connection.exec_driver_sql("SELECT claimed_by, count(*) FROM delivery GROUP BY claimed_by").all()
        open_ = connection.exec_driver_sql("SELECT count(*) FROM worker WHERE ended_at IS NULL").scalar()
    assert len(by_worker) >= 2 and open_ == 0


def test_a_killed_worker_is_replaced(arena: Arena, sink: SinkProcess) -> None:
    """kill -9 of one of two: another takes its place, the run ends by itself, at most its connections are in doubt."""
    process = arena.send("--workers", "2")
    wait_for(lambda: len(sink.log()) > 20)
    before = crew_of(process)
    os.kill(before[0], signal.SIGKILL)
    wait_for(lambda: process.poll() is not None or set(crew_of(process)) - set(before))
    assert process.wait(timeout=120) in (0, 3)
    accounting, uncertain = arena.account()
    assert max(copies(sink).values()) == 1
    assert accounting.waiting == 0 and set(copies(sink)) | uncertain >= {
        f"reader{number}@quay.example" for number in range(PEOPLE)
    }


def test_sigterm_stops_all_and_the_next_run_goes_on(arena: Arena, sink: SinkProcess) -> None:
    """SIGTERM to the run ends every worker after what is on the wire; nobody is in doubt, the rest is sent later."""
    process = arena.send("--workers", "2")
    wait_for(lambda: len(sink.log()) > 20)
    crew = crew_of(process)
    process.terminate()
    process.wait(timeout=60)
    assert all(gone(pid) for pid in crew)
    accounting, uncertain = arena.account()
    assert not uncertain and 0 < accounting.waiting < PEOPLE
    assert arena.send("--workers", "2").wait(timeout=120) == 0
    assert set(copies(sink).values()) == {1} and len(copies(sink)) == PEOPLE


def test_when_the_run_is_killed_its_workers_leave_and_the_next_starts_at_once(arena: Arena, sink: SinkProcess) -> None:
    """kill -9 of the run itself: its workers end by themselves, and a new run does not wait for a lease."""
    process = arena.send("--workers", "2")
    wait_for(lambda: len(sink.log()) > 20)
    crew = crew_of(process)
    process.kill()
    process.wait()
    started = time.monotonic()
    assert arena.send("--workers", "2").wait(timeout=120) == 0
    assert time.monotonic() - started < 25
    wait_for(lambda: all(gone(pid) for pid in crew), 20)
    _, uncertain = arena.account()
    assert set(copies(sink).values()) == {1} and len(copies(sink)) == PEOPLE and not uncertain


def test_a_second_send_on_the_machine_steps_aside(arena: Arena, sink: SinkProcess) -> None:
    """While a run is at work another one ends with 75, and says who is at it by sending nothing."""
    first = arena.send("--workers", "2")
    wait_for(lambda: len(sink.log()) > 5)
    crew = crew_of(first)  # they stand still meanwhile: on a busy machine the second one would start too late
    for pid in crew:
        os.kill(pid, signal.SIGSTOP)
    assert arena.send("--workers", "2").wait(timeout=60) == 75
    for pid in crew:
        os.kill(pid, signal.SIGCONT)
    assert first.wait(timeout=120) == 0
    assert set(copies(sink).values()) == {1} and len(copies(sink)) == PEOPLE


def test_workers_that_cannot_start_end_the_run_with_their_words(arena: Arena, sink: SinkProcess) -> None:
    """Five deaths in a row are enough: the run fails, and everybody is still waiting."""
    path = arena.world.config_path
    process = arena.send("--workers", "2")
    wait_for(lambda: len(sink.log()) > 5)
    good = path.read_text()
    path.write_text(good.replace("[site]", "[sight]"))
    for pid in crew_of(process):
        os.kill(pid, signal.SIGKILL)
    assert process.wait(timeout=120) == 1
    path.write_text(good)
    accounting, _ = arena.account()
    assert accounting.waiting > 0
    assert arena.send().wait(timeout=120) in (0, 3)


def test_a_worker_is_small(arena: Arena, sink: SinkProcess) -> None:
    """It has loaded nothing that gathers, chooses or compiles templates, and takes less than 90 MB."""
    with open_store(arena.world.database_url) as store:
        issue = store.issues.all()[0]
        if issue.state != "sending":
            store.issues.move(issue, type(issue.state)("sending"), at=arena.world.clock)
    # VmHWM and not ru_maxrss, which a process inherits from whoever started it.
    code = (
        "import json, sys; from digest.pipeline.worker import main; main()\n"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1]\n"
        "print(json.dumps([int(peak), sorted(sys.modules)]), file=sys.stderr)"
    )
    job = json.dumps({"config": str(arena.world.config_path), "issue": issue.id, "run": 1}) + "\n"
    worker = subprocess.Popen(
        [sys.executable, "-P", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert worker.stdin and worker.stdout and worker.stderr
    worker.stdin.write(job.encode())
    worker.stdin.flush()
    told = [json.loads(line) for line in worker.stdout]
    assert told[-1]["done"]["accepted"] == PEOPLE, told
    kilobytes, modules = json.loads(worker.stderr.read())
    worker.wait()
    worker.stdin.close()
    heavy = {
        "feedparser",
        "trafilatura",
        "lxml",
        "nh3",
        "mjml",
        "jinja2",
        "sentencex",
        "snowballstemmer",
        "apscheduler",
    }
    assert not heavy & set(modules)
    ours = {name for name in modules if name.startswith(("digest.gather.", "digest.curate."))}
    assert ours <= {
        "digest.gather.settings",
        "digest.curate.settings",
        "digest.curate.llm",
        "digest.curate.llm.settings",
    }
    assert kilobytes < 90_000, f"{kilobytes} kB"
