"""Servers that are not in this process: our own sink as a program, and Postfix's smtp-sink."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from memory_ledger import MemoryLedger, fill

from digest.deliver.relays import parse_relay
from digest.deliver.sending import send
from support_postfix import postfix_sink
from support_smtp import SinkProcess


def test_a_sink_in_another_process_logs_what_it_accepts(tmp_path: Path) -> None:
    """Message-ID, recipient and sha256 of each message stand in its log when the sender has its 250."""
    ledger = MemoryLedger(5)
    with SinkProcess(tmp_path) as sink:
        report = send(fill, ledger, [parse_relay("main", sink.url)])
        log = sink.log()
    assert report.accepted == 5
    expected = [
        (f.message_id, f.recipient, hashlib.sha256(f.data).hexdigest()) for f in map(fill, ledger.recipients.values())
    ]
    assert [(line.message_id, line.recipient, line.sha256) for line in log] == expected


@pytest.mark.postfix
def test_what_postfix_wrote_is_what_the_ledger_says() -> None:
    """smtp-sink's files hold each accepted message once, with its envelope and bytes."""
    ledger = MemoryLedger(20)
    with postfix_sink() as sink:
        report = send(fill, ledger, [parse_relay("main", sink.url)])
        assert (report.accepted, report.stopped) == (20, ""), report.note
        received = sink.await_messages(20)
    found = {message.recipients[0]: message for message in received}
    assert len(received) == len(found) == 20
    for recipient in ledger.recipients.values():
        message = fill(recipient)
        assert found[recipient.address].data == message.data
        assert found[recipient.address].sender == message.sender
