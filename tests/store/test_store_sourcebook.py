"""What an operator asks of the sources: pauses and harvests, on both engines."""

from __future__ import annotations

from dataclasses import replace

from store_builders import DAY, NOW, record

from digest.store import ArticleRecord, Store
from digest.store.sourcebook import Paused


def test_a_pause_names_who_and_outlives_a_fetch(store: Store) -> None:
    """A source can be paused before it was ever fetched; a fetch does not end the pause, `resume` does."""
    book = store.sourcebook
    assert book.pause("blog", at=NOW, by="ana", note="moving house")
    store.articles.save_fetch("blog", {"etag": "x"}, at=NOW + DAY, ok=True, title="Blog")
    assert book.paused() == {"blog": Paused(NOW, "ana", "moving house")}
    assert book.records()["blog"].paused == Paused(NOW, "ana", "moving house")
    assert book.resume("blog") == Paused(NOW, "ana", "moving house")
    assert book.paused() == {} and book.resume("blog") is None


def test_pausing_twice_keeps_the_time(store: Store) -> None:
    """A second pause says that it is none; its note replaces the first one, no note leaves it."""
    book = store.sourcebook
    book.pause("blog", at=NOW, by="ana", note="why")
    assert not book.pause("blog", at=NOW + DAY, by="ben")
    assert book.paused()["blog"] == Paused(NOW, "ana", "why")
    assert not book.pause("blog", at=NOW + DAY, by="ben", note="still")
    assert book.paused()["blog"] == Paused(NOW, "ben", "still")


def test_a_record_is_what_was_fetched(store: Store) -> None:
    """A record counts the articles that came by the source, and has the state of its last try."""
    store.articles.save("blog", [record("one"), record("two")], at=NOW)
    store.articles.save("planet", [record("one", source="planet")], at=NOW)
    store.articles.save_fetch("planet", {"etag": "x"}, at=NOW, ok=False, error="no")
    records = store.sourcebook.records()
    assert {name: one.articles for name, one in records.items()} == {"blog": 2, "planet": 1}
    planet = records["planet"]
    assert (planet.failures, planet.last_error, planet.fetch_state) == (1, "no", {"etag": "x"})


def test_the_harvest_counts_months_and_languages(store: Store) -> None:
    """Articles are counted by their month of publication and by language; undated ones and unknown languages too."""

    def written(name: str, days: int | None, language: str | None) -> ArticleRecord:
        one = record(name, published=None if days is None else NOW - days * DAY)
        return ArticleRecord(replace(one.article, language=language), one.aliases, one.content_hash)

    batch = [written("a", 0, "en"), written("b", 1, "en"), written("c", 40, "ga"), written("d", None, None)]
    store.articles.save("blog", batch, at=NOW)
    found = store.sourcebook.harvest("blog")
    assert found.months == {"2026-10": 1, "2026-11": 2} and found.undated == 1 and found.newest == NOW
    assert found.languages == {"en": 2, "ga": 1, "": 1}
    assert store.sourcebook.harvest("nobody").months == {}
