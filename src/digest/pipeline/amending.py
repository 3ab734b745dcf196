"""An issue corrected in mid-send: a second rendition without an article for those who do not have the first.

    pause -> take the article out -> find the issue's words anew -> render every variant -> hand over -> (resume)

Must not send: the caller resumes when somebody has confirmed it. Invariant: everyone has exactly one of the renditions,
and the ledger says which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from digest.editorial import Command, apply, fold
from digest.errors import DigestError, StateError, UsageError
from digest.model import Amendment, Issue, IssueState, Item
from digest.pipeline import steering
from digest.pipeline.freezing import concerned_by, issue_key, render_content
from digest.pipeline.listing import Variants, candidates
from digest.pipeline.phrasing import wording
from digest.pipeline.preflighting import errors, examine
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.model import IssueRow
    from digest.store import Candidate, RenditionData

AMENDABLE = (IssueState.FROZEN, IssueState.SENDING, IssueState.PAUSED)


def content_now(workspace: Workspace, row: IssueRow) -> Issue:
    """What the issue says to those who do not have it yet. Raises `StateError` before it is frozen."""
    made = workspace.store.issues.amendments(row.id)
    content = made[-1].content if made else workspace.store.issues.content(row.id)
    if content is None:
        raise StateError(
            f"issue {row.name} is not frozen yet",
            why="until then it is edited, not amended",
            try_=f"digest issue edit {row.name} --drop ID",
        )
    return content


def without(workspace: Workspace, row: IssueRow, drop: Sequence[int], *, subject: str = "") -> Issue:
    """The content without these articles, with words of its own that do not speak of them.

    Raises `UsageError` for an article that is not in it, or when none would be left.
    """
    content = content_now(workspace, row)
    known = {item.article_id: item for item in content.items}
    for article_id in drop:
        if article_id not in known:
            listed = "; ".join(f"{id_} {item.title}" for id_, item in known.items())
            raise UsageError(f"article {article_id} is not in issue {row.name}", why=f"in it are: {listed}",
                             try_=f"digest issue show {row.name}")  # fmt: skip
    left = tuple(item for item in content.items if item.article_id not in set(drop))
    if not left:
        raise UsageError(f"issue {row.name} would be empty", try_=f"digest issue cancel {row.name}")
    return _reworded(workspace, row, content, left, subject)


def amend(
    workspace: Workspace, row: IssueRow, *, drop: Sequence[int], reason: str, subject: str = "", by: str
) -> tuple[IssueRow, Amendment]:
    """Pause the issue and give everybody who does not have it a rendition without these articles.

    It stands still afterwards. Raises `StateError` for an issue that nobody waits for, `UsageError` as `without` does,
    `DigestError` when preflight finds errors that the issue did not have before.
    """
    if row.state not in AMENDABLE:
        raise StateError(
            f"issue {row.name} cannot be amended",
            why=f"it is {row.state}" + ("; everybody has it" if row.state is IssueState.DONE else ""),
            try_=f"digest issue edit {row.digest}, to say so in the next one",
        )
    content = without(workspace, row, drop, subject=subject)
    renditions = _renditions(workspace, row, content)
    if row.state is not IssueState.PAUSED:
        apply(row, Command.PAUSE)
        row = steering.pause(workspace, row, by=by)
    amendment = workspace.store.issues.amend(
        row, content, renditions, dropped=drop, reason=reason, at=workspace.now(), by=by
    )
    return workspace.store.issues.get(row.id), amendment


def missing(workspace: Workspace, row: IssueRow) -> Iterator[Candidate]:
    """Everybody on the list now, as candidates for the issue's newest rendition; who has a row already is no news."""
    stored = workspace.store.issues.newest_renditions(row.id)
    variants = Variants.of([locale for _, locale in stored])
    return candidates(workspace, row, issue_key(row), variants, concerned_by(workspace, content_now(workspace, row)))


def count_missing(workspace: Workspace, row: IssueRow) -> int:
    """How many on the list now are no recipients of the issue. Raises `StateError` for one that nobody is sent."""
    _require_sent(row)
    there = workspace.store.issues.subscriber_ids(row.id)
    return sum(1 for one in missing(workspace, row) if not one.skip and one.subscriber_id not in there)


def _require_sent(row: IssueRow) -> None:
    if row.frozen_at is None or row.state in (IssueState.CANCELLED, IssueState.HELD):
        raise StateError(f"issue {row.name} is {row.state}", why="late joiners are sent what others were sent",
                         try_=f"digest issue show {row.name}")  # fmt: skip


def send_missing(workspace: Workspace, row: IssueRow, *, by: str) -> int:
    """Add late joiners to a frozen issue; how many. The caller goes on with sending."""
    _require_sent(row)
    return workspace.store.issues.add_missing(row, missing(workspace, row), at=workspace.now(), by=by)


def _reworded(workspace: Workspace, row: IssueRow, content: Issue, items: tuple[Item, ...], subject: str) -> Issue:
    """The issue's own words for what is left. What an editor wrote stays, unless the caller gives another subject."""
    from digest.curate import retell

    settings = workspace.digest(row.digest)
    edits = fold(workspace.store.issues.overrides(row.id))
    words = retell(
        items,
        settings=settings.curate,
        edits=replace(edits, subject=subject or edits.subject),
        number=row.number,
        site_name=content.site.name,
        digest_title=content.title,
        now=workspace.now(),
        wording=wording(settings.locale or content.site.language, settings.timezone),
    )
    return replace(
        content, items=items, subject=words.subject, preheader=words.preheader, in_this_issue=words.in_this_issue,
        minutes=words.minutes,
    )  # fmt: skip


def _renditions(workspace: Workspace, row: IssueRow, content: Issue) -> list[RenditionData]:
    """One rendition of each language that was frozen, none with an error that the one before it has not."""
    from digest.render import Rendition
    from digest.store import RenditionData

    made, before = [], content_now(workspace, row)
    for rendition_id, locale in workspace.store.issues.newest_renditions(row.id):
        rendition = render_content(workspace, content, locale=locale)
        older = Rendition.from_bytes(workspace.store.issues.rendition(rendition_id))
        had = {one.id for one in errors(examine(workspace, before, older, frequency=row.frequency))}
        found = errors(examine(workspace, content, rendition, frequency=row.frequency))
        if new := [one for one in found if one.id not in had]:
            raise DigestError(
                f"issue {row.name} cannot be amended like this",
                why="; ".join(f"{one.what} ({one.id}, {one.place})" for one in new),
                try_=f"{new[0].fix}; nothing was changed, and the issue goes on as it was",
            )
        made.append(RenditionData(rendition.locale, rendition.direction, rendition.to_bytes(), kind="correction"))
    return made
