"""When a page was published: from what it declares, then from what it shows near the headline. Pure, without a clock.

Invariant: a date is read from the page or its address; the day of reading is never one. Published goes before
modified: a page that only says when it changed gets that day last of all.

Why this way: declarations (JSON-LD, meta, microdata) are right where they exist, but every fourth page has none and
shows its date in words beside the headline, in its own language. htmldate is asked last, because it takes the first
date-like string of a page, right on 86 of 100.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from digest.gather.dates import read_date
from digest.gather.outline import Outline, Spot
from digest.gather.written import Written, find_dates, read_written_date

Reading = tuple[datetime | None, str]
_METAS = (
    "article:published_time", "article:published", "og:article:published_time", "datepublished", "date", "dc.date.issued",
    "dc.date", "dcterms.created", "dcterms.issued", "dcterms.date", "dc.date.created", "pubdate", "publishdate",
    "publish-date", "publish_date", "publication_date", "publicationdate", "sailthru.date", "parsely-pub-date",
    "citation_publication_date", "citation_date", "og:published_time", "cxenseparse:recs:publishtime", "published_time",
    "date.created", "created", "displaydate", "bi3dpubdate", "rnews:datepublished", "originalpublicationdate", "og:regdate",
)  # fmt: skip
_MODIFIED_METAS = ("article:modified_time", "og:updated_time", "dc.date.modified", "dcterms.modified", "last-modified",
                   "lastmod", "datemodified", "modified")  # fmt: skip
_DATE_MARKS = re.compile(
    r"(?:^|[\s_\-])(?:date|datum|published|publish-date|pubdate|posted|post-date|entry-date|article-date|timestamp|"
    r"dateline|fecha|data|byline|meta|postmeta|entry-meta|submitted|created|time|calendar|veroeffentlicht|infoline|"
    r"post_date|datetime|dt-published)(?:$|[\s_\-\d])|__date|--date|-date\b|date-|published|pubdate",
    re.I,
)
_MODIFIED_MARKS = re.compile(r"modif|updat|aktualisiert|revised|upload", re.I)
_LABEL = re.compile(
    r"(?:published|posted|veröffentlicht|publiziert|erschienen|pressemitteilung(?: nr\. ?\S+)? vom|meldung vom|datum|date|"
    r"publié|publicado|pubblicato|gepubliceerd|publicerad|opublikowano|yayınlan\w+|опубликовано|geschrieben|verfasst|"
    r"eingestellt|gespeichert|erstellt|created|submitted)(?:\s+(?:on|am|le|el|em|il|op|von [^\n]{2,40}? am))?\s*[:：]?\s*(?:[^\W\d_]{2,12}[.,]{0,2}\s+)?$",
    re.I,
)  # fmt: skip
_MODIFIED_LABEL = re.compile(
    r"(?:updated?|modified|edited|aktualisiert|geändert|aktualisierung|änderung|stand|mis à jour|actualizado|atualizado|aggiornato|bijgewerkt)"
    r"(?:\s+(?:on|am|le|el|em|il|op|at))?\s*[:：]?\s*(?:[^\W\d_]{2,12}[.,]{0,2}\s+)?$",
    re.I,
)
_OTHER_LABEL = re.compile(r"(?:geboren|born|\*|†|©|copyright|since|seit|bis|until|ab|vom|termin|nächste\w*)\s*$", re.I)
_URL_DAY = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<sep>[/\-_.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)")
_URL_COMPACT = re.compile(r"(?<!\d)(?P<y>20[0-3]\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)")
_URL_DAY_FIRST = re.compile(r"(?<!\d)(?P<d>\d{1,2})(?P<sep>[\-_.])(?P<m>\d{1,2})(?P=sep)(?P<y>20[0-3]\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class PageDates:
    """What the search needs to know of a page. `linked` is its JSON-LD article, `metas` its meta tags by name."""

    tree: Any
    linked: Mapping[str, Any]
    metas: Mapping[str, str]
    outline: Outline
    headline_at: int
    body_at: int
    url: str | None
    language: str | None


def find_published(page: PageDates) -> tuple[Reading, str] | None:
    """((datetime, confidence), where it stood) of the first place that says when the page was published."""
    for text, origin in _said(page):
        reading = read_declared(text, page.language)
        if reading[0] is not None:
            return reading, origin
    return _htmldate(page)


def find_updated(page: PageDates) -> tuple[datetime, str] | None:
    for text, origin in (
        (_text(page.linked.get("dateModified")), "json-ld"),
        *((page.metas.get(name, ""), "meta date") for name in _MODIFIED_METAS),
        (_attribute(page.tree, "//*[@itemprop='dateModified']"), "microdata"),
    ):
        moment, _ = read_declared(text, page.language)
        if moment is not None:
            return moment, origin
    return None


def read_declared(text: str, language: str | None = None) -> Reading:
    """A declared date. Midnight to the second, in whatever zone, is a day: programs write it for a date alone."""
    cleaned = text.strip()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ]00:00(?::00(?:\.0+)?)?(?:Z|[+\-]\d{2}:?\d{2})?", cleaned):
        cleaned = cleaned[:10]
    elif match := re.fullmatch(r"([A-Za-z]{3}, \d{1,2} [A-Za-z]{3} \d{4}) 00:00:00(?: \S+)?", cleaned):
        cleaned = match[1]
    return read_written_date(cleaned, language=language)


def _said(page: PageDates) -> Iterator[tuple[str, str]]:
    yield _text(page.linked.get("datePublished")), "json-ld"
    for name in _METAS:
        yield page.metas.get(name, ""), "meta date"
    yield _attribute(page.tree, "//*[@itemprop='datePublished']"), "microdata"
    yield from ((text, "time") for text in _time_elements(page))
    yield _text(page.linked.get("dateCreated")), "json-ld"
    yield _address_day(page.url), "address"
    yield from ((written.iso, "page text") for written in _shown(page))
    yield _text(page.linked.get("uploadDate")), "json-ld"


def _text(value: Any) -> str:
    first = value[0] if isinstance(value, list) and value else value
    return str(first) if isinstance(first, str | int | float) else ""


def _attribute(tree: Any, path: str) -> str:
    for element in tree.xpath(path)[:3]:
        for said in (element.get("content"), element.get("datetime"), " ".join(element.itertext())):
            if said and any(char.isdigit() for char in said):
                return str(said)
    return ""


def _time_elements(page: PageDates) -> list[str]:
    """`<time>` and microformats' `<abbr class=published>` outside the page's edges, the one nearest the headline first."""
    found: list[tuple[float, str]] = []
    for spot in page.outline.spots:
        if spot.tag not in ("time", "abbr"):
            continue
        said = spot.element.get("datetime") or (spot.element.get("title") if spot.tag == "abbr" else "") or ""
        said = said if any(char.isdigit() for char in said) else page.outline.text_of(spot)
        if spot.tag == "abbr" and not re.search(r"published|date|time", spot.marks):
            continue
        rank = _distance(spot.start, page) + (0 if spot.zone == "" else 4000)
        rank -= 3000 if re.search(r"publish|entry-date|pubdate", spot.marks) or "pubdate" in spot.element.attrib else 0
        rank += 6000 if _MODIFIED_MARKS.search(spot.marks) and "published" not in spot.marks else 0
        rank += 20000 if spot.zone == "comments" else 0
        found.append((rank, said))
    return [said for rank, said in sorted(found) if rank < 3500][:5]


def _distance(at: int, page: PageDates) -> float:
    """Visible characters between a place and the headline (or the body, where there is none)."""
    anchor = page.headline_at if page.headline_at >= 0 else page.body_at
    if anchor < 0:
        return float(at)
    return at - anchor if at >= anchor else 1.5 * (anchor - at)


def _address_day(url: str | None) -> str:
    if not url:
        return ""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    for pattern in (_URL_DAY, _URL_COMPACT, _URL_DAY_FIRST):
        for match in pattern.finditer(path):
            try:
                return datetime(int(match["y"]), int(match["m"]), int(match["d"]), tzinfo=UTC).date().isoformat()
            except ValueError:
                continue
    return ""


def _shown(page: PageDates) -> list[Written]:
    """Dates in the visible text, best first: labelled ones, those in elements marked as dates, those by the headline."""
    text = page.outline.text
    spots = _date_spots(page)
    ranked: list[tuple[float, int, Written]] = []
    for written in find_dates(text[:200_000], language=page.language):
        rank = _rank(written, page, spots)
        if rank is not None:
            ranked.append((rank, written.start, written))
    ranked.sort(key=lambda item: item[:2])
    return [written for rank, _, written in ranked if rank < 1000][:3]


def _rank(written: Written, page: PageDates, spots: list[Spot]) -> float | None:
    before = page.outline.text[max(0, written.start - 60) : written.start].rsplit("\n", 1)[-1]
    if not before.strip():
        before = page.outline.text[max(0, written.start - 60) : written.start].rstrip().rsplit("\n", 1)[-1]
    around = [spot for spot in spots if spot.start <= written.start and written.end <= spot.end + 1]
    rank = min(_distance(written.start, page), 3000.0)
    if any(spot.zone in ("comments", "related", "nav") for spot in around):
        rank += 1500
    if _LABEL.search(before):
        rank -= 1500
    elif _MODIFIED_LABEL.search(before) or any(_MODIFIED_MARKS.search(spot.marks) for spot in around):
        rank -= 400
    elif _OTHER_LABEL.search(before):
        rank += 1500
    elif any(_DATE_MARKS.search(spot.marks) and spot.length < 160 for spot in around):
        rank -= 700
    if page.body_at >= 0 and written.start > page.body_at + 40 and not around and not _LABEL.search(before):
        rank += 800  # a date inside the article's prose is what it tells of
    return rank


def _date_spots(page: PageDates) -> list[Spot]:
    return [
        spot for spot in page.outline.spots
        if spot.zone or (spot.length < 400 and spot.marks and (_DATE_MARKS.search(spot.marks) or _MODIFIED_MARKS.search(spot.marks)))
    ]  # fmt: skip


def _htmldate(page: PageDates) -> tuple[Reading, str] | None:
    """The date htmldate finds. Its upper limit is a fixed year, so that the answer does not depend on the day."""
    from htmldate import find_date

    try:
        day = find_date(
            copy.deepcopy(page.tree), url=page.url, original_date=True, extensive_search=True, max_date="2199-12-31"
        )
    except (ValueError, TypeError, OverflowError):  # it stumbles over odd documents
        return None
    reading = read_date(day)
    return (reading, "htmldate") if reading[0] else None
