"""Which entry of a document is which known article: pure.

Must not touch a database. Invariants: an entry is the article that any of its aliases names; two entries of one
document that carry different addresses are two articles, even when a careless feed gave both the same guid (or title);
an entry that names a known article by its address wins it from one that names it by guid alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

STRONG = "url:"
CARELESS = ("guid:", "title:")  # names that some feeds give to many articles


@dataclass(slots=True, eq=False)
class Newcomer:
    """An article not known before; entries that are the same newcomer share one. `article_id` is set once stored."""

    article_id: int | None = field(default=None)


def assign(entries: Sequence[Sequence[str]], owners: Mapping[str, Sequence[int]]) -> list[int | Newcomer]:
    """For each entry (its aliases) a known article's id or a `Newcomer`. `owners` maps aliases to known article ids."""
    found: list[int | Newcomer | None] = [None] * len(entries)
    holders: dict[int | Newcomer, list[frozenset[str]]] = {}
    named: dict[str, list[Newcomer]] = {}
    for index, aliases in enumerate(entries):
        if known := _first(owners, _strong(aliases)):
            found[index] = known
            holders.setdefault(known, []).append(_strong(aliases))
    for index, aliases in enumerate(entries):
        if found[index] is None:
            found[index] = who = _by_any(aliases, owners, named, holders)
            holders.setdefault(who, []).append(_strong(aliases))
            if isinstance(who, Newcomer):
                for alias in aliases:
                    named.setdefault(alias, []).append(who)
    return [who for who in found if who is not None]


def _by_any(
    aliases: Sequence[str],
    owners: Mapping[str, Sequence[int]],
    named: Mapping[str, Sequence[Newcomer]],
    holders: Mapping[int | Newcomer, Sequence[frozenset[str]]],
) -> int | Newcomer:
    strong = _strong(aliases)
    for alias in aliases:
        known = owners.get(alias, ())
        careless = alias.startswith(CARELESS)
        if careless and strong and len(known) > 1:
            continue  # this name was given to several articles already: it identifies none of them
        candidates: list[int | Newcomer] = [*known, *named.get(alias, ())]
        for candidate in candidates:
            if not careless or all(_compatible(strong, other) for other in holders.get(candidate, ())):
                return candidate
    return Newcomer()


def _compatible(one: frozenset[str], other: frozenset[str]) -> bool:
    return not one or not other or bool(one & other)


def _strong(aliases: Sequence[str]) -> frozenset[str]:
    return frozenset(alias for alias in aliases if alias.startswith(STRONG))


def _first(owners: Mapping[str, Sequence[int]], aliases: frozenset[str]) -> int | None:
    ids = [article_id for alias in aliases for article_id in owners.get(alias, ())]
    return min(ids) if ids else None
