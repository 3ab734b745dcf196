"""`digest sources` and `digest gather --dry-run` against real servers on loopback."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support_cli import FRIDAY, Digest, publish

from digest.cli.sources_edit import KINDS
from digest.config.schema import SOURCE_KINDS
from support_http import Loopback, answer, serve
from support_world import World

pytestmark = pytest.mark.usefixtures("world")

RSS = (
    "<?xml version='1.0'?><rss version='2.0'><channel><title>{title}</title>"
    "<item><title>{item}</title><link>https://a.example/1</link><guid>g1</guid>"
    "<pubDate>Thu, 19 Nov 2026 08:00:00 GMT</pubDate><description>{body}</description></item></channel></rss>"
)


def feed(title: str, item: str = "A bench for the pier") -> bytes:
    body = "It was carried down in one piece and has stood there since. Nobody has moved it yet, and nobody will."
    return RSS.format(title=title, item=item, body=body).encode()


@pytest.fixture
def site() -> Any:
    """A site whose front page declares two feeds."""
    with serve() as server:
        links = "".join(
            f'<link rel="alternate" type="application/rss+xml" title="{name}" href="/{name}.xml">'
            for name in ("news", "events")
        )
        page = f"<html lang='en'><head><title>Pier People</title>{links}</head><body><p>Hello.</p></body></html>"
        server.routes["/"] = answer(200, page.encode(), {"Content-Type": "text/html"})
        for name in ("news", "events"):
            server.routes[f"/{name}.xml"] = answer(200, feed(name.title()), {"Content-Type": "application/rss+xml"})
        yield server


def file_of(folder: Path) -> str:
    return (folder / "digest.toml").read_text(encoding="utf-8")


def dump(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "digest.db") as connection:
        return list(connection.iterdump())


def test_the_kinds_of_the_help_are_those_of_the_configuration() -> None:
    """`--kind` offers exactly what `kind` in digest.toml accepts."""
    assert KINDS == SOURCE_KINDS


# --- add, remove ---------------------------------------------------------------------------------------------------


def test_a_site_with_several_feeds_needs_a_word(digest: Digest, site: Loopback, tmp_path: Path) -> None:
    """Where nobody can be asked, the feeds are listed (exit 2) and nothing is written; --yes takes the first."""
    before = file_of(tmp_path)
    refused = digest("sources", "add", site.url("/"))
    assert refused.code == 2 and "events.xml" in refused.err and file_of(tmp_path) == before
    added = digest("sources", "add", site.url("/"), "--yes")
    assert added.code == 0, added.err
    assert "A bench for the pier" in added.out and "Taken by weekly" in added.out
    source = tomllib.loads(file_of(tmp_path))["source"]["pier-people"]
    assert source == {"url": site.url("/news.xml"), "kind": "feed"}
    assert digest("gather", "pier-people").code == 0


def test_on_a_terminal_the_person_chooses(
    digest: Digest, site: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked which of two feeds, the answer 2 writes down the second."""
    monkeypatch.setattr("digest.cli.sources_edit.on_terminal", lambda: True)
    monkeypatch.setattr("click.prompt", lambda *_, **__: 2)
    assert digest("sources", "add", site.url("/"), "--name", "events").code == 0
    assert tomllib.loads(file_of(tmp_path))["source"]["events"]["url"] == site.url("/events.xml")


def test_a_digest_that_names_its_sources_gets_the_new_one(world: World, digest: Digest, site: Loopback) -> None:
    """The name joins the digest's list; the same address a second time is refused and names the source it is."""
    world.configure(digest='sources = ["blog"]  # the blog alone')
    done = digest("sources", "add", site.url("/news.xml"), "--name", "news", "--json")
    assert done.code == 0 and done.data["digests"] == ["weekly"] and done.data["articles"] == 1
    text = file_of(world.folder)
    assert tomllib.loads(text)["digest"]["weekly"]["sources"] == ["blog", "news"] and "# the blog alone" in text
    again = digest("sources", "add", site.url("/news.xml?utm_source=x"))
    assert again.code == 2 and "a source already: news" in again.err and file_of(world.folder) == text


def test_what_answers_nothing_is_not_written_down(digest: Digest, site: Loopback, tmp_path: Path) -> None:
    """An address that fails is exit 1 and leaves the file alone; --offline writes it down unasked."""
    before, gone = file_of(tmp_path), site.url("/gone.xml")
    for extra in ([], ["--kind", "feed"]):
        failed = digest("sources", "add", gone, *extra)
        assert failed.code == 1 and "404" in failed.err and file_of(tmp_path) == before
    asked = len(site.asked)
    assert digest("sources", "add", gone, "--offline", "--name", "later").code == 0
    assert len(site.asked) == asked and tomllib.loads(file_of(tmp_path))["source"]["later"] == {"url": gone}


@pytest.mark.parametrize(
    "args",
    [
        ["https://a.example/feed?access_token=abc"],
        ["https://ann:pw@a.example/feed"],
        ["https://a.example/feed", "--header", "Authorization: Bearer abc"],
    ],
)
def test_no_secret_is_written(digest: Digest, tmp_path: Path, args: list[str]) -> None:
    """A key in the address or a header is refused with where it belongs (exit 2); the file stays as it was."""
    before = file_of(tmp_path)
    refused = digest("sources", "add", *args)
    assert refused.code == 2 and "env" in refused.err and file_of(tmp_path) == before


def test_a_header_is_written_as_a_reference(digest: Digest, tmp_path: Path) -> None:
    """A credential is named by its variable, a harmless header as it is; nothing is asked of the network."""
    headers = ["--header", "Authorization: env:BLOG_TOKEN", "--header", "Accept-Language: ga"]
    done = digest("sources", "add", "https://a.example/feed", *headers)
    assert done.code == 0, done.err
    written = tomllib.loads(file_of(tmp_path))["source"]["a"]["headers"]
    assert written == {"Authorization": {"env": "BLOG_TOKEN"}, "Accept-Language": "ga"}


def test_a_folder_is_a_source(digest: Digest, tmp_path: Path) -> None:
    """A folder beside the file is written relative to it; one that is not there is refused with the likely address."""
    (tmp_path / "Letters from Readers").mkdir()
    assert digest("sources", "add", "Letters from Readers").code == 0
    assert tomllib.loads(file_of(tmp_path))["source"]["letters-from-readers"] == {"path": "Letters from Readers"}
    refused = digest("sources", "add", "harbour.example/feed")
    assert refused.code == 2 and "digest sources add https://harbour.example/feed" in refused.err


def test_removing_keeps_the_articles(world: World, digest: Digest) -> None:
    """A removed source leaves file and digest, is shown, and its articles stay; the only source of a digest stays."""
    world.configure(digest='sources = ["blog", "stories"]')
    digest("gather")
    done = digest("sources", "remove", "blog", "--yes")
    assert done.code == 0, done.err
    assert "[source.blog]" in done.out and "out of [digest.weekly]" in done.out
    data = tomllib.loads(file_of(world.folder))
    assert set(data["source"]) == {"stories"} and data["digest"]["weekly"]["sources"] == ["stories"]
    assert len(digest("articles", "list", "--source", "blog", "--json").data) == 2
    kept = digest("sources", "remove", "stories", "--yes")
    assert kept.code == 2 and "only source" in kept.err


def test_removing_asks_first(digest: Digest, tmp_path: Path) -> None:
    """Without --yes and without a terminal nothing is removed (exit 2); an unknown name is answered with a near one."""
    before = file_of(tmp_path)
    assert digest("sources", "remove", "blog").code == 2
    wrong = digest("sources", "remove", "blogg", "--yes")
    assert wrong.code == 2 and "did you mean 'blog'?" in wrong.err and file_of(tmp_path) == before


# --- looking -------------------------------------------------------------------------------------------------------


def test_a_test_stores_nothing(world: World, digest: Digest) -> None:
    """`sources test` shows titles, dates and texts, of a source and of an address, and the database stays as it was."""
    digest("status")
    before = dump(world.folder)
    shown = digest("sources", "test", "blog")
    assert shown.code == 0 and "Six sheds by bicycle" in shown.out and "began with a wet evening" in shown.out
    assert "2026-11-20 12:00" in shown.out and "Nothing was stored" in shown.out
    data = digest("sources", "test", f"{world.feed.url}/feed.xml", "--json").data
    assert data["kind"] == "feed" and len(data["articles"]) == 2
    assert dump(world.folder) == before
    world.feed.status = 500
    assert digest("sources", "test", "blog").code == 1


def test_a_test_leaves_a_server_alone_that_asked_for_it(world: World, digest: Digest) -> None:
    """After a 503, `sources test` does not ask again until the wait is over, unless --force."""
    world.feed.status = 503
    digest("gather", "blog")
    world.feed.status, asked = 200, len(world.feed.requests)
    held = digest("sources", "test", "blog", at=FRIDAY + timedelta(minutes=2))
    assert held.code == 1 and "--force" in held.err and len(world.feed.requests) == asked
    assert digest("sources", "test", "blog", "--force", at=FRIDAY + timedelta(minutes=2)).code == 0


def test_list_and_explain_tell_how_a_source_is_doing(world: World, digest: Digest) -> None:
    """The list has every source with its digests; explain says kind, reason, failures and months."""
    listed = {one["name"]: one for one in digest("sources", "list", "--json").data}
    assert listed["blog"]["health"] == "new" and listed["stories"]["kind"] == "files"
    digest("gather")
    world.feed.status = 500
    digest("gather", "blog", at=FRIDAY + timedelta(hours=2))
    [blog, _] = digest("sources", "list", "--json").data
    assert (blog["kind"], blog["health"], blog["failures"], blog["articles"]) == ("feed (found)", "failing", 1, 2)
    assert blog["digests"] == ["weekly"] and "failing (1)" in digest("sources", "list").out
    told = digest("sources", "explain", "blog")
    assert told.code == 0
    assert "feed, found at" in told.out and "failed 1 time in a row" in told.out and "2026-11: 2" in told.out
    assert "did you mean 'stories'?" in digest("sources", "explain", "storys").err


def test_a_pause_is_shown_everywhere(world: World, digest: Digest) -> None:
    """A paused source says so in `list`, `explain` and `status`, with its note, until it is resumed."""
    digest("gather")
    assert digest("sources", "pause", "blog", "--note", "moving house").code == 0
    assert "paused: moving house" in digest("sources", "list").out
    assert "digest sources resume blog" in digest("sources", "explain", "blog").out
    assert "source blog: paused: moving house" in digest("status").out
    assert digest("status", "--json").data["paused"]["blog"]["note"] == "moving house"
    assert "paused already" in digest("sources", "pause", "blog").out
    assert "asked again" in digest("sources", "resume", "blog").out
    assert "was not paused" in digest("sources", "resume", "blog").out
    assert "paused" not in digest("status").out


# --- OPML ----------------------------------------------------------------------------------------------------------

OPML = """<?xml version="1.0"?>
<opml version="2.0"><body>
<outline text="Local">
  <outline text="Harbour Times" xmlUrl="https://harbour.example/rss"/>
  <outline text="Blog" xmlUrl="{blog}"/>
  <outline text="Broken" xmlUrl="ftp://harbour.example/x"/>
  <outline text="Harbour again" xmlUrl="https://harbour.example/rss/"/>
</outline></body></opml>
"""


def test_opml_is_imported_line_by_line(world: World, digest: Digest, tmp_path: Path) -> None:
    """New feeds are added under folder and title, duplicates and bad lines named; a dry run writes nothing."""
    (tmp_path / "feeds.opml").write_text(OPML.format(blog=f"{world.feed.url}/feed.xml"))
    before = file_of(tmp_path)
    dry = digest("sources", "import-opml", "feeds.opml", "--dry-run")
    assert dry.code == 3 and "1 source would be added" in dry.out and file_of(tmp_path) == before
    done = digest("sources", "import-opml", "feeds.opml", "--json")
    assert done.code == 3
    verdicts = [(line["line"], line["verdict"], line["name"]) for line in done.data["lines"]]
    assert verdicts == [
        (4, "add", "local-harbour-times"),
        (5, "duplicate", "blog"),
        (6, "unusable", ""),
        (7, "duplicate", "local-harbour-times"),
    ]
    assert "# Local\n[source.local-harbour-times]\n" in file_of(tmp_path)
    assert digest("sources", "import-opml", "feeds.opml").out.endswith("Nothing to add.\n")


def test_opml_comes_back(world: World, digest: Digest, tmp_path: Path) -> None:
    """What is exported can be imported elsewhere; folders are left out and named; a file is not overwritten unasked."""
    digest("gather")
    done = digest("sources", "export-opml", "out.opml")
    assert done.code == 0 and "stories is left out" in done.err
    text = (tmp_path / "out.opml").read_text()
    assert f'xmlUrl="{world.feed.url}/feed.xml"' in text and 'title="Blog"' in text
    assert digest("sources", "export-opml", "out.opml").code == 2
    assert digest("sources", "export-opml", "out.opml", "--force").code == 0


# --- gather --dry-run ----------------------------------------------------------------------------------------------


def test_a_dry_gathering_writes_nothing(world: World, digest: Digest) -> None:
    """`gather --dry-run` names what would be new for which digest; validators, rows and files stay as they were."""
    digest("gather")
    publish(world.feed, "The third kettle", at=FRIDAY + timedelta(hours=1))
    before, file = dump(world.folder), (world.folder / "digest.db").read_bytes()
    later = FRIDAY + timedelta(hours=3)
    shown = digest("gather", "--dry-run", at=later)
    assert shown.code == 0 and "1 article would be new" in shown.out and "The third kettle (blog)" in shown.out
    data = digest("gather", "--dry-run", "--json", at=later).data
    blog = next(one for one in data["sources"] if one["source"] == "blog")
    assert (blog["new"], blog["updated"], blog["unchanged"]) == (1, 0, 2)
    assert blog["new_for"] == {"weekly": ["The third kettle"]}
    assert dump(world.folder) == before and (world.folder / "digest.db").read_bytes() == file
    assert digest("gather", "--dry-run", "--backfill", "all").code == 2
    assert "1 new" in digest("gather", "blog", at=later).out


def test_many_sources_on_a_terminal_are_one_summary(
    world: World, digest: Digest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ten sources and more, a terminal gets lines for what is new or wrong only, and a summary of the rest."""
    extra = "".join(f'[source.s{n}]\npath = "articles"\n' for n in range(9))
    world.configure(extra=extra + f'[source.bad]\nurl = "{world.feed.url}/none.xml"\n')
    monkeypatch.setattr("digest.cli.gather.shown_to_person", lambda: True)
    done = digest("gather")
    assert done.code == 3 and "bad:" in done.out and "blog: 2 articles, 2 new" in done.out
    assert "s1:" not in done.out and "12 sources: 1 failed, 10 without anything new" in done.out


def test_json_is_one_value(digest: Digest) -> None:
    """Every `--json` of the group prints one JSON value and nothing else on standard output."""
    for args in (["list"], ["explain", "blog"], ["test", "blog"], ["pause", "blog"], ["resume", "blog"]):
        done = digest("sources", *args, "--json")
        assert done.code == 0 and json.loads(done.out) is not None, (args, done.err, sys.version)


def test_the_first_source_is_added_to_a_configuration_without_any(world: World, digest: Digest, site: Loopback) -> None:
    """What `check` calls missing is what `sources add` is for; `gather` says so instead of doing nothing."""
    kept = re.sub(r"(?ms)^\[source\..*?(?=^\[|\Z)", "", file_of(world.folder))
    (world.folder / "digest.toml").write_text(kept, encoding="utf-8")
    assert digest("sources", "list").code == 0
    empty = digest("gather")
    assert empty.code == 2 and "there is no source" in empty.err and "digest sources add" in empty.err
    assert "digest sources add" in digest("check").err
    assert digest("sources", "add", site.url("/news.xml")).code == 0
    assert digest("gather").code == 0


def test_a_feeds_own_title_names_it(digest: Digest, site: Loopback) -> None:
    """Where there is no page around a feed, its title says what to call the source."""
    site.routes.pop("/")
    site.routes["/x.xml"] = answer(200, feed("Slip Notes"), {"Content-Type": "application/rss+xml"})
    added = digest("sources", "add", site.url("/x.xml"))
    assert added.code == 0 and "[source.slip-notes]" in added.out


def test_explain_names_the_lines_that_repeat_and_no_others(digest: Digest, site: Loopback) -> None:
    """Lines around every article are shown as a reader would see them; what stood once is not among them."""
    items = "".join(
        f"<item><title>Tide {n}</title><guid>t{n}</guid><pubDate>Thu, 19 Nov 2026 0{n}:00:00 GMT</pubDate>"
        f"<description>&lt;p&gt;{words} All of it was written down by hand that evening.&lt;/p&gt;"
        "&lt;p&gt;Made with salt by the pier people.&lt;/p&gt;</description></item>"
        for n, words in enumerate(("Herring came.", "The net tore.", "Nobody sailed.", "Two boats met.", "It froze."))
    )
    data = f"<rss version='2.0'><channel><title>Tides</title>{items}</channel></rss>".encode()
    site.routes["/tides.xml"] = answer(200, data, {"Content-Type": "application/rss+xml"})
    digest("sources", "add", site.url("/tides.xml"), "--name", "tides")
    digest("gather", "tides")
    told = digest("sources", "explain", "tides")
    assert "Made with salt by the pier people." in told.out and "Herring came." not in told.out
    assert "{" not in told.out and '"counted"' not in told.out
    assert digest("sources", "explain", "tides", "--json").data["lines"] == ["Made with salt by the pier people."]
