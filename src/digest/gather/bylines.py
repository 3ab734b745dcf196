"""Who wrote the article, from what a page shows and says: declarations, marked elements, and bylines in words. Pure.

Does not judge the text. Invariant: a name is one of the page's own strings; the site's own name, programs and job
titles are nobody's name.

Why this way: a third of the pages declare their author in JSON-LD or a meta tag, most show one in an element marked as
byline, and the rest only say "von Ann Onym" near the headline. The order below follows how often each place was right
on the pages it was tuned on; a place whose words do not read like a name is passed over, not repaired.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from digest.gather.chrome import is_name
from digest.gather.outline import Outline, Spot
from digest.gather.titles import fold
from digest.gather.words import clean_line

MAX_AUTHORS = 12
_BY_WORDS = (
    r"by|von|par|por|di|door|av|af|autor(?:in|a|es)?|author|auteure?|autore|autrice|skribent|text|texto|texte|testo|"
    r"przez|автор|текст|от|作者|文|撰文|記者|著者|글|بقلم|كتبه|लेखक|yazan|yazar|verfasst von|geschrieben von|"
    r"veröffentlicht von|gespeichert von|erstellt von|eingestellt von|written by|posted by|published by|submitted by|"
    r"story by|words by|text by|publié par|rédigé par|écrit par|publicado por|escrito por|postado por|escrito por|"
    r"scritto da|pubblicato da|a cura di|geplaatst door|geschreven door|ein (?:interview|gastbeitrag|beitrag|artikel|kommentar|essay) von"
)
_BY = re.compile(rf"^\s*(?:\W\s*)?(?:{_BY_WORDS})\b\s*[:：]?\s*", re.I)
_BY_CJK = re.compile(r"^\s*(?:作者|文|撰文|記者|著者|글)\s*[:：／/]\s*")
_WRITTEN_BY = re.compile(rf"(?:^|[\n|·•,(])[ \t]*(?:{_BY_WORDS})[ \t]*[:：]?[ \t\n]+(?P<who>[^\n|·•]{{3,120}})", re.I)
_ROLE = re.compile(
    r"\s*(?:[,/|–—(\-]\s*|\b(?:and|und)\s+)?\b(?:dpa(?:[\-/]\w+)*|afp|reuters|apa|ap|afx|efe|sp-x|sda|chefredakteur(?:in)?|"
    r"redakteur(?:in)?|redaktionsleit(?:er|ung|erin)|volont(?:är|ärin)|journalist(?:in)?|reporter(?:in)?|editor(?: in chief)?|"
    r"staff writer|senior \w+|contributing \w+|contributor|correspondent|korrespondent(?:in)?|freelance \w+|gastautor(?:in)?|"
    r"(?:fach)?autor(?:in)?|gründer(?:in)?|ceo|ph\.?d\.?|m\.?d\.?)\b.*$",
    re.I,
)
_TAIL = re.compile(
    r"\s+(?:[|•·–—]|-)\s+.*$|\s*[|•·–—].*$|\s+@\w+.*$|\s*\(.*$|\s+(?:am|on|le|el|em|il|at|vom|um|in|für|for|from|aus)\s+\d.*$|"
    r"\s+(?:published|veröffentlicht|updated|aktualisiert|posted)\b.*$|,?\s+\d{1,2}[.:/]?\s?\w*[.:/ ].*$|\s+https?:.*$|"
    r"\s+(?:am|on)\s+[A-ZÄÖÜ][a-zäöü]+,?\s.*$",
    re.I,
)
_NO_PERSON = re.compile(
    r"^(?:admin(?:istrator)?|wordpress ?admin|webmaster|root|user|anonymous|anonym|unknown|guest|gast|author|autor|editor|"
    r"drupal|wordpress|joomla!?.*|typo3.*|none|null|undefined|facebook|twitter|instagram|youtube|email|e-mail|website|"
    r"home|share|teilen|comments?|kommentare?|mehr|more|follow|folgen|facebook\.com.*|profil(?:e)?|uncategorized|"
    r"default|test|by|von|super user|all posts|alle beiträge|view (?:all )?posts?.*|mehr von.*|about.*|über .*)$|"
    r"@|https?:|www\.|\.(?:jpe?g|png|html?)$|\d{4}",
    re.I,
)
_BYLINE_MARKS = re.compile(
    r"(?:^|[\s_\-])(?:by-?line|author|authors|autor|autores|auteur|autore|verfasser|entry-author|post-author|writer|"
    r"article-author|redakteur|username|contributor|creator|vcard|fn|articleauthor|authorname|author-name)s?(?:$|[\s_\-])"
    r"|__author|--author|-author\b|author(?:__|-)name|byline",
    re.I,
)
_NOT_BYLINE = re.compile(
    r"bio(?:graphy)?(?:$|[\s_\-])|avatar|image|photo|social|related|comment|count|follow|date|time\b|"
    r"share|description|caption|copyright|credit|publisher",
    re.I,
)
_AUTHOR_LINK = re.compile(r"/(?:author|authors|autor|autoren|autores|auteur|auteurs|autore|redaktion|team|staff|people|"
                          r"profile|writers?|journalist\w*|contributors?|by|redakteur\w*|u|users?)/[^/?#]{2,60}/?$", re.I)  # fmt: skip
_SPLIT = re.compile(r"\s*(?:,|;|&|\||/|、|\s(?:and|und|et|y|e|en|og|och|i|ve|и|&amp;|with|mit)\s)\s*")
_HANDLE = re.compile(r"[\w.\-]{2,30}")


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    url: str | None = None


class NameReader:
    """Reads names out of declarations and bylines; knows what the site itself is called."""

    def __init__(self, site: str, host: str) -> None:
        self._site = fold(site)
        self._host = host

    def people(self, text: str, *, declared: bool = False) -> tuple[Person, ...]:
        """`By Ann Onym and Ben Utzer, dpa` as two people; nothing where the words are not names.

        Where the page declares an author, a single name (`ann42`) or an organisation's is one too.
        """
        line = clean_line(text, max_chars=400)
        line = _BY_CJK.sub("", line) if _BY_CJK.match(line) else _BY.sub("", _BY.sub("", line))
        line = _ROLE.sub("", _TAIL.sub("", line)).strip(" ,.;:-–|")
        if not line or len(line) > 200 or _NO_PERSON.search(line):
            return ()
        names = [part.strip(" ,.;:") for part in _SPLIT.split(line) if part.strip(" ,.;:")]
        names = _joined_surname_first(names)
        if 1 <= len(names) <= MAX_AUTHORS and all(is_name(name) and not _NO_PERSON.search(name) for name in names):
            return tuple(Person(name) for name in dict.fromkeys(names) if not self.is_site(name))
        if declared and not self.is_site(line) and self._single(line, names):
            return (Person(line),)
        return ()

    def _single(self, line: str, names: list[str]) -> bool:
        if len(names) == 1 and _HANDLE.fullmatch(line) and not line.isdigit():
            return True
        return len(line.split()) <= 5 and len(names) == 1 and line[0].isalpha() and not line.endswith((".", "!", "?"))

    def is_site(self, name: str) -> bool:
        words = fold(name)
        squeezed = words.replace(" ", "")
        hosts = {self._host.replace(".", ""), self._host.split(".")[0]}
        return bool(words) and (words == self._site or squeezed in hosts or fold(name.split(".")[0]) in hosts)


def _joined_surname_first(names: list[str]) -> list[str]:
    """`Onym, Ann` declared as one author: two single words are one name the other way round."""
    if len(names) == 2 and all(len(name.split()) == 1 and name[:1].isupper() and name.isalpha() for name in names):
        return [f"{names[1]} {names[0]}"]
    return names


def shown_authors(outline: Outline, reader: NameReader, headline_at: int, body_at: int) -> tuple[Person, ...]:
    """The people named in marked elements or links to an author's page, those near the headline first."""
    best: tuple[float, tuple[Person, ...]] | None = None
    for score, spot, declared in _marked(outline, headline_at, body_at):
        if best is not None and score <= best[0]:
            continue
        people = reader.people(_shown_text(outline, spot), declared=declared)
        if people:
            best = score, _with_link(people, spot)
    return best[1] if best else ()


def _shown_text(outline: Outline, spot: Spot) -> str:
    """The text of a byline, its first line where it has several; an `itemprop=name` inside it says it best."""
    text = outline.text[spot.start : spot.end].strip()
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and _BY.fullmatch(lines[0] + " "):
        return lines[1]
    return lines[0] if lines else str(spot.element.get("content") or "")


def _with_link(people: tuple[Person, ...], spot: Spot) -> tuple[Person, ...]:
    link = spot.element if spot.tag == "a" else next(iter(spot.element.iter("a")), None)
    href = link.get("href") if link is not None else None
    if len(people) != 1 or not href or href.startswith(("#", "mailto:", "javascript:")):
        return people
    return (Person(people[0].name, str(href)),)


def _marked(outline: Outline, headline_at: int, body_at: int) -> Iterator[tuple[float, Spot, bool]]:
    for spot in outline.spots:
        if spot.length > 250 or spot.tag in ("body", "html", "img", "input", "h1"):
            continue
        strength, declared = _strength(spot.element, spot.tag, spot.marks)
        if strength == 0.0 or (spot.length == 0 and not spot.element.get("content")):
            continue
        strength -= {"": 0.0, "comments": 9.0, "footer": 1.5}.get(spot.zone, 2.0)
        strength += _near(spot, headline_at, body_at)
        strength -= spot.start / (len(outline.text) + 1)  # of equals the first
        if strength > 0:
            yield strength, spot, declared


def _strength(element: Any, tag: str, marks: str) -> tuple[float, bool]:
    """How surely an element names the author, and whether single words may be a name there."""
    prop = element.get("itemprop") or ""
    if prop == "author":
        return 4.0, True
    if prop == "name" and _has_parent(element, "author"):
        return 4.4, True
    if "author" in (element.get("rel") or "").split():
        return 3.8, True
    if tag in ("byline", "address") and len(marks) < 80:
        return 2.4, False
    if marks and _BYLINE_MARKS.search(marks) and not _NOT_BYLINE.search(marks):
        words = marks.lower().split()
        return (3.4, True) if "author" in words or "fn" in words or "username" in words else (2.9, tag in ("a", "span"))
    if tag == "a" and _AUTHOR_LINK.search(element.get("href") or ""):
        return 2.6, True
    return 0.0, False


def _has_parent(element: Any, prop: str) -> bool:
    return any(ancestor.get("itemprop") == prop for ancestor in list(element.iterancestors())[:4])


def _near(spot: Spot, headline_at: int, body_at: int) -> float:
    if headline_at < 0:
        return 0.0
    distance = spot.start - headline_at
    if -300 <= distance <= 700:
        return 1.0
    return 0.3 if body_at >= 0 and -200 <= spot.start - body_at <= 400 else 0.0


def written_authors(outline: Outline, reader: NameReader, headline_at: int, body_at: int) -> tuple[Person, ...]:
    """`By Ann Onym`, in words only, between a little above the headline and the first paragraph."""
    start = max(0, headline_at - 300) if headline_at >= 0 else max(0, body_at - 600)
    end = max(headline_at + 900, body_at + 300)
    for match in _WRITTEN_BY.finditer(outline.text, start, min(end, len(outline.text))):
        people = reader.people(match["who"])
        if people:
            return people
    return ()


def closing_author(body: str, reader: NameReader) -> tuple[Person, ...]:
    """A name alone on the article's last line is who signed it."""
    last = body.rstrip().rsplit("\n", 1)[-1].strip()
    if len(last) > 60 or last.endswith((".", "!", "?")):
        return ()
    return reader.people(last) if is_name(last) or _BY.match(last) else ()
