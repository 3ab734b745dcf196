"""What a server says it can do (RFC 5321 section 4.1.1.1), and the fastest way of working that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from digest.deliver.smtp.replies import Reply


class Mode(IntEnum):
    """How commands and messages follow one another, slowest first; a server that stumbles is served one step lower.

    LOCK_STEP waits for each reply. PIPELINED sends `[body . MAIL RCPT DATA]` as one group (RFC 2920): one round trip a
    message. CHUNKED sends whole transactions back to back with BDAT (RFC 3030): one round trip a window.
    """

    LOCK_STEP = 0
    PIPELINED = 1
    CHUNKED = 2


@dataclass(frozen=True, slots=True)
class Offers:
    """The extensions this client uses. `size` and `mail_max` are 0 where the server names no limit.

    `size`: RFC 1870, `eightbit`: RFC 6152, `utf8`: RFC 6531, `dsn`: RFC 3461, `mail_max`: RFC 9422, `auth`: RFC 4954.
    """

    pipelining: bool = False
    chunking: bool = False
    starttls: bool = False
    eightbit: bool = False
    utf8: bool = False
    dsn: bool = False
    sized: bool = False
    size: int = 0
    mail_max: int = 0
    auth: tuple[str, ...] = field(default=())

    @property
    def fastest(self) -> Mode:
        if not self.pipelining:
            return Mode.LOCK_STEP
        return Mode.CHUNKED if self.chunking else Mode.PIPELINED


def read_offers(reply: Reply) -> Offers:
    """The lines of an EHLO reply after the first; keywords and parameters in any case."""
    words = read_extensions(reply)
    return Offers(
        pipelining="PIPELINING" in words,
        chunking="CHUNKING" in words,
        starttls="STARTTLS" in words,
        eightbit="8BITMIME" in words,
        utf8="SMTPUTF8" in words,
        dsn="DSN" in words,
        sized="SIZE" in words,
        size=_first_number(words.get("SIZE", ())),
        mail_max=_first_number(word[8:] for word in words.get("LIMITS", ()) if word.startswith("MAILMAX=")),
        auth=words.get("AUTH", ()),
    )


def read_extensions(reply: Reply) -> Mapping[str, tuple[str, ...]]:
    """Keyword -> parameters, all upper-case."""
    lines = [line.upper().split() for line in reply.lines[1:]]
    found = {line[0]: tuple(line[1:]) for line in lines if line}
    for line in lines:
        # "AUTH=PLAIN LOGIN": an early misreading of RFC 2554 that servers still send beside the right one
        if line and line[0].startswith("AUTH="):
            found.setdefault("AUTH", (line[0][5:], *line[1:]))
    return found


def _first_number(words: object) -> int:
    return next((int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 20), 0)  # type: ignore[attr-defined]
