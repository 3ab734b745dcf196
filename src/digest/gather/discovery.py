"""What a plain address offers: a feed, an API, a sitemap, or just a page of links.

    address_hint, sniff, read_site    what an address, some bytes or a page tell by themselves      (pure)
    discover                          the whole search, for a person who adds a source
    recognise                         the same for a source of kind "auto", once, remembered in its state

Order: the address itself is a feed -> what the page declares (`link rel=alternate`) -> a link on it that looks like a
feed's -> where its platform keeps it -> at most six usual places -> the page itself as a list of links -> the sitemap
that robots.txt names. Invariant: the search stops at the first that works, asks for no address twice in a month that
was tried in vain, and never asks for more than `MAX_PROBES` usual places.

Why this way: programs that probe a dozen paths on every site are what site operators complain about; on 51 % of pages
the site says itself where its feed is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from digest.errors import FetchError, ParseError, SourceError
from digest.gather import guarded
from digest.gather.adapter import FEED_TYPES, PAGE_TYPES
from digest.gather.asking import Asking, Http, HttpAnswer
from digest.gather.language import language_tag
from digest.gather.settings import SourceSettings
from digest.gather.state import FetchState
from digest.gather.urls import http_url, origin_of
from digest.gather.words import clean_line

MAX_PROBES = 6
MAX_DECLARED = 3
TRIED_FOR = timedelta(days=30)
_FEED_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*|<\?[^>]*\?>\s*|<!DOCTYPE\s+(?:rss|rdf)[^>]*>\s*)*"
    rb"<(?:[\w\-]{1,20}:)?(rss|rdf|feed|urlset|sitemapindex)[\s>]",
    re.I | re.S,
)
_FEED_LINK = re.compile(
    r"(?:/(?:feed|rss|atom)\d?/?|(?:^|/)[\w\-]*(?:feed|rss|atom|index)\.(?:xml|rdf|json)|\.(?:rss|atom))$", re.I
)
_COMMENTS = re.compile(r"comments?(?:/feed|\.xml|\.rss|/default)|/comments?/", re.I)
_FEED_MIME = re.compile(r"application/(?:rss\+xml|atom\+xml|rdf\+xml|feed\+json)|application/json", re.I)
_USUAL = ("feed/", "rss.xml", "atom.xml", "feed.xml", "index.xml", "feed.json")
_PLATFORM_FEEDS = {"wordpress": "feed/", "ghost": "rss/", "wix": "blog-feed.xml"}


@dataclass(frozen=True, slots=True)
class Site:
    """What a page says about itself and its site. `feeds` are (address, name), `linked` addresses that look like
    feeds; `platform` is a kind or ""; `links` counts what looks like articles."""

    feeds: tuple[tuple[str, str], ...] = ()
    linked: tuple[str, ...] = ()
    platform: str = ""
    title: str = ""
    language: str | None = None
    colour: str = ""
    links: int = 0


@dataclass(frozen=True, slots=True)
class Discovery:
    """The best found: `kind` and `feed_url` are what a source needs; `alternatives` other feeds of the site;
    `tried` what was asked for in vain."""

    kind: str
    feed_url: str
    title: str = ""
    language: str | None = None
    colour: str = ""
    alternatives: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()


class NothingFound(ParseError):
    """The address offers nothing to gather; `tried` are the addresses that were asked for in vain."""

    tried: tuple[str, ...] = ()


def discover(url: str, http: Http, now: datetime, *, reader: guarded.Reader | None = None) -> Discovery:
    """Find out what `url` offers. Raises `FetchError` when it cannot be had, `ParseError` when there is nothing."""
    asking, search = Asking(http, now), _Search(url, {}, {}, reader or guarded.shared)
    answer = search.get(asking, url)
    if answer.status != 200:
        raise FetchError(
            f"the server answered {answer.status}", where=answer.url, status=answer.status, try_="check the address"
        )
    found = search.run(asking, answer)
    if found.title and found.colour:
        return found
    site = search.site
    if site is None and found.kind != "listing":  # the address was a feed: its site knows name and colour
        site = _front_page(search, asking, url)
    if site is None:
        return found
    return replace(
        found,
        title=found.title or site.title,
        language=found.language or site.language,
        colour=found.colour or site.colour,
    )


def recognise(
    source: SourceSettings, state: FetchState, asking: Asking, reader: guarded.Reader
) -> tuple[SourceSettings, FetchState]:
    """The source as it is to be asked, of a kind that is not "auto"; what was found out stands in the state."""
    if source.kind != "auto":
        return source, state
    if state.found_kind:
        return replace(source, kind=state.found_kind, url=state.found_url), state
    url = source.url or ""
    tried = {one: at for one, at in state.tried.items() if asking.now - at < TRIED_FOR}
    headers = source.headers
    search = _Search(url, headers, tried, reader)
    answer = search.get(asking, url)
    if answer.status != 200:
        asking.keep(url, answer)
        return replace(source, kind="feed"), state  # the feed's own path reports it
    found = search.run(asking, answer)
    tried |= dict.fromkeys(found.tried, asking.now)
    after = replace(
        state, found_kind=found.kind, found_url=found.feed_url, tried=tried, moved_to="", moved_votes=0, moved_at=None
    )
    return replace(source, kind=found.kind, url=found.feed_url), after


class _Search:
    """One search; `site` is what the given page said, once it was read."""

    def __init__(
        self, url: str, headers: Mapping[str, str], tried: Mapping[str, datetime], reader: guarded.Reader
    ) -> None:
        self._url, self._headers, self._known, self.reader = url, headers, tried, reader
        self.site: Site | None = None
        self.tried: list[str] = []

    def get(self, asking: Asking, url: str) -> HttpAnswer:
        own = self._headers if origin_of(url) == origin_of(self._url) else {}
        return asking.get(url, {"Accept": f"{FEED_TYPES}, {PAGE_TYPES}", **own})

    def run(self, asking: Asking, answer: HttpAnswer) -> Discovery:
        kind = sniff(answer.data, answer.url)
        if kind:
            asking.keep(self._url, answer)
            return Discovery(kind, self._url)
        hint = address_hint(answer.url)
        if hint and self._works(asking, hint):
            return Discovery("feed", hint)
        site: Site = self.reader.call("discovery:read_site", answer.data, answer.url, about=answer.url)
        self.site = site
        if site.platform in ("discourse", "forem"):
            return self._found(site.platform, self._url)
        for url in self._candidates(site, answer.url):
            if self._works(asking, url):
                kind = site.platform if site.platform in _PLATFORM_FEEDS else "feed"
                return self._found(kind, url)
        if site.links >= 3:
            return self._found("listing", self._url)
        sitemap = self._sitemap(asking, answer.url)
        if sitemap:
            return self._found("sitemap", sitemap)
        raise self._nothing(answer.url)

    def _sitemap(self, asking: Asking, url: str) -> str:
        """The site's own list of its pages, where robots.txt names one: of news before any other; "" for none."""
        rules = urljoin(url, "/robots.txt")
        if rules in self._known:
            return ""
        _, mark = asking.robots(url, {})
        named = [one for one in mark.robots.sitemaps if http_url(one) and mark.robots.allows(one)]
        named.sort(key=lambda one: "news" not in one.lower())
        found = next((one for one in named[:2] if self._works(asking, one, "sitemap")), "")
        self.tried += [] if found else [rules]
        return found

    def _candidates(self, site: Site, base: str) -> Iterator[str]:
        """Addresses worth asking for, best first, none twice."""
        declared = [url for url, _ in site.feeds][:MAX_DECLARED]
        yield from dict.fromkeys([*declared, *site.linked[:2]])
        seen, probes = {*declared, *site.linked[:2]}, 0
        for url in usual_places(base, site.platform):
            if url not in seen and url not in self._known and probes < MAX_PROBES:
                seen.add(url)
                probes += 1
                yield url

    def _works(self, asking: Asking, url: str, kind: str = "feed") -> bool:
        if url in self._known:
            return False
        try:
            answer = self.get(asking, url)
        except FetchError:
            self.tried.append(url)
            return False
        is_packed = kind == "sitemap" and answer.data[:2] == b"\x1f\x8b"  # sitemap.xml.gz
        if answer.status != 200 or not (is_packed or sniff(answer.data, answer.url) == kind):
            self.tried.append(url)
            return False
        asking.keep(url, answer)
        return True

    def _found(self, kind: str, url: str) -> Discovery:
        site = self.site or Site()
        others = tuple(one for one, _ in site.feeds if one != url)
        return Discovery(kind, url, site.title, site.language, site.colour, others, tuple(self.tried))

    def _nothing(self, url: str) -> NothingFound:
        tried = f"; tried {', '.join(urlsplit(one).path for one in self.tried)}" if self.tried else ""
        error = NothingFound(
            "no feed was found here, and no list of articles",
            where=url,
            why=f"the page names none{tried}",
            try_='give the address of its feed, of its sitemap (kind = "sitemap"), or of a page that lists articles',
        )
        error.tried = tuple(self.tried)
        return error


def sniff(data: bytes, url: str) -> str:
    """The kind whose document this is: "feed", "sitemap", "discourse", "forem", "wordpress-api"; "" for a page."""
    root = _FEED_ROOT.match(data[:8192])
    if root:
        return "sitemap" if root[1].lower() in (b"urlset", b"sitemapindex") else "feed"
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] == b"{":
        if b'"topic_list"' in data:
            return "discourse"
        return "feed" if b"jsonfeed.org/version" in data[:65536] or b'"items"' in data else ""
    if start[:1] == b"[" and "/wp-json/" in url:
        return "wordpress-api"
    return "forem" if start[:1] == b"[" and "/api/articles" in url else ""


def address_hint(url: str) -> str:
    """Where a well-known platform keeps the feed of what this address shows; "" for any other."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower().removeprefix("www.").removeprefix("old.")
    path = [part for part in parts.path.split("/") if part]
    if host == "github.com" and len(path) >= 2:
        return f"https://github.com/{path[0]}/{path[1]}/releases.atom"
    if host == "reddit.com" and len(path) >= 2 and path[0] in ("r", "user"):
        return (
            f"https://www.reddit.com/{path[0]}/{path[1]}/top/.rss?t=week"
            if path[0] == "r"
            else f"{url.rstrip('/')}/.rss"
        )
    if host == "youtube.com" and len(path) >= 2 and path[0] == "channel":
        return f"https://www.youtube.com/feeds/videos.xml?channel_id={path[1]}"
    if host == "youtube.com" and path[:1] == ["playlist"]:
        return f"https://www.youtube.com/feeds/videos.xml?playlist_id={parse_qs(parts.query).get('list', [''])[0]}"
    if host == "medium.com" and path:
        return f"https://medium.com/feed/{path[0]}"
    if host.endswith((".medium.com", ".substack.com")):
        return f"{parts.scheme}://{parts.netloc}/feed"
    return ""


def usual_places(url: str, platform: str) -> list[str]:
    """Where feeds usually are, beside the page first, then at the root."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    here = urljoin(root, f"{parts.path.strip('/')}/") if parts.path.strip("/") else root
    names = (_PLATFORM_FEEDS[platform],) if platform in _PLATFORM_FEEDS else _USUAL
    if here == root:
        return [root + name for name in names]
    return [here + name for name in names[:2]] + [root + name for name in names[:4]]


def read_site(data: bytes, url: str) -> Site:
    """What the page says about itself. Raises `ParseError` when it is no page."""
    from digest.gather.kinds.listing import article_links, page_tree

    tree = page_tree(data, url)
    base = http_url(next(iter(tree.xpath("//base/@href")), ""), url) or url
    return Site(
        feeds=tuple(_declared(tree, base)),
        linked=tuple(_linked(tree, base)),
        platform=_platform(tree),
        title=_site_title(tree),
        language=language_tag(next(iter(tree.xpath("//html/@lang")), None)),
        colour=_colour(tree),
        links=len(article_links(tree, url)),
    )


def _declared(tree: Any, base: str) -> list[tuple[str, str]]:
    """`link rel=alternate`, feeds of comments last, JSON that is no feed left out."""
    found: dict[str, str] = {}
    for link in tree.iter("link"):
        rel, kind = str(link.get("rel") or "").lower().split(), str(link.get("type") or "")
        url = http_url(link.get("href"), base)
        if url is None or not {"alternate", "feed"} & set(rel) or not _FEED_MIME.match(kind):
            continue
        if kind.lower().startswith("application/json") and "feed" not in url:  # WordPress's API calls itself alternate
            continue
        found.setdefault(url, clean_line(str(link.get("title") or ""), max_chars=200))
    return sorted(found.items(), key=lambda one: bool(_COMMENTS.search(one[0]) or _COMMENTS.search(one[1])))


def _linked(tree: Any, base: str) -> Iterator[str]:
    seen = set()
    for element in tree.iter("a"):
        url = http_url(element.get("href"), base)
        if url and url not in seen and _FEED_LINK.search(urlsplit(url).path) and not _COMMENTS.search(url):
            seen.add(url)
            yield url


def _platform(tree: Any) -> str:
    generator = " ".join(tree.xpath("//meta[@name='generator']/@content")).lower()
    for name in ("wordpress", "ghost", "discourse", "wix"):
        if name in generator:
            return name
    if tree.xpath("//link[@rel='https://api.w.org/']"):
        return "wordpress"
    return "forem" if tree.xpath("//meta[starts-with(@property,'forem:') or starts-with(@name,'forem:')]") else ""


def _site_title(tree: Any) -> str:
    for path in (
        "//meta[@property='og:site_name']/@content",
        "//meta[@name='application-name']/@content",
        "//title[1]//text()",
    ):
        title = clean_line(" ".join(tree.xpath(path)[:1]), max_chars=200)
        if title:
            return title
    return ""


def _colour(tree: Any) -> str:
    """theme-color where it is a plain hexadecimal colour; the one for light schemes if there are two."""
    metas = tree.xpath("//meta[@name='theme-color']")
    metas.sort(key=lambda meta: "dark" in str(meta.get("media") or ""))
    for meta in metas:
        match = re.fullmatch(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})", str(meta.get("content") or "").strip())
        if match:
            digits = match[1] if len(match[1]) == 6 else "".join(2 * digit for digit in match[1])
            return f"#{digits.lower()}"
    return ""


def _front_page(search: _Search, asking: Asking, url: str) -> Site | None:
    """The site behind a feed's address, for its name and colour; not worth failing for."""
    parts = urlsplit(url)
    try:
        answer = search.get(asking, f"{parts.scheme}://{parts.netloc}/")
        if answer.status != 200 or sniff(answer.data, answer.url):
            return None
        site: Site = search.reader.call("discovery:read_site", answer.data, answer.url, about=answer.url)
    except SourceError:
        return None
    return site
