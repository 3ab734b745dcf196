"""An editor's changes in the database: all or none, by version, undone one by one, on both engines."""

from __future__ import annotations

import pytest
from store_builders import DAY, NOW, period, record

from digest.errors import BusyError, UsageError
from digest.model import IssueRow, IssueState
from digest.store import Store


def ahead(store: Store, week: int = 1) -> IssueRow:
    """An issue planned before its time, for its editor."""
    when = period(week)
    row, _ = store.issues.plan("weekly", "every", when, scheduled_for=when.end, at=NOW, ahead=True)
    return row


def met(store: Store, name: str, *, old: bool = False) -> int:
    """An article that the digest has met: new to it, or known."""
    [id_] = store.articles.save("blog", [record(name, published=NOW - 100 * DAY if old else NOW)], at=NOW).new
    store.articles.enroll("weekly", "every", ("blog",), threshold=NOW - 7 * DAY, undated_new=(), at=NOW)
    return id_


def fate(store: Store, article_id: int) -> tuple[str, str]:
    found = store.articles.fate(article_id)
    return (found[0].state, found[0].reason) if found else ("unmet", "")


def numbers(store: Store, row: IssueRow) -> list[int]:
    return [one.id for one in store.issues.overrides(row.id)]


def test_changes_made_together_are_one_version_and_keep_their_order(store: Store) -> None:
    """One edit of three changes counts once, and history and overrides have all three in order with who."""
    row = ahead(store)
    changes = [("subject", None, "One"), ("intro", None, "Hello"), ("subject", None, "Two")]
    edited = store.issues.edit(row, changes, at=NOW, by="ana")
    assert edited.version == row.version + 1 and edited.state is IssueState.PLANNED
    kept = store.issues.overrides(row.id)
    assert [(one.kind, one.value, one.by) for one in kept] == [
        ("subject", "One", "ana"), ("intro", "Hello", "ana"), ("subject", "Two", "ana")
    ]  # fmt: skip
    assert [event.detail["change"] for event in store.issues.history(row.id) if event.kind == "edit"] == [
        "subject", "intro", "subject"
    ]  # fmt: skip


def test_a_stale_version_changes_nothing(store: Store) -> None:
    """The second of two editors who read the same version is told, and nothing of theirs is kept."""
    row = ahead(store)
    store.issues.edit(row, [("subject", None, "Ana's")], at=NOW, by="ana")
    with pytest.raises(BusyError, match="somebody else changed the issue"):
        store.issues.edit(row, [("subject", None, "Ben's")], at=NOW, by="ben")
    assert [one.value for one in store.issues.overrides(row.id)] == ["Ana's"]


def test_one_change_that_fails_undoes_the_others(store: Store) -> None:
    """When the last change cannot be made, the first ones were not made, and the version is the old one."""
    row, one = ahead(store), met(store, "one")
    with pytest.raises(UsageError, match="no such change to undo"):
        store.issues.edit(row, [("drop", one, ""), ("undo", None, 999)], at=NOW, by="ana")
    assert store.issues.overrides(row.id) == [] and fate(store, one)[0] == "new"
    assert store.issues.get(row.id).version == row.version


@pytest.mark.parametrize("end", [IssueState.SKIPPED, IssueState.CANCELLED])
def test_a_dropped_article_stays_out_whatever_becomes_of_the_issue(store: Store, end: IssueState) -> None:
    """After the issue was skipped or cancelled it is still excluded; undoing then brings back state and reason."""
    row, one = ahead(store), met(store, "one")
    before = fate(store, one)
    row = store.issues.edit(row, [("drop", one, "")], at=NOW, by="ana")
    assert fate(store, one)[0] == "excluded" and "dropped from weekly@" in fate(store, one)[1]
    row = store.issues.move(row, end, at=NOW, reason="editor")
    assert store.articles.eligible("weekly", "every") == []
    store.issues.edit(row, [("undo", None, numbers(store, row)[0])], at=NOW, by="ben")
    assert fate(store, one) == before
    assert [found.id for found in store.articles.eligible("weekly", "every")] == [one]


def test_a_pin_lets_a_known_article_in_and_undoing_it_out(store: Store) -> None:
    """Pinned it is eligible; undone it is known again for the very reason it was known before."""
    row, one = ahead(store), met(store, "one", old=True)
    before = fate(store, one)
    assert before[0] == "known"
    row = store.issues.edit(row, [("pin", one, "")], at=NOW, by="ana")
    assert fate(store, one)[0] == "new" and "pinned in weekly@" in fate(store, one)[1]
    store.issues.edit(row, [("undo", None, numbers(store, row)[0])], at=NOW, by="ana")
    assert fate(store, one) == before


def test_the_latest_of_pin_and_drop_holds_and_each_undo_uncovers_the_one_before(store: Store) -> None:
    """Known, pinned, dropped, pinned: undoing them from the last to the first goes back through every state."""
    row, one = ahead(store), met(store, "one", old=True)
    before = fate(store, one)
    row = store.issues.edit(row, [(kind, one, "") for kind in ("pin", "drop", "pin")], at=NOW, by="ana")
    found = [fate(store, one)[0]]
    for number in reversed(numbers(store, row)):
        row = store.issues.edit(row, [("undo", None, number)], at=NOW, by="ana")
        found.append(fate(store, one)[0])
    assert found == ["new", "excluded", "new", "known"] and fate(store, one) == before


def test_undoing_an_earlier_change_leaves_the_later_one(store: Store) -> None:
    """A pin under a drop can go without the drop going too."""
    row, one = ahead(store), met(store, "one")
    row = store.issues.edit(row, [("pin", one, ""), ("drop", one, "")], at=NOW, by="ana")
    store.issues.edit(row, [("undo", None, numbers(store, row)[0])], at=NOW, by="ana")
    assert fate(store, one)[0] == "excluded"


def test_a_drop_of_another_issue_holds_until_this_one_pins(store: Store) -> None:
    """What was dropped from one issue a later issue may pin; without that pin it is out again."""
    first, second, one = ahead(store, 1), ahead(store, 2), met(store, "one")
    store.issues.edit(first, [("drop", one, "")], at=NOW, by="ana")
    second = store.issues.edit(second, [("pin", one, "")], at=NOW, by="ben")
    assert fate(store, one)[0] == "new"
    store.issues.edit(second, [("undo", None, numbers(store, second)[0])], at=NOW, by="ben")
    assert fate(store, one)[0] == "excluded"


def test_an_article_the_digest_has_not_met_can_be_dropped(store: Store) -> None:
    """Dropped before the digest met it, it stays out when it meets it; undone, it is unmet again."""
    row = ahead(store)
    [one] = store.articles.save("blog", [record("one")], at=NOW).new
    row = store.issues.edit(row, [("drop", one, "")], at=NOW, by="ana")
    store.articles.enroll("weekly", "every", ("blog",), threshold=NOW - 7 * DAY, undated_new=(), at=NOW)
    assert fate(store, one)[0] == "excluded"
    store.issues.edit(row, [("undo", None, numbers(store, row)[0])], at=NOW, by="ana")
    assert fate(store, one) == ("unmet", "")


def test_an_undone_change_is_undone_once_and_only_in_its_issue(store: Store) -> None:
    """Undoing twice, or another issue's change, is refused."""
    first, second = ahead(store, 1), ahead(store, 2)
    first = store.issues.edit(first, [("subject", None, "One")], at=NOW, by="ana")
    [number] = numbers(store, first)
    with pytest.raises(UsageError):
        store.issues.edit(second, [("undo", None, number)], at=NOW, by="ana")
    first = store.issues.edit(first, [("undo", None, number)], at=NOW + DAY, by="ana")
    assert store.issues.overrides(first.id)[0].undone_at == NOW + DAY
    with pytest.raises(UsageError):
        store.issues.edit(first, [("undo", None, number)], at=NOW, by="ana")


def test_an_issue_planned_ahead_covers_no_time(store: Store) -> None:
    """`last_begun` is the issue whose time has come, not the one that waits for its own."""
    now, _ = store.issues.plan("weekly", "every", period(0), scheduled_for=NOW, at=NOW)
    later = ahead(store, 1)
    assert store.issues.last_begun("weekly", "every", now=NOW) == now
    assert store.issues.last_begun("weekly", "every", now=later.period.end) == later
    assert store.issues.last_begun("weekly", "every", now=NOW - DAY) is None
