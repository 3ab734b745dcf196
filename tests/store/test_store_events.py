"""What came back: kept once, found by proof alone, counted by person, and one with the suppression it brings about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from store_builders import DAY, NOW, accepted, refused, sending, worker

from digest.model import EventKind, History, IssueRow, Known, MailEvent, Outcome, Rates, Stop, Traces, Trust
from digest.store import Store
from digest.store.events import Item


def sent(store: Store, count: int = 3, *, week: int = 0, outcome: Callable[[], Outcome] = accepted) -> IssueRow:
    row = sending(store, count, week=week)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    claimed = ledger.claim(count)
    ledger.commit([], [one.delivery_id for one in claimed])
    ledger.commit([(one.delivery_id, outcome()) for one in claimed], [])
    return row


def person(store: Store, number: int = 0) -> int:
    return store.audience.find(f"p{number:06d}@people.example")[0].id


def back(row: IssueRow, who: int, kind: EventKind = EventKind.SOFT, *, at: datetime = NOW) -> MailEvent:
    return MailEvent(kind, at, Traces(row.id, who), "5.2.2", "full", "pipe")


def keep(store: Store, event: MailEvent, rule: Callable[[History], Stop | None] = lambda history: None) -> bool:
    found = store.events.known(event.traces)
    assert found is not None
    known, trust = found
    return store.events.record([Item(event, known, known.key, trust)], at=NOW, decide=lambda _, seen: rule(seen))[
        0
    ].news


def test_a_token_names_a_delivery_and_a_message_id_needs_the_person(store: Store) -> None:
    """The pair in a token is enough; a Message-ID counts for the person it was sent to and for nobody else."""
    row = sent(store, 2)
    one, two = person(store, 0), person(store, 1)
    known, trust = store.events.known(Traces(row.id, one)) or pytest.fail("not found")
    assert (known.key, known.state, trust) == ("p000000@people.example", "accepted", Trust.TOKEN)
    mine = Traces(message_ids=(f"m{one}",), addresses=("p000000@people.example",))
    assert store.events.known(mine) == (known, Trust.MESSAGE_ID)
    assert store.events.known(Traces(0, two, message_ids=(f"m{one}",))) is None
    assert store.events.known(replace(mine, addresses=("p000001@people.example",))) is None
    assert store.events.known(replace(mine, addresses=())) is None
    assert store.events.known(Traces(addresses=("p000000@people.example",))) is None


def test_the_same_thing_is_kept_once(store: Store) -> None:
    """Per delivery, kind and day; another day or kind is another event; the rule is asked for news only."""
    row, who = sent(store), 0
    who, asked = person(store), []

    def rule(history: History) -> Stop | None:
        asked.append(history)
        return None

    assert keep(store, back(row, who), rule) and not keep(store, back(row, who), rule)
    assert not keep(store, replace(back(row, who), source="imap", diagnostic="other words"), rule)
    assert keep(store, back(row, who, at=NOW - DAY), rule) and keep(store, back(row, who, EventKind.DELAYED), rule)
    assert len(asked) == 3 and len(store.events.of_address("p000000@people.example")) == 3


def test_an_event_and_its_suppression_are_one_transaction(store: Store) -> None:
    """A rule that stumbles leaves neither; so the event is news again, and nothing is lost."""
    row, who = sent(store), person(store)

    def stumbles(history: History) -> Stop | None:
        raise RuntimeError("killed in between")

    with pytest.raises(RuntimeError):
        keep(store, back(row, who, EventKind.COMPLAINT), stumbles)
    assert store.events.of_issue(row.id) == []
    assert keep(store, back(row, who, EventKind.COMPLAINT), lambda history: Stop("complaint"))
    assert store.audience.is_suppressed("p000000@people.example", NOW)
    assert [row.action for row in store.audience.consent("p000000@people.example")] == ["imported", "suppressed"]


def test_what_is_not_proven_is_kept_and_changes_nothing(store: Store) -> None:
    """An address in somebody's mail is history, not a reason: the rule is not even asked, no figure moves."""
    row = sent(store)
    event = MailEvent(EventKind.HARD, NOW, Traces(addresses=("p000000@people.example",)), source="pipe")
    item = Item(event, None, "p000000@people.example", Trust.NONE)
    [done] = store.events.record([item], at=NOW, decide=lambda *_: Stop("no"))
    assert done.news and done.stopped is None
    assert not store.audience.suppressions() and store.events.counts(row.id) == {}
    assert [one.trust for one in store.events.of_address("p000000@people.example")] == [Trust.NONE]


def test_bounces_in_a_row_count_issues_without_a_gap(store: Store) -> None:
    """One per issue, back from this one; an issue that arrived in between ends the row; other people do not count."""
    rows = [sent(store, 2, week=week) for week in range(5)]
    one, two = person(store, 0), person(store, 1)
    seen: list[int] = []

    def rule(history: History) -> Stop | None:
        seen.append(history.bounced_in_a_row)
        return None

    for week in (0, 2, 3):
        keep(store, back(rows[week], one), rule)
    keep(store, back(rows[3], one, at=NOW - DAY), rule)  # the same issue once more
    keep(store, back(rows[4], two), rule)
    keep(store, back(rows[4], one), rule)
    assert seen == [1, 1, 2, 2, 1, 3]


def test_a_late_bounce_counts_for_its_own_issue(store: Store) -> None:
    """A relay gives up after days: newer issues, whose fate is open, do not break the row of the older ones."""
    rows = [sent(store, 1, week=week) for week in range(4)]
    who, seen = person(store), []
    for week in (0, 1, 2):
        keep(store, back(rows[week], who), lambda history: seen.append(history.bounced_in_a_row))
    assert seen == [1, 2, 3]


def test_rates_count_persons_by_provider(store: Store) -> None:
    """Sent is accepted and refused; two events of one person are one; unproven ones count nowhere; all come first."""
    row = sent(store, 4)
    one, two = person(store, 0), person(store, 1)
    keep(store, back(row, one, EventKind.HARD))
    keep(store, back(row, one, EventKind.HARD, at=NOW - DAY))
    keep(store, back(row, two, EventKind.COMPLAINT))
    all_, provider = store.events.rates(row.id, provider_of=lambda domain: domain.split(".")[0])
    assert all_ == replace(provider, provider="") == Rates("", sent=4, hard=1, complaints=1)
    assert (all_.bounce_rate, all_.complaint_rate, all_.policy_rate) == (0.25, 0.25, 0.0)
    assert store.events.counts(row.id) == {EventKind.HARD: 1, EventKind.COMPLAINT: 1}
    assert store.events.rates(row.id, since=NOW + DAY) == [Rates("")]


def test_refusals_to_our_face_are_told_until_they_are_recorded(store: Store) -> None:
    """Each refused delivery with a server's answer once; those without an answer never."""
    row = sent(store, 2, outcome=refused)
    found = store.events.refusals(row.id)
    assert [(known.key, answer.enhanced_code) for known, answer in found] == [
        ("p000000@people.example", "5.1.1"), ("p000001@people.example", "5.1.1"),
    ]  # fmt: skip
    known = found[0][0]
    event = MailEvent(EventKind.HARD, NOW, Traces(known.issue_id, known.subscriber_id), "5.1.1", "no", "smtp")
    store.events.record([Item(event, known, known.key, Trust.SMTP)], at=NOW, decide=lambda *_: None)
    assert [known.key for known, _ in store.events.refusals(row.id)] == ["p000001@people.example"]


def test_the_latest_message_of_an_address(store: Store) -> None:
    """The newest by then; none for strangers."""
    row = sent(store, 1)
    found = store.events.latest("p000000@people.example", before=NOW + DAY)
    assert isinstance(found, Known) and found.issue_id == row.id
    assert store.events.latest("p000000@people.example", before=NOW - DAY) is None
    assert store.events.latest("nobody@people.example", before=NOW) is None


def test_a_webhook_request_is_taken_once_unless_it_failed(store: Store) -> None:
    """The same nonce of the same hook counts once; given back, it may come again; hooks do not mix."""
    assert store.events.take("ses", "n1", at=NOW) and not store.events.take("ses", "n1", at=NOW)
    assert store.events.take("mailgun", "n1", at=NOW)
    store.events.give_back("ses", "n1")
    assert store.events.take("ses", "n1", at=NOW)


def test_a_mailbox_remembers_where_it_was_and_what_was_wrong(store: Store) -> None:
    """Position and last look are kept apart: a failed look does not lose the position."""
    store.events.keep_position("imap", 7, 42)
    store.events.looked("imap", at=NOW, error="no route")
    assert store.events.position("imap") == (7, 42) and store.events.position("other") == (0, 0)
    assert store.events.mailboxes() == [("imap", NOW, "no route")]


def test_many_suppressions_at_once(store: Store) -> None:
    """Import keeps what stands; lifting several says how many there were and writes it down."""
    from digest.model import Suppression

    store.audience.suppress("p1@people.example", "complaint", at=NOW)
    new = [Suppression(f"p{n}@people.example", "imported", NOW, None) for n in (1, 2, 3)]
    assert store.audience.suppress_all(new) == 2
    assert store.audience.suppression("p1@people.example").reason == "complaint"
    assert store.audience.lift(["p1@people.example", "p2@people.example", "x@people.example"], at=NOW) == 2
    assert [row.action for row in store.audience.consent("p2@people.example")] == ["suppressed", "unsuppressed"]
