"""Looking into mailboxes: each message once, what is not ours untouched, never longer than the time there is."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from intake_readers import NOW

from digest.deliver.intake.mailboxes import (
    Look,
    MailboxError,
    Position,
    look_into_imap,
    look_into_maildir,
)
from digest.deliver.intake.settings import ImapSettings
from support_imap import ImapServer


def settings(server: ImapServer, **changes: object) -> ImapSettings:
    values = {"host": "127.0.0.1", "port": server.port, "username": "bounces", "password": "secret", "tls": "none"}
    return ImapSettings(**(values | changes))  # type: ignore[arg-type]


class Reader:
    """Takes messages; ours are those that hold the word."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []

    def __call__(self, raw: bytes) -> bool:
        self.seen.append(raw)
        return b"ours" in raw


def look(server: ImapServer, take: Reader, position: Position | None = None, **more: object) -> Look:
    seconds = float(more.pop("seconds", 10))  # type: ignore[arg-type]
    return look_into_imap(settings(server, **more), position or Position(), take, now=NOW, seconds=seconds)


def test_ours_are_marked_and_others_stay_as_they_were() -> None:
    """Three messages, one ours: it is marked as read; the others keep every flag and place."""
    with ImapServer() as server:
        for text in (b"a letter", b"ours: a bounce", b"another letter"):
            server.deliver(text)
        take = Reader()
        found = look(server, take)
        assert (found.read, found.ours, found.position) == (3, 1, Position(11, 3))
        assert [server.flags(uid) for uid in (1, 2, 3)] == [set(), {"\\Seen"}, set()]


def test_each_message_is_read_once() -> None:
    """The next look begins after the last one, though the server names the last message for `n:*`."""
    with ImapServer() as server:
        server.deliver(b"ours")
        take = Reader()
        first = look(server, take)
        again = look(server, take, first.position)
        assert (again.read, len(take.seen)) == (0, 1)
        server.deliver(b"ours too")
        assert look(server, take, again.position).read == 1


def test_a_new_uidvalidity_begins_anew() -> None:
    """The folder was rebuilt: its numbers mean something else, so everything recent is read again."""
    with ImapServer() as server:
        server.deliver(b"ours")
        first = look(server, Reader())
        server.validity = 12
        take = Reader()
        assert look(server, take, first.position).position == Position(12, 1) and len(take.seen) == 1


def test_the_first_look_reads_two_weeks() -> None:
    """Somebody's ten years of mail are not fetched; what came since is, however it is numbered."""
    with ImapServer() as server:
        server.deliver(b"ours, but old", day="01-Jan-2020")
        server.deliver(b"ours, new")
        take = Reader()
        look(server, take)
        assert take.seen == [b"ours, new"]


@pytest.mark.parametrize(
    ("capabilities", "left", "moved"),
    [(("MOVE", "UIDPLUS"), [1], [2]), (("UIDPLUS",), [1], [2]), ((), [1, 2], [])],
    ids=["move", "uidplus", "neither"],
)
def test_ours_are_moved_where_that_harms_nobody(
    capabilities: tuple[str, ...], left: list[int], moved: list[int]
) -> None:
    """By MOVE or by UID EXPUNGE; a plain EXPUNGE would remove what others marked, so without both it stays, read."""
    with ImapServer(capabilities=capabilities) as server:
        server.folders["Erledigt &- gepr&APw-ft"] = []
        server.deliver(b"a letter")
        server.deliver(b"ours")
        server.folders["INBOX"][0].flags.add("\\Deleted")  # somebody's own, not to be expunged by us
        look(server, Reader(), move_to="Erledigt & geprüft")
        assert server.uids() == left and server.uids("Erledigt &- gepr&APw-ft") == moved


def test_a_kill_between_taking_and_moving_costs_a_second_reading() -> None:
    """The connection dies after the first of two: nothing was kept or marked, and nothing is lost."""
    with ImapServer(cut_after_fetch=1) as server:
        server.deliver(b"ours 1")
        server.deliver(b"ours 2")
        take, kept = Reader(), []
        with pytest.raises(MailboxError):
            look_into_imap(settings(server), Position(), take, now=NOW, seconds=10, keep=kept.append)
        assert kept == [] and server.flags(1) == set()
        server.cut_after_fetch = -1
        look_into_imap(settings(server), Position(), take, now=NOW, seconds=10, keep=kept.append)
        assert take.seen == [b"ours 1", b"ours 1", b"ours 2"] and kept == [Position(11, 2)]


def test_a_huge_message_costs_a_megabyte() -> None:
    """Three megabytes are cut on the server's side."""
    with ImapServer() as server:
        server.deliver(b"ours" + b"x" * 3_000_000)
        take = Reader()
        look(server, take)
        assert len(take.seen[0]) == 1024 * 1024


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "wrong"}, "wrong password"),
        ({"folder": "Bounces"}, "no folder Bounces"),
        ({"move_to": "Nowhere"}, "no folder Nowhere"),
    ],
    ids=["password", "folder", "move_to"],
)
def test_refusals_are_told_in_words_and_without_the_password(changes: dict[str, object], words: str) -> None:
    """What the server refuses, on which mailbox, and what to try."""
    with ImapServer() as server:
        server.deliver(b"ours")
        with pytest.raises(MailboxError) as error:
            look(server, Reader(), **changes)
        text = str(error.value)
        assert words in text and "imap bounces@127.0.0.1/" in text and "Try: digest bounce --fetch" in text
        assert "secret" not in text and "password=" not in text


def test_nobody_listens() -> None:
    """A refused connection is a sentence."""
    with ImapServer() as server:
        gone = settings(server)
    with pytest.raises(MailboxError, match="refused"):
        look_into_imap(gone, Position(), Reader(), now=NOW, seconds=5)


def test_a_slow_mailbox_is_left_in_time() -> None:
    """Thirty messages at 0.1 s each and half a second: some are read and kept, the rest waits for the next look."""
    with ImapServer(slow_s=0.1) as server:
        for _ in range(30):
            server.deliver(b"ours")
        started = time.monotonic()
        found = look(server, Reader(), seconds=1.0)
        assert time.monotonic() - started < 8 and found.unfinished and 0 < found.read < 30
        server.slow_s = 0
        assert look(server, Reader(), found.position, seconds=20).read == 30 - found.read


def test_a_server_that_drips_is_cut_off() -> None:
    """A byte now and then never runs into the timeout of a read; the whole look ends all the same."""
    with ImapServer(drip=True) as server:
        started = time.monotonic()
        with pytest.raises(MailboxError):
            look(server, Reader(), seconds=0.5, timeout_s=0.4)
        assert time.monotonic() - started < 8


def test_a_maildir_is_emptied_once(tmp_path: Path) -> None:
    """Each message moves to cur/, ours marked as seen; a second look finds nothing."""
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.M1.host").write_bytes(b"ours")
    (tmp_path / "new" / "2.M1.host").write_bytes(b"a letter")
    take = Reader()
    assert look_into_maildir(tmp_path, take, seconds=5) == Look(2, 1)
    assert sorted(os.listdir(tmp_path / "cur")) == ["1.M1.host:2,S", "2.M1.host:2,"]
    assert look_into_maildir(tmp_path, take, seconds=5).read == 0 and len(take.seen) == 2


def test_odd_things_in_a_maildir_are_passed_over(tmp_path: Path) -> None:
    """A link, a folder and a pipe that nobody writes to are not read; the message beside them is."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a-folder").mkdir()
    (tmp_path / "new" / "b-link").symlink_to("/etc/hostname")
    os.mkfifo(tmp_path / "new" / "c-pipe")
    (tmp_path / "new" / "d").write_bytes(b"ours")
    take = Reader()
    assert look_into_maildir(tmp_path, take, seconds=5).ours == 1 and take.seen == [b"ours"]


def test_a_maildir_that_is_none_is_told(tmp_path: Path) -> None:
    """The path and what it should hold."""
    with pytest.raises(MailboxError, match="maildir") as error:
        look_into_maildir(tmp_path / "nowhere", Reader(), seconds=5)
    assert "new/, cur/ and tmp/" in str(error.value)
