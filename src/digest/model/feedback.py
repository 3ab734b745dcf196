"""What comes back after a message was handed over: bounces, complaints, unsubscribes by mail, notes of delivery.

Does not decide what follows from it (`audience.suppression` does). Invariant: `Traces` separates what is proven from
what is only claimed: `issue_id`, `subscriber_id` and `list_id` come out of tokens whose signature was checked;
`message_ids` are proof only once the ledger knows one of them for that person; `addresses` prove nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digest.model.subscriber import Suppression


class EventKind(StrEnum):
    HARD = "bounce_hard"  # there is no such mailbox, or no such domain
    SOFT = "bounce_soft"  # not now: full, too large, given up after days
    POLICY = "bounce_policy"  # they object to us, not to the person
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"
    DELAYED = "delayed"
    DELIVERED = "delivered"


class Trust(StrEnum):
    """How an event is known to be about that person: everything but `NONE` is proof."""

    TOKEN = "token"  # a token of ours, signature checked  # noqa: S105 - a word, not a password
    MESSAGE_ID = "message_id"  # the Message-ID of what that very person was sent; nobody can guess it
    SIGNED = "signed"  # a provider's webhook, signature checked
    SMTP = "smtp"  # the answer to our own command
    NONE = "none"  # an address in a mail that anybody may have written


@dataclass(frozen=True, slots=True)
class Traces:
    """Whom an event may be about. Zero and empty mean unknown. `message_ids` are the parts before the @.

    `list_id` and `generation` come from an unsubscribe token; one of another generation was revoked.
    """

    issue_id: int = 0
    subscriber_id: int = 0
    list_id: int = 0
    generation: int = 0
    message_ids: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailEvent:
    """One thing that happened to one message or person, from whatever source.

    `status` is the RFC 3463 triple that decided, or empty; `diagnostic` the other side's words, cut and without control
    characters, never to be shown as HTML. `source` is where it was read: imap, maildir, pipe, smtp, or a webhook's
    name. `signed`: the source vouches for it.
    """

    kind: EventKind
    at: datetime
    traces: Traces = field(default_factory=Traces)
    status: str = ""
    diagnostic: str = ""
    source: str = ""
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The delivery an event turned out to be about. `state` is its state in the ledger."""

    delivery_id: int
    issue_id: int
    subscriber_id: int
    list_id: int
    key: str
    address: str
    state: str


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it is kept. `key` is the address it is about; `issue_id` 0 when it could not be told."""

    id: int
    kind: EventKind
    at: datetime
    recorded_at: datetime
    key: str
    issue_id: int
    subscriber_id: int
    status: str
    diagnostic: str
    source: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class Rates:
    """One issue's outcomes at one provider, or altogether: persons, not events. `sent` is accepted plus refused.

    Only what is proven counts, so nobody outside can move these figures by writing to the bounce address.
    """

    provider: str
    sent: int = 0
    hard: int = 0
    soft: int = 0
    policy: int = 0
    complaints: int = 0
    unsubscribes: int = 0

    @property
    def bounce_rate(self) -> float:
        return self.hard / self.sent if self.sent else 0.0

    @property
    def complaint_rate(self) -> float:
        return self.complaints / self.sent if self.sent else 0.0

    @property
    def policy_rate(self) -> float:
        return self.policy / self.sent if self.sent else 0.0


@dataclass(frozen=True, slots=True)
class History:
    """What a rule may look at: in how many issues in a row this person's mail came back (this one counted), and the
    suppression that stands."""

    bounced_in_a_row: int = 0
    standing: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Never mail this person, until then; `until` None is for ever."""

    reason: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """`news`: the event was not known before. `stopped`: the suppression that it brought about."""

    news: bool
    stopped: Stop | None = None
