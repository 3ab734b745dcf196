"""Accessibility by axe-core, as WCAG 2.2 A and AA: the email in its variants, and every page that a browser shows."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from render_samples import ADA, THEME, issue, item

from digest.errors import DigestError, TokenError
from digest.render import RenderSettings, Theme, render_issue
from digest.web.inbox import inbox_app
from digest.web.preview import Preview, export_preview
from digest.web.public import Unsubscription, public_app
from digest.web.server import serve_app

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCHEMES = ("light", "dark")


@contextmanager
def opened(browser: Any, width: int, scheme: str) -> Iterator[Any]:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    try:
        yield context.new_page()
    finally:
        context.close()


@contextmanager
def served(app: Any) -> Iterator[str]:
    stop, started, urls = threading.Event(), threading.Event(), []

    def on_started(url: str) -> None:
        urls.append(url)
        started.set()

    thread = threading.Thread(target=serve_app, args=(app,), kwargs={"on_started": on_started, "stop": stop})
    thread.start()
    assert started.wait(10)
    try:
        yield urls[0]
    finally:
        stop.set()
        thread.join(10)


LOGO = "https://harbour.example/l.png"
FULL = ("The tide was lower than anyone had seen. Three anchors lay there.", "By evening the water was back.")
BARE = item(3, url=None, summary="", image=None, title=FULL[0][:38] + "…", title_derived=True, body=FULL)
VARIANTS: dict[str, Callable[[], tuple[Any, Theme, str]]] = {
    "plain": lambda: (issue(*(item(n) for n in range(12)), intro="Good morning."), THEME, "en"),
    "bare": lambda: (issue(BARE, replace(BARE, article_id=4), passed_over=0), THEME, "en"),
    "arabic": lambda: (issue(*(item(n, direction="rtl", language="ar") for n in range(3)), item(4)), THEME, "ar"),
    "german": lambda: (issue(*(item(n, image=None) for n in range(3))), THEME, "de"),
    "logo": lambda: (
        issue(sample=True), Theme.from_settings(RenderSettings(logo=LOGO, accent="#ffcc00", logo_alt="Harbour")), "en"
    ),
    "logos": lambda: (
        issue(), Theme.from_settings(RenderSettings(logo=LOGO, logo_dark=LOGO, accent="#7a0c2e")), "hi"
    ),
}  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_email_breaks_no_rule(browser: Any, violations: Any, tmp_path: Path, variant: str) -> None:
    """No violation at 375 and 700 pixels, in light and dark, whatever language, logo and articles it has."""
    source, theme, locale = VARIANTS[variant]()
    page_file = tmp_path / "mail.html"
    page_file.write_text(render_issue(source, theme=theme, locale=locale).html(ADA), encoding="utf-8")
    for width in (375, 700):
        for scheme in SCHEMES:
            with opened(browser, width, scheme) as page:
                page.route(re.compile("^https:"), lambda route: route.abort())
                page.goto(page_file.as_uri())
                assert violations(page) == [], f"{width} {scheme}"


def test_the_demos_mail_breaks_no_rule(browser: Any, violations: Any, world: Any, tmp_path: Path) -> None:
    """No violation in what the demo's subscribers got, with its pictures."""
    body = message_from_bytes(world.messages[0], policy=default).get_body(("html",))
    page_file = tmp_path / "mail.html"
    page_file.write_text(body.get_content(), encoding="utf-8")
    for width, scheme in ((375, "dark"), (700, "light")):
        with opened(browser, width, scheme) as page:
            page.goto(page_file.as_uri())
            assert page.evaluate("[...document.images].filter(i => i.naturalWidth).length") > 3
            assert violations(page) == []


FINE = Preview(
    "weekly", "Harbour Weekly", "Boats", "and ropes", "Harbour Notes", "ada@mail.example",
    "<html lang='en'><head><title>x</title></head><body><p>Hello</p></body></html>", "Hello", "From: x", 60,
    banner="SAMPLE: these are old articles.", items=(("A boat", ("newest", "12 comments")), ("قارب", ())),
    notes=("Due on Monday.",), warnings=("One picture is missing.",),
)  # fmt: skip


def test_the_exported_page_breaks_no_rule(browser: Any, violations: Any, tmp_path: Path) -> None:
    """No violation in the page that stands alone, in light and dark."""
    index = export_preview(FINE, tmp_path)[0]
    for scheme in SCHEMES:
        with opened(browser, 1280, scheme) as page:
            page.goto(index.as_uri())
            assert violations(page) == []


def test_the_inbox_breaks_no_rule(browser: Any, violations: Any, world: Any) -> None:
    """No violation in the list, in a message's views and in an inbox that is still empty."""

    class Empty:
        messages = ()

    with ExitStack() as stack:
        url = world.inbox
        empty = stack.enter_context(served(inbox_app(Empty())))
        for width, scheme in ((1280, "light"), (375, "dark")):
            page = stack.enter_context(opened(browser, width, scheme))
            for address in (
                url,
                empty,
                *(url + path for path in ("message/1", "message/1?view=text", "message/2?view=source")),
            ):
                page.goto(address)
                assert violations(page) == [], f"{address} {width} {scheme}"


class Unsubscribing:
    """Tokens that stand for each answer there is."""

    def describe(self, token: str) -> Unsubscription:
        if token == "wrong":
            raise TokenError("not ours")
        if token == "later":
            raise DigestError("the database is busy")
        return Unsubscription("Harbour Weekly", "Harbour Notes", "https://harbour.example", "a•••@mail.example",
                              active=token == "active")  # fmt: skip

    def unsubscribe(self, token: str) -> Unsubscription:
        return replace(self.describe(token), active=False)


def test_unsubscribing_breaks_no_rule(browser: Any, violations: Any) -> None:
    """No violation before, after, again, with a wrong link, while it does not work, and where nothing is."""
    with served(public_app(Unsubscribing())) as url:
        for width, scheme in ((1280, "light"), (375, "light"), (375, "dark")):
            with opened(browser, width, scheme) as page:
                for path in ("u/active", "u/gone", "u/wrong", "u/later", "nowhere"):
                    page.goto(f"{url}/{path}")
                    assert violations(page) == [], f"{path} {width} {scheme}"
                page.goto(f"{url}/u/active")
                button = page.get_by_role("button", name="Unsubscribe")
                assert button.bounding_box()["height"] >= 44
                button.click()
                page.get_by_role("heading", name="You are unsubscribed").wait_for()
                assert violations(page) == []
