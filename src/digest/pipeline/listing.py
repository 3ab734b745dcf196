"""Subscriber files to subscriptions, and subscriptions to the candidates of one issue.

Invariant: what a file says can end a subscription and begin one, but never revives one that its reader ended: the
database and the `.unsubscribed.csv` beside the list are both asked, so that neither an old copy of the list nor a
lost database brings anybody back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.errors import AddressError
from digest.model import EmailAddress, Purpose, is_reserved_domain, message_id_for, sign_bounce_token, sign_token
from digest.pipeline.cadence import served
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from digest.audience.settings import ListSettings
    from digest.model import IssueRow, RejectedRow, Subscriber
    from digest.store import Candidate, ListChange


@dataclass(frozen=True, slots=True)
class ListReading:
    """A list as just read: how it changed, which rows were refused, and a sentence when it changed too much."""

    list_name: str
    size: int
    before: int | None
    change: ListChange | None
    rejects: tuple[RejectedRow, ...] = ()
    rejects_file: str = ""
    warnings: tuple[str, ...] = ()
    alarm: str = ""


def read_list(workspace: Workspace, list_name: str, *, write: bool = True, accept: bool = False) -> ListReading:
    """Read the list's file, if it has one, into the database (`write=False`: only say what would change).

    Rejected rows go to NAME.rejects.csv beside the file. A list that changed too much is not taken over unless
    `accept`: a file that was cut short must not end subscriptions that another issue is being sent to right now.
    Raises `AudienceError` when the file cannot be read at all.
    """
    from digest.audience import read_list as read_file
    from digest.audience import write_rejects

    settings, audience = workspace.config.lists[list_name], workspace.store.audience
    last = _expected_size(workspace, list_name)
    if settings.csv is None:
        size = audience.size(list_name)
        return ListReading(list_name, size, last, None, alarm=_alarm(settings, last, size))
    parsed = read_file(settings.csv)
    rejects_file = ""
    if write:
        rejects_file = str(write_rejects(settings.csv, parsed.rejects) or "")
        _honour_file(workspace, list_name, settings.csv)
    change = audience.sync_list(
        list_name,
        parsed.rows,
        at=workspace.now(),
        title=settings.title,
        dry_run=not write,
        only_if=lambda change: accept or not _alarm(settings, last, change.after),
    )
    alarm = _alarm(settings, last, change.after)
    return ListReading(list_name, change.after, last, change, parsed.rejects, rejects_file, parsed.warnings, alarm)


def _alarm(settings: ListSettings, before: int | None, after: int) -> str:
    """Why this list should not be mailed without asking, or ""."""
    from digest.audience import change_guard

    if not after:
        return "there is nobody on the list"
    return change_guard(before, after, max_shrink=settings.max_shrink, max_grow=settings.max_grow) or ""


def _honour_file(workspace: Workspace, list_name: str, csv: Path) -> None:
    """Who stands in the `.unsubscribed.csv` beside the list is unsubscribed, whatever the database knows."""
    from digest.audience import read_unsubscribed, unsubscribed_path

    if not unsubscribed_path(csv).exists():
        return
    audience = workspace.store.audience
    known = {key for key, _ in audience.unsubscribed_keys(list_name)}
    for key, at in read_unsubscribed(csv).items():
        if key not in known:
            audience.unsubscribe(list_name, key, at=at or workspace.now(), source="file")


class Variants:
    """Which rendition each recipient gets: one per language that both the readers and the templates know.

    Settled before anything is rendered: somebody who joins with another language a moment later gets the digest's own.
    """

    def __init__(self, default: str, readers: Iterable[str]) -> None:
        self._default = default
        self.locales = [default, *sorted({self._fitting(locale) for locale in readers} - {default})]

    @classmethod
    def of(cls, locales: Sequence[str]) -> Variants:
        """Those that were rendered already; the first is the digest's own."""
        made = cls(locales[0], ())
        made.locales = list(locales)
        return made

    def index(self, locale: str) -> int:
        fitting = self._fitting(locale)
        return self.locales.index(fitting) if fitting in self.locales else 0

    def _fitting(self, locale: str) -> str:
        """The reader's language if the templates speak it, else the digest's own locale."""
        from digest.render.locale import LANGUAGES

        language, ours = _language(locale), _language(self._default)
        return language if language in LANGUAGES and language != ours else self._default


def _language(locale: str) -> str:
    return locale.replace("_", "-").split("-")[0].lower()


def candidates(
    workspace: Workspace,
    row: IssueRow,
    issue_key: str,
    variants: Variants,
    concerned: Callable[[tuple[str, ...] | None], bool],
) -> Iterator[Candidate]:
    """Everyone the issue concerns, with a reason where they will not be mailed; streamed, never held.

    `concerned` says of a reader's topics whether the issue has something for them; who it has nothing for is not mailed
    this time.
    """
    from digest.store import Candidate

    settings = workspace.digest(row.digest)
    audience = workspace.store.audience
    key_id, keys = workspace.store.signing_keys()
    list_id = audience.list_id(settings.list)
    loopback = all(workspace.config.relays[name].is_loopback for name in settings.relays)
    only_to = frozenset(workspace.config.delivery.only_to)
    bounced_issue = row.id if workspace.config.bounce_address else None
    for subscriber, skip in audience.candidates(settings.list, served(workspace, row.digest, row.frequency)):
        yield Candidate(
            subscriber_id=subscriber.id,
            list_id=list_id,
            address=subscriber.address,
            key=subscriber.key,
            name=subscriber.name,
            locale=subscriber.locale,
            timezone=subscriber.timezone,
            topics=subscriber.topics,
            tokens=tokens_of(keys[key_id], key_id, subscriber, list_id, bounced_issue),
            message_id=message_id_for(keys[key_id], issue=issue_key, subscriber_id=subscriber.id),
            rendition=variants.index(subscriber.locale),
            skip=skip
            or _skip(subscriber.address, loopback=loopback, only_to=only_to)
            or ("" if concerned(subscriber.topics) else "no_topic"),
        )


def tokens_of(
    key: bytes, key_id: int, subscriber: Subscriber, list_id: int, bounced_issue: int | None
) -> dict[str, str]:
    tokens = {"unsubscribe": unsubscribe_token(key, key_id, subscriber, list_id)}
    if bounced_issue is not None:
        tokens["bounce"] = sign_bounce_token(key, key_id=key_id, issue_id=bounced_issue, subscriber_id=subscriber.id)
    return tokens


def unsubscribe_token(key: bytes, key_id: int, subscriber: Subscriber, list_id: int) -> str:
    return sign_token(
        key,
        key_id=key_id,
        purpose=Purpose.UNSUBSCRIBE,
        subscriber_id=subscriber.id,
        list_id=list_id,
        generation=subscriber.token_generation,
    )


def _skip(address: str, *, loopback: bool, only_to: frozenset[str]) -> str:
    """Why an active subscriber is not mailed this time, or ""."""
    try:
        parsed = EmailAddress.parse(address)
    except AddressError:
        return "bad_address"
    if not loopback and is_reserved_domain(parsed.domain):
        return "reserved"
    if only_to and parsed.key not in only_to and parsed.domain not in only_to:
        return "only_to"
    return ""


def _expected_size(workspace: Workspace, list_name: str) -> int | None:
    """The list's size at its last issue, less those who left by themselves: that they are gone is no surprise."""
    size = workspace.store.issues.last_list_size(list_name)
    digests = [name for name, digest in workspace.config.digests.items() if digest.list == list_name]
    frozen = [row.frozen_at for name in digests for row in workspace.store.issues.all(name, limit=10) if row.frozen_at]
    if size is None or not frozen:
        return size
    left = sum(at > max(frozen) for _, at in workspace.store.audience.unsubscribed_keys(list_name))
    return max(size - left, 0)


def locale_of(workspace: Workspace, digest: str) -> str:
    return workspace.digest(digest).locale or workspace.config.site.language
