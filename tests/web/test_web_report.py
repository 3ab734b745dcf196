"""The report of an issue: it says what the ledger says, whatever came from outside."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from digest.model import Accounting, IssueRow, IssueState, Period
from digest.pipeline.reporting import Answer, Column, IssueReport, Share
from digest.web.report import render_report

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOSTILE = '<script>alert("x")</script>'


def row(subject: str = "Lamp night") -> IssueRow:
    return IssueRow(
        1, "weekly", "every", 12, Period("2026-11-23T09:00@Europe/Dublin", AT - timedelta(days=7), AT), AT,
        IssueState.DONE, subject=subject, started_at=AT, done_at=AT + timedelta(seconds=90),
    )  # fmt: skip


def made(**changes: object) -> IssueReport:
    values: dict[str, object] = {
        "row": row(), "site": "Riverside Makers", "zone": "Europe/Dublin", "titles": ("Lamp night",),
        "accounting": Accounting(120, accepted=100, refused=10, uncertain=1, skipped=4, deferred=5),
        "step_s": 2,
        "columns": tuple(
            Column(AT + timedelta(seconds=2 * n), {"accepted": 4 + n % 3, "refused": n % 2}) for n in range(45)
        ),
        "providers": (Share("gmail.com", {"accepted": 60, "refused": 8}), Share("quay.example", {"accepted": 52})),
        "answers": (Answer("refused", 550, "no such user", 8),), "uncertain": ("ana@quay.example",), "amendments": (),
        "rates": None, "made_at": AT,
    }  # fmt: skip
    return IssueReport(**(values | changes))  # type: ignore[arg-type]


def test_it_shows_the_six_counts_and_that_they_add_up() -> None:
    """The sentence of the ledger, with every count."""
    words = re.sub(r"<[^>]+>|\s+", " ", render_report(made()))
    said = re.sub(r"\s+", " ", words)
    for part in ("120 recipients", "120 = 100 accepted + 5 deferred + 10 refused + 1 uncertain + 4 skipped"):
        assert part in said
    assert "do not add up" not in said


def test_every_chart_has_its_figures_in_words() -> None:
    """Who cannot see the columns reads the table below them."""
    page = render_report(made())
    assert page.count("<rect") == 45 + 22
    assert 'role="img"' in page
    assert "The figures, for each 2 seconds" in page
    assert "60 accepted" in page


@pytest.mark.parametrize(
    "changes",
    [
        {"row": row(HOSTILE)}, {"titles": (HOSTILE,)}, {"uncertain": (HOSTILE,)}, {"site": HOSTILE},
        {"answers": (Answer("refused", 550, HOSTILE, 1),)}, {"providers": (Share(HOSTILE, {"accepted": 1}),)},
    ],
)  # fmt: skip
def test_what_came_from_outside_is_text(changes: dict[str, object]) -> None:
    """No subject, address or server's word becomes markup."""
    page = render_report(made(**changes))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_an_issue_that_nobody_was_sent_has_a_report_too() -> None:
    """No division by zero, no empty charts."""
    page = render_report(made(columns=(), providers=(), answers=(), uncertain=(), accounting=Accounting()))
    assert "0 recipients" in page
    assert "<svg" not in page


def test_it_asks_nothing_of_the_network() -> None:
    """One file: no script, no address to fetch from."""
    page = render_report(made())
    assert not re.search(r"<script|<link|src=|url\(|https?://", page)
