"""`digest issue edit`: what an editor types, sees, and is told."""

from __future__ import annotations

import io
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from support_cli import FRIDAY, MONDAY, Digest

from support_world import World

SATURDAY = FRIDAY + timedelta(days=1)


@pytest.fixture
def numbers(world: World, digest: Digest) -> dict[str, int]:
    """Article numbers by the first word of the title; the weekly has met them, and nobody was sent."""
    assert digest("gather").code == 0
    found = digest("articles", "list", "--json").data
    return {"lathe": next(one["id"] for one in found if "lathe" in one["title"]),
            "sheds": next(one["id"] for one in found if "sheds" in one["title"])}  # fmt: skip


def test_without_options_it_shows_and_changes_nothing(digest: Digest, numbers: dict[str, int]) -> None:
    """The draft is there with numbers, scores and reasons, and no issue is planned."""
    shown = digest("issue", "edit", "weekly")
    assert shown.code == 0 and "not planned yet, for Mon 23 Nov 2026 09:00 (Europe/Dublin), version 1" in shown.out
    assert f"[{numbers['lathe']}] The lathe that came by boat" in shown.out and "top story" in shown.out
    assert digest("issue", "list", "--json").data == []


def test_changes_are_made_in_the_order_given(digest: Digest, numbers: dict[str, int]) -> None:
    """Of two headlines and two moves the later one counts, whatever options stand between."""
    lathe, sheds = numbers["lathe"], numbers["sheds"]
    done = digest(
        "issue", "edit", "weekly", "--title", f"{sheds}=First words", "--move", f"{lathe}:1", "--subject", "Hello",
        "--title", f"{sheds}=Last = best", "--move", f"{sheds}:1", "--json",
    )  # fmt: skip
    assert done.code == 0
    assert [(one["id"], one["title"]) for one in done.data["items"]] == [
        (sheds, "Last = best"), (lathe, "The lathe that came by boat")
    ]  # fmt: skip
    assert [one["kind"] for one in done.data["changes"]] == ["title", "move", "subject", "title", "move"]
    assert (done.data["version"], done.data["subject"], done.data["editable"]) == (2, "Hello", True)
    assert done.data["changes"][0]["by"] and done.data["changes"][0]["undone_at"] is None


def test_changes_have_numbers_to_undo_them(digest: Digest, numbers: dict[str, int]) -> None:
    """An undone change stays listed as undone; what it did is gone."""
    digest("issue", "edit", "weekly", "--subject", "Hello", "--drop", str(numbers["sheds"]))
    shown = digest("issue", "edit", "weekly", at=SATURDAY)
    assert f"2. drop {numbers['sheds']} (" in shown.out and "1. subject: Hello (" in shown.out
    assert f"[{numbers['sheds']}] Six sheds by bicycle: dropped by " in shown.out
    back = digest("issue", "edit", "weekly", "--undo", "2", at=SATURDAY)
    assert back.code == 0 and "; undone 2026-11-21" in back.out
    assert f"[{numbers['sheds']}] Six sheds by bicycle" in back.out
    again = digest("issue", "edit", "weekly", "--undo", "2", at=SATURDAY)
    assert again.code == 2 and "has no change 2 to undo" in again.err


def test_a_stale_version_is_busy(digest: Digest, numbers: dict[str, int]) -> None:
    """With the version another editor has left behind, nothing is changed and the exit code is 75."""
    assert digest("issue", "edit", "weekly", "--subject", "Ana's", "--if-version", "1").code == 0
    stale = digest("issue", "edit", "weekly", "--subject", "Ben's", "--if-version", "1")
    assert stale.code == 75 and "was changed meanwhile" in stale.err and "you saw 1" in stale.err
    assert digest("issue", "edit", "weekly", "--json").data["subject"] == "Ana's"


def test_the_intro_comes_from_a_file_or_from_outside(
    digest: Digest, numbers: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`@FILE` and `-` are read as UTF-8 with their paragraphs; a file that is not there is said."""
    (tmp_path / "intro.txt").write_text("Grüße,\r\n\r\nand more.", encoding="utf-8")
    assert digest("issue", "edit", "weekly", "--intro", "@intro.txt", "--json").data["intro"] == "Grüße,\n\nand more."
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"From outside.\n")))
    assert digest("issue", "edit", "weekly", "--intro", "-", "--json").data["intro"] == "From outside."
    missing = digest("issue", "edit", "weekly", "--intro", "@nothing.txt")
    assert missing.code == 2 and "nothing.txt cannot be read" in missing.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--move", "5"), "not of the form ID:PLACE"),
        (("--title", "x=y"), "'x' is not a number"),
        (("--pin", "-1"), "is not a number"),
        (("--image", "1=http://x.example/i.png"), "no address of an image"),
        (("--subject", "two\nlines"), "control character"),
        (("--pin", "999"), "there is no article 999"),
    ],
)
def test_what_makes_no_sense_is_said_and_not_done(
    digest: Digest, numbers: dict[str, int], args: tuple[str, ...], said: str
) -> None:
    """Each wrong option is exit 2 with what is wrong, and there is no issue afterwards."""
    wrong = digest("issue", "edit", "weekly", *args)
    assert wrong.code == 2 and said in wrong.err
    assert digest("issue", "list", "--json").data == []


def test_an_unknown_digest_or_issue_is_named(digest: Digest, numbers: dict[str, int]) -> None:
    """Neither a digest that is not configured nor an issue that was never made can be edited."""
    assert digest("issue", "edit", "weekley").code == 2
    missing = digest("issue", "edit", "weekly/7")
    assert missing.code == 2 and "there is no issue 'weekly/7'" in missing.err


def test_a_sent_issue_shows_its_edits_and_takes_no_more(digest: Digest, numbers: dict[str, int]) -> None:
    """After Monday `issue show` has the history in words, and an edit is refused with the command for the next one."""
    lathe = numbers["lathe"]
    digest("issue", "edit", "weekly", "--move", f"{lathe}:1", "--title", f"{lathe}=A lathe", "--drop",
           str(numbers["sheds"]))  # fmt: skip
    digest("issue", "edit", "weekly", "--undo", "3")
    assert digest("send", "--due", at=MONDAY + timedelta(minutes=1)).code == 0
    later = MONDAY + timedelta(hours=1)
    shown = digest("issue", "show", "weekly/1", at=later).out
    assert f"  move {lathe} to 1 (" in shown and f"  title {lathe}: A lathe (" in shown
    assert f"  undone: drop {numbers['sheds']} (" in shown and "1. A lathe" in shown
    refused = digest("issue", "edit", "weekly/1", "--subject", "Too late", at=later)
    assert refused.code == 1 and "cannot be edited" in refused.err and "digest issue edit weekly" in refused.err
    assert "It cannot be changed any more" in digest("issue", "edit", "weekly/1", at=later).out


def test_explain_says_where_an_article_stands(digest: Digest, numbers: dict[str, int]) -> None:
    """Before it is sent: its place in the next issue, or that it was dropped; after it: the issue, place and score."""
    lathe, sheds = str(numbers["lathe"]), str(numbers["sheds"])
    digest("issue", "edit", "weekly", "--move", f"{lathe}:1", "--drop", sheds)
    assert "as of now number 1 of 1 in the next issue: score 0." in digest("articles", "explain", lathe).out
    assert "excluded: dropped from weekly@" in digest("articles", "explain", sheds).out
    digest("send", "--due", at=MONDAY + timedelta(minutes=1))
    after = digest("articles", "explain", lathe, at=MONDAY + timedelta(hours=1))
    assert "number 1 of 1 in weekly/1: score 0." in after.out
    [standing] = digest("articles", "explain", lathe, "--json", at=MONDAY + timedelta(hours=1)).data["standings"]
    assert (standing["issue"], standing["place"]) == ("weekly/1", 1) and standing["reasons"]
