"""DKIM and DMARC records: text to tags, and what is wrong with them. Pure."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass


class BadRecord(ValueError):
    """Receivers will ignore this record; the text says why."""


def tags_of(text: str) -> dict[str, str]:
    """`a=b; c=d` (RFC 6376 section 3.2). Raises `BadRecord` for a part without "=" and for a tag that comes twice."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if not equals or not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise BadRecord(f"{part[:40]!r} is no tag")
        if name in found:
            raise BadRecord(f"{name}= stands twice")
        found[name] = value.strip()
    return found


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A DKIM key record (RFC 6376 section 3.6.1). `public` empty: the key was revoked."""

    kind: str
    public: str
    testing: bool


def key_record(text: str) -> KeyRecord:
    """Raises `BadRecord` when no receiver would use it for mail signed with SHA-256."""
    tags = tags_of(text)
    if "v" in tags and (tags["v"] != "DKIM1" or not text.strip().lower().startswith("v")):
        raise BadRecord("v=DKIM1 must be its first tag")
    if "p" not in tags:
        raise BadRecord("it has no p=, which holds the key")
    hashes = [one.strip() for one in tags.get("h", "sha256").split(":")]
    services = [one.strip() for one in tags.get("s", "*").split(":")]
    if "sha256" not in hashes:
        raise BadRecord(f"h={tags['h']} allows no sha256")
    if not {"*", "email"} & set(services):
        raise BadRecord(f"s={tags['s']} is not for mail")
    public = re.sub(r"\s", "", tags["p"])
    try:
        base64.b64decode(public, validate=True)
    except (binascii.Error, ValueError):
        raise BadRecord("p= is no base64: look for a quote, a blank or a missing piece") from None
    return KeyRecord(tags.get("k", "rsa").lower(), public, "y" in tags.get("t", "").split(":"))


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """RFC 7489 section 6.3. `strict_dkim`, `strict_spf`: the domains must be equal, not merely related."""

    policy: str
    strict_dkim: bool
    strict_spf: bool
    reports: str


def dmarc_records(texts: list[str]) -> list[str]:
    return [text for text in texts if re.match(r"v\s*=\s*DMARC1\s*(?:;|\Z)", text)]


def dmarc_record(text: str) -> DmarcRecord:
    """Raises `BadRecord` for one that receivers ignore."""
    tags = tags_of(text)
    policy = tags.get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        if "rua" not in tags or policy:
            raise BadRecord(f"p={tags.get('p', '')} must be none, quarantine or reject")
        policy = "none"  # section 6.6.3: a record without a policy but with an address for reports counts as none
    for name in ("adkim", "aspf"):
        if tags.get(name, "r").lower() not in ("r", "s"):
            raise BadRecord(f"{name}={tags[name]} must be r or s")
    return DmarcRecord(
        policy, tags.get("adkim", "r").lower() == "s", tags.get("aspf", "r").lower() == "s", tags.get("rua", "")
    )
