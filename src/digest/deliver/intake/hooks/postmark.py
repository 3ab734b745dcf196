"""Postmark: no signature; HTTP Basic authentication, or a header of our choice, over TLS (documentation "Webhooks").

`key` is the password of the webhook's address (https://anything:KEY@...), or the value of the header X-Digest-Key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from digest.deliver.intake.hooks.request import (
    Call,
    Context,
    HookError,
    Request,
    event,
    from_iso,
    inside,
    parsed,
    same,
    text_of,
)
from digest.deliver.intake.settings import HookSettings
from digest.deliver.intake.status import judge
from digest.model import EventKind, MailEvent

# Bounce types of the API reference that say something the words do not.
_TYPES = {
    "HardBounce": EventKind.HARD, "BadEmailAddress": EventKind.HARD, "SoftBounce": EventKind.SOFT,
    "Transient": EventKind.DELAYED, "DnsError": EventKind.SOFT, "SpamNotification": EventKind.POLICY,
    "SpamComplaint": EventKind.COMPLAINT, "Blocked": EventKind.POLICY, "DMARCPolicy": EventKind.POLICY,
    "VirusNotification": EventKind.POLICY, "Unsubscribe": EventKind.UNSUBSCRIBE,
}  # fmt: skip


def read(settings: HookSettings, request: Request, context: Context) -> Call:
    if not (same(_password(request), settings.key) or same(request.headers.get("x-digest-key", ""), settings.key)):
        raise HookError("the password is wrong", try_="put the key into the address of the webhook as its password")
    body = parsed(request.body)
    found = _event(inside(body), settings, context)
    return Call((found,) if found else (), nonce=hashlib.sha256(request.body).hexdigest())


def _password(request: Request) -> str:
    scheme, _, packed = request.headers.get("authorization", "")[:2000].partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(packed, validate=True).decode("utf-8", "replace").partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _event(body: dict[str, Any], settings: HookSettings, context: Context) -> MailEvent | None:
    sort, kind, status = text_of(body, "RecordType"), None, ""
    words = text_of(body, "Details") or text_of(body, "Description")
    if sort == "Bounce":
        kind, status = _bounce(body, words)
    elif sort == "SpamComplaint":
        kind = EventKind.COMPLAINT
    elif sort == "Delivery":
        kind = EventKind.DELIVERED
    elif sort == "SubscriptionChange" and body.get("SuppressSending") is True:
        reason = text_of(body, "SuppressionReason")
        kind = {"SpamComplaint": EventKind.COMPLAINT, "HardBounce": EventKind.HARD}.get(reason, EventKind.UNSUBSCRIBE)
    if kind is None:
        return None
    when = next((text_of(body, name) for name in ("BouncedAt", "DeliveredAt", "ChangedAt") if text_of(body, name)), "")
    return event(
        context, settings.name, kind, at=from_iso(when), status=status, words=words,
        address=text_of(body, "Email") or text_of(body, "Recipient"),
        ids=[text_of(body, "Metadata", "message_id")],
    )  # fmt: skip


def _bounce(body: dict[str, Any], words: str) -> tuple[EventKind | None, str]:
    kind, judged = _TYPES.get(text_of(body, "Type")), judge("", words)
    if kind is EventKind.HARD:
        # Its HardBounce holds refusals of policy as well; the server's own words tell them apart.
        return (
            (EventKind.POLICY, judged.status) if judged.kind is EventKind.POLICY else (kind, judged.status or "5.1.1")
        )
    return kind, judged.status
