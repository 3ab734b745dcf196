"""Which changes of an issue make sense, and what they come to together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.editorial import EDITABLE, NewOverride, check, fold
from digest.errors import StateError, UsageError
from digest.model import OVERRIDE_KINDS, IssueRow, IssueState, Override, Period

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PERIOD = Period("2026-11-30T09:00@UTC", NOW, NOW + timedelta(days=7))


def issue(state: IssueState = IssueState.PLANNED, *, frozen: bool = False) -> IssueRow:
    return IssueRow(1, "weekly", "every", 3, PERIOD, PERIOD.end, state, frozen_at=NOW if frozen else None)


def made(*changes: tuple[str, int | None, str | int], undone: frozenset[int] = frozenset()) -> list[Override]:
    return [
        Override(n, kind, article, value, NOW, "ana", NOW if n in undone else None)
        for n, (kind, article, value) in enumerate(changes, 1)
    ]


@pytest.mark.parametrize("state", list(IssueState))
@pytest.mark.parametrize("frozen", [False, True])
def test_only_what_is_not_fixed_can_be_edited(state: IssueState, frozen: bool) -> None:
    """An unfrozen planned, drafted, waiting or held issue takes changes; every other one says which issue would."""
    row, change = issue(state, frozen=frozen), NewOverride("intro", None, "Hello")
    if state in EDITABLE and not frozen:
        check(row, change)
        return
    with pytest.raises(StateError, match="weekly/3 cannot be edited") as refused:
        check(row, change)
    assert "digest issue edit weekly" in refused.value.try_


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (NewOverride("shout", 1), "no change called 'shout'"),
        (NewOverride("pin"), "needs an article"),
        (NewOverride("subject", 1, "x"), "concerns the whole issue"),
        (NewOverride("move", 1, 0), "no place"),
        (NewOverride("move", 1, "top"), "no place"),
        (NewOverride("title", 1, "x" * 301), "too long"),
        (NewOverride("title", 1, " "), "is empty"),
        (NewOverride("subject", None, "a\r\nBcc: x"), "control character"),
        (NewOverride("preheader", None, "a\x00b"), "control character"),
        (NewOverride("intro", None, "a\x1bb"), "control character"),
        (NewOverride("image", 1, "http://x.example/i.png"), "no address of an image"),
        (NewOverride("image", 1, "javascript:alert(1)"), "no address of an image"),
    ],
)
def test_what_makes_no_sense_is_refused(change: NewOverride, said: str) -> None:
    """Each is a usage error that says what is wrong and what would do."""
    with pytest.raises(UsageError, match=said) as refused:
        check(issue(), change)
    assert refused.value.try_


def test_what_makes_sense_is_not() -> None:
    """Paragraphs in an intro, no summary, no picture, a place far down: all of these are changes."""
    for change in (
        NewOverride("intro", None, "One.\n\nTwo."), NewOverride("intro", None, ""), NewOverride("summary", 1, ""),
        NewOverride("image", 1, ""), NewOverride("image", 1, "https://x.example/i.png"), NewOverride("move", 1, 99),
        NewOverride("pin", 1), NewOverride("drop", 1), NewOverride("subject", None, "SALE"),
    ):  # fmt: skip
        check(issue(), change)


def test_the_latest_of_a_kind_wins() -> None:
    """Of two subjects, two titles and two moves of one article the later one holds, a later move comes later."""
    edits = fold(made(
        ("subject", None, "One"), ("title", 5, "Old"), ("move", 5, 1), ("move", 6, 1), ("subject", None, "Two"),
        ("title", 5, "New"), ("move", 5, 2),
    ))  # fmt: skip
    assert (edits.subject, edits.titles, edits.moves) == ("Two", {5: "New"}, ((6, 1), (5, 2)))


def test_pin_and_drop_cancel_each_other() -> None:
    """An article is never both; pins keep their order, and a pin after a drop goes to the end of it."""
    edits = fold(made(("pin", 1, ""), ("pin", 2, ""), ("drop", 1, ""), ("pin", 1, ""), ("drop", 2, "")))
    assert (edits.pinned, edits.dropped) == ((1,), frozenset({2}))


CHANGES = st.lists(
    st.sampled_from(OVERRIDE_KINDS).flatmap(
        lambda kind: st.tuples(
            st.just(kind),
            st.none() if kind in ("intro", "subject", "preheader") else st.integers(1, 3),
            st.integers(1, 4) if kind == "move" else st.text("ab", max_size=2),
        )
    ),
    max_size=12,
)


@given(CHANGES, st.frozensets(st.integers(1, 12)), st.randoms(use_true_random=False))
def test_an_undone_change_counts_as_never_made(changes: list, undone: frozenset[int], chance) -> None:  # type: ignore[type-arg,no-untyped-def]
    """Folding with some undone equals folding without them, in whatever order they are read; no pin is dropped."""
    overrides = made(*changes, undone=undone)
    edits = fold([one for one in overrides if one.undone_at is None])
    chance.shuffle(overrides)
    assert fold(overrides) == edits
    assert not set(edits.pinned) & edits.dropped
