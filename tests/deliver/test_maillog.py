"""What mail servers' logs say about a Message-ID: taken, only named, or nothing."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.deliver.maillog import UNREADABLE, LogReading, lines_of, read_log

A, B, C = "a" * 32, "b2" * 16, "c7" * 16


def read(log: str) -> LogReading:
    return read_log(log.strip().encode().splitlines(keepends=True), {A, B, C})


POSTFIX = f"""
Nov 23 09:00:01 mx postfix/smtpd[10]: 4F2A1C0: client=digest[10.0.0.2]
Nov 23 09:00:01 mx postfix/cleanup[11]: 4F2A1C0: message-id=<{A}@weekly.makers.example>
Nov 23 09:00:01 mx postfix/qmgr[12]: 4F2A1C0: from=<digest@makers.example>, size=31022, nrcpt=1 (queue active)
Nov 23 09:00:02 mx postfix/cleanup[11]: 4F2A1C1: message-id=<{B}@weekly.makers.example>
Nov 23 09:00:02 mx postfix/smtpd[10]: lost connection after DATA from digest[10.0.0.2]
2026-11-23T09:00:03.123456+00:00 mx postfix/cleanup[11]: 4cZ9Xy3Lz1zKb: message-id=<{C}@weekly.makers.example>
2026-11-23T09:00:03.223456+00:00 mx postfix/cleanup[11]: 4cZ9Xy3Lz1zKb: milter-reject: END-OF-MESSAGE from d[10.0.0.2]
"""


def test_postfix_has_taken_what_its_queue_manager_has() -> None:
    """`message-id=` alone is a message still coming in; one lost on the way or refused by a milter was not taken."""
    reading = read(POSTFIX)
    assert set(reading.received) == {A} and set(reading.mentioned) == {B, C}
    assert "(queue active)" in reading.received[A] and reading.lines == 7


def test_a_delivery_of_postfix_counts_without_its_queue_manager() -> None:
    """A log that keeps only deliveries says enough, also when the next hop refused: the relay had it."""
    reading = read(
        f"""
Nov 23 09:00:01 mx postfix/cleanup[11]: 4F2A1C0: message-id=<{A}@weekly.makers.example>
Nov 23 09:00:09 mx postfix/smtp[13]: 4F2A1C0: to=<ana@quay.example>, relay=mx.quay.example[10.1.1.1]:25, delay=8, \
dsn=4.4.2, status=deferred (lost connection)
"""
    )
    assert set(reading.received) == {A}


def test_a_queue_id_used_again_is_another_message() -> None:
    """Short queue ids come round: the later message's lines say nothing about the earlier one."""
    reading = read(
        f"""
Nov 23 09:00:01 mx postfix/cleanup[11]: 4F2A1C0: message-id=<{A}@weekly.makers.example>
Nov 23 09:20:01 mx postfix/cleanup[11]: 4F2A1C0: message-id=<someone-elses@other.example>
Nov 23 09:20:01 mx postfix/qmgr[12]: 4F2A1C0: from=<x@other.example>, size=100, nrcpt=1 (queue active)
"""
    )
    assert not reading.received and set(reading.mentioned) == {A}


def test_exim_has_taken_what_it_writes_down() -> None:
    """Exim's `<=` line is written when the message is its own; its other lines with the id prove nothing."""
    reading = read(
        f"""
2026-11-23 09:00:01 1pQxyz-0005Ab-2C <= digest@makers.example H=web [10.0.0.2] P=esmtps S=3121 id={A}@weekly.example
2026-11-23 09:00:01 1pQxyz-000000005Ab-2CdE <= digest@makers.example H=web P=esmtps S=3121 id={B}@weekly.makers.example
2026-11-23 09:00:02 1pQxyz-0005Ab-2D rejected after DATA: id={C}@weekly.makers.example
"""
    )
    assert set(reading.received) == {A, B} and set(reading.mentioned) == {C}


def test_sendmail_has_taken_what_it_goes_on_with() -> None:
    """`msgid=` is written before the milters have spoken; a delivery of the same queue id settles it."""
    reading = read(
        f"""
Nov 23 09:00:01 mx sm-mta[77]: 3AN90112004711: from=<d@m.example>, size=31022, class=0, nrcpts=1, \
msgid=<{A}@weekly.makers.example>, proto=ESMTP, daemon=MTA, relay=web [10.0.0.2]
Nov 23 09:00:02 mx sm-mta[78]: 3AN90112004711: to=<ana@quay.example>, delay=00:00:01, mailer=esmtp, stat=Sent (ok)
Nov 23 09:00:03 mx sm-mta[77]: 3AN90112004712: from=<d@m.example>, size=31022, class=0, nrcpts=1, \
msgid=<{B}@weekly.makers.example>, proto=ESMTP, daemon=MTA, relay=web [10.0.0.2]
Nov 23 09:00:03 mx sm-mta[77]: 3AN90112004712: Milter: data, reject=550 5.7.1 no
"""
    )
    assert set(reading.received) == {A} and set(reading.mentioned) == {B}


def test_lines_of_json_say_what_happened() -> None:
    """A reception or delivery is proof, a rejection or a kind nobody knows is not."""
    events = [
        {"type": "Reception", "headers": {"Message-ID": f"<{A}@weekly.makers.example>"}},
        {"event": "failed", "message": {"headers": {"message-id": f"{B}@weekly.makers.example"}}},
        {"event": "delivered", "message": {"headers": {"message-id": f"{C}@weekly.makers.example"}}},
    ]
    reading = read("\n".join(map(json.dumps, events)))
    assert set(reading.received) == {A, C} and set(reading.mentioned) == {B}


def test_other_people_s_messages_are_no_business_of_ours() -> None:
    """An id that nobody asked about is neither kept nor counted, whatever it looks like."""
    reading = read(f"Nov 23 09:00:01 mx postfix/cleanup[11]: 4F2A1C0: message-id=<{'d' * 32}@weekly.makers.example>")
    assert reading == LogReading({}, {}, 1)


@pytest.mark.parametrize(
    ("suffix", "pack"), [("", bytes), (".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
def test_packed_logs_are_read(tmp_path: Path, suffix: str, pack: object) -> None:
    """As logrotate leaves them; one that was cut short is an error, not the end of the log."""
    path = tmp_path / f"mail.log{suffix}"
    path.write_bytes(pack(POSTFIX.encode() * 50))  # type: ignore[operator]
    assert set(read_log(lines_of(path), {A}).received) == {A}
    if suffix:
        path.write_bytes(path.read_bytes()[:-9])
        with pytest.raises(UNREADABLE):
            list(lines_of(path))


def test_a_line_without_an_end_costs_no_memory(tmp_path: Path) -> None:
    """A file of one line comes in pieces of bounded size."""
    path = tmp_path / "mail.log"
    path.write_bytes(b"x" * 1_000_000)
    assert max(map(len, lines_of(path))) <= 65536


@given(st.lists(st.binary(max_size=200) | st.sampled_from(POSTFIX.encode().splitlines()), max_size=20))
def test_no_line_breaks_the_reader(lines: list[bytes]) -> None:
    """Whatever bytes a log holds, only lines that a server wrote about a message of ours settle anything."""
    reading = read_log(lines, {A, B, C})
    assert reading.lines == len(lines) and not set(reading.received) & set(reading.mentioned)
    assert all(text.isprintable() for text in [*reading.received.values(), *reading.mentioned.values()])
