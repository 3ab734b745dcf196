"""The connections of a run: opened where it is worth it, given people, drained in trouble, left with a QUIT.

Does not know a ledger. What becomes of people goes to `Crew`; what the channels learn comes in as `smtp.channel.Owner`.
Invariant: whoever is put on a connection comes back exactly once, as `settle` (with an outcome) or `give_back` (nothing
was tried); whoever's last bytes may have been read by the server is never given back.

Why callbacks and not a task for each connection: a reply is handled in microseconds, where a task switch costs as much
as the message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from digest.deliver.judging import Judged, judge, judge_loss
from digest.deliver.route import Lane, Load, Route
from digest.deliver.smtp import Answer, Broken, Channel, Mode, Transaction
from digest.deliver.smtp.commands import problem_of
from digest.errors import RelayError, RelaySetupError
from digest.model import DeliveryState, Message, Outcome, Recipient

if TYPE_CHECKING:
    from digest.deliver.sending import Limits

_WORTH_A_CONNECTION = 8  # messages waiting for each open connection: fewer are sent before another is open
_LEAD = 4  # messages by which a relay may be ahead of its share
_STARVING_S = 0.5
_FAREWELL_S = 6.0
_TICK_S = 0.1


class Crew(Protocol):
    """Who has the people."""

    @property
    def waiting_count(self) -> int: ...
    def next_message(self, relay: str, now: float) -> tuple[Recipient, Message] | None: ...
    def settle(self, recipient: Recipient, judged: Judged, load: Load | None) -> None: ...
    def give_back(self, load: Load) -> None: ...
    def told_to_stop(self) -> bool: ...
    def suffered(self, error: RelayError) -> float | None:
        """One more trouble in a row: seconds to leave the relay alone; None when that ends the run."""

    def fell_silent(self, outcome: Outcome) -> None:
        """A connection was lost over whole messages."""

    def halt(self, stopped: str, note: str) -> None: ...
    def fail(self, error: BaseException) -> None: ...
    def wake(self) -> None:
        """There may be something to write down."""


class Fleet:
    """Satisfies `smtp.channel.Owner`."""

    def __init__(
        self,
        routes: Sequence[Route],
        crew: Crew,
        limits: Limits,
        now: Callable[[], datetime],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.routes = list(routes)
        self._crew, self._limits, self._now, self._loop = crew, limits, now, loop
        self._by_channel: dict[Channel, Lane] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._leaving: set[Lane] = set()
        self._taken_at = 0.0
        for route in self.routes:
            route.paced = limits.pace.limits(route.settings.name)

    @property
    def lanes(self) -> list[Lane]:
        return [lane for route in self.routes for lane in route.lanes]

    @property
    def empty(self) -> bool:
        return not any(lane.loads for lane in self.lanes)

    @property
    def expects_answers(self) -> bool:
        """Whether a whole message is on its way somewhere."""
        return any(lane.ready and lane.session.must_wait for lane in self.lanes)

    # What the run says

    def serve(self) -> None:
        """Give every connection with room the next person, and open another where it is worth it."""
        for lane in self.lanes:
            self._load(lane)
        self._grow()

    def begin(self, lane: Lane, transactions: Sequence[Transaction]) -> None:
        """Their intents are durable: their last bytes may leave.

        First what the server may have said meanwhile is looked at: one that hung up while the intent was written has
        no message, and nobody is in doubt.
        """
        lane.durable.extend(transactions)
        if not lane.channel.unread():
            self._let_go(lane)
            lane.channel.flush()
        else:  # `on_quiet` lets go; if nothing whole was said, the turn of the loop after the next does
            self._loop.call_soon(self._loop.call_soon, self._let_go_late, lane)

    def withdraw(self, transaction: Transaction, load: Load) -> None:
        """Take somebody off a connection; where something of the message has left, the connection goes too."""
        lane = load.lane
        if lane.loads.get(transaction) is load:
            lane.take_back(transaction)
            if not lane.session.withdraw(transaction):
                self._drain(lane, spoilt=True)
                self._drop_if_quiet(lane)

    def drain(self) -> None:
        """Nothing more is begun anywhere; whole messages still get their answers."""
        for lane in self.lanes:
            self._drain(lane)
        self._loop.call_soon(self._drop_quiet_lanes)

    def drop(self) -> None:
        """Close at once what is not idle."""
        for task in self._opening:
            task.cancel()
        for lane in self.lanes:
            if not self._may_quit(lane):
                self._drop(lane)

    def check_time(self) -> None:
        now = self._loop.time()
        for lane in [*self.lanes, *self._leaving]:
            lane.channel.check_time(now)

    async def say_goodbye(self) -> None:
        """QUIT everywhere, and a little patience for the answers."""
        for lane in self.lanes:
            self._quit(lane)
        end = self._loop.time() + _FAREWELL_S
        while self._leaving and self._loop.time() < end:
            await asyncio.wait({lane.gone for lane in self._leaving}, timeout=_TICK_S)
            self.check_time()
        for lane in list(self._leaving):
            lane.channel.abandon()

    # What the channels tell

    def on_ready(self, channel: Channel) -> None:
        self._by_channel[channel].ready = True

    def on_answer(self, channel: Channel, answer: Answer) -> None:
        lane = self._by_channel[channel]
        if answer.transaction not in lane.loads:
            return  # denied meanwhile
        load = lane.take_back(answer.transaction)
        judged = judge(answer, lane.route.settings, self._now())
        lane.used += 1
        if judged.outcome.kind is DeliveryState.ACCEPTED:
            self._prove(lane, answer.transaction)
            lane.route.succeeded()
        if judged.trouble is not None:
            self._drain(lane, spoilt=True)
            self._suffer(lane.route, lane.episode, judged.trouble)
        self._crew.settle(load.recipient, judged, load)

    def on_quiet(self, channel: Channel) -> None:
        lane = self._by_channel[channel]
        self._let_go(lane)
        self._drop_if_quiet(lane)
        self._load(lane)
        self._grow()

    def on_broken(self, channel: Channel, broken: Broken) -> None:
        lane = self._by_channel[channel]
        self._leave(lane)
        if not lane.quitting:
            if broken.error is not None:
                self._failed_to_open(lane, broken.error)
            else:
                self._lost(lane, broken)
        self._crew.wake()

    def on_failure(self, error: BaseException) -> None:
        self._crew.fail(error)

    def _prove(self, lane: Lane, transaction: Transaction) -> None:
        """The server has taken a message in this mode: from here on the whole window is open."""
        session, route = lane.session, lane.route
        if session.mode is Mode.CHUNKED and not session.strict and not lane.loads:
            if not transaction.told_apart:
                # Without enhanced codes one reply too many would go unnoticed; with DATA, 354 tells as much.
                route.step_down(Mode.CHUNKED)
                session.set_mode(Mode.PIPELINED, strict=False)
                return
            session.set_mode(Mode.CHUNKED, strict=True)
        route.proven.add(session.mode)

    def _lost(self, lane: Lane, broken: Broken) -> None:
        """The first message without an answer may be why; those whose last bytes left are in doubt."""
        unanswered = [one for one in lane.session.unanswered if one in lane.loads]
        unread = broken.kind == "goodbye"
        if broken.kind == "fault" or (broken.kind == "lost" and unanswered):
            lane.route.lost_in(lane.session.mode, fault=broken.kind == "fault")
        in_doubt = [] if unread else [one for one in unanswered if one.complete]
        judged = judge_loss(broken.why, lane.route.settings, self._now(), complete=bool(in_doubt))
        if judged.trouble is not None and (unanswered or not lane.used):
            self._suffer(lane.route, lane.episode, judged.trouble)
        suspects = in_doubt or [one for one in unanswered[:1] if one.touched and not unread]
        for transaction in suspects:
            load = lane.take_back(transaction)
            self._crew.settle(load.recipient, judged, load)
        if in_doubt:
            self._crew.fell_silent(judged.outcome)
        self._drop(lane, unread=unread)

    def _let_go(self, lane: Lane) -> None:
        for transaction in lane.durable:
            if transaction in lane.loads:
                lane.session.begin(transaction)
        lane.durable.clear()

    def _let_go_late(self, lane: Lane) -> None:
        if lane.durable and not lane.channel.closed:
            self._let_go(lane)
            lane.channel.flush()

    # Loading

    def _load(self, lane: Lane) -> None:
        loaded = False
        route = lane.route
        while lane.room > 0 and not self._worn(lane) and self._has_turn(route) and not self._crew.told_to_stop():
            person = self._crew.next_message(route.settings.name, self._loop.time())
            if person is None:
                if route.paced:
                    route.denied_at = self._loop.time()
                    self._catch_up(route)
                break
            route.given += 1 / (route.settings.weight or 1)
            loaded = self._put_on(lane, *person) or loaded
        if loaded:
            self._taken_at = self._loop.time()
            lane.channel.flush()
            self._crew.wake()
        if not lane.loads and lane.ready and not lane.quitting and not lane.draining and self._worn(lane):
            self._quit(lane)

    def _has_turn(self, route: Route) -> bool:
        """Each relay in proportion to its weight, as long as the others take their share; spares when none does."""
        if len(self.routes) == 1:
            return True
        now = self._loop.time()
        others = [one for one in self.routes if one is not route and one.settings.weight and one.takes_mail(now)]
        if not route.settings.weight:
            return not others
        lead = _LEAD / min(one.settings.weight for one in [route, *others])
        return all(route.given <= one.given + lead for one in others)

    def _catch_up(self, route: Route) -> None:
        """Who was away has no claim to what the others sent meanwhile."""
        others = [one.given for one in self.routes if one is not route and one.settings.weight]
        route.given = max(route.given, min(others, default=0.0))

    def _put_on(self, lane: Lane, recipient: Recipient, message: Message) -> bool:
        problem = problem_of(message, lane.session.offers)
        if problem is not None:
            outcome = Outcome(
                DeliveryState.REFUSED, self._now(), None, problem.enhanced, problem.words, "code",
                relay=lane.route.settings.name,
            )  # fmt: skip
            self._crew.settle(recipient, Judged(outcome, problem.scope), None)
            return False
        transaction = lane.session.add(message)
        lane.loads[transaction] = Load(recipient, lane)
        lane.unasked.append(transaction)
        return True

    # Opening and closing

    def _grow(self) -> None:
        waiting, now = self._crew.waiting_count, self._loop.time()
        if not waiting or self._crew.told_to_stop():
            return
        route = self._next_to_open(now)
        if route is None:
            return
        open_ = len(self.lanes)
        starving = now - self._taken_at > _STARVING_S and not route.opening
        if open_ and waiting < _WORTH_A_CONNECTION * open_ and not starving:
            return
        if not route.lanes:
            self._catch_up(route)
        channel = Channel(route.settings, self, context=route.tls_context(), cap=route.cap)
        lane = Lane(route, channel, route.episode, now, self._loop.create_future())
        route.lanes.append(lane)
        self._by_channel[channel] = lane
        task = self._loop.create_task(self._open(lane))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def _next_to_open(self, now: float) -> Route | None:
        """The one furthest behind its share of connections; a spare only while none of the others takes mail."""
        first = [one for one in self.routes if one.settings.weight and now >= one.not_before]
        healthy = any(not one.troubles for one in first)
        usable = first if healthy else [one for one in self.routes if now >= one.not_before]
        return min(
            (one for one in usable if one.may_open(now)),
            key=lambda one: (one.troubles, len(one.lanes) / (one.settings.weight or 1)),  # of equals the first named
            default=None,
        )

    async def _open(self, lane: Lane) -> None:
        try:
            await lane.channel.open()
        except RelayError as error:
            if lane in lane.route.lanes:
                self._leave(lane)
                self._failed_to_open(lane, error)
        finally:
            self._crew.wake()

    def _failed_to_open(self, lane: Lane, error: RelayError) -> None:
        if not isinstance(error, RelaySetupError):
            self._suffer(lane.route, lane.episode, error)
        elif lane.route in self.routes and len(self.routes) > 1 and not lane.route.lanes:
            self.routes.remove(lane.route)
        else:
            self._crew.halt("relay", str(error))

    def _suffer(self, route: Route, episode: int, error: RelayError) -> None:
        if route.suffered(episode):
            pause_s = self._crew.suffered(error)
            if pause_s is not None:
                route.not_before = self._loop.time() + pause_s

    def _worn(self, lane: Lane) -> bool:
        """Whether the connection has done its share, or is one too many since the relay stumbled."""
        most = self._limits.messages_per_connection
        if lane.ready and lane.session.offers.mail_max:
            most = min(most, lane.session.offers.mail_max)
        too_many = len(lane.route.lanes) > max(1, int(lane.route.allowed))
        age_s = self._loop.time() - lane.opened_at
        return too_many or lane.used + len(lane.loads) >= most or age_s >= self._limits.seconds_per_connection

    def _drain(self, lane: Lane, *, spoilt: bool = False) -> None:
        lane.draining = True
        lane.spoilt = lane.spoilt or spoilt
        if lane.channel.session is not None:
            lane.channel.session.freeze()

    def _drop_quiet_lanes(self) -> None:
        for lane in self.lanes:
            self._drop_if_quiet(lane)
        self._crew.wake()

    def _drop_if_quiet(self, lane: Lane) -> None:
        session = lane.channel.session
        waits = session is not None and session.must_wait
        if lane.draining and not lane.quitting and not waits and not self._may_quit(lane):
            self._drop(lane)

    def _may_quit(self, lane: Lane) -> bool:
        session = lane.channel.session
        return lane.ready and not lane.spoilt and session is not None and not session.unanswered

    def _drop(self, lane: Lane, *, unread: bool = False) -> None:
        """Close without another byte and give everybody on it back, except those in doubt.

        `unread`: the server is known to have read none of it.
        """
        lane.channel.abandon()
        self._leave(lane)
        words = "the program was interrupted while the relay had not answered"
        for transaction in reversed(list(lane.loads)):
            load = lane.take_back(transaction)
            if transaction.complete and not unread:
                self._crew.settle(
                    load.recipient, judge_loss(words, lane.route.settings, self._now(), complete=True), load
                )
            else:
                self._crew.give_back(load)
        self._crew.wake()

    def _leave(self, lane: Lane) -> None:
        if lane in lane.route.lanes:
            lane.route.lanes.remove(lane)
        self._leaving.discard(lane)
        self._by_channel.pop(lane.channel, None)
        if not lane.gone.done():
            lane.gone.set_result(None)

    def _quit(self, lane: Lane) -> None:
        lane.quitting = True
        lane.route.lanes.remove(lane)
        self._leaving.add(lane)
        lane.channel.quit()
