"""The email laid out by a real engine: nothing sticks out, thumbs hit, lost pictures leave no holes."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Drawing
from render_samples import ADA, THEME, issue, item

from digest.model import Image, Site
from digest.render import render_issue

pytestmark = pytest.mark.browser

COMPOUND = "Donaudampfschifffahrtsgesellschaftskapitänsmützenaufbewahrungsschrank"
ADDRESS = "https://harbour.example/" + "path/" * 30


def show(browser: Any, folder: Path, source: Any, *, width: int, locale: str = "en", pictures: bool = False) -> Any:
    """A page with the email in it. Pictures are refused, or each is a real one of its announced size."""
    file = folder / "mail.html"
    file.write_text(render_issue(source, theme=THEME, locale=locale).html(ADA), encoding="utf-8")
    page = browser.new_context(viewport={"width": width, "height": 800}).new_page()

    def answer(route: Any) -> None:
        if not pictures:
            route.abort()
            return
        wide, high = Path(route.request.url).stem.split("x")
        data = io.BytesIO()
        Drawing.new("RGB", (int(wide), int(high)), "#7fb5b5").save(data, "PNG")
        route.fulfill(body=data.getvalue(), content_type="image/png")

    page.route(re.compile("^https:"), answer)
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("word", [COMPOUND, ADDRESS, "x" * 90])
def test_no_word_is_too_long_for_a_phone(browser: Any, tmp_path: Path, word: str) -> None:
    """A word longer than the screen, in every place that strangers fill, breaks instead of widening the page."""
    rich = item(1, title=word, summary=word, authors=(word,), source_title=word)
    bare = item(2, title=word, url=None, summary="", body=(word, word), image=None)
    items = (rich, *(replace(rich, article_id=n) for n in range(3, 12)), bare)
    site = Site(word, "https://harbour.example", word)
    for width in (320, 375, 700):
        page = show(browser, tmp_path, issue(*items, title=word, site=site, intro=word), width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.context.close()


def test_every_link_is_high_enough_for_a_thumb(browser: Any, tmp_path: Path) -> None:
    """On a phone every link that can be seen is at least 44 pixels high, in long issues and short ones."""
    for count in (1, 14):
        page = show(browser, tmp_path, issue(*(item(n, title="Dry", image=None) for n in range(count))), width=375)
        low = page.evaluate(
            "[...document.links].filter(a => a.offsetParent && a.getBoundingClientRect().height < 44)"
            ".map(a => a.outerHTML.slice(0, 200) + a.getBoundingClientRect().height)"
        )
        assert low == []
        page.context.close()


def test_the_button_is_as_wide_as_the_words_on_a_phone_only(browser: Any, tmp_path: Path) -> None:
    """335 of 375 pixels on a phone, its own width on a desktop."""
    for width, expected in ((375, {335}), (700, set(range(120, 300)))):
        page = show(browser, tmp_path, issue(item(1)), width=width)
        assert round(page.locator(".dg-btn a").bounding_box()["width"]) in expected
        page.context.close()


def test_a_picture_that_does_not_come_leaves_no_hole(browser: Any, tmp_path: Path) -> None:
    """With images off, a picture takes no more height than its description."""
    items = [
        item(n, image=Image(f"https://harbour.example/{n}.jpg", 1200, 800, alt)) for n, alt in enumerate(("", "A boat"))
    ]
    for width in (375, 700):
        page = show(browser, tmp_path, issue(*items, items[0]), width=width)
        heights = page.evaluate("[...document.images].map(image => image.getBoundingClientRect().height)")
        assert len(heights) == 3
        assert max(heights) <= 24
        page.context.close()


@pytest.mark.parametrize("size", ["1200x800", "600x900", "800x800"])
def test_pictures_are_cut_to_three_by_two(browser: Any, tmp_path: Path, size: str) -> None:
    """Where the engine can crop, every picture that is tall enough has 3:2, large, small and on a phone."""
    wide, high = map(int, size.split("x"))
    picture = Image(f"https://harbour.example/{size}.png", wide, high, "A boat")
    for width in (375, 700):
        page = show(browser, tmp_path, issue(*(item(n, image=picture) for n in range(3))), width=width, pictures=True)
        for image in page.locator("img").all():
            box = image.bounding_box()
            assert box["width"] / box["height"] == pytest.approx(1.5, abs=0.02)
        page.context.close()


def test_right_to_left_mirrors_the_rows(browser: Any, tmp_path: Path) -> None:
    """In Arabic the words of a row stand right and its picture left, and the headline begins at the right edge."""
    items = [item(n, direction="rtl", language="ar", title="قارب") for n in range(3)]
    page = show(browser, tmp_path, issue(*items), width=700, locale="ar")
    row = page.locator(".dg-words").first.bounding_box()
    assert page.locator(".dg-pic").first.bounding_box()["x"] < row["x"]
    link = page.locator("h2 a").first.bounding_box()
    assert link["x"] + link["width"] == pytest.approx(row["x"] + row["width"], abs=2)
    page.context.close()
