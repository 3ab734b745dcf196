"""Names of sources and lists of feeds, line by line."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ParseError
from digest.pipeline.outlines import read_lines
from digest.pipeline.sourcenames import LONGEST, free_name, name_of_url, slug


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Harbour Times, 2nd ed.", "harbour-times-2nd-ed"),
        ("Straße & Fähre", "strasse-fahre"),
        ("日本", ""),
        ("the quay " * 9, "the-quay-the-quay-the-quay-the-quay-the"),
    ],
)
def test_a_title_becomes_a_word(text: str, name: str) -> None:
    """Letters lose their marks, everything else is a hyphen, long titles end at a whole word."""
    assert slug(text) == name


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.harbour-times.example/feed.xml", "harbour-times"),
        ("https://blog.harbour.example/", "harbour"),
        ("http://127.0.0.1:8080/events/feed.json", "events"),
        ("http://127.0.0.1:8080/feed.xml", "source"),
        ("https://medium.com/@ana/list", "ana"),
        ("https://news.example", "source"),
    ],
)
def test_an_address_becomes_a_word(url: str, name: str) -> None:
    """The host's telling label, else the path's; what every address has says nothing."""
    assert name_of_url(url) == name


@given(st.text(max_size=80), st.lists(st.sampled_from(["a", "a-2", "source", "a-3"])))
def test_every_name_is_free_and_valid(text: str, taken: list[str]) -> None:
    """Whatever the title, the name is one that digest.toml accepts, not taken, and not much longer than the limit."""
    name = free_name(slug(text), taken)
    assert name not in taken and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name) and len(name) <= LONGEST + 3


def test_every_outline_is_accounted_for() -> None:
    """Each outline with an address is added, a duplicate (of the file or of this list) or unusable, with its line."""
    data = b"""
<opml version="1.0"><body><outline text="News"><outline title="News Desk" xmlUrl=" https://a.example/f "/>
<outline text="" xmlUrl="https://b.example/f"/></outline>
<outline text="No address"/><outline text="Bad" xmlUrl="feed:x"/>
<outline text="Twice" xmlUrl="https://www.a.example/f/"/><outline text="Old" xmlUrl="https://old.example/f"/>
</body></opml>"""
    lines = read_lines(data, {"old.example/f": "old"}, {"old", "news-b"})
    assert [(line.line, line.verdict, line.name, line.folder) for line in lines] == [
        (2, "add", "news-desk", "News"),
        (3, "add", "news-b-2", "News"),
        (4, "unusable", "", ""),
        (5, "duplicate", "news-desk", ""),
        (5, "duplicate", "old", ""),
    ]


def test_what_is_no_list_is_said() -> None:
    """A file that is not OPML, or that declares entities, is refused whole."""
    for data in (b"<rss/>", b"nothing", b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml><body/></opml>"):
        with pytest.raises(ParseError):
            read_lines(data, {}, set())
