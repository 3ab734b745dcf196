"""Feeds of every format to articles. `feeds/NAME` with `feeds/NAME.expected.json` beside it are golden pairs.

Rewrite the expected files with DIGEST_REWRITE_GOLDEN=1 and review the difference.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ParseError
from digest.gather import parse_feed
from digest.model import Article, ParsedFeed, to_plain

FEEDS = Path(__file__).parent / "feeds"
GOLDEN = ["blog.rss", "notes.atom", "items.json", "old.rdf", "broken.rss", "talks.rss"]


def parse(name: str) -> ParsedFeed:
    return parse_feed((FEEDS / name).read_bytes(), url="https://feeds.example/dir/feed.xml", source="s")


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    """Every field of every article is what the file beside the feed says."""
    plain = json.loads(json.dumps(to_plain(parse(name))))
    expected = FEEDS / f"{name}.expected.json"
    if os.environ.get("DIGEST_REWRITE_GOLDEN"):
        expected.write_text(json.dumps(plain, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert plain == json.loads(expected.read_text(encoding="utf-8"))


def test_wordpress_item() -> None:
    """Body from content:encoded without script, hidden words and the feed's own footer; the rest clean."""
    article = parse("blog.rss").articles[0]
    assert article.title == "Bees on the roof & honey" and not article.title_derived
    assert article.text == "Two hives moved in above the library.\n\n• Queen\n• Workers\n\nHoney in June."
    assert "script" not in article.html and "onclick" not in article.html and "hidden" not in article.html
    assert 'href="https://feeds.example/honey"' in article.html
    assert article.url == "https://quayside.example/bees/?page=2"
    assert article.published == datetime(2026, 11, 23, 9, tzinfo=UTC) and article.published_confidence == "exact"
    assert article.tags == ("Roofs", "Bees") and article.comments == 7
    assert article.excerpt == "" or len(article.excerpt) < len(article.text)
    assert (
        article.image
        and article.image.url == "https://feeds.example/dir/pix/hive.jpg"
        and article.image.alt == "A hive"
    )
    assert article.enclosures[0].url == "https://feeds.example/audio/bees.mp3" and article.enclosures[0].length == 12345


def test_an_item_without_title_and_with_a_useless_date() -> None:
    """The title is derived and flagged, the unreadable date is a warning, no address is invented from a urn."""
    article = parse("blog.rss").articles[1]
    assert article.title_derived and article.origin["title"] == "first sentence"
    assert article.title == "No title here, only words about a leaking tap"
    assert article.published is None and "yesterday" in article.warnings[0]
    assert article.url is None and article.image and article.image.url == "https://cdn.example/large.jpg"
    assert [author.name for author in article.authors] == ["Bo Lind"]


def test_atom_bases_and_authors() -> None:
    """xml:base nests, the feed's author stands in for a missing one, `updated` for a missing `published`."""
    first, second = parse("notes.atom").articles
    assert first.url == "https://notes.example/blog/2026/eins.html"
    assert 'href="https://notes.example/blog/2026/bild.html"' in first.html
    assert first.title == "Wie 1 < 2 wurde" and first.language == "de"
    assert [author.name for author in first.authors] == ["Redaktion Hafen"] and first.origin["authors"] == "feed"
    assert first.published == datetime(2026, 11, 20, 8, 30, tzinfo=UTC) and first.origin["published"] == "feed updated"
    assert second.title == "AT&T &amp; wir" and second.text == "Kurz <i>gesagt</i>"
    assert second.published == datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
    assert second.image and second.image.url == "https://notes.example/blog/zwei.png"


def test_json_feed_tolerates_wrong_types() -> None:
    """Numbers as ids are read as strings; null, numbers and strings in wrong places are left out."""
    feed = parse("items.json")
    first, second = feed.articles
    assert first.guid == "12" and first.url == "https://feeds.example/douze" and first.tags == ("nombres", "pairs")
    assert first.excerpt == "Onze" and first.language == "fr"
    assert second.guid == "" and second.url == "https://elsewhere.example/x" and second.title == "Premier mot"
    assert [author.name for author in second.authors] == ["Équipe"]


def test_one_identifier_for_two_items_is_told_apart() -> None:
    """Items that share a guid but nothing else keep different identities, with a warning."""
    feed = parse("broken.rss")
    assert len(feed.articles) == 3 and "not well-formed" in feed.warnings[0]
    _, second, third = feed.articles
    assert second.guid != third.guid and "more than one" in second.warnings[0]
    assert second.url is None


def test_dates_without_zone_take_the_source_s() -> None:
    """A naive time is read in the configured zone and marked as assumed, and day and month stay in place."""
    item = (
        "<rss version='2.0'><channel><item><title>T</title><pubDate>2026/1/10 14:33:00</pubDate></item></channel></rss>"
    )
    article = parse_feed(item.encode(), url="https://x.example/", timezone="Europe/Berlin").articles[0]
    assert article.published == datetime(2026, 1, 10, 13, 33, tzinfo=UTC)
    assert article.published_confidence == "assumed"


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        (b"", "the answer is empty"),
        (b"<!doctype html><html><head><link rel='alternate' type='application/rss+xml' href='/feed'></head>",
         'url = "https://x.example/feed"'),
        (b"hello there", "neither RSS"),
        (b'{"a": 1}', "items"),
        (b'{"items": [', "not a readable JSON"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither RSS"),
    ],
)  # fmt: skip
def test_what_is_no_feed_says_what_to_do(data: bytes, advice: str) -> None:
    """Bytes that are no feed raise ParseError with a fix; a page that names its feed gives that address."""
    with pytest.raises(ParseError) as caught:
        parse_feed(data, url="https://x.example/")
    assert advice in str(caught.value) and "Try: " in str(caught.value)


def test_an_empty_feed_is_a_feed() -> None:
    """No items is no error."""
    assert (
        parse_feed(b"<rss version='2.0'><channel><title>T</title></channel></rss>", url="https://x.example/").articles
        == ()
    )


def test_charset_of_the_http_header_counts() -> None:
    """windows-1252 named by the server is read as such."""
    data = "<rss version='2.0'><channel><item><title>Caf\u00e9 \u2013 neu</title></item></channel></rss>".encode(
        "cp1252"
    )
    feed = parse_feed(data, url="https://x.example/", content_type="text/xml; charset=windows-1252")
    assert feed.articles[0].title == "Café – neu"


@pytest.mark.parametrize("element", ["author", "dc:creator"])
def test_an_enormous_author_costs_nothing(element: str) -> None:
    """1 MB of author is cut before a quadratic expression reads it."""
    name = "a" * 1_000_000
    data = (
        "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item><title>T</title>"
        f"<{element}>{name}</{element}></item></channel></rss>"
    )
    started = time.perf_counter()
    article = parse_feed(data.encode(), url="https://x.example/").articles[0]
    assert time.perf_counter() - started < 10
    assert all(len(author.name) <= 400 for author in article.authors)


@pytest.mark.slow
def test_entity_bombs_are_harmless() -> None:
    """Nested entities neither expand without bound nor raise anything but ParseError."""
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE r [<!ENTITY e0 "ha">{entities}]>'
    data = f'{doctype}<rss version="2.0"><channel><item><title>&e9;</title></item></channel></rss>'
    started = time.perf_counter()
    with contextlib.suppress(ParseError):
        parse_feed(data.encode(), url="https://x.example/")
    assert time.perf_counter() - started < 10


@given(
    st.binary(max_size=300), st.sampled_from([b"", b"<rss><channel><item><title>", b"<feed><entry>", b'{"items": ['])
)
def test_any_bytes_are_a_feed_or_a_parse_error(data: bytes, start: bytes) -> None:
    """Nothing but ParseError ever comes out, and every article has a title."""
    try:
        feed = parse_feed(start + data, url="https://x.example/")
    except ParseError:
        return
    assert all(article.title for article in feed.articles)


_ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><entry>{}</entry></feed>'


def only(entry: str) -> Article:
    data = _ATOM.format(entry).encode()
    return parse_feed(data, url="https://feeds.example/dir/feed.xml", source="s").articles[0]


def test_a_bare_number_is_an_identifier_and_no_address() -> None:
    """`12345` leads nowhere and stays the same when its feed moves; `/posts/1` is an address."""
    bare, path = only("<id>12345</id><title>T</title>"), only("<id>/posts/1</id><title>T</title>")
    assert (bare.guid, bare.url) == ("12345", None)
    assert (path.guid, path.url) == ("https://feeds.example/posts/1", "https://feeds.example/posts/1")


def test_what_a_link_says_of_its_page_is_used_where_nothing_better_is_said() -> None:
    """An entry without a title or language takes them from the link; one with its own keeps its own."""
    link = '<link href="/a" title="Seen from the pier" hreflang="fr"/>'
    article = only(link)
    assert (article.title, article.title_derived, article.language) == ("Seen from the pier", False, "fr")
    assert article.origin["title"] == "feed link"
    assert only(f"<title>Its own</title>{link}").title == "Its own"


@pytest.mark.parametrize(
    ("content", "url", "files"),
    [
        ('<content src="/story"/>', "https://feeds.example/story", []),
        ('<content src="/film.mp4"/>', None, ["https://feeds.example/film.mp4"]),
        ('<content src="/film" type="video/mp4"/>', None, ["https://feeds.example/film"]),
        ('<media:player url="/watch/7"/>', "https://feeds.example/watch/7", []),
    ],
)
def test_content_that_stands_elsewhere_is_the_page_or_an_enclosure(
    content: str, url: str | None, files: list[str]
) -> None:
    """An item whose words are not in the feed still leads to them."""
    article = only(f"<title>T</title>{content}")
    assert (article.url, [one.url for one in article.enclosures]) == (url, files)


def test_the_vocabulary_of_tags_is_told_to_the_operator() -> None:
    """Readers see the word, `explain` where it is from."""
    article = only('<title>T</title><category term="Bees" scheme="https://feeds.example/topics"/>')
    assert article.tags == ("Bees",)
    assert article.origin["tags"] == "feed (https://feeds.example/topics)"


def test_a_summary_that_is_hardly_longer_does_not_take_the_place_of_the_content() -> None:
    """Content is the article, unless the summary clearly holds more of it."""
    short = only("<title>T</title><summary>In one line, roughly</summary><content>In full, though brief</content>")
    assert (short.text, short.excerpt) == ("In full, though brief", "In one line, roughly")
    swapped = only(f"<title>T</title><summary>{'All of it. ' * 20}</summary><content>A teaser.</content>")
    assert swapped.text.startswith("All of it. All of it.") and swapped.excerpt == "A teaser."
