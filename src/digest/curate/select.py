"""Which articles, in which order, and why: scores a person can check, and a greedy choice that keeps variety.

Does not read a clock (`now` is passed), nor look at text. Invariant: the same candidates, settings and `now` give the
same order whatever order they came in; every number that moved an article has a reason in plain English.

    score = 0.5 * engagement + 0.5 * recency

Engagement is the percentile *within the article's own source* of log1p(views), 4 * comments and 2 * reactions, so that
a blog with one view and a channel with 300,000 compare; unknown counts as the middle, not as nothing. Recency halves
with every half-life. Then greedily: best remaining after a penalty for the same author and the same source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, log1p

from digest.curate.settings import CurateSettings
from digest.model import Article, StoredArticle

DEFAULT_HALF_LIFE_DAYS = 7.0
SOURCE_SHARE = 0.4  # of an issue, for one source, while others still have something
_ENGAGEMENT, _RECENCY = 0.5, 0.5
_SAME_AUTHOR, _SAME_SOURCE = 0.2, 0.06
_MEDIAN = 0.5


@dataclass(frozen=True, slots=True)
class Scored:
    """One candidate with its score (0 to 1) and the reasons for it."""

    stored: StoredArticle
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`chosen` in issue order; for every other candidate a sentence in `left_out`."""

    chosen: tuple[Scored, ...]
    left_out: Mapping[int, str]


def score(
    candidates: Sequence[StoredArticle], *, settings: CurateSettings, now: datetime, source_titles: Mapping[str, str]
) -> tuple[Scored, ...]:
    """Every candidate, best first; ties by newer, then by lower id."""
    by_source: dict[str, list[StoredArticle]] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.id):
        by_source.setdefault(candidate.article.source, []).append(candidate)
    half_life = settings.half_life_days or DEFAULT_HALF_LIFE_DAYS
    scored = []
    for source, members in by_source.items():
        name = source_titles.get(source) or source
        newest = max(members, key=lambda member: (when(member), -member.id))
        for member in members:
            engagement, reasons = _engagement(member.article, [other.article for other in members], name)
            age_days = max(0.0, (now - when(member)).total_seconds() / 86400)
            value = _ENGAGEMENT * engagement + _RECENCY * 0.5 ** (age_days / half_life)
            fresh = f"newest of {name}" if member is newest else _age(age_days)
            scored.append(Scored(member, round(value, 4), (fresh, *reasons)))
    return tuple(sorted(scored, key=_rank_key))


def when(stored: StoredArticle) -> datetime:
    """The instant that counts as published: its date, or when it was first seen; never later than that."""
    published = stored.article.published
    return min(published, stored.first_seen) if published else stored.first_seen


def _rank_key(scored: Scored) -> tuple[float, float, int]:
    return (-scored.score, -when(scored.stored).timestamp(), scored.stored.id)


def _age(days: float) -> str:
    if days < 1:
        return "published within a day"
    return f"published {int(days)} day{'s' if int(days) != 1 else ''} ago"


def _engagement(article: Article, peers: Sequence[Article], name: str) -> tuple[float, list[str]]:
    """Mean percentile over what is known of it, and what to say about it. With no peer that is known: the middle."""
    ranks, reasons = [], []
    for field, unit, weight in (("comments", "comment", 4.0), ("views", "view", 1.0), ("reactions", "reaction", 2.0)):
        own: int | None = getattr(article, field)
        known = [count for peer in peers if (count := getattr(peer, field)) is not None]
        if own is None or len(known) < 2:
            continue
        rank = _percentile(own, known)
        ranks.append((rank, weight))
        below = sum(count < own for count in known) / (len(known) - 1)
        if own > 0 and below >= 0.5:
            reasons.append(f"{own:,} {unit}{'s' if own != 1 else ''}, {_share(below)} of {name}'s articles")
    if not ranks:
        return _MEDIAN, reasons
    return sum(rank * weight for rank, weight in ranks) / sum(weight for _, weight in ranks), reasons


def _share(below: float) -> str:
    return "the most" if below == 1 else f"more than {int(below * 100)} %"


def _percentile(own: int, known: Sequence[int]) -> float:
    """Mid-rank, so that a source where all are equal stands in the middle."""
    value = log1p(max(0, own))
    others = [log1p(max(0, count)) for count in known]
    return (sum(other < value for other in others) + 0.5 * sum(other == value for other in others)) / len(others)


def choose(scored: Sequence[Scored], *, settings: CurateSettings) -> Choice:
    """At most `max_articles`, best first after penalties; caps bind authors always and sources while others wait."""
    remaining = sorted(scored, key=_rank_key)
    authors: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    chosen: list[Scored] = []
    left_out: dict[int, str] = {}
    source_cap = max(1, ceil(SOURCE_SHARE * settings.max_articles))
    while remaining and len(chosen) < settings.max_articles:
        capped = [one for one in remaining if _author_is_full(one, authors, settings.max_per_author)]
        for one in capped:
            left_out[one.stored.id] = (
                f"not chosen: {_first_author(one)} already has {settings.max_per_author} in this issue"
            )
        remaining = [one for one in remaining if one.stored.id not in left_out]
        open_ = [one for one in remaining if sources[one.stored.article.source] < source_cap] or remaining
        if not open_:
            break
        best = min(open_, key=lambda one: (-_penalised(one, authors, sources), *_rank_key(one)))
        chosen.append(_with_place(best, len(chosen)))
        remaining.remove(best)
        sources[best.stored.article.source] += 1
        authors.update(_author_keys(best))
    for one in remaining:
        left_out[one.stored.id] = (
            f"not chosen: the issue is full ({settings.max_articles} articles); "
            f"score {one.score:.2f}, {', '.join(one.reasons)}"
        )
    return Choice(tuple(chosen), left_out)


def _penalised(one: Scored, authors: Counter[str], sources: Counter[str]) -> float:
    same_author = max((authors[key] for key in _author_keys(one)), default=0)
    return one.score - _SAME_AUTHOR * min(2, same_author) - _SAME_SOURCE * min(4, sources[one.stored.article.source])


def _author_keys(one: Scored) -> set[str]:
    return {" ".join(author.name.casefold().split()) for author in one.stored.article.authors if author.name.strip()}


def _author_is_full(one: Scored, authors: Counter[str], most: int) -> bool:
    return most > 0 and any(authors[key] >= most for key in _author_keys(one))


def _first_author(one: Scored) -> str:
    return one.stored.article.authors[0].name


def _with_place(one: Scored, place: int) -> Scored:
    if place:
        return one
    return Scored(one.stored, one.score, ("top story", *one.reasons))
