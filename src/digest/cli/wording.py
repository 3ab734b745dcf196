"""Sentences that several commands print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from digest.pipeline.gathering import SourceResult
    from digest.pipeline.issuing import Prospect
    from digest.pipeline.listing import ListReading
    from digest.pipeline.sending import Sent
    from digest.pipeline.workspace import Workspace
    from digest.render.preflight import Finding


def when(workspace: Workspace, digest: str | None, at: datetime | None) -> str:
    """`Mon 30 Nov 2026 09:00 (Europe/Dublin)`: a time as the digest's readers would say it."""
    if at is None:
        return "never"
    zone = workspace.digest(digest).timezone if digest else workspace.config.site.timezone
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y %H:%M} ({zone})"


def moment(workspace: Workspace, at: datetime | None) -> str:
    """`2026-11-30 09:00`, in the site's zone: a time in a table, where the weekday and the zone would be in the way."""
    if at is None:
        return "never"
    return f"{at.astimezone(ZoneInfo(workspace.config.site.timezone)):%Y-%m-%d %H:%M}"


def duration(seconds: float) -> str:
    """`2 h 5 min`, `40 s`: rounded as people do."""
    if seconds < 90:
        return f"{max(seconds, 0):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def people(count: int) -> str:
    """`1 subscriber`, `2,980 subscribers`."""
    return counted(count, "subscriber")


def counted(count: int, noun: str) -> str:
    """`1 article`, `2,980 articles`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def next_period(workspace: Workspace, digest: str) -> str:
    """`next: Mon 30 Nov 2026 09:00 (Europe/Dublin)`."""
    from digest.recurrence import period_after

    period = period_after(workspace.rule(digest), workspace.now())
    return f"next: {when(workspace, digest, period.end)}"


def source_line(result: SourceResult) -> str:
    if result.status == "failed":
        return f"  {result.source}: {result.error}"
    if result.status == "paused":
        return f"  {result.source}: paused (digest sources resume {result.source})"
    if result.status == "not_due":
        return f"  {result.source}: not asked, its server wants to be left alone for a while (--force)"
    if result.status == "unchanged":
        return f"  {result.source}: nothing has changed"
    updated = f", {result.updated} changed" if result.updated else ""
    copies = f", {result.copies} known by another source" if result.copies else ""
    moved = f", {result.moved} under new names: its site has moved" if result.moved else ""
    return f"  {result.source}: {counted(result.found, 'article')}, {result.new} new{updated}{copies}{moved}"


def say_alarm(reading: ListReading) -> None:
    """A list that changed too much was not taken over: what is shown next is what it was before."""
    if reading.alarm:
        click.echo(f"{reading.list_name}: {reading.alarm}", err=True)


def prospect_lines(workspace: Workspace, seen: Prospect) -> list[str]:
    """What is about to be sent, to how many, how long it takes."""
    issue, reading = seen.drafted.issue, seen.reading
    lines = [f"{issue.title} No. {issue.number} ({issue.period.label})"]
    lines += [f"  {result.source}: {result.error}" for result in seen.sources.failed]
    notes = [f"  {note}" for note in seen.drafted.notes]
    if seen.problem:
        return [*lines, *notes, f"  Not sendable as it is: {seen.problem}."]
    lines.append(f"  Subject    {issue.subject}")
    lines.append(f"  Preheader  {issue.preheader}")
    lines += [f"  {number:>2}. {item.title}" for number, item in enumerate(issue.items, 1)]
    if issue.passed_over:
        lines.append(f"      and {issue.passed_over} more that did not fit")
    before = f" (last time {reading.before})" if reading.before is not None else ""
    lines.append(f"  To {people(reading.size)}{before}, {seen.size_bytes / 1024:.0f} KiB of HTML each")
    if reading.rejects:
        lines.append(f"  {counted(len(reading.rejects), 'row')} of the list cannot be used: digest subscribers check")
    if reading.alarm:
        lines.append(f"  {reading.alarm}")
    return lines + notes + preflight_lines(seen.findings)


def preflight_lines(findings: Sequence[Finding]) -> list[str]:
    """Errors and warnings of preflight, one line each with what to do; hints are for `digest check`."""
    told = [one for one in findings if one.severity != "hint"]
    lines = [f"  Preflight  {one.severity}: {one.what} ({one.id}, {one.place}). Try: {one.fix}" for one in told]
    if any(one.severity == "error" for one in told):
        lines.append("  With these errors the issue is held, not sent: correct them, accept them with a reason in")
        lines.append("  [preflight] accept, or release the held issue.")
    return lines


def account_lines(workspace: Workspace, sent: Sent) -> list[str]:
    """The six counts of an issue and what happens next."""
    from digest.deliver import describe

    row, report = sent.row, sent.report
    took = f" {'in' if row.state == 'done' else 'after'} {duration(report.seconds)}" if report.accepted else ""
    lines = [f"{row.name} is {row.state}{took}: {row.subject}"]
    lines += [f"  {line}" for line in describe(sent.accounting)]
    if sent.next_retry is not None:
        lines.append(
            f"  Deferred mail is tried again from {when(workspace, row.digest, sent.next_retry)} (digest send --due)"
        )
    if sent.accounting.uncertain:
        lines.append(f"  Whose fate is uncertain: digest issue recipients {row.name} --state uncertain")
    if not report.stopped and sent.accounting.waiting:
        lines.append("  Another process is sending the rest")
    elif report.stopped == "terminate":
        lines.append(f"  Stopped by a signal; digest send {row.digest}, or the next --due, goes on where it stopped")
    elif report.stopped == "late":
        lines.append(
            f"  Its time is over (finish_within); the rest is held, and digest issue release {row.name} sends it"
        )
    elif report.stopped and report.note:
        lines += [f"  {line}" for line in f"Stopped: {report.note}".splitlines()]
    return lines
