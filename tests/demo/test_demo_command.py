"""`digest demo` does the whole job: every subscriber of the example list has exactly one message, in a fresh folder."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from digest.demo.setup import find_example_csv


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("demo") / "here"
    command = [sys.executable, "-m", "digest", "demo", "--dir", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False), folder


def test_it_succeeds_and_says_what_happened(ran: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, _ = ran

    assert done.returncode == 0, done.stderr
    for words in ("blog:", "forum:", "events:", "stories:", "12 accepted", "exactly one message", "sent already"):
        assert words in done.stdout


def test_the_inbox_holds_one_message_for_each_row_of_the_example(
    ran: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, folder = ran
    with find_example_csv().open(encoding="utf-8-sig", newline="") as file:
        people = [row["email"] for row in csv.DictReader(file)]
    messages = [
        message_from_bytes(path.read_bytes(), policy=default) for path in sorted((folder / "inbox").glob("*.eml"))
    ]

    copies = Counter(message["to"].addresses[0].addr_spec for message in messages)
    assert copies == Counter(people)
    assert all(message.defects == [] for message in messages)
    assert len({message["message-id"] for message in messages}) == len(people)


def test_arabic_hindi_and_emoji_arrive_whole_and_the_copied_page_without_its_chrome(
    ran: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    _, folder = ran
    message = message_from_bytes(next(iter(sorted((folder / "inbox").glob("*.eml")))).read_bytes(), policy=default)
    html = message.get_body(("html",)).get_content()
    plain = message.get_body(("plain",)).get_content()

    for body in (html, plain):
        assert "🎉" in body
        assert any("\u0600" <= char <= "\u06ff" for char in body), "Arabic"
        assert any("\u0900" <= char <= "\u097f" for char in body), "Hindi"
        assert "top of page" not in body.lower()
        assert "bottom of page" not in body.lower()
