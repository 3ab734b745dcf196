"""When most of a feed suddenly has new names: did its site move, or did it publish a lot? Pure.

Must not touch a database. Invariants: no known article is given to two entries; without a storm nothing is decided;
what matches nothing stays new also in a storm.

Why this way: a platform that renews its identifiers and addresses makes every old article look new, and mailing forty
of them once is what readers remember. A source that publishes much brings titles that nobody has seen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

AT_LEAST = 5
MATCHED = 0.6
SAME_TEXT = 0.6
OTHER_TEXT = 0.2


@dataclass(frozen=True, slots=True)
class Piece:
    """An entry or a known article, as far as a storm is concerned. `shingles` empty: too short, or not kept."""

    title: str
    published: datetime | None
    shingles: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Storm:
    """A migration: how many names nobody knew, and the known article of each entry (by index) that has one."""

    unknown: int
    matches: Mapping[int, int]


def storm(
    entries: Sequence[Piece],
    unknown: Sequence[int],
    recognised: Mapping[int, int],
    known: Mapping[int, Piece],
    alike: Callable[[int, int], bool],
) -> Storm | None:
    """The migration, if this fetch is one.

    `unknown` are the indexes of the entries whose identifier and address nobody knows; of these `recognised` has those
    known by their words; `known` are the source's own articles by id, without the ones other entries stand for.
    `alike` judges an entry and a known article whose texts have most in common.
    """
    if len(unknown) <= max(AT_LEAST, len(entries) / 2):
        return None
    matches = dict(recognised)
    for index, article_id in _by_title(entries, [one for one in unknown if one not in matches], known, matches):
        matches[index] = article_id
    for index, article_id in _by_text(entries, [one for one in unknown if one not in matches], known, matches):
        if index not in matches and article_id not in matches.values() and alike(index, article_id):
            matches[index] = article_id
    return Storm(len(unknown), matches) if len(matches) >= MATCHED * len(unknown) else None


def _by_title(
    entries: Sequence[Piece], open_: Sequence[int], known: Mapping[int, Piece], taken: Mapping[int, int]
) -> list[tuple[int, int]]:
    """One to one, the nearest dates first. A title that stands for several articles ("Open thread") needs the date."""
    free = {article_id: piece for article_id, piece in known.items() if article_id not in set(taken.values())}
    titled: dict[str, list[int]] = defaultdict(list)
    for article_id, piece in free.items():
        titled[piece.title].append(article_id)
    usual = Counter(piece.title for piece in known.values())
    listed = Counter(entries[index].title for index in open_)
    pairs = [
        (_apart(entries[index], free[article_id]), index, article_id)
        for index in open_
        if entries[index].title
        for article_id in titled[entries[index].title]
        if _may_be(
            entries[index], free[article_id], alone=usual[entries[index].title] == 1 == listed[entries[index].title]
        )
    ]
    chosen: dict[int, int] = {}
    for _, index, article_id in sorted(pairs):
        if index not in chosen and article_id not in chosen.values():
            chosen[index] = article_id
    return list(chosen.items())


def _may_be(entry: Piece, piece: Piece, *, alone: bool) -> bool:
    if entry.published is not None and entry.published == piece.published:
        return True
    return alone and not (entry.shingles and piece.shingles and _contained(entry, piece) < OTHER_TEXT)


def _by_text(
    entries: Sequence[Piece], open_: Sequence[int], known: Mapping[int, Piece], taken: Mapping[int, int]
) -> list[tuple[int, int]]:
    """Each entry with those known articles that share most of the shorter text, the nearest first."""
    holders: dict[int, list[int]] = defaultdict(list)
    for article_id in known.keys() - set(taken.values()):
        for number in known[article_id].shingles:
            holders[number].append(article_id)
    pairs = []
    for index in open_:
        near = Counter(article_id for number in entries[index].shingles for article_id in holders.get(number, ()))
        size = len(entries[index].shingles)
        shares = [(shared / min(size, len(known[one].shingles)), -one) for one, shared in near.items()]
        pairs += [(index, -negative) for share, negative in sorted(shares, reverse=True) if share >= SAME_TEXT]
    return pairs


def _contained(one: Piece, other: Piece) -> float:
    return len(one.shingles & other.shingles) / min(len(one.shingles), len(other.shingles))


def _apart(one: Piece, other: Piece) -> timedelta:
    if one.published is None or other.published is None:
        return timedelta.max
    return abs(one.published - other.published)
