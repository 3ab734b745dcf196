"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1) as neutral entries.

Does not trust types: publishers send numbers as ids (the specification says to read them as strings), strings where
lists belong, null anywhere. Invariant: any JSON object that calls itself a JSON Feed is read; a wrong member is left
out, never fatal.
"""

from __future__ import annotations

import json
from typing import Any

from digest.errors import ParseError
from digest.gather.entry import Entry, FeedWords, Piece
from digest.gather.urls import http_url
from digest.model import Author, Enclosure, Image

MAX_ITEMS = 10_000


def looks_like_json(data: bytes) -> bool:
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def read_json(data: bytes, *, url: str) -> FeedWords:
    """Raises `ParseError` for JSON that cannot be read or is not a feed."""
    try:
        raw = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ParseError(
            "this is not a readable JSON feed", where=url, why=str(error)[:200], try_="open the address and check it"
        ) from error
    if not isinstance(raw, dict) or not isinstance(raw.get("items"), list):
        raise ParseError(
            "this JSON is not a feed",
            where=url,
            why='it has no list of "items"',
            try_="use the site's RSS, Atom or JSON Feed address (often /feed, /feed.json or /rss.xml)",
        )
    items = [item for item in _list(raw, "items") if isinstance(item, dict)]
    title = _text(raw, "title")
    return FeedWords(
        title=Piece(title, False) if title else None,
        link=http_url(_text(raw, "home_page_url"), url),
        language=_text(raw, "language") or None,
        entries=tuple(_entry(item, raw, url) for item in items[:MAX_ITEMS]),
        left_out=max(0, len(items) - MAX_ITEMS),
    )


def _entry(item: dict[str, Any], feed: dict[str, Any], url: str) -> Entry:
    link = http_url(_text(item, "url"), url)
    external = http_url(_text(item, "external_url"), url)
    base = link or url
    authors = _authors(item) or _authors(feed)
    title, summary = _text(item, "title"), _text(item, "summary")
    return Entry(
        guid=_text(item, "id"),
        link=link or external,
        title=Piece(title, False) if title else None,
        bodies=_bodies(item, base),
        summary=Piece(summary, False, base, "feed summary") if summary else None,
        authors=authors,
        authors_origin="feed entry" if _authors(item) else "feed",
        dates=(("feed published", _text(item, "date_published")),),
        updated=_text(item, "date_modified"),
        language=_text(item, "language") or _text(feed, "language") or None,
        tags=tuple(str(tag) for tag in _list(item, "tags") if isinstance(tag, str)),
        images=_images(item, base),
        enclosures=_enclosures(item, base),
    )


def _bodies(item: dict[str, Any], base: str) -> tuple[Piece, ...]:
    html, text = _text(item, "content_html"), _text(item, "content_text")
    if html:
        return (Piece(html, True, base, "feed content"),)
    return (Piece(text, False, base, "feed content"),) if text else ()


def _authors(holder: dict[str, Any]) -> tuple[Author, ...]:
    people = [*_list(holder, "authors"), holder.get("author")]  # 1.0 had a single author
    return tuple(
        Author(_text(person, "name"), http_url(_text(person, "url")))
        for person in people
        if isinstance(person, dict) and _text(person, "name")
    )


def _images(item: dict[str, Any], base: str) -> tuple[tuple[str, Image], ...]:
    found = [("feed image", http_url(_text(item, key), base)) for key in ("image", "banner_image")]
    return tuple((origin, Image(address)) for origin, address in found if address)


def _enclosures(item: dict[str, Any], base: str) -> tuple[Enclosure, ...]:
    found = []
    for attachment in _list(item, "attachments"):
        url = http_url(_text(attachment, "url"), base) if isinstance(attachment, dict) else None
        if url:
            size = attachment.get("size_in_bytes")
            found.append(Enclosure(url, _text(attachment, "mime_type") or None, size if type(size) is int else None))
    return tuple(found)


def _text(holder: dict[str, Any], key: str) -> str:
    value = holder.get(key)
    if isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _list(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else []
