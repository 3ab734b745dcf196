"""Cases by somebody who had not read the code, and other layouts: all of the article and nothing of the page."""

from __future__ import annotations

import os

import pytest
from copied_cases import Case, cases, flat
from copied_more import more_cases

from digest.gather import read_text
from digest.gather.copied import DOUBT

SEEDS = range(20261123, 20261133) if os.environ.get("DIGEST_PROOF") == "1" else [20261123]
CASES = [*(case for seed in SEEDS for case in cases(seed)), *more_cases()]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_all_of_the_article_and_nothing_of_the_page(case: Case) -> None:
    """No sentence is lost, author, views, comments and headline are exact, and no word of the page is left.

    One kind of copy is undecidable and named in a warning instead: an article with a few bare words below and nothing
    else of the page.
    """
    article = read_text(case.text, name=case.name)
    body = flat(article.text)
    left = [word for word in case.chrome_words if flat(word) in body]

    assert [sentence for sentence in case.sentences if flat(sentence) not in body] == []
    assert (article.authors[0].name if article.authors else None) == case.author
    assert (article.views, article.comments) == (case.views, case.comments)
    assert (None if article.title_derived else article.title) == case.title
    if left and flat(case.text).endswith(" ".join(left)) and "chrome" not in article.origin:
        assert article.warnings == (f"{DOUBT}: {len(left)} lines: " + ", ".join(f"“{word}”" for word in left),)
    else:
        assert left == []


def test_undecidable_copies_are_few() -> None:
    """At most one copy in a hundred keeps words of its page."""
    bodies = [(case, flat(read_text(case.text, name=case.name).text)) for case in CASES]
    kept = [case.name for case, body in bodies if any(flat(word) in body for word in case.chrome_words)]

    assert len(kept) * 100 <= len(CASES), kept
