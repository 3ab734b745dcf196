"""Signed tokens for links and envelope senders: keyed, bound to one purpose. Pure: the key is passed in.

A link's token is 12 bytes of payload and a 16-byte HMAC-SHA256 tag (RFC 2104, truncated as its section 5 allows),
written as 38 characters of base64url (RFC 4648 section 5). It names key, purpose, subscriber, list and generation,
needs no row in the database, never expires by itself (an unsubscribe link must work for ever) and is revoked by
raising the subscriber's generation.

A bounce token stands in the local part of an envelope sender (VERP), where mail servers may fold case and where a
local part has 64 octets (RFC 5321 section 4.5.3.1.1): 10 bytes of payload and a 10-byte tag, written as 32 letters
and digits of base32 (RFC 4648 section 6) in lower case. It names key, issue and subscriber.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from digest.errors import TokenError

TAG_BYTES = 16
_FORMAT = struct.Struct(">BB5s3sH")
_SHAPE = re.compile(r"[A-Za-z0-9_-]{38}")
_BOUNCE_FORMAT = struct.Struct(">B4s5s")
_BOUNCE_TAG_BYTES = 10  # 80 bits, the least that RFC 2104 section 5 advises; guessing costs one mail a try
_BOUNCE_SHAPE = re.compile(r"[A-Za-z2-7]{32}")


class Purpose(IntEnum):
    UNSUBSCRIBE = 1
    CONFIRM = 3
    PREFERENCES = 4


@dataclass(frozen=True, slots=True)
class BounceClaims:
    """Whose mail of which issue came back."""

    key_id: int
    issue_id: int
    subscriber_id: int


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says."""

    key_id: int
    purpose: Purpose
    subscriber_id: int
    list_id: int
    generation: int


def sign_token(
    key: bytes, *, key_id: int, purpose: Purpose, subscriber_id: int, list_id: int, generation: int = 0
) -> str:
    """Make the token. Ranges: `key_id` 0..255, `subscriber_id` below 2**40, `list_id` below 2**24, generation 2**16."""
    payload = _FORMAT.pack(
        key_id, purpose, subscriber_id.to_bytes(5, "big"), list_id.to_bytes(3, "big"), generation & 0xFFFF
    )
    return base64.urlsafe_b64encode(payload + _tag(key, payload)).decode("ascii").rstrip("=")


def read_token(keys: Mapping[int, bytes], token: str, *, purpose: Purpose) -> Claims:
    """Check and read a token; `keys` by key id, so that links survive a rotation. Raises `TokenError`."""
    if not _SHAPE.fullmatch(token):
        raise TokenError("this link is not complete", try_="copy the whole link from the email, or reply to it")
    try:
        raw = base64.urlsafe_b64decode(token + "==")
    except ValueError as error:
        raise TokenError("this link is damaged", try_="use the link from the email itself") from error
    if base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=") != token:
        # 28 bytes leave four spare bits in the last character: one spelling of each token, or a log cannot be searched
        raise TokenError("this link is damaged", try_="use the link from the email itself")
    payload, tag = raw[: _FORMAT.size], raw[_FORMAT.size :]
    key_id, purpose_number, subscriber, list_, generation = _FORMAT.unpack(payload)
    key = keys.get(key_id)
    expected = _tag(key or b"", payload)
    if not hmac.compare_digest(tag, expected) or key is None:
        raise TokenError("this link was not made by us", try_="use the link from the email itself")
    if purpose_number != purpose:
        raise TokenError("this link is for something else", try_="use the unsubscribe link from the email")
    return Claims(
        key_id, Purpose(purpose_number), int.from_bytes(subscriber, "big"), int.from_bytes(list_, "big"), generation
    )


def sign_bounce_token(key: bytes, *, key_id: int, issue_id: int, subscriber_id: int) -> str:
    """Make the token. Ranges: `key_id` 0..255, `issue_id` below 2**32, `subscriber_id` below 2**40."""
    payload = _BOUNCE_FORMAT.pack(key_id, issue_id.to_bytes(4, "big"), subscriber_id.to_bytes(5, "big"))
    return base64.b32encode(payload + _bounce_tag(key, payload)).decode("ascii").lower()


def read_bounce_token(keys: Mapping[int, bytes], token: str) -> BounceClaims:
    """Check and read a token in any case of letters; `keys` by key id. Raises `TokenError`."""
    if not _BOUNCE_SHAPE.fullmatch(token):
        raise TokenError("this is no token of a bounce address", try_="look at the whole address the mail came back to")
    raw = base64.b32decode(token.upper())
    payload, tag = raw[: _BOUNCE_FORMAT.size], raw[_BOUNCE_FORMAT.size :]
    key_id, issue, subscriber = _BOUNCE_FORMAT.unpack(payload)
    key = keys.get(key_id)
    if not hmac.compare_digest(tag, _bounce_tag(key or b"", payload)) or key is None:
        raise TokenError("this bounce address was not made by us", try_="ignore the mail: it is forged or foreign")
    return BounceClaims(key_id, int.from_bytes(issue, "big"), int.from_bytes(subscriber, "big"))


def message_id_for(key: bytes, *, issue: str, subscriber_id: int) -> str:
    """The part before the @ of a Message-ID: the same for every attempt at the same (issue, subscriber)."""
    mac = hmac.new(key, f"message-id\0{issue}\0{subscriber_id}".encode(), hashlib.sha256).digest()
    return base64.b32encode(mac[:20]).decode("ascii").lower()


def _tag(key: bytes, payload: bytes) -> bytes:
    return hmac.new(key, b"digest token 1\0" + payload, hashlib.sha256).digest()[:TAG_BYTES]


def _bounce_tag(key: bytes, payload: bytes) -> bytes:
    return hmac.new(key, b"digest bounce token 1\0" + payload, hashlib.sha256).digest()[:_BOUNCE_TAG_BYTES]
