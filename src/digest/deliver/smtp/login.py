"""Logging in to a relay: RFC 4954, one attempt with one mechanism.

Does not fall back to a second mechanism after a refusal: a wrong password tried three times locks accounts.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence

from digest.deliver.smtp.replies import Reply

Ask = Callable[[str], Reply]


def pick_mechanism(offered: Sequence[str]) -> str | None:
    """PLAIN (RFC 4616), else LOGIN (never an RFC, still all that some servers offer); None when neither is there."""
    return next((name for name in ("PLAIN", "LOGIN") if name in offered), None)


def log_in(ask: Ask, mechanism: str, username: str, password: str) -> Reply:
    """The server's last reply: 235 is yes (RFC 4954 section 6)."""
    if mechanism == "PLAIN":
        return ask(f"AUTH PLAIN {_encode(f'{chr(0)}{username}{chr(0)}{password}')}")
    reply = ask("AUTH LOGIN")
    for answer in (username, password):
        if reply.code != 334:
            return reply
        reply = ask(_encode(answer))
    return reply


def _encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
