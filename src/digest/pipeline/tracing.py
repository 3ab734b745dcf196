"""What became of one person's mail, and of one issue's: everything on record, put in order for people. Reads only."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from digest.model import EventKind
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.model import Rates, RecordedEvent

_WHAT_FOLLOWS = frozenset({"suppressed", "unsuppressed", "unsubscribed", "ended"})  # after its cause of the same second


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened to an address. `issue` is `weekly/12`, or empty."""

    at: datetime
    what: str
    issue: str
    detail: str


def history_of(workspace: Workspace, key: str) -> list[Moment]:
    """Deliveries, what came back, consent, unsubscribes and suppressions of one address, the oldest first."""
    audience = workspace.store.audience
    past = audience.history(key)
    names = {one.issue_id: one.issue for one in past}
    moments = [Moment(one.at, one.action, "", _of_list(one.list_name, one.source)) for one in audience.consent(key)]
    for one in past:
        row = one.delivery
        answer = " ".join(part for part in (str(row.code or ""), row.server_text) if part)
        state = f"{row.state} ({row.reason})" if row.reason else str(row.state)
        moments.append(Moment(row.at, state, one.issue, answer))
    for event in workspace.store.events.of_address(key):
        if event.source != "smtp":  # the delivery's own line says that
            moments.append(_of_event(workspace, event, names))
    return sorted(moments, key=lambda moment: (moment.at, moment.what in _WHAT_FOLLOWS))


def _of_list(list_name: str, source: str) -> str:
    return f"{list_name}: {source}" if list_name and source else list_name or source


def _of_event(workspace: Workspace, event: RecordedEvent, names: dict[int, str]) -> Moment:
    issue = ""
    if event.issue_id:
        issue = names.get(event.issue_id) or workspace.store.issues.get(event.issue_id).name
    proof = "" if event.trust != "none" else " (not proven: nothing followed)"
    words = " ".join(part for part in (event.status, event.diagnostic) if part)
    return Moment(event.at, f"{event.kind}{proof}", issue, f"{event.source}: {words}" if words else event.source)


def came_back(workspace: Workspace, issue_id: int) -> dict[int, list[RecordedEvent]]:
    """What came back about each recipient of an issue, by subscriber."""
    found: dict[int, list[RecordedEvent]] = defaultdict(list)
    for event in workspace.store.events.of_issue(issue_id, kinds=list(EventKind)):
        found[event.subscriber_id].append(event)
    return dict(found)


def came_back_altogether(workspace: Workspace, issue_id: int) -> Rates | None:
    """The whole issue's figures, None when nothing came back."""
    if not workspace.store.events.counts(issue_id):
        return None
    return workspace.store.events.rates(issue_id)[0]


def configured_mailboxes(workspace: Workspace) -> list[tuple[str, datetime | None, str]]:
    """(name, last looked into, what was wrong then) of the mailboxes in the configuration."""
    intake = workspace.config.intake
    names = [intake.imap.place] if intake.imap else []
    names += [f"maildir {intake.maildir}"] if intake.maildir else []
    seen = {name: (at, error) for name, at, error in workspace.store.events.mailboxes()}
    return [(name, *seen.get(name, (None, ""))) for name in names]
