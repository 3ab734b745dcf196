"""When a page was published: dates in words, and the places of a page weighed against one another."""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HTMLParser

from digest.gather.metadata import Found, PageFacts
from digest.gather.pagedates import read_declared
from digest.gather.written import find_dates

PROSE = "The footbridge over the lock reopened on Saturday after four months of repairs that cost less than planned. "
DAY = date(2026, 5, 3)


def facts(body: str, head: str = "", *, url: str = "https://quay.example/bridge", lang: str = "en-IE") -> PageFacts:
    page = f"<html lang='{lang}'><head><title>Bridge reopens</title>{head}</head><body>{body}</body></html>"
    return PageFacts(etree.fromstring(page.encode(), HTMLParser(encoding="utf-8")), url)


def article(beside: str = "", *, above: str = "", after: str = "") -> str:
    return f"{above}<h1>Bridge reopens</h1>{beside}<p>{PROSE * 2}</p><p>{PROSE * 2}</p>{after}"


def linked(**dates: str) -> str:
    item = {"@type": "NewsArticle", "headline": "Bridge reopens", **dates}
    return f"<script type='application/ld+json'>{json.dumps(item)}</script>"


def day(found: Found | None) -> date | None:
    return found.value[0].date() if found else None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("3 May 2026", "en"), ("May 3rd, 2026", "en"), ("03.05.2026", "de"), ("3. Mai 2026", "de"),
        ("le 3 mai 2026", "fr"), ("3 de mayo de 2026", "es"), ("3 maggio 2026", "it"), ("3 mei 2026", "nl"),
        ("3 мая 2026", "ru"), ("3. května 2026", "cs"), ("3 maja 2026", "pl"), ("3 Mayıs 2026", "tr"),
        ("3 Μαΐου 2026", "el"), ("3. toukokuuta 2026", "fi"), ("2026年5月3日", "ja"), ("2026년 5월 3일", "ko"),
        ("٣ مايو ٢٠٢٦", "ar"), ("3 मई 2026", "hi"), ("2026-05-03", None), ("2026/5/3", None), ("3/5/2026", "en-GB"),
        ("5/3/2026", "en-US"), ("3 May '26", "en"), ("03/05/26", "fr"),
    ],
)  # fmt: skip
def test_a_date_in_words_is_found_in_the_page_s_language(text: str, language: str | None) -> None:
    """The same day in twenty spellings, inside other text, at the place where it stands."""
    sentence = f"Bridge | {text} | Galway"
    found = find_dates(sentence, language=language)
    assert [written.iso for written in found] == ["2026-05-03"]
    assert found[0].start >= sentence.index("|") and found[0].end <= sentence.rindex("|") + 1


@pytest.mark.parametrize(
    "text", ["3/5/2026", "31.02.2026", "Mai 2026", "3 Bridges 2026", "call 030 1234 2026", "1-2-3"]
)
def test_what_may_be_two_days_or_none_is_no_date(text: str) -> None:
    """An ambiguous order without a language, impossible days and numbers that are no dates are passed over."""
    assert find_dates(text, language="en") == []


def test_a_time_after_the_date_is_read_with_it() -> None:
    """`3 May 2026, 5:04 pm` is one moment."""
    assert [found.iso for found in find_dates("Posted 3 May 2026, 5:04 pm by Ann", language="en")] == [
        "2026-05-03 17:04"
    ]


@pytest.mark.parametrize(
    ("text", "moment", "confidence"),
    [
        ("2026-05-03T22:46:08-03:00", datetime(2026, 5, 4, 1, 46, 8, tzinfo=UTC), "exact"),
        ("2026-05-03T22:46:08.123-0300", datetime(2026, 5, 4, 1, 46, 8, tzinfo=UTC), "exact"),
        ("Sun, 03 May 2026 22:46:08 -0300", datetime(2026, 5, 4, 1, 46, 8, tzinfo=UTC), "exact"),
        ("2026-05-03T22:46", datetime(2026, 5, 3, 22, 46, tzinfo=UTC), "assumed"),
        ("2026-05-03T00:00:00+02:00", datetime(2026, 5, 3, tzinfo=UTC), "day"),
        ("2026-05-03", datetime(2026, 5, 3, tzinfo=UTC), "day"),
    ],
)
def test_a_declared_date_keeps_its_day_and_its_instant(text: str, moment: datetime, confidence: str) -> None:
    """The day is the one in the page's own offset, the instant is exact, and midnight is a day."""
    found, sure = read_declared(text)
    assert found is not None and found == moment and sure == confidence and found.date() == DAY


@pytest.mark.parametrize(
    "text", ["", "soon", "0001-01-01T00:00:00Z", "2026-13-45T10:00:00Z", "Sun, 99 Foo 2026", "9" * 90]
)
def test_a_declaration_that_is_no_date_is_none(text: str) -> None:
    """What programs write for "no date" is none."""
    assert read_declared(text) == (None, "none")


@pytest.mark.parametrize(
    ("head", "body", "url", "origin"),
    [
        (linked(datePublished="2026-05-03T09:00:00+01:00"), article(), "/b", "json-ld"),
        ("<meta property='article:published_time' content='2026-05-03T09:00:00Z'>", article(), "/b", "meta date"),
        ("<meta name='DC:date.issued' content='2026-05-03'>", article(), "/b", "meta date"),
        ("", article("<span itemprop='datePublished' content='2026-05-03'>Sunday</span>"), "/b", "microdata"),
        ("", article("<time datetime='2026-05-03T09:00:00Z'>Sunday</time>"), "/b", "time"),
        ("", article("<abbr class='published' title='2026-05-03'>Sunday</abbr>"), "/b", "time"),
        ("", article(), "/2026/05/03/bridge", "address"),
        ("", article(), "/news/03-05-2026-bridge", "address"),
        ("", article("<p class='date'>3 May 2026</p>"), "/b", "page text"),
        ("", article("<p>Posted on Sunday, 3 May 2026</p>"), "/b", "page text"),
    ],
)
def test_places_that_say_when(head: str, body: str, url: str, origin: str) -> None:
    """Each place alone gives the day, under its own name."""
    found = facts(body, head, url=f"https://quay.example{url}").published()
    assert found and found.value[0].date() == DAY and found.origin == origin


def test_a_dateline_dates_a_page_and_a_sentence_does_not_outweigh_it() -> None:
    """A date that opens a paragraph is its dateline; one inside a sentence is what the text tells of."""
    told = f"<p>The lock was closed on 1 June 2025, said the harbour master. {PROSE}</p>"
    assert day(facts(f"<h1>Bridge reopens</h1>{told}<p>3 May 2026 {PROSE}</p><p>{PROSE * 2}</p>").published()) == DAY


def test_publication_goes_before_modification() -> None:
    """A change is the date only where nothing else is."""
    changed = "<meta property='article:modified_time' content='2026-06-01T09:00:00Z'>"
    head = changed + "<meta property='article:published_time' content='2026-05-03T09:00:00Z'>"
    shown = "<p>Updated 1 June 2026</p>"
    assert day(facts(article(shown), head).published()) == DAY
    assert day(facts(article("<p>Published 3 May 2026</p>" + shown), changed).published()) == DAY
    assert day(facts(article(), changed).published()) == date(2026, 6, 1)
    updated = facts(article(), head).updated()
    assert updated and updated.value == datetime(2026, 6, 1, 9, tzinfo=UTC)


def test_where_declarations_disagree_the_day_readers_see_decides() -> None:
    """JSON-LD alone loses to a meta tag and the date by the headline that agree."""
    head = (
        linked(datePublished="2021-12-06") + "<meta property='article:published_time' content='2026-05-03T09:00:00Z'>"
    )
    assert day(facts(article("<p class='date'>3 May 2026</p>"), head).published()) == DAY


@pytest.mark.parametrize(
    "other",
    [
        "<footer>© 2026-06-01 Quay News</footer>",
        "<div id='comments'><p class='date'>1 June 2026</p><time datetime='2026-06-01'></time></div>",
        "<aside class='related-posts'><p class='date'>1 June 2026</p></aside>",
        "<p>The next closing is planned for 1 June 2026, said the harbour master, and it will not be the last one.</p>",
    ],
)
def test_other_dates_of_the_page_are_not_its_own(other: str) -> None:
    """Copyright, comments, teasers and what the text tells of do not date the article."""
    assert day(facts(article("<p class='meta'>3 May 2026</p>", after=other)).published()) == DAY


def test_the_page_s_language_settles_the_order_of_numbers() -> None:
    """`3/5/2026` is May in Ireland and March in America."""
    beside = "<p class='date'>3/5/2026</p>"
    assert day(facts(article(beside), lang="en-IE").published()) == DAY
    assert day(facts(article(beside), lang="en-US").published()) == date(2026, 3, 5)


def test_the_page_s_own_offset_decides_the_day() -> None:
    """Late in the evening at home is that day, and the instant stays exact."""
    found = facts(article(), linked(datePublished="2026-05-03T22:46:08-03:00")).published()
    assert found and found.value[0] == datetime(2026, 5, 4, 1, 46, 8, tzinfo=UTC)
    assert found.value[1] == "exact" and found.value[0].utcoffset() == timedelta(hours=-3) and day(found) == DAY


def test_a_page_without_a_date_has_none() -> None:
    """Nothing is invented, least of all today."""
    assert facts(article()).published() is None


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2069, 12, 31)), st.sampled_from(["%d.%m.%Y", "%Y-%m-%d"]))
def test_every_day_is_found_as_itself(when: date, form: str) -> None:
    """All-numeric dates that mean one day are that day."""
    assert [found.iso for found in find_dates(f"Am {when.strftime(form)}.", language="de")] == [when.isoformat()]


@given(st.text(max_size=300), st.sampled_from([None, "en", "de", "xx"]))
def test_any_text_is_searched_without_a_crash(text: str, language: str | None) -> None:
    """Dates found lie inside the text, in order, and do not overlap."""
    found = find_dates(text, language=language)
    ends = [0, *(written.end for written in found)]
    assert all(before <= written.start < written.end <= len(text) for before, written in zip(ends, found, strict=False))
    read_declared(text, language)


@pytest.mark.parametrize(
    "body",
    [
        "<p>3. Mai 2026 " * 10_000,
        "<time datetime='2026-01-02'>x</time>" * 10_000,
        "<p>" + "19 " * 100_000,
        "<p>" + "Mai " * 50_000 + "2026",
        "<div itemprop='datePublished'>" + "12 " * 50_000 + "</div>",
    ],
)
def test_hostile_pages_are_dated_in_linear_time(body: str) -> None:
    """Thousands of dates cost no more processor time than their number allows."""
    started = time.process_time()
    facts(body).published()
    assert time.process_time() - started < 3
