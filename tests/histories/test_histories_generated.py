"""Random feed histories: whatever feeds, files, clocks and machines do, each article is mailed as the oracle says.

A sample by default, seeded like every property test of the project; hundreds of long ones under DIGEST_PROOF=1.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from histories_check import differences_of
from histories_generator import generated
from histories_language import History, Release, Tick
from histories_oracle import judge
from histories_world import community
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

PROOF = os.environ.get("DIGEST_PROOF") == "1"
NUMBER = st.integers(0, 39)


def operations(*names: str, longest: int) -> Any:
    return st.lists(st.tuples(st.sampled_from(names), NUMBER, NUMBER), min_size=4, max_size=longest)


ORDINARY = ("publish", "publish", "publish", "edit", "edit", "whole", "act", "act", "file")
quick = settings(
    max_examples=6,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if PROOF else [])],  # shrinking takes minutes
)
long = settings(quick, max_examples=400 if PROOF else 2)


def play(history: History, template: Path) -> None:
    for line in story_of(history):
        note(line)
    with community(template) as place:
        differences = differences_of(history, judge(history.steps), place.play(history))
    assert not differences, "\n".join(differences)


def story_of(history: History) -> list[str]:
    """The steps in a few words each, for the report of a failure."""
    lines = []
    for step in history.steps:
        at = getattr(step, "at", None)
        what = type(step).__name__
        if what == "Serve":
            content = step.content  # type: ignore[union-attr]
            shown = [
                (one.truth, one.guid, one.link, one.date and f"{one.date:%d.%m.}", one.title) for one in content.items
            ]
            what = f"Serve {step.feed} {content.trouble} {content.format} {shown}"  # type: ignore[union-attr]
        elif not isinstance(step, Tick | Release):
            what = repr(step)[:200]
        lines.append(f"{at:%a %d %b %H:%M} {what} {getattr(step, 'crash', '')}" if at else what)
    return lines


@quick
@given(steps=operations(*ORDINARY, longest=16))
def test_random_histories_agree_with_the_oracle(sqlite_template: Path, steps: list[Any]) -> None:
    """Guids flip, links move, dates change, feeds break, machines sleep: nothing is mailed twice, nothing is lost."""
    play(generated(steps), sqlite_template)


@quick
@given(steps=operations(*ORDINARY, "move", "move", longest=14))
def test_random_histories_with_moves_and_copies_agree_with_the_oracle(sqlite_template: Path, steps: list[Any]) -> None:
    """The same where only the text tells that an article moved, or that another source republished it."""
    play(generated(steps), sqlite_template)


@pytest.mark.slow
@long
@given(steps=operations(*ORDINARY, longest=60))
def test_long_random_histories_agree_with_the_oracle(sqlite_template: Path, steps: list[Any]) -> None:
    """The same over months."""
    play(generated(steps, archive=6), sqlite_template)


@pytest.mark.slow
@long
@given(steps=operations(*ORDINARY, "move", "move", longest=40))
def test_long_random_histories_with_moves_agree_with_the_oracle(sqlite_template: Path, steps: list[Any]) -> None:
    """The same over months, with moves and copies."""
    play(generated(steps, archive=6), sqlite_template)
