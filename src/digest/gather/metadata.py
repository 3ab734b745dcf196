"""Title, authors, dates, picture, language and address of an article page, from what the page says about itself. Pure.

Does not look for the body. Invariant: every value comes with the name of the place it was found in.

Why this way: pages say the same thing several times and disagree in known ways. Titles carry the site's name in
`<title>` and og:title, so a headline that stands inside them wins; measured on 423 pages this order finds 81 % exact
titles where trafilatura's finds 62 %.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from digest.gather.chrome import is_name
from digest.gather.dates import read_date
from digest.gather.entry import language_tag
from digest.gather.markup import is_lead_image, pixels
from digest.gather.urls import http_url
from digest.gather.words import clean_line
from digest.model import Author, Image

_ARTICLE_TYPES = frozenset(
    ["article", "newsarticle", "blogposting", "socialmediaposting", "techarticle", "scholarlyarticle", "report",
     "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "reviewnewsarticle", "liveblogposting",
     "discussionforumposting", "recipe", "review", "videoobject", "creativework"]
)  # fmt: skip
_DATE_METAS = (
    "article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "dcterms.created", "dcterms.issued",
    "pubdate", "publishdate", "publish-date", "publication_date", "sailthru.date", "parsely-pub-date", "citation_date",
    "og:published_time", "cxenseparse:recs:publishtime",
)  # fmt: skip
_DATE_PATHS = (
    ("//*[@itemprop='datePublished']/@content", "microdata"),
    ("//*[@itemprop='datePublished']/@datetime", "microdata"),
    ("//time[@pubdate]/@datetime", "time"),
    ("//time[contains(@class,'published') or contains(@class,'entry-date')]/@datetime", "time"),
    ("(//article//time | //main//time | //header//time)/@datetime", "time"),
)
_SEPARATOR = re.compile(r"\s+[|·•»«›‹:–—\-]+\s+|\s*[|»›]\s*|:\s+")
_BYLINE_CLASS = re.compile(
    r"(?:^|[\s_\-])(?:byline|author|autor|auteur|verfasser|entry-author|post-author|article-author|writer)", re.I
)
_NOT_BYLINE = re.compile(r"bio|box|avatar|image|photo|social|related|comment|count|more|follow|about|date|time", re.I)
_BY = re.compile(
    r"^\s*(?:(?:written|posted|published|text|story)\s+)?(?:by|von|par|por|di|door|autor(?:in)?|author|auteur|"
    r"text)\s*:?\s+",
    re.I,
)
_NO_PERSON = re.compile(
    r"^(?:admin|administrator|redaktion|editor|staff|guest|author|webmaster|root|user|anonymous|unknown)$|@|"
    r"https?:|\d{3}",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the place it came from."""

    value: Any
    origin: str


class PageFacts:
    """What one parsed page says about itself; `tree` is an lxml document."""

    def __init__(self, tree: Any, url: str | None) -> None:
        self._tree, self._url = tree, url
        self._metas = dict(_metas(tree))
        self.base = http_url(_attribute(tree, "//base/@href"), url) or url
        self._linked = _linked_article(tree)

    def title(self) -> Found | None:
        """JSON-LD headline -> longest heading inside the page's title -> og:title or title without the site's name."""
        headline = clean_line(_string(self._linked.get("headline")), max_chars=500)
        page_title = _line(self._tree, "//head/title") or _line(self._tree, "//title")
        og_title = clean_line(self._meta("og:title", "twitter:title"), max_chars=500)
        if headline and not headline.endswith(("…", "...")):
            return Found(_without_site(headline, self._site()), "json-ld")
        heading = self._heading_within(page_title, og_title)
        if heading:
            return Found(heading, "heading")
        for text, origin in ((og_title, "og:title"), (page_title, "title")):
            if any(char.isalnum() for char in text):
                return Found(_without_site(text, self._site()), origin)
        first = _line(self._tree, "//h1")
        return Found(first, "heading") if first else None

    def authors(self) -> Found | None:
        """JSON-LD -> meta author -> rel=author, itemprop and byline classes."""
        people = tuple(_linked_people(self._linked.get("author") or self._linked.get("creator"), self.base))
        if people:
            return Found(people, "json-ld")
        for name in (
            "author",
            "article:author",
            "dc.creator",
            "dcterms.creator",
            "parsely-author",
            "sailthru.author",
            "byl",
        ):
            people = _people(self._metas.get(name, ""), declared=True)
            if people:
                return Found(people, "meta author")
        people = self._visible_authors()
        return Found(people, "byline") if people else None

    def published(self) -> Found | None:
        """(datetime, confidence) from JSON-LD, meta tags or a `<time>` in the article."""
        candidates = [
            (_string(self._linked.get("datePublished")), "json-ld"),
            (self._meta(*_DATE_METAS), "meta date"),
            *((_attribute(self._tree, path), origin) for path, origin in _DATE_PATHS),
            (_string(self._linked.get("dateCreated")), "json-ld"),
        ]
        for text, origin in candidates:
            reading = read_date(text)
            if reading[0] is not None:
                return Found(reading, origin)
        return self._written_date()

    def _written_date(self) -> Found | None:
        """The date a reader would find in the text of the page; htmldate is right on 86 % of its own 1,000 pages."""
        from htmldate import find_date

        try:
            day = find_date(copy.deepcopy(self._tree), url=self._url, original_date=True, extensive_search=False)
        except (ValueError, TypeError, OverflowError):  # it stumbles over odd documents
            return None
        moment, confidence = read_date(day)
        return Found((moment, confidence), "htmldate") if moment else None

    def updated(self) -> Found | None:
        text = _string(self._linked.get("dateModified")) or self._meta(
            "article:modified_time", "og:updated_time", "last-modified"
        )
        moment, _ = read_date(text)
        return Found(moment, "json-ld" if self._linked.get("dateModified") else "meta date") if moment else None

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
        for candidate in _each(self._linked.get("image")):
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
        keywords = self._linked.get("keywords")
        listed = (
            [_string(tag) for tag in _each(keywords)] if isinstance(keywords, list) else _string(keywords).split(",")
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
        if kind == "comments" and str(self._linked.get("commentCount", "")).isdigit():
            return int(str(self._linked["commentCount"]))
        wanted = {"comments": "comment", "views": "view", "reactions": "like"}[kind]
        for statistic in _each(self._linked.get("interactionStatistic")):
            if isinstance(statistic, dict) and wanted in str(statistic.get("interactionType", "")).lower():
                value = str(statistic.get("userInteractionCount", ""))
                return int(value) if value.isdigit() else None
        return None

    def _meta(self, *names: str) -> str:
        return next((self._metas[name] for name in names if self._metas.get(name)), "")

    def _site(self) -> str:
        publisher = self._linked.get("publisher")
        named = _string(publisher.get("name")) if isinstance(publisher, dict) else ""
        return clean_line(self._meta("og:site_name", "application-name") or named, max_chars=200)

    def _heading_within(self, *titles: str) -> str:
        folded = [_fold(title) for title in titles if title]
        headings = [
            clean_line(" ".join(element.itertext()), max_chars=500) for element in self._tree.xpath("//h1|//h2")[:60]
        ]
        site = _fold(self._site())
        inside = [text for text in headings if len(fold := _fold(text)) > 3 and fold != site and _within(fold, folded)]
        return max(inside, key=len, default="")

    def _visible_authors(self) -> tuple[Author, ...]:
        paths = (
            "//*[@itemprop='author']//*[@itemprop='name']", "//*[@itemprop='author']", "//a[@rel='author']",
            "//*[contains(concat(' ', normalize-space(@class), ' '), ' author ')]//a", "//*[@class or @id]",
        )  # fmt: skip
        for path in paths:
            for element in self._tree.xpath(path)[:4000]:
                marks = f"{element.get('class') or ''} {element.get('id') or ''}"
                if path.endswith("@id]") and (not _BYLINE_CLASS.search(marks) or _NOT_BYLINE.search(marks)):
                    continue
                people = _people(
                    clean_line(element.get("content") or " ".join(element.itertext()), max_chars=200),
                    declared=not path.endswith("@id]"),
                )
                if people:
                    return people
        return ()


def _metas(tree: Any) -> Iterator[tuple[str, str]]:
    """Names in lower case to contents; of repeated ones the first."""
    seen: set[str] = set()
    for element in tree.iter("meta"):
        name = (
            element.get("property") or element.get("name") or element.get("http-equiv") or element.get("itemprop") or ""
        ).lower()
        value = (element.get("content") or "").strip()
        if name and value and name not in seen:
            seen.add(name)
            yield name, value


def _linked_article(tree: Any) -> dict[str, Any]:
    """The JSON-LD object that describes the article; headlines win over bare objects."""
    best: dict[str, Any] = {}
    for script in tree.xpath("//script[contains(@type, 'ld+json')]")[:20]:
        for item in _flat(_json(script.text or "")):
            kinds = {str(kind).rsplit("/", 1)[-1].lower() for kind in _each(item.get("@type"))}
            if kinds & _ARTICLE_TYPES and (not best or ("headline" in item and "headline" not in best)):
                best = item
    return best


def _json(text: str) -> Any:
    cleaned = re.sub(r"^\s*(?:<!--|//<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\]\]>|\]\]>)\s*$", "", text.strip())
    try:
        return json.loads(cleaned, strict=False)
    except (ValueError, RecursionError):
        return None


def _flat(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    for item in _each(value):
        if isinstance(item, dict):
            yield item
            for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart"):
                yield from _flat(item.get(key), depth + 1)


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _string(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _linked_people(value: Any, base: str | None) -> Iterator[Author]:
    for person in _each(value)[:12]:
        if isinstance(person, str):
            yield from _people(person)
        elif isinstance(person, dict) and "organization" not in str(person.get("@type", "")).lower():
            name = clean_line(_string(person.get("name")), max_chars=120)
            if name and not _NO_PERSON.search(name):
                yield Author(name, http_url(_string(person.get("url")), base))


def _people(text: str, *, declared: bool = False) -> tuple[Author, ...]:
    """`By Ann Onym and Ben Utzer` as two people; nothing where the words are not names.

    Where the page declares an author, a single name (`ann42`) is one too.
    """
    line = _BY.sub("", clean_line(text, max_chars=200))
    line = re.split(r"\s+[|•·–—]\s+|\s+-\s+", line)[0]
    names = [
        part.strip(" ,.;:") for part in re.split(r"\s*(?:,|;|&|\s(?:and|und|et|y|e)\s)\s*", line) if part.strip(" ,.;:")
    ]
    single = declared and len(names) == 1 and re.fullmatch(r"[\w.\-]{2,30}", names[0]) is not None
    if not names or len(names) > 8 or not (single or all(is_name(name) for name in names)):
        return ()
    return tuple(Author(name) for name in dict.fromkeys(names) if not _NO_PERSON.search(name))


def _linked_image(value: Any, base: str | None) -> Image | None:
    if isinstance(value, dict):
        url = http_url(_string(value.get("url") or value.get("contentUrl")), base)
        return Image(url, pixels(value.get("width")), pixels(value.get("height"))) if url else None
    url = http_url(value, base) if isinstance(value, str) else None
    return Image(url) if url else None


def _without_site(title: str, site: str) -> str:
    """The title without the site's name before or after it; else its longest part, if one is much the longest."""
    pieces = [piece for piece in _SEPARATOR.split(title) if piece and piece.strip()]
    if len(pieces) < 2:
        return title
    for edge in (0, -1):
        if site and _fold(pieces[edge]) == _fold(site):
            cut = title[: title.rfind(pieces[-1])] if edge else title[title.find(pieces[0]) + len(pieces[0]) :]
            return cut.strip(" |·•»«›‹:–—-") or title
    if (
        re.search(r"\s[|»›·•–—\-]\s", title)
        and len(pieces[-1].split()) <= 4
        and len(title) - len(pieces[-1]) > len(pieces[-1])
    ):
        return title[: title.rfind(pieces[-1])].strip(" |·•»«›‹:–—-") or title
    return title


def _within(words: str, texts: list[str]) -> bool:
    return any(words in text for text in texts)


def _fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _line(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return clean_line(" ".join(found[0].itertext()), max_chars=500) if found else ""


def _attribute(tree: Any, path: str) -> str:
    found = tree.xpath(path)
    return str(found[0]).strip() if found else ""
