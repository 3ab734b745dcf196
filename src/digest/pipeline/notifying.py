"""What the operator hears: one message per issue sent, skipped, held, paused or failed; one per cause and day for
sources; a ping after each healthy tick.

Never raises: a notice that cannot be sent is logged, and must not break what it reports (rule 14). The words are made
in `deliver.notice`; this module decides whether to tell, and hands them over.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.errors import DigestError
from digest.model import EmailAddress, IssueState
from digest.pipeline.sending import Sent
from digest.pipeline.signing import signed
from digest.pipeline.trying import show_for_review
from digest.pipeline.workspace import Workspace
from digest.recurrence import period_after

if TYPE_CHECKING:
    from digest.deliver.notice import Event, Notice
    from digest.model import Accounting, IssueRow
    from digest.pipeline.approving import Standing
    from digest.pipeline.drafting import Drafted
    from digest.pipeline.gathering import GatherReport
    from digest.pipeline.intake import Looked

log = logging.getLogger("digest.notify")

_EVENTS: dict[IssueState, Event] = {
    IssueState.DONE: "sent",
    IssueState.SKIPPED: "skipped",
    IssueState.HELD: "held",
    IssueState.PAUSED: "paused",
}


def about_issue(workspace: Workspace, row: IssueRow, sent: Sent | None = None) -> None:
    """Tell how an issue ended or why it stands still; once for each state it comes to."""
    from digest.deliver import notice_for

    if row.state is IssueState.SKIPPED and row.reason == "nothing_new" and not workspace.config.notify.webhook:
        return  # no news is written down (`digest status`), not mailed: a quiet week is not an event
    accounting = sent.accounting if sent else _accounting(workspace, row)
    event: Event = _EVENTS.get(row.state, "failed")
    notice = notice_for(
        event,
        name=row.name,
        title=row.subject,
        reason=row.reason,
        detail=row.note or (sent.report.note if sent else ""),
        accounting=accounting if accounting and accounting.candidates else None,
        next_at=_next(workspace, row.digest),
        next_try=f"{sent.next_retry:%Y-%m-%d %H:%M} UTC" if sent and sent.next_retry else "",
    )
    day = f"{workspace.now():%Y-%m-%d}" if event == "failed" else f"version {row.version}"
    _tell(workspace, notice, day=day)


def about_review(workspace: Workspace, row: IssueRow, drafted: Drafted) -> None:
    """Show a drafted issue to its approvers: what is in it and what to do in one mail, the issue itself in another."""
    from digest.deliver import notice_for

    titles = "\n".join(f"  {place}. {item.title}" for place, item in enumerate(drafted.issue.items, 1))
    notice = notice_for(
        "review", name=row.name, title=drafted.issue.subject, detail=f"{_at_its_time(workspace, row)}\n\n{titles}"
    )
    approvers = workspace.digest(row.digest).approvers
    _tell(workspace, notice, day=f"version {row.version}", to=approvers)
    for address in approvers:
        _quietly("the preview for review", partial(show_for_review, workspace, drafted, address))


def about_stale_approval(workspace: Workspace, row: IssueRow, seen: Standing) -> None:
    """Tell the approvers, once for each thing that changed, that their approval does not count any more."""
    from digest.deliver import notice_for

    detail = f"{seen.why_not[:1].upper()}{seen.why_not[1:]}.\n\n{_at_its_time(workspace, row)}"
    notice = notice_for("approval_stale", name=row.name, title=row.subject, detail=detail)
    which = hashlib.sha256(f"{seen.approval and seen.approval.id} {seen.objections}".encode()).hexdigest()[:12]
    _tell(workspace, notice, day=which, to=workspace.digest(row.digest).approvers)


def _at_its_time(workspace: Workspace, row: IssueRow) -> str:
    label = row.period.label.replace("T", " ").replace("@", " in ")
    if workspace.digest(row.digest).if_unapproved == "send":
        return f"It goes out {label}, approved or not."
    return f"It goes out {label} if it is approved by then; otherwise it is held."


def about_sources(workspace: Workspace, report: GatherReport) -> None:
    """Tell of each source that failed, and of each whose site has moved, once per source and day."""
    from digest.deliver import notice_for

    notices = [notice_for("source_failed", name=result.source, detail=result.error) for result in report.failed]
    notices += [notice_for("source_moved", name=result.source, detail=result.warnings[-1]) for result in report.moved]
    for notice in notices:
        _tell(workspace, notice, day=f"{workspace.now():%Y-%m-%d}")


def about_mailboxes(workspace: Workspace, looked: Sequence[Looked]) -> None:
    """Tell of each mailbox that could not be read, once per mailbox, cause and day."""
    from digest.deliver import notice_for

    for one in looked:
        if one.error:
            reason = one.error.splitlines()[0]
            notice = notice_for("mailbox_failed", name=one.name, reason=reason, detail=one.error)
            _tell(workspace, notice, day=f"{workspace.now():%Y-%m-%d}")


def about_failure(workspace: Workspace, digest: str, error: DigestError) -> None:
    """Tell that a digest could not be worked on at all, once per cause and day."""
    from digest.deliver import notice_for

    notice = notice_for("failed", name=digest, reason=error.what, detail=str(error))
    _tell(workspace, notice, day=f"{workspace.now():%Y-%m-%d}")


def about_orphans(workspace: Workspace) -> None:
    """Tell of issues in mid-send whose digest is no longer configured: nobody will ever go on with them."""
    from digest.deliver import notice_for

    try:
        rows = orphans(workspace)
    except DigestError as error:
        log.warning("orphaned issues cannot be looked for: %s", error)
        return
    for row in rows:
        detail = f"digest.toml has no digest called {row.digest} any more, and readers of this issue still wait."
        notice = notice_for("failed", name=row.name, title=row.subject, reason="orphan", detail=detail)
        _tell(workspace, notice, day=f"{workspace.now():%Y-%m-%d}")


def orphans(workspace: Workspace) -> list[IssueRow]:
    """Frozen issues that are not over, of digests that the configuration does not have."""
    rows = workspace.store.issues.open()
    return [row for row in rows if row.frozen_at is not None and row.digest not in workspace.config.digests]


def ping(workspace: Workspace) -> None:
    """Tell a dead man's switch that a tick went well: silence is what it listens for."""
    url = workspace.config.notify.ping
    if url:
        _quietly("the ping", lambda: _request(url, None))


def _tell(workspace: Workspace, notice: Notice, *, day: str, to: Sequence[str] | None = None) -> None:
    """`to` None: the operator, as `[notify]` says."""
    settings = workspace.config.notify
    readers = to if to is not None else ([settings.email] if settings.email else [])
    if not readers and not settings.webhook:
        return
    if not _first(workspace, notice.cause, day):
        return
    told = []
    if settings.webhook:
        told.append(_quietly("the webhook", lambda: _post(workspace, notice)))
    told += [_quietly("the notice", partial(_mail, workspace, notice, address)) for address in readers]
    if not any(told):
        _quietly("the record", lambda: workspace.store.notices.forget(notice.cause, day))


def _first(workspace: Workspace, cause: str, day: str) -> bool:
    """Once per cause and day, also when it is the database that is in trouble: a five-minute cron line would tell of
    a full disk three hundred times a day."""
    try:
        return workspace.store.notices.first(cause, day, at=workspace.now())
    except DigestError as error:
        log.warning("notices cannot be recorded: %s", error)
    name = hashlib.sha256(f"{workspace.store.url}\n{cause}\n{day}".encode()).hexdigest()[:32]
    try:
        (Path(tempfile.gettempdir()) / f"digest-told-{name}").touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    except OSError:
        pass  # better told twice than not at all
    return True


def _mail(workspace: Workspace, notice: Notice, to: str) -> None:
    from digest.deliver import notice_message, send_one

    config, now = workspace.config, workspace.now()
    message = notice_message(
        sender=config.site.sender,
        to=EmailAddress.parse(to),
        subject=f"[{config.site.name}] {notice.subject}",
        lines=notice.body.splitlines(),
        date=now,
        message_id_domain=config.site.sender.address.domain,
        key=f"{notice.cause} {to} {now.isoformat()}",
    )
    outcome = send_one(signed(workspace, message), next(iter(config.relays.values())))
    if outcome.kind != "accepted":
        raise DigestError("the relay did not take the notice", why=outcome.server_text)


def _post(workspace: Workspace, notice: Notice) -> None:
    from digest.deliver import webhook_payload

    payload = webhook_payload(notice, site=workspace.config.site.name, at=workspace.now())
    _request(workspace.config.notify.webhook, payload)


def _request(url: str, payload: dict[str, object] | None) -> None:
    from digest.http import EndpointHttp

    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    endpoint = EndpointHttp(origin, timeout_s=10)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if payload is None:
        response = endpoint.get(path)
    else:
        body = json.dumps(payload, ensure_ascii=False).encode()
        response = endpoint.post(path, body=body, headers={"content-type": "application/json"})
    if response.status >= 400:
        raise DigestError(f"the server answered {response.status}", where=origin)


def _quietly(what: str, act: Callable[[], None]) -> bool:
    try:
        act()
    except (DigestError, OSError) as error:
        log.warning("%s could not be sent: %s", what, error)
        return False
    return True


def _accounting(workspace: Workspace, row: IssueRow) -> Accounting | None:
    try:
        return workspace.store.issues.accounting(row.id)
    except DigestError as error:
        log.warning("%s cannot be counted: %s", row.name, error)
        return None


def _next(workspace: Workspace, digest: str) -> str:
    return period_after(workspace.rule(digest), workspace.now()).label.replace("T", " ").replace("@", " in ")
