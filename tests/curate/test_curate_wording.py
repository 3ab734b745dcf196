# ruff: noqa: E501 - sentences of many languages read better unbroken
"""An issue's own few words in its language, and headlines calmed by what their articles show."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from digest.curate import CurateSettings, curate
from digest.curate.subject import SUBJECT_CHARS, calm, listing, make_preheader, make_subject
from digest.curate.wording import ENGLISH, Wording
from digest.model import Article, Author, Edits, StoredArticle

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
GERMAN = Wording(
    and_more=lambda title, count: f"{title} und {count} weitere",
    listed=lambda names: " und ".join(names),
    new_on=lambda site, titles: f"Neu auf {site}: {titles}",
    from_site=lambda site, text: f"Von {site}: {text}",
    numbered=lambda number: f"Nr. {number}",
    day=lambda moment: f"{moment.day}. {moment.month}.",
)


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("NASA AND THE RIVERSIDE COUNCIL AGREE", "A talk with NASA and others. Then the Riverside council met.", "NASA and the Riverside council agree"),
        ("GALWAY'S HARBOUR OPENS IN MAY", "The harbour of Galway is to open in May, they say.", "Galway's harbour opens in May"),
        ("IPHONES FOR ALL FIVE SCHOOLS", "He gave iPhones to all. Five schools wanted them.", "iPhones for all five schools"),
        ("DER ALTE HAFEN WIRD WIEDER GEÖFFNET", "Nun wird der alte Hafen geöffnet, sagt die Stadt.", "Der alte Hafen wird wieder geöffnet"),
        ("COUNCIL VOTES ON B12 BYPASS", "ALL OF THIS IS SHOUTED AND TELLS NOTHING OF COUNCIL", "Council votes on B12 bypass"),
        ("KETTLES FOR ALL", "KETTLES FOR ALL began with a wet evening.", "Kettles for all"),
        ("NEW SHED FOR UNESCO SITE", "A NEW SHED FOR the town: UNESCO agreed. It is a UNESCO site.", "New shed for UNESCO site"),
        ("EXTRAORDINARY!!!", "It was an extraordinary evening.", "Extraordinary!"),
        ("GREENPEACE", "", "GREENPEACE"),
        ("NASA and ESA launch a telescope", "nasa esa launch", "NASA and ESA launch a telescope"),
    ],
)  # fmt: skip
def test_a_calmed_headline_writes_words_as_its_article_does(title: str, text: str, expected: str) -> None:
    """Names and acronyms keep their capitals where the text has them in mid-sentence; a quiet headline is untouched."""
    assert calm(title, text) == expected


def test_a_long_text_in_one_line_is_read_in_no_time() -> None:
    """Learning the spelling of 20,000 characters without a line break takes a few milliseconds, not seconds."""
    import time

    begun = time.process_time()
    calm("SHOUTING ABOUT THE HARBOUR", "words of the Harbour " * 2_000)
    assert time.process_time() - begun < 5


def article(id_: int, title: str, text: str = "", author: str = "") -> StoredArticle:
    own = text or f"Words w{id_}a w{id_}b of its own. And an end."
    by = (Author(author),) if author else ()
    return StoredArticle(id_, Article(source="s", guid=str(id_), url=f"https://x.example/{id_}", title=title, text=own,
                                      authors=by, published=NOW), NOW, str(id_))  # fmt: skip


def subject(*articles: StoredArticle, last: str = "", edits: Edits | None = None, wording: Wording = ENGLISH) -> str:
    return curate(articles, settings=replace(CurateSettings()), now=NOW, source_titles={}, digest_title="W",
                  site_name="S", number=8, last_subject=last, edits=edits, wording=wording).subject  # fmt: skip


def test_the_subject_keeps_the_acronyms_of_a_calmed_headline() -> None:
    """A headline of acronyms alone is calmed once, by its own article, and not again without it."""
    text = "The SPCA, RNLI and NATO met. Nothing of the SPCA, RNLI or NATO was said afterwards."
    assert subject(article(1, "SPCA, RNLI, NATO", text)) == "SPCA, RNLI, NATO"
    assert subject(article(1, "SHED BUILT BY ROWAN PYKE", author="Rowan Pyke")) == "Shed built by Rowan Pyke"


def test_a_german_issue_speaks_german() -> None:
    """Subject, what tells it from the last one, preheader and listing come from the wording."""
    titles = ["Hafen offen", "Markt zu"]
    assert make_subject(titles, wording=GERMAN) == "Hafen offen und 1 weitere"
    assert make_subject(titles[:1], wording=GERMAN, number=8, last="Hafen offen") == "Hafen offen (Nr. 8)"
    assert make_subject(titles[:1], wording=GERMAN, now=NOW, last="Hafen offen") == "Hafen offen (23. 11.)"
    assert listing(titles, wording=GERMAN) == "Hafen offen und Markt zu"
    assert make_preheader(titles[:1], subject="X", site="Makers", wording=GERMAN) == "Neu auf Makers: Hafen offen"
    assert make_preheader(titles[:1], subject="Neu auf Makers: Hafen offen", site="Makers", wording=GERMAN) == (
        "Von Makers: Neu auf Makers: Hafen offen"
    )
    made = subject(article(1, "Hafen offen"), article(2, "Markt zu"), article(3, "Boot da"), wording=GERMAN)
    assert made.endswith(" und 2 weitere")


def test_what_is_too_long_with_its_tail_goes_without() -> None:
    """A headline that just fits stays whole, and nothing that comes after it pushes the subject over its limit."""
    long = "A headline of very nearly sixty characters stands here now"
    found = make_subject([long, "Another"], wording=GERMAN)
    assert found == long and len(found) <= SUBJECT_CHARS


def test_an_editors_subject_stands_as_it_is() -> None:
    """The editor's own words are neither shortened nor told apart from the last issue's."""
    assert subject(article(1, "One"), last="Again", edits=Edits(subject="Again")) == "Again"
