"""Which candidates are the same story told twice: equal canonical addresses, or text that one contains of the other.

Does not decide what is chosen, nor group what is merely related. Invariant: the kept one of a group is never folded
itself; grouping does not depend on the order of the candidates.

Why this way: containment (shared shingles over the shorter text's) rather than Jaccard, because the usual duplicate is
a shortened cross-post. Four words a shingle; at 0.6 a quotation of a paragraph in a longer piece stays apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from digest.curate.scripts import joins_without_space, main_script
from digest.curate.terms import words
from digest.model import Article, StoredArticle

_NUMBER = re.compile(r"\d+")
SHINGLE = 4
CONTAINED = 0.6
MIN_SHINGLES = 12  # a shorter text is contained in too many others by chance
_UNSPACED_SHINGLE = 8
_TRACKING = ("utm_", "fbclid", "gclid", "mc_", "ref", "source")
_COMMON = 8  # a shingle in more articles than this is a standing phrase, not a story
_FAR = datetime.max.replace(tzinfo=UTC)


def fold(candidates: Sequence[StoredArticle]) -> dict[int, int]:
    """Folded id -> kept id."""
    ordered = sorted(candidates, key=lambda candidate: candidate.id)
    parent = {candidate.id: candidate.id for candidate in ordered}
    for a, b in [*_same_address(ordered), *_same_text(ordered)]:
        low, high = sorted((_root(parent, a), _root(parent, b)))
        parent[high] = low
    groups: dict[int, list[StoredArticle]] = {}
    for candidate in ordered:
        groups.setdefault(_root(parent, candidate.id), []).append(candidate)
    folded: dict[int, int] = {}
    for group in groups.values():
        kept = min(group, key=_preference)
        folded.update({other.id: kept.id for other in group if other.id != kept.id})
    return folded


def _root(parent: Mapping[int, int], node: int) -> int:
    while parent[node] != node:
        node = parent[node]
    return node


def _preference(candidate: StoredArticle) -> tuple[bool, int, datetime, bool, int]:
    """The better telling first: can be linked to, clearly longer text, earlier, has an image, known first."""
    article = candidate.article
    return (
        article.url is None,
        -(len(article.text) // 200),
        article.published or _FAR,
        article.image is None,
        candidate.id,
    )


def _same_address(ordered: Sequence[StoredArticle]) -> list[tuple[int, int]]:
    seen: dict[str, int] = {}
    pairs = []
    for candidate in ordered:
        for address in sorted(_addresses(candidate.article)):
            if address in seen:
                pairs.append((seen[address], candidate.id))
            seen.setdefault(address, candidate.id)
    return pairs


def _addresses(article: Article) -> set[str]:
    return {_plain_address(url) for url in (article.canonical_url, article.url) if url}


def _plain_address(url: str) -> str:
    """Scheme, `www.`, fragment, a trailing slash and tracking parameters do not make another article."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not k.lower().startswith(_TRACKING)]
    return f"{host}{parts.path.rstrip('/')}?{urlencode(sorted(query))}"


def _same_text(ordered: Sequence[StoredArticle]) -> list[tuple[int, int]]:
    """Pairs by postings: only articles that share a shingle are compared at all."""
    shingles = {candidate.id: _shingles(candidate.article.text) for candidate in ordered}
    postings: dict[str, list[int]] = {}
    for id_, own in shingles.items():
        for shingle in own:
            postings.setdefault(shingle, []).append(id_)
    limit = max(_COMMON, len(ordered) // 4)
    shared: dict[tuple[int, int], int] = {}
    for ids in postings.values():
        if 1 < len(ids) <= limit:
            for at, a in enumerate(ids[:-1], 1):
                for b in ids[at:]:
                    shared[a, b] = shared.get((a, b), 0) + 1
    by_id = {candidate.id: candidate.article for candidate in ordered}
    return [
        (a, b)
        for (a, b), count in sorted(shared.items())
        if (fewest := min(len(shingles[a]), len(shingles[b]))) >= MIN_SHINGLES
        and count >= CONTAINED * fewest
        and not _instalments(by_id[a], by_id[b])
    ]


def _instalments(one: Article, other: Article) -> bool:
    """Two notices of one source in the same words, each with a number or date of its own: last month's and this one."""
    if one.source != other.source:
        return False
    first, second = (set(_NUMBER.findall(article.text)) for article in (one, other))
    return bool(first - second) and bool(second - first)


def _shingles(text: str) -> frozenset[str]:
    if joins_without_space(main_script(text)):
        run = "".join(words(text))
        return frozenset(run[i : i + _UNSPACED_SHINGLE] for i in range(len(run) - _UNSPACED_SHINGLE + 1))
    found = words(text)
    return frozenset(" ".join(found[i : i + SHINGLE]) for i in range(len(found) - SHINGLE + 1))
