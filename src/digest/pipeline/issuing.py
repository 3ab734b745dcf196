"""One period of one digest, from plan to done: gather, draft, list, freeze, send, each step safe to repeat.

Two callers: the command line, which looks first, asks, and then makes; and the clock, which makes what is due and
holds instead of asking. Invariant: one issue per (digest, frequency, period), decided by a unique key in the database
(rule 1); a `done` or `cancelled` issue is never made again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from digest.editorial import reopened
from digest.errors import BusyError, DigestError, UsageError
from digest.model import IssueState, Period, Recipient
from digest.pipeline.drafting import Drafted, draft, renumber
from digest.pipeline.freezing import freeze, render
from digest.pipeline.gathering import GatherReport, SourceResult, enroll, gather
from digest.pipeline.listing import ListReading, read_list
from digest.pipeline.presence import at_work, recover
from digest.pipeline.sending import Progress, Sent, Stop, send
from digest.pipeline.workspace import EVERY, Workspace
from digest.recurrence import period_after, period_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.model import IssueRow
    from digest.store import Sight

RETRY_SOURCE = timedelta(minutes=10)


class Verdict(StrEnum):
    """What `digest send D` finds when it looks for the current period's issue."""

    MAKE = "make"
    RESUME = "resume"
    ALREADY = "already"
    PAUSED = "paused"
    HELD = "held"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Found:
    """The current period of a digest and the issue it already has, if any."""

    digest: str
    frequency: str
    period: Period
    verdict: Verdict
    row: IssueRow | None
    sight: Sight
    extra: bool = False


@dataclass(frozen=True, slots=True)
class Prospect:
    """What would be sent: drafted and rendered, nothing written. `problem` says why it cannot be sent as it is."""

    found: Found
    drafted: Drafted
    reading: ListReading
    sources: GatherReport
    size_bytes: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """Where one period got to. `sent` is set when mail was (or could have been) sent; `retry_at` when we try again."""

    row: IssueRow
    sent: Sent | None = None
    sources: GatherReport = field(default_factory=GatherReport)
    reading: ListReading | None = None
    retry_at: datetime | None = None


def sight(workspace: Workspace, digest: str, frequency: str = EVERY) -> Sight:
    """Note that this digest exists, with this schedule, from now on (DESIGN 9: baseline; schedule changes)."""
    rule = workspace.rule(digest)
    return workspace.store.issues.sight(digest, frequency, schedule=rule.text, zone=rule.zone, at=workspace.now())


def find(workspace: Workspace, digest: str, *, frequency: str = EVERY, extra: bool = False) -> Found:
    """The issue `digest send` is about: that of the occurrence at or before now; before the first, the coming one."""
    seen, rule, now = sight(workspace, digest, frequency), workspace.rule(digest, frequency), workspace.now()
    issues = workspace.store.issues
    if extra:
        return Found(digest, frequency, _extra_period(workspace, digest, frequency), Verdict.MAKE, None, seen, True)
    period = period_at(rule, now)
    if period.end <= seen.first_seen_at:
        period = period_after(rule, seen.first_seen_at)
    row = issues.of_period(digest, frequency, period.label)
    if row is None:
        last = issues.last(digest, frequency, extra=False)
        # A schedule moved to an earlier hour must not make a second issue of a time already covered.
        row = last if last is not None and last.period.end >= period.end else None
    return Found(digest, frequency, row.period if row else period, _verdict(row), row, seen)


def coming(workspace: Workspace, found: Found) -> Found:
    """The period after the one found: what the next issue will be when this one is over."""
    period = period_after(workspace.rule(found.digest, found.frequency), max(workspace.now(), found.period.end))
    row = workspace.store.issues.of_period(found.digest, found.frequency, period.label)
    return Found(found.digest, found.frequency, period, _verdict(row), row, found.sight)


def prospect(
    workspace: Workspace,
    found: Found,
    *,
    gather_first: bool = True,
    on_source: Callable[[SourceResult], None] | None = None,
) -> Prospect:
    """Gather, then draft and render what would be sent; plans, consumes and freezes nothing."""
    sources = _gather(workspace, found.digest, on_source) if gather_first else GatherReport()
    enroll(workspace, found.digest, found.frequency, first_seen=found.sight.first_seen_at)
    number = found.row.number if found.row and found.row.number else workspace.store.issues.next_number(found.digest)
    drafted = draft(
        workspace,
        found.digest,
        found.period,
        number=number,
        scheduled_for=_scheduled_for(workspace, found),
        frequency=found.frequency,
    )
    reading = read_list(workspace, workspace.digest(found.digest).list, write=False)
    problem = _problem(workspace, found.digest, drafted, sources)
    size = len(render(workspace, drafted).html(specimen()).encode()) if drafted.issue.items else 0
    return Prospect(found, drafted, reading, sources, size, problem)


def plan(workspace: Workspace, found: Found) -> IssueRow:
    """Make or reopen the issue's row. Raises `BusyError` when another process is at it."""
    issues, now = workspace.store.issues, workspace.now()
    row = found.row
    if row is None:
        row, _ = issues.plan(
            found.digest,
            found.frequency,
            found.period,
            scheduled_for=_scheduled_for(workspace, found),
            at=now,
            extra=found.extra,
        )
    return reopen(workspace, row)


def reopen(workspace: Workspace, row: IssueRow) -> IssueRow:
    """An issue that stopped short of its freeze goes back to planned; a frozen one back to frozen."""
    to = reopened(row)
    if to is row.state:
        return row
    return workspace.store.issues.move(row, to, at=workspace.now(), note="released")


def make(
    workspace: Workspace,
    row: IssueRow,
    *,
    ask: bool,
    sources: GatherReport | None = None,
    may_wait: bool = False,
    accept_list: bool = False,
    accept_sources: bool = False,
    stop: Stop = lambda: "",
    progress: Progress | None = None,
    on_source: Callable[[SourceResult], None] | None = None,
) -> Made:
    """Take an issue from planned (or wherever it stopped) as far as it goes.

    `ask` means that a person has just confirmed it: then trouble raises. Otherwise it holds the issue with the reason
    (the operator hears of it). `may_wait` lets a failed source postpone the issue by ten minutes.
    """
    if row.state in (IssueState.FROZEN, IssueState.SENDING):
        return Made(row, send(workspace, row, stop=stop, progress=progress))
    issues = workspace.store.issues
    recover(workspace)
    with at_work(workspace) as presence:
        if not issues.own(row.id, presence.worker_id):
            raise BusyError(f"issue {row.name} is being prepared by another process", try_="again in a moment")
        try:
            made = _prepare(
                workspace,
                issues.get(row.id),
                ask=ask,
                sources=sources,
                may_wait=may_wait,
                accept_list=accept_list,
                accept_sources=accept_sources,
                on_source=on_source,
            )
        finally:
            issues.disown(row.id, presence.worker_id)
    if made.row.state is not IssueState.FROZEN:
        return made
    return replace(made, sent=(sent := send(workspace, made.row, stop=stop, progress=progress)), row=sent.row)


def hold(workspace: Workspace, row: IssueRow, reason: str, note: str, *, by: str = "") -> IssueRow:
    """Held issues keep a number, so that there is a name to release them by."""
    issues = workspace.store.issues
    issues.number(row.id)
    return issues.move(issues.get(row.id), IssueState.HELD, at=workspace.now(), reason=reason, note=note, by=by)


def _prepare(
    workspace: Workspace,
    row: IssueRow,
    *,
    ask: bool,
    sources: GatherReport | None,
    may_wait: bool,
    accept_list: bool,
    accept_sources: bool,
    on_source: Callable[[SourceResult], None] | None,
) -> Made:
    if row.state not in (IssueState.PLANNED, IssueState.DRAFTED):
        return Made(row)  # another process was faster: it is frozen, sent or held by now
    issues, now = workspace.store.issues, workspace.now()
    report = sources if sources is not None else _gather(workspace, row.digest, on_source)
    seen = sight(workspace, row.digest, row.frequency)
    enroll(workspace, row.digest, row.frequency, first_seen=seen.first_seen_at)
    number = issues.number(row.id)
    row = issues.get(row.id)
    drafted = draft(
        workspace, row.digest, row.period, number=number, scheduled_for=row.scheduled_for, frequency=row.frequency
    )
    minimum = workspace.digest(row.digest).curate.min_articles
    if len(drafted.issue.items) < max(minimum, 1):
        return _too_little(workspace, row, drafted, report, may_wait=may_wait, ask=ask, give_up=accept_sources)
    try:
        reading = read_list(workspace, workspace.digest(row.digest).list)
        if reading.alarm and not accept_list:
            return Made(hold(workspace, row, "list_changed", reading.alarm), sources=report, reading=reading)
        row = issues.move(row, IssueState.DRAFTED, at=now) if row.state is IssueState.PLANNED else row
        row = freeze(workspace, row, renumber(drafted, number))
    except BusyError:
        raise
    except DigestError as error:
        if ask:
            raise
        return Made(hold(workspace, issues.get(row.id), "preflight", str(error)), sources=report)
    return Made(row, sources=report, reading=reading)


def _too_little(
    workspace: Workspace,
    row: IssueRow,
    drafted: Drafted,
    report: GatherReport,
    *,
    may_wait: bool,
    ask: bool,
    give_up: bool,
) -> Made:
    """Fewer articles than an issue needs: wait for a failed source, or close the period and say which it was."""
    issues, now, found = workspace.store.issues, workspace.now(), len(drafted.issue.items)
    if report.failed and not give_up:
        names = ", ".join(result.source for result in report.failed)
        note = f"{names} could not be read and only {found} new article(s) are there"
        if may_wait:
            waiting = issues.touch(row, note=note, next_try_at=now + RETRY_SOURCE)
            return Made(waiting, sources=report, retry_at=now + RETRY_SOURCE)
        if ask:
            raise DigestError(
                f"issue {row.name} cannot be made yet",
                why=f"{note}\n" + "\n".join(result.error for result in report.failed),
                try_="again when the source is back, or: digest sources pause NAME",
            )
        return Made(hold(workspace, row, "source_failed", note), sources=report)
    reason = "too_few" if found else "nothing_new"
    minimum = workspace.digest(row.digest).curate.min_articles
    note = f"{found} new article(s), min_articles is {minimum}" if found else "no new article"
    return Made(issues.move(row, IssueState.SKIPPED, at=now, reason=reason, note=note), sources=report)


def _gather(workspace: Workspace, digest: str, on_source: Callable[[SourceResult], None] | None) -> GatherReport:
    return gather(workspace, workspace.sources_of(digest), on_result=on_source)


def _verdict(row: IssueRow | None) -> Verdict:
    if row is None:
        return Verdict.MAKE
    match row.state:
        case IssueState.DONE:
            return Verdict.ALREADY
        case IssueState.CANCELLED:
            return Verdict.CANCELLED
        case IssueState.PAUSED:
            return Verdict.PAUSED
        case IssueState.FROZEN | IssueState.SENDING:
            return Verdict.RESUME
        case IssueState.HELD if row.reason in ("editor", "breaker") or row.frozen_at:
            return Verdict.HELD
        case IssueState.AWAITING_APPROVAL:
            return Verdict.HELD
        case _:
            return Verdict.MAKE


def _scheduled_for(workspace: Workspace, found: Found) -> datetime:
    """The instant in the Date header: the occurrence, or the moment it was asked for when that is earlier."""
    if found.row is not None:
        return found.row.scheduled_for
    return min(found.period.end, workspace.now().replace(microsecond=0))


def _extra_period(workspace: Workspace, digest: str, frequency: str) -> Period:
    from zoneinfo import ZoneInfo

    now = workspace.now().replace(microsecond=0)
    zone = workspace.digest(digest).timezone
    last = workspace.store.issues.last(digest, frequency)
    start = last.period.end if last and last.period.end < now else period_at(workspace.rule(digest), now).start
    return Period(f"{now.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S}@{zone}", start, now)


def _problem(workspace: Workspace, digest: str, drafted: Drafted, sources: GatherReport) -> str:
    found, minimum = len(drafted.issue.items), max(workspace.digest(digest).curate.min_articles, 1)
    if found >= minimum:
        return ""
    if sources.failed:
        return f"{', '.join(result.source for result in sources.failed)} could not be read"
    return f"{found} new article(s), min_articles is {minimum}" if found else "nothing new"


def named(workspace: Workspace, name: str) -> IssueRow:
    """`weekly/12` to its row. Raises `UsageError` that says how names look and which there are."""
    digest, _, number = name.partition("/")
    row = workspace.store.issues.find(digest, int(number)) if number.isdigit() else None
    if row is None:
        recent = ", ".join(row.name for row in workspace.store.issues.all(limit=5) if row.number) or "none yet"
        raise UsageError(f"there is no issue {name!r}", try_=f"digest issue list (newest: {recent})")
    return row


def specimen() -> Recipient:
    """Somebody with a long name and address: what a size is measured with."""
    return Recipient(
        0, 0, f"{'a' * 40}@{'b' * 40}.example", "Maximiliana Featherstonehaugh", tokens={"unsubscribe": "t" * 38}
    )
