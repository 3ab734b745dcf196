"""The preview in a real browser, driven by role and name, as a screen reader would find things."""

from __future__ import annotations

import os
import shutil
import threading
import time
from dataclasses import replace

import pytest

from digest.errors import TemplateError
from digest.web.preview import Preview, export_preview, preview_app
from digest.web.server import serve_app

pytestmark = pytest.mark.browser

HTML = (
    '<html><head><meta name="color-scheme" content="light dark"><style>body{{margin:0;background:#ffffff}}'
    "@media (prefers-color-scheme: dark) {{ body {{ background:#101010 }} }}</style></head>"
    '<body onload="document.title=1"><h1>{title}</h1><script>document.body.dataset.ran = 1</script>'
    '<img src="x:" onerror="document.body.dataset.ran = 1"><div style="height:3000px">tall</div></body></html>'
)


class Source:
    """Two digests, a version that the test raises, and a template that can break."""

    def __init__(self) -> None:
        self.version, self.title, self.broken = 0, "First words", False

    def digests(self) -> list[str]:
        return ["weekly", "monthly"]

    def stamp(self) -> str:
        return str(self.version)

    def load(self, digest: str) -> Preview:
        if self.broken:
            raise TemplateError("unknown name 'artcle'", file="briefing.mjml", line=12)
        html = HTML.format(title=f"{self.title} of {digest}")
        return Preview(
            digest, f"Riverside {digest}", f"{self.title} of {digest}", "and more", "Riverside Makers", "a@example.com",
            html, "The plain words", "From: Riverside Makers", len(html), items=(("An article", ("newest",)),),
        )  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if not chromium:
        why = "needs Debian's chromium and the playwright package"
        if "browser" in os.environ.get("DIGEST_REQUIRE_LANES", ""):
            pytest.fail(why)
        pytest.skip(why)
    arguments = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync"]  # fmt: skip
    with sync_playwright() as play:
        chrome = play.chromium.launch(executable_path=chromium, args=arguments)
        yield chrome
        chrome.close()


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def page(browser, source):
    """The preview, opened with its token; fails the test on any error in the console that we caused."""
    stop, started, urls = threading.Event(), threading.Event(), []

    def on_started(url: str) -> None:
        urls.append(url)
        started.set()

    thread = threading.Thread(
        target=serve_app, args=(preview_app(source, token="tok"),), kwargs={"on_started": on_started, "stop": stop}
    )
    thread.start()
    assert started.wait(10)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(10_000)
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(f"{urls[0]}/?token=tok")
    yield tab
    context.close()
    stop.set()
    thread.join(10)
    assert not errors


def until(page, condition):
    """Wait for a condition; page.wait_for_function would need eval, which the page's own policy forbids."""
    deadline = time.monotonic() + 10
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(30)


def shown_frame(page, scheme):
    return page.get_by_title(f"The email on a {scheme} device")


def test_everything_is_found_by_role_and_name(page, source):
    """Phone is 375 wide and desktop 700, dark and light show that scheme's colours, text and source appear alone."""
    assert "token" not in page.url
    phone, dark = page.get_by_role("radio", name="Phone"), page.get_by_role("radio", name="Dark")
    assert phone.is_checked() and page.get_by_role("radio", name="Light").is_checked()
    assert shown_frame(page, "light").bounding_box()["width"] == 375
    page.get_by_role("radio", name="Desktop").check(force=True)
    assert shown_frame(page, "light").bounding_box()["width"] == 700
    colour = "getComputedStyle(document.body).backgroundColor"
    assert shown_frame(page, "light").element_handle().content_frame().evaluate(colour) == "rgb(255, 255, 255)"
    dark.check(force=True)
    assert shown_frame(page, "dark").is_visible() and not shown_frame(page, "light").is_visible()
    assert shown_frame(page, "dark").element_handle().content_frame().evaluate(colour) == "rgb(16, 16, 16)"
    page.get_by_role("radio", name="Plain text").check(force=True)
    assert page.get_by_text("The plain words").is_visible() and not shown_frame(page, "dark").is_visible()
    page.keyboard.press("s")
    assert (
        page.get_by_role("radio", name="Source").is_checked()
        and page.get_by_label("Source of the message").is_visible()
    )
    page.get_by_text("Keyboard", exact=True).click()
    page.get_by_role("checkbox", name="Single keys switch the view").uncheck()
    page.get_by_text("Keyboard", exact=True).focus()
    page.keyboard.press("p")
    assert page.get_by_role("radio", name="Source").is_checked()
    assert "view=source" in page.url and "scheme=dark" in page.url
    page.get_by_role("navigation", name="Digests").get_by_role("link", name="monthly").click()
    page.get_by_role("region", name="In the inbox").get_by_text("First words of monthly").wait_for()


def test_scripts_in_an_email_do_not_run(page):
    """Neither a script element nor an event handler in the HTML runs in the frame."""
    frame = shown_frame(page, "light").element_handle().content_frame()
    frame.get_by_role("heading", name="First words of weekly").wait_for()
    assert frame.evaluate("document.body.dataset.ran") is None


def test_a_change_appears_by_itself_and_the_scroll_stays(page, source):
    """A new version replaces words and frame without a reload, at the same scroll position, with the focus kept."""
    page.get_by_role("status").get_by_text("Live").wait_for()
    frame = shown_frame(page, "light").element_handle().content_frame()
    frame.evaluate("scrollTo(0, 700)")
    page.get_by_role("radio", name="Phone").focus()
    source.title = "Second words"
    source.version += 1
    page.get_by_role("region", name="In the inbox").get_by_text("Second words of weekly").wait_for()
    until(page, "document.querySelectorAll('iframe.mail').length === 2")
    until(page, "document.querySelector('iframe.light').contentWindow.scrollY === 700")
    fresh = shown_frame(page, "light").element_handle().content_frame()
    assert "Second words" in fresh.locator("h1").inner_text()
    assert page.evaluate("document.activeElement.id") == "view-phone"


def test_a_broken_template_is_announced_beside_the_last_good_picture(page, source):
    """The alert names file and line, the frame still shows the version before, and a repair removes the alert."""
    page.get_by_role("status").get_by_text("Live").wait_for()
    source.broken = True
    source.version += 1
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "briefing.mjml:12" in alert.inner_text() and "artcle" in alert.inner_text()
    until(page, "document.querySelectorAll('iframe.mail').length === 2")
    frame = shown_frame(page, "light").element_handle().content_frame()
    assert frame.get_by_role("heading", name="First words of weekly").is_visible()
    source.broken = False
    source.version += 1
    alert.wait_for(state="detached")


def test_nothing_is_cut_off_on_a_narrow_screen(page):
    """At 375 and 800 pixels the page does not scroll sideways."""
    for width in (375, 800):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_exported_page_works_without_a_server(browser, source, tmp_path):
    """index.html opened as a file switches between light and dark without any script."""
    preview = replace(source.load("weekly"), banner="SAMPLE")
    index = export_preview(preview, tmp_path)[0]
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(index.as_uri())
    assert shown_frame(tab, "light").is_visible()
    tab.get_by_role("radio", name="Dark").check(force=True)
    assert shown_frame(tab, "dark").is_visible() and not shown_frame(tab, "light").is_visible()
    context.close()
