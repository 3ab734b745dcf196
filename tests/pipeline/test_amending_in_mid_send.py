"""`digest issue amend` from another process while a real `digest send` is under way, and kills around it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.pipeline.issuing import named
from support_chaos import Arena
from support_smtp import SinkProcess

PEOPLE = 120
READERS = {f"reader{number}@quay.example" for number in range(PEOPLE)}
CASES = [(workers, killed) for workers in (1, 3) for killed in ("nobody", "before", "after")]
if os.environ.get("DIGEST_PROOF") != "1":
    CASES = [(1, "nobody"), (3, "after")]
TITLES = ("Lamp night", "Bridge opens")


def received(sink: SinkProcess) -> dict[str, list[int]]:
    """For each reader the renditions in the mails they got: 1 speaks of the lamp, 2 does not."""
    found: dict[str, list[int]] = {}
    for path in sorted(sink.directory.glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = mail.get_body(("html",))
        assert body is not None
        found.setdefault(str(mail["To"].addresses[0].addr_spec), []).append(
            1 if "Lamp night" in body.get_content() else 2
        )
    return found


def listed(arena: Arena, rendition: int) -> dict[str, str]:
    """Address to state, as the command says it."""
    code, out, err = arena.ask("issue", "recipients", "weekly/1", "--rendition", str(rendition), "--json")
    assert code == 0, err
    return {one["address"]: one["state"] for one in json.loads(out)}


def of_the_second(arena: Arena) -> int:
    with arena.world.workspace() as workspace:
        return sum(1 for _ in workspace.store.issues.deliveries(named(workspace, "weekly/1").id, rendition=2))


def article(arena: Arena, title: str) -> str:
    with arena.world.workspace() as workspace:
        content = workspace.store.issues.content(named(workspace, "weekly/1").id)
        assert content is not None
        return next(str(item.article_id) for item in content.items if item.title == title)


def wait_until(true: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def arena(tmp_path: Path, request: pytest.FixtureRequest) -> Arena:
    url = request.getfixturevalue(f"new_{request.param}")()
    return Arena(tmp_path, url, lambda same: same, people=PEOPLE, titles=TITLES)


@pytest.mark.chaos
@pytest.mark.slow
@pytest.mark.parametrize(("workers", "killed"), CASES)
def test_an_amendment_from_another_process_in_mid_send(arena: Arena, tmp_path: Path, workers: int, killed: str) -> None:
    """Everyone has exactly one of the two renditions, uncertain ones excepted, and the list says which, as the sink."""
    slow = tmp_path / "slow"
    slow.touch()
    with SinkProcess(tmp_path / "sink", "--keep", "--slow-while", str(slow)) as sink:
        arena.use(arena.frozen_url, sink)
        lamp = article(arena, "Lamp night")
        sender = arena.send("--workers", str(workers))
        wait_until(lambda: len(sink.log()) > 5 or sender.poll() is not None)
        if killed == "before":
            sender.kill()
        amending = arena.start("issue", "amend", "weekly/1", "--drop", lamp, "--reason", "wrong date", "--yes")
        wait_until(lambda: of_the_second(arena) > 0 or amending.poll() is not None)
        if killed == "after":
            sender.kill()
        slow.unlink()
        codes = amending.wait(timeout=180), sender.wait(timeout=180)
        assert codes[0] in (0, 3, 75), (
            "0 all is said and done, 3 somebody is uncertain, 75 the first process has the rest"
        )
        finishing = arena.send("--workers", str(workers)).wait(timeout=180)
        assert finishing in (0, 3), codes
        got = received(sink)
        first, second = listed(arena, 1), listed(arena, 2)
    accounting, uncertain = arena.account()
    assert accounting.adds_up() and accounting.accepted + accounting.uncertain == PEOPLE, (codes, accounting)
    assert not uncertain or killed != "nobody"
    assert all(len(renditions) == 1 for renditions in got.values()), "nobody has both, nobody has one twice"
    assert set(got) | uncertain == READERS
    assert set(first) | set(second) == READERS and not set(first) & set(second)
    assert {address for address, has in got.items() if has == [1]} <= set(first)
    assert {address for address, has in got.items() if has == [2]} <= set(second)
    assert 5 < len(first) < PEOPLE, "the amendment came in mid-send, or this proves nothing"
