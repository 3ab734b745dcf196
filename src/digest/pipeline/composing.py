"""The issue of a period as it would freeze now: drafted, its articles looked at once more, dated. Freezes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from digest.model import Recipient
from digest.pipeline.drafting import Drafted, draft
from digest.pipeline.rechecking import draft_checked

if TYPE_CHECKING:
    from digest.model import Period, StoredArticle
    from digest.pipeline.workspace import Workspace


def checked(
    workspace: Workspace, digest: str, period: Period, number: int | None, scheduled_for: datetime, frequency: str
) -> Drafted:
    """The draft after the last look at its articles and pictures."""

    def redraft(stories: Sequence[StoredArticle]) -> Drafted:
        return draft(
            workspace,
            digest,
            period,
            number=number,
            scheduled_for=scheduled_for,
            frequency=frequency,
            candidates=stories,
        )

    return draft_checked(workspace, digest, redraft, frequency=frequency)


def not_ahead(workspace: Workspace, scheduled_for: datetime) -> datetime:
    """An issue planned ahead may be asked for before its time: no message is dated in the future."""
    return min(scheduled_for, workspace.now().replace(microsecond=0))


def specimen() -> Recipient:
    """Somebody with a long name and address: what a size is measured with."""
    return Recipient(
        0, 0, f"{'a' * 40}@{'b' * 40}.example", "Maximiliana Featherstonehaugh", tokens={"unsubscribe": "t" * 38}
    )
