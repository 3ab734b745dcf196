"""Killing a real `digest send` at random moments, and counting what the sink got.

The sink is another process that logs each message durably before its 250 leaves: what it says does not depend on the
code under test. Each round starts from the same frozen issue, so that its messages can be compared byte for byte with
those of a run that nobody killed.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from digest.clock.tick import tick
from digest.model import Accounting, DeliveryState
from digest.pipeline.issuing import named
from support_smtp import LogLine, SinkProcess
from support_world import MONDAY, FeedServer, World


@dataclass
class Tally:
    """What a series of kills came to."""

    engine: str
    seed: int
    rounds: int = 0
    kills: int = 0
    kills_in_mid_send: int = 0
    uncertain: int = 0
    uncertain_but_received: int = 0
    most_uncertain_in_a_round: int = 0
    twice: int = 0
    lost: int = 0
    unlike_the_undisturbed: int = 0
    exit_codes: dict[str, int] = field(default_factory=dict)

    def write(self, name: str) -> None:
        """Leave the figures for `make proof`."""
        folder = os.environ.get("DIGEST_PROOF_DIR")
        if folder:
            Path(folder, f"{name}.json").write_text(json.dumps(asdict(self), indent=2))


class Arena:
    """A frozen issue to many people, and copies of its database to be killed in."""

    def __init__(self, folder: Path, database_url: str, copy: Callable[[str], str], *, people: int) -> None:
        self.folder, self.copy, self.people = folder, copy, people
        with FeedServer() as feed:
            self.world = World(folder, feed, _NoSink(), database_url)
            self.world.people(*(f"reader{number}@quay.example" for number in range(people)))
            self.world.configure(relay="smtp://127.0.0.1:9")
            self.world.tick()
            feed.publish("Lamp night", self.world.clock + timedelta(hours=1))
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
        with SinkProcess(self.folder / f"sink-{tally.engine}-{number}", "--delay", "0.001") as sink:
            self.use(self.copy(self.frozen_url), sink)
            kills = chance.choice((1, 1, 1, 2, 3))
            for _ in range(kills):
                before = len(sink.log())
                process = self.send()
                time.sleep(chance.uniform(0.4, 3.2))
                process.kill()
                process.wait()
                tally.kills += 1
                tally.kills_in_mid_send += before < len(sink.log()) < self.people
            code = self.send().wait(timeout=180)
            tally.exit_codes[str(code)] = tally.exit_codes.get(str(code), 0) + 1
            tally.rounds += 1
            accounting, uncertain = self.account()
            self._judge(sink.log(), accounting, uncertain, kills, tally, expected)

    def _judge(
        self,
        log: list[LogLine],
        accounting: Accounting,
        uncertain: set[str],
        kills: int,
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
        assert len(uncertain) <= kills, "one connection: one message of doubt for each kill"

    def account(self) -> tuple[Accounting, set[str]]:
        with self.world.workspace() as workspace:
            row = named(workspace, self.name)
            uncertain = workspace.store.issues.deliveries(row.id, states=[DeliveryState.UNCERTAIN])
            return workspace.store.issues.accounting(row.id), {one.address for one in uncertain}

    def use(self, url: str, sink: SinkProcess) -> None:
        self.world.database_url = url
        self.world.configure(relay=f"smtp://127.0.0.1:{sink.port}")

    def send(self, *options: str) -> subprocess.Popen[bytes]:
        """`digest send`, the plain way to go on: the interrupted issue is found and finished."""
        travelling = str(Path(__file__).parent / "travelling")
        env = os.environ | {"PYTHONPATH": travelling, "DIGEST_TEST_TIME": (MONDAY + timedelta(minutes=2)).isoformat()}
        send = ["--config", str(self.world.config_path), "send", "weekly", "--yes", "--no-gather", *options]
        return subprocess.Popen(
            [sys.executable, "-m", "digest", *send],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )


class _NoSink:
    url = "smtp://127.0.0.1:9"
    messages: list[object] = []


def _once_frozen(world: World) -> Callable[[], str]:
    """Let gathering and freezing happen, stop before anybody is mailed."""
    return lambda: "signal" if any(row.frozen_at for row in world.issues()) else ""
