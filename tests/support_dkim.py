"""dkimpy as the judge of our signatures: asked about every DKIM-Signature of a message, with our keys as its DNS."""

from __future__ import annotations

import email
import re
from email.policy import default
from functools import cache
from typing import Any

import dkim

from digest.deliver.dkim import DkimKey, generate_key, read_private_key
from digest.deliver.settings import DkimKeySettings, DkimSettings

DOMAIN = "harbour.example"


@cache
def pem(kind: str) -> str:
    return generate_key(kind)


@cache
def key(kind: str) -> DkimKey:
    return read_private_key(pem(kind))


def settings(*kinds: str, domain: str = DOMAIN) -> DkimSettings:
    """Selectors are the names of the kinds."""
    return DkimSettings(domain, tuple(DkimKeySettings(kind, pem(kind)) for kind in kinds))


def published(name: bytes | str, timeout: int = 5) -> bytes:
    """What DNS would say."""
    text = name.decode() if isinstance(name, bytes) else name
    return key(text.split("._domainkey.")[0]).record.encode()


def verdicts(data: bytes) -> list[bool]:
    """dkimpy's verdict on each signature of the message."""
    count = len(re.findall(rb"(?im)^dkim-signature:", data.partition(b"\r\n\r\n")[0]))
    judge = dkim.DKIM(data, minkey=1024)
    return [_verdict(judge, index) for index in range(count)]


def _verdict(judge: dkim.DKIM, index: int) -> bool:
    try:
        return bool(judge.verify(idx=index, dnsfunc=published))
    except dkim.ValidationError:
        return False


def signature_tags(data: bytes) -> list[dict[str, str]]:
    """The tags of each signature, without folding."""
    head = data.partition(b"\r\n\r\n")[0].decode("utf-8")
    fields = [field for field in re.split(r"\r\n(?![ \t])", head) if field.lower().startswith("dkim-signature:")]
    tags = []
    for field in fields:
        pairs = (part.partition("=") for part in field.partition(":")[2].split(";"))
        tags.append({name.strip(): re.sub(r"\s", "", value) for name, _, value in pairs})
    return tags


def read(data: bytes) -> Any:
    """The message as the standard library reads it, after asking it, its parts and its headers for defects."""
    message: Any = email.message_from_bytes(data, policy=default)
    for part in message.walk():
        assert not part.defects, part.defects
        if not part.is_multipart():
            part.get_content()
    # a local part outside ASCII comes as UTF-8 (RFC 6532), which the standard library's reader calls a defect
    loose = [value for value in message.values() if getattr(value, "defects", ())]
    assert all(any(ord(char) > 126 for char in str(value)) for value in loose) or not loose, [v.defects for v in loose]
    return message
