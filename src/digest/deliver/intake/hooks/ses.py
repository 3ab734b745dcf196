"""Amazon SES through SNS: RSA over fields of an envelope (documentation "Verifying the signatures of SNS messages").

Three things must hold before a word is believed: the certificate comes from a host of SNS itself (pinned by name,
https, fetched by our own vetted client), the signature fits, and the topic is the configured one, because anybody with
an account can make a topic and have it signed by the same hosts. A subscription is confirmed by us only then, and only
at such a host; else the note says how to do it by hand.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from digest.deliver.intake.hooks.request import (
    Call,
    Context,
    HookError,
    Request,
    event,
    from_iso,
    inside,
    objects,
    parsed,
    same,
    text_of,
)
from digest.deliver.intake.settings import HookSettings
from digest.deliver.intake.status import judge
from digest.model import EventKind, MailEvent

WINDOW = timedelta(hours=25)  # SNS repeats for up to a day
_HOST = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?")
_SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


def read(settings: HookSettings, request: Request, context: Context) -> Call:
    envelope = parsed(request.body)
    sort = text_of(envelope, "Type")
    if sort not in _SIGNED:
        raise HookError("this is no message of SNS", status=400, try_="switch raw message delivery off")
    if not same(text_of(envelope, "TopicArn"), settings.topic):
        raise HookError(
            "another topic's message",
            where=text_of(envelope, "TopicArn")[:200],
            try_=f"[webhook.{settings.name}] topic",
        )
    _check_signature(envelope, sort, context)
    at = from_iso(text_of(envelope, "Timestamp"))
    if at is None or not context.now - WINDOW <= at <= context.now + timedelta(minutes=5):
        raise HookError("the message is too old, or from the future", try_="check the clocks")
    nonce = text_of(envelope, "MessageId")
    if sort == "SubscriptionConfirmation":
        url = text_of(envelope, "SubscribeURL")
        return Call(nonce=nonce, confirm=url if is_sns(url) else "", note="a subscription to be confirmed")
    if sort == "UnsubscribeConfirmation":
        return Call(nonce=nonce, note="the topic's subscription has ended: bounces of SES arrive here no more")
    return Call(tuple(_events(parsed(text_of(envelope, "Message").encode()), settings, context, at)), nonce=nonce)


def is_sns(url: str) -> bool:
    """Whether an address is https at a host of SNS, on its usual port, without anything in front of the host."""
    try:
        parts = urlsplit(url)
        return bool(
            parts.scheme == "https"
            and parts.hostname == parts.netloc
            and _HOST.fullmatch(parts.netloc)
            and url.isascii()
        )
    except ValueError:
        return False


def _check_signature(envelope: Any, sort: str, context: Context) -> None:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import load_pem_x509_certificate

    url = text_of(envelope, "SigningCertURL")
    if not is_sns(url) or not urlsplit(url).path.endswith(".pem"):
        raise HookError("its certificate is not at a host of SNS", where=url[:200])
    digest: hashes.HashAlgorithm = hashes.SHA256()
    if text_of(envelope, "SignatureVersion") == "1":
        digest = hashes.SHA1()  # noqa: S303 - what SNS signs with unless the topic says SignatureVersion 2
    try:
        certificate = load_pem_x509_certificate(context.fetch(url))
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey):
            raise HookError("its certificate holds no RSA key", where=url[:200])
        key.verify(base64.b64decode(text_of(envelope, "Signature")), signed_text(envelope, sort), PKCS1v15(), digest)
    except (InvalidSignature, UnsupportedAlgorithm, binascii.Error, ValueError) as error:
        raise HookError("the signature is wrong") from error


def signed_text(envelope: Any, sort: str) -> bytes:
    """What SNS signs: each name and value on a line of its own, in this order, those that are there."""
    present = [name for name in _SIGNED[sort] if isinstance(envelope.get(name), str)]
    return "".join(f"{name}\n{envelope[name]}\n" for name in present).encode()


def _events(message: Any, settings: HookSettings, context: Context, sent: datetime) -> list[MailEvent]:
    sort = text_of(message, "notificationType") or text_of(message, "eventType")
    message = inside(message)
    mail = inside(message, "mail")
    headers = {text_of(one, "name").lower(): text_of(one, "value") for one in objects(mail.get("headers"))}
    ids = [headers.get("message-id", ""), headers.get("x-digest-message-id", "")]
    found = []
    for kind, address, status, words, at in _people(sort, message, mail):
        found.append(
            event(
                context,
                settings.name,
                kind,
                at=from_iso(at) or sent,
                address=address,
                ids=ids,
                status=status,
                words=words,
                senders=[text_of(mail, "source"), headers.get("return-path", "")],
            )
        )
    return found


def _people(sort: str, message: dict[str, Any], mail: dict[str, Any]) -> list[tuple[EventKind, str, str, str, str]]:
    """(kind, address, status, words, time) of everybody a message is about."""
    if sort == "Bounce":
        bounce = inside(message, "bounce")
        permanent = text_of(bounce, "bounceType") == "Permanent"
        at = text_of(bounce, "timestamp")
        return [
            (*_bounced(one, permanent, text_of(bounce, "bounceSubType")), at)
            for one in objects(bounce.get("bouncedRecipients"))
        ]
    if sort == "Complaint":
        complaint = inside(message, "complaint")
        if text_of(complaint, "complaintFeedbackType") == "not-spam":
            return []
        at, words = text_of(complaint, "timestamp"), text_of(complaint, "complaintFeedbackType")
        people = objects(complaint.get("complainedRecipients"))
        # A report that names several possible recipients proves nothing about any of them; our mail has one.
        return [(EventKind.COMPLAINT, text_of(people[0], "emailAddress"), "", words, at)] if len(people) == 1 else []
    kind = {"Delivery": EventKind.DELIVERED, "DeliveryDelay": EventKind.DELAYED}.get(sort)
    if kind is None:
        return []
    detail = inside(message, {"Delivery": "delivery"}.get(sort, "deliveryDelay"))
    names = mail.get("destination")
    to = [name for name in (names if isinstance(names, list) else [])[:50] if isinstance(name, str)]
    return [(kind, name, "", text_of(detail, "smtpResponse"), text_of(detail, "timestamp")) for name in to]


def _bounced(one: dict[str, Any], permanent: bool, sub: str) -> tuple[EventKind, str, str, str]:
    words = f"{text_of(one, 'status')} {text_of(one, 'diagnosticCode')}".strip()
    judged = judge(text_of(one, "status"), text_of(one, "diagnosticCode"))
    kind, status = judged.kind, judged.status
    if not permanent and kind is EventKind.HARD:
        kind = EventKind.SOFT
    if permanent and sub in ("NoEmail", "OnAccountSuppressionList", "Suppressed") and kind is not EventKind.POLICY:
        kind, status = EventKind.HARD, status or "5.1.1"
    return kind, text_of(one, "emailAddress"), status, words
