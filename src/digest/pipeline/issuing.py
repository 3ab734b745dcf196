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

from digest.editorial import RELEASED, reopened, was_released
from digest.errors import AudienceError, BusyError, DigestError, StoreError, UsageError
from digest.model import IssueState, Period
from digest.pipeline.approving import approved_draft, look_again, standing
from digest.pipeline.composing import checked, not_ahead, specimen
from digest.pipeline.doctoring import refusal
from digest.pipeline.drafting import Drafted
from digest.pipeline.estimating import estimate
from digest.pipeline.freezing import freeze, render
from digest.pipeline.gathering import GatherReport, SourceResult, enroll, gather
from digest.pipeline.listing import ListReading, read_list
from digest.pipeline.preflighting import Unfit, examine
from digest.pipeline.presence import at_work, recover
from digest.pipeline.sending import Sent, finish_within_s, send
from digest.pipeline.watching import Stop, Watch, ignored, never
from digest.pipeline.workspace import EVERY, Workspace
from digest.recurrence import period_after, period_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from digest.model import IssueRow, Report
    from digest.render.preflight import Finding
    from digest.store import Sight

TRY_AGAIN = timedelta(minutes=10)


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
    """What would be sent: drafted and rendered, nothing written.

    `problem` says why it cannot be sent as it is, `findings` what preflight makes of it.
    """

    found: Found
    drafted: Drafted
    reading: ListReading
    sources: GatherReport
    size_bytes: int = 0
    problem: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """Where one period got to.

    `sent` is set when mail was (or could have been) sent; `retry_at` when it is tried again, `trouble` why. `notes` are
    sentences of the last look at its articles and pictures.
    """

    row: IssueRow
    sent: Sent | None = None
    sources: GatherReport = field(default_factory=GatherReport)
    reading: ListReading | None = None
    retry_at: datetime | None = None
    trouble: DigestError | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What whoever makes an issue has agreed to.

    `ask`: a person has just confirmed it, so trouble raises; otherwise it holds the issue, and the operator hears of
    it. `may_wait`: what may be back in ten minutes (a source, the list's file) postpones the issue that long.
    `accept_list`, `accept_sources`, `accept_checks`: a list that changed much, a source that failed, what the doctor
    finds before a bulk send, are no reason to stop.
    """

    ask: bool
    may_wait: bool = False
    accept_list: bool = False
    accept_sources: bool = False
    accept_checks: bool = False


def sight(workspace: Workspace, digest: str, frequency: str = EVERY) -> Sight:
    """Note that this digest exists, with this schedule, from now on (DESIGN 9: baseline; schedule changes).

    The schedule by its meaning: who only words it differently has changed nothing.
    """
    rule = workspace.rule(digest)
    at = workspace.now()
    return workspace.store.issues.sight(digest, frequency, schedule=rule.describe(), zone=rule.zone, at=at)


def find(workspace: Workspace, digest: str, *, frequency: str = EVERY, extra: bool = False) -> Found:
    """The issue `digest send` is about: that of the occurrence at or before now; before the first, the coming one."""
    seen, rule, now = sight(workspace, digest, frequency), workspace.rule(digest, frequency), workspace.now()
    issues = workspace.store.issues
    if extra:
        under_way = (row for row in issues.open(digest) if row.extra and _verdict(row) is Verdict.RESUME)
        if (row := next(under_way, None)) is not None:  # interrupted: finished first, or nobody but the clock would
            return Found(digest, frequency, row.period, Verdict.RESUME, row, seen, True)
        return Found(digest, frequency, _extra_period(workspace, digest, frequency), Verdict.MAKE, None, seen, True)
    period = period_at(rule, now)
    if period.end <= seen.first_seen_at:
        period = period_after(rule, seen.first_seen_at)
    row = issues.of_period(digest, frequency, period.label)
    if row is None:
        last = issues.last_begun(digest, frequency, now=now)
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
    watch = Watch(on_source=on_source or ignored)
    sources = _gather(workspace, found.digest, watch) if gather_first else GatherReport()
    enroll(workspace, found.digest, found.frequency, period=found.period)
    number = found.row.number if found.row and found.row.number else workspace.store.issues.next_number(found.digest)
    drafted = checked(workspace, found.digest, found.period, number, _scheduled_for(workspace, found), found.frequency)
    reading = read_list(workspace, workspace.digest(found.digest).list, write=False)
    problem = _problem(workspace, found.digest, drafted, sources)
    if not drafted.issue.items:
        return Prospect(found, drafted, reading, sources, 0, problem)
    rendition = render(workspace, drafted)
    size = len(rendition.html(specimen()).encode())
    findings = examine(workspace, drafted.issue, rendition, frequency=found.frequency)
    return Prospect(found, drafted, reading, sources, size, problem, findings)


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
    return workspace.store.issues.move(row, to, at=workspace.now(), note=RELEASED)


def make(
    workspace: Workspace,
    row: IssueRow,
    *,
    ask: bool,
    sources: GatherReport | None = None,
    may_wait: bool = False,
    accept_list: bool = False,
    accept_sources: bool = False,
    accept_checks: bool = False,
    stop: Stop = never,
    progress: Callable[[Report], None] | None = None,
    on_source: Callable[[SourceResult], None] | None = None,
) -> Made:
    """Take an issue from planned (or wherever it stopped) as far as it goes; see `Terms` and `Watch`.

    `sources` are those gathered a moment ago: then nothing is fetched again.
    """
    terms = Terms(
        ask,
        may_wait=may_wait,
        accept_list=accept_list,
        accept_sources=accept_sources,
        accept_checks=accept_checks,
    )
    return advance(workspace, row, terms, Watch(stop, progress or ignored, on_source or ignored), sources)


def advance(
    workspace: Workspace, row: IssueRow, terms: Terms, watch: Watch, sources: GatherReport | None = None
) -> Made:
    """`make`, with what was agreed and who watches as one value each."""
    made = Made(row)
    if row.state not in (IssueState.FROZEN, IssueState.SENDING):
        made = _owned(workspace, row, lambda mine: _prepare(workspace, mine, terms, watch, sources))
    if made.row.state not in (IssueState.FROZEN, IssueState.SENDING):
        return made
    return replace(made, sent=(sent := send(workspace, made.row, watch)), row=sent.row)


def _owned(workspace: Workspace, row: IssueRow, prepare: Callable[[IssueRow], Made]) -> Made:
    """Prepare the issue as the only process that does. Raises `BusyError` when another one is at it."""
    issues = workspace.store.issues
    recover(workspace)
    with at_work(workspace) as presence:
        if not issues.own(row.id, presence.worker_id, at=workspace.now()):
            raise BusyError(f"issue {row.name} is being prepared by another process", try_="again in a moment")
        return prepare(issues.get(row.id))  # who retires owns nothing any more


def hold(workspace: Workspace, row: IssueRow, reason: str, note: str, *, by: str = "") -> IssueRow:
    """Held issues keep a number, so that there is a name to release them by. `BusyError` when `row` is stale."""
    issues = workspace.store.issues
    issues.number(row.id)
    return issues.move(row, IssueState.HELD, at=workspace.now(), reason=reason, note=note, by=by)


def _prepare(workspace: Workspace, row: IssueRow, terms: Terms, watch: Watch, sources: GatherReport | None) -> Made:
    """Gather, draft, read the list, freeze. Whatever somebody decides about the issue meanwhile wins: each step
    changes exactly the row that was read at the beginning, or raises `BusyError`."""
    if row.state not in (IssueState.PLANNED, IssueState.DRAFTED):
        return Made(row)  # another process was faster: it is frozen, sent or held by now
    report = sources if sources is not None else _gather(workspace, row.digest, watch)
    row, drafted, objection = _drafted(workspace, row)
    if len(drafted.issue.items) < _minimum(workspace, row.digest):
        few = _too_little(workspace, row, len(drafted.issue.items), report, terms)
        return replace(few, notes=drafted.notes)
    if objection and not terms.ask and not was_released(row):
        return Made(hold(workspace, row, "unapproved", objection), sources=report, notes=drafted.notes)
    try:
        reading = read_list(workspace, workspace.digest(row.digest).list, accept=terms.accept_list)
    except AudienceError as error:
        return _unreadable_list(workspace, row, error, report, terms)
    if reading.alarm and not (terms.accept_list and reading.size):
        return _doubtful_list(workspace, row, reading, report, terms)
    if (unready := _unready(workspace, row, terms)) is not None:
        return replace(unready, sources=report, reading=reading, notes=drafted.notes)
    if not terms.ask and not was_released(row) and (slow := _too_slow(workspace, row.digest, reading.size)):
        return Made(hold(workspace, row, "late", slow), sources=report, reading=reading, notes=drafted.notes)
    if row.state is IssueState.PLANNED:
        row = workspace.store.issues.move(row, IssueState.DRAFTED, at=workspace.now(), note=row.note)
    return replace(_frozen(workspace, row, drafted, terms), sources=report, reading=reading, notes=drafted.notes)


def _drafted(workspace: Workspace, row: IssueRow) -> tuple[IssueRow, Drafted, str]:
    """The issue with its number, its content as of now, and why it may not go out without a word from somebody.

    What was approved, and is still what was approved, goes out as it is; otherwise it is drafted anew. The row keeps
    the version that was read first.
    """
    enroll(workspace, row.digest, row.frequency, period=row.period)
    row = replace(row, number=workspace.store.issues.number(row.id))
    seen = standing(workspace, row)
    if seen.approval is not None and seen.stands:
        look_again(workspace, row, seen.approval)
        seen = standing(workspace, row)
    if seen.approval is not None and seen.stands:
        return row, approved_draft(workspace, row, seen.approval), ""
    wanted = seen.needed and workspace.digest(row.digest).if_unapproved == "hold"
    scheduled_for = not_ahead(workspace, row.scheduled_for)
    drafted = checked(workspace, row.digest, row.period, row.number, scheduled_for, row.frequency)
    return row, drafted, seen.why_not if wanted else ""


def _unready(workspace: Workspace, row: IssueRow, terms: Terms) -> Made | None:
    """A send to thousands at a provider that would refuse them: held, or refused to whoever asked."""
    if terms.accept_checks or (not terms.ask and was_released(row)):
        return None
    why = refusal(workspace, row.digest)
    if not why:
        return None
    if terms.ask:
        raise UsageError(
            f"issue {row.name} is not ready to be sent",
            why=why,
            try_="digest doctor, which says what to do; --no-bulk-checks sends all the same",
        )
    return Made(hold(workspace, row, "preflight", f"{why}\ndigest doctor says what to do"))


def _frozen(workspace: Workspace, row: IssueRow, drafted: Drafted, terms: Terms) -> Made:
    """What is wrong with the issue itself (a template) holds it; a database in trouble does not: it may pass."""
    try:
        return Made(freeze(workspace, row, drafted))
    except (BusyError, StoreError):
        raise
    except Unfit as error:
        return Made(hold(workspace, row, "preflight", str(error)))
    except DigestError as error:
        if terms.ask:
            raise
        return Made(hold(workspace, row, "preflight", str(error)))


def _too_little(workspace: Workspace, row: IssueRow, found: int, report: GatherReport, terms: Terms) -> Made:
    """Fewer articles than an issue needs: wait for a failed source, or close the period and say which it was."""
    if report.failed and not terms.accept_sources:
        return _without_sources(workspace, row, found, report, terms)
    issues, now = workspace.store.issues, workspace.now()
    reason = "too_few" if found else "nothing_new"
    minimum = _minimum(workspace, row.digest)
    note = f"{found} new article(s), min_articles is {minimum}" if found else "no new article"
    if row.period.end > now:
        # Asked for before its time: the period is not over, and what comes until then belongs to it.
        later = issues.postpone(row, reason=reason, note=note, next_try_at=row.period.end)
        return Made(later, sources=report, retry_at=row.period.end)
    return Made(issues.move(row, IssueState.SKIPPED, at=now, reason=reason, note=note), sources=report)


def _without_sources(workspace: Workspace, row: IssueRow, found: int, report: GatherReport, terms: Terms) -> Made:
    names = ", ".join(result.source for result in report.failed)
    note = f"{names} could not be read and only {found} new article(s) are there"
    if terms.ask:
        raise DigestError(
            f"issue {row.name} cannot be made yet",
            why=f"{note}\n" + "\n".join(result.error for result in report.failed),
            try_="again when the source is back",
        )
    if not terms.may_wait:
        return Made(hold(workspace, row, "source_failed", note), sources=report)
    waiting = _postponed(workspace, row, "source_failed", note)
    return Made(waiting, sources=report, retry_at=waiting.next_try_at)


def _too_slow(workspace: Workspace, digest: str, size: int) -> str:
    """Why it could not be over within `finish_within`, or ""."""
    found, within_s = estimate(workspace, digest, size), finish_within_s(workspace, digest)
    if found.seconds <= within_s:
        return ""
    hours = f"{found.seconds / 3600:.1f} hours"
    return f"it would take about {hours}, longer than finish_within ({within_s / 3600:g} hours): {found.because}"


def _unreadable_list(
    workspace: Workspace, row: IssueRow, error: AudienceError, report: GatherReport, terms: Terms
) -> Made:
    """A file that is missing is often just being replaced: worth ten minutes, and a word to the operator."""
    if terms.ask:
        raise error
    if not terms.may_wait:
        return Made(hold(workspace, row, "preflight", str(error)), sources=report)
    waiting = _postponed(workspace, row, "preflight", str(error))
    return Made(waiting, sources=report, retry_at=waiting.next_try_at, trouble=error)


def _doubtful_list(
    workspace: Workspace, row: IssueRow, reading: ListReading, report: GatherReport, terms: Terms
) -> Made:
    if terms.ask and not reading.size:
        raise UsageError(f"issue {row.name} has no readers", why=reading.alarm, try_="digest subscribers list")
    return Made(hold(workspace, row, "list_changed", reading.alarm), sources=report, reading=reading)


def _postponed(workspace: Workspace, row: IssueRow, reason: str, note: str) -> IssueRow:
    return workspace.store.issues.postpone(row, reason=reason, note=note, next_try_at=workspace.now() + TRY_AGAIN)


def _gather(workspace: Workspace, digest: str, watch: Watch) -> GatherReport:
    return gather(workspace, workspace.sources_of(digest), on_result=watch.on_source)


def _minimum(workspace: Workspace, digest: str) -> int:
    return max(workspace.digest(digest).curate.min_articles, 1)


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
        return not_ahead(workspace, found.row.scheduled_for)
    return not_ahead(workspace, found.period.end)


def _extra_period(workspace: Workspace, digest: str, frequency: str) -> Period:
    from zoneinfo import ZoneInfo

    now = workspace.now().replace(microsecond=0)
    zone = workspace.digest(digest).timezone
    last = workspace.store.issues.last_begun(digest, frequency, now=now)
    start = last.period.end if last and last.period.end < now else period_at(workspace.rule(digest), now).start
    return Period(f"{now.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M:%S}@{zone}", start, now)


def _problem(workspace: Workspace, digest: str, drafted: Drafted, sources: GatherReport) -> str:
    found, minimum = len(drafted.issue.items), _minimum(workspace, digest)
    if found >= minimum:
        return ""
    if sources.failed:
        return f"{', '.join(result.source for result in sources.failed)} could not be read"
    return f"{found} new article(s), min_articles is {minimum}" if found else "nothing new"


def named(workspace: Workspace, name: str) -> IssueRow:
    """`weekly/12` to its row. Raises `UsageError` that says how names look and which there are."""
    digest, _, number = name.partition("/")
    row = workspace.store.issues.find(digest, int(number)) if number.isdecimal() else None
    if row is None and "@" in name:  # a skipped or missed issue has handed its number back: `IssueRow.name`
        digest, _, label = name.partition("@")
        row = workspace.store.issues.of_period(digest, EVERY, label)
    if row is None:
        recent = ", ".join(row.name for row in workspace.store.issues.all(limit=5) if row.number) or "none yet"
        raise UsageError(f"there is no issue {name!r}", try_=f"digest issue list (newest: {recent})")
    return row
