"""The fixtures that templates are checked with: each renders, stays under the limit and loses nothing."""

from __future__ import annotations

import html
import re

import pytest
from render_samples import ADA, THEME

from digest.errors import DigestError
from digest.render import render_issue
from digest.render.escaping import clean
from digest.render.fixtures import FIXTURES, fixture

LIMIT = 98 * 1024


@pytest.mark.parametrize("name", FIXTURES)
def test_every_fixture_renders_with_every_title_in_it(name: str) -> None:
    """Whatever the fixture, the email is under 98 KiB and names every article, in HTML and in plain text."""
    one = FIXTURES[name]
    rendition = render_issue(one.issue, theme=THEME, locale=one.locale)
    page = rendition.html(ADA)
    assert len(page.encode()) < LIMIT
    words = " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())
    flowed = " ".join(rendition.text(ADA).replace(" \n", " ").split())
    for item in one.issue.items:
        title = " ".join(clean(item.title).split())
        assert title in words
        assert title in flowed


def test_fixtures_are_values() -> None:
    """The same name gives an equal issue each time, and an unknown name is told what there is."""
    assert fixture("week").issue == fixture("week").issue
    with pytest.raises(DigestError, match="no fixture"):
        fixture("wek")
