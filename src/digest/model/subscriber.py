"""Subscribers, subscriptions and suppressions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SubscriptionStatus(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"
    ENDED = "ended"  # gone from the list's CSV file; comes back by standing there again
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True)
class SubscriberRow:
    """One valid row of a subscriber list, as read: `address` is usable as it stands, `key` its identity.

    `topics` None means all of them; `frequency` is "every" unless the reader chose another. `line` is the 1-based
    line in the file it came from (0 when typed).
    """

    address: str
    key: str
    name: str = ""
    locale: str = ""
    timezone: str = ""
    topics: tuple[str, ...] | None = None
    frequency: str = "every"
    line: int = 0


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be used, with its reason: data for the rejects file, never an exception."""

    line: int
    raw: str
    reason: str


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A subscriber on one list as the database knows them."""

    id: int
    address: str
    key: str
    name: str
    locale: str
    timezone: str
    list_name: str
    status: SubscriptionStatus
    frequency: str
    topics: tuple[str, ...] | None
    token_generation: int = 0
    since: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address never to be mailed, and why. `until` None means for ever."""

    address: str
    reason: str
    at: datetime
    until: datetime | None = None
