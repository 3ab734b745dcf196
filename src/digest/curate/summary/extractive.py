"""The default summariser: the few whole sentences that say most, in the article's own words and order.

Does not shorten a sentence, does not fill a budget for its own sake, does not choose what only repeats the headline.
Invariants: every span is a whole sentence of the given text; `text` is the spans joined; its width never exceeds
`max_chars`; the same input gives the same output.

Recipe: split -> terms -> genre -> rank -> hard rules (`fitness`) -> greedy choice against redundancy (MMR), stopping
at a sentence worth less than 60 % of the first -> document order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from digest.curate.language import base_language
from digest.curate.scripts import SPACELESS, main_script, width
from digest.curate.sentences import iter_sentences
from digest.curate.summary.cues import Sentence, opens_with_its_news, take_apart, tell_genre
from digest.curate.summary.fitness import has_placeholder, has_sensible_length, is_whole
from digest.curate.summary.ranking import Likeness, Ranking, compare, rank
from digest.curate.terms import terms, words
from digest.model import Summary

HEADING_CHARS = 90
MAX_RANKED = 120  # sentences looked at: a digest's reader is served by the first pages of a book
MAX_READ = 2000  # characters of one sentence that are weighed; what is longer fits no budget anyway
_REDUNDANCY = 0.5
_TOO_SIMILAR = 0.75
_FOLLOWS_THE_NEWS = 0.1  # what the second sentence of an inverted pyramid gains: it says what the first left open
_REPEATS_TITLE = 0.8


@dataclass(frozen=True, slots=True)
class _Text:
    """A text taken apart once: everything the choice needs."""

    sentences: tuple[Sentence, ...]
    spans: tuple[tuple[int, int], ...]
    language: str
    script: str
    title: frozenset[str]
    joiner: str
    dirty: bool


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Numbers for every sentence: what it is worth, and how near it is to each other one."""

    ranking: Ranking
    likeness: Likeness
    pyramid: bool


def summarize(
    text: str, *, title: str | None = None, lang: str | None = None, sentences: int = 2, max_chars: int = 280
) -> Summary:
    """At most `sentences` whole sentences of `text`, together at most `max_chars` wide (East Asian wide counts two).

    `lang` is a BCP 47 tag; without it the script alone decides (Latin script is read as English). A text no longer
    than the budget is its own summary. Flags: "no_fit" (nothing whole fits; text is empty), "whole" (the text itself),
    "placeholder" (the text has words its writer meant to replace), "weak" (only very short or long ones fit).
    """
    taken = _take_apart(text, title, lang)
    flags = ("placeholder",) if taken.dirty else ()
    if not taken.sentences or sentences < 1:
        return Summary("", flags=(*flags, "no_fit"))
    if _is_short(taken, sentences, max_chars):
        return _assemble(taken, range(len(taken.sentences)), (*flags, "whole"))
    chosen = _choose(taken, sentences, max_chars, strict=True)
    if not chosen:
        chosen = _choose(taken, sentences, max_chars, strict=False)
        flags = (*flags, "weak") if chosen else (*flags, "no_fit")
    return _assemble(taken, sorted(chosen), flags)


def _take_apart(text: str, title: str | None, lang: str | None) -> _Text:
    script = main_script(text)
    language = base_language(lang) or _language_of(script)
    spans = tuple(islice(iter_sentences(text, lang=language or None, script=script), MAX_RANKED))
    if script not in SPACELESS:
        spans = tuple(span for span in spans if not _is_heading(text, *span)) or spans
    return _Text(
        sentences=tuple(_sentence(text[start:end], language) for start, end in spans),
        spans=spans,
        language=language,
        script=script,
        title=frozenset(terms(words(title), language)) if title else frozenset(),
        joiner="" if script in ("Han", "Kana") else " ",
        dirty=has_placeholder(text),
    )


def _is_heading(text: str, start: int, end: int) -> bool:
    """A short line of its own that ends without a mark: a heading, or "Read also: ...". It is no sentence, and ranking
    must not hear it: it shifts the places of the others and echoes their words."""
    alone = (start == 0 or text[start - 1] == "\n") and (end == len(text) or text[end] == "\n")
    return alone and end - start <= HEADING_CHARS and text[end - 1].isalnum()


def _sentence(text: str, language: str) -> Sentence:
    found = words(text[:MAX_READ])
    return take_apart(text, found, terms(found, language), language)


def _language_of(script: str) -> str:
    return {"Latin": "en", "Kana": "ja", "Han": "zh", "Hangul": "ko", "Thai": "th", "Greek": "el"}.get(script, "")


def _is_short(taken: _Text, sentences: int, max_chars: int) -> bool:
    """One or two whole sentences are their own summary, however plain, unless one of them repeats the headline."""
    if len(taken.sentences) > sentences or sum(len(s.text) for s in taken.sentences) > max_chars:
        return False
    if width(taken.joiner.join(s.text for s in taken.sentences)) > max_chars:
        return False
    if any(has_placeholder(s.text) or not is_whole(s.text, taken.script) for s in taken.sentences):
        return False
    return not any(_repeats_title(s.terms, taken.title) for s in taken.sentences)


def _repeats_title(own: Sequence[str], title: frozenset[str]) -> bool:
    """Nearly everything it says is in the headline the reader has just read."""
    return bool(title) and (not own or sum(term in title for term in own) >= _REPEATS_TITLE * len(own))


def _choose(taken: _Text, sentences: int, max_chars: int, *, strict: bool) -> list[int]:
    """Best first; then what adds most for what it repeats, if it is not much weaker in itself than the first.

    Whether a sentence may stand alone is asked only of those that are about to be taken.
    """
    ranked = _rank(taken)
    chosen: list[int] = []
    refused: set[int] = set()
    room = max_chars
    while len(chosen) < sentences:
        worth = _worth(taken, ranked, chosen, room)
        for best in sorted(worth.keys() - refused, key=lambda i: (-worth[i], i)):
            if _is_fit(taken, best, room, strict):
                break
            refused.add(best)  # for good: the room only shrinks
        else:
            break
        chosen.append(best)
        room -= width(taken.sentences[best].text) + len(taken.joiner)
    return chosen


def _rank(taken: _Text) -> _Ranked:
    likeness = compare(taken.sentences)
    genre = tell_genre(taken.sentences, taken.title)
    ranking = rank(taken.sentences, likeness, title=taken.title, genre=genre)
    return _Ranked(ranking, likeness, genre == "news" and opens_with_its_news(taken.sentences, taken.title))


def _worth(taken: _Text, ranked: _Ranked, chosen: Sequence[int], room: int) -> dict[int, float]:
    """What each sentence that may come next would add."""
    worth = {}
    for i, sentence in enumerate(taken.sentences):
        if i in chosen or len(sentence.text) > room or (sentence.leans and i > 0 and i - 1 not in chosen):
            continue
        if not chosen:
            worth[i] = ranked.ranking.scores[i]
        elif ranked.ranking.is_strong(i, chosen[0]):
            nearest = max(ranked.likeness.between(i, j) for j in chosen)
            if nearest <= _TOO_SIMILAR:
                worth[i] = ranked.ranking.scores[i] - _REDUNDANCY * nearest
    if ranked.pyramid and 1 in worth and chosen == [0]:
        worth[1] += _FOLLOWS_THE_NEWS
    return worth


def _is_fit(taken: _Text, i: int, room: int, strict: bool) -> bool:
    sentence, parts = taken.sentences[i].text, taken.sentences[i]
    if width(sentence) > room or not is_whole(sentence, taken.script):
        return False
    if (taken.dirty and has_placeholder(sentence)) or _repeats_title(parts.terms, taken.title):
        return False
    return not strict or has_sensible_length(sentence, len(parts.words), taken.script)


def _assemble(taken: _Text, chosen: Sequence[int], flags: tuple[str, ...]) -> Summary:
    return Summary(
        text=taken.joiner.join(taken.sentences[i].text for i in chosen),
        spans=tuple(taken.spans[i] for i in chosen),
        flags=flags,
    )
