"""Feeds of other shapes than `bench_feeds` generates: what its one figure does not say.

Each function writes one item; `shapes` gives some feeds of thirty items of every shape. The sentences and bodies are
those of `bench_feeds`.
"""

# ruff: noqa: E501 - feeds are written as they are on the wire
from __future__ import annotations

import html
import random
from collections.abc import Callable

Words = Callable[[random.Random], str]
Body = Callable[[random.Random, int], str]
_RSS = (
    '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"><channel>'
    "<title>T</title><link>https://town.example</link>{}</channel></rss>"
)
_ATOM = '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>T</title>{}</feed>'


def shapes(sentence: Words, body: Body, *, seed: int, feeds: int = 4, items: int = 30) -> dict[str, list[bytes]]:
    """Name of the shape -> its feeds."""
    chance = random.Random(seed)

    def head(n: int) -> str:
        title = html.escape(sentence(chance)[:70])
        return (
            f"<title>{title}</title><link>https://town.example/{n}/</link><guid>https://town.example/{n}/</guid>"
            f"<pubDate>Mon, 23 Nov 2026 10:00:00 GMT</pubDate><dc:creator>Ada {n % 5}</dc:creator>"
        )

    def excerpts(n: int) -> str:
        return f"<item>{head(n)}<description>{sentence(chance)} {sentence(chance)}</description></item>"

    def podcast(n: int) -> str:
        notes = f"<p>{sentence(chance)}</p><p>{sentence(chance)}</p>"
        return (
            f"<item>{head(n)}<itunes:summary>{sentence(chance)}</itunes:summary><itunes:duration>1:02</itunes:duration>"
            f'<enclosure url="https://x.example/{n}.mp3" type="audio/mpeg" length="123"/><description><![CDATA[{notes}]]></description></item>'
        )

    def full(n: int, inside: str) -> str:
        return f"<item>{head(n)}<content:encoded><![CDATA[{inside}]]></content:encoded></item>"

    def tables(n: int) -> str:
        rows = "".join(f"<tr><td>{sentence(chance)}</td><td>{row}</td></tr>" for row in range(8))
        return full(n, f"{body(chance, n)}<table><tbody>{rows}</tbody></table>")

    def frames(n: int) -> str:
        frame = f'<iframe src="https://video.example/e/{n}" width="560" allowfullscreen></iframe>'
        return full(n, f"{body(chance, n)}{frame}{body(chance, n)}")

    def left_open(n: int) -> str:
        return full(n, f"<div>{body(chance, n)}</div><p>{sentence(chance)}<br></div>")

    def xhtml(n: int) -> str:
        inside = "".join(
            f'<p>{sentence(chance)} <em>{sentence(chance)}</em> <a href="/x{part}">y</a></p>' for part in range(20)
        )
        return (
            f'<entry><id>tag:x,2026:{n}</id><title>{sentence(chance)[:50]}</title><link href="/{n}"/><updated>2026-11-23T09:00:00Z</updated>'
            f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{inside}</div></content></entry>'
        )

    made: dict[str, list[bytes]] = {}
    for write in (excerpts, podcast, tables, frames, left_open, xhtml):
        around = _ATOM if write is xhtml else _RSS
        made[write.__name__] = [around.format("".join(map(write, range(items)))).encode() for _ in range(feeds)]
    return made
