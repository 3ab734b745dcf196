"""Looking articles up, on both engines."""

from __future__ import annotations

from store_builders import DAY, NOW, record

from digest.store import Store


def filled(store: Store) -> dict[str, int]:
    names = {"one": NOW, "two": NOW - DAY, "Über": NOW - 50 * DAY}
    records = [record(name, published=at, views=3) for name, at in names.items()]
    ids = store.articles.save("blog", records, at=NOW).new
    store.articles.save("planet", [record("one", source="planet")], at=NOW)
    store.articles.enroll("weekly", "every", ("blog",), threshold=NOW - 7 * DAY, undated_new=(), at=NOW)
    store.articles.enroll("weekly", "daily", ("blog",), threshold=NOW - 99 * DAY, undated_new=(), at=NOW)
    return dict(zip(names, ids, strict=True))


def test_the_newest_come_first_with_every_decision(store: Store) -> None:
    """Entries are in order of publication, and name each digest's and each frequency's decision."""
    ids = filled(store)
    found = store.catalogue.find()
    assert [one.id for one in found] == [ids["one"], ids["two"], ids["Über"]]
    assert found[2].states == {"weekly": "known", "weekly+daily": "new"}
    assert (found[0].title, found[0].source, found[0].published) == ("One", "blog", NOW)


def test_every_condition_must_hold(store: Store) -> None:
    """Source, digest, state, date and words are joined by and; words are compared without regard to case."""
    ids = filled(store)

    def find(**conditions: object) -> list[int]:
        return [one.id for one in store.catalogue.find(**conditions)]  # type: ignore[arg-type]

    assert find(sources=["planet"]) == [ids["one"]] and find(sources=[]) == []
    assert find(search="üBER") == [ids["Über"]] and find(search="%") == []
    assert find(since=NOW - 2 * DAY) == [ids["one"], ids["two"]] and find(limit=1) == [ids["one"]]
    assert find(digest="weekly", state="known") == [ids["Über"]] and find(digest="monthly") == []
    assert find(digest="weekly", state="new", search="two") == [ids["two"]]


def test_a_card_has_everything(store: Store) -> None:
    """Sources (its own first), aliases and each change of the counters; None for a number that nobody has."""
    ids = filled(store)
    store.articles.save("blog", [record("one", views=9)], at=NOW + DAY)
    card = store.catalogue.card(ids["one"])
    assert card is not None and card.sources == ("blog", "planet") and "guid:blog:one" in card.aliases
    assert [(one.at, one.views) for one in card.engagement] == [(NOW, 3), (NOW + DAY, 9)]
    assert card.first_seen_at == NOW and card.article.title == "One" and card.withdrawn_at is None
    assert store.catalogue.card(10_000) is None
