"""A workspace whose writes vanish: `--dry-run` and the preview run the true steps and leave no trace.

SQLite is copied aside (online backup) so that no lock is held while the network is slow; on PostgreSQL one connection
runs everything inside a transaction that is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from digest.pipeline.workspace import Workspace


@contextmanager
def rehearse(workspace: Workspace) -> Iterator[Workspace]:
    """The same workspace over a throw-away store."""
    from digest.store.rehearsal import rehearsal

    with rehearsal(workspace.store) as store:
        yield Workspace(workspace.config, store, workspace.now)
