"""What `config` hands to the intake."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

HOOK_KINDS = ("generic", "ses", "mailgun", "postmark", "sendgrid")


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """A mailbox on an IMAP server. `tls` is "implicit", "starttls", or "none" (loopback only).

    What was acted on is marked as read and, with `move_to`, moved there; everything else is left as it was found.
    """

    host: str
    port: int
    username: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: str = "implicit"
    move_to: str = ""
    timeout_s: float = 10.0

    @property
    def place(self) -> str:
        return f"imap {self.username}@{self.host}/{self.folder}"


@dataclass(frozen=True, slots=True)
class HookSettings:
    """One `[webhook.NAME]`, answered at /hooks/NAME. `key` is the shared secret, or SendGrid's public key.

    `topic` is the ARN of the SNS topic that SES reports to: without it anybody's topic would be believed.
    """

    name: str
    kind: str
    key: str = field(default="", repr=False)
    topic: str = ""


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """`[bounces]` and `[webhook.NAME]`: where reports come in."""

    imap: ImapSettings | None = None
    maildir: Path | None = None
    hooks: tuple[HookSettings, ...] = ()

    def hook(self, name: str) -> HookSettings | None:
        return next((one for one in self.hooks if one.name == name), None)
