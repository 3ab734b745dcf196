"""The index of shared text: which known articles a new one may be a copy of.

Must not look into words: what a shingle is, and what makes two articles one story, is asked of a `Kin`. Invariants: an
article is never found to be a copy of itself or of one first seen more than `DAYS` ago; of the shingles an eighth is
indexed, always the same ones, and the verdict rests on all of them.

Why this way: exact containment over an inverted index needs no more than a B-tree. An eighth of the shingles finds
every copy that shares 60 runs but for one in 3,000, and keeps an article of 500 words at 60 small rows. Stock phrases
(a footer, a call for helpers) would make everybody a candidate: one that stands in `COMMON` articles proves nothing,
and one that stands in `FULL` is not indexed again.
"""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Article, from_plain
from digest.store.database import Database
from digest.store.schema import article, article_shingle, article_source

DAYS = 90
ONE_IN = 8
CONTAINED = 0.6
COMMON = 6
FULL = 64
LOOKED_AT = 12  # candidates, those with most in common first
PROMISING = 0.3  # of the shorter sample, before the whole is read: chance does not halve 0.6 often
FORGET_AT_ONCE = 200
CHUNK = 1000


class Kin(Protocol):
    """What the store asks about articles while it recognises them; `digest.gather.likeness.Likeness` knows."""

    def shingles(self, article: Article) -> frozenset[int]:
        """The text as signed 64-bit numbers; empty for a text too short to be recognised by."""

    def title(self, article: Article) -> str:
        """The title, folded for comparison."""

    def same(
        self, one: Article, other: Article, *, one_in_other: float, other_in_one: float, same_source: bool
    ) -> bool:
        """Whether two articles that share these parts of their text are one story."""


@dataclass(slots=True, eq=False)
class Probe:
    """An article to look for: `who` is its id, or whatever stands for one that has none yet."""

    who: Any
    article: Article
    shingles: frozenset[int]
    sample: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.sample = sample(self.shingles)


@dataclass(frozen=True, slots=True)
class Likeness:
    """`who` is a copy of `original`: this much of the shorter text is in the other."""

    who: Any
    original: Any
    contained: float


@dataclass(frozen=True, slots=True)
class _Known:
    who: Any
    article: Article
    shingles: frozenset[int]
    sources: frozenset[int]


def pack(shingles: Collection[int]) -> bytes:
    """As a column holds them: eight bytes each, sorted. Nothing at all is a text that was read and is too short."""
    return struct.pack(f">{len(shingles)}q", *sorted(shingles))


def unpack(data: bytes | None) -> frozenset[int]:
    return frozenset(struct.unpack(f">{len(data) // 8}q", data)) if data else frozenset()


def sample(shingles: Iterable[int]) -> tuple[int, ...]:
    """The part that is indexed: the same of every text."""
    return tuple(sorted(number for number in shingles if number % ONE_IN == 0))


def find_copies(
    connection: Connection, probes: Sequence[Probe], *, source_id: int, kin: Kin, at: datetime
) -> list[Likeness]:
    """Which of `probes`, new in a document of this source, are copies of a known article or of a probe before them."""
    search = _Search(connection, probes, source_id, kin, at)
    return [likeness for probe in probes if (likeness := search.original_of(probe)) is not None]


def write_index(
    database: Database, connection: Connection, shingles: Mapping[int, frozenset[int]], *, replace: bool = False
) -> None:
    """Index the sample of these articles by id; `replace` what was indexed of them."""
    if not shingles:
        return
    ids = sorted(shingles)
    if replace:
        for chunk in _chunks(ids):
            connection.execute(sa.delete(article_shingle).where(article_shingle.c.article_id.in_(chunk)))
    standing = Counter({number: len(owners) for number, owners in _owners(connection, _samples(shingles)).items()})
    rows = []
    for article_id in ids:
        for number in sample(shingles[article_id]):
            if standing[number] < FULL:
                standing[number] += 1
                rows.append({"shingle": number, "article_id": article_id})
    if rows:
        connection.execute(database.insert(article_shingle).on_conflict_do_nothing(), rows)


def forget_old(connection: Connection, *, at: datetime, limit: int = FORGET_AT_ONCE) -> int:
    """Drop what is too old to be compared with, a few articles at a time; how many."""
    oldest = sa.select(article_shingle.c.article_id).distinct().order_by(article_shingle.c.article_id).limit(limit)
    gone = sa.select(article.c.id).where(article.c.id.in_(oldest), article.c.first_seen_at < at - timedelta(days=DAYS))
    ids = list(connection.scalars(gone))
    if ids:
        connection.execute(sa.delete(article_shingle).where(article_shingle.c.article_id.in_(ids)))
        connection.execute(sa.update(article).where(article.c.id.in_(ids)).values(shingles=b""))
    return len(ids)


class _Search:
    """One document's worth of looking: what is indexed about its probes, read at once."""

    def __init__(self, connection: Connection, probes: Sequence[Probe], source_id: int, kin: Kin, at: datetime) -> None:
        self._connection, self._source_id, self._kin = connection, source_id, kin
        self._since = at - timedelta(days=DAYS)
        self._owners: dict[int, list[Any]] = defaultdict(list)
        self._owners.update(_owners(connection, {number for probe in probes for number in probe.sample}))
        self._sizes: dict[Any, int] = {}
        shared = {probe.who: self._shared(probe) for probe in probes}
        self._sizes.update(_sizes(connection, {who for counts, _ in shared.values() for who in counts}))
        nearest = (self._nearest(probe, *shared[probe.who]) for probe in probes)
        self._known: dict[Any, _Known] = self._load({who for near in nearest for who in near})

    def original_of(self, probe: Probe) -> Likeness | None:
        if not probe.shingles:
            return None
        nearest = self._nearest(probe, *self._shared(probe))
        likeness = next(filter(None, (self._compare(probe, who) for who in nearest)), None)
        if likeness is None:
            for number in probe.sample:
                if len(self._owners[number]) < FULL and probe.who not in self._owners[number]:
                    self._owners[number].append(probe.who)
            self._sizes[probe.who] = len(probe.sample)
            self._known[probe.who] = _Known(probe.who, probe.article, probe.shingles, frozenset({self._source_id}))
        return likeness

    def _shared(self, probe: Probe) -> tuple[Counter[Any], Counter[Any]]:
        """How many of the probe's sample everybody else holds: all of them, and the rare ones."""
        every: Counter[Any] = Counter()
        rare: Counter[Any] = Counter()
        for number in probe.sample:
            owners = self._owners.get(number, ())
            every.update(owners)
            if len(owners) <= COMMON:
                rare.update(owners)
        every.pop(probe.who, None)
        return every, rare

    def _nearest(self, probe: Probe, every: Counter[Any], rare: Counter[Any]) -> list[Any]:
        """Those that share enough of the shorter sample, rare runs before common ones."""
        near = [
            who
            for who, count in every.items()
            if count >= PROMISING * min(len(probe.sample), self._sizes.get(who, len(probe.sample)))
        ]
        return sorted(near, key=lambda who: (-rare[who], -every[who], _age(who)))[:LOOKED_AT]

    def _compare(self, probe: Probe, who: Any) -> Likeness | None:
        known = self._known.get(who)
        if known is None:
            return None
        shared = len(probe.shingles & known.shingles)
        forth, back = shared / len(probe.shingles), shared / len(known.shingles)
        if max(forth, back) < CONTAINED or not self._telling(probe, known):
            return None
        same_source = self._source_id in known.sources
        if not self._kin.same(
            probe.article, known.article, one_in_other=forth, other_in_one=back, same_source=same_source
        ):
            return None
        return Likeness(probe.who, who, round(max(forth, back), 3))

    def _telling(self, probe: Probe, known: _Known) -> bool:
        """Whether they still share most of the shorter one when stock phrases do not count."""
        shared = [number for number in probe.sample if number in known.shingles]
        if sum(self._rare(number) for number in shared) * 2 > len(shared):
            return True
        theirs = sample(known.shingles)
        unread = {number for number in theirs if number not in self._owners}
        self._owners.update(_owners(self._connection, unread))
        mine = {number for number in probe.sample if self._rare(number)}
        others = {number for number in theirs if self._rare(number)}
        return bool(mine & others) and len(mine & others) >= CONTAINED * min(len(mine), len(others))

    def _rare(self, number: int) -> bool:
        return len(self._owners.get(number, ())) <= COMMON

    def _load(self, ids: Collection[int]) -> dict[Any, _Known]:
        found: dict[Any, _Known] = {}
        for chunk in _chunks(sorted(ids)):
            came_by: dict[int, set[int]] = defaultdict(set)
            for row in self._connection.execute(
                sa.select(article_source).where(article_source.c.article_id.in_(chunk))
            ):
                came_by[row.article_id].add(row.source_id)
            query = sa.select(article.c.id, article.c.data, article.c.shingles).where(
                article.c.id.in_(chunk), article.c.first_seen_at >= self._since, article.c.shingles.is_not(None)
            )
            for row in self._connection.execute(query):
                if shingles := unpack(row.shingles):
                    found[row.id] = _Known(row.id, from_plain(Article, row.data), shingles, frozenset(came_by[row.id]))
        return found


def _sizes(connection: Connection, ids: Collection[int]) -> dict[Any, int]:
    """How much of each article is indexed."""
    found: dict[Any, int] = {}
    for chunk in _chunks(sorted(ids)):
        count = sa.select(article_shingle.c.article_id, sa.func.count().label("size"))
        which = article_shingle.c.article_id.in_(chunk)
        for row in connection.execute(count.where(which).group_by(article_shingle.c.article_id)):
            found[row.article_id] = row.size
    return found


def _age(who: Any) -> int:
    return who if isinstance(who, int) else 2**63


def _samples(shingles: Mapping[int, frozenset[int]]) -> set[int]:
    return {number for own in shingles.values() for number in sample(own)}


def _owners(connection: Connection, numbers: Collection[int]) -> dict[int, list[Any]]:
    """The indexed articles that hold each of these shingles; at most a few more than `FULL` for any."""
    found: dict[int, list[Any]] = defaultdict(list)
    for chunk in _chunks(sorted(numbers)):
        query = sa.select(article_shingle.c.shingle, article_shingle.c.article_id).where(
            article_shingle.c.shingle.in_(chunk)
        )
        for number, article_id in connection.execute(query):
            found[number].append(article_id)
    return found


def _chunks(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
