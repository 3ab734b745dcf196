"""Deliver: recipients the ledger handed out become outcomes the ledger keeps.

Reading order: `ledger` (the protocol that makes it exact) - `sending` (what a caller can ask for) - `engine` (the run:
people, pages, the end) - `books` (outcomes and intents, page by page) - `fleet` (the connections) with `route` (what is
known of a relay) - `smtp/` (one connection) - `reply` and `judging` (what an answer means) - `waiting` and `pace` (who
may go now; with limits `limits` and `pacer`) - `retries` (when to try again). Beside them `single` sends what no ledger
knows, `relays` reads a relay's URL, `accounting` says the six counts in words, `notice` writes to the operator.

Does not see a template, a feed, a database or a schedule: `fill` makes the bytes, a `Ledger` remembers.

Invariant: the bytes that complete a message leave only after its intent is durable (`books`, `smtp.conversation`).

Names are loaded on first use: reading `digest.deliver.settings` for a configuration costs no `ssl` or `email` import.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from digest.deliver.accounting import describe
    from digest.deliver.ledger import Ledger
    from digest.deliver.notice import Notice, notice_for, notice_message, webhook_payload
    from digest.deliver.relays import parse_relay
    from digest.deliver.retries import expired, retry_at
    from digest.deliver.sending import Limits, send, send_one
    from digest.deliver.settings import DeliverySettings, NotifySettings, RelaySettings

_HOME = {
    "DeliverySettings": "settings", "Ledger": "ledger", "Limits": "sending", "Notice": "notice",
    "NotifySettings": "settings", "RelaySettings": "settings", "describe": "accounting", "expired": "retries",
    "notice_for": "notice", "notice_message": "notice", "parse_relay": "relays", "retry_at": "retries",
    "send": "sending", "send_one": "sending", "webhook_payload": "notice",
}  # fmt: skip

__all__ = [
    "DeliverySettings", "Ledger", "Limits", "Notice", "NotifySettings", "RelaySettings", "describe", "expired",
    "notice_for", "notice_message", "parse_relay", "retry_at", "send", "send_one", "webhook_payload",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
