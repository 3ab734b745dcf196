"""Articles as people look for them: lists with filters, and everything about one.

Reads only, and decides nothing. Invariant: what it shows is what the ledger holds, the newest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from digest.model import Article, from_plain
from digest.store.database import Database
from digest.store.newness import ids_from
from digest.store.schema import article, article_alias, article_source, digest_article, engagement, source

moment = sa.func.coalesce(article.c.published, article.c.first_seen_at)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list. `states`: digest (`weekly`, or `weekly+daily` for another frequency) -> its decision."""

    id: int
    title: str
    source: str
    published: datetime | None
    first_seen_at: datetime
    withdrawn_at: datetime | None
    states: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Count:
    """What a source said of readers' interest, and since when."""

    at: datetime
    views: int | None
    comments: int | None
    reactions: int | None


@dataclass(frozen=True, slots=True)
class Card:
    """Everything stored about one article."""

    id: int
    article: Article
    first_seen_at: datetime
    changed_at: datetime
    withdrawn_at: datetime | None
    content_hash: str
    sources: tuple[str, ...]
    aliases: tuple[str, ...]
    engagement: tuple[Count, ...]


class Catalogue:
    """Looking articles up."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def find(
        self,
        *,
        sources: Collection[str] | None = None,
        digest: str | None = None,
        state: str | None = None,
        since: datetime | None = None,
        search: str = "",
        limit: int = 50,
    ) -> list[Entry]:
        """The newest articles that answer every condition. `search`: words of the title, in any case and order."""
        query = (
            sa.select(article, source.c.name.label("source"))
            .join(source, source.c.id == article.c.source_id)
            .with_only_columns(
                article.c.id, article.c.title, article.c.published, article.c.first_seen_at, article.c.withdrawn_at,
                source.c.name.label("source"),
            )
            .order_by(moment.desc(), article.c.id.desc())
        )  # fmt: skip
        if sources is not None:
            query = query.where(article.c.id.in_(ids_from(sources)))
        if since is not None:
            query = query.where(moment >= since)
        if digest is not None or state is not None:
            fate = sa.select(1).where(digest_article.c.article_id == article.c.id)
            fate = fate if digest is None else fate.where(digest_article.c.digest == digest)
            query = query.where((fate if state is None else fate.where(digest_article.c.state == state)).exists())
        words = search.casefold().split()
        with self._db.read() as connection:
            # Compared here: SQLite folds the case of ASCII letters only.
            rows = (row for row in connection.execute(query) if all(word in row.title.casefold() for word in words))
            found = list(islice(rows, limit))
            states = _states(connection, [row.id for row in found])
        return [
            Entry(row.id, row.title, row.source, row.published, row.first_seen_at, row.withdrawn_at, states[row.id])
            for row in found
        ]

    def card(self, article_id: int) -> Card | None:
        """Everything about one article; None when there is none with this id."""
        with self._db.read() as connection:
            row = connection.execute(sa.select(article).where(article.c.id == article_id)).first()
            if row is None:
                return None
            by = (
                sa.select(source.c.name)
                .join(article_source, article_source.c.source_id == source.c.id)
                .where(article_source.c.article_id == article_id)
                .order_by(source.c.id != row.source_id, source.c.name)
            )
            names = sa.select(article_alias.c.alias).where(article_alias.c.article_id == article_id)
            counts = (
                sa.select(engagement.c.at, engagement.c.views, engagement.c.comments, engagement.c.reactions)
                .where(engagement.c.article_id == article_id)
                .order_by(engagement.c.at)
            )
            return Card(
                row.id, from_plain(Article, row.data), row.first_seen_at, row.changed_at, row.withdrawn_at,
                row.content_hash,
                tuple(connection.scalars(by)),
                tuple(connection.scalars(names.order_by(article_alias.c.alias))),
                tuple(Count(*one) for one in connection.execute(counts)),
            )  # fmt: skip


def _states(connection: sa.Connection, ids: list[int]) -> defaultdict[int, dict[str, str]]:
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for start in range(0, len(ids), 1000):
        query: sa.Select[Any] = (
            sa.select(digest_article)
            .where(digest_article.c.article_id.in_(ids[start : start + 1000]))
            .order_by(digest_article.c.digest, digest_article.c.frequency)
        )
        for row in connection.execute(query):
            name = row.digest if row.frequency == "every" else f"{row.digest}+{row.frequency}"
            found[row.article_id][name] = row.state
    return found
