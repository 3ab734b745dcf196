"""Off the list by POST, by the page's button, by hand and by a reply's token: the next claim skips the person."""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from digest.cli.serve import Desk
from digest.clock.tick import tick
from digest.pipeline.unsubscribing import unsubscribe_by_address, unsubscribe_by_token
from digest.web.public import public_app
from digest.web.server import serve_app
from support_world import MONDAY, World, world

WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)
ANA = "ana@quay.example"


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        made.tick()
        made.feed.publish("Lamp night", made.clock + timedelta(hours=1))
        yield made


@contextmanager
def served(place: World) -> Iterator[str]:
    stop, urls, ready = threading.Event(), [], threading.Event()

    def started(url: str) -> None:
        urls.append(url)
        ready.set()

    with place.workspace() as workspace:
        server = threading.Thread(
            target=serve_app, args=(public_app(Desk(workspace)),), kwargs={"on_started": started, "stop": stop}
        )
        server.start()
        ready.wait(5)
        try:
            yield urls[0]
        finally:
            stop.set()
            server.join(10)


def ask(url: str, method: str, path: str, body: str = "") -> tuple[int, str]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    connection.request(method, path, body=body or None, headers=headers)
    response = connection.getresponse()
    return response.status, response.read().decode()


def header_of(place: World, address: str, name: str) -> str:
    data = next(received.data for received in place.sink.messages if received.recipients == (address,))
    return " ".join(str(message_from_bytes(data, policy=default)[name]).split())


def link_of(place: World, address: str) -> str:
    match = re.search(r"<(https?://[^>]+)>", header_of(place, address, "List-Unsubscribe"))
    assert match
    return urlsplit(match[1]).path


def next_issue_reaches(place: World) -> list[str]:
    """Who gets the issue after the first."""
    before = len(place.sink.messages)
    place.feed.publish("Next lamp", MONDAY + timedelta(hours=1))
    place.at(MONDAY + WEEK + MINUTE).tick()
    return sorted(received.recipients[0] for received in place.sink.messages[before:])


OTHERS = ["ben@quay.example", "cai@quay.example"]


def with_public_url(place: World) -> None:
    config = place.config_path
    config.write_text(config.read_text().replace("[storage]", 'public_url = "https://news.quay.example"\n[storage]', 1))


def test_one_click_takes_effect_and_a_get_changes_nothing(place: World) -> None:
    with_public_url(place)
    place.at(MONDAY + MINUTE).tick()
    path = link_of(place, ANA)
    assert header_of(place, ANA, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"

    with served(place) as url:
        for method in ("GET", "HEAD", "GET"):
            assert ask(url, method, path)[0] == 200
        with place.workspace() as workspace:
            assert workspace.store.audience.size("members") == 3, "a GET must change nothing"
        assert ask(url, "POST", path, "List-Unsubscribe=One-Click")[0] == 200
        assert ask(url, "POST", path, "List-Unsubscribe=One-Click")[0] == 200, "twice is as good as once"

    assert next_issue_reaches(place) == OTHERS
    assert ANA in (place.folder / "subscribers.unsubscribed.csv").read_text()


def test_the_button_on_the_page_takes_effect(place: World) -> None:
    with_public_url(place)
    place.at(MONDAY + MINUTE).tick()
    with served(place) as url:
        page = ask(url, "GET", link_of(place, ANA))[1]
        form = re.search(r'<form[^>]*method="post"[^>]*?(?:action="([^"]*)")?[^>]*>', page)
        assert form
        assert ANA not in page, "a forwarded link must not tell the address"
        assert ask(url, "POST", form[1] or link_of(place, ANA), "unsubscribe=yes")[0] == 200

    assert next_issue_reaches(place) == OTHERS


def test_a_reply_without_public_url_carries_the_token_in_its_subject(place: World) -> None:
    place.at(MONDAY + MINUTE).tick()
    header = header_of(place, ANA, "List-Unsubscribe")
    match = re.fullmatch(r"<(mailto:[^>]+)>", header)
    assert match, header
    subject = parse_qs(urlsplit(match[1]).query)["subject"][0]
    token = next(word for word in subject.split() if len(word) == 38)
    with place.workspace() as workspace:
        unsubscribe_by_token(workspace, token, source="reply")

    assert next_issue_reaches(place) == OTHERS


def test_by_hand_in_another_spelling_of_the_address(place: World) -> None:
    place.at(MONDAY + MINUTE).tick()
    with place.workspace() as workspace:
        assert unsubscribe_by_address(workspace, "ANA@Quay.Example", list_name=None, source="operator") == ["members"]

    assert next_issue_reaches(place) == OTHERS


def test_a_forged_link_is_a_page_that_says_so_and_changes_nothing(place: World) -> None:
    with_public_url(place)
    place.at(MONDAY + MINUTE).tick()
    path = link_of(place, ANA)
    forged = path[:-5] + ("A" if path[-5] != "A" else "B") + path[-4:]
    with served(place) as url:
        assert ask(url, "POST", forged, "List-Unsubscribe=One-Click")[0] == 404

    assert next_issue_reaches(place) == [ANA, *OTHERS]


def test_an_unsubscribe_between_claim_and_intent_still_counts(place: World) -> None:
    """The ledger asks again when it begins a message, not only when it hands one out."""
    place.at(MONDAY + MINUTE)
    left: list[str] = []

    def leave_after_the_first() -> str:
        if place.sink.messages and not left:
            left.append("cai@quay.example" if place.mailed() != ["cai@quay.example"] else "ben@quay.example")
            with place.workspace() as other:
                unsubscribe_by_address(other, left[0], list_name=None, source="test")
        return ""

    with place.workspace() as workspace:
        tick(workspace, stop=leave_after_the_first)

    assert left[0] not in place.mailed()
    accounting = place.accounting(place.issues()[0])
    assert (accounting.accepted, accounting.skipped) == (2, 1)
