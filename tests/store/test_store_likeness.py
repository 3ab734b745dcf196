"""Articles recognised by their text, feeds that renamed everything, dates, counters, explanations; on both engines."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from store_builders import DAY, NOW, frozen

from digest.gather import aliases, content_hash
from digest.gather.likeness import Likeness
from digest.model import Article
from digest.store import ArticleRecord, Store
from digest.store.articles import Kept
from digest.store.dating import dated_first, effective_date
from digest.store.engagement import Reading, Velocity, latest, velocity
from digest.store.explaining import ArticleExplanation, Sameness
from digest.store.likeness import FULL, pack, sample, unpack
from digest.store.schema import article, article_alias, article_shingle, article_source
from digest.store.storms import Piece, storm

KIN = Likeness()
WORDS = [
    f"{first}{last}" for first in "bdfgklmnprstvw" for last in ("arrow", "ettle", "imber", "ollow", "under", "anvas")
]


def lines(seed: str, count: int = 14) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=11)).capitalize() + "." for _ in range(count)]


def entry(name: str, text: str = "", *, source: str = "blog", at: datetime = NOW, **changes: Any) -> Article:
    one = Article(
        source, f"{source}:{name}", f"https://{source}.example/{name}", f"About {name}", text or " ".join(lines(name)),
        published=at, published_confidence="exact",
    )  # fmt: skip
    return replace(one, **changes)


def keep(store: Store, *articles: Article, at: datetime = NOW, source: str = "") -> Kept:
    records = [ArticleRecord(one, aliases(one), content_hash(one)) for one in articles]
    return store.articles.save(source or articles[0].source, records, at=at, kin=KIN)


def enroll(store: Store, *sources: str, at: datetime = NOW) -> int:
    enrolled = store.articles.enroll("weekly", "every", sources, threshold=NOW - 7 * DAY, undated_new=(), at=at)
    return enrolled.new


def eligible(store: Store) -> list[str]:
    return [one.article.title for one in store.articles.eligible("weekly", "every")]


def explain(store: Store, article_id: int) -> ArticleExplanation:
    found = store.articles.explain(article_id)
    assert found is not None
    return found


def shortened(seed: str, by: int = 4) -> str:
    return " ".join([*lines(seed)[by:], "This was first published elsewhere, and we are glad to have it here."])


# -- texts -----------------------------------------------------------------------------------------------------------


def test_a_shortened_copy_in_another_source_is_the_same_article(store: Store) -> None:
    """The planet's copy makes no second article, keeps the blog's words, and both sources have it from then on."""
    [first] = keep(store, entry("roof")).new
    copy = entry("7", shortened("roof"), source="planet", title="Seen on the blog: a roof", at=NOW + DAY)
    kept = keep(store, copy, at=NOW + DAY)
    assert kept.new == () and [(one.article_id, one.title) for one in kept.copies] == [(first, copy.title)]
    assert store.articles.get([first])[0].article.text == entry("roof").text
    assert explain(store, first).sources == ("blog", "planet")
    again = keep(store, copy, at=NOW + 2 * DAY)
    assert again.copies == () and again.same == 1, "its names are known now"


def test_the_copy_may_come_first(store: Store) -> None:
    """Whoever comes first gives the words; the longer original that comes later is the same article."""
    [first] = keep(store, entry("7", shortened("roof"), source="planet")).new
    assert [one.article_id for one in keep(store, entry("roof")).copies] == [first]


def test_copies_within_one_document_are_one_article(store: Store) -> None:
    """A planet's first document with two shortened copies of a post brings it once."""
    one = entry("1", shortened("roof", 2), source="planet", url="https://boats.example/roof", title="Boats: a roof")
    two = entry("2", shortened("roof", 4), source="planet", url="https://friends.example/roof", title="A roof")
    kept = keep(store, one, replace(two, title="Boats: a roof"))
    assert len(kept.new) == 1 and len(kept.copies) == 1


def test_a_copy_of_what_went_out_is_not_mailed(store: Store) -> None:
    """A digest that reads both sources has consumed the article when the copy comes."""
    [first] = keep(store, entry("roof")).new
    enroll(store, "blog", "planet")
    frozen(store, 1, consumed={first: 0})
    keep(store, entry("7", shortened("roof"), source="planet", at=NOW + 8 * DAY), at=NOW + 8 * DAY)
    assert enroll(store, "blog", "planet", at=NOW + 8 * DAY) == 0 and eligible(store) == []


def test_a_short_text_is_never_compared(store: Store) -> None:
    """Two notes with the same twenty words and other titles stay two articles."""
    words = " ".join(WORDS[:20])
    assert len(keep(store, entry("a", words)).new) == 1
    assert len(keep(store, entry("b", words, source="planet")).new) == 1


def test_a_weekly_thread_is_new_every_week(store: Store) -> None:
    """Instalments with one boilerplate and another date are articles of their own, also in another source."""
    thread = " ".join([*lines("rules"), "This is the thread for the week of {} November 2026, below this line."])
    for week, day in enumerate((2, 9, 16, 23)):
        one = entry(f"thread-{day}", thread.format(day), title="Weekly open thread", at=NOW + 7 * week * DAY)
        assert len(keep(store, one, at=NOW + 7 * week * DAY).new) == 1, day
    other = entry("30", thread.format(30), title="Weekly open thread", source="planet", at=NOW + 28 * DAY)
    assert len(keep(store, other, at=NOW + 28 * DAY).new) == 1


def test_a_footer_of_two_sites_makes_nobody_a_copy(store: Store) -> None:
    """Short posts that are mostly one organisation's footer are told apart by the rest."""
    footer = " ".join(lines("footer", 9))
    for number in range(20):
        source = f"branch{number % 2}"
        post = " ".join(lines(f"post {number}", 4))
        assert len(keep(store, entry(f"{number}", f"{post} {footer}", source=source)).new) == 1, number


def test_an_article_whose_text_comes_late_may_turn_out_to_be_a_copy(store: Store) -> None:
    """First an excerpt, later the page: the digest that has told the original does not tell it again."""
    [first] = keep(store, entry("roof")).new
    [second] = keep(store, entry("7", "Read about our roof.", source="planet")).new
    assert enroll(store, "blog", "planet") == 2
    keep(store, entry("7", shortened("roof"), source="planet"), at=NOW + DAY)
    assert [one.id for one in store.articles.eligible("weekly", "every")] == [first]
    assert explain(store, second).sameness == (Sameness("same", article_id=first),)
    [fate] = explain(store, second).fates
    assert (fate.state, fate.why) == ("known", f"not news to this digest: the same story as article {first}")
    keep(store, entry("roof", shortened("roof", 1)), at=NOW + 2 * DAY)
    assert [one.id for one in store.articles.eligible("weekly", "every")] == [first], "of two copies one stays"


def test_a_late_copy_that_no_digest_has_met_is_not_told_either(store: Store) -> None:
    """The text comes before the digest looks: it is known from the start, where the original was met."""
    keep(store, entry("roof"))
    enroll(store, "blog")
    keep(store, entry("7", "Read about our roof.", source="planet"))
    keep(store, entry("7", shortened("roof"), source="planet"))
    assert enroll(store, "blog", "planet") == 0
    assert store.articles.enroll("other", "every", ["planet"], threshold=NOW - DAY, undated_new=(), at=NOW).new == 1


def test_an_edit_replaces_what_is_indexed(store: Store) -> None:
    """A rewritten article is found by its new text and no longer by the old one."""
    [first] = keep(store, entry("roof")).new
    keep(store, entry("roof", " ".join(lines("rewritten"))), at=NOW + DAY)
    assert [one.article_id for one in keep(store, entry("7", shortened("rewritten"), source="planet")).copies] == [
        first
    ]
    assert keep(store, entry("8", shortened("roof"), source="planet")).copies == ()


def test_what_an_older_program_stored_is_read_at_the_next_fetch(store: Store) -> None:
    """Articles without shingles get theirs although nothing about them changed."""
    one = entry("roof")
    store.articles.save("blog", [ArticleRecord(one, aliases(one), content_hash(one))], at=NOW)
    keep(store, one, at=NOW + DAY)
    with store.database.read() as connection:
        packed = connection.scalar(sa.select(article.c.shingles))
        indexed = set(connection.scalars(sa.select(article_shingle.c.shingle)))
    assert unpack(packed) == KIN.shingles(one) and indexed == set(sample(unpack(packed))) != set()


def test_after_ninety_days_texts_are_forgotten(store: Store) -> None:
    """The index holds what could still be repeated, not the archive; what is older when it comes is not indexed."""
    keep(store, entry("roof"), entry("archive", at=NOW - 200 * DAY))
    later = NOW + 91 * DAY
    keep(store, entry("tide", at=later), at=later)
    with store.database.read() as connection:
        owners = set(connection.scalars(sa.select(article_shingle.c.article_id)))
        titles = set(connection.scalars(sa.select(article.c.title).where(article.c.id.in_(owners))))
    assert titles == {"About tide"}
    assert len(keep(store, entry("7", shortened("roof"), source="planet", at=later), at=later).new) == 1


def test_a_phrase_of_all_is_indexed_so_often_and_no_more(store: Store) -> None:
    """However many articles end in one footer, none of its runs is indexed more than `FULL` times."""
    footer = " ".join(lines("footer", 6))
    for start in (0, 60):
        keep(store, *(entry(f"{n}", f"{' '.join(lines(str(n), 12))} {footer}") for n in range(start, start + 60)))
    with store.database.read() as connection:
        count = sa.func.count().label("n")
        query = sa.select(count).select_from(article_shingle).group_by(article_shingle.c.shingle).order_by(count.desc())
        assert connection.scalars(query).first() == FULL


def test_packed_shingles_come_back() -> None:
    """Eight bytes each, and nothing for nothing."""
    assert unpack(pack({-(2**63), 0, 2**63 - 1})) == {-(2**63), 0, 2**63 - 1}
    assert (pack(()), unpack(None), unpack(b"")) == (b"", frozenset(), frozenset())


# -- storms ----------------------------------------------------------------------------------------------------------


def history(count: int = 10) -> list[Article]:
    return [entry(f"post {n}", f"Words about post {n}.", at=NOW - n * DAY) for n in range(count)]


def moved(one: Article, **changes: Any) -> Article:
    name = one.guid.split(":")[1].replace(" ", "-")
    return replace(one, guid=f"urn:{name}", url=f"https://new.example/{name}", **changes)


def test_a_feed_that_renames_everything_has_moved(store: Store) -> None:
    """Short posts with new identifiers, addresses and dates are known by their titles; the one new one is new."""
    before = history()
    ids = keep(store, *before).new
    after = [moved(one, published=NOW + DAY) for one in before]
    kept = keep(store, entry("really new"), *after, at=NOW + DAY)
    assert (kept.moved, kept.unknown, len(kept.new)) == (10, 11, 1)
    assert store.articles.get(ids)[0].article.url == "https://new.example/post-0", "its own source says where it is now"
    assert store.articles.get(ids)[5].article.published == NOW - 5 * DAY, "and when it was published we knew before"
    assert [one.kind for one in explain(store, ids[0]).sameness] == ["moved"]


def test_the_moved_are_no_news_to_a_digest(store: Store) -> None:
    """After a storm nothing is eligible that was not before."""
    keep(store, *history())
    enroll(store, "blog")
    before = eligible(store)
    keep(store, *(moved(one, published=NOW + DAY) for one in history()), at=NOW + DAY)
    assert enroll(store, "blog", at=NOW + DAY) == 0 and eligible(store) == before


def test_a_busy_day_is_no_storm(store: Store) -> None:
    """Twelve new posts at once on a source with history are twelve new posts."""
    keep(store, *history())
    kept = keep(store, *(entry(f"new {n}", at=NOW + DAY) for n in range(12)), at=NOW + DAY)
    assert (kept.moved, len(kept.new)) == (0, 12)


def test_a_photograph_a_day_is_no_storm(store: Store) -> None:
    """Posts that all have one title are not taken for the old ones of that title."""
    keep(store, *(replace(one, title="Photo") for one in history()))
    fresh = [entry(f"new {n}", f"Look {n}", title="Photo", at=NOW + n * DAY) for n in range(1, 9)]
    assert len(keep(store, *fresh, at=NOW + 9 * DAY).new) == 8


def test_a_few_renamed_posts_are_known_by_title_and_second(store: Store) -> None:
    """Below a storm: the same title at the same second in one source is the same article, another text is not."""
    keep(store, *history(3))
    again = [moved(one) for one in history(3)]
    kept = keep(store, *again[:2], replace(again[2], text="Something else entirely."), at=NOW + DAY)
    assert len(kept.new) == 1 and kept.updated != ()


def piece(title: str, day: int | None = 0, shingles: frozenset[int] = frozenset()) -> Piece:
    return Piece(title, None if day is None else NOW - day * DAY, shingles)


def test_a_storm_gives_no_article_to_two_entries() -> None:
    """Of eight entries with known titles, two have the same: the nearer date gets the article, the other stays new."""
    known = {n: piece(f"t{n}", n) for n in range(8)}
    entries = [*(piece(f"t{n}", n) for n in range(8)), piece("t3", 90)]
    found = storm(entries, range(9), {}, known, lambda *_: True)
    assert found is not None and dict(found.matches) == {n: n for n in range(8)}


def test_a_storm_needs_most_of_the_feed() -> None:
    """Five renamed entries, or half of the feed, or titles that are new, are no storm."""
    known = {n: piece(f"t{n}", n) for n in range(20)}
    five = [piece(f"t{n}", n) for n in range(5)]
    assert storm(five, range(5), {}, known, lambda *_: True) is None
    twelve = [piece(f"t{n}", n) for n in range(12)]
    assert storm(twelve, range(6), {}, known, lambda *_: True) is None
    half_new = [piece(f"t{n}" if n % 2 else f"new {n}", n) for n in range(12)]
    assert storm(half_new, range(12), {}, known, lambda *_: True) is None
    assert storm(twelve, range(7), {}, known, lambda *_: True) is not None


def test_in_a_storm_a_new_title_over_an_old_text_is_the_old_article() -> None:
    """Retitled on the way: the text decides, if it is asked and agrees."""
    texts = [frozenset(range(n * 100, n * 100 + 50)) for n in range(8)]
    known = {n: piece(f"t{n}", n, texts[n]) for n in range(8)}
    entries = [piece(f"t{n}" if n else "Retitled", 50 + n, texts[n]) for n in range(8)]
    found = storm(entries, range(8), {}, known, lambda *_: True)
    assert found is not None and found.matches[0] == 0
    refused = storm(entries, range(8), {}, known, lambda *_: False)
    assert refused is not None and 0 not in refused.matches


# -- dates -----------------------------------------------------------------------------------------------------------


def dated(published: datetime | None, confidence: str = "exact") -> Article:
    return Article("blog", "1", None, "T", "x", published=published, published_confidence=confidence,
                   origin={"published": "feed"})  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "kept"),
    [
        (NOW - 5 * DAY, NOW, NOW - 5 * DAY),  # re-dated: the first date stays
        (NOW - 5 * DAY, NOW - 9 * DAY, NOW - 9 * DAY),  # corrected to an earlier day
        (NOW - 5 * DAY, datetime.fromtimestamp(0, NOW.tzinfo), NOW - 5 * DAY),  # 1970 is nobody's date
        (NOW - 5 * DAY, None, NOW - 5 * DAY),
        (None, NOW, NOW),
        (NOW + 3 * DAY, NOW + 9 * DAY, NOW + 9 * DAY),  # waiting: the newest date counts
        (NOW + 3 * DAY, NOW - DAY, NOW - DAY),
        (NOW - DAY, NOW + 9 * DAY, NOW - DAY),
        (NOW + 3 * DAY, None, NOW + 3 * DAY),
    ],
)
def test_the_earliest_believable_date_stays(old: datetime | None, new: datetime | None, kept: datetime | None) -> None:
    """A feed that dates itself anew moves nothing; only what waits, or was undated, takes a new date."""
    found = dated_first(dated(old), dated(new), at=NOW)
    assert found.published == kept
    noted = found.origin["published"].startswith("feed; kept, the source later said")
    assert noted == (kept == old and new is not None and new != old)


def test_a_time_of_day_completes_a_day() -> None:
    """A day, and an hour of it, do not contradict each other: the precise one stays, whichever came first."""
    day, hour = dated(NOW.replace(hour=0), "day"), dated(NOW, "exact")
    assert dated_first(day, hour, at=NOW).published == dated_first(hour, day, at=NOW).published == NOW


def test_a_note_does_not_grow() -> None:
    """A feed that dates itself anew every hour leaves one note, of the last time."""
    first = dated_first(dated(NOW - 5 * DAY), dated(NOW), at=NOW)
    second = dated_first(first, dated(NOW + DAY), at=NOW + DAY)
    assert second.origin["published"] == f"feed; kept, the source later said {NOW + DAY:%Y-%m-%d %H:%M}"


def test_a_date_to_come_makes_nothing_younger() -> None:
    """For ranking an article is as old as its first sighting at least."""
    assert effective_date(NOW + DAY, NOW) == effective_date(None, NOW) == NOW
    assert effective_date(NOW - DAY, NOW) == NOW - DAY


def test_a_feed_that_dates_itself_anew_changes_no_fate(store: Store) -> None:
    """The same entries, all dated now: nothing new, and the dates are what they were."""
    ids = keep(store, *history(8)).new
    enroll(store, "blog")
    before = eligible(store)
    keep(store, *(replace(one, published=NOW + DAY) for one in history(8)), at=NOW + DAY)
    assert enroll(store, "blog", at=NOW + DAY) == 0 and eligible(store) == before
    assert explain(store, ids[6]).published == NOW - 6 * DAY


def test_what_waits_for_its_date_takes_the_newest(store: Store) -> None:
    """Put off twice, then brought forward: it is news on its last date, once."""
    for after in (1, 5):
        keep(store, entry("party", at=NOW + after * DAY), at=NOW)
        assert enroll(store, "blog") == 0
    assert enroll(store, "blog", at=NOW + 2 * DAY) == 0
    keep(store, entry("party", at=NOW + 2 * DAY), at=NOW + 2 * DAY)
    assert enroll(store, "blog", at=NOW + 2 * DAY) == 1


# -- counters --------------------------------------------------------------------------------------------------------


def test_counters_are_a_line_of_changes(store: Store) -> None:
    """A fetch that does not mention a counter keeps it, a recount is a row, a late answer changes nothing."""
    hour = timedelta(hours=1)
    [one] = keep(store, entry("roof", views=10)).new
    keep(store, entry("roof", views=None, comments=2), at=NOW + hour)
    keep(store, entry("roof", views=10, comments=2), at=NOW + 2 * hour)
    keep(store, entry("roof", views=8, comments=3), at=NOW + 3 * hour)
    keep(store, entry("roof", views=7), at=NOW + 2 * hour)
    assert store.articles.engagement_of([one, 99], NOW - DAY) == {
        one: (Reading(NOW, 10), Reading(NOW + hour, 10, 2), Reading(NOW + 3 * hour, 8, 3))
    }
    since = store.articles.engagement_of([one], NOW + 2 * hour)[one]
    assert [reading.at for reading in since] == [NOW + hour, NOW + 3 * hour], "what it stood at then comes with it"


def test_a_copys_counters_are_its_own(store: Store) -> None:
    """A planet that counts its few readers does not overwrite the blog's."""
    [one] = keep(store, entry("roof", views=500)).new
    keep(store, entry("7", shortened("roof"), source="planet", views=3), at=NOW + DAY)
    assert latest(store.articles.engagement_of([one], NOW)[one]) == Reading(NOW, 500)


def test_the_baseline_is_how_the_articles_of_each_source_stand(store: Store) -> None:
    """One entry per article with counters, its latest; older articles and other sources' are left out."""
    keep(store, entry("old", views=1), at=NOW - 100 * DAY)
    keep(store, entry("a", views=5), entry("b", comments=2), entry("none"))
    keep(store, entry("a", views=9), at=NOW + DAY)
    keep(store, entry("c", source="forum", reactions=4))
    assert store.articles.engagement_baseline(["blog", "empty"], NOW - 90 * DAY) == {
        "blog": [(9, None, None), (None, 2, None)], "empty": [],
    }  # fmt: skip


def test_velocity_is_growth_per_day() -> None:
    """Rises count, a recount does not; a counter stands still between its readings."""
    readings = [Reading(NOW - 4 * DAY, 100, 1), Reading(NOW - DAY, 150, 1), Reading(NOW - DAY / 2, 120, 2, 5)]
    assert velocity(readings, since=NOW - 2 * DAY, now=NOW) == Velocity(25.0, 0.5, None)
    assert velocity(readings, since=NOW - 9 * DAY, now=NOW) == Velocity(12.5, 0.25, None)
    assert velocity([Reading(NOW, 5)], since=NOW - DAY, now=NOW) == velocity([], since=NOW, now=NOW) == Velocity()
    assert latest([]) is None


# -- explanations ----------------------------------------------------------------------------------------------------


def test_an_explanation_says_why_for_every_state(store: Store) -> None:
    """Each way that an article may go is told in words, with the issue and the dates that decided."""
    names = ("out", "folded", "left", "old", "undated")
    pieces = [entry(name, at=NOW - DAY) for name in names[:3]]
    pieces += [entry("old", at=NOW - 20 * DAY), entry("undated", published=None), entry("waits", at=NOW + 3 * DAY)]
    ids = dict(zip((*names, "waits"), keep(store, *pieces).new, strict=True))
    store.articles.save_fetch("blog", {}, at=NOW, ok=True)
    enroll(store, "blog")
    row = frozen(store, 1, consumed={ids["out"]: 0, ids["folded"]: None}, left_over=[ids["left"]])
    keep(store, entry("late", at=NOW - 10 * DAY), entry("dug up", at=NOW - 300 * DAY), at=NOW + DAY)
    enroll(store, "blog", at=NOW + DAY)
    ids |= {one.article.title.removeprefix("About "): one.id for one in store.articles.recent(["blog"], 20)}
    why = {name: explain(store, article_id).fates[0] for name, article_id in ids.items()}
    begins = "this digest's beginning (2026-11-16 09:00)"
    assert {name: (fate.state, fate.why) for name, fate in why.items()} == {
        "out": ("consumed", f"went out with {row.name}"),
        "folded": ("consumed", f"told in {row.name}, together with another article of the same story"),
        "left": ("new", f"eligible: published 2026-11-22 09:00, after {begins}; not chosen by {row.name}, "
                 "it has one more chance"),
        "old": ("known", f"not news to this digest: published 2026-11-03 09:00, before {begins}"),
        "undated": ("known", "not news to this digest: undated, and there already when this digest first saw its "
                    "source"),
        "waits": ("waiting", "waits for its date, 2026-11-26 09:00 UTC"),
        "late": ("new", "eligible: late: published 2026-11-13 09:00, before its source was last read "
                 "(2026-11-23 09:00), but not seen before"),
        "dug up": ("known", "not news to this digest: published 2026-01-27 09:00, before its source was last read "
                   "(2026-11-23 09:00) by more than 30 days: an archive, not news"),
    }  # fmt: skip
    second = frozen(store, 1, week=1, left_over=[ids["left"]])
    assert explain(store, ids["left"]).fates[0].why == f"left over twice, the last time by {second.name}"


def test_an_explanation_names_sources_names_and_evidence(store: Store) -> None:
    """Where it came from, what it is recognised by, and how sure the likeness was."""
    [one] = keep(store, entry("roof")).new
    copy = entry("7", shortened("roof"), source="planet", title="Roof: seen elsewhere", at=NOW + DAY)
    keep(store, copy, at=NOW + DAY)
    found = explain(store, one)
    assert {alias.kind for alias in found.aliases} == {"guid", "url", "fp"}
    [evidence] = found.sameness
    assert (evidence.kind, evidence.source, evidence.day, evidence.title) == (
        "like",
        "planet",
        "2026-11-24",
        copy.title,
    )
    assert evidence.contained is not None and evidence.contained > 0.8 and "planet had it on" in str(evidence)
    assert (found.first_seen, found.changed, found.withdrawn) == (NOW, NOW, None)
    assert store.articles.explain(999) is None


def test_what_its_source_took_back_is_not_eligible_and_says_so(store: Store) -> None:
    """A withdrawn article keeps its fate, and is eligible again when it returns."""
    [one] = keep(store, entry("roof")).new
    enroll(store, "blog")
    for moment, count in ((NOW + DAY, 0), (None, 1)):
        with store.database.write() as connection:
            connection.execute(sa.update(article).values(withdrawn_at=moment))
        assert len(eligible(store)) == count
        assert ("took it back (seen 2026-11-24)" in explain(store, one).fates[0].why) == (count == 0)


def test_an_article_no_digest_has_looked_at_says_so(store: Store) -> None:
    """Between a fetch and the digest's next turn nothing is decided."""
    keep(store, entry("roof"))
    enroll(store, "blog")
    [one] = keep(store, entry("tide")).new
    assert [(fate.digest, fate.state) for fate in explain(store, one).fates] == [("weekly", "unmet")]


def test_evidence_is_an_alias_that_nothing_else_has(store: Store) -> None:
    """The rows that explain are found by article, never by name: two copies with one title do not meet in them."""
    [roof, tide] = keep(store, entry("roof"), entry("tide")).new
    for name in ("roof", "tide"):
        keep(store, entry(f"c-{name}", shortened(name), source="planet", title="Seen elsewhere"))
    with store.database.read() as connection:
        query = sa.select(article_alias.c.article_id).where(article_alias.c.alias.startswith("like:"))
        assert sorted(connection.scalars(query)) == sorted([roof, tide])
        assert len(connection.execute(sa.select(article_source)).all()) == 4
