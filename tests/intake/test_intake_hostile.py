"""What strangers may put into a mailbox: whatever it is, it costs itself, in bounded time, and shows nothing of itself."""

# ruff: noqa: E501 - a bomb stands on one line

from __future__ import annotations

import base64
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from intake_corpus import CASES
from intake_readers import ADDRESS, NOW, READER, SUBSCRIBER, VERP, fill

from digest.deliver.intake.mime import MAX_DEPTH, MAX_PARTS, clean, decode_words, own_text, read_message
from digest.deliver.intake.reading import Reading, read_mail

MIB = 1024 * 1024


def read(raw: bytes) -> Reading:
    return read_mail(raw, READER, source="imap", now=NOW)


def nested(depth: int, kind: str = "multipart/mixed") -> bytes:
    return b"".join(f'Content-Type: {kind}; boundary="b{n}"\n\n--b{n}\n'.encode() for n in range(depth))


BOMBS = {
    "a megabyte of one line": b"Subject: x\n\n" + b"a" * MIB,
    "nested 5,000 deep": nested(5000) + b"\nend",
    "attached 5,000 deep": b"Content-Type: message/rfc822\n\n" * 5000,
    "100,000 parts": b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 100_000,
    "boundaries everywhere": b'Content-Type: multipart/mixed; boundary="-"\n\n' + b"---\n" * 250_000,
    "one boundary without an end": b'Content-Type: multipart/report; boundary="' + b"q" * 900_000,
    "200,000 headers": b"X-H: v\n" * 150_000 + b"\nbody",
    "one endless header": b"Subject: " + b"=?utf-8?B?QQ==?= " * 60_000 + b"\n\n",
    "folded a hundred thousand times": b"To:" + b"\n b+aaaa@x.example," * 50_000 + b"\n\n",
    "a million tokens to try": b"To: x\nReturn-Path: <>\nSubject: Undelivered\n\n" + b"a2b3c4d5e6f7a2b3c4d5e6f7a2b3c4d5 " * 30_000,
    "a million addresses": b"Return-Path: <>\nSubject: failure notice\n\n" + b"<a@b.example> " * 70_000,
    "html of a million tags": b"Return-Path: <>\nContent-Type: text/html\nSubject: Undeliverable\n\n" + b"<a <b " * 170_000,
    "html scripts without an end": b"Return-Path: <>\nContent-Type: text/html\nSubject: Undeliverable\n\n" + b"<script>" * 100_000,
    "NUL": b"Return-Path: <>\nSubject: Undelivered\0\n\n" + b"\0" * MIB,
    "base64 of a megabyte": b"Content-Transfer-Encoding: base64\nReturn-Path: <>\nSubject: Undelivered\n\n" + b"A" * MIB,
    "50,000 status groups": b'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/delivery-status\n\n'
    + b"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\n" * 12_000,
    "quotes without an end": b"Content-Type: multipart/mixed" + b'; a="' * 200_000 + b"\n\n",
    "words that nearly match": b"Return-Path: <>\nSubject: Undelivered\n\n" + b"user " * 200_000,
    "account and eighty letters": b"Return-Path: <>\nSubject: Undelivered\n\n" + (b"account " + b"x" * 79 + b" ") * 11_000,
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_a_moment(name: str) -> None:
    """A megabyte of the worst is read within two seconds of this process's own time, without an exception."""
    started = time.process_time()
    reading = read(BOMBS[name])
    assert time.process_time() - started < 2.0, name
    for event in reading.events:
        assert (event.traces.issue_id, event.traces.subscriber_id) == (0, 0)


def test_what_is_beyond_the_bounds_is_not_looked_at() -> None:
    """Depth and parts are capped, and what stands before the cap is still read."""
    deep = read_message(nested(50) + b"x")
    assert max(part.depth for part in deep.walk()) <= MAX_DEPTH
    many = read_message(b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 1000)
    assert len(many.parts) <= MAX_PARTS
    huge = read(fill(CASES[0].text) + b"\n" * 5 * MIB)
    assert huge.events[0].traces.subscriber_id == SUBSCRIBER


@given(st.binary(max_size=2000))
def test_any_bytes_are_a_message(raw: bytes) -> None:
    """Never an exception; nothing in random bytes names anybody."""
    reading = read(raw)
    assert all(event.traces.subscriber_id == 0 for event in reading.events)


PIECES = st.sampled_from([
    b"Return-Path: <>\n", b"Subject: Undelivered\n", b"Subject: =?utf-8?B?4oCu?=\n", b"To: " + VERP.encode() + b"\n",
    b'Content-Type: multipart/report; boundary="b"\n', b"Content-Type: message/delivery-status\n", b"--b\n", b"--b--\n",
    b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n", b"Final-Recipient: rfc822; a@b.example\n",
    b"Action: failed\n", b"Status: 5.1.1\n", b"Diagnostic-Code: smtp; 550 5.1.1 \x1b[31m\xe2\x80\xae user unknown\n",
    b"Content-Type: message/feedback-report\n", b"Feedback-Type: abuse\n", b"\n", b"\r\n", b" folded\n", b"\0", b"QUJD\n",
    b"Content-Type: text/plain; charset=punycode\n", b"Auto-Submitted: auto-replied\n", b"unsubscribe\n",
])  # fmt: skip


@given(st.lists(PIECES, max_size=40))
def test_any_arrangement_of_a_report_is_survived(pieces: list[bytes]) -> None:
    """The same events for the same bytes; words are printable and short; the token, if it is there, is found or not
    used at all, never another one."""
    raw = b"".join(pieces)
    one, again = read(raw), read(raw)
    assert one == again
    for event in one.events:
        assert event.traces.subscriber_id in (0, SUBSCRIBER)
        assert len(event.diagnostic) <= 300 and all(unicodedata.category(c)[0] != "C" for c in event.diagnostic)


@given(st.text(max_size=400))
def test_words_of_strangers_are_one_printable_line(text: str) -> None:
    """No control, bidi or line character survives; the length is capped."""
    cleaned = clean(text)
    assert len(cleaned) <= 300 and cleaned == cleaned.strip()
    assert not any(unicodedata.category(char)[0] == "C" or char in "\u2028\u2029\n\r" for char in cleaned)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_encoded_words_are_read_back(text: str) -> None:
    """Base64 words of any text, in pieces, are that text."""
    pieces = [text[start : start + 10] for start in range(0, len(text), 10)]
    header = " ".join(f"=?utf-8?b?{base64.b64encode(piece.encode()).decode()}?=" for piece in pieces)
    assert decode_words(header) == text


@pytest.mark.parametrize(
    "charset", ["punycode", "idna", "unicode_escape", "zlib", "rot13", "utf-7", "nonsense", "../x"]
)
def test_a_charset_is_a_name_from_a_list(charset: str) -> None:
    """Python's other codecs, some of them slow or surprising, are never asked."""
    raw = f"Content-Type: text/plain; charset={charset}\n\nplain words".encode()
    assert own_text(read_message(raw)) == "plain words"


def test_many_truths_in_one_message_are_one_person(  # the envelope is what came back
) -> None:
    """Another reader's genuine link quoted in somebody's bounce does not make it theirs."""
    from intake_readers import KEY

    from digest.model import Purpose, sign_token

    other = sign_token(KEY, key_id=1, purpose=Purpose.UNSUBSCRIBE, subscriber_id=99, list_id=3)
    raw = fill(CASES[0].text, link=f"https://makers.example/u/{other}")
    [event] = read(raw).events
    assert (event.traces.subscriber_id, event.traces.list_id) == (SUBSCRIBER, 0)
    assert ADDRESS in event.traces.addresses


def test_flufl_is_asked_last_and_believed_least() -> None:
    """A format that only it knows is a soft bounce at most, however permanent it calls it; without it, nothing."""
    raw = fill(
        "Return-Path: <>\nFrom: MAILER-DAEMON@old.example\nTo: {VERP}\nSubject: Returned mail\n\n"
        "Your message could not be delivered. The following destination addresses were not reached:\n\n"
        "SMTP <{ADDRESS}>\n\n   ----- The following addresses had delivery problems -----\n<{ADDRESS}>\n"
    )
    reading = read(raw)
    assert [event.kind for event in reading.events] == ["bounce_soft"]


def test_flufl_stumbles_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    """A pipe's standard error reaches the mail server, which mails it on: without a sender, nothing is printed."""
    read(b"Return-Path: <>\nSubject: Undelivered\n\nsomething\n")
    assert capfd.readouterr() == ("", "")
