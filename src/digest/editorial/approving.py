"""Whether an approval still stands: pure.

Does not read a database or render. Invariant: an approval is of a content, not of an issue: whatever a reader would see
differently since then ends it, in words that say what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from digest.model import Approval, Override


def objections(
    approval: Approval,
    *,
    contents: Mapping[int, str],
    changes: Sequence[Override],
    looks: str,
) -> tuple[str, ...]:
    """What has changed since the approval, a sentence each; empty while it stands.

    `contents` maps the ids of the articles that may be mailed now to the hash of their content, `changes` are all
    changes of the issue by editors, `looks` is the hash of the approved content as it would look now.
    """
    found = []
    for item in approval.content.issue.items:
        approved = approval.content.articles.get(str(item.article_id), "")
        if item.article_id not in contents:
            found.append(f"“{item.title}” was taken back by its source, excluded, or mailed with another issue")
        elif contents[item.article_id] != approved:
            found.append(f"“{item.title}” was changed by its source")
    found += _edited(approval, changes)
    if not found and looks != approval.content.hash:
        found.append("the template, the theme or the configuration was changed, and the issue looks different")
    return tuple(found)


def _edited(approval: Approval, changes: Sequence[Override]) -> list[str]:
    before = set(approval.content.changes)
    standing = {one.id for one in changes if one.undone_at is None}
    found = []
    for one in changes:
        what = one.kind if one.article_id is None else f"{one.kind} of article {one.article_id}"
        if one.id in standing and one.id not in before:
            found.append(f"{one.by or 'an editor'} made a change: {what}")
        elif one.id in before and one.id not in standing:
            found.append(f"a change by {one.by or 'an editor'} was undone: {what}")
    return found
