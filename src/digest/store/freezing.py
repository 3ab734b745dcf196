"""Freezing: an issue, its rendition and its recipients become facts, in one transaction (DESIGN rule 3).

Must not render or choose anything. Invariants: either everything is written or nothing; an article is consumed by one
issue of a (digest, frequency) only; memory does not grow with the number of recipients.

Why this way: the candidates go into a temporary table first (COPY on PostgreSQL), which locks nobody, and move over in
one statement: freezing holds SQLite's writing lock for a moment instead of the time it takes to make them, and the
database can put them into the order in which they will be claimed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.errors import BusyError, StateError
from digest.model import IssueRow, IssueState, Item, to_plain
from digest.store.column_types import storable, storable_json, topics_text
from digest.store.database import Database, copy_rows
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
    with database.temporary(staged_delivery) as connection:
        _stage(database, connection, frozen.candidates, at)
        with database.write_on(connection):
            return _write(database, connection, row, frozen, at)


def _write(database: Database, connection: Connection, row: IssueRow, frozen: Frozen, at: datetime) -> IssueRow:
    content = {
        "subject": frozen.issue.subject,
        "content": to_plain(frozen.issue),
        "list_name": frozen.issue.list_name,
        "list_size": _list_size(connection, frozen.issue.list_name),
    }
    change_state(connection, row, IssueState.FROZEN, at=at, also=content)
    ids = [add_rendition(connection, row.id, rendition, at) for rendition in frozen.renditions]
    _consume(database, connection, row, frozen.consumed, at)
    _leave_over(connection, row, frozen.left_over, at)
    _add_items(connection, row.id, frozen.issue.items, frozen.consumed)
    _deliver(connection, row.id, ids, newest_first=frozen.newest_first)
    return read_issue(connection, row.id)


def join_in(
    database: Database, issue_id: int, rendition_ids: Callable[[Connection], Sequence[int]],
    candidates: Iterable[Candidate], *, at: datetime, then: Callable[[Connection, int], None],
) -> int:  # fmt: skip
    """Add those of `candidates` who have no row yet; how many will be mailed. `then` ends the same transaction."""
    with database.temporary(staged_delivery) as connection:
        _stage(database, connection, candidates, at)
        with database.write_on(connection):
            known = sa.select(delivery.c.subscriber_id).where(delivery.c.issue_id == issue_id)
            connection.execute(sa.delete(staged_delivery).where(staged_delivery.c.subscriber_id.in_(known)))
            ids = rendition_ids(connection)  # locks the issue: nobody amends or finishes it meanwhile
            mailed = sa.select(sa.func.count()).where(staged_delivery.c.state == "queued")
            count = connection.scalar(mailed) or 0
            _deliver(connection, issue_id, ids)
            then(connection, count)
    return count


def _list_size(connection: Connection, name: str) -> int | None:
    if not name:
        return None
    members = subscription.join(audience_list, audience_list.c.id == subscription.c.list_id)
    query = sa.select(sa.func.count()).select_from(members)
    return connection.scalar(query.where(audience_list.c.name == name, subscription.c.status == "active"))


def add_rendition(
    connection: Connection, issue_id: int, rendition: RenditionData, at: datetime, *, number: int = 1
) -> int:
    """Store one variant of rendition `number`; its id."""
    values = {
        "issue_id": issue_id, "kind": rendition.kind, "number": number, "locale": rendition.locale,
        "direction": rendition.direction, "format_version": rendition.format_version,
        "data": rendition.data, "created_at": at,
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


def _deliver(
    connection: Connection, issue_id: int, rendition_ids: Sequence[int], *, newest_first: bool = False
) -> None:
    """Staged candidates become deliveries in the order in which they will be claimed: each domain spread evenly.

    A provider with six of ten readers has six of any ten in a row, so that one which is slow or limited is worked on
    from the first minute to the last, beside the others. `phase` keeps the many small domains from meeting in one spot.
    """
    staged = staged_delivery.c
    within = sa.func.row_number().over(partition_by=staged.domain, order_by=staged.seq)
    size = sa.func.count().over(partition_by=staged.domain)
    turn = sa.select(staged.seq, ((within - staged.phase) / size).label("turn")).subquery("turns")
    names = [column.name for column in staged_delivery.c if column.name not in ("seq", "rendition", "phase")]
    which = sa.case(dict(enumerate(rendition_ids)), value=staged.rendition)
    columns = [sa.literal(issue_id), which, *(staged[name] for name in names)]
    ordered = sa.select(*columns).join(turn, turn.c.seq == staged.seq)
    order: list[Any] = [turn.c.turn, staged.seq]
    if newest_first:
        ordered, day = _with_latest_day(ordered)
        order.insert(0, day.desc().nulls_last())
    ordered = ordered.order_by(*order)
    connection.execute(sa.insert(delivery).from_select(["issue_id", "rendition_id", *names], ordered))


def _with_latest_day(ordered: sa.Select[Any]) -> tuple[sa.Select[Any], sa.ColumnElement[Any]]:
    """The day on which a candidate joined, or took a message, whichever is later."""
    staged = staged_delivery.c
    took = (
        sa.select(delivery.c.subscriber_id, sa.func.max(delivery.c.at).label("at"))
        .where(delivery.c.state == "accepted")
        .group_by(delivery.c.subscriber_id)
        .subquery("took")
    )
    joined = subscription.c
    mine = (joined.subscriber_id == staged.subscriber_id) & (joined.list_id == staged.list_id)
    latest = sa.case((took.c.at > joined.since, took.c.at), else_=joined.since)
    joined_in = ordered.outerjoin(subscription, mine).outerjoin(took, took.c.subscriber_id == staged.subscriber_id)
    return joined_in, sa.func.date(latest)


def _stage(database: Database, connection: Connection, candidates: Iterable[Candidate], at: datetime) -> None:
    """Write the candidates to the temporary table, a chunk at a time: memory does not grow with them."""
    dialect = database.engine.dialect
    time = staged_delivery.c.at.type.dialect_impl(dialect).bind_processor(dialect)
    rows = _rows(candidates, time(at) if time else at)
    if database.dialect == "postgresql":
        with database.write_on(connection):
            copy_rows(connection, staged_delivery, rows)
            connection.execute(sa.text("ANALYZE staged_delivery"))  # its planner knows nothing of a temporary table
        return
    insert = f"INSERT INTO staged_delivery VALUES ({', '.join('?' * len(staged_delivery.c))})"  # noqa: S608 - a count
    for chunk in _chunks(rows):
        with database.write_on(connection, mode="DEFERRED"):
            connection.exec_driver_sql(insert, chunk)


def _rows(candidates: Iterable[Candidate], at: Any) -> Iterator[tuple[Any, ...]]:
    """The columns of `staged_delivery`, ready for a driver: SQLAlchemy's typed inserts take three times as long."""
    for seq, one in enumerate(candidates):
        domain = one.key.rpartition("@")[2]
        yield (
            seq, one.rendition, crc32(domain.encode()) / 2**32, one.subscriber_id, one.list_id, storable(one.address),
            one.key, domain, storable(one.name), storable(one.locale), storable(one.timezone), topics_text(one.topics),
            json.dumps(storable_json(one.tokens)), one.message_id, "skipped" if one.skip else "queued", one.skip, at,
        )  # fmt: skip


def _chunks(items: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
