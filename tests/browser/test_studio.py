"""The studio in a real browser, driven by role and name, as a keyboard or a screen reader would find things."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.pipeline.gathering import gather
from support_studio import served, settled, studio_of
from support_world import World, world

pytestmark = pytest.mark.browser
SOON_S = 20.0  # how long we wait, not how long it takes: the machine may be busy


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("studio")
    shutil.copy(sqlite_template, folder / "digest.db")
    with world(folder, f"sqlite:///{folder / 'digest.db'}") as made:
        (folder / "templates").mkdir()
        yield settled(made)


@pytest.fixture(scope="module")
def address(place: World) -> Iterator[str]:
    with studio_of(place) as studio, served(studio) as url:
        yield url


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """The studio at 1280 pixels; an error in the console or a request off this machine is one here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(SOON_S * 1000)
    wrong: list[str] = []
    tab.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("dialog", lambda dialog: wrong.append(f"dialog: {dialog.message}"))
    tab.on("requestfailed", lambda request: None if off(request) in ("", "csp") else wrong.append(request.url))
    tab.on("requestfinished", lambda request: None if off(request) == "" else wrong.append(request.url))
    opened(tab, address)
    yield tab
    context.close()
    # What is broken, missing (a picture of an article) or kept out on purpose.
    expected = ("422", "404", "Blocked script execution", "Loading the image")
    assert [line for line in wrong if not any(words in line for words in expected)] == []


def off(request: Any) -> str:
    """ "" for a request to this machine, else how it ended: "csp" never left the browser."""
    return "" if "//127.0.0.1:" in request.url else str(request.failure)


def opened(tab: Any, address: str, query: str = "") -> None:
    base, _, token = address.partition("?")
    tab.goto(f"{base}?{query}{'&' if query else ''}{token}")
    tab.get_by_role("status").get_by_text("Live").wait_for()
    done = re.compile("error|warning|hint|Nothing found")
    tab.get_by_role("tabpanel", name="Checks").get_by_text(done).first.wait_for()


def mail(page: Any, device: str = "phone") -> Any:
    return page.get_by_title(f"The email on a {device}").element_handle().content_frame()


def within(page: Any, what: Any) -> None:
    deadline = time.monotonic() + SOON_S
    while not what():
        assert time.monotonic() < deadline, "not in time"
        page.wait_for_timeout(30)


def words(page: Any, device: str = "phone") -> str:
    return mail(page, device).evaluate("document.body ? document.body.innerText : ''")


def choose(page: Any, name: str) -> None:
    page.get_by_role("radio", name=name, exact=True).check(force=True)


def test_devices_have_their_width_and_stand_side_by_side(page: Any) -> None:
    """The phone is 375 wide, the desktop 700; one, the other, or both are seen."""
    phone, desktop = (page.get_by_title(f"The email on a {name}") for name in ("phone", "desktop"))
    for view, seen in (("Phone", (True, False)), ("Desktop", (False, True)), ("Side by side", (True, True))):
        choose(page, view)
        assert (phone.is_visible(), desktop.is_visible()) == seen
    assert (mail(page).evaluate("innerWidth"), mail(page, "desktop").evaluate("innerWidth")) == (375, 700)
    assert "Moths counted" in words(page) and "Moths counted" in words(page, "desktop")


def test_every_appearance_looks_as_its_program_does(page: Any) -> None:
    """Light is light; dark, Gmail's and Outlook's are dark grounds with light words."""
    ground = "getComputedStyle(document.querySelector('.dg-card') || document.body).backgroundColor"
    brightness = {}
    for name in ("Light", "Dark", "Gmail dark", "Outlook dark"):
        choose(page, name)
        page.wait_for_timeout(300)
        colour = mail(page).evaluate(ground)
        brightness[name] = sum(int(part) for part in colour.strip("rgba()").split(",")[:3]) / 3
    assert brightness["Light"] > 200
    assert all(brightness[name] < 80 for name in ("Dark", "Gmail dark", "Outlook dark")), brightness


def test_text_headers_source_mjml_and_changes_are_sheets(page: Any) -> None:
    """Each stands alone under its name, with what belongs there."""
    for view, region, has in (
        ("Plain text", "Plain text part", "Moths counted"),
        ("Headers", "Headers", "List-Unsubscribe"),
        ("Source", "Source of the message", "Content-Type: multipart/alternative"),
        ("MJML", "Compiled MJML", "<mj-body"),
        ("Changes", "Differences from weekly/1", "Ferry bell rings"),
    ):
        choose(page, view)
        page.get_by_role("region", name=region).get_by_text(has).first.wait_for()
        assert not page.get_by_title("The email on a phone").is_visible()


def test_every_switch_has_a_key_and_the_list_of_keys_is_one(page: Any) -> None:
    """p, d, b, t and the like switch; ? lists them; switched off they do nothing."""
    for key, name in (("d", "Desktop"), ("t", "Plain text"), ("b", "Side by side"), ("k", "Dark"), ("g", "Gmail dark")):
        page.keyboard.press(key)
        assert page.get_by_role("radio", name=name, exact=True).is_checked()
    page.keyboard.press("i")
    assert page.get_by_role("checkbox", name="Images off").is_checked()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    assert dialog.get_by_text("View as another reader").is_visible()
    dialog.get_by_role("checkbox", name="Single keys do something").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    assert page.get_by_role("radio", name="Side by side").is_checked()


def test_keys_reach_every_control_in_reading_order(page: Any) -> None:
    """Tab leads from the bar through the list and the switches to the findings, and what has the focus shows it."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the email"
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("(document.activeElement.closest('[aria-label]') || document.body).ariaLabel || ''"))
    order = [name for at, name in enumerate(seen) if at == 0 or seen[at - 1] != name]
    assert order.index("What to look at") < order.index("How it is shown")


def test_a_sent_issue_a_made_up_one_and_a_template_are_looked_at(page: Any) -> None:
    """A click in the list shows it, marks it as current and leaves it in the address."""
    rail = page.get_by_role("navigation", name="What to look at")
    rail.get_by_role("button", name="Ferry bell rings").click()
    within(page, lambda: "Ferry bell rings" in words(page))
    assert "issue%3A" in page.url
    rail.get_by_text("Made-up issues").click()
    rail.get_by_role("button", name="sections", exact=False).first.click()
    page.get_by_text("MADE UP: three sections").wait_for()
    page.keyboard.press(",")
    rail.get_by_role("button", name="Next issue").click()
    within(page, lambda: "Moths counted" in words(page))


def test_the_mail_is_seen_as_somebody_else(page: Any) -> None:
    """A subscriber is found by a part of the address; a made-up reader turns the page to Arabic."""
    page.keyboard.press("v")
    dialog = page.get_by_role("dialog", name="View as")
    dialog.get_by_role("searchbox", name="Address or name").fill("cai")
    dialog.get_by_role("button", name="Cai").click()
    page.get_by_role("button", name="Viewing as Cai <cai@quay.example>").wait_for()
    page.keyboard.press("v")
    dialog.get_by_role("button", name="Reads right to left").click()
    within(page, lambda: mail(page).evaluate("document.documentElement.dir") == "rtl")


def test_an_edit_appears_in_place_and_a_mistake_beside_the_last_good_picture(page: Any, place: World) -> None:
    """A template's new words appear without moving the scroll; a mistake is named with its line; repaired, it goes."""
    mail(page).evaluate("document.body.style.minHeight = '3000px'; scrollTo(0, 300)")
    own = place.folder / "templates" / "briefing.mjml"
    head = '{% extends "@builtin/briefing.mjml" %}{% block footer %}<mj-section><mj-column><mj-text>'
    tail = "</mj-text></mj-column></mj-section>{{ super() }}{% endblock %}"
    try:
        own.write_text(f"{head}Hello from my template{tail}", encoding="utf-8")
        within(page, lambda: "Hello from my template" in words(page))
        assert mail(page).evaluate("scrollY") > 100
        own.write_text(head.replace("%}{%", "%}\n{%", 1) + "\n{{ artcle }}\n" + tail, encoding="utf-8")
        alert = page.get_by_role("alert")
        alert.get_by_text("briefing.mjml:3").first.wait_for()
        assert "artcle" in alert.get_by_role("region", name="The lines around it").inner_text()
        assert "Hello from my template" in words(page)
    finally:
        own.unlink()
    page.get_by_role("alert").wait_for(state="hidden")
    within(page, lambda: "Hello from my template" not in words(page))


def test_a_finding_leads_to_its_element(page: Any, place: World) -> None:
    """A click brings the element into view and marks it."""
    own = place.folder / "templates" / "briefing.mjml"
    own.write_text(
        '{% extends "@builtin/briefing.mjml" %}{% block footer %}{{ super() }}<mj-section><mj-column><mj-text>'
        '<a href="http://localhost:1/x">A link to the machine of the writer</a></mj-text></mj-column></mj-section>'
        "{% endblock %}", encoding="utf-8",
    )  # fmt: skip
    try:
        page.get_by_role("tabpanel", name="Checks").get_by_role("button").filter(has_text="localhost").first.click()
        within(
            page, lambda: mail(page).evaluate("document.querySelector('[data-pointed]')?.href || ''").endswith("1/x")
        )
    finally:
        own.unlink()


def test_links_in_the_mail_lead_nowhere(page: Any) -> None:
    """A click says where the link would lead, and the studio stays."""
    before = page.url
    page.get_by_title("The email on a phone").content_frame.get_by_role("link").first.click()
    page.get_by_text("This link leads to").wait_for()
    assert page.url == before


HOSTILE = (
    "<p>Words that are fine, and enough of them to be read as an article by anybody.</p>"
    "<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)></svg>"
    '<form action="https://evil.example/"><input name=a><button>Win</button></form>'
    "<style>@import url(https://evil.example/a.css); body{background:url(https://evil.example/b.png)}</style>"
    '<iframe src="https://evil.example/"></iframe><a href="javascript:alert(4)">x</a>'
    '<img src="https://tracker.example/pixel.gif" width=1 height=1>'
    '<meta http-equiv=refresh content="0;url=//evil.example">'
)


def test_a_hostile_article_does_nothing(page: Any, address: str, place: World) -> None:
    """Scripts, forms, CSS and tracking pictures, in an article and in every field of a made-up issue: no dialog, no
    request off this machine, in any view and appearance (the fixture of the page asserts the two)."""
    place.feed.publish("<script>alert(5)</script><img src=x onerror=alert(6)> Win", place.clock, body=HOSTILE)
    place.at(place.clock + timedelta(days=1))
    with place.workspace() as workspace:
        gather(workspace)
    for what in ("next", "fixture%3Ahostile"):
        opened(page, address, f"what={what}")
        for look in ("Dark", "Gmail dark", "Outlook dark", "Light"):
            choose(page, look)
            page.wait_for_timeout(200)
        for view in ("Plain text", "Headers", "Source", "MJML", "Changes", "Side by side"):
            choose(page, view)
            page.wait_for_timeout(200)
        for tab in ("Edit", "About", "Checks"):
            page.get_by_role("tab", name=tab).click()
        inside = mail(page)
        assert inside.evaluate("document.querySelectorAll('script, form, iframe, object, embed').length") == 0
        assert inside.evaluate("document.querySelectorAll('[onerror], [onload], a[href^=javascript]').length") == 0


@pytest.mark.parametrize("width", [1280, 800])
def test_nothing_is_cut_off(page: Any, width: int) -> None:
    """At 1280 and at 800 pixels the page does not scroll sideways."""
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_studio_breaks_no_rule(browser: Any, violations: Any, address: str, scheme: str) -> None:
    """No violation of WCAG 2.2 AA in any view, dialog or tab, wide and narrow."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    opened(page, address)
    for view in ("Side by side", "Plain text", "Headers", "Source", "MJML", "Changes"):
        choose(page, view)
        page.wait_for_timeout(300)
        assert violations(page) == [], view
    for tab in page.get_by_role("tab").all():
        tab.click()
        page.wait_for_timeout(200)
        assert violations(page) == [], tab.inner_text()
    for key in ("?", "v"):
        page.keyboard.press(key)
        page.wait_for_timeout(300)
        assert violations(page) == [], key
        page.keyboard.press("Escape")
    page.set_viewport_size({"width": 800, "height": 900})
    assert violations(page) == []
    context.close()


@pytest.mark.slow
def test_the_demo_opens_the_studio_with_its_pictures(browser: Any, world: Any) -> None:
    """`digest demo --open` as a person starts it: the sample is marked as one, and its pictures load."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(world.preview)
    page.get_by_text("SAMPLE: nothing is new").wait_for(timeout=SOON_S * 1000)
    pictures = "document.images.length > 3 && [...document.images].every(image => image.naturalWidth > 0)"
    within(page, lambda: mail(page).evaluate(pictures))
    context.close()
