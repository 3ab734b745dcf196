"""Periods and issues: what is sent, when, and in which state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from digest.model.address import Mailbox
from digest.model.article import Image


@dataclass(frozen=True, slots=True)
class Period:
    """One occurrence of a digest's schedule.

    `end` is the occurrence, `start` the one before (both aware UTC). `label` is the wall-clock time of `end` in the
    digest's zone, `2026-11-23T09:00@Europe/Dublin`: the same on every machine, whatever its clock or zone, and the
    same before and after a change of offset. It is the key that makes one issue of one period.
    """

    label: str
    start: datetime
    end: datetime


class IssueState(StrEnum):
    """DESIGN table of states; `ISSUE_TRANSITIONS` says which may follow which."""

    PLANNED = "planned"
    DRAFTED = "drafted"
    AWAITING_APPROVAL = "awaiting_approval"
    HELD = "held"
    FROZEN = "frozen"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    SKIPPED = "skipped"
    MISSED = "missed"
    CANCELLED = "cancelled"


_S = IssueState
ISSUE_TRANSITIONS: dict[IssueState, frozenset[IssueState]] = {
    _S.PLANNED: frozenset({_S.DRAFTED, _S.HELD, _S.FROZEN, _S.SKIPPED, _S.MISSED, _S.CANCELLED}),
    _S.DRAFTED: frozenset(
        {_S.DRAFTED, _S.AWAITING_APPROVAL, _S.HELD, _S.FROZEN, _S.SKIPPED, _S.MISSED, _S.CANCELLED, _S.PLANNED}
    ),
    _S.AWAITING_APPROVAL: frozenset({_S.PLANNED, _S.DRAFTED, _S.HELD, _S.FROZEN, _S.SKIPPED, _S.CANCELLED}),
    _S.HELD: frozenset({_S.PLANNED, _S.DRAFTED, _S.FROZEN, _S.SENDING, _S.SKIPPED, _S.CANCELLED}),
    _S.FROZEN: frozenset({_S.SENDING, _S.HELD, _S.PAUSED, _S.CANCELLED}),
    _S.SENDING: frozenset({_S.PAUSED, _S.HELD, _S.DONE, _S.CANCELLED}),
    _S.PAUSED: frozenset({_S.SENDING, _S.FROZEN, _S.DONE, _S.CANCELLED}),
    _S.DONE: frozenset({_S.SENDING}),  # `issue retry`, `issue resolve` and late joiners reopen it
    _S.SKIPPED: frozenset({_S.PLANNED}),
    _S.MISSED: frozenset({_S.PLANNED}),
    _S.CANCELLED: frozenset(),
}
HELD_REASONS = ("late", "editor", "preflight", "breaker", "source_failed", "list_changed", "unapproved")
SKIPPED_REASONS = ("nothing_new", "too_few", "editor")


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue as the database knows it. All times aware UTC. `reason` belongs to held, skipped and missed.

    `number` is None while an issue has no claim to one: numbers are given at drafting and handed back when an issue
    ends skipped or missed, so that readers see 11, 12, 13 whatever happened in between. `version` counts every
    change of state or content, so that two processes cannot both act on the same reading.
    """

    id: int
    digest: str
    frequency: str
    number: int | None
    period: Period
    scheduled_for: datetime
    state: IssueState
    reason: str = ""
    note: str = ""
    subject: str = ""
    extra: bool = False
    version: int = 0
    created_at: datetime | None = None
    frozen_at: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    next_try_at: datetime | None = None

    @property
    def name(self) -> str:
        """`weekly/12` as on the command line; by period while there is no number."""
        return f"{self.digest}/{self.number}" if self.number is not None else f"{self.digest}@{self.period.label}"


@dataclass(frozen=True, slots=True)
class Item:
    """One chosen article as it stands in an issue: everything a template may show, nothing it must fetch.

    `summary` may be empty (flag "no_fit"). `minutes` is the reading time, at least 1. `direction` is "ltr" or "rtl".
    `url` is None for a bare file: templates show the title unlinked and, where `body` is set, the text itself.
    `score` and `reasons` say why it is in and where it stands. `section` is the heading it stands under ("" for none;
    items of one section follow each other); `also` names the other sources that carry the same text.
    """

    article_id: int
    title: str
    url: str | None
    summary: str
    summary_source: str = "extractive"
    title_derived: bool = False
    authors: tuple[str, ...] = ()
    source: str = ""
    source_title: str = ""
    published: datetime | None = None
    image: Image | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    direction: str = "ltr"
    minutes: int = 1
    views: int | None = None
    comments: int | None = None
    reactions: int | None = None
    body: tuple[str, ...] = ()
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    section: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Site:
    """Who publishes. `url` is absolute http(s); `language` a BCP 47 tag such as "en-IE"."""

    name: str
    url: str
    postal_address: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Sending:
    """What the headers need besides the words (research: delivery A2).

    `public_url` is where `digest serve` is reached, or None: then unsubscribing is by mail to `unsubscribe_email`.
    `list_id` is the RFC 2919 identifier without angle brackets; `message_id_domain` stands after the @ of each
    Message-ID. `date` is the scheduled instant (aware). `bounce_address` may hold `{token}` (VERP) or be empty: then
    the envelope sender is the From address.
    """

    sender: Mailbox
    date: datetime
    list_id: str
    message_id_domain: str
    unsubscribe_email: str
    reply_to: Mailbox | None = None
    public_url: str | None = None
    bounce_address: str = ""
    feedback_id: str = ""
    test: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """Everything that is rendered, ready to freeze: the input of `render_issue`, a pure value.

    `timezone` is the IANA name that dates are shown in. `passed_over` counts eligible articles that did not fit
    ("and 12 more"). `period_start`/`period_end` are aware UTC. `sample` marks a preview of old articles.
    """

    digest: str
    title: str
    number: int | None
    period: Period
    site: Site
    sending: Sending
    subject: str
    preheader: str
    items: tuple[Item, ...]
    list_name: str = ""
    intro: str = ""
    timezone: str = "UTC"
    minutes: int = 1
    passed_over: int = 0
    sample: bool = False
    in_this_issue: str = ""
    extra: dict[str, str] = field(default_factory=dict)
