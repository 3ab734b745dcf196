"""What a page says about its article in JSON-LD, wherever in the script it says it. Pure.

Does not judge the values. Invariant: never raises, and a reference (`{"@id": ...}`) is followed at most once, inside
the same page.

Why this way: WordPress's most used plug-in writes one `@graph` in which the article only points at its author, and
every twentieth page has JSON that is broken by a comma or a raw line break; both kinds are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_SCRIPTS = 20
MAX_SCRIPT_CHARS = 500_000
MAX_OBJECTS = 2_000
_ARTICLE_TYPES = frozenset(
    ["article", "newsarticle", "blogposting", "socialmediaposting", "techarticle", "scholarlyarticle", "report",
     "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "reviewnewsarticle", "liveblogposting",
     "backgroundnewsarticle", "medicalscholarlyarticle", "discussionforumposting", "recipe", "review", "videoobject",
     "creativework", "blog", "faqpage", "howto"]
)  # fmt: skip
_PAGE_TYPES = frozenset(["webpage", "medicalwebpage", "itempage", "aboutpage", "profilepage", "qapage"])
_INNER = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "itemListElement", "about")
_COMMENT_EDGES = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?://\s*)?(?:-->|\]\]>)\s*$")
_LAST_COMMA = re.compile(r",\s*(?=[}\]])")
_BROKEN_FIELD = re.compile(r'"(headline|datePublished|dateModified|dateCreated)"\s*:\s*"([^"\n]{1,300})"')
_BROKEN_AUTHOR = re.compile(
    r'"author"\s{0,9}:[\[{\s]{0,40}(?:"@type"\s{0,9}:\s{0,9}"[^"]{1,40}"\s{0,9},\s{0,40})?(?:"name"\s{0,9}:\s{0,9})?"([^"]{1,120})"'
)


@dataclass(frozen=True, slots=True)
class LinkedData:
    """The object about the article, the one about the page around it, and everything on the page that has an `@id`."""

    article: dict[str, Any] = field(default_factory=dict)
    page: dict[str, Any] = field(default_factory=dict)
    named: dict[str, dict[str, Any]] = field(default_factory=dict)

    def full(self, value: Any) -> Any:
        """The object that `{"@id": ...}` or a bare `@id` points at; anything else as it is."""
        key = value.get("@id") if isinstance(value, dict) else value
        if isinstance(value, dict) and "name" in value:
            return value
        return self.named.get(key, value) if isinstance(key, str) else value

    def said(self, name: str) -> str:
        """A text of the article, else of the page."""
        return as_text(self.article.get(name)) or as_text(self.page.get(name))


def read_linked(tree: Any) -> LinkedData:
    """Everything useful in the page's `application/ld+json` scripts; headlines win over bare objects."""
    found = LinkedData()
    article: dict[str, Any] = {}
    page: dict[str, Any] = {}
    for count, item in enumerate(_items(tree)):
        if count >= MAX_OBJECTS:
            break
        if isinstance(key := item.get("@id"), str) and len(item) > len(found.named.get(key, {})):
            found.named[key] = item
        kinds = {str(kind).rsplit("/", 1)[-1].lower() for kind in as_list(item.get("@type"))}
        if kinds & _ARTICLE_TYPES and _says_more(item, article):
            article = item
        elif kinds & _PAGE_TYPES and not page:
            page = item
    return LinkedData(article, page, found.named)


def _says_more(item: dict[str, Any], best: dict[str, Any]) -> bool:
    """A page has one headline; a bare object (a video, a review of the product) comes before it often enough."""
    return not best or ("headline" in item and "headline" not in best)


def _items(tree: Any) -> Iterator[dict[str, Any]]:
    for script in tree.xpath("//script[contains(@type, 'ld+json')]")[:MAX_SCRIPTS]:
        text = (script.text or "")[:MAX_SCRIPT_CHARS]
        value = _json(text)
        yield from _flat(value) if value is not None else _broken(text)


def _json(text: str) -> Any:
    cleaned = _COMMENT_EDGES.sub("", text.strip())
    for attempt in (cleaned, _LAST_COMMA.sub("", cleaned)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _broken(text: str) -> Iterator[dict[str, Any]]:
    """The plain fields of a script that is no JSON."""
    item: dict[str, Any] = dict(reversed(_BROKEN_FIELD.findall(text)))
    if author := _BROKEN_AUTHOR.search(text):
        item["author"] = author[1]
    if item:
        yield {"@type": "Article", **item}


def _flat(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    for item in as_list(value)[:MAX_OBJECTS]:
        if isinstance(item, dict):
            yield item
            for key in _INNER:
                yield from _flat(item.get(key), depth + 1)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def as_text(value: Any) -> str:
    """The first text of a value that may be a list of them; "" for objects."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
