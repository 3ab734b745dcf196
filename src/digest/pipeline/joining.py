"""New subscribers: an import looked at before it is done, or one address typed in.

Invariant: nobody who unsubscribed, bounced for good or complained is brought back; a CSV list is only ever appended
to, with a backup beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import UsageError
from digest.model import EmailAddress, RejectedRow, SubscriberRow, SubscriptionStatus
from digest.pipeline.listing import read_list
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

_GONE = (SubscriptionStatus.UNSUBSCRIBED, SubscriptionStatus.BOUNCED, SubscriptionStatus.COMPLAINED)


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do, row by row."""

    list_name: str
    new: tuple[SubscriberRow, ...]
    same: tuple[SubscriberRow, ...]
    changed: tuple[SubscriberRow, ...]
    unsubscribed: tuple[SubscriberRow, ...]
    rejects: tuple[RejectedRow, ...]

    @property
    def useful(self) -> bool:
        return bool(self.new or self.changed)

    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.new),
            "same": len(self.same),
            "changed": len(self.changed),
            "invalid": len(self.rejects),
            "unsubscribed": len(self.unsubscribed),
        }


def plan_import(workspace: Workspace, list_name: str, file: Path) -> ImportPlan:
    """Compare a CSV file with a list. Raises `AudienceError` when the file cannot be read at all."""
    from digest.audience import compare
    from digest.audience import read_list as read_file

    parsed = read_file(file)
    read_list(workspace, list_name, accept=True)
    known = {one.key: one for one in workspace.store.audience.subscribers(list_name)}
    gone = {key for key, one in known.items() if one.status in _GONE}
    gone.update(key for key, _ in workspace.store.audience.unsubscribed_keys(list_name))
    present = {
        key: SubscriberRow(one.address, key, one.name, one.locale, one.timezone, one.topics, one.frequency)
        for key, one in known.items()
        if one.status is SubscriptionStatus.ACTIVE
    }
    wanted = [row for row in parsed.rows if row.key not in gone]
    change = compare(present, wanted)
    return ImportPlan(
        list_name,
        tuple(change.new),
        tuple(change.same),
        tuple(after for _, after in change.changed),
        tuple(row for row in parsed.rows if row.key in gone),
        parsed.rejects,
    )


def carry_out(workspace: Workspace, plan: ImportPlan) -> list[str]:
    """Do it; returns lines that say what was written where."""
    return _add(workspace, plan.list_name, [*plan.new, *plan.changed])


def add(workspace: Workspace, list_name: str, text: str, *, name: str, locale: str, timezone: str) -> str:
    """Put one address on a list. Raises `UsageError` for one who unsubscribed."""
    address = EmailAddress.parse(text)
    read_list(workspace, list_name, accept=True)
    for key, _ in workspace.store.audience.unsubscribed_keys(list_name):
        if key == address.key:
            raise UsageError(
                f"{address} unsubscribed from {list_name}",
                why="nobody is brought back by the operator",
                try_="ask the reader to subscribe again themselves",
            )
    for one in workspace.store.audience.find(address.key):
        same = (name or one.name, locale or one.locale, timezone or one.timezone) == (
            one.name,
            one.locale,
            one.timezone,
        )
        if one.list_name == list_name and one.status is SubscriptionStatus.ACTIVE and same:
            return f"{address} is on {list_name} already."
    row = SubscriberRow(str(address), address.key, name=name, locale=locale, timezone=timezone)
    return "\n".join([f"{address} is on {list_name}.", *_add(workspace, list_name, [row])])


def _add(workspace: Workspace, list_name: str, rows: Sequence[SubscriberRow]) -> list[str]:
    from digest.audience import append_subscribers

    settings, now = workspace.config.lists[list_name], workspace.now()
    if settings.csv is None:
        change = workspace.store.audience.sync_list(list_name, rows, at=now, title=settings.title, replace=False)
        return [f"{list_name} has {change.after} subscribers now."]
    backup = append_subscribers(settings.csv, rows, now=now)
    reading = read_list(workspace, list_name, accept=True)
    kept = f"; the file as it was: {backup.name}" if backup else ""
    return [f"{settings.csv} has {reading.size} subscribers now{kept}"]
