"""The header block: what RFC 5322, 2047, 2369, 2919 and 8058 ask, and no way to write into it from outside."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default as policy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from render_samples import ADA, THEME, issue, item, sending

from digest.errors import DigestError
from digest.model import EmailAddress, Issue, Mailbox, Recipient
from digest.render import Rendition, render_issue
from digest.render.headers import header_pieces, links_for, unstructured
from digest.render.rendition import Part

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Cn", "Co"]), max_size=200)


def light(source: Issue) -> Rendition:
    """A rendition with real headers and trivial bodies."""
    body = Part("quoted-printable", ("x\n",))
    pieces = header_pieces(source, boundary="=_b", locale="en")
    return Rendition("en", "ltr", "t", source.subject, "=_b", links_for(source), pieces, body, body)


def parsed(source: Issue, recipient: Recipient = ADA) -> Any:
    message: Any = message_from_bytes(light(source).fill(recipient).data, policy=policy)
    assert not [defect for value in message.values() for defect in getattr(value, "defects", ())]
    return message


def test_the_list_headers_are_all_there() -> None:
    """RFC 8058: https first, mailto second, both with the token, and the one-click header beside them."""
    head = light(issue()).headers(ADA)
    assert "List-Unsubscribe: <https://mail.harbour.example/u/AQEtoken_-7>,\r\n" in head
    assert " <mailto:leave@harbour.example?subject=unsubscribe%20AQEtoken_-7>\r\n" in head
    message = parsed(issue(sending=sending(feedback_id="12:weekly:digest:harbour")))
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"].endswith("<weekly.harbour.example>")
    assert message["List-Post"] == "NO"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] == "bulk"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Feedback-ID"] == "12:weekly:digest:harbour"
    assert message["Message-ID"] == "<m7@harbour.example>"
    assert message["Date"] == "Mon, 23 Nov 2026 09:00:00 +0000"
    assert message["X-Digest-Test"] is None


def test_without_a_public_url_unsubscribing_is_by_mail_and_not_one_click() -> None:
    """Never neither: only mailto then, in the header and in the text, and no RFC 8058 header."""
    rendition = render_issue(issue(sending=sending(public_url=None)), theme=THEME, locale="en")
    head = rendition.headers(ADA)
    assert "https" not in head.split("List-Unsubscribe:")[1].split("\r\nList-Post")[0]
    assert "One-Click" not in head
    assert "mailto:leave@harbour.example?subject=unsubscribe%20AQEtoken_-7" in rendition.text(ADA)
    assert 'href="mailto:leave@harbour.example?subject=unsubscribe%20AQEtoken_-7"' in rendition.html(ADA)


def test_tests_say_so_and_carry_inert_tokens() -> None:
    """A test mail has its subject marked, its own header, and no token that would unsubscribe anybody."""
    rendition = render_issue(issue(sending=sending(test=True)), theme=THEME, locale="en")
    data = rendition.fill(ADA).data
    assert b"Subject: [test] Boats" in data
    assert b"X-Digest-Test: yes" in data
    assert b"AQEtoken" not in data


def test_the_envelope_sender_is_from_or_the_bounce_address_with_its_token() -> None:
    """VERP only where it is configured; the recipient is the envelope recipient."""
    assert light(issue()).fill(ADA).sender == "digest@harbour.example"
    message = light(issue(sending=sending(bounce_address="b+{token}@bounce.harbour.example"))).fill(ADA)
    assert (message.sender, message.recipient) == ("b+bOunce9@bounce.harbour.example", "ada@mail.example")


def test_a_message_without_its_unsubscribe_token_is_refused_except_in_previews() -> None:
    """A real subscriber without a token is an error; subscriber 0 (a preview) gets an inert one."""
    with pytest.raises(DigestError, match="unsubscribe token"):
        light(issue()).fill(replace(ADA, tokens={}))
    assert b"/u/preview>" in light(issue()).fill(Recipient(0, 0, "me@harbour.example")).data


@pytest.mark.parametrize("bad", ["Hello\r\nBcc: all@harbour.example", "Hello\nX", "a\x00b", "a\u2028b", "a\u202eb"])
def test_control_characters_are_refused_in_what_the_operator_writes(bad: str) -> None:
    """Subject and sender name with a control character make no header at all."""
    with pytest.raises(DigestError, match="control character"):
        light(issue(subject=bad))
    with pytest.raises(DigestError, match="control character"):
        light(issue(sending=sending(sender=Mailbox(bad, EmailAddress.parse("a@harbour.example")))))


@pytest.mark.parametrize("field", ["list_id", "message_id_domain", "feedback_id", "public_url", "unsubscribe_email"])
def test_header_tokens_from_the_configuration_cannot_break_out(field: str) -> None:
    """A line break, bracket or blank in any configured token is refused by name."""
    for bad in ("a\r\nBcc: x@y.example", "a>b", "a b"):
        with pytest.raises(DigestError, match=field):
            light(issue(sending=sending(**{field: bad})))


def test_a_recipient_name_cannot_forge_a_header() -> None:
    """A name with CR LF is dropped or cleaned, the message stays one message to one address."""
    message = parsed(issue(), replace(ADA, name="Ada\r\nBcc: all@harbour.example"))
    assert message["Bcc"] is None
    assert [address.addr_spec for address in message["To"].addresses] == ["ada@mail.example"]
    with pytest.raises(DigestError):
        light(issue()).fill(replace(ADA, address="a@b.example>\r\nBcc: c@d.example"))


@given(TEXT.filter(str.strip))
@settings(max_examples=60)
def test_any_subject_reads_back_and_is_folded(subject: str) -> None:
    """Whatever the subject, its header decodes to it and no line of it is over 78."""
    written = unstructured(subject, used=9, field="subject")
    assert all(len(line) <= 78 - (9 if at == 0 else 0) for at, line in enumerate(written.split("\r\n")))
    message: Any = message_from_bytes(f"Subject: {written}\r\n\r\n".encode(), policy=policy)
    assert message["subject"] == subject
    assert not message["subject"].defects


@given(TEXT)
@settings(max_examples=60)
def test_any_name_reads_back_from_to_and_lines_stay_short(name: str) -> None:
    """200 characters of any script make a folded To that names exactly this person and this address."""
    data = light(issue()).fill(replace(ADA, name=name)).data
    head = data.split(b"\r\n\r\n")[0]
    block = head[head.index(b"To: ") : head.index(b"Subject:")]
    assert max(map(len, block.split(b"\r\n"))) <= 78
    # email.header decodes: the newer parser of CPython 3.11 puts a blank between adjacent encoded words of a name
    unfolded = block.decode("ascii").removeprefix("To: ").replace("\r\n", "")
    words, _, address = unfolded.rpartition(" ")
    assert address.strip("<>") == "ada@mail.example"
    quoted = words.startswith('"')
    decoded = re.sub(r"\\(.)", r"\1", words[1:-1]) if quoted else str(make_header(decode_header(words)))
    assert decoded == " ".join(name.split())


def test_an_address_outside_ascii_asks_for_smtputf8() -> None:
    """RFC 6531 is asked for by a local part outside ASCII, and by nothing else."""
    assert light(issue()).fill(replace(ADA, address="zoë@mail.example")).smtputf8
    assert not light(issue()).fill(replace(ADA, name="Zoë")).smtputf8


def test_item_text_never_reaches_the_header_block() -> None:
    """Titles are not headers: an item that pretends to be one changes nothing above the empty line."""
    plain, hostile = (
        render_issue(issue(item(title=title)), theme=THEME, locale="en").headers(ADA)
        for title in ("Calm", "Bcc: x@y.example\r\nX-Evil: 1")
    )
    assert hostile.split("Content-Type")[0] == plain.split("Content-Type")[0]
