"""DKIM: dkimpy accepts what we sign, and nothing that matters can be changed or added afterwards."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import support_dkim as judge
from digest.deliver.dkim import Signer, dns_strings, generate_key, read_private_key, record_text
from digest.deliver.dkim.heads import Heads
from digest.errors import DigestError, UsageError
from digest.model import Message

HEAD = (
    b"From: Harbour <digest@harbour.example>\r\nTo: ada@mail.example\r\nSubject: Boats,\r\n ropes\r\n"
    b"Date: Mon, 23 Nov 2026 10:00:00 +0100\r\nMessage-ID: <m7@harbour.example>\r\nMIME-Version: 1.0\r\n"
    b"List-Unsubscribe: <https://harbour.example/u/abc>,\r\n <mailto:leave@harbour.example>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nContent-Type: text/plain\r\n"
)
BODY = b"One line.\r\n\r\nAnother  one with blanks.\r\n"


def message(data: bytes = HEAD + b"\r\n" + BODY) -> Message:
    return Message(7, "digest@harbour.example", "ada@mail.example", data, "m7@harbour.example")


def signed(data: bytes = HEAD + b"\r\n" + BODY, *kinds: str) -> bytes:
    return Signer(judge.settings(*(kinds or ("rsa", "ed25519"))))(message(data)).data


@pytest.mark.parametrize("kinds", [("rsa",), ("ed25519",), ("rsa", "ed25519")])
def test_each_signature_verifies_and_the_message_behind_it_is_as_it_was(kinds: tuple[str, ...]) -> None:
    data = signed(HEAD + b"\r\n" + BODY, *kinds)

    assert judge.verdicts(data) == [True] * len(kinds)
    assert data.endswith(HEAD + b"\r\n" + BODY)
    assert [tags["a"] for tags in judge.signature_tags(data)] == [f"{kind}-sha256" for kind in kinds]


def test_the_list_headers_are_signed_and_nothing_may_be_appended() -> None:
    """RFC 8058 section 4 asks for both in h=; l= would let anybody add to the body (RFC 6376 section 8.2)."""
    for tags in judge.signature_tags(signed()):
        names = tags["h"].split(":")
        assert {"list-unsubscribe", "list-unsubscribe-post", "from", "to", "subject", "date", "message-id"} <= set(
            names
        )
        assert names.count("from") == 2 and names.count("subject") == 2
        assert "l" not in tags and "x" not in tags
    assert judge.verdicts(signed() + b"More.\r\n") == [False, False]


@pytest.mark.parametrize(
    "field",
    [
        "From: Someone <else@harbour.example>", "Subject: Another", "To: x@y.example", "Reply-To: thief@y.example",
        "Date: Tue, 24 Nov 2026 10:00:00 +0100", "Content-Type: text/html", "Content-Transfer-Encoding: base64",
        "List-Unsubscribe: <https://y.example/>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "Message-ID: <other@y.example>", "MIME-Version: 1.0", "Cc: z@y.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_no_second_header_can_be_slipped_in(field: str, first: bool) -> None:
    line = field.encode() + b"\r\n"
    data = line + signed() if first else signed().replace(b"\r\n\r\n", b"\r\n" + line + b"\r\n", 1)
    assert judge.verdicts(data) == [False, False]


@pytest.mark.parametrize(
    "place", ["Harbour", "ada@", "Boats", "10:00:00", "m7@", "/u/abc", "leave@", "One-Click", "line"]
)
def test_no_signed_word_can_be_changed(place: str) -> None:
    data = signed()
    assert judge.verdicts(data.replace(place.encode(), b"x" + place.encode()[1:], 1)) == [False, False]


def test_a_relay_may_fold_headers_anew_and_add_its_own() -> None:
    data = signed().replace(b"Boats,\r\n ropes", b"Boats, ropes").replace(b"To: ada", b"TO:  ada")
    assert judge.verdicts(b"Received: from a by b; Mon, 23 Nov 2026 10:00:01 +0100\r\n" + data) == [True, True]


@given(
    st.lists(st.text(st.characters(max_codepoint=126, exclude_characters="\r\n"), max_size=90), max_size=6),
    st.integers(0, 4),
)
def test_any_body_verifies_whatever_it_ends_with(lines: list[str], empty: int) -> None:
    """RFC 6376 section 3.4.3: empty lines at the end do not count, and an empty body is one line end."""
    body = "\r\n".join(lines).encode() + b"\r\n" * empty
    assert judge.verdicts(signed(HEAD + b"\r\n" + body, "ed25519")) == [True]


@given(
    st.lists(st.tuples(st.sampled_from(["X-A", "x-a", "X-B", "Comments"]), st.text(" \tab", max_size=9)), max_size=8)
)
def test_repeated_and_oddly_blanked_fields_verify(extra: list[tuple[str, str]]) -> None:
    """RFC 6376 section 5.4.2: of fields with one name the last is signed first."""
    block = "".join(f"{name}:{value}\r\n" for name, value in extra).encode()
    assert judge.verdicts(signed(HEAD + block + b"\r\n" + BODY, "ed25519")) == [True]


def test_the_same_message_is_signed_with_the_same_bytes_at_any_time() -> None:
    """t= is the instant of Date, so that a repeated message is a copy."""
    assert signed() == signed()
    assert {tags["t"] for tags in judge.signature_tags(signed())} == {"1795424400"}


def test_a_signer_goes_on_through_messages_of_all_shapes() -> None:
    """What it remembers of one message never shows in another."""
    signer = Signer(judge.settings("rsa", "ed25519"))
    for number in range(400):
        date = b"%02d Nov 2026" % (number % 28 + 1)
        extra = b"X-Odd: %d\r\n" % number if number % 3 else b""
        data = HEAD.replace(b"m7@", b"m%d@" % number).replace(b"23 Nov 2026", date) + extra + b"\r\n" + BODY
        assert judge.verdicts(signer(message(data)).data) == [True, True]


BITS = [
    b"a", b"Ada <a@x.example>", b" ", b"  ", b"\t", b"\r\n ", b"\r\n\t", b"\r\nTo: x", b"\r\nX-New: y", b"\r\n\r\n",
    b"", b"Subject: z", b"\r", b"\n", b":", "ü".encode(), b"\r\nSubject: Boats", b"x" * 3000,
]  # fmt: skip
VALUES = st.lists(
    st.sampled_from(BITS),
    max_size=3,
).map(b"".join)
TEMPLATES = st.sampled_from(
    [
        b"From: a@x.example\r\nTo: %s\r\nSubject: Boats\r\nMessage-ID: <%s@x>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0000",
        b"From: a@x.example\r\nX-A:%s\r\nX-A: %s\r\nSubject: Boats,\r\n  ropes",
        b"Received: %s\r\nFROM : a@x.example\r\nSubject: %s",
        b"Date: Mon, 23 Nov 2026 09:00:00 +0%s00\r\nFrom: %s",
    ]
)


@settings(max_examples=600)
@given(TEMPLATES, st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=8), st.booleans())
def test_a_mould_gives_what_reading_field_by_field_gives(
    template: bytes, values: list[tuple[bytes, bytes]], plainly: bool
) -> None:
    """Whatever messages came before, and whatever stands where a value was."""
    remembering = Heads()
    for one, other in [(b"1", b"2"), (b"3", b"4")] * plainly + values:
        data = template % (one, other) + b"\r\n\r\nbody\r\n\r\nSubject: no\r\n\r\n"
        try:
            expected = Heads().read(data)
        except DigestError:
            with pytest.raises(DigestError):
                remembering.read(data)
            continue
        assert remembering.read(data) == expected


def test_the_messages_of_an_issue_fit_one_mould() -> None:
    """Otherwise nobody would notice that signing became slow again."""
    heads = Heads()
    for number in range(9):
        data = HEAD.replace(b"ada@", b"a%d@" % number).replace(b"m7@", b"m%d@" % number) + b"\r\n" + BODY
        heads.read(data)
    assert len(heads._moulds) == 1 and heads._moulds[0].press(data) == Heads().read(data)


def test_no_line_of_a_signature_is_long() -> None:
    head = signed().split(b"From:")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "data", [HEAD.replace(b"From:", b"X-From:") + b"\r\n", b"From: x@y.example\r\n" + HEAD + b"\r\n", HEAD]
)
def test_what_is_no_message_is_not_signed(data: bytes) -> None:
    """Two From fields, or none, let a reader see another sender than was checked (RFC 7489 section 6.6.1)."""
    with pytest.raises(DigestError):
        signed(data)


def test_a_message_without_a_readable_date_is_signed_without_an_instant() -> None:
    data = signed(HEAD.replace(b"Mon, 23 Nov 2026 10:00:00 +0100", b"some time ago") + b"\r\n" + BODY)
    assert judge.verdicts(data) == [True, True]
    assert "t" not in judge.signature_tags(data)[0]


def test_a_record_is_published_in_strings_of_at_most_255_octets() -> None:
    key = read_private_key(judge.pem("rsa"))
    strings = dns_strings(key.record)
    assert len(strings) == 2 and max(map(len, strings)) <= 255 and "".join(strings) == key.record
    line = record_text("rsa._domainkey.harbour.example", key.record)
    assert "".join(re.findall(r'"([^"]*)"', line)) == key.record
    assert record_text("e._domainkey.harbour.example", judge.key("ed25519").record).count('"') == 2


def test_keys_that_receivers_could_not_verify_are_refused_and_never_repeated() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    def text(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, lock: bytes = b"") -> str:
        how = serialization.BestAvailableEncryption(lock) if lock else serialization.NoEncryption()
        return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how).decode()

    locked = text(rsa.generate_private_key(65537, 1024), b"secret")
    short = text(rsa.generate_private_key(65537, 1024)).replace("\n", "\n", 1)
    assert read_private_key(short).bits == 1024
    public = serialization.load_pem_private_key(short.encode(), None).public_key()
    wrong = {
        "a passphrase": locked,
        "cannot sign DKIM": text(ec.generate_private_key(ec.SECP256R1())),
        "the public half": public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode(),
        "no private key": "-----BEGIN PRIVATE KEY-----\nbm9uc2Vuc2U=\n-----END PRIVATE KEY-----\n",
        "no private key in PEM": "hunter2",
    }
    for words, pem in wrong.items():
        with pytest.raises(UsageError, match=words) as caught:
            read_private_key(pem)
        assert caught.value.try_ and "bm9u" not in str(caught.value) and "hunter2" not in str(caught.value)


def test_settings_do_not_show_the_key() -> None:
    assert "PRIVATE" not in repr(judge.settings("rsa"))


def test_made_keys_differ() -> None:
    assert generate_key("ed25519") != generate_key("ed25519")


def test_delivering_without_dkim_loads_no_cryptography() -> None:
    """Who does not sign does not pay 30 ms for it."""
    code = "import sys, digest.deliver; digest.deliver.send; sys.exit('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
