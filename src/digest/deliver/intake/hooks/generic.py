"""Our own scheme, for a relay or a script that can sign: HMAC-SHA256 over time and body.

    POST /hooks/NAME
    Digest-Signature: t=1764500000,v1=<hex of HMAC-SHA256(key, "1764500000." + body)>

    {"events": [{"kind": "bounce_hard", "address": "ann@example.org", "message_id": "<...>", "status": "5.1.1",
                 "diagnostic": "550 user unknown", "at": "2026-11-30T09:00:00Z"}]}

`kind` is one of bounce (judged by status and diagnostic), bounce_hard, bounce_soft, bounce_policy, complaint,
unsubscribe, delayed, delivered. `sender` may hold the envelope sender. Clocks may differ by five minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import timedelta
from typing import Any

from digest.deliver.intake.hooks.request import (
    Call,
    Context,
    HookError,
    Request,
    event,
    from_iso,
    objects,
    parsed,
    same,
    text_of,
    within,
)
from digest.deliver.intake.settings import HookSettings
from digest.deliver.intake.status import judge
from digest.model import EventKind, MailEvent

WINDOW = timedelta(minutes=5)
_HEADER = re.compile(r"\s*t=(\d{1,12})\s*,\s*v1=([0-9a-f]{64})\s*")


def read(settings: HookSettings, request: Request, context: Context) -> Call:
    match = _HEADER.fullmatch(request.headers.get("digest-signature", "")[:200])
    if match is None:
        raise HookError("there is no usable signature", try_="Digest-Signature: t=UNIX_TIME,v1=HEX")
    if not same(match[2], sign(settings.key, match[1], request.body)):
        raise HookError("the signature is wrong", try_="sign the time, a dot and the very bytes of the body")
    within(match[1], context.now, WINDOW)
    body = parsed(request.body)
    found = objects(body.get("events") if isinstance(body, dict) else body)
    events = [one for item in found if (one := _event(item, settings, context)) is not None]
    return Call(tuple(events), nonce=match[2])


def sign(key: str, stamp: str, body: bytes) -> str:
    """The signature of a body sent at Unix time `stamp`."""
    return hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _event(item: dict[str, Any], settings: HookSettings, context: Context) -> MailEvent | None:
    word, status, words = text_of(item, "kind"), text_of(item, "status"), text_of(item, "diagnostic")
    if word == "bounce":
        kind, status, _ = judge(status, words)
    elif word in tuple(EventKind):
        kind = EventKind(word)
    else:
        return None
    return event(
        context, settings.name, kind, at=from_iso(item.get("at")), address=text_of(item, "address"),
        senders=[text_of(item, "sender")], ids=[text_of(item, "message_id")], status=status, words=words,
    )  # fmt: skip
