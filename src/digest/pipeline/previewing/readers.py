"""View as: somebody real, or somebody telling; and the snapshot that a real send would make of them.

Reads lists, changes none. Invariant: the snapshot of a real subscriber is the one that freezing would write for the
coming issue (same tokens, same Message-ID), so the bytes are those that would be sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from digest.errors import AudienceError, UsageError
from digest.model import Issue, Recipient, Subscriber, SubscriptionStatus, message_id_for
from digest.pipeline.editing import Target
from digest.pipeline.listing import tokens_of
from digest.pipeline.trying import INERT_TOKEN
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from digest.model import SubscriberRow

PAGE = 20


@dataclass(frozen=True, slots=True)
class Case:
    """A reader who shows what an ordinary one hides."""

    name: str
    label: str
    subscriber: Subscriber


def _made_up(address: str, **known: object) -> Subscriber:
    values: dict[str, object] = {"name": "", "locale": "", "topics": None, **known}
    return Subscriber(
        id=0, address=address, key=address, timezone="", list_name="", status=SubscriptionStatus.ACTIVE,
        frequency="every", **values,  # type: ignore[arg-type]
    )  # fmt: skip


CASES = (
    Case("no-name", "Without a name", _made_up("reader@mail.example")),
    Case(
        "long-name",
        "The longest name",
        _made_up(
            "a.very.long.address.of.somebody.in.several.departments@subdivision.organisation.example",
            name="Maximiliana-Theodora von Hohenzollern-Sigmaringen y Fernández de Córdoba",
        ),
    ),
    Case("rtl", "Reads right to left", _made_up("layla@mail.example", name="ليلى الحدّاد", locale="ar")),
    Case("no-topics", "Chose no topic", _made_up("none@mail.example", name="Nora", topics=())),
    Case("all-topics", "Chose every topic", _made_up("all@mail.example", name="Alma", topics=("*",))),
)


class Lists:
    """The readers of each list: those of the database, or, of a file that no issue has read yet, those of the file."""

    def __init__(self) -> None:
        self._files: dict[Path, tuple[int, list[Subscriber]]] = {}

    def search(
        self, workspace: Workspace, digest: str, text: str, *, after: int = 0
    ) -> tuple[list[tuple[str, Subscriber]], int]:
        """A page of (reference, subscriber) whose address or name holds `text`, and where the next begins (0: none)."""
        name = workspace.digest(digest).list
        rows = self._unread(workspace, name)
        if rows is None:
            found = workspace.store.audience.search(name, text, after=after, limit=PAGE + 1)
            page = [(f"id:{one.id}", one) for one in found[:PAGE]]
            return page, found[PAGE - 1].id if len(found) > PAGE else 0
        wanted = text.casefold()
        matching = [
            (number, one) for number, one in enumerate(rows, 1)
            if number > after and (wanted in one.address.casefold() or wanted in one.name.casefold())
        ]  # fmt: skip
        page = [(f"row:{number}", one) for number, one in matching[:PAGE]]
        return page, matching[PAGE - 1][0] if len(matching) > PAGE else 0

    def reader(self, workspace: Workspace, digest: str, reference: str, issue: Issue) -> Subscriber | None:
        """Whom a reference means; without one the first of the list, None when nobody is there."""
        kind, _, number = reference.partition(":")
        for case in CASES:
            if case.name == reference:
                topics = (
                    tuple(dict.fromkeys(tag for item in issue.items for tag in item.tags))
                    if reference == "all-topics"
                    else case.subscriber.topics
                )
                return replace(case.subscriber, topics=topics)
        if kind == "id" and number.isdecimal():
            found = workspace.store.audience.search(workspace.digest(digest).list, "", after=int(number) - 1, limit=1)
            if found and found[0].id == int(number):
                return found[0]
        elif kind == "row" and number.isdecimal():
            rows = self._unread(workspace, workspace.digest(digest).list) or []
            if 0 < int(number) <= len(rows):
                return rows[int(number) - 1]
        elif not reference:
            return next((one for _, one in self.search(workspace, digest, "")[0]), None)
        raise UsageError(f"there is no reader {reference!r}", why="the list may have changed", try_="choose again")

    def _unread(self, workspace: Workspace, name: str) -> list[Subscriber] | None:
        """The rows of a list's file while the database knows nobody of it."""
        path = workspace.config.lists[name].csv
        if path is None or workspace.store.audience.search(name, "", limit=1):
            return None
        try:
            changed = path.stat().st_mtime_ns
        except OSError:
            return None
        known = self._files.get(path)
        if known is None or known[0] != changed:
            self._files[path] = known = (changed, _rows(path, name))
        return known[1]


def _rows(path: Path, name: str) -> list[Subscriber]:
    from digest.audience import read_list

    try:
        return [_subscriber(row, name) for row in read_list(path).rows]
    except AudienceError:
        return []  # `digest check` says what is wrong with it; the picture does not need it


def _subscriber(row: SubscriberRow, list_name: str) -> Subscriber:
    return Subscriber(
        id=0, address=row.address, key=row.key, name=row.name, locale=row.locale, timezone=row.timezone,
        list_name=list_name, status=SubscriptionStatus.ACTIVE, frequency=row.frequency, topics=row.topics,
    )  # fmt: skip


def snapshot(workspace: Workspace, target: Target, reader: Subscriber) -> Recipient:
    """The recipient that freezing this issue now would write for `reader`.

    Somebody made up, and whoever the database does not know yet, gets links that do nothing.
    """
    key_id, keys = workspace.store.signing_keys()
    issue = f"{target.digest}/{target.frequency}/{target.period.label}"
    tokens = {"unsubscribe": INERT_TOKEN, "bounce": INERT_TOKEN}
    if reader.id:
        list_id = workspace.store.audience.list_id(reader.list_name)
        bounced = target.row.id if target.row is not None and workspace.config.bounce_address else None
        tokens |= tokens_of(keys[key_id], key_id, reader, list_id, bounced)
    return Recipient(
        delivery_id=0,
        subscriber_id=reader.id,
        address=reader.address,
        name=reader.name,
        locale=reader.locale,
        timezone=reader.timezone,
        topics=reader.topics,
        tokens=tokens,
        message_id=message_id_for(keys[key_id], issue=issue, subscriber_id=reader.id),
    )


def language_of(workspace: Workspace, digest: str, readers: Sequence[str]) -> str:
    """The locale of the variant that a reader with this language gets."""
    from digest.pipeline.listing import Variants, locale_of

    variants = Variants(locale_of(workspace, digest), readers)
    return variants.locales[variants.index(readers[0])] if readers else variants.locales[0]
