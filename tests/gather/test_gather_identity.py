"""When two pieces are the same article, and what their addresses mean."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather import aliases, content_hash, strip_trackers, url_key
from digest.model import Article

BODY = "The allotments behind the old mill were a rubbish tip for eleven years. " * 4
ARTICLE = Article("blog", "https://A.example/?p=1", "https://a.example/tip", "A tip", BODY)


def shared(one: Article, other: Article) -> set[str]:
    return set(aliases(one)) & set(aliases(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.com/a", "https://www.example.com/a/"),
        ("https://EXAMPLE.com:443/a", "https://example.com./a"),
        ("https://example.com/x/../a/./b", "https://example.com/a/b"),
        ("https://example.com/a?utm_source=x&b=2&a=1&fbclid=9", "https://example.com/a?a=1&b=2"),
        ("https://example.com/%7ejo/%c3%a9", "https://example.com/~jo/é"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example"),
        ("https://medium.com/p/1?source=rss----abc---4", "https://medium.com/p/1"),
        ("https://example.com/a#top", "https://example.com/a"),
    ],
)  # fmt: skip
def test_one_key_for_two_spellings(one: str, other: str) -> None:
    """What means the same has the same key."""
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/a", "https://example.com/A"),
        ("https://example.com/a?p=1", "https://example.com/a?p=2"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com:8080/", "https://example.com/"),
        ("https://example.com/#!/a", "https://example.com/#!/b"),
        ("https://example.com/?source=rss", "https://example.com/"),
        ("https://blog.example.com/", "https://example.com/"),
    ],
)  # fmt: skip
def test_different_pages_keep_different_keys(one: str, other: str) -> None:
    """What may be another page has another key."""
    assert url_key(one) != url_key(other)


URLS = st.builds(
    "{}://{}{}/{}{}".format,
    st.sampled_from(["http", "https", "HTTPS"]),
    st.sampled_from(["example.com", "www.Example.com", "münchen.example", "[2606:4700::1]"]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
    st.text(alphabet="aB/.%é~2F+-_", max_size=20),
    st.sampled_from(["", "?a=1&b=2", "?utm_source=x", "?b=%2f&a", "#x", "?q=é#!y"]),
)


@given(URLS)
def test_the_key_is_its_own_key(url: str) -> None:
    """Normalising twice changes nothing, and http and https agree."""
    key = url_key(url)
    assert url_key(f"http://{key}") == key
    assert url_key(url.replace("HTTPS", "https").replace("https://", "http://", 1)) == key or ":" in url[8:]


@given(URLS)
def test_the_mailed_address_loses_trackers_only(url: str) -> None:
    """Stripping is idempotent, keeps the key, and returns an address without trackers byte for byte."""
    stripped = strip_trackers(url)
    assert strip_trackers(stripped) == stripped and url_key(stripped) == url_key(url)
    if "utm_" not in url:
        assert stripped == url


def test_strip_trackers_keeps_order_and_fragment() -> None:
    """What is not a tracker stays where it was."""
    url = "https://example.com/a?b=2&utm_medium=x&a=%7e&gclid=1&empty#part"
    assert strip_trackers(url) == "https://example.com/a?b=2&a=%7e&empty#part"
    assert strip_trackers("https://example.com/?utm_source=x") == "https://example.com/"


@pytest.mark.parametrize(
    "change",
    [
        {"guid": "http://a.example/?p=1"},
        {"guid": "HTTPS://a.example/?p=1/", "url": "https://b.example/moved"},
        {"guid": "new", "url": "http://www.a.example/tip/?utm_source=feed"},
        {"guid": "new", "url": "https://mirror.example/x"},
        {"guid": "", "url": None, "canonical_url": "https://a.example/tip"},
        {"text": "Rewritten.", "title": "New"},
        {"source": "other", "guid": "x", "url": "https://other.example/cross-post"},
    ],
)  # fmt: skip
def test_the_same_article_shares_an_alias(change: dict[str, str]) -> None:
    """Migrated guids, moved sites, edits and cross-posts are recognised."""
    assert shared(ARTICLE, replace(ARTICLE, **change))


def test_different_articles_share_none() -> None:
    """Another article of the same source, and the same guid in another source, are strangers."""
    other = Article("blog", "https://a.example/?p=2", "https://a.example/other", "Other", BODY[::-1])
    assert not shared(ARTICLE, other)
    assert not shared(Article("a", "1", None, "One", "x"), Article("b", "1", None, "Two", "y"))


def test_short_texts_and_front_pages_identify_nothing() -> None:
    """A text of few words has no fingerprint, a site's front page is no alias, and yet no article is nameless."""
    names = aliases(Article("blog", "", "https://a.example/", "Hello", "Hello."))
    assert len(names) == 1 and names[0].startswith("title:blog:")


def test_content_hash_sees_what_readers_see() -> None:
    """Title, text, link and picture count; views and the fetch's own notes do not."""
    assert content_hash(ARTICLE) == content_hash(replace(ARTICLE, views=9, warnings=("w",), origin={"a": "b"}))
    assert content_hash(ARTICLE) != content_hash(replace(ARTICLE, text=BODY + "More."))
    assert content_hash(ARTICLE) != content_hash(replace(ARTICLE, title="B"))


def test_fingerprint_ignores_case_and_punctuation() -> None:
    """Re-typed quotes and spacing do not make another article."""
    retyped = replace(ARTICLE, guid="", url=None, text=BODY.upper().replace(". ", " ;  "))
    assert shared(ARTICLE, retyped)
