"""What an operator asks about sources: which rest, how they are doing, what they brought.

Must not change what was fetched (that is `articles`); it writes one thing, the pause. Invariant: a pause names who and
when, belongs to the database and not to digest.toml, and outlives every fetch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from digest.store.database import Database
from digest.store.schema import article, article_source, source


@dataclass(frozen=True, slots=True)
class Paused:
    """Since when a source rests, who said so, and why."""

    at: datetime
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One source as the database knows it. `fetch_state` is what gathering left for itself, as plain values."""

    name: str
    title: str
    fetch_state: Mapping[str, Any]
    last_tried_at: datetime | None
    last_success_at: datetime | None
    last_error: str
    failures: int
    articles: int
    paused: Paused | None


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a source brought: articles by month (`2026-11`) of publication, and by language ("" where unknown)."""

    months: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)
    undated: int = 0
    newest: datetime | None = None


class SourceBook:
    """Sources, for the people who look after them."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def paused(self) -> dict[str, Paused]:
        """The sources that rest, by name."""
        query = sa.select(source.c.name, source.c.paused_at, source.c.paused_by, source.c.paused_note)
        with self._db.read() as connection:
            rows = connection.execute(query.where(source.c.paused_at.is_not(None)).order_by(source.c.name))
            return {row.name: Paused(row.paused_at, row.paused_by, row.paused_note) for row in rows}

    def pause(self, name: str, *, at: datetime, by: str, note: str = "") -> bool:
        """Let a source rest. False when it rested already: then a new note replaces the old one, the time stays."""
        known = sa.update(source).where(source.c.name == name)
        with self._db.write() as connection:
            connection.execute(self._db.insert(source).values(name=name, fetch_state={}).on_conflict_do_nothing())
            fresh = known.where(source.c.paused_at.is_(None)).values(paused_at=at, paused_by=by, paused_note=note)
            if connection.execute(fresh).rowcount:
                return True
            if note:
                connection.execute(known.values(paused_by=by, paused_note=note))
            return False

    def resume(self, name: str) -> Paused | None:
        """Let it be asked again. What it was, or None when it did not rest."""
        before = self.paused().get(name)
        blank = {"paused_at": None, "paused_by": "", "paused_note": ""}
        with self._db.write() as connection:
            connection.execute(sa.update(source).where(source.c.name == name).values(blank))
        return before

    def records(self) -> dict[str, SourceRecord]:
        """Every source that was ever fetched or paused, by name."""
        counts = (
            sa.select(article_source.c.source_id, sa.func.count().label("articles"))
            .group_by(article_source.c.source_id)
            .subquery()
        )
        query = (
            sa.select(source, sa.func.coalesce(counts.c.articles, 0).label("articles"))
            .outerjoin(counts, counts.c.source_id == source.c.id)
            .order_by(source.c.name)
        )
        with self._db.read() as connection:
            return {row.name: _record(row) for row in connection.execute(query)}

    def harvest(self, name: str) -> Harvest:
        """What the source brought so far, over all its articles."""
        # The language alone, not the whole article: an archive of thousands is some megabytes of text.
        language = sa.type_coerce(article.c.data, sa.JSON)["language"].as_string().label("language")
        query = (
            sa.select(article.c.published, language)
            .join(article_source, article_source.c.article_id == article.c.id)
            .join(source, source.c.id == article_source.c.source_id)
            .where(source.c.name == name)
        )
        with self._db.read() as connection:
            rows = [(row.published, row.language) for row in connection.execute(query)]
        dates = [published for published, _ in rows if published is not None]
        months = Counter(f"{date:%Y-%m}" for date in dates)
        languages = Counter(language or "" for _, language in rows)
        return Harvest(
            dict(sorted(months.items())),
            dict(languages.most_common()),
            len(rows) - len(dates),
            max(dates, default=None),
        )


def _record(row: Any) -> SourceRecord:
    paused = Paused(row.paused_at, row.paused_by, row.paused_note) if row.paused_at is not None else None
    return SourceRecord(
        row.name,
        row.title,
        dict(row.fetch_state or {}),
        row.last_tried_at,
        row.last_success_at,
        row.last_error,
        row.failures,
        row.articles,
        paused,
    )
