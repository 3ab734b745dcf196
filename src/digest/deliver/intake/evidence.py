"""Whom a message is about: our tokens, our Message-IDs, and the addresses it names.

Does not judge what happened. Invariant: `issue_id`, `subscriber_id` and `list_id` come out of tokens whose signature
is right; a forged one leaves no trace at all. Tokens are looked for by their shape, not by the bounce address of
today, so that mail to yesterday's still counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from digest.deliver.intake.mime import Part, decode_words
from digest.errors import AddressError, TokenError
from digest.model import EmailAddress, Purpose, Traces, read_bounce_token, read_token

# Where a mail server writes the address that a message was delivered to; To and Cc only after them.
ENVELOPE = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-rcpt-to")
_BOUNCE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z2-7]{32}(?![A-Za-z0-9])")
_UNSUBSCRIBE = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{38}(?![A-Za-z0-9_-])")
_MESSAGE_ID = re.compile(r"<([A-Za-z2-7]{32})@[^<>\s@]{1,255}>")
_QUOTED_ID = re.compile(r"^[>\s|]*(?:Message-ID|In-Reply-To|References):\s*<([A-Za-z2-7]{32})@", re.IGNORECASE | re.M)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'@]{1,64}@[^\s<>()\[\],;:\"'@]{1,255}")
_MAX_TRIES = 60
_MAX_FOUND = 10
_MAX_TEXT = 256 * 1024


@dataclass(frozen=True, slots=True)
class TokenReader:
    """The signing keys, by id, as the only thing that tells our tokens from all others."""

    keys: Mapping[int, bytes]

    def bounce(self, texts: Iterable[str]) -> tuple[int, int]:
        """(issue, subscriber) of the first genuine bounce token in `texts`, else (0, 0)."""
        for candidate in _candidates(_BOUNCE, texts):
            try:
                claims = read_bounce_token(self.keys, candidate)
            except TokenError:
                continue
            return claims.issue_id, claims.subscriber_id
        return 0, 0

    def unsubscribe(self, texts: Iterable[str]) -> tuple[int, int, int]:
        """(subscriber, list, generation) of the first genuine unsubscribe token in `texts`, else zeros."""
        for candidate in _candidates(_UNSUBSCRIBE, texts):
            try:
                claims = read_token(self.keys, candidate, purpose=Purpose.UNSUBSCRIBE)
            except TokenError:
                continue
            return claims.subscriber_id, claims.list_id, claims.generation
        return 0, 0, 0


def _candidates(shape: re.Pattern[str], texts: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for text in texts:
        for match in shape.finditer(text[:_MAX_TEXT]):
            found[match[0]] = None
            if len(found) >= _MAX_TRIES:
                return list(found)
    return list(found)


def traces_of(
    message: Part, reader: TokenReader, *, original: Part | None, text: str = "", reported: Iterable[str] = (),
    envelope_ids: Iterable[str] = (),
) -> Traces:  # fmt: skip
    """Everything that tells whom `message` is about, the surest place first.

    `original` is what it returns of ours, `text` its own words (servers without attachments quote the headers there),
    `reported` the recipients its machine-readable part names, `envelope_ids` what it calls our envelope (RFC 3461).
    """
    outer = [*message.all(*ENVELOPE), *message.all("to", "cc")]
    sender = original.all("return-path", "sender", "x-envelope-from", "envelope-from") if original else []
    received = message.all("received")[:20]
    issue_id, subscriber_id = reader.bounce([*outer, *envelope_ids, *sender, *received, text])
    list_id = generation = 0
    if original is not None or not subscriber_id:
        links = [*original.all("list-unsubscribe", "x-list-unsubscribe"), text] if original else [text]
        linked, list_id, generation = reader.unsubscribe(links)
        if subscriber_id and linked != subscriber_id:
            list_id = generation = 0  # two of ours in one message: the envelope is the one that came back
        subscriber_id = subscriber_id or linked
    quoted = original.all("message-id") if original else []
    ids = message_ids([*quoted, *message.all("in-reply-to", "references", "x-original-message-id")], text)
    named = [*reported, *message.all("x-failed-recipients"), *(original.all("to") if original else [])]
    return Traces(issue_id, subscriber_id, list_id, generation, ids, addresses_in(named))


def message_ids(headers: Iterable[str], text: str = "") -> tuple[str, ...]:
    """What looks like the first half of a Message-ID of ours, lower case."""
    found = [match[1].lower() for header in headers for match in _MESSAGE_ID.finditer(header)]
    found += [match[1].lower() for match in _QUOTED_ID.finditer(text[:_MAX_TEXT])]
    return tuple(dict.fromkeys(found))[:_MAX_FOUND]


def addresses_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The identities (keys) of the addresses in `texts`; what is no usable address is left out."""
    found: dict[str, None] = {}
    for text in texts:
        for match in _ADDRESS.finditer(decode_words(text)[:4096]):
            try:
                found[EmailAddress.parse(match[0]).key] = None
            except AddressError:
                continue
            if len(found) >= _MAX_FOUND:
                return tuple(found)
    return tuple(found)
