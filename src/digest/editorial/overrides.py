"""An editor's changes of one issue, folded to what holds now. Pure.

Does not know which articles are in the issue, and applies nothing: curating takes the `Edits`. Invariants: the order
of the database ids is the order of the changes; a change undone counts as never made; the latest of a kind wins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digest.errors import StateError, UsageError
from digest.model import OVERRIDE_KINDS, Edits, IssueRow, IssueState, Override, has_control

MAX_CHARS = {"title": 300, "summary": 2000, "subject": 200, "preheader": 300, "intro": 10_000, "image": 2000}
OF_ARTICLES = frozenset({"pin", "drop", "move", "title", "summary", "image"})
EDITABLE = frozenset({IssueState.PLANNED, IssueState.DRAFTED, IssueState.AWAITING_APPROVAL, IssueState.HELD})


@dataclass(frozen=True, slots=True)
class NewOverride:
    """A change asked for; see `Override` for `value`."""

    kind: str
    article_id: int | None = None
    value: str | int = ""


def check(row: IssueRow, change: NewOverride) -> None:
    """Raises `StateError` when the issue cannot be edited any more, `UsageError` when the change makes no sense."""
    if row.state not in EDITABLE or row.frozen_at is not None:
        why = "what it says is fixed already" if row.frozen_at is not None else f"it is {row.state}"
        raise StateError(
            f"issue {row.name} cannot be edited", why=why, try_=f"digest issue edit {row.digest}, for the next one"
        )
    if change.kind not in OVERRIDE_KINDS:
        raise UsageError(f"there is no change called {change.kind!r}", try_=f"one of: {', '.join(OVERRIDE_KINDS)}")
    if (change.article_id is not None) != (change.kind in OF_ARTICLES):
        what = "needs an article" if change.kind in OF_ARTICLES else "concerns the whole issue, not an article"
        raise UsageError(f"{change.kind} {what}", try_=f"digest issue edit {row.name}, to see the articles' numbers")
    if change.kind == "move" and (not isinstance(change.value, int) or change.value < 1):
        raise UsageError(f"{change.value!r} is no place in an issue", try_="a whole number; 1 is the top")
    if isinstance(change.value, str):
        _check_text(change.kind, change.value)


def _check_text(kind: str, text: str) -> None:
    limit = MAX_CHARS.get(kind, 0)
    if len(text) > limit:
        raise UsageError(f"the {kind} is too long", why=f"{len(text)} characters, {limit} fit", try_="a shorter one")
    shown = text.replace("\n", "").replace("\r", "").replace("\t", "") if kind == "intro" else text
    if has_control(shown):
        raise UsageError(f"the {kind} holds a control character", try_="plain text on one line")
    if kind in ("title", "subject", "preheader") and not text.strip():
        raise UsageError(f"the {kind} is empty", try_="undo the earlier change instead, to have the generated one back")
    if kind == "image" and text and not text.startswith("https://"):
        raise UsageError(f"{text!r} is no address of an image", try_='an https:// address, or "" for no image')


def fold(overrides: Sequence[Override]) -> Edits:
    """What holds now."""
    pinned: dict[int, None] = {}
    dropped: set[int] = set()
    moves: dict[int, int] = {}
    texts: dict[str, dict[int, str]] = {"title": {}, "summary": {}, "image": {}}
    whole = {"intro": "", "subject": "", "preheader": ""}
    for one in sorted(overrides, key=lambda one: one.id):
        if one.undone_at is not None:
            continue
        if one.kind in whole:
            whole[one.kind] = str(one.value)
        elif one.article_id is None:
            continue
        elif one.kind == "pin":
            dropped.discard(one.article_id)
            pinned[one.article_id] = None
        elif one.kind == "drop":
            pinned.pop(one.article_id, None)
            dropped.add(one.article_id)
        elif one.kind == "move":
            moves.pop(one.article_id, None)
            moves[one.article_id] = int(one.value)
        else:
            texts[one.kind][one.article_id] = str(one.value)
    return Edits(
        tuple(pinned), frozenset(dropped), tuple(moves.items()), texts["title"], texts["summary"], texts["image"],
        **whole,
    )  # fmt: skip
