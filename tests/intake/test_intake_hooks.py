"""Webhooks: genuine ones become events, everything else is refused; a replay is known, a pinned host is held to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from intake_readers import ADDRESS, ISSUE, MESSAGE_ID, NOW, READER, SUBSCRIBER, VERP

from digest.deliver.intake.hooks import Call, Context, HookError, Request, read_hook
from digest.deliver.intake.hooks.generic import sign
from digest.deliver.intake.hooks.ses import is_sns, signed_text
from digest.deliver.intake.settings import HookSettings
from digest.model import EventKind

STAMP = str(int(NOW.timestamp()))
TOPIC = "arn:aws:sns:eu-west-1:123456789012:digest"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-abc.pem"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(RSA_KEY.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=9))
    )
    return builder.sign(RSA_KEY, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


PEM = certificate()
FETCHED: list[str] = []


def fetch(url: str) -> bytes:
    FETCHED.append(url)
    return PEM


def context(now: datetime = NOW) -> Context:
    return Context(READER, now, fetch)


# -- each provider: a request that is genuine ---------------------------------------------------------------------


def generic(payload: Any, *, key: str = "k1", stamp: str = STAMP) -> Request:
    body = json.dumps(payload).encode()
    return Request({"digest-signature": f"t={stamp},v1={sign(key, stamp, body)}"}, body)


def mailgun(data: dict[str, Any], *, key: str = "k1", stamp: str = STAMP, token: str = "once") -> Request:
    signature = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    head = {"timestamp": stamp, "token": token, "signature": signature}
    return Request({}, json.dumps({"signature": head, "event-data": data}).encode())


def sendgrid(events: list[dict[str, Any]], *, stamp: str = STAMP, key: Any = EC_KEY) -> Request:
    body = json.dumps(events).encode()
    signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    names = ("x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp")
    return Request(dict(zip(names, (signature, stamp), strict=True)), body)


def postmark(payload: dict[str, Any], *, key: str = "k1") -> Request:
    packed = base64.b64encode(f"digest:{key}".encode()).decode()
    return Request({"authorization": f"Basic {packed}"}, json.dumps(payload).encode())


def sns(message: Any, *, sort: str = "Notification", version: str = "2", at: datetime = NOW, **changes: str) -> Request:
    envelope = {
        "Type": sort, "MessageId": "m-1", "TopicArn": TOPIC, "Timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
        "Message": json.dumps(message), "SignatureVersion": version, "SigningCertURL": CERTIFICATE_URL,
    } | changes  # fmt: skip
    digest = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = RSA_KEY.sign(signed_text(envelope, sort), padding.PKCS1v15(), digest)
    return Request({}, json.dumps(envelope | {"Signature": base64.b64encode(signature).decode()}).encode())


PUBLIC = base64.b64encode(
    EC_KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()
SETTINGS = {
    "generic": HookSettings("generic", "generic", "k1"),
    "mailgun": HookSettings("mailgun", "mailgun", "k1"),
    "postmark": HookSettings("postmark", "postmark", "k1"),
    "sendgrid": HookSettings("sendgrid", "sendgrid", PUBLIC),
    "ses": HookSettings("ses", "ses", topic=TOPIC),
}


def ses_bounce(kind: str, sub: str, status: str, diagnostic: str) -> dict[str, Any]:
    person = {"emailAddress": ADDRESS, "action": "failed", "status": status, "diagnosticCode": diagnostic}
    return {
        "notificationType": "Bounce",
        "bounce": {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [person],
                   "timestamp": "2026-11-23T09:30:00.000Z", "feedbackId": "f", "remoteMtaIp": "192.0.2.3"},
        "mail": {"source": VERP, "destination": [ADDRESS], "messageId": "ses-id", "headersTruncated": False,
                 "headers": [{"name": "Message-ID", "value": f"<{MESSAGE_ID}@makers.example>"}]},
    }  # fmt: skip


def ses_complaint(*people: str, sort: str = "abuse") -> dict[str, Any]:
    who = [{"emailAddress": one} for one in people]
    return {
        "eventType": "Complaint",
        "complaint": {"complainedRecipients": who, "complaintFeedbackType": sort, "timestamp": "2026-11-23T09:30:00Z"},
        "mail": {"source": VERP, "destination": [ADDRESS]},
    }


def mailgun_failed(severity: str, code: int, message: str, **more: Any) -> dict[str, Any]:
    return {
        "event": "failed", "severity": severity, "timestamp": NOW.timestamp() - 60, "recipient": ADDRESS,
        "envelope": {"sender": VERP}, "message": {"headers": {"message-id": f"{MESSAGE_ID}@makers.example"}},
        "delivery-status": {"code": code, "message": message}, "reason": "bounce",
    } | more  # fmt: skip


def grid(word: str, **more: Any) -> dict[str, Any]:
    return {"event": word, "email": ADDRESS, "timestamp": int(NOW.timestamp()) - 60,
            "smtp-id": f"<{MESSAGE_ID}@makers.example>"} | more  # fmt: skip


def mark(sort: str, **more: Any) -> dict[str, Any]:
    return {"RecordType": sort, "Email": ADDRESS, "BouncedAt": "2026-11-23T09:30:00Z"} | more


H, S, P, C, U = EventKind.HARD, EventKind.SOFT, EventKind.POLICY, EventKind.COMPLAINT, EventKind.UNSUBSCRIBE
RECORDED: list[tuple[str, Request, EventKind | None]] = [
    ("ses", sns(ses_bounce("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown")), H),
    ("ses", sns(ses_bounce("Permanent", "OnAccountSuppressionList", "5.1.1", "Amazon SES did not send")), H),
    ("ses", sns(ses_bounce("Permanent", "General", "5.7.1", "smtp; 550 5.7.1 blocked")), P),
    ("ses", sns(ses_bounce("Transient", "MailboxFull", "5.2.2", "smtp; 552 5.2.2 full")), S),
    ("ses", sns(ses_bounce("Transient", "General", "5.1.1", "smtp; 550 5.1.1 user unknown")), S),
    ("ses", sns(ses_complaint(ADDRESS), version="1"), C),
    ("ses", sns(ses_complaint(ADDRESS, "other@people.example")), None),
    ("ses", sns(ses_complaint(ADDRESS, sort="not-spam")), None),
    ("ses", sns({"notificationType": "Delivery", "delivery": {"smtpResponse": "250 ok"},
                 "mail": {"source": VERP, "destination": [ADDRESS]}}), EventKind.DELIVERED),
    ("ses", sns({"eventType": "Open", "mail": {"destination": [ADDRESS]}}), None),
    ("mailgun", mailgun(mailgun_failed("permanent", 550, "5.1.1 user unknown")), H),
    ("mailgun", mailgun(mailgun_failed("permanent", 552, "5.2.2 mailbox full")), S),
    ("mailgun", mailgun(mailgun_failed("temporary", 451, "later")), EventKind.DELAYED),
    ("mailgun", mailgun(mailgun_failed("permanent", 605, "Not delivering", reason="suppress-bounce")), S),
    ("mailgun", mailgun({"event": "complained", "recipient": ADDRESS, "timestamp": NOW.timestamp(),
                         "message": {"headers": {"message-id": f"{MESSAGE_ID}@makers.example"}}}), C),
    ("mailgun", mailgun({"event": "opened", "recipient": ADDRESS}), None),
    ("sendgrid", sendgrid([grid("bounce", type="bounce", status="5.1.1", reason="550 5.1.1 user unknown")]), H),
    ("sendgrid", sendgrid([grid("bounce", type="blocked", status="5.1.1", reason="550 5.1.1 user unknown")]), P),
    ("sendgrid", sendgrid([grid("bounce", type="bounce", status="5.0.0", reason="mailbox full")]), S),
    ("sendgrid", sendgrid([grid("spamreport")]), C),
    ("sendgrid", sendgrid([grid("group_unsubscribe")]), U),
    ("sendgrid", sendgrid([grid("click", url="https://x.example")]), None),
    ("postmark", postmark(mark("Bounce", Type="HardBounce", Details="smtp;550 5.1.1 unknown user")), H),
    ("postmark", postmark(mark("Bounce", Type="HardBounce", Details="550 5.7.1 blocked for spam")), P),
    ("postmark", postmark(mark("Bounce", Type="SoftBounce", Details="552 full")), S),
    ("postmark", postmark(mark("SpamComplaint")), C),
    ("postmark", postmark(mark("SubscriptionChange", SuppressSending=True, SuppressionReason="ManualSuppression")), U),
    ("postmark", postmark(mark("Open")), None),
    ("generic", generic({"events": [{"kind": "bounce", "address": ADDRESS, "status": "5.1.1"}]}), H),
    ("generic", generic([{"kind": "complaint", "address": ADDRESS, "sender": VERP}]), C),
    ("generic", generic({"events": [{"kind": "nonsense"}]}), None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "request_", "expected"), RECORDED)
def test_a_recorded_payload_means(kind: str, request_: Request, expected: EventKind | None) -> None:
    """Each shape as its provider documents it: the kind and the person; what is of no interest is passed over."""
    call = read_hook(SETTINGS[kind], request_, context())
    assert [event.kind for event in call.events] == ([expected] if expected else [])
    for event in call.events:
        assert event.signed and event.source == kind and event.traces.addresses == (ADDRESS,)
        assert NOW - timedelta(hours=1) <= event.at <= NOW


def test_our_own_marks_come_back_through_a_provider() -> None:
    """SES keeps the envelope sender, the others the Message-ID: the very delivery is named."""
    ses = read_hook(SETTINGS["ses"], RECORDED[0][1], context()).events[0].traces
    assert (ses.issue_id, ses.subscriber_id) == (ISSUE, SUBSCRIBER)
    for kind, request, _ in (RECORDED[10], RECORDED[16]):
        assert read_hook(SETTINGS[kind], request, context()).events[0].traces.message_ids == (MESSAGE_ID,)


def refused(kind: str, request: Request, *, now: datetime = NOW) -> HookError:
    with pytest.raises(HookError) as error:
        read_hook(SETTINGS[kind], request, context(now))
    return error.value


GENUINE = {kind: request for kind, request, expected in RECORDED if expected}


@pytest.mark.parametrize("kind", sorted(GENUINE))
def test_a_changed_body_is_refused(kind: str) -> None:
    """One other address in the body: no event, 403 (Postmark and Mailgun sign no body; see the tests on those)."""
    if kind in ("postmark", "mailgun"):
        pytest.skip("its scheme does not cover the body")
    request = GENUINE[kind]
    changed = Request(request.headers, request.body.replace(ADDRESS.encode(), b"victim@people.example"))
    assert changed.body != request.body and refused(kind, changed).status == 403


@pytest.mark.parametrize("kind", sorted(GENUINE))
def test_no_signature_or_another_key_is_refused(kind: str) -> None:
    """Without headers, with an empty key of ours, with a foreign key: 403, whatever the body says."""
    request = GENUINE[kind]
    body = request.body.replace(b'"signature"', b'"x"').replace(b'"Signature"', b'"x"')
    assert refused(kind, Request({}, body)).status == 403
    bare = HookSettings(kind, kind, "", "")
    with pytest.raises(HookError):
        read_hook(bare, request, context())
    with pytest.raises(HookError):
        read_hook(HookSettings(kind, kind, "other", f"{TOPIC}2"), request, context())


@pytest.mark.parametrize(
    ("kind", "age"),
    [
        ("generic", timedelta(minutes=6)), ("generic", -timedelta(minutes=6)), ("mailgun", timedelta(hours=10)),
        ("sendgrid", timedelta(hours=26)), ("ses", timedelta(hours=26)),
    ],
)  # fmt: skip
def test_an_old_request_is_refused(kind: str, age: timedelta) -> None:
    """A captured request is worth nothing after its window, nor before its time."""
    assert "too old" in refused(kind, GENUINE[kind], now=NOW + age).what


def test_a_request_has_a_nonce_of_its_own() -> None:
    """The same request has the same one, another request another: the caller can tell a replay."""
    for kind, request in GENUINE.items():
        one, same = (read_hook(SETTINGS[kind], request, context()).nonce for _ in range(2))
        assert one and one == same
    others = [read_hook(SETTINGS["mailgun"], mailgun({"event": "opened"}, token=t), context()).nonce for t in "ab"]
    assert others == ["a", "b"]


@pytest.mark.parametrize(
    "url",
    [
        "http://sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com.evil.example/x.pem",
        "https://evil.example/sns.eu-west-1.amazonaws.com/x.pem",
        "https://sns.eu-west-1.amazonaws.com@evil.example/x.pem",
        "https://sns.eu-west-1.amazonaws.com:8443/x.pem",
        "https://sns.eu-west-1.amazonaws.com\\@evil.example/x.pem",
        "https://sns.eu-west-1.amazonaws.com#@evil.example/x",
        "https://s3.amazonaws.com/x.pem",
        "",
    ],
)
def test_a_certificate_from_elsewhere_is_not_even_fetched(url: str) -> None:
    """The host is pinned: nothing is asked of any other."""
    FETCHED.clear()
    error = refused("ses", sns(ses_complaint(ADDRESS), SigningCertURL=url))
    assert "certificate" in error.what and FETCHED == []


def test_anybodys_topic_is_refused_before_anything_is_fetched() -> None:
    """Signed by the true hosts, and still not ours."""
    FETCHED.clear()
    request = sns(ses_complaint(ADDRESS), TopicArn="arn:aws:sns:eu-west-1:666666666666:evil")
    assert "topic" in refused("ses", request).what and FETCHED == []


def test_a_subscription_is_confirmed_at_sns_only() -> None:
    """The address to confirm is handed on when it is SNS's own; a signed one elsewhere is not."""
    good = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc"
    evil = "https://evil.example/?Action=ConfirmSubscription"
    calls = [
        read_hook(
            SETTINGS["ses"], sns("hello", sort="SubscriptionConfirmation", SubscribeURL=url, Token="abc"), context()
        )
        for url in (good, evil)
    ]
    assert [call.confirm for call in calls] == [good, ""] and not any(call.events for call in calls)
    assert is_sns(good) and not is_sns(evil)


@given(st.binary(max_size=300), st.sampled_from(sorted(SETTINGS)))
def test_any_body_is_an_event_or_a_refusal(body: bytes, kind: str) -> None:
    """Never another exception."""
    try:
        assert isinstance(read_hook(SETTINGS[kind], Request({}, body), context()), Call)
    except HookError as error:
        assert error.status in (400, 403)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["bounce", "mail", "headers", "event", "eventType", "notificationType", "complaint", "destination", "envelope",
         "delivery-status", "bouncedRecipients", "complainedRecipients", "timestamp", "Email", "RecordType", "Type"]),
        inner | st.sampled_from(["Bounce", "Complaint", "Delivery", "failed", "bounce", "HardBounce"]), max_size=5),
    max_leaves=15,
)  # fmt: skip
WRAP: dict[str, Callable[[Any], Request]] = {
    "generic": generic, "mailgun": mailgun, "postmark": postmark, "ses": sns, "sendgrid": lambda one: sendgrid([one]),
}  # fmt: skip


@given(JSON, st.sampled_from(sorted(WRAP)))
def test_a_signed_body_of_any_shape_is_survived(payload: Any, kind: str) -> None:
    """A provider that changes its format overnight costs its events, not the server."""
    try:
        call = read_hook(SETTINGS[kind], WRAP[kind](payload), context())
    except HookError:
        return
    assert all(event.at <= NOW for event in call.events)
