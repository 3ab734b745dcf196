"""The nouns: addresses are safe to write into a command, tokens cannot be forged, snapshots survive storage."""

from __future__ import annotations

import random
import re
import string
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import AddressError, DigestError, TokenError
from digest.model import (
    Article,
    Author,
    BounceClaims,
    EmailAddress,
    Image,
    Issue,
    Item,
    Mailbox,
    Period,
    Purpose,
    Recipient,
    Sending,
    Site,
    from_plain,
    has_control,
    is_reserved_domain,
    message_id_for,
    read_bounce_token,
    read_token,
    sign_bounce_token,
    sign_token,
    to_plain,
)
from digest.model.issue import ISSUE_TRANSITIONS, IssueState

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Ana@Example.ORG", "ana@example.org"),
        ("  o'neill+news@quay.example ", "o'neill+news@quay.example"),
        ("grüße@bücher.example", "grüße@xn--bcher-kva.example"),
        ("a@sub.domain.co.uk", "a@sub.domain.co.uk"),
        ("用户@例子.广告", "用户@xn--fsqu00a.xn--4rr70v"),
    ],
)
def test_an_address_is_known_by_its_lower_case_with_an_ascii_domain(text: str, key: str) -> None:
    assert EmailAddress.parse(text).key == key


@pytest.mark.parametrize(
    "text",
    [
        "", "plain", "two@at@signs.example", "@nobody.example", "nobody@", "a b@c.example", "a@b", "a@.example",
        "a@b..example", "a@-b.example", "a@[127.0.0.1]", "a@127.0.0.1", "a..b@c.example", ".a@c.example",
        "a@c.example\r\nBcc: x@y.example", "a\x00@c.example", "a@c.example\x7f", "x" * 65 + "@c.example",
        "a@" + "b" * 64 + ".example", "a@" + "b." * 130 + "example", "a@c.123",
        "a\u202e@c.example", "a\u200b@c.example",
        "a@c_d.example", "<a@c.example>", "a,b@c.example",
    ],
)  # fmt: skip
def test_an_unusable_address_is_refused_with_a_reason_and_a_fix(text: str) -> None:
    with pytest.raises(AddressError) as caught:
        EmailAddress.parse(text)

    assert caught.value.why
    assert "Try:" in str(caught.value)


@given(st.text(max_size=80))
def test_whatever_parses_as_an_address_holds_nothing_that_could_leave_its_line(text: str) -> None:
    try:
        address = EmailAddress.parse(text)
    except AddressError:
        return
    written = str(address)

    assert not has_control(written)
    assert not any(char.isspace() or char in '<>,;"()[]\\' for char in written)
    assert EmailAddress.parse(written) == address


@given(st.from_regex(r"[a-z0-9]{1,20}@[a-z]{1,10}\.[a-z]{2,6}", fullmatch=True))
def test_plain_addresses_are_accepted_as_they_are(text: str) -> None:
    assert str(EmailAddress.parse(text)) == text


def test_a_sender_is_a_name_and_an_address() -> None:
    mailbox = Mailbox.parse("Riverside Makers <digest@riverside-makers.example>")

    assert mailbox == Mailbox("Riverside Makers", EmailAddress("digest", "riverside-makers.example"))
    assert str(mailbox) == "Riverside Makers <digest@riverside-makers.example>"
    with pytest.raises(AddressError):
        Mailbox.parse("Riverside\r\nBcc: all@x.example <digest@riverside-makers.example>")


def test_reserved_names_are_recognised_and_real_ones_are_not() -> None:
    assert all(is_reserved_domain(name) for name in ("a.example", "example.com", "mail.example.org", "x.test"))
    assert not any(is_reserved_domain(name) for name in ("notexample.com", "example.io", "test.de"))


@given(st.integers(0, 2**40 - 1), st.integers(0, 2**24 - 1), st.integers(0, 2**16 - 1), st.integers(0, 255))
def test_a_token_reads_back_as_what_was_signed(subscriber: int, list_id: int, generation: int, key_id: int) -> None:
    token = sign_token(
        b"k" * 32,
        key_id=key_id,
        purpose=Purpose.UNSUBSCRIBE,
        subscriber_id=subscriber,
        list_id=list_id,
        generation=generation,
    )
    claims = read_token({key_id: b"k" * 32}, token, purpose=Purpose.UNSUBSCRIBE)

    assert len(token) == 38
    assert (claims.subscriber_id, claims.list_id, claims.generation) == (subscriber, list_id, generation)


@given(st.integers(0, 37), st.sampled_from(string.ascii_letters + string.digits + "-_"))
def test_a_token_with_any_character_changed_is_refused(position: int, char: str) -> None:
    token = sign_token(b"k" * 32, key_id=1, purpose=Purpose.UNSUBSCRIBE, subscriber_id=7, list_id=1)
    forged = token[:position] + char + token[position + 1 :]
    if forged == token:
        return
    with pytest.raises(TokenError):
        read_token({1: b"k" * 32}, forged, purpose=Purpose.UNSUBSCRIBE)


def test_a_token_serves_its_purpose_only_and_survives_a_rotation_of_keys() -> None:
    token = sign_token(b"old", key_id=1, purpose=Purpose.CONFIRM, subscriber_id=7, list_id=1)

    with pytest.raises(TokenError):
        read_token({1: b"old"}, token, purpose=Purpose.UNSUBSCRIBE)
    with pytest.raises(TokenError):
        read_token({2: b"new"}, token, purpose=Purpose.CONFIRM)
    assert read_token({1: b"old", 2: b"new"}, token, purpose=Purpose.CONFIRM).subscriber_id == 7


@given(st.integers(0, 255), st.integers(0, 2**32 - 1), st.integers(0, 2**40 - 1), st.randoms(use_true_random=False))
def test_a_bounce_token_reads_back_whatever_servers_did_to_its_case(
    key_id: int, issue: int, subscriber: int, chance: random.Random
) -> None:
    token = sign_bounce_token(b"k" * 32, key_id=key_id, issue_id=issue, subscriber_id=subscriber)
    folded = "".join(chance.choice((char.lower(), char.upper())) for char in token)

    assert len(token) == 32 and re.fullmatch(r"[a-z2-7]+", token)
    assert read_bounce_token({key_id: b"k" * 32}, folded) == BounceClaims(key_id, issue, subscriber)


@given(st.integers(0, 31), st.sampled_from(string.ascii_lowercase + "0123456789=+_"))
def test_a_bounce_token_with_any_character_changed_is_refused(position: int, char: str) -> None:
    token = sign_bounce_token(b"k" * 32, key_id=1, issue_id=12, subscriber_id=7)
    forged = token[:position] + char + token[position + 1 :]
    if forged == token:
        return
    with pytest.raises(TokenError):
        read_bounce_token({1: b"k" * 32}, forged)


@given(st.text(max_size=80))
def test_any_text_is_refused_as_a_bounce_token(text: str) -> None:
    with pytest.raises(TokenError):
        read_bounce_token({1: b"k" * 32}, text)


def test_a_bounce_token_survives_a_rotation_of_keys_and_no_other_key_makes_it() -> None:
    token = sign_bounce_token(b"old", key_id=1, issue_id=12, subscriber_id=7)

    assert read_bounce_token({1: b"old", 2: b"new"}, token).subscriber_id == 7
    for keys in ({2: b"old"}, {1: b"new"}, {}):
        with pytest.raises(TokenError):
            read_bounce_token(keys, token)


def test_message_ids_depend_on_issue_and_subscriber_and_on_nothing_else() -> None:
    ids = {message_id_for(b"k", issue=issue, subscriber_id=who) for issue in ("a/1", "a/2") for who in (1, 2)}

    assert len(ids) == 4
    assert message_id_for(b"k", issue="a/1", subscriber_id=1) in ids


def test_snapshots_survive_being_stored_as_json() -> None:
    item = Item(
        1, "Ünïcode — title", "https://a.example/", "Sum.", image=Image("https://a.example/i.png", 600, 400, "alt")
    )
    issue = Issue(
        digest="weekly",
        title="Weekly",
        number=3,
        period=Period("2026-11-23T09:00@Europe/Dublin", NOW - timedelta(days=7), NOW),
        site=Site("Site", "https://a.example", "1 Street"),
        sending=Sending(Mailbox.parse("S <s@a.example>"), NOW, "l.a.example", "a.example", "u@a.example"),
        subject="s",
        preheader="p",
        items=(item,),
    )
    recipient = Recipient(1, 2, "a@b.example", topics=("news",), tokens={"unsubscribe": "x"})
    article = Article("blog", "g", None, "T", "text", authors=(Author("A"),), origin={"title": "feed"}, published=NOW)

    for value in (issue, recipient, article):
        assert from_plain(type(value), to_plain(value)) == value


def test_every_issue_state_says_what_may_follow_it() -> None:
    assert set(ISSUE_TRANSITIONS) == set(IssueState)
    assert ISSUE_TRANSITIONS[IssueState.CANCELLED] == frozenset()
    assert all(IssueState.FROZEN not in ISSUE_TRANSITIONS[state] for state in (IssueState.DONE, IssueState.SENDING))


def _all_errors(cls: type[DigestError]) -> list[type[DigestError]]:
    return [cls, *(deeper for child in cls.__subclasses__() for deeper in _all_errors(child))]


def test_the_drawing_of_the_error_tree_names_every_error() -> None:
    from digest import errors

    assert errors.__doc__ is not None
    ours = [cls.__name__ for cls in _all_errors(DigestError) if cls.__module__ == "digest.errors"]

    assert [name for name in ours if name not in errors.__doc__] == []
