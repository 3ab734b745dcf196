"""From a site's plain address to its articles: what is looked for, in which order, and how little is asked."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from digest.errors import ParseError
from digest.gather import FetchState, Gathered, SourceSettings, gather_source
from digest.gather.discovery import address_hint, discover, read_site, sniff, usual_places
from digest.http import PublicHttp
from digest.model import from_plain, to_plain
from support_http import Asked, Loopback, answer, redirect, serve

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LONG = " ".join(f"Sentence number {number} about the slipway and its winch." for number in range(40))


def feed(title: str = "Quay", *items: str) -> bytes:
    body = "".join(items) or "<item><title>One</title><guid isPermaLink='false'>1</guid></item>"
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>{title}</title>{body}</channel></rss>".encode()


def item(path: str, server: Loopback, words: str) -> str:
    return f"<item><title>About {path}</title><link>{server.url(path)}</link><description>{words}</description></item>"


def page(head: str = "", body: str = "") -> bytes:
    top = f"<!doctype html><html lang='de-AT'><head><title>Quay | Home</title>{head}</head>"
    return f"{top}<body>{body}</body></html>".encode()


def article_page(words: str = LONG, head: str = "") -> bytes:
    return page(
        f"<meta property='article:published_time' content='2026-11-20T10:00:00Z'>{head}",
        f"<article><h1>About it</h1><p>{words}</p></article>",
    )


@pytest.fixture
def server() -> Iterator[Loopback]:
    with serve() as running:
        yield running


def http() -> PublicHttp:
    return PublicHttp(user_agent="t", allow_hosts=("127.0.0.1", "localhost"), total_s=2)


def gather(
    server: Loopback, path: str, state: FetchState | None = None, *, now: datetime = NOW, **more: object
) -> Gathered:
    settings: dict[str, object] = {"kind": "auto", "url": server.url(path), **more}
    return gather_source(SourceSettings("quay", **settings), state or FetchState(), http=http(), now=now)  # type: ignore[arg-type]


def paths(server: Loopback) -> list[str]:
    return [asked.path for asked in server.asked]


def test_a_feeds_own_address_costs_one_request(server: Loopback) -> None:
    """Kind auto on a feed asks once, remembers that it is one, and asks conditionally from then on."""
    server.routes["/f"] = answer(200, feed(), {"ETag": '"a"'})
    first = gather(server, "/f")
    assert first.status == "new" and first.state.found_kind == "feed" and paths(server) == ["/f"]
    server.routes["/f"] = answer(304)
    again = gather(server, "/f", from_plain(FetchState, to_plain(first.state)))
    assert again.status == "unchanged" and server.asked[1].headers["if-none-match"] == '"a"'


def test_a_sites_own_word_is_taken_first(server: Loopback) -> None:
    """link rel=alternate wins over everything, feeds of comments and of WordPress's API do not count."""
    links = (
        "<link rel='alternate' type='application/rss+xml' title='Comments' href='/comments/feed/'>"
        "<link rel='alternate' type='application/json' href='/wp-json/wp/v2/pages/2'>"
        "<link rel='alternate' type='application/rss+xml' title='Quay' href='/posts.xml'>"
    )
    server.routes["/"] = answer(200, page(links, "<a href='/other/feed.xml'>Feed</a>"))
    server.routes["/posts.xml"] = answer(200, feed())
    got = gather(server, "/")
    assert got.status == "new" and got.title == "Quay" and paths(server) == ["/", "/posts.xml"]
    gather(server, "/", got.state)
    assert paths(server)[2:] == ["/posts.xml"]


def test_discover_tells_what_an_operator_needs(server: Loopback) -> None:
    """Kind, address, name, language, colour and alternatives come back in one value."""
    head = (
        "<meta name='theme-color' media='(prefers-color-scheme: dark)' content='#000'>"
        "<meta name='theme-color' content='#1AF'>"
        "<meta property='og:site_name' content='Riverside Quay'><meta name='generator' content='WordPress 6.9'>"
        "<link rel='alternate' type='application/rss+xml' href='/feed/'>"
        "<link rel='alternate' type='application/atom+xml' href='/atom/'>"
    )
    server.routes["/"] = answer(200, page(head))
    server.routes["/feed/"] = answer(200, feed())
    found = discover(server.url("/"), http(), NOW)
    assert (found.kind, found.feed_url) == ("wordpress", server.url("/feed/"))
    assert (found.title, found.language, found.colour) == ("Riverside Quay", "de-AT", "#11aaff")
    assert found.alternatives == (server.url("/atom/"),) and found.tried == ()


def test_links_then_usual_places_and_never_a_storm(server: Loopback) -> None:
    """Where the page declares nothing, a link is tried, then at most six usual places; nothing is tried twice."""
    server.routes["/"] = answer(200, page("", "<a href='/dead/rss.xml'>RSS</a>"))
    with pytest.raises(ParseError, match=r"no feed was found.*\n?Try: "):
        discover(server.url("/"), http(), NOW)
    assert paths(server)[:2] == ["/", "/dead/rss.xml"] and len(paths(server)) <= 9
    assert paths(server)[-1] == "/robots.txt"  # whether it names a sitemap
    assert len(set(paths(server))) == len(paths(server))
    server.asked.clear()
    failed = gather(server, "/")
    assert failed.status == "failed" and "no feed was found" in failed.error
    server.asked.clear()
    gather(server, "/", from_plain(FetchState, to_plain(failed.state)), now=NOW + timedelta(days=1))
    assert paths(server) == ["/"]
    server.routes["/feed.xml"] = answer(200, feed())
    assert gather(server, "/", failed.state, now=NOW + timedelta(days=31)).status == "new"


@pytest.mark.parametrize(
    ("generator", "path", "kind"),
    [
        ("Ghost 6.1", "/rss/", "ghost"),
        ("WordPress 6.9", "/feed/", "wordpress"),
        ("Wix.com Website Builder", "/blog-feed.xml", "wix"),
    ],
)
def test_a_platform_is_asked_where_it_keeps_its_feed(server: Loopback, generator: str, path: str, kind: str) -> None:
    """The generator's name saves every other probe."""
    server.routes["/"] = answer(200, page(f"<meta name='generator' content='{generator}'>"))
    server.routes[path] = answer(200, feed())
    found = discover(server.url("/"), http(), NOW)
    assert (found.kind, found.feed_url) == (kind, server.url(path)) and paths(server) == ["/", path]


def test_a_forum_is_recognised_and_read(server: Loopback) -> None:
    """Discourse's front page leads to its list of topics and their first posts."""
    server.routes["/"] = answer(200, page("<meta name='generator' content='Discourse 3.6 - https://discourse.org'>"))
    topic = b'{"users": [], "topic_list": {"topics": [{"id": 9, "title": "Winch", "slug": "winch", "posts_count": 1}]}}'
    server.routes["/latest.json?order=created"] = answer(200, topic)
    server.routes["/t/winch/9.json"] = answer(200, b'{"post_stream": {"posts": [{"cooked": "<p>It turns.</p>"}]}}')
    got = gather(server, "/")
    assert [(one.title, one.text) for one in got.articles] == [("Winch", "It turns.")]
    assert got.state.found_kind == "discourse"


def test_a_page_of_links_is_the_last_resort(server: Loopback) -> None:
    """Without any feed, a page of links is a source; each page is read once, and robots.txt is asked first."""
    links = "".join(f"<article><h2><a href='/n/{n}'>Story number {n}</a></h2></article>" for n in range(4))
    server.routes["/news"] = answer(200, page("", links))
    server.routes["/robots.txt"] = answer(200, b"User-agent: *\nDisallow: /n/2\n")
    for number in range(4):
        server.routes[f"/n/{number}"] = answer(200, article_page(f"{LONG} Number {number}."))
    got = gather(server, "/news")
    assert got.status == "new" and sorted(one.url or "" for one in got.articles) == [
        server.url(f"/n/{n}") for n in (0, 1, 3)
    ]
    assert "/n/2" not in paths(server) and paths(server).index("/robots.txt") < paths(server).index("/n/0")
    assert any("robots.txt" in warning for warning in got.warnings)
    server.asked.clear()
    server.routes["/news"] = answer(
        200, page("", links + "<article><h2><a href='/n/5'>Story number 5</a></h2></article>")
    )
    server.routes["/n/5"] = answer(200, article_page())
    again = gather(server, "/news", from_plain(FetchState, to_plain(got.state)), now=NOW + timedelta(hours=2))
    assert paths(server) == ["/news", "/n/5"] and [one.url for one in again.articles] == [server.url("/n/5")]
    assert len(again.listed) == 5


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_sitemap_that_robots_txt_names_is_found_after_everything_else(server: Loopback, is_packed: bool) -> None:
    """A site that declares nothing and lists nothing on its front page is read by its own list of pages."""
    sitemap = f"<urlset><url><loc>{server.url('/n/1')}</loc></url><url><loc>{server.url('/x/2')}</loc></url></urlset>"
    data = gzip.compress(sitemap.encode()) if is_packed else sitemap.encode()
    server.routes["/"] = answer(200, page("", "<p>Welcome</p>"))
    rules = f"User-agent: *\nDisallow: /x/\nSitemap: {server.url('/all.xml')}\nSitemap: {server.url('/news.xml')}\n"
    server.routes["/robots.txt"] = answer(200, rules.encode())
    server.routes["/news.xml"] = answer(200, data)
    published = '<meta property="article:published_time" content="2026-11-20T10:00:00Z">'
    server.routes["/n/1"] = answer(200, article_page(head=published))
    got = gather(server, "/")
    assert (got.state.found_kind, got.state.found_url) == ("sitemap", server.url("/news.xml"))
    assert [one.url for one in got.articles] == [server.url("/n/1")]
    assert paths(server).count("/news.xml") == 1 and "/all.xml" not in paths(server) and "/x/2" not in paths(server)


def test_what_was_found_is_looked_for_again_when_it_goes(server: Loopback) -> None:
    """A 404 or 410 from the found feed is a failure once, and then the site's address is asked anew."""
    server.routes["/"] = answer(200, page("<link rel='alternate' type='application/rss+xml' href='/old.xml'>"))
    server.routes["/old.xml"] = answer(200, feed())
    first = gather(server, "/")
    server.routes["/"] = answer(200, page("<link rel='alternate' type='application/rss+xml' href='/new.xml'>"))
    server.routes["/old.xml"], server.routes["/new.xml"] = (
        answer(410),
        answer(200, feed("New", "<item><title>Two</title></item>")),
    )
    failed = gather(server, "/", first.state)
    assert failed.status == "failed" and failed.health == "ok"
    assert gather(server, "/", failed.state).articles[0].title == "Two"


def test_excerpts_are_completed_within_bounds(server: Loopback) -> None:
    """Twenty pages a run, the rest later without asking for the list's body again; excerpts are shown at once."""
    items = [item(f"/p/{number}", server, f"Sentence number {number % 40}") for number in range(30)]
    server.routes["/f"] = answer(200, feed("Quay", *items), {"ETag": '"a"'})
    for number in range(30):
        server.routes[f"/p/{number}"] = answer(200, article_page())
    first = gather(server, "/f")
    whole = [one for one in first.articles if "number 39" in one.text]
    assert len(whole) == 20 and len(first.articles) == 30 and len(first.state.pending) == 10
    server.routes["/f"] = answer(304)
    server.asked.clear()
    second = gather(server, "/f", from_plain(FetchState, to_plain(first.state)), now=NOW + timedelta(hours=1))
    assert len(server.asked) == 11 and second.status == "new" and len(second.articles) == 10
    assert all("number 39" in one.text for one in second.articles) and second.state.pending == ()
    third = gather(server, "/f", second.state, now=NOW + timedelta(hours=2))
    assert third.status == "unchanged" and third.articles == ()


def test_a_page_that_fails_is_tried_three_times(server: Loopback) -> None:
    """The excerpt arrives at once, the failure is said, and after three runs it is given up; a 429 stops the pages."""
    server.routes["/f"] = answer(200, feed("Quay", item("/p", server, "Sentence number 1")), {"ETag": '"a"'})
    server.routes["/p"] = answer(500)
    got = gather(server, "/f")
    assert [one.text for one in got.articles] == ["Sentence number 1"] and "500" in got.warnings[0]
    server.routes["/f"] = answer(304)
    for hours in range(1, 6):
        got = gather(server, "/f", got.state, now=NOW + timedelta(hours=hours))
        assert got.articles == ()
    assert paths(server).count("/p") == 3
    server.routes["/f"] = answer(200, feed("Quay", *[item(f"/q{n}", server, f"Sentence number {n}") for n in range(3)]))
    server.routes["/q0"] = server.routes["/q1"] = server.routes["/q2"] = answer(429, b"", {"Retry-After": "7200"})
    held = gather(server, "/f", got.state, now=NOW + timedelta(hours=9))
    assert len(held.articles) == 3 and sum(path.startswith("/q") for path in paths(server)) == 1
    gather(server, "/f", held.state, now=NOW + timedelta(hours=10))
    assert sum(path.startswith("/q") for path in paths(server)) == 1


def test_young_pages_are_watched_once_a_day(server: Loopback) -> None:
    """Wix pages are asked again, conditionally, a day later, for their counters; after two weeks no more."""
    server.routes["/blog-feed.xml"] = answer(
        200, feed("Quay", item("/p", server, "Sentence number 1")), {"ETag": '"a"'}
    )
    counters = iter(range(100))

    def script(asked: Asked, connection: socket.socket) -> None:
        body = article_page(LONG, f"<!-- {next(counters)} -->")
        answer(200, body, {"ETag": f'"{len(server.asked)}"'})(asked, connection)

    server.routes["/p"] = script
    got = gather(server, "/blog-feed.xml", kind="wix")
    server.routes["/blog-feed.xml"] = answer(304)
    for hours, count in ((5, 1), (25, 2), (30, 2), (50, 3), (24 * 20, 3)):
        got = gather(server, "/blog-feed.xml", got.state, now=NOW + timedelta(hours=hours), kind="wix")
        assert paths(server).count("/p") == count, hours
    assert "if-none-match" in [asked for asked in server.asked if asked.path == "/p"][1].headers


def test_what_was_fetched_with_a_key_is_private_and_stays_at_home(server: Loopback) -> None:
    """Articles are marked, and neither pages on other hosts nor redirects see the header."""
    with serve() as other:
        elsewhere = f"http://localhost:{other.port}"
        server.routes["/f"] = answer(200, feed("Quay", item("/p", server, "Sentence number 1")))
        server.routes["/p"] = redirect(302, f"{elsewhere}/p")
        other.routes["/p"] = answer(200, article_page())
        got = gather(server, "/f", headers={"Api-Key": "secret"}, kind="feed")
        assert got.articles[0].origin["private"] == "yes" and "number 39" in got.articles[0].text
        assert {asked.headers.get("api-key") for asked in server.asked if asked.path != "/robots.txt"} == {"secret"}
        assert other.asked and "secret" not in str(other.asked)
    server.routes["/g"] = answer(200, feed())
    assert "private" not in gather(server, "/g", headers={"Accept-Language": "en"}).articles[0].origin


def test_a_key_in_an_address_is_never_shown(server: Loopback) -> None:
    """Ghost's key is sent, and stands neither in errors nor in what is remembered."""
    path = "/ghost/api/content/posts/?key=0123abcd&include=authors,tags&limit=30&order=updated_at%20desc"
    server.routes[path] = answer(
        200, b'{"posts": [{"id": "1", "url": "http://127.0.0.1/a", "title": "A", "html": "<p>b</p>"}]}'
    )
    got = gather(server, "/", kind="ghost", key="0123abcd")
    assert got.status == "new" and "0123abcd" not in str(to_plain(got.state)) and "0123abcd" not in repr(got)
    server.routes[path] = answer(403)
    failed = gather(server, "/", kind="ghost", key="0123abcd")
    assert failed.status == "failed" and "0123abcd" not in failed.error and "***" not in failed.error


def test_gone_for_good_is_not_asked_again(server: Loopback) -> None:
    """410 switches the source off; only --force asks again. A missing one is asked once a day after a week."""
    from dataclasses import replace

    server.routes["/f"] = answer(410)
    gone = gather(server, "/f", kind="feed")
    assert gone.health == "gone"
    later = gather(server, "/f", gone.state, now=NOW + timedelta(days=9), kind="feed")
    assert (
        later.status == "failed"
        and "switched off" in later.error
        and "--force" in later.error
        and len(server.asked) == 1
    )
    server.routes["/f"] = answer(404)
    missing = gather(server, "/f", replace(gone.state, gone=False), kind="feed")
    for days, count in ((1, 3), (8, 4), (8.5, 4), (9.1, 5)):
        missing = gather(server, "/f", missing.state, now=NOW + timedelta(days=days), kind="feed")
        assert len(server.asked) == count, days
    assert missing.health == "degraded"
    server.routes["/f"] = answer(200, feed())
    assert gather(server, "/f", missing.state, now=NOW + timedelta(days=12), kind="feed").health == "ok"


@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("https://github.com/quay/winch/issues", "https://github.com/quay/winch/releases.atom"),
        ("https://www.reddit.com/r/boats/", "https://www.reddit.com/r/boats/top/.rss?t=week"),
        ("https://www.youtube.com/channel/UCabc", "https://www.youtube.com/feeds/videos.xml?channel_id=UCabc"),
        ("https://medium.com/@nora", "https://medium.com/feed/@nora"),
        ("https://nora.substack.com/archive", "https://nora.substack.com/feed"),
        ("https://quay.example/github.com/a/b", ""),
    ],
)  # fmt: skip
def test_well_known_platforms_need_no_search(url: str, hint: str) -> None:
    """Their addresses tell where the feed is."""
    assert address_hint(url) == hint


@pytest.mark.parametrize(
    ("data", "url", "kind"),
    [
        (b"<?xml version='1.0'?><!-- a --><rss>", "", "feed"), (b"\xef\xbb\xbf <rdf:RDF xmlns='x'>", "", "feed"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'>", "", "feed"), (b"<urlset>", "", "sitemap"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "", "feed"),
        (b'{"topic_list": {}}', "", "discourse"), (b"[]", "https://a.example/api/articles?x", "forem"),
        (b"[]", "https://a.example/wp-json/wp/v2/posts", "wordpress-api"), (b"<!doctype html><rss>", "", ""),
        (b"<html>", "", ""), (b"", "", ""), (b'{"a": 1}', "", ""),
    ],
)  # fmt: skip
def test_documents_are_told_apart(data: bytes, url: str, kind: str) -> None:
    """The first bytes tell what it is."""
    assert sniff(data, url) == kind


def test_usual_places_are_few() -> None:
    """At most six, the page's own folder first; one where the platform is known."""
    assert usual_places("https://a.example/", "wix") == ["https://a.example/blog-feed.xml"]
    assert usual_places("https://a.example/blog", "")[0] == "https://a.example/blog/feed/"
    assert all(len(usual_places(url, "")) == 6 for url in ("https://a.example", "https://a.example/x/y"))


def test_any_page_is_read() -> None:
    """Pages without a head, and nonsense, tell little and break nothing."""
    assert read_site(b"<p>hello", "https://a.example").feeds == ()
    with pytest.raises(ParseError):
        read_site(b"", "https://a.example")
