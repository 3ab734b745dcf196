"""Headings over groups of articles, and an editor's introduction, in HTML and plain text."""

from __future__ import annotations

import re

import pytest
from render_samples import ADA, THEME, issue, item

from digest.render import render_issue
from digest.render.issue import compile_issue


def sectioned(*sections: str):  # type: ignore[no-untyped-def]
    return issue(*(item(n, section=section) for n, section in enumerate(sections)))


def headings(html: str, level: int = 2) -> list[str]:
    return re.findall(rf"<h{level}[^>]*>(?:<a[^>]*>)?([^<]*)", html)


def test_each_section_has_one_heading_above_its_first_article() -> None:
    """In HTML and in text a heading stands once, before its articles; the rest comes after a line of its own."""
    rendition = render_issue(
        sectioned("", "Sport", "Sport", "Town & Co", "Town & Co", ""), template="briefing", theme=THEME, locale="en"
    )
    html, text = rendition.html(ADA), rendition.text(ADA)
    assert headings(html) == ["Sport", "Town &amp; Co", "Boat number 5 is dry again"]
    assert headings(html, 3) == [f"Boat number {n} is dry again" for n in (1, 2, 3, 4)]  # one level below theirs
    assert html.count("More in this issue") == 1 and html.index("More in this issue") > html.index("Boat number 4")
    lines = text.splitlines()
    assert lines.index("Sport") < lines.index("2. Boat number 1 is dry again") < lines.index("Town & Co")
    assert (lines.count("Sport"), lines.count("Town & Co")) == (1, 1) and "\n\n\n" not in text


def test_an_issue_without_sections_has_no_headings_but_its_articles() -> None:
    """One line says that there is more, and every h2 is an article's."""
    html = render_issue(sectioned("", "", "", ""), template="briefing", theme=THEME, locale="en").html(ADA)
    assert len(headings(html)) == 3 and html.count("More in this issue") == 1


@pytest.mark.parametrize("count", [12, 30])
def test_headings_survive_a_long_issue(count: int) -> None:
    """Where rows become a list, sections keep their headings and no line comes between."""
    sections = ("", *("Sport" if n < count // 2 else "Town" for n in range(count)))
    html = render_issue(sectioned(*sections), template="briefing", theme=THEME, locale="en").html(ADA)
    assert [found for found in headings(html) if not found.startswith("Boat")] == ["Sport", "Town"]
    assert "Also new" not in html and re.findall(r"<h([1-6])", html)[0] == "1"


def test_no_heading_enters_the_source() -> None:
    """Rule 8: other headings, equal where these are equal, leave the MJML the same but for its tokens."""

    def source(*sections: str) -> str:
        compiled = compile_issue(sectioned("", *sections), theme=THEME, locale="en")
        return re.sub(rf"zq{compiled.nonce}\w+z", "#", compiled.mjml)

    assert source("A", "A", "B", "B") == source("<mj-raw>", "<mj-raw>", "{{ 7*7 }}", "{{ 7*7 }}")


def test_an_introduction_stands_above_the_articles_in_paragraphs() -> None:
    """Both parts have every paragraph as it was written, escaped in HTML, before the first article."""
    rendition = render_issue(issue(item(1), item(2), intro="Dear <all> & both,\n\nit was a wet week.\n\n\n"),
                             template="briefing", theme=THEME, locale="en")  # fmt: skip
    html, text = rendition.html(ADA), rendition.text(ADA)
    assert "Dear &lt;all&gt; &amp; both,</p>" in html and "it was a wet week.</p>" in html
    assert html.index("it was a wet week.") < html.index("Boat number 1")
    assert "\nDear <all> & both,\n\nit was a wet week.\n\n1. Boat number 1" in text
