"""SendGrid: ECDSA (P-256, SHA-256) over timestamp and body (documentation "Signed Event Webhook").

`key` is the verification key that its settings page shows: the public key, base64 of DER.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from datetime import timedelta
from typing import Any

from digest.deliver.intake.hooks.request import (
    Call,
    Context,
    HookError,
    Request,
    event,
    from_unix,
    objects,
    parsed,
    text_of,
    within,
)
from digest.deliver.intake.settings import HookSettings
from digest.deliver.intake.status import judge
from digest.model import EventKind, MailEvent

WINDOW = timedelta(hours=25)  # a call that failed is repeated for 24 hours
_KINDS = {
    "delivered": EventKind.DELIVERED, "deferred": EventKind.DELAYED, "spamreport": EventKind.COMPLAINT,
    "unsubscribe": EventKind.UNSUBSCRIBE, "group_unsubscribe": EventKind.UNSUBSCRIBE,
}  # fmt: skip


def read(settings: HookSettings, request: Request, context: Context) -> Call:
    stamp = request.headers.get("x-twilio-email-event-webhook-timestamp", "")[:20]
    signature = request.headers.get("x-twilio-email-event-webhook-signature", "")[:300]
    if not _genuine(settings.key, signature, stamp.encode() + request.body):
        raise HookError("the signature is wrong", try_="key must be the verification key of SendGrid's event webhook")
    within(stamp, context.now, WINDOW)
    events = [one for item in objects(parsed(request.body)) if (one := _event(item, settings, context)) is not None]
    return Call(tuple(events), nonce=hashlib.sha256(signature.encode() + request.body).hexdigest())


def _genuine(key: str, signature: str, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public = load_der_public_key(base64.b64decode(key, validate=True))
        if not isinstance(public, EllipticCurvePublicKey):
            return False
        public.verify(base64.b64decode(signature, validate=True), signed, ECDSA(hashes.SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError):
        return False
    return True


def _event(item: dict[str, Any], settings: HookSettings, context: Context) -> MailEvent | None:
    word, words = text_of(item, "event"), text_of(item, "reason") or text_of(item, "response")
    kind, status = _KINDS.get(word), text_of(item, "status")
    if word == "bounce":
        judged = judge(status, words)
        kind, status = judged.kind, judged.status
        if text_of(item, "type") == "blocked" and kind is EventKind.HARD:
            kind = EventKind.POLICY  # its own word for "they object to us": not to be held against the person
    elif word == "dropped" and text_of(item, "reason") == "Invalid":
        kind = EventKind.HARD
    if kind is None:
        return None
    return event(
        context, settings.name, kind, at=from_unix(item.get("timestamp")), address=text_of(item, "email"),
        ids=[text_of(item, "smtp-id")], status=status, words=words,
    )  # fmt: skip
