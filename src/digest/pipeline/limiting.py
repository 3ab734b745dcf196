"""The limits of a run: what the configuration says, shared with every other worker through the database.

Does not decide who waits. Invariant: a run that no limit concerns opens nothing and pays nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from typing import TYPE_CHECKING

from digest.deliver.pace import UNLIMITED, Pace
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.deliver.settings import DeliverySettings, RelaySettings
    from digest.model import IssueRow, Rates

LOOK_S = 30.0
_ENOUGH, _FEW = 100, 3


def relays_of(workspace: Workspace, digest: str) -> list[RelaySettings]:
    """Whom the digest is handed to, with today's limits; the first is the one for tests and notices."""
    today = workspace.now().astimezone(UTC).date()
    named = (workspace.config.relays[name] for name in workspace.digest(digest).relays)
    return [replace(relay, rates=relay.rates_on(today)) for relay in named]


def warming(workspace: Workspace, digest: str) -> bool:
    """Whether one of its relays warms up today: then those who are likely to be glad of the mail go first."""
    today = workspace.now().astimezone(UTC).date()
    return any(relay.warm_up_left(today) for relay in relays_of(workspace, digest))


@contextmanager
def pace_of(workspace: Workspace, digest: str) -> Iterator[Pace]:
    """The `Pace` of one worker, ended with the block."""
    from digest.deliver.pacer import Pacer, Rules
    from digest.store.pacing import PaceBank

    rules = Rules({relay.name: relay.rates for relay in relays_of(workspace, digest)}, workspace.config.delivery.limits)
    if not rules:
        yield UNLIMITED
        return
    pacer = Pacer(rules, PaceBank(workspace.store.database))
    try:
        yield pacer
    finally:
        pacer.close()


class Feedback:
    """What comes back by mail while an issue is still going out; asked between messages, it looks every `LOOK_S`."""

    def __init__(self, workspace: Workspace, row: IssueRow) -> None:
        self._workspace, self._row = workspace, row
        self._looked_at = time.monotonic()

    def reason(self) -> str:
        """ "policy" when the issue must be held, else ""."""
        if time.monotonic() - self._looked_at < LOOK_S:
            return ""
        self._looked_at = time.monotonic()
        return "policy" if objections(self._workspace, self._row) else ""


def objections(workspace: Workspace, row: IssueRow) -> str:
    """Why what came back since the issue was last set going says to stop, or ""."""
    if not workspace.store.events.counts(row.id):
        return ""
    since = workspace.store.issues.sending_since(row)
    return too_many(workspace.store.events.rates(row.id, since=since)[0], workspace.config.delivery)


def too_many(rates: Rates, settings: DeliverySettings) -> str:
    """A share says something from 100 messages and 3 persons on."""
    for count, most, words in (
        (rates.complaints, settings.max_complaints, "complained"),
        (rates.hard, settings.max_hard_bounces, "have no such address"),
    ):
        if rates.sent >= _ENOUGH and count >= _FEW and count > most * rates.sent:
            return f"{count} of {rates.sent} {words} (the limit is {most:.1%})"
    return ""
