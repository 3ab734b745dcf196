"""The sample community's web site on 127.0.0.1: an invented maker space in Galway that published all this week.

    /blog-feed.xml       RSS 2.0: full texts, one excerpt, one old post; Arabic and Hindi among them
    /forum.atom          Atom: emoji, a discussion, and a near-duplicate of a blog post
    /events/feed.json    JSON Feed: one item dated in the future
    /{section}/{slug}    each post as a page with navigation, footer and JSON-LD
    .folder              a folder of files: text copied from a page, an untitled note, Markdown with front matter

Does not reach beyond loopback and writes nothing but its own temporary folder. Every document is built once, when the
server starts, so its ETag and Last-Modified stay true and a conditional request gets its 304 (RFC 9110 section 13).
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from socketserver import TCPServer
from types import TracebackType

from digest.demo import feeds
from digest.demo.writing import package_folder, published_at, read_posts, split_head

__all__ = ["CommunityServer", "Request", "serve"]

SECTIONS = ("blog", "forum", "events")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as answered, for tests and for `digest demo` to show."""

    method: str
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class Resource:
    """One document of the site. `changed` is an aware UTC datetime in whole seconds."""

    data: bytes
    content_type: str
    changed: datetime

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.data).hexdigest()[:20]}"'


def serve(*, now: datetime, port: int = 0, folder: Path | None = None) -> CommunityServer:
    """Start the site (port 0: any free one), dated relative to `now` (aware). Use as a context manager, or `close()`.

    >>> with serve(now=datetime.now(UTC)) as community:       # doctest: +SKIP
    ...     print(community.base_url, community.folder)
    """
    return CommunityServer(now=now, port=port, folder=folder)


class CommunityServer:
    """The running site. `base_url` has no trailing slash; `requests` grows with each answered request.

    The folder of files is written to `folder`, which stays; without one to a temporary one, which does not.
    """

    def __init__(self, *, now: datetime, port: int = 0, folder: Path | None = None) -> None:
        if now.tzinfo is None:
            raise ValueError("now must be an aware datetime")
        now = now.astimezone(UTC).replace(microsecond=0)
        self.requests: list[Request] = []
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.log = self.requests
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._server.resources = dict(_site(self.base_url, now=now))
        self._temporary = None if folder else Path(tempfile.mkdtemp(prefix="digest-demo-"))
        self.folder = write_stories(folder or Path(self._temporary or "", "stories"), now=now, base_url=self.base_url)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="demo-site", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop answering and remove the temporary folder. Closing twice is fine."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def __enter__(self) -> CommunityServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def write_stories(directory: Path, *, now: datetime, base_url: str) -> Path:
    """Write the folder of files: copied text as it is, Markdown with a `date` in its front matter."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in package_folder("stories").iterdir():
        if file.name.endswith(".txt"):
            (directory / file.name).write_bytes(file.read_bytes())
        elif file.name.endswith(".md"):
            (directory / file.name).write_text(
                _as_markdown(file.read_text(encoding="utf-8"), now=now, base_url=base_url), encoding="utf-8"
            )
    return directory


def _as_markdown(text: str, *, now: datetime, base_url: str) -> str:
    fields, body = split_head(text)
    published = published_at(fields["age"], now=now)
    head = [f"title: {fields['title']}", f"author: {fields['author']}", f"date: {published.isoformat()}"]
    picture = f"![{fields['alt']}]({base_url}/images/{fields['image']})"
    return "\n".join(["---", *head, f"tags: [{fields['tags']}]", "---", "", picture, "", body, ""])


def _site(base_url: str, *, now: datetime) -> Iterator[tuple[str, Resource]]:
    posts = {section: read_posts(section, now=now) for section in SECTIONS}
    rss, atom, events = "application/rss+xml", "application/atom+xml", "application/feed+json"
    yield "/blog-feed.xml", Resource(feeds.rss(posts["blog"], base_url=base_url), rss, now)
    yield "/forum.atom", Resource(feeds.atom(posts["forum"], base_url=base_url, now=now), atom, now)
    yield "/events/feed.json", Resource(feeds.json_feed(posts["events"], base_url=base_url), events, now)
    for section, path in zip(SECTIONS, ("/", "/forum", "/events"), strict=True):
        listing = feeds.index(posts[section], section, base_url=base_url)
        yield path, Resource(listing, "text/html; charset=utf-8", now)
        for post in posts[section]:
            document = feeds.page(post, section, base_url=base_url)
            changed = min(post.published, now)
            yield f"/{section}/{post.slug}", Resource(document, "text/html; charset=utf-8", changed)
    for image in resources.files("digest.demo").joinpath("images").iterdir():
        if image.name.endswith(".jpg"):
            yield f"/images/{image.name}", Resource(image.read_bytes(), "image/jpeg", now)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    resources: dict[str, Resource]
    log: list[Request]

    def server_bind(self) -> None:
        # HTTPServer asks DNS for its own name here, which can hang for seconds on a machine without a resolver.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "riverside", ""
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        resource = self.server.resources.get(self.path.split("?", 1)[0])
        if resource is None:
            self._answer(404, b"No such page.\n", {"Content-Type": "text/plain; charset=utf-8"})
            return
        validators = {"ETag": resource.etag, "Last-Modified": format_datetime(resource.changed, usegmt=True)}
        if self._is_current(resource):
            self._answer(304, b"", validators)
        else:
            self._answer(200, resource.data, validators | {"Content-Type": resource.content_type})

    do_HEAD = do_GET

    def _is_current(self, resource: Resource) -> bool:
        """RFC 9110 section 13.2.2: If-None-Match wins; If-Modified-Since counts only without it."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return tags.strip() == "*" or resource.etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        try:
            return resource.changed <= parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except (TypeError, ValueError):
            return False

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.server.log.append(Request(self.command, self.path, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent: `requests` is the log."""
