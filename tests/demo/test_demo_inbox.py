"""The embedded SMTP server, talked to by the standard library's client and by hand."""

from __future__ import annotations

import smtplib
import socket
import threading
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from digest.demo import inbox as inbox_module
from digest.demo.inbox import Inbox


@pytest.fixture
def inbox(tmp_path: Path):
    with Inbox(tmp_path / "mail") as running:
        yield running


class Wire:
    """A raw connection: write bytes, read reply lines."""

    def __init__(self, inbox: Inbox) -> None:
        self.socket = socket.create_connection(("127.0.0.1", inbox.port), timeout=5)
        self.file = self.socket.makefile("rb")
        assert self.reply().startswith("220 ")

    def reply(self) -> str:
        while True:
            line = self.file.readline().decode()
            if line[3:4] != "-":
                return line.rstrip("\r\n")

    def say(self, text: str | bytes) -> str:
        self.socket.sendall(text if isinstance(text, bytes) else text.encode() + b"\r\n")
        return self.reply()

    def open_data(self) -> None:
        for line in ("EHLO test", "MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>"):
            assert self.say(line).startswith("250 ")
        assert self.say("DATA").startswith("354 ")

    def close(self) -> None:
        self.file.close()
        self.socket.close()


@pytest.fixture
def wire(inbox):
    connection = Wire(inbox)
    yield connection
    connection.close()


def test_a_message_arrives_exactly(inbox):
    """Envelope, decoded subject, Message-ID, and the bytes in memory and on disk are what the client sent."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "a@b.example", "c@d.example", "Café at the river 🎉"
    message["Message-ID"] = "<one@b.example>"
    message.set_content(".leading dot\n..two dots\n.\nend\n")
    with smtplib.SMTP("127.0.0.1", inbox.port) as client:
        client.send_message(message)
    (mail,) = inbox.messages
    assert mail.envelope_from == "a@b.example" and mail.envelope_to == ("c@d.example",)
    assert mail.subject == "Café at the river 🎉" and mail.message_id == "one@b.example"
    assert mail.data == message.as_bytes() and mail.path is not None and mail.path.read_bytes() == mail.data
    assert b"\r\n.leading dot\r\n..two dots\r\n.\r\nend\r\n" in mail.data
    assert mail.received_at.tzinfo is not None


def test_one_transaction_with_many_recipients_is_one_message(inbox):
    """All recipients of a transaction stand in its envelope; the next transaction starts empty."""
    with smtplib.SMTP("127.0.0.1", inbox.port) as client:
        client.sendmail("a@b.example", ["c@d.example", "e@f.example"], "Subject: x\r\n\r\nx\r\n")
        client.sendmail("a@b.example", ["g@h.example"], "Subject: y\r\n\r\ny\r\n")
    assert [mail.envelope_to for mail in inbox.messages] == [("c@d.example", "e@f.example"), ("g@h.example",)]
    assert [mail.path.name for mail in inbox.messages] == ["00001-c@d.example.eml", "00002-g@h.example.eml"]


def test_ehlo_offers_what_the_server_can_do(inbox):
    """SIZE with a number, 8BITMIME, PIPELINING, SMTPUTF8 and ENHANCEDSTATUSCODES, and nothing it cannot do."""
    with smtplib.SMTP("127.0.0.1", inbox.port) as client:
        client.ehlo()
        assert set(client.esmtp_features) == {"size", "8bitmime", "pipelining", "smtputf8", "enhancedstatuscodes"}
        assert int(client.esmtp_features["size"]) == inbox_module.MAX_MESSAGE_BYTES


def test_pipelined_transactions_are_answered_in_order(inbox, wire):
    """Two whole transactions in one write (after DATA is known to be fine) give each command its own reply."""
    wire.say("EHLO test")
    one = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"
    wire.socket.sendall(one)
    assert [wire.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
    wire.socket.sendall(b"Subject: 1\r\n\r\none\r\n.\r\n" + one)
    assert [wire.reply()[:3] for _ in range(4)] == ["250", "250", "250", "354"]
    wire.socket.sendall(b"Subject: 2\r\n\r\n..two\r\n.\r\nQUIT\r\n")
    assert [wire.reply()[:3] for _ in range(2)] == ["250", "221"]
    assert [mail.data for mail in inbox.messages] == [b"Subject: 1\r\n\r\none\r\n", b"Subject: 2\r\n\r\n.two\r\n"]


def test_a_terminator_split_over_packets_is_found(inbox, wire):
    """The final CRLF.CRLF ends the message however the network cuts it."""
    wire.open_data()
    for piece in (b"Subject: x\r", b"\n\r\nbody\r\n", b".", b"\r"):
        wire.socket.sendall(piece)
    assert wire.say(b"\n").startswith("250 ")
    assert inbox.messages[0].data == b"Subject: x\r\n\r\nbody\r\n"


@pytest.mark.parametrize("body", [
    b"a\n.\nMAIL FROM:<x@y>", b"a\r.\r", b"a\r\n.\nb", b"a\n.\r\nb", b"a" * 999, b"a" * 70_000,
])  # fmt: skip
def test_smuggling_and_overlong_lines_are_refused_and_the_session_goes_on(inbox, wire, body):
    """Bare CR or LF and lines over 1000 octets cost that message, at its end, and nothing is kept of it."""
    wire.open_data()
    assert wire.say(b"Subject: x\r\n\r\n" + body + b"\r\n.\r\n").startswith("554 5.6.0")
    assert inbox.messages == []
    assert wire.say("NOOP").startswith("250 ")


def test_a_line_of_exactly_998_octets_is_fine(inbox, wire):
    """RFC 5322 section 2.1.1 allows 998 octets before the CRLF, also when the line had to be dot-stuffed."""
    wire.open_data()
    assert wire.say(b"Subject: x\r\n\r\n" + b"b" * 998 + b"\r\n.." + b"c" * 997 + b"\r\n.\r\n").startswith("250 ")
    assert inbox.messages[0].data.endswith(b"\r\n." + b"c" * 997 + b"\r\n")


def test_a_message_beyond_the_size_is_refused(inbox, wire, monkeypatch):
    """Announced too large: 552 at MAIL; sent too large: 552 at its end; both leave the session usable."""
    monkeypatch.setattr(inbox_module, "MAX_MESSAGE_BYTES", 500)
    wire.say("EHLO test")
    assert wire.say("MAIL FROM:<a@b.example> SIZE=501").startswith("552 5.3.4")
    wire.open_data()
    assert wire.say(b"x\r\n" * 300 + b".\r\n").startswith("552 5.3.4")
    assert inbox.messages == [] and wire.say("NOOP").startswith("250 ")


def test_an_address_outside_ascii_needs_smtputf8(inbox, wire):
    """Without the parameter 553; with it the address is kept as it is."""
    wire.say("EHLO test")
    assert wire.say("MAIL FROM:<a@b.example>").startswith("250 ")
    assert wire.say("RCPT TO:<δοκιμή@b.example>").startswith("553 5.6.7")
    wire.say("RSET")
    assert wire.say("MAIL FROM:<a@b.example> BODY=8BITMIME SMTPUTF8").startswith("250 ")
    assert wire.say("RCPT TO:<δοκιμή@b.example>").startswith("250 ")
    wire.say("DATA")
    assert wire.say("Subject: x\r\n\r\nñ\r\n.").startswith("250 ")
    assert inbox.messages[0].envelope_to == ("δοκιμή@b.example",)


@pytest.mark.parametrize(("command", "code"), [
    ("DATA", "503"), ("MAIL FROM:<a@b.example>", "503"), ("RCPT TO:<a@b.example>", "503"), ("FOO", "500"),
    ("", "500"), ("MAIL FROM a@b", "503"), ("VRFY a", "252"), ("NOOP", "250"),
])  # fmt: skip
def test_commands_out_of_place_are_answered(wire, command, code):
    """Before EHLO each command has its proper reply and the session stays open."""
    assert wire.say(command).startswith(code)
    assert wire.say("NOOP").startswith("250")


@pytest.mark.parametrize("line", [
    "MAIL FROM:a@b.example", "MAIL FROM:<a b@c>", "MAIL FROM:<a@b.example> SIZE=x", "MAIL FROM:<a@b.example> FOO=1",
    "MAIL FROM:<a@b.example> BODY=9BIT",
])  # fmt: skip
def test_malformed_senders_are_refused(wire, line):
    """A sender without brackets, with a blank, or with parameters that are not offered is a 5xx."""
    wire.say("EHLO test")
    assert wire.say(line)[0] == "5"


def test_rubbish_does_not_hurt(inbox):
    """Binary junk, an endless line and a client that leaves in the middle of a message leave the server serving."""
    for junk in (bytes(range(256)) * 40, b"\x00" * 5000, b"A" * 100_000, b"\r\n" * 100):
        connection = Wire(inbox)
        try:
            connection.socket.sendall(junk)
            connection.socket.shutdown(socket.SHUT_WR)
            while connection.file.readline():
                pass
        except OSError:
            pass
        connection.close()
    leaver = Wire(inbox)
    leaver.open_data()
    leaver.socket.sendall(b"Subject: half")
    leaver.close()
    assert inbox.messages == []
    with smtplib.SMTP("127.0.0.1", inbox.port) as client:
        client.sendmail("a@b.example", ["c@d.example"], "Subject: fine\r\n\r\n")
    assert [mail.subject for mail in inbox.messages] == ["fine"]


def test_after_too_many_errors_the_connection_ends(wire):
    """Twenty mistakes and the server says 421 and hangs up."""
    for _ in range(inbox_module.MAX_ERRORS - 1):
        assert wire.say("FOO").startswith("500")
    wire.say("FOO")
    assert wire.reply().startswith("421 ") and wire.file.readline() == b""


def test_headers_that_no_parser_can_read_are_still_mail(inbox, wire):
    """A message with malformed headers is accepted and kept; its subject may be empty."""
    wire.open_data()
    assert wire.say(b"Subject: =?utf-8?q?\r\nFrom: <<>>@@\r\n\xff\xfe: x\r\n\r\nx\r\n.\r\n").startswith("250 ")
    assert len(inbox.messages) == 1


def test_a_folder_that_cannot_be_written_is_a_temporary_failure(inbox, wire):
    """Nothing is acknowledged that is not on disk: 452, so that the client keeps the message."""
    inbox.directory.rmdir()
    inbox.directory.write_bytes(b"not a folder")
    wire.open_data()
    assert wire.say("Subject: x\r\n\r\nx\r\n.").startswith("452 4.3.1")
    assert inbox.messages == []


def test_a_recipient_cannot_choose_a_path(inbox):
    """Slashes in an address do not leave the folder."""
    with smtplib.SMTP("127.0.0.1", inbox.port) as client:
        client.sendmail("a@b.example", ["../../etc/passwd@d.example"], "Subject: x\r\n\r\n")
    assert [path.parent for path in inbox.directory.iterdir()] == [inbox.directory]
    assert "/" not in inbox.messages[0].path.name and inbox.messages[0].path.is_file()


def test_many_connections_at_once_lose_nothing(inbox):
    """Eight clients, ten messages each: eighty messages, eighty files, every one once."""

    def send(number: int) -> None:
        with smtplib.SMTP("127.0.0.1", inbox.port) as client:
            for index in range(10):
                client.sendmail("a@b.example", ["c@d.example"], f"Message-ID: <{number}.{index}@x>\r\n\r\nx\r\n")

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({mail.message_id for mail in inbox.messages}) == 80 == len(list(inbox.directory.iterdir()))


def test_closing_ends_open_connections_and_frees_the_port():
    """close() returns soon, an idle client sees the end, and the port can be listened on again."""
    inbox = Inbox()
    wire = Wire(inbox)
    inbox.close()
    assert wire.file.readline() == b""
    wire.close()
    socket.create_server(("127.0.0.1", inbox.port)).close()
    inbox.close()
