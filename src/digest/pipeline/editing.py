"""An editor's work on the next issue: find it, look at it, change it, undo; and where an article stands in it.

Whether a change fits is decided in `editorial`, what it does to the choice in `curate`. Invariants: nothing is sent or
frozen here; looking plans nothing; an issue planned ahead for its editor has no number yet (another may go out before
it) and waits for its time all the same; the changes of one call are made all or none, and refused when the issue was
changed since the editor looked (`version`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.editorial import EDITABLE, NewOverride, check
from digest.errors import BusyError, UsageError
from digest.model import Issue, IssueRow, IssueState, Override, Period
from digest.pipeline.drafting import Drafted, draft
from digest.pipeline.gathering import enroll
from digest.pipeline.issuing import coming, find, named
from digest.pipeline.workspace import EVERY, Workspace
from digest.recurrence import period_after, period_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from digest.store.rows import ArticleFate

PLANNED_VERSION = 1  # the version that an issue has when it is planned: nobody has changed it yet


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the change with this number: the first one made to an issue is 1."""

    number: int


Change = NewOverride | Undo


@dataclass(frozen=True, slots=True)
class Target:
    """The issue to edit; `row` is None while nobody has planned it."""

    digest: str
    frequency: str
    period: Period
    row: IssueRow | None

    @property
    def name(self) -> str:
        return self.row.name if self.row else f"{self.digest}@{self.period.label}"

    @property
    def version(self) -> int:
        return self.row.version if self.row else PLANNED_VERSION


MAX_DROPPED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Review:
    """An issue as it stands: as it would be drafted now, or as it was frozen.

    `left_out` says of every other candidate why it is not in, `titles` what these are called; `changes` are all that
    were ever made, the first is number 1; `editable` whether there may be more.
    """

    target: Target
    issue: Issue
    editable: bool
    left_out: Mapping[int, str]
    titles: Mapping[int, str]
    changes: tuple[Override, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an article stands in an issue: `place` from 1, or 0 when it is not in it. `why` says so in words."""

    digest: str
    issue: str
    place: int
    score: float | None
    reasons: tuple[str, ...]
    why: str


def editable(workspace: Workspace, name: str) -> Target:
    """The issue `name` means: `weekly/12`, or `weekly` for its next one. Plans nothing."""
    if "/" in name or "@" in name:
        row = named(workspace, name)
        return Target(row.digest, row.frequency, row.period, row)
    workspace.digest(name)
    keep_in_step(workspace, name)
    found = find(workspace, name)
    if found.row is None and found.period.end <= min(workspace.now(), found.sight.never_before):
        found = coming(workspace, found)  # its time was over before this schedule began: the clock will never make it
    while found.row is not None and not _is_open(found.row):
        found = coming(workspace, found)
    return Target(name, EVERY, found.period, found.row)


def planned(workspace: Workspace, name: str) -> IssueRow:
    """The issue `name` means, planned ahead for its time when nobody has done so yet."""
    target = editable(workspace, name)
    if target.row is not None:
        return target.row
    row, _ = workspace.store.issues.plan(
        target.digest, target.frequency, target.period, scheduled_for=target.period.end, at=workspace.now(), ahead=True
    )
    return row


def _is_open(row: IssueRow) -> bool:
    return row.state in EDITABLE and row.frozen_at is None


def review(workspace: Workspace, target: Target) -> Review:
    """The issue as it stands, with the changes so far."""
    row = target.row
    changes = tuple(workspace.store.issues.overrides(row.id)) if row is not None else ()
    content = workspace.store.issues.content(row.id) if row is not None else None
    if content is not None:
        return Review(target, content, False, {}, {}, changes)
    drafted = _draft(workspace, target)
    chosen = {item.article_id for item in drafted.issue.items}
    left_out = {id_: why for id_, why in drafted.draft.explanations.items() if id_ not in chosen}
    left_out |= dropped(workspace, target.digest, changes, chosen)
    titles = {one.id: one.article.title for one in workspace.store.articles.get(list(left_out))}
    return Review(target, drafted.issue, row is None or _is_open(row), left_out, titles, changes)


def _draft(workspace: Workspace, target: Target) -> Drafted:
    enroll(workspace, target.digest, target.frequency, period=target.period)
    number = target.row.number if target.row else None
    return draft(
        workspace,
        target.digest,
        target.period,
        number=number or workspace.store.issues.next_number(target.digest),
        scheduled_for=target.row.scheduled_for if target.row else target.period.end,
        frequency=target.frequency,
    )


def dropped(workspace: Workspace, digest: str, changes: Sequence[Override], chosen: set[int]) -> dict[int, str]:
    """What editors took out and nobody took back is no candidate any more; who and when says why it is not in.

    Of earlier issues only the newest: they come again when asked for, so one must be able to ask.
    """
    before = sorted(workspace.store.issues.dropped(digest) - chosen, reverse=True)[:MAX_DROPPED_SHOWN]
    here = (one for one in changes if one.kind == "drop" and one.undone_at is None)
    return dict.fromkeys(before, "dropped from an earlier issue") | {
        one.article_id: f"dropped by {one.by or 'the editor'}"
        for one in here
        if one.article_id is not None and one.article_id not in chosen
    }


def change(
    workspace: Workspace, target: Target, changes: Sequence[Change], *, by: str, version: int | None = None
) -> Target:
    """Make the changes in their order, all or none, planning the issue ahead when need be.

    `version` is the one the editor saw: another one is a `BusyError`. Raises `UsageError` for an article that this
    digest cannot use, `StateError` when the issue cannot be changed any more.
    """
    if version is not None and target.version != version:
        raise BusyError(
            f"issue {target.name} was changed meanwhile",
            why=f"it is at version {target.version}, you saw {version}",
            try_=f"digest issue edit {target.name}, and look at the changes",
        )
    row = target.row or _sketch(target)
    made = workspace.store.issues.overrides(row.id) if target.row else []
    enroll(workspace, target.digest, target.frequency, period=target.period)
    values = [_checked(workspace, row, made, one) for one in changes]
    if target.row is None:
        row, _ = workspace.store.issues.plan(
            target.digest, target.frequency, target.period, scheduled_for=target.period.end, at=workspace.now(),
            ahead=True,
        )  # fmt: skip
        if version is not None and row.version != version:  # planned and changed by somebody else in this moment
            return change(workspace, Target(target.digest, target.frequency, row.period, row), changes, by=by,
                          version=version)  # fmt: skip
    row = workspace.store.issues.edit(row, values, at=workspace.now(), by=by)
    return Target(row.digest, row.frequency, row.period, row)


def _sketch(target: Target) -> IssueRow:
    """The issue as it will be planned, to check changes against before anything is written."""
    return IssueRow(
        0, target.digest, target.frequency, None, target.period, target.period.end, IssueState.PLANNED,
        version=PLANNED_VERSION,
    )  # fmt: skip


def _checked(
    workspace: Workspace, row: IssueRow, made: Sequence[Override], one: Change
) -> tuple[str, int | None, str | int]:
    """The change as the store takes it, or the error that says why not."""
    if isinstance(one, NewOverride):
        check(row, one)
        _require_article(workspace, row, one)
        return one.kind, one.article_id, one.value
    found = made[one.number - 1] if 1 <= one.number <= len(made) else None
    if found is None or found.undone_at is not None:
        why = f"it was undone {found.undone_at:%Y-%m-%d %H:%M} UTC" if found and found.undone_at else ""
        raise UsageError(
            f"issue {row.name} has no change {one.number} to undo",
            why=why or f"it has {len(made)}",
            try_=f"digest issue edit {row.name}, to see the changes",
        )
    if found.kind != "drop":  # a dropped article stays out of every issue: that can be taken back at any time
        check(row, NewOverride("intro"))  # the state alone
    return "undo", None, found.id


def _require_article(workspace: Workspace, row: IssueRow, one: NewOverride) -> None:
    if one.article_id is None:
        return
    articles = workspace.store.articles
    found = articles.get([one.article_id])
    try_ = f"digest articles list --digest {row.digest}"
    if not found:
        raise UsageError(f"there is no article {one.article_id}", try_=try_)
    if found[0].article.source not in workspace.sources_of(row.digest):
        raise UsageError(
            f"article {one.article_id} is from {found[0].article.source}, which digest {row.digest} does not use",
            try_=try_,
        )
    fate = _fate(workspace, row.digest, row.frequency, one.article_id)
    if fate is not None and fate.state == "consumed" and fate.issue_id != row.id:
        gone = workspace.store.issues.get(fate.issue_id).name if fate.issue_id else "an earlier issue"
        raise UsageError(
            f"article {one.article_id} went out with {gone}", why="an article is mailed once per digest", try_=try_
        )
    if one.kind == "pin" and one.article_id in workspace.store.marks.excluded(row.digest):
        raise UsageError(
            f"article {one.article_id} is excluded from {row.digest}",
            why="an editor keeps it out of every issue",
            try_=f"digest articles include {one.article_id}",
        )


def _fate(workspace: Workspace, digest: str, frequency: str, article_id: int) -> ArticleFate | None:
    fates = workspace.store.articles.fate(article_id)
    return next((fate for fate in fates if (fate.digest, fate.frequency) == (digest, frequency)), None)


def standings(workspace: Workspace, article_id: int) -> list[Standing]:
    """Where an article stands in the next issue of each digest it is eligible for, or stood in the one it went out
    with."""
    found = []
    for fate in workspace.store.articles.fate(article_id):
        if fate.digest not in workspace.config.digests:
            continue
        if fate.state == "consumed" and fate.issue_id is not None:
            found.append(_in_the_past(workspace, fate, article_id))
        elif fate.state == "new" and fate.frequency == EVERY:
            found.append(_to_come(workspace, fate.digest, article_id))
    return found


def _in_the_past(workspace: Workspace, fate: ArticleFate, article_id: int) -> Standing:
    assert fate.issue_id is not None
    row, content = workspace.store.issues.get(fate.issue_id), workspace.store.issues.content(fate.issue_id)
    for place, item in enumerate(content.items if content else (), 1):
        if item.article_id == article_id:
            count = len(content.items) if content else 0
            why = f"number {place} of {count} in {row.name}"
            return Standing(fate.digest, row.name, place, item.score, item.reasons, why)
    return Standing(fate.digest, row.name, 0, None, (), f"told in {row.name} by another article of the same story")


def _to_come(workspace: Workspace, digest: str, article_id: int) -> Standing:
    target = editable(workspace, digest)
    seen = review(workspace, target)
    for place, item in enumerate(seen.issue.items, 1):
        if item.article_id == article_id:
            why = f"as of now number {place} of {len(seen.issue.items)} in the next issue"
            return Standing(digest, target.name, place, item.score, item.reasons, why)
    why = seen.left_out.get(article_id, "its source took it back")
    return Standing(digest, target.name, 0, None, (), f"as of now not in the next issue: {why}")


def keep_in_step(workspace: Workspace, digest: str) -> list[IssueRow]:
    """Issues planned ahead follow their digest's schedule when that was moved; the ones that did.

    An editor's work on Monday's issue is not lost when Monday becomes Tuesday, nor sent on Monday all the same. It is
    always the next issue that was worked on: the first coming period that has no other.
    """
    now, issues = workspace.now(), workspace.store.issues
    moved = []
    for row in issues.open(digest):
        rule = workspace.rule(digest, row.frequency)
        if not _is_ahead(row, waits=row.period.end > now):
            continue
        if row.period.end <= now and period_at(rule, row.period.end).label == row.period.label:
            continue  # its time has come
        wanted = period_after(rule, now)
        while (taken := issues.of_period(digest, row.frequency, wanted.label)) is not None and taken.id != row.id:
            wanted = period_after(rule, wanted.end)
        if wanted.label != row.period.label:
            moved.append(issues.reschedule(row, wanted, at=now))
    return moved


def _is_ahead(row: IssueRow, *, waits: bool) -> bool:
    """Planned for its time, and nobody has begun it."""
    if row.extra or row.frozen_at is not None:
        return False
    if row.state in (IssueState.HELD, IssueState.AWAITING_APPROVAL):
        return waits
    return row.state in (IssueState.PLANNED, IssueState.DRAFTED) and row.next_try_at == row.period.end
