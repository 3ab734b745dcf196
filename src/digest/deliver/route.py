"""One relay in use: how many connections, when the next may be opened, how fast to speak; and one connection's load.

Does not open anything. Why this way: connections are added one for each round of successes and halved in trouble, as
Postfix and KumoMTA do, so that a relay is never met with more than it has shown to bear; trouble is counted once for
all connections that were open when it began, because a relay that restarts loses all of them in one moment.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from dataclasses import dataclass, field

from digest.deliver.settings import RelaySettings
from digest.deliver.smtp import Channel, Mode, Session, Transaction
from digest.model import Recipient

_LOSSES_TO_STEP_DOWN = 2
_DENIAL_S = 0.5


@dataclass(slots=True, eq=False)
class Route:
    """`episode` counts troubles; a connection remembers in which one it was opened. `troubles` are those in a row.

    `paced`: limits count here, so a message leaves at once when it is put on a connection. `given`: messages for each
    unit of weight; `denied_at`: when a limit last said that somebody must wait.
    """

    settings: RelaySettings
    context: ssl.SSLContext | None = None
    lanes: list[Lane] = field(default_factory=list)
    allowed: float = 1.0
    not_before: float = 0.0
    episode: int = 0
    troubles: int = 0
    cap: Mode = Mode.CHUNKED
    proven: set[Mode] = field(default_factory=set)
    paced: bool = False
    given: float = 0.0
    denied_at: float = -_DENIAL_S
    _losses: int = 0

    @property
    def opening(self) -> bool:
        return any(not lane.ready for lane in self.lanes)

    def may_open(self, now: float) -> bool:
        return now >= self.not_before and len(self.lanes) < int(self.allowed)

    def takes_mail(self, now: float) -> bool:
        """Whether it would take its share now; if not, the others take it over."""
        ready = any(lane.ready and not lane.draining for lane in self.lanes)
        return ready and not self.troubles and now - self.denied_at >= _DENIAL_S

    def tls_context(self) -> ssl.SSLContext | None:
        """Made once a run: reading the authorities of this machine takes longer than a handshake."""
        if self.context is None and self.settings.tls != "none":
            self.context = ssl.create_default_context()
        return self.context

    def window(self, mode: Mode) -> int:
        """Messages of one connection that may be begun and without a durable outcome.

        One until the server has taken a message in that mode: a server that only pretends costs one doubt, not four.
        """
        if self.paced or mode is Mode.LOCK_STEP or mode not in self.proven:
            return 1
        return self.settings.chunk_window if mode is Mode.CHUNKED else self.settings.window

    def succeeded(self) -> None:
        self.troubles = 0
        if self.allowed < self.settings.connections:
            self.allowed = min(self.allowed + 1 / int(self.allowed), self.settings.connections)

    def suffered(self, episode: int) -> bool:
        """Whether this trouble is a new one."""
        if episode != self.episode:
            return False
        self.episode += 1
        self.troubles += 1
        self.allowed = max(1.0, self.allowed / 2)
        return True

    def lost_in(self, mode: Mode, *, fault: bool) -> None:
        """Step down: at once when the server was out of step, after two connections when it was merely silent."""
        if mode is Mode.LOCK_STEP or mode > self.cap:
            return
        self._losses += mode not in self.proven
        if fault or self._losses >= _LOSSES_TO_STEP_DOWN:
            self.step_down(mode)

    def step_down(self, mode: Mode) -> None:
        self.cap, self._losses = Mode(max(0, min(self.cap, mode - 1))), 0


@dataclass(slots=True, eq=False)
class Load:
    """One person on a connection. `asked`: the intent is in a commit, or durable."""

    recipient: Recipient
    lane: Lane
    asked: bool = False


@dataclass(slots=True, eq=False)
class Lane:
    """One connection of a route. `slots` are loads that were asked for and have no durable outcome.

    `unasked` have no intent yet; of those in `durable` it is written down, and they have not been let go.

    `draining`: nothing more is written. `spoilt`: not even QUIT; the relay said no, or a message stands half written.
    """

    route: Route
    channel: Channel
    episode: int
    opened_at: float
    gone: asyncio.Future[None]
    used: int = 0
    slots: int = 0
    ready: bool = False
    draining: bool = False
    spoilt: bool = False
    quitting: bool = False
    loads: dict[Transaction, Load] = field(default_factory=dict)
    unasked: deque[Transaction] = field(default_factory=deque)
    durable: list[Transaction] = field(default_factory=list)

    @property
    def session(self) -> Session:
        """Only once the connection is open."""
        assert self.channel.session is not None
        return self.channel.session

    @property
    def window(self) -> int:
        return self.route.window(self.session.mode) if self.ready else 1

    @property
    def room(self) -> int:
        """How many more messages it may be given."""
        if not self.ready or self.draining or self.quitting:
            return 0
        return self.window - len(self.loads)

    def take_back(self, transaction: Transaction) -> Load:
        load = self.loads.pop(transaction)
        if not load.asked:
            self.unasked.remove(transaction)
        return load
