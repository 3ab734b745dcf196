"""Lists, consent and suppression, on both engines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_builders import DAY, NOW, accepted, people, sending, subscriber, worker

from digest.model import SubscriberRow, SubscriptionStatus
from digest.store import ListChange, Store

S = SubscriptionStatus


def sync(store: Store, rows: Sequence[SubscriberRow], **options: object) -> ListChange:
    return store.audience.sync_list("members", iter(rows), at=NOW, **options)  # type: ignore[arg-type]


def active(store: Store) -> list[str]:
    return [person.address for person in store.audience.subscribers("members", status=S.ACTIVE)]


def test_a_list_says_what_its_rows_say(store: Store) -> None:
    """New, changed, same, ended and returned are counted right, before and after."""
    a, b, c = subscriber("a"), subscriber("b"), subscriber("c", topics=("news",))
    assert sync(store, [a, b, c]) == ListChange(new=3, after=3)
    changed = subscriber("b", name="Bea", topics=())
    assert sync(store, [a, changed]) == ListChange(same=1, changed=1, ended=1, before=3, after=2)
    assert sync(store, [a, changed, c]) == ListChange(same=2, returned=1, before=2, after=3)
    [bea] = store.audience.find("b@people.example")
    assert (bea.name, bea.topics, bea.status) == ("Bea", (), S.ACTIVE)


def test_a_dry_run_counts_the_same_and_writes_nothing(store: Store) -> None:
    """What a dry run announces is what the run then does."""
    sync(store, people(3))
    rows = [*people(5)[1:], subscriber("p000001", name="New")]
    announced = sync(store, rows, dry_run=True)
    assert active(store) == [row.address for row in people(3)]
    assert announced == sync(store, rows) == ListChange(new=2, changed=1, same=1, ended=1, before=3, after=4)
    assert store.audience.sync_list("nobody", people(1), at=NOW, dry_run=True).new == 1
    assert store.audience.size("nobody") == 0


def test_the_last_row_of_an_address_wins(store: Store) -> None:
    """One address twice in a file is one subscriber, worded as the last row."""
    assert sync(store, [subscriber("a", name="First"), subscriber("A", name="Last")]).new == 1
    assert [(p.address, p.name) for p in store.audience.find("a@people.example")] == [("A@people.example", "Last")]


def test_an_import_only_adds(store: Store) -> None:
    """Without `replace` those who are missing stay."""
    sync(store, people(2))
    assert sync(store, [subscriber("x")], replace=False) == ListChange(new=1, before=2, after=3)


def test_an_unsubscribe_is_never_revived(store: Store) -> None:
    """Standing in the file again, in any spelling, or after having left it, does not bring anybody back."""
    sync(store, people(2))
    assert store.audience.unsubscribe("members", "p000000@people.example", at=NOW, source="link")
    assert sync(store, people(2)) == ListChange(same=1, kept_out=1, before=1, after=1)
    assert sync(store, people(2)[1:]).ended == 0
    assert sync(store, [*people(2), subscriber("P000000")]).kept_out == 1
    assert active(store) == ["p000001@people.example"]


def test_an_unsubscribe_outlives_the_subscriber_and_precedes_it(store: Store) -> None:
    """Recorded for a stranger, it still holds when the address appears in a list for the first time."""
    assert store.audience.unsubscribe("members", "a@people.example", at=NOW, source="reply")
    assert not store.audience.unsubscribe("members", "a@people.example", at=NOW + DAY, source="reply")
    assert sync(store, [subscriber("a")]) == ListChange(kept_out=1)
    [person] = store.audience.find("a@people.example")
    assert (person.status, person.ended_at) == (S.UNSUBSCRIBED, NOW)
    assert list(store.audience.unsubscribed_keys("members")) == [("a@people.example", NOW)]


def test_an_ended_subscription_can_still_be_unsubscribed(store: Store) -> None:
    """Who is gone from the file and then says no stays out when the file brings them again."""
    sync(store, people(1))
    sync(store, [])
    store.audience.unsubscribe("members", "p000000@people.example", at=NOW, source="link")
    assert sync(store, people(1)).kept_out == 1 and active(store) == []


@pytest.mark.parametrize("status", ["bounced", "complained"])
def test_bounced_and_complained_are_never_revived(store: Store, status: str) -> None:
    """A list cannot bring back an address that bounced or complained."""
    sync(store, people(1))
    with store.database.write() as connection:
        connection.exec_driver_sql(f"UPDATE subscription SET status = '{status}'")
    assert sync(store, people(1)).kept_out == 1
    assert active(store) == []


def test_lists_do_not_mix(store: Store) -> None:
    """Another list's names, members and unsubscribes are its own."""
    sync(store, [subscriber("a", name="Anna")])
    store.audience.sync_list("board", [subscriber("a", name="A. Archer")], at=NOW, title="The board")
    assert sync(store, [subscriber("a", name="Anna")]).same == 1
    store.audience.unsubscribe("board", "a@people.example", at=NOW, source="page")
    assert {p.list_name: (p.name, p.status) for p in store.audience.find("a@people.example")} == {
        "board": ("A. Archer", S.UNSUBSCRIBED),
        "members": ("Anna", S.ACTIVE),
    }


def test_a_token_unsubscribes_whom_it_names(store: Store) -> None:
    """By subscriber, list and generation; idempotent; a revoked or unknown one does nothing."""
    sync(store, people(1))
    [person], list_id = store.audience.find("p000000@people.example"), store.audience.list_id("members")
    assert store.audience.unsubscribe_token(person.id, list_id, 1, at=NOW) is None
    assert store.audience.unsubscribe_token(person.id + 9, list_id, at=NOW) is None
    for _ in range(2):
        gone = store.audience.unsubscribe_token(person.id, list_id, 0, at=NOW)
        assert gone is not None and gone.status is S.UNSUBSCRIBED
    assert store.audience.by_id(person.id, list_id) == gone
    actions = [(row.action, row.source) for row in store.audience.consent(person.key)]
    assert actions == [("imported", "list"), ("unsubscribed", "link")]


def test_candidates_are_the_active_ones_with_a_reason(store: Store) -> None:
    """Suppressed people are candidates with a reason; ended, unsubscribed and other frequencies are none."""
    sync(store, [*people(4), subscriber("monthly", frequency="monthly")])
    store.audience.unsubscribe("members", "p000000@people.example", at=NOW, source="link")
    store.audience.suppress("p000001@people.example", "hard bounce", at=NOW)
    store.audience.suppress("p000002@people.example", "soft bounce", at=NOW, until=NOW + DAY)
    reasons = {person.key[:7]: why for person, why in store.audience.candidates("members", "every")}
    assert reasons == {"p000001": "suppressed", "p000002": "", "p000003": ""}
    today = {person.key[:7]: why for person, why in store.audience.candidates("members", "every", at=NOW)}
    assert today["p000002"] == "suppressed"
    assert store.audience.frequencies("members") == {"every": 3, "monthly": 1}


def test_more_people_than_a_page(store: Store) -> None:
    """Everybody comes once, in id order, across pages."""
    sync(store, people(4001))
    ids = [person.id for person, _ in store.audience.candidates("members", "every")]
    assert len(ids) == 4001 and ids == sorted(set(ids))
    assert store.audience.size("members") == 4001


def test_suppressions(store: Store) -> None:
    """A suppression stands until its end, is replaced by a later one, and can be lifted."""
    store.audience.suppress("a@people.example", "soft", at=NOW, until=NOW + DAY)
    assert store.audience.is_suppressed("a@people.example", NOW)
    assert not store.audience.is_suppressed("a@people.example", NOW + DAY)
    store.audience.suppress("a@people.example", "complaint", at=NOW)
    assert [(one.address, one.reason, one.until) for one in store.audience.suppressions()] == [
        ("a@people.example", "complaint", None)
    ]
    assert store.audience.unsuppress("a@people.example") and not store.audience.unsuppress("a@people.example")


def test_history_of_one_address(store: Store) -> None:
    """What one person got, with the issue's name and the server's answer."""
    row = sending(store, 2)
    ledger = store.ledger(row.id, worker(store), now=lambda: NOW)
    [first] = ledger.claim(1)
    ledger.commit([], [first.delivery_id])
    ledger.commit([(first.delivery_id, accepted())], [])
    [past] = store.audience.history("p000000@people.example")
    assert (past.issue, past.subject, past.delivery.server_text) == ("weekly/1", "News", "queued as 1")


ROW = st.builds(
    lambda letter, name, upper: subscriber(letter.upper() if upper else letter, name=name),
    st.sampled_from("abcd"),
    st.sampled_from(["", "x", "y"]),
    st.booleans(),
)
ACTION = st.one_of(
    st.tuples(st.just("sync"), st.lists(ROW, max_size=6), st.booleans()),
    st.tuples(st.just("leave"), st.sampled_from("abcd")),
)
_lists = count()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTION, max_size=8))
def test_no_sequence_of_lists_revives_anybody(store: Store, actions: list[tuple[object, ...]]) -> None:
    """Whatever files come in whatever order, who unsubscribed is not active, and the counts are those of the list."""
    name, out, present = f"list{next(_lists)}", set(), set()
    for action in actions:
        if action[0] == "leave":
            key = f"{action[1]}@people.example"
            assert store.audience.unsubscribe(name, key, at=NOW, source="link") is (key not in out)
            out.add(key)
            continue
        rows, replace = action[1], bool(action[2])
        assert isinstance(rows, list)
        keys = {row.key for row in rows}
        change = store.audience.sync_list(name, rows, at=NOW, replace=replace)
        present = keys if replace else present | keys
        assert change.after == store.audience.size(name) == len(present - out)
        assert change.new + change.changed + change.same + change.returned + change.kept_out == len(keys)
        assert {p.key for p in store.audience.subscribers(name, status=S.ACTIVE)} == present - out


def test_active_readers_are_counted_by_mail_domain(store: Store) -> None:
    """Whatever the case of an address; who left is not counted."""
    people = ["a@Mail.example", "b@mail.example", "c@other.example", "gone@mail.example"]
    store.audience.sync_list("members", [SubscriberRow(address, address.lower(), "") for address in people], at=NOW)
    store.audience.unsubscribe("members", "gone@mail.example", at=NOW, source="test")
    assert store.audience.domains("members") == {"mail.example": 2, "other.example": 1}
    assert store.audience.domains("nobody") == {}
