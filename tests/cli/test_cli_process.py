"""The installed program as cron, a shell pipe and an impatient operator meet it: real processes, signals, pipes."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.store import create_database
from support_smtp import Sink
from support_world import FeedServer, World

RECIPIENTS = 30
PROGRAM = [sys.executable, "-m", "digest"]


@pytest.fixture
def people(tmp_path: Path):  # type: ignore[no-untyped-def]
    """A world on the real clock, whose relay takes about 100 ms a message."""
    url = f"sqlite:///{tmp_path / 'digest.db'}"
    create_database(url)
    with FeedServer() as feed, Sink(delay_s=0.015) as sink:
        world = World(tmp_path, feed, sink, url)
        world.people(*(f"reader{number}@quay.example" for number in range(RECIPIENTS)))
        feed.publish("The bridge is painted", datetime.now(UTC) - timedelta(hours=1))
        yield world


def start(world: World, *args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*PROGRAM, *args], cwd=world.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run(world: World, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*PROGRAM, *args], cwd=world.folder, capture_output=True, text=True, timeout=60)


def wait_for_mail(world: World, count: int) -> None:
    deadline = time.monotonic() + 20
    while len(world.sink.messages) < count:
        assert time.monotonic() < deadline, "no mail came"
        time.sleep(0.01)


def each_exactly_once(world: World) -> bool:
    return set(Counter(world.mailed()).values()) == {1} and len(world.mailed()) == RECIPIENTS


@pytest.mark.slow
def test_ctrl_c_pauses_and_only_resume_goes_on(people: World) -> None:
    """After Ctrl-C in mid-send neither `send` nor `send --due` mails anybody; `issue resume` mails the rest once."""
    sending = start(people, "send", "--yes")
    wait_for_mail(people, 5)
    sending.send_signal(signal.SIGINT)
    out, err = sending.communicate(timeout=20)
    assert sending.returncode == 3 and "digest issue resume weekly/1" in out, err
    before = len(people.sink.messages)
    assert before < RECIPIENTS
    assert run(people, "send", "--due").returncode == 0
    assert run(people, "send", "--yes").returncode == 1
    assert len(people.sink.messages) == before
    assert run(people, "issue", "resume", "weekly/1").returncode == 0
    assert each_exactly_once(people)


@pytest.mark.slow
def test_ctrl_c_pauses_what_is_due_too(people: World) -> None:
    """`send --due` that goes on with an issue and gets Ctrl-C pauses it as `send` does."""
    sending = start(people, "send", "--yes")
    wait_for_mail(people, 3)
    sending.terminate()
    sending.communicate(timeout=20)
    going_on = start(people, "send", "--due")
    wait_for_mail(people, len(people.sink.messages) + 3)
    going_on.send_signal(signal.SIGINT)
    going_on.communicate(timeout=20)
    assert json.loads(run(people, "issue", "list", "--json").stdout)[0]["state"] == "paused"


@pytest.mark.slow
def test_sigterm_leaves_the_rest_to_the_next_run(people: World) -> None:
    """After SIGTERM in mid-send the next run goes on by itself; nobody is mailed twice."""
    sending = start(people, "send", "--yes")
    wait_for_mail(people, 5)
    sending.terminate()
    sending.communicate(timeout=20)
    assert sending.returncode == 3
    assert 5 <= len(people.sink.messages) < RECIPIENTS
    assert run(people, "send", "--yes").returncode == 0
    assert each_exactly_once(people)


@pytest.mark.slow
def test_two_sends_at_once_mail_nobody_twice(people: World) -> None:
    """Two `send` at the same time share the work or the second is busy (75); everybody has exactly one message."""
    both = [start(people, "send", "--yes") for _ in range(2)]
    answers = [one.communicate(timeout=60) for one in both]
    assert {one.returncode for one in both} <= {0, 75} and 0 in {one.returncode for one in both}, answers
    assert each_exactly_once(people)


@pytest.mark.slow
def test_a_reader_that_leaves_stops_no_mail(people: World) -> None:
    """`send --yes | head -1` mails everybody and exits 0, though nobody read its output."""
    people.people("ana@quay.example")
    line = f"{shlex.join(PROGRAM)} send --yes | head -1; echo ${{PIPESTATUS[0]}}"
    answer = subprocess.run(["bash", "-c", line], cwd=people.folder, capture_output=True, text=True, timeout=60)
    assert answer.stdout.splitlines()[-1] == "0" and answer.stderr == ""
    assert people.mailed() == ["ana@quay.example"]


@pytest.mark.slow
def test_run_ends_at_once_when_told(people: World) -> None:
    """`digest run` ticks, and SIGTERM ends it with exit 0 without waiting for its next look."""
    running = start(people, "run")
    assert running.stdout is not None
    assert "Watching weekly" in running.stdout.readline()
    time.sleep(0.5)
    began = time.monotonic()
    running.terminate()
    running.communicate(timeout=10)
    assert running.returncode == 0 and time.monotonic() - began < 15


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["plain", "with a space", "50%"])
def test_the_cron_line_works_verbatim(people: World, tmp_path: Path, folder: str) -> None:
    """The printed line, given to sh in an empty environment as cron does it, runs, prints nothing and exits 0."""
    home = tmp_path / folder
    home.mkdir()
    (home / "digest.toml").write_bytes(people.config_path.read_bytes())
    (home / "articles").mkdir()
    (home / "subscribers.csv").write_text("email\nana@quay.example\n", encoding="utf-8")
    printed = run(people, "--config", str(home / "digest.toml"), "schedule", "install", "--print", "cron").stdout
    command = printed.splitlines()[-1].split(maxsplit=5)[5].replace(r"\%", "%")  # crontab(5)
    answer = subprocess.run(
        ["/bin/sh", "-c", command],
        env={"HOME": str(tmp_path), "SHELL": "/bin/sh", "PATH": "/usr/bin:/bin"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


@pytest.mark.slow
def test_check_as_cron_sees_what_cron_would_not_have(people: World) -> None:
    """A password that only the operator's shell knows passes `check` and fails `check --as-cron`."""
    text = people.config_path.read_text(encoding="utf-8")
    relay = people.sink.url.replace("smtp://", "smtp://me@")
    people.config_path.write_text(text.replace(people.sink.url, relay), encoding="utf-8")
    env = os.environ | {"DIGEST_RELAY__MAIN__PASSWORD": "secret"}
    answers = [
        subprocess.run([*PROGRAM, *args], cwd=people.folder, env=env, capture_output=True, text=True)
        for args in (("check",), ("check", "--as-cron"))
    ]
    assert [answer.returncode for answer in answers] == [0, 2], [answer.stderr for answer in answers]


@pytest.mark.slow
def test_a_terminal_without_emoji_loses_no_command(people: World) -> None:
    """In a terminal that knows only Latin letters a subject with an emoji is shown with a substitute, exit 0."""
    people.feed.publish("\N{PARTY POPPER} Done", datetime.now(UTC) - timedelta(minutes=5))
    env = os.environ | {"PYTHONIOENCODING": "latin-1", "LC_ALL": "C"}
    for args in (("send", "--dry-run"), ("send", "--dry-run", "--json")):
        answer = subprocess.run([*PROGRAM, *args], cwd=people.folder, env=env, capture_output=True, timeout=60)
        assert answer.returncode == 0 and b"Done" in answer.stdout, answer.stderr


@pytest.mark.slow
def test_a_full_output_is_an_error_and_no_traceback(people: World) -> None:
    """Output that cannot be written is exit 1 with one sentence."""
    with Path("/dev/full").open("w") as full:
        answer = subprocess.run(
            [*PROGRAM, "status"], cwd=people.folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert answer.returncode == 1 and "No space left" in answer.stderr and "Traceback" not in answer.stderr
