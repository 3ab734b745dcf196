"""A whole community in a temporary folder: configuration, feed server, folder of texts, list, relay, and a clock.

Real servers on loopback, the real store, the real pipeline; only the clock is ours. `World.tick()` is what cron does.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from digest.clock.tick import Step, tick
from digest.config import load_config
from digest.model import Accounting, IssueRow
from digest.pipeline.workspace import Workspace
from digest.store import open_store
from support_smtp import Sink

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Dublin keeps UTC in winter
_WORDS = (
    "harbour", "lantern", "copper", "kettle", "ladder", "market", "tide", "bicycle", "orchard", "violin",
    "cellar", "window", "gravel", "bakery", "thread", "canvas", "engine", "meadow", "library", "station",
    "pepper", "timber", "winter", "bridge", "chapel", "garden", "hammer", "island", "jacket", "kitchen",
)  # fmt: skip


def prose(seed: str) -> str:
    """Four sentences that no other seed shares: two articles must not look like copies of each other."""
    chance = random.Random(seed)
    sentences = [" ".join(chance.sample(_WORDS, 12)).capitalize() + "." for _ in range(4)]
    return f"{seed} began with a wet evening. " + " ".join(sentences)


@dataclass
class FeedServer:
    """An RSS feed that can be edited, broken and repaired while it is served."""

    items: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    requests: list[str] = field(default_factory=list)

    def publish(self, title: str, at: datetime, *, body: str = "", guid: str = "") -> None:
        slug = title.lower().replace(" ", "-")
        self.items.insert(
            0,
            {
                "title": title,
                "link": f"{self.url}/posts/{slug}",
                "guid": guid or f"tag:{slug}",
                "date": format_datetime(at),
                "body": body or prose(title),
            },
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def document(self) -> bytes:
        entries = "".join(
            f"<item><title>{escape(item['title'])}</title><link>{item['link']}</link><guid>{item['guid']}</guid>"
            f"<pubDate>{item['date']}</pubDate><description>{escape(item['body'])}</description></item>"
            for item in self.items
        )
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>Blog</title>{entries}</channel></rss>".encode()

    def __enter__(self) -> FeedServer:
        feed = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                feed.requests.append(self.path)
                status = feed.status if self.path == "/feed.xml" else 404  # no pages, no robots.txt
                body = feed.document() if status == 200 else b"broken"
                self.send_response(status)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class World:
    """One community. `clock` is the time everything sees; move it with `at`."""

    folder: Path
    feed: FeedServer
    sink: Sink
    database_url: str
    clock: datetime = MONDAY - timedelta(days=5)

    def __post_init__(self) -> None:
        (self.folder / "articles").mkdir(exist_ok=True)
        self.people("ana@quay.example", "ben@quay.example", "cai@quay.example")
        self.configure()

    @property
    def config_path(self) -> Path:
        return self.folder / "digest.toml"

    def configure(
        self,
        *,
        schedule: str = "every monday at 09:00",
        zone: str = "Europe/Dublin",
        digest: str = "",
        extra: str = "",
        relay: str = "",
    ) -> None:
        self.config_path.write_text(
            f"""
[site]
name = "Riverside Makers"
url = "https://riverside-makers.example"
timezone = "{zone}"
from = "Riverside Makers <digest@riverside-makers.example>"
postal_address = "1 Quay Street, Galway, Ireland"

[storage]
url = "{self.database_url}"

[source.blog]
url = "{self.feed.url}/feed.xml"

[source.stories]
path = "articles"

[fetch]
allow_hosts = ["127.0.0.1"]

[list.members]
csv = "subscribers.csv"

[digest.weekly]
list = "members"
schedule = "{schedule}"
{digest}

[relay.main]
url = "{relay or self.sink.url}"
{extra}
""",
            encoding="utf-8",
        )

    def people(self, *addresses: str) -> None:
        rows = "".join(f"{address},{address.split('@')[0].title()}\n" for address in addresses)
        (self.folder / "subscribers.csv").write_text(f"email,name\n{rows}", encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        (self.folder / "articles" / name).write_text(text, encoding="utf-8")

    def at(self, moment: datetime) -> World:
        self.clock = moment
        return self

    @contextmanager
    def workspace(self) -> Iterator[Workspace]:
        workspace = Workspace(
            load_config(self.config_path, env={}, files=False), open_store(self.database_url), now=lambda: self.clock
        )
        try:
            yield workspace
        finally:
            workspace.close()

    def tick(self) -> list[Step]:
        with self.workspace() as workspace:
            return tick(workspace)

    def issues(self) -> list[IssueRow]:
        with self.workspace() as workspace:
            return list(reversed(workspace.store.issues.all()))

    def accounting(self, row: IssueRow) -> Accounting:
        with self.workspace() as workspace:
            return workspace.store.issues.accounting(row.id)

    def mailed(self) -> list[str]:
        return sorted(address for received in self.sink.messages for address in received.recipients)

    def subjects(self) -> list[str]:
        from email import message_from_bytes
        from email.policy import default

        return [message_from_bytes(received.data, policy=default)["subject"] for received in self.sink.messages]


@contextmanager
def world(folder: Path, database_url: str, **sink_options: Any) -> Iterator[World]:
    """A world over an existing empty database; its feed and sink live as long as the block."""
    with FeedServer() as feed, Sink(**sink_options) as sink:
        yield World(folder, feed, sink, database_url)


def states(rows: Sequence[IssueRow]) -> list[str]:
    """`done`, `held(late)`, ...: the states of issues, oldest first."""
    return [f"{row.state}({row.reason})" if row.reason else str(row.state) for row in rows]
