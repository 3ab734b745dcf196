"""Freezing: an issue, its rendition and its recipients become facts, in one transaction (DESIGN rule 3).

Must not render or choose anything. Invariants: either everything is written or nothing; an article is consumed by one
issue of a (digest, frequency) only; memory does not grow with the number of recipients.

Why this way: on SQLite the candidates go into a temporary table first, which locks nobody, and move over in one
statement: freezing 100,000 holds the writing lock for about a second instead of the time it takes to make them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import BusyError, StateError
from digest.model import IssueRow, IssueState, Item, to_plain
from digest.store.database import Database
from digest.store.rows import Candidate, Frozen, RenditionData
from digest.store.schema import (
    audience_list,
    delivery,
    digest_article,
    issue_article,
    issue_rendition,
    staged_delivery,
    subscription,
)
from digest.store.steps import change_state, read_issue

CHUNK = 2000
ROUNDS = 2  # an article may be left over by one issue; the second one that leaves it passes it over


def freeze(database: Database, row: IssueRow, frozen: Frozen, *, at: datetime) -> IssueRow:
    """Write renditions, content, articles and deliveries, and set the state. `BusyError` when `row` is stale."""
    if row.frozen_at is not None:
        raise StateError("the issue is frozen already", where=row.name, try_=f"`digest issue resume {row.name}`")
    if row.state is IssueState.HELD:
        raise StateError("the issue is held", where=row.name, try_=f"`digest issue release {row.name}`")
    with _staged(database, frozen.candidates, at) as staged, staged.writing() as connection:
        content = {
            "subject": frozen.issue.subject,
            "content": to_plain(frozen.issue),
            "list_name": frozen.issue.list_name,
            "list_size": _list_size(connection, frozen.issue.list_name),
        }
        change_state(connection, row, IssueState.FROZEN, at=at, also=content)
        ids = [_add_rendition(connection, row.id, rendition, at) for rendition in frozen.renditions]
        _consume(database, connection, row, frozen.consumed, at)
        _leave_over(connection, row, frozen.left_over, at)
        _add_items(connection, row.id, frozen.issue.items, frozen.consumed)
        staged.deliver(connection, row.id, ids)
        return read_issue(connection, row.id)


def _list_size(connection: Connection, name: str) -> int | None:
    if not name:
        return None
    members = subscription.join(audience_list, audience_list.c.id == subscription.c.list_id)
    query = sa.select(sa.func.count()).select_from(members)
    return connection.scalar(query.where(audience_list.c.name == name, subscription.c.status == "active"))


def _add_rendition(connection: Connection, issue_id: int, rendition: RenditionData, at: datetime) -> int:
    values = {
        "issue_id": issue_id, "kind": rendition.kind, "locale": rendition.locale, "direction": rendition.direction,
        "format_version": rendition.format_version, "data": rendition.data, "created_at": at,
    }  # fmt: skip
    return int(
        connection.execute(sa.insert(issue_rendition).values(values).returning(issue_rendition.c.id)).scalar_one()
    )


def _consume(
    database: Database, connection: Connection, row: IssueRow, consumed: Mapping[int, int | None], at: datetime
) -> None:
    """Take the articles, unless another issue of this digest has one of them: then nothing at all is frozen."""
    if not consumed:
        return
    values = [
        {
            "digest": row.digest, "frequency": row.frequency, "article_id": article_id, "state": "consumed",
            "reason": "" if position is not None else "folded", "issue_id": row.id, "at": at,
        }
        for article_id, position in sorted(consumed.items())
    ]  # fmt: skip
    insert = database.insert(digest_article)
    taken = {name: insert.excluded[name] for name in ("state", "reason", "issue_id", "at")}
    keys = ["digest", "frequency", "article_id"]
    upsert = insert.on_conflict_do_update(index_elements=keys, set_=taken, where=digest_article.c.state != "consumed")
    connection.execute(upsert, values)
    mine = (digest_article.c.issue_id == row.id, digest_article.c.state == "consumed")
    if connection.scalar(sa.select(sa.func.count()).select_from(digest_article).where(*mine)) != len(consumed):
        raise BusyError(
            "an article of this issue went out with another issue meanwhile",
            where=row.name,
            try_="make the issue again",
        )


def _leave_over(connection: Connection, row: IssueRow, left_over: Sequence[int], at: datetime) -> None:
    """A second chance, once. An extra issue is no period of its own and takes nobody's chance."""
    if not left_over or row.extra:
        return
    which = (
        digest_article.c.digest == row.digest,
        digest_article.c.frequency == row.frequency,
        digest_article.c.state == "new",
    )
    last_round = digest_article.c.rounds + 1 >= ROUNDS
    values = {
        "rounds": digest_article.c.rounds + 1,
        "issue_id": row.id,
        "state": sa.case((last_round, "passed_over"), else_="new"),
        "reason": sa.case((last_round, "not chosen twice"), else_=digest_article.c.reason),
        "at": at,
    }
    for chunk in _chunks(left_over):
        connection.execute(
            sa.update(digest_article).where(*which, digest_article.c.article_id.in_(chunk)).values(values)
        )


def _add_items(
    connection: Connection, issue_id: int, items: Sequence[Item], consumed: Mapping[int, int | None]
) -> None:
    by_id = {item.article_id: item for item in items}
    rows = [
        {
            "issue_id": issue_id, "article_id": article_id, "position": position,
            "item": to_plain(by_id[article_id]) if article_id in by_id else None,
        }
        for article_id, position in sorted(consumed.items())
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(issue_article), rows)


class _Staged:
    """Candidates on their way into the ledger. On PostgreSQL, where writers do not wait for one another, straight."""

    def __init__(
        self, database: Database, connection: Connection | None, candidates: Iterable[Candidate], at: datetime
    ):
        self._db, self._connection, self._candidates, self._at = database, connection, candidates, at

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if self._connection is None:
            with self._db.write() as connection:
                yield connection
        else:
            with self._db.write_on(self._connection):
                yield self._connection

    def deliver(self, connection: Connection, issue_id: int, rendition_ids: Sequence[int]) -> None:
        if self._connection is None:
            for chunk in _chunks(self._candidates):
                rows = [
                    _values(one, self._at) | {"issue_id": issue_id, "rendition_id": rendition_ids[one.rendition]}
                    for one in chunk
                ]
                connection.execute(sa.insert(delivery), rows)
            return
        names = [column.name for column in staged_delivery.c if column.name not in ("seq", "rendition")]
        which = sa.case(dict(enumerate(rendition_ids)), value=staged_delivery.c.rendition)
        columns = [sa.literal(issue_id), which, *(staged_delivery.c[name] for name in names)]
        staged = sa.select(*columns).order_by(staged_delivery.c.seq)
        connection.execute(sa.insert(delivery).from_select(["issue_id", "rendition_id", *names], staged))


@contextmanager
def _staged(database: Database, candidates: Iterable[Candidate], at: datetime) -> Iterator[_Staged]:
    if database.dialect != "sqlite":
        yield _Staged(database, None, candidates, at)
        return
    with database.temporary(staged_delivery) as connection:
        for chunk in _chunks(candidates):
            rows = [_values(one, at) | {"rendition": one.rendition} for one in chunk]
            with database.write_on(connection, mode="DEFERRED"):
                connection.execute(sa.insert(staged_delivery), rows)
        yield _Staged(database, connection, (), at)


def _values(one: Candidate, at: datetime) -> dict[str, Any]:
    return {
        "subscriber_id": one.subscriber_id, "list_id": one.list_id, "address": one.address, "key": one.key,
        "name": one.name, "locale": one.locale, "timezone": one.timezone, "topics": one.topics,
        "tokens": dict(one.tokens), "message_id": one.message_id, "state": "skipped" if one.skip else "queued",
        "reason": one.skip, "at": at,
    }  # fmt: skip


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
