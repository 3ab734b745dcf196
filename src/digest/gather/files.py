"""One file of a folder to an article: Markdown, HTML or text, with front matter where its author gave some. Pure.

Does not open the file. Invariant: what the front matter says wins over what the text suggests; the identity is the
front matter's `id`, or the name that was given; a file's modification time is never taken for a date.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from digest.errors import ParseError
from digest.gather.copied import read_text
from digest.gather.dates import read_date, zone_named
from digest.gather.encoding import decode
from digest.gather.entry import language_tag, title_without
from digest.gather.frontmatter import Value, split_front_matter
from digest.gather.markup import clean_fragment, is_lead_image, line_of
from digest.gather.page import read_html
from digest.gather.urls import http_url
from digest.gather.words import clean_line, clean_text
from digest.model import Article, Author, Image

MAX_FILE_BYTES = 15 * 1024 * 1024
_DATED_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(?=[-_. ]|$)")


def read_file(data: bytes, *, name: str, timezone: str = "UTC") -> Article:
    """Read a `.md`, `.markdown`, `.html`, `.htm` or `.txt` file. `name` is its relative path and its identity.

    Front matter keys: title, date, updated, author or authors, tags, image, url, id, language, excerpt, draft (a draft
    is read, with a warning). `timezone` is given to times without a zone. Raises `ParseError` naming file and line.
    """
    article, draft = read_draft(data, name=name, timezone=timezone)
    return replace(article, warnings=(*article.warnings, f"{name} is marked as a draft")) if draft else article


def is_readable(name: str) -> bool:
    """Whether a file of this name holds an article."""
    return PurePosixPath(name).suffix.lower() in _READERS and not PurePosixPath(name).name.startswith((".", "_"))


def read_draft(data: bytes, *, name: str, timezone: str = "UTC") -> tuple[Article, bool]:
    """(the article, whether it is marked as a draft)."""
    suffix = PurePosixPath(name).suffix.lower()
    reader = _READERS.get(suffix)
    if reader is None:
        raise ParseError(
            "this kind of file is not read", where=name, why=suffix or "no ending", try_="use .md, .html or .txt"
        )
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ParseError("this is not a text file", where=name, why="it holds NUL bytes", try_="save it as UTF-8 text")
    text = decode(data, is_html=suffix.startswith(".htm")).replace("\r\n", "\n").replace("\r", "\n")
    settings, body = split_front_matter(text, name=name)
    article = reader(body, name, http_url(_first(settings, "url", "link", "canonical_url")))
    if not article.text and not _first(settings, "title"):
        raise ParseError("there is no text in this file", where=name, try_="write the article, or remove the file")
    draft = _first(settings, "draft").lower() in ("true", "yes", "1", "on") or _first(settings, "published") == "false"
    return _apply(article, settings, name, timezone), draft


def _markdown(text: str, name: str, url: str | None) -> Article:
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = renderer.parse(text)
    heading = ""
    if len(tokens) >= 3 and tokens[0].type == "heading_open" and tokens[0].tag == "h1":
        heading = line_of(renderer.renderer.render(tokens[1:2], renderer.options, {}), is_html=True)
        tokens = tokens[3:]
    fragment = clean_fragment(renderer.renderer.render(tokens, renderer.options, {}), url)
    title, origin = (heading, "heading") if heading else title_without(fragment.text, f"/{name}")
    image = next((image for image in fragment.images if is_lead_image(image)), None)
    places = {"title": origin, "text": "file"} | ({"image": "body"} if image else {})
    return Article(
        source="", guid=name, url=url, title=title, title_derived=origin != "heading", text=fragment.text,
        html=fragment.html, image=image, origin=places,
    )  # fmt: skip


def _text(text: str, name: str, url: str | None) -> Article:
    return replace(read_text(text, name=name), url=url)


_READERS: dict[str, Callable[[str, str, str | None], Article]] = {
    ".md": _markdown, ".markdown": _markdown, ".txt": _text, ".html": read_html, ".htm": read_html,
}  # fmt: skip


def _apply(article: Article, settings: dict[str, Value], name: str, timezone: str) -> Article:
    """What the front matter says, over what the body gave."""
    given: dict[str, Any] = {}
    origin = dict(article.origin)

    def put(field: str, value: object, place: str = "front matter") -> None:
        if value:
            given[field] = value
            origin[field] = place

    put("title", clean_line(_first(settings, "title"), max_chars=500))
    put("authors", _authors(settings))
    put(
        "tags",
        tuple(
            dict.fromkeys(clean_line(tag, max_chars=80) for tag in _list(settings, "tags", "tag", "categories") if tag)
        ),
    )
    put("language", language_tag(_first(settings, "language", "lang", "locale")))
    put("excerpt", " ".join(clean_text(_first(settings, "excerpt", "summary", "description")).split())[:1500])
    put("image", _image(settings, article.url))
    _put_dates(put, settings, article, name, timezone)
    given["guid"] = clean_line(_first(settings, "id", "guid", "uuid"), max_chars=500) or name
    if "title" in given:
        given["title_derived"] = False
    warnings = list(article.warnings)
    if _first(settings, "date") and "published" not in given:
        warnings.append(
            f"{name}: the date {_first(settings, 'date')[:60]!r} cannot be read; write 2026-11-23 or 2026-11-23 09:00"
        )
    return replace(article, **given, origin=origin, warnings=tuple(warnings))


def _put_dates(
    put: Callable[..., None], settings: dict[str, Value], article: Article, name: str, timezone: str
) -> None:
    zone = zone_named(timezone)
    published, confidence = read_date(_first(settings, "date", "published", "published_at", "pubdate"), zone=zone)
    place = "front matter"
    dated = _DATED_NAME.match(PurePosixPath(name).name)
    if published is None and article.published is None and dated:
        published, confidence = read_date(dated[1], zone=zone)
        place = "file name"
    put("published", published, place)
    if published is not None:
        put("published_confidence", confidence, place)
    put("updated", read_date(_first(settings, "updated", "modified", "lastmod"), zone=zone)[0])


def _first(settings: dict[str, Value], *keys: str) -> str:
    for key in keys:
        value = settings.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def _list(settings: dict[str, Value], *keys: str) -> list[str]:
    for key in keys:
        value = settings.get(key)
        if isinstance(value, list):
            return [str(item).lstrip("#") for item in value]
        if isinstance(value, str) and value:
            return [part.strip().lstrip("#") for part in value.split(",")]
    return []


def _authors(settings: dict[str, Value]) -> tuple[Author, ...]:
    found: list[Author] = []
    for key in ("authors", "author", "by"):
        value = settings.get(key) or []
        for person in value if isinstance(value, list) else [value]:
            name, url = (person.get("name"), person.get("url")) if isinstance(person, dict) else (person, None)
            cleaned = clean_line(str(name or ""), max_chars=200)
            if cleaned:
                found.append(Author(cleaned, http_url(str(url or ""))))
    return tuple(dict.fromkeys(found))


def _image(settings: dict[str, Value], base: str | None) -> Image | None:
    for key in ("image", "cover", "cover_image", "featured_image", "thumbnail"):
        value = settings.get(key)
        source, alt = (
            (value.get("url") or value.get("src"), value.get("alt")) if isinstance(value, dict) else (value, "")
        )
        url = http_url(source, base) if isinstance(source, str) else None
        if url:
            return Image(url, alt=clean_line(str(alt or _first(settings, "image_alt")), max_chars=300))
    return None
