"""How well article pages are read, beside trafilatura in the same run, as JSON on standard output.

    python benchmarks/corpus_pages.py FOLDER [--misses] [--only even|odd] [--without-trafilatura]

FOLDER holds either `gold.json` (page address -> file, title, author, date, phrases `with` and `without`) and `pages/`,
or one folder per page with `source.html` and `expected-metadata.json` (title, byline, publishedTime).

A title, an author or a date counts where the gold gives one, and is right when both are equal but for case,
punctuation and blanks (dates: the day). The body's F1 counts phrases: a `with` phrase found is a true positive, a
`without` phrase found a false one; in phrases and texts alike white space is folded and what shows nothing (soft
hyphens, zero-width signs) is taken out. The two halves (even and odd positions in the gold's order) are reported
apart: rules were written looking at the misses of the even one only.

trafilatura reads the same pages in every mode that could have been used: `fast`, its default, `precision` (both) and
`recall`. Its seconds are for the body alone (`pages_per_second`); ours are for the whole article, dates and authors
included, and `body_pages_per_second` is ours for parsing and body alone.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trafilatura

from digest.errors import DigestError
from digest.gather import read_page
from digest.gather.encoding import decode
from digest.gather.outline import Outline
from digest.gather.page import read_tree
from digest.gather.pagebody import read_body

MODES: dict[str, dict[str, bool]] = {
    "fast": {"fast": True}, "default": {}, "precision": {"favor_precision": True},
    "fast_precision": {"fast": True, "favor_precision": True}, "recall": {"favor_recall": True},
}  # fmt: skip
FIELDS = ("title", "author", "date")
Answer = tuple[dict[str, str], str]
_SHOWS_NOTHING = re.compile("[\u00ad\u200b\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    data: bytes
    gold: dict[str, str]
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(slots=True)
class Score:
    """Right answers and chances by field, phrases by kind, and what was wrong."""

    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    chances: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    invented: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    found: int = 0
    missed: int = 0
    wrong: int = 0
    misses: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in (*FIELDS, "body")})
    seconds: float = 0.0
    pages: int = 0

    def add(self, page: Page, answer: dict[str, str], text: str) -> None:
        self.pages += 1
        for name in FIELDS:
            gold = page.gold.get(name, "")
            if not gold:
                self.invented[name] += name in page.gold and bool(answer[name])
                continue
            self.chances[name] += 1
            if _fold(answer[name]) == _fold(gold):
                self.right[name] += 1
            else:
                self.misses[name].append([page.url, gold, answer[name]])
        body = _visible(text)
        lost = [phrase for phrase in page.present if _visible(phrase) not in body]
        kept = [phrase for phrase in page.absent if _visible(phrase) in body]
        self.found += len(page.present) - len(lost)
        self.missed += len(lost)
        self.wrong += len(kept)
        if lost or kept:
            self.misses["body"].append([page.url, {"lost": lost, "kept": kept}])

    def report(self, misses: bool) -> dict[str, Any]:
        rates = {name: round(self.right[name] / max(1, self.chances[name]), 4) for name in FIELDS}
        counts = {f"{name}_of": f"{self.right[name]}/{self.chances[name]}" for name in FIELDS}
        precision = self.found / max(1, self.found + self.wrong)
        recall = self.found / max(1, self.found + self.missed)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        return {
            **rates, **counts, "invented": self.invented, "body_f1": round(f1, 4),
            "body_precision": round(precision, 4), "body_recall": round(recall, 4), "pages": self.pages,
            "pages_per_second": round(self.pages / self.seconds, 1) if self.seconds else None,
            **({"misses": self.misses} if misses else {}),
        }  # fmt: skip


def pages_in(folder: Path) -> Iterator[Page]:
    gold_file = folder / "gold.json"
    if gold_file.exists():
        for url, gold in json.loads(gold_file.read_text(encoding="utf-8")).items():
            known = {name: gold[name] for name in FIELDS if isinstance(gold.get(name), str)}
            data = (folder / "pages" / gold["file"]).read_bytes()
            yield Page(url, data, known, tuple(gold.get("with", ())), tuple(gold.get("without", ())))
        return
    for place in sorted(folder.iterdir()):
        if (place / "source.html").exists():
            gold = json.loads((place / "expected-metadata.json").read_text(encoding="utf-8"))
            known = {"title": gold.get("title") or "", "author": gold.get("byline") or ""}
            known["date"] = (gold.get("publishedTime") or "")[:10]
            yield Page("http://fakehost/test/page.html", (place / "source.html").read_bytes(), known)


def ours(page: Page) -> Answer:
    try:
        article = read_page(page.data, url=page.url)
    except DigestError:
        return dict.fromkeys(FIELDS, ""), ""
    people = "; ".join(author.name for author in article.authors)
    # A date keeps the day its page shows: a time is compared in the zone it was given in only when it is midnight UTC.
    day = article.published.date().isoformat() if article.published else ""
    return {"title": article.title, "author": people, "date": day}, article.text


def our_body(page: Page) -> Answer:
    """Parsing and body alone, for a fair comparison of speed."""
    text = decode(page.data, is_html=True)
    tree = read_tree(text)
    body = read_body(tree, Outline(tree), page.url).fragment.text if tree is not None else ""
    return dict.fromkeys(FIELDS, ""), body


def theirs(**mode: bool) -> Callable[[Page], Answer]:
    """The body in one of trafilatura's modes."""

    def answer(page: Page) -> Answer:
        text = trafilatura.extract(page.data, url=page.url, include_comments=False, **mode) or ""
        return dict.fromkeys(FIELDS, ""), text

    return answer


def their_metadata(page: Page) -> Answer:
    found = trafilatura.extract_metadata(page.data, default_url=page.url)
    return {name: getattr(found, name, None) or "" for name in FIELDS} if found else dict.fromkeys(FIELDS, ""), ""


def run(pages: list[Page], reader: Callable[[Page], Answer], halves: list[str]) -> dict[str, Score]:
    scores = {half: Score() for half in ("all", "even", "odd") if half in halves}
    for index, page in enumerate(pages):
        half = "odd" if index % 2 else "even"
        if "all" not in halves and half not in halves:
            continue
        started = time.process_time()
        answer, text = reader(page)
        took = time.process_time() - started
        for name in ("all", half):
            if name in scores:
                scores[name].add(page, answer, text)
                scores[name].seconds += took
    return scores


def _visible(text: str) -> str:
    return " ".join(_SHOWS_NOTHING.sub("", text).split())


def _fold(text: str) -> str:
    return re.sub(r"\W+", "", text.lower())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--misses", action="store_true", help="list what was wrong")
    parser.add_argument("--only", choices=["even", "odd"], help="look at one half alone")
    parser.add_argument("--without-trafilatura", action="store_true")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    pages = list(pages_in(options.folder))
    halves = [options.only] if options.only else ["all", "even", "odd"]
    readers: dict[str, Callable[[Page], Answer]] = {"ours": ours, "ours_body": our_body}
    if not options.without_trafilatura:
        readers |= {f"trafilatura_{name}": theirs(**mode) for name, mode in MODES.items()}
        readers["trafilatura_metadata"] = their_metadata
    for reader in readers.values():
        reader(pages[0])  # imports are not part of the speed
    result = {name: run(pages, reader, halves) for name, reader in readers.items()}
    reports = {
        name: {half: _only(score.report(options.misses and name == "ours"), name) for half, score in scores.items()}
        for name, scores in result.items()
    }
    print(json.dumps(reports, indent=1, ensure_ascii=False))


def _only(report: dict[str, Any], name: str) -> dict[str, Any]:
    """What a reader that reads the body alone, or everything but the body, was asked for."""
    if name == "ours":
        return report
    is_body = name != "trafilatura_metadata"
    return {
        key: value for key, value in report.items() if key.startswith(("body", "pages")) == is_body or key == "pages"
    }


if __name__ == "__main__":
    main()
