"""The editor's desk in a real browser: words, order, choice, history, approval; two editors at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from support_studio import DAY, apart, served, settled, studio_of
from support_world import MONDAY, World, world

pytestmark = pytest.mark.browser
SOON_MS = 30_000


@pytest.fixture
def place(tmp_path: Path, sqlite_template: Path) -> Iterator[World]:
    shutil.copy(sqlite_template, tmp_path / "digest.db")
    with world(tmp_path, f"sqlite:///{tmp_path / 'digest.db'}") as made:
        yield settled(made, digest='review = "3h"\napprovers = ["boss@quay.example"]')


@pytest.fixture
def address(place: World) -> Iterator[str]:
    with studio_of(place) as studio, served(studio) as url:
        yield url


@pytest.fixture
def desk(browser: Any, address: str) -> Iterator[Any]:
    """Opens the desk as an editor of this name; each in a browser of their own."""
    contexts = []

    def as_editor(name: str) -> Any:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SOON_MS)
        page.goto(address.replace("/?", "/?tab=edit&"))
        field = page.get_by_label("Your name, in the history")
        field.fill(name)
        field.press("Tab")
        return page

    yield as_editor
    for context in contexts:
        context.close()


def order(page: Any) -> list[str]:
    panel = page.get_by_role("tabpanel", name="Edit")
    drops = panel.get_by_role("button", name="Drop: ")
    names = drops.evaluate_all("all => all.map((one) => one.getAttribute('aria-label'))")  # in one moment
    return [str(name).removeprefix("Drop: ") for name in names]


def await_order(page: Any, wanted: list[str]) -> None:
    """The page follows the database within a moment."""
    for _ in range(SOON_MS // 100):
        if order(page) == wanted:
            return
        page.wait_for_timeout(100)
    assert order(page) == wanted


def told(page: Any, words: str) -> None:
    page.get_by_text(words).first.wait_for()


def test_an_issue_is_drafted_edited_approved_in_the_browser_and_sent_at_its_time(place: World, desk: Any) -> None:
    """Drafted by the clock three hours ahead; reordered, one dropped, an intro written, approved; sent as it was
    approved; the dropped article does not come again, and comes when the drop is taken back."""
    apart(place.at(MONDAY + 7 * DAY - timedelta(hours=3)).tick)
    page = desk("Ana")
    told(page, "It waits for approval")
    before = order(page)
    page.get_by_role("button", name=f"Move to the top: {before[2]}").click()
    told(page, "is now number 1")
    page.get_by_role("button", name=f"Drop: {before[1]}").click()
    told(page, "is out")
    page.get_by_role("textbox", name="Intro").fill("Welcome by the river.")
    page.get_by_role("textbox", name="Intro").press("Tab")
    told(page, "Saved.")
    page.get_by_title("The email on a phone").content_frame.get_by_text("Welcome by the river.").wait_for()
    assert order(page) == [before[2], before[0], before[3]]
    page.get_by_role("button", name="Approve").click()
    told(page, "Approved by Ana")

    apart(place.at(MONDAY + 7 * DAY).tick)
    with place.workspace() as workspace:
        row = workspace.store.issues.all("weekly", limit=1)[0]
        sent = workspace.store.issues.content(row.id)
    assert sent is not None and str(row.state) == "done"
    assert [item.title for item in sent.items] == order(page) == [before[2], before[0], before[3]]
    assert sent.intro == "Welcome by the river."
    place.feed.publish("Heron seen", place.clock + timedelta(hours=1))
    apart(place.at(MONDAY + 14 * DAY - timedelta(hours=3)).tick)
    await_order(page, ["Heron seen"])
    page.get_by_text("Not in it").click()
    page.get_by_role("button", name=f"Put in: {before[1]}").click()
    told(page, "is in.")
    await_order(page, [before[1], "Heron seen"])


def test_two_editors_do_not_lose_each_others_work(place: World, desk: Any) -> None:
    """Who is slower hears what the other did and who it was, and makes the own change on top of it, or not."""
    ana, ben = desk("Ana"), desk("Ben")
    for page in (ana, ben):
        told(page, "Moths counted")
    ben.get_by_role("textbox", name="Subject").fill("Ben’s subject")  # typed, not saved yet
    ana.get_by_role("textbox", name="Preheader").fill("Ana’s words for the inbox, long enough to be seen")
    ana.get_by_role("textbox", name="Preheader").press("Tab")
    told(ana, "Saved.")
    ben.get_by_role("textbox", name="Subject").press("Tab")
    dialog = ben.get_by_role("dialog", name="Somebody else changed this issue")
    assert "Ana changed the preheader" in dialog.inner_text() and "Ben’s subject" in dialog.inner_text()
    dialog.get_by_role("button", name="Make my change too").click()
    told(ben, "Saved.")
    with place.workspace() as workspace:
        (row,) = [row for row in place.issues() if row.frozen_at is None]
        made = {one.kind: (one.value, one.by) for one in workspace.store.issues.overrides(row.id)}
    assert made["subject"] == ("Ben’s subject", "Ben")
    assert made["preheader"] == ("Ana’s words for the inbox, long enough to be seen", "Ana")
    theirs = ana.get_by_role("textbox", name="Subject")
    for _ in range(100):
        if theirs.input_value() == "Ben’s subject":
            break
        ana.wait_for_timeout(100)
    assert theirs.input_value() == "Ben’s subject"


def test_history_takes_back_what_was_done(place: World, desk: Any) -> None:
    """Everything stands in the history with its editor; undone it is as before, by button or by the key z."""
    page = desk("Ana")
    told(page, "Moths counted")
    before = order(page)
    page.get_by_role("button", name=f"Move down: {before[0]}").click()
    told(page, "is now number 2")
    page.get_by_text("History (1 change)").click()
    page.get_by_role("button", name="Undo: Ana moved").click()
    told(page, "Taken back.")
    assert order(page) == before
    page.get_by_role("button", name=f"Drop: {before[3]}").click()
    told(page, "is out")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("z")
    page.get_by_role("button", name=f"Drop: {before[3]}").wait_for()
    assert order(page) == before


def test_arrows_move_an_article_and_the_focus_stays(place: World, desk: Any) -> None:
    """Alt and an arrow move the focused article; the focus goes with it."""
    page = desk("Ana")
    told(page, "Moths counted")
    before = order(page)
    page.locator("summary", has_text=before[0]).focus()
    page.keyboard.press("Alt+ArrowDown")
    told(page, "is now number 2")
    assert order(page)[1] == before[0]
    assert before[0] in page.evaluate("document.activeElement.textContent")


def test_holding_and_a_test_message(place: World, desk: Any) -> None:
    """Held with a reason, seen by all, released; a test goes to the own address, marked as one."""
    page = desk("Ana")
    told(page, "Moths counted")
    page.get_by_role("button", name="Hold", exact=True).click()
    dialog = page.get_by_role("dialog", name="Hold this issue")
    dialog.get_by_label("Why").fill("waiting for the photo")
    dialog.get_by_role("button", name="Hold this issue").click()
    told(page, "Held (editor): waiting for the photo")
    page.get_by_role("button", name="Release").click()
    told(page, "Released.")
    page.get_by_role("button", name="Send me a test").click()
    page.get_by_role("dialog", name="Send me a test").get_by_label("Your address").fill("ana@quay.example")
    page.get_by_role("button", name="Send it").click()
    told(page, "accepted")
    assert b"X-Digest-Test: yes" in place.sink.messages[-1].data
