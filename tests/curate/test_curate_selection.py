# ruff: noqa: E501 - sentences of many languages read better unbroken
"""Choosing articles, folding what is told twice, and the draft as a whole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate import CurateSettings, Draft, choose, curate, score
from digest.curate.cluster import fold
from digest.model import Article, Author, Image, StoredArticle

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TITLES = {"blog": "Blog", "forum": "Forum", "files": "Stories"}
STORY = (
    "The Quay Street bridge will close for ten weeks from the first of March while engineers replace its bearings.\n\n"
    "Buses are to run along Mill Road, and a free ferry crosses every fifteen minutes from the slipway beside the mill. "
    "Traders can apply for help until the end of April, the mayor told a full hall on Friday evening."
)


def stored(id_: int, *, days: float = 1, source: str = "blog", author: str = "", **changes: object) -> StoredArticle:
    text = f"Story {id_} begins with words of its own such as w{id_}a w{id_}b w{id_}c and goes on for a while. It ends there."
    article = Article(
        source=source,
        guid=str(id_),
        url=f"https://{source}.example/{id_}",
        title=f"Headline number {id_}",
        text=text,
        published=NOW - timedelta(days=days),
        authors=(Author(author),) if author else (),
    )
    return StoredArticle(id_, replace(article, **changes), NOW, f"hash{id_}")  # type: ignore[arg-type]


def draft(candidates: list[StoredArticle], **changes: object) -> Draft:
    return curate(
        candidates,
        settings=replace(CurateSettings(), **changes),  # type: ignore[arg-type]
        now=NOW,
        source_titles=TITLES,
        digest_title="Weekly",
        site_name="Riverside Makers",
        number=12,
    )


def scores(candidates: list[StoredArticle], **changes: object) -> dict[int, float]:
    settings_ = replace(CurateSettings(), **changes)  # type: ignore[arg-type]
    return {one.stored.id: one.score for one in score(candidates, settings=settings_, now=NOW, source_titles=TITLES)}


def test_newer_is_better_and_half_a_life_later_it_counts_half() -> None:
    """Recency is the only difference between two silent articles."""
    found = scores([stored(1, days=0), stored(2, days=7)], half_life_days=7)
    assert found[1] - found[2] == pytest.approx(0.25)


def test_engagement_counts_within_its_own_source() -> None:
    """The liveliest article of a quiet blog equals the liveliest of a loud forum."""
    quiet = [stored(i, views=i) for i in range(1, 5)]
    loud = [stored(10 + i, source="forum", views=100_000 * i) for i in range(1, 5)]
    found = scores([*quiet, *loud])
    assert found[4] == found[14] > found[13] == found[3]


def test_unknown_engagement_is_the_middle() -> None:
    """An article whose source hides its numbers stands between the best and the worst."""
    found = scores([stored(1, comments=0), stored(2, comments=5), stored(3, comments=None), stored(4, comments=2)])
    assert found[1] < found[3] < found[2]


def test_reasons_are_plain_words() -> None:
    """The reasons name the source as readers know it and the numbers that counted."""
    candidates = [stored(1, days=0, comments=3), *(stored(i, days=i, comments=0) for i in range(2, 7))]
    first = draft(candidates).items[0]
    assert first.article_id == 1
    assert first.reasons == ("top story", "newest of Blog", "3 comments, the most of Blog's articles")
    assert "published 2 days ago" in draft(candidates).explanations[2]


def test_one_author_does_not_fill_the_issue() -> None:
    """The cap binds, and the explanation says so."""
    candidates = [stored(i, days=0.1 * i, author="Ada") for i in range(1, 5)] + [stored(9, days=6, author="Bo")]
    made = draft(candidates, max_per_author=2)
    assert [item.article_id for item in made.items] == [1, 2, 9] or {i.article_id for i in made.items} == {1, 2, 9}
    assert made.explanations[4] == "not chosen: Ada already has 2 in this issue"


def test_a_loud_source_leaves_room_for_others() -> None:
    """With ten fresh articles of one source and two of another, both of the other are in."""
    candidates = [stored(i, days=0.1) for i in range(1, 11)] + [
        stored(20 + i, source="forum", days=5) for i in range(2)
    ]
    made = draft(candidates, max_articles=5)
    assert {item.source for item in made.items} == {"blog", "forum"}
    assert sum(item.source == "forum" for item in made.items) == 2
    assert len(made.passed_over) == 7


def test_equal_scores_are_ordered_by_date_then_id() -> None:
    """Ties never depend on the order of the candidates."""
    candidates = [stored(i, days=1) for i in (3, 1, 2)]
    assert [item.article_id for item in draft(candidates).items] == [1, 2, 3]


def test_the_same_story_is_told_once() -> None:
    """A shortened cross-post folds into the longer telling, which says where else it stands."""
    long, short = stored(1, text=STORY, days=1), stored(2, source="forum", text=STORY.rsplit("Traders", 1)[0], days=0)
    made = draft([long, short, stored(3)])
    assert made.folded == {2: 1}
    assert {item.article_id for item in made.items} == {1, 3}
    assert "also on: Forum" in next(item for item in made.items if item.article_id == 1).reasons
    assert made.explanations[2].startswith("folded into article 1")


@pytest.mark.parametrize(
    "other",
    ["https://www.blog.example/1/", "https://blog.example/1?utm_source=mail", "http://blog.example/1#top"],
)
def test_equal_addresses_are_one_article(other: str) -> None:
    """Scheme, www, slash, fragment and tracking parameters make no difference."""
    assert fold([stored(1), stored(2, canonical_url=other)]) == {2: 1}


def test_different_addresses_and_shared_phrases_stay_apart() -> None:
    """A query that names the page counts, and a quoted sentence does not make a duplicate."""
    page = "https://blog.example/?p="
    assert fold([stored(1, url=page + "1"), stored(2, url=page + "2")]) == {}
    assert fold([stored(1, text=STORY), stored(2, text=STORY[:110] + stored(2).article.text * 3)]) == {}


def test_the_better_telling_stays() -> None:
    """With equal text the earlier stays; with equal dates the one with a picture; a link beats none."""
    assert fold([stored(1, text=STORY, days=1), stored(2, text=STORY, days=2)]) == {1: 2}
    assert fold([stored(1, text=STORY), stored(2, text=STORY, image=Image("https://x.example/i.png"))]) == {1: 2}
    assert fold([stored(1, text=STORY, url=None), stored(2, text=STORY)]) == {1: 2}


def test_chains_of_duplicates_have_one_keeper() -> None:
    """Nothing is folded into what is itself folded."""
    folded = fold([stored(i, text=STORY + f" Line {i}.", days=i, source=f"blog{i}") for i in range(1, 6)])
    assert len(folded) == 4
    assert not set(folded.values()) & set(folded)


def test_two_notices_of_one_source_in_the_same_words_are_two() -> None:
    """Last month's open evening and this month's share all but the date; told by two sources it would be a copy."""
    notice = STORY + " The next open evening is on the {day} of {month}, from {hour} o'clock in the sail loft."
    texts = [notice.format(day=3, month="March", hour=19), notice.format(day=7, month="April", hour=20)]
    assert fold([stored(1, text=texts[0]), stored(2, text=texts[1])]) == {}
    assert len(fold([stored(1, text=texts[0]), stored(2, text=texts[1], source="planet")])) == 1


def test_a_bare_file_carries_its_text_in_whole_paragraphs() -> None:
    """Without an address the article is read in the mail, up to about 1,200 characters."""
    paragraphs = [f"Paragraph {i} " + "of the story goes on. " * 15 for i in range(8)]
    item = draft([stored(1, url=None, source="files", text="\n\n".join(paragraphs))]).items[0]
    assert 1 < len(item.body) < 8
    assert list(item.body) == [paragraph.strip() for paragraph in paragraphs[: len(item.body)]]
    assert sum(map(len, item.body)) <= 1200
    assert draft([stored(1)]).items[0].body == ()


def test_an_item_is_complete() -> None:
    """Everything a template may show is filled from the article."""
    text = "افتتح سكان الحي القديم حديقة عامة جديدة بعد عامين من العمل التطوعي المتواصل. شارك في الزراعة أكثر من مئتي متطوع."
    item = draft(
        [stored(5, author="  Layla\nHaddad ", text=text, title="حديقة الحي", views=9, tags=("garden",))]
    ).items[0]
    assert (item.direction, item.language, item.authors, item.views) == ("rtl", "ar", ("Layla Haddad",), 9)
    assert (item.minutes, item.source_title, item.tags) == (1, "Blog", ("garden",))
    assert item.summary.startswith("افتتح سكان الحي")
    assert item.summary_source == "extractive"


def test_nothing_gives_an_empty_draft() -> None:
    """No candidates, no items, and still a subject."""
    made = draft([])
    assert made.items == ()
    assert made.subject
    assert made.minutes == 0


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 30), st.sampled_from(["blog", "forum", "files"]), st.sampled_from(["", "Ada", "Bo"]),
            st.none() | st.integers(0, 50), st.booleans(),
        ),
        max_size=9,
    ),
    st.integers(1, 6),
    st.integers(0, 2),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_a_draft_is_a_function_of_its_snapshot(rows: list, most: int, per_author: int, chance) -> None:  # type: ignore[type-arg,no-untyped-def]
    """Any order of the same candidates gives an equal draft; all are accounted for; caps hold."""
    candidates = [
        stored(i, days=days, source=source, author=author, comments=comments, **({"text": STORY} if copy else {}))
        for i, (days, source, author, comments, copy) in enumerate(rows, 1)
    ]
    made = draft(candidates, max_articles=most, max_per_author=per_author)
    shuffled = list(candidates)
    chance.shuffle(shuffled)
    assert draft(shuffled, max_articles=most, max_per_author=per_author) == made
    chosen = [item.article_id for item in made.items]
    assert len(chosen) <= most
    assert sorted([*chosen, *made.passed_over, *made.folded]) == [candidate.id for candidate in candidates]
    assert set(made.explanations) == {candidate.id for candidate in candidates}
    for name in ("Ada", "Bo"):
        assert not per_author or sum(name in item.authors for item in made.items) <= per_author


def test_choosing_explains_what_did_not_fit() -> None:
    """A full issue says so, with the score."""
    settings_ = CurateSettings(max_articles=1)
    scored = score([stored(1, days=0), stored(2)], settings=settings_, now=NOW, source_titles=TITLES)
    left_out = choose(scored, settings=settings_).left_out
    assert left_out[2].startswith("not chosen: the issue is full (1 articles); score 0.")
