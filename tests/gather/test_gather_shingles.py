"""Texts as sets of short runs, and what two articles that share text are to each other."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.likeness import same_story
from digest.gather.shingles import MIN_SHINGLES, containment, shingles_of
from digest.model import Article

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS = [
    "harbour", "lantern", "copper", "kettle", "ladder", "market", "tide", "bicycle", "orchard", "violin", "cellar",
    "window", "gravel", "bakery", "thread", "canvas", "engine", "meadow", "library", "station", "pepper", "timber",
]  # fmt: skip


def sentences(seed: str, count: int = 14) -> list[str]:
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=11)).capitalize() + "." for _ in range(count)]


def piece(text: str, *, title: str = "The roof is on", source: str = "blog", **changes: object) -> Article:
    number = changes.pop("number", 1)
    one = Article(source, f"{source}-{number}", f"https://{source}.example/{number}", title, text, published=NOW)
    return replace(one, **changes)  # type: ignore[arg-type]


def same(one: Article, other: Article, *, same_source: bool = False) -> bool:
    mine, theirs = shingles_of(one.text), shingles_of(other.text)
    shares = {"one_in_other": containment(mine, theirs), "other_in_one": containment(theirs, mine)}
    forth = same_story(one, other, **shares, same_source=same_source)
    back = same_story(
        other, one, one_in_other=shares["other_in_one"], other_in_one=shares["one_in_other"], same_source=same_source
    )
    assert forth == back, "the answer must not depend on who is asked about"
    return forth


THREAD = (
    "Welcome to the open thread for the week of {}. Tell us what you are building, what broke, and what you would like "
    "to learn. Please keep to two links a post, be kind to newcomers, and put photographs of more than 5 MB behind a "
    "link. The best questions are answered on the bench on Thursday evening, when the doors open at 19:00 for members."
)
MEETING = (
    "Our next meeting in {city} is on {date} at {time}. Doors open half an hour before. Bring something that you are "
    "working on, or come without and look at what others have made. There is tea, there are biscuits, and the "
    "soldering irons are hot. Everybody is welcome, whether you have been making things for years or want to begin."
)


def test_the_numbers_are_the_same_on_every_machine() -> None:
    """They are stored: another hash, another run length or another folding would forget every article."""
    text = " ".join(f"word{number}" for number in range(28))
    found = shingles_of(text)
    assert len(found) == 25 and min(found) == -8936581829041257596 and all(-(2**63) <= one < 2**63 for one in found)


def test_case_punctuation_and_width_do_not_count() -> None:
    """A text typed anew has the same shingles."""
    text = " ".join(sentences("a"))
    assert shingles_of(text) == shingles_of(text.upper().replace(".", " —\n\n").replace("T", "Ｔ")) != frozenset()


@pytest.mark.parametrize("text", ["", "Doors open at seven. " * 40, " ".join(sentences("x", 2))])
def test_what_is_short_or_says_one_thing_over_and_over_gives_nothing(text: str) -> None:
    """A text of fewer different runs than `MIN_SHINGLES` is never recognised by its words."""
    assert shingles_of(text) == frozenset()


@pytest.mark.parametrize(
    ("characters", "length"),
    [
        (
            "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经",
            200,
        ),
        ("กขคงจชซดตถทนบปผพมยรลวสหอาเแโไ", 500),
    ],
)
def test_scripts_without_spaces_are_compared_by_characters(characters: str, length: int) -> None:
    """A copy that lost a fifth of an unspaced text is recognised, another text is not."""
    chance = random.Random(3)
    one, other = ("".join(chance.choices(characters, k=length)) for _ in range(2))
    copy = one[: length * 4 // 5]
    assert containment(shingles_of(copy), shingles_of(one)) > 0.95
    assert containment(shingles_of(other), shingles_of(one)) < 0.1


@given(st.text(max_size=400))
def test_any_text_has_shingles_that_fit_a_column(text: str) -> None:
    """No text breaks it; there are none, or at least as many as it takes."""
    found = shingles_of(text)
    assert all(-(2**63) <= one < 2**63 for one in found)
    assert not found or len(found) >= MIN_SHINGLES


@pytest.mark.parametrize("loss", [1, 3, 5, 7])
def test_a_shortened_copy_with_a_note_is_the_same_story(loss: int) -> None:
    """A planet's copy that lost up to half of the sentences and gained a note, days later."""
    whole = sentences("story")
    kept = [one for at, one in enumerate(whole) if at % 2 or at // 2 >= loss]
    note = "This piece was first published by our friends at the boat club on 20 November 2026."
    copy = piece(" ".join([*kept, note]), source="planet", published=NOW + 9 * DAY)
    assert same(piece(" ".join(whole)), copy)
    assert same(piece(" ".join(whole)), replace(copy, title="Boat club: The roof is on"))
    assert same(piece(" ".join(whole)), replace(copy, title="How a village got dry"))
    mill = piece(" ".join(["The old mill has a roof.", *whole]), title="The old mill")
    assert same(mill, replace(copy, text=f"The old mill. {copy.text}", title="From the mill")), "a new title, old words"


def test_an_excerpt_is_the_same_story_and_a_quotation_is_not() -> None:
    """The first sentences elsewhere are an excerpt; a round-up that quotes a short post is another article."""
    whole = sentences("long", 60)
    assert same(piece(" ".join(whole)), piece(" ".join(whole[:5]), source="planet", title="New on the blog"))
    short = sentences("short", 5)
    roundup = piece(" ".join([*whole[:30], *short, *whole[30:]]), source="planet", title="Seen this week")
    assert not same(piece(" ".join(short)), roundup)


def test_a_translation_is_another_article() -> None:
    """Though most of it is code and names that stay as they are."""
    code = sentences("code", 10)
    english = piece(" ".join([*code, *sentences("en", 4)]), language="en")
    german = piece(" ".join([*code, *sentences("de", 4)]), source="blog-de", language="de-AT", title="Das Dach")
    assert not same(english, german)
    assert same(english, replace(german, language="en"))


@pytest.mark.parametrize("same_source", [True, False])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Weekly open thread", "16 November"), ("Weekly open thread", "23 November")),
        (("Weekly open thread", "week 46"), ("Weekly open thread", "week 47")),
        (("Open thread #41", "this month"), ("Open thread #42", "this month")),
        (("Open thread: October", "this month"), ("Open thread: November", "this month")),
        (("Open thread III", "this month"), ("Open thread IV", "this month")),
    ],
)
def test_instalments_of_a_thread_are_different_articles(
    one: tuple[str, str], other: tuple[str, str], same_source: bool
) -> None:
    """Nine tenths of the text are equal, and yet the number or the date in the same words makes another article."""
    first = piece(THREAD.format(one[1]), title=one[0])
    second = piece(
        THREAD.format(other[1]), title=other[0], number=2, published=NOW + 7 * DAY,
        source="blog" if same_source else "planet",
    )  # fmt: skip
    assert containment(shingles_of(first.text), shingles_of(second.text)) > 0.8
    assert not same(first, second, same_source=same_source)


def test_two_branches_with_one_template_hold_two_meetings() -> None:
    """Announcements from one mould, published within the hour, differ on both sides."""
    cork = piece(MEETING.format(city="Cork", date="3 December", time="19:00"), title="Meeting in Cork", source="cork")
    galway = piece(
        MEETING.format(city="Galway", date="5 December", time="18:30"), title="Meeting in Galway", source="galway"
    )
    assert not same(cork, galway)
    assert same(cork, replace(cork, source="planet", guid="p", url="https://planet.example/p", published=NOW + DAY))


def test_a_corrected_figure_in_a_copy_of_the_day_is_the_same_story() -> None:
    """One number of several differs, on the same day: somebody mended it."""
    lines = sentences("figures")
    text = " ".join(f"{line} {at + 1} of them came by number {at * 7 + 20} bus." for at, line in enumerate(lines))
    mended = text.replace("number 27 bus", "number 28 bus")
    assert text != mended
    assert same(piece(text), piece(mended, source="planet", published=NOW + timedelta(hours=2)))


def test_one_source_needs_more_than_shared_text() -> None:
    """Two entries of one source are one article only with equal titles and the whole text, or the same date."""
    lines = sentences("jobs")
    monday = piece(" ".join(lines), title="Jobs")
    part = piece(" ".join(lines[:11]), title="Jobs", number=2)
    assert not same(monday, replace(part, published=NOW + 7 * DAY), same_source=True)
    assert same(monday, part, same_source=True)
    whole = replace(part, text=monday.text, published=NOW + 7 * DAY)
    assert same(monday, whole, same_source=True)
    assert not same(monday, replace(whole, title="More jobs this time"), same_source=True)


def test_an_aggregator_with_the_authors_addresses_is_held_to_the_authors_rules() -> None:
    """A planet's entry at the blog's own host is another post of that blog, however much it shares."""
    lines = sentences("jobs")
    monday = piece(" ".join(lines), title="Jobs")
    next_week = piece(
        " ".join(lines[:11]), title="Jobs", source="planet", url="https://blog.example/next", published=NOW + 7 * DAY
    )
    assert not same(monday, next_week)
    assert same(monday, replace(next_week, url="https://planet.example/next"))


def test_without_identifier_and_address_a_mended_title_is_an_edit() -> None:
    """There the text is all there is."""
    one = piece(" ".join(sentences("bare")), guid="", url=None)
    assert same(one, replace(one, title="The roof is on, corrected"), same_source=True)
    assert not same(one, replace(one, text=" ".join(sentences("bare")[:9])), same_source=True)
