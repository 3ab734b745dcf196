"""Bytes from a server to replies: a parser without a socket.

Does not know what was asked. Invariant: it holds at most `MAX_LINES` lines of `MAX_LINE` bytes, whatever a server
sends, and never guesses: what is not a reply by RFC 5321 section 4.2 is a `ReplyFault`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_LINE = 4096  # RFC 5321 section 4.5.3.1.5 says 512; real servers put URLs into their refusals
MAX_LINES = 200
MAX_TEXT = 500

_LINE = re.compile(rb"([2-5][0-9]{2})(?:([ -])(.*))?", re.S)
_ENHANCED = re.compile(r"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?:\s+|$)")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]+")


class ReplyFault(Exception):
    """What the server sent cannot be a reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`enhanced` is the RFC 3463 triple or empty; `text` is one printable line of at most `MAX_TEXT` characters.

    `lines` are the texts as sent, one each (EHLO lists one extension a line).
    """

    code: int
    enhanced: str
    text: str
    lines: tuple[str, ...] = ()

    @property
    def positive(self) -> bool:
        return 200 <= self.code < 300

    def __str__(self) -> str:
        return " ".join(part for part in (str(self.code), self.enhanced, self.text) if part)


class ReplyReader:
    """Feed it bytes as they come; `next` gives whole replies in order."""

    def __init__(self) -> None:
        self._buffer, self._at = b"", 0
        self._lines: list[bytes] = []
        self._code = b""

    @property
    def pending(self) -> bool:
        """Whether anything stands unread: half a reply, or one that nobody asked for."""
        return self._at < len(self._buffer) or bool(self._lines)

    def feed(self, data: bytes) -> None:
        self._buffer, self._at = self._buffer[self._at :] + data, 0

    def next(self) -> Reply | None:
        """The next whole reply, or None while one is incomplete. Raises `ReplyFault`."""
        while (end := self._buffer.find(b"\n", self._at)) >= 0:
            line = self._buffer[self._at : end].rstrip(b"\r")
            self._at = end + 1
            if not self._lines and line[3:4] == b" ":
                return _single(line)
            if self._take(line):
                return self._finish()
        if len(self._buffer) - self._at > MAX_LINE:
            raise ReplyFault("a line without an end")
        return None

    def _take(self, line: bytes) -> bool:
        """Keep one line; True when it is the last of its reply."""
        match = _matched(line)
        if self._lines and match[1] != self._code:
            raise ReplyFault(f"a reply that begins with {self._code.decode()} and goes on with {match[1].decode()}")
        self._code = match[1]
        self._lines.append(match[3] or b"")
        if len(self._lines) > MAX_LINES:
            raise ReplyFault("a reply without an end")
        return match[2] != b"-"

    def _finish(self) -> Reply:
        reply = make_reply(int(self._code), [line.decode("utf-8", "replace") for line in self._lines])
        self._lines = []
        return reply


def _matched(line: bytes) -> re.Match[bytes]:
    match = _LINE.fullmatch(line)
    if not match or len(line) > MAX_LINE:
        raise ReplyFault(f"not an SMTP reply: {_printable(line.decode('utf-8', 'replace'))[:80]!r}")
    return match


@lru_cache(maxsize=256)
def _single(line: bytes) -> Reply:
    """A reply of one line. Kept, because three of a message's four replies are the same for every message."""
    match = _matched(line)
    return make_reply(int(match[1]), [(match[3] or b"").decode("utf-8", "replace")])


def make_reply(code: int, lines: list[str]) -> Reply:
    """Join lines and separate the enhanced code, which RFC 2034 section 4 repeats on each of them."""
    enhanced, texts = "", []
    for line in lines:
        match = _ENHANCED.match(line)
        if match and match[1][0] == str(code)[0]:  # RFC 2034 section 4: the class must agree with the reply code
            enhanced = enhanced or match[1]
            line = line[match.end() :]
        texts.append(_printable(line))
    return Reply(code, enhanced, " ".join(text for text in texts if text)[:MAX_TEXT], tuple(texts))


def _printable(text: str) -> str:
    """Server text ends up in terminals, pages and mails: no control character, no direction override."""
    return _UNPRINTABLE.sub(" ", text).strip()
