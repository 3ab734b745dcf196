"""Chosen articles and their pictures, asked for once more over a real server: what counts as a word of their source."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from digest.gather.adapter import Request
from digest.gather.imagebytes import Picture
from digest.gather.looking import Look, Shown, Wish, choose_pictures
from digest.gather.rechecking import Question, Rechecked, merged, recheck_all
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState, PageMark, Validators
from digest.http import PublicHttp
from digest.model import Article, Image
from support_http import Asked, Loopback, answer, redirect, serve
from support_pictures import jpeg, png

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BODY = "The lathe came back on Tuesday, and its new belt runs without a sound. " * 12
PAGE = (
    "<!doctype html><html><head><title>{title}</title></head><body><main><article><h1>{title}</h1>"
    "<p>{body}</p><p>Everybody may book it again.</p></article></main></body></html>"
)


def page(body: str = BODY, title: str = "The lathe is back") -> bytes:
    return PAGE.format(title=title, body=body).encode()


@pytest.fixture
def site() -> Iterator[Loopback]:
    with serve() as server:
        server.routes["/lathe"] = answer(200, page(), {"Content-Type": "text/html", "ETag": '"1"'})
        yield server


def client(**options: float) -> PublicHttp:
    return PublicHttp(user_agent="digest/test", allow_hosts=("127.0.0.1",), **options)  # type: ignore[arg-type]


def question(
    site: Loopback, path: str = "/lathe", *, origin: str = "page", text: str = "", **state: object
) -> Question:
    article = Article(
        source="blog", guid=f"tag:{path}", url=site.url(path), title="The lathe is back",
        text=text or f"{BODY.strip()}\n\nEverybody may book it again.", origin={"title": "feed", "text": origin},
    )  # fmt: skip
    source = SourceSettings("blog", "feed", site.url("/feed.xml"))
    return Question(1, article, source, FetchState(url=source.url or "", **state))  # type: ignore[arg-type]


def ask(one: Question, **options: float) -> Rechecked:
    return recheck_all([one], http=client(), now=NOW, **options)[one.id]  # type: ignore[arg-type]


def paths(site: Loopback) -> list[str]:
    return [asked.path for asked in site.asked if asked.path != "/robots.txt"]


# -- articles ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "verdict"), [(410, "withdrawn"), (404, "same"), (503, "same"), (200, "same")])
def test_what_the_source_listed_within_the_hour_is_only_taken_back_by_a_410(
    site: Loopback, status: int, verdict: str
) -> None:
    """The list is newer than a page that is missing or in trouble, but "gone for good" is a clear word."""
    path = "/story"
    site.routes[path] = answer(status)
    found = ask(question(site, path, last_success_at=NOW - HOUR, listed=(f"tag:{path}",)))

    assert (found.verdict, found.article) == (verdict, None)


@pytest.mark.parametrize(
    "state",
    [
        pytest.param({"last_success_at": NOW - HOUR, "listed": ("tag:/other",)}, id="not on the list"),
        pytest.param({"last_success_at": NOW - 2 * HOUR, "listed": ("tag:/lathe",)}, id="listed long ago"),
        pytest.param({"last_success_at": NOW, "failures": 1, "listed": ("tag:/lathe",)}, id="the source failed since"),
    ],
)
def test_what_is_not_on_a_fresh_list_is_asked_for_and_stays_when_its_page_is_there(
    site: Loopback, state: dict[str, object]
) -> None:
    """A feed shows the newest ten: being absent is no withdrawal."""
    found = ask(question(site, origin="feed", **state))

    assert (found.verdict, paths(site)) == ("same", ["/lathe"])


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_takes_the_article_back(site: Loopback, status: int) -> None:
    site.routes["/lathe"] = answer(status)
    found = ask(question(site))

    assert (found.verdict, str(status) in found.why) == ("withdrawn", True)


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_any_other_answer_costs_nobody_an_article(site: Loopback, status: int) -> None:
    site.routes["/lathe"] = answer(status)
    found = ask(question(site))

    assert (found.verdict, str(status) in found.why) == ("unknown", True)


def test_nor_does_a_server_that_is_not_there(site: Loopback) -> None:
    asked = question(site)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}/lathe"
    lost = replace(
        asked, article=replace(asked.article, url=url), source=replace(asked.source, url=f"http://127.0.0.1:{port}/f")
    )

    assert ask(lost).verdict == "unknown"


def test_robots_txt_is_asked_first_and_obeyed(site: Loopback) -> None:
    site.routes["/robots.txt"] = answer(200, b"User-agent: *\nDisallow: /lathe")
    found = ask(question(site))

    assert (found.verdict, paths(site)) == ("unknown", [])
    assert found.robots is not None


def test_the_second_time_is_conditional_and_an_unchanged_page_changes_nothing(site: Loopback) -> None:
    def script(asked: Asked, connection: socket.socket) -> None:
        same = asked.headers.get("if-none-match") == '"1"'
        (answer(304) if same else answer(200, page(), {"Content-Type": "text/html", "ETag": '"1"'}))(asked, connection)

    site.routes["/lathe"] = script
    first = ask(question(site))
    assert first.mark is not None
    again = recheck_all([question(site, pages={"tag:/lathe": first.mark})], http=client(), now=NOW + 2 * HOUR)[1]

    assert site.asked[-1].headers["if-none-match"] == '"1"'
    assert again.verdict == "same"
    assert again.mark is not None and again.mark.validators.etag == '"1"'


def test_a_page_that_was_read_within_the_hour_is_not_asked_for(site: Loopback) -> None:
    mark = PageMark("m", NOW, NOW - HOUR / 2, validators=Validators(site.url("/lathe")))

    assert ask(question(site, pages={"tag:/lathe": mark})).verdict == "same"
    assert site.asked == []


def test_a_corrected_page_brings_the_newest_words(site: Loopback) -> None:
    site.routes["/lathe"] = answer(200, page(BODY.replace("Tuesday", "Friday")), {"Content-Type": "text/html"})
    found = ask(question(site))

    assert found.verdict == "changed"
    assert found.article is not None
    assert "Friday" in found.article.text and "Tuesday" not in found.article.text
    assert found.article.guid == "tag:/lathe"


def test_an_article_whose_words_came_from_the_feed_keeps_them(site: Loopback) -> None:
    site.routes["/lathe"] = answer(200, page(BODY.replace("Tuesday", "Friday")), {"Content-Type": "text/html"})

    assert ask(question(site, origin="feed")).verdict == "same"


def test_a_log_in_page_is_no_correction(site: Loopback) -> None:
    wall = page("Please sign in to go on reading what you were reading. " * 10, "Sign in")
    site.routes["/lathe"] = answer(200, wall, {"Content-Type": "text/html"})
    found = ask(question(site))

    assert (found.verdict, "something else" in found.why) == ("unknown", True)


def test_being_sent_to_the_front_page_is_reported_and_costs_nothing(site: Loopback) -> None:
    site.routes["/"] = answer(200, page(), {"Content-Type": "text/html"})
    site.routes["/lathe"] = redirect(302, "/")
    found = ask(question(site))

    assert (found.verdict, "front page" in found.why) == ("unknown", True)


@pytest.mark.parametrize(
    ("said", "verdict"), [({"deleted_at": "2026-11-20"}, "withdrawn"), ({"visible": False}, "withdrawn")]
)
def test_an_api_may_say_that_a_topic_is_gone(site: Loopback, said: dict[str, object], verdict: str) -> None:
    site.routes["/lathe.json"] = answer(200, json.dumps(said).encode(), {"Content-Type": "application/json"})
    asked = question(site, origin="api")
    found = ask(replace(asked, source=replace(asked.source, kind="discourse")))

    assert (found.verdict, paths(site)) == (verdict, ["/lathe.json"])


def test_an_api_is_asked_at_the_address_its_list_gave(site: Loopback) -> None:
    asked = question(site)
    watched = Request(site.url("/api/articles/7"), polite=True, article=replace(asked.article, text=""))
    ask(replace(asked, state=replace(asked.state, watched=(watched,))))

    assert paths(site) == ["/api/articles/7"]


@pytest.mark.parametrize("change", ["enrich", "platform", "elsewhere", "no address"])
def test_pages_that_are_none_of_our_business_are_not_asked_for(site: Loopback, change: str) -> None:
    asked = question(site)
    other = {
        "enrich": replace(asked, source=replace(asked.source, enrich=False)),
        "platform": replace(asked, source=replace(asked.source, url="https://www.reddit.com/r/lathes/.rss")),
        "elsewhere": replace(asked, source=replace(asked.source, url="https://planet.example/feed.xml")),
        "no address": replace(asked, article=replace(asked.article, url=None)),
    }[change]

    assert (ask(other).verdict, site.asked) == ("unasked", [])


def test_a_sources_key_goes_to_its_own_origin_alone(site: Loopback) -> None:
    asked = question(site)
    with serve() as other:
        other.routes["/lathe"] = answer(200, page())
        key = {"Authorization": "Bearer geheim"}
        own = replace(asked, source=replace(asked.source, headers=key))
        elsewhere = replace(own, id=2, article=replace(asked.article, url=other.url("/lathe")))
        recheck_all([own, elsewhere], http=client(), now=NOW)

        assert "authorization" in site.asked[-1].headers
        assert [one for one in other.asked if "authorization" in one.headers] == []


def test_one_host_is_never_asked_two_things_at_once(site: Loopback) -> None:
    questions = []
    for number in range(6):
        site.routes[f"/{number}"] = answer(200, page(), {"Content-Type": "text/html"})
        questions.append(replace(question(site, f"/{number}", origin="feed"), id=number))
    found = recheck_all(questions, http=client(), now=NOW)

    assert [found[number].verdict for number in range(6)] == ["same"] * 6
    assert site.most_at_once == 1


def test_everything_ends_at_the_deadline_however_servers_behave(site: Loopback) -> None:
    free = threading.Event()
    site.routes["/lathe"] = lambda asked, connection: free.wait(5) and None
    started = time.monotonic()
    questions = [replace(question(site), id=number) for number in range(5)]
    found = recheck_all(questions, http=client(), now=NOW, deadline_s=0.3)
    took = time.monotonic() - started
    free.set()

    assert took < 0.6
    assert [(found[number].verdict, "time" in found[number].why) for number in range(5)] == [("unknown", True)] * 5


def test_a_site_all_of_whose_pages_are_missing_is_broken_and_not_empty(site: Loopback) -> None:
    """Two missing pages are two withdrawals; three of three are not, unless one of them is there or says 410."""
    questions = [replace(question(site, f"/{number}", origin="feed"), id=number) for number in range(3)]

    def verdicts(count: int) -> list[str]:
        return [one.verdict for one in recheck_all(questions[:count], http=client(), now=NOW).values()]

    assert verdicts(2) == ["withdrawn"] * 2
    assert verdicts(3) == ["unknown"] * 3
    site.routes["/2"] = answer(410)
    assert verdicts(3) == ["withdrawn"] * 3


def test_what_was_withdrawn_returns_with_its_page_or_its_place_on_a_list(site: Loopback) -> None:
    again = replace(question(site, origin="feed"), withdrawn_at=NOW - 3 * HOUR)
    listed = replace(again, state=replace(again.state, last_success_at=NOW - HOUR / 2, listed=("tag:/lathe",)))
    stale = replace(listed, withdrawn_at=NOW)

    assert (ask(again).verdict, len(paths(site))) == ("same", 1)
    assert (ask(listed).verdict, len(paths(site))) == ("same", 1)
    assert (ask(stale).verdict, len(paths(site))) == ("same", 2), "the list was read before it was withdrawn"


def test_merging_keeps_what_only_the_store_knows() -> None:
    stored = Article(
        source="blog", guid="g", url="u", title="Old", text=BODY, excerpt="Short", image=Image("https://i.example/1.png"),
        origin={"private": "yes", "text": "page"},
    )  # fmt: skip
    newest = merged(
        stored, Article(source="", guid="x", url="u", title="New", text=BODY + "More.", origin={"text": "page"})
    )

    assert newest is not None
    assert (newest.source, newest.guid, newest.title, newest.excerpt, newest.origin["private"]) == (
        "blog", "g", "New", "Short", "yes",
    )  # fmt: skip
    assert newest.image == stored.image


# -- files ------------------------------------------------------------------------------------------------------------


def file_question(folder: Path, guid: str = "lamp.md", text: str = "A lamp was lit.") -> Question:
    article = Article(source="stories", guid=guid, url=None, title="Lamp", text=text, html=f"<p>{text}</p>",
                      origin={"title": "heading", "text": "file"})  # fmt: skip
    return Question(1, article, SourceSettings("stories", "files", path=folder), FetchState())


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        ("# Lamp\n\nA lamp was lit.\n", "same"),
        ("# Lamp\n\nTwo lamps were lit.\n", "changed"),
        ("---\ndraft: true\n---\n# Lamp\n\nA lamp was lit.\n", "withdrawn"),
        ("---\nid: other\n---\n# Lamp\n\nA lamp was lit.\n", "withdrawn"),
        (None, "withdrawn"),
        ("---\ntitle: [\n---\nx", "unknown"),
    ],
)
def test_a_file_is_looked_at_on_the_disk(tmp_path: Path, content: str | None, verdict: str) -> None:
    if content is not None:
        (tmp_path / "lamp.md").write_text(content, encoding="utf-8")

    assert ask(file_question(tmp_path)).verdict == verdict


def test_a_file_that_calls_itself_otherwise_is_found_by_that_name(tmp_path: Path) -> None:
    (tmp_path / "2026-11-lamp.md").write_text("---\nid: lamp\n---\n# Lamp\n\nA lamp was lit.\n", encoding="utf-8")

    assert ask(file_question(tmp_path, "lamp")).verdict == "same"


def test_a_folder_that_is_away_costs_no_article(tmp_path: Path) -> None:
    assert ask(file_question(tmp_path / "unmounted")).verdict == "unknown"


def test_a_name_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("# Secret\n\nNothing.", encoding="utf-8")
    (tmp_path / "in").mkdir()

    assert ask(file_question(tmp_path / "in", "../secret.md")).verdict == "withdrawn"


# -- pictures ---------------------------------------------------------------------------------------------------------


def look(
    site: Loopback, *names: str, source: SourceSettings | None = None, **options: object
) -> tuple[Shown, list[Look]]:
    wish = Wish(1, tuple(Image(site.url(name), 10, 10, "A lamp") for name in names), source)
    given: dict[str, object] = {"fresh": {}, "good": {}, **options}
    (shown,), looks = choose_pictures([wish], http=client(), **given)  # type: ignore[arg-type]
    return shown, looks


def test_a_good_picture_gets_the_size_of_its_own_bytes(site: Loopback) -> None:
    site.routes["/a.jpg"] = answer(200, jpeg(1200, 800), {"Content-Type": "text/plain"})
    shown, (seen,) = look(site, "/a.jpg")

    assert shown.image == Image(site.url("/a.jpg"), 1200, 800, "A lamp")
    assert (seen.picture.ok, seen.bytes) == (True, len(jpeg(1200, 800)))


@pytest.mark.parametrize(
    "bad", [answer(404), answer(200, b"RIFF\x00\x00\x00\x00WEBPVP8 "), answer(200, png()[:60]), answer(500)]
)
def test_a_bad_picture_gives_way_to_the_next_and_says_why(site: Loopback, bad: object) -> None:
    site.routes["/bad"], site.routes["/good.png"] = bad, answer(200, png())  # type: ignore[assignment]
    shown, _ = look(site, "/bad", "/good.png")

    assert shown.image is not None and shown.image.url == site.url("/good.png")
    assert [url for url, _ in shown.refused] == [site.url("/bad")]


def test_without_a_good_one_there_is_none(site: Loopback) -> None:
    shown, _ = look(site, "/bad1", "/bad2")

    assert shown.image is None
    assert [why for _, why in shown.refused] == ["its server answers 404"] * 2


def test_a_picture_is_asked_for_without_cookies_or_referer(site: Loopback) -> None:
    site.routes["/a.png"] = answer(200, png(), {"Set-Cookie": "a=b"})
    look(site, "/a.png")
    look(site, "/a.png")

    assert {name for asked in site.asked for name in asked.headers} == {
        "host", "user-agent", "accept", "accept-encoding", "connection",
    }  # fmt: skip


def test_a_key_opens_a_picture_on_the_private_sources_own_origin_alone(site: Loopback) -> None:
    def script(asked: Asked, connection: socket.socket) -> None:
        (answer(200, png()) if "authorization" in asked.headers else answer(403))(asked, connection)

    site.routes["/a.png"] = script
    key = {"Authorization": "Bearer geheim"}
    shown, _ = look(site, "/a.png", source=SourceSettings("blog", url=site.url("/feed"), headers=key))
    assert shown.image is not None
    assert "key" in shown.warnings[0]

    elsewhere, _ = look(site, "/a.png", source=SourceSettings("blog", url="https://other.example/feed", headers=key))
    assert elsewhere.image is None


def test_too_much_of_a_picture_is_not_read(site: Loopback) -> None:
    site.routes["/a.png"] = answer(200, b"\x00" * (5 * 1024 * 1024 + 1))

    assert "more than 5 MB" in look(site, "/a.png")[0].refused[0][1]


def test_a_verdict_that_still_counts_costs_no_request(site: Loopback) -> None:
    url = site.url("/a.png")
    good = look(site, "/a.png", fresh={url: Look(url, Picture("png", 640, 480))})[0]
    bad = look(site, "/a.png", fresh={url: Look(url, Picture(why="it is WebP"))})[0]

    assert (good.image, bad.image, site.asked) == (Image(url, 640, 480, "A lamp"), None, [])


def test_what_was_good_before_outlives_a_bad_moment_and_not_a_bad_picture(site: Loopback) -> None:
    url = site.url("/a.png")
    good = {url: Look(url, Picture("png", 640, 480))}
    site.routes["/a.png"] = answer(503)
    assert look(site, "/a.png", good=good)[0].image == Image(url, 640, 480, "A lamp")

    site.routes["/a.png"] = answer(404)
    assert look(site, "/a.png", good=good)[0].image is None


def test_after_the_deadline_only_what_was_good_before_is_shown(site: Loopback) -> None:
    free = threading.Event()
    site.routes["/slow.png"] = lambda asked, connection: free.wait(5) and None
    url = site.url("/slow.png")
    started = time.monotonic()
    unseen, _ = look(site, "/slow.png", deadline_s=0.2)
    known, _ = look(site, "/slow.png", deadline_s=0.2, good={url: Look(url, Picture("png", 640, 480))})
    took = time.monotonic() - started
    free.set()

    assert (unseen.image, known.image) == (None, Image(url, 640, 480, "A lamp"))
    assert took < 0.8
