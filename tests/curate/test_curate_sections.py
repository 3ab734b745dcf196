"""Headings over an issue: by source, tag and matter, what the operator orders, and what an editor's moves leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from digest.curate import CurateSettings, Draft, curate
from digest.curate.sections import arrange, tidy
from digest.model import Article, Edits, Item, StoredArticle

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def item(id_: int, *, source: str = "Blog", tags: tuple[str, ...] = (), title: str = "") -> Item:
    return Item(id_, title or f"Headline {id_}", None, "", source_title=source, tags=tags)


def shown(items: tuple[Item, ...]) -> list[tuple[int, str]]:
    return [(one.article_id, one.section) for one in items]


def test_sources_stand_together_under_their_names() -> None:
    """The lead has no heading; sources follow as their best article did; the single one is last without a heading."""
    items = [item(n, source=source) for n, source in enumerate(("Blog", "Forum", "Files", "Blog", "Forum", "Blog"), 1)]
    assert shown(arrange(items, by="source")) == [
        (1, ""), (2, "Forum"), (5, "Forum"), (4, "Blog"), (6, "Blog"), (3, "")
    ]  # fmt: skip


def test_tags_make_sections_in_the_operators_order_and_no_others() -> None:
    """Each article goes under the first tag of the order that it has, as the order spells it."""
    items = [item(0)] + [
        item(n, tags=tags) for n, tags in enumerate((("news",), ("sport", "news"), ("NEWS",), ("sport",), ("art",)), 1)
    ]
    arranged = arrange(items, by="tag", order=("Sport", "News"))
    assert shown(arranged) == [(0, ""), (2, "Sport"), (4, "Sport"), (1, "News"), (3, "News"), (5, "")]


def test_a_matter_is_called_by_what_its_articles_share() -> None:
    """A tag they all have, else the words their titles share; a group without such a name has no heading."""
    items = [
        item(0), item(1, title="Pell Weir gives way", tags=("river",)), item(2, title="Who mends Pell Weir now?"),
        item(3, title="One thing", tags=("bees",)), item(4, title="Another", tags=("Bees", "roof")),
        item(5, title="Alpha"), item(6, title="Omega"),
    ]  # fmt: skip
    arranged = arrange(items, by="cluster", matters=[(1, 2), (3, 4), (5, 6)])
    assert shown(arranged) == [
        (0, ""), (1, "Pell Weir"), (2, "Pell Weir"), (3, "Bees"), (4, "Bees"), (5, ""), (6, "")
    ]  # fmt: skip


def test_a_short_issue_has_no_headings() -> None:
    """Two articles under the lead are not worth one."""
    items = tuple(item(n) for n in range(3))
    assert arrange(items, by="source") == items and arrange(items * 2, by="none") == items * 2


def test_a_heading_left_over_one_article_goes() -> None:
    """After a move, a section of one loses its heading; sections of two keep theirs."""
    items = [replace(item(n), section=section) for n, section in enumerate(("", "A", "A", "B", "C", "C"))]
    assert shown(tidy(items)) == [(0, ""), (1, "A"), (2, "A"), (3, ""), (4, "C"), (5, "C")]


def draft(edits: Edits, **changes: object) -> Draft:
    candidates = [
        StoredArticle(
            n,
            Article(
                source=f"s{n % 2}", guid=str(n), url=f"https://x.example/{n}", title=f"Headline {n}",
                text=f"Words w{n}a w{n}b w{n}c of its own. And an end.", published=NOW - timedelta(hours=n),
            ),
            NOW,
            str(n),
        )
        for n in range(1, 9)
    ]  # fmt: skip
    return curate(
        candidates, settings=replace(CurateSettings(sections="source", max_per_source=1.0), **changes),  # type: ignore[arg-type]
        now=NOW, source_titles={"s0": "Even", "s1": "Odd"}, digest_title="W", site_name="S", number=1, edits=edits,
    )  # fmt: skip


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 12)), max_size=4), st.lists(st.integers(1, 8), max_size=3))
def test_headings_hold_whatever_an_editor_moves_and_pins(moves: list[tuple[int, int]], pins: list[int]) -> None:
    """Every article is in once; a section is one run of at least two; the last move put its article where it said."""
    items = draft(Edits(pinned=tuple(dict.fromkeys(pins)), moves=tuple(moves))).items
    assert sorted(one.article_id for one in items) == list(range(1, 9))
    runs = [(section, len(list(run))) for section, run in groupby(items, key=lambda one: one.section)]
    named = [section for section, _ in runs if section]
    assert all(count >= 2 for section, count in runs if section) and len(named) == len(set(named))
    if moves and moves[-1][0] <= 8:
        article, place = moves[-1]
        assert items[min(place, 8) - 1].article_id == article
