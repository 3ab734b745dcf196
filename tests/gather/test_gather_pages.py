"""Article pages, HTML cleaning, titles from sentences, and dates."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import ParseError
from digest.gather import read_page
from digest.gather.dates import read_date
from digest.gather.markup import clean_fragment
from digest.gather.words import clean_text, derive_title, first_sentence

PARAGRAPHS = [
    "The footbridge over the lock reopened on Saturday after four months of repairs that cost less than planned.",
    "Volunteers painted the railings in the colours of the rowing club, and the baker brought two trays of buns.",
    "A second bridge further down will be closed in spring, the harbour master said, but only for a fortnight.",
]
PAGE = f"""<!doctype html><html lang="en-ie"><head><title>Bridge reopens | Quay News</title>
<meta property="og:site_name" content="Quay News"><meta property="og:title" content="Bridge reopens | Quay News">
<meta property="og:image" content="/img/bridge.jpg"><meta property="og:image:width" content="1200">
<link rel="canonical" href="https://quay.example/bridge">
<script type="application/ld+json">{{"@context":"https://schema.org","@graph":[{{"@type":"WebSite","name":"Quay News"}},
{{"@type":"NewsArticle","headline":"Bridge reopens","author":[{{"@type":"Person","name":"Nora Hale","url":"/nora"}}],
"datePublished":"2026-11-21T08:00:00+00:00","dateModified":"2026-11-22T08:00:00+00:00","commentCount":4}}]}}</script></head>
<body><nav><a href="/">Home</a> <a href="/news">News</a></nav><header><h1>Bridge reopens</h1></header>
<article>{"".join(f"<p>{text}</p>" for text in PARAGRAPHS)}</article>
<aside><h3>Most read</h3><ul><li>Other story</li></ul></aside><footer>Copyright Quay News</footer></body></html>"""


def test_a_page_that_describes_itself() -> None:
    """Body without navigation; title, author, dates, picture, language and address from where the page states them."""
    article = read_page(PAGE.encode(), url="https://quay.example/bridge?utm_source=feed")
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert article.title == "Bridge reopens" and article.origin["title"] == "json-ld" and not article.title_derived
    assert [(author.name, author.url) for author in article.authors] == [("Nora Hale", "https://quay.example/nora")]
    assert article.published == datetime(2026, 11, 21, 8, tzinfo=UTC) and article.published_confidence == "exact"
    assert article.image and article.image.url == "https://quay.example/img/bridge.jpg" and article.image.width == 1200
    assert article.language == "en-IE" and article.comments == 4
    assert (article.url, article.canonical_url) == ("https://quay.example/bridge", "https://quay.example/bridge")


@pytest.mark.parametrize(
    ("head", "body", "title", "origin"),
    [
        ("<title>Bridge reopens | Quay News</title>", "<h1>Quay News</h1><h2>Bridge reopens</h2>", "Bridge reopens",
         "heading"),
        ("<title>Bridge: reopened - Quay News</title><meta property='og:site_name' content='Quay News'>", "",
         "Bridge: reopened",
         "title"),
        ("<meta property='og:title' content='Bridge reopens'>", "", "Bridge reopens", "og:title"),
        ("", "<h1>Bridge reopens</h1>", "Bridge reopens", "heading"),
    ],
)  # fmt: skip
def test_titles_lose_the_site_s_name(head: str, body: str, title: str, origin: str) -> None:
    """A headline inside the page's title wins; otherwise the site's name is cut off it."""
    text = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    article = read_page(
        f"<html><head>{head}</head><body>{body}<article>{text}</article></body></html>".encode(),
        url="https://q.example/b",
    )
    assert (article.title, article.origin["title"]) == (title, origin)


def test_a_page_without_words_says_so() -> None:
    """Nothing to read raises with advice; so do empty bytes."""
    for data in (b"", b"<html><head></head><body><script>app()</script></body></html>"):
        with pytest.raises(ParseError, match="Try: "):
            read_page(data, url="https://q.example/")


@given(st.text(alphabet="<>/abp=\"' \n&;divscriptulrbm\x00é", max_size=200))
def test_cleaned_html_is_inert(source: str) -> None:
    """Whatever comes in: no script, no event handler, no other scheme, and text that is already clean."""
    fragment = clean_fragment(source, "https://x.example/")
    assert "<script" not in fragment.html.lower() and "javascript:" not in fragment.html.lower()
    assert clean_text(fragment.text) == fragment.text


@pytest.mark.parametrize(
    "attack",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>x</a>",
     "<svg onload=alert(1)>",
     "<a href='JaVa\tScript:alert(1)'>x</a>", "<iframe src='https://evil.example'></iframe>",
      "<style>*{display:none}</style>",
     "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>", "<p style='background:url(javascript:1)'>x</p>",
     "<img src='data:text/html,<script>1</script>'>", "<form action='https://evil.example'><input></form>",
      "<base href='https://evil.example/'>"],
)  # fmt: skip
def test_known_attacks_do_nothing(attack: str) -> None:
    """None of the usual tricks survives."""
    html = clean_fragment(f"<p>before</p>{attack}<p>after</p>", "https://x.example/").html.lower()
    assert not any(
        word in html for word in ("script", "onerror", "onload", "iframe", "style", "data:", "form", "<base", "<svg")
    )
    assert "before" in html


def test_text_of_html() -> None:
    """Blocks are paragraphs, list items lines, rows lines; hidden words and scripts are not there."""
    source = (
        "<h2>One</h2><p>Two <b>and</b>&nbsp;three<br>four</p><ol start=3><li>a<li><p>b</p></ol>"
        "<div>five<div>six</div></div>"
        "<table><tr><td>c</td><td>d</td></tr><tr><td>e</td></tr></table><span class='sr-only'>no</span><p hidden>no</p>"
        "<p style='display : none'>no</p><pre>x\n  y</pre>"
    )
    text = clean_fragment(source).text
    assert text == "One\n\nTwo and three\nfour\n\n3. a\n4. b\n\nfive\n\nsix\n\nc | d\ne\n\nx\ny"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The mill turns. It always did.", "The mill turns"),
        ("Dr. Hale and Mr. O’Shea met at 5 p.m. in the U.S. consulate. Then they left.",
         "Dr. Hale and Mr. O’Shea met at 5 p.m. in the U.S. consulate"),
        ("After eleven years of waiting for the council, the people of the street have finally cleared the "
         "allotments themselves, with gloves and tea.",
         "The people of the street have finally cleared the allotments themselves"),
        ("The people of the street have cleared the allotments behind the mill, although nobody at the town "
         "hall had asked them to.",
         "The people of the street have cleared the allotments behind the mill"),
        ("Is it over? Nobody knows.", "Is it over?"),
        ("¿Quién abrió la puerta? Nadie.", "¿Quién abrió la puerta?"),
        ("नदी के किनारे मेला लगा। सब आए।", "नदी के किनारे मेला लगा"),
        ("図書館が開きました。人が来ました。", "図書館が開きました"),
        ("", ""), ("— … —", ""),
    ],
)  # fmt: skip
def test_titles_from_sentences(text: str, title: str) -> None:
    """A whole sentence, or its main clause, without its full stop."""
    assert derive_title(text) == title


@given(st.text(max_size=400))
def test_derived_titles_are_short_lines(text: str) -> None:
    """At most 90 characters, one line, and never cut inside a word."""
    title = derive_title(text)
    assert len(title) <= 90 and "\n" not in title
    if title.endswith("…") and "…" not in text and " " in title:
        assert title[:-1].rsplit(" ", 1)[-1] in clean_text(text)


def test_first_sentence_ends_where_it_ends() -> None:
    """Abbreviations, decimals and initials do not end it; closing quotes belong to it."""
    assert first_sentence("It cost 3.5 million. More.") == "It cost 3.5 million."
    assert first_sentence("“Go on,” she said. “Now.” He went.") == "“Go on,” she said."


@pytest.mark.parametrize(
    ("text", "expected", "confidence"),
    [
        ("Mon, 23 Nov 2026 10:00:00 GMT", "2026-11-23T10:00", "exact"), ("Mon, 23 Nov 2026 10:00:00",
         "2026-11-23T09:00", "assumed"),
        ("23 Nov 26 10:00 EST", "2026-11-23T15:00", "exact"), ("2026-11-23T10:00:00.5+05:30", "2026-11-23T04:30",
         "exact"),
        ("2026/1/10 14:33:00", "2026-01-10T13:33", "assumed"), ("Thu Nov 26 10:00:00 UTC 2026", "2026-11-26T10:00",
         "exact"),
        ("2026-11-23", "2026-11-22T23:00", "day"), ("3. März 2026", "2026-03-02T23:00", "day"), ("1700000000",
         "2023-11-14T22:13", "exact"),
        ("3 de marzo de 2026", "2026-03-02T23:00", "day"), ("November 23, 2026 at 5:04 PM", "2026-11-23T16:04",
         "assumed"),
        ("13/10/2026", "2026-10-12T22:00", "day"), ("10/13/2026", "2026-10-12T22:00", "day"), ("2026年11月23日",
         "2026-11-22T23:00", "day"),
        ("Sat, 28 Mar 2026 24:00:00 +0000", "2026-03-29T00:00", "exact"),
    ],
)  # fmt: skip
def test_dates(text: str, expected: str, confidence: str) -> None:
    """Each form is read as it is meant; the zone is Berlin's where none is given."""
    moment, sure = read_date(text, zone=ZoneInfo("Europe/Berlin"))
    assert moment is not None and moment.strftime("%Y-%m-%dT%H:%M") == expected and sure == confidence


@pytest.mark.parametrize(
    "text",
    ["1/10/2026", "yesterday", "2026-13-01", "31 Feb 2026", "0001-01-01T00:00:00Z", "", "2026", "5 Foo 2026", "25:00"],
)
def test_dates_that_are_none(text: str) -> None:
    """What could mean two days, or none, is no date."""
    assert read_date(text) == (None, "none")


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2199, 1, 1)))
def test_standard_dates_round_trip(moment: datetime) -> None:
    """RFC 3339 and RFC 822 forms of any moment come back exactly."""
    from email.utils import format_datetime

    aware = moment.replace(tzinfo=UTC)
    assert read_date(aware.isoformat()) == (aware, "exact")
    assert read_date(format_datetime(aware)) == (aware.replace(microsecond=0), "exact")
