# ruff: noqa: E501 - sentences of many languages read better unbroken
"""Subject, preheader and "in this issue"."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.curate.scripts import clusters
from digest.curate.subject import calm, clean, listing, make_preheader, make_subject, trim

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TITLES = ["Harbour path opens again", "The library moves house", "Who painted the blue door?", "A fourth thing"]


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (TITLES, "Harbour path opens again and 3 more"),
        (TITLES[:1], "Harbour path opens again"),
        (["After eleven months of repairs, the harbour path opens again on Saturday"] * 2, "After eleven months of repairs"),
        (["Volunteers from three rowing clubs replaced all of the old railing at night"], "Volunteers from three rowing clubs replaced all of the old…"),
        (["HARBOUR PATH OPENS AGAIN AFTER U.S. DELAY!!!"], "Harbour path opens again after U.S. delay!"),
        (["NATO", "x"], "NATO and 1 more"),
        (["Two\r\nBcc: lines\x00here"], "Two Bcc: lines here"),
    ],
)  # fmt: skip
def test_subjects(titles: list[str], expected: str) -> None:
    """The top headline, calm, on one line, cut where a reader would pause."""
    assert make_subject(titles) == expected


def test_the_operators_words_win() -> None:
    """A pattern is filled; only the title gives way when it is long."""
    assert (
        make_subject(TITLES, pattern="{site} #{number}: {title}", number=7, site="Makers")
        == "Makers #7: Harbour path opens again"
    )
    long = make_subject(
        ["A headline that goes on and on about the harbour path"],
        pattern="{n} stories this week: {title} (no. {number})",
        number=7,
    )
    assert len(long) <= 60
    assert long.startswith("1 stories this week: A headline")
    assert long.endswith("(no. 7)")


def test_a_subject_is_never_the_last_one_again() -> None:
    """The number, or else the day, tells two equal headlines apart."""
    first = make_subject(TITLES[:1])
    assert make_subject(TITLES[:1], number=8, last=first) == f"{first} (no. 8)"
    assert make_subject(TITLES[:1], last=first, now=NOW) == f"{first} (23 November)"
    assert make_subject(TITLES[:1], pattern="Weekly news", number=8, last="Weekly news") == "Weekly news (no. 8)"


def test_a_preheader_goes_on_where_the_subject_stops() -> None:
    """The second and third headline; for a single article its summary; never the subject."""
    subject = make_subject(TITLES)
    assert (
        make_preheader(TITLES, subject=subject)
        == "The library moves house · Who painted the blue door? · A fourth thing"
    )
    alone = make_preheader(
        TITLES[:1], subject=TITLES[0], fallback="It was closed for eleven months while clubs rebuilt it."
    )
    assert alone == "It was closed for eleven months while clubs rebuilt it."
    assert make_preheader(["A", "A"], subject="A", site="Makers") != "A"
    assert make_preheader(TITLES, subject=subject, fixed="{n} stories") == "4 stories"
    assert make_preheader(["{n} ways", "Two"], subject=subject, fixed="{title} at {site}", site="X") == "{n} ways at X"
    repeating = make_preheader(TITLES, subject=TITLES[0], fixed="{title}")
    assert repeating and repeating != TITLES[0], "an operator's pattern does not make the inbox say it twice"


def test_in_this_issue_lists_three() -> None:
    """A, B and C."""
    assert listing(TITLES) == "Harbour path opens again, The library moves house and Who painted the blue door?"
    assert listing(TITLES[:2]) == "Harbour path opens again and The library moves house"
    assert (listing(TITLES[:1]), listing([])) == (TITLES[0], "")


def test_mixed_case_headlines_keep_their_capitals() -> None:
    """Only a whole headline in capitals is shouting."""
    assert calm("NASA and ESA launch a telescope") == "NASA and ESA launch a telescope"
    assert calm("ТРАМВАЙ СНОВА ХОДИТ") == "Трамвай снова ходит"
    assert calm("社区菜园开放！！") == "社区菜园开放！！"


FAMILY, FLAG, CONJUNCT = "👩‍👩‍👧‍👦", "🇮🇪", "क्षि"


@pytest.mark.parametrize("unit", [FAMILY, FLAG, CONJUNCT, "é", "각", "ก้ำ", "👍🏽"])
@pytest.mark.parametrize("limit", range(12, 40, 3))
def test_a_cut_never_breaks_what_readers_see_as_one(unit: str, limit: int) -> None:
    """However long the run, each unit is there whole or not at all."""
    cut = trim(unit * 30, limit)
    assert len(cut) <= limit
    assert set(clusters(cut.removesuffix("…"))) == {unit}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text(alphabet="aB cé.,!?:;\n\t\x00\u202e\u0301👩‍👧🇮🇪नमस्ते مرحبا 字。–—", max_size=90), min_size=1, max_size=4
    ),
    st.sampled_from(["", "News {n}: {title}", "{title}"]),
    st.none() | st.integers(1, 999),
)
def test_words_keep_their_promises(titles: list[str], pattern: str, number: int | None) -> None:
    """Any headlines: one line, within length, no control characters, never the last subject, preheader differs."""
    subject = make_subject(titles, pattern=pattern, number=number, site="Makers")
    again = make_subject(titles, pattern=pattern, number=number, site="Makers", last=subject, now=NOW)
    preheader = make_preheader(titles, subject=subject, site="Makers")
    assert len(subject) <= 60
    assert len(again) <= 60
    assert not subject or again != subject
    assert preheader != subject
    assert len(preheader) <= 130
    for text in (subject, again, preheader, listing(titles)):
        assert not any(unicodedata.category(c) in ("Cc", "Cs") or c == "\u202e" for c in text)
        assert text == clean(text)
