"""How much of what two public test corpora expect of feeds an `Article` holds, as JSON on standard output.

    python benchmarks/corpus_feeds.py feedparser FOLDER
    python benchmarks/corpus_feeds.py gofeed FOLDER [--misses]

feedparser: every file carries its expectation in its first comment. All files (sanitize/ and http/ among them) are
read; anything but a feed or `ParseError` is a crash. Of the expectations outside sanitize/ and http/, `asked` are those
about what a digest needs of an entry, `wider` all about an entry's families; `corpus_feeds_mapping.py` is the selection
and maps each to a field of the article. An expression is met when every comparison in it is: `held` when all by a
field, `by_effect` when one or more by what the value does. All misses are listed, with the reason why they stay so.

gofeed: pairs `NAME.xml` and `NAME.json` (or `NAME.json` and `NAME_expected.json`); titles and links of the feed's
items (in their order), and of the feed itself, are compared.

Also printed: how many feeds the quick reader took, and on how many of their articles' fields the two readers agree.
"""

from __future__ import annotations

import argparse
import ast
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from bench_feeds import agreement
from corpus_feeds_compare import BASE, COMPARE, Case, same_address, same_title, shown
from corpus_feeds_mapping import ALSO, ASKED, BY_EFFECT, RULES, WHY_MISSED

from digest.errors import ParseError
from digest.gather import parse_feed
from digest.model import ParsedFeed

_EXPECT = re.compile(r"Expect:\s*(.*?)\s*-->", re.S)
_HEADER = re.compile(r"Header:\s*([\w-]+):\s*(\S.*?)\s*$", re.M)


# --- expectations of feedparser ------------------------------------------------------------------------------------


def comparisons(expression: str) -> Iterator[tuple[int, str, Any]]:
    """(entry, path, expected value) of every `entries[n]... == constant` in an expression."""
    for node in ast.walk(ast.parse(expression.strip(), mode="eval")):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq):
            continue
        *left, value = node.left, *node.comparators  # `a == b == 'x'` says the same of both
        try:
            expected = ast.literal_eval(value)
        except (ValueError, TypeError):
            continue
        for side in left:
            yield from _compared(side, expected)


def _compared(side: ast.expr, expected: Any) -> Iterator[tuple[int, str, Any]]:
    function = side.func.id if isinstance(side, ast.Call) and isinstance(side.func, ast.Name) else ""
    try:
        entry, path = _path(side.args[0] if function and isinstance(side, ast.Call) else side)
    except (ValueError, TypeError):
        return
    if function == "len":
        yield entry, f"len({path})", expected
    elif isinstance(expected, dict):
        yield from ((entry, f"{path}.{name}", value) for name, value in expected.items())
    else:
        yield entry, path, chr(expected) if function == "ord" else expected


def _path(node: ast.expr) -> tuple[int, str]:
    steps: list[Any] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Attribute):
            steps.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Subscript):
            steps.append(ast.literal_eval(node.slice))
            node = node.value
        else:
            raise ValueError("no path")
    if node.id != "entries" or not steps or not isinstance(steps[-1], int):
        raise ValueError("not an entry")
    entry = steps.pop()
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in reversed(steps))
    return entry, path.lstrip(".")


def rule_of(path: str) -> tuple[tuple[str, str, str, str] | None, int]:
    for rule in RULES:
        found = re.fullmatch(rule[0], path)
        if found:
            return rule, int(next((group for group in found.groups() if group), 0))
    return None, 0


def _head(data: bytes) -> str:
    for codec in ("utf-8", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "cp037", "iso-8859-1"):
        try:
            text = data.decode(codec)
        except UnicodeError:
            continue
        if "Expect:" in text:
            return text
    return data.decode("iso-8859-1")


def _read(data: bytes, url: str, content_type: str | None) -> ParsedFeed | None:
    try:
        return parse_feed(data, url=url, content_type=content_type)
    except ParseError:
        return None


def feedparser_corpus(folder: Path) -> dict[str, Any]:
    files, crashes, refused, documents = 0, list[str](), list[str](), list[bytes]()
    asked, wider = _Count(), _Count()
    for path in sorted(folder.rglob("*.xml")):
        data, name = path.read_bytes(), str(path.relative_to(folder))
        head = _head(data)
        headers = {key.lower(): value for key, value in _HEADER.findall(head)}
        url = urljoin(BASE, headers.get("content-location", BASE))
        files += 1
        documents.append(data)
        try:
            feed = _read(data, url, headers.get("content-type"))
        except Exception as error:
            crashes.append(f"{name}: {error!r}")
            continue
        if feed is None:
            refused.append(name)
        expectation = _EXPECT.search(head)
        if "sanitize/" in name or "/http" in name or not expectation:
            continue
        expression = " ".join(expectation[1].split())
        try:
            wanted = list(comparisons(expression))
        except SyntaxError:
            continue  # about the feed alone, in the Python of long ago
        judge = _Judge(name, feed, data, url, headers.get("content-type"))
        if re.search(ASKED, expression):
            asked.add(judge.of(wanted))
        also = [one for one in wanted if re.split(r"[.\[]", one[1].removeprefix("len("))[0].rstrip(")") in ALSO]
        if also:
            wider.add(judge.of(also))
    return {
        "crashes": crashes, "not_a_feed": refused, "files": files, "asked": asked.told(), "wider": wider.told(),
        "readers": agreement(documents),
    }  # fmt: skip


class _Count:
    def __init__(self) -> None:
        self.verdicts, self.misses = Counter[str](), list[dict[str, Any]]()

    def add(self, verdict: str | dict[str, Any]) -> None:
        self.verdicts[verdict if isinstance(verdict, str) else "missed"] += 1
        if not isinstance(verdict, str):
            self.misses.append(verdict)

    def told(self) -> dict[str, Any]:
        total = sum(self.verdicts.values())
        met = self.verdicts["held"] + self.verdicts["by_effect"]
        return {
            "expectations": total, "met": met, "share": round(met / max(total, 1), 4), **self.verdicts,
            "misses": self.misses,
        }  # fmt: skip


class _Judge:
    """Compares what one file expects with what was read of it."""

    def __init__(self, name: str, feed: ParsedFeed | None, data: bytes, url: str, content_type: str | None) -> None:
        self.name, self.feed, self.document = name, feed, (data, url, content_type)

    def of(self, wanted: list[tuple[int, str, Any]]) -> str | dict[str, Any]:
        """`held`, `by_effect`, or what was missed. An expression that nothing can be compared of is missed."""
        effects = 0
        for entry, path, expected in wanted:
            rule, index = rule_of(path)
            articles = self.feed.articles if self.feed else ()
            if rule is None or entry >= len(articles):
                return self._miss(path, expected, "", "not explained" if rule else "the mapping does not know it")
            case = Case(*self.document, entry, articles[entry], expected, rule[1], index)
            if not COMPARE[rule[2]](case):
                got = {part: str(getattr(case.article, part.partition(".")[0], ""))[:80] for part in rule[1].split("|")}
                why = next((reason for pattern, reason in WHY_MISSED if re.fullmatch(pattern, path)), "not explained")
                return self._miss(path, expected, got, rule[3] if rule[2] == "not_kept" else why)
            effects += rule[2] in BY_EFFECT
        if not wanted:
            return self._miss("", "", "", "nothing in it can be compared")
        return "by_effect" if effects else "held"

    def _miss(self, path: str, expected: Any, got: Any, why: str) -> dict[str, Any]:
        return {"file": self.name, "path": path, "expected": repr(expected)[:80], "got": got, "why": why}


# --- pairs of gofeed -----------------------------------------------------------------------------------------------


def gofeed_corpus(folder: Path, show: bool) -> dict[str, Any]:
    counts, crashes, misses, documents = Counter[str](), list[str](), list[dict[str, Any]](), []
    for source, expected in _pairs(folder):
        data = source.read_bytes()
        documents.append(data)
        counts["pairs"] += 1
        try:
            feed = _read(data, BASE, None)
        except Exception as error:
            crashes.append(f"{source.name}: {error!r}")
            continue
        stated = json.loads(expected.read_text("utf-8"))
        wanted, articles = _items(stated), feed.articles if feed else ()
        for what, value, got in _of_the_feed(stated, feed):
            counts[f"{what}s"] += 1
            counts[f"{what}s_equal"] += got
            if not got:
                misses.append({"file": str(source), f"feed {what}": value[:90], "got": str(feed and feed.title)[:90]})
        counts["item_counts"] += 1
        if len(wanted) != len(articles):
            misses.append({"file": str(source), "items": len(articles), "expected": len(wanted)})
        counts["item_counts_equal"] += len(wanted) == len(articles)
        for place, (title, link) in enumerate(wanted):
            article = articles[place] if place < len(articles) else None
            for what, value in (("title", title), ("link", link)):
                if not value:
                    continue
                counts[f"{what}s"] += 1
                equal = article is not None and (
                    same_title(article, value) if what == "title" else same_address([article.url], value)
                )
                counts[f"{what}s_equal"] += equal
                if not equal:
                    got = str(getattr(article, "title" if what == "title" else "url", None))[:90]
                    misses.append({"file": str(source), what: value[:90], "got": got})
    total, equal = counts["titles"] + counts["links"], counts["titles_equal"] + counts["links_equal"]
    return {
        "crashes": crashes, **dict(sorted(counts.items())), "share": round(equal / max(total, 1), 4),
        "misses": misses if show else len(misses), "readers": agreement(documents),
    }  # fmt: skip


def _pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    for path in sorted(folder.rglob("*.xml")):
        if path.with_suffix(".json").exists():
            yield path, path.with_suffix(".json")
    for path in sorted(folder.rglob("*_expected.json")):
        source = path.with_name(path.name.replace("_expected", ""))
        if source.exists():
            yield source, path


def _items(feed: dict[str, Any]) -> list[tuple[str, str]]:
    return [(str(item.get("title") or ""), _link(item)) for item in feed.get("items") or feed.get("entries") or []]


def _of_the_feed(stated: dict[str, Any], feed: ParsedFeed | None) -> Iterator[tuple[str, str, bool]]:
    title, link = str(stated.get("title") or ""), _link(stated) or str(stated.get("home_page_url") or "")
    if title:
        yield "title", title, feed is not None and shown(title) in (shown(feed.title), shown(html.escape(feed.title)))
    if link:
        absolute = urljoin(BASE, link)
        yield "link", link, feed is not None and (feed.url == absolute or not absolute.startswith("http"))


def _link(item: dict[str, Any]) -> str:
    """gofeed's universal and RSS items have a `link`, its Atom entries a list of them, JSON items a `url`."""
    if item.get("link") or item.get("url"):
        return str(item.get("link") or item.get("url"))
    for link in item.get("links") or ():
        if isinstance(link, dict) and link.get("rel") in (None, "", "alternate"):
            return str(link.get("href") or "")
    return ""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("corpus", choices=["feedparser", "gofeed"])
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--misses", action="store_true", help="gofeed: list every miss instead of counting them")
    given = arguments.parse_args()
    is_pairs = given.corpus == "gofeed"
    result = gofeed_corpus(given.folder, given.misses) if is_pairs else feedparser_corpus(given.folder)
    print(json.dumps(result, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
