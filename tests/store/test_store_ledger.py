"""The ledger in the hands of one worker or two, on both engines (DESIGN rules 4 to 6)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store_builders import (
    DAY,
    NOW,
    SECOND,
    Clock,
    accepted,
    deferred,
    frozen,
    given_back,
    people,
    refused,
    sending,
    worker,
)

from digest.errors import StateError
from digest.model import Accounting, DeliveryState, IssueState, Outcome
from digest.store import Store

D = DeliveryState


def counts(store: Store, issue_id: int) -> dict[str, int]:
    found = store.issues.accounting(issue_id)
    assert found.adds_up()
    names = ("accepted", "refused", "uncertain", "skipped", "deferred", "waiting")
    return {name: number for name in names if (number := getattr(found, name))}


def states(store: Store, issue_id: int) -> list[str]:
    return [row.state.value for row in store.issues.deliveries(issue_id)]


def test_claiming_hands_out_each_recipient_once_in_order(store: Store) -> None:
    """Two workers together get everybody once; a third claim gets nobody."""
    row = sending(store, 5)
    first = store.ledger(row.id, worker(store, pid=1), now=lambda: NOW)
    second = store.ledger(row.id, worker(store, pid=2), now=lambda: NOW)
    got = [one.subscriber_id for ledger in (first, second) for one in ledger.claim(3)]
    assert got == sorted(set(got)) and len(got) == 5
    assert first.claim(3) == [] == second.claim(3)


def test_a_recipient_is_the_snapshot(store: Store) -> None:
    """What is claimed is what was frozen, with the attempt counted."""
    row = sending(store, 1)
    [one] = store.ledger(row.id, worker(store), now=lambda: NOW).claim(10)
    stored = store.issues.recipient(row.id, "p000000@people.example")
    assert one == stored and one.attempt == 1 and one.message_id == f"m{one.subscriber_id}"


def test_outcomes_and_intents_share_a_commit(store: Store) -> None:
    """Recording one message and beginning the next is one call, and each row tells the server's words."""
    row = sending(store, 3)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, b, c = (one.delivery_id for one in ledger.claim(3))
    assert ledger.commit([], [a]) == {a}
    assert ledger.commit([(a, accepted())], [b, c]) == {b, c}
    assert ledger.commit([(b, refused()), (c, Outcome(D.UNCERTAIN, NOW, reason="lost"))], []) == set()
    assert counts(store, row.id) == {"accepted": 1, "refused": 1, "uncertain": 1}
    rows = list(store.issues.deliveries(row.id))
    assert (rows[0].code, rows[0].enhanced_code, rows[0].server_text, rows[0].relay) == (
        250,
        "2.0.0",
        "queued as 1",
        "main",
    )
    assert store.issues.accounting(row.id).reasons == {"refused(code)": 1, "uncertain(lost)": 1}


def test_a_commit_whose_answer_was_lost_can_be_repeated(store: Store) -> None:
    """Outcomes written twice change nothing, and an intent nobody was told about is answered the second time."""
    row = sending(store, 2)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, b = (one.delivery_id for one in ledger.claim(2))
    ledger.commit([], [a])
    twin = store.ledger(row.id, ledger._me, now=lambda: NOW)
    twin._fences, twin._begun = dict(ledger._fences), set(ledger._begun)
    assert ledger.commit([(a, accepted())], [b]) == {b}  # committed, and the answer lost: the twin never heard of it
    assert twin.commit([(a, accepted())], [b]) == {b}
    assert twin.commit([], [b]) == set(), "told once, an intent is not given out again"
    assert counts(store, row.id) == {"accepted": 1, "waiting": 1}


def test_a_row_given_back_does_not_count_as_an_attempt(store: Store) -> None:
    """Release, and an outcome `queued`, put the row back as it was."""
    row = sending(store, 2)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, _ = (one.delivery_id for one in ledger.claim(2))
    ledger.commit([], [a])
    ledger.commit([(a, given_back())], [])
    ledger.release()
    assert states(store, row.id) == ["queued", "queued"]
    assert [one.attempt for one in ledger.claim(2)] == [1, 1]


def test_release_keeps_what_was_begun(store: Store) -> None:
    """Only claimed rows go back; an intent stays with its worker."""
    row = sending(store, 2)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, _ = (one.delivery_id for one in ledger.claim(2))
    ledger.commit([], [a])
    ledger.release()
    assert states(store, row.id) == ["intent", "queued"]
    ledger.commit([(a, accepted())], [])
    assert states(store, row.id) == ["accepted", "queued"]


def test_deferred_ones_come_back_when_they_are_due(store: Store) -> None:
    """A 4xx waits for its time, is then claimed before the rest, and its attempts add up."""
    clock = Clock()
    row = sending(store, 3)
    ledger = store.ledger(row.id, worker(store), now=clock)
    [first] = ledger.claim(1)
    ledger.commit([(first.delivery_id, deferred(NOW + 10 * SECOND))], [])
    assert counts(store, row.id) == {"deferred": 1, "waiting": 2}
    assert store.issues.next_retry(row.id) == NOW + 10 * SECOND
    assert [one.subscriber_id for one in ledger.claim(1)] != [first.subscriber_id]
    clock.now += 10 * SECOND
    [again] = ledger.claim(1)
    assert (again.delivery_id, again.attempt) == (first.delivery_id, 2)
    assert store.issues.next_retry(row.id) is None


def test_expired_deferrals_are_refused(store: Store) -> None:
    """When the time for retries is over, deferred becomes refused(expired) with the server's words."""
    row = sending(store, 1)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    ledger.commit([(ledger.claim(1)[0].delivery_id, deferred(NOW + DAY))], [])
    assert store.issues.expire(row.id, at=NOW + DAY) == 1
    [one] = store.issues.deliveries(row.id)
    assert (one.state, one.reason, one.server_text) == (D.REFUSED, "expired", "later")
    assert store.issues.accounting(row.id).reasons == {"refused(expired)": 1}
    store.issues.move(row, IssueState.DONE, at=NOW + DAY)


@pytest.mark.parametrize("how", ["unsubscribe", "suppress", "leave"])
def test_who_goes_during_a_send_is_skipped_at_the_claim(store: Store, how: str) -> None:
    """An unsubscribe, a suppression or leaving the list after freezing keeps the next claim from taking the person."""
    row = sending(store, 3)
    if how == "unsubscribe":
        store.audience.unsubscribe("members", "p000001@people.example", at=NOW, source="link")
    elif how == "suppress":
        store.audience.suppress("p000001@people.example", "complaint", at=NOW)
    else:
        rows = people(3)
        store.audience.sync_list("members", [rows[0], rows[2]], at=NOW)
    claimed = store.ledger(row.id, worker(store), now=lambda: NOW).claim(2)
    assert [one.address for one in claimed] == ["p000000@people.example", "p000002@people.example"]
    reason = {"unsubscribe": "unsubscribed", "suppress": "suppressed", "leave": "left_list"}[how]
    assert store.issues.accounting(row.id).reasons == {f"skipped({reason})": 1}


def test_who_unsubscribes_between_claim_and_intent_is_not_begun(store: Store) -> None:
    """The last look before the bytes leave skips them and says why."""
    row = sending(store, 2)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, b = (one.delivery_id for one in ledger.claim(2))
    store.audience.unsubscribe("members", "p000000@people.example", at=NOW, source="link")
    assert ledger.commit([], [a, b]) == {b}
    assert store.issues.accounting(row.id).reasons == {"skipped(unsubscribed)": 1}


def test_a_suppression_that_ended_does_not_count(store: Store) -> None:
    """A suppression until yesterday keeps nobody from being mailed today."""
    row = sending(store, 1)
    store.audience.suppress("p000000@people.example", "soft bounces", at=NOW - DAY, until=NOW - SECOND)
    assert len(store.ledger(row.id, worker(store), now=lambda: NOW).claim(1)) == 1


@pytest.mark.parametrize("state", [IssueState.PAUSED, IssueState.HELD, IssueState.CANCELLED])
def test_nothing_begins_in_an_issue_that_is_not_sending(store: Store, state: IssueState) -> None:
    """After pause, hold or cancel no claim and no intent succeeds; outcomes are still recorded."""
    row = sending(store, 3)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, b = (one.delivery_id for one in ledger.claim(2))
    ledger.commit([], [a])
    store.issues.move(row, state, at=NOW)
    assert ledger.claim(1) == []
    assert ledger.commit([(a, accepted())], [b]) == set()
    left = "skipped" if state is IssueState.CANCELLED else "waiting"
    assert counts(store, row.id) == {"accepted": 1, left: 2}


def test_in_a_cancelled_issue_nothing_goes_back_to_the_queue(store: Store) -> None:
    """A 4xx or a message given back after the cancellation is skipped(cancelled), as are those that waited."""
    row = sending(store, 4)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, b, _ = (one.delivery_id for one in ledger.claim(3))
    ledger.commit([], [a, b])
    store.issues.move(row, IssueState.CANCELLED, at=NOW)
    assert states(store, row.id) == ["intent", "intent", "skipped", "skipped"]
    ledger.commit([(a, deferred(NOW + DAY)), (b, given_back())], [])
    assert store.issues.accounting(row.id).reasons == {"skipped(cancelled)": 4}


def test_a_lease_that_ran_out_begins_nothing(store: Store) -> None:
    """A worker that did not beat for 30 s gets neither claims nor intents, and all again after it beats."""
    clock = Clock()
    row, me = sending(store, 2), worker(store)
    ledger = store.ledger(row.id, me, now=clock)
    [a] = (one.delivery_id for one in ledger.claim(1))
    clock.now += 31 * SECOND
    assert ledger.commit([], [a]) == set() and ledger.claim(1) == []
    assert store.workers.beat(me, at=clock.now)
    assert ledger.commit([], [a]) == {a}


def test_a_worker_given_up_for_dead_can_do_nothing(store: Store) -> None:
    """After recovery its rows belong to others; its outcomes for them are ignored, and it must stop."""
    clock = Clock()
    row, zombie, heir = sending(store, 2), worker(store, pid=1), worker(store, pid=2, at=NOW + 60 * SECOND)
    old = store.ledger(row.id, zombie, now=clock)
    a, b = (one.delivery_id for one in old.claim(2))
    clock.now += 31 * SECOND
    assert store.workers.recover(at=clock.now, host="elsewhere", alive=lambda *_: True).requeued == 2
    assert not store.workers.beat(zombie, at=clock.now)
    new = store.ledger(row.id, heir, now=clock)
    assert [one.delivery_id for one in new.claim(2)] == [a, b]
    assert old.commit([(a, refused())], [b]) == set()
    old.release()
    assert states(store, row.id) == ["claimed", "claimed"]
    assert new.commit([], [a, b]) == {a, b}


def test_recovery_after_a_kill(store: Store) -> None:
    """Of a dead process on this host at once: what was not begun is queued again, what was begun is named uncertain."""
    row, dead, alive = sending(store, 4), worker(store, pid=1), worker(store, pid=2)
    ledger = store.ledger(row.id, dead, now=lambda: NOW)
    a, b, _ = (one.delivery_id for one in ledger.claim(3))
    ledger.commit([], [a, b])
    ledger.commit([(a, accepted())], [])
    store.ledger(row.id, alive, now=lambda: NOW).claim(1)
    recovered = store.workers.recover(
        at=NOW + SECOND, host="here", alive=lambda pid, start: (pid, start) == (2, "start-2")
    )
    assert (recovered.workers, recovered.requeued, recovered.uncertain) == (1, 1, 1)
    assert states(store, row.id) == ["accepted", "uncertain", "queued", "claimed"]
    assert store.issues.accounting(row.id).reasons == {"uncertain(worker_died)": 1}
    assert store.workers.recover(at=NOW + SECOND, host="here", alive=lambda pid, _: pid == 2).workers == 0
    [again] = store.ledger(row.id, alive, now=lambda: NOW).claim(1)
    assert again.attempt == 1, "what was never begun was no attempt"


def test_resend_queues_what_was_begun_with_the_same_message_id(store: Store) -> None:
    """Under `resend` the same message goes out again, recognisable as a repeat, and its attempt counts."""
    row = sending(store, 1)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    [first] = ledger.claim(1)
    ledger.commit([], [first.delivery_id])
    store.workers.recover(at=NOW, host="here", alive=lambda *_: False, on_uncertain="resend")
    [again] = store.ledger(row.id, worker(store, pid=2), now=lambda: NOW).claim(1)
    assert (again.message_id, again.attempt) == (first.message_id, 2)


def test_a_cancelled_issue_resends_nothing(store: Store) -> None:
    """Under `resend`, recovery still leaves nobody waiting in an issue that was cancelled."""
    row = sending(store, 2)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, _ = (one.delivery_id for one in ledger.claim(2))
    ledger.commit([], [a])
    store.issues.move(row, IssueState.CANCELLED, at=NOW)
    store.workers.recover(at=NOW, host="here", alive=lambda *_: False, on_uncertain="resend")
    assert states(store, row.id) == ["uncertain", "skipped"]


def test_the_fence_tells_two_claims_of_one_worker_apart(store: Store) -> None:
    """A ledger object that still remembers an earlier claim of its own worker can neither begin nor record it."""
    row, me = sending(store, 1), worker(store)
    old, new = (store.ledger(row.id, me, now=lambda: NOW) for _ in range(2))
    [stale] = (one.delivery_id for one in old.claim(1))
    new.release()
    assert [one.delivery_id for one in new.claim(1)] == [stale]
    assert old.commit([], [stale]) == set()
    old.commit([(stale, refused())], [])
    assert states(store, row.id) == ["claimed"]
    assert new.commit([], [stale]) == {stale}


@pytest.mark.parametrize("policy", ["hold", "resend"])
def test_a_late_true_outcome_replaces_a_guess(store: Store, policy: str) -> None:
    """A worker that was given up too early and then hears 250 makes it accepted, unless another claimed it."""
    row = sending(store, 2)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, b = (one.delivery_id for one in ledger.claim(2))
    ledger.commit([], [a, b])
    store.workers.recover(at=NOW + DAY, host="elsewhere", alive=lambda *_: True, on_uncertain=policy)
    ledger.commit([(a, accepted()), (b, deferred(NOW + DAY))], [])
    guess = "uncertain" if policy == "hold" else "queued"
    assert states(store, row.id) == ["accepted", guess], "a guess may be replaced by what is final, by nothing else"


def test_workers_of_other_hosts_are_dead_when_their_lease_ran_out(store: Store) -> None:
    """A process that cannot be looked at is believed for 30 s."""
    worker(store, host="there")
    never = {"host": "here", "alive": lambda *_: False}
    assert store.workers.recover(at=NOW + timedelta(seconds=29), **never).workers == 0  # type: ignore[arg-type]
    assert store.workers.recover(at=NOW + timedelta(seconds=30), **never).workers == 1  # type: ignore[arg-type]


def test_a_retired_worker_leaves_its_rows_to_recovery(store: Store) -> None:
    """What a worker still held when it ended is taken back like that of a dead one."""
    row, me = sending(store, 2), worker(store)
    ledger = store.ledger(row.id, me, now=lambda: NOW)
    a, _ = (one.delivery_id for one in ledger.claim(2))
    ledger.commit([], [a])
    store.workers.retire(me)
    recovered = store.workers.recover(at=NOW, host="here", alive=lambda *_: True)
    assert (recovered.workers, recovered.requeued, recovered.uncertain) == (0, 1, 1)


def test_retry_reopens_a_done_issue(store: Store) -> None:
    """Retrying some addresses queues exactly those, and the issue is sending again in the same step."""
    row = sending(store, 3)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    ids = [one.delivery_id for one in ledger.claim(3)]
    ledger.commit([], ids)
    ledger.commit([(ids[0], accepted()), (ids[1], refused()), (ids[2], refused())], [])
    done = store.issues.move(row, IssueState.DONE, at=NOW)
    with pytest.raises(StateError, match="accepted"):
        store.issues.requeue(row.id, states=[D.ACCEPTED], at=NOW)
    assert store.issues.requeue(row.id, states=[D.REFUSED], addresses=["P000001@people.example"], at=NOW) == 1
    assert counts(store, row.id) == {"accepted": 1, "refused": 1, "waiting": 1}
    reopened = store.issues.get(row.id)
    assert (reopened.state, reopened.done_at, reopened.version) == (IssueState.SENDING, None, done.version + 1)


def test_resolving_an_uncertain_delivery(store: Store) -> None:
    """Received makes it accepted, not received queues it again; anything but uncertain is refused."""
    row = sending(store, 2)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, b = (one.delivery_id for one in ledger.claim(2))
    ledger.commit([], [a, b])
    ledger.commit([(one, Outcome(D.UNCERTAIN, NOW, reason="lost")) for one in (a, b)], [])
    assert store.issues.resolve(a, True, NOW).state is D.ACCEPTED
    assert store.issues.resolve(b, False, NOW).state is D.QUEUED
    with pytest.raises(StateError, match="not uncertain"):
        store.issues.resolve(a, True, NOW)
    assert counts(store, row.id) == {"accepted": 1, "waiting": 1}


def test_a_frozen_issue_is_all_waiting(store: Store) -> None:
    """Before anything is sent, candidates = skipped + waiting; an issue without any delivery counts nothing."""
    row = frozen(store, 3, skips={"p000002@people.example": "reserved"})
    assert store.issues.accounting(row.id) == Accounting(3, skipped=1, waiting=2, reasons={"skipped(reserved)": 1})
    assert store.issues.accounting(999) == Accounting()


def test_deliveries_come_in_pages_and_by_state(store: Store) -> None:
    """More rows than a page, a limit and a state filter all give the right rows in id order."""
    row = frozen(store, 2005, skips={"p000003@people.example": "no_topic"})
    ids = [one.id for one in store.issues.deliveries(row.id)]
    assert len(ids) == 2005 and ids == sorted(ids)
    assert len(list(store.issues.deliveries(row.id, limit=1500))) == 1500
    assert [one.address for one in store.issues.deliveries(row.id, states=[D.SKIPPED])] == ["p000003@people.example"]


def test_one_run_leads_an_issue_on_a_machine(store: Store) -> None:
    """The second one on the host is told who does; another host, another issue, and whoever comes after may."""
    ask = store.workers.take_charge
    first, other = ask(7, "here", 11, "s", at=NOW)
    assert first is not None and other is None
    assert ask(7, "here", 12, "s", at=NOW) == (None, 11)
    assert ask(7, "there", 12, "s", at=NOW)[0] is not None
    assert ask(8, "here", 12, "s", at=NOW)[0] is not None
    store.workers.register("here", 13, "s", at=NOW, issue_id=7, run_id=first)
    store.workers.retire(first)
    again, _ = ask(7, "here", 12, "s", at=NOW)
    assert again is not None, "workers of a run that is over are no run"
    assert ask(7, "here", 14, "s", at=NOW + 31 * SECOND)[0] is not None, "a lease that ran out keeps nobody away"


def test_a_recipient_taken_away_is_not_begun_for_the_one_still_in_hand(store: Store) -> None:
    """After an amendment took rows away, who holds them claims them anew only once the old ones were denied.

    Otherwise the new fence would begin the message of the old rendition.
    """
    row = sending(store, 2)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    a, b = (one.delivery_id for one in ledger.claim(2))
    with store.database.write() as connection:  # as an amendment does
        connection.exec_driver_sql("UPDATE delivery SET state = 'queued', claimed_by = NULL, fence = fence + 1")
    assert ledger.claim(2) == []
    assert ledger.commit([], [a]) == set()
    assert [one.delivery_id for one in ledger.claim(2)] == [a]
    assert ledger.commit([], [b]) == set()
    assert [one.delivery_id for one in ledger.claim(2)] == [b]
    assert ledger.commit([], [a, b]) == {a, b}
    ledger.commit([(a, accepted()), (b, accepted())], [])
    assert counts(store, row.id) == {"accepted": 2}
