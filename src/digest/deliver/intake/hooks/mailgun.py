"""Mailgun: HMAC-SHA256 over timestamp and a random token, in the body (documentation "Securing webhooks").

The signature does not cover the event. So a token is taken once only (Mailgun's own advice), and what a captured
request could be turned into within its window is refused as a replay. Failed calls are repeated for eight hours.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from digest.deliver.intake.hooks.request import (
    Call,
    Context,
    HookError,
    Request,
    event,
    from_unix,
    inside,
    parsed,
    same,
    text_of,
    within,
)
from digest.deliver.intake.settings import HookSettings
from digest.deliver.intake.status import judge
from digest.model import EventKind, MailEvent

WINDOW = timedelta(hours=9)
_KINDS = {
    "complained": EventKind.COMPLAINT, "unsubscribed": EventKind.UNSUBSCRIBE, "delivered": EventKind.DELIVERED,
}  # fmt: skip


def read(settings: HookSettings, request: Request, context: Context) -> Call:
    body = parsed(request.body)
    stamp, token = text_of(body, "signature", "timestamp"), text_of(body, "signature", "token")
    expected = hmac.new(settings.key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    if not token or not settings.key or not same(text_of(body, "signature", "signature"), expected):
        raise HookError("the signature is wrong", try_="key must be Mailgun's HTTP webhook signing key")
    within(stamp, context.now, WINDOW)
    found = _event(inside(body, "event-data"), settings, context)
    return Call((found,) if found else (), nonce=token)


def _event(data: dict[str, Any], settings: HookSettings, context: Context) -> MailEvent | None:
    word = text_of(data, "event")
    words = " ".join(
        part
        for part in (
            text_of(data, "delivery-status", "code"),
            text_of(data, "delivery-status", "enhanced-code"),
            text_of(data, "delivery-status", "message") or text_of(data, "delivery-status", "description"),
        )
        if part
    )
    kind, status = _KINDS.get(word), text_of(data, "delivery-status", "enhanced-code")
    if word == "failed":
        kind, status = _failed(data, status, words)
    if kind is None:
        return None
    return event(
        context, settings.name, kind, at=from_unix(data.get("timestamp")), address=text_of(data, "recipient"),
        senders=[text_of(data, "envelope", "sender")], ids=[text_of(data, "message", "headers", "message-id")],
        status=status, words=words,
    )  # fmt: skip


def _failed(data: dict[str, Any], status: str, words: str) -> tuple[EventKind, str]:
    if text_of(data, "severity") == "temporary":
        return EventKind.DELAYED, status
    if text_of(data, "reason") in ("suppress-complaint", "suppress-unsubscribe", "suppress-bounce"):
        return EventKind.SOFT, status  # its own list, not the receiver, said no: the first time told more
    judged = judge(status, words)
    return judged.kind, judged.status
