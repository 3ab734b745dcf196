"""A finished message back into the two bodies a reader's program shows. Damaged parts become empty, never an error."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage


def taken_apart(data: bytes) -> tuple[str, str]:
    """HTML and text, decoded, with "\\n" line ends."""
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return _body(message, "html"), _body(message, "plain")


def _body(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body((kind,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")
    except Exception:  # an unknown charset or a broken encoding: there is nothing to show of this part
        return ""
