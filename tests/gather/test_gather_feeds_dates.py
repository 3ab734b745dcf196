"""Dates as feeds write them: the right instant, or none; never a wrong one in silence."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.gather.dates import read_date


@pytest.mark.parametrize(
    ("text", "expected", "confidence"),
    [
        ("Mon, 23 Nov 2026 10:00:00 +0100", datetime(2026, 11, 23, 9), "exact"),
        ("23 Nov 2026 10:00:00 GMT", datetime(2026, 11, 23, 10), "exact"),
        ("2026-11-23T10:00:00-05:30", datetime(2026, 11, 23, 15, 30), "exact"),
        ("2026-11-23T10:00:00Z", datetime(2026, 11, 23, 10), "exact"),
        ("Mon, 23 Nov 2026 10:00:00", datetime(2026, 11, 23, 9), "assumed"),
        ("2026/1/10 14:33:00", datetime(2026, 1, 10, 13, 33), "assumed"),
        ("23 novembre 2026", datetime(2026, 11, 22, 23), "day"),
        ("Nov 23, 2026 4:05 pm EST", datetime(2026, 11, 23, 21, 5), "exact"),
        ("Mon Nov 23 10:00:00 2026", datetime(2026, 11, 23, 9), "assumed"),
        ("31/12/2026", datetime(2026, 12, 30, 23), "day"),
        ("1/10/2026", None, "none"),
        ("Tue, 31 Feb 2026 10:00:00 GMT", None, "none"),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None, "none"),
        ("yesterday", None, "none"),
    ],
)
def test_what_is_written_is_what_is_read(text: str, expected: datetime | None, confidence: str) -> None:
    """Without a zone the source's is taken and said; what can mean two days, or none, is no date."""
    found = read_date(text, zone=ZoneInfo("Europe/Berlin"))
    assert found == (expected.replace(tzinfo=UTC) if expected else None, confidence)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", (10, 1)),
        ("fr-CA", (10, 1)),
        ("en-GB", (10, 1)),
        ("en-US", (1, 10)),
        ("en", None),
        ("ja", None),
        (None, None),
    ],
)
def test_the_language_orders_day_and_month(language: str | None, expected: tuple[int, int] | None) -> None:
    """`1/10/2026` is a date only where its language leaves one reading."""
    moment, _ = read_date("1/10/2026", language=language)
    assert (moment and (moment.month, moment.day)) == expected


@given(st.text(max_size=40), st.sampled_from([None, "en", "de"]))
def test_any_text_is_a_date_or_none(text: str, language: str | None) -> None:
    """Nothing raises, and what comes back is aware and within reason."""
    moment, confidence = read_date(text, language=language)
    assert (moment is None) == (confidence == "none")
    assert moment is None or (moment.tzinfo is UTC and 1969 <= moment.year <= 2201)


@given(st.datetimes(datetime(1971, 1, 1), datetime(2199, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_rfc_822_and_rfc_3339_are_read_exactly(moment: datetime, offset: int) -> None:
    """The quick way for the usual forms gives the instant that was written."""
    from datetime import timedelta, timezone
    from email.utils import format_datetime

    written = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=offset)))
    assert read_date(format_datetime(written)) == (written.astimezone(UTC), "exact")
    assert read_date(written.isoformat()) == (written.astimezone(UTC), "exact")
