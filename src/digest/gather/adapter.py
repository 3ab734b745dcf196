"""What a kind of source is: which requests to make, and what their answers mean. Values and one protocol; all pure.

An `Adapter` opens no socket and reads no clock. `plan` names the requests that list what a source holds; `read` turns
one answer into articles, and into further requests: more of the list, or the page that completes one article.
`sources` drives it, asks conditionally, keeps what is remembered and counts what may be asked. docs/recipes-sources.md
shows how to add one.

Why this way: the same adapter is fed from the network, from files in a test and, in a process of its own, with bytes
nobody should trust; none of the three needs to know of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from digest.model import Article

if TYPE_CHECKING:
    from digest.gather.settings import SourceSettings
    from digest.gather.state import FetchState

FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
JSON_TYPES = "application/json, */*;q=0.1"
XML_TYPES = "application/xml, text/xml;q=0.9, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask for. With `article` it completes that one, without it lists articles.

    `polite`: robots.txt decides whether it may be asked. `alone`: the article is worth showing without this request.
    `watch`: worth asking again while the article is young (its counters and corrections).
    """

    url: str
    accept: str = FEED_TYPES
    polite: bool = False
    article: Article | None = None
    alone: bool = True
    watch: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """A 200 for a request; `url` is the final address, `headers` have lower-case names."""

    request: Request
    url: str
    data: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reply means. `cursor` is handed back in the next plan's state; `limited_s` is the source's own wish
    (`<ttl>`) not to be asked again before."""

    articles: tuple[Article, ...] = ()
    requests: tuple[Request, ...] = ()
    warnings: tuple[str, ...] = ()
    title: str = ""
    language: str | None = None
    cursor: str = ""
    limited_s: float = 0.0


class Adapter(Protocol):
    """One kind of source."""

    def plan(self, source: SourceSettings, state: FetchState, now: datetime) -> tuple[Request, ...]:
        """The requests that list what there is; the first must succeed. `source.url` is set."""
        ...

    def read(self, source: SourceSettings, reply: Reply) -> Reading:
        """What one reply means. Raises `ParseError` when it is not what it should be."""
        ...
