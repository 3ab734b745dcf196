"""What there is to look at: digests with their next and past issues, templates, fixtures. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from digest.editorial import EDITABLE
from digest.model import IssueState
from digest.pipeline.previewing.studio import Studio
from digest.pipeline.workspace import EVERY, Workspace
from digest.recurrence import period_after

PAST = 12


def _next_due(workspace: Workspace, digest: str) -> datetime:
    """The first occurrence to come that no frozen issue covers."""
    rule, issues = workspace.rule(digest), workspace.store.issues
    period = period_after(rule, workspace.now())
    for _ in range(10):
        row = issues.of_period(digest, EVERY, period.label)
        if row is None or (row.frozen_at is None and row.state in EDITABLE):
            break
        period = period_after(rule, period.end)
    return period.end


def rail(studio: Studio) -> dict[str, Any]:
    """Ready for JSON: `digests` (each with `next` and `issues`), `templates` by digest, `fixtures`."""
    from digest.render.fixtures import FIXTURES

    workspace = studio.workspace()
    digests = []
    for name, settings in workspace.config.digests.items():
        due = _next_due(workspace, name)
        rows = [row for row in workspace.store.issues.all(name, limit=PAST * 2) if row.frozen_at is not None]
        digests.append({
            "name": name,
            "title": settings.title,
            "due": due,
            "timezone": settings.timezone,
            "template": settings.render.template,
            "templates": studio.templates(name).names(),
            "issues": [
                {
                    "id": row.id, "name": row.name, "number": row.number, "subject": row.subject,
                    "state": str(row.state), "at": row.scheduled_for, "sent": row.state is IssueState.DONE,
                }
                for row in rows[:PAST]
            ],
        })  # fmt: skip
    fixtures = [{"name": one.name, "about": one.about} for one in FIXTURES.values()]
    return {"digests": digests, "fixtures": fixtures, "site": workspace.config.site.name}
