"""One connection to a relay for a look: opened as every sending connection is, then a command at a time.

Sends no message. Invariant: it knocks exactly as the client that sends (`smtp.opening`: the same EHLO, the same
insistence on encryption, the same choice of a login), so that what is found here holds there.

Why not `smtp.Channel`: that one is made to keep a window of messages on the wire from an event loop; here somebody
waits for each reply, in a thread of its own, and wants to look at the certificate.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import ssl

from digest.deliver.settings import RelaySettings
from digest.deliver.smtp.offers import Offers
from digest.deliver.smtp.opening import START_TLS, address_literal, connect_error, opening
from digest.deliver.smtp.replies import Reply, ReplyFault, ReplyReader
from digest.errors import RelayError

_READ_SIZE = 4096


class Door:
    """`knock` until it opens, `ask`, `close`. Trouble is a `RelayError`, whatever kind it is of."""

    def __init__(self, relay: RelaySettings, *, timeout_s: float) -> None:
        self._relay, self._timeout_s = relay, timeout_s
        self._socket: socket.socket | None = None
        self._reader = ReplyReader()
        self.offers = Offers()
        self.heard = 0  # whole replies

    @property
    def tls(self) -> ssl.SSLSocket | None:
        """The connection once it is encrypted, for its version and certificate."""
        return self._socket if isinstance(self._socket, ssl.SSLSocket) else None

    def knock(self) -> None:
        """Greeting, EHLO, encryption, login."""
        connection = self._connect()
        if self._relay.tls == "implicit":
            connection = self._encrypt(connection)
        name = self._relay.local_hostname or address_literal(str(connection.getsockname()[0]))
        steps = opening(self._relay, own_name=name, nonce=secrets.token_urlsafe(18))
        try:
            step = next(steps)
            while True:
                if step == START_TLS:
                    self._encrypt(self._clean())
                    step = steps.send(None)
                else:
                    assert isinstance(step, bytes)
                    step = steps.send(self._exchange(step))
        except StopIteration as opened:
            self.offers = opened.value
        except ReplyFault as fault:
            raise self._broken(str(fault)) from fault

    def ask(self, line: str) -> Reply:
        try:
            return self._exchange(f"{line}\r\n".encode())
        except ReplyFault as fault:
            raise self._broken(str(fault)) from fault

    def close(self) -> None:
        """QUIT, if there is anybody to say it to."""
        if self._socket is None:
            return
        with contextlib.suppress(RelayError):
            self.ask("QUIT")
        self._socket.close()

    def _connect(self) -> socket.socket:
        try:
            self._socket = socket.create_connection((self._relay.host, self._relay.port), self._timeout_s)
        except OSError as error:
            raise connect_error(self._relay, error) from error
        return self._socket

    def _encrypt(self, connection: socket.socket) -> socket.socket:
        try:
            self._socket = ssl.create_default_context().wrap_socket(connection, server_hostname=self._relay.host)
        except OSError as error:
            self._socket = None  # the handshake has taken it, and nothing can be said on it any more
            raise connect_error(self._relay, error) from error
        return self._socket

    def _clean(self) -> socket.socket:
        """The connection, with nothing said ahead of the handshake (RFC 3207 section 5)."""
        assert self._socket is not None
        if self._reader.pending:
            raise ReplyFault("it sent more text before the TLS handshake")
        return self._socket

    def _exchange(self, line: bytes) -> Reply:
        assert self._socket is not None
        try:
            if line:
                self._socket.sendall(line)
            while (reply := self._reader.next()) is None:
                data = self._socket.recv(_READ_SIZE)
                if not data:
                    raise self._broken("it closed the connection")
                self._reader.feed(data)
        except TimeoutError as error:
            raise self._broken(f"no answer within {self._timeout_s:g} s") from error
        except OSError as error:
            raise self._broken((error.strerror or str(error)).lower()) from error
        self.heard += 1
        return reply

    def _broken(self, why: str) -> RelayError:
        place = self._relay.place
        return RelayError("the relay broke off", where=place, why=why, try_="try again later, or ask its provider")
