"""Recipients, messages, outcomes and the accounting identity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class DeliveryState(StrEnum):
    """States of one (issue, subscriber). The last five of `FINAL` never change by themselves."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    INTENT = "intent"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    SKIPPED = "skipped"


FINAL = frozenset({DeliveryState.ACCEPTED, DeliveryState.REFUSED, DeliveryState.UNCERTAIN, DeliveryState.SKIPPED})
WAITING = frozenset({DeliveryState.QUEUED, DeliveryState.CLAIMED, DeliveryState.INTENT})
REFUSED_REASONS = ("code", "expired", "policy")
SKIPPED_REASONS = ("suppressed", "unsubscribed", "no_topic", "reserved", "cancelled", "left_list", "bad_address")


@dataclass(frozen=True, slots=True)
class Recipient:
    """The snapshot of one subscriber for one issue, frozen with it; `Rendition.fill` needs nothing else.

    `delivery_id` and `subscriber_id` are 0 for tests and previews. `tokens` holds ready values by purpose
    ("unsubscribe", and "bounce" when a bounce address is set); `message_id` is the part before the @ of the
    Message-ID, the same for every attempt, so that a repeated message can be recognised as a repeat. `domain` is the
    address's in lower-case A-labels, for limits; empty where no ledger gave it.
    """

    delivery_id: int
    subscriber_id: int
    address: str
    name: str = ""
    locale: str = ""
    timezone: str = ""
    topics: tuple[str, ...] | None = None
    tokens: Mapping[str, str] = field(default_factory=dict)
    message_id: str = ""
    rendition_id: int = 0
    attempt: int = 0
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """The bytes for one recipient: CRLF line ends, 7-bit, no line above 998 octets, no line starting with a dot.

    `sender` and `recipient` are the envelope (RFC 5321 section 2.3.1). `message_id` without angle brackets; it is
    unguessable and the same for every attempt, so it also serves as ENVID where a relay offers DSN (RFC 3461 section
    4.4): a report that quotes it names one delivery.
    """

    delivery_id: int
    sender: str
    recipient: str
    data: bytes
    message_id: str
    smtputf8: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt: a value, never an exception.

    `kind` is accepted, deferred, refused, uncertain, skipped, or queued (nothing was tried: give it back). `code` is
    the SMTP reply code (RFC 5321 section 4.2), `enhanced_code` the RFC 3463 triple, both empty when the server never
    answered. `reason` is one of the reasons of the state. `retry_at` belongs to deferred.
    """

    kind: DeliveryState
    at: datetime
    code: int | None = None
    enhanced_code: str = ""
    server_text: str = ""
    reason: str = ""
    retry_at: datetime | None = None
    relay: str = ""


@dataclass(frozen=True, slots=True)
class Accounting:
    """The six counts: `candidates = accepted + refused + uncertain + skipped + deferred + waiting`, always."""

    candidates: int = 0
    accepted: int = 0
    refused: int = 0
    uncertain: int = 0
    skipped: int = 0
    deferred: int = 0
    waiting: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    def adds_up(self) -> bool:
        return self.candidates == (
            self.accepted + self.refused + self.uncertain + self.skipped + self.deferred + self.waiting
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What one run of `deliver.send` did (not the whole issue: that is `Accounting`).

    `stopped` says why it ended early: "" (it did not), "relay", "ledger", "lease", "policy", "worker" (worker
    processes went on dying), or the word that `stop` gave; `note` is for people.
    """

    accepted: int = 0
    deferred: int = 0
    refused: int = 0
    uncertain: int = 0
    skipped: int = 0
    stopped: str = ""
    note: str = ""
    seconds: float = 0.0
