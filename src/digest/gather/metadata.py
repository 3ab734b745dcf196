"""Authors, dates, picture, language and address of an article page, from what the page says about itself. Pure.

Does not look for the body. Invariant: every value comes with the name of the place it was found in.

Why this way: pages say the same thing several times and disagree in known ways. Each question has one reader that
weighs the places against each other (`bylines`, `pagedates`); what only one place ever says is read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from digest.gather.bylines import PageAuthors, find_authors
from digest.gather.entry import language_tag
from digest.gather.linked import as_list, as_text, read_linked
from digest.gather.markup import is_lead_image, pixels
from digest.gather.pagedates import PageDates, find_published, find_updated
from digest.gather.pagetext import PageText
from digest.gather.urls import http_url
from digest.gather.words import clean_line
from digest.model import Image

_MAX_METAS = 500


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the place it came from."""

    value: Any
    origin: str


class PageFacts:
    """What one parsed page says about itself; `tree` is an lxml document, `linked` its JSON-LD, `base` where its
    relative addresses start.
    """

    def __init__(self, tree: Any, url: str | None) -> None:
        self._tree, self._url = tree, url
        self._said = tuple(_metas(tree))
        self._metas = dict(reversed(self._said))
        self.base = http_url(_attribute(tree, "//base/@href"), url) or url
        self.linked = read_linked(tree)
        self._article = self.linked.article

    def authors(self) -> Found | None:
        """The authors (a tuple of `Author`) and the place that named them; see `bylines`."""
        site = self._site() or _name(self.linked.page.get("isPartOf"))
        found = find_authors(PageAuthors(self._tree, self.linked, self._said, self._text, site, self._url, self.base))
        return Found(*found) if found else None

    def published(self) -> Found | None:
        """((datetime, confidence), place); see `pagedates`.

        The datetime is the exact instant in the offset the page wrote it in, so that its `date()` is the day the
        page's readers see; the store keeps UTC.
        """
        found = find_published(self._dates())
        return Found(*found) if found else None

    def updated(self) -> Found | None:
        found = find_updated(self._dates())
        return Found(*found) if found else None

    def _dates(self) -> PageDates:
        return PageDates(self._tree, self.linked, self._metas, self._text, self._url, self.language())

    @cached_property
    def _text(self) -> PageText:
        titles = (
            self._meta("og:title", "twitter:title"),
            _line(self._tree, "//head/title"),
            _line(self._tree, "//title"),
        )
        return PageText(self._tree, (*titles, as_text(self._article.get("headline"))))

    def image(self) -> Found | None:
        """og:image with its size, else the JSON-LD picture."""
        url = http_url(
            self._meta("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
            self.base,
        )
        if url:
            size = (pixels(self._metas.get("og:image:width")), pixels(self._metas.get("og:image:height")))
            image = Image(url, *size, alt=clean_line(self._meta("og:image:alt", "twitter:image:alt"), max_chars=300))
            if is_lead_image(image):
                return Found(image, "og:image")
        for candidate in as_list(self._article.get("image")):
            linked = _linked_image(candidate, self.base)
            if linked is not None and is_lead_image(linked):
                return Found(linked, "json-ld")
        return None

    def language(self) -> str | None:
        declared = _attribute(self._tree, "/html/@lang") or _attribute(self._tree, "/html/@*[local-name()='lang']")
        return language_tag(declared or self._meta("og:locale", "content-language", "dc.language", "language"))

    def canonical(self) -> str | None:
        """The page's own address, unless it is a front page that says so about all of its articles."""
        for address in (_attribute(self._tree, "//link[@rel='canonical']/@href"), self._meta("og:url")):
            url = http_url(address, self.base)
            if url and urlsplit(url).path.strip("/"):
                return url
        return None

    def tags(self) -> tuple[str, ...]:
        keywords = self._article.get("keywords")
        listed = (
            [as_text(tag) for tag in as_list(keywords)] if isinstance(keywords, list) else as_text(keywords).split(",")
        )
        metas = [
            clean_line(value, max_chars=80) for value in self._tree.xpath("//meta[@property='article:tag']/@content")
        ]
        cleaned = [clean_line(tag, max_chars=80) for tag in (metas or listed)]
        return tuple(dict.fromkeys(tag for tag in cleaned if tag))[:30]

    def description(self) -> str:
        return clean_line(self._meta("og:description", "description", "twitter:description"), max_chars=1000)

    def count(self, kind: str) -> int | None:
        """Comments, views or reactions as JSON-LD states them."""
        if kind == "comments" and (stated := _whole(self._article.get("commentCount"))) is not None:
            return stated
        wanted = {"comments": "comment", "views": "view", "reactions": "like"}[kind]
        for statistic in as_list(self._article.get("interactionStatistic")):
            if isinstance(statistic, dict) and wanted in str(statistic.get("interactionType", "")).lower():
                return _whole(statistic.get("userInteractionCount"))
        return None

    def _meta(self, *names: str) -> str:
        return next((self._metas[name] for name in names if self._metas.get(name)), "")

    def _site(self) -> str:
        publisher = self._article.get("publisher")
        named = as_text(publisher.get("name")) if isinstance(publisher, dict) else ""
        return clean_line(self._meta("og:site_name", "application-name") or named, max_chars=200)


def _metas(tree: Any) -> Iterator[tuple[str, str]]:
    """(name in lower case, content) of every meta tag that has both, in the page's order.

    `property` may list several names (RDFa), and Dublin Core is written with a dot or a colon.
    """
    for element in islice(tree.iter("meta"), _MAX_METAS):
        names = element.get("property") or element.get("name") or element.get("http-equiv") or element.get("itemprop")
        value = (element.get("content") or "").strip()
        for name in (names or "").lower()[:300].split() if value else ():
            yield (name.replace(":", ".") if name.startswith("dc") else name), value


def _whole(value: Any) -> int | None:
    text = as_text(value)
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _name(value: Any) -> str:
    return as_text(value.get("name")) if isinstance(value, dict) else ""


def _linked_image(value: Any, base: str | None) -> Image | None:
    if isinstance(value, dict):
        url = http_url(as_text(value.get("url") or value.get("contentUrl")), base)
        return Image(url, pixels(value.get("width")), pixels(value.get("height"))) if url else None
    url = http_url(value, base) if isinstance(value, str) else None
    return Image(url) if url else None


def _line(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return clean_line(" ".join(found[0].itertext()), max_chars=500) if found else ""


def _attribute(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return str(found[0]).strip() if found else ""
