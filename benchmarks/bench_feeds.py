"""How fast feeds become articles, and how alike the two readers are, as JSON on standard output.

    python benchmarks/bench_feeds.py [--feeds 40] [--rounds 5] [--seed 1] [--items 10000]

Generated, well-formed feeds of real size (RSS 2.0 and Atom, 20-60 items, HTML bodies of 2-6 KB as WordPress, Ghost and
Blogger write them; 137 bytes to an element and 27 % of the bytes in tags, the medians of a public set of 96 article
bodies) go through `parse_feed` (sanitising, text, dates, pictures: whole articles) and through
`feedparser.parse` with its defaults, in turns, one process, one core. Printed: `ratio`, the seconds of every round and
their medians (at least five rounds, ours and theirs by turns); the share of article fields that are equal whether the
quick or the tolerant reader read the feed; the ratio on feeds of other shapes (`feed_shapes.py`); and, measured in a
child process, seconds and peak memory of one feed of many items.
"""

# ruff: noqa: E501 - feeds are written as they are on the wire
from __future__ import annotations

import argparse
import dataclasses
import html
import json
import random
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from feed_shapes import shapes

from digest.gather import parse_feed
from digest.gather.entry import articles_of
from digest.gather.feedxml import read_xml
from digest.gather.quickfeed import read_quickly
from digest.model import Article

FEWEST_ROUNDS = 5
_WORDS = [
    "harbour",
    "bakery",
    "council",
    "bridge",
    "lantern",
    "orchard",
    "ferry",
    "library",
    "kitchen",
    "volunteer",
    "market",
    "garden",
    "workshop",
    "evening",
    "neighbour",
    "cycle",
    "repair",
    "timber",
    "window",
    "school",
    "choir",
    "archive",
    "meadow",
    "signal",
    "station",
    "carpenter",
    "street",
    "rowing",
    "pottery",
    "festival",
    "letter",
    "summer",
    "winter",
    "recipe",
    "meeting",
    "river",
    "stone",
    "bread",
    "music",
    "paint",
    "story",
    "garden",
]
_SMALL = [
    "the",
    "of",
    "and",
    "to",
    "in",
    "that",
    "was",
    "for",
    "with",
    "on",
    "as",
    "by",
    "from",
    "at",
    "near",
    "under",
    "after",
    "before",
    "while",
]


def _sentence(chance: random.Random) -> str:
    words = [chance.choice(_SMALL if n % 2 else _WORDS) for n in range(chance.randint(6, 22))]
    return " ".join(words).capitalize() + chance.choice([".", ".", ".", "?", "!"])


def _paragraph(chance: random.Random, n: int) -> str:
    words = " ".join(_sentence(chance) for _ in range(chance.randint(2, 4))).split(" ")
    for at in range(3, len(words) - 3, 9):
        kind = chance.random()
        if kind < 0.17:
            address = f"https://town.example/{words[at].lower()}/?p={n}&amp;x={at}"
            words[at] = f'<a href="{address}" target="_blank" rel="noreferrer noopener">{words[at]}</a>'
        elif kind < 0.4:
            words[at] = chance.choice(["<strong>%s</strong>", "<em>%s</em>", "<span class='x'>%s</span>"]) % words[at]
        elif kind < 0.65:
            words[at] = (
                chance.choice(["&#8220;%s&#8221;", "%s&#8217;s", "%s\u2019s", "%s&nbsp;&ndash;", "caf\u00e9 %s"])
                % words[at]
            )
    text = " ".join(words)
    kind = chance.random()
    if kind > 0.92:
        return f'<blockquote class="wp-block-quote"><p>{text}</p></blockquote>'
    return f'<p class="has-text-align-left">{text}</p>' if kind > 0.7 else f"<p>{text}</p>"


def _body(chance: random.Random, n: int) -> str:
    size, parts = chance.randint(2000, 6000), list[str]()
    while sum(map(len, parts)) < size:
        parts.append(_paragraph(chance, n))
        extra = chance.random()
        if extra < 0.12:
            parts.append(
                f'<figure class="wp-block-image size-large"><img loading="lazy" decoding="async" width="1024" height="683" '
                f'src="/wp-content/uploads/{n}-{len(parts)}.jpg" alt="{chance.choice(_WORDS)}" '
                f'srcset="https://town.example/a.jpg 1024w, https://town.example/b.jpg 300w" class="wp-image-{n}"/>'
                f"<figcaption>{_sentence(chance)}</figcaption></figure>"
            )
        elif extra < 0.2:
            items = "".join(f"<li>{_sentence(chance)}</li>" for _ in range(chance.randint(2, 5)))
            parts.append(f'<ul class="wp-block-list">{items}</ul>')
        elif extra < 0.28:
            parts.append(f'<h2 class="wp-block-heading" id="h-{n}">{_sentence(chance)[:40]}</h2>')
        elif extra < 0.3:
            parts.append("<script>window.dataLayer=[]</script>")
        elif extra < 0.305:
            parts.append("<div style='display:none'>tracker</div>")
    return "\n\n\n\n".join(parts)


def _rss(chance: random.Random, items: int, first: int) -> str:
    out = [
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        ' xmlns:wfw="http://wellformedweb.org/CommentAPI/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
        ' xmlns:slash="http://purl.org/rss/1.0/modules/slash/" xmlns:media="http://search.yahoo.com/mrss/">\n<channel>\n'
        '<title>Town &amp;amp; Harbour</title><atom:link href="https://town.example/feed/" rel="self" '
        'type="application/rss+xml"/><link>https://town.example</link><description>News</description>'
        "<language>en-IE</language><sy:updatePeriod>hourly</sy:updatePeriod>"
    ]
    for n in range(first, first + items):
        when = format_datetime(datetime(2026, 11, 23, 9, tzinfo=UTC) - timedelta(hours=7 * n))
        media = f'<media:content url="https://town.example/{n}.jpg" medium="image" width="1200" height="800"><media:title type="html">{chance.choice(_WORDS)}</media:title></media:content>'
        out.append(
            f"<item>\n<title>{html.escape(_sentence(chance)[:70])} &#8217;{n}</title>\n<link>https://town.example/{n}/</link>\n"
            f"<comments>https://town.example/{n}/#respond</comments>\n<dc:creator><![CDATA[{chance.choice(_WORDS).title()} Byrne]]></dc:creator>\n"
            f"<pubDate>{when}</pubDate>\n<category><![CDATA[{chance.choice(_WORDS)}]]></category><category><![CDATA[{chance.choice(_WORDS)}]]></category>\n"
            f'<guid isPermaLink="false">https://town.example/?p={n}</guid>\n'
            f'<description><![CDATA[<p>{_sentence(chance)} {_sentence(chance)} [&#8230;]</p>\n<p>The post <a href="https://town.example/{n}/">A</a> appeared first on <a href="https://town.example">Town</a>.</p>]]></description>\n'
            f'<content:encoded><![CDATA[{_body(chance, n)}\n<p>The post <a href="https://town.example/{n}/">A</a> appeared first on <a href="https://town.example">Town</a>.</p>]]></content:encoded>\n'
            f"<slash:comments>{chance.randint(0, 40)}</slash:comments>\n{media if chance.random() < 0.4 else ''}</item>\n"
        )
    return "".join([*out, "</channel></rss>"])


def _atom(chance: random.Random, items: int, first: int) -> str:
    out = [
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:thr="http://purl.org/syndication/thread/1.0" '
        'xml:lang="en" xml:base="https://harbour.example/"><title type="text">Harbour notes</title><id>tag:harbour.example,2026:feed</id>'
        '<link rel="self" href="https://harbour.example/atom.xml"/><link rel="alternate" type="text/html" href="https://harbour.example/"/>'
        "<updated>2026-11-23T09:00:00Z</updated><author><name>Harbour</name></author>"
    ]
    for n in range(first, first + items):
        when = (datetime(2026, 11, 23, 9, tzinfo=UTC) - timedelta(hours=5 * n)).isoformat()
        body = _body(chance, n)
        out.append(
            f'<entry><id>tag:harbour.example,2026:post-{n}</id><title type="html">{html.escape(html.escape(_sentence(chance)[:70]))}</title>'
            f'<link rel="alternate" type="text/html" href="/{n}.html" title="x"/><published>{when}</published><updated>{when}</updated>'
            f'<author><name>{chance.choice(_WORDS).title()} Ward</name><uri>https://harbour.example/w</uri></author><category term="{chance.choice(_WORDS)}"/>'
            f'<summary type="html">{html.escape(_sentence(chance))}</summary><content type="html">{html.escape(body)}</content><thr:total>{n}</thr:total></entry>\n'
        )
    return "".join([*out, "</feed>"])


def generate(feeds: int, seed: int) -> list[bytes]:
    chance = random.Random(seed)
    made = ((_rss if n % 2 == 0 else _atom)(chance, chance.randint(20, 60), n * 100) for n in range(feeds))
    return [text.encode() for text in made]


def _fields(article: Article) -> Iterator[tuple[str, object]]:
    for field in dataclasses.fields(article):
        if field.name not in ("source", "warnings"):
            yield field.name, getattr(article, field.name)


def agreement(documents: list[bytes]) -> dict[str, object]:
    """The share of article fields that both readers give alike, and which differ."""
    url, same, total, differing, read = "https://town.example/feed/", 0, 0, Counter[str](), 0
    for data in documents:
        quick, slow = read_quickly(data, url=url, content_type=None), read_xml(data, url=url, content_type=None)
        if quick is None or slow is None:
            continue
        read += 1
        ours, theirs = (articles_of(words.entries, source="", zone=UTC) for words in (quick, slow))
        total += abs(len(ours) - len(theirs)) * 19
        for a, b in zip(ours, theirs, strict=False):
            for (name, value), (_, other) in zip(_fields(a), _fields(b), strict=True):
                total += 1
                same += value == other
                differing[name] += value != other
    return {
        "documents": len(documents), "read_quickly": read, "fields": total,
        "equal": round(same / total, 5) if total else None, "differing": {k: v for k, v in differing.items() if v},
    }  # fmt: skip


def race(documents: list[bytes], rounds: int) -> dict[str, object]:
    import feedparser

    ours, theirs = list[float](), list[float]()
    for _ in range(rounds):
        started = time.process_time()
        for data in documents:
            parse_feed(data, url="https://town.example/feed/")
        ours.append(time.process_time() - started)
        started = time.process_time()
        for data in documents:
            feedparser.parse(data)
        theirs.append(time.process_time() - started)
    a, b = statistics.median(ours), statistics.median(theirs)
    return {
        "ratio": round(b / a, 2), "median_s": {"ours": round(a, 3), "feedparser": round(b, 3)},
        "feeds": len(documents), "bytes": sum(map(len, documents)), "ours_s": [round(x, 3) for x in ours],
        "feedparser_s": [round(x, 3) for x in theirs], "ours_feeds_per_s": round(len(documents) / a, 1),
        "feedparser_feeds_per_s": round(len(documents) / b, 1),
    }  # fmt: skip


def large_feed(items: int) -> bytes:
    """About 1.2 KB an item, like a newspaper's archive."""
    chance = random.Random(7)
    head = "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>T</title>"
    out = [head]
    for n in range(items):
        body = "".join(f"<p>{_sentence(chance)} {_sentence(chance)}</p>" for _ in range(4))
        out.append(
            f"<item><title>{n} {_sentence(chance)[:50]}</title><link>https://town.example/{n}</link>"
            f"<guid>https://town.example/{n}</guid><pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate>"
            f"<description>{_sentence(chance)}</description><content:encoded><![CDATA[{body}]]></content:encoded></item>"
        )
    return "".join([*out, "</channel></rss>"]).encode()


def _peak_mb() -> float:
    """Of this process alone: VmHWM begins anew at exec, ru_maxrss keeps the peak of whoever forked it (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return round(int(found[1]) / 1024, 1) if found else 0.0


def measure_large(path: str) -> None:
    """In the child: read one file of many items; print seconds and peak memory."""
    data, before = Path(path).read_bytes(), _peak_mb()
    started = time.process_time()
    feed = parse_feed(data, url="https://town.example/feed/")
    seconds = round(time.process_time() - started, 2)
    print(json.dumps({
        "articles": len(feed.articles), "bytes": len(data), "seconds": seconds, "peak_mb": _peak_mb(), "before_mb": before,
    }))  # fmt: skip


def _large_in_child(items: int) -> dict[str, object]:
    import tempfile

    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(large_feed(items))
        file.flush()
        command = [sys.executable, __file__, "--measure-large", file.name]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    return dict(json.loads(answer.stdout))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--feeds", type=int, default=40)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--items", type=int, default=10_000, help="items of the large feed; 0 leaves it out")
    arguments.add_argument("--measure-large", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.measure_large:
        return measure_large(given.measure_large)
    documents = generate(given.feeds, given.seed)
    result = race(documents, max(given.rounds, FEWEST_ROUNDS)) | {"seed": given.seed, "agreement": agreement(documents)}
    others = shapes(_sentence, _body, seed=given.seed)
    result["other_shapes"] = {name: race(feeds, 3)["ratio"] for name, feeds in others.items()}
    if given.items:
        result["large"] = _large_in_child(given.items)
    print(json.dumps(result, indent=1))
    return None


if __name__ == "__main__":
    main()
