"""`digest issue resolve`: by a person's word, or by the relay's log."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support_cli import Digest

from support_world import World

pytestmark = pytest.mark.usefixtures("digest")


@pytest.fixture
def doubtful(world: World, digest: Digest) -> dict[str, str]:
    """weekly/1, sent to three whose answers were all lost: address to Message-ID."""
    assert digest("send", "weekly", "--yes").code == 0
    with closing(sqlite3.connect(world.database_url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("UPDATE delivery SET state = 'uncertain', reason = 'lost'")
        return dict(connection.execute("SELECT address, message_id FROM delivery"))


def log(folder: Path, ids: dict[str, str], *received: str) -> str:
    """A Postfix log in which these addresses' messages were taken."""
    lines = []
    for number, address in enumerate(received):
        lines.append(f"Nov 20 12:00:0{number} mx postfix/cleanup[1]: 4F{number}A: message-id=<{ids[address]}@weekly.x>")
        lines.append(
            f"Nov 20 12:00:0{number} mx postfix/qmgr[2]: 4F{number}A: from=<d@x>, size=9, nrcpt=1 (queue active)"
        )
    path = folder / "mail.log"
    path.write_text("\n".join(lines).replace("4F0A", "4F00A1").replace("4F1A", "4F11A1"))
    return str(path)


def test_a_log_settles_those_it_knows(world: World, digest: Digest, doubtful: dict[str, str], tmp_path: Path) -> None:
    """Who is in the log is accepted, the rest stays uncertain and the next command is named; nobody is mailed."""
    before = len(world.mailed())
    ran = digest(
        "issue", "resolve", "weekly/1", "--from-log", log(tmp_path, doubtful, "ana@quay.example", "ben@quay.example")
    )
    assert ran.code == 0, ran.err
    assert "received: ana@quay.example" in ran.out and "still uncertain: cai@quay.example" in ran.out
    assert "--send-again" in ran.out and len(world.mailed()) == before
    accounting = world.accounting(world.issues()[0])
    assert (accounting.accepted, accounting.uncertain) == (2, 1)
    assert "digest issue resolve weekly/1 cai@quay.example --received | --send-again" in digest("status").out


def test_a_whole_log_sends_again_to_the_others(
    world: World, digest: Digest, doubtful: dict[str, str], tmp_path: Path
) -> None:
    """With --send-again who is not in it is sent the same message, with the same Message-ID, at once."""
    path = log(tmp_path, doubtful, "ana@quay.example", "ben@quay.example")
    ran = digest("issue", "resolve", "weekly/1", "--from-log", path, "--send-again")
    assert ran.code == 0, ran.err
    assert world.mailed().count("cai@quay.example") == 2 and world.mailed().count("ana@quay.example") == 1
    first, second = (one for one in world.sink.messages if one.recipients == ("cai@quay.example",))
    assert first.message_id == second.message_id and first.data == second.data
    assert world.accounting(world.issues()[0]).accepted == 3


def test_the_log_as_json(world: World, digest: Digest, doubtful: dict[str, str], tmp_path: Path) -> None:
    """A program gets the same three groups."""
    path = log(tmp_path, doubtful, "ana@quay.example")
    found = digest("issue", "resolve", "weekly/1", "--from-log", path, "--json").data["log"]
    assert list(found["received"]) == ["ana@quay.example"] and sorted(found["missing"]) == [
        "ben@quay.example",
        "cai@quay.example",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["weekly/1"], "--from-log"),
        (["weekly/1", "ana@quay.example"], "--received or --send-again"),
        (["weekly/1", "ana@quay.example", "--from-log", "x"], "one ADDRESS"),
        (["weekly/1", "--from-log", "x", "--received"], "who has received it"),
        (["weekly/1", "--from-log", "nowhere.log"], "cannot be read"),
        (["weekly/1", "stranger@quay.example", "--received"], "is not uncertain"),
    ],
)
def test_wrong_use_is_told(digest: Digest, doubtful: dict[str, str], words: list[str], said: str) -> None:
    """Exit 2, with what to type; nothing is settled."""
    ran = digest("issue", "resolve", *words)
    assert ran.code == 2 and said in ran.err
