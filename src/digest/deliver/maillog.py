"""What a mail server's log says about messages of ours, found by their Message-ID.

Does not guess: a message was taken when the server's own line says so. Postfix and Sendmail write the Message-ID down
while the message is still coming in, so there a later line of the same queue id is asked for; Exim writes it when it
has taken the message; a line of JSON says what happened in a field. Any other line that has the Message-ID is shown to
a person and settles nothing.

Read as a stream, whatever the size; .gz, .bz2 and .xz are unpacked on the way.
"""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import re
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

UNREADABLE = (OSError, EOFError, lzma.LZMAError, zlib.error)
MAX_LINE_BYTES = 64 * 1024
SHOWN = 300
_OPENERS: dict[str, Callable[..., Any]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
_OURS = re.compile(rb"([a-z2-7]{32})@")  # the part before the @, as `model.message_id_for` makes it
# `host postfix/qmgr[123]: 4F2A1C0: from=<...>` and `host sm-mta[9]: 3A6KWxyz012345: to=<...>`; the queue id is [2].
_SYSLOG = re.compile(rb"[ /]([\w-]+)\[\d+\]: (?:\[ID [^\]]+\] )?([0-9A-Za-z]{5,20}): (.*)")
_EXIM = re.compile(rb"^\S+ \S+ (?:\[\d+\] )?[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} <= .* id=")
_ON_ITS_WAY = re.compile(rb"from=<[^>]*>, size=\d+.*\(queue active\)|to=<[^>]*>.*\bstat(?:us)?=", re.IGNORECASE)
_REFUSED = re.compile(rb"(?:milter-)?reject:|\breject=|\bstat=(?:User unknown|Service unavailable)", re.IGNORECASE)
_EVENT_FIELDS = ("type", "event", "eventType", "RecordType", "event_type")
_TAKEN_WORDS = frozenset({"reception", "accepted", "processed", "send", "sent", "delivery", "delivered", "queued"})


@dataclass(frozen=True, slots=True)
class LogReading:
    """By Message-ID (before the @): the line that says it was taken; and, for others, a line that only names it."""

    received: Mapping[str, str]
    mentioned: Mapping[str, str]
    lines: int


@dataclass(slots=True)
class _Search:
    wanted: Collection[str]
    queued: dict[bytes, str] = field(default_factory=dict)  # queue id -> Message-ID that came in under it
    received: dict[str, str] = field(default_factory=dict)
    mentioned: dict[str, str] = field(default_factory=dict)

    def look_at(self, line: bytes) -> None:
        for found in _OURS.finditer(line):
            name = found[1].decode()
            if name in self.wanted:
                self._named(name, line)
                return
        if self.queued and (entry := _SYSLOG.search(line)) and entry[2] in self.queued:
            self._followed(entry[2], entry[3], line)

    def _named(self, name: str, line: bytes) -> None:
        self.mentioned[name] = _shown(line)
        if _EXIM.match(line) or _is_event(line):
            self.received[name] = _shown(line)
        elif (entry := _SYSLOG.search(line)) and not _REFUSED.search(entry[3]):
            self.queued[entry[2]] = name

    def _followed(self, queue_id: bytes, words: bytes, line: bytes) -> None:
        """A later line of a queue id under which a message of ours came in."""
        if _REFUSED.search(words):
            self.mentioned[self.queued.pop(queue_id)] = _shown(line)
        elif b"message-id=" in words or b"msgid=" in words:
            del self.queued[queue_id]  # the id is used again, for somebody else's
        elif _ON_ITS_WAY.search(words):
            self.received[self.queued[queue_id]] = _shown(line)


def read_log(lines: Iterable[bytes], wanted: Collection[str]) -> LogReading:
    """Look for the Message-IDs `wanted` (the part before the @) in the lines of a log."""
    search, count = _Search(frozenset(wanted)), 0
    for line in lines:
        search.look_at(line)
        count += 1
    only_mentioned = {name: line for name, line in search.mentioned.items() if name not in search.received}
    return LogReading(search.received, only_mentioned, count)


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a log, unpacked if need be. Raises one of `UNREADABLE`, also when it was cut short."""
    opener = _OPENERS.get(path.suffix.lower(), open)
    with opener(path, "rb") as file:
        yield from lines_in(file)


def lines_in(file: BinaryIO) -> Iterator[bytes]:
    """A line without an end costs no more memory than another: it is cut."""
    while line := file.readline(MAX_LINE_BYTES):
        yield line


def _is_event(line: bytes) -> bool:
    """A line of JSON (KumoMTA, exports of providers) whose kind of event means that the message was taken."""
    if not line.lstrip().startswith(b"{"):
        return False
    try:
        values = json.loads(line)
    except ValueError:
        return False
    kinds = (values.get(name) for name in _EVENT_FIELDS) if isinstance(values, dict) else ()
    return any(isinstance(kind, str) and kind.lower() in _TAKEN_WORDS for kind in kinds)


def _shown(line: bytes) -> str:
    text = line.decode("utf-8", "replace").strip()
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:SHOWN])
