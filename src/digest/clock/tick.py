"""`tick()`: do what the schedule says, for every digest, now. Idempotent; any process may call it at any time.

First the mailboxes of bounces are looked into. Then in this order for each digest: let issues planned ahead follow a
schedule that was moved; go on with every issue that is not over (finish or hold what was interrupted, prepare what
waited for its time, a source or an approval); make what has become due; show what comes next to those who approve it.
Each of these is tried by itself: what fails costs itself alone, its operator hears of it, and the others go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from digest.clock.decide import Due, decide, is_late
from digest.editorial import was_released
from digest.errors import BusyError, ConfigError, DigestError
from digest.model import IssueRow, IssueState, Report
from digest.pipeline import notifying
from digest.pipeline.approving import review_at, review_due, standing, submit, was_approved
from digest.pipeline.cadence import in_use
from digest.pipeline.editing import keep_in_step
from digest.pipeline.gathering import GatherReport, SourceResult, enroll, gather, keep_up
from digest.pipeline.intake import look
from digest.pipeline.issuing import Made, Terms, advance, hold, sight
from digest.pipeline.presence import recover
from digest.pipeline.sending import overdue
from digest.pipeline.watching import Stop, Watch, ignored, never
from digest.pipeline.workspace import Workspace
from digest.recurrence import period_after

log = logging.getLogger("digest.clock")


@dataclass(frozen=True, slots=True)
class Step:
    """What a tick did for one digest. `what` is baseline, waiting, review, made, held, missed, idle, busy or failed."""

    digest: str
    what: str
    row: IssueRow | None = None
    made: Made | None = None
    error: str = ""


def tick(
    workspace: Workspace,
    digests: Sequence[str] = (),
    *,
    stop: Stop = never,
    progress: Callable[[Report], None] | None = None,
    on_source: Callable[[SourceResult], None] | None = None,
) -> list[Step]:
    """Work through the digests (all when none is named). Never raises for one digest's trouble, except a wrong
    configuration."""
    watch = Watch(stop, progress or ignored, on_source or ignored)
    _take_in(workspace)
    steps: list[Step] = []
    for name in digests or workspace.config.digests:
        workspace.digest(name)
        if watch.stop():
            break
        steps += _one(workspace, name, watch) or [Step(name, "idle")]
    if not digests:
        notifying.about_orphans(workspace)
        if not watch.stop():
            _keep_up(workspace)
    if not any(step.what == "failed" for step in steps):
        notifying.ping(workspace)
    return steps


def _take_in(workspace: Workspace) -> None:
    """Before anything is sent: who complained or left by mail since the last tick is not mailed by this one."""
    try:
        notifying.about_mailboxes(workspace, look(workspace))
    except DigestError as error:
        log.warning("the mailboxes cannot be looked into: %s", error)
    except Exception:
        log.exception("a fault in the program, while looking into the mailboxes")


def _one(workspace: Workspace, digest: str, watch: Watch) -> list[Step]:
    """Every issue of one digest that is not over, of whatever cadence, and then what each cadence has due."""
    steps = _attempt(workspace, digest, partial(_in_step, workspace, digest))
    steps += _attempt(workspace, digest, partial(_each_open_issue, workspace, digest, watch))
    steps += _attempt(workspace, digest, partial(_each_cadence, workspace, digest, watch))
    return steps + _reviews(workspace, digest, watch)


def _reviews(workspace: Workspace, digest: str, watch: Watch) -> list[Step]:
    """The coming issue of each cadence, drafted ahead of its time and shown to those who approve it."""
    steps: list[Step] = []
    for frequency in in_use(workspace, digest) if workspace.digest(digest).review_s is not None else ():
        if not watch.stop():
            steps += _attempt(workspace, digest, partial(_for_review, workspace, digest, frequency, watch))
    return steps


def _for_review(workspace: Workspace, digest: str, frequency: str, watch: Watch) -> list[Step]:
    period = review_due(workspace, digest, frequency)
    if period is None or period.end <= sight(workspace, digest, frequency).never_before:
        return []
    row, _ = workspace.store.issues.plan(
        digest, frequency, period, scheduled_for=period.end, at=workspace.now(), ahead=True
    )
    if row.state not in (IssueState.PLANNED, IssueState.DRAFTED):
        return []
    report = gather(workspace, workspace.sources_of(digest), on_result=watch.on_source)
    notifying.about_sources(workspace, report)
    shown = submit(workspace, row)
    if shown is None:
        return []  # too little to show yet: a later look may find more, and at its time the usual rules hold
    notifying.about_review(workspace, shown.row, shown.drafted)
    return [Step(digest, "review", shown.row)]


def _in_step(workspace: Workspace, digest: str) -> list[Step]:
    # Before anything is gone on with: an issue planned for a time that is none any more would be sent at it.
    for row in keep_in_step(workspace, digest):
        log.info("%s follows its schedule to %s", digest, row.period.label)
    return []


def _keep_up(workspace: Workspace) -> None:
    """Nobody hears of a source that fails between issues (`digest status` says so), unless its site has moved."""
    try:
        notifying.about_sources(workspace, GatherReport(keep_up(workspace).moved))
    except DigestError as error:
        log.warning("the sources cannot be looked at between issues: %s", error)


def _each_open_issue(workspace: Workspace, digest: str, watch: Watch) -> list[Step]:
    recover(workspace)
    steps: list[Step] = []
    for row in workspace.store.issues.open(digest):
        if not watch.stop():
            steps += _attempt(workspace, digest, partial(_go_on, workspace, row, watch))
    return steps


def _each_cadence(workspace: Workspace, digest: str, watch: Watch) -> list[Step]:
    steps: list[Step] = []
    for frequency in in_use(workspace, digest):
        if not watch.stop():
            steps += _attempt(workspace, digest, partial(_due, workspace, digest, frequency, watch))
    return steps


def _attempt(workspace: Workspace, digest: str, act: Callable[[], list[Step]]) -> list[Step]:
    """What `act` did, or that it was busy or failed: an issue that cannot be finished must not stop the next one."""
    try:
        return act()
    except ConfigError:
        raise
    except BusyError as error:
        return [Step(digest, "busy", error=str(error))]
    except DigestError as error:
        trouble = error
    except Exception as error:
        log.exception("a fault in the program, while working on %s", digest)
        trouble = DigestError(
            "a fault in the program", where=digest, why=f"{type(error).__name__}: {error}", try_="report it, please"
        )
    notifying.about_failure(workspace, digest, trouble)
    return [Step(digest, "failed", error=str(trouble))]


def _due(workspace: Workspace, digest: str, frequency: str, watch: Watch) -> list[Step]:
    seen = sight(workspace, digest, frequency)
    if seen.first:
        report = gather(workspace, workspace.sources_of(digest), on_result=watch.on_source)
        enroll(workspace, digest, frequency)
        notifying.about_sources(workspace, report)
        return [Step(digest, "baseline")]
    last = workspace.store.issues.last_begun(digest, frequency, now=workspace.now())
    due = decide(
        workspace.rule(digest, frequency),
        never_before=seen.never_before,
        last_end=last.period.end if last else None,
        now=workspace.now(),
        catch_up_s=workspace.digest(digest).catch_up_s,
    )
    return _make_due(workspace, digest, frequency, due, watch)


def _go_on(workspace: Workspace, row: IssueRow, watch: Watch) -> list[Step]:
    """An issue that is not over: resume it, prepare it, or leave it to its operator."""
    now = workspace.now()
    match row.state:
        case IssueState.FROZEN | IssueState.SENDING:
            if overdue(workspace, row) and workspace.store.issues.accounting(row.id).waiting:
                return [_held(workspace, row, "late", "it was interrupted and is older than finish_within")]
        case IssueState.PLANNED | IssueState.DRAFTED:
            if not (was_released(row) or was_approved(row)) and _too_late(workspace, row):
                return [_held(workspace, row, row.reason or "late", row.note or "it is later than catch_up allows")]
            if row.next_try_at is not None and row.next_try_at > now:
                return [Step(row.digest, "waiting", row)]
        case IssueState.AWAITING_APPROVAL:
            return [_awaited(workspace, row, watch)]
        case IssueState.HELD:
            if row.reason != "editor":
                notifying.about_issue(workspace, row)  # again until somebody was told: whoever held it may have died
            return [Step(row.digest, "held", row)]
        case _:
            return [Step(row.digest, "idle", row)]
    return [_made(workspace, row, watch)]


def _awaited(workspace: Workspace, row: IssueRow, watch: Watch) -> Step:
    """Before its time: tell when an approval does not count any more. At its time: send it, or hold it unapproved."""
    if row.period.end > workspace.now():
        seen = standing(workspace, row)
        if seen.approval is not None and not seen.stands:
            notifying.about_stale_approval(workspace, row, seen)
        return Step(row.digest, "waiting", row)
    if _too_late(workspace, row):
        return _held(workspace, row, "late", "it is later than catch_up allows")
    ready = workspace.store.issues.move(row, IssueState.DRAFTED, at=workspace.now(), note=row.note)
    return _made(workspace, ready, watch)


def _make_due(workspace: Workspace, digest: str, frequency: str, due: Due, watch: Watch) -> list[Step]:
    if due.period is None:
        return []
    issues, now = workspace.store.issues, workspace.now()
    steps = []
    for period in due.missed:
        why = "a later occurrence was due as well"
        row, created = issues.plan(digest, frequency, period, scheduled_for=period.end, at=now, missed=why)
        steps += [Step(digest, "missed", row)] if created else []
    row, created = issues.plan(digest, frequency, due.period, scheduled_for=due.period.end, at=now)
    if due.late and created:
        note = f"it was due at {due.period.label} and that is longer ago than catch_up allows"
        return [*steps, _held(workspace, row, "late", note)]
    if not created and row.state not in (IssueState.PLANNED, IssueState.DRAFTED):
        return steps
    return [*steps, _made(workspace, row, watch)]


def _made(workspace: Workspace, row: IssueRow, watch: Watch) -> Step:
    released = was_released(row)
    terms = Terms(ask=False, may_wait=True, accept_list=released, accept_sources=released)
    made = advance(workspace, row, terms, watch)
    notifying.about_sources(workspace, made.sources)
    if made.trouble is not None:
        notifying.about_failure(workspace, row.digest, made.trouble)
    if made.retry_at is not None:
        return Step(row.digest, "waiting", made.row, made)
    _tell(workspace, row, made)
    return Step(row.digest, "held" if made.row.state is IssueState.HELD else "made", made.row, made)


def _tell(workspace: Workspace, before: IssueRow, made: Made) -> None:
    ended = made.row.state in (IssueState.DONE, IssueState.SKIPPED, IssueState.HELD, IssueState.PAUSED)
    failed = made.sent is not None and made.sent.report.stopped in ("relay", "ledger", "worker", "policy")
    if failed or (ended and (before.state, before.version) != (made.row.state, made.row.version)):
        notifying.about_issue(workspace, made.row, made.sent)


def _held(workspace: Workspace, row: IssueRow, reason: str, note: str) -> Step:
    held = hold(workspace, row, reason, note)
    notifying.about_issue(workspace, held)
    return Step(row.digest, "held", held)


def _too_late(workspace: Workspace, row: IssueRow) -> bool:
    return is_late(
        workspace.rule(row.digest, row.frequency),
        row.period.end,
        workspace.now(),
        workspace.digest(row.digest).catch_up_s,
    )


def next_wakeup(workspace: Workspace) -> datetime | None:
    """When something is next worth looking at: an occurrence, a source to try again, a deferred recipient."""
    now = workspace.now()
    moments = [period_after(workspace.rule(name), now).end for name in workspace.config.digests]
    moments += [at for name in workspace.config.digests if (at := review_at(workspace, name)) is not None]
    for row in workspace.store.issues.open():
        moments += [at for at in (row.next_try_at, workspace.store.issues.next_retry(row.id)) if at is not None]
    return min((at for at in moments if at > now), default=None)
