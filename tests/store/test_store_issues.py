"""Issues from plan to done, on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from store_builders import DAY, NOW, candidates, content, frozen, people, period, planned, record, sending, worker

from digest.errors import BusyError, StateError
from digest.model import DeliveryState, IssueState, Item
from digest.model.issue import ISSUE_TRANSITIONS
from digest.store import Candidate, Frozen, RenditionData, Store

S = IssueState


def test_a_period_has_one_issue(store: Store) -> None:
    """Planning the same period again finds the issue and does not make one."""
    first, made = store.issues.plan("weekly", "every", period(), scheduled_for=NOW, at=NOW)
    again, made_again = store.issues.plan("weekly", "every", period(), scheduled_for=NOW + DAY, at=NOW + DAY)
    assert (made, made_again, again) == (True, False, first)
    assert store.issues.of_period("weekly", "every", period().label) == first


def test_numbers_have_no_gap_after_a_skipped_issue(store: Store) -> None:
    """A skipped issue hands its number back, and the next one takes it."""
    first, second = planned(store), planned(store, 1)
    assert (first.number, second.number, store.issues.number(second.id)) == (1, 2, 2)
    skipped = store.issues.move(first, S.SKIPPED, at=NOW, reason="nothing_new")
    assert skipped.number is None and skipped.reason == "nothing_new"
    assert planned(store, 2).number == 1
    assert store.issues.next_number("weekly") == 3
    assert planned(store, 0, digest="daily").number == 1


def test_numbers_go_on_after_the_highest_frozen_one(store: Store) -> None:
    """A number that readers have seen the successor of is never given again."""
    early = planned(store)
    frozen(store, 1, week=1)
    store.issues.move(early, S.SKIPPED, at=NOW)
    assert planned(store, 2).number == 3


@pytest.mark.parametrize("to", list(S))
def test_only_the_transitions_of_the_table_exist(store: Store, to: IssueState) -> None:
    """From planned, a move succeeds exactly when the table has it."""
    row = planned(store)
    if to in ISSUE_TRANSITIONS[S.PLANNED]:
        assert store.issues.move(row, to, at=NOW).state is to
    else:
        with pytest.raises(StateError, match="planned"):
            store.issues.move(row, to, at=NOW)
        assert store.issues.get(row.id) == row


def test_a_stale_reading_cannot_move_an_issue(store: Store) -> None:
    """Of two processes that act on one reading the second is told to look again."""
    row = planned(store)
    store.issues.move(row, S.HELD, at=NOW, reason="editor")
    with pytest.raises(BusyError, match="just now"):
        store.issues.move(row, S.DRAFTED, at=NOW)
    draft = store.issues.move(store.issues.get(row.id), S.DRAFTED, at=NOW)
    store.issues.move(draft, S.DRAFTED, at=NOW)
    with pytest.raises(BusyError):  # the state is the same, the draft is not
        store.issues.move(draft, S.FROZEN, at=NOW)


def test_every_move_leaves_an_event(store: Store) -> None:
    """History says what happened, when, why and by whom."""
    row = store.issues.move(planned(store), S.HELD, at=NOW + DAY, reason="editor", note="typo", by="anna")
    store.issues.log(row.id, "noted", {"n": 1}, NOW + DAY, by="ben")
    kinds = [(event.kind, event.by) for event in store.issues.history(row.id)]
    assert kinds == [("planned", ""), ("state", "anna"), ("noted", "ben")]
    assert store.issues.history(row.id)[1].detail == {
        "from": "planned",
        "to": "held",
        "reason": "editor",
        "note": "typo",
    }


def test_a_postponed_issue_keeps_state_and_version(store: Store) -> None:
    """It says why and until when; somebody's decision in between is not overwritten."""
    row = planned(store)
    later = store.issues.postpone(row, reason="source_failed", note="waiting", next_try_at=NOW + DAY)
    assert later == replace(row, reason="source_failed", note="waiting", next_try_at=NOW + DAY)
    store.issues.move(later, IssueState.HELD, at=NOW, reason="editor")
    with pytest.raises(BusyError):
        store.issues.postpone(later, reason="source_failed", note="still", next_try_at=NOW + DAY)
    assert store.issues.get(row.id).reason == "editor"


def test_one_live_worker_prepares_an_issue(store: Store) -> None:
    """A second worker gets the issue only when the first lets go, dies, or its lease runs out."""
    row, one, two = planned(store), worker(store, pid=1), worker(store, pid=2)
    assert store.issues.own(row.id, one, at=NOW) and store.issues.own(row.id, one, at=NOW)
    assert not store.issues.own(row.id, two, at=NOW)
    assert store.issues.own(row.id, two, at=NOW + DAY), "the lease of the first has run out"
    store.workers.retire(two)
    three = worker(store, pid=3)
    assert store.issues.own(row.id, three, at=NOW)
    store.workers.retire(three)
    assert store.issues.own(row.id, one, at=NOW)


def test_finding_issues(store: Store) -> None:
    """Last, open, all and find agree with what was planned."""
    first, second = planned(store), planned(store, 1)
    store.issues.move(first, S.MISSED, at=NOW)
    assert store.issues.last("weekly", "every") == second
    assert store.issues.last("weekly", "every", [S.MISSED]).id == first.id
    assert store.issues.last("weekly", "every", extra=True) is None
    assert store.issues.open() == [second] == store.issues.open("weekly") and store.issues.open("daily") == []
    assert [row.id for row in store.issues.all()] == [second.id, first.id]
    assert store.issues.find("weekly", 2) == second and store.issues.find("weekly", 9) is None


def test_sight_sets_a_baseline_at_first_and_at_each_change(store: Store) -> None:
    """Nothing before the first sight, or before the last change of schedule or zone, is ever due."""

    def look(schedule: str, at: object) -> tuple[bool, bool, object, object]:
        seen = store.issues.sight("weekly", "every", schedule=schedule, zone="UTC", at=at)  # type: ignore[arg-type]
        return seen.first, seen.changed, seen.first_seen_at, seen.never_before

    assert look("monday 09:00", NOW) == (True, False, NOW, NOW)
    assert look("monday 09:00", NOW + DAY) == (False, False, NOW, NOW)
    assert look("monday 10:00", NOW + 2 * DAY) == (False, True, NOW, NOW + 2 * DAY)
    assert look("monday 10:00", NOW + 3 * DAY) == (False, False, NOW, NOW + 2 * DAY)


def test_freezing_writes_everything(store: Store) -> None:
    """Renditions, content, recipients, subject and list size are read back as they were frozen."""
    [article] = store.articles.save("blog", [record("a")], at=NOW).new
    row = frozen(store, 3, consumed={article: 0}, skips={"p000001@people.example": "no_topic"})
    assert (row.state, row.subject, row.frozen_at) == (S.FROZEN, "News", NOW)
    (english, *_), (arabic, *_) = store.issues.renditions(row.id)
    assert (store.issues.rendition(english), store.issues.rendition(arabic)) == (b"segments", b"\x00\xff")
    frozen_content = store.issues.content(row.id)
    assert frozen_content is not None
    assert frozen_content.items == (Item(article, "A", "https://makers.example/a", "Short."),)
    states = [(one.address, one.state, one.reason) for one in store.issues.deliveries(row.id)]
    assert states == [
        ("p000000@people.example", DeliveryState.QUEUED, ""),
        ("p000001@people.example", DeliveryState.SKIPPED, "no_topic"),
        ("p000002@people.example", DeliveryState.QUEUED, ""),
    ]
    recipient = store.issues.recipient(row.id, "p000002@people.example")
    assert recipient is not None and recipient.rendition_id == english
    assert recipient.tokens == {"unsubscribe": f"token-{recipient.subscriber_id}"}
    assert (store.issues.last_list_size("members"), store.issues.last_subject("weekly", "every")) == (3, "News")


def test_freezing_is_all_or_nothing(store: Store) -> None:
    """A candidate that cannot be written leaves no rendition, no delivery, no consumed article and the old state."""
    store.audience.sync_list("members", people(2), at=NOW)
    [article] = store.articles.save("blog", [record("a")], at=NOW).new
    row, good = planned(store), candidates(store)
    bundle = Frozen(content(row), [RenditionData("en", "ltr", b"x")], {article: 0}, (), [*good, good[0]])
    with pytest.raises(Exception, match=r"UNIQUE|duplicate"):
        store.issues.freeze(row, bundle, at=NOW)
    assert store.issues.get(row.id) == row
    assert store.issues.renditions(row.id) == [] and list(store.issues.deliveries(row.id)) == []
    assert store.articles.fate(article) == []


def test_freezing_twice_or_by_a_stale_reading_is_refused(store: Store) -> None:
    """One version is frozen once."""
    store.audience.sync_list("members", people(1), at=NOW)
    row = planned(store)
    bundle = Frozen(content(row), [RenditionData("en", "ltr", b"x")], {}, (), candidates(store))
    done = store.issues.freeze(row, bundle, at=NOW)
    with pytest.raises(BusyError):
        store.issues.freeze(row, bundle, at=NOW)
    with pytest.raises(StateError, match="frozen already"):
        store.issues.freeze(replace(done, state=S.HELD), bundle, at=NOW)
    assert len(list(store.issues.deliveries(row.id))) == 1


def test_an_article_is_consumed_by_one_issue_only(store: Store) -> None:
    """A second issue of the digest that wants a consumed article is not frozen at all."""
    [article] = store.articles.save("blog", [record("a")], at=NOW).new
    frozen(store, 1, consumed={article: 0})
    with pytest.raises(BusyError, match="another issue"):
        frozen(store, 1, week=1, consumed={article: 0})
    assert store.issues.last("weekly", "every").state is S.PLANNED


def test_done_means_that_nobody_waits(store: Store) -> None:
    """An issue with a waiting or deferred delivery cannot be done; its counts are kept when it is."""
    row = sending(store, 2)
    with pytest.raises(StateError, match="2 deliveries still wait"):
        store.issues.move(row, S.DONE, at=NOW)
    assert store.issues.finish(row.id, at=NOW) == row, "asked for too early, nothing happens"
    for one in store.issues.deliveries(row.id):
        store.audience.unsubscribe("members", one.address, at=NOW, source="link")
    assert store.ledger(row.id, worker(store), now=lambda: NOW).claim(2) == []
    done = store.issues.finish(row.id, at=NOW + DAY)
    assert (done.state, done.done_at) == (S.DONE, NOW + DAY)
    assert store.issues.finish(row.id, at=NOW + 2 * DAY) == done, "asked for twice, once is enough"
    assert store.issues.accounting(row.id).skipped == 2


def test_articles_stay_consumed_once_a_message_may_have_left(store: Store) -> None:
    """After the first intent nothing is released, whatever became of it."""
    [article] = store.articles.save("blog", [record("a")], at=NOW).new
    row = sending(store, 1, consumed={article: 0})
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    assert ledger.commit([], [one.delivery_id for one in ledger.claim(1)])
    store.issues.move(row, S.CANCELLED, at=NOW)
    assert [fate.state for fate in store.articles.fate(article)] == ["consumed"]


def test_a_list_of_topics_and_odd_names_survive_the_snapshot(store: Store) -> None:
    """Names outside ASCII, no topics at all and all topics are told apart in the recipient."""
    store.audience.sync_list("members", people(3), at=NOW)
    row, (a, b, c) = planned(store), candidates(store)
    odd = [replace(a, name="अनन्या"), replace(b, topics=("news", "ünï")), replace(c, topics=())]
    bundle = Frozen(content(row), [RenditionData("en", "ltr", b"x")], {}, (), odd)
    store.issues.freeze(row, bundle, at=NOW)
    found = [store.issues.recipient(row.id, one.key) for one in odd]
    assert [(one.name, one.topics) for one in found if one] == [("अनन्या", None), ("", ("news", "ünï")), ("", ())]


def test_candidates_are_not_held_in_memory(store: Store) -> None:
    """Freezing asks for candidates a chunk at a time instead of making a list of them."""
    store.audience.sync_list("members", people(1), at=NOW)
    row, [person] = planned(store), candidates(store)
    alive, most = 0, 0

    class Counted(Candidate):
        def __del__(self) -> None:
            nonlocal alive
            alive -= 1

    def stream() -> object:
        nonlocal alive, most
        for number in range(9000):
            alive += 1
            most = max(most, alive)
            yield Counted(number + 1, f"x{number}@people.example", f"x{number}@people.example", person.list_id)

    bundle = Frozen(content(row), [RenditionData("en", "ltr", b"x")], {}, (), stream())  # type: ignore[arg-type]
    with pytest.raises(Exception, match=r"(?i)foreign key"):  # these people do not exist, and that is noticed
        store.issues.freeze(row, bundle, at=NOW)
    assert most <= 4001
