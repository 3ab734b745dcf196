"""Lists, subscribers and consent; `suppressions` is its other half.

Must not read a file. Invariants: identity is the key; who unsubscribed, bounced or complained is never made active
again by a list, however often and in whatever copy it comes back; an unsubscribe is kept by key, so that it outlives
the subscriber's own row; everything that changes somebody's consent leaves a row in `consent`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import Subscriber, SubscriberRow, SubscriptionStatus
from digest.store.database import Database
from digest.store.deliveries import SELECT_DELIVERY, delivery_row
from digest.store.rows import ConsentRow, ListChange, PastDelivery
from digest.store.schema import (
    audience_list,
    consent,
    delivery,
    issue,
    subscriber,
    subscription,
    suppression,
    unsubscription,
)
from digest.store.searching import matching
from digest.store.suppressions import Suppressions
from digest.store.synchronising import sync_list

PAGE = 2000
_PERSON = (
    sa.select(
        subscriber.c.id, subscriber.c.key, subscriber.c.token_generation, audience_list.c.name.label("list_name"),
        subscription.c.address, subscription.c.name, subscription.c.locale, subscription.c.timezone,
        subscription.c.status, subscription.c.frequency, subscription.c.topics, subscription.c.since,
        subscription.c.ended_at,
    )
    .select_from(subscription)
    .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
    .join(audience_list, audience_list.c.id == subscription.c.list_id)
)  # fmt: skip


class AudienceStore(Suppressions):
    """Who is on which list, and who must never be mailed."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # -- lists ---------------------------------------------------------------------------------------------------

    def sync_list(
        self,
        list_name: str,
        rows: Iterable[SubscriberRow],
        *,
        at: datetime,
        replace: bool = True,
        title: str = "",
        dry_run: bool = False,
        only_if: Callable[[ListChange], bool] | None = None,
    ) -> ListChange:
        """Make the list say what `rows` say: see `synchronising.sync_list`."""
        return sync_list(
            self._db, list_name, rows, at=at, replace=replace, title=title, dry_run=dry_run, only_if=only_if
        )

    def domains(self, list_name: str) -> dict[str, int]:
        """How many active subscribers of a list each mail domain has."""
        key = subscriber.c.key
        find = sa.func.instr if self._db.dialect == "sqlite" else sa.func.strpos
        domain = sa.func.substr(key, find(key, "@") + 1).label("domain")
        query = (
            sa.select(domain, sa.func.count())
            .select_from(subscription)
            .join(subscriber, subscriber.c.id == subscription.c.subscriber_id)
            .join(audience_list, audience_list.c.id == subscription.c.list_id)
            .where(audience_list.c.name == list_name, subscription.c.status == SubscriptionStatus.ACTIVE)
            .group_by(domain)
        )
        with self._db.read() as connection:
            return {str(name): int(count) for name, count in connection.execute(query)}

    def list_id(self, list_name: str) -> int:
        """The list's number, which tokens carry; a list is made when it is first named."""
        with self._db.read() as connection:
            known = connection.scalar(sa.select(audience_list.c.id).where(audience_list.c.name == list_name))
        if known is not None:
            return int(known)
        with self._db.write() as connection:
            return make_list(self._db, connection, list_name)

    def size(self, list_name: str) -> int:
        """Active subscriptions."""
        with self._db.read() as connection:
            return _active(connection, list_name)

    def frequencies(self, list_name: str) -> dict[str, int]:
        """How many active subscriptions chose which frequency."""
        query = (
            sa.select(subscription.c.frequency, sa.func.count())
            .join(audience_list, audience_list.c.id == subscription.c.list_id)
            .where(audience_list.c.name == list_name, subscription.c.status == "active")
            .group_by(subscription.c.frequency)
        )
        with self._db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def subscribers(self, list_name: str, *, status: SubscriptionStatus | None = None) -> Iterator[Subscriber]:
        """Everybody on the list in id order, a page at a time; only those with `status` when given."""
        query = _PERSON.where(audience_list.c.name == list_name)
        if status is not None:
            query = query.where(subscription.c.status == status.value)
        for row in self._pages(query):
            yield _subscriber(row)

    def candidates(
        self, list_name: str, frequencies: str | Collection[str], *, at: datetime | None = None
    ) -> Iterator[tuple[Subscriber, str]]:
        """The active subscribers of these frequencies in id order, each with a reason to skip ("" or "suppressed").

        A suppression with an end counts only when `at` is given; claiming checks again in any case.
        """
        stands: sa.ColumnElement[bool] = suppression.c.until.is_(None)
        if at is not None:
            stands = stands | (suppression.c.until > at)
        suppressed = sa.select(1).where(suppression.c.key == subscriber.c.key, stands).exists()
        wanted = [frequencies] if isinstance(frequencies, str) else list(frequencies)
        query = _PERSON.add_columns(suppressed.label("suppressed")).where(
            audience_list.c.name == list_name,
            subscription.c.status == "active",
            subscription.c.frequency.in_(wanted),
        )
        for row in self._pages(query):
            yield _subscriber(row), "suppressed" if row.suppressed else ""

    def _pages(self, query: sa.Select[Any]) -> Iterator[Row[*tuple[Any, ...]]]:
        last = 0
        while True:
            page_query = query.where(subscription.c.subscriber_id > last).order_by(subscription.c.subscriber_id)
            with self._db.read() as connection:
                page = connection.execute(page_query.limit(PAGE)).all()
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1].id

    # -- people --------------------------------------------------------------------------------------------------

    def find(self, key: str) -> list[Subscriber]:
        """One address on all its lists."""
        with self._db.read() as connection:
            rows = connection.execute(_PERSON.where(subscriber.c.key == key).order_by(audience_list.c.name))
            return [_subscriber(row) for row in rows]

    def by_id(self, subscriber_id: int, list_id: int) -> Subscriber | None:
        """Whom a token means."""
        with self._db.read() as connection:
            return _by_id(connection, subscriber_id, list_id)

    def search(self, list_name: str, text: str, *, after: int = 0, limit: int = 20) -> list[Subscriber]:
        """Up to `limit` active subscribers in id order whose address or name holds `text`; "" is everybody."""
        with self._db.read() as connection:
            rows = connection.execute(matching(_PERSON, list_name, text, after=after, limit=limit))
            return [_subscriber(row) for row in rows]

    def history(self, key: str) -> list[PastDelivery]:
        """What became of one address in every issue, the newest first."""
        query = (
            SELECT_DELIVERY.add_columns(issue.c.id.label("issue_id"), issue.c.digest, issue.c.number,
                                        issue.c.period_label, issue.c.subject)
            .join(issue, issue.c.id == delivery.c.issue_id)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(subscriber.c.key == key)
            .order_by(issue.c.period_end.desc(), issue.c.id.desc())
        )  # fmt: skip
        with self._db.read() as connection:
            return [
                PastDelivery(row.issue_id, _issue_name(row), row.subject, delivery_row(row))
                for row in connection.execute(query)
            ]

    # -- unsubscribing -------------------------------------------------------------------------------------------

    def unsubscribe(self, list_name_or_id: str | int, key: str, *, at: datetime, source: str) -> bool:
        """Record that this address wants no more of this list; True when that is news. Works for strangers too."""
        with self._db.write() as connection:
            list_id = (
                list_name_or_id
                if isinstance(list_name_or_id, int)
                else make_list(self._db, connection, list_name_or_id)
            )
            return _unsubscribe(self._db, connection, list_id, key, at, source)

    def unsubscribe_token(
        self, subscriber_id: int, list_id: int, generation: int = 0, *, at: datetime, source: str = "link"
    ) -> Subscriber | None:
        """Unsubscribe whom a valid token names; None when that person is gone or the token was revoked."""
        with self._db.write() as connection:
            person = _by_id(connection, subscriber_id, list_id)
            if person is None or person.token_generation & 0xFFFF != generation & 0xFFFF:
                return None
            _unsubscribe(self._db, connection, list_id, person.key, at, source)
            return _by_id(connection, subscriber_id, list_id)

    def unsubscribed_keys(self, list_name: str) -> Iterator[tuple[str, datetime]]:
        """Every key that unsubscribed from this list, with when, in key order."""
        query = (
            sa.select(unsubscription.c.key, unsubscription.c.at)
            .join(audience_list, audience_list.c.id == unsubscription.c.list_id)
            .where(audience_list.c.name == list_name)
            .order_by(unsubscription.c.key)
        )
        last = ""
        while True:
            with self._db.read() as connection:
                page = connection.execute(query.where(unsubscription.c.key > last).limit(PAGE)).all()
            for row in page:
                yield row.key, row.at
            if len(page) < PAGE:
                return
            last = page[-1].key

    def consent(self, key: str) -> list[ConsentRow]:
        """The record of one address, oldest first."""
        query = (
            sa.select(audience_list.c.name, consent.c.action, consent.c.at, consent.c.source)
            .outerjoin(audience_list, audience_list.c.id == consent.c.list_id)
            .where(consent.c.key == key)
            .order_by(consent.c.id)
        )
        with self._db.read() as connection:
            return [ConsentRow(row.name or "", row.action, row.at, row.source) for row in connection.execute(query)]


def make_list(database: Database, connection: Connection, name: str) -> int:
    connection.execute(database.insert(audience_list).values(name=name).on_conflict_do_nothing())
    return int(connection.execute(sa.select(audience_list.c.id).where(audience_list.c.name == name)).scalar_one())


def note_consent(connection: Connection, list_id: int | None, key: str, action: str, at: datetime, source: str) -> None:
    values = {"list_id": list_id, "key": key, "action": action, "at": at, "source": source}
    connection.execute(sa.insert(consent).values(values))


def _unsubscribe(database: Database, connection: Connection, list_id: int, key: str, at: datetime, source: str) -> bool:
    values = {"list_id": list_id, "key": key, "at": at, "source": source}
    if not database.inserted(connection, unsubscription, values):
        return False
    who = sa.select(subscriber.c.id).where(subscriber.c.key == key).scalar_subquery()
    theirs = (subscription.c.list_id == list_id, subscription.c.subscriber_id == who)
    open_ = subscription.c.status.in_(("active", "pending", "ended"))
    connection.execute(sa.update(subscription).where(*theirs, open_).values(status="unsubscribed", ended_at=at))
    note_consent(connection, list_id, key, "unsubscribed", at, source)
    return True


def _active(connection: Connection, list_name: str) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(subscription.join(audience_list, audience_list.c.id == subscription.c.list_id))
        .where(audience_list.c.name == list_name, subscription.c.status == "active")
    )
    return int(connection.execute(query).scalar_one())


def _by_id(connection: Connection, subscriber_id: int, list_id: int) -> Subscriber | None:
    which = (subscription.c.subscriber_id == subscriber_id, subscription.c.list_id == list_id)
    row = connection.execute(_PERSON.where(*which)).first()
    return None if row is None else _subscriber(row)


def _subscriber(row: Row[*tuple[Any, ...]]) -> Subscriber:
    return Subscriber(
        id=row.id, address=row.address, key=row.key, name=row.name, locale=row.locale, timezone=row.timezone,
        list_name=row.list_name, status=SubscriptionStatus(row.status), frequency=row.frequency, topics=row.topics,
        token_generation=row.token_generation, since=row.since, ended_at=row.ended_at,
    )  # fmt: skip


def _issue_name(row: Row[*tuple[Any, ...]]) -> str:
    return f"{row.digest}/{row.number}" if row.number is not None else f"{row.digest}@{row.period_label}"
