"""The built-in templates over every fixture: whole, small enough, one address for each article, a page for the web."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise

import pytest
from render_samples import ADA, THEME, issue, item

from digest.render import RenderSettings, Rendition, Theme, render_issue
from digest.render import issue as rendering
from digest.render.contract import Layout
from digest.render.escaping import clean
from digest.render.fixtures import FIXTURES

TEMPLATES = ("briefing", "list", "magazine", "letter")
LIMIT = 98 * 1024
EACH = [(template, name) for template in TEMPLATES for name in FIXTURES]


@lru_cache(maxsize=128)
def rendered(template: str, name: str) -> Rendition:
    return render_issue(FIXTURES[name].issue, template=template, theme=THEME, locale=FIXTURES[name].locale)


def said(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


@pytest.mark.parametrize(("template", "name"), EACH)
def test_nothing_is_lost_and_gmail_cuts_nothing(template: str, name: str) -> None:
    """Each article's title stands in HTML, text and web page; the HTML stays under 98 KiB; one h1, levels in order."""
    rendition = rendered(template, name)
    page = rendition.html(ADA)
    assert len(page.encode()) < LIMIT
    flowed = " ".join(rendition.text(ADA).replace(" \n", " ").split())
    words, web = said(page), said(rendition.web_page())
    for one in FIXTURES[name].issue.items:
        title = " ".join(clean(one.title).split())
        assert title in words and title in flowed and title in web
    levels = [int(found) for found in re.findall(r"<h([1-6])\b", page)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(("template", "name"), EACH)
def test_the_web_page_is_nobodys(template: str, name: str) -> None:
    """It has no reader's address, token or way out, nothing for Outlook, and its own title and description."""
    issue = FIXTURES[name].issue
    page = rendered(template, name).web_page()
    for private in ("ada@mail.example", "AQEtoken", "/u/", "<!--[if"):
        assert private not in page
    assert len(re.findall("<title>", page)) == 1
    assert html.unescape(re.findall("<title>(.*?)</title>", page)[0]).startswith(clean(issue.subject))
    assert ('name="description"' in page) == bool(issue.preheader)
    assert 'property="og:title"' not in rendered(template, name).html(ADA)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_rich_row_is_small(template: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With every article shown in full, one more costs at most 2.5 KB, and twenty-five stay under 98 KiB."""
    monkeypatch.setattr(rendering, "_FULL", Layout(30, 12_000))
    monkeypatch.setattr(rendering, "_LONG", Layout(30, 12_000))
    stories = [replace(story, article_id=at) for at, story in enumerate(FIXTURES["forty"].issue.items) if story.image]
    sizes = []
    for count in (15, 25):
        made = replace(FIXTURES["forty"].issue, items=tuple(stories[:count]))
        sizes.append(len(render_issue(made, template=template, theme=THEME, locale="en").html(ADA).encode()))
    assert (sizes[1] - sizes[0]) / 10 <= 2500
    assert sizes[1] < LIMIT


@pytest.mark.parametrize("template", TEMPLATES)
def test_too_long_an_issue_is_shortened_by_articles_never_by_words(template: str) -> None:
    """Four hundred articles of long words: those that are left are whole, and the rest is counted with its address."""
    many = issue(*(item(n, title=f"{n} " + "水" * 60, summary="水" * 300) for n in range(400)), passed_over=5)
    page = render_issue(many, template=template, theme=THEME, locale="en").html(ADA)
    assert len(page.encode()) < LIMIT
    shown = {int(found) for found in re.findall(r">(\d+) 水{60}<", page)}
    assert shown == set(range(len(shown))) and 10 < len(shown) < 400
    assert f"{405 - len(shown)}\N{NO-BREAK SPACE}more on Harbour Notes" in page


@pytest.mark.parametrize("theme", ["modern", "warm", "classic"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_right_to_left_is_mirrored(template: str, theme: str) -> None:
    """In an Arabic issue nothing is aligned or padded to the left that is not in an English one to the right."""
    look = Theme.from_settings(RenderSettings(theme=theme))
    one = FIXTURES["arabic"]
    page = render_issue(one.issue, template=template, theme=look, locale="ar").html(ADA)
    assert 'dir="rtl"' in page
    body = own(page)
    assert 'align="left"' not in body and "text-align:left" not in body
    back = render_issue(
        replace(one.issue, items=tuple(replace(story, direction="ltr") for story in one.issue.items)),
        template=template, theme=look, locale="en",
    ).html(ADA)  # fmt: skip
    assert body.count("text-align:right") == own(back).count("text-align:left") > 3


def own(page: str) -> str:
    """The body without MJML's own columns, which are left-aligned whatever is in them."""
    return re.sub(r'<div class="mj-outlook-group-fix[^>]*>', "", page[page.index("<body") :])
