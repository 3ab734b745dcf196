"""What was found when somebody looked again: withdrawn articles, pictures, and the lines a source repeats.

Must not decide any of it. Invariants: an article that was withdrawn keeps its row and its fate, so that one that
returns is eligible again unless it was consumed; what is noted about an article never changes what readers see of it
nor the hash of that; of one picture the newest verdict counts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Article, StoredArticle, from_plain, to_plain
from digest.store.database import Database
from digest.store.schema import article, digest_article, image_check, source, source_line

NOTE = "before the issue: "
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class ImageCheck:
    """The verdict on one picture. `warnings` is kept with the reason of one that is good."""

    url: str
    ok: bool
    at: datetime
    type: str = ""
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One line that articles of a source carried at an edge; `articles` are their marks. See `gather.boilerplate`."""

    text: str
    articles: tuple[str, ...] = ()
    counted: bool = False


class Line(Protocol):
    """What is written of a line, by whatever name its owner knows it."""

    @property
    def text(self) -> str: ...
    @property
    def articles(self) -> tuple[str, ...]: ...
    @property
    def counted(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Withdrawn:
    stored: StoredArticle
    at: datetime


class CheckStore:
    """Second looks at what is stored."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # -- articles -----------------------------------------------------------------------------------------------------

    def withdrawn(self, ids: Collection[int]) -> dict[int, datetime]:
        """Those of `ids` that their source took back, and when that was seen."""
        found: dict[int, datetime] = {}
        with self._db.read() as connection:
            for chunk in _chunks(sorted(ids)):
                query = sa.select(article.c.id, article.c.withdrawn_at).where(
                    article.c.id.in_(chunk), article.c.withdrawn_at.is_not(None)
                )
                found |= {row.id: row.withdrawn_at for row in connection.execute(query)}
        return found

    def withdrawn_candidates(self, digest: str, frequency: str, *, since: datetime, limit: int) -> list[Withdrawn]:
        """What this digest could take if it had not been withdrawn (after `since`), the newest withdrawal first."""
        query = (
            sa.select(
                article.c.id, article.c.data, article.c.first_seen_at, article.c.content_hash, article.c.withdrawn_at
            )
            .join(digest_article, digest_article.c.article_id == article.c.id)
            .where(
                digest_article.c.digest == digest,
                digest_article.c.frequency == frequency,
                digest_article.c.state == sa.literal("new", literal_execute=True),
                article.c.withdrawn_at > since,
            )
            .order_by(article.c.withdrawn_at.desc(), article.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            return [
                Withdrawn(
                    StoredArticle(row.id, from_plain(Article, row.data), row.first_seen_at, row.content_hash),
                    row.withdrawn_at,
                )
                for row in connection.execute(query)
            ]

    def withdraw(self, reasons: Mapping[int, str], *, at: datetime) -> None:
        """Take these articles out of every issue to come; the reason is noted with each."""
        with self._db.write() as connection:
            for article_id, why in sorted(reasons.items()):
                _patch(connection, article_id, origin={"withdrawn": why}, warning=f"{NOTE}withdrawn: {why}")
                which = sa.update(article).where(article.c.id == article_id, article.c.withdrawn_at.is_(None))
                connection.execute(which.values(withdrawn_at=at))

    def restore(self, ids: Collection[int]) -> None:
        """They are there again."""
        with self._db.write() as connection:
            for article_id in sorted(ids):
                _patch(connection, article_id, origin={"withdrawn": ""}, warning="")
                connection.execute(sa.update(article).where(article.c.id == article_id).values(withdrawn_at=None))

    def note_picture(self, notes: Mapping[int, str]) -> None:
        """Say with an article why its picture is another one, or none, in the issue ("" takes an old note back)."""
        with self._db.write() as connection:
            for article_id, why in sorted(notes.items()):
                _patch(connection, article_id, origin={"picture": why}, warning=f"{NOTE}picture: {why}" if why else "")

    def save_pages(self, source_name: str, *, pages: Mapping[str, Any], robots: Mapping[str, Any]) -> None:
        """Remember what was learned of a source's pages; everything else of its state stays as it is."""
        if not pages and not robots:
            return
        with self._db.write() as connection:
            row = connection.execute(
                sa.select(source.c.id, source.c.fetch_state).where(source.c.name == source_name).with_for_update()
            ).first()
            if row is None:
                return
            state = dict(row.fetch_state)
            state["pages"] = {**state.get("pages", {}), **to_plain(pages)}
            state["robots"] = dict(list({**state.get("robots", {}), **to_plain(robots)}.items())[-5:])
            connection.execute(sa.update(source).where(source.c.id == row.id).values(fetch_state=state))

    # -- pictures -----------------------------------------------------------------------------------------------------

    def images(self, urls: Collection[str]) -> dict[str, ImageCheck]:
        """The last verdict on each of these pictures."""
        found: dict[str, ImageCheck] = {}
        with self._db.read() as connection:
            for chunk in _chunks(sorted(urls)):
                query = sa.select(image_check).where(image_check.c.url.in_(chunk))
                found |= {
                    row.url: ImageCheck(
                        row.url, row.ok, row.at, row.type, row.width, row.height, row.bytes, row.reason
                    )
                    for row in connection.execute(query)
                }  # fmt: skip
        return found

    def save_images(self, checks: Sequence[ImageCheck]) -> None:
        """Replace the verdicts on these pictures."""
        if not checks:
            return
        rows = [to_plain(check) | {"at": check.at} for check in {check.url: check for check in checks}.values()]
        insert = self._db.insert(image_check)
        newest = {name: insert.excluded[name] for name in rows[0] if name != "url"}
        with self._db.write() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["url"], set_=newest), rows)

    def forget_images(self, *, before: datetime) -> int:
        """Delete verdicts older than `before`; how many."""
        with self._db.write() as connection:
            return connection.execute(sa.delete(image_check).where(image_check.c.at < before)).rowcount

    # -- repeated lines -----------------------------------------------------------------------------------------------

    def lines(self, source_name: str) -> dict[str, SourceLine]:
        """What is remembered of the source's lines, by what identifies them."""
        query = (
            sa.select(source_line.c.line, source_line.c.text)
            .join(source, source.c.id == source_line.c.source_id)
            .where(source.c.name == source_name)
        )
        with self._db.read() as connection:
            return {row.line: _line(row.text) for row in connection.execute(query)}

    def save_lines(self, source_name: str, lines: Mapping[str, Line], *, at: datetime) -> None:
        """Remember `lines` and no others; writes what differs. The source must be stored."""
        old = self.lines(source_name)
        with self._db.write() as connection:
            source_id = connection.scalar(sa.select(source.c.id).where(source.c.name == source_name))
            if source_id is None:
                return
            gone = sorted(set(old) - set(lines))
            for chunk in _chunks(gone):
                which = (source_line.c.source_id == source_id, source_line.c.line.in_(chunk))
                connection.execute(sa.delete(source_line).where(*which))
            rows = [
                {
                    "source_id": source_id,
                    "line": key,
                    "text": _text(line),
                    "articles": len(line.articles),
                    "last_at": at,
                }
                for key, line in lines.items()
                if old.get(key) != SourceLine(line.text, line.articles, line.counted)
            ]
            if rows:
                insert = self._db.insert(source_line)
                newest = {name: insert.excluded[name] for name in ("text", "articles", "last_at")}
                keys = ["source_id", "line"]
                connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=newest), rows)


def _line(text: str) -> SourceLine:
    data = json.loads(text)
    return SourceLine(data["line"], tuple(data["in"]), bool(data["counted"]))


def _text(line: Line) -> str:
    data = {"line": line.text, "in": list(line.articles), "counted": line.counted}
    return json.dumps(data, ensure_ascii=False)


def _patch(connection: Connection, article_id: int, *, origin: Mapping[str, str], warning: str) -> None:
    """Note in an article's data: an empty origin takes the note of that name back, with its warning."""
    data = connection.scalar(sa.select(article.c.data).where(article.c.id == article_id).with_for_update())
    if data is None:
        return
    (name,) = origin
    head = {"withdrawn": f"{NOTE}withdrawn: ", "picture": f"{NOTE}picture: "}[name]
    warnings = [old for old in data.get("warnings", ()) if not old.startswith(head)]
    merged = {**data.get("origin", {}), **origin}
    patched = {
        **data,
        "origin": {key: value for key, value in merged.items() if value or key != name},
        "warnings": [*warnings, *([warning] if warning else [])],
    }
    if patched != data:
        connection.execute(sa.update(article).where(article.c.id == article_id).values(data=patched))


def _chunks(items: Sequence[Any]) -> list[Sequence[Any]]:
    return [items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK)]
