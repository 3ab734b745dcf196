"""A small SMTP server on 127.0.0.1 that accepts everything and keeps it: the inbox of `digest demo` and of tests.

It speaks RFC 5321 with SIZE, 8BITMIME, PIPELINING, SMTPUTF8 and ENHANCEDSTATUSCODES, undoes dot-stuffing (section
4.5.2), and answers 250 to a message only after its .eml file is written, so that an acknowledged message is really
there. It never delivers anything anywhere.

It is strict where a sloppy client would otherwise look right: a bare CR or LF inside a message is refused (section
2.3.8; that is how SMTP smuggling works), and so are lines over 1,000 octets (section 4.5.3.1.6).

Why threads: one reader per connection with a buffer is the shortest correct way to answer pipelined commands in
order; a demo has a handful of connections.
"""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path
from types import TracebackType

__all__ = ["Inbox", "StoredMail"]

MAX_MESSAGE_BYTES = 25 * 1024 * 1024
MAX_LINE_BYTES = 1000
MAX_COMMAND_BYTES = 2048
MAX_RECIPIENTS = 1000
MAX_ERRORS = 20
MAX_CONNECTIONS = 100
IDLE_S = 60.0

_PATH = re.compile(r"\s*<(?:@[^:>]*:)?([^<>\s]*)>((?:\s+\S+)*)\s*", re.UNICODE)
_UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]")


@dataclass(frozen=True, slots=True)
class StoredMail:
    """One accepted message. `envelope_to` has every recipient of the transaction; `path` is None without a folder.

    `subject` is decoded; `message_id` without angle brackets; `received_at` is aware UTC; `data` the exact bytes.
    """

    envelope_from: str
    envelope_to: tuple[str, ...]
    path: Path | None
    subject: str
    received_at: datetime
    message_id: str
    data: bytes = field(repr=False, default=b"")


class Inbox:
    """The running server: `with Inbox(directory) as inbox: ... inbox.port ... inbox.messages`.

    With a `directory` (made when missing) each message is a numbered .eml file there. Thread-safe.
    """

    def __init__(
        self, directory: Path | None = None, *, port: int = 0, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.directory = directory
        self._clock = clock
        self._stored: list[StoredMail] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._closing = False
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="demo-inbox", daemon=True)
        self._thread.start()

    @property
    def messages(self) -> list[StoredMail]:
        """What has been accepted so far, in order of arrival (a copy)."""
        with self._lock:
            return list(self._stored)

    @property
    def address(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def keep(self, sender: str, recipients: tuple[str, ...], data: bytes) -> StoredMail:
        """Store one message durably enough to acknowledge it. Raises `OSError` when the folder cannot be written."""
        headers = BytesHeaderParser(policy=policy.default).parsebytes(data)
        with self._lock:
            path = self._write(len(self._stored) + 1, recipients, data)
            mail = StoredMail(
                envelope_from=sender,
                envelope_to=recipients,
                path=path,
                subject=_header(headers, "Subject"),
                received_at=self._clock(),
                message_id=_header(headers, "Message-ID").strip().strip("<>"),
                data=data,
            )
            self._stored.append(mail)
        return mail

    def close(self) -> None:
        """Stop listening and drop every connection. Closing twice is fine."""
        self._closing = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=5)

    def __enter__(self) -> Inbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, number: int, recipients: tuple[str, ...], data: bytes) -> Path | None:
        if self.directory is None:
            return None
        path = self.directory / f"{number:05d}-{_UNSAFE.sub('_', recipients[0])[:80]}.eml"
        path.write_bytes(data)
        return path

    def _accept(self) -> None:
        while not self._closing:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                full = len(self._open) >= MAX_CONNECTIONS
                if not full:
                    self._open.add(connection)
            if full:
                _refuse(connection)
            else:
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                connection.settimeout(IDLE_S)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _Session(connection, self).run()
        except OSError:
            pass  # the client went away or went silent; nothing of an unfinished message is kept
        finally:
            with self._lock:
                self._open.discard(connection)


def _header(headers: object, name: str) -> str:
    """A header as text; a message whose headers the parser cannot read is still mail that was accepted."""
    try:
        return " ".join(str(headers[name] or "").split())  # type: ignore[index]
    except Exception:  # the stdlib parser raises many types on malformed headers (IndexError, AttributeError, ...)
        return ""


def _refuse(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        connection.sendall(b"421 4.3.2 too many connections\r\n")


class _Session:
    """One connection: commands in, replies out, in order. Replies wait in a buffer while more input is at hand."""

    def __init__(self, connection: socket.socket, inbox: Inbox) -> None:
        self._connection, self._inbox = connection, inbox
        self._input, self._output = bytearray(), bytearray()
        self._errors = 0
        self._greeted = False
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._utf8 = False

    def run(self) -> None:
        self._reply(220, "digest demo inbox ESMTP", enhanced="")
        while self._errors < MAX_ERRORS:
            raw = self._line(MAX_COMMAND_BYTES)
            if raw is None:
                return
            if not self._command(raw):
                self._flush()
                return
        self._reply(421, "too many errors", enhanced="4.7.0")
        self._flush()

    def _command(self, raw: bytes) -> bool:
        """Answer one command line; False ends the session."""
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return self._error(500, "not UTF-8", enhanced="5.5.2")
        verb, _, rest = text.partition(" ")
        handler = {
            "EHLO": self._ehlo, "HELO": self._helo, "MAIL": self._mail, "RCPT": self._rcpt, "DATA": self._data,
            "RSET": self._rset, "NOOP": self._noop, "VRFY": self._vrfy, "QUIT": self._quit,
        }.get(verb.upper())  # fmt: skip
        if handler is None:
            return self._error(500, "unknown command", enhanced="5.5.1")
        return handler(rest)

    def _ehlo(self, rest: str) -> bool:
        self._greeted = True
        self._reset()
        extensions = [f"SIZE {MAX_MESSAGE_BYTES}", "8BITMIME", "PIPELINING", "SMTPUTF8", "ENHANCEDSTATUSCODES"]
        lines = ["digest demo inbox", *extensions]
        self._output += b"".join(b"250-%s\r\n" % line.encode() for line in lines[:-1])
        self._output += b"250 %s\r\n" % lines[-1].encode()
        return True

    def _helo(self, rest: str) -> bool:
        self._greeted = True
        self._reset()
        return self._reply(250, "digest demo inbox", enhanced="")

    def _mail(self, rest: str) -> bool:
        if not self._greeted:
            return self._error(503, "EHLO first", enhanced="5.5.1")
        if self._sender is not None:
            return self._error(503, "a transaction is open", enhanced="5.5.1")
        parsed = _path(rest, "FROM:")
        if parsed is None:
            return self._error(501, "MAIL FROM:<address>", enhanced="5.5.4")
        address, parameters = parsed
        size = parameters.pop("SIZE", "0")
        if not size.isdecimal() or parameters.pop("BODY", "7BIT").upper() not in {"7BIT", "8BITMIME"}:
            return self._error(501, "bad parameter", enhanced="5.5.4")
        utf8 = parameters.pop("SMTPUTF8", None) is not None
        if parameters:
            return self._error(555, f"unknown parameter {sorted(parameters)[0][:40]}", enhanced="5.5.4")
        if int(size) > MAX_MESSAGE_BYTES:
            return self._reply(552, "message too large", enhanced="5.3.4")
        if not address.isascii() and not utf8:
            return self._error(553, "non-ASCII address without SMTPUTF8", enhanced="5.6.7")
        self._sender, self._utf8 = address, utf8
        return self._reply(250, "sender ok", enhanced="2.1.0")

    def _rcpt(self, rest: str) -> bool:
        if self._sender is None:
            return self._error(503, "MAIL first", enhanced="5.5.1")
        parsed = _path(rest, "TO:")
        if parsed is None or "@" not in parsed[0]:
            return self._error(501, "RCPT TO:<address>", enhanced="5.5.4")
        if not parsed[0].isascii() and not self._utf8:
            return self._error(553, "non-ASCII address without SMTPUTF8", enhanced="5.6.7")
        if len(self._recipients) >= MAX_RECIPIENTS:
            return self._reply(452, "too many recipients", enhanced="4.5.3")
        self._recipients.append(parsed[0])
        return self._reply(250, "recipient ok", enhanced="2.1.5")

    def _data(self, rest: str) -> bool:
        if self._sender is None or not self._recipients:
            return self._error(503, "no valid recipients", enhanced="5.5.1")
        self._reply(354, "end with <CRLF>.<CRLF>", enhanced="")
        data, fault = self._body()
        if data is None:
            return False
        sender, recipients = self._sender, tuple(self._recipients)
        self._reset()
        if fault:
            return self._error(*fault)
        try:
            self._inbox.keep(sender, recipients, data)
        except OSError as error:
            return self._reply(452, f"cannot store it: {error.strerror}", enhanced="4.3.1")
        return self._reply(250, "kept", enhanced="2.0.0")

    def _body(self) -> tuple[bytes | None, tuple[int, str, str] | None]:
        """The message after undoing dot-stuffing; None when the client left. A fault is reported at its end."""
        lines: list[bytes] = []
        size, fault = 0, None
        while True:
            line = self._line(MAX_LINE_BYTES, keep_long=True)
            if line is None:
                return None, None
            if line == b".":
                return b"".join(lines), fault
            line = line.removeprefix(b".")
            size += len(line) + 2
            if b"\n" in line or b"\r" in line:
                fault = fault or (554, "bare CR or LF in the message", "5.6.0")
            elif len(line) > MAX_LINE_BYTES - 2:
                fault = fault or (554, "line longer than 1000 octets", "5.6.0")
            elif size > MAX_MESSAGE_BYTES:
                fault = fault or (552, "message too large", "5.3.4")
            if fault:
                lines.clear()
            else:
                lines.append(line + b"\r\n")

    def _rset(self, rest: str) -> bool:
        self._reset()
        return self._reply(250, "reset", enhanced="2.0.0")

    def _noop(self, rest: str) -> bool:
        return self._reply(250, "ok", enhanced="2.0.0")

    def _vrfy(self, rest: str) -> bool:
        return self._reply(252, "send it and see", enhanced="2.5.0")

    def _quit(self, rest: str) -> bool:
        self._reply(221, "bye", enhanced="2.0.0")
        return False

    def _reset(self) -> None:
        self._sender = None
        self._recipients = []
        self._utf8 = False

    def _error(self, code: int, text: str, enhanced: str) -> bool:
        self._errors += 1
        return self._reply(code, text, enhanced=enhanced)

    def _reply(self, code: int, text: str, *, enhanced: str) -> bool:
        words = " ".join(part for part in (str(code), enhanced, text) if part)
        self._output += words.encode("ascii", "replace") + b"\r\n"
        return True

    def _flush(self) -> None:
        if self._output:
            self._connection.sendall(self._output)
            self._output.clear()

    def _line(self, limit: int, *, keep_long: bool = False) -> bytes | None:
        """The next line without its CRLF, or None at the end of the stream.

        A longer one ends a command session with 500; inside a message (`keep_long`) its head is returned, marked by
        its length, so that the fault is reported where RFC 5321 wants it: after the final dot.
        """
        head, searched = b"", 0
        while True:
            end = self._input.find(b"\r\n", searched)
            if end >= 0:
                line = head + bytes(self._input[:end])
                del self._input[: end + 2]
                return line
            if len(self._input) > limit:
                if not keep_long:
                    self._reply(500, "line too long", enhanced="5.5.2")
                    self._flush()
                    return None
                head = head or bytes(self._input[: limit + 1])
                del self._input[:-1]
            searched = max(0, len(self._input) - 1)
            self._flush()
            received = self._connection.recv(65536)
            if not received:
                return None
            self._input += received


def _path(text: str, keyword: str) -> tuple[str, dict[str, str]] | None:
    """`FROM:<a@b> SIZE=12` as address and parameters by upper-case name (RFC 5321 section 4.1.2)."""
    if text[: len(keyword)].upper() != keyword:
        return None
    match = _PATH.fullmatch(text[len(keyword) :])
    if match is None or any(ord(char) < 32 or ord(char) == 127 for char in text):
        return None
    pairs = (word.partition("=") for word in match[2].split())
    return match[1], {name.upper(): value for name, _, value in pairs}
