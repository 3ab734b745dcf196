"""An issue's whole account as one value, for a report: counts, outcomes over time, by provider, and what servers said.

Reads only. Memory does not grow with the recipients: the ledger is read as a stream and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from digest.deliver.providers import provider_of
from digest.model import Accounting, Amendment, DeliveryState, IssueRow

if TYPE_CHECKING:
    from digest.model import Rates
    from digest.pipeline.workspace import Workspace

BARS = 60  # at most so many columns over time
PROVIDERS = 12
ANSWERS = 15
UNCERTAIN = 200
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
SHOWN = ("accepted", "deferred", "refused", "uncertain", "skipped", "waiting")


@dataclass(frozen=True, slots=True)
class Column:
    """Outcomes in one stretch of time; `counts` by state."""

    start: datetime
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Share:
    """One provider's recipients, by state."""

    provider: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """What servers said, and to how many."""

    state: str
    code: int | None
    text: str
    count: int


@dataclass(frozen=True, slots=True)
class IssueReport:
    """`step_s` is the width of a column in seconds; `uncertain` are names, `UNCERTAIN` at most; times are UTC."""

    row: IssueRow
    site: str
    zone: str
    titles: tuple[str, ...]
    accounting: Accounting
    step_s: int
    columns: tuple[Column, ...]
    providers: tuple[Share, ...]
    answers: tuple[Answer, ...]
    uncertain: tuple[str, ...]
    amendments: tuple[Amendment, ...]
    rates: Rates | None
    made_at: datetime

    @property
    def seconds(self) -> float | None:
        if self.row.started_at is None or not self.columns:
            return None
        end = self.row.done_at or self.columns[-1].start + timedelta(seconds=self.step_s)
        return (end - self.row.started_at).total_seconds()


def report(workspace: Workspace, row: IssueRow) -> IssueReport:
    """The account of a frozen issue as of now."""
    issues = workspace.store.issues
    content = issues.content(row.id)
    seconds: Counter[tuple[int, str]] = Counter()
    shares: dict[str, Counter[str]] = {}
    answers: Counter[tuple[str, int | None, str]] = Counter()
    uncertain: list[str] = []
    for one in issues.deliveries(row.id):
        state = _shown(one.state)
        shares.setdefault(provider_of(one.address.rpartition("@")[2].lower()), Counter())[state] += 1
        if state not in ("waiting", "skipped"):
            seconds[int(one.at.timestamp()), state] += 1
        if state in ("deferred", "refused") and len(answers) < 5000:
            answers[state, one.code, _gist(one.server_text or one.reason)] += 1
        if state == "uncertain" and len(uncertain) < UNCERTAIN:
            uncertain.append(one.address)
    step, columns = _columns(seconds)
    rates = workspace.store.events.rates(row.id, provider_of=provider_of)
    settings = workspace.config.digests.get(row.digest)
    return IssueReport(
        row=row,
        site=workspace.config.site.name,
        zone=settings.timezone if settings else workspace.config.site.timezone,
        titles=tuple(item.title for item in content.items) if content else (),
        accounting=issues.accounting(row.id),
        step_s=step,
        columns=columns,
        providers=_largest(shares),
        answers=tuple(Answer(*key, count) for key, count in answers.most_common(ANSWERS)),
        uncertain=tuple(uncertain),
        amendments=tuple(issues.amendments(row.id)),
        rates=rates[0] if rates else None,
        made_at=workspace.now(),
    )


def _shown(state: DeliveryState) -> str:
    name = str(state)
    return name if name in SHOWN else "waiting"


def _gist(text: str) -> str:
    """A server's words without what differs from person to person, so that a thousand refusals are one line."""
    words = [
        word for word in text.split() if "@" not in word and not any(c.isdigit() for c in word.strip("<>()[],.;:"))
    ]
    return " ".join(words)[:120]


def _columns(seconds: Counter[tuple[int, str]]) -> tuple[int, tuple[Column, ...]]:
    """The outcomes in at most `BARS` columns of a round width, the empty ones too."""
    if not seconds:
        return 1, ()
    first, last = min(at for at, _ in seconds), max(at for at, _ in seconds)
    step = next(
        (one for one in _STEPS_S if (last - first) / one < BARS), _STEPS_S[-1] * (1 + (last - first) // 5_000_000)
    )
    start = first - first % step
    columns: list[Counter[str]] = [Counter() for _ in range((last - start) // step + 1)]
    for (at, state), count in seconds.items():
        columns[(at - start) // step][state] += count
    return step, tuple(
        Column(datetime.fromtimestamp(start + index * step, UTC), dict(counts)) for index, counts in enumerate(columns)
    )


def _largest(shares: dict[str, Counter[str]]) -> tuple[Share, ...]:
    """The largest providers, the others together in one line."""
    ranked = sorted(shares.items(), key=lambda one: (-one[1].total(), one[0]))
    shown = [Share(name, dict(counts)) for name, counts in ranked[:PROVIDERS]]
    rest = _together(counts for _, counts in ranked[PROVIDERS:])
    if rest.total():
        shown.append(Share(f"{len(ranked) - PROVIDERS} others", dict(rest)))
    return tuple(shown)


def _together(all_counts: Iterable[Counter[str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counts in all_counts:
        total.update(counts)
    return total
