"""What a person may do to an issue, and in which state: (state, command) -> state. Pure.

Does not touch a database, and does not send: the caller moves the row and goes on. Invariant: every step this allows
is a step of `ISSUE_TRANSITIONS`; every refusal says what the issue is and which command would fit.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from digest.errors import StateError
from digest.model import IssueRow, IssueState

_S = IssueState
RELEASED = "released"  # the note of an issue that a person let go on
UNFIT = "preflight finds"  # how the note begins of an issue that is held for its errors, not for another trouble
OVERRULED = "released in spite of preflight"  # and that of one whose errors they had been told of


class Command(StrEnum):
    HOLD = "hold"
    RELEASE = "release"
    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    CANCEL = "cancel"
    RETRY = "retry"
    APPROVE = "approve"


def _back(row: IssueRow) -> IssueState:
    """Where a released issue goes on: what is frozen stays frozen."""
    return _S.FROZEN if row.frozen_at is not None else _S.PLANNED


def _approved(row: IssueRow) -> IssueState:
    """Approved before its time, it waits for it; held for want of an approval, it goes on."""
    return _S.PLANNED if row.state is _S.HELD else _S.AWAITING_APPROVAL


def _always(state: IssueState) -> Callable[[IssueRow], IssueState]:
    return lambda row: state


_ALLOWED: dict[Command, tuple[frozenset[IssueState], Callable[[IssueRow], IssueState]]] = {
    Command.HOLD: (
        frozenset({_S.PLANNED, _S.DRAFTED, _S.AWAITING_APPROVAL, _S.FROZEN}),
        _always(_S.HELD),
    ),
    Command.RELEASE: (frozenset({_S.HELD, _S.SKIPPED, _S.MISSED}), _back),
    Command.PAUSE: (frozenset({_S.FROZEN, _S.SENDING}), _always(_S.PAUSED)),
    Command.RESUME: (frozenset({_S.PAUSED}), _always(_S.SENDING)),
    Command.SKIP: (
        frozenset({_S.PLANNED, _S.DRAFTED, _S.AWAITING_APPROVAL, _S.HELD}),
        _always(_S.SKIPPED),
    ),
    Command.CANCEL: (
        frozenset({_S.PLANNED, _S.DRAFTED, _S.AWAITING_APPROVAL, _S.HELD, _S.FROZEN, _S.SENDING, _S.PAUSED}),
        _always(_S.CANCELLED),
    ),
    Command.RETRY: (frozenset({_S.DONE, _S.SENDING}), _always(_S.SENDING)),
    Command.APPROVE: (frozenset({_S.PLANNED, _S.DRAFTED, _S.AWAITING_APPROVAL, _S.HELD}), _approved),
}

_INSTEAD = {
    _S.AWAITING_APPROVAL: "digest issue approve {name}, or digest issue skip {name}",
    _S.HELD: "digest issue release {name}, to send it, or digest issue skip {name}",
    _S.PAUSED: "digest issue resume {name}, or digest issue cancel {name}",
    _S.SENDING: "digest issue pause {name}",
    _S.FROZEN: "digest issue hold {name}, or digest issue cancel {name}",
    _S.DONE: "digest send --extra, for another issue now",
    _S.CANCELLED: "digest send --extra, for another issue now",
}


def apply(row: IssueRow, command: Command) -> IssueState:
    """The state `command` brings the issue to. Raises `StateError` when it does not fit."""
    states, after = _ALLOWED[command]
    frozen_skip = command is Command.SKIP and row.frozen_at is not None
    held_otherwise = command is Command.APPROVE and row.state is _S.HELD and row.reason != "unapproved"
    if row.state in states and not frozen_skip and not held_otherwise:
        return after(row)
    state = f"{row.state} ({row.reason})" if row.reason else str(row.state)
    why = "its recipients are fixed already" if frozen_skip else f"it is {state}"
    instead = "digest issue cancel {name}" if frozen_skip else _INSTEAD.get(row.state, "digest issue show {name}")
    raise StateError(
        f"issue {row.name} does not take the command {command}", why=why, try_=instead.format(name=row.name)
    )


def was_released(row: IssueRow) -> bool:
    """Whether a person has said of this very issue that it is to go out: late, thin, to a changed list."""
    return row.note in (RELEASED, OVERRULED)


def released_note(row: IssueRow) -> str:
    """The note of `row` when it is released: only who saw preflight's errors has overruled them."""
    return OVERRULED if row.reason == "preflight" and row.note.startswith(UNFIT) else RELEASED


def was_overruled(row: IssueRow) -> bool:
    """Whether a person has seen what preflight finds in this very issue, and wants it sent."""
    return row.note == OVERRULED


def reopened(row: IssueRow) -> IssueState:
    """Where `digest send` takes an issue that had stopped short of its freeze: skipped, missed or held ones go back."""
    return _back(row) if row.state in (_S.HELD, _S.SKIPPED, _S.MISSED) else row.state
