"""Sources and articles: what was fetched, recognised again, and counted.

Must not decide what is news (that is `newness`) nor look into an article's words. Invariants: an article keeps its id
and its first sighting for ever, whatever its source later says about title, text or address; one that comes by several
sources (a blog and the planet that repeats it) is one article, worded as the first of them has it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import Article, StoredArticle, from_plain, to_plain
from digest.store.database import Database
from digest.store.identity import Newcomer, assign
from digest.store.newness import Newness, ids_from
from digest.store.rows import ArticleRecord, SaveReport, SourceStatus
from digest.store.schema import article, article_alias, article_source, engagement, source

LARGEST = 2**63 - 1


class ArticleStore(Newness):
    """Sources, articles, and each digest's decisions about them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def fetch_state(self, source_name: str) -> dict[str, Any]:
        """What the last fetch left for the next one (validators, times); empty for a source never fetched."""
        with self._db.read() as connection:
            found = connection.scalar(sa.select(source.c.fetch_state).where(source.c.name == source_name))
        return dict(found or {})

    def save_fetch(
        self, source_name: str, state: Mapping[str, Any], *, at: datetime, ok: bool, error: str = "", title: str = ""
    ) -> None:
        """Record one try. `ok` includes "nothing new"; a failure keeps the last success and counts up."""
        values: dict[str, Any] = {"fetch_state": to_plain(state), "last_tried_at": at, "last_error": error}
        if ok:
            values |= {"last_success_at": at, "last_error": "", "failures": 0}
        else:
            values["failures"] = source.c.failures + 1
        if title:
            values["title"] = title
        with self._db.write() as connection:
            source_id = _source_id(self._db, connection, source_name)
            connection.execute(sa.update(source).where(source.c.id == source_id).values(values))

    def source_status(self) -> list[SourceStatus]:
        count = sa.select(sa.func.count()).where(article_source.c.source_id == source.c.id).scalar_subquery()
        query = sa.select(source, count.label("articles")).order_by(source.c.name)
        with self._db.read() as connection:
            return [
                SourceStatus(
                    row.name, row.title, row.last_success_at, row.last_error, row.last_tried_at, row.failures,
                    row.articles,
                )
                for row in connection.execute(query)
            ]  # fmt: skip

    def source_titles(self) -> dict[str, str]:
        """The titles the sources gave themselves, by source name; sources without one are missing."""
        with self._db.read() as connection:
            rows = connection.execute(sa.select(source.c.name, source.c.title).where(source.c.title != ""))
            return {row.name: row.title for row in rows}

    def save(self, source_name: str, records: Sequence[ArticleRecord], *, at: datetime) -> SaveReport:
        """Store what one document said. A known article (any alias) is updated in place, by its own source."""
        verdicts: dict[int, str] = {}
        with self._db.write() as connection:
            self._db.serialise(connection, 0x6172)  # two sources bringing one article must see each other
            source_id = _source_id(self._db, connection, source_name)
            for record, found in zip(records, _recognise(connection, records), strict=True):
                if isinstance(found, Newcomer):
                    article_id = found.article_id or _insert(connection, source_id, record, at)
                    verdict = "same" if found.article_id else "new"
                    found.article_id = article_id
                else:
                    article_id, verdict = found, _update(connection, found, source_id, record, at)
                if verdicts.get(article_id, "same") == "same":
                    verdicts[article_id] = verdict
                _name(self._db, connection, source_id, article_id, record.aliases)
                _count(self._db, connection, article_id, record.article, at)
        by_verdict = {kind: tuple(i for i, v in verdicts.items() if v == kind) for kind in ("new", "updated")}
        return SaveReport(**by_verdict, same=len(records) - sum(map(len, by_verdict.values())))

    def get(self, ids: Collection[int]) -> list[StoredArticle]:
        """The articles with these ids, in the order of `ids`; unknown ids are left out."""
        with self._db.read() as connection:
            found = {
                row.id: stored(row)
                for chunk in _chunks(list(ids), 1000)
                for row in connection.execute(SELECT_STORED.where(article.c.id.in_(chunk)))
            }
        return [found[article_id] for article_id in ids if article_id in found]

    def recent(self, sources: Collection[str], limit: int) -> list[StoredArticle]:
        """The newest articles of these sources, by publication, or by first sighting where they carry no date."""
        query = (
            SELECT_STORED.where(article.c.id.in_(ids_from(sources)))
            .order_by(sa.func.coalesce(article.c.published, article.c.first_seen_at).desc(), article.c.id.desc())
            .limit(limit)
        )
        with self._db.read() as connection:
            return [stored(row) for row in connection.execute(query)]


SELECT_STORED = sa.select(article.c.id, article.c.data, article.c.first_seen_at, article.c.content_hash)


def stored(row: Row[*tuple[Any, ...]]) -> StoredArticle:
    return StoredArticle(row.id, from_plain(Article, row.data), row.first_seen_at, row.content_hash)


def _source_id(database: Database, connection: Connection, name: str) -> int:
    connection.execute(database.insert(source).values(name=name, fetch_state={}).on_conflict_do_nothing())
    return int(connection.execute(sa.select(source.c.id).where(source.c.name == name)).scalar_one())


def _recognise(connection: Connection, records: Sequence[ArticleRecord]) -> list[int | Newcomer]:
    """For each record the id of the article it is, or a `Newcomer` shared by records that are the same article."""
    owners: dict[str, list[int]] = {}
    names = sorted({alias for record in records for alias in record.aliases})
    for chunk in _chunks(names, 1000):
        query = (
            sa.select(article_alias.c.alias, article_alias.c.article_id)
            .where(article_alias.c.alias.in_(chunk))
            .order_by(article_alias.c.article_id)
        )
        for row in connection.execute(query):
            owners.setdefault(row.alias, []).append(row.article_id)
    return assign([record.aliases for record in records], owners)


def _values(record: ArticleRecord) -> dict[str, Any]:
    piece = record.article
    return {
        "title": piece.title,
        "published": piece.published,
        "content_hash": record.content_hash,
        "data": _bounded(to_plain(piece)),
    }


def _bounded(plain: dict[str, Any]) -> dict[str, Any]:
    for counter in ("views", "comments", "reactions"):
        plain[counter] = _counter(plain[counter])
    return plain


def _counter(value: int | None) -> int | None:
    """A counter from outside may be any integer; a column holds 64 bits."""
    return None if value is None else max(0, min(value, LARGEST))


def _insert(connection: Connection, source_id: int, record: ArticleRecord, at: datetime) -> int:
    values = _values(record) | {"source_id": source_id, "first_seen_at": at, "changed_at": at}
    return int(connection.execute(sa.insert(article).values(values).returning(article.c.id)).scalar_one())


def _update(connection: Connection, article_id: int, source_id: int, record: ArticleRecord, at: datetime) -> str:
    """ "updated" when the words changed. Otherwise it is written all the same: counters and tags may have moved."""
    columns = sa.select(article.c.content_hash, article.c.source_id).where(article.c.id == article_id)
    old = connection.execute(columns).one()
    if old.source_id != source_id:
        return "same"
    changed = old.content_hash != record.content_hash
    values = _values(record) | ({"changed_at": at} if changed else {})
    connection.execute(sa.update(article).where(article.c.id == article_id).values(values))
    return "updated" if changed else "same"


def _name(
    database: Database, connection: Connection, source_id: int, article_id: int, aliases: Collection[str]
) -> None:
    sighting = database.insert(article_source).values(source_id=source_id, article_id=article_id)
    connection.execute(sighting.on_conflict_do_nothing())
    rows = [{"alias": alias, "article_id": article_id} for alias in dict.fromkeys(aliases)]
    if rows:
        connection.execute(database.insert(article_alias).on_conflict_do_nothing(), rows)


def _count(database: Database, connection: Connection, article_id: int, piece: Article, at: datetime) -> None:
    """One row per change of the counters, not per fetch: most fetches change none."""
    now = tuple(_counter(value) for value in (piece.views, piece.comments, piece.reactions))
    if now == (None, None, None):
        return
    query = (
        sa.select(engagement.c.views, engagement.c.comments, engagement.c.reactions)
        .where(engagement.c.article_id == article_id)
        .order_by(engagement.c.at.desc())
        .limit(1)
    )
    last = connection.execute(query).first()
    if last is None or tuple(last) != now:
        row = dict(zip(("views", "comments", "reactions"), now, strict=True))
        insert = database.insert(engagement).values(article_id=article_id, at=at, **row)
        connection.execute(insert.on_conflict_do_update(index_elements=["article_id", "at"], set_=row))


def _chunks(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
