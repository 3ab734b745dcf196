"""Asking sources: conditional requests, patience, failures as values. Feeds come from a real server on loopback."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from digest.gather import FetchState, Gathered, SourceSettings, gather_all, gather_source
from digest.gather.state import MOVED_VOTES, after_success, fresh_until, retry_after
from digest.http import PublicHttp
from digest.model import from_plain, to_plain
from support_http import Asked, Loopback, answer, redirect, serve

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FEED = (
    b"<rss version='2.0'><channel><title>Quay</title><item><title>%s</title>"
    b"<guid isPermaLink='false'>1</guid></item></channel></rss>"
)


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serve() as running:
        yield running


def http() -> PublicHttp:
    return PublicHttp(user_agent="t", allow_hosts=("127.0.0.1", "localhost"), total_s=2)


def ask(
    server: Loopback, state: FetchState | None = None, *, now: datetime = NOW, force: bool = False, path: str = "/f",
    headers: Mapping[str, str] | None = None,
) -> Gathered:  # fmt: skip
    source = SourceSettings("quay", url=server.url(path), headers=headers or {})
    return gather_source(source, state or FetchState(), http=http(), now=now, force=force)


def test_first_fetch_brings_articles_and_validators(server: Loopback) -> None:
    """A 200 gives articles that name their source, the feed's title and a state that survives JSON."""
    server.routes["/f"] = answer(200, FEED % b"One", {"ETag": '"a"', "Last-Modified": "Sun, 22 Nov 2026 08:00:00 GMT"})
    got = ask(server)
    assert got.status == "new" and got.title == "Quay" and got.http_status == 200
    assert [(article.source, article.title) for article in got.articles] == [("quay", "One")]
    assert got.state.etag == '"a"' and got.state.last_success_at == NOW and got.state.failures == 0
    assert from_plain(FetchState, json.loads(json.dumps(to_plain(got.state)))) == got.state
    assert "if-none-match" not in server.asked[0].headers and "rss" in server.asked[0].headers["accept"]


@pytest.mark.parametrize("etag", ['W/"x, y"', "bare-no-quotes", '"ünï"'.encode().decode("latin-1"), '""'])
def test_validators_go_back_byte_for_byte(server: Loopback, etag: str) -> None:
    """ETag and Last-Modified are echoed exactly as they came, however odd; a 304 without them keeps them."""
    modified = "Sunday, 22-Nov-26 08:00:00 GMT"
    server.routes["/f"] = answer(200, FEED % b"One", {"ETag": etag, "Last-Modified": modified})
    first = ask(server)
    server.routes["/f"] = answer(304)
    second = ask(server, first.state)
    third = ask(server, second.state)
    for asked in server.asked[1:]:
        assert asked.headers["if-none-match"] == etag and asked.headers["if-modified-since"] == modified
    assert (second.status, third.status) == ("unchanged", "unchanged") and second.articles == ()
    assert second.title == "Quay"


def test_the_same_bytes_are_unchanged_and_new_bytes_are_new(server: Loopback) -> None:
    """Without validators the body decides; new validators are stored even when the body did not change."""
    server.routes["/f"] = answer(200, FEED % b"One")
    first = ask(server)
    server.routes["/f"] = answer(200, FEED % b"One", {"ETag": '"late"'})
    same = ask(server, first.state)
    assert same.status == "unchanged" and same.state.etag == '"late"'
    server.routes["/f"] = answer(200, FEED % b"Two", {"ETag": '"b"'})
    assert ask(server, same.state).articles[0].title == "Two"


def test_validators_belong_to_their_address(server: Loopback) -> None:
    """Another configured address starts without validators."""
    server.routes["/f"] = server.routes["/g"] = answer(200, FEED % b"One", {"ETag": '"a"'})
    first = ask(server)
    ask(server, first.state, path="/g")
    assert "if-none-match" not in server.asked[1].headers


def test_a_304_from_somewhere_else_is_not_believed(server: Loopback) -> None:
    """When the redirect changed its target, what has not changed there is fetched whole."""
    server.routes["/f"] = redirect(302, "/one")
    server.routes["/one"] = answer(200, FEED % b"One", {"ETag": '"a"'})
    first = ask(server)

    def other(asked: Asked, connection: socket.socket) -> None:
        script = answer(304) if "if-none-match" in asked.headers else answer(200, FEED % b"Two")
        script(asked, connection)

    server.routes["/f"], server.routes["/two"] = redirect(302, "/two"), other
    assert ask(server, first.state).articles[0].title == "Two"


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
def test_an_unfriendly_status_is_a_failure_that_forgets_nothing(server: Loopback, status: int) -> None:
    """The result says what, where and what to try; validators, title and last success stay."""
    server.routes["/f"] = answer(200, FEED % b"One", {"ETag": '"a"'})
    first = ask(server)
    server.routes["/f"] = answer(status, b"no")
    failed = ask(server, first.state, now=NOW + timedelta(hours=1))
    assert failed.status == "failed" and failed.http_status == status and failed.title == "Quay"
    assert str(status) in failed.error and server.url("/f") in failed.error and "Try: " in failed.error
    assert (failed.state.etag, failed.state.last_success_at, failed.state.failures) == ('"a"', NOW, 1)
    assert failed.state.gone == (status == 410)


@pytest.mark.parametrize(
    ("status", "value", "minutes"),
    [(429, "3600", 60), (429, "5", 10), (429, "", 10),
     (503, format_datetime(NOW + timedelta(hours=2), usegmt=True), 120),
     (429, "999999999", 31 * 24 * 60), (503, "soon", 10)],
)  # fmt: skip
def test_retry_after_is_obeyed(server: Loopback, status: int, value: str, minutes: int) -> None:
    """Seconds or a date, at least ten minutes, at most 31 days: until then nothing is asked, unless forced."""
    server.routes["/f"] = answer(status, b"", {"Retry-After": value} if value else {})
    failed = ask(server)
    assert failed.state.hold_until == NOW + timedelta(minutes=minutes)
    early = ask(server, failed.state, now=NOW + timedelta(minutes=minutes, seconds=-1))
    assert early.status == "not_due" and len(server.asked) == 1 and early.state == failed.state
    server.routes["/f"] = answer(200, FEED % b"One")
    assert ask(server, failed.state, now=NOW, force=True).status == "new"
    assert ask(server, failed.state, now=NOW + timedelta(minutes=minutes)).status == "new"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache-control": "public, max-age=600"}, 600),
        ({"cache-control": "max-age=99999999"}, 86400),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "max-age=0"}, None),
        ({"expires": format_datetime(NOW + timedelta(minutes=5), usegmt=True)}, 300),
        ({"expires": "0"}, None),
        ({"expires": format_datetime(NOW - timedelta(minutes=5), usegmt=True)}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_freshness(headers: dict[str, str], seconds: int | None) -> None:
    """max-age and Expires say how long to wait, a day at most; no-cache and nonsense say nothing."""
    expected = None if seconds is None else NOW + timedelta(seconds=seconds)
    assert fresh_until(headers, NOW) == expected


def test_a_fresh_answer_is_not_asked_again(server: Loopback) -> None:
    """Within max-age there is no request; after it there is."""
    server.routes["/f"] = answer(200, FEED % b"One", {"Cache-Control": "max-age=600"})
    first = ask(server)
    assert ask(server, first.state, now=NOW + timedelta(seconds=599)).status == "not_due"
    assert ask(server, first.state, now=NOW + timedelta(seconds=600)).status == "unchanged"
    assert len(server.asked) == 2


def test_retry_after_ignores_what_it_cannot_read() -> None:
    """Words and dates that do not exist are no wish."""
    assert retry_after("later", NOW) is None and retry_after("Mon, 99 Nov 2026 99:00:00 GMT", NOW) is None


def moved(state: FetchState, now: datetime, target: str = "https://new.example/f", status: int = 301) -> FetchState:
    return after_success(
        state, status=200, url=target, headers={}, redirects=((status, target),), body_hash="x", now=now
    )


def test_a_permanent_redirect_is_believed_the_third_day() -> None:
    """Only three sightings of one target, a day apart, move a source; temporary ones and downgrades never do."""
    from digest.gather.state import request_for

    state = FetchState(url="https://old.example/f")
    for hours in (0, 1, 25, 26):
        state = moved(state, NOW + timedelta(hours=hours))
        assert request_for(state, {}).url == "https://old.example/f"
    state = moved(state, NOW + timedelta(hours=50))
    assert state.moved_votes == MOVED_VOTES and request_for(state, {}).url == "https://new.example/f"
    assert request_for(state, {"Api-Key": "k"}).url == "https://old.example/f"
    assert moved(FetchState(url="https://old.example/f"), NOW, status=302).moved_votes == 0
    assert moved(FetchState(url="https://old.example/f"), NOW, target="http://old.example/f").moved_votes == 0


def test_a_feed_that_cannot_be_read_is_a_failure(server: Loopback) -> None:
    """A page instead of a feed fails with advice, and its validators are not stored over the good ones."""
    server.routes["/f"] = answer(200, FEED % b"One", {"ETag": '"good"'})
    first = ask(server)
    server.routes["/f"] = answer(200, b"<!doctype html><html>hello", {"ETag": '"bad"'})
    failed = ask(server, first.state)
    assert failed.status == "failed" and "web page" in failed.error and failed.state.etag == '"good"'


def test_trouble_on_the_way_is_a_failure() -> None:
    """Nothing listening there: a value with the reason, no exception."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    source = SourceSettings("quay", url=f"http://127.0.0.1:{port}/f")
    got = gather_source(source, FetchState(), http=http(), now=NOW)
    assert got.status == "failed" and "no connection" in got.error and got.state.failures == 1


def test_settings_fill_what_the_feed_leaves_open(server: Loopback) -> None:
    """The source's headers are sent, its title wins, its language stands in."""
    server.routes["/f"] = answer(200, FEED % b"One")
    source = SourceSettings("quay", url=server.url("/f"), title="Our quay", language="ga", headers={"Api-Key": "k"})
    got = gather_source(source, FetchState(), http=http(), now=NOW)
    assert got.title == "Our quay" and got.articles[0].language == "ga" and server.asked[0].headers["api-key"] == "k"


def test_one_host_is_never_asked_twice_at_once(server: Loopback) -> None:
    """Sources of one host wait for one another; those of different hosts do not; the order of the answer is kept."""

    def slow(asked: Asked, connection: socket.socket) -> None:
        time.sleep(0.05)
        answer(200, FEED % b"One")(asked, connection)

    for number in range(4):
        server.routes[f"/{number}"] = slow
    sources = [SourceSettings(f"s{number}", url=server.url(f"/{number}")) for number in range(4)]
    seen: list[str] = []
    results = gather_all(
        sources, {}, http=http(), now=NOW, threads=4, on_result=lambda gathered: seen.append(gathered.source.name)
    )
    assert server.most_at_once == 1
    assert [result.source.name for result in results] == seen == ["s0", "s1", "s2", "s3"]
    together = threading.Barrier(2)  # each answers only when the other is asked as well

    def met(asked: Asked, connection: socket.socket) -> None:
        together.wait(30)
        slow(asked, connection)

    with serve() as other:
        other.routes["/x"] = server.routes["/x"] = met
        pair = [SourceSettings("a", url=server.url("/x")), SourceSettings("b", url=f"http://localhost:{other.port}/x")]
        both = gather_all(pair, {}, http=http(), now=NOW, threads=4)
        assert [result.status for result in both] == ["new", "new"]


def test_a_bad_source_costs_itself_alone(server: Loopback, tmp_path: Path) -> None:
    """Failures of every kind stand beside the articles of the others."""
    server.routes["/good"] = answer(200, FEED % b"One")
    server.routes["/bad"] = answer(200, b"\x00\xff junk")
    sources = [
        SourceSettings("good", url=server.url("/good")),
        SourceSettings("bad", url=server.url("/bad")),
        SourceSettings("nowhere", kind="files", path=tmp_path / "missing"),
        SourceSettings("private", url="http://10.0.0.1/feed"),
        SourceSettings("odd", url="http://[bad/feed"),
    ]
    results = gather_all(sources, {}, http=http(), now=NOW)
    assert [result.status for result in results] == ["new", "failed", "failed", "failed", "failed"]
    assert all("Try: " in result.error for result in results[1:])


def test_a_429_holds_the_whole_host(server: Loopback) -> None:
    """After one source was told to wait, the next ones of its host are not asked."""
    server.routes["/a"] = answer(429, b"", {"Retry-After": "3600"})
    server.routes["/b"] = answer(200, FEED % b"One")
    sources = [SourceSettings(name, url=server.url(f"/{name}")) for name in ("a", "b")]
    first, second = gather_all(sources, {}, http=http(), now=NOW)
    assert (first.status, second.status) == ("failed", "not_due") and len(server.asked) == 1
    assert second.state.hold_until == NOW + timedelta(hours=1)


def test_results_arrive_one_at_a_time(server: Loopback) -> None:
    """`on_result` is never called by two threads at once."""
    inside = threading.Lock()

    def on_result(gathered: Gathered) -> None:
        assert inside.acquire(blocking=False)
        time.sleep(0.01)
        inside.release()

    sources = [SourceSettings(f"s{number}", kind="files", path=Path("/nonexistent")) for number in range(8)]
    assert len(gather_all(sources, {}, http=http(), now=NOW, on_result=on_result)) == 8


def test_a_folder_is_a_source(tmp_path: Path) -> None:
    """Readable files become articles by relative path; one broken file is a warning; nothing changed is unchanged."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "one.md").write_text("# One\n\nSome words about one thing.", encoding="utf-8")
    (tmp_path / "sub" / "two.txt").write_text("Two\n\nOther words, longer than the title was.", encoding="utf-8")
    (tmp_path / "draft.md").write_text("---\ntitle: Not yet\ndraft: true\n---\nWords.", encoding="utf-8")
    (tmp_path / "broken.md").write_text("---\ntitle: [never\n---\nWords.", encoding="utf-8")
    (tmp_path / "picture.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / ".hidden.md").write_text("secret", encoding="utf-8")
    source = SourceSettings(
        "stories", kind="files", path=tmp_path, url_template="https://x.example/{stem}", language="en"
    )
    got = gather_source(source, FetchState(), http=http(), now=NOW)
    assert got.status == "new"
    assert [(article.guid, article.url) for article in got.articles] == [
        ("one.md", "https://x.example/one"), ("sub/two.txt", "https://x.example/two"),
    ]  # fmt: skip
    assert all(article.source == "stories" and article.language == "en" for article in got.articles)
    assert len(got.warnings) == 1 and got.warnings[0].startswith("broken.md:2")
    again = gather_source(source, from_plain(FetchState, to_plain(got.state)), http=http(), now=NOW)
    assert again.status == "unchanged" and again.articles == ()
    (tmp_path / "one.md").write_text("# One\n\nSome better words about one thing.", encoding="utf-8")
    assert gather_source(source, again.state, http=http(), now=NOW).status == "new"
    assert gather_source(source, replace(again.state), http=http(), now=NOW, force=True).status == "new"


def test_a_429_at_first_sight_is_a_failure_that_waits(server: Loopback) -> None:
    """Also while finding out what an address is: the wish for patience is kept, and nobody asks twice."""
    server.routes["/f"] = answer(429, b"", {"Retry-After": "3600"})
    source = SourceSettings("quay", kind="auto", url=server.url("/f"))
    got = gather_source(source, FetchState(), http=http(), now=NOW)
    assert got.status == "failed" and got.state.hold_until == NOW + timedelta(hours=1) and len(server.asked) == 1
