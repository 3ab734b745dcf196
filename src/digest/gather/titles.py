"""Which of the things a page calls itself is the article's headline. Pure.

Invariant: a title is one of the page's own strings, or one of them without the site's name; nothing is composed.

Why this way: pages name themselves three to six times and disagree in known ways: `<title>` carries the site's name,
JSON-LD and og:title are often rewritten for search engines and networks, and what readers call the title is the
heading right above the text. So every candidate collects evidence (its tag, whether other places repeat it, how near
it stands to the first paragraph), and the best one wins. Exact on 88 of 100 pages where a fixed order found 80.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from digest.gather.outline import Outline, Spot
from digest.gather.words import clean_line

MAX_TITLE_CHARS = 500
_SEPARATOR = re.compile(r"\s+(?:[|·•»«›‹:–—\-~/]+|::|>>|<<)\s+|\s*[|»›]\s*|:\s+")
_STRONG_SEPARATOR = re.compile(r"\s+(?:[|·•»«›‹–—\-~]+|::|>>|<<)\s+|\s*[|»«›‹]\s*")
_EDGES = " |·•»«›‹:–—-~/>"
_HEADLINE_MARKS = re.compile(
    r"(?:^|[\s_\-])(?:headline|entry-title|post-title|article-title|page-title|story-title|hero-title|headline1|"
    r"titel|titulo|titre|title|heading|h1)(?:$|[\s_\-])",
    re.I,
)
_NOT_HEADLINE_MARKS = re.compile(r"(?:^|[\s_\-])(?:site|blog|logo|brand|widget|sidebar|sub)-?(?:title|name|heading|line)", re.I)
_KICKER_MARKS = re.compile(
    r"kicker|overline|dachzeile|topline|roofline|eyebrow|antetitulo|volanta|spitzmarke|catchline|subtitle|supertitle|"
    r"(?:^|[\s_\-])(?:pre-?title|pre-?headline|label|category|rubrik)(?:$|[\s_\-])",
    re.I,
)
_GENERIC = re.compile(
    r"(?:search|suche|menu|menü|navigation|comments?|kommentare?|home|startseite|blog|news|aktuelles|404|newsletter|"
    r"archiv(?:es?)?|about|contact|share|related(?: posts| articles)?|post navigation|beitragsnavigation|categories|"
    r"kategorien|recent posts|inhalt(?:sverzeichnis)?|contents?|leave a (?:reply|comment)|cookies?.{0,40}|"
    r"wir (?:ver)?w(?:e|ä)r?n?(?:den|tzen).{0,60}|privacy.{0,30}|kicker|advertisement|anzeige|magazin)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Names:
    """What a page calls itself outside its visible text, cleaned; "" where it is silent."""

    headline: str
    og: str
    title: str
    site: str
    host: str


def unescaped(text: str, *, max_chars: int = MAX_TITLE_CHARS) -> str:
    """Entities that were escaped once too often (`&amp;#8217;`) and markup in an attribute are not part of a name."""
    plain = re.sub(r"</?[a-zA-Z][^<>]{0,80}>", " ", html.unescape(html.unescape(text)))
    return clean_line(plain, max_chars=max_chars)


def choose_title(names: Names, outline: Outline, body_at: int) -> tuple[str, str] | None:
    """(title, where it stood). `body_at` is where the body's first paragraph stands in the outline's text, or -1."""
    best: tuple[float, str, str] | None = None
    for score, text, origin in _candidates(names, outline, body_at):
        if best is None or score > best[0]:
            best = score, text, origin
    return (best[1], best[2]) if best else None


def _candidates(names: Names, outline: Outline, body_at: int) -> Iterator[tuple[float, str, str]]:
    others = [name for name in (names.headline, names.og, names.title) if name]
    if names.site and fold(names.site) in (fold(names.og), fold(names.title)):
        names = replace(names, site="")  # some pages call every page of theirs a site
    yield from _headings(names, outline, body_at, others)
    if names.headline and not names.headline.endswith(("…", "...")) and not _is_site(names.headline, names):
        cut = without_site(names.headline, names.site, only_site=True)
        yield 3.6 + 0.8 * _repeated(names.headline, others[1:]), cut, "json-ld"
    for text, origin, score in ((names.og, "og:title", 4.0), (names.title, "title", 3.4)):
        cut = without_site(text, names.site)
        if any(char.isalnum() for char in cut):
            penalty = 4.0 if _is_site(cut, names) else 0.0
            penalty += 1.5 if cut.endswith(("…", "...")) else 0.0
            yield score + (0.4 if cut == text else 0.0) - penalty, cut, origin


def _headings(names: Names, outline: Outline, body_at: int, others: list[str]) -> Iterator[tuple[float, str, str]]:
    spots = [spot for spot in outline.spots if _may_be_heading(spot)]
    h1s = sum(spot.tag == "h1" and spot.length > 3 for spot in spots)
    nearest = max((spot.end for spot in spots if 0 <= spot.end <= body_at), default=-1)
    for spot in spots[:120]:
        text = clean_line(outline.text_of(spot), max_chars=MAX_TITLE_CHARS)
        if not any(char.isalpha() for char in text) or len(text) > 300:
            continue
        score = {"h1": 3.0, "h2": 1.2, "h3": 0.4}.get(spot.tag, 0.6)
        score += 1.0 if spot.tag == "h1" and h1s == 1 else 0.0
        text = _without_kicker(_declared_part(text, names), spot, outline)
        repeated = _repeated(text, others)
        score += repeated
        score -= 2.2 if repeated == 0.0 and len(text.split()) < 3 and others else 0.0
        score += 0.8 if _HEADLINE_MARKS.search(spot.marks) or spot.element.get("itemprop") in ("headline", "name") else 0.0
        score += _nearness(spot, body_at, nearest)
        score -= {"": 0.0, "footer": 4.0, "nav": 3.0}.get(spot.zone, 2.5) * (0.3 if repeated >= 3.0 else 1.0)
        score -= 2.0 if _NOT_HEADLINE_MARKS.search(spot.marks) else 0.0
        score -= 9.0 if _is_site(text, names) else 3.0 if _GENERIC.fullmatch(text) else 0.0
        yield score, text, "heading"


def _may_be_heading(spot: Spot) -> bool:
    if spot.tag in ("h1", "h2", "h3"):
        return True
    marked = spot.element.get("itemprop") == "headline" or (
        spot.tag in ("div", "p", "span", "h4", "a", "strong") and _HEADLINE_MARKS.search(spot.marks) is not None
    )
    return marked and 3 < spot.length < 300


def _nearness(spot: Spot, body_at: int, nearest: int) -> float:
    """The last heading before the text is its own; one far above it belongs to the page, one below it to a part."""
    if body_at < 0:
        return 0.0
    if spot.start >= body_at:
        return -1.5
    distance = body_at - spot.end
    return (1.0 if spot.end == nearest else 0.0) + (0.6 if distance < 1500 else -0.4)


def _repeated(text: str, others: list[str]) -> float:
    """How much the page's other names for itself say the same."""
    words = fold(text)
    if len(words) < 4:
        return 0.0
    best = 0.0
    for other in others:
        said = fold(other)
        if words == said:
            best = max(best, 3.0)
        elif re.search(rf"(?<!\w){re.escape(words)}(?!\w)", said):
            whole = 1.0 + 2.0 * min(1.0, 1.6 * len(words) / len(said))
            best = max(best, whole if not said.endswith(words) else 0.6 * whole)  # the end is where sites sign
        else:
            mine, theirs = set(words.split()), set(said.split())
            shared = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
            best = max(best, 1.6 * shared if shared >= 0.5 and len(mine) > 2 else 0.0)
    return best


def _is_site(text: str, names: Names) -> bool:
    words = fold(text)
    squeezed = words.replace(" ", "")
    within = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", fold(names.site)) is not None
    return bool(words) and (within or squeezed in (names.host, names.host.split(".")[0], names.host.replace(".", "")))


def _declared_part(text: str, names: Names) -> str:
    """A heading that says a declared name with a section before it or the site's name after it: that name."""
    words = fold(text)
    for name in (names.og, names.headline):
        said = fold(name)
        if len(said) > 12 and said != words and re.search(rf"(?<!\w){re.escape(said)}(?!\w)", words):
            return name if len(said) * 2 > len(words) and not without_site(name, names.site) != name else text
    return text


def _without_kicker(text: str, spot: Spot, outline: Outline) -> str:
    """`<h1><span>Section</span> Headline</h1>`: the words of a child that is marked as one are not the headline's."""
    for child in spot.element.iter():
        marks = child.get("class") or "" if isinstance(child.tag, str) and child is not spot.element else ""
        if _KICKER_MARKS.search(marks):
            kicker = clean_line(" ".join(child.itertext()))
            rest = text.removeprefix(kicker).strip(_EDGES) if kicker else ""
            if len(rest) > 3 and rest != text:
                return rest
    return text


def without_site(title: str, site: str, *, only_site: bool = False) -> str:
    """The title without the site's name before or after it; else without a short last part behind a strong mark."""
    pieces = [piece for piece in _SEPARATOR.split(title) if piece and piece.strip()]
    if len(pieces) < 2:
        return title
    for edge in (0, -1):
        if site and fold(pieces[edge]) == fold(site):
            cut = title[: title.rfind(pieces[-1])] if edge else title[title.find(pieces[0]) + len(pieces[0]) :]
            return cut.strip(_EDGES) or title
    if only_site:
        return title
    strong = [piece for piece in _STRONG_SEPARATOR.split(title) if piece and piece.strip()]
    if len(strong) < 2:
        return title
    last = strong[-1]
    bar = re.search(r"[|»«]", title[: title.rfind(last)][-4:]) is not None
    if (bar or len(last.split()) <= 4) and len(title) - len(last) > len(last):
        cut = title[: title.rfind(last)].strip(_EDGES)
        return cut or title
    return title


def fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
