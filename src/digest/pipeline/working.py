"""What one sending worker does: the stored renditions, its ledger, the relay, until nobody is left for it.

Does not gather, curate or render, and imports none of it: a worker stays small. Invariant: it completes nothing once
its lease is lost, whoever asks it to go on.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from digest.errors import UsageError
from digest.model import Message, Recipient, Report
from digest.pipeline.limiting import Feedback, pace_of, relays_of
from digest.pipeline.presence import Presence
from digest.pipeline.signing import signer
from digest.pipeline.watching import Stop
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.model import IssueRow

DEFAULT_FINISH_DAILY_S = 24 * 3600.0
DEFAULT_FINISH_S = 48 * 3600.0


def work(
    workspace: Workspace, row: IssueRow, presence: Presence, *, stop: Stop, progress: Callable[[Report], None]
) -> Report:
    """Send what can be sent of an issue that is sending, from this process. `Report.stopped` says why it ended.

    "late": its time (`finish_within`) ran out meanwhile, as it does when it waits for the next day of a quota.
    """
    from digest.deliver import Limits
    from digest.deliver import send as deliver

    with pace_of(workspace, row.digest) as pace:
        delivery, feedback = workspace.config.delivery, Feedback(workspace, row)
        begun, end = workspace.now(), finish_by(workspace, row)
        late = partial(_ran_out, workspace, end if end is not None and begun <= end else None)
        limits = Limits(
            claim=delivery.claim,
            finish_by=end,
            max_hard_bounces=delivery.max_hard_bounces,
            max_policy_refusals=delivery.max_policy_refusals,
            pace=pace,
        )
        return deliver(
            Filler(workspace, row.id),
            workspace.store.ledger(row.id, presence.worker_id, now=workspace.now),
            relays_of(workspace, row.digest),
            dkim=signer(workspace),
            stop=lambda: "lease" if presence.lost else stop() or feedback.reason() or late(),
            limits=limits,
            progress=progress,
            now=workspace.now,
        )


def _ran_out(workspace: Workspace, end: datetime | None) -> str:
    return "late" if end is not None and workspace.now() > end else ""


class Filler:
    """`fill` for the sender: splices one recipient into a rendition.

    All renditions are loaded at once, before anybody is claimed: a database that stumbles in mid-send must not make a
    reader's message "impossible to render", which is final. Only an amendment brings others later.
    """

    def __init__(self, workspace: Workspace, issue_id: int) -> None:
        from digest.render import Rendition

        self._issues = workspace.store.issues
        self._read = Rendition.from_bytes
        self._renditions = {
            rendition_id: self._read(self._issues.rendition(rendition_id))
            for rendition_id, *_ in self._issues.renditions(issue_id)
        }

    def __call__(self, recipient: Recipient) -> Message:
        rendition = self._renditions.get(recipient.rendition_id)
        if rendition is None:
            rendition = self._read(self._issues.rendition(recipient.rendition_id))
            self._renditions[recipient.rendition_id] = rendition
        return rendition.fill(recipient)


def finish_within_s(workspace: Workspace, digest: str) -> float:
    """How long an issue may take: what the configuration says, else 24 h for a daily digest and 48 h for others."""
    from digest.recurrence import interval_s

    configured = workspace.digest(digest).finish_within_s
    if configured is not None:
        return configured
    daily = interval_s(workspace.rule(digest), workspace.now()) <= 36 * 3600
    return DEFAULT_FINISH_DAILY_S if daily else DEFAULT_FINISH_S


def finish_by(workspace: Workspace, row: IssueRow) -> datetime | None:
    """When the issue has had its time, counted from when it was last set going (sent, released, resumed, retried)."""
    since = workspace.store.issues.sending_since(row)
    return since + timedelta(seconds=finish_within_s(workspace, row.digest)) if since else None


def web_page(workspace: Workspace, row: IssueRow, locale: str = "") -> str:
    """The newest rendition of a frozen issue as a page for the web. Raises `UsageError` for a language it is not in."""
    from digest.render import Rendition

    issues = workspace.store.issues
    stored = {tag: id_ for id_, tag in reversed(issues.newest_renditions(row.id))}
    if not stored:
        raise UsageError(f"issue {row.name} is not frozen yet", try_=f"digest preview {row.digest} --out DIR")
    wanted = locale or next(reversed(stored))
    if wanted not in stored:
        raise UsageError(f"issue {row.name} is not in {wanted}", try_=f"--locale {' or '.join(reversed(stored))}")
    return Rendition.from_bytes(issues.rendition(stored[wanted])).web_page()
