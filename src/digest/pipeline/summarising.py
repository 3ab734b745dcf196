"""Hands curating the summariser that the configuration asks for: none, or the language model's writer.

Must not ask anything by itself. What a server taught us (which form it takes, that it is down) is kept for the life
of the process, by endpoint: a preview that is reloaded does not wait for a dead server again.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.curate import Summarizer
    from digest.curate.llm.client import Client
    from digest.curate.llm.settings import ModelSettings

_clients: dict[ModelSettings, Client] = {}
_lock = threading.Lock()


def summarizer(workspace: Workspace, digest: str) -> Summarizer | None:
    """None where summaries are extracts; then nothing of the model's is imported."""
    settings = workspace.config.model
    if settings is None or workspace.digest(digest).summary_by != "model":
        return None
    from digest.curate.llm.writer import Writer

    return Writer(settings, workspace.store.summaries, _client(settings), now=workspace.now)


def _client(settings: ModelSettings) -> Client:
    from digest.curate.llm.client import Client

    with _lock:
        if settings not in _clients:
            _clients[settings] = Client(settings)
        return _clients[settings]
