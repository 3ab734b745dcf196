"""Whether an article says what a test corpus expects of an entry: the comparisons that `corpus_feeds_mapping` names."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from digest.gather import parse_feed, strip_trackers
from digest.model import Article

BASE = "http://127.0.0.1:8097/feed.xml"
_TAKEN_OUT = ("script", "style", "svg", "math")
_END_OF_CONTENT = re.compile(rb"</(?:content|content:encoded|fullitem|body|xhtml:body)>")
_PROBE = b" &lt;i&gt;probe&lt;/i&gt;"
_OTHER = b'<link rel="alternate" type="application/pdf" href="http://127.0.0.1:8097/other.pdf"/>'
_LINK = re.compile(rb"<link\b[^>]*>")
_RELATIVE = re.compile(rb"(?:href|src)=\"(?![a-z]+:)([^\"]+)\"", re.I)


@dataclass(frozen=True, slots=True)
class Case:
    """One comparison: the document, its entry, what is expected of which field (`index` within it)."""

    data: bytes
    url: str
    content_type: str | None
    entry: int
    article: Article
    expected: Any
    field: str
    index: int

    def again(self, data: bytes) -> Article:
        """The article when the document is changed."""
        return parse_feed(data, url=self.url, content_type=self.content_type).articles[self.entry]


class _Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in _TAKEN_OUT
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _TAKEN_OUT
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def shown(source: str) -> str:
    """Markup out, entities resolved, no white space at all: where words end is not what is compared."""
    parser = _Shown()
    parser.feed(source)
    parser.close()
    return re.sub(r"[\s\u00ad\u200b]+", "", html.unescape("".join(parser.parts)))


def same_title(article: Article, expected: str) -> bool:
    return shown(expected) in (shown(html.escape(article.title)), shown(article.title)) or (
        not shown(expected) and article.title_derived
    )


def same_address(given: list[str | None], expected: str) -> bool:
    if not expected.lower().startswith(("http:", "https:")):
        absolute = urljoin(BASE, expected)
        return absolute in given or all(address is None or address.startswith("http") for address in given)
    return strip_trackers(expected) in given


def _text(case: Case) -> bool:
    return same_title(case.article, str(case.expected))


def _words(case: Case) -> bool:
    wanted, written = shown(str(case.expected)), re.sub(r"\s+", "", str(case.expected))
    held = [re.sub(r"\s+", "", text) for text in (case.article.text, case.article.excerpt)]
    return any(wanted in text or written in text for text in held) if wanted else True


def _address(case: Case) -> bool:
    article, field = case.article, case.field
    given: list[str | None] = [one.url for one in article.enclosures] if "enclosures" in field else []
    if field == "authors.url":
        given = [article.authors[case.index].url] if case.index < len(article.authors) else [None]
    elif field.startswith("url"):
        given.append(article.url)
    elif field == "image.url":
        given = [article.image.url if article.image else None]
    return same_address(given, str(case.expected))


@cache
def _links(data: bytes, entry: int) -> list[Any]:
    """The links of an entry with their relations, as feedparser itself reads them."""
    import feedparser

    entries = feedparser.parse(data).entries
    return list(entries[entry].get("links", [])) if entry < len(entries) else []


def _linked(case: Case) -> tuple[str, str]:
    """(relation, address) of the link that the expectation speaks of."""
    links = _links(case.data, case.entry)
    link = links[case.index] if case.index < len(links) else {}
    return link.get("rel", "alternate"), urljoin(case.url, link.get("href") or link.get("url") or "")


def _is_what_it_says(case: Case, relation: str, address: str) -> bool:
    files = [one.url for one in case.article.enclosures]
    if relation == "alternate":
        return case.article.url == strip_trackers(address)
    if relation == "enclosure":
        return address in files
    return address not in (case.article.url, case.article.canonical_url, *files)


def _link(case: Case) -> bool:
    relation, address = _linked(case)
    return _address(case) if relation in ("alternate", "enclosure") else _is_what_it_says(case, relation, address)


def _relation(case: Case) -> bool:
    return _is_what_it_says(case, str(case.expected), _linked(case)[1])


def _link_type(case: Case) -> bool:
    relation, address = _linked(case)
    if not _is_what_it_says(case, relation, address):
        return False
    if relation == "enclosure":
        return any(one.url == address and one.type == case.expected for one in case.article.enclosures)
    if relation != "alternate":
        return True
    at = _LINK.search(case.data)
    assert at is not None
    changed = [case.data[:place] + _OTHER + case.data[place:] for place in (at.start(), at.end())]
    return all(case.again(data).url == case.article.url for data in changed)


def _name(case: Case) -> bool:
    wanted = re.sub(r"\s*[(<]?[\w.+-]+@[\w.-]+[)>]?\s*", "", str(case.expected)).strip(" ()")
    people = case.article.authors
    if not wanted:
        return not people
    return case.index < len(people) and shown(people[case.index].name) == shown(wanted)


def _absent(case: Case) -> bool:
    return str(case.expected).encode() in case.data and all(
        str(case.expected) not in f"{author.name} {author.url}" for author in case.article.authors
    )


def _date(case: Case) -> bool:
    expected, found = case.expected, [moment for moment in (case.article.published, case.article.updated) if moment]
    if isinstance(expected, tuple):
        return any(moment.timetuple()[:6] == expected[:6] for moment in found)
    if expected in (None, ""):
        return not found
    return any(_same_instant(moment, str(expected)) for moment in found)


def _same_instant(moment: datetime, text: str) -> bool:
    from email.utils import parsedate_to_datetime

    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            other = read(text)
        except (ValueError, TypeError):
            continue
        return moment == (other if other.tzinfo else other.replace(tzinfo=UTC))
    return False


def _tag(case: Case) -> bool:
    return shown(str(case.expected)).casefold() in {shown(tag).casefold() for tag in case.article.tags}


def _same(case: Case) -> bool:
    article, expected = case.article, str(case.expected)
    if case.field == "guid":
        wanted = (expected.strip(), urljoin(BASE, expected.strip()))
        return any(article.guid == guid or article.guid.startswith(f"{guid} ") for guid in wanted)
    enclosure = article.enclosures[case.index] if case.index < len(article.enclosures) else None
    return enclosure is not None and str(getattr(enclosure, case.field.partition(".")[2])) == expected


def _count(case: Case) -> bool:
    article = case.article
    addresses = {article.url, *(one.url for one in article.enclosures)} - {None}
    return len(article.tags if case.field == "tags" else addresses) == case.expected


def _language(case: Case) -> bool:
    return (case.article.language or "").lower() == str(case.expected or "").replace("_", "-").lower()


def _read_as(case: Case) -> bool:
    changed, places = _END_OF_CONTENT.subn(lambda end: _PROBE + end[0], case.data)
    text = case.again(changed).text
    as_letters, as_markup = "<i>probe</i>" in text, "probe" in text and "<i>" not in text
    return places > 0 and (as_markup if case.expected == "text/html" else as_letters)


def _leads(case: Case) -> bool:
    places = [urljoin(str(case.expected), address.decode()) for address in _RELATIVE.findall(case.data)]
    return bool(places) and all(f'"{place}"' in case.article.html for place in places)


def _origin(case: Case) -> bool:
    return str(case.expected) in case.article.origin.get(case.field.partition(".")[2], "")


COMPARE: dict[str, Callable[[Case], bool]] = {
    "text": _text, "words": _words, "address": _address, "link": _link, "name": _name, "absent": _absent,
    "date": _date, "tag": _tag, "same": _same, "count": _count, "language": _language, "read_as": _read_as,
    "leads": _leads, "relation": _relation, "link_type": _link_type, "origin": _origin, "not_kept": lambda case: False,
}  # fmt: skip
