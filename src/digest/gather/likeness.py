"""Do two articles with much text in common tell one story? The rules behind near-duplicates. Pure.

Does not search: the store finds pairs that share text and asks about each. Invariants: the answer does not depend on
which of the two is asked about; it is never yes when less than `CONTAINED` of the shorter text is in the other.

Shared text alone proves little: two instalments of an open thread, or two branches announcing a meeting from one
template, share more of it than an article and its shortened copy. What tells them apart is *where* they differ. A copy
leaves sentences out and adds a note, so that every number it kept stands in the words it always stood in. A template
is filled in again: another number or date stands in the same words, or the titles differ on both sides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from digest.gather.dates import MONTHS
from digest.gather.identity import title_key
from digest.gather.shingles import RUN, shingles_of, words_of
from digest.gather.urls import url_key
from digest.model import Article

CONTAINED = 0.6
WHOLE = 0.9
EXCERPT = 0.3  # below this share of the longer text, only a title or the beginning can prove that it is an excerpt
SAME_DAY = timedelta(hours=20)  # a daily thread is a day apart; the copies of one article rarely carry another day
REFILLED = 0.2  # of the numbers that stand in equal words

_WEEKDAY_NAMES = """monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag
    samstag sonnabend sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miercoles jueves viernes
    sabado domingo lunedi martedi mercoledi giovedi venerdi sabato domenica segunda terca quarta quinta sexta maandag
    dinsdag woensdag donderdag vrijdag zaterdag zondag poniedzialek wtorek sroda czwartek piatek sobota niedziela"""
_WEEKDAYS = frozenset(_WEEKDAY_NAMES.split())
_COUNTED_NAMES = """week woche semaine semana settimana issue ausgabe episode folge episodio edition edicion part teil
    partie parte chapter kapitel chapitre capitulo number nr no numero nummer volume vol season staffel day tag round"""
_COUNTED = frozenset(_COUNTED_NAMES.split())
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_YEAR = re.compile(r"(19|20)\d\d")
_ROMAN = re.compile(r"(?=[ivx])x{0,3}(ix|iv|v?i{0,3})")
_AMBIGUOUS = frozenset({"mar", "set", "out", "may", "mai", "mag", "mart", "ago", "ocak", "des", "ene", "i", "v", "x"})


class Likeness:
    """What the store asks while it recognises articles; without state."""

    def shingles(self, article: Article) -> frozenset[int]:
        return shingles_of(article.text)

    def title(self, article: Article) -> str:
        return title_key(article.title)

    def same(
        self, one: Article, other: Article, *, one_in_other: float, other_in_one: float, same_source: bool
    ) -> bool:
        return same_story(one, other, one_in_other=one_in_other, other_in_one=other_in_one, same_source=same_source)


def same_story(
    one: Article, other: Article, *, one_in_other: float, other_in_one: float, same_source: bool = False
) -> bool:
    """Whether two articles that share text are one article. The shares are of shingles, 0 to 1; `same_source`: one
    source brings both (which then should know better than to bring one article twice)."""
    least, most = sorted((one_in_other, other_in_one))
    if most < CONTAINED or (most < WHOLE and _translated(one, other)):
        return False
    if _instalments(one, other, most) or _refilled(one, other):
        return False
    if same_source or _same_site(one, other):
        return _twice_in_one_source(one, other, least)
    return least >= EXCERPT or _title_within(one, other) or _begins_with(one, other)


def _translated(one: Article, other: Article) -> bool:
    """Two languages are two articles, though names, code and quotations stay as they are."""
    languages = {(article.language or "").partition("-")[0].lower() for article in (one, other)} - {""}
    return len(languages) == 2


def _same_site(one: Article, other: Article) -> bool:
    """An aggregator's entry at its author's address: the author's site knows its own articles apart."""
    hosts = [url_key(article.url).partition("/")[0] if article.url else "" for article in (one, other)]
    return hosts[0] == hosts[1] != ""


def _twice_in_one_source(one: Article, other: Article, least: float) -> bool:
    """The whole text at the same second is one article; else only the same title makes two entries one, where the date
    agrees or the whole text.

    Entries without identifier and address have nothing but their text: there a mended title is a mended title.
    """
    if not any((one.guid, one.url, other.guid, other.url)):
        return least >= WHOLE
    same_date = one.published is not None and one.published == other.published
    if same_date and least >= WHOLE:
        return True
    if title_key(one.title) != title_key(other.title):
        return False
    return least >= (CONTAINED if same_date else WHOLE)


def _instalments(one: Article, other: Article, most: float) -> bool:
    """Titles from one mould: "Open thread 41" and "Open thread 42", "Meeting in Cork" and "Meeting in Galway".

    Where the texts, too, have Galway in the place of Cork, it is a mould. A copy that was merely given another title
    has little that is its own, or still has the words of the old one in its text.
    """
    first, second = _tokens(one.title), _tokens(other.title)
    masked = [{"#" if _is_number(word) else word for word in words} for words in (first, second)]
    own, others = set(first) - set(second), set(second) - set(first)
    if not own or not others or len(masked[0] & masked[1]) * 3 < max(map(len, masked)) * 2:
        return False
    if any(map(_is_number, own)) and any(map(_is_number, others)):
        return True
    mine, theirs = _tokens(one.text), _tokens(other.text)
    if _around(mine, own - others) & _around(theirs, others - own):
        return True
    return most < WHOLE and own.isdisjoint(theirs) and others.isdisjoint(mine)


def _around(words: list[str], which: set[str]) -> set[tuple[str, ...]]:
    """The words around each of `which`: two before, two after."""
    return {
        (*words[max(at - 2, 0) : at], "#", *words[at + 1 : at + 3]) for at, word in enumerate(words) if word in which
    }


def _refilled(one: Article, other: Article) -> bool:
    """Another number stands in the same words, often enough, or it is a date or the number of an instalment."""
    first, second = _in_context(one.text), _in_context(other.text)
    common = first.keys() & second.keys()
    changed = [context for context in common if not first[context] & second[context]]
    if not changed:
        return False
    if _gap(one, other) < SAME_DAY:  # a corrected figure
        return len(changed) * 2 > len(common)
    dated = any(_is_date(word) for context in changed for run in first[context] for word in run)
    return dated or any(map(_counts_instalments, changed)) or len(changed) >= REFILLED * len(common)


def _in_context(text: str) -> dict[tuple[str, ...], set[tuple[str, ...]]]:
    """The numbers of a text by the words around them: two before, two after, other numbers among these left open."""
    found: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    words = _tokens(text)
    for at in (at for at, word in enumerate(words) if _is_number(word)):
        run = tuple(words[max(at - 2, 0) : at + 3])
        context = tuple("#" if _is_number(word) else _end(word, before=place < 2) for place, word in enumerate(run))
        if sum(word != "#" for word in context) >= 2:
            found.setdefault(context, set()).add(tuple(word for word in run if _is_number(word)))
    return found


def _counts_instalments(context: tuple[str, ...]) -> bool:
    """ "week 46", "part 2": the word right before a number."""
    return any(word in _COUNTED and after == "#" for word, after in pairwise(context))


def _end(word: str, *, before: bool) -> str:
    """Where words are not spaced a "word" is a whole phrase: what touches the number is context enough."""
    if word.isascii() or len(word) <= 12:
        return word
    return word[-4:] if before else word[:4]


def _tokens(text: str) -> list[str]:
    plain = "".join(_unaccented(unicodedata.normalize("NFKC", text).casefold()))
    return _TOKEN.findall(plain)


def _unaccented(text: str) -> Iterator[str]:
    if text.isascii():
        yield text
        return
    for character in unicodedata.normalize("NFD", text):
        if not ("\u0300" <= character <= "\u036f"):
            yield character


def _is_number(word: str) -> bool:
    if word[0].isdigit() or word in _WEEKDAYS:
        return True
    if word in _AMBIGUOUS:
        return False
    return word in MONTHS or (len(word) < 6 and _ROMAN.fullmatch(word) is not None)


def _is_date(word: str) -> bool:
    return word in _WEEKDAYS or (word in MONTHS and word not in _AMBIGUOUS) or _YEAR.fullmatch(word) is not None


def _gap(one: Article, other: Article) -> timedelta:
    """How far apart they were published; unknown counts as far."""
    if one.published is None or other.published is None:
        return timedelta.max
    return abs(one.published - other.published)


def _title_within(one: Article, other: Article) -> bool:
    """One title is the other, perhaps with something before or after it, as aggregators do ("Riverside: A roof")."""
    short, long = sorted((title_key(one.title), title_key(other.title)), key=len)
    return len(short.split()) >= 2 and f" {short} " in f" {long} "


def _begins_with(one: Article, other: Article) -> bool:
    """An excerpt is the beginning; a piece that a round-up quotes stands somewhere in it."""
    short, long = sorted((words_of(one.text), words_of(other.text)), key=len)
    start = short[: RUN * 3]
    return len(start) == RUN * 3 and long[: RUN * 3] == start
