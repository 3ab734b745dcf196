"""Writes the sample community's posts in the formats communities publish in: RSS 2.0, Atom, JSON Feed and web pages.

Pure: posts and addresses in, bytes out. The formats differ on purpose (where the image stands, how an author is named,
whether the whole text is there), as they do between real sites.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from digest.demo.writing import IMAGE_SIZE, Post

SITE_NAME = "Riverside Makers"


def rss(posts: Sequence[Post], *, base_url: str) -> bytes:
    """RSS 2.0: a full text with its picture inside content:encoded, or an excerpt with media:content beside it."""
    items = "".join(_rss_item(post, base_url) for post in posts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:atom="http://www.w3.org/2005/Atom"><channel>\n'
        f"<title>{SITE_NAME}: the blog</title><link>{base_url}/</link>\n"
        "<description>What we made, mended and learnt by the river in Galway</description>\n"
        f'<atom:link rel="self" type="application/rss+xml" href="{base_url}/blog-feed.xml"/>\n{items}</channel></rss>\n'
    ).encode()


def _rss_item(post: Post, base_url: str) -> str:
    link = page_url(post, "blog", base_url)
    tags = "".join(f"<category>{escape(tag)}</category>" for tag in post.tags)
    body = _picture(post, base_url) + post.body_html
    full = "" if post.excerpt_only else f"<content:encoded>{_cdata(body)}</content:encoded>\n"
    comments = "" if post.comments is None else f"<slash:comments>{post.comments}</slash:comments>"
    width, height = IMAGE_SIZE
    # No media:description: feedparser 6.0.14 takes it for the text of an item that has only an excerpt (seen 2026-11).
    image = (
        f'<media:content medium="image" type="image/jpeg" url="{image_url(post, base_url)}" width="{width}"'
        f' height="{height}"/>\n'
        if post.image and post.excerpt_only
        else ""
    )
    return (
        f'<item xml:lang="{post.language}">'
        f"<title>{escape(post.title)}</title><link>{link}</link>"
        f'<guid isPermaLink="false">riverside-makers:blog:{post.slug}</guid>\n'
        f"<dc:creator>{escape(post.author)}</dc:creator><pubDate>{format_datetime(post.published)}</pubDate>{tags}\n"
        f"<description>{escape(post.excerpt)}</description>\n{full}{image}{comments}</item>\n"
    )


def atom(posts: Sequence[Post], *, base_url: str, now: datetime) -> bytes:
    """Atom (RFC 4287) with thr:total (RFC 4685 section 5); the picture stands in the content."""
    entries = "".join(_atom_entry(post, base_url) for post in posts)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0"'
        ' xml:lang="en-IE">\n'
        f"<title>{SITE_NAME}: the forum</title><id>{base_url}/forum</id><updated>{_rfc3339(now)}</updated>\n"
        f'<link rel="self" href="{base_url}/forum.atom"/><link href="{base_url}/forum"/>\n{entries}</feed>\n'
    ).encode()


def _atom_entry(post: Post, base_url: str) -> str:
    link = page_url(post, "forum", base_url)
    tags = "".join(f"<category term={quoteattr(tag)}/>" for tag in post.tags)
    total = "" if post.comments is None else f"<thr:total>{post.comments}</thr:total>"
    return (
        f'<entry><title>{escape(post.title)}</title><id>{link}</id><link rel="alternate" href="{link}"/>\n'
        f"<author><name>{escape(post.author)}</name></author><published>{_rfc3339(post.published)}</published>"
        f"<updated>{_rfc3339(post.published)}</updated>{tags}{total}\n"
        f'<content type="html">{escape(_picture(post, base_url) + post.body_html)}</content></entry>\n'
    )


def json_feed(posts: Sequence[Post], *, base_url: str) -> bytes:
    """JSON Feed 1.1."""
    return json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": f"{SITE_NAME}: evenings and events",
            "home_page_url": f"{base_url}/events",
            "feed_url": f"{base_url}/events/feed.json",
            "language": "en-IE",
            "items": [_json_item(post, base_url) for post in posts],
        },
        ensure_ascii=False,
        indent=1,
    ).encode()


def _json_item(post: Post, base_url: str) -> dict[str, object]:
    item: dict[str, object] = {
        "id": f"riverside-makers:events:{post.slug}",
        "url": page_url(post, "events", base_url),
        "title": post.title,
        "content_html": post.body_html,
        "date_published": _rfc3339(post.published),
        "authors": [{"name": post.author}],
        "tags": list(post.tags),
    }
    return item | ({"image": image_url(post, base_url)} if post.image else {})


def page(post: Post, section: str, *, base_url: str) -> bytes:
    """The post as a web page: the article between the site's navigation and footer, described again as JSON-LD."""
    link, title = page_url(post, section, base_url), html.escape(post.title)
    picture = _picture(post, base_url)
    comments = "" if post.comments is None else f'<p class="count">{post.comments} comments</p>'
    return f"""<!doctype html>
<html lang="{post.language}" dir="{post.direction}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} | {SITE_NAME}</title><link rel="canonical" href="{link}">
<meta property="og:type" content="article"><meta property="og:title" content="{title}">
<meta property="og:image" content="{image_url(post, base_url) if post.image else ""}">
<meta name="description" content="{html.escape(post.excerpt)}">
<script type="application/ld+json">{_json_ld(post, link, base_url)}</script><style>{_STYLE}</style></head>
<body><a class="skip" href="#article">top of page</a>
<header><a class="name" href="{base_url}/">{SITE_NAME}</a><nav>
<a href="{base_url}/">Blog</a> <a href="{base_url}/forum">Forum</a> <a href="{base_url}/events">Events</a>
</nav></header>
<main><article id="article"><h1>{title}</h1>
<p class="byline">By <span rel="author">{html.escape(post.author)}</span>,
<time datetime="{_rfc3339(post.published)}">{post.published:%d %B %Y}</time></p>
{picture}
{post.body_html}
</article>{comments}<aside><h2>You might also like</h2><ul>
<li><a href="{base_url}/">The latest from the workshop</a></li></ul></aside></main>
<footer>{SITE_NAME}, 1 Quay Street, Galway. An invented community: this is a demonstration.
<a href="#article">bottom of page</a></footer></body></html>
""".encode()


def index(posts: Sequence[Post], section: str, *, base_url: str) -> bytes:
    """The list of a section's posts, as its front page."""
    rows = "".join(
        f'<li><a href="{page_url(post, section, base_url)}" lang="{post.language}" dir="auto">{html.escape(post.title)}'
        f"</a><br><small>{html.escape(post.author)}</small></li>"
        for post in posts
    )
    return (
        f'<!doctype html>\n<html lang="en-IE"><head><meta charset="utf-8"><title>{SITE_NAME}</title>'
        f'<link rel="alternate" type="application/rss+xml" href="{base_url}/blog-feed.xml">'
        f"<style>{_STYLE}</style></head>"
        f"<body><header><span class='name'>{SITE_NAME}</span></header><main><h1>{section.title()}</h1><ul>{rows}</ul>"
        "</main><footer>An invented community: this is a demonstration.</footer></body></html>\n"
    ).encode()


def _picture(post: Post, base_url: str) -> str:
    if not post.image:
        return ""
    width, height = IMAGE_SIZE
    return (
        f'<figure><img src="{image_url(post, base_url)}" width="{width}" height="{height}" '
        f'alt="{html.escape(post.alt)}"></figure>\n'
    )


def page_url(post: Post, section: str, base_url: str) -> str:
    return f"{base_url}/{section}/{post.slug}"


def image_url(post: Post, base_url: str) -> str:
    return f"{base_url}/images/{post.image}"


def _json_ld(post: Post, link: str, base_url: str) -> str:
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": post.title,
        "url": link,
        "inLanguage": post.language,
        "author": {"@type": "Person", "name": post.author},
        "datePublished": _rfc3339(post.published),
        "publisher": {"@type": "Organization", "name": SITE_NAME},
    }
    if post.image:
        data["image"] = image_url(post, base_url)
    if post.comments is not None:
        data["commentCount"] = post.comments
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _rfc3339(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_STYLE = (
    "body{font:1.1rem/1.6 Georgia,serif;color:#12303a;background:#fbf7ee;margin:0}"
    "header,main,footer{max-width:44rem;margin:auto;padding:1.2rem}header{display:flex;gap:2rem}"
    "nav a{margin-right:1rem}"
    ".name{font-weight:700}a{color:#17606a}img{max-width:100%;height:auto;border-radius:8px}figure{margin:0}"
    ".byline,.count,footer{color:#52666b;font-size:.95rem}.skip{position:absolute;left:-99rem}"
    "li{margin:.8rem 0}"
)
