"""Holds what was mailed against what the oracle says, and says in words where they differ."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from histories_language import History, Release, Shown, Tick
from histories_oracle import Mail, Verdict, judge
from histories_world import Community, Mailed


def check_oracle(history: History) -> Verdict:
    """What the author of the history expects by hand is what the oracle works out: each checks the other."""
    verdict = judge(history.steps)
    for number, step in enumerate(history.steps):
        if isinstance(step, Tick | Release):
            found = {issue: frozenset(truths) for issue, truths in verdict.mails[number].items()}
            assert found == dict(step.mails), (
                f"{history.name}, {step.at:%a %d %b %H:%M}: by hand {_shown(step.mails)}, the oracle {_shown(found)}"
            )
    return verdict


def check(history: History, place: Community) -> None:
    """The program mails each article in exactly the issue it must be in, in its newest words, to everybody once."""
    verdict = check_oracle(history)
    differences = differences_of(history, verdict, place.play(history))
    assert not differences, "\n".join([f"{history.name}: {history.sentence}", *differences])


def differences_of(history: History, verdict: Verdict, mailed: dict[int, Mailed]) -> list[str]:
    """One line for each article that is missing, too many, doubled or outdated, with the oracle's reason."""
    lines: list[str] = []
    for number, found in mailed.items():
        step = history.steps[number]
        assert isinstance(step, Tick | Release)
        when = f"{step.at:%a %d %b %H:%M}"
        expected = verdict.mails[number]
        for issue in sorted(expected.keys() | found.issues.keys()):
            lines += _issue(verdict, f"{when} {issue}", issue, expected.get(issue, {}), found.issues.get(issue, []))
        lines += [f"{when}: {fault}" for fault in found.faults]
        told = getattr(step, "told", "")
        if told and not any(told in notice for notice in found.told):
            lines.append(f"{when}: the operator was not told of {told!r}, only of {found.told}")
    return lines


def _issue(verdict: Verdict, where: str, issue: str, expected: Mail, found: list[tuple[str, Any]]) -> list[str]:
    counts = Counter(truth for truth, _ in found)
    lines = [f"{where}: {truth} is missing ({verdict.reason(issue, truth)})" for truth in expected if not counts[truth]]
    lines += [
        f"{where}: {truth} must not be there ({verdict.reason(issue, truth)})"
        for truth in counts
        if truth not in expected
    ]
    lines += [f"{where}: {truth} is there {count} times" for truth, count in counts.items() if count > 1]
    lines += [
        f"{where}: {truth} is not in its newest words: {item.title!r} {item.summary!r}"
        for truth, item in found
        if truth in expected and not any(_newest(edition, item) for edition in expected[truth])
    ]
    return lines


def _newest(edition: Shown, item: Any) -> bool:
    """The title and every sentence of the summary are those of the edition that was gathered last."""
    words = " ".join(edition.body.split())
    sentences = re.split(r"(?<=\.) ", " ".join(item.summary.split()).rstrip("…"))
    return (edition.title is None or item.title == edition.title) and all(one in words for one in sentences)


def _shown(mails: Any) -> str:
    return ", ".join(f"{issue}: {' '.join(sorted(truths))}" for issue, truths in mails.items()) or "nothing"
