# ruff: noqa: E501 - sentences read better unbroken
"""Which articles tell of one matter: follow-ups found, series and forms not taken for one, in good time."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta

from digest.curate import CurateSettings, curate, groups, related
from digest.curate.relate import RELATED
from digest.model import Article, StoredArticle

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
WEIR = [
    ("Pell Weir gives way in the night", "A twelve metre gap opened in Pell Weir on Tuesday. The rowing club lost its landing stage. Warden Imke Sorrel closed the towpath. Barges wait at Nether Lock until the level is back."),
    ("Rowers train on a car park", "Since Pell Weir broke there has been too little water for an eight. The rowing club has put its machines on the car park at Nether Lock. Coach Abel Wray counts strokes with a whistle."),
    ("Who pays for the weir?", "Warden Imke Sorrel asked the county for a grant on Friday. Mending Pell Weir would cost 400,000. The rowing club would give the takings of its regatta."),
]  # fmt: skip
OTHERS = [
    ("A hundred quilts for the hospice", "Sewing circles from nine parishes handed over what they had made since spring. The smallest is for a doll. Matron Edda Finch hung one in the hall."),
    ("Bees move to the school roof", "Two hives now stand above the gym. Year five has named both queens. The caretaker says he was stung only once, and deserved it."),
    ("Night bus gets a second conductor", "Passengers asked for company after midnight. The line to Upper Tarn has carried twice as many people since June. A thermos goes along."),
    ("Choir looks for low voices", "Of forty singers four are basses. The Advent concert has a piece for eight of them. Nobody has to read music before the second rehearsal."),
]  # fmt: skip


def stored(id_: int, title: str, text: str, *, source: str = "", **changes: object) -> StoredArticle:
    article = Article(source=source or f"source{id_ % 5}", guid=str(id_), url=f"https://x.example/{id_}", title=title,
                      text=text, language="en", published=NOW - timedelta(hours=id_), **changes)  # type: ignore[arg-type]  # fmt: skip
    return StoredArticle(id_, article, NOW, f"h{id_}")


def town() -> list[StoredArticle]:
    return [stored(number, *told) for number, told in enumerate([*WEIR, *OTHERS], 1)]


def grouped(articles: list[StoredArticle]) -> list[tuple[int, ...]]:
    return groups([one.id for one in articles], related(articles))


def test_follow_ups_in_other_words_are_one_matter() -> None:
    """Three reports that share places and people, and hardly a sentence, are one group; the rest is in none."""
    assert grouped(town()) == [(1, 2, 3)]


def test_pairs_and_groups_do_not_depend_on_order() -> None:
    """Shuffled articles give equal pairs, values included, and equal groups."""
    articles = town()
    shuffled = random.Random(4).sample(articles, len(articles))
    assert related(shuffled) == related(articles)
    assert grouped(shuffled) == grouped(articles)


def test_what_a_source_always_says_relates_nothing() -> None:
    """A standing paragraph that one source puts under everything does not join its articles."""
    form = " Write to the office at Mill House before the end of the month. Every letter is answered within ten days."
    articles = [stored(number, title, text + form, source="council") for number, (title, text) in enumerate(OTHERS, 1)]
    assert grouped(articles) == []


def test_a_sentence_that_two_sources_share_counts() -> None:
    """The same sentence in two newspapers is evidence; in two articles of one newspaper it is that paper's form."""
    shared = " Warden Imke Sorrel closed the towpath at Nether Lock after Pell Weir broke."
    texts = [(title, text + shared) for title, text in OTHERS[:2]]
    fillers = [stored(number, *told) for number, told in enumerate([*OTHERS[2:], *WEIR[1:2]], 3)]

    def likeness(*sources: str) -> float:
        pair = [
            stored(number, *told, source=source)
            for number, (told, source) in enumerate(zip(texts, sources, strict=True), 1)
        ]
        return related([*pair, *fillers], threshold=0.0).get((1, 2), 0.0)

    assert likeness("paper", "gazette") > likeness("paper", "paper") + 0.05


def test_instalments_of_a_series_are_not_one_matter() -> None:
    """Titles of one source that are equal but for numbers or one word, or have one numbered heading, are a series."""
    text = "Nitrogen at the roundabout averaged {} micrograms. Dust stayed low on most days, the monitor by the school was mended, and ozone was unremarkable."
    for one, other in [
        ("Air figures for October 2025", "Air figures for November 2025"),
        ("Who is hiring? Week 44", "Who is hiring? Week 45"),
        ("Notice 26/118: kennels", "Notice 26/120: a dormer window"),
    ]:
        both = [
            stored(1, one, text.format("thirty"), source="council"),
            stored(2, other, text.format("forty"), source="council"),
        ]
        assert (1, 2) not in related([*both, *town()[3:]]), one
        apart = [both[0], stored(2, other, text.format("forty"), source="paper")]
        assert related([*apart, *town()[3:]])[1, 2] >= RELATED, "another source's report of it may be"


def test_a_chain_is_no_group() -> None:
    """Articles are together when they are related on average: two that only a third one links stay apart."""
    pairs = {(1, 2): 0.3, (2, 3): 0.2}
    assert groups([1, 2, 3], pairs) == [(1, 2)]
    assert groups([1, 2, 3], pairs | {(1, 3): 0.1}) == [(1, 2, 3)]


def test_a_group_lends_its_weak_pairs_the_strength_of_its_strong_ones() -> None:
    """What joins two groups is the mean over all their pairs, whichever is largest."""
    strong = {(1, 2): 0.5, (3, 4): 0.5}
    assert groups([1, 2, 3, 4], strong | {(2, 3): 0.2}) == [(1, 2), (3, 4)]
    assert groups([1, 2, 3, 4], strong | {(2, 3): 0.2, (1, 3): 0.2, (2, 4): 0.1, (1, 4): 0.1}) == [(1, 2, 3, 4)]


def test_nothing_and_little_make_no_groups() -> None:
    """No article, one, an empty one: no pair and no error."""
    assert related([]) == {} and groups([], {}) == []
    assert grouped([stored(1, "", ""), stored(2, "", "")]) == []


def test_a_thousand_candidates_cost_seconds_and_not_minutes() -> None:
    """The processor's time for the whole stage, with sections by matter, on made-up prose without stop words."""
    chance = random.Random(7)
    vocabulary = [
        "".join(chance.choice("bcdfglmnprst") + chance.choice("aeiou") for _ in range(3)) for _ in range(6000)
    ]
    weights = [1 / (rank + 3) for rank in range(6000)]

    def prose() -> str:
        found = chance.choices(vocabulary, weights, k=240)
        return " ".join(" ".join(found[at : at + 12]).capitalize() + "." for at in range(0, 240, 12))

    candidates = [stored(number, prose()[:40], prose()) for number in range(1, 1001)]
    settings = CurateSettings(max_articles=20, sections="cluster")
    taken = []
    for _ in range(2):  # the first one also pays for imports and stems
        begun = time.process_time()
        made = curate(
            candidates, settings=settings, now=NOW, source_titles={}, digest_title="W", site_name="S", number=1
        )
        taken.append(time.process_time() - begun)
        assert len(made.items) == 20
    assert min(taken) < 10.0, taken
