"""When a page was published: every place that gives a day, weighed against the others. Pure, without a clock.

Invariant: a date is read from the page or its address; the day of reading is never one. Published goes before
modified: a day that is only known as that of a change counts last.

Why this way: declarations (JSON-LD, meta, microdata) are right where they exist and agree; where they do not, the day
that is also shown by the headline or stands in the address is the one readers call the date. Every fourth page
declares nothing and shows its date in words, in its own language. htmldate is asked where all of this is silent,
because it takes the first date-like string of a page.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from digest.gather.dates import read_date
from digest.gather.linked import LinkedData, as_text
from digest.gather.pagetext import PageText, Spot
from digest.gather.written import Written, find_dates, read_written_date

Reading = tuple[datetime | None, str]
# Places are weighed so that one declaration (2.4 and more) beats one visible date (1.9 and less), and two visible or
# declared places that agree beat any single one.
_METAS = {
    "article:published_time": 2.6, "article:published": 2.6, "og:article:published_time": 2.6, "datepublished": 2.6,
    "og:published_time": 2.6, "parsely-pub-date": 2.6, "sailthru.date": 2.4, "citation_publication_date": 2.4,
    "citation_online_date": 2.2, "publishdate": 2.4, "publish-date": 2.4, "publish_date": 2.4, "pubdate": 2.4,
    "publication_date": 2.4, "publicationdate": 2.4, "published_time": 2.4, "cxenseparse:recs:publishtime": 2.4,
    "article:post_date": 2.4, "bi3dpubdate": 2.2, "rnews:datepublished": 2.2, "originalpublicationdate": 2.4,
    "og:regdate": 2.0, "dc.date.issued": 2.0, "dcterms.issued": 2.0, "dcterms.created": 1.8, "dc.date.created": 1.8,
    "article.published": 2.4, "article.created": 1.8, "date": 1.7, "dc.date": 1.7, "dcterms.date": 1.5,
    "date.created": 1.7, "created": 1.5, "displaydate": 1.8, "citation_date": 1.8, "release_date": 1.8,
}  # fmt: skip
_MODIFIED_METAS = ("article:modified_time", "og:updated_time", "dc.date.modified", "dcterms.modified", "last-modified",
                   "lastmod", "datemodified", "modified", "revised", "article:modified")  # fmt: skip
_DATE_MARKS = re.compile(
    r"date|published|datum|(?:^|[\s_\-])(?:dato|fecha|data|posted|timestamp|byline|meta|postmeta|submitted|created|time|"
    r"calendar|infoline|veroeffentlicht\w*|info|day|kicker)(?:$|[\s_\-\d])",
    re.I,
)
_MODIFIED_MARKS = re.compile(r"modif|updat|aktualisiert|revised|lastmod|geaendert", re.I)
_PUBLISHED_MARKS = re.compile(r"publish|entry-date|pubdate|post-date|dt-published", re.I)
_DAY_WORDS = r"(?:\s+(?:on|am|le|el|em|il|op|den|dne|von [^\n]{2,40}? am))?\s*[:：]?\s*(?:[^\W\d_]{2,12}[.,]{0,2}\s+)?$"
_LABEL = re.compile(
    r"(?:published|posted|first published|veröffentlicht|publiziert|erschienen|(?:presse)?(?:mitteilung|meldung|"
    r"information|bericht|beitrag|artikel)(?: nr\. ?\S+)? vom|datum|date|fecha|data|publié|publicado|publicación|"
    r"pubblicato|gepubliceerd|geplaatst|publicerad|julkaistu|opublikowano|yayın\w*|tarih|опубликовано|дата|geschrieben|"
    r"verfasst|eingestellt|gespeichert|erstellt|online seit|online since|created|submitted|added|hinzugefügt|"
    r"نشر|प्रकाशित)" + _DAY_WORDS,
    re.I,
)
_MODIFIED_LABEL = re.compile(
    r"(?:updated?|modified|edited|reviewed|revised|aktualisiert|geändert|aktualisierung|änderung|bearbeitet|stand|"
    r"mis à jour|mise à jour|modifié|actualizado|actualización|atualizado|aggiornato|bijgewerkt|uppdaterad|päivitetty|"
    r"обновлено|güncelle\w*)" + _DAY_WORDS,
    re.I,
)
_OTHER_LABEL = re.compile(
    r"(?:geboren|born|\*|†|©|\(c\)|copyright|since|seit|bis|until|till|ab|termine?|nächste\w*|beginn\w*|event|valid|"
    r"gültig|accessed|abgerufen|retrieved|foto|photo|archiv\w*|deadline|joined|mitglied)\s*[:：]?\s*(?:am\s+)?$",
    re.I,
)
_URL_DAY = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<sep>[/\-_.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)")
_URL_COMPACT = re.compile(r"(?<!\d)(?P<y>20[0-3]\d)/?(?P<m>0[1-9]|1[0-2])/?(?P<d>0[1-9]|[12]\d|3[01])(?!\d)")
_URL_DAY_FIRST = re.compile(r"(?<!\d)(?P<d>\d{1,2})(?P<sep>[\-_.])(?P<m>\d{1,2})(?P=sep)(?P<y>20[0-3]\d)(?!\d)")
_ISO_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:[.,]\d+)?\s*(Z|UTC|GMT|[+\-]\d{2}:?\d{2})?", re.I
)
_IS_DATE_PROP = re.compile(r"datePublished|dc:date|dc:created|dcterms:issued")
_MAX_TEXT = 60_000
_MAX_DATES = 200
_SHOWN = 3
_LEAST = 0.06


@dataclass(frozen=True, slots=True)
class PageDates:
    """What the search needs to know of a page. `metas` are its meta tags by name, the first of each."""

    tree: Any
    linked: LinkedData
    metas: dict[str, str]
    text: PageText
    url: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A day somebody names, the moment with the page's own offset where a time was given, and what it is worth."""

    day: date
    moment: datetime
    confidence: str
    origin: str
    weight: float


def find_published(page: PageDates) -> tuple[tuple[datetime, str], str] | None:
    """((datetime in the page's own offset, confidence), where it stood)."""
    claims = list(_claims(page))
    if not claims:
        return _htmldate(page)
    day = max({claim.day for claim in claims}, key=lambda day: (_support(day, claims), -day.toordinal()))
    if _support(day, claims) < 0.5:
        return _htmldate(page) or (_answer(day, claims) if _support(day, claims) >= _LEAST else None)
    return _answer(day, claims)


def find_updated(page: PageDates) -> tuple[datetime, str] | None:
    for text, origin in _modified(page):
        moment, _ = read_declared(text, page.language)
        if moment is not None:
            return moment, origin
    return None


def read_declared(text: str, language: str | None = None) -> Reading:
    """A declared date, in its own offset. Midnight, in whatever zone, is a day: programs write it for a date alone."""
    cleaned = " ".join(text.split())[:100]
    moment, zoned = _zoned(cleaned)
    if moment is None:
        return read_written_date(cleaned, language=language)
    if (moment.hour, moment.minute, moment.second) == (0, 0, 0):
        return moment.replace(tzinfo=UTC), "day"
    return moment, "exact" if zoned else "assumed"


def _zoned(text: str) -> tuple[datetime | None, bool]:
    """(the moment in the offset it is written in, whether one is written)."""
    try:
        if match := _ISO_TIME.fullmatch(text):
            zone = (match[4] or "").upper().replace("UTC", "Z").replace("GMT", "Z")
            moment = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ''}{zone}")
        elif re.match(r"[A-Za-z]{3}, \d", text):
            moment = parsedate_to_datetime(text)
        else:
            return None, False
    except (ValueError, TypeError, OverflowError, IndexError):
        return None, False
    if not 1970 <= moment.year <= 2200:
        return None, False
    return (moment, True) if moment.tzinfo else (moment.replace(tzinfo=UTC), False)


# Weighing


def _support(day: date, claims: list[Claim]) -> float:
    """The weight of every kind of place that says this day, each kind once."""
    weights: dict[str, float] = {}
    for claim in claims:
        if claim.day == day or _same_night(claim, day):
            weights[claim.origin] = max(weights.get(claim.origin, 0.0), claim.weight)
    return sum(weights.values())


def _same_night(claim: Claim, day: date) -> bool:
    """A time given in UTC may belong to the day before or after it, where the page is at home."""
    if claim.confidence != "exact" or claim.moment.utcoffset() != timedelta(0):
        return False
    return day in ((claim.moment + timedelta(hours=14)).date(), (claim.moment - timedelta(hours=12)).date())


def _answer(day: date, claims: list[Claim]) -> tuple[tuple[datetime, str], str]:
    """The best claim of that day; one with a time says more than one without."""
    exact = [claim for claim in claims if claim.day == day and claim.confidence == "exact" and claim.weight >= 1.5]
    best = max(exact or [claim for claim in claims if claim.day == day], key=lambda claim: claim.weight)
    return (best.moment, best.confidence), best.origin


def _claims(page: PageDates) -> Iterator[Claim]:
    for text, origin, weight in _said(page):
        moment, confidence = read_declared(text, page.language)
        if moment is not None:
            yield Claim(moment.date(), moment, confidence, origin, weight)


def _said(page: PageDates) -> Iterator[tuple[str, str, float]]:
    article, around = page.linked.article, page.linked.page
    yield as_text(article.get("datePublished")), "json-ld", 3.0
    yield as_text(around.get("datePublished")), "json-ld", 2.0
    yield as_text(article.get("dateCreated")), "json-ld", 1.2
    yield as_text(article.get("uploadDate")), "json-ld", 1.0
    yield from ((page.metas[name], "meta date", weight) for name, weight in _METAS.items() if name in page.metas)
    yield from _microdata(page)
    yield from _time_elements(page)
    yield _address_day(page.url), "address", 2.2
    yield from _shown(page)
    yield from ((text, f"modified {origin}", 0.3) for text, origin in _modified(page))


def _modified(page: PageDates) -> Iterator[tuple[str, str]]:
    yield page.linked.said("dateModified"), "json-ld"
    yield from ((page.metas[name], "meta date") for name in _MODIFIED_METAS if name in page.metas)
    changed = next((spot for spot in page.text.spots if spot.said and spot.prop == "dateModified"), None)
    if changed is not None:
        yield _date_of(changed), "microdata"


# Marked elements


def _microdata(page: PageDates) -> Iterator[tuple[str, str, float]]:
    """schema.org and Dublin Core on elements; a teaser carries them as well as the article."""
    marked = [spot for spot in page.text.spots if spot.said and _IS_DATE_PROP.search(spot.prop)]
    for spot in marked[:6]:
        weight = 2.4 if "datePublished" in spot.prop else 1.8
        yield _date_of(spot), "microdata", weight if not spot.zone else 0.6


def _date_of(spot: Spot) -> str:
    for name in ("content", "datetime", "title"):
        if any(char.isdigit() for char in spot.said.get(name, "")):
            return spot.said[name]
    return " ".join("".join(spot.element.itertext())[:200].split())


def _time_elements(page: PageDates) -> Iterator[tuple[str, str, float]]:
    """`<time>` and microformats' `<abbr class=published>`; the nearer to the headline, the more."""
    found: list[tuple[float, int, str, float]] = []
    for spot in page.text.spots:
        if spot.tag == "time" or (spot.tag == "abbr" and re.search(r"published|date|time", spot.marks)):
            weight = _time_weight(page, spot)
            said = _date_of(spot)
            found.append((-weight, spot.start, said, weight))
    for _, _, said, weight in sorted(found)[:_SHOWN]:
        yield said, "time", weight


def _time_weight(page: PageDates, spot: Spot) -> float:
    if spot.zone == "comments":
        return 0.05
    weight = 1.9 * _nearness(spot.start, page.text)
    weight += 0.4 if "pubdate" in spot.said or _PUBLISHED_MARKS.search(spot.marks) else 0.0
    weight *= 0.35 if spot.zone else 1.0
    return weight * (0.4 if _MODIFIED_MARKS.search(spot.marks) and "publish" not in spot.marks else 1.0)


def _nearness(at: int, text: PageText) -> float:
    """1 beside the headline or the start of the body, less with every visible character away from it."""
    (headline, headline_end), (start, end) = text.headline, text.body
    if headline < 0:
        headline, headline_end = start, start
    if headline - 400 <= at <= headline_end + 500 or start - 300 <= at <= start + 20:
        return 1.0
    if end - 200 <= at <= end + 300:
        return 0.6
    distance = at - headline_end if at > headline_end else 2 * (headline - at)
    return max(0.1, 0.7 - distance / 5000)


# The address


def _address_day(url: str | None) -> str:
    try:
        path = unquote(urlsplit(url or "").path)[:2000]
    except ValueError:
        return ""
    for pattern in (_URL_DAY, _URL_COMPACT, _URL_DAY_FIRST):
        for match in pattern.finditer(path):
            try:
                return date(int(match["y"]), int(match["m"]), int(match["d"])).isoformat()
            except ValueError:
                continue
    return ""


# Dates in words


def _shown(page: PageDates) -> Iterator[tuple[str, str, float]]:
    """The dates a reader sees: labelled ones, those in elements marked as dates, those by the headline."""
    headline = max(page.text.headline[0], 0)
    start = max(0, headline - 2000)
    shown = find_dates(page.text.text[start : start + _MAX_TEXT], language=page.language)[:_MAX_DATES]
    moved = [Written(found.start + start, found.end + start, found.iso) for found in shown]
    spots = _around(page.text.spots, moved)
    ranked = sorted(
        ((_shown_weight(found, page, around), found) for found, around in zip(moved, spots, strict=True)),
        key=lambda item: (-item[0], item[1].start),
    )
    for order, (weight, found) in enumerate(ranked[:_SHOWN]):
        yield found.iso, "page text", weight if order == 0 else weight * 0.6


def _around(spots: Iterable[Spot], found: list[Written]) -> list[list[Spot]]:
    """For each date the marked or zoned elements it stands in, innermost last. One pass: both are in document order."""
    holders: list[list[Spot]] = []
    open_spots: list[Spot] = []
    coming = iter(spot for spot in spots if spot.length > 0 and (spot.zone or spot.marks))
    spot = next(coming, None)
    for written in found:
        while spot is not None and spot.start <= written.start:
            open_spots = [held for held in open_spots if held.end > spot.start][-60:]
            open_spots.append(spot)
            spot = next(coming, None)
        holders.append([held for held in open_spots if held.end + 1 >= written.end])
    return holders


def _shown_weight(written: Written, page: PageDates, around: list[Spot]) -> float:
    text = page.text.text
    before = text[max(0, written.start - 80) : written.start].rstrip()
    line = before.rsplit("\n", 1)[-1] if text[written.start - 1 : written.start] != "\n" else before[-60:]
    line = line.rsplit("\n", 1)[-1] + (" " if line else "")
    near = _nearness(written.start, page.text)
    zone = around[-1].zone if around else ""
    inner = [spot for spot in around if spot.length < 160]
    if _OTHER_LABEL.search(line):
        return 0.05
    if zone:
        near *= 0.05 if zone == "comments" else 0.35
    if _MODIFIED_LABEL.search(line) or any(_MODIFIED_MARKS.search(spot.marks) for spot in inner):
        return 0.3 + 0.6 * near
    if _LABEL.search(line):
        return 0.6 + 1.6 * near
    if any(_DATE_MARKS.search(spot.marks) for spot in inner):
        return 1.9 * near
    return _standing(written, text) * near


def _standing(written: Written, text: str) -> float:
    """More for a date on a short line or at the start of one; inside a sentence it is what the article tells of."""
    start, end = text.rfind("\n", 0, written.start) + 1, text.find("\n", written.end)
    if (end if end >= 0 else len(text)) - start < 110:
        return 1.3
    return 0.5 if not text[start : written.start].strip(" (") else 0.05


def _htmldate(page: PageDates) -> tuple[tuple[datetime, str], str] | None:
    """The date htmldate finds. Its upper limit is a fixed day, so that the answer does not depend on today's."""
    from htmldate import find_date

    try:
        day = find_date(
            copy.deepcopy(page.tree), url=page.url, original_date=True, extensive_search=False, max_date="2199-12-31"
        )
    except Exception:  # it stumbles over odd documents in many ways, and no date is worth a page
        return None
    moment, confidence = read_date(day)
    return ((moment, confidence), "htmldate") if moment else None
