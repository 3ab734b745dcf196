"""How much of what two public test corpora expect of feeds an `Article` holds, as JSON on standard output.

    python benchmarks/corpus_feeds.py feedparser FOLDER [--misses]
    python benchmarks/corpus_feeds.py gofeed FOLDER [--misses]

feedparser: every file carries its expectation in its first comment. All files (sanitize/ and http/ among them) are
read; anything but a feed or `ParseError` is a crash. Of the expectations outside sanitize/ and http/, those about an
entry are mapped to the article by `corpus_feeds_mapping.py`; `needed` counts the families a digest needs, with what an
article keeps no field for apart. An expression counts as met when every comparison in it that an article can tell is.
What is missed is listed, with the reason why it stays so.

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
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from bench_feeds import agreement
from corpus_feeds_mapping import NEEDED, RULES, WHY_MISSED

from digest.errors import ParseError
from digest.gather import parse_feed, strip_trackers
from digest.model import Article, ParsedFeed

BASE = "http://127.0.0.1:8097/feed.xml"
_EXPECT = re.compile(r"Expect:\s*(.*?)\s*-->", re.S)
_HEADER = re.compile(r"Header:\s*([\w-]+):\s*(\S.*?)\s*$", re.M)


# --- what a reader sees ------------------------------------------------------------------------------------------


_TAKEN_OUT = ("script", "style", "svg", "math")


class _Shown(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in _TAKEN_OUT
        self.parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _TAKEN_OUT
        self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(data)


def shown(source: str) -> str:
    """Markup out, entities resolved, no white space at all: where words end is not what is compared."""
    parser = _Shown()
    parser.feed(source)
    parser.close()
    return re.sub(r"[\s\u00ad\u200b]+", "", html.unescape("".join(parser.parts)))


# --- comparisons, by the names of the mapping ------------------------------------------------------------------------


def _text(article: Article, expected: Any, field: str, index: int) -> bool:
    return shown(str(expected)) in (shown(html.escape(article.title)), shown(article.title)) or (
        not shown(str(expected)) and article.title_derived
    )


def _words(article: Article, expected: Any, field: str, index: int) -> bool:
    wanted, written = shown(str(expected)), re.sub(r"\s+", "", str(expected))
    held = [re.sub(r"\s+", "", text) for text in (article.text, article.excerpt)]
    return any(wanted in text or written in text for text in held) if wanted else True


def _address(article: Article, expected: Any, field: str, index: int) -> bool:
    given = [getattr(enclosure, "url", None) for enclosure in article.enclosures] if "enclosures" in field else []
    if field == "authors.url":
        given = [article.authors[index].url] if index < len(article.authors) else [None]
    elif field.startswith("url"):
        given.append(article.url)
    elif field == "image.url":
        given = [article.image.url if article.image else None]
    if not str(expected).lower().startswith(("http:", "https:")):
        absolute = urljoin(BASE, str(expected))
        return absolute in given or all(address is None or address.startswith("http") for address in given)
    return strip_trackers(str(expected)) in given


def _name(article: Article, expected: Any, field: str, index: int) -> bool:
    wanted = re.sub(r"\s*[(<]?[\w.+-]+@[\w.-]+[)>]?\s*", "", str(expected)).strip(" ()")
    if not wanted:
        return not article.authors
    return index < len(article.authors) and shown(article.authors[index].name) == shown(wanted)


def _absent(article: Article, expected: Any, field: str, index: int) -> bool:
    return all(str(expected) not in author.name for author in article.authors)


def _date(article: Article, expected: Any, field: str, index: int) -> bool:
    found = [moment for moment in (article.published, article.updated) if moment]
    if isinstance(expected, tuple):
        return any(moment.timetuple()[:6] == expected[:6] for moment in found)
    if expected in (None, ""):
        return not found
    return any(_same_instant(moment, str(expected)) for moment in found)


def _same_instant(moment: datetime, text: str) -> bool:
    from email.utils import parsedate_to_datetime

    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            other = read(text)
        except (ValueError, TypeError):
            continue
        return moment == (other if other.tzinfo else other.replace(tzinfo=UTC))
    return False


def _tag(article: Article, expected: Any, field: str, index: int) -> bool:
    return shown(str(expected)).casefold() in {shown(tag).casefold() for tag in article.tags}


def _same(article: Article, expected: Any, field: str, index: int) -> bool:
    if field == "guid":
        return article.guid in (str(expected).strip(), urljoin(BASE, str(expected).strip()))
    enclosure = article.enclosures[index] if index < len(article.enclosures) else None
    return enclosure is not None and str(getattr(enclosure, field.partition(".")[2])) == str(expected)


def _language(article: Article, expected: Any, field: str, index: int) -> bool:
    return (article.language or "").lower() == str(expected or "").replace("_", "-").lower()


COMPARE: dict[str, Callable[[Article, Any, str, int], bool]] = {
    "text": _text, "words": _words, "address": _address, "name": _name, "absent": _absent, "date": _date, "tag": _tag,
    "same": _same, "language": _language,
}  # fmt: skip


# --- expectations of feedparser ------------------------------------------------------------------------------------


def comparisons(expression: str) -> Iterator[tuple[int, str, Any]]:
    """(entry, path, expected value) of every `entries[n]... == constant` in an expression."""
    for node in ast.walk(ast.parse(expression.strip(), mode="eval")):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq):
            continue
        left, value = node.left, node.comparators[0]
        is_code = isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id == "ord"
        try:
            entry, path = _path(left.args[0] if is_code and isinstance(left, ast.Call) else left)
            expected = ast.literal_eval(value)
        except (ValueError, TypeError):
            continue
        yield entry, path, chr(expected) if is_code else expected


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


def feedparser_corpus(folder: Path, show: bool) -> dict[str, Any]:
    counts, crashes, refused, misses, documents = Counter[str](), list[str](), list[str](), list[dict[str, Any]](), []
    for path in sorted(folder.rglob("*.xml")):
        data, name = path.read_bytes(), str(path.relative_to(folder))
        head = _head(data)
        headers = {key.lower(): value for key, value in _HEADER.findall(head)}
        url = urljoin(BASE, headers.get("content-location", BASE))
        counts["files"] += 1
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
        try:
            wanted = list(comparisons(" ".join(expectation[1].split())))
        except SyntaxError:
            counts["expressions_unreadable"] += 1
            continue
        _judge(name, feed, _kept_links(wanted, data), counts, misses)
    result: dict[str, Any] = {
        "crashes": crashes, "not_a_feed": refused if show else len(refused), **dict(sorted(counts.items())),
        "share": round(counts["needed_met"] / max(counts["needed_met"] + counts["needed_missed"], 1), 4),
        "misses": misses, "readers": agreement(documents),
    }  # fmt: skip
    return result


def _kept_links(wanted: list[tuple[int, str, Any]], data: bytes) -> list[tuple[int, str, Any]]:
    """Links of other relations than the article's own and its enclosures under a path that is not kept.

    The relation is what feedparser itself reads.
    """
    if not any(path.startswith("links[") for _, path, _ in wanted):
        return wanted
    import feedparser

    entries = feedparser.parse(data).entries

    def is_kept(entry: int, place: int) -> bool:
        links = entries[entry].get("links", []) if entry < len(entries) else []
        return place >= len(links) or links[place].get("rel", "alternate") in ("alternate", "enclosure")

    places = [re.fullmatch(r"links\[(\d+)\]\.href", path) for _, path, _ in wanted]
    return [
        one if place is None or is_kept(one[0], int(place[1])) else (one[0], f"links[{place[1]}].other", one[2])
        for one, place in zip(wanted, places, strict=True)
    ]


def _judge(
    name: str, feed: ParsedFeed | None, wanted: list[tuple[int, str, Any]], counts: Counter[str], misses: list[Any]
) -> None:
    """One expression: met, missed, or about what an article does not keep."""
    needed = [one for one in wanted if re.split(r"[.\[]", one[1])[0] in NEEDED]
    if not needed:
        return
    counts["needed"] += 1
    kept = 0
    for entry, path, expected in needed:
        rule, index = rule_of(path)
        if rule is None or rule[2] == "not_kept":
            continue
        kept += 1
        article = feed.articles[entry] if feed and entry < len(feed.articles) else None
        if article is None or not COMPARE[rule[2]](article, expected, rule[1], index):
            counts["needed_missed"] += 1
            got = {part: str(getattr(article, part.partition(".")[0], None))[:80] for part in rule[1].split("|")}
            why = next((reason for pattern, reason in WHY_MISSED if re.fullmatch(pattern, path)), "not explained")
            misses.append({"file": name, "path": path, "expected": repr(expected)[:80], "got": got, "why": why})
            return
    counts["needed_met" if kept else "needed_not_kept"] += 1


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
                check = _text if what == "title" else _address
                equal = article is not None and check(article, value, "url", 0)
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
    arguments.add_argument("--misses", action="store_true", help="list every miss instead of counting them")
    given = arguments.parse_args()
    measure = feedparser_corpus if given.corpus == "feedparser" else gofeed_corpus
    print(json.dumps(measure(given.folder, given.misses), indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
