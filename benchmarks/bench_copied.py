"""How clean text copied from a page comes out, over generated cases in fifteen languages and six platforms.

    python benchmarks/bench_copied.py [--seed N] [--more] [--misses even|odd|all]

The cases (tests/gather/copied_cases.py) were written by somebody who had not read the code; the grammar was made on
those with an even index, so the odd ones say how it generalises. `--more` takes the other layouts of copied_more.py.
Printed as JSON: the share with the exact author, with exact counters, with the exact headline, without any word of the
page in the body, and without a lost sentence.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "gather"))

from copied_cases import Case, cases, flat
from copied_more import more_cases

from digest.gather import read_text

FIGURES = ("author", "counters", "title", "no_chrome", "no_loss")
Judged = tuple[Case, dict[str, bool]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--more", action="store_true", help="the layouts of copied_more.py")
    parser.add_argument("--misses", choices=["even", "odd", "all"], help="name the cases that fail, and in what")
    options = parser.parse_args()
    made = more_cases() if options.more else cases(options.seed)
    started = time.perf_counter()
    judged = [(case, judge(case)) for case in made]
    result: dict[str, Any] = {"seed": options.seed, "cases": len(judged), **shares(judged)}
    result["per_second"] = round(len(judged) / (time.perf_counter() - started))
    result["even"], result["odd"] = shares(judged[::2]), shares(judged[1::2])
    clean = Counter(case.platform for case, right in judged if right["no_chrome"])
    result["no_chrome_by_platform"] = dict(sorted(clean.items()))
    if options.misses:
        looked = {"even": judged[::2], "odd": judged[1::2], "all": judged}[options.misses]
        result["misses"] = {case.name: wrong(right) for case, right in looked if not all(right.values())}
    print(json.dumps(result, indent=2, ensure_ascii=False))


def shares(judged: Iterable[Judged]) -> dict[str, float]:
    rights = [right for _, right in judged]
    return {what: round(sum(right[what] for right in rights) / len(rights), 3) for what in FIGURES}


def wrong(right: dict[str, bool]) -> list[str]:
    return [what for what, is_right in right.items() if not is_right]


def judge(case: Case) -> dict[str, bool]:
    """What of one case came out right."""
    article = read_text(case.text, name=case.name)
    body = flat(article.text)
    author = article.authors[0].name if article.authors else None
    return {
        "author": author == case.author,
        "counters": (article.views, article.comments) == (case.views, case.comments),
        "title": (None if article.title_derived else article.title) == case.title,
        "no_chrome": not any(flat(word) in body for word in case.chrome_words),
        "no_loss": all(flat(sentence) in body for sentence in case.sentences),
    }


if __name__ == "__main__":
    main()
