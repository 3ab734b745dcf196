"""A month of a hundred articles: what belongs together is found, nothing else is, and the issue is a function of it.

A pair of articles is gold when it is labelled as a duplicate or as related, both closed over their groups: 18 duplicate
and 34 related pairs. A pair is found when one is folded into the other (or both into a third), or when what is kept of
them stands in one group of `relate`. F1 is over these two sets of unordered pairs, for duplicate and related together.

Fact: the first run, with labels fixed before it, gave F1 0.667 (precision 0.789, recall 0.577): all 18 duplicate pairs
and no false one, 12 of 34 related pairs and 8 false ones, each of a series with a template (job threads, planning
notices, monthly figures). Every label is of one language: stories told in two languages are not measured here.
"""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import selection_month
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate import CurateSettings
from digest.model import Edits, StoredArticle

MONTH = selection_month.load()
BY_ID = {one.id: one for one in MONTH.articles}
PROOF = os.environ.get("DIGEST_PROOF") == "1"
pytestmark = [pytest.mark.slow] if PROOF else []


def test_the_month_is_what_it_claims_to_be() -> None:
    """A hundred articles of six sources, 85 of them English, with the labelled pairs, each with words of its own."""
    assert len(MONTH.articles) == 100
    assert len({one.article.source for one in MONTH.articles}) == 6
    languages = Counter(one.article.language for one in MONTH.articles)
    assert languages == {"en": 85, "de": 5, "fr": 5, "es": 5}
    assert (len(MONTH.duplicates), len(MONTH.related)) == (18, 34)
    assert len({one.article.text for one in MONTH.articles}) == 100


def test_what_is_told_twice_is_folded_and_nothing_else() -> None:
    """Every shortened or annotated copy is found, and no two different articles are taken for one."""
    duplicates, _ = selection_month.found_pairs(MONTH.articles)
    assert named(duplicates) == named(MONTH.duplicates)


def test_what_belongs_together_is_found() -> None:
    """F1 over duplicate and related pairs together is at least 0.95."""
    duplicates, related = selection_month.found_pairs(MONTH.articles)
    found, gold = duplicates | related, MONTH.duplicates | MONTH.related
    f1 = 2 * len(found & gold) / (len(found) + len(gold))
    assert f1 >= 0.95, f"F1 {f1:.3f}; missed {named(gold - found)}; false {named(found - gold)}"


def named(pairs: selection_month.Pairs) -> list[str]:
    return [f"{MONTH.names[low]} / {MONTH.names[high]}" for low, high in sorted(pairs)]


def test_pairs_do_not_depend_on_the_order_of_the_articles() -> None:
    """Shuffled, the month gives the same pairs."""
    shuffled = list(MONTH.articles)
    random.Random(5).shuffle(shuffled)
    assert selection_month.found_pairs(shuffled) == selection_month.found_pairs(MONTH.articles)


def test_the_same_month_gives_the_same_issue_byte_for_byte() -> None:
    """Curated and rendered in two processes with different hash seeds, from candidates in different order."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    running = [
        subprocess.Popen(
            [sys.executable, str(Path(selection_month.__file__)), str(seed)],
            env={**environment, "PYTHONHASHSEED": str(seed)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in (1, 2024)
    ]
    digests = [process.communicate()[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    assert len(digests[0]) == 64
    assert digests[0] == digests[1]


def test_another_month_gives_another_issue() -> None:
    """The bytes that are compared hold the articles: without the last one they differ."""
    shuffled = list(MONTH.articles)
    random.Random(3).shuffle(shuffled)
    whole = selection_month.rendered(shuffled)
    first = selection_month.draft_of(shuffled).items[0].article_id
    assert selection_month.rendered(MONTH.articles) == whole
    assert selection_month.rendered([one for one in shuffled if one.id != first]) != whole


CHOICES = st.fixed_dictionaries({
    "max_articles": st.integers(1, 12),
    "max_per_author": st.integers(0, 3),
    "max_per_source": st.sampled_from([0.2, 0.4, 1.0]),
    "half_life_days": st.sampled_from([0.0, 3.0, 30.0]),
    "sections": st.sampled_from(["none", "none", "source", "tag", "cluster"]),
})  # fmt: skip


def check_caps(
    candidates: list[StoredArticle], pinned: tuple[int, ...], dropped: frozenset[int], choices: CurateSettings
) -> None:
    numbers = [one.id for one in candidates]
    draft = selection_month.draft_of(candidates, choices, Edits(pinned=pinned, dropped=dropped))
    shown = [item.article_id for item in draft.items]
    wanted = list(pinned)[: choices.max_articles]
    free = [number for number in shown if number not in wanted]
    assert set(wanted) <= set(shown), "a pinned article is in, as long as the issue has room for pins"
    if choices.sections == "none":
        assert shown[: len(wanted)] == wanted, "pins come first, in their order"
    assert len(shown) == len(set(shown)) <= choices.max_articles
    assert not set(shown) & dropped
    assert set(draft.explanations) == set(numbers), "every candidate is explained"
    assert all(draft.explanations.values())
    assert not set(draft.folded) & set(shown), "no duplicate beside its original"
    twice = MONTH.duplicates & selection_month.pairs_of([shown])
    assert twice <= selection_month.pairs_of([wanted]), "only an editor who pins both tells a story twice"
    check_authors(shown, free, choices)
    check_sources(shown, free, draft.passed_over, choices)


def author_of(number: int) -> str:
    return BY_ID[number].article.authors[0].name


def source_of(number: int) -> str:
    return BY_ID[number].article.source


def check_authors(shown: list[int], free: list[int], choices: CurateSettings) -> None:
    if choices.max_per_author:
        total = Counter(map(author_of, shown))
        assert all(total[author_of(number)] <= choices.max_per_author for number in free), "only pins exceed the cap"


def check_sources(shown: list[int], free: list[int], left: tuple[int, ...], choices: CurateSettings) -> None:
    """A source exceeds its share only where nobody else could have had the place."""
    cap = max(1, math.ceil(choices.max_per_source * choices.max_articles))
    total, authors = Counter(map(source_of, shown)), Counter(map(author_of, shown))
    loud = {source_of(number) for number in free if total[source_of(number)] > cap}
    if loud:
        for number in left:
            full = choices.max_per_author and authors[author_of(number)] >= choices.max_per_author
            assert total[source_of(number)] >= cap or full, f"{number} should have had the place"


NUMBERS = st.lists(st.integers(1, 100), unique=True, min_size=1, max_size=22)


@settings(max_examples=400 if PROOF else 60)
@given(NUMBERS, st.integers(0, 4), st.integers(0, 3), CHOICES, st.booleans())
def test_caps_and_pins_hold(numbers: list[int], pins: int, drops: int, choices: dict[str, Any], copies: bool) -> None:
    """Whatever the candidates and settings: caps bind all but pins, pins lead, nothing is told twice or unexplained."""
    if copies:
        numbers = list(dict.fromkeys(other for number in numbers for other in (number, *copies_of(number))))
    dropped = frozenset(numbers[len(numbers) - drops :]) if drops else frozenset()
    pinned = tuple(number for number in numbers[:pins] if number not in dropped)
    check_caps([BY_ID[number] for number in numbers], pinned, dropped, replace(CurateSettings(), **choices))


def copies_of(number: int) -> list[int]:
    return [low + high - number for low, high in sorted(MONTH.duplicates) if number in (low, high)]


@settings(max_examples=300 if PROOF else 40)
@given(NUMBERS, st.sampled_from(["author", "source"]), st.integers(0, 2), CHOICES)
def test_a_crowd_does_not_push_the_rest_out(numbers: list[int], crowd: str, pins: int, choices: dict[str, Any]) -> None:
    """The caps hold where one author or source has the newest and liveliest of everything, and the rest is old."""
    name = author_of(LOUD) if crowd == "author" else source_of(LOUD)
    of = author_of if crowd == "author" else source_of
    loud = [lively(one) for one in MONTH.articles if of(one.id) == name][:14]
    quiet = [faded(BY_ID[number]) for number in numbers if of(number) != name]
    pinned = tuple(one.id for one in quiet[:pins])
    check_caps([*loud, *quiet], pinned, frozenset(), replace(CurateSettings(), **choices))


LOUD = next(number for number, name in MONTH.names.items() if name == "flood-night")


def lively(one: StoredArticle) -> StoredArticle:
    now = replace(one.article, published=selection_month.NOW - timedelta(hours=one.id), views=9000, comments=500)
    return replace(one, article=now)


def faded(one: StoredArticle) -> StoredArticle:
    return replace(one, article=replace(one.article, published=selection_month.NOW - timedelta(days=300), views=0))
