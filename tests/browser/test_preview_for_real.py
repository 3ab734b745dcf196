"""`digest demo --open` with its true pipeline, in a real browser: what an editor sees while writing a template."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOON_S = 15.0  # how long we wait, not how long it takes: the machine may be busy


@pytest.fixture
def page(browser: Any, world: Any) -> Iterator[Any]:
    """The preview, opened by the address the terminal shows; any error in the console or failed request is one here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(10_000)
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto(world.preview)
    tab.get_by_role("status").get_by_text("Live").wait_for()
    yield tab
    context.close()
    assert not [line for line in wrong if "Blocked script execution" not in line]


def frame(page: Any, scheme: str = "light") -> Any:
    return page.get_by_title(f"The email on a {scheme} device").element_handle().content_frame()


def within(page: Any, seconds: float, what: Any) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "not in time"
        page.wait_for_timeout(30)


def seen(page: Any, expression: str, scheme: str = "light") -> Any:
    """What `expression` gives in the frame; None while the frame is being replaced."""
    from playwright.sync_api import Error

    try:
        return frame(page, scheme).evaluate(expression)
    except (Error, AttributeError):
        return None


def has_text(page: Any, text: str) -> bool:
    return text in (seen(page, "document.body.innerText") or "")


PICTURES = "document.images.length > 0 && [...document.images].every(image => image.naturalWidth > 0)"


def test_pictures_arrive_through_the_pages_policy(page: Any) -> None:
    """Every picture of the demo's email loads in both frames, and no script runs there."""
    for scheme in ("light", "dark"):
        page.get_by_role("radio", name=scheme.title()).check(force=True)
        within(page, 5, lambda scheme=scheme: seen(page, PICTURES, scheme))


def test_the_sample_says_so_and_what_a_run_would_do(page: Any) -> None:
    """After the issue nothing is new: the banner stands on the page and in the email, and reasons are given."""
    assert "SAMPLE" in page.locator(".banner").inner_text().upper()
    assert has_text(page, "not a real issue")
    facts = page.get_by_role("complementary", name="About this issue")
    assert "no article is new" in facts.inner_text()
    assert facts.locator(".items li .reasons").count() > 3
    page.get_by_role("radio", name="Plain text").check(force=True)
    assert "not a real issue" in page.get_by_label("Plain text part").inner_text()
    page.get_by_role("radio", name="Source").check(force=True)
    source = page.get_by_label("Source of the message").inner_text()
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in source or "List-Unsubscribe: <mailto:" in source


def test_edits_show_within_a_moment_and_the_scroll_stays(page: Any, world: Any) -> None:
    """Configuration and template, edited on disk, appear by themselves at the same scroll position; a mistake is named
    with file, line and the lines around it, beside the last version that worked."""
    frame(page).evaluate("scrollTo(0, 500)")
    config = world.config.read_text(encoding="utf-8")
    templates = world.folder / "templates"
    try:
        world.config.write_text(config.replace('"#17606a"', '"#7a0c2e"'), encoding="utf-8")
        button = "getComputedStyle(document.querySelector('.dg-btn td')).backgroundColor"
        within(page, SOON_S, lambda: seen(page, button) == "rgb(122, 12, 46)")

        templates.mkdir()
        own = templates / "briefing.mjml"
        own.write_text(
            '{% extends "@builtin/briefing.mjml" %}{% block intro %}<mj-section><mj-column><mj-text>'
            "Hello from my template</mj-text></mj-column></mj-section>{% endblock %}",
            encoding="utf-8",
        )
        within(page, SOON_S, lambda: has_text(page, "Hello from my template"))
        within(page, SOON_S, lambda: seen(page, "scrollY") == 500)

        own.write_text(
            '{% extends "@builtin/briefing.mjml" %}\n{% block intro %}\n{{ artcle }}\n{% endblock %}', "utf-8"
        )
        alert = page.get_by_role("alert")
        alert.wait_for(timeout=SOON_S * 1000)
        assert "briefing.mjml:3" in alert.inner_text()
        assert "artcle" in alert.get_by_label("The lines around it").inner_text()
        within(page, SOON_S, lambda: has_text(page, "Hello from my template"))

        own.unlink()
        alert.wait_for(state="detached", timeout=SOON_S * 1000)
        within(page, SOON_S, lambda: not has_text(page, "Hello from my template"))
    finally:
        world.config.write_text(config, encoding="utf-8")
        shutil.rmtree(templates, ignore_errors=True)


def test_the_inbox_shows_what_arrived_with_its_pictures(browser: Any, world: Any) -> None:
    """The inbox lists every message, and one opens with its pictures, its text part and its source."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(world.inbox)
    links = page.get_by_role("main").get_by_role("link")
    assert links.count() == len(world.messages) > 5
    links.first.click()
    within(page, 5, lambda: seen(page, PICTURES))
    page.get_by_role("radio", name="Plain text").check(force=True)
    assert "Unsubscribe" in page.get_by_label("Plain text part").inner_text()
    context.close()
