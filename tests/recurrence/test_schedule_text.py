"""What operators write becomes the rule they mean, or an error that shows how to write it."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.errors import UsageError
from digest.recurrence import next_occurrence, occurrences, parse_schedule

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)  # a Monday evening

PHRASES = [
    ("every monday at 09:00", "every Monday at 09:00", "2026-11-30T09:00"),
    ("Every MONDAY  and thursday at 18:30", "every Monday and Thursday at 18:30", "2026-11-23T18:30"),
    ("mondays at 9:00", "every Monday at 09:00", "2026-11-30T09:00"),
    ("weekly on monday at 9am", "every Monday at 09:00", "2026-11-30T09:00"),
    ("every weekday at 07:00", "every weekday at 07:00", "2026-11-24T07:00"),
    ("every day at 07:30", "every day at 07:30", "2026-11-24T07:30"),
    ("daily at 7:30 and 6 pm", "every day at 07:30 and 18:00", "2026-11-24T07:30"),
    ("every monday to wednesday at noon", "every Monday, Tuesday and Wednesday at 12:00", "2026-11-24T12:00"),
    ("every weekend at midnight", "every Saturday and Sunday at 00:00", "2026-11-28T00:00"),
    ("first monday of month at 09:00", "first Monday of every month at 09:00", "2026-12-07T09:00"),
    ("last friday of the month at 16:00", "last Friday of every month at 16:00", "2026-11-27T16:00"),
    ("every second tuesday of each month at 12am", "second Tuesday of every month at 00:00", "2026-12-08T00:00"),
    ("1st and 3rd tue of month at 10:00", "first and third Tuesday of every month at 10:00", "2026-12-01T10:00"),
    ("monthly on the first monday at 09:00", "first Monday of every month at 09:00", "2026-12-07T09:00"),
    ("1st of month at 08:00", "day 1 of every month at 08:00", "2026-12-01T08:00"),
    ("day 15 of month at 12pm", "day 15 of every month at 12:00", "2026-12-15T12:00"),
    ("1st and 15th of month at 8:00", "day 1 and 15 of every month at 08:00", "2026-12-01T08:00"),
    ("last day of month at 17:00", "last day of every month at 17:00", "2026-11-30T17:00"),
    ("last weekday of january at 17:00", "last weekday of January at 17:00", "2027-01-29T17:00"),
    ("every 2 weeks on friday at 17:00", "every 2 weeks on Friday at 17:00", "2026-11-27T17:00"),
    ("every other friday at 17:00", "every 2 weeks on Friday at 17:00", "2026-11-27T17:00"),
    (
        "every 2 weeks on friday at 17:00 starting 2026-12-04",
        "every 2 weeks on Friday at 17:00, starting 2026-12-04",
        "2026-12-04T17:00",
    ),
    ("0 9 * * 1", "at 09:00 on Monday", "2026-11-30T09:00"),
    ("0 9 * * 0", "at 09:00 on Sunday", "2026-11-29T09:00"),
    ("0 9 * * 7", "at 09:00 on Sunday", "2026-11-29T09:00"),
    ("0 9 * * fri-sun", "at 09:00 on Friday through Sunday", "2026-11-27T09:00"),
    ("0 9 25 * mon", "at 09:00 on the 25th day of month and on Monday", "2026-11-25T09:00"),  # either, as cron does
    ("@weekly", "at 00:00 on Sunday", "2026-11-29T00:00"),
]


@pytest.mark.parametrize(("text", "words", "first"), PHRASES, ids=[row[0] for row in PHRASES])
def test_a_schedule_says_what_it_means(text: str, words: str, first: str) -> None:
    """Each way of writing gives its canonical words and its first occurrence after a known instant."""
    rule = parse_schedule(text, "Europe/Dublin")
    assert rule.describe() == f"{words} (Europe/Dublin)"
    assert next_occurrence(rule, NOW) == datetime.fromisoformat(first + "+00:00")


ERRORS = [
    ("every mnday at 09:00", '"mnday" is not a word it knows (did you mean "monday"?)', '"monday"'),
    ("every monday", "does not say at which time", '"every monday at 09:00"'),
    ("every monday at 9", '"9" is not a time of day', '"09:00"'),
    ("every monday at 13pm", "am and pm count from 1 to 12", ""),
    ("every monday at 24:00", "hours run from 00 to 23", ""),
    ("31st of month at 08:00", "not every month has a day 31", '"last day of month'),
    ("29th of february at 08:00", "in every year has a day 29", '"last day of month'),
    ("0 0 30 2 *", 'day-of-month "30" never comes', ""),
    ("0 0 30 2 mon#5", "", None),  # either field is enough: fires on Mondays
    ("0 9 * * 8", 'day-of-week field "8"', ""),
    ("0 9 * * 5-1", "ranges rise", ""),
    ("0 0 9 * * 1", "a schedule has no seconds", '"0 9 * * 1"'),
    ("0 9 * *", "has five fields", ""),
    ("@reboot", "is none of @yearly", ""),
    ("@weakly", "is none of @yearly", '"@weekly"'),
    ("every 0 weeks on friday at 17:00", "1 to 52 weeks", ""),
    ("first monday of mnth at 9:00", '"mnth" is not a month', '"month"'),
    ("6th monday of month at 9:00", "a month has no 6th Monday", '"last monday of month"'),
    ("every monday at 09:00 starting 2026-11-27", "belongs to", ""),
    ("every 2 weeks on friday at 17:00 starting friday", '"friday" is not a day', "starting 2026-11-27"),
    ("", "it is empty", ""),
    ("x" * 300, "longer than 200", ""),
]


@pytest.mark.parametrize(("text", "why", "try_"), [row for row in ERRORS if row[2] is not None])
def test_an_unreadable_schedule_is_explained(text: str, why: str, try_: str) -> None:
    """The error names the fault in this text, offers the near miss and shows schedules that work."""
    with pytest.raises(UsageError) as caught:
        parse_schedule(text, "Europe/Dublin")
    assert why in caught.value.why
    assert try_ in caught.value.try_
    assert "every monday at 09:00" in caught.value.try_


@pytest.mark.parametrize(
    ("zone", "near"),
    [
        ("Europe/Dubln", "Europe/Dublin"),
        ("dublin", "Europe/Dublin"),
        ("../etc/passwd", "Europe/Dublin"),
        ("Europe", ""),
    ],
)
def test_an_unknown_zone_names_its_nearest(zone: str, near: str) -> None:
    """A zone that is not in the IANA database is refused, with the one that was probably meant."""
    with pytest.raises(UsageError, match="is not a time zone") as caught:
        parse_schedule("@daily", zone)
    assert near in caught.value.try_


def test_every_two_weeks_survives_years_of_53_weeks() -> None:
    """The distance is always 14 days, across 2026's week 53 and every other year's end."""
    rule = parse_schedule("every 2 weeks on friday at 17:00", "UTC")
    found = list(occurrences(rule, NOW, count=400))
    assert {(b - a).days for a, b in itertools.pairwise(found)} == {14}


def test_a_starting_date_chooses_the_week() -> None:
    """Two rules that start a week apart alternate."""
    one = parse_schedule("every 2 weeks on friday at 17:00 starting 2026-11-27", "UTC")
    two = parse_schedule("every 2 weeks on friday at 17:00 starting 2026-12-04", "UTC")
    assert not set(occurrences(one, NOW, count=50)) & set(occurrences(two, NOW, count=50))


PIECES = st.sampled_from(
    (  # noqa: SIM905 - readable as a line of words
        "every first last 1st 15th 31st monday friday weekday day month january of on at and 09:00 9am noon 2 weeks "
        "starting 2026-11-27 2026-02-30 * 0 9 */5 1-5 5-1 mon 1#2 5L L LW 30 2 @daily @x ? , / ² ½"
    ).split()
)


@settings(max_examples=60)
@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=9).map(" ".join)))
def test_any_text_is_a_rule_that_fires_or_a_usage_error(text: str) -> None:
    """No text raises anything but UsageError, and every accepted rule has an occurrence."""
    try:
        rule = parse_schedule(text, "America/New_York")
    except UsageError:
        return
    assert next_occurrence(rule, NOW) > NOW
