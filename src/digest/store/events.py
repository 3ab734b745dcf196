"""What came back after a message was handed over, whom it was about, and what became of it.

Must not judge (rules are handed in as `decide`) nor read mail. Invariants: an event is kept once, by its fingerprint
(delivery, else Message-ID, else address; kind; day), however often it is read; the event and the suppression that it
brings about are one transaction, so a kill cannot leave the one without the other; figures count persons, and only
what is proven.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from digest.model import (
    EventKind,
    History,
    Known,
    MailEvent,
    Rates,
    Recorded,
    RecordedEvent,
    Stop,
    Suppression,
    Traces,
    Trust,
)
from digest.store.database import Database
from digest.store.rows import DeliveryRow
from digest.store.schema import delivery, hook_nonce, issue, mail_event, mailbox, subscriber
from digest.store.suppressions import put_suppression, standing

Decide = Callable[[MailEvent, History], Stop | None]

BACK = (EventKind.HARD.value, EventKind.SOFT.value)
LOOK_BACK = 10  # issues: more in a row than any rule asks for
_KNOWN = sa.select(
    delivery.c.id, delivery.c.issue_id, delivery.c.subscriber_id, delivery.c.list_id, delivery.c.key,
    delivery.c.address, delivery.c.state,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """An event to be kept, and whom it was found to be about. `key` is "" when nobody can be told."""

    event: MailEvent
    known: Known | None
    key: str
    trust: Trust


class EventStore:
    """Events of mail: `known` finds the delivery, `record` keeps the event and acts on it, the rest is for looking."""

    def __init__(self, database: Database) -> None:
        self._db = database

    # -- whom is it about? -----------------------------------------------------------------------------------------

    def known(self, traces: Traces) -> tuple[Known, Trust] | None:
        """The delivery that the proven part of `traces` names, and what proves it."""
        with self._db.read() as connection:
            if traces.issue_id and traces.subscriber_id:
                which = (delivery.c.issue_id == traces.issue_id, delivery.c.subscriber_id == traces.subscriber_id)
                if (row := connection.execute(_KNOWN.where(*which)).first()) is not None:
                    return _known(row), Trust.TOKEN
            people = self._people(connection, traces) if traces.message_ids else []
            for person in people:
                theirs = (delivery.c.subscriber_id == person, delivery.c.message_id.in_(traces.message_ids))
                if (row := connection.execute(_KNOWN.where(*theirs)).first()) is not None:
                    return _known(row), Trust.MESSAGE_ID
        return None

    def _people(self, connection: Connection, traces: Traces) -> list[int]:
        """Whose deliveries to search for a Message-ID: there is no index on those, they would cost every freeze."""
        by_key = sa.select(subscriber.c.id).where(subscriber.c.key.in_(traces.addresses))
        found = list(connection.execute(by_key).scalars()) if traces.addresses else []
        return [*([traces.subscriber_id] if traces.subscriber_id else []), *found]

    def key_of(self, subscriber_id: int) -> str:
        """The address key of a person a token names, "" when they are gone."""
        with self._db.read() as connection:
            return connection.scalar(sa.select(subscriber.c.key).where(subscriber.c.id == subscriber_id)) or ""

    def latest(self, key: str, *, before: datetime) -> Known | None:
        """The last message that this address was sent by then: what a provider means that names nothing else."""
        which = (subscriber.c.key == key, delivery.c.state.in_(("accepted", "uncertain", "intent")))
        query = (
            _KNOWN.join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .where(*which, delivery.c.at <= before)
            .order_by(delivery.c.at.desc(), delivery.c.id.desc())
        )
        with self._db.read() as connection:
            row = connection.execute(query.limit(1)).first()
        return None if row is None else _known(row)

    # -- keeping ---------------------------------------------------------------------------------------------------

    def record(self, items: Sequence[Item], *, at: datetime, decide: Decide) -> list[Recorded]:
        """Keep events and, where one is proven and news, do to the person what `decide` says; all or nothing.

        `at` is now.
        """
        with self._db.write() as connection:
            return [self._record(connection, item, at, decide) for item in items]

    def _record(self, connection: Connection, item: Item, at: datetime, decide: Decide) -> Recorded:
        event, known = item.event, item.known
        values = {
            "fingerprint": fingerprint(event, known, item.key), "kind": event.kind.value, "at": event.at,
            "recorded_at": at, "key": item.key, "issue_id": known.issue_id if known else None,
            "subscriber_id": known.subscriber_id if known else None, "status": event.status,
            "diagnostic": event.diagnostic, "source": event.source, "trust": item.trust.value,
        }  # fmt: skip
        if not self._db.inserted(connection, mail_event, values):
            return Recorded(False)
        if not item.key or item.trust is Trust.NONE:
            return Recorded(True)
        stop = decide(event, History(_in_a_row(connection, known), standing(connection, item.key)))
        if stop is not None:
            put_suppression(self._db, connection, Suppression(item.key, stop.reason, at, stop.until))
        return Recorded(True, stop)

    def refusals(self, issue_id: int, *, after: int = 0, limit: int = 1000) -> list[tuple[Known, DeliveryRow]]:
        """Deliveries that a server refused to our face and that no event tells of yet, in id order from `after` on."""
        from digest.store.deliveries import SELECT_DELIVERY, delivery_row

        told = sa.select(1).where(
            mail_event.c.issue_id == delivery.c.issue_id,
            mail_event.c.subscriber_id == delivery.c.subscriber_id,
            mail_event.c.source == "smtp",
        )
        refused = delivery.c.reason.in_(("code", "policy", "expired"))
        answered = sa.or_(delivery.c.code.is_not(None), delivery.c.enhanced_code != "")
        query = (
            SELECT_DELIVERY.add_columns(delivery.c.issue_id, delivery.c.list_id, delivery.c.key)
            .where(delivery.c.issue_id == issue_id, delivery.c.state == "refused", delivery.c.id > after)
            .where(refused, answered, ~told.exists())
            .order_by(delivery.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            return [(_known(row), delivery_row(row)) for row in connection.execute(query)]

    # -- looking ---------------------------------------------------------------------------------------------------

    def of_address(self, key: str) -> list[RecordedEvent]:
        """Everything that came back about one address, the oldest first."""
        query = sa.select(mail_event).where(mail_event.c.key == key).order_by(mail_event.c.at, mail_event.c.id)
        with self._db.read() as connection:
            return [_recorded(row) for row in connection.execute(query)]

    def of_issue(
        self, issue_id: int, *, kinds: Collection[EventKind] | None = None, limit: int = 10_000
    ) -> list[RecordedEvent]:
        """What came back about one issue, the oldest first."""
        query = sa.select(mail_event).where(mail_event.c.issue_id == issue_id).order_by(mail_event.c.id)
        if kinds is not None:
            query = query.where(mail_event.c.kind.in_([kind.value for kind in kinds]))
        with self._db.read() as connection:
            return [_recorded(row) for row in connection.execute(query.limit(limit))]

    def counts(self, issue_id: int) -> dict[EventKind, int]:
        """How many persons each kind of event was about, whatever came later; proven ones only. Cheap: one index."""
        query = (
            sa.select(mail_event.c.kind, sa.func.count(sa.distinct(mail_event.c.subscriber_id)))
            .where(mail_event.c.issue_id == issue_id, mail_event.c.trust != Trust.NONE.value)
            .group_by(mail_event.c.kind)
        )
        with self._db.read() as connection:
            found = {row[0]: row[1] for row in connection.execute(query)}
        return {kind: found[kind.value] for kind in EventKind if kind.value in found}

    def rates(
        self, issue_id: int, *, provider_of: Callable[[str], str] = lambda domain: domain, since: datetime | None = None
    ) -> list[Rates]:
        """One issue's outcomes by provider, the largest first; the first of the list ("") is all of them together.

        `provider_of` folds domains (gmail.com, googlemail.com) into one name. `since`: only what was sent and what
        came back from then on. Refusals to our face count once `record` has been told of them.
        """
        domain = _domain_of(self._db.dialect, delivery.c.key)
        sent = [delivery.c.issue_id == issue_id, delivery.c.state.in_(("accepted", "refused"))]
        event_domain = _domain_of(self._db.dialect, mail_event.c.key)
        back = [mail_event.c.issue_id == issue_id, mail_event.c.trust != Trust.NONE.value]
        if since is not None:
            sent.append(delivery.c.at >= since)
            back.append(mail_event.c.at >= since)
        sent_query = sa.select(domain, sa.func.count()).where(*sent).group_by(domain)
        persons = sa.func.count(sa.distinct(mail_event.c.subscriber_id))
        back_query = sa.select(event_domain, mail_event.c.kind, persons).where(*back)
        with self._db.read() as connection:
            figures = [(row[0], "sent", row[1]) for row in connection.execute(sent_query)]
            figures += connection.execute(back_query.group_by(event_domain, mail_event.c.kind)).all()
        return _rates(figures, provider_of)

    # -- webhooks and mailboxes -------------------------------------------------------------------------------------

    def take(self, hook: str, nonce: str, *, at: datetime) -> bool:
        """Whether this webhook request is here for the first time."""
        with self._db.write() as connection:
            return self._db.inserted(connection, hook_nonce, {"hook": hook, "nonce": nonce, "at": at})

    def give_back(self, hook: str, nonce: str) -> None:
        """It could not be worked on: the provider may send it again."""
        with self._db.write() as connection:
            connection.execute(sa.delete(hook_nonce).where(hook_nonce.c.hook == hook, hook_nonce.c.nonce == nonce))

    def position(self, name: str) -> tuple[int, int]:
        """(UIDVALIDITY, UID) up to which a mailbox was read; zeros for one never seen."""
        query = sa.select(mailbox.c.validity, mailbox.c.uid).where(mailbox.c.name == name)
        with self._db.read() as connection:
            row = connection.execute(query).first()
        return (0, 0) if row is None else (row.validity, row.uid)

    def keep_position(self, name: str, validity: int, uid: int) -> None:
        self._put_mailbox(name, {"validity": validity, "uid": uid})

    def looked(self, name: str, *, at: datetime, error: str = "") -> None:
        """Somebody looked into a mailbox; `error` says why that failed."""
        self._put_mailbox(name, {"looked_at": at, "last_error": error})

    def _put_mailbox(self, name: str, values: Mapping[str, Any]) -> None:
        insert = self._db.insert(mailbox).values(name=name, **values)
        with self._db.write() as connection:
            connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=dict(values)))

    def mailboxes(self) -> list[tuple[str, datetime | None, str]]:
        """(name, last looked into, what was wrong then)."""
        query = sa.select(mailbox.c.name, mailbox.c.looked_at, mailbox.c.last_error).order_by(mailbox.c.name)
        with self._db.read() as connection:
            return [(row.name, row.looked_at, row.last_error) for row in connection.execute(query)]


def fingerprint(event: MailEvent, known: Known | None, key: str) -> str:
    """The same for the same thing, from whatever source and however often it is read."""
    if known is not None:
        who = f"delivery {known.issue_id} {known.subscriber_id}"
    elif event.traces.subscriber_id:
        who = f"person {event.traces.subscriber_id} {event.traces.issue_id} {event.traces.list_id}"
    else:
        who = f"message {' '.join(event.traces.message_ids)} address {key} {' '.join(event.traces.addresses)}"
    return hashlib.sha256(f"{who}\n{event.kind}\n{event.at:%Y-%m-%d}".encode()).hexdigest()[:40]


def _in_a_row(connection: Connection, known: Known | None) -> int:
    """In how many issues up to this one, going back without a gap, this person's mail came back."""
    if known is None:
        return 0
    this = sa.select(issue.c.period_end).where(issue.c.id == known.issue_id).scalar_subquery()
    back = sa.select(1).where(
        mail_event.c.issue_id == delivery.c.issue_id,
        mail_event.c.subscriber_id == delivery.c.subscriber_id,
        mail_event.c.kind.in_(BACK),
        mail_event.c.trust != Trust.NONE.value,
    )
    query = (
        sa.select(back.exists().label("back"))
        .select_from(delivery.join(issue, issue.c.id == delivery.c.issue_id))
        .where(
            delivery.c.subscriber_id == known.subscriber_id,
            delivery.c.state.in_(("accepted", "refused", "uncertain")),
            issue.c.period_end <= this,
        )
        .order_by(issue.c.period_end.desc(), issue.c.id.desc())
        .limit(LOOK_BACK)
    )
    count = 0
    for row in connection.execute(query):
        if not row.back:
            break
        count += 1
    return count


def _domain_of(dialect: str, column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    if dialect == "sqlite":
        return sa.func.substr(column, sa.func.instr(column, "@") + 1)
    return sa.func.split_part(column, "@", 2)


_FIELDS = {
    "sent": "sent", EventKind.HARD.value: "hard", EventKind.SOFT.value: "soft", EventKind.POLICY.value: "policy",
    EventKind.COMPLAINT.value: "complaints", EventKind.UNSUBSCRIBE.value: "unsubscribes",
}  # fmt: skip


def _rates(figures: Sequence[Any], provider_of: Callable[[str], str]) -> list[Rates]:
    by_provider: dict[str, dict[str, int]] = {"": {}}
    for domain, what, count in figures:
        if (field := _FIELDS.get(what)) is None:
            continue
        for name in ("", provider_of(domain)):
            sums = by_provider.setdefault(name, {})
            sums[field] = sums.get(field, 0) + count
    whole = Rates("", **by_provider.pop(""))
    found = [Rates(name, **sums) for name, sums in by_provider.items()]
    return [whole, *sorted(found, key=lambda one: (-one.sent, one.provider))]


def _known(row: Row[*tuple[Any, ...]]) -> Known:
    return Known(row.id, row.issue_id, row.subscriber_id, row.list_id, row.key, row.address, row.state)


def _recorded(row: Row[*tuple[Any, ...]]) -> RecordedEvent:
    return RecordedEvent(
        row.id, EventKind(row.kind), row.at, row.recorded_at, row.key, row.issue_id or 0, row.subscriber_id or 0,
        row.status, row.diagnostic, row.source, Trust(row.trust),
    )  # fmt: skip
