"""Model replies about invented articles, each marked as one a grounding gate should pass or refuse.

It only joins `model_replies.json` into flat cases and must not judge them. Invariant: every refused reply holds one
invented thing, and `why` begins with that thing, word for word, before " — ". Articles are stored once and named by
their replies (ten each), which keeps the file a tenth of the size and shows pass and refuse side by side.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

FILE = Path(__file__).with_name("model_replies.json")

Expected = Literal["pass", "refuse"]


@dataclass(frozen=True, slots=True)
class Case:
    """One reply to one article, and the verdict a careful editor would give."""

    id: str
    kind: str  # "honest", or what was invented: "number", "name", "quotation", "link", "other"
    expected: Expected
    why: str
    language: str
    title: str
    article: str
    reply: str


@cache
def cases() -> tuple[Case, ...]:
    """Every case in file order."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    articles = {article["id"]: article for article in stored["articles"]}
    return tuple(_joined(case, articles[case["article"]]) for case in stored["cases"])


def _joined(case: dict[str, str], article: dict[str, str]) -> Case:
    expected: Expected = "pass" if case["expected"] == "pass" else "refuse"
    return Case(
        id=case["id"],
        kind=case["kind"],
        expected=expected,
        why=case["why"],
        language=article["language"],
        title=article["title"],
        article=article["text"],
        reply=case["reply"],
    )
