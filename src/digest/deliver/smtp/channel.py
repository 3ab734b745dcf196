"""One asyncio connection around a session: it reads, writes, waits and encrypts. Everything it learns goes to `Owner`.

Does not decide. Invariants: every wait has an end (`check_time`); what the program has not handed to the kernel yet
stays small, because nothing is written while the other side does not read.

Why protocols and not streams: a reply of thirty bytes costs one call here, and several tasks and futures there. The
buffer is ours and small, so that reading does not allocate a quarter of a megabyte each time.
"""

from __future__ import annotations

import asyncio
import secrets
import select
import socket
import ssl
from collections.abc import Sequence
from typing import Protocol

from digest.deliver.settings import RelaySettings, Timeouts
from digest.deliver.smtp.conversation import Answer
from digest.deliver.smtp.offers import Mode
from digest.deliver.smtp.opening import address_literal, connect_error
from digest.deliver.smtp.session import Broken, Event, Ready, Session, StartTls

_READ_SIZE = 16 * 1024
_QUIT_S = 5.0
_HOLD_S = 0.02  # longer than most disks take to make an intent durable
_NEVER = float("inf")


class Owner(Protocol):
    """Who hears what a channel learns. Called on the loop's thread; the channel writes after each call."""

    def on_ready(self, channel: Channel) -> None: ...
    def on_answer(self, channel: Channel, answer: Answer) -> None: ...
    def on_broken(self, channel: Channel, broken: Broken) -> None:
        """Exactly once, last."""

    def on_quiet(self, channel: Channel) -> None:
        """All replies that had come were handled; only once the relay takes mail."""

    def on_failure(self, error: BaseException) -> None:
        """The owner itself failed in one of the calls above."""


class Channel(asyncio.BufferedProtocol):
    """`await open()` connects; from then on the owner is called. `session` is None before."""

    def __init__(
        self, relay: RelaySettings, owner: Owner, *, context: ssl.SSLContext | None, cap: Mode = Mode.CHUNKED
    ) -> None:
        self.relay, self._owner, self._context, self._cap = relay, owner, context, cap
        self.session: Session | None = None
        self._transport: asyncio.Transport | None = None
        self._view = memoryview(bytearray(_READ_SIZE))
        self._loop = asyncio.get_running_loop()
        self._hurry: asyncio.TimerHandle | None = None
        self._poll: select.poll | None = None
        self._heard = 0
        self._deadline, self._blocked_until = _NEVER, _NEVER
        self._patience_s = 0.0
        self._handshake: asyncio.Task[None] | None = None
        self.closed = False

    async def open(self) -> None:
        """Connect. Raises `RelayError`; then the owner is not called."""
        relay = self.relay
        encrypted = self._context if relay.tls == "implicit" else None
        try:
            async with asyncio.timeout(relay.timeouts.connect_s):
                await self._loop.create_connection(
                    lambda: self, relay.host, relay.port, ssl=encrypted,
                    server_hostname=relay.host if encrypted else None,
                )  # fmt: skip
        except OSError as error:
            raise connect_error(relay, error) from error

    def flush(self) -> None:
        """Write what the session wants written, and set the clock for what it waits for."""
        session = self.session
        if session is None or self._transport is None or self.closed:
            return
        while data := session.outgoing():
            self._transport.write(data)
            session.conversation.advance()
        if session.conversation.holds_a_body and self._hurry is None:
            self._hurry = self._loop.call_later(_HOLD_S, self._hurry_on)
        self._set_clock(session)

    def unread(self) -> bool:
        """Whether the server has said something, or has hung up, and the loop has not looked at it yet."""
        return self._poll is not None and bool(self._poll.poll(0))

    def quit(self) -> None:
        """Say QUIT; the owner hears `Broken("quit")` when it is over."""
        assert self.session is not None
        self.session.quit()
        self.flush()

    def abandon(self) -> None:
        """Close without another byte: a message that waits for its end is never delivered. The owner is not called."""
        self.closed = True
        if self._hurry is not None:
            self._hurry.cancel()
        if self._handshake is not None:
            self._handshake.cancel()
        if self._transport is not None:
            self._transport.abort()

    def check_time(self, now: float) -> None:
        """End the wait for a reply, or for the other side to read, when it has lasted too long."""
        if self.closed:
            return
        if now >= self._deadline:
            self._lose(f"it did not answer within {self._patience_s:g} s")
        elif now >= self._blocked_until:
            self._lose(f"it did not read for {self.relay.timeouts.block_s:g} s")

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self.closed:  # abandoned while it was being opened
            transport.abort()
            return
        self._use(transport)
        name = self.relay.local_hostname or address_literal(str(transport.get_extra_info("sockname")[0]))
        self.session = Session(self.relay, own_name=name, nonce=secrets.token_urlsafe(18), cap=self._cap)
        self._set_clock(self.session)

    def get_buffer(self, sizehint: int) -> memoryview:
        """A view, not the bytearray: asyncio's TLS slices what it gets, and would read on into a copy."""
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        if self.session is not None and not self.closed:
            self._handle(self.session.receive(bytes(self._view[:nbytes])))

    def eof_received(self) -> None:
        self._lose("it closed the connection")

    def connection_lost(self, exc: Exception | None) -> None:
        if self._handshake is None or self._handshake.done():  # else the handshake itself reports, with better words
            self._lose(f"the connection broke ({_reason(exc)})" if exc else "it closed the connection")

    def pause_writing(self) -> None:
        self._blocked_until = self._loop.time() + self.relay.timeouts.block_s
        if self.session is not None:
            self.session.conversation.blocked = True

    def resume_writing(self) -> None:
        self._blocked_until = _NEVER
        if self.session is not None:
            self.session.conversation.blocked = False
            self.session.conversation.advance()
            self.flush()

    # Within

    def _use(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        # So that "paused" means: not everything has left. asyncio's TLS takes a buffer of no bytes to have reached a
        # limit of 0, and would pause while nothing is left to resume it.
        transport.set_write_buffer_limits(high=1 if transport.get_extra_info("ssl_object") else 0, low=0)
        if (sock := transport.get_extra_info("socket")) is not None:
            # The final dot may be three bytes after the body: with Nagle's algorithm it would wait for the body's ACK.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._poll = select.poll()
            self._poll.register(sock.fileno(), select.POLLIN)

    def _handle(self, events: Sequence[Event]) -> None:
        try:
            for event in events:
                self._handle_one(event)
            if self.session is not None and self.session.is_open and not self.closed:
                self._owner.on_quiet(self)
            self.flush()
        except Exception as error:
            self._owner.on_failure(error)

    def _handle_one(self, event: Event) -> None:
        if isinstance(event, Answer):
            self._owner.on_answer(self, event)
        elif isinstance(event, Ready):
            self._owner.on_ready(self)
        elif isinstance(event, StartTls):
            self._handshake = self._loop.create_task(self._encrypt())
        elif not self.closed:
            self.abandon()
            self._owner.on_broken(self, event)

    async def _encrypt(self) -> None:
        assert self._transport is not None and self._context is not None and self.session is not None
        relay = self.relay
        try:
            transport = await self._loop.start_tls(
                self._transport, self, self._context,
                server_hostname=relay.host, ssl_handshake_timeout=relay.timeouts.connect_s,
            )  # fmt: skip
        except OSError as error:
            trouble = connect_error(relay, error)
            self._handshake = None
            self._handle([Broken(str(trouble), "lost", trouble)])
            return
        assert transport is not None
        self._handshake = None
        self._use(transport)
        self._handle(self.session.encrypted())

    def _hurry_on(self) -> None:
        self._hurry = None
        if self.session is not None and not self.closed:
            self.session.conversation.hurry()
            self.flush()

    def _lose(self, why: str) -> None:
        if self.session is not None and not self.closed:
            self._handle(self.session.lose(why))

    def _set_clock(self, session: Session) -> None:
        """The wait begins with the command, or with the reply before; half a reply does not prolong it."""
        awaited = session.awaited
        if not awaited:
            self._deadline = _NEVER
        elif self._deadline == _NEVER or session.heard != self._heard:
            self._patience_s = _patience_s(self.relay.timeouts, awaited)
            self._deadline = self._loop.time() + self._patience_s
        self._heard = session.heard


def _patience_s(timeouts: Timeouts, awaited: str) -> float:
    if awaited == "dot":
        return timeouts.dot_s
    if awaited == "data":
        return timeouts.data_s
    return min(_QUIT_S, timeouts.reply_s) if awaited == "quit" else timeouts.reply_s


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
