"""Looking into a mailbox: an IMAP folder or a Maildir, message by message, within a time.

Does not read what the messages say: `take` does, and answers whether the message was the program's own. Invariants:
a message is marked or moved only after `take` has returned, so that a kill in between costs a second reading and
nothing else; what is not ours is left unread where it was; a look ends soon after its deadline, whatever the server
does; nobody else's deleted messages are expunged.

IMAP: RFC 9051 and RFC 3501; MOVE is RFC 6851, UIDPLUS RFC 4315. A UID below the remembered one is never fetched again
while UIDVALIDITY stays. At first sight of a folder only its last two weeks are read: it may hold somebody's ten years.
"""

from __future__ import annotations

import contextlib
import imaplib
import os
import re
import socket
import ssl
import stat
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from digest.deliver.intake.mime import MAX_BYTES, clean
from digest.deliver.intake.settings import ImapSettings
from digest.errors import DigestError

FIRST_LOOK = timedelta(days=14)
MAX_MESSAGES = 2000
CHUNK = 25
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Take = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Position:
    """How far a folder was read: up to `uid`, while `validity` stays the same (RFC 9051 section 2.3.1.1)."""

    validity: int = 0
    uid: int = 0


@dataclass(frozen=True, slots=True)
class Look:
    """One look: messages read, how many were ours, where to go on, and whether time ran out before the end."""

    read: int = 0
    ours: int = 0
    position: Position = Position()
    unfinished: bool = False


class MailboxError(DigestError):
    """The mailbox cannot be read now."""


def look_into_imap(
    settings: ImapSettings,
    position: Position,
    take: Take,
    *,
    now: datetime,
    seconds: float,
    keep: Callable[[Position], None] = lambda position: None,
    tls: ssl.SSLContext | None = None,
) -> Look:
    """Read what is new in the folder. `keep` is called with the position after each chunk that is done with.

    Raises `MailboxError` for whatever the network or the server does; what `take` raises passes through.
    """
    deadline = time.monotonic() + seconds
    with _honest(settings), _Session(settings, seconds, tls) as session:
        session.log_in()
        return _read_folder(session, settings, position, take, now, deadline, keep)


def _read_folder(
    session: _Session, settings: ImapSettings, position: Position, take: Take, now: datetime, deadline: float,
    keep: Callable[[Position], None],
) -> Look:  # fmt: skip
    validity = session.select(settings.folder)
    if validity != position.validity:
        position = Position(validity, 0)
    uids = session.new(position.uid, since=None if position.uid else now - FIRST_LOOK)
    look = Look(position=position)
    todo = uids[:MAX_MESSAGES]
    for start in range(0, len(todo), CHUNK):
        chunk, ours = todo[start : start + CHUNK], list[int]()
        for uid in chunk:
            if time.monotonic() > deadline:
                return _settled(session, settings, look, ours, keep, unfinished=True)
            raw = session.fetch(uid)
            if raw is not None and take(raw):
                ours.append(uid)
            look = replace(look, read=look.read + 1, position=Position(validity, uid))
        look = _settled(session, settings, look, ours, keep, unfinished=False)
    return replace(look, unfinished=len(uids) > len(todo))


def _settled(
    session: _Session, settings: ImapSettings, look: Look, ours: list[int], keep: Callable[[Position], None], *,
    unfinished: bool,
) -> Look:  # fmt: skip
    if ours:
        session.put_away(ours, settings.move_to)
    keep(look.position)
    return replace(look, ours=look.ours + len(ours), unfinished=unfinished)


@contextlib.contextmanager
def _honest(settings: ImapSettings) -> Iterator[None]:
    """Whatever the library or the network raises, as one error in words. Never the password."""
    try:
        yield
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(
            "the bounce mailbox cannot be read",
            where=settings.place,
            why=_words(error),
            try_="digest bounce --fetch tries it now; check [bounces] imap and password",
        ) from error


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    first = error.args[0] if error.args else ""
    said = first.decode("utf-8", "replace") if isinstance(first, bytes) else str(error)
    return clean(said) or type(error).__name__


class _Session:
    """One connection. Cut off when its time is over: a server that says a byte now and then never runs into a timeout
    of one read."""

    def __init__(self, settings: ImapSettings, seconds: float, tls: ssl.SSLContext | None) -> None:
        self._settings, self._tls = settings, tls or ssl.create_default_context()
        timeout_s = min(settings.timeout_s, seconds)
        if settings.tls == "implicit":
            self._imap: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                settings.host, settings.port, ssl_context=self._tls, timeout=timeout_s
            )
        else:
            self._imap = imaplib.IMAP4(settings.host, settings.port, timeout=timeout_s)
        self._guard = threading.Timer(seconds + timeout_s, self._cut)
        self._guard.daemon = True
        self._guard.start()

    def __enter__(self) -> _Session:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()
        self._guard.cancel()

    def _cut(self) -> None:
        with contextlib.suppress(OSError):
            self._imap.socket().shutdown(socket.SHUT_RDWR)

    def log_in(self) -> None:
        if self._settings.tls == "starttls":
            self._imap.starttls(self._tls)
        self._imap.login(self._settings.username, self._settings.password)

    def select(self, folder: str) -> int:
        self._ask(self._imap.select(_quoted(folder)), f"there is no folder {folder}")
        _, answer = self._imap.response("UIDVALIDITY")
        return int(answer[0]) if answer and answer[0] else 0

    def new(self, above: int, *, since: datetime | None) -> list[int]:
        criteria = [f"UID {above + 1}:*"]
        if since is not None:
            criteria.append(f"SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}")
        data = self._ask(self._imap.uid("SEARCH", *criteria), "it refuses to search")
        numbers = b" ".join(part for part in data if isinstance(part, bytes)).split()
        # "n:*" names the last message even when its number is smaller (RFC 9051 section 6.4.4)
        return sorted({int(number) for number in numbers if number.isdigit() and int(number) > above})

    def fetch(self, uid: int) -> bytes | None:
        """The first megabyte, without marking it as read. None: somebody has deleted it meanwhile."""
        data = self._ask(
            self._imap.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MAX_BYTES}>)"), f"it refuses to give message {uid}"
        )
        found = [part[1] for part in data if isinstance(part, tuple) and len(part) > 1]
        return bytes(found[0]) if found else None

    def put_away(self, uids: list[int], folder: str) -> None:
        numbers = ",".join(map(str, uids))
        self._ask(self._imap.uid("STORE", numbers, "+FLAGS.SILENT", r"(\Seen)"), "it refuses to mark messages as read")
        if not folder:
            return
        able = {word.upper() for word in self._imap.capabilities}
        if "MOVE" in able:
            self._moved(self._imap.uid("MOVE", numbers, _quoted(folder)), folder)
        elif "UIDPLUS" in able:
            self._moved(self._imap.uid("COPY", numbers, _quoted(folder)), folder)
            self._ask(self._imap.uid("STORE", numbers, "+FLAGS.SILENT", r"(\Deleted)"), "it refuses to delete")
            self._ask(self._imap.uid("EXPUNGE", numbers), "it refuses to expunge")
        # Without both, removing a message would remove whatever else somebody marked as deleted: it stays, read.

    def _moved(self, answer: tuple[str, Sequence[object]], folder: str) -> None:
        self._ask(answer, f"there is no folder {folder}; make it, or change [bounces] move_to")

    def _ask(self, answer: tuple[str, Sequence[object]], refusal: str) -> Sequence[object]:
        kind, data = answer
        if kind != "OK":
            words = b" ".join(part for part in data if isinstance(part, bytes)).decode("utf-8", "replace")
            raise imaplib.IMAP4.error(f"{refusal}: {words}" if words else refusal)
        return data


def _quoted(folder: str) -> str:
    """A mailbox name as IMAP writes it: modified UTF-7 in a quoted string (RFC 3501 section 5.1.3)."""
    encoded = re.sub(r"&|[^\x20-\x7e]+", lambda match: "&-" if match[0] == "&" else _modified_base64(match[0]), folder)
    return '"' + encoded.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _modified_base64(text: str) -> str:
    import base64

    packed = base64.b64encode(text.encode("utf-16-be")).decode("ascii").rstrip("=").replace("/", ",")
    return f"&{packed}-"


def look_into_maildir(path: Path, take: Take, *, seconds: float) -> Look:
    """Read `new/`; each message moves to `cur/`, marked as seen if it was ours. Raises `MailboxError`."""
    deadline, look = time.monotonic() + seconds, Look()
    try:
        names = sorted(entry.name for entry in os.scandir(path / "new"))
        (path / "cur").mkdir(exist_ok=True)
    except OSError as error:
        raise MailboxError(
            "the bounce mailbox cannot be read", where=f"maildir {path}", why=error.strerror or str(error),
            try_="check [bounces] maildir: a folder with new/, cur/ and tmp/ that this user may change",
        ) from error  # fmt: skip
    for number, name in enumerate(names[:MAX_MESSAGES]):
        if time.monotonic() > deadline:
            return replace(look, unfinished=True)
        raw = _contents(path / "new" / name)
        if raw is None:
            continue
        ours = take(raw)
        flags = "" if ":2," in name else ":2,"
        with contextlib.suppress(FileNotFoundError):  # a mail program was faster
            (path / "new" / name).rename(path / "cur" / f"{name}{flags}{'S' if ours else ''}")
        look = Look(number + 1, look.ours + ours)
    return replace(look, unfinished=len(names) > MAX_MESSAGES)


def _contents(path: Path) -> bytes | None:
    """The first megabyte of a plain file; None for anything else, or when it is gone."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        return None
    with os.fdopen(handle, "rb") as file:
        return file.read(MAX_BYTES)
