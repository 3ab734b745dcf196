"""The tokens that the tests of the intake share: one issue, one reader, one key."""

from __future__ import annotations

from datetime import UTC, datetime

from intake_corpus import ORIGINAL

from digest.deliver.intake.evidence import TokenReader
from digest.model import Purpose, message_id_for, sign_bounce_token, sign_token

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
KEY = b"k" * 32
READER = TokenReader({1: KEY})
ISSUE, SUBSCRIBER, LIST = 7, 42, 3
ADDRESS = "reader@people.example"
BOUNCE = sign_bounce_token(KEY, key_id=1, issue_id=ISSUE, subscriber_id=SUBSCRIBER)
UNSUBSCRIBE = sign_token(KEY, key_id=1, purpose=Purpose.UNSUBSCRIBE, subscriber_id=SUBSCRIBER, list_id=LIST)
VERP = f"b+{BOUNCE}@bounces.makers.example"
MESSAGE_ID = message_id_for(KEY, issue="weekly/every/2026-11-23", subscriber_id=SUBSCRIBER)
LINK = f"https://makers.example/u/{UNSUBSCRIBE}"


def fill(
    text: str, *, verp: str = VERP, address: str = ADDRESS, message_id: str = MESSAGE_ID, link: str = LINK
) -> bytes:
    values = {"VERP": verp, "ADDRESS": address, "MESSAGE_ID": message_id, "LINK": link, "ORIGINAL": ORIGINAL}
    for _ in range(2):
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
    return text.replace("{{", "{").replace("}}", "}").encode()


def forged(verp: str) -> str:
    """The same address with one letter of its token changed."""
    at = verp.index("+") + 9
    return verp[:at] + ("a" if verp[at] != "a" else "b") + verp[at + 1 :]
