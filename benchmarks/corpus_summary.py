"""How good and how fast the extractive summaries are, as JSON on standard output.

    python benchmarks/corpus_summary.py CORPUS.jsonl [--sentences 1] [--with-title] [--peers]

Each line of the corpus is an object with `source` (sentences), `target` (reference summaries) and `title`. Printed:
ROUGE-1 F1 (best reference) of the first sentences and of ours, the difference with a bootstrap interval (2,000
resamples, fixed seed), and articles a second on one core (`speed_articles`: long texts made of joined sources, each
seen once by a process that has just started, "cold", then once more, "warm"). `--peers` adds sumy's eight methods in
the same run where sumy is installed (`summary_peers.py` tells how).

ROUGE here is our own few lines: lower-cased words, English Snowball stems, clipped overlap.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import snowballstemmer
import summary_peers

from digest.curate import split_sentences, summarize

_ENGLISH = snowballstemmer.stemmer("english")


@cache
def _stem(word: str) -> str:
    return str(_ENGLISH.stemWord(word)) if len(word) > 3 else word


def _bag(text: str) -> Counter[str]:
    return Counter(_stem(word) for word in re.findall(r"[a-z0-9]+", text.lower()))


def rouge1(candidate: str, references: list[str]) -> float:
    """Best F1 of unigram overlap, 0 to 100."""
    bag = _bag(candidate)
    best = 0.0
    for reference in map(_bag, references):
        shared = (bag & reference).total()
        if shared:
            best = max(best, 200 * shared / (bag.total() + reference.total()))
    return best


def measure(rows: list[dict[str, Any]], sentences: int, with_title: bool) -> tuple[dict[str, Any], list[float]]:
    """What is printed, and our score for each row."""
    lead, ours, empty = [], [], 0
    for row in rows:
        text = " ".join(row["source"])
        spans = split_sentences(text, lang="en")[:sentences]
        lead.append(rouge1(" ".join(text[a:b] for a, b in spans), row["target"]))
        title = row["title"] if with_title else None
        summary = summarize(text, title=title, lang="en", sentences=sentences, max_chars=600)
        empty += not summary.text
        ours.append(rouge1(summary.text, row["target"]))
    return {
        "articles": len(rows), "empty": empty, "with_title": with_title, "lead_rouge1": _mean(lead),
        "ours_rouge1": _mean(ours), **_compared(ours, lead, "difference"),
    }, ours  # fmt: skip


def measure_peers(
    rows: list[dict[str, Any]], articles: list[tuple[str, str]], sentences: int, ours: list[float]
) -> dict[str, Any]:
    """The same for each of sumy's methods; how far ours is above the best of them, and LexRank's speed."""
    if not summary_peers.is_installed():
        return {"peers": "sumy is not installed here: pip install sumy==0.13.0 into an environment of its own"}
    scores = {
        method: [
            rouge1(summary_peers.choose(method, " ".join(row["source"]), sentences), row["target"]) for row in rows
        ]
        for method in summary_peers.METHODS
    }
    texts = [text for _, text in articles]
    best = max(scores, key=lambda method: sum(scores[method]))
    return {
        "peers_rouge1": {method: _mean(values) for method, values in scores.items()},
        "best_peer": best, **_compared(ours, scores[best], "over_best_peer"),
        "lexrank_per_cpu_second": round(summary_peers.articles_per_cpu_second("LexRank", texts, own_stemmer=True), 1),
        "lexrank_with_our_stems": round(summary_peers.articles_per_cpu_second("LexRank", texts, own_stemmer=False), 1),
    }  # fmt: skip


def _mean(values: list[float]) -> float:
    return round(sum(values) / len(values), 2)


def _compared(ours: list[float], theirs: list[float], name: str) -> dict[str, Any]:
    differences = [a - b for a, b in zip(ours, theirs, strict=True)]
    low, high = _interval(differences)
    return {name: _mean(differences), f"{name}_95": [round(low, 2), round(high, 2)]}


def _interval(values: list[float], resamples: int = 2000) -> tuple[float, float]:
    chance = random.Random(20261123)
    means = sorted(sum(chance.choices(values, k=len(values))) / len(values) for _ in range(resamples))
    return means[resamples // 40], means[-resamples // 40]


def long_articles(rows: list[dict[str, Any]], sentences_each: int = 35) -> list[tuple[str, str]]:
    """Titles and texts of about `sentences_each` sentences, in paragraphs of three."""
    articles, current = [], []
    for row in rows:
        current += row["source"]
        if len(current) >= sentences_each:
            paragraphs = [" ".join(current[i : i + 3]) for i in range(0, len(current), 3)]
            articles.append((row["title"], "\n\n".join(paragraphs)))
            current = []
    return articles


def speed(articles: list[tuple[str, str]]) -> dict[str, Any]:
    """From clean text to a summary of two sentences: first with nothing loaded and no stem known, then again."""
    times = []
    for _ in range(2):
        started = time.process_time()
        for title, text in articles:
            summarize(text, title=title, lang="en")
        times.append(time.process_time() - started)
    return {
        "speed_articles": len(articles), "mean_chars": round(sum(len(text) for _, text in articles) / len(articles)),
        "articles_per_cpu_second_cold": round(len(articles) / times[0]),
        "articles_per_cpu_second_warm": round(len(articles) / times[1]),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sentences", type=int, default=1)
    parser.add_argument("--with-title", action="store_true")
    parser.add_argument("--peers", action="store_true", help="compare with sumy, where it is installed")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.corpus.read_text(encoding="utf-8").splitlines() if line.strip()]
    articles = long_articles(rows)
    timed = speed(articles)  # first: measuring quality would warm the stems
    found, ours = measure(rows, options.sentences, options.with_title)
    peers = measure_peers(rows, articles, options.sentences, ours) if options.peers else {}
    if "lexrank_per_cpu_second" in peers:
        for name in ("cold", "warm"):
            ours_per_second = timed[f"articles_per_cpu_second_{name}"]
            peers[f"times_lexrank_{name}"] = round(ours_per_second / peers["lexrank_per_cpu_second"], 1)
            peers[f"times_lexrank_with_our_stems_{name}"] = round(ours_per_second / peers["lexrank_with_our_stems"], 1)
    print(json.dumps({**found, **peers, **timed}, indent=2))


if __name__ == "__main__":
    main()
