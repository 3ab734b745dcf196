"""An `Issue` value to a frozen issue: rendered once per language, stored with every candidate in one transaction.

After this nothing renders, reads a list or looks at a source again (rule 3): a template edited between a crash and
its resume changes nothing of this issue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.pipeline.cadence import served
from digest.pipeline.drafting import Drafted
from digest.pipeline.listing import Variants, candidates, locale_of, topics_of
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.model import Issue, IssueRow
    from digest.render import Rendition


def freeze(workspace: Workspace, row: IssueRow, drafted: Drafted) -> IssueRow:
    """Render and freeze. Raises `TemplateError`; `BusyError` when another process froze it meanwhile."""
    from digest.store import Frozen, RenditionData

    # The languages in use must be known before the renditions are written, and the people are a stream: it is read
    # once for the languages alone (no tokens made), and again to write everybody down.
    readers = workspace.store.audience.candidates(
        workspace.digest(row.digest).list, served(workspace, row.digest, row.frequency)
    )
    variants = Variants(locale_of(workspace, row.digest), (subscriber.locale for subscriber, _ in readers))
    renditions = [
        RenditionData(rendition.locale, rendition.direction, rendition.to_bytes())
        for rendition in (render(workspace, drafted, locale=locale) for locale in variants.locales)
    ]
    frozen = Frozen(
        issue=drafted.issue,
        renditions=renditions,
        consumed=_consumed(drafted),
        left_over=drafted.draft.passed_over,
        candidates=candidates(workspace, row, issue_key(row), variants, topics_of(drafted.issue)),
    )
    return workspace.store.issues.freeze(row, frozen, at=workspace.now())


def render(workspace: Workspace, drafted: Drafted, *, locale: str | None = None) -> Rendition:
    """One rendition of a drafted issue, in the digest's own language unless told otherwise."""
    return render_content(workspace, drafted.issue, locale=locale)


def render_content(workspace: Workspace, issue: Issue, *, locale: str | None = None) -> Rendition:
    """`render`, of the content alone."""
    from digest.render import Templates, Theme, render_issue

    digest = issue.digest
    settings = workspace.digest(digest).render
    return render_issue(
        issue,
        template=settings.template,
        theme=Theme.from_settings(settings),
        locale=locale or locale_of(workspace, digest),
        templates=Templates(settings.template_dirs),
    )


def issue_key(row: IssueRow) -> str:
    """What a Message-ID is made from: the same on every machine and for every attempt at this issue."""
    return f"{row.digest}/{row.frequency}/{row.period.label}"


def _consumed(drafted: Drafted) -> dict[int, int | None]:
    consumed: dict[int, int | None] = dict.fromkeys(drafted.draft.folded)
    consumed.update({item.article_id: position for position, item in enumerate(drafted.issue.items)})
    return consumed
