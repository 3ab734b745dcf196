"""What an operator does with an issue, carried out: hold, release, pause, resume, skip, cancel, retry, resolve.

Whether a command fits is decided in `editorial`; this module moves the row, settles its recipients and writes who did
it. After release, resume, retry and resolve the caller goes on with sending.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.audience.suppression import is_bounce
from digest.editorial import Command, apply, released_note
from digest.errors import UsageError
from digest.model import DeliveryState, EmailAddress
from digest.pipeline.issuing import hold as hold_
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.model import IssueRow
    from digest.store import DeliveryRow


def hold(workspace: Workspace, row: IssueRow, *, note: str, by: str) -> IssueRow:
    """Keep an issue from being sent until it is released."""
    apply(row, Command.HOLD)
    return hold_(workspace, row, "editor", note, by=by)


def release(workspace: Workspace, row: IssueRow, *, by: str) -> IssueRow:
    """Let a held, skipped or missed issue go on."""
    to = apply(row, Command.RELEASE)
    return workspace.store.issues.move(row, to, at=workspace.now(), note=released_note(row), by=by)


def pause(workspace: Workspace, row: IssueRow, *, by: str) -> IssueRow:
    """Stop a send that is under way: every worker sees it at its next claim or intent."""
    return workspace.store.issues.move(row, apply(row, Command.PAUSE), at=workspace.now(), by=by)


def resume(workspace: Workspace, row: IssueRow, *, by: str) -> IssueRow:
    """Undo a pause."""
    return workspace.store.issues.move(row, apply(row, Command.RESUME), at=workspace.now(), by=by)


def skip(workspace: Workspace, row: IssueRow, *, note: str, by: str) -> IssueRow:
    """Close a period without an issue; its articles stay for the next one."""
    to = apply(row, Command.SKIP)
    return workspace.store.issues.move(row, to, at=workspace.now(), reason="editor", note=note, by=by)


def cancel(workspace: Workspace, row: IssueRow, *, note: str, by: str) -> IssueRow:
    """End an issue for good. Who has it keeps it; nobody else gets it. Never begun: its articles are free again."""
    to = apply(row, Command.CANCEL)
    return workspace.store.issues.move(row, to, at=workspace.now(), reason="editor", note=note, by=by)


def retry(workspace: Workspace, row: IssueRow, *, addresses: Sequence[str], by: str) -> tuple[IssueRow, int]:
    """Queue refused and deferred recipients again (all of them, or those named).

    Naming somebody says that their mailbox is there after all: what a bounce suppressed is lifted. Complaints stand.
    """
    issues, now = workspace.store.issues, workspace.now()
    apply(row, Command.RETRY)
    keys = [EmailAddress.parse(address).key for address in addresses]
    audience = workspace.store.audience
    bounced = [key for key in keys if (stop := audience.suppression(key)) is not None and is_bounce(stop)]
    audience.lift(bounced, at=now, source=by)
    states = [DeliveryState.REFUSED, DeliveryState.DEFERRED]
    count = issues.requeue(row.id, states=states, addresses=keys or None, at=now)
    if count:  # a done issue is sending again, in the same step
        issues.log(row.id, "retry", {"addresses": list(addresses), "count": count}, at=now, by=by)
    return issues.get(row.id), count


def resolve(workspace: Workspace, row: IssueRow, address: str, *, received: bool, by: str) -> IssueRow:
    """Settle an uncertain recipient: they have it, or they are to be sent it again (same Message-ID)."""
    key = EmailAddress.parse(address).key
    found = next((one for one in uncertain(workspace, row) if EmailAddress.parse(one.address).key == key), None)
    if found is None:
        raise UsageError(
            f"{address} is not uncertain in issue {row.name}",
            try_=f"digest issue recipients {row.name} --state uncertain",
        )
    _resolved(workspace, row, found, received=received, how="said", by=by)
    return workspace.store.issues.get(row.id)


@dataclass(frozen=True, slots=True)
class FromLog:
    """What a relay's log settled. `shown` are addresses with the line that says so; `unclear` ones are only named in
    it, and stay uncertain; so do the `missing`, unless they were queued again."""

    row: IssueRow
    lines: int
    shown: Mapping[str, str]
    unclear: Mapping[str, str]
    missing: tuple[str, ...]


def resolve_from_log(
    workspace: Workspace, row: IssueRow, lines: Iterable[bytes], *, send_again: bool, by: str
) -> FromLog:
    """Settle the uncertain recipients by the relay's log: whose Message-ID it says it took, has the message.

    `send_again`: the log is known to be whole, so whoever is not in it is queued again, with the same Message-ID.
    """
    from digest.deliver.maillog import read_log

    doubt = {one.message_id: one for one in uncertain(workspace, row)}
    reading = read_log(lines, doubt)
    missing = [one for name, one in doubt.items() if name not in reading.received and name not in reading.mentioned]
    for name in reading.received:
        _resolved(workspace, row, doubt[name], received=True, how="log", by=by)
    for one in missing if send_again else ():
        _resolved(workspace, row, one, received=False, how="log", by=by)
    return FromLog(
        workspace.store.issues.get(row.id),
        reading.lines,
        {doubt[name].address: line for name, line in reading.received.items()},
        {doubt[name].address: line for name, line in reading.mentioned.items()},
        tuple(one.address for one in missing),
    )


def uncertain(workspace: Workspace, row: IssueRow) -> Iterator[DeliveryRow]:
    return workspace.store.issues.deliveries(row.id, states=[DeliveryState.UNCERTAIN])


def _resolved(workspace: Workspace, row: IssueRow, found: DeliveryRow, *, received: bool, how: str, by: str) -> None:
    issues, now = workspace.store.issues, workspace.now()
    issues.resolve(found.id, received=received, at=now)
    issues.log(row.id, "resolve", {"address": found.address, "received": received, "how": how}, at=now, by=by)
