"""Killing a real `digest send` at random moments, and counting what the sink got.

The sink is another process that logs each message durably before its 250 leaves: what it says does not depend on the
code under test. Each round starts from the same frozen issue, so that its messages can be compared byte for byte with
those of a run that nobody killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from digest.clock.tick import tick
from digest.model import Accounting, DeliveryState
from digest.pipeline.issuing import named
from support_smtp import LogLine, SinkProcess
from support_world import MONDAY, FeedServer, World

CONNECTIONS = 2  # few, so that a send lasts long enough to be killed in the middle, and the bound is a sharp one
WINDOW = {"DATA": 2, "BDAT": 4}  # messages on a connection that are begun and not durably answered
IN_FLIGHT = {way: CONNECTIONS * window for way, window in WINDOW.items()}  # of a process: whose fate a kill may hide


def workers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """The worker processes of a run (Linux)."""
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    except OSError:
        return []
    return [int(pid) for pid in children.split()]


@dataclass
class Tally:
    """What a series of kills came to."""

    engine: str
    seed: int
    workers: int = 1
    rounds: int = 0
    rounds_with_bdat: int = 0
    kills: int = 0
    kills_of_workers: int = 0
    kills_in_mid_send: int = 0
    uncertain: int = 0
    uncertain_but_received: int = 0
    most_uncertain_in_a_round: int = 0
    most_uncertain_after_one_kill_with_data: int = 0
    most_uncertain_after_one_kill_with_bdat: int = 0
    twice: int = 0
    lost: int = 0
    unlike_the_undisturbed: int = 0
    exit_codes: dict[str, int] = field(default_factory=dict)

    def saw_one_kill(self, way: str, uncertain: int) -> None:
        name = f"most_uncertain_after_one_kill_with_{way.lower()}"
        setattr(self, name, max(getattr(self, name), uncertain))

    def write(self, name: str) -> None:
        """Leave the figures for `make proof`."""
        folder = os.environ.get("DIGEST_PROOF_DIR")
        if folder:
            Path(folder, f"{name}.json").write_text(json.dumps(asdict(self), indent=2))


class Arena:
    """A frozen issue to many people, and copies of its database to be killed in."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        copy: Callable[[str], str],
        *,
        people: int,
        workers: int = 1,
        titles: Sequence[str] = ("Lamp night",),
    ) -> None:
        self.folder, self.copy, self.people, self.workers = folder, copy, people, workers
        with FeedServer() as feed:
            self.world = World(folder, feed, _NoSink(), database_url)
            self.world.people(*(f"reader{number}@quay.example" for number in range(people)))
            self.world.configure(relay="smtp://127.0.0.1:9")
            self.world.tick()
            for title in titles:
                feed.publish(title, self.world.clock + timedelta(hours=1))
            self.world.at(MONDAY + timedelta(minutes=1))
            with self.world.workspace() as workspace:
                tick(workspace, stop=_once_frozen(self.world))
        row = self.world.issues()[0]
        assert str(row.state) in ("frozen", "sending"), row
        self.name = row.name
        self.frozen_url = database_url

    def undisturbed(self) -> dict[str, str]:
        """What each person gets when nothing happens: address to SHA-256 of the message."""
        with SinkProcess(self.folder / "sink-undisturbed") as sink:
            self.use(self.copy(self.frozen_url), sink)
            assert self.send().wait(timeout=120) == 0
            return {line.recipient: line.sha256 for line in sink.log()}

    def round(self, chance: random.Random, number: int, tally: Tally, expected: dict[str, str]) -> None:
        """Kill one to three times, finish, and count."""
        way = chance.choice(("DATA", "BDAT"))
        options = ["--delay", "0.005", *["--chunking"] * (way == "BDAT")]
        with SinkProcess(self.folder / f"sink-{tally.engine}-{number}", *options) as sink:
            self.use(self.copy(self.frozen_url), sink)
            kills = chance.choice((1, 1, 1, 2, 3))
            killed = sum(self._kill(sink, chance, tally) for _ in range(kills))
            code = self.send().wait(timeout=180)
            tally.exit_codes[str(code)] = tally.exit_codes.get(str(code), 0) + 1
            tally.rounds += 1
            tally.rounds_with_bdat += way == "BDAT"
            accounting, uncertain = self.account()
            self._judge(sink.log(), accounting, uncertain, killed * IN_FLIGHT[way], tally, expected)
            if killed == 1:
                tally.saw_one_kill(way, len(uncertain))

    def _kill(self, sink: SinkProcess, chance: random.Random, tally: Tally) -> int:
        """Start a run, kill it, perhaps one of its workers first. How many processes that sent were killed.

        When a run of several is killed its workers are orphans: they finish what is on the wire, and nobody is in doubt
        for it. The moment is a number of messages, so that a busy machine is hit in mid-send too; one in five is killed
        before that, at any moment of its start.
        """
        before, killed = len(sink.log()), int(self.workers == 1)
        process = self.send()
        if chance.random() < 0.2:
            time.sleep(chance.uniform(0.1, 2.0))
        else:
            goal = before + chance.randint(1, max(1, (self.people - before) // 2))
            while len(sink.log()) < goal and process.poll() is None:
                time.sleep(0.003)
            time.sleep(chance.uniform(0.0, 0.02))
        crew = workers_of(process)
        if self.workers > 1 and crew and chance.random() < 0.7:
            tally.kills_of_workers += 1
            victim = chance.choice(crew)
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
            time.sleep(chance.uniform(0.0, 0.4))  # the run takes it up, or is killed while it does
            killed += 1
        process.kill()
        process.wait()
        tally.kills += 1
        tally.kills_in_mid_send += before < len(sink.log()) < self.people
        return killed

    def _judge(
        self,
        log: list[LogLine],
        accounting: Accounting,
        uncertain: set[str],
        in_doubt: int,
        tally: Tally,
        expected: dict[str, str],
    ) -> None:
        copies = Counter(line.recipient for line in log)
        tally.uncertain += len(uncertain)
        tally.most_uncertain_in_a_round = max(tally.most_uncertain_in_a_round, len(uncertain))
        tally.uncertain_but_received += sum(1 for address in uncertain if copies[address])
        tally.twice += sum(1 for count in copies.values() if count > 1)
        tally.lost += sum(1 for address in expected if not copies[address] and address not in uncertain)
        tally.unlike_the_undisturbed += sum(1 for line in log if expected[line.recipient] != line.sha256)
        assert accounting.adds_up()
        assert accounting.waiting == accounting.deferred == 0
        assert accounting.candidates == self.people == accounting.accepted + accounting.uncertain
        assert len(uncertain) <= in_doubt, "connections x window for each process that was killed"

    def account(self) -> tuple[Accounting, set[str]]:
        with self.world.workspace() as workspace:
            row = named(workspace, self.name)
            uncertain = workspace.store.issues.deliveries(row.id, states=[DeliveryState.UNCERTAIN])
            return workspace.store.issues.accounting(row.id), {one.address for one in uncertain}

    def use(self, url: str, sink: SinkProcess) -> None:
        self.world.database_url = url
        self.world.configure(relay=f"smtp://127.0.0.1:{sink.port}", extra=f"connections = {CONNECTIONS}")

    def send(self, *options: str) -> subprocess.Popen[bytes]:
        """`digest send`, the plain way to go on: the interrupted issue is found and finished."""
        options = options or (("--workers", str(self.workers)) if self.workers > 1 else ())
        return self.start("send", "weekly", "--yes", "--no-gather", *options)

    def start(self, *words: str, out: int = subprocess.DEVNULL, err: int | None = None) -> subprocess.Popen[bytes]:
        """`digest WORDS` as a process of its own, two minutes after the issue's time."""
        travelling = str(Path(__file__).parent / "travelling")
        env = os.environ | {"PYTHONPATH": travelling, "DIGEST_TEST_TIME": (MONDAY + timedelta(minutes=2)).isoformat()}
        command = [sys.executable, "-m", "digest", "--config", str(self.world.config_path), *words]
        return subprocess.Popen(command, env=env, stdout=out, stderr=out if err is None else err)

    def ask(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of `digest WORDS`."""
        process = self.start(*words, out=subprocess.PIPE)
        out, err = process.communicate(timeout=180)
        return process.returncode, out.decode(), err.decode()


class _NoSink:
    url = "smtp://127.0.0.1:9"
    messages: list[object] = []


def _once_frozen(world: World) -> Callable[[], str]:
    """Let gathering and freezing happen, stop before anybody is mailed."""
    return lambda: "signal" if any(row.frozen_at for row in world.issues()) else ""
