"""An `Issue` value to a frozen issue: rendered once per language, stored with every candidate in one transaction.

After this nothing renders, reads a list or looks at a source again (rule 3): a template edited between a crash and
its resume changes nothing of this issue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from digest.editorial import was_overruled
from digest.pipeline.cadence import served
from digest.pipeline.drafting import Drafted, source_titles
from digest.pipeline.limiting import warming
from digest.pipeline.listing import Variants, candidates, locale_of
from digest.pipeline.preflighting import Unfit, errors, examine
from digest.pipeline.topics import concerns
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from digest.model import Issue, IssueRow
    from digest.render import Rendition


def freeze(workspace: Workspace, row: IssueRow, drafted: Drafted) -> IssueRow:
    """Render, look at what came out, and freeze. Raises `TemplateError`; `Unfit` when preflight finds errors that
    nobody has accepted; `BusyError` when another process froze it meanwhile."""
    from digest.store import Frozen, RenditionData

    # The languages in use must be known before the renditions are written, and the people are a stream: it is read
    # once for the languages alone (no tokens made), and again to write everybody down.
    readers = workspace.store.audience.candidates(
        workspace.digest(row.digest).list, served(workspace, row.digest, row.frequency)
    )
    variants = Variants(locale_of(workspace, row.digest), (subscriber.locale for subscriber, _ in readers))
    rendered = [render(workspace, drafted, locale=locale) for locale in variants.locales]
    if not was_overruled(row):
        _fit_to_send(workspace, row, drafted, rendered)
    renditions = [RenditionData(one.locale, one.direction, one.to_bytes()) for one in rendered]
    frozen = Frozen(
        issue=drafted.issue,
        renditions=renditions,
        consumed=_consumed(drafted),
        left_over=drafted.draft.passed_over,
        candidates=candidates(workspace, row, issue_key(row), variants, concerned_by(workspace, drafted.issue)),
        newest_first=warming(workspace, row.digest),
    )
    return workspace.store.issues.freeze(row, frozen, at=workspace.now())


def concerned_by(workspace: Workspace, issue: Issue) -> Callable[[tuple[str, ...] | None], bool]:
    """Which readers, by their topics, `issue` has something for."""
    titles = source_titles(workspace)
    return concerns(issue, [name for one in workspace.sources_of(issue.digest) for name in (one, titles[one])])


def _fit_to_send(workspace: Workspace, row: IssueRow, drafted: Drafted, rendered: Sequence[Rendition]) -> None:
    found = [
        one
        for rendition in rendered
        for one in errors(examine(workspace, drafted.issue, rendition, frequency=row.frequency))
    ]
    if found:
        raise Unfit(row, list(dict.fromkeys(found)))


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
