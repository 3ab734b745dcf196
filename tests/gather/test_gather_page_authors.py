"""Who wrote a page: names in bylines, and the places of a page weighed against one another."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HTMLParser

from digest.gather.metadata import PageFacts
from digest.gather.names import declared_people, people_in, plausibility

PROSE = "The footbridge over the lock reopened on Saturday after four months of repairs that cost less than planned. "
URL = "https://quay.example/2026/bridge"


def facts(body: str, head: str = "", *, url: str = URL) -> PageFacts:
    page = f"<html><head><title>Bridge reopens | Quay News</title>{head}</head><body>{body}</body></html>"
    return PageFacts(etree.fromstring(page.encode(), HTMLParser(encoding="utf-8")), url)


def article(byline: str = "", *, after: str = "", outside: str = "") -> str:
    return f"<h1>Bridge reopens</h1>{byline}<p>{PROSE * 2}</p><p>{PROSE * 2}</p>{after}{outside}"


def linked(**article_fields: Any) -> str:
    item = {"@type": "NewsArticle", "headline": "Bridge reopens", **article_fields}
    return f"<script type='application/ld+json'>{json.dumps(item)}</script>"


def authors(page: PageFacts) -> list[str]:
    found = page.authors()
    return [author.name for author in found.value] if found else []


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ann Onym", ["Ann Onym"]),
        ("Von Ann Onym und Ben Utzer, dpa", ["Ann Onym", "Ben Utzer"]),
        ("Par Anne Onyme et Benoît Usager", ["Anne Onyme", "Benoît Usager"]),
        ("Por Ana Ónima | 3 de mayo de 2026", ["Ana Ónima"]),
        ("di Anna Onimo - 3 maggio 2026", ["Anna Onimo"]),
        ("Door Anne van der Berg op 3 mei 2026", ["Anne van der Berg"]),
        ("Text: Åsa Öberg, Foto: Bo Ek", ["Åsa Öberg"]),
        ("Written by Dr. Ann B. Onym, staff writer", ["Dr. Ann B. Onym"]),
        ("Ann Onym, chief editor", ["Ann Onym"]),
        ("Ann Onym for the Quay Times", ["Ann Onym"]),
        ("By Ann Onym Published May 3, 2026", ["Ann Onym"]),
        ("Ann Onym/XY-Z", ["Ann Onym"]),
        ("Beitrag von Ann Onym (Galway)", ["Ann Onym"]),
        ("Autor/in: Ann Onym", ["Ann Onym"]),
        ("View all posts by Ann Onym", ["Ann Onym"]),
        ("Richard (RJ) Onym", ["Richard (RJ) Onym"]),
        ("Автор: Анна Иванова", ["Анна Иванова"]),
        ("بقلم أحمد سعيد", ["أحمد سعيد"]),
        ("作者：王小明", ["王小明"]),
        ("लेखक: आशा वर्मा", ["आशा वर्मा"]),
        ("By the lock, four months later", []),
        ("Von hier aus geht es weiter", []),
        ("More about this", []),
        ("12 comments", []),
        ("", []),
    ],
)
def test_a_byline_is_reduced_to_its_names(byline: str, names: list[str]) -> None:
    """The introducing word, roles, agencies, dates and places go; several names come apart; prose gives nobody."""
    assert list(people_in(byline)) == names


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Onym, Ann", ["Ann Onym"]),
        ("ann42", ["ann42"]),
        ("Institute for Bridges", ["Institute for Bridges"]),
        ("Ann Onym; Ben Utzer", ["Ann Onym", "Ben Utzer"]),
        ("admin", []),
        ("WordPress", []),
        ("https://facebook.com/quaynews", []),
        ("@quaynews", []),
        ("ann@quay.example", []),
    ],
)
def test_a_declared_author_may_be_a_handle_or_a_house_but_no_program(value: str, names: list[str]) -> None:
    """Addresses, handles of networks and what systems fill in are nobody."""
    assert list(declared_people(value)) == names


def test_plausibility_puts_people_above_houses_above_programs() -> None:
    """A full name, a single name, a desk and a machine are graded in this order."""
    grades = [plausibility(name) for name in ("Ann van Onym", "Ann", "Quay News Desk", "admin")]
    assert grades == sorted(grades, reverse=True) and len(set(grades)) == 4


def test_a_graph_s_author_is_followed_to_the_person_it_points_at() -> None:
    """`{"@id": ...}` in JSON-LD stands for the object of that id elsewhere in the graph."""
    graph = {
        "@graph": [
            {"@type": "Article", "headline": "Bridge reopens", "author": {"@id": "#a"}},
            {"@type": "Person", "@id": "#a", "name": "Ann Onym", "url": "/ann"},
        ]
    }
    found = facts(article(), f"<script type='application/ld+json'>{json.dumps(graph)}</script>").authors()
    assert found and found.origin == "json-ld"
    assert [(author.name, author.url) for author in found.value] == [("Ann Onym", "https://quay.example/ann")]


def test_a_person_on_the_page_beats_the_publisher_declared_as_author() -> None:
    """The site's own name is its author only where nobody else is named."""
    house = linked(author={"@type": "Organization", "name": "Quay News"}, publisher={"name": "Quay News"})
    assert authors(facts(article("<p class='byline'>By Ann Onym</p>"), house)) == ["Ann Onym"]
    assert authors(facts(article(), house)) == ["Quay News"]


def test_what_a_system_fills_in_gives_way_to_the_byline() -> None:
    """`admin` in the meta tag is nobody."""
    head = "<meta name='author' content='admin'>"
    assert authors(facts(article("<p>von <a href='/autor/ann'>Ann Onym</a></p>"), head)) == ["Ann Onym"]
    assert authors(facts(article(), head)) == []


@pytest.mark.parametrize(
    "head",
    [
        "<meta name='author' content='Ann Onym'>",
        "<meta property='dc:creator twitter:creator' content='Ann Onym'>",
        "<meta name='parsely-author' content='Ann Onym'>",
        "<meta name='twitter:label1' content='Verfasst von'><meta name='twitter:data1' content='Ann Onym'>",
        "<script>dataLayer.push({'pageAuthor': 'Ann Onym', 'n': 3})</script>",
        '<script type="application/ld+json">{"@type": "Article", "author": {"name": "Ann Onym",},}</script>',
        '<script type="application/ld+json">{"@type": "Article", "author": {"name": "Ann Onym"}, oops</script>',
    ],
)
def test_places_in_the_head_that_name_the_author(head: str) -> None:
    """Meta tags, labelled cards, measurement scripts and JSON-LD, even when it is broken."""
    assert authors(facts(article(), head)) == ["Ann Onym"]


@pytest.mark.parametrize(
    "byline",
    [
        "<span itemprop='author' itemscope><b itemprop='name'>Ann Onym</b></span>",
        "<a rel='author' href='/x'>Ann Onym</a>",
        "<div class='c-articleAuthor__name'>Ann Onym</div>",
        "<div data-testid='prism-byline'><span>By</span><span> Ann Onym</span></div>",
        "<div class='autor'>Von<br>Ann Onym</div>",
        "<div>Text: Ann Onym</div>",
        "<div>3. Mai 2026, Ann Onym</div>",
        "<h5>Autor:</h5>Ann Onym<br>",
    ],
)
def test_places_by_the_headline_that_name_the_author(byline: str) -> None:
    """Microdata, marked elements in several spellings, and plain words."""
    assert authors(facts(article(byline))) == ["Ann Onym"]


def test_an_article_may_be_signed_at_its_end() -> None:
    """A name set apart on the last line signs the article; a button of two capitalised words does not."""
    assert authors(facts(article(after="<p><em>Ann Onym</em></p>"))) == ["Ann Onym"]
    assert authors(facts(article(after="<p>Nächster Eintrag</p>"))) == []


def test_comments_and_teasers_do_not_sign_the_article() -> None:
    """Names in comments never count; where teasers name several people, none of them is meant."""
    comment = "<div id='comments'><div class='comment-author'>Cora Mentor</div><p class='author'>Cora Mentor</p></div>"
    teasers = "<aside class='related'><p class='author'>Ben Utzer</p><p>x</p><p class='author'>Dan Other</p></aside>"
    assert authors(facts(article(outside=comment + teasers))) == []
    assert authors(facts(article("<p class='author'>Ann Onym</p>", outside=comment + teasers))) == ["Ann Onym"]


def test_several_authors_of_one_byline_stay_together() -> None:
    """Neighbouring links are one byline, and a fuller byline completes a declared first author."""
    links = "<p>By <a rel='author' href='/a'>Ann Onym</a>, <a rel='author' href='/b'>Ben Utzer</a></p>"
    found = facts(article(links), linked(author="Ann Onym")).authors()
    assert found and [(author.name, author.url) for author in found.value] == [
        ("Ann Onym", "https://quay.example/a"),
        ("Ben Utzer", "https://quay.example/b"),
    ]


def test_places_that_agree_outweigh_a_single_one() -> None:
    """Byline and author tag naming the same person win over a JSON-LD that names the house's desk."""
    head = linked(author={"@type": "Person", "name": "News Desk"}) + "<meta name='author' content='Ann Onym'>"
    assert authors(facts(article("<p class='byline'>Ann Onym</p>"), head)) == ["Ann Onym"]


def test_a_personal_site_s_owner_is_its_author() -> None:
    """The site's name is kept when it is all there is, as on one person's blog."""
    head = "<meta property='og:site_name' content='Ann Onym'>"
    page = facts(article("<p class='author'>Ann Onym</p>"), head, url="https://annonym.example/x")
    assert authors(page) == ["Ann Onym"]


@given(st.text(max_size=300))
def test_any_text_as_a_byline_gives_pieces_of_it_or_nothing(text: str) -> None:
    """Never raises, and no name is longer than what was given."""
    assert all(0 < len(name) <= len(text) + 1 for name in people_in(text))


@settings(max_examples=40, deadline=None)
@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["@type", "@id", "author", "name", "url", "publisher", "@graph", "commentCount", "datePublished"]),
    inner)))  # fmt: skip
def test_any_json_as_json_ld_is_read_or_passed_over(value: Any) -> None:
    """Values of unexpected types never raise."""
    page = facts(article(), f"<script type='application/ld+json'>{json.dumps(value).replace('<', '')}</script>")
    page.authors(), page.published(), page.updated(), page.tags(), page.count("comments")


@pytest.mark.parametrize(
    "body",
    [
        "<div class='author'>" * 20_000 + "By Ann Onym",
        "<p class='byline'>By Ann Onym</p>" * 5_000,
        "<p class='author'>" + "," * 200_000 + "</p>",
        "<p>By" + " and" * 50_000,
        "<script>" + "author:[ " * 50_000 + "</script>",
        "<script type='application/ld+json'>" + '{"author":[' * 30_000 + "</script>",
        "".join(f"<p class='author'>Ann Onym{number}</p><p>x</p>" for number in range(5_000)),
    ],
)
def test_hostile_pages_are_read_in_linear_time(body: str) -> None:
    """Deep, wide and repetitive pages cost no more processor time than their length allows."""
    started = time.process_time()
    page = facts(body)
    page.authors(), page.published()
    assert time.process_time() - started < 3
