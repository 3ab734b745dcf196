"""What people decide about an issue: its state (`steps`), its content (`overrides`), its approval (`approving`). Pure.

Does not touch a database, render or send: (state, command) -> state, (overrides) -> edits. Invariant: a change that
does not fit is refused with the command that would.
"""

from digest.editorial.approving import objections
from digest.editorial.overrides import EDITABLE, NewOverride, check, fold
from digest.editorial.steps import (
    RELEASED,
    UNFIT,
    Command,
    apply,
    released_note,
    reopened,
    was_overruled,
    was_released,
)

__all__ = [
    "EDITABLE",
    "RELEASED",
    "UNFIT",
    "Command",
    "NewOverride",
    "apply",
    "check",
    "fold",
    "objections",
    "released_note",
    "reopened",
    "was_overruled",
    "was_released",
]
