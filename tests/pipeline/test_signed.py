"""What leaves is signed: every message of an issue, a test, a notice; each verifies and reads without a defect.

A small list by default, ten thousand under DIGEST_PROOF=1.
"""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

import support_dkim as judge
from digest.pipeline.sending import frozen_message
from digest.pipeline.trying import prepare, send
from support_world import MONDAY, World, world

PROOF = os.environ.get("DIGEST_PROOF") == "1"
PEOPLE = 10_000 if PROOF else 150
DKIM = """
[dkim]
selector = "rsa"
key = { file = "rsa.pem" }
domain = "riverside-makers.example"
second_selector = "ed25519"
second_key = { file = "ed.pem" }
"""
NAMES = [
    "Ana Ríos", "Ben", "", ".dot", 'Zoë "Z" O\'Hara', "आदा लवलेस", "ليلى الحدّاد", "李雷", "Nguyễn Thị Minh Khai",
    "🌊 Wave", "x" * 200, "Smith, John", "a=b=c==", "<script>alert(1)</script>", "a =?utf-8?q?a?=", "From here",
]  # fmt: skip


def signing(place: World) -> World:
    for name, kind in (("rsa.pem", "rsa"), ("ed.pem", "ed25519")):
        (place.folder / name).write_text(judge.pem(kind))
        (place.folder / name).chmod(0o600)
    place.configure(extra=DKIM + '[bounces]\naddress = "b+{token}@riverside-makers.example"\n')
    return place


def crowd(place: World, count: int, seed: int = 20261123) -> list[str]:
    chance = random.Random(seed)
    locals_ = ["ana", "jörg", "o'neill", "a.b", "x_y", "用户", "UPPER", "p+tag"]
    people = [
        (f"{chance.choice(locals_)}{number}@quay{number % 7}.example", chance.choice(NAMES)) for number in range(count)
    ]
    with (place.folder / "subscribers.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("email", "name"), *people])
    return sorted(address for address, _ in people)


@pytest.mark.slow
def test_every_message_of_an_issue_verifies_and_reads_without_a_defect(
    tmp_path: Path, new_sqlite: Callable[[], str]
) -> None:
    with world(tmp_path, new_sqlite()) as place:
        people = crowd(signing(place), PEOPLE)
        place.tick()
        place.feed.publish("Lamp night: ünïcode & <tags>", place.clock + timedelta(hours=1))
        place.at(MONDAY + timedelta(minutes=1)).tick()

        assert place.mailed() == people, place.issues()
        for received in place.sink.messages:
            read = judge.read(received.data)
            assert judge.verdicts(received.data) == [True, True], received.recipients
            assert received.recipients[0] in str(read["To"])
            assert read.get_content_type() == "multipart/alternative" and len(list(read.iter_parts())) == 2
            assert not any(line.startswith(b".") for line in received.data.split(b"\r\n"))
        assert len({received.message_id for received in place.sink.messages}) == PEOPLE
        assert len({received.sender for received in place.sink.messages}) == PEOPLE


def test_what_was_sent_can_be_shown_again_byte_for_byte(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    with world(tmp_path, new_sqlite()) as place:
        signing(place).tick()
        place.feed.publish("Lamp night", place.clock + timedelta(hours=1))
        place.at(MONDAY + timedelta(minutes=1)).tick()
        with place.workspace() as workspace:
            [row] = place.issues()
            for received in place.sink.messages:
                assert frozen_message(workspace, row, received.recipients[0]).data == received.data


def test_a_test_and_a_notice_are_signed_too(tmp_path: Path, new_sqlite: Callable[[], str]) -> None:
    with world(tmp_path, new_sqlite()) as place:
        signing(place)
        with place.config_path.open("a") as file:
            file.write('[notify]\nemail = "editors@riverside-makers.example"\n')
        place.tick()
        place.feed.publish("Lamp night", place.clock + timedelta(hours=1))
        with place.at(MONDAY).workspace() as workspace:
            send(workspace, "weekly", prepare(workspace, "weekly", "ana@quay.example"))
        place.at(MONDAY + timedelta(minutes=1)).tick()
        kinds = {received.recipients[0]: judge.verdicts(received.data) for received in place.sink.messages}
        assert kinds["ana@quay.example"] == [True, True]
        assert kinds["editors@riverside-makers.example"] == [True, True], kinds
