"""The limits of a run: what the configuration says, shared with every other worker through the database.

Does not decide who waits. Invariant: a run that no limit concerns opens nothing and pays nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from digest.deliver.pace import UNLIMITED, Pace
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.deliver.settings import RelaySettings


def relays_of(workspace: Workspace, digest: str) -> list[RelaySettings]:
    """Whom the digest is handed to; the first is the one for tests and notices."""
    return [workspace.config.relays[name] for name in workspace.digest(digest).relays]


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
