"""The last gate before the wire: what a message may hold, and how its envelope is written."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory_ledger import MemoryLedger, fill

from digest.deliver.smtp.commands import dotted, envelope, only_crlf, problem_of, xtext
from digest.deliver.smtp.offers import Offers
from digest.model import Message

MESSAGE = fill(MemoryLedger(1).recipients[1])
BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b".", b"\n\r", "é".encode()])).map(b"".join))
def test_a_bare_line_end_is_always_seen(data: bytes) -> None:
    """`only_crlf` says what a regular expression over every byte says."""
    assert only_crlf(data) is (BARE.search(data) is None)


@given(st.lists(st.sampled_from([b"a", b".", b"..", b"\r\n", b"x.y"])).map(b"".join))
def test_dotted_text_is_what_it_was_once_the_dots_are_taken_away(data: bytes) -> None:
    """No line of it is a single dot, and undoing RFC 5321 section 4.5.2 gives the text back."""
    lines = dotted(data).split(b"\r\n")
    assert lines[-1] == b"" and b"." not in lines
    undone = b"\r\n".join(line[1:] if line.startswith(b".") else line for line in lines)
    assert undone == data if data.endswith(b"\r\n") else undone == data + b"\r\n"


@given(st.text(max_size=60), st.booleans())
def test_no_address_becomes_a_second_command(text: str, utf8: bool) -> None:
    """Whatever stands in an envelope address: either it is refused, or MAIL and RCPT are one line each."""
    for field in ("sender", "recipient"):
        message = replace(MESSAGE, **{field: text}, smtputf8=utf8)
        if problem_of(message, Offers(utf8=True)) is None:
            for line in envelope(message, Offers(sized=True, dsn=True)):
                assert line.endswith(b"\r\n") and line.count(b"\r") == line.count(b"\n") == 1
                assert line.count(b"<") == line.count(b">") == 1


def test_what_the_server_offers_is_asked_for() -> None:
    """SIZE, DSN and SMTPUTF8 appear in the envelope where they are offered, and not elsewhere."""
    utf8 = replace(MESSAGE, recipient="grüße@mail.example", smtputf8=True, message_id="a+b=c@x.example")
    mail, rcpt = envelope(utf8, Offers(sized=True, dsn=True, utf8=True))
    assert mail.decode() == (
        f"MAIL FROM:<{utf8.sender}> SIZE={len(utf8.data)} SMTPUTF8 RET=HDRS ENVID=a+2Bb+3Dc@x.example\r\n"
    )
    assert rcpt.decode() == "RCPT TO:<grüße@mail.example> NOTIFY=FAILURE\r\n"
    mail, rcpt = envelope(MESSAGE, Offers())
    assert (mail, rcpt) == (f"MAIL FROM:<{MESSAGE.sender}>\r\n".encode(), b"RCPT TO:<reader1@mail.example>\r\n")


@given(st.text())
def test_xtext_can_be_read_back(text: str) -> None:
    """RFC 3461 section 4: +XX stands for an octet, everything else for itself."""
    written = xtext(text)
    assert written.isascii() and not re.search(r"[\s=]", written)
    octets = re.sub(rb"\+([0-9A-F]{2})", lambda match: bytes([int(match[1], 16)]), written.encode())
    assert octets.decode("utf-8", "surrogatepass") == text


@pytest.mark.parametrize("data", [b"A: b\r\n\r\n\xff\r\n"])
def test_8_bit_data_needs_a_server_that_takes_it(data: bytes) -> None:
    """RFC 6152: with 8BITMIME it is announced, without it nothing is sent."""
    message: Message = replace(MESSAGE, data=data)
    problem = problem_of(message, Offers())
    assert problem is not None and problem.enhanced == "5.6.3"
    assert problem_of(message, Offers(eightbit=True)) is None
    assert b"BODY=8BITMIME" in envelope(message, Offers(eightbit=True))[0]
