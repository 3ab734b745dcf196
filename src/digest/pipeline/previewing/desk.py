"""The editor's work at the studio: the next issue as it stands, and what may be done to it.

The only part that writes, and only through `editing`, `approving`, `steering` and `trying`, as the command line does.
Invariants: a change is made at the version that was seen, or refused with what others did since; an approval is of the
very content that was shown; a test message is the one that was shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.editorial import EDITABLE, NewOverride
from digest.errors import UsageError
from digest.model import Item, Outcome, Override
from digest.pipeline import approving, steering
from digest.pipeline.editing import Undo, change, dropped, editable, planned
from digest.pipeline.previewing.studio import Coming, Studio

if TYPE_CHECKING:
    from digest.model import IssueRow
    from digest.pipeline.workspace import Workspace

_PICTURE = re.compile(r"<img\b[^>]*?\bsrc=[\"'](https://[^\"']+)", re.IGNORECASE)
MOST_PICTURES, MOST_LEFT_OUT = 8, 60


@dataclass(frozen=True, slots=True)
class Left:
    """A candidate that is not in the issue, and why."""

    article_id: int
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Desk:
    """The next issue as an editor sees it. `looks` is the fingerprint that an approval is bound to ("" when nothing
    can be approved); `pictures` are, by article, those one may choose from; `needed` whether it waits for approval."""

    coming: Coming
    row: IssueRow | None
    version: int
    is_editable: bool
    left_out: tuple[Left, ...]
    changes: tuple[Override, ...]
    pictures: dict[int, tuple[str, ...]]
    looks: str
    needed: bool
    approved_by: str
    objections: tuple[str, ...]
    last_subject: str

    @property
    def items(self) -> Sequence[Item]:
        return self.coming.issue.items


def desk(studio: Studio, digest: str) -> Desk:
    """As it stands now. Reads only."""
    workspace, coming = studio.workspace(), studio.coming(digest)
    issues, target = workspace.store.issues, coming.target
    row = issues.get(target.row.id) if target.row is not None else None
    changes = tuple(issues.overrides(row.id)) if row is not None else ()
    standing = approving.standing(workspace, row) if row is not None else None
    approval = standing.approval if standing is not None else None
    real = bool(coming.issue.items) and not coming.issue.sample
    return Desk(
        coming=coming,
        row=row,
        version=row.version if row is not None else target.version,
        is_editable=row is None or (row.state in EDITABLE and row.frozen_at is None),
        left_out=tuple(_left_out(workspace, coming, changes)),
        changes=changes,
        pictures=_pictures(workspace, coming),
        looks=approving.fingerprint(workspace, coming.issue) if real else "",
        needed=standing.needed if standing is not None else workspace.digest(digest).review_s is not None,
        approved_by=approval.by if approval is not None else "",
        objections=standing.objections if standing is not None else (),
        last_subject=issues.last_subject(digest, target.frequency) or "",
    )


def _left_out(workspace: Workspace, coming: Coming, changes: Sequence[Override]) -> list[Left]:
    chosen = {item.article_id for item in coming.issue.items}
    why = {id_: said for id_, said in coming.drafted.draft.explanations.items() if id_ not in chosen}
    why |= dropped(workspace, coming.target.digest, changes, chosen)
    titles = {one.id: one.article.title for one in workspace.store.articles.get(list(why)[:MOST_LEFT_OUT])}
    return [Left(id_, titles[id_], said) for id_, said in why.items() if id_ in titles]


def _pictures(workspace: Workspace, coming: Coming) -> dict[int, tuple[str, ...]]:
    """The pictures of each chosen article: its own, then those in its text."""
    found = {}
    for one in workspace.store.articles.get([item.article_id for item in coming.issue.items]):
        own = [one.article.image.url] if one.article.image is not None else []
        urls = dict.fromkeys([*own, *_PICTURE.findall(one.article.html)])
        found[one.id] = tuple(url for url in urls if url.startswith("https://"))[:MOST_PICTURES]
    return found


def edit(studio: Studio, digest: str, changes: Sequence[NewOverride | Undo], *, version: int, by: str) -> None:
    """Make the changes, all or none. Raises `BusyError` when somebody changed the issue since `version`."""
    workspace = studio.workspace()
    change(workspace, editable(workspace, digest), changes, by=by, version=version)


def approve(studio: Studio, digest: str, *, looks: str, by: str) -> IssueRow:
    """Let it go out as it was shown. Raises `BusyError` when it looks otherwise now."""
    workspace = studio.workspace()
    return approving.approve(workspace, planned(workspace, digest), by=by, seen=looks)


def steer(studio: Studio, digest: str, command: str, *, note: str, by: str) -> IssueRow:
    """hold, release or skip. Raises `StateError` when it does not fit."""
    workspace = studio.workspace()
    row = planned(workspace, digest)
    if command == "hold":
        return steering.hold(workspace, row, note=note, by=by)
    if command == "release":
        return steering.release(workspace, row, by=by)
    if command == "skip":
        return steering.skip(workspace, row, note=note, by=by)
    raise UsageError(f"{command!r} is nothing one can do here", try_="hold, release or skip")


def send_test(studio: Studio, digest: str, *, to: str, reader: str) -> Outcome:
    """Send the test message that is shown. Raises `RelayError` when the relay cannot be reached."""
    from digest.pipeline.trying import send

    trial = studio.trial(digest, to, reader)
    return send(studio.sending(), digest, trial)
