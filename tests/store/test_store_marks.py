"""Pins and exclusions, and what they do to each digest's rows, on both engines."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from store_builders import DAY, NOW, frozen, record

from digest.errors import StateError
from digest.store import Store
from digest.store.schema import article


def gathered(store: Store, *names: str, digests: tuple[str, ...] = ("weekly",), old: bool = False) -> list[int]:
    """Articles that every digest has met: new to it, or, if `old`, known already."""
    published = NOW - 100 * DAY if old else NOW
    ids = store.articles.save("blog", [record(name, published=published) for name in names], at=NOW).new
    for digest in digests:
        store.articles.enroll(digest, "every", ("blog",), threshold=NOW - 7 * DAY, undated_new=(), at=NOW)
    return list(ids)


def fates(store: Store, article_id: int) -> dict[str, str]:
    return {fate.digest: fate.state for fate in store.articles.fate(article_id)}


def test_an_exclusion_takes_it_out_and_including_brings_it_back(store: Store) -> None:
    """An excluded article is not eligible; included again it is, and both marks remain on record with who and when."""
    [one] = gathered(store, "one")
    done = store.marks.exclude(one, at=NOW, by="ana", reason="an advertisement")
    assert done.fresh and done.moved == (("weekly", "excluded"),)
    assert store.articles.eligible("weekly", "every") == [] and store.marks.excluded("weekly") == {one}
    back = store.marks.include(one, at=NOW + DAY, by="ben")
    assert back.moved == (("weekly", "new"),)
    assert [entry.id for entry in store.articles.eligible("weekly", "every")] == [one]
    [mark] = store.marks.of(one)
    assert (mark.by, mark.reason, mark.undone_by, mark.undone_at) == ("ana", "an advertisement", "ben", NOW + DAY)


def test_a_mark_for_one_digest_leaves_the_others(store: Store) -> None:
    """Excluding from one digest changes that digest's row alone."""
    [one] = gathered(store, "one", digests=("weekly", "daily"))
    store.marks.exclude(one, digest="daily", at=NOW, by="ana")
    assert fates(store, one) == {"daily": "excluded", "weekly": "new"}
    assert store.marks.excluded("weekly") == frozenset()


def test_a_mark_waits_for_digests_that_have_not_met_the_article(store: Store) -> None:
    """A mark made before the digest meets the article counts when `settle` runs after the meeting."""
    [one, two] = store.articles.save("blog", [record("one"), record("two", published=NOW - 90 * DAY)], at=NOW).new
    assert store.marks.exclude(one, at=NOW, by="ana").moved == ()
    store.marks.pin(two, at=NOW, by="ana")
    store.articles.enroll("weekly", "every", ("blog",), threshold=NOW - 7 * DAY, undated_new=(), at=NOW)
    store.marks.settle("weekly", "every", at=NOW)
    store.marks.settle("weekly", "every", at=NOW)
    assert fates(store, one) == {"weekly": "excluded"} and fates(store, two) == {"weekly": "new"}


def test_a_pin_makes_known_articles_eligible_and_unpinning_undoes_it(store: Store) -> None:
    """What a digest knew already is new once it is pinned, and known again when the pin is taken back."""
    [old] = gathered(store, "old", old=True)
    assert fates(store, old) == {"weekly": "known"}
    assert store.marks.pin(old, digest="weekly", at=NOW, by="ana").moved == (("weekly", "new"),)
    assert store.marks.unpin(old, digest="weekly", at=NOW, by="ana").moved == (("weekly", "known"),)
    [fresh] = gathered(store, "fresh")
    store.marks.pin(fresh, at=NOW, by="ana")
    assert store.marks.unpin(fresh, at=NOW, by="ana").moved == () and fates(store, fresh) == {"weekly": "new"}


def test_pins_come_in_the_order_they_were_made(store: Store) -> None:
    """`pinned` names those for this digest and for all, first pinned first, once each, without withdrawn articles."""
    one, two, three, four = gathered(store, "one", "two", "three", "four")
    store.marks.pin(three, at=NOW, by="ana")
    store.marks.pin(one, digest="weekly", at=NOW, by="ana")
    store.marks.pin(two, digest="daily", at=NOW, by="ana")
    store.marks.pin(four, at=NOW, by="ana")
    assert not store.marks.pin(three, digest="weekly", at=NOW, by="ana").fresh
    assert store.marks.pinned("weekly") == (three, one, four)
    with store.database.write() as connection:
        connection.execute(sa.update(article).where(article.c.id == four).values(withdrawn_at=NOW))
    assert store.marks.pinned("weekly") == (three, one)


def test_what_was_consumed_stays_consumed(store: Store) -> None:
    """Neither a pin nor an exclusion moves an article that an issue has had."""
    [one] = gathered(store, "one")
    frozen(store, 1, consumed={one: 0})
    assert store.marks.pin(one, at=NOW, by="ana").moved == ()
    store.marks.unpin(one, at=NOW, by="ana")
    assert store.marks.exclude(one, at=NOW, by="ana").moved == ()
    assert fates(store, one) == {"weekly": "consumed"}


def test_opposite_marks_do_not_stand_together(store: Store) -> None:
    """Pinning what is excluded, and excluding what is pinned, is refused with the command that undoes the other."""
    [one] = gathered(store, "one")
    store.marks.exclude(one, digest="weekly", at=NOW, by="ana")
    with pytest.raises(StateError, match=rf"digest articles include {one} --digest weekly"):
        store.marks.pin(one, at=NOW, by="ben")
    assert store.marks.pin(one, digest="daily", at=NOW, by="ben").fresh
    with pytest.raises(StateError, match="unpin"):
        store.marks.exclude(one, at=NOW, by="ben")


def test_an_exclusion_from_every_digest_is_undone_for_every_digest(store: Store) -> None:
    """Including for one digest what is excluded everywhere is refused, not half done."""
    [one] = gathered(store, "one")
    store.marks.exclude(one, at=NOW, by="ana")
    with pytest.raises(StateError, match="every digest"):
        store.marks.include(one, digest="weekly", at=NOW, by="ana")
    assert fates(store, one) == {"weekly": "excluded"}
    assert not store.marks.unpin(one, at=NOW, by="ana").fresh
