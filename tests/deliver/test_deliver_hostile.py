"""Hostile names, subjects and addresses: never a header, a recipient or a command that was not meant, and they verify.

From the values to the wire and back: rendered, signed, sent to a server on loopback, read by the standard library and
judged by dkimpy. Seeded samples by default; ten times as many under DIGEST_PROOF=1.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header, make_header

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import support_dkim as judge
from digest.deliver import parse_relay, send_one
from digest.deliver.dkim import Signer
from digest.errors import AddressError, DigestError
from digest.model import EmailAddress, Issue, Mailbox, Message, Period, Recipient, Sending, Site, has_control
from digest.render import Fill, Part, Rendition
from digest.render.headers import header_pieces, links_for
from support_smtp import Received, Sink

EXAMPLES = 1500 if os.environ.get("DIGEST_PROOF") == "1" else 150
WHEN = datetime(2026, 11, 23, 9, tzinfo=UTC)
SIGN = Signer(judge.settings("rsa", "ed25519"))
HEADERS = [
    "DKIM-Signature", "DKIM-Signature", "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "List-Id",
    "List-Unsubscribe", "List-Unsubscribe-Post", "List-Post", "List-Archive", "Feedback-ID", "Auto-Submitted",
    "Precedence", "X-Auto-Response-Suppress", "Content-Language", "Content-Type",
]  # fmt: skip
VERBS = {"EHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT"}

TRAPS = st.sampled_from([
    "\r\n", "\n", "\r", "\x00", "\x0b", "\x85", "\u2028", "\u202e", "\u2066", "\r\nBcc: thief@y.example\r\n",
    "\r\n\r\nbody", "\r\n.\r\nMAIL FROM:<a@y.example>\r\n", "\n.\n", ".", "..", "=?utf-8?q?=0D=0ABcc:_a?=", '"', "\\",
    "<", ">", ",", ";", "@", "a" * 998, "é" * 500, "आ", "\U0001f469\u200d\U0001f692", "\udcff", "From ",
    "bücher.example", "xn--bcher-kva.example", "user@[127.0.0.1]", "(comment)", " ", "\t",
])  # fmt: skip
HOSTILE = st.lists(st.one_of(TRAPS, st.text(max_size=12)), max_size=6).map("".join)
LOCALS = st.one_of(HOSTILE, st.sampled_from(["ada", "jörg", "o'neill+x", ".dot", "a..b", '"a b"', "a" * 64, "用户"]))
DOMAINS = st.one_of(
    HOSTILE, st.sampled_from(["mail.example", "bücher.example", "xn--bcher-kva.example", "例え.example"])
)
ADDRESSES = st.one_of(HOSTILE, st.builds("{}@{}".format, LOCALS, DOMAINS))


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


def rendition(subject: str) -> Rendition:
    """Real headers, and bodies that begin with the reader's name."""
    issue = Issue(
        digest="weekly", title="Harbour Weekly", number=1, period=Period("x", WHEN, WHEN), subject=subject,
        site=Site("Harbour", "https://harbour.example", "Pier"), preheader="", items=(),
        sending=Sending(
            sender=Mailbox("Harbour", EmailAddress.parse("digest@harbour.example")), date=WHEN,
            list_id="weekly.harbour.example", message_id_domain="harbour.example", feedback_id="w-1:m:digest:abcde",
            unsubscribe_email="leave@harbour.example", public_url="https://harbour.example",
        ),
    )  # fmt: skip
    plain = Part("quoted-printable", (Fill("name", "plain"), "\n.\nFrom here on\n"))
    rich = Part("quoted-printable", ("<p>", Fill("name", "text"), "</p>\n"))
    pieces = header_pieces(issue, boundary="=_b", locale="en")
    return Rendition("en", "ltr", "t", subject, "=_b", links_for(issue), pieces, plain, rich)


PLAIN = rendition("Boats and ropes")


def message_for(made: Rendition, *, name: str = "", address: str = "ada@mail.example") -> Message:
    tokens = {"unsubscribe": "A" * 38}
    return SIGN(made.fill(Recipient(7, 3, address, name=name, topics=(), tokens=tokens, message_id="m7")))


def sent(sink: Sink, message: Message) -> Received:
    """Through the wire; checks that the server heard one envelope and nothing else, and got these very bytes."""
    sink.messages.clear()
    sink.commands.clear()
    outcome = send_one(message, parse_relay("main", sink.url))
    assert outcome.kind == "accepted", outcome
    [received] = sink.messages
    assert (received.sender, received.recipients) == (message.sender, (message.recipient,))
    assert received.data == message.data
    verbs = [command.split(" ")[0].upper() for command in sink.commands]
    assert set(verbs) <= VERBS and verbs.count("MAIL") == verbs.count("RCPT") == 1, sink.commands
    return received


def checked(received: Received, *, address: str = "ada@mail.example") -> None:
    read = judge.read(received.data)
    assert sorted(read.keys()) == sorted(HEADERS)
    assert [mailbox.addr_spec for mailbox in read["To"].addresses] == [address] or not address.isascii()
    assert judge.verdicts(received.data) == [True, True]
    lines = received.data.split(b"\r\n")
    assert max(map(len, lines)) <= 998 and not any(line.startswith(b".") for line in lines)
    assert b"\r" not in received.data.replace(b"\r\n", b"") and b"\n" not in received.data.replace(b"\r\n", b"")


SOAK = settings(
    max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@SOAK
@given(name=HOSTILE)
@example(name="Ada\r\nBcc: thief@y.example")
@example(name="\r\n.\r\nMAIL FROM:<a@y.example>")
@example(name=".leading dot")
@example(name="x" * 5000)
def test_a_name_is_a_name_whatever_stands_in_it(sink: Sink, name: str) -> None:
    received = sent(sink, message_for(PLAIN, name=name))

    checked(received)
    body = judge.read(received.data).get_body(("plain",)).get_content()
    assert len(body.rstrip("\n").split("\n")) == 3, "the name stays on its own line of the text"


@SOAK
@given(subject=HOSTILE)
@example(subject="Boats\r\nBcc: thief@y.example")
@example(subject="y" * 2000)
def test_a_subject_arrives_as_it_was_or_is_refused(sink: Sink, subject: str) -> None:
    try:
        made = rendition(subject)
    except DigestError:
        assert has_control(subject) or not subject.strip()
        return
    received = sent(sink, message_for(made))

    checked(received)
    head = received.data.partition(b"\r\n\r\n")[0].decode()
    raw = head.split("\r\nSubject: ")[1].split("\r\nDate:")[0]
    assert str(make_header(decode_header(raw.replace("\r\n ", " ")))) == subject


@SOAK
@given(text=ADDRESSES)
@example(text="ada@mail.example\r\nRCPT TO:<thief@y.example>")
@example(text="jörg@bücher.example")
@example(text="ada@mail.example> BODY=8BITMIME <")
def test_an_address_reaches_one_mailbox_or_is_refused(sink: Sink, text: str) -> None:
    try:
        address = str(EmailAddress.parse(text))
    except AddressError:
        with pytest.raises(DigestError):
            _refused_anyway(sink, text)
        return
    received = sent(sink, message_for(PLAIN, name="Ada", address=address))

    checked(received, address=address)
    assert ("SMTPUTF8" in received.mail_parameters) == (not address.isascii())


def _refused_anyway(sink: Sink, text: str) -> None:
    """An address that slipped past the border still writes no line of its own: not in a header, not on the wire."""
    if has_control(text) or " " in text or not text.isprintable():
        message_for(PLAIN, address=text)  # raises
        raise AssertionError(f"a message was made for {text!r}")
    raise DigestError("no control in it: whatever it does, it stays on its line")


@SOAK
@given(sender=HOSTILE, recipient=HOSTILE)
@example(sender="a@b.example", recipient="x@y.example>\r\nRCPT TO:<thief@y.example")
@example(sender="a@b.example>\r\nRCPT TO:<thief@y.example", recipient="x@y.example")
def test_an_envelope_that_nothing_checked_gives_no_command_of_its_own(sink: Sink, sender: str, recipient: str) -> None:
    sink.messages.clear()
    sink.commands.clear()
    message = Message(7, sender, recipient, b"From: a@b.example\r\n\r\nx\r\n", "m7@b.example", smtputf8=True)
    with contextlib.suppress(DigestError, ValueError):
        send_one(message, parse_relay("main", sink.url))
    verbs = [command.split(" ")[0].upper() for command in sink.commands]
    assert set(verbs) <= VERBS and verbs.count("MAIL") <= 1 and verbs.count("RCPT") <= 1, sink.commands
    assert all(received.recipients == (recipient,) for received in sink.messages)
