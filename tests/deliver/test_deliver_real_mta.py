"""A real mail server: Debian's Postfix on loopback, TLS on, everything it takes discarded and logged."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from memory_ledger import MemoryLedger, fill

from digest.deliver.sending import send
from digest.deliver.settings import RelaySettings
from support_postfix import postfix_mta
from support_smtp import TlsMaterial

PEOPLE = 20_000 if os.environ.get("DIGEST_PROOF") == "1" else 400


@pytest.mark.postfix
@pytest.mark.slow
def test_postfix_has_each_message_once(tmp_path: Path) -> None:
    """Over STARTTLS, chunked and pipelined, from ten connections: none lost, none twice, by Postfix's own log."""
    material = TlsMaterial.make(tmp_path)
    ledger = MemoryLedger(PEOPLE)
    with postfix_mta(material.certificate, material.key) as mta:
        relay = RelaySettings("main", "localhost", mta.port, "starttls")
        report = send(fill, ledger, [relay], context=material.client_context())
        assert (report.accepted, report.stopped) == (PEOPLE, ""), report.note
        sent = Counter(mta.await_sent(PEOPLE))
    assert set(sent) == {recipient.address for recipient in ledger.recipients.values()}
    assert set(sent.values()) == {1}
    assert ledger.most_intents <= relay.connections * relay.chunk_window
