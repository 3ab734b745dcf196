"""What the words of a sentence promise whatever its topic: a claim, a fact, a lean on others, an advertisement.

Does not compare sentences; `ranking` does. Invariant: a cue only moves a score; nothing is refused here (`fitness`).

Why this way: all cue words of a sentence are found by one set intersection with the words that are there anyway; a
pattern runs only where a word of it occurs. Patterns over every sentence cost half of all ranking time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from digest.curate.summary.fitness import needs_before


def _set(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


class Sentence(NamedTuple):
    """A sentence taken apart once: its lower-case words, its content terms, whether it leans on the one before, and
    the few of its words that are a cue. (A tuple: 40 are made for each article, and a frozen dataclass costs 1 us.)
    """

    text: str
    words: Sequence[str]
    terms: Sequence[str]
    leans: bool
    claims: bool
    cues: frozenset[str]


_DATELINE = re.compile(r"^[A-ZÀ-Þ][A-ZÀ-Þ .'’-]{2,40}(?:, [\w. ]{2,30})? (?:\([^)]{2,20}\) )?[—–-]{1,2} ")
_ATTRIBUTION = _set(
    "said says told according announced reported sagte sagten teilte erklärte laut déclaré selon annoncé dijo según "
    "anunció afirmó secondo disse segundo zei volgens sade enligt сказал сказала сообщил сообщила сообщили заявил "
    "заявила dedi açıkladı powiedział powiedziała poinformował według"
)
_FORUM = _set("hi hello hey thanks anyone anybody please help imo edit i i'm i've i'd i'll")
_CLAIM_WORDS = _set("we i paper work article study post essay guide report thesis method approach framework proposed")
_SPEAKERS, _POINTERS = _set("we i"), _set("this the our")
_CLAIM_ADVERBS = _set("also then thus here therefore further first empirically theoretically")
_CLAIM_VERBS = _set(
    "propose present introduce show develop demonstrate describe find argue study investigate investigated explore "
    "prove provide design build built found learned learnt conclude analyze analyse address extend offer establish "
    "derive suggest report apply use observe"
)
_CLAIMED = _set("paper work article study post essay guide report thesis method approach framework proposed")
_NEW_THING = _set("propose introduce present develop novel new called namely dubbed termed argue")
_BACKGROUND = _set(
    "recent recently existing previous prior traditional commonly widely often typically usually despite although "
    "however unfortunately many most challenging important been"
)
_AHEAD_WORDS = _set(
    "next upcoming tomorrow will going due set scheduled nächste nächsten nächstes nächster prochain prochaine próximo "
    "próxima prossimo prossima volgende nästa"
)
_AHEAD = re.compile(
    r"\b(?:next (?:week|month|year|spring|summer|autumn|fall|winter|season)|upcoming|tomorrow|"
    r"(?:is|are) (?:going|due|set|scheduled) to|will (?:be|hold|open|start|begin|take|meet|launch|host|vote|return|run|"
    r"close|move|receive|replace)|nächste[nrs]? (?:woche|monat|jahr)|(?:semaine|année) prochaine|mois prochain|"
    r"(?:próxim[oa]|prossim[oa]|volgende|nästa) \w+)\b"
)
_HEARSAY = _set("claim claims allegedly reportedly rumor rumors rumour rumours speculation")
_ALSO = _set("also too auch aussi también anche também ook också")
_ADVERTISING = _set("subscribe rsvp http https www")
_CUES = _ATTRIBUTION | _FORUM | _CLAIM_WORDS | _NEW_THING | _BACKGROUND | _AHEAD_WORDS | _HEARSAY | _ALSO | _ADVERTISING
_NAME = re.compile(r" (?<=[\w,’'] )[A-ZÀ-ÞА-Я][\w.’'-]*(?: [A-ZÀ-ÞА-Я][\w.’'-]*)*")
_DIGIT = re.compile(r"\d")
_OPENS_WITH_QUOTE = "\"“„«「『'‘"


def take_apart(text: str, words: Sequence[str], terms: Sequence[str], language: str) -> Sentence:
    cues = _CUES.intersection(words)
    claims = not _CLAIM_WORDS.isdisjoint(cues) and _makes_claim(words)
    return Sentence(text, words, terms, needs_before(text, words, language), claims, cues)


def _makes_claim(words: Sequence[str]) -> bool:
    """ "We (also) propose", "the approach", "this proposed method": the writers say what they did."""
    for first, second, third in zip(words, words[1:], (*words[2:], ""), strict=False):
        if first in _POINTERS and second.removesuffix("'s") in _CLAIMED:
            return True
        if first in _SPEAKERS and (second in _CLAIM_VERBS or (second in _CLAIM_ADVERBS and third in _CLAIM_VERBS)):
            return True
    return False


def tell_genre(sentences: Sequence[Sentence], title: frozenset[str]) -> str:
    """ "news", "essay" or "forum": by dateline, attribution, claims, and whether the opening echoes the title."""
    seen, count = sentences[:40], min(40, len(sentences))
    claims = sum(sentence.claims for sentence in seen) / count
    asking = sum(len(_FORUM.intersection(sentence.cues)) for sentence in seen) / count
    if asking > 0.5 and claims < 0.3:
        return "forum"
    said = sum(not _ATTRIBUTION.isdisjoint(sentence.cues) for sentence in seen) / count
    news = 1.5 * bool(_DATELINE.match(seen[0].text)) + min(1.5, 6 * said)
    if title:
        shared = [len(title.intersection(sentence.terms)) for sentence in seen]
        news += 0.6 if shared[0] >= max(shared) * 0.8 else -0.4
    if claims >= 0.12 or sentences[-1].claims:
        news -= 1.2 + claims
    return "news" if news >= 0.2 * (count <= 4) else "essay"


def opens_with_its_news(sentences: Sequence[Sentence], title: frozenset[str]) -> bool:
    """The first sentence says at least half of the headline, and no other says more: an inverted pyramid."""
    said = [len(title.intersection(sentence.terms)) for sentence in sentences]
    return bool(title) and said[0] * 2 >= len(title) and said[0] == max(said)


def against(sentence: Sentence) -> float:
    """What speaks against a sentence in any genre; zero or less."""
    count = len(sentence.words)
    score = 0.012 * (min(0, count - 14) + min(0, 38 - count)) - 0.06 * sentence.leans
    text, cues = sentence.text, sentence.cues
    if text[0] in _OPENS_WITH_QUOTE or text.rstrip('"”»」』 ')[-1:] in ("?", "？", "؟"):
        score -= 0.12
    if "@" in text or not _ADVERTISING.isdisjoint(cues):
        score -= 0.25
    if count > 2 and text.isupper():
        score -= 0.2
    if not _ALSO.isdisjoint(cues) and not _ALSO.isdisjoint(sentence.words[1:10]):
        score -= 0.15
    if not _HEARSAY.isdisjoint(cues):
        score -= 0.06
    return score


def fact_strength(sentence: Sentence) -> float:
    """Names, numbers and what comes next: what a reader of news takes away."""
    text = sentence.text
    strength = 0.25 * (_DIGIT.search(text) is not None) + 0.12 * min(3, len(_NAME.findall(text)))
    if not _AHEAD_WORDS.isdisjoint(sentence.cues) and _AHEAD.search(" ".join(sentence.words)):
        strength += 1.0
    return strength


def claim_strength(sentence: Sentence, index: int) -> float:
    """How much a sentence says "this is what we did", against "this is what was known"."""
    if sentence.claims:
        return 0.6 if _NEW_THING.isdisjoint(sentence.cues) else 1.0
    return -0.3 if index < 3 and not _BACKGROUND.isdisjoint(sentence.cues) else 0.0
