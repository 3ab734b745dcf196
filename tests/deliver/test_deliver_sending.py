"""The loop around the wire: stopping, leases, a failing ledger, people whose message cannot be made."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from memory_ledger import MemoryLedger, fill

from digest.deliver.sending import Limits, send, send_one
from digest.deliver.settings import RelaySettings, Timeouts
from digest.errors import RelayError, StoreError
from digest.model import DeliveryState, Message, Outcome, Recipient, Report
from support_smtp import Sink, TlsMaterial, message_id_of

S = DeliveryState
SHORT = Timeouts(5, 5, 5, 5, 5)
quick = partial(send, backoff=lambda troubles: 0.0)


def relay_of(sink: Sink, **changes: object) -> RelaySettings:
    settings = RelaySettings("main", "127.0.0.1", sink.port, "none", timeouts=SHORT, connections=1)
    return dataclasses.replace(settings, **changes)  # type: ignore[arg-type]


def test_everybody_gets_the_bytes_that_fill_made() -> None:
    """Each message arrives once, byte for byte, with its own envelope, and is accepted in the ledger."""
    ledger = MemoryLedger(25)
    with Sink() as sink:
        report = quick(fill, ledger, [relay_of(sink)], limits=Limits(claim=7))
    assert (report.accepted, report.stopped) == (25, "")
    assert [m.data for m in sink.messages] == [fill(r).data for r in ledger.recipients.values()]
    assert [m.recipients for m in sink.messages] == [(r.address,) for r in ledger.recipients.values()]
    assert {m.sender for m in sink.messages} == {"digest@riverside-makers.example"}
    outcome = ledger.outcomes[3]
    assert (outcome.code, outcome.enhanced_code, outcome.relay) == (250, "2.0.0", "main")
    assert outcome.server_text.startswith("taken as")
    assert sink.connections == 1


def test_outcomes_and_the_next_intents_share_a_transaction() -> None:
    """25 messages cost at most 26 commits, and no more than the window is ever intended without an outcome."""
    ledger = MemoryLedger(25)
    with Sink() as sink:
        quick(fill, ledger, [relay_of(sink)])
    assert ledger.commits <= 26
    assert ledger.most_intents <= 2


def test_the_intent_is_durable_before_the_server_has_the_message() -> None:
    """Whenever the ledger is written, every message the sink has taken is one that was begun before."""
    ledger = MemoryLedger(40)
    early: list[str] = []
    with Sink() as sink:

        def look(outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> None:
            taken = {address for message in list(sink.messages) for address in message.recipients}
            early.extend(r.address for key, r in ledger.recipients.items()
                         if r.address in taken and ledger.state[key] is S.CLAIMED)  # fmt: skip

        ledger.before_commit = look
        quick(fill, ledger, [relay_of(sink, connections=4)])
        assert (len(sink.messages), early) == (40, [])


@pytest.mark.parametrize("after", [0, 1, 3])
def test_stop_ends_after_the_messages_in_flight(after: int) -> None:
    """Whoever was not reached is queued again, the reason is in the report."""
    ledger = MemoryLedger(12)
    with Sink() as sink:
        report = quick(fill, ledger, [relay_of(sink)], stop=lambda: "paused" if sink.taken >= after else "")
    assert report.stopped == "paused"
    assert (sink.taken == 0) if after == 0 else (after <= sink.taken <= after + 2)
    assert ledger.states() == " ".join(["accepted"] * sink.taken + ["queued"] * (12 - sink.taken))


def test_stop_is_heard_while_waiting_for_a_relay() -> None:
    """With a dead relay and a back-off of minutes, the run ends within a moment of being told."""
    ledger, started = MemoryLedger(2), time.monotonic()
    relay = RelaySettings("dead", "127.0.0.1", unused_port(), "none")
    stop = lambda: "signal" if time.monotonic() - started > 0.3 else ""  # noqa: E731
    report = send(fill, ledger, [relay], stop=stop, backoff=lambda troubles: 300.0)
    assert report.stopped == "signal"
    assert time.monotonic() - started < 2
    assert ledger.states() == "queued queued"


def test_a_dead_relay_ends_the_run_with_its_reason() -> None:
    """Connection refused six times: stopped="relay", the waits grow, nobody has an attempt counted."""
    ledger, troubles = MemoryLedger(3), []
    relay = RelaySettings("dead", "127.0.0.1", unused_port(), "none")
    report = send(fill, ledger, [relay], backoff=lambda count: troubles.append(count) or 0.0)  # type: ignore[func-returns-value]
    assert report.stopped == "relay"
    assert "relay.dead" in report.note and "refused" in report.note
    assert ledger.states() == "queued queued queued"
    assert troubles == [1, 2, 3, 4, 5]


def test_another_relay_takes_over() -> None:
    """With the first relay dead, the second sends everything."""
    ledger = MemoryLedger(3)
    dead = RelaySettings("dead", "127.0.0.1", unused_port(), "none")
    with Sink() as sink:
        report = quick(fill, ledger, [dead, relay_of(sink, name="spare")])
    assert (report.accepted, report.stopped) == (3, "")
    assert ledger.outcomes[1].relay == "spare"


def test_an_intent_that_is_denied_sends_no_dot() -> None:
    """One who unsubscribed between claim and intent gets nothing; the others get theirs."""
    ledger = MemoryLedger(3)
    ledger.before_commit = lambda outcomes, intents: ledger.unwanted.add(2)
    with Sink() as sink:
        report = quick(fill, ledger, [relay_of(sink)])
    assert (report.accepted, report.stopped) == (2, "")
    assert [m.recipients[0] for m in sink.messages] == ["reader1@mail.example", "reader3@mail.example"]
    assert ledger.states() == "accepted skipped accepted"


def test_many_suppressed_at_once_are_claimed_afresh() -> None:
    """Twenty people suppressed in mid-batch cost a few connections, not twenty, and do not end the run."""
    ledger = MemoryLedger(25)
    ledger.before_commit = lambda outcomes, intents: ledger.unwanted.update(range(3, 23))
    with Sink() as sink:
        report = quick(fill, ledger, [relay_of(sink)])
    assert (report.accepted, report.stopped) == (5, "")
    assert ledger.states() == " ".join(["accepted"] * 2 + ["skipped"] * 20 + ["accepted"] * 3)
    assert sink.connections <= 5


def test_a_lost_lease_sends_nothing_more() -> None:
    """When every intent is denied no message reaches the server and the run says "lease"."""
    ledger = MemoryLedger(8)

    def lose(outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> None:
        ledger.lost = True

    ledger.before_commit = lose
    with Sink() as sink:
        report = quick(fill, ledger, [relay_of(sink)])
    assert report.stopped == "lease"
    assert sink.taken == 0
    assert ledger.states() == " ".join(["queued"] * 8)


def test_a_full_disk_before_the_dot_stops_before_the_dot() -> None:
    """The commit with the third intent fails: what was begun before is out and recorded, nothing else ever left."""
    ledger = MemoryLedger(5)

    def fail_third(outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> None:
        if 3 in intents:
            raise StoreError("the database cannot be written", why="disk full", try_="make room")

    ledger.before_commit = fail_third
    with Sink() as sink:
        report = quick(fill, ledger, [relay_of(sink)])
    assert report.stopped == "ledger" and "disk full" in report.note
    assert 1 <= sink.taken <= 2
    assert ledger.states() == " ".join(["accepted"] * sink.taken + ["queued"] * (5 - sink.taken))


def test_an_unknown_commit_is_given_back_because_no_dot_was_sent() -> None:
    """COMMIT happened but its answer was lost: the row ends queued, not uncertain."""
    ledger = MemoryLedger(3)
    real_commit = ledger.commit

    def commit(outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> set[int]:
        begun = real_commit([pair for pair in outcomes if ledger.state[pair[0]] is not pair[1].kind], intents)
        if 2 in intents:
            raise StoreError("the connection was cut during COMMIT")
        return begun

    ledger.commit = commit  # type: ignore[method-assign]
    with Sink() as sink:
        report = quick(fill, ledger, [relay_of(sink)])
    assert report.stopped == "ledger"
    assert (sink.taken, ledger.states()) == (1, "accepted queued queued")


def test_an_outcome_that_cannot_be_written_is_tried_again_and_then_named() -> None:
    """After the dot the ledger fails: with one hiccup all is recorded; for good, the note says who was accepted."""
    ledger = MemoryLedger(1)
    fail_after_dot(ledger, times=2)
    with Sink() as sink:
        report = quick(fill, ledger, [relay_of(sink)])
    assert (report.stopped, ledger.states()) == ("", "accepted")

    ledger = MemoryLedger(1)
    fail_after_dot(ledger, times=99)
    with Sink() as sink:
        report = quick(fill, ledger, [relay_of(sink)])
    assert (report.stopped, ledger.states(), sink.taken) == ("ledger", "intent", 1)
    assert "delivery 1: accepted (250 taken as 1)" in report.note


def fail_after_dot(ledger: MemoryLedger, *, times: int) -> None:
    def fail(outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> None:
        nonlocal times
        if outcomes and times:
            times -= 1
            raise StoreError("disk full")

    ledger.before_commit = fail


def test_a_message_that_cannot_be_made_costs_only_its_reader() -> None:
    """fill() that raises for one: refused with the reason, the others accepted."""
    ledger = MemoryLedger(3)

    def broken(recipient: Recipient) -> Message:
        if recipient.delivery_id == 2:
            raise KeyError("name")
        return fill(recipient)

    with Sink() as sink:
        report = quick(broken, ledger, [relay_of(sink)])
    assert ledger.states() == "accepted refused/code accepted"
    assert ledger.outcomes[2].server_text == "could not be rendered: KeyError: 'name'"
    assert report.refused == 1


def test_a_rendition_that_cannot_be_read_ends_the_run_and_nobody() -> None:
    """A database in trouble is not a message that cannot be made: whoever waits goes on waiting."""
    ledger = MemoryLedger(5)

    def away(recipient: Recipient) -> Message:
        if recipient.delivery_id == 3:
            raise StoreError("the database does not answer", try_="later")
        return fill(recipient)

    with Sink() as sink:
        report = quick(away, ledger, [relay_of(sink)], limits=Limits(claim=5))
    assert report.stopped == "ledger"
    assert "does not answer" in report.note
    assert (report.refused, len(sink.messages)) == (0, report.accepted)
    assert 3 not in ledger.outcomes


def test_a_message_nobody_can_make_stops_early() -> None:
    """fill() that always raises ends five deliveries, not all of them."""
    ledger = MemoryLedger(20)

    def broken(recipient: Recipient) -> Message:
        raise RuntimeError("no such slot")

    with Sink() as sink:
        report = quick(broken, ledger, [relay_of(sink)])
    assert (report.refused, report.stopped) == (5, "policy")
    assert "no such slot" in report.note


HOSTILE = [
    "a@b.example>\r\nRCPT TO:<victim@mail.example", "a@b.example\nDATA", "a@b.example\r", "a@b.example\0",
    "a@b.example> SIZE=1", "<a@b.example>", "a b@c.example", "a@b", "", "@b.example", "a@b.example ", "a@[127.0.0.1]",
]  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_never_reaches_the_wire(address: str) -> None:
    """It is refused by name with 5.1.3; the server sees commands for the two neighbours only."""
    ledger = MemoryLedger(3)
    bad = lambda r: dataclasses.replace(fill(r), recipient=address) if r.delivery_id == 2 else fill(r)  # noqa: E731
    with Sink() as sink:
        quick(bad, ledger, [relay_of(sink)])
    assert ledger.states() == "accepted refused/code accepted"
    assert ledger.outcomes[2].enhanced_code == "5.1.3"
    verbs = [command.split(":")[0].split(" ")[0] for command in sink.commands]
    assert verbs == ["EHLO", *["MAIL", "RCPT", "DATA"] * 2, "QUIT"]


@pytest.mark.parametrize(
    ("data", "enhanced"),
    [(b"A: b\r\n\r\nx\n.\nMAIL", "5.6.0"), (b"A: b\r\n\r\nx\r.\r\r\n", "5.6.0"), (b"A: b\r\n\r\n\0\r\n", "5.6.0")],
)
def test_data_that_could_smuggle_a_second_mail_is_refused(data: bytes, enhanced: str) -> None:
    """Bare LF, bare CR and NUL never leave."""
    ledger = MemoryLedger(1)
    with Sink() as sink:
        quick(lambda r: dataclasses.replace(fill(r), data=data), ledger, [relay_of(sink)])
    assert (ledger.states(), sink.taken) == ("refused/code", 0)
    assert ledger.outcomes[1].enhanced_code == enhanced


def test_lines_that_begin_with_a_dot_arrive_as_they_are() -> None:
    """Dot-stuffing: a body line of one dot does not end the message."""
    data = b"Message-ID: <x@y>\r\n\r\n.\r\n..two\r\n.three\r\nfour."
    with Sink() as sink:
        send_one(Message(0, "a@b.example", "c@d.example", data, "x@y"), relay_of(sink))
    assert sink.messages[0].data == data + b"\r\n"


def test_a_utf8_address_needs_a_server_that_knows_them() -> None:
    """With SMTPUTF8 it is sent; without, that person alone is refused with 5.6.7."""
    utf8 = lambda r: dataclasses.replace(fill(r), recipient="grüße@mail.example", smtputf8=True)  # noqa: E731
    mixed = lambda r: utf8(r) if r.delivery_id == 1 else fill(r)  # noqa: E731
    with Sink(smtputf8=True) as sink:
        quick(utf8, MemoryLedger(1), [relay_of(sink)])
    assert sink.messages[0].recipients == ("grüße@mail.example",)
    assert "SMTPUTF8" in sink.messages[0].mail_parameters
    ledger = MemoryLedger(2)
    with Sink(smtputf8=False) as sink:
        quick(mixed, ledger, [relay_of(sink)])
    assert ledger.states() == "refused/code accepted"
    assert ledger.outcomes[1].enhanced_code == "5.6.7"


def test_a_message_beyond_the_servers_size_is_not_offered() -> None:
    """RFC 1870: the announced limit is believed before any byte of the message leaves."""
    ledger = MemoryLedger(1)
    with Sink(size=100) as sink:
        quick(fill, ledger, [relay_of(sink)])
    assert ledger.outcomes[1].enhanced_code == "5.3.4"
    assert not any(command.startswith("MAIL") for command in sink.commands)


def test_a_retry_that_comes_too_late_is_refused_as_expired() -> None:
    """4xx with time left is deferred to the schedule's instant; without, it is refused(expired)."""
    for left, states in ((timedelta(hours=1), "deferred"), (timedelta(minutes=4), "refused/expired")):
        ledger = MemoryLedger(1)
        with Sink(refuse=lambda rcpt: "450 4.7.1 greylisted") as sink:
            quick(fill, ledger, [relay_of(sink)], limits=Limits(finish_by=datetime.now(UTC) + left))
        assert ledger.states() == states
        if states == "deferred":
            outcome = ledger.outcomes[1]
            assert outcome.retry_at is not None
            assert timedelta(minutes=5) <= outcome.retry_at - outcome.at <= timedelta(minutes=6)


def test_a_connection_is_renewed_after_its_share() -> None:
    """Ten messages at four a connection take three connections."""
    with Sink() as sink:
        quick(fill, MemoryLedger(10), [relay_of(sink)], limits=Limits(messages_per_connection=4))
    assert (sink.connections, sink.taken) == (3, 10)


def test_progress_counts_up_and_a_failing_watcher_loses_nothing() -> None:
    """Progress sees every outcome; when it raises, what is known is written before the exception passes."""
    reports: list[Report] = []
    with Sink() as sink:
        quick(fill, MemoryLedger(3), [relay_of(sink)], progress=reports.append)
    assert [report.accepted for report in reports] == [1, 2, 3]

    ledger = MemoryLedger(3)
    with Sink() as sink, pytest.raises(ZeroDivisionError):
        quick(fill, ledger, [relay_of(sink)], progress=lambda report: 1 / 0)  # type: ignore[arg-type, return-value]
    assert (ledger.states(), sink.taken) == ("accepted queued queued", 1)


@pytest.mark.parametrize(("dot", "states"), [(True, "uncertain queued"), (False, "queued queued")])
def test_an_interrupt_after_the_dot_is_uncertain_and_before_it_is_not(dot: bool, states: str) -> None:
    """KeyboardInterrupt while the relay thinks: uncertain after the dot, queued before. It passes through."""
    ledger = MemoryLedger(2)
    with Sink(delay_s=0.25) as sink:

        def interrupt() -> str:
            if sink.taken if dot else any(command.startswith("RCPT") for command in sink.commands):
                raise KeyboardInterrupt
            return ""

        with pytest.raises(KeyboardInterrupt):
            quick(fill, ledger, [relay_of(sink)], stop=interrupt)
    assert ledger.states() == states


def test_signing_comes_after_filling() -> None:
    """What `dkim` returns is what is sent."""
    sign = lambda m: dataclasses.replace(m, data=b"X-Signed: yes\r\n" + m.data)  # noqa: E731
    with Sink() as sink:
        quick(fill, MemoryLedger(1), [relay_of(sink)], dkim=sign)
    assert sink.messages[0].data.startswith(b"X-Signed: yes\r\nFrom:")


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_mail_and_password_travel_encrypted(mode: str, tmp_path: Path) -> None:
    """With STARTTLS and with implicit TLS the sink sees an encrypted session and the right login."""
    material = TlsMaterial.make(tmp_path)
    ledger = MemoryLedger(3)
    with Sink(tls=material, implicit_tls=mode == "implicit", login=("üser", "pässword")) as sink:
        relay = relay_of(sink, host="localhost", tls=mode, username="üser", password="pässword")
        report = quick(fill, ledger, [relay], context=material.client_context())
    assert report.accepted == 3, report.note
    assert {(m.encrypted, m.login) for m in sink.messages} == {(True, ("üser", "pässword"))}
    if mode == "starttls":
        before = sink.commands[: sink.commands.index("STARTTLS")]
        assert before == ["EHLO [127.0.0.1]"]


@pytest.mark.parametrize("fault", ["unknown", "other_host", "expired"])
def test_a_certificate_that_proves_nothing_is_refused(fault: str, tmp_path: Path) -> None:
    """Self-signed, for another host, or out of date: no mail, one try, a reason."""
    names = ("smtp.elsewhere.example",) if fault == "other_host" else ("localhost",)
    material = TlsMaterial.make(tmp_path, names=names, expired=fault == "expired")
    context = None if fault == "unknown" else material.client_context()
    with Sink(tls=material) as sink:
        relay = relay_of(sink, host="localhost", tls="starttls")
        report = quick(fill, MemoryLedger(1), [relay], context=context)
    assert report.stopped == "relay" and "certificate" in report.note
    assert (sink.taken, sink.connections) == (0, 1)


def test_tls_against_a_plain_port_says_so() -> None:
    """smtps:// to a server that greets in plain names the mistake."""
    with Sink() as sink:
        report = quick(fill, MemoryLedger(1), [relay_of(sink, tls="implicit")])
    assert report.stopped == "relay" and "does not speak TLS" in report.note


def test_one_message_gives_its_outcome_or_the_relays_error() -> None:
    """send_one: accepted and refused are values; a dead relay and a refused sender are RelayError."""
    message = dataclasses.replace(fill(MemoryLedger(1).recipients[1]), delivery_id=0)
    with Sink() as sink:
        assert send_one(message, relay_of(sink)).kind is S.ACCEPTED
        assert message_id_of(sink.messages[0].data) == message.message_id
    with Sink(refuse=lambda rcpt: "550 5.1.1 nobody") as sink:
        assert send_one(message, relay_of(sink)).reason == "code"
    with Sink(login=("u", "p")) as sink, pytest.raises(RelayError, match=r"530 5\.7\.0"):
        send_one(message, relay_of(sink))
    with pytest.raises(RelayError, match="cannot connect"):
        send_one(message, RelaySettings("dead", "127.0.0.1", unused_port(), "none"))


def unused_port() -> int:
    with Sink() as sink:
        return int(sink.port)
