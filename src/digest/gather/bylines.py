"""Who wrote the article: every place a page names somebody, weighed against the others. Pure.

Does not read the names themselves (`names`) and does not see the network. Invariant: a name is one of the page's own
strings, and it comes with the place it was found in.

Why this way: JSON-LD, meta tags, marked elements and written bylines are each right on some pages and absent or wrong
on others (`admin`, the publisher, the author of a teaser). So each place proposes, weighed by how often it is right,
how much the words read like a person's name, and whether other places say the same; the heaviest wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from digest.gather.linked import LinkedData, as_list, as_text
from digest.gather.names import declared_people, houses_in, is_byline, is_label, is_machine, people_in, plausibility
from digest.gather.pagetext import PageText, Spot, folded
from digest.gather.urls import http_url
from digest.gather.words import clean_line
from digest.gather.written import find_dates
from digest.model import Author

# Places are weighed in tenths around 2.5, what a declared author is worth; an agreeing second place adds 0.5. So two
# places that agree beat one that is a little better, and a full name (1.0) beats a house (0.35) anywhere.
_META_WEIGHTS = {
    "author": 2.4, "article:author": 2.3, "article:author:name": 2.6, "og:article:author": 2.2, "dc.creator": 2.2,
    "dcterms.creator": 2.2, "dc.creator.personalname": 2.4, "parsely-author": 2.7, "sailthru.author": 2.7,
    "citation_author": 2.9, "byl": 2.7, "cxenseparse:author": 2.6, "og:author": 2.2, "dcsext.author": 2.3,
    "news_author": 2.4, "article.author": 2.4, "authors": 2.3, "author_name": 2.4, "creator": 2.0,
    "shareaholic:article_author_name": 2.6,
}  # fmt: skip
_MANY = frozenset(["citation_author", "article:author", "author", "dc.creator", "parsely-author"])
_WRITTEN_BY_LABEL = re.compile(r"written by|author|verfasst|geschrieben|écrit|escrito|scritto|geschreven|autor|"
                               r"автор|tarafından|작성", re.I)  # fmt: skip


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_AUTHOR_WORDS = _words(
    """author authors autor autores autoren autorin auteur auteurs autore autori autrice byline bylines verfasser
    verfasserin writer writers redakteur username reporter journalist skribent forfatter författare kirjoittaja
    schrijver contributor contributors creator submitted vcard fn writtenby postedby authorname articleauthor
    entryauthor postauthor authored autorname autora автор penulis yazar redattore firma signature"""
)
_STRONG_WORDS = frozenset(["author", "authors", "fn", "username", "autor", "auteur", "byline", "autore", "authorname"])
_OTHER_WORDS = _words(
    """comment comments bio biography avatar image images img photo photos foto picture social related count follow
    date time datetime share sharing description caption copyright credit credits publisher twitter email icon
    links published updated tag tags kommentar kommentare desc text position job role subtitle reply breadcrumb
    nav newsletter organization"""
)
_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])")
_AUTHOR_LINK = re.compile(
    r"/(?:author|authors|autor|autoren|autores|auteur|auteurs|autore|autori|redaktion|redakteure?|team|newsteam|staff|"
    r"people|person|personen|profile|profiles|writers?|journalist\w*|contributors?|contributor|by|users?|u|mitarbeiter|"
    r"columnists?|reporters?|kirjoittaja|forfatter|firmas?|periodistas?)/[^/?#]{2,80}/?(?:[?#].*)?$",
    re.I,
)
_SCRIPT_AUTHOR = re.compile(
    r"""[aA]uthors?(?:[_-]?[nN]ame)?["']?\s{0,4}[:,=]\s{0,4}\[?\s{0,4}["']([^"'<>{}\\]{3,80})["']"""
)
_BETWEEN = re.compile(r"[,;&/|·•+]?\s?(?:and|und|et|y|e|en|og|och|i|ja|ve|и|mit|with|by|von)?", re.I)
_MAX_SCRIPT_CHARS = 300_000
_MAX_MARKED = 400
_MAX_LINES = 1500
_LEAD_CHARS = 1200
_ENOUGH = 0.5  # a site's own name, or a handle, where it is declared
_SURE = 1.5  # a byline that stands where the article's own stands
_FAR = 1.25  # the most that an element in a sidebar can be worth


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody is named as the author: who, where, and how much that place is worth."""

    people: tuple[Author, ...]
    origin: str
    weight: float
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(folded(person.name) for person in self.people))


@dataclass(frozen=True, slots=True)
class PageAuthors:
    """What the search needs to know of a page. `metas` are (name, content) in order, `site` is what it calls itself."""

    tree: Any
    linked: LinkedData
    metas: tuple[tuple[str, str], ...]
    text: PageText
    site: str
    url: str | None
    base: str | None


def find_authors(page: PageAuthors) -> tuple[tuple[Author, ...], str] | None:
    """(the authors, where they were found), or None where no place names anybody who may be one."""
    claims = [claim for claim in _claims(page) if claim.people]
    if not claims:
        return None
    house = _house_names(page)
    worth, best = max(((_worth(claim, claims, house), claim) for claim in claims), key=lambda item: item[0])
    if worth < _ENOUGH or (best.weight < _FAR and _one_of_many(best, claims)):
        return None
    best = _completed(best, claims, house)
    return _with_links(best, claims), best.origin


def _claims(page: PageAuthors) -> Iterator[Claim]:
    yield from _linked_claims(page)
    yield from _meta_claims(page.metas)
    yield from _marked_claims(page)
    yield from _written_claims(page.text)
    yield from _script_claims(page.tree)


# What makes one claim worth more than another


def _worth(claim: Claim, claims: list[Claim], house: frozenset[str]) -> float:
    """The place's weight, graded by how much the names read like people's, and more for every place that agrees."""
    likely = min(_likely(person.name, house) for person in claim.people)
    agreeing = {other.origin for other in claims if other.origin != claim.origin and claim.names <= other.names}
    return claim.weight * likely + 0.5 * min(len(agreeing), 3) * likely


def _likely(name: str, house: frozenset[str]) -> float:
    """A page's own name is its author only where nobody else is named."""
    if is_machine(name):
        return 0.0
    likely, squeezed = plausibility(name), _squeezed(name)
    own = squeezed in house or any(len(part) > 4 and part in squeezed for part in house)
    return min(likely, 0.3) if own else likely


def _house_names(page: PageAuthors) -> frozenset[str]:
    names = {page.site}
    for key in ("publisher", "isPartOf", "sourceOrganization"):
        holder = page.linked.full(page.linked.article.get(key))
        if isinstance(holder, dict):
            names.add(as_text(holder.get("name")))
    host = _host(page.url or page.base)
    names |= {host, host.rsplit(".", 1)[0], host.split(".")[0]}
    return frozenset(_squeezed(name) for name in names if name)


def _host(url: str | None) -> str:
    try:
        return (urlsplit(url or "").hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _squeezed(text: str) -> str:
    return folded(text).replace(" ", "")


def _completed(best: Claim, claims: list[Claim], house: frozenset[str]) -> Claim:
    """Another place that names the same people and more of them knows the whole byline."""
    fuller = [
        other
        for other in claims
        if best.names < other.names
        and other.weight >= _SURE
        and all(_likely(person.name, house) >= 0.8 for person in other.people)
    ]
    return max(fuller, key=lambda claim: (claim.weight, len(claim.people)), default=best)


def _with_links(best: Claim, claims: list[Claim]) -> tuple[Author, ...]:
    links = {folded(person.name): person.url for claim in claims for person in claim.people if person.url}
    return tuple(Author(person.name, person.url or links.get(folded(person.name))) for person in best.people)


def _one_of_many(best: Claim, claims: list[Claim]) -> bool:
    """Away from the headline and the body stand the bylines of teasers; where they name several, none is meant."""
    return any(
        claim.weight < _FAR and claim.weight > best.weight * 0.8 and claim.names.isdisjoint(best.names)
        for claim in claims
    )


# JSON-LD, meta tags and scripts


def _linked_claims(page: PageAuthors) -> Iterator[Claim]:
    for holder, weight in ((page.linked.article, 3.0), (page.linked.page, 2.6)):
        for key in ("author", "creator"):
            value = holder.get(key)
            people, persons = _linked_people(as_list(value), page)
            if people:
                yield Claim(people, "json-ld", weight if persons else weight - 1.2)
                break


def _linked_people(values: list[Any], page: PageAuthors) -> tuple[tuple[Author, ...], bool]:
    """The persons, or the organisations where there are none of them; one text may name several."""
    persons: dict[str, Author] = {}
    others: dict[str, Author] = {}
    for value in values[:12]:
        found = page.linked.full(value)
        if isinstance(found, str):
            persons |= {name: Author(name) for name in declared_people(found)}
        elif isinstance(found, dict):
            group = others if "organization" in str(found.get("@type", "")).lower() else persons
            url = http_url(as_text(found.get("url")), page.base)
            names = declared_people(clean_line(as_text(found.get("name")), max_chars=300))
            group |= {name: Author(name, url if len(names) == 1 else None) for name in names}
    return tuple((persons or others).values()), bool(persons)


def _meta_claims(metas: Iterable[tuple[str, str]]) -> Iterator[Claim]:
    found: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for name, value in metas:
        if name in _META_WEIGHTS:
            found.setdefault(name, []).append(value)
        elif name.startswith(("twitter:label", "twitter:data")):
            labels.setdefault(name, value)
    for name, values in found.items():
        people = [person for value in values[: 12 if name in _MANY else 1] for person in declared_people(value)]
        yield Claim(_authors(people), "meta author", _META_WEIGHTS[name])
    yield from _labelled_metas(labels)


def _labelled_metas(labels: Mapping[str, str]) -> Iterator[Claim]:
    """`twitter:label1` says what `twitter:data1` is; WordPress's plug-ins put the author there."""
    for number in ("1", "2"):
        if _WRITTEN_BY_LABEL.search(labels.get(f"twitter:label{number}", "")):
            yield Claim(_authors(declared_people(labels.get(f"twitter:data{number}", ""))), "meta label", 2.7)


def _script_claims(tree: Any) -> Iterator[Claim]:
    """What the page tells its audience measurement; it is written for statistics and seldom wrong, but seldom whole."""
    left = _MAX_SCRIPT_CHARS
    for script in tree.xpath("//script[not(@src)][not(contains(@type, 'ld+json'))]")[:80]:
        text = (script.text or "")[:left]
        left -= len(text)
        for match in _SCRIPT_AUTHOR.finditer(text):
            people = people_in(match[1])
            if people:
                yield Claim(_authors(people), "script", 1.3)
                return


def _authors(names: Iterable[str]) -> tuple[Author, ...]:
    return tuple(Author(name) for name in dict.fromkeys(names))[:12]


# Elements that are marked as bylines


def _marked_claims(page: PageAuthors) -> Iterator[Claim]:
    marked = [(spot, *_strength(spot)) for spot in page.text.spots if spot.tag not in ("body", "html", "h1", "img")]
    marked = [found for found in marked if found[1] > 0 and found[0].zone != "comments"][:_MAX_MARKED]
    for group in _neighbours(page.text, marked):
        people: dict[str, Author] = {}
        for spot, _, declared in group:
            people |= {person.name: person for person in _named(page, spot, declared=declared)}
        spot, strength, _ = group[0]
        yield Claim(tuple(people.values()), "byline", strength * _place(page.text, spot))


def _strength(spot: Spot) -> tuple[float, bool]:
    """How surely an element names the author, and whether a single word may be a name there."""
    said = spot.said
    if spot.length > 250 or not said or (spot.length == 0 and not said.get("content")):
        return 0.0, False
    prop = said.get("itemprop")
    if prop == "author" or (prop == "name" and _is_inside(spot, "author")):
        return 2.7 if prop == "name" else 2.5, True
    if "author" in said.get("rel", "").split():
        return 2.5, True
    marked = _mark_strength(spot.marks + " " + said.get("data-testid", "")[:100])
    if marked:
        return marked, marked > 2.0 or spot.tag in ("a", "span")
    if spot.tag in ("byline", "address"):
        return 1.9, spot.tag == "byline"
    if spot.tag == "a" and _AUTHOR_LINK.search(said.get("href", "")[:500]):
        return 1.9, False
    return 0.0, False


@lru_cache(maxsize=4096)
def _mark_strength(marks: str) -> float:
    """`c-articleAuthor__name` has the words `c article author name`; one that also says `comment` is no byline."""
    words = frozenset(word.lower() for word in _WORD.findall(marks))
    if not words & _AUTHOR_WORDS or words & _OTHER_WORDS:
        return 0.0
    return 2.3 if words & _STRONG_WORDS else 2.0


def _is_inside(spot: Spot, prop: str) -> bool:
    holder = spot.parent
    for _ in range(4):
        if holder is None:
            return False
        if holder.said.get("itemprop") == prop:
            return True
        holder = holder.parent
    return False


def _neighbours(text: PageText, marked: list[tuple[Spot, float, bool]]) -> Iterator[list[tuple[Spot, float, bool]]]:
    """Elements of one kind with nothing but a comma or an `and` between them are one byline."""
    groups: dict[tuple[str, str, float], list[tuple[Spot, float, bool]]] = {}
    for found in marked:
        spot = found[0]
        key = (spot.tag, spot.marks, found[1])
        group = groups.get(key)
        gap = text.text[group[-1][0].end : spot.start].strip() if group else ""
        if group and len(group) < 12 and _BETWEEN.fullmatch(gap):
            group.append(found)
            continue
        if group:
            yield group
        groups[key] = [found]
    yield from groups.values()


def _named(page: PageAuthors, spot: Spot, *, declared: bool) -> tuple[Author, ...]:
    shown = _shown_line(page.text.of(spot)) or spot.said.get("content", "")
    names = people_in(shown, declared=declared)
    return tuple(Author(name, _link(spot, page.base) if len(names) == 1 else None) for name in names)


def _shown_line(text: str) -> str:
    """The byline among the lines of an element: the one that starts with `By`, else the first that is no label."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    for at, line in enumerate(lines[:6]):
        if is_label(line) and at + 1 < len(lines):
            return lines[at + 1]
        if is_byline(line) and people_in(line):
            return line
    return lines[0] if lines else ""


def _link(spot: Spot, base: str | None) -> str | None:
    link = spot.element if spot.tag == "a" else next(iter(spot.element.iter("a")), None)
    href = link.get("href") if link is not None else None
    return None if not href or href.startswith(("#", "mailto:", "javascript:")) else http_url(href, base)


def _place(text: PageText, spot: Spot) -> float:
    """A byline stands by the headline or where the body starts or ends; elsewhere it is a teaser's."""
    zone = {"": 1.0, "footer": 0.5}.get(spot.zone, 0.45)
    (headline, headline_end), (start, end) = text.headline, text.body
    near_end = max(headline_end + 200, min(headline_end + 900, start + 300))
    if headline >= 0 and headline - 500 <= spot.start <= near_end:
        return max(zone, 0.6) * (1.25 - (spot.start - headline) / 100_000)
    if abs(spot.start - start) <= 400 or -200 <= spot.start - end <= 600:
        return zone
    return zone * (0.75 - min(0.2, spot.start / 1_000_000))


# Bylines in plain words


def _written_claims(text: PageText) -> Iterator[Claim]:
    headline, start = text.headline[0], text.body[0]
    top = max(0, (headline if headline >= 0 else start) - 400)
    lines = list(text.lines(top, max(start, text.headline[1]) + _LEAD_CHARS))[:60]
    for at, (_, line) in enumerate(lines):
        following = lines[at + 1][1] if at + 1 < len(lines) else ""
        names = _line_names(line, following)
        if names:
            yield Claim(_authors(names), "written byline", 1.7)
            break
    for line in _labelled_lines(text):
        names = people_in(line)
        if names:
            yield Claim(_authors(names), "written byline", 1.4)
            break
    for _, line in lines:
        names = _dated_names(line)
        if names:
            yield Claim(_authors(names), "dated line", 1.1)
            break
    yield from _signed(text)


def _labelled_lines(text: PageText) -> Iterator[str]:
    """`Autor: Ann Onym` beside or below the article; a colon makes it a label, where `von` alone may be prose."""
    lines = [line for _, line in text.lines(text.headline[0], text.body[1] + 1500)][:_MAX_LINES]
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        if ":" in line[:40] and len(line) < 120 and is_byline(line):
            yield following if is_label(line) else line


def _line_names(line: str, following: str) -> tuple[str, ...]:
    if is_label(line):
        return people_in(following) if len(following) < 120 else ()
    for piece in re.split(r"\s*[|•·]\s*|\s{3,}", line)[:6]:
        if len(piece) < 200 and is_byline(piece):
            names = people_in(piece) or (houses_in(piece) if len(piece) < 50 else ())
            if names:
                return names
    return ()


def _dated_names(line: str) -> tuple[str, ...]:
    """`3. Mai 2026, Ann Onym`: a short line that is a date and a name."""
    line = clean_line(line)
    if len(line) > 90 or not any(char.isdecimal() for char in line):
        return ()
    for written in find_dates(line)[:1]:
        for rest in (line[written.end :], line[: written.start]):
            names = people_in(rest.strip(" ,|-–—·•:"))
            if names and all(plausibility(name) == 1.0 and len(name.split()) < 4 for name in names):
                return names
    return ()


def _signed(text: PageText) -> Iterator[Claim]:
    """Who signed the article: a byline on one of the last lines of the body, or a name there that is set apart.

    In bold, in italics or in brackets; a bare line of two words is as often a button or a heading.
    """
    start, end = text.body
    lines = [(at, line.strip()) for at, line in text.lines(max(start, end - 300), end + 200)]
    apart = _set_apart(text, lines[0][0], end + 200) if lines else frozenset()
    for _, line in reversed(lines):
        if not 4 < len(line) <= 60 or line.endswith(("!", "?", ":")):
            continue
        names = people_in(line.strip("()[]/ "))
        marked = is_byline(line) or line in apart or line[0] + line[-1] in ("()", "[]", "//")
        if marked and names and all(plausibility(name) == 1.0 and len(name.split()) < 4 for name in names):
            yield Claim(_authors(names), "signature", 1.5 if is_byline(line) else 0.8)
            return


def _set_apart(text: PageText, start: int, end: int) -> frozenset[str]:
    return frozenset(
        text.of(spot).strip() for spot in text.spots
        if start <= spot.start < end and not spot.zone and spot.tag in ("b", "strong", "i", "em") and spot.length < 80
    )  # fmt: skip
