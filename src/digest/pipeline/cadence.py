"""Readers who asked for fewer mails: which issues of a digest there are, and who gets which.

A subscription's frequency is "every" by default. "daily", "weekly" or "monthly" means at most that often: the first
occurrence of the digest's schedule in each day, week or month, with a period, articles and issues of its own. Where
the digest itself is no more frequent than that, such readers simply get every issue. Invariant: every active
subscription is served by exactly one cadence.
"""

from __future__ import annotations

from digest.pipeline.workspace import EVERY, Workspace
from digest.recurrence import is_thinner

FREQUENCIES = ("daily", "weekly", "monthly")


def cadences(workspace: Workspace, digest: str) -> dict[str, tuple[str, ...]]:
    """Issue frequency to the subscription frequencies it serves; "every" always first."""
    rule, now = workspace.rule(digest), workspace.now()
    thinner = [frequency for frequency in FREQUENCIES if is_thinner(rule, frequency, now)]
    every = (EVERY, *(frequency for frequency in FREQUENCIES if frequency not in thinner))
    return {EVERY: every, **{frequency: (frequency,) for frequency in thinner}}


def in_use(workspace: Workspace, digest: str) -> list[str]:
    """The issue frequencies that somebody on the list asked for (as last read); "every" in any case."""
    asked = workspace.store.audience.frequencies(workspace.digest(digest).list)
    return [
        name for name, served in cadences(workspace, digest).items() if name == EVERY or any(map(asked.get, served))
    ]


def served(workspace: Workspace, digest: str, frequency: str) -> tuple[str, ...]:
    """The subscription frequencies whose readers get the issues of `frequency`."""
    return cadences(workspace, digest).get(frequency, (frequency,))
