"""Documents and articles: what gathering yields and curating chooses from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one fetch. `url` is the final address after redirects, `headers` have lower-case names."""

    url: str
    data: bytes
    content_type: str | None
    headers: Mapping[str, str]
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A lead image. `width` and `height` in CSS pixels, None where the source does not say."""

    url: str
    width: int | None = None
    height: int | None = None
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Enclosure:
    url: str
    type: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One published piece, cleaned.

    Shapes: `html` is sanitised and balanced; `text` is paragraphs separated by one blank line, without page chrome;
    `published` and `updated` are aware datetimes or None: UTC, but a page's keep the page's own offset, so that their
    `.date()` is the day the page shows (the database keeps UTC); `published_confidence` is "exact" (date, time and zone
    given), "day" (a date alone), "assumed" (the zone was filled in) or "none". `url` is None for a bare file.
    `origin` names where each field came from ("feed", "json-ld", "byline", "first sentence", ...). `warnings` are
    sentences for the operator.
    """

    source: str
    guid: str
    url: str | None
    title: str
    text: str
    html: str = ""
    canonical_url: str | None = None
    title_derived: bool = False
    authors: tuple[Author, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    published_confidence: str = "none"
    language: str | None = None
    tags: tuple[str, ...] = ()
    excerpt: str = ""
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    views: int | None = None
    comments: int | None = None
    reactions: int | None = None
    origin: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What one feed document says. Articles are in the feed's own order."""

    title: str
    articles: tuple[Article, ...]
    warnings: tuple[str, ...] = ()
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article with what the database knows of it. `first_seen` is an aware UTC datetime."""

    id: int
    article: Article
    first_seen: datetime
    content_hash: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A summary and where it comes from.

    `spans` are half-open (start, end) offsets into the text that was given, so `text` can be proven to be the
    article's own words; empty unless `source` is "extractive" or "lead". `source` is one of "extractive", "llm",
    "lead", "feed", "editor". When no whole sentence fits the budget, `text` is empty and "no_fit" is among `flags`.
    """

    text: str
    spans: tuple[tuple[int, int], ...] = ()
    source: str = "extractive"
    flags: tuple[str, ...] = ()
