"""How clean text copied from a page comes out, over generated cases in fifteen languages and five platforms.

    python benchmarks/bench_copied.py [--seed N] [--misses]

The cases (tests/gather/copied_cases.py) were written by somebody who had not read the code. Printed as JSON: the share
with the exact author, with exact counters, without any word of the page in the body, and without a lost sentence.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "gather"))

from copied_cases import Case, cases, flat

from digest.gather import read_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--misses", action="store_true", help="name the cases that fail, and in what")
    options = parser.parse_args()
    judged = {case.name: (case, judge(case)) for case in cases(options.seed)}
    result: dict[str, Any] = {"seed": options.seed, "cases": len(judged)}
    for what in ("author", "counters", "no_chrome", "no_loss"):
        result[what] = round(sum(right[what] for _, right in judged.values()) / len(judged), 3)
    clean = Counter(case.platform for case, right in judged.values() if right["no_chrome"])
    result["no_chrome_by_platform"] = dict(sorted(clean.items()))
    if options.misses:
        result["misses"] = {
            name: [what for what, right in judged_right.items() if not right]
            for name, (_, judged_right) in judged.items()
            if not all(judged_right.values())
        }
    print(json.dumps(result, indent=2, ensure_ascii=False))


def judge(case: Case) -> dict[str, bool]:
    """What of one case came out right."""
    article = read_text(case.text, name=case.name)
    body = flat(article.text)
    author = article.authors[0].name if article.authors else None
    return {
        "author": author == case.author,
        "counters": (article.views, article.comments) == (case.views, case.comments),
        "no_chrome": not any(flat(word) in body for word in case.chrome_words),
        "no_loss": all(flat(sentence) in body for sentence in case.sentences),
    }


if __name__ == "__main__":
    main()
