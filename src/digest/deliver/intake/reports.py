"""Machine-readable reports: delivery status notifications (RFC 3464, RFC 6533) and abuse reports (RFC 5965).

Does not know whom they are about: that is `evidence`. A report is recognised by its parts, not by the outermost
Content-Type: gateways and filters wrap it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from digest.deliver.intake.evidence import addresses_in
from digest.deliver.intake.mime import Part, own_text
from digest.deliver.intake.status import judge
from digest.model import EventKind

_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ORIGINAL_TYPES = frozenset({
    "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers",
})  # fmt: skip
_MAX_RECIPIENTS = 50
_ABOUT_SPAM = frozenset({"abuse", "complaint", "fraud-abuse"})
_ASKS_TO_LEAVE = frozenset({"opt-out", "opt-out-list"})


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    """One recipient of a status report. `addresses` are keys, as the report has them; `when` as written."""

    kind: EventKind | None  # None: a step on the way (relayed, expanded), nothing to act on
    addresses: tuple[str, ...]
    status: str = ""
    diagnostic: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class StatusReport:
    recipients: tuple[RecipientStatus, ...]
    envelope_id: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class AbuseReport:
    """`kind` None: a report of another sort (not-spam, auth-failure, virus), nothing to act on."""

    kind: EventKind | None
    addresses: tuple[str, ...]
    sender: str = ""
    when: str = ""


def original_of(message: Part) -> Part | None:
    """Our message, or its headers, as returned inside `message`."""
    part = next((one for one in message.walk() if one.type in _ORIGINAL_TYPES), None)
    return None if part is None else part.attached()


def read_status(message: Part) -> StatusReport | None:
    """The status report in `message`, None when there is none."""
    part = next((one for one in message.walk() if one.type in _STATUS_TYPES), None)
    if part is None:
        return None
    groups = _groups(part)
    if not groups:
        return None
    whole, people = groups[0], groups[1:]
    if "final-recipient" in whole or "action" in whole:  # some leave out the first group
        people = groups
    words = own_text(message, 4000)
    found = tuple(_recipient(group, words) for group in people[:_MAX_RECIPIENTS])
    return StatusReport(found, whole.get("original-envelope-id", ""), whole.get("arrival-date", ""))


def read_abuse(message: Part) -> AbuseReport | None:
    """The abuse report in `message`, None when there is none."""
    part = next((one for one in message.walk() if one.type == "message/feedback-report"), None)
    if part is None:
        return _junk_report(message)
    fields = (_groups(part) or [{}])[0]
    sort = fields.get("feedback-type", "").strip().lower()
    kind = EventKind.COMPLAINT if sort in _ABOUT_SPAM else None
    if sort in _ASKS_TO_LEAVE:
        kind = EventKind.UNSUBSCRIBE
    named = [fields.get(name, "") for name in ("original-rcpt-to", "removal-recipient")]
    return AbuseReport(kind, addresses_in(named), fields.get("original-mail-from", ""), fields.get("arrival-date", ""))


def _junk_report(message: Part) -> AbuseReport | None:
    """Microsoft's junk reports for consumer mailboxes carry no feedback-report part: the original with one header."""
    inside = original_of(message)
    for part in (message, inside):
        who = part.get("x-hmxmroriginalrecipient") if part is not None else ""
        if who and inside is not None:
            return AbuseReport(EventKind.COMPLAINT, addresses_in([who]))
    return None


def _groups(part: Part) -> list[dict[str, str]]:
    """The blocks of fields between blank lines. `part` may be parsed as text or hold its fields as its own body."""
    text = part.text(256 * 1024)
    groups: list[dict[str, str]] = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r", ""))[: _MAX_RECIPIENTS + 1]:
        fields: dict[str, str] = {}
        for line in re.sub(r"\n[ \t]+", " ", block).split("\n")[:100]:
            name, colon, value = line[:4096].partition(":")
            if colon:
                fields.setdefault(name.strip().lower(), value.strip())
        if fields:
            groups.append(fields)
    return groups


def _recipient(fields: dict[str, str], words: str) -> RecipientStatus:
    addresses = addresses_in(
        [_typed(fields.get(name, "")) for name in ("original-recipient", "final-recipient", "x-actual-recipient")]
    )
    action = fields.get("action", "").partition(" ")[0].strip().lower()
    status, diagnostic = fields.get("status", ""), _typed(fields.get("diagnostic-code", ""))
    when = fields.get("last-attempt-date", "")
    if action == "delivered":
        return RecipientStatus(EventKind.DELIVERED, addresses, status, diagnostic, when)
    if action == "delayed":
        return RecipientStatus(EventKind.DELAYED, addresses, status, diagnostic, when)
    if action in ("relayed", "expanded") or (not action and not status.startswith(("4", "5"))):
        return RecipientStatus(None, addresses, status, diagnostic, when)
    judged = judge(status, diagnostic or words)
    return RecipientStatus(judged.kind, addresses, judged.status or status, diagnostic or words, when)


def _typed(value: str) -> str:
    """The part after `rfc822;`, `utf-8;` or `smtp;`, with RFC 6533's \\x{...} written out."""
    kind, semicolon, rest = value.partition(";")
    text = rest if semicolon and re.fullmatch(r"\s*[\w.-]{1,30}\s*", kind) else value
    return re.sub(r"\\x\{([0-9A-Fa-f]{2,6})\}", _character, text).strip()


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if 0x20 < number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else ""
