"""Headings over the chosen articles: by source, by tag, or by matter.

Does not choose, and never breaks an order it need not break. Invariants: articles under one heading stand together;
no heading stands over a single article; the top story stands alone above all headings.

Why this way: a heading over one item is noise (peers: Kagi News, TLDR); what has no company goes last, without one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from digest.model import Item

MIN_ITEMS = 2


def arrange(
    items: Sequence[Item], *, by: str, order: Sequence[str] = (), matters: Sequence[Sequence[int]] = (), fixed: int = 1
) -> tuple[Item, ...]:
    """`items` with their `section` set and sections together. The first `fixed` (top story, pins) stay where they are.

    Sections come in `order`, then as their best item does; the articles without one are last.
    """
    if by == "none" or len(items) <= fixed + MIN_ITEMS:
        return tuple(items)
    head, rest = list(items[:fixed]), list(items[fixed:])
    heading_of = _headings(rest, by, order, matters)
    if not heading_of:
        return tuple(items)
    ranks = {heading.casefold(): rank for rank, heading in enumerate(order)}
    first_place: dict[str, int] = {}
    for place, item in enumerate(rest):
        first_place.setdefault(heading_of.get(item.article_id, ""), place)

    def key(item: Item) -> tuple[bool, int, int]:
        heading = heading_of.get(item.article_id, "")
        return heading == "", ranks.get(heading.casefold(), len(ranks)), first_place[heading]

    placed = [replace(item, section=heading_of.get(item.article_id, "")) for item in sorted(rest, key=key)]
    return (*head, *placed)


def tidy(items: Sequence[Item]) -> tuple[Item, ...]:
    """Without the headings that stand over too few, after somebody moved articles: what belongs together is a run."""
    runs = [list(run) for _, run in groupby(items, key=lambda item: item.section)]
    return tuple(
        replace(item, section="") if item.section and len(run) < MIN_ITEMS else item for run in runs for item in run
    )


def _headings(items: Sequence[Item], by: str, order: Sequence[str], matters: Sequence[Sequence[int]]) -> dict[int, str]:
    """Article id -> heading, only headings that stand over enough."""
    if by == "source":
        wanted = {item.article_id: item.source_title for item in items}
    elif by == "tag":
        wanted = _by_tag(items, order)
    else:
        wanted = _by_matter(items, matters)
    counts = Counter(wanted.values())
    return {id_: heading for id_, heading in wanted.items() if heading and counts[heading] >= MIN_ITEMS}


def _by_tag(items: Sequence[Item], order: Sequence[str]) -> dict[int, str]:
    """Each article goes under one tag: the first of `order` that it has, else its tag that most of the others share.

    With an `order` only those tags make headings: a site's tags are often its search keywords.
    """
    spelled = {tag.casefold(): tag for tag in reversed(order)}
    counts: Counter[str] = Counter()
    for item in items:
        counts.update({tag.casefold() for tag in item.tags})
        for tag in item.tags:
            spelled.setdefault(tag.casefold(), tag)
    ranked = [tag.casefold() for tag in order] or [
        tag for tag, _ in sorted(counts.items(), key=lambda x: (-x[1], x[0]))
    ]
    chosen: dict[int, str] = {}
    for tag in ranked:
        under = [item for item in items if item.article_id not in chosen and tag in _folded(item)]
        if len(under) >= MIN_ITEMS:
            chosen.update({item.article_id: _heading(spelled[tag]) for item in under})
    return chosen


def _by_matter(items: Sequence[Item], matters: Sequence[Sequence[int]]) -> dict[int, str]:
    """The heading of a matter: a tag all its articles share, or else the words they share most."""
    by_id = {item.article_id: item for item in items}
    chosen: dict[int, str] = {}
    for group in matters:
        members = [by_id[id_] for id_ in group if id_ in by_id]
        if len(members) >= MIN_ITEMS and (heading := _shared_words(members)):
            chosen.update({item.article_id: heading for item in members})
    return chosen


def _shared_words(members: Sequence[Item]) -> str:
    """A tag or a run of words of their titles that at least two have; as the best placed one spells it."""
    shared_tags = set.intersection(*({tag.casefold() for tag in item.tags} for item in members))
    for tag in members[0].tags:
        if tag.casefold() in shared_tags:
            return _heading(tag)
    folded: Mapping[int, str] = {item.article_id: f" {_plain(item.title)} " for item in members}
    words = _plain(members[0].title).split()
    original = _spelled(members[0].title).split()
    for length in range(min(4, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            run = " ".join(words[start : start + length])
            others = sum(f" {run} " in text for text in folded.values())
            if others >= MIN_ITEMS and len(run) >= 5 and _is_name(original[start : start + length]):
                return _heading(" ".join(original[start : start + length]))
    return ""


def _is_name(run: Sequence[str]) -> bool:
    """Words that carry something: the first and the last are no small words."""
    return all(len(word) > 3 or word[:1].isupper() for word in (run[0], run[-1]))


def _spelled(title: str) -> str:
    return " ".join("".join(c if c.isalnum() or c in "'’-" else " " for c in title).split())


def _plain(title: str) -> str:
    return _spelled(title).casefold()


def _folded(item: Item) -> frozenset[str]:
    return frozenset(tag.casefold() for tag in item.tags)


def _heading(tag: str) -> str:
    """A tag as a heading: its first letter large, unless it is spelled with large ones already."""
    text = " ".join(tag.replace("_", " ").split()).strip("# ")
    return text[:1].upper() + text[1:] if text.islower() else text
