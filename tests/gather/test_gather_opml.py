"""Lists of feeds, in and out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ParseError
from digest.gather.opml import OutlineSource, read_opml, write_opml

EXPORTED = b"""<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Mine</title></head><body>
 <outline text="Quay"><outline text="Boats">
  <outline type="rss" text="Ropes" xmlUrl="https://ropes.example/feed" htmlUrl="https://ropes.example/"/>
 </outline></outline>
 <outline title="Bees &amp; hives" text="x" xmlurl="https://bees.example/rss.xml" language="de"/>
 <outline text="again" xmlUrl="https://ropes.example/feed"/>
 <outline text="not a feed" xmlUrl="javascript:alert(1)"/>
</body></opml>"""


def test_reads_what_readers_export() -> None:
    """Nested folders become the category; other spellings, repeats and addresses that are none are coped with."""
    ropes, bees = read_opml(EXPORTED)
    assert ropes == OutlineSource("Ropes", "https://ropes.example/feed", "https://ropes.example/", "", "Quay / Boats")
    assert bees == OutlineSource("Bees & hives", "https://bees.example/rss.xml", language="de")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", b"<html></html>", b"<opml><body>",
        b"<!DOCTYPE opml [<!ENTITY a 'b'>]><opml><body><outline text='&a;'/></body></opml>",
        b"<!DOCTYPE opml [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><opml><body/></opml>",
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_advice(data: bytes) -> None:
    """Broken documents, other documents and any that declare entities raise, and say what to try."""
    with pytest.raises(ParseError, match="Try: "):
        read_opml(data)


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf", "Co", "Zl", "Zp", "Zs", "Mn")), min_size=1
)


@given(st.lists(st.tuples(WORDS, st.sampled_from(["", "A", "A / B"])), max_size=6))
def test_what_is_written_is_read_again(named: list[tuple[str, str]]) -> None:
    """Any titles and folders survive, whatever characters they hold."""
    from digest.gather.words import clean_line

    sources = [
        OutlineSource(clean_line(title, max_chars=200), f"https://s{number}.example/feed?a=1&b=<2>", category=folder)
        for number, (title, folder) in enumerate(named)
    ]
    again = read_opml(write_opml(sources, title="a < b & c"))
    assert sorted(again, key=lambda one: one.xml_url) == sorted(sources, key=lambda one: one.xml_url)
