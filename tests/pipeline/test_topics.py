"""Readers who chose topics get the issues that have something for them, and every other one is accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from digest.model import IssueState, Item
from digest.pipeline.topics import concerns
from digest.render.fixtures import FIXTURES
from support_world import MONDAY, World, prose, world

WEEK, MINUTE = timedelta(days=7), timedelta(minutes=1)
PEOPLE = """email,topics
ana@quay.example,
ben@quay.example,Boats
cai@quay.example,gardens;music
dot@quay.example,cooking
"""
TEMPLATE = """{% extends "@builtin/briefing.mjml" %}
{% block more %}
{% shown_if topic("gardens") and not topic("boats") %}
<mj-section><mj-column><mj-text>Seeds are in the shed.</mj-text></mj-column></mj-section>
{% endshown_if %}
{% endblock %}
"""
TEXT = """{% for item in items %}
{{ item.title }}
{{ item.summary }}
{% endfor %}
{% shown_if topic("gardens") and not topic("boats") %}
Seeds are in the shed.
{% endshown_if %}
{{ site.name }}, {{ site.postal_address }}
{{ slot("unsubscribe_url") }}
"""


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str]) -> Iterator[World]:
    with world(tmp_path, new_sqlite()) as made:
        (made.folder / "subscribers.csv").write_text(PEOPLE)
        made.tick()
        yield made


def week(place: World, number: int, *tags: str) -> None:
    """An issue with one article for each tag, "" being an article without one."""
    moment = MONDAY + number * WEEK
    for tag in tags:
        head = f"tags: [{tag}]\n" if tag else ""
        words = prose(f"{tag or 'nothing'} {number}")
        place.write(f"{number}-{tag}.md", f"---\ntitle: On {tag} {number}\n{head}---\n\n{words}\n")
    place.at(moment + MINUTE).tick()
    place.at(moment + 6 * MINUTE).tick()


def test_an_issue_without_a_readers_topics_is_not_mailed_to_them(place: World) -> None:
    """Chosen topics and none of them in the issue: skipped(no_topic), counted, and reached by the next that has one."""
    week(place, 0, "boats", "gardens")
    week(place, 1, "music", "")
    first, second = place.issues()
    assert place.mailed() == [
        "ana@quay.example", "ana@quay.example", "ben@quay.example", "cai@quay.example", "cai@quay.example",
    ]  # fmt: skip
    for row, accepted, skipped in ((first, 3, 1), (second, 2, 2)):
        counted = place.accounting(row)
        assert row.state is IssueState.DONE
        assert (counted.candidates, counted.accepted, counted.skipped) == (4, accepted, skipped)
        assert counted.reasons == {"skipped(no_topic)": skipped} or counted.reasons["skipped(no_topic)"] == skipped
        assert counted.adds_up()


def test_an_issue_about_no_topic_in_particular_is_for_everybody(place: World) -> None:
    """Where no article carries a tag nobody's choice can be asked, and nobody is left out."""
    week(place, 0, "")
    assert len(place.mailed()) == 4


def test_a_source_and_a_heading_are_topics_too() -> None:
    """Readers may name where articles come from; of other topics an issue without tags does not tell."""
    issue = replace(FIXTURES["week"].issue, items=(item(source="events", source_title="What's on", section="Dates"),))
    concerned = concerns(issue, ["events", "What's on", "blog", "Our blog"])
    for topics, wanted in (
        (None, True), (("Events",), True), (("what's on",), True), (("dates", "x"), True), (("blog",), False),
        (("Our Blog", "boats"), False), (("boats",), True),
    ):  # fmt: skip
        assert concerned(topics) is wanted, topics
    tagged = concerns(replace(issue, items=(*issue.items, item(tags=("ropes",)))), ["events", "blog"])
    assert [tagged((name,)) for name in ("boats", "ROPES", "events", "blog")] == [False, True, True, False]


def item(**changes: Any) -> Item:
    return Item(1, "T", None, "S.", **changes)


def test_an_issue_that_nobody_wants_is_done_with_everyone_named(place: World) -> None:
    """Nothing is sent, every candidate is skipped, and the issue does not wait for anybody."""
    (place.folder / "subscribers.csv").write_text("email,topics\nben@quay.example,boats\ncai@quay.example,music\n")
    week(place, 0, "cooking")
    (row,) = place.issues()
    assert row.state is IssueState.DONE
    assert place.mailed() == []
    assert place.accounting(row).skipped == 2


def test_blocks_show_readers_their_topics_and_change_no_count(place: World) -> None:
    """The same issue, one subject; a part in HTML and text for those it is meant for."""
    (place.folder / "templates").mkdir()
    (place.folder / "templates" / "briefing.mjml").write_text(TEMPLATE)
    (place.folder / "templates" / "briefing.txt").write_text(TEXT)
    week(place, 0, "boats", "gardens", "cooking")
    saw = {one.recipients[0]: one.data.count(b"Seeds are in the shed.") for one in place.sink.messages}
    assert saw == {"ana@quay.example": 0, "ben@quay.example": 0, "cai@quay.example": 2, "dot@quay.example": 0}
    assert len(set(place.subjects())) == 1
