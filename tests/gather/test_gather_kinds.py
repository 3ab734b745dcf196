"""Kinds of sources as pure functions: what they ask for, and what answers mean. No server takes part."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from digest.errors import ParseError
from digest.gather import FetchState, SourceSettings
from digest.gather.adapter import Reading, Reply, Request
from digest.gather.kinds import KINDS, read_reply
from digest.gather.kinds.completion import same_site
from digest.gather.kinds.discourse import list_address as discourse_list
from digest.gather.kinds.forem import list_address as forem_list
from digest.gather.state import Validators
from digest.model import Article

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
LONG = " ".join(f"Sentence number {number} about the slipway and its winch." for number in range(40))
PAGE = f"""<!doctype html><html lang="en"><head><title>Winch repaired | Quay</title>
<meta property="article:published_time" content="2026-11-20T10:00:00Z"><meta name="author" content="Nora Quill">
<meta property="og:image" content="https://quay.example/winch.jpg"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Winch repaired</h1><p>By Nora Quill</p><p>{LONG}</p></article>
<footer>12 views0 comments</footer></body></html>""".encode()


def source(kind: str, url: str = "https://quay.example", **more: Any) -> SourceSettings:
    return SourceSettings("quay", kind=kind, url=url, **more)


def plan(settings: SourceSettings, state: FetchState | None = None) -> list[str]:
    return [request.url for request in KINDS[settings.kind].plan(settings, state or FetchState(), NOW)]


def read(settings: SourceSettings, data: bytes | Any, url: str, *, headers: dict[str, str] | None = None) -> Reading:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_reply(settings, Reply(Request(url), url, body, headers or {}))


def complete(settings: SourceSettings, request: Request, data: bytes | Any) -> list[Article]:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return list(read_reply(settings, Reply(request, request.url, body)).articles)


def rss(*items: str, title: str = "Quay", link: str = "https://quay.example/") -> bytes:
    head = "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' "
    head += "xmlns:slash='http://purl.org/rss/1.0/modules/slash/'><channel>"
    return f"{head}<title>{title}</title><link>{link}</link>{''.join(items)}</channel></rss>".encode()


def item(title: str, link: str, body: str, more: str = "") -> str:
    head = f"<item><title>{title}</title><link>{link}</link><guid>{link}</guid>"
    return f"{head}<description>{body}</description>{more}</item>"


# -- what is asked for -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "url", "asked"),
    [
        ("feed", "https://quay.example/f", "https://quay.example/f"),
        ("wordpress", "https://quay.example/blog", "https://quay.example/blog/feed/"),
        ("wordpress", "https://quay.example/blog/feed/", "https://quay.example/blog/feed/"),
        ("wordpress", "https://quay.example/?feed=rss2", "https://quay.example/?feed=rss2"),
        ("ghost", "https://quay.example/", "https://quay.example/rss/"),
        ("wix", "https://quay.example/blog", "https://quay.example/blog-feed.xml"),
        ("wix", "https://quay.example/blog-feed.xml", "https://quay.example/blog-feed.xml"),
        ("sitemap", "https://quay.example", "https://quay.example/sitemap.xml"),
        ("sitemap", "https://quay.example/news-sitemap.xml", "https://quay.example/news-sitemap.xml"),
        ("listing", "https://quay.example/news", "https://quay.example/news"),
    ],
)  # fmt: skip
def test_plain_addresses_become_the_right_one(kind: str, url: str, asked: str) -> None:
    """Each kind knows where its list is, and takes an address that is one already as it is."""
    assert plan(source(kind, url)) == [asked]


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://f.example", "https://f.example/latest.json?order=created"),
        ("https://f.example/latest", "https://f.example/latest.json?order=created"),
        ("https://f.example/forum/latest.rss", "https://f.example/forum/latest.json?order=created"),
        ("https://f.example/c/news/5", "https://f.example/c/news/5/l/latest.json?order=created"),
        ("https://f.example/c/news/sub/6/l/latest", "https://f.example/c/news/sub/6/l/latest.json?order=created"),
        ("https://f.example/top", "https://f.example/top.json?period=weekly"),
        ("https://f.example/top/monthly", "https://f.example/top.json?period=monthly"),
    ],
)  # fmt: skip
def test_discourse_lists(url: str, asked: str) -> None:
    """Front page, category and top lists are understood as people copy them."""
    assert discourse_list(url) == asked


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("https://d.example", "https://d.example/api/articles/latest?per_page=30"),
        ("https://d.example/ana", "https://d.example/api/articles?username=ana&per_page=30"),
        ("https://d.example/t/rope", "https://d.example/api/articles?tag=rope&per_page=30"),
        ("https://d.example/api/articles?top=7", "https://d.example/api/articles?top=7"),
    ],
)  # fmt: skip
def test_forem_lists(url: str, asked: str) -> None:
    """Communities, people and tags have their list."""
    assert forem_list(url) == asked


def test_wordpress_asks_for_what_changed_since_with_an_overlap() -> None:
    """The cursor becomes `modified_after` an hour earlier; without one the newest posts are asked for."""
    (first,) = plan(source("wordpress-api"))
    assert first.startswith("https://quay.example/wp-json/wp/v2/posts?per_page=20&page=1") and "modified" not in first
    (later,) = plan(source("wordpress-api"), FetchState(cursor="2026-11-20T10:30:00"))
    assert "modified_after=2026-11-20T09%3A30%3A00Z" in later and "order=asc" in later


def test_ghost_never_puts_its_key_into_an_address() -> None:
    """The adapter leaves a place for the key; only the asking fills it."""
    (url,) = plan(source("ghost", key="0123456789abcdef"))
    assert "key={key}" in url and "0123" not in url and "/ghost/api/content/posts/" in url


def test_a_sitemaps_parts_are_asked_for_each_time() -> None:
    """An index that did not change may have parts that did."""
    state = FetchState(lists={"https://quay.example/post-sitemap.xml": Validators()})
    assert plan(source("sitemap"), state) == [
        "https://quay.example/sitemap.xml", "https://quay.example/post-sitemap.xml",
    ]  # fmt: skip


# -- what answers mean -----------------------------------------------------------------------------------------------


def test_a_feed_of_whole_articles_needs_no_page() -> None:
    """Long items are articles; an excerpt on the feed's own site asks for its page, one elsewhere does not."""
    feed = rss(
        item("Whole", "https://quay.example/1", LONG), item("Short", "https://www.quay.example/2", "Sentence number 1"),
        item("Elsewhere", "https://other.example/3", "Short too."),
    )  # fmt: skip
    reading = read(source("feed"), feed, "https://quay.example/feed")
    assert [article.title for article in reading.articles] == ["Whole", "Elsewhere"]
    (request,) = reading.requests
    assert request.url == "https://www.quay.example/2" and request.polite and request.alone and reading.title == "Quay"
    off = read(source("feed", enrich=False), feed, "https://quay.example/feed")
    assert len(off.articles) == 3 and off.requests == ()
    assert len(read(source("feed", enrich=True), feed, "https://quay.example/feed").requests) == 2


def test_a_page_completes_and_never_contradicts() -> None:
    """Text, picture and author come from the page; the feed's title stays; another page's words are not taken."""
    feed = rss(item("The feed's own title", "https://quay.example/2", "Sentence number 1 about the slipway"))
    settings = source("feed")
    (request,) = read(settings, feed, "https://quay.example/feed").requests
    (article,) = complete(settings, request, PAGE)
    assert (
        article.title == "The feed's own title"
        and "number 39" in article.text
        and article.guid == "https://quay.example/2"
    )
    assert article.image is not None and article.image.url == "https://quay.example/winch.jpg"
    assert article.published == datetime(2026, 11, 20, 10, tzinfo=UTC) and article.origin["text"] == "page"
    wall = (
        b"<html><head><title>Sign in</title></head><body><article><p>"
        + b"Please accept our cookies now. " * 60
        + b"</p></article>"
    )
    (kept,) = complete(settings, request, wall)
    assert kept.text == "Sentence number 1 about the slipway" and any("does not hold" in one for one in kept.warnings)


def test_a_page_that_cannot_be_read_leaves_the_excerpt() -> None:
    """An empty page costs nothing but a warning."""
    feed = rss(item("T", "https://quay.example/2", "Sentence number 1"))
    (request,) = read(source("feed"), feed, "https://quay.example/feed").requests
    (article,) = complete(source("feed"), request, b"<html></html>")
    assert article.text == "Sentence number 1" and article.warnings


def test_wordpress_counts_comments() -> None:
    """slash:comments arrives."""
    feed = rss(item("T", "https://quay.example/1", LONG, "<slash:comments>7</slash:comments>"))
    assert read(source("wordpress"), feed, "https://quay.example/feed/").articles[0].comments == 7


def test_wix_takes_the_page_for_everything_and_its_glued_counters() -> None:
    """Every post asks for its page, again while it is young; views and comments are found in the page's words."""
    feed = rss(item("Winch repaired", "https://quay.example/post/winch", "Sentence number 0 about the slipway and its"))
    settings = source("wix")
    (request,) = read(settings, feed, "https://quay.example/blog-feed.xml").requests
    assert request.watch and request.alone
    (article,) = complete(settings, request, PAGE)
    assert (article.views, article.comments) == (12, 0) and "number 39" in article.text and "views" not in article.text


def test_wordpress_api_posts() -> None:
    """Body, authors, terms, picture, dates and the cursor are read; more pages are asked for only of what changed."""
    post = {
        "id": 5, "guid": {"rendered": "https://quay.example/?p=5&#038;x=1"}, "link": "https://quay.example/winch",
        "date_gmt": "2026-11-20T10:00:00", "modified_gmt": "2026-11-21T08:00:00",
        "title": {"rendered": "Winch &amp; rope"}, "content": {"rendered": f"<p>{LONG}</p>", "protected": False},
        "excerpt": {"rendered": "<p>In short.</p>"},
        "_embedded": {
            "author": [{"name": "Nora Quill", "link": "https://quay.example/nora"}],
            "wp:featuredmedia": [{"source_url": "https://quay.example/w.jpg", "alt_text": "A winch",
                                  "media_details": {"width": 900, "height": 600}}],
            "wp:term": [[{"name": "Boats", "slug": "boats"}, {"name": "Uncategorized", "slug": "uncategorized"}], []],
        },
    }  # fmt: skip
    settings = source("wordpress-api")
    url = "https://quay.example/wp-json/wp/v2/posts?per_page=20&page=1&modified_after=x"
    reading = read(settings, [post, {"broken": True}, 7], url, headers={"x-wp-totalpages": "3"})
    (article,) = reading.articles
    assert (
        article.title == "Winch & rope"
        and article.guid == "https://quay.example/?p=5&x=1"
        and article.tags == ("Boats",)
    )
    assert article.published == datetime(2026, 11, 20, 10, tzinfo=UTC) and article.updated is not None
    assert article.image is not None and (article.image.width, article.image.alt) == (900, "A winch")
    assert reading.cursor == "2026-11-21T08:00:00" and "page=2" in reading.requests[0].url
    assert read(settings, [post], url.partition("&mod")[0], headers={"x-wp-totalpages": "3"}).requests == ()
    with pytest.raises(ParseError, match="Sorry"):
        read(settings, {"code": "rest_forbidden", "message": "Sorry"}, url)


def test_ghost_posts() -> None:
    """Body, authors, public tags, picture with its words; what is for members is said."""
    post = {
        "id": "a", "uuid": "u-1", "url": "https://quay.example/winch/", "title": "Winch", "html": f"<p>{LONG}</p>",
        "feature_image": "https://quay.example/w.jpg", "feature_image_alt": "A winch", "visibility": "members",
        "published_at": "2026-11-20T10:00:00.000+00:00", "updated_at": "2026-11-21T08:00:00.000+00:00",
        "authors": [{"name": "Nora Quill", "url": "https://quay.example/author/nora/"}],
        "tags": [{"name": "Boats", "visibility": "public"}, {"name": "#hidden", "visibility": "internal"}],
        "custom_excerpt": "In short.",
    }  # fmt: skip
    settings = source("ghost")
    reading = read(settings, {"posts": [post]}, "https://quay.example/ghost/api/content/posts/?key={key}")
    (article,) = reading.articles
    assert (article.guid, article.tags, article.excerpt) == ("u-1", ("Boats",), "In short.")
    assert article.image is not None and article.image.alt == "A winch" and "members" in reading.warnings[0]
    with pytest.raises(ParseError, match="Ghost"):
        read(settings, {"errors": []}, "https://quay.example/ghost/api/content/posts/")


def test_discourse_topics_and_their_first_post() -> None:
    """Creation is the date, not the bump; category definitions are no topics; the first post is the body."""
    listing = {
        "users": [{"id": 3, "username": "nora", "name": "Nora Quill"}],
        "topic_list": {"topics": [
            {"id": 9, "title": "Winch?", "fancy_title": "Winch&hellip;?", "slug": "winch", "posts_count": 5,
             "views": 90, "like_count": 4,
             "created_at": "2026-11-20T10:00:00.000Z", "bumped_at": "2026-11-23T08:00:00.000Z",
             "archetype": "regular", "tags": ["boats", {"name": "ropes"}], "posters": [{"user_id": 3}],
             "image_url": "/uploads/w.jpg", "excerpt": "What about"},
            {"id": 1, "title": "About the Boats category", "slug": "about", "pinned": True, "archetype": "regular"},
            {"id": 2, "title": "Secret", "archetype": "private_message"},
        ]},
    }  # fmt: skip
    settings = source("discourse", "https://f.example")
    reading = read(settings, listing, "https://f.example/latest.json?order=created")
    (request,) = reading.requests
    assert request.url == "https://f.example/t/winch/9.json" and request.article is not None
    topic = {
        "views": 95,
        "like_count": 6,
        "post_stream": {"posts": [{"cooked": f"<p>{LONG}</p>", "name": "Nora Quill"}]},
    }
    (article,) = complete(settings, request, topic)
    assert article.guid == "https://f.example/t/9" and article.url == "https://f.example/t/winch/9"
    assert article.published == datetime(2026, 11, 20, 10, tzinfo=UTC) and article.title.startswith("Winch")
    assert (article.views, article.comments, article.reactions) == (95, 4, 6) and article.tags == ("boats", "ropes")
    assert [author.name for author in article.authors] == ["Nora Quill"] and "number 39" in article.text
    assert article.image is not None and article.image.url == "https://f.example/uploads/w.jpg"
    with pytest.raises(ParseError, match="web page"):
        read(settings, b"<!DOCTYPE html><html>", "https://f.example/latest.json")


def test_forem_articles_and_their_body() -> None:
    """The list gives everything but the body, which has its own request; a cross-post names its original."""
    listed = {
        "id": 4, "title": "Winch", "description": "In short.", "url": "https://d.example/nora/winch",
        "canonical_url": "https://quay.example/winch", "cover_image": "https://d.example/w.jpg", "tag_list": ["boats"],
        "comments_count": 3, "public_reactions_count": 8, "published_timestamp": "2026-11-20T10:00:00Z",
        "user": {"name": "Nora Quill", "username": "nora"},
    }  # fmt: skip
    settings = source("forem", "https://d.example")
    (request,) = read(settings, [listed, {"id": None}], "https://d.example/api/articles/latest").requests
    assert request.url == "https://d.example/api/articles/4"
    whole = {**listed, "body_html": f"<p>{LONG}</p>", "tag_list": "boats, ropes", "tags": ["boats", "ropes"]}
    (article,) = complete(settings, request, whole)
    assert article.canonical_url == "https://quay.example/winch" and article.tags == ("boats", "ropes")
    assert (article.comments, article.reactions) == (3, 8) and "number 39" in article.text


SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://quay.example/</loc></url>
<url><loc>https://quay.example/news/old</loc><lastmod>2020-01-01</lastmod></url>
<url><loc>https://quay.example/news/winch?utm_source=x</loc><lastmod>2026-11-21</lastmod>
 <news:news><news:publication_date>2026-11-20</news:publication_date>
 <news:title>Winch &amp; rope</news:title></news:news>
 <image:image><image:title>A picture</image:title></image:image></url>
<url><loc>https://other.example/x</loc></url></urlset>"""


def test_a_sitemap_lists_pages_newest_first() -> None:
    """Other sites and the front page are left out; lastmod is no date of publication; zipped ones are read."""
    for data in (SITEMAP.encode(), gzip.compress(SITEMAP.encode())):
        reading = read(source("sitemap"), data, "https://quay.example/sitemap.xml")
        stubs = [request.article for request in reading.requests if request.article]
        assert [stub.title for stub in stubs] == ["Winch & rope", "Old"] and stubs[1].published is None
        assert all(not request.alone and request.polite for request in reading.requests)
    narrow = read(source("sitemap", match="/news/w*"), SITEMAP.encode(), "https://quay.example/sitemap.xml")
    assert len(narrow.requests) == 1


def test_a_page_without_a_date_is_no_article_unless_named() -> None:
    """About pages of a sitemap are dropped; `match` says that they count."""
    settings = source("sitemap")
    request = read(settings, SITEMAP.encode(), "https://quay.example/sitemap.xml").requests[1]
    undated = PAGE.replace(b'<meta property="article:published_time" content="2026-11-20T10:00:00Z">', b"")
    assert complete(settings, request, undated) == []
    assert complete(replace(settings, match="/news/*"), request, undated)[0].text
    assert complete(settings, request, PAGE)[0].title == "Winch repaired"


def test_a_sitemap_index_leads_to_its_parts() -> None:
    """Parts that sound like articles go first; a bomb of entities is no sitemap."""
    parts = "".join(
        f"<sitemap><loc>https://quay.example/{name}.xml</loc><lastmod>2026-11-{day:02}</lastmod></sitemap>"
        for name, day in (("page-sitemap", 22), ("post-sitemap", 20), ("tag-sitemap", 21))
    )
    index = f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{parts}</sitemapindex>".encode()
    urls = [request.url for request in read(source("sitemap"), index, "https://quay.example/sitemap.xml").requests]
    assert urls[0] == "https://quay.example/post-sitemap.xml" and len(urls) == 3
    laughs = b"<!DOCTYPE u [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><urlset><url><loc>https://quay.example/&b;</loc></url></urlset>"
    assert read(source("sitemap"), laughs, "https://quay.example/s.xml").requests == ()
    with pytest.raises(ParseError, match="not a sitemap"):
        read(source("sitemap"), PAGE, "https://quay.example/sitemap.xml")


def test_a_listing_page_is_its_articles_and_nothing_else() -> None:
    """Links in articles and headings count; menus, tags, other sites and the page itself do not."""
    page = b"""<html><head><title>News of the quay</title></head><body>
    <nav><a href="/news/menu-entry-that-is-long">A menu entry that is long</a></nav>
    <article><h2><a href="/news/winch-repaired?utm_source=a">Winch repaired</a></h2>
    <a href="/news/winch-repaired">more</a></article>
    <article><a href="/news/rope-day"><h3>Rope day</h3></a> <a href="/tag/ropes">ropes, ropes and ropes</a></article>
    <article><h2><a href="https://other.example/x">Elsewhere entirely</a></h2></article>
    <article><h2><a href="third">Third of them</a></h2></article>
    <footer><a href="/news/imprint-and-more">Imprint</a></footer>"""
    settings = source("listing", "https://quay.example/news/")
    reading = read(settings, page, "https://quay.example/news/")
    assert [request.url for request in reading.requests] == [
        "https://quay.example/news/winch-repaired", "https://quay.example/news/rope-day", "https://quay.example/news/third",
    ]  # fmt: skip
    (article,) = complete(settings, reading.requests[0], PAGE)
    assert article.title == "Winch repaired" and article.guid == "https://quay.example/news/winch-repaired"
    with pytest.raises(ParseError, match="no links to articles"):
        read(settings, b"<html><body><p>Nothing here</p></body></html>", "https://quay.example/news/")


def test_a_listing_without_articles_or_headings_takes_the_common_form() -> None:
    """Three links of one form are the list; a lonely one is not."""
    links = "".join(f"<p><a href='/2026/11/{n}/story-{n}-of-the-quay'>Story number {n} here</a></p>" for n in (1, 2, 3))
    page = f"<html><body>{links}<p><a href='/donate-to-us-please'>Donate to us please</a></p></body></html>".encode()
    urls = [request.url for request in read(source("listing"), page, "https://quay.example/news").requests]
    assert len(urls) == 3 and all("story" in url for url in urls)


# -- quirks ----------------------------------------------------------------------------------------------------------


def quirk(url: str, *items: str, title: str = "Feed", link: str = "https://x.example/") -> list[Article]:
    reading = read(source("feed", url), rss(*items, title=title, link=link), url)
    return [*reading.articles, *(request.article for request in reading.requests if request.article)]


def test_reddit() -> None:
    """The line that reddit adds goes, the name loses its slash, and no page is asked for."""
    body = (
        "&lt;p&gt;My own words.&lt;/p&gt; &lt;span&gt; submitted by &lt;a href='x'&gt;/u/nora&lt;/a&gt; &lt;/span&gt;"
    )
    body += " [link] [comments]"
    (article,) = quirk(
        "https://www.reddit.com/r/boats/top/.rss",
        item("T", "https://www.reddit.com/r/boats/1", body, "<author>/u/nora</author>"),
    )
    assert article.text == "My own words." and [author.name for author in article.authors] == ["u/nora"]
    assert "submitted" not in article.html


def test_mastodon() -> None:
    """A post without title and author gets its first sentence and the account; short posts are whole."""
    words = "&lt;p&gt;The winch turns again. Come and see.&lt;/p&gt;"
    post = f"<item><guid>https://m.example/@nora/1</guid><description>{words}</description></item>"
    url = "https://m.example/@nora.rss"
    reading = read(source("feed", url), rss(post, title="Nora", link="https://m.example/@nora"), url)
    (article,) = reading.articles
    assert article.title == "The winch turns again" and article.authors[0].name == "Nora" and reading.requests == ()


def test_github_youtube_medium_substack() -> None:
    """Releases say whose they are; tools' own paragraphs go; a paid rest is said."""
    (release,) = quirk(
        "https://github.com/quay/winch/releases.atom",
        item("v1.2", "https://github.com/quay/winch/releases/tag/v1.2", LONG),
    )
    assert release.title == "winch v1.2"
    cut = f"&lt;p&gt;{LONG}&lt;/p&gt;&lt;p&gt;&lt;a href='x'&gt;Continue reading on Quay »&lt;/a&gt;&lt;/p&gt;"
    (story,) = quirk("https://medium.com/feed/quay", item("T", "https://medium.com/quay/a?source=rss-1", cut))
    assert "Continue reading" not in story.text + story.html and "members" in story.warnings[0]
    assert story.url == "https://medium.com/quay/a"
    post = f"&lt;p&gt;{LONG}&lt;/p&gt;&lt;p&gt;Subscribe now&lt;/p&gt;&lt;p&gt;Sharing the winch was right.&lt;/p&gt;"
    (letter,) = quirk("https://quay.substack.com/feed", item("T", "https://quay.substack.com/p/a", post))
    assert "Subscribe now" not in letter.text + letter.html and "number 39" in letter.text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.quay.example/a", "https://quay.example", True),
        ("https://blog.quay.example/", "https://quay.example", True),
        ("https://feeds.quay.example/f", "https://www.quay.example", True),
        ("https://quay.example", "https://other.example", False),
        ("https://a.github.io", "https://b.github.io", False),
        ("https://evilquay.example", "https://quay.example", False),
        ("https://quay.example", None, False), ("http://[bad", "http://[bad", False),
    ],
)  # fmt: skip
def test_same_site(one: str, other: str | None, same: bool) -> None:
    """`www.` and a site's own sub-domains belong together; neighbours on shared hosting do not."""
    assert same_site(one, other) is same


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff\x1f\x8b", b"{}", b"[]", b'{"posts": 5, "topic_list": 3}', b"[[[1]]]", b"<html>", b"null"]
)
def test_no_kind_breaks_on_what_it_is_not(kind: str, data: bytes) -> None:
    """Whatever comes back, the answer is a reading or a ParseError that says what to try."""
    settings = source(kind)
    for request in (
        Request("https://quay.example/x"),
        replace(Request("https://quay.example/ghost/api/content/posts/")),
    ):
        try:
            read_reply(settings, Reply(request, request.url, data))
        except ParseError as error:
            assert error.try_
