"""An issue's report as one HTML file: no script, nothing from elsewhere, charts as SVG with their figures beside them.

Pure: `render_report(report) -> str`. Does not read a database. Everything that came from outside (subjects, servers'
words, addresses) is escaped by the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.web.writing import render_page, static_text

if TYPE_CHECKING:
    from digest.pipeline.reporting import IssueReport

STATES = ("accepted", "deferred", "refused", "uncertain", "skipped", "waiting")
WORDS = {
    "accepted": "accepted by the receiving server",
    "deferred": "tried again by itself",
    "refused": "not taken",
    "uncertain": "may or may not have arrived",
    "skipped": "not meant to be mailed",
    "waiting": "not reached yet",
}
WIDTH, HEIGHT, TICKS = 720.0, 200.0, 4


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle of a chart, in its units."""

    state: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    place: float
    label: str


def render_report(report: IssueReport) -> str:
    """The whole page as text, ready to be written to a file or mailed."""
    zone = ZoneInfo(report.zone)
    counts = {state: getattr(report.accounting, state) for state in STATES}
    peak = max((sum(column.counts.values()) for column in report.columns), default=0)
    return render_page(
        "report.html",
        css=static_text("report.css"),
        report=report,
        states=[state for state in STATES if counts[state]],
        counts=counts,
        words=WORDS,
        share={state: _percent(count, report.accounting.candidates) for state, count in counts.items()},
        bars=_time_bars(report, peak),
        x_ticks=_x_ticks(report, zone),
        y_ticks=[
            Tick(HEIGHT - HEIGHT * n / TICKS, f"{peak * n / TICKS:,.0f}") for n in range(1, TICKS + 1) if peak >= TICKS
        ],
        width=WIDTH,
        height=HEIGHT,
        step=_step_words(report.step_s),
        providers=[(share, _parts(share.counts, share.total), share.total) for share in report.providers],
        largest=max((share.total for share in report.providers), default=1),
        when=lambda at: _when(at, zone),
        duration=_duration(report.seconds),
        rate=_rate(report),
    )


def _percent(part: int, whole: int) -> str:
    if not whole:
        return "0 %"
    share = 100 * part / whole
    return f"{share:.0f} %" if share in (0, 100) or 1 <= share <= 99 else f"{share:.2f} %"


def _time_bars(report: IssueReport, peak: int) -> list[Bar]:
    """Stacked columns; a gap of a fifth between them."""
    if not peak:
        return []
    room = WIDTH / len(report.columns)
    bars = []
    for index, column in enumerate(report.columns):
        y = HEIGHT
        for state in STATES:
            if count := column.counts.get(state, 0):
                height = HEIGHT * count / peak
                y -= height
                bars.append(Bar(state, round(index * room + room * 0.1, 2), round(y, 2), round(room * 0.8, 2),
                                round(height, 2)))  # fmt: skip
    return bars


def _y_ticks(peak: int) -> list[Tick]:
    """Round figures: the smallest of 1, 2, 5, 10, 20 ... that gives at most `TICKS` lines."""
    if not peak:
        return []
    step = next(base * 10**power for power in range(12) for base in (1, 2, 5) if peak / (base * 10**power) <= TICKS)
    return [Tick(round(HEIGHT - HEIGHT * n / peak, 1), f"{n:,}") for n in range(step, peak + 1, step)]


def _x_ticks(report: IssueReport, zone: ZoneInfo) -> list[Tick]:
    if not report.columns:
        return []
    chosen = sorted({0, len(report.columns) // 2, len(report.columns) - 1})
    room = WIDTH / len(report.columns)
    form = "%d %b %H:%M" if report.step_s >= 3600 else "%H:%M" if report.step_s >= 60 else "%H:%M:%S"
    return [Tick(round((index + 0.5) * room, 1), report.columns[index].start.astimezone(zone).strftime(form))
            for index in chosen]  # fmt: skip


def _parts(counts: dict[str, int], total: int) -> list[tuple[str, int, float, float]]:
    """(state, count, start, width) in percent of the bar."""
    found, start = [], 0.0
    for state in STATES:
        if count := counts.get(state, 0):
            width = 100 * count / total
            found.append((state, count, round(start, 3), round(width, 3)))
            start += width
    return found


def _when(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S %Z}" if at else "not yet"


def _step_words(step_s: int) -> str:
    for size, word in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if step_s % size == 0:
            count = step_s // size
            return word if count == 1 else f"{count} {word}s"
    return "second" if step_s == 1 else f"{step_s} seconds"


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{max(rest, 1)} s"


def _rate(report: IssueReport) -> str:
    if not report.seconds or not report.accounting.accepted:
        return ""
    return f"{report.accounting.accepted / max(report.seconds, 1.0):,.1f} a second"
