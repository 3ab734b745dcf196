"""The values that enter and leave the store and are not nouns of the whole program.

Must not import SQLAlchemy: this is what others see of the room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from digest.model import Article, DeliveryState, Issue


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """An article to save and the names it is recognised by. Aliases are `kind:value`; `url:` ones identify best."""

    article: Article
    aliases: tuple[str, ...]
    content_hash: str


@dataclass(frozen=True, slots=True)
class SaveReport:
    """Ids of what one document brought: `new`, `updated` (content changed), and how many stayed the `same`."""

    new: tuple[int, ...] = ()
    updated: tuple[int, ...] = ()
    same: int = 0


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source is doing. `failures` counts consecutive ones; 0 means the last try succeeded."""

    name: str
    title: str
    last_success_at: datetime | None
    last_error: str
    last_tried_at: datetime | None
    failures: int
    articles: int


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Articles that got a fate: `new` (eligible) and `known`; `first_sight` names sources seen for the first time."""

    new: int = 0
    known: int = 0
    first_sight: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ArticleFate:
    """What a digest decided about an article: known, new, consumed, passed_over or excluded, and by which issue."""

    digest: str
    frequency: str
    state: str
    issue_id: int | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Sight:
    """What is on record about a digest's schedule; nothing at or before `never_before` is ever due."""

    first: bool
    changed: bool
    first_seen_at: datetime
    never_before: datetime


@dataclass(frozen=True, slots=True)
class RenditionData:
    """The stored bytes of one variant. `kind` is "first", or "correction" for one made during the send."""

    locale: str
    direction: str
    data: bytes
    format_version: int = 1
    kind: str = "first"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One subscriber's snapshot for one issue. `rendition` is an index into the frozen renditions.

    `skip` is a reason of `SKIPPED_REASONS` for those who are accounted for but will not be mailed.
    """

    subscriber_id: int
    address: str
    key: str
    list_id: int
    name: str = ""
    locale: str = ""
    timezone: str = ""
    topics: tuple[str, ...] | None = None
    tokens: Mapping[str, str] = field(default_factory=dict)
    message_id: str = ""
    rendition: int = 0
    skip: str = ""


@dataclass(frozen=True, slots=True)
class Frozen:
    """All that freezing writes. `consumed` maps article ids to positions, None for duplicates folded into another.

    `left_over` are eligible articles that were not chosen. `candidates` is read once, in chunks, never held whole.
    `newest_first`: who joined, or took mail, on the latest day is claimed first.
    """

    issue: Issue
    renditions: Sequence[RenditionData]
    consumed: Mapping[int, int | None]
    left_over: Sequence[int]
    candidates: Iterable[Candidate]
    newest_first: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One line of the ledger, for people. `at` is when it came into this state; `rendition` counts from 1."""

    id: int
    subscriber_id: int
    address: str
    name: str
    state: DeliveryState
    reason: str
    attempt: int
    code: int | None
    enhanced_code: str
    server_text: str
    relay: str
    at: datetime
    not_before: datetime | None
    message_id: str
    rendition: int = 1


@dataclass(frozen=True, slots=True)
class PastDelivery:
    """What became of one address in one issue. `issue` is `weekly/12`, or by period without a number."""

    issue_id: int
    issue: str
    subject: str
    delivery: DeliveryRow


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an issue. `by` is empty for what the program did by itself."""

    kind: str
    at: datetime
    by: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ListChange:
    """What a synchronisation did, or would do. `kept_out` were in the rows but had unsubscribed, bounced or complained.

    `before` and `after` count active subscriptions.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    ended: int = 0
    returned: int = 0
    kept_out: int = 0
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One entry of the append-only record: imported, ended, unsubscribed, suppressed, unsuppressed."""

    list_name: str
    action: str
    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was taken back from workers that are gone."""

    workers: int = 0
    requeued: int = 0
    uncertain: int = 0
