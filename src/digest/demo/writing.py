"""Reads the sample community's articles, which are files in this package, and dates them relative to a given now.

Does not serve anything and reads no clock. A file is a few `key: value` lines, a blank line, and paragraphs; `## `
starts a heading. Ages ("2d 3h") instead of dates keep the community a week old for ever.

Why not the Markdown reader that gathering uses: the demo must not share its reading with what it demonstrates, and
paragraphs and headings are all these articles need.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from importlib.resources.abc import Traversable

IMAGE_SIZE = (1200, 800)
_AGE = re.compile(r"(-?\d+)([dhm])")
_UNITS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


@dataclass(frozen=True, slots=True)
class Post:
    """One sample article. `paragraphs` keep their `## ` marks; `image` is a file name or empty."""

    slug: str
    title: str
    author: str
    published: datetime
    paragraphs: tuple[str, ...]
    language: str = "en-IE"
    tags: tuple[str, ...] = ()
    image: str = ""
    alt: str = ""
    comments: int | None = None
    excerpt_only: bool = False

    @property
    def direction(self) -> str:
        return "rtl" if self.language.startswith("ar") else "ltr"

    @property
    def excerpt(self) -> str:
        return next(text for text in self.paragraphs if not text.startswith("## "))

    @property
    def body_html(self) -> str:
        return "\n".join(_block(text) for text in self.paragraphs)


def read_posts(section: str, *, now: datetime) -> tuple[Post, ...]:
    """The posts of one section ("blog", "forum", "events"), newest first."""
    files = [file for file in package_folder(section).iterdir() if file.name.endswith(".md")]
    posts = [_post(file.name.removesuffix(".md"), file.read_text(encoding="utf-8"), now=now) for file in files]
    return tuple(sorted(posts, key=lambda post: post.published, reverse=True))


def package_folder(section: str) -> Traversable:
    return resources.files("digest.demo").joinpath("articles", section)


def split_head(text: str) -> tuple[dict[str, str], str]:
    """The `key: value` lines at the top of an article file, and the rest."""
    head, _, body = text.partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    return fields, body.strip()


def published_at(age: str, *, now: datetime) -> datetime:
    """`now` minus an age such as "2d 3h"; a negative age lies ahead. Whole minutes, as people publish."""
    ago = sum((int(count) * _UNITS[unit] for count, unit in _AGE.findall(age)), timedelta())
    return (now - ago).replace(second=0, microsecond=0)


def _post(slug: str, text: str, *, now: datetime) -> Post:
    fields, body = split_head(text)
    return Post(
        slug=slug,
        title=fields["title"],
        author=fields["author"],
        published=published_at(fields["age"], now=now),
        paragraphs=tuple(body.split("\n\n")),
        language=fields.get("lang", "en-IE"),
        tags=tuple(tag.strip() for tag in fields.get("tags", "").replace("،", ",").split(",") if tag.strip()),
        image=fields.get("image", ""),
        alt=fields.get("alt", ""),
        comments=int(fields["comments"]) if "comments" in fields else None,
        excerpt_only=fields.get("content") == "excerpt",
    )


def _block(text: str) -> str:
    if text.startswith("## "):
        return f"<h2>{html.escape(text[3:], quote=False)}</h2>"
    return f"<p>{html.escape(text, quote=False)}</p>"
