"""What changed in a list, whether too much, who wants what: decided from values alone."""

import pytest

from digest.audience import change_guard, compare, locale_direction, wants
from digest.model.subscriber import SubscriberRow


def row(key: str, **more: object) -> SubscriberRow:
    return SubscriberRow(key, key, **more)


def test_an_import_is_sorted_into_new_same_and_changed() -> None:
    """Standing in another line is no change; another name is, and both versions are kept."""
    before = {key: row(key, line=1) for key in ("a@x.example", "b@x.example")}
    rows = [row("a@x.example", line=9), row("b@x.example", name="Bob"), row("c@x.example")]
    change = compare(before, rows)
    assert [r.key for r in change.new] == ["c@x.example"]
    assert [r.key for r in change.same] == ["a@x.example"]
    assert [(old.name, new.name) for old, new in change.changed] == [("", "Bob")]


@pytest.mark.parametrize(
    ("before", "after", "alarm"),
    [
        (None, 5, None),
        (0, 5, None),
        (100, 80, None),
        (100, 79, "the list shrank from 100 to 79 people (21%; the limit is 20%)"),
        (100, 150, None),
        (2000, 3001, "the list grew from 2,000 to 3,001 people (50.05%; the limit is 50%)"),
        (10, 0, "the list shrank from 10 to 0 people (100%; the limit is 20%)"),
    ],
)
def test_a_list_that_changed_too_much_is_told(before: int | None, after: int, alarm: str | None) -> None:
    """Exactly at a limit is allowed; beyond it there is a sentence with the numbers."""
    assert change_guard(before, after, max_shrink=0.2, max_grow=0.5) == alarm


@pytest.mark.parametrize(
    ("topics", "issue", "wanted"),
    [
        (None, ("news",), True),
        (("News",), ("news", "x"), True),
        (("a",), ("b",), False),
        (("a",), (), True),
        ((), ("b",), False),
    ],
)
def test_topics_decide_who_wants_an_issue(topics: tuple[str, ...] | None, issue: tuple[str, ...], wanted: bool) -> None:
    """None chosen means all; an issue about nothing in particular is for everybody; capitals do not matter."""
    assert wants(topics, issue) is wanted


@pytest.mark.parametrize(
    ("locale", "direction"),
    [
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("fa_IR", "rtl"),
        ("az-Arab-IR", "rtl"),
        ("ar-Latn", "ltr"),
        ("en", "ltr"),
        ("", "ltr"),
    ],
)
def test_direction_follows_script_then_language(locale: str, direction: str) -> None:
    """A named script outweighs the language's usual one."""
    assert locale_direction(locale) == direction
