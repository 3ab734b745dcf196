"""Making a list say what its rows say (DESIGN 9, "Lists"): one merge, set by set.

Must not revive anybody who unsubscribed, bounced or complained. Invariants: the last row of a key wins; the counts
that a dry run shows are those that the real run does; memory does not grow with the list.

Why this way: the rows come in through a temporary table, which locks nobody while the file is being read; the merge
itself is six statements, about 2 s for 100,000 people, whatever has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from digest.model import SubscriberRow
from digest.store.database import Database
from digest.store.rows import ListChange
from digest.store.schema import audience_list, consent, subscriber, subscription, unsubscription
from digest.store.schema import staged_row as staged

CHUNK = 2000
FIELDS = ("address", "name", "locale", "timezone", "topics", "frequency")


def sync_list(
    database: Database,
    list_name: str,
    rows: Iterable[SubscriberRow],
    *,
    at: datetime,
    replace: bool,
    title: str,
    dry_run: bool,
    only_if: Callable[[ListChange], bool] | None = None,
) -> ListChange:
    """New people come in, changed ones are updated, ended ones return; with `replace` those missing end.

    `only_if` sees the change before it is made; when it says no, nothing is written.
    """
    with database.temporary(staged) as connection:
        _stage(database, connection, rows)
        with database.write_on(connection, mode="DEFERRED" if dry_run else "IMMEDIATE"):
            list_id = connection.scalar(sa.select(audience_list.c.id).where(audience_list.c.name == list_name))
            if list_id is None and not dry_run:
                insert = database.insert(audience_list).values(name=list_name).on_conflict_do_nothing()
                connection.execute(insert)
                list_id = connection.scalar(sa.select(audience_list.c.id).where(audience_list.c.name == list_name))
            counts = _compare(connection, list_id or 0, replace=replace)
            if list_id is not None and not dry_run and (only_if is None or only_if(counts)):
                _merge(database, connection, list_id, at, replace=replace, title=title)
        return counts


def _stage(database: Database, connection: Connection, rows: Iterable[SubscriberRow]) -> None:
    insert = database.insert(staged)
    last_wins = insert.on_conflict_do_update(
        index_elements=["key"], set_={name: insert.excluded[name] for name in ("seq", *FIELDS)}
    )
    seq = 0
    for chunk in _chunks(rows):
        values = [
            {"key": row.key, "seq": number} | {name: getattr(row, name) for name in FIELDS}
            for number, row in enumerate(chunk, start=seq + 1)
        ]
        seq += len(chunk)
        with database.write_on(connection, mode="DEFERRED"):
            connection.execute(last_wins, values)
    if database.dialect == "postgresql":
        with database.write_on(connection):
            connection.execute(sa.text("ANALYZE staged_row"))  # its planner knows nothing of a temporary table


def _compare(connection: Connection, list_id: int, *, replace: bool) -> ListChange:
    changed = sa.or_(*(subscription.c[name].is_distinct_from(staged.c[name]) for name in FIELDS))
    verdict = sa.case(
        (unsubscription.c.key.is_not(None), "kept_out"),
        (subscription.c.status.in_(("unsubscribed", "bounced", "complained")), "kept_out"),
        (subscription.c.status.is_(None), "new"),
        (subscription.c.status == "ended", "returned"),
        (sa.and_(subscription.c.status == "active", changed), "changed"),
        else_="same",
    )
    joined = (
        staged.outerjoin(subscriber, subscriber.c.key == staged.c.key)
        .outerjoin(subscription, _own_subscription(list_id, subscriber.c.id))
        .outerjoin(unsubscription, _own_refusal(list_id))
    )
    query = sa.select(verdict, sa.func.count()).select_from(joined).group_by(sa.literal_column("1"))
    counts = {row[0]: row[1] for row in connection.execute(query)}
    active = sa.select(sa.func.count()).select_from(subscription).where(*_active(list_id))
    before = int(connection.execute(active).scalar_one())
    ended = int(connection.execute(active.where(~_is_staged())).scalar_one()) if replace else 0
    after = before - ended + counts.get("new", 0) + counts.get("returned", 0)
    return ListChange(**counts, ended=ended, before=before, after=after)


def _merge(
    database: Database, connection: Connection, list_id: int, at: datetime, *, replace: bool, title: str
) -> None:
    if title:
        connection.execute(sa.update(audience_list).where(audience_list.c.id == list_id).values(title=title))
    if replace:
        _note(connection, list_id, "ended", at, _missing_keys(list_id))
        gone = sa.update(subscription).where(*_active(list_id), ~_is_staged())
        connection.execute(gone.values(status="ended", ended_at=at))
    _add_people(database, connection, at)
    _note(connection, list_id, "imported", at, _coming_keys(list_id))
    _update(connection, list_id, at)
    _subscribe(database, connection, list_id, at)


def _add_people(database: Database, connection: Connection, at: datetime) -> None:
    unknown = ~sa.select(1).where(subscriber.c.key == staged.c.key).exists()
    people = sa.select(staged.c.key, sa.literal(0), sa.literal(at, subscriber.c.created_at.type))
    people = people.where(unknown).order_by(staged.c.seq)
    names = ["key", "token_generation", "created_at"]
    connection.execute(database.insert(subscriber).from_select(names, people).on_conflict_do_nothing())


def _update(connection: Connection, list_id: int, at: datetime) -> None:
    """Changed people take the new values; ended ones are back, as of now."""
    ended = subscription.c.status == "ended"
    differs = sa.or_(*(subscription.c[name].is_distinct_from(staged.c[name]) for name in FIELDS))
    refused = sa.select(1).where(unsubscription.c.list_id == list_id, unsubscription.c.key == staged.c.key).exists()
    values: dict[str, Any] = {name: staged.c[name] for name in FIELDS}
    values |= {"status": "active", "since": sa.case((ended, at), else_=subscription.c.since), "ended_at": None}
    connection.execute(
        sa.update(subscription)
        .where(
            subscription.c.list_id == list_id,
            subscription.c.subscriber_id == subscriber.c.id,
            subscriber.c.key == staged.c.key,
            ended | sa.and_(subscription.c.status == "active", differs),
            ~refused,
        )
        .values(values)
    )


def _subscribe(database: Database, connection: Connection, list_id: int, at: datetime) -> None:
    """Who is not on the list yet; one who had unsubscribed comes in as that, so that `show` can say why not."""
    time = subscription.c.since.type
    status = sa.case((unsubscription.c.key.is_(None), "active"), else_="unsubscribed")
    columns = [
        sa.literal(list_id), subscriber.c.id, status, sa.literal(at, time), unsubscription.c.at,
        *(staged.c[name] for name in FIELDS),
    ]  # fmt: skip
    joined = (
        staged.join(subscriber, subscriber.c.key == staged.c.key)
        .outerjoin(subscription, _own_subscription(list_id, subscriber.c.id))
        .outerjoin(unsubscription, _own_refusal(list_id))
    )
    rows = sa.select(*columns).select_from(joined).where(subscription.c.list_id.is_(None)).order_by(staged.c.seq)
    names = ["list_id", "subscriber_id", "status", "since", "ended_at", *FIELDS]
    connection.execute(database.insert(subscription).from_select(names, rows).on_conflict_do_nothing())


def _note(connection: Connection, list_id: int, action: str, at: datetime, keys: sa.Select[Any]) -> None:
    found = keys.subquery()
    time = consent.c.at.type
    rows = sa.select(sa.literal(list_id), found.c.key, sa.literal(action), sa.literal(at, time), sa.literal("list"))
    connection.execute(sa.insert(consent).from_select(["list_id", "key", "action", "at", "source"], rows))


def _missing_keys(list_id: int) -> sa.Select[Any]:
    mine = subscription.join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
    return sa.select(subscriber.c.key).select_from(mine).where(*_active(list_id), ~_is_staged())


def _coming_keys(list_id: int) -> sa.Select[Any]:
    joined = (
        staged.join(subscriber, subscriber.c.key == staged.c.key)
        .outerjoin(subscription, _own_subscription(list_id, subscriber.c.id))
        .outerjoin(unsubscription, _own_refusal(list_id))
    )
    comes = (subscription.c.status.is_(None) | (subscription.c.status == "ended")) & unsubscription.c.key.is_(None)
    return sa.select(staged.c.key).select_from(joined).where(comes)


def _active(list_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return subscription.c.list_id == list_id, subscription.c.status == "active"


def _is_staged() -> sa.ColumnElement[bool]:
    """Whether the subscription at hand has a row in the file."""
    return subscription.c.subscriber_id.in_(sa.select(subscriber.c.id).join(staged, staged.c.key == subscriber.c.key))


def _own_subscription(list_id: int, subscriber_id: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(subscription.c.subscriber_id == subscriber_id, subscription.c.list_id == list_id)


def _own_refusal(list_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(unsubscription.c.key == staged.c.key, unsubscription.c.list_id == list_id)


def _chunks(rows: Iterable[SubscriberRow]) -> Iterator[list[SubscriberRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk
