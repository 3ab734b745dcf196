"""`tick()`: do what the schedule says, for every digest, now. Idempotent; any process may call it at any time.

In this order for each digest: finish or hold what was interrupted, go on with what was planned or waits for a source,
then make what has become due. A digest that fails costs itself alone (its operator hears of it); the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from digest.clock.decide import Due, decide, is_late
from digest.errors import BusyError, ConfigError, DigestError
from digest.model import IssueRow, IssueState
from digest.pipeline import notifying
from digest.pipeline.cadence import in_use
from digest.pipeline.gathering import SourceResult, enroll, gather
from digest.pipeline.issuing import Made, hold, make, sight
from digest.pipeline.presence import recover
from digest.pipeline.sending import Progress, Stop, overdue
from digest.pipeline.workspace import Workspace
from digest.recurrence import period_after


@dataclass(frozen=True, slots=True)
class Step:
    """What a tick did for one digest. `what` is baseline, waiting, made, held, missed, idle, busy or failed."""

    digest: str
    what: str
    row: IssueRow | None = None
    made: Made | None = None
    error: str = ""


def tick(
    workspace: Workspace,
    digests: Sequence[str] = (),
    *,
    stop: Stop = lambda: "",
    progress: Progress | None = None,
    on_source: Callable[[SourceResult], None] | None = None,
) -> list[Step]:
    """Work through the digests (all when none is named). Never raises for one digest's trouble, except a wrong
    configuration or a store that refuses everything."""
    recover(workspace)
    steps: list[Step] = []
    for name in digests or workspace.config.digests:
        workspace.digest(name)
        if stop():
            break
        try:
            steps.extend(_one(workspace, name, stop=stop, progress=progress, on_source=on_source))
        except ConfigError:
            raise
        except BusyError as error:
            steps.append(Step(name, "busy", error=str(error)))
        except DigestError as error:
            notifying.about_failure(workspace, name, error)
            steps.append(Step(name, "failed", error=str(error)))
    if not any(step.what == "failed" for step in steps):
        notifying.ping(workspace)
    return steps


def _one(
    workspace: Workspace,
    digest: str,
    *,
    stop: Stop,
    progress: Progress | None,
    on_source: Callable[[SourceResult], None] | None,
) -> list[Step]:
    """Every cadence of one digest; "idle" when none had anything to do."""
    steps: list[Step] = []
    for frequency in in_use(workspace, digest):
        if not stop():
            steps += _cadence(workspace, digest, frequency, stop=stop, progress=progress, on_source=on_source)
    return steps or [Step(digest, "idle")]


def _cadence(
    workspace: Workspace,
    digest: str,
    frequency: str,
    *,
    stop: Stop,
    progress: Progress | None,
    on_source: Callable[[SourceResult], None] | None,
) -> list[Step]:
    seen = sight(workspace, digest, frequency)
    if seen.first:
        report = gather(workspace, workspace.sources_of(digest), on_result=on_source)
        enroll(workspace, digest, frequency, first_seen=seen.first_seen_at)
        notifying.about_sources(workspace, report)
        return [Step(digest, "baseline")]
    steps = []
    for row in workspace.store.issues.open(digest):
        if row.frequency == frequency and not stop():
            steps.append(_go_on(workspace, row, stop=stop, progress=progress, on_source=on_source))
    if stop():
        return steps
    last = workspace.store.issues.last(digest, frequency, extra=False)
    due = decide(
        workspace.rule(digest, frequency),
        never_before=seen.never_before,
        last_end=last.period.end if last else None,
        now=workspace.now(),
        catch_up_s=workspace.digest(digest).catch_up_s,
    )
    return steps + _make_due(workspace, digest, frequency, due, stop=stop, progress=progress, on_source=on_source)


def _go_on(
    workspace: Workspace,
    row: IssueRow,
    *,
    stop: Stop,
    progress: Progress | None,
    on_source: Callable[[SourceResult], None] | None,
) -> Step:
    """An issue that is not over: resume it, prepare it, or leave it to its operator."""
    now = workspace.now()
    match row.state:
        case IssueState.FROZEN | IssueState.SENDING:
            if overdue(workspace, row) and workspace.store.issues.accounting(row.id).waiting:
                return _held(workspace, row, "late", "it was interrupted and is older than finish_within")
        case IssueState.PLANNED | IssueState.DRAFTED:
            if row.note != "released" and _too_late(workspace, row):
                reason = "source_failed" if row.next_try_at else "late"
                return _held(workspace, row, reason, row.note or "it is later than catch_up allows")
            if row.next_try_at is not None and row.next_try_at > now:
                return Step(row.digest, "waiting", row)
        case _:
            return Step(row.digest, "held" if row.state is IssueState.HELD else "idle", row)
    return _made(workspace, row, stop=stop, progress=progress, on_source=on_source)


def _make_due(
    workspace: Workspace,
    digest: str,
    frequency: str,
    due: Due,
    *,
    stop: Stop,
    progress: Progress | None,
    on_source: Callable[[SourceResult], None] | None,
) -> list[Step]:
    if due.period is None:
        return []
    issues, now = workspace.store.issues, workspace.now()
    steps = []
    for period in due.missed:
        row, created = issues.plan(digest, frequency, period, scheduled_for=period.end, at=now)
        if created:
            row = issues.move(row, IssueState.MISSED, at=now, note="a later occurrence was due as well")
            steps.append(Step(digest, "missed", row))
    row, created = issues.plan(digest, frequency, due.period, scheduled_for=due.period.end, at=now)
    if due.late and created:
        note = f"it was due at {due.period.label} and that is longer ago than catch_up allows"
        return [*steps, _held(workspace, row, "late", note)]
    if not created and row.state not in (IssueState.PLANNED, IssueState.DRAFTED):
        return steps
    return [*steps, _made(workspace, row, stop=stop, progress=progress, on_source=on_source)]


def _made(
    workspace: Workspace,
    row: IssueRow,
    *,
    stop: Stop,
    progress: Progress | None,
    on_source: Callable[[SourceResult], None] | None,
) -> Step:
    before = row
    made = make(workspace, row, ask=False, may_wait=True, stop=stop, progress=progress, on_source=on_source)
    notifying.about_sources(workspace, made.sources)
    if made.retry_at is not None:
        return Step(row.digest, "waiting", made.row, made)
    ended = made.row.state in (IssueState.DONE, IssueState.SKIPPED, IssueState.HELD, IssueState.PAUSED)
    failed = made.sent is not None and made.sent.report.stopped in ("relay", "ledger", "policy")
    if failed or (ended and (before.state, before.version) != (made.row.state, made.row.version)):
        notifying.about_issue(workspace, made.row, made.sent)
    what = "held" if made.row.state is IssueState.HELD else "made"
    return Step(row.digest, what, made.row, made)


def _held(workspace: Workspace, row: IssueRow, reason: str, note: str) -> Step:
    held = hold(workspace, row, reason, note)
    notifying.about_issue(workspace, held)
    return Step(row.digest, "held", held)


def _too_late(workspace: Workspace, row: IssueRow) -> bool:
    return not row.extra and is_late(
        workspace.rule(row.digest, row.frequency),
        row.period.end,
        workspace.now(),
        workspace.digest(row.digest).catch_up_s,
    )


def next_wakeup(workspace: Workspace) -> datetime | None:
    """When something is next worth looking at: an occurrence, a source to try again, a deferred recipient."""
    now = workspace.now()
    moments = [period_after(workspace.rule(name), now).end for name in workspace.config.digests]
    for row in workspace.store.issues.open():
        moments += [at for at in (row.next_try_at, workspace.store.issues.next_retry(row.id)) if at is not None]
    return min((at for at in moments if at > now), default=None)
