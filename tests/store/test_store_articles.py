"""Sources, articles and each digest's decisions about them, on both engines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from store_builders import DAY, NOW, SECOND, frozen, period, planned, record

from digest.model import IssueState
from digest.store import ArticleFate, SaveReport, Store


def enroll(
    store: Store, at: Any = NOW, *, sources: tuple[str, ...] = ("blog",), undated_new: tuple[str, ...] = ()
) -> Any:
    return store.articles.enroll("weekly", "every", sources, threshold=NOW - 7 * DAY, undated_new=undated_new, at=at)


def titles(store: Store) -> list[str]:
    return [one.article.title for one in store.articles.eligible("weekly", "every")]


def test_an_article_comes_back_as_it_was(store: Store) -> None:
    """What is saved and read again is equal, with its first sighting."""
    one = record("one", views=3)
    report = store.articles.save("blog", [one], at=NOW)
    [stored] = store.articles.get(report.new)
    assert (stored.article, stored.first_seen, stored.content_hash) == (one.article, NOW, "h")


def test_an_edit_keeps_id_and_first_sighting(store: Store) -> None:
    """A changed title updates the article in place; unchanged words count as the same."""
    [first] = store.articles.save("blog", [record("one")], at=NOW).new
    again = store.articles.save("blog", [record("one")], at=NOW + DAY)
    edited = store.articles.save("blog", [record("one", title="Better", content_hash="h2")], at=NOW + DAY)
    assert again == SaveReport((), (), 1) and edited == SaveReport((), (first,), 0)
    [stored] = store.articles.get([first])
    assert (stored.article.title, stored.first_seen) == ("Better", NOW)


def test_an_article_by_two_sources_is_one_and_keeps_its_first_wording(store: Store) -> None:
    """A planet that repeats a blog post neither doubles nor rewrites it, and both sources count it."""
    [first] = store.articles.save("blog", [record("one")], at=NOW).new
    copy = store.articles.save("planet", [record("one", source="planet", title="Copy", content_hash="x")], at=NOW)
    assert copy == SaveReport((), (), 1)
    assert store.articles.get([first])[0].article.title == "One"
    assert {status.name: status.articles for status in store.articles.source_status()} == {"blog": 1, "planet": 1}
    assert [one.id for one in store.articles.recent(["planet"], 5)] == [first]


def test_a_document_with_one_guid_for_all_has_all_its_articles(store: Store) -> None:
    """Two entries with one guid and two addresses are two articles, also on the second reading."""
    document = [record("a", guid="same"), record("b", guid="same")]
    assert len(store.articles.save("blog", document, at=NOW).new) == 2
    assert store.articles.save("blog", document, at=NOW + DAY) == SaveReport((), (), 2)


def test_hostile_text_is_stored_on_both_engines(store: Store) -> None:
    """NUL, lone surrogates and counters beyond 64 bits cost the character or are cut, never the document."""
    [one] = store.articles.save("blog", [record("x", title="a\x00b\ud800c", views=10**30)], at=NOW).new
    [stored] = store.articles.get([one])
    assert stored.article.title == "ab?c" and stored.article.views == 2**63 - 1


def test_counters_are_kept_when_they_change(store: Store) -> None:
    """Three fetches with two different readings leave two rows of engagement."""
    for hour, views in enumerate((5, 5, 9)):
        store.articles.save("blog", [record("one", views=views)], at=NOW + timedelta(hours=hour))
    with store.database.read() as connection:
        readings = connection.exec_driver_sql("SELECT views FROM engagement ORDER BY at").scalars().all()
    assert readings == [5, 9]


def test_a_source_remembers_its_failures_and_last_success(store: Store) -> None:
    """Failures add up, keep the last success, and end with the next one."""
    store.articles.save_fetch("blog", {"etag": "x"}, at=NOW, ok=True, title="The blog")
    for day in (1, 2):
        store.articles.save_fetch("blog", {"etag": "x"}, at=NOW + day * DAY, ok=False, error="timed out")
    [status] = store.articles.source_status()
    assert (status.failures, status.last_success_at, status.last_error) == (2, NOW, "timed out")
    assert store.articles.source_titles() == {"blog": "The blog"}
    store.articles.save_fetch("blog", {"etag": "y"}, at=NOW + 3 * DAY, ok=True)
    [status] = store.articles.source_status()
    assert (status.failures, status.last_error, store.articles.fetch_state("blog")) == (0, "", {"etag": "y"})


def test_first_sight_takes_what_is_after_the_threshold(store: Store) -> None:
    """A new digest gets the last interval's articles, not the archive and not the undated."""
    store.articles.save(
        "blog",
        [
            record("fresh", published=NOW - DAY),
            record("old", published=NOW - 8 * DAY),
            record("undated", published=None),
        ],
        at=NOW,
    )
    assert (enrolled := enroll(store)).first_sight == ("blog",) and (enrolled.new, enrolled.known) == (1, 2)
    assert titles(store) == ["Fresh"]
    assert enroll(store).new == 0


def test_undated_files_are_new_at_first_sight(store: Store) -> None:
    """A folder of undated texts is news where its source says so."""
    store.articles.save("stories", [record("text", source="stories", published=None)], at=NOW)
    assert enroll(store, sources=("stories",), undated_new=("stories",)).new == 1


def test_later_sightings_are_new_whatever_their_date_unless_very_old(store: Store) -> None:
    """After the first sight an article backdated by a week is news; one from the archive is not."""
    store.articles.save("blog", [record("first")], at=NOW)
    enroll(store)
    late = [
        record("week", published=NOW - 8 * DAY),
        record("archive", published=NOW - 40 * DAY),
        record("no", published=None),
    ]
    store.articles.save("blog", late, at=NOW + DAY)
    enroll(store, NOW + DAY)
    assert titles(store) == ["First", "Week", "No"]


def test_a_future_article_waits_for_its_day(store: Store) -> None:
    """An article dated tomorrow has no fate today and is news tomorrow."""
    store.articles.save("blog", [record("today"), record("tomorrow", published=NOW + DAY)], at=NOW)
    enroll(store)
    assert titles(store) == ["Today"]
    enroll(store, NOW + DAY)
    assert titles(store) == ["Today", "Tomorrow"]


def test_a_source_that_never_answered_is_not_seen(store: Store) -> None:
    """The archive of a source that was down at first sight is known, not news, when it comes up."""
    store.articles.save_fetch("blog", {}, at=NOW, ok=False, error="down")
    assert enroll(store).first_sight == ()
    store.articles.save("blog", [record("old", published=NOW - 20 * DAY)], at=NOW + DAY)
    store.articles.save_fetch("blog", {}, at=NOW + DAY, ok=True)
    assert enroll(store, NOW + DAY).first_sight == ("blog",)
    assert titles(store) == []


def test_backfill_makes_known_articles_new(store: Store) -> None:
    """`--backfill 30d` and `all` take what first sight had left out."""
    ages = {"month": 20, "year": 300}
    store.articles.save("blog", [record(name, published=NOW - age * DAY) for name, age in ages.items()], at=NOW)
    enroll(store)
    assert store.articles.backfill("weekly", "every", ["blog"], since=NOW - 30 * DAY) == 1
    assert titles(store) == ["Month"]
    assert store.articles.backfill("weekly", "every", ["blog"], since=None) == 1


def test_frozen_articles_are_consumed_and_left_over_ones_get_one_more_chance(store: Store) -> None:
    """Chosen and folded articles are gone; one left over is eligible once more, then passed over, visibly."""
    a, b, c = store.articles.save("blog", [record("a"), record("b"), record("c")], at=NOW).new
    enroll(store)
    first = frozen(store, 1, consumed={a: 0, b: None}, left_over=[c])
    assert titles(store) == ["C"]
    assert store.articles.fate(b) == [ArticleFate("weekly", "every", "consumed", first.id, "folded", NOW)]
    second = frozen(store, 1, week=1, left_over=[c])
    assert titles(store) == []
    [fate] = store.articles.fate(c)
    assert (fate.state, fate.issue_id) == ("passed_over", second.id)


def test_cancelling_before_the_first_intent_releases_articles(store: Store) -> None:
    """Articles of a cancelled issue are eligible again, as is what it had left over."""
    a, b = store.articles.save("blog", [record("a"), record("b")], at=NOW).new
    enroll(store)
    row = frozen(store, 1, consumed={a: 0}, left_over=[b])
    store.issues.move(row, IssueState.CANCELLED, at=NOW)
    assert titles(store) == ["A", "B"]
    frozen(store, 1, week=1, consumed={a: 0}, left_over=[b])
    assert titles(store) == ["B"], "the cancelled issue must not have used up B's second chance"


def test_enrolment_is_per_digest_and_frequency(store: Store) -> None:
    """One digest's consumption is nothing to another."""
    [a] = store.articles.save("blog", [record("a")], at=NOW).new
    enroll(store)
    store.articles.enroll("daily", "every", ["blog"], threshold=NOW - DAY, undated_new=(), at=NOW + SECOND)
    frozen(store, 1, consumed={a: 0})
    assert len(store.articles.eligible("daily", "every")) == 1
    assert planned(store, 3).period == period(3)
