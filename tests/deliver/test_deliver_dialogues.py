"""Every fault one connection can meet, in lock-step, pipelined and chunked, as dialogues (`dialogues/*.smtp`).

After each: the ledger's states are those the dialogue names, the servers took each message as often as it says, nothing
is left claimed or intended, no more than a window was ever intended at a time, and the next run, with a server that
behaves, finishes the job without mailing anybody twice.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from dialogue import Dialogue, Player
from memory_ledger import MemoryLedger, fill

from digest.deliver.sending import Limits, send
from digest.deliver.settings import RelaySettings, Timeouts
from digest.model import DeliveryState, Message, Recipient, Report
from support_smtp import Sink, TlsMaterial

DIALOGUES = sorted(Path(__file__).with_name("dialogues").glob("*.smtp"))


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> TlsMaterial:
    return TlsMaterial.make(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("path", DIALOGUES, ids=lambda path: path.stem)
def test_after_a_fault_ledger_and_server_agree(path: Path, material: TlsMaterial) -> None:
    """Ledger, report and server say what the dialogue's head says."""
    dialogue = Dialogue(path)
    expect = dialogue.expect
    ledger = MemoryLedger(int(expect["recipients"]))
    with Player(dialogue, material) as server:
        report = run(server, ledger, expect, material)
        # the last client bytes (QUIT, a close) are still being read by the server's thread
        wait_until(lambda: server.finished == server.connections)
    assert ledger.states() == expect["outcomes"], report
    taken = Counter(address for message in server.messages for address in message.recipients)
    assert [taken[ledger.recipients[key].address] for key in ledger.state] == list(map(int, expect["taken"].split()))
    assert report.stopped == expect.get("stopped", ""), report.note
    assert expect.get("note", "") in report.note
    check_server(server, expect)
    check_sums(ledger, report)
    if "text" in expect:
        assert ledger.outcomes[1].server_text == expect["text"]
    finish_the_job(ledger, taken)


def finish_the_job(ledger: MemoryLedger, taken: Counter[str]) -> None:
    """Whoever was left queued is mailed once; nobody else is mailed again."""
    left = {ledger.recipients[key].address for key, state in ledger.state.items() if state is DeliveryState.QUEUED}
    with Sink() as sink:
        report = send(fill, ledger, [RelaySettings("main", "127.0.0.1", sink.port, "none")])
    assert Counter(address for message in sink.messages for address in message.recipients) == Counter(left)
    assert (report.accepted, report.stopped) == (len(left), "")
    assert not left & set(taken)
    assert DeliveryState.QUEUED not in ledger.state.values()


def run(server: Player, ledger: MemoryLedger, expect: dict[str, str], material: TlsMaterial) -> Report:
    login = ("user", "secret") if "login" in expect else ("", "")
    short, dot = float(expect.get("timeout", 5)), float(expect.get("data_timeout", 5))
    relay = RelaySettings(
        "main", "localhost" if "trust" in expect else "127.0.0.1", server.port, expect.get("tls", "none"), *login,
        timeouts=Timeouts(short, short, short, short, dot), connections=1,
    )  # fmt: skip
    limits = Limits(
        relay_tries=int(expect.get("relay_tries", 6)), refusals_in_a_row=int(expect.get("refusals_in_a_row", 5))
    )
    pause = float(expect.get("pause_at_commit", 0))
    ledger.before_commit = lambda outcomes, intents: time.sleep(pause if intents else 0)

    def slow_fill(recipient: Recipient) -> Message:
        time.sleep(float(expect.get("pause_at_fill", 0)))
        message = fill(recipient)
        return replace(message, data=message.data.ljust(int(expect.get("body", 0)), b"x"))

    context = material.client_context() if "trust" in expect else None
    return send(slow_fill, ledger, [relay], limits=limits, backoff=lambda troubles: 0.0, context=context)


def check_server(server: Player, expect: dict[str, str]) -> None:
    wanted = expect.get("server_errors", "")
    if wanted:
        assert wanted in " ".join(server.errors)
    else:
        assert server.errors == []
    if "connections" in expect:
        assert server.connections == int(expect["connections"])


def check_sums(ledger: MemoryLedger, report: Report) -> None:
    count = Counter(ledger.state.values())
    assert count[DeliveryState.CLAIMED] == count[DeliveryState.INTENT] == 0
    assert ledger.most_intents <= 4
    said = (report.accepted, report.deferred, report.refused, report.uncertain)
    kinds = (DeliveryState.ACCEPTED, DeliveryState.DEFERRED, DeliveryState.REFUSED, DeliveryState.UNCERTAIN)
    assert said == tuple(count[kind] for kind in kinds)


def wait_until(true: object, seconds: float = 2.0) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:  # type: ignore[operator]
        time.sleep(0.005)
