"""Which articles, in which order, and why: scores a person can check, and a greedy choice that keeps variety.

Does not read a clock (`now` is passed), nor look at text. Invariant: the same candidates, settings and `now` give the
same order whatever order they came in; every number that moved an article has a reason in plain English.

    score = 0.5 * engagement + 0.5 * recency + boosts of its tags

Engagement is the percentile *within the article's own source* of its comments (counting four times), reactions (twice)
and views, so that a blog with one view and a channel with 300,000 compare; the peers are what the source published in
the last 90 days (`baseline`) and the candidates themselves. Unknown counts as the middle, not as nothing. Recency
halves with every half-life. Then greedily: pins first, then the best remaining after a penalty for the same author,
source, tags and matter; what belongs to one matter stands together.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import ceil, inf

from digest.curate.settings import CurateSettings
from digest.model import Article, StoredArticle

DEFAULT_HALF_LIFE_DAYS = 7.0
_ENGAGEMENT, _RECENCY = 0.5, 0.5
_SAME_AUTHOR, _SAME_SOURCE, _SAME_TAGS, _SAME_MATTER = 0.2, 0.06, 0.06, 0.1
_MEDIAN = 0.5
_COUNTERS = (("comments", "comment", 4.0), ("views", "view", 1.0), ("reactions", "reaction", 2.0))

Counts = tuple[int | None, int | None, int | None]  # views, comments, reactions


@dataclass(frozen=True, slots=True)
class Scored:
    """One candidate with its score (0 to 1, and what its tags add) and the reasons for it."""

    stored: StoredArticle
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`chosen` in issue order; for every other candidate a sentence in `left_out`."""

    chosen: tuple[Scored, ...]
    left_out: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Peers:
    """The counters of one source's articles, sorted, by counter name."""

    name: str
    known: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, name: str, articles: Sequence[Article], past: Sequence[Counts]) -> Peers:
        columns = {"views": 0, "comments": 1, "reactions": 2}
        return cls(
            name,
            {
                field_: sorted(
                    [count for article in articles if (count := getattr(article, field_)) is not None]
                    + [count for row in past if (count := row[column]) is not None]
                )
                for field_, column in columns.items()
            },
        )


def score(
    candidates: Sequence[StoredArticle],
    *,
    settings: CurateSettings,
    now: datetime,
    source_titles: Mapping[str, str],
    baseline: Mapping[str, Sequence[Counts]] | None = None,
) -> tuple[Scored, ...]:
    """Every candidate, best first; ties by newer, then by lower id.

    `baseline` holds the counters of each source's other articles of the last 90 days.
    """
    by_source: dict[str, list[StoredArticle]] = {}
    for candidate in sorted(candidates, key=lambda candidate: candidate.id):
        by_source.setdefault(candidate.article.source, []).append(candidate)
    half_life = settings.half_life_days or DEFAULT_HALF_LIFE_DAYS
    scored = []
    for source, members in by_source.items():
        name = source_titles.get(source) or source
        newest = max(members, key=lambda member: (when(member), -member.id))
        peers = Peers.of(name, [member.article for member in members], (baseline or {}).get(source, ()))
        for member in members:
            engagement, reasons = _engagement(member.article, peers)
            boost, why = _boost(member.article, settings.boosts)
            age_days = max(0.0, (now - when(member)).total_seconds() / 86400)
            value = _ENGAGEMENT * engagement + _RECENCY * 0.5 ** (age_days / half_life) + boost
            fresh = f"newest of {name}" if member is newest else _age(age_days)
            scored.append(Scored(member, round(value, 4), (fresh, *reasons, *why)))
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


def _boost(article: Article, boosts: Mapping[str, float]) -> tuple[float, list[str]]:
    """What the operator's `boosts` add for this article's tags: the strongest up and the strongest down."""
    if not boosts:
        return 0.0, []
    by_tag = {tag.casefold(): value for tag, value in boosts.items()}
    found = {tag: by_tag[tag.casefold()] for tag in article.tags if tag.casefold() in by_tag}
    up = max((value for value in found.values() if value > 0), default=0.0)
    down = min((value for value in found.values() if value < 0), default=0.0)
    return up + down, [f"tag {tag} {value:+.2f}" for tag, value in found.items() if value in (up, down) and value]


def _engagement(article: Article, peers: Peers) -> tuple[float, list[str]]:
    """Mean percentile over what is known of it, and what to say about it. With no peer that is known: the middle."""
    ranks, reasons = [], []
    for field_, unit, weight in _COUNTERS:
        own: int | None = getattr(article, field_)
        known = peers.known[field_]
        if own is None or len(known) < 2:
            continue
        lower = bisect_left(known, own)
        ranks.append(((lower + 0.5 * (bisect_right(known, own) - lower)) / len(known), weight))
        below = lower / (len(known) - 1)
        if own > 0 and below >= 0.5:
            reasons.append(f"{own:,} {unit}{'s' if own != 1 else ''}, {_share(below)} of {peers.name}'s articles")
    if not ranks:
        return _MEDIAN, reasons
    return sum(rank * weight for rank, weight in ranks) / sum(weight for _, weight in ranks), reasons


def _share(below: float) -> str:
    return "the most" if below >= 1 else f"more than {int(below * 100)} %"


@dataclass(slots=True)
class _Taken:
    """What the issue holds so far, counted as the penalties and caps need it."""

    authors: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    tags: list[frozenset[str]] = field(default_factory=list)
    matters: Counter[int] = field(default_factory=Counter)

    def add(self, one: Scored, matter: int | None) -> None:
        self.authors.update(_author_keys(one))
        self.sources[one.stored.article.source] += 1
        self.tags.append(_tags(one))
        if matter is not None:
            self.matters[matter] += 1

    def penalised(self, one: Scored, matter: int | None) -> float:
        """The score after what speaks against more of the same."""
        same_author = max((self.authors[key] for key in _author_keys(one)), default=0)
        own = _tags(one)
        alike = max((len(own & tags) / len(own | tags) for tags in self.tags if own | tags), default=0.0)
        return (
            one.score
            - _SAME_AUTHOR * min(2, same_author)
            - _SAME_SOURCE * min(4, self.sources[one.stored.article.source])
            - _SAME_TAGS * alike
            - _SAME_MATTER * min(2, self.matters[matter] if matter is not None else 0)
        )


def choose(
    scored: Sequence[Scored],
    *,
    settings: CurateSettings,
    pinned: Sequence[int] = (),
    matters: Sequence[Sequence[int]] = (),
) -> Choice:
    """At most `max_articles`: the `pinned` in their order, then best first after penalties.

    The cap on authors binds all but pins; the cap on a source while other sources still have something. `matters` are
    groups of related ids: what is chosen of one stands together, behind its best.
    """
    matter_of = {id_: number for number, group in enumerate(matters) for id_ in group}
    remaining = sorted(scored, key=_rank_key)
    taken = _Taken()
    chosen: list[Scored] = []
    left_out: dict[int, str] = {}
    for one in _pins(remaining, pinned)[: settings.max_articles]:
        chosen.append(replace(one, reasons=("pinned by the editor", *one.reasons)))
        taken.add(one, matter_of.get(one.stored.id))
        remaining.remove(one)
    pins = len(chosen)
    source_cap = max(1, ceil(settings.max_per_source * settings.max_articles))
    while remaining and len(chosen) < settings.max_articles:
        for one in [one for one in remaining if _author_is_full(one, taken.authors, settings.max_per_author)]:
            left_out[one.stored.id] = (
                f"not chosen: {_first_full(one, taken.authors, settings.max_per_author)} already has"
                f" {settings.max_per_author} in this issue"
            )
            remaining.remove(one)
        open_ = [one for one in remaining if taken.sources[one.stored.article.source] < source_cap] or remaining
        if not open_:
            break
        best = _best(open_, taken, matter_of)
        chosen.append(best)
        taken.add(best, matter_of.get(best.stored.id))
        remaining.remove(best)
    for one in remaining:
        left_out[one.stored.id] = (
            f"not chosen: the issue is full ({settings.max_articles} articles); "
            f"score {one.score:.2f}, {', '.join(one.reasons)}"
        )
    ordered = _together(chosen, matter_of, pins)
    return Choice(tuple(_with_place(one, place) for place, one in enumerate(ordered)), left_out)


def _best(ranked: Sequence[Scored], taken: _Taken, matter_of: Mapping[int, int]) -> Scored:
    """The first of the best after penalties. These only take away: behind a lower score nobody can win."""
    best, best_value = ranked[0], -inf
    for one in ranked:
        if one.score < best_value:
            break
        value = taken.penalised(one, matter_of.get(one.stored.id))
        if value > best_value:
            best, best_value = one, value
    return best


def _pins(remaining: Sequence[Scored], pinned: Sequence[int]) -> list[Scored]:
    by_id = {one.stored.id: one for one in remaining}
    return [by_id[id_] for id_ in dict.fromkeys(pinned) if id_ in by_id]


def _together(chosen: Sequence[Scored], matter_of: Mapping[int, int], pins: int) -> list[Scored]:
    """What belongs to one matter follows its first; pins stay where the editor put them."""
    ordered: list[Scored] = list(chosen[:pins])
    waiting = list(chosen[pins:])
    while waiting:
        first = waiting.pop(0)
        ordered.append(first)
        matter = matter_of.get(first.stored.id)
        if matter is not None:
            same = [one for one in waiting if matter_of.get(one.stored.id) == matter]
            ordered += same
            waiting = [one for one in waiting if one not in same]
    return ordered


def _tags(one: Scored) -> frozenset[str]:
    return frozenset(tag.casefold() for tag in one.stored.article.tags)


def _author_keys(one: Scored) -> set[str]:
    return {" ".join(author.name.casefold().split()) for author in one.stored.article.authors if author.name.strip()}


def _author_is_full(one: Scored, authors: Counter[str], most: int) -> bool:
    return most > 0 and any(authors[key] >= most for key in _author_keys(one))


def _first_full(one: Scored, authors: Counter[str], most: int) -> str:
    """The author the cap is about, as the article writes the name."""
    names = [author.name for author in one.stored.article.authors if author.name.strip()]
    return next(name for name in names if authors[" ".join(name.casefold().split())] >= most)


def _with_place(one: Scored, place: int) -> Scored:
    return one if place else replace(one, reasons=("top story", *one.reasons))
