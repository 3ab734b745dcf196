"""A page that lists articles, where a site has no feed: its links, and the page of each. Pure.

Does not follow anything but those links, once each, and asks robots.txt. Invariant: links of menus, footers, tags,
authors and archives are not articles.

Why this way: an article's link stands in an `<article>` or a heading on most sites; where neither exists, the links
that share the most frequent form of address are taken, which a menu's do not.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from digest.errors import ParseError
from digest.gather.adapter import PAGE_TYPES, Reading, Reply, Request
from digest.gather.encoding import decode
from digest.gather.kinds.completion import page_of, read_completed, same_site
from digest.gather.kinds.sitemap import matches
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState
from digest.gather.urls import http_url, strip_trackers, url_key
from digest.gather.words import clean_line
from digest.model import Article

MAX_LINKS = 60
MIN_LINKS = 3
MIN_TITLE_CHARS = 12
_FURNITURE = ("nav", "footer", "aside", "form")
_HEADINGS = ("h1", "h2", "h3", "h4")
_NO_ARTICLE = re.compile(
    r"/(?:tag|tags|category|categories|kategorie|author|authors|user|users|profile|page|search|login|signup|register|"
    r"account|cart|about|contact|privacy|terms|impressum|feed|rss|archive|archives|subscribe)(?:/|$)|"
    r"\.(?:xml|rss|json|pdf|jpe?g|png|gif|webp|svg|zip|css|js|mp[34])$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Link:
    """One link that may lead to an article."""

    url: str
    title: str
    strong: bool


class Listing:
    """A page of links to articles."""

    def plan(self, source: SourceSettings, state: FetchState, now: datetime) -> tuple[Request, ...]:
        return (Request(source.url or "", accept=PAGE_TYPES, polite=True),)

    def read(self, source: SourceSettings, reply: Reply) -> Reading:
        if reply.request.article is not None:
            article = read_completed(reply)
            return Reading(articles=(article,) if article.text else ())
        tree = page_tree(reply.data, reply.url)
        links = [link for link in article_links(tree, reply.url) if matches(link.url, source)]
        if not links:
            raise ParseError(
                "no links to articles were found on this page",
                where=reply.url,
                try_='give the page that lists them, or name their addresses with match = "/news/*"',
            )
        stubs = [_stub(link, source) for link in links[:MAX_LINKS]]
        return Reading(
            requests=tuple(page_of(stub, alone=False) for stub in stubs),
            title=clean_line(" ".join(tree.xpath("//title[1]//text()")), max_chars=200),
        )


def page_tree(data: bytes, url: str) -> Any:
    """The page as an lxml document. Raises `ParseError` for what is none."""
    from lxml import etree, html

    try:
        text = decode(data, is_html=True).replace("\x00", "").encode("utf-8", "replace")
        return html.document_fromstring(text, parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ParseError(
            "this is neither a feed nor a page", where=url, why=str(error)[:160], try_="open the address in a browser"
        ) from error


def article_links(tree: Any, url: str) -> list[Link]:
    """The links to articles, in the page's order, once each."""
    found: dict[str, Link] = {}
    base = http_url(next(iter(tree.xpath("//base/@href")), ""), url) or url
    for element in tree.iter("a"):
        link = _link(element, base, url)
        known = found.get(url_key(link.url)) if link else None
        if link and (known is None or (link.strong, len(link.title)) > (known.strong, len(known.title))):
            found[url_key(link.url)] = link
    strong = [link for link in found.values() if link.strong]
    return strong if len(strong) >= MIN_LINKS else _of_one_form(list(found.values())) or strong


def _link(element: Any, base: str, page: str) -> Link | None:
    href = http_url(element.get("href"), base)
    if href is None or not same_site(href, page) or _NO_ARTICLE.search(urlsplit(href).path):
        return None
    url = strip_trackers(href.partition("#")[0])
    if url_key(url) == url_key(page) or urlsplit(url).path.strip("/") == "":
        return None
    around = [ancestor.tag for ancestor in element.iterancestors()]
    if any(tag in _FURNITURE for tag in around):
        return None
    headings = list(element.iter(*_HEADINGS))
    words = "".join(headings[0].itertext() if headings else element.itertext())
    title = clean_line(words or str(element.get("title") or element.get("aria-label") or ""), max_chars=300)
    in_heading = bool(headings) or any(tag in _HEADINGS for tag in around)
    strong = in_heading or ("article" in around and len(title) >= MIN_TITLE_CHARS)
    return Link(url, title, strong) if strong or len(title) >= MIN_TITLE_CHARS else None


def _of_one_form(links: list[Link]) -> list[Link]:
    """The links of the most frequent form: the same folder, digits alike, at least as deep as two words."""
    forms = [_form(link.url) for link in links]
    counts = Counter(form for form in forms if form)
    if not counts:
        return []
    form, count = counts.most_common(1)[0]
    return [link for link, one in zip(links, forms, strict=True) if one == form] if count >= MIN_LINKS else []


def _form(url: str) -> str:
    folder, _, name = urlsplit(url).path.rstrip("/").rpartition("/")
    return re.sub(r"\d+", "0", folder) + "/*" if len(re.findall(r"[-_\d]", name)) >= 2 or folder else ""


def _stub(link: Link, source: SourceSettings) -> Article:
    return Article(
        source=source.name, guid=link.url, url=link.url, title=link.title or link.url, text="", title_derived=True,
        origin={"title": "link"},
    )  # fmt: skip
