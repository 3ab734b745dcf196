"""A rehearsal forgets everything and is in nobody's way, on both engines."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from store_builders import DAY, NOW, frozen, people, period, record, sending, subscriber, worker

from digest.errors import StateError
from digest.model import IssueState
from digest.store import Store, open_store
from digest.store.rehearsal import rehearsal
from digest.store.schema import metadata


def dump(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with store.database.read() as connection:
        return {
            name: sorted((tuple(map(repr, row)) for row in connection.execute(sa.select(table))), key=repr)
            for name, table in metadata.tables.items()
        }


def filled(store: Store) -> None:
    store.articles.save("blog", [record("one"), record("two", views=3)], at=NOW)
    store.articles.save_fetch("blog", {"etag": "a"}, at=NOW, ok=True)
    store.issues.sight("weekly", "every", schedule="s", zone="UTC", at=NOW)
    store.articles.enroll("weekly", "every", ["blog"], threshold=NOW - DAY, undated_new=(), at=NOW)
    frozen(store, 3, consumed={1: 0})


def everything(store: Store) -> None:
    """What a dry run, a preview or a test message do, and more: every kind of write there is."""
    store.issues.sight("weekly", "every", schedule="other", zone="UTC", at=NOW + DAY)
    store.issues.sight("daily", "every", schedule="s", zone="UTC", at=NOW)
    store.articles.save("blog", [record("two", title="Better", content_hash="x", views=9), record("three")], at=NOW)
    store.articles.save_fetch("blog", {"etag": "b"}, at=NOW + DAY, ok=False, error="down")
    store.articles.save_fetch("planet", {}, at=NOW, ok=True, title="Planet")
    store.articles.enroll("weekly", "every", ["blog", "planet"], threshold=NOW - DAY, undated_new=(), at=NOW)
    store.audience.list_id("others")
    store.audience.sync_list("members", [*people(2), subscriber("new")], at=NOW)
    store.audience.unsubscribe("members", "p000001@people.example", at=NOW, source="test")
    store.audience.suppress("gone@people.example", "bounce", at=NOW)
    store.notices.first("cause", "day", at=NOW)
    row = frozen(store, 3, week=1, consumed={2: 0})
    ledger = store.ledger(store.issues.move(row, IssueState.SENDING, at=NOW).id, worker(store), now=lambda: NOW)
    ledger.commit([], [ledger.claim(1)[0].delivery_id])
    store.rotate_key()


def test_nothing_remains_of_a_rehearsal(store: Store) -> None:
    """Every table is row for row what it was, and inside, everything was as if it had happened."""
    filled(store)
    before = dump(store)
    with rehearsal(store) as rehearsed:
        everything(rehearsed)
        assert [one.article.title for one in rehearsed.articles.eligible("weekly", "every")] == ["Three"]
        assert rehearsed.issues.find("weekly", 2) is not None
        assert rehearsed.audience.size("members") == 2, "one of three unsubscribed"
        assert dump(rehearsed) != before
    assert dump(store) == before


def test_nothing_remains_of_a_rehearsal_that_failed(store: Store) -> None:
    """Neither of the part before the exception, nor of the call that raised it; the rehearsal itself can go on."""
    filled(store)
    before = dump(store)
    with pytest.raises(ZeroDivisionError), rehearsal(store) as rehearsed:
        row = rehearsed.issues.plan("weekly", "every", period(2), scheduled_for=NOW, at=NOW)[0]
        with pytest.raises(StateError):
            rehearsed.issues.move(row, IssueState.DONE, at=NOW)
        rehearsed.articles.save("blog", [record("three")], at=NOW)
        assert len(rehearsed.articles.recent(["blog"], 9)) == 3
        raise ZeroDivisionError
    assert dump(store) == before


def test_what_was_paid_for_is_kept(store: Store) -> None:
    """A model's answer in a rehearsal stands afterwards, with its cost, and one that was there is seen inside."""
    store.summaries.put("old", {"summary": "Old.", "tokens": 1}, NOW)
    with rehearsal(store) as rehearsed:
        everything(rehearsed)
        assert rehearsed.summaries.get("old") == {"summary": "Old.", "tokens": 1}
        rehearsed.summaries.put("new", {"summary": "New.", "tokens": 7}, NOW)
    assert store.summaries.get("new") == {"summary": "New.", "tokens": 7} and store.summaries.spent(NOW) == 8


def test_who_works_on_the_real_database_does_not_wait_for_a_rehearsal(database_url: str) -> None:
    """While a rehearsal has written everywhere, a real run gathers, enrolls, numbers and sends without a pause."""
    with open_store(database_url) as store, open_store(database_url) as real:
        filled(store)
        issue = sending(store, 3, week=4)
        with rehearsal(store) as rehearsed:
            rehearse_gathering(rehearsed)
            done: list[float] = []

            def work() -> None:
                start = time.monotonic()
                rehearse_gathering(real)
                ledger = real.ledger(issue.id, worker(real), now=lambda: NOW)
                assert ledger.commit([], [ledger.claim(1)[0].delivery_id])
                done.append(time.monotonic() - start)

            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            thread.join(15)
            assert done and done[0] < 10, "it waited for the rehearsal"
        titles = [one.article.title for one in real.articles.recent(["blog"], 9)]
        assert sorted(titles) == ["Better", "One", "Three"]


def rehearse_gathering(store: Store) -> None:
    """What a dry run and a real tick both do."""
    store.issues.sight("weekly", "every", schedule="other", zone="UTC", at=NOW + DAY)
    store.issues.sight("daily", "every", schedule="s", zone="UTC", at=NOW)
    store.articles.save("blog", [record("two", title="Better", content_hash="x", views=9), record("three")], at=NOW)
    store.articles.save_fetch("blog", {"etag": "b"}, at=NOW + DAY, ok=True)
    store.articles.enroll("weekly", "every", ["blog"], threshold=NOW - DAY, undated_new=(), at=NOW)
    store.articles.enroll("daily", "every", ["blog"], threshold=NOW - DAY, undated_new=(), at=NOW)
    store.audience.list_id("others")
    row, _ = store.issues.plan("daily", "every", period(1), scheduled_for=NOW, at=NOW)
    store.issues.number(row.id)


def test_a_rehearsal_of_everything_does_not_disturb_a_concurrent_writer(new_url: Callable[[], str]) -> None:
    """A writer that works on through the whole of a rehearsal leaves exactly what it leaves without one."""
    written = []
    for rehearsing in (False, True):
        with open_store(new_url()) as store, open_store(store.database.url.render_as_string(False)) as writer:
            filled(store)
            if rehearsing:
                with rehearsal(store) as rehearsed:
                    for step in range(6):
                        writer.articles.save("blog", [record(f"w{step}")], at=NOW)
                        rehearsed.articles.save("blog", [record(f"r{step}"), record(f"w{step}")], at=NOW)
                        rehearsed.articles.enroll(
                            "weekly", "every", ["blog"], threshold=NOW - DAY, undated_new=(), at=NOW
                        )
            else:
                for step in range(6):
                    writer.articles.save("blog", [record(f"w{step}")], at=NOW)
            found = dump(writer)
            written.append({name: len(rows) for name, rows in found.items()})
    assert written[0] == written[1]
