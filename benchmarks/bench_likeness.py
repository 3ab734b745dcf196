"""How well near-duplicates are told from different articles, and how fast. Prints JSON; exits 1 when a goal is missed.

    python benchmarks/bench_likeness.py [--articles 180] [--stored 0] [--seed 7]

Articles are made up by a seeded generator: sentences over a vocabulary with natural word frequencies, stock phrases
that many of them share, one footer per source. A copy loses a share of its sentences and gains a note. `--stored N`
also fills a database with N articles and measures recognising among them: time for a document of 20 newcomers, memory,
size of the file.

Goals: recall >= 0.97 up to 30 % of sentences lost and >= 0.9 at 50 %; no false pair among at least 15,000; >= 800
documents a second.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from digest.gather.likeness import Likeness, same_story
from digest.gather.shingles import containment, shingles_of
from digest.model import Article

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LOSSES = (0.05, 0.1, 0.2, 0.3, 0.5)
SYLLABLES = [
    "ba", "cor", "dan", "el", "fir", "gan", "hol", "in", "jas", "kel", "lum", "mor", "nis", "or", "pel", "qui", "ros",
    "sal", "tem", "ul", "ver", "win", "yar", "zed",
]  # fmt: skip
STOCK = (
    "As always, the doors open at seven and there is tea for everybody who comes early.",
    "If you would like to help with any of this, write to us or simply come along on a Thursday.",
    "The views of our authors are their own and not those of the association.",
    "We would like to thank everybody who gave their time, their tools and their good humour.",
)


class Writer:
    """Writes articles; the same seed writes the same ones."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        words = {"".join(self.chance.choices(SYLLABLES, k=self.chance.randint(1, 4))) for _ in range(9000)}
        self.words = sorted(words)
        self.chance.shuffle(self.words)
        self.weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))

    def sentence(self) -> str:
        count = self.chance.randint(7, 24)
        words = self.chance.choices(self.words, cum_weights=self.weights, k=count)
        if self.chance.random() < 0.3:
            words[self.chance.randrange(count)] = str(self.chance.randint(2, 2030))
        return " ".join(words).capitalize() + "."

    def article(self, number: int) -> tuple[Article, list[str]]:
        sentences = [self.sentence() for _ in range(self.chance.randint(12, 60))]
        for at in range(self.chance.randint(0, 2)):
            sentences.insert(self.chance.randrange(len(sentences)), STOCK[at])
        source = f"s{number % 12}"
        article = Article(
            source=source, guid=f"{number}", url=f"https://{source}.example/{number}", language="en",
            title=self.sentence()[:60], text=" ".join(sentences),
            published=NOW - timedelta(hours=self.chance.randint(0, 24 * 80)),
        )  # fmt: skip
        return article, sentences

    def copy(self, article: Article, sentences: list[str], loss: float) -> Article:
        kept = [one for one in sentences if self.chance.random() >= loss] or sentences[:1]
        note = f"This piece first appeared on {article.source} in the {self.chance.choice(self.words)} of the year."
        return Article(
            source="planet", guid=f"planet-{article.guid}", url=f"https://planet.example/{article.guid}",
            title=article.title, text=" ".join([*kept, note]), language="en",
            published=(article.published or NOW) + timedelta(days=self.chance.randint(0, 5)),
        )  # fmt: skip


def alike(one: Article, other: Article, mine: frozenset[int], theirs: frozenset[int]) -> bool:
    forth, back = containment(mine, theirs), containment(theirs, mine)
    same = one.source == other.source
    return max(forth, back) >= 0.6 and same_story(one, other, one_in_other=forth, other_in_one=back, same_source=same)


def quality(writer: Writer, count: int) -> dict[str, object]:
    made = [writer.article(number) for number in range(count)]
    runs = [shingles_of(article.text) for article, _ in made]
    recall = {}
    for loss in LOSSES:
        found = 0
        for (article, sentences), own in zip(made, runs, strict=True):
            copy = writer.copy(article, sentences, loss)
            found += alike(copy, article, shingles_of(copy.text), own)
        recall[f"{loss:.0%}"] = round(found / count, 4)
    pairs = list(itertools.combinations(range(count), 2))
    false = sum(alike(made[a][0], made[b][0], runs[a], runs[b]) for a, b in pairs)
    return {"articles": count, "recall": recall, "pairs": len(pairs), "false_pairs": false}


def speed(writer: Writer, count: int) -> dict[str, object]:
    texts = [writer.article(number)[0].text for number in range(count)]
    rates = []
    for _ in range(3):
        begun = time.perf_counter()
        for text in texts:
            shingles_of(text)
        rates.append(count / (time.perf_counter() - begun))
    words = statistics.mean(len(text.split()) for text in texts)
    return {"documents_per_s": round(max(rates)), "mean_words": round(words)}


def stored(writer: Writer, count: int) -> dict[str, object]:
    """Fill a database, then measure a document of 20 newcomers, ten of them copies of something stored."""
    from digest.gather import aliases, content_hash
    from digest.store import ArticleRecord, Store, create_database, open_store

    def record(article: Article) -> ArticleRecord:
        return ArticleRecord(article, aliases(article), content_hash(article))

    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/digest.db"
        create_database(url)
        store: Store = open_store(url)
        kin = Likeness()
        samples, begun = [], time.perf_counter()
        for start in range(0, count, 250):
            made = [writer.article(number) for number in range(start, min(start + 250, count))]
            store.articles.save(f"bulk{start}", [record(article) for article, _ in made], at=NOW, kin=kin)
            samples += made[:10]
        filled = time.perf_counter() - begun
        size = Path(folder, "digest.db").stat().st_size
        times, found = [], 0
        for step in range(10):
            known = writer.chance.sample(samples, 10)
            copies = [writer.copy(article, sentences, 0.3) for article, sentences in known]
            fresh = [writer.article(count + step * 10 + number)[0] for number in range(10)]
            records = [record(one) for one in [*copies, *fresh]]
            begun = time.perf_counter()
            kept = store.articles.save("planet", records, at=NOW + timedelta(minutes=step), kin=kin)
            times.append(time.perf_counter() - begun)
            found += len(kept.copies)
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "stored": count, "fill_s": round(filled, 1), "file_mb": round(size / 1e6, 1), "copies_found_of_100": found,
        "document_of_20_ms": round(statistics.median(times) * 1000, 1), "slowest_ms": round(max(times) * 1000, 1),
        "peak_rss_mb": round(peak),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=180)
    parser.add_argument("--stored", type=int, default=0)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    writer = Writer(given.seed)
    result: dict[str, object] = quality(writer, given.articles) | speed(writer, given.articles)
    if given.stored:
        result |= stored(writer, given.stored)
    print(json.dumps(result, indent=2))
    recall = result["recall"]
    assert isinstance(recall, dict)
    met = [
        all(recall[f"{loss:.0%}"] >= (0.97 if loss <= 0.3 else 0.9) for loss in LOSSES),
        result["false_pairs"] == 0,
        int(str(result["documents_per_s"])) >= 800,
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
