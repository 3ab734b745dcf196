"""Words to the operator: complete, calm, and impossible to inject into."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default as modern

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.accounting import describe
from digest.deliver.notice import Notice, notice_for, notice_message, webhook_payload
from digest.errors import UsageError
from digest.model import Accounting, EmailAddress, Mailbox, Message

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
COUNTS = Accounting(
    candidates=100, accepted=90, refused=3, uncertain=1, skipped=2, deferred=3, waiting=1,
    reasons={"refused(code)": 2, "refused(policy)": 1, "skipped(suppressed)": 2},
)  # fmt: skip


def mail(notice: Notice, *, to: str = "editors@riverside-makers.example") -> Message:
    return notice_message(
        sender=Mailbox.parse("Riverside Makers <digest@riverside-makers.example>"), to=EmailAddress.parse(to),
        subject=notice.subject, lines=notice.body.splitlines(), date=AT, message_id_domain="riverside-makers.example",
        key=f"{notice.cause}/2026-11-23",
    )  # fmt: skip


def test_every_count_has_a_line_and_what_happens_next() -> None:
    """Six counts, reasons in words, the commands that act on them."""
    assert describe(COUNTS, issue="weekly/12", next_try="at 09:35") == [
        "100 recipients",
        "   90 accepted",
        "    3 refused (2 the receiving server said no; 1 the server objects to how we send) - not tried again; who and"
        " why: `digest issue recipients weekly/12 --state refused`",
        "    1 uncertain - no answer after the last byte, it may or may not have arrived:"
        " `digest issue resolve weekly/12 ADDRESS --received` or `--send-again`",
        "    2 skipped (2 suppressed)",
        "    3 deferred - tried again by itself at 09:35",
        "    1 waiting - not reached yet; a resumed or the next run sends them",
    ]


def test_counts_that_do_not_add_up_are_not_hidden() -> None:
    """The fault is said in the second line."""
    assert "do not add up" in describe(Accounting(candidates=5, accepted=4))[1]


@pytest.mark.parametrize("key", ["refused(code)", "refused:code", "refused.code"])
def test_reasons_are_understood_in_each_spelling(key: str) -> None:
    """The ledger may key reasons in any of three ways."""
    line = describe(Accounting(candidates=1, refused=1, reasons={key: 1}))[2]
    assert "1 the receiving server said no" in line


def test_a_sent_notice_carries_accounting_command_and_next_issue() -> None:
    """Everything an operator asks after a send stands in it."""
    notice = notice_for("sent", name="weekly/12", title="Kilns!", accounting=COUNTS, next_at="Monday 30 November 09:00")
    assert notice.subject == "weekly/12 was sent to 90 of 100"
    for words in (
        'weekly/12, "Kilns!", was sent.',
        "   90 accepted",
        "digest issue recipients weekly/12",
        "30 November",
    ):
        assert words in notice.body


@pytest.mark.parametrize("reason", ["late", "editor", "preflight", "breaker", "source_failed", "list_changed"])
def test_each_reason_for_holding_has_words_and_a_command(reason: str) -> None:
    """No reason falls through to the bare word."""
    notice = notice_for("held", name="weekly/12", reason=reason)
    assert reason not in notice.subject.split()[3:] or reason == "editor"
    assert "What you can do:\n  digest " in notice.body
    assert "weekly/12" in notice.body.split("What you can do:")[1]
    assert notice.cause == f"held:weekly/12:{reason}"


@pytest.mark.parametrize(
    ("event", "name", "words"),
    [
        ("skipped", "weekly/12", "digest send weekly "),
        ("paused", "weekly/12", "digest issue resume weekly/12"),
        ("failed", "weekly@2026-11-23T09:00@Europe/Dublin", "digest send weekly "),
        ("source_failed", "blog", "digest gather blog"),
    ],
)
def test_each_event_says_what_to_type(event: str, name: str, words: str) -> None:
    """The next command is complete: names are filled in."""
    notice = notice_for(event, name=name, reason="too_few" if event == "skipped" else "", detail="It said: no.")  # type: ignore[arg-type]
    assert words in notice.body
    assert "It said: no." in notice.body
    assert "{" not in notice.body


def test_a_notice_is_a_clean_plain_message() -> None:
    """The standard parser reads it back without defects; it is marked as automatic; a repeat is the same message."""
    notice = notice_for(
        "failed", name="weekly/12", title="Grüße", detail=".dot\nrelay.main: no\nΑθήνα " + "long " * 300
    )
    message = mail(notice)
    parsed = message_from_bytes(message.data, policy=modern)
    assert not parsed.defects
    assert parsed["From"] == "Riverside Makers <digest@riverside-makers.example>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["Message-ID"] == f"<{message.message_id}>"
    assert parsed.get_content().replace("\r\n", "\n") == notice.body
    assert message.data == mail(notice).data
    assert (message.sender, message.recipient) == (
        "digest@riverside-makers.example",
        "editors@riverside-makers.example",
    )
    lines = message.data.split(b"\r\n")
    assert message.data.isascii() and b"\n" not in message.data.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 78 and not any(line.startswith(b".") for line in lines)


def test_an_operator_with_a_utf8_address_is_written_to() -> None:
    """The message asks for SMTPUTF8 and carries the address as it is."""
    message = mail(notice_for("paused", name="weekly/12"), to="grüße@mail.example")
    assert message.smtputf8
    assert "To: grüße@mail.example\r\n".encode() in message.data


def test_a_subject_with_a_control_character_is_refused() -> None:
    """It is an error of the caller, never a header."""
    with pytest.raises(UsageError, match="control character"):
        mail(Notice("sent", "c", "Hello\r\nBcc: everybody@mail.example", "x"))


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=200))
def test_outside_text_never_becomes_a_header(title: str, reason: str, detail: str) -> None:
    """For any title, reason and detail the headers are the same nine, and the payload is JSON."""
    notice = notice_for("held", name="weekly/12", title=title, reason=reason, detail=detail)
    parsed = message_from_bytes(mail(notice).data, policy=modern)
    assert sorted(parsed.keys()) == [
        "Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID",
        "Subject", "To", "X-Auto-Response-Suppress",
    ]  # fmt: skip
    assert "\n" not in notice.subject
    json.dumps(webhook_payload(notice, site="Riverside Makers", at=AT))


def test_the_webhook_says_the_same_to_people_and_programs() -> None:
    """`text` for a chat service; event, counts and time for a program."""
    notice = notice_for("sent", name="weekly/12", accounting=COUNTS)
    payload = webhook_payload(notice, site="Riverside Makers", at=AT)
    assert payload["text"].startswith("weekly/12 was sent to 90 of 100\n")
    assert payload["accounting"]["uncertain"] == 1
    assert (payload["event"], payload["at"]) == ("sent", "2026-11-23T09:30:00+00:00")
