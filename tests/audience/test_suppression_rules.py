"""The rules: who is not mailed any more, for how long, and what never counts against a reader."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience.suppression import stop_for
from digest.audience.suppressionfile import read_suppressions, suppressions_csv
from digest.model import EventKind, History, Stop, Suppression

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def stop(kind: EventKind, status: str = "", in_a_row: int = 1, standing: Suppression | None = None) -> Stop | None:
    return stop_for(kind, status, at=NOW, history=History(in_a_row, standing))


@pytest.mark.parametrize(
    ("kind", "status", "days"),
    [
        (EventKind.COMPLAINT, "", None), (EventKind.HARD, "5.1.1", None), (EventKind.HARD, "5.1.10", None),
        (EventKind.HARD, "5.1.2", 90), (EventKind.HARD, "5.4.4", 90),
    ],
)  # fmt: skip
def test_what_ends_it_at_once(kind: EventKind, status: str, days: int | None) -> None:
    """A complaint and a dead mailbox for ever; a dead domain for ninety days."""
    found = stop(kind, status)
    assert found is not None and found.until == (None if days is None else NOW + days * DAY)


@pytest.mark.parametrize("kind", [EventKind.POLICY, EventKind.DELAYED, EventKind.DELIVERED, EventKind.UNSUBSCRIBE])
def test_what_is_never_held_against_a_reader(kind: EventKind) -> None:
    """Not even the tenth time; an unsubscribe ends a list, and suppresses nobody."""
    assert stop(kind, "5.7.1", in_a_row=10) is None


def test_the_third_soft_bounce_in_a_row_rests_for_thirty_days() -> None:
    """Two are nothing."""
    assert stop(EventKind.SOFT, "5.2.2", 2) is None
    assert stop(EventKind.SOFT, "5.2.2", 3) == Stop("bounces of 3 issues in a row", NOW + 30 * DAY)


UNTIL = st.one_of(st.none(), st.integers(-40, 400).map(lambda days: NOW + days * DAY))
EVENT = st.tuples(
    st.sampled_from(EventKind), st.sampled_from(["", "5.1.1", "5.1.2", "5.2.2", "5.7.1"]), st.integers(0, 9)
)


@given(UNTIL, st.sampled_from(["operator", "complaint", "hard bounce (5.1.1)"]), EVENT)
def test_a_standing_suppression_is_never_shortened(
    until: datetime | None, reason: str, event: tuple[EventKind, str, int]
) -> None:
    """Whatever comes in later: the end never moves closer, and a complaint stays called one."""
    kind, status, in_a_row = event
    found = stop(kind, status, in_a_row, Suppression("a@people.example", reason, NOW - DAY, until))
    if found is None or (until is not None and until <= NOW):
        return
    assert found.until is None or (until is not None and found.until > until)
    assert reason != "complaint" or until is not None


def test_a_file_of_ours_is_read_back() -> None:
    """Reasons, times and ends survive; a reason that looks like a formula is disarmed in the file and whole again."""
    these = [
        Suppression("a@people.example", "complaint", NOW, None),
        Suppression("b@people.example", "=cmd()", NOW - DAY, NOW + 30 * DAY),
    ]
    text = suppressions_csv(these)
    assert ",'=cmd()," in text
    assert read_suppressions(text, reason="x", now=NOW) == (these, [])


@pytest.mark.parametrize(
    "text",
    [
        "A@People.Example\nb@people.example\n",
        "email;reason\na@people.example;\nb@people.example;\n",
        "Recipient,Created\na@people.example,2026-11-01\n\nb@people.example,2026-11-02T10:00:00Z\n",
        "\x00a@people.example,x\nb@people.example,y\n",
    ],
    ids=["bare", "semicolons", "another program's", "NUL"],
)
def test_other_files_are_read_too(text: str) -> None:
    """Bare addresses, other delimiters, other names of columns: the keys come through."""
    found, rejects = read_suppressions(text, reason="imported", now=NOW)
    assert [one.address for one in found] == ["a@people.example", "b@people.example"] and not rejects
    assert {one.reason for one in found} == {"imported"}


def test_a_bad_row_costs_itself() -> None:
    """Its line and its reason; the others are read."""
    found, rejects = read_suppressions(
        "email,reason,since,until\nnobody\na@people.example,x,soon,\nb@people.example,,,\n", reason="r", now=NOW
    )
    assert [one.address for one in found] == ["b@people.example"]
    assert [(one.line, one.reason.split(":")[0]) for one in rejects] == [
        (2, "not a usable e-mail address"), (3, "'soon' is not a time; write it like 2026-11-30T09"),
    ]  # fmt: skip
