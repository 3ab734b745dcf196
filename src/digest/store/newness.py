"""Each digest's own decision about each article: known, new, consumed, passed over, excluded (DESIGN rule 2).

Must not look at a date once an article has its row: newness is decided by this ledger, when a digest first sees an
article, and never again. Invariant: one row per (digest, frequency, article), so an article is consumed at most once.

Dates matter twice: at a digest's first sight of a source, and for a feed that digs up its archive. Both are measured
from what this digest has seen of that source, not from now: a digest that looks once a quarter, or a source that was
down for two months, loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import Article, StoredArticle, from_plain
from digest.store.database import Database
from digest.store.dating import FUTURE_TOLERANCE
from digest.store.rows import ArticleFate, Enrolled
from digest.store.schema import article, article_alias, article_source, digest_article, digest_source, source

SAME_STORY = "same:"  # an alias that names, instead of the article itself, the known one whose copy it became
Threshold = datetime | Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True)
class _Look:
    """What one digest has seen of one source: since when, and when it last answered."""

    first_seen: datetime
    answered: datetime | None


class Newness:
    """The part of `ArticleStore` that knows digests."""

    _db: Database

    def enroll(
        self,
        digest: str,
        frequency: str,
        sources: Sequence[str],
        *,
        threshold: Threshold,
        undated_new: Collection[str],
        at: datetime,
        late_window_days: int = 30,
    ) -> Enrolled:
        """Give every article of `sources` that this digest has not met a fate.

        At a digest's first sight of a source: published after `threshold` is new (a function gets the moment of the
        first sight, also of a source that did not answer then); the rest is known, and so is the undated, except from
        sources in `undated_new`. Later everything is new, except what was published more than `late_window_days`
        before the digest last saw the source answer (a feed that digs up its archive). What is dated in the future
        waits without a row.
        """
        since = threshold if callable(threshold) else lambda _: threshold
        archive = timedelta(days=late_window_days)
        with self._db.write() as connection:
            ids = _source_ids(connection, sources)
            _note_sources(self._db, connection, digest, frequency, ids.values(), at)
            looks = _looks(connection, digest, frequency)
            lenient = {source_id for name, source_id in ids.items() if name in undated_new}
            rows: list[dict[str, Any]] = []
            for row, by in _unmet(connection, digest, frequency, list(ids.values())):
                if row.published is not None and row.published > at + FUTURE_TOLERANCE:
                    continue
                seen = [looks[source_id] for source_id in by]
                state, reason = _fate(row.published, seen, since, archive, undated_is_new=bool(by & lenient))
                rows.append(
                    {"digest": digest, "frequency": frequency, "article_id": row.id, "state": state, "reason": reason,
                     "at": at}
                )  # fmt: skip
            fresh = [one["article_id"] for one in rows if one["state"] == "new"]
            told = _told_already(connection, digest, frequency, fresh)
            for one in rows:
                if one["article_id"] in told:
                    one |= {"state": "known", "reason": same_story_as(told[one["article_id"]])}
            if rows:
                connection.execute(self._db.insert(digest_article).on_conflict_do_nothing(), rows)
            answering = _note_answers(connection, digest, frequency, ids.values(), at)
        sighted = tuple(name for name, one in ids.items() if one in answering and looks[one].answered is None)
        new = sum(row["state"] == "new" for row in rows)
        return Enrolled(new, len(rows) - new, sighted)

    def eligible(self, digest: str, frequency: str) -> list[StoredArticle]:
        """The articles the next issue may choose from, oldest id first; not what its source took back meanwhile."""
        query = (
            sa.select(article.c.id, article.c.data, article.c.first_seen_at, article.c.content_hash)
            .join(digest_article, digest_article.c.article_id == article.c.id)
            .where(*_of(digest, frequency), digest_article.c.state == sa.literal("new", literal_execute=True))
            .where(article.c.withdrawn_at.is_(None))
            .order_by(article.c.id)
        )
        with self._db.read() as connection:
            return [
                StoredArticle(row.id, from_plain(Article, row.data), row.first_seen_at, row.content_hash)
                for row in connection.execute(query)
            ]

    def backfill(self, digest: str, frequency: str, sources: Sequence[str], *, since: datetime | None) -> int:
        """Make known articles of `sources` new: those published at or after `since`, or all of them. How many."""
        wanted = sa.select(article.c.id).where(article.c.id.in_(ids_from(sources)))
        if since is not None:
            wanted = wanted.where(article.c.published >= since)
        update = (
            sa.update(digest_article)
            .where(*_of(digest, frequency), digest_article.c.state == "known", digest_article.c.article_id.in_(wanted))
            .values(state="new", reason="backfill")
        )
        with self._db.write() as connection:
            return connection.execute(update).rowcount

    def fate(self, article_id: int) -> list[ArticleFate]:
        """What every digest decided about one article."""
        query = (
            sa.select(digest_article)
            .where(digest_article.c.article_id == article_id)
            .order_by(digest_article.c.digest, digest_article.c.frequency)
        )
        with self._db.read() as connection:
            return [
                ArticleFate(row.digest, row.frequency, row.state, row.issue_id, row.reason, row.at)
                for row in connection.execute(query)
            ]


def _fate(
    published: datetime | None,
    seen: Sequence[_Look],
    since: Callable[[datetime], datetime],
    archive: timedelta,
    *,
    undated_is_new: bool,
) -> tuple[str, str]:
    """State and reason of an article not met before; `seen` are the sources that it came by."""
    answered = [look.answered for look in seen if look.answered is not None]
    if answered:
        return _later(published, min(answered), archive)
    return _at_first_sight(published, since(min(look.first_seen for look in seen)), undated_is_new=undated_is_new)


def _at_first_sight(published: datetime | None, threshold: datetime, *, undated_is_new: bool) -> tuple[str, str]:
    if published is None and undated_is_new:
        return "new", "undated, from a source whose undated articles count as new"
    if published is None:
        return "known", "undated, and there already when this digest first saw its source"
    begins = f"this digest's beginning ({_day(threshold)})"
    if published > threshold:
        return "new", f"published {_day(published)}, after {begins}"
    return "known", f"published {_day(published)}, before {begins}"


def _later(published: datetime | None, answered: datetime, archive: timedelta) -> tuple[str, str]:
    if published is None:
        return "new", "undated, and first seen after this digest began"
    if published >= answered:
        return "new", f"published {_day(published)}, since its source was last read"
    late = f"published {_day(published)}, before its source was last read ({_day(answered)})"
    if published < answered - archive:
        return "known", f"{late} by more than {archive.days} days: an archive, not news"
    return "new", f"late: {late}, but not seen before"


def same_story_as(original: int) -> str:
    return f"the same story as article {original}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _of(digest: str, frequency: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return digest_article.c.digest == digest, digest_article.c.frequency == frequency


def _source_ids(connection: Connection, names: Sequence[str]) -> dict[str, int]:
    rows = connection.execute(sa.select(source.c.name, source.c.id).where(source.c.name.in_(list(names))))
    return {row.name: row.id for row in rows}


def _note_sources(
    database: Database, connection: Connection, digest: str, frequency: str, source_ids: Iterable[int], at: datetime
) -> None:
    rows = [
        {"digest": digest, "frequency": frequency, "source_id": source_id, "first_seen_at": at}
        for source_id in source_ids
    ]
    if rows:
        connection.execute(database.insert(digest_source).on_conflict_do_nothing(), rows)


def _looks(connection: Connection, digest: str, frequency: str) -> dict[int, _Look]:
    query = sa.select(digest_source).where(digest_source.c.digest == digest, digest_source.c.frequency == frequency)
    return {row.source_id: _Look(row.first_seen_at, row.looked_at) for row in connection.execute(query)}


def _note_answers(
    connection: Connection, digest: str, frequency: str, source_ids: Iterable[int], at: datetime
) -> set[int]:
    """Only a source that has answered once counts as seen: otherwise its whole archive would be news tomorrow."""
    holds = sa.select(1).where(article_source.c.source_id == source.c.id).exists()
    answered = sa.select(source.c.id, source.c.last_success_at).where(
        source.c.id.in_(list(source_ids)), source.c.last_success_at.is_not(None) | holds
    )
    found = {row.id: row.last_success_at or at for row in connection.execute(answered)}
    which = (digest_source.c.digest == digest, digest_source.c.frequency == frequency)
    for source_id, when in found.items():
        this = sa.update(digest_source).where(*which, digest_source.c.source_id == source_id)
        connection.execute(this.values(looked_at=when))
    return set(found)


def ids_from(sources: Collection[str]) -> sa.Select[int]:
    """The articles that came by any of these sources."""
    return (
        sa.select(article_source.c.article_id)
        .join(source, source.c.id == article_source.c.source_id)
        .where(source.c.name.in_(list(sources)))
    )


def _told_already(connection: Connection, digest: str, frequency: str, ids: Sequence[int]) -> dict[int, int]:
    """Those of `ids` that turned out to be copies of an article this digest has met, and which that is."""
    copies: dict[int, int] = {}
    for start in range(0, len(ids), 1000):
        query = sa.select(article_alias.c.article_id, article_alias.c.alias).where(
            article_alias.c.article_id.in_(ids[start : start + 1000]), article_alias.c.alias.startswith(SAME_STORY)
        )
        copies |= {row.article_id: int(row.alias.removeprefix(SAME_STORY)) for row in connection.execute(query)}
    if not copies:
        return {}
    originals = digest_article.c.article_id.in_(sorted(set(copies.values())))
    met = set(connection.scalars(sa.select(digest_article.c.article_id).where(*_of(digest, frequency), originals)))
    return {copy: original for copy, original in copies.items() if original in met}


def _unmet(
    connection: Connection, digest: str, frequency: str, source_ids: Sequence[int]
) -> Iterator[tuple[sa.Row[*tuple[Any, ...]], set[int]]]:
    """Articles without a fate in this digest, each with those of `source_ids` that it came by."""
    met = sa.select(1).where(*_of(digest, frequency), digest_article.c.article_id == article.c.id)
    query = (
        sa.select(article.c.id, article.c.published, article_source.c.source_id)
        .join(article_source, article_source.c.article_id == article.c.id)
        .where(article_source.c.source_id.in_(source_ids), ~met.exists())
        .order_by(article.c.id)
    )
    for _, rows in groupby(connection.execute(query), key=lambda row: row.id):
        group = list(rows)
        yield group[0], {row.source_id for row in group}
