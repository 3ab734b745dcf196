"""A blocking socket that speaks in replies: every wait has an end, every surprise is a `WireFault`.

Does not know SMTP's commands. Invariant: in lock-step nothing is read before it is asked for: bytes that wait before a
command is written (an unsolicited 421, a reply too many, text injected before a TLS handshake) end the connection
instead of answering the wrong question.

Why this way, and not `smtplib`: its `getreply` waits for ever on a server that sends a byte a minute, grows without
bound on a reply without an end, and keeps no account of bytes that nobody asked for.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from typing import NoReturn

from digest.deliver.smtp.replies import Reply, ReplyFault, ReplyReader

CHUNK = 64 * 1024


class WireFault(Exception):
    """The connection cannot be used any more; the text says why."""


class Wire:
    def __init__(self, sock: socket.socket) -> None:
        # The final dot is three bytes after the body: with Nagle's algorithm it would wait for the body's ACK.
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sock = sock
        self._replies = ReplyReader()
        self.encrypted = isinstance(sock, ssl.SSLSocket)

    def read(self, timeout_s: float) -> Reply:
        """One reply, whole, within `timeout_s` in all (not per packet). Raises `WireFault`."""
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                reply = self._replies.next()
            except ReplyFault as fault:
                raise WireFault(str(fault)) from fault
            if reply is not None:
                return reply
            self._replies.feed(self._receive(deadline - time.monotonic(), timeout_s))

    def ask(self, line: str, timeout_s: float, *, encoding: str = "ascii") -> Reply:
        """Write one command and read its reply."""
        if "\r" in line or "\n" in line or "\0" in line:
            raise AssertionError("a command must be one line")  # addresses are checked before; this is the last gate
        self.check_quiet()
        self.write(f"{line}\r\n".encode(encoding), timeout_s)
        return self.read(timeout_s)

    def write(self, data: bytes, timeout_s: float) -> None:
        """Write all of `data`, `timeout_s` for each 64 KB (RFC 5321 section 4.5.3.2.5 counts per block too)."""
        try:
            self._sock.settimeout(timeout_s)
            for start in range(0, len(data), CHUNK):
                self._sock.sendall(data[start : start + CHUNK])
        except TimeoutError as error:
            raise WireFault(f"it did not read for {timeout_s:g} s") from error
        except OSError as error:
            self._fail_to_write(error)

    def own_literal(self) -> str:
        """The address literal of this end (RFC 5321 section 4.1.3), for EHLO where no name was configured."""
        host = str(self._sock.getsockname()[0]).partition("%")[0]
        return f"[IPv6:{host}]" if ":" in host else f"[{host}]"

    def check_quiet(self) -> None:
        """Raise `WireFault` if the server said something unasked or hung up. Costs no waiting."""
        if not self._replies.pending:
            try:
                self._sock.settimeout(0)
                data = self._sock.recv(CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            except OSError as error:
                raise WireFault(f"the connection broke ({_reason(error)})") from error
            if not data:
                raise WireFault("it closed the connection")
            self._replies.feed(data)
        raise WireFault(f"it said, unasked: {self._last_words()}")

    def start_tls(self, context: ssl.SSLContext, host: str, timeout_s: float) -> None:
        """Turn to TLS. Text sent ahead of the handshake is an attack or a fault, never read on (RFC 3207 section 5).

        Raises `ssl.SSLError`, `OSError` or `WireFault`.
        """
        if self._replies.pending:
            raise WireFault("it sent more text before the TLS handshake")
        self._sock.settimeout(timeout_s)
        self._sock = context.wrap_socket(self._sock, server_hostname=host)
        self.encrypted = True

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.close()

    def _receive(self, remaining_s: float, timeout_s: float) -> bytes:
        try:
            if remaining_s <= 0:
                raise TimeoutError
            self._sock.settimeout(remaining_s)
            data = self._sock.recv(CHUNK)
        except TimeoutError as error:
            raise WireFault(f"it did not answer within {timeout_s:g} s") from error
        except OSError as error:
            raise WireFault(f"the connection broke ({_reason(error)})") from error
        if not data:
            raise WireFault("it closed the connection")
        return data

    def _fail_to_write(self, error: OSError) -> NoReturn:
        """A server that hangs up while we write often said why just before."""
        with contextlib.suppress(OSError):
            self._sock.settimeout(0)
            self._replies.feed(self._sock.recv(CHUNK))
        words = f"; it said: {self._last_words()}" if self._replies.pending else ""
        raise WireFault(f"the connection broke ({_reason(error)}){words}") from error

    def _last_words(self) -> str:
        try:
            return str(self._replies.next() or "half a line")
        except ReplyFault as fault:
            return str(fault)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error) or type(error).__name__).lower()
