"""The sample community: what its feeds, pages and files carry, read by independent readers."""

from __future__ import annotations

import http.client
import json
import re
import tomllib
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path

import feedparser
import pytest

from digest.demo.community import serve
from digest.demo.setup import write_demo

NOW = datetime(2026, 11, 23, 9, 0, 42, 77, tzinfo=UTC)


@pytest.fixture(scope="module")
def community():
    with serve(now=NOW) as running:
        yield running


def get(community, path, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", community.port, timeout=5)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def entries(community, path):
    parsed = feedparser.parse(get(community, path)[1])
    assert not parsed.bozo
    return {entry.title: entry for entry in parsed.entries}


def test_the_blog_is_rss_with_full_texts_excerpts_scripts_and_comments(community):
    """Six posts: full texts with an image and its alt text, two excerpts only, Arabic, Hindi, counts, and one old."""
    posts = entries(community, "/blog-feed.xml")
    assert len(posts) == 6
    lathe = posts["The lathe that came by boat"]
    assert lathe.author == "Oisín Lally" and lathe.slash_comments == "14"
    assert "eleven-hundredweight" in lathe.content[0].value and 'alt="A flat barge' in lathe.content[0].value
    assert f'src="{community.base_url}/images/lathe.jpg"' in lathe.content[0].value
    repair = posts["Forty-three broken things and one Saturday"]
    assert "content" not in repair and repair.media_content[0]["url"] == f"{community.base_url}/images/repair.jpg"
    languages = {entry.title_detail.language: title for title, entry in posts.items()}
    assert "\u0600" <= languages["ar"][0] <= "\u06ff" and "\u0900" <= languages["hi"][0] <= "\u097f"
    ages = [NOW - datetime(*entry.published_parsed[:6], tzinfo=UTC) for entry in posts.values()]
    assert sum(age > timedelta(days=30) for age in ages) == 1 and sum(age < timedelta(days=7) for age in ages) == 5


def test_the_forum_is_atom_with_emoji_and_a_near_duplicate(community):
    """Four topics this week; one repeats a blog post with slight edits, one has emoji in the title."""
    topics = entries(community, "/forum.atom")
    assert len(topics) == 4 and any("🎉" in title for title in topics)
    assert topics["Quiet Tuesdays: how was the first month?"].thr_total == "11"
    copy = topics["A library where you can borrow a drill"].content[0].value
    original = entries(community, "/blog-feed.xml")["A library where you borrow a drill"].content[0].value
    words, others = set(re.findall(r"\w+", copy)), set(re.findall(r"\w+", original))
    assert copy != original and len(words & others) / len(words | others) > 0.85


def test_the_events_are_a_json_feed_with_one_date_ahead(community):
    """Three items in JSON Feed 1.1, exactly one of them published in the future."""
    answer, body = get(community, "/events/feed.json")
    feed = json.loads(body)
    assert answer.getheader("content-type") == "application/feed+json" and feed["version"].endswith("/1.1")
    dates = [datetime.fromisoformat(item["date_published"]) for item in feed["items"]]
    assert len(dates) == 3 and sum(date > NOW for date in dates) == 1
    assert all(item["content_html"].startswith("<p>") and item["authors"][0]["name"] for item in feed["items"])


def test_every_address_in_the_feeds_answers(community):
    """Each post's page and image exist, the page names the author in JSON-LD and has chrome around the article."""
    links = []
    for path in ("/blog-feed.xml", "/forum.atom"):
        links += [entry.link for entry in entries(community, path).values()]
    links += [item["url"] for item in json.loads(get(community, "/events/feed.json")[1])["items"]]
    assert len(links) == 13
    for link in links:
        answer, body = get(community, link.removeprefix(community.base_url))
        page = body.decode()
        assert answer.status == 200 and "bottom of page" in page and "You might also like" in page
        data = json.loads(re.search(r'ld\+json">(.*?)</script>', page)[1])
        assert data["author"]["name"] and data["headline"] and data["url"] == link
        for image in re.findall(r'<img src="([^"]+)"', page):
            answer, picture = get(community, image.removeprefix(community.base_url))
            assert answer.status == 200 and picture.startswith(b"\xff\xd8\xff")


def test_nothing_is_sent_twice_to_who_has_it(community):
    """ETag and Last-Modified both earn a 304 without a body; a wrong ETag beats a right date (RFC 9110 13.2.2)."""
    answer, body = get(community, "/blog-feed.xml")
    tag, changed = answer.getheader("etag"), answer.getheader("last-modified")
    again, empty = get(community, "/blog-feed.xml", If_None_Match=tag)
    assert again.status == 304 and empty == b"" and again.getheader("etag") == tag
    assert get(community, "/blog-feed.xml", If_None_Match=f'"other", W/{tag}')[0].status == 304
    assert get(community, "/blog-feed.xml", If_Modified_Since=changed)[0].status == 304
    assert get(community, "/blog-feed.xml", If_None_Match='"x"', If_Modified_Since=changed)[0].status == 200
    assert get(community, "/blog-feed.xml", If_Modified_Since="rubbish")[1] == body
    assert get(community, "/blog-feed.xml", If_Modified_Since="Mon, 01 Jan 2024 00:00:00 GMT")[0].status == 200


def test_requests_are_recorded_and_unknown_pages_are_404(community):
    """The log has method, path and status of each request in order."""
    before = len(community.requests)
    assert get(community, "/nothing")[0].status == 404
    assert [(entry.method, entry.path, entry.status) for entry in community.requests[before:]] == [
        ("GET", "/nothing", 404)
    ]


def test_the_folder_holds_a_copied_page_a_note_and_markdown(community):
    """One file with page chrome around it, one without any title or date, one with front matter dated this week."""
    files = {path.name: path.read_text(encoding="utf-8") for path in community.folder.iterdir()}
    assert len(files) == 3
    copied = files["the-low-bench.txt"]
    assert copied.startswith("top of page\n") and copied.endswith("26 views4 comments\nbottom of page")
    assert "\nBy: Ruth Adeyemi\n" in copied
    assert files["note-from-the-dark.txt"].startswith("When the power went out")
    date = re.search(r"^date: (\S+)$", files["six-sheds-by-bicycle.md"], re.MULTILINE)[1]
    assert timedelta(0) < NOW - datetime.fromisoformat(date) < timedelta(days=7)
    assert f"]({community.base_url}/images/sheds.jpg)" in files["six-sheds-by-bicycle.md"]


def test_the_same_moment_gives_the_same_site():
    """Two servers started with one `now` publish the same feed but for their ports."""
    with serve(now=NOW) as first, serve(now=NOW) as second:
        one = get(first, "/blog-feed.xml")[1].replace(str(first.port).encode(), b"PORT")
        two = get(second, "/blog-feed.xml")[1].replace(str(second.port).encode(), b"PORT")
    assert one == two
    assert not first.folder.exists()


def test_a_naive_now_is_refused():
    """Dates without a zone would silently shift the community by hours."""
    with pytest.raises(ValueError, match="aware"):
        serve(now=datetime(2026, 1, 1))


def test_the_pictures_are_small_and_all_used():
    """Every picture is at most 60 KiB, and every article's picture exists."""
    package = resources.files("digest.demo")
    pictures = {
        file.name: len(file.read_bytes()) for file in package.joinpath("images").iterdir() if file.name.endswith(".jpg")
    }
    named = {
        match
        for folder in package.joinpath("articles").iterdir()
        for file in folder.iterdir()
        for match in re.findall(r"^image: (\S+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert max(pictures.values()) <= 60 * 1024
    assert named == set(pictures)


def test_the_written_configuration_is_toml_with_what_the_design_names(tmp_path: Path):
    """The four sources, list, weekly digest and loopback relay are there; odd paths survive quoting."""
    folder = tmp_path / 'sto"ries \\ é'
    folder.mkdir()
    path = write_demo(
        tmp_path / "demo",
        base_url="http://127.0.0.1:8",
        folder=folder,
        smtp_port=25,
        subscribers_csv=tmp_path / "s.csv",
    )
    config = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(config["source"]) == {"blog", "forum", "events", "stories"}
    assert config["source"]["stories"]["path"] == str(folder.resolve())
    assert config["relay"]["main"] == {"url": "smtp://127.0.0.1:25"} and config["fetch"]["allow_hosts"] == ["127.0.0.1"]
    assert config["digest"]["weekly"]["list"] == "members" and config["list"]["members"]["csv"].endswith("s.csv")
    assert config["site"]["timezone"] == "Europe/Dublin"


def test_a_named_folder_stays(tmp_path: Path) -> None:
    """The stories of a demo that is kept are there after it ended; a temporary folder is not."""
    with serve(now=NOW, folder=tmp_path / "stories") as kept, serve(now=NOW) as passing:
        assert kept.folder == tmp_path / "stories" and passing.folder.exists()
    assert any((tmp_path / "stories").iterdir()) and not passing.folder.exists()
