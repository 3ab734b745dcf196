"""Cases by somebody who had not read the code: whatever page an article was copied from, none of it is lost."""

from __future__ import annotations

import os

import pytest
from copied_cases import Case, cases, flat

from digest.gather import read_text

SEEDS = range(20261123, 20261133) if os.environ.get("DIGEST_PROOF") == "1" else [20261123]


@pytest.mark.parametrize("case", [case for seed in SEEDS for case in cases(seed)], ids=lambda case: case.name)
def test_no_sentence_of_the_article_is_lost(case: Case) -> None:
    body = flat(read_text(case.text, name=case.name).text)

    assert [sentence for sentence in case.sentences if flat(sentence) not in body] == []
