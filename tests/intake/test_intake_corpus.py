"""Forty-odd mail systems' bounces: what they mean, whom they are about, and that forgery changes nothing of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from intake_corpus import CASES, ORIGINAL, Case
from intake_readers import ADDRESS, ISSUE, MESSAGE_ID, NOW, READER, SUBSCRIBER, VERP, fill, forged

from digest.deliver.intake.reading import read_mail

BOUNCES = [case for case in CASES if case.kind not in ("automatic", "nothing")]


def by_name(case: Case) -> str:
    return case.name


def test_the_corpus_is_broad() -> None:
    """At least 25 systems, no name twice."""
    systems = {case.name.partition(":")[0] for case in BOUNCES}
    assert len(systems) >= 25 and len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", BOUNCES, ids=by_name)
def test_a_bounce_is_understood(case: Case) -> None:
    """Kind and code as a postmaster would read them; the token names issue and person; never later than now."""
    reading = read_mail(fill(case.text), READER, source="pipe", now=NOW)
    [event] = reading.events
    assert (event.kind, event.status) == (case.kind, case.status), event
    assert (event.traces.issue_id, event.traces.subscriber_id) == (ISSUE, SUBSCRIBER)
    assert reading.addressed and NOW - timedelta(hours=2) <= event.at <= NOW
    assert len(event.diagnostic) <= 300 and event.diagnostic.isprintable()


@pytest.mark.parametrize("case", [case for case in BOUNCES if ORIGINAL[:20] in case.text], ids=by_name)
def test_without_verp_the_returned_message_tells(case: Case) -> None:
    """To the From address, without Return-Path: Message-ID, link and address of the returned message are found."""
    raw = fill(case.text.replace("Return-Path: <{VERP}>\n", "").replace("{VERP}", "digest@makers.example"))
    [event] = read_mail(raw, READER, source="pipe", now=NOW).events
    traces = event.traces
    assert traces.issue_id == 0 and MESSAGE_ID in traces.message_ids
    assert traces.subscriber_id == SUBSCRIBER or ADDRESS in traces.addresses
    assert event.kind == case.kind


@pytest.mark.parametrize("case", BOUNCES, ids=by_name)
def test_a_forged_token_leaves_no_trace(case: Case) -> None:
    """One letter changed in every token and Message-ID: nobody is named by anything but a claimed address."""
    raw = fill(case.text, verp=forged(VERP), message_id="x" * 32, link="https://makers.example/u/" + "A" * 38)
    for event in read_mail(raw, READER, source="pipe", now=NOW).events:
        assert (event.traces.issue_id, event.traces.subscriber_id, event.traces.list_id) == (0, 0, 0)
        assert MESSAGE_ID not in event.traces.message_ids


@pytest.mark.parametrize("case", [case for case in CASES if case not in BOUNCES], ids=by_name)
def test_what_is_no_bounce_is_none(case: Case) -> None:
    """Vacations and answers hold our tokens and the very words of bounces, and cause no event."""
    reading = read_mail(fill(case.text), READER, source="pipe", now=NOW)
    assert (reading.what, reading.events) == (case.kind, ())


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("case", BOUNCES[::5], ids=by_name)
def test_line_ends_do_not_matter(case: Case, ending: bytes) -> None:
    """The same events from LF, CRLF and bare CR, and from an mbox file."""
    raw = fill(case.text)
    expected = read_mail(raw, READER, source="pipe", now=NOW)
    assert read_mail(raw.replace(b"\n", ending), READER, source="pipe", now=NOW) == expected
    assert read_mail(b"From MAILER-DAEMON Mon Nov 23\n" + raw, READER, source="pipe", now=NOW) == expected


def test_a_bounce_keeps_its_own_time() -> None:
    """The day is the report's, within thirty days: read again next week it is the same event."""
    raw = fill(CASES[0].text)
    [now], [later] = (read_mail(raw, READER, source="pipe", now=at).events for at in (NOW, NOW + timedelta(days=7)))
    assert now.at == later.at
    old = raw.replace(b"23 Nov 2026", b"23 Nov 1970")
    assert read_mail(old, READER, source="pipe", now=NOW).events[0].at == NOW - timedelta(days=30)
    future = raw.replace(b"23 Nov 2026", b"23 Nov 2090")
    assert read_mail(future, READER, source="pipe", now=NOW).events[0].at == NOW


def test_an_alias_of_several_people_is_not_dead_for_one_of_them() -> None:
    """Two expanded addresses bounced hard, neither is the reader's own: soft. Named itself: hard."""
    from intake_corpus import dsn, fields

    groups = "\n\n".join(
        fields("failed", "5.1.1", "smtp; 550 5.1.1 user unknown", to=f"rfc822; {name}@else.example") for name in "ab"
    )
    [event] = read_mail(fill(dsn(sender="x", words="no", fields=groups)), READER, source="pipe", now=NOW).events
    assert event.kind == "bounce_soft"
    own = groups + "\n\n" + fields("failed", "5.1.1", "smtp; 550 5.1.1 user unknown")
    [event] = read_mail(fill(dsn(sender="x", words="no", fields=own)), READER, source="pipe", now=NOW).events
    assert event.kind == "bounce_hard"


def test_envelope_ids_are_read() -> None:
    """Where the address was rewritten on the way, Original-Envelope-Id (RFC 3461) still holds the token."""
    raw = fill(CASES[0].text.replace("{VERP}", "somebody@else.example"))
    token = VERP.partition("+")[2].partition("@")[0]
    raw = raw.replace(b"Arrival-Date", f"Original-Envelope-Id: {token.upper()}\nArrival-Date".encode(), 1)
    [event] = read_mail(raw, READER, source="pipe", now=NOW).events
    assert (event.traces.issue_id, event.traces.subscriber_id) == (ISSUE, SUBSCRIBER)


def test_case_folding_servers_do_not_hide_a_token() -> None:
    """VERP in upper case is the same token."""
    raw = fill(CASES[0].text, verp=VERP.upper())
    [event] = read_mail(raw, READER, source="pipe", now=NOW).events
    assert event.traces.subscriber_id == SUBSCRIBER


def test_now_is_what_it_says() -> None:
    """The corpus's clock, so that a wrong constant here does not hide a wrong time there."""
    assert datetime(2026, 11, 23, 10, 0, tzinfo=UTC) == NOW and replace(CASES[0], name="x").status == "5.1.1"
