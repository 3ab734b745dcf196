"""A folder of files as a source: every readable file below a path.

Reads the disk, nothing else; does not follow links out of the folder. Invariant: one file that cannot be read is a
warning with its name and reason, and never costs the others.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from digest.errors import FetchError, ParseError
from digest.gather.files import MAX_FILE_BYTES, is_readable, read_draft
from digest.gather.settings import SourceSettings
from digest.gather.urls import http_url
from digest.model import Article

MAX_FILES = 10_000


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds: `marks` maps each file's relative path to a hash of its bytes (for drafts too)."""

    articles: tuple[Article, ...]
    marks: dict[str, str]
    warnings: tuple[str, ...]


def read_folder(path: Path, *, source: SourceSettings) -> Folder:
    """Read everything below `path`, in order of names. Raises `FetchError` when there is no such folder."""
    if not path.is_dir():
        why = "it is a file" if path.exists() else "there is no such folder"
        raise FetchError("this folder cannot be read", where=str(path), why=why, try_="create it, or correct path")
    articles: list[Article] = []
    marks: dict[str, str] = {}
    warnings: list[str] = []
    for name in _names(path):
        if len(marks) >= MAX_FILES:
            warnings.append(f"only the first {MAX_FILES:,} files were read")
            break
        try:
            data = _bytes_of(path / name)
            marks[name] = hashlib.sha256(data).hexdigest()[:32]
            article, draft = read_draft(data, name=name, timezone=source.timezone)
        except (ParseError, OSError) as error:
            marks.setdefault(name, "unreadable")
            warnings.append(str(error) if isinstance(error, ParseError) else f"{name}: {error.strerror or error}")
            continue
        if not draft:
            articles.append(placed(article, source, name))
    return Folder(tuple(articles), marks, tuple(warnings))


def _names(path: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        relative = Path(folder).relative_to(path)
        for name in sorted(files):
            if is_readable(name):
                yield (relative / name).as_posix()


def _bytes_of(path: Path) -> bytes:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ParseError(
            "this file is too large",
            where=path.name,
            why=f"more than {MAX_FILE_BYTES:,} bytes",
            try_="split or remove it",
        )
    return path.read_bytes()


def placed(article: Article, source: SourceSettings, name: str) -> Article:
    """The article with what its source adds: name, language, and an address made from `url_template`."""
    url, origin = article.url, dict(article.origin)
    if url is None and source.url_template:
        path = PurePosixPath(name)
        filled = source.url_template
        for key, value in {"path": name, "stem": path.stem, "name": path.name, "id": article.guid}.items():
            filled = filled.replace("{" + key + "}", quote(value))
        url = http_url(filled)
        origin["url"] = "url_template"
    language = article.language or source.language
    return replace(article, source=source.name, url=url, language=language, origin=origin)
