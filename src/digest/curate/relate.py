"""Which articles tell of the same matter without being the same text: pairs, and the groups they make.

Does not choose, and folds nothing: two reports of one flood are related, a cross-post is `cluster`'s business.
Invariant: the groups do not depend on the order of the articles, and two members of a group are related on average.

Why this way: TF-IDF over the title and the whole text. The opening alone finds the report that another one
repeats; a follow-up a week later has other words in its opening and shares the names, which stand anywhere. What a
source says in several of its articles, numbers aside ("Drawings may be inspected on weekdays"), is its form and not
its matter, and the instalments of a series ("Who is hiring? Week 44") are no follow-ups of one another. Average
linkage, because single linkage strings a month of "council" stories into one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import log, sqrt

from digest.curate.language import base_language, detect_language
from digest.curate.sentences import split_sentences
from digest.curate.terms import terms, words
from digest.model import Article, StoredArticle

RELATED = 0.13  # cosine from which a pair is one matter, and the mean of a group's pairs
NOISE = 0.03
READ_CHARS = 6000
TITLE_WEIGHT = 1  # beside the text: headlines of one source resemble one another, the matter is in the text
LIBRARY = 100  # articles that a term's rarity is measured against at least: rare among a dozen is not rare
MOST = 500  # articles compared; the best ranked ones, beyond that nobody reads on
_NUMBER = re.compile(r"\d+")


def related(articles: Sequence[StoredArticle], *, threshold: float = NOISE) -> dict[tuple[int, int], float]:
    """(lower id, higher id) -> similarity (0 to 1), for pairs at or above `threshold`.

    A pair is one matter from `RELATED` on; the weaker ones are there because they count in the mean of a group.
    """
    read = sorted(articles, key=lambda one: one.id)[:MOST]
    cosines = _cosines(_vectors(read))
    for pair in _series(read):
        cosines.pop(pair, None)
    return {pair: min(1.0, value) for pair, value in sorted(cosines.items()) if value >= threshold}


def groups(ids: Sequence[int], pairs: Mapping[tuple[int, int], float]) -> list[tuple[int, ...]]:
    """Groups of two or more related articles among `ids`; average linkage, strongest first. Members ascending."""
    clusters: dict[int, tuple[int, ...]] = {id_: (id_,) for id_ in sorted(ids)}
    links = _near({pair: value for pair, value in pairs.items() if pair[0] in clusters and pair[1] in clusters})
    while links:
        (a, b), strength = max(links.items(), key=lambda item: (item[1], -item[0][0], -item[0][1]))
        if strength < RELATED:
            break
        low, high = min(a, b), max(a, b)
        sizes = {low: len(clusters[low]), high: len(clusters[high])}
        clusters[low] = tuple(sorted(clusters[low] + clusters.pop(high)))
        links = _merged(links, low, high, sizes)
    return sorted(group for group in clusters.values() if len(group) > 1)


def _near(links: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """Links between articles that a chain of related pairs joins: no others can ever be on average."""
    root: dict[int, int] = {}

    def top(node: int) -> int:
        while root.setdefault(node, node) != node:
            node = root[node]
        return node

    for (a, b), value in links.items():
        if value >= RELATED:
            root[max(top(a), top(b))] = min(top(a), top(b))
    return {(a, b): value for (a, b), value in links.items() if a in root and b in root and top(a) == top(b)}


def _merged(
    links: Mapping[tuple[int, int], float], low: int, high: int, sizes: Mapping[int, int]
) -> dict[tuple[int, int], float]:
    """The links after `high` went into `low`: the mean over all pairs of members; a missing link is nothing."""
    total = sizes[low] + sizes[high]
    merged: dict[tuple[int, int], float] = {}
    for (a, b), value in links.items():
        ends = {a, b}
        if ends == {low, high}:
            continue
        if not ends & {low, high}:
            merged[a, b] = value
            continue
        inside = low if low in ends else high
        (other,) = ends - {inside}
        key = (min(low, other), max(low, other))
        merged[key] = merged.get(key, 0.0) + value * sizes[inside] / total
    return merged


def _cosines(vectors: Mapping[int, Mapping[str, float]]) -> dict[tuple[int, int], float]:
    """Only pairs that share a term at all, by postings."""
    postings: dict[str, list[tuple[int, float]]] = {}
    for id_, vector in vectors.items():
        for term, weight in vector.items():
            postings.setdefault(term, []).append((id_, weight))
    cosines: dict[tuple[int, int], float] = {}
    for entries in postings.values():
        for (a, x), (b, y) in combinations(entries, 2):
            cosines[a, b] = cosines.get((a, b), 0.0) + x * y
    return cosines


def _vectors(articles: Sequence[StoredArticle]) -> dict[int, dict[str, float]]:
    """Unit TF-IDF vectors. A term of a single article cannot be shared, and one that most have tells nothing: they only
    count towards the length."""
    counted = _counted(articles)
    frequency: Counter[str] = Counter()
    for counts in counted.values():
        frequency.update(counts.keys())
    total, most = max(LIBRARY, len(counted)), max(10, len(counted) // 2)
    vectors = {}
    for id_, counts in counted.items():
        weighted = {term: (1 + log(n)) * log(1 + total / frequency[term]) for term, n in counts.items()}
        norm = sqrt(sum(weight * weight for weight in weighted.values())) or 1.0
        vectors[id_] = {term: weight / norm for term, weight in weighted.items() if 1 < frequency[term] <= most}
    return vectors


def _counted(articles: Sequence[StoredArticle]) -> dict[int, Counter[str]]:
    """The terms of each article, without what its source says in others too."""
    languages = {one.id: _language(one.article) for one in articles}
    said = {one.id: _sentences(one.article, languages[one.id]) for one in articles}
    form: Counter[tuple[str, str]] = Counter()
    headings: Counter[tuple[str, str]] = Counter()
    for one in articles:
        source = one.article.source
        form.update({(source, masked) for _, masked in said[one.id]})
        headings[source, _heading(one.article.title)] += 1
    counted = {}
    for one in articles:
        source, title, language = one.article.source, one.article.title, languages[one.id]
        own = " ".join(text for text, masked in said[one.id] if form[source, masked] == 1)
        counts = Counter(terms(words(own), language))
        if headings[source, _heading(title)] > 1 and _heading(title):
            title = title.partition(":")[2]
        for term in terms(words(title), language):
            counts[term] += TITLE_WEIGHT
        counted[one.id] = counts
    return counted


def _language(article: Article) -> str:
    return base_language(detect_language(article.text or article.excerpt or article.title, article.language))


def _sentences(article: Article, language: str) -> list[tuple[str, str]]:
    """Each sentence with its masked form."""
    text = (article.text or article.excerpt)[:READ_CHARS]
    found = [text[start:end] for start, end in split_sentences(text, lang=language or None)]
    return [(sentence, _masked(sentence)) for sentence in found]


def _series(articles: Sequence[StoredArticle]) -> Iterator[tuple[int, int]]:
    """Instalments: two titles of one source that are the same but for numbers and one word, or that begin with the
    same heading and another number ("Planning notice 26/1187: kennels")."""
    by_source: dict[str, list[tuple[int, str]]] = {}
    for one in articles:
        by_source.setdefault(one.article.source, []).append((one.id, one.article.title))
    for titled in by_source.values():
        for (a, one_title), (b, other_title) in combinations(titled, 2):
            if _alike(one_title, other_title):
                yield a, b


def _alike(one: str, other: str) -> bool:
    heading = _heading(one)
    if heading and heading == _heading(other) and "0" in heading.split():
        return True
    mine, theirs = _masked(one).split(), _masked(other).split()
    differing = sum(a != b for a, b in zip(mine, theirs, strict=False))
    return len(mine) == len(theirs) >= 4 and differing <= 1 and (differing == 1 or "0" in mine)


def _heading(title: str) -> str:
    """What stands before a title's first colon, of two words or more, masked; or nothing."""
    before, colon, _ = title.partition(":")
    masked = _masked(before)
    return masked if colon and " " in masked else ""


def _masked(text: str) -> str:
    """`text` in words, every number as "0"."""
    return " ".join(words(_NUMBER.sub("0", text)))
