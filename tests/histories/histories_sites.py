"""The web as a history has it: feeds in three formats and articles' pages, on a loopback server.

Says what the history says and nothing else: it knows no rule and nothing of the program.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from histories_language import Feed, Serve, Shown


class Sites:
    """Serves every feed as /NAME.xml and every article's page under its own path, as the history has them now."""

    def __init__(self) -> None:
        self.feeds: dict[str, Feed] = {}
        self.pages: dict[str, Shown] = {}  # path -> the newest that was shown under it
        self.home: dict[str, str] = {}  # truth -> the path it has now
        self.statuses: dict[str, int] = {}

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def serve(self, step: Serve) -> None:
        self.feeds[step.feed] = step.content
        for one in step.content.items:
            if one.link and "{live}" in one.link:
                path = urlsplit(one.link).path
                self.pages[path], self.home[one.truth] = one, path

    def answer(self, path: str) -> tuple[int, str, bytes, str]:
        """Status, type, body and the address to go on to."""
        path = urlsplit(path).path
        name = path.strip("/").removesuffix(".xml")
        if name in self.feeds:
            return self._feed(self.feeds[name])
        if path in self.pages:
            return self._page(path, self.pages[path])
        return 404, "text/plain", b"not here", ""

    def _feed(self, feed: Feed) -> tuple[int, str, bytes, str]:
        if feed.trouble == "500":
            return 500, "text/plain", b"broken", ""
        if feed.trouble == "empty":
            return 200, "application/rss+xml", b"", ""
        if feed.trouble == "garbage":
            return 200, "text/html", b"<html><title>Just a moment</title><p>Checking your browser.</p></html>", ""
        items = () if feed.trouble == "none" else feed.items
        kind, body = WRITERS[feed.format](items)
        return 200, kind, body.replace("{live}", self.host).encode(), ""

    def _page(self, path: str, one: Shown) -> tuple[int, str, bytes, str]:
        status = self.statuses.get(one.truth, 200)
        if status != 200:
            return status, "text/html", b"<html><title>Gone</title></html>", ""
        if self.home[one.truth] != path:
            return 301, "text/html", b"", f"http://{self.host}{self.home[one.truth]}"
        canonical = f'<link rel="canonical" href="{escape(one.canonical)}">' if one.canonical else ""
        text = "".join(f"<p>{escape(part)}</p>" for part in re.split(r"(?<=\.) (?=[A-Z])", one.body))
        page = (
            f"<!doctype html><html lang='en'><head><title>{escape(one.title or '')}</title>{canonical}</head>"
            f"<body><article><h1>{escape(one.title or '')}</h1>{text}</article></body></html>"
        )
        return 200, "text/html; charset=utf-8", page.replace("{live}", self.host).encode(), ""

    def __enter__(self) -> Sites:
        sites = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body, location = sites.answer(self.path)
                etag = f'"{hash(body) & 0xFFFFFFFF:x}"'
                if status == 200 and body and self.headers.get("If-None-Match") == etag:
                    status, body = 304, b""
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                if status in (200, 304):
                    self.send_header("ETag", etag)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_HEAD(self) -> None:
                status, kind, _, location = sites.answer(self.path)
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Type", kind)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _tag(name: str, value: str | None) -> str:
    return "" if value is None else f"<{name}>{escape(value)}</{name}>"


def rss(items: tuple[Shown, ...]) -> tuple[str, str]:
    entries = "".join(
        "<item>"
        + _tag("title", one.title)
        + _tag("link", one.link)
        + ("" if one.guid is None else f'<guid isPermaLink="false">{escape(one.guid)}</guid>')
        + _tag("pubDate", one.date and format_datetime(one.date))
        + _tag("slash:comments", None if one.comments is None else str(one.comments))
        + _tag("description", one.body)
        + "</item>"
        for one in items
    )
    return "application/rss+xml", (
        "<?xml version='1.0' encoding='utf-8'?>"
        "<rss version='2.0' xmlns:slash='http://purl.org/rss/1.0/modules/slash/'>"
        f"<channel><title>The quay</title><link>https://blog.quay.example/</link>{entries}</channel></rss>"
    )


def atom(items: tuple[Shown, ...]) -> tuple[str, str]:
    entries = "".join(
        "<entry>"
        + _tag("title", one.title)
        + ("" if one.link is None else f'<link rel="alternate" href="{escape(one.link)}"/>')
        + _tag("id", one.guid)
        + _tag("published", one.date and one.date.isoformat())
        + f'<content type="text">{escape(one.body)}</content></entry>'
        for one in items
    )
    return "application/atom+xml", (
        "<?xml version='1.0' encoding='utf-8'?><feed xmlns='http://www.w3.org/2005/Atom'>"
        f"<title>The quay</title><id>tag:quay.example,2026:feed</id>{entries}</feed>"
    )


def json_feed(items: tuple[Shown, ...]) -> tuple[str, str]:
    entries = [
        {"id": one.guid, "url": one.link, "title": one.title, "content_text": one.body,
         "date_published": one.date and one.date.isoformat()}
        for one in items
    ]  # fmt: skip
    kept = [{name: value for name, value in entry.items() if value is not None} for entry in entries]
    return "application/feed+json", json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "The quay", "items": kept}
    )


WRITERS: dict[str, Callable[[tuple[Shown, ...]], tuple[str, str]]] = {"rss": rss, "atom": atom, "json": json_feed}
