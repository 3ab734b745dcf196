"""How good and how fast the extractive summaries are, as JSON on standard output.

    python benchmarks/corpus_summary.py CORPUS.jsonl [--sentences 1] [--with-title]

Each line of the corpus is an object with `source` (sentences), `target` (reference summaries) and `title`. Printed:
ROUGE-1 F1 (best reference) of the first sentences and of ours, the difference with a bootstrap interval (2,000
resamples, fixed seed), and articles a second on one core (`speed_articles`: long texts made of joined sources).

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


def measure(rows: list[dict[str, Any]], sentences: int, with_title: bool) -> dict[str, Any]:
    lead, ours, empty = [], [], 0
    for row in rows:
        text = " ".join(row["source"])
        spans = split_sentences(text, lang="en")[:sentences]
        lead.append(rouge1(" ".join(text[a:b] for a, b in spans), row["target"]))
        title = row["title"] if with_title else None
        summary = summarize(text, title=title, lang="en", sentences=sentences, max_chars=600)
        empty += not summary.text
        ours.append(rouge1(summary.text, row["target"]))
    low, high = _interval([a - b for a, b in zip(ours, lead, strict=True)])
    mean_lead, mean_ours = sum(lead) / len(lead), sum(ours) / len(ours)
    return {
        "articles": len(rows), "empty": empty, "with_title": with_title, "lead_rouge1": round(mean_lead, 2),
        "ours_rouge1": round(mean_ours, 2), "difference": round(mean_ours - mean_lead, 2),
        "difference_95": [round(low, 2), round(high, 2)],
    }  # fmt: skip


def _interval(values: list[float], resamples: int = 2000) -> tuple[float, float]:
    chance = random.Random(20261123)
    means = sorted(sum(chance.choices(values, k=len(values))) / len(values) for _ in range(resamples))
    return means[resamples // 40], means[-resamples // 40]


def speed(rows: list[dict[str, Any]], sentences_each: int = 35) -> dict[str, Any]:
    """Articles of about `sentences_each` sentences, in paragraphs of three; each text is new, stems are kept."""
    articles, current = [], []
    for row in rows:
        current += row["source"]
        if len(current) >= sentences_each:
            paragraphs = [" ".join(current[i : i + 3]) for i in range(0, len(current), 3)]
            articles.append((row["title"], "\n\n".join(paragraphs)))
            current = []
    times = []
    for _ in range(2):
        started = time.process_time()
        for title, text in articles:
            summarize(text, title=title, lang="en")
        times.append(time.process_time() - started)
    mean_chars = sum(len(text) for _, text in articles) / len(articles)
    return {
        "speed_articles": len(articles), "mean_chars": round(mean_chars),
        "articles_per_cpu_second_cold": round(len(articles) / times[0]),
        "articles_per_cpu_second_warm": round(len(articles) / times[1]),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sentences", type=int, default=1)
    parser.add_argument("--with-title", action="store_true")
    options = parser.parse_args()
    rows = [json.loads(line) for line in options.corpus.read_text(encoding="utf-8").splitlines() if line.strip()]
    timed = speed(rows)  # first: measuring quality would warm the stems
    print(json.dumps({**measure(rows, options.sentences, options.with_title), **timed}, indent=2))


if __name__ == "__main__":
    main()
