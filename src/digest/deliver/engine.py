"""One run: people from the ledger onto connections, outcomes back into it, until nobody is due or something says stop.

Two things happen side by side on one loop:

    the fleet    a connection with room takes the next person: fill, sign, hand over; answers become outcomes
    the books    page after page: the outcomes so far and the intents the windows allow, in one durable transaction;
                 then the last bytes of what was begun may leave, and the next page starts

Does not know SQL, templates or schedules. Invariants: no message is completed before its intent is durable; everything
that was claimed ends in an outcome or is released, whatever ends the run; what is in memory is bounded by the claim
and by connections x window messages.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.deliver.books import Books, Page
from digest.deliver.breaker import Breaker
from digest.deliver.fleet import Fleet
from digest.deliver.judging import InARow, Judged, dated, in_words
from digest.deliver.ledger import Ledger
from digest.deliver.route import Lane, Load, Route
from digest.deliver.smtp import Transaction
from digest.deliver.waiting import Waiting, domain_of
from digest.errors import DigestError, RelayError, StoreError
from digest.model import DeliveryState, Message, Outcome, Recipient, Report

if TYPE_CHECKING:
    from digest.deliver.sending import Fill, Limits, Sign

TICK_S = 0.1
PACED_TICK_S = 0.01
GATHER_S = 0.001
MAX_CLAIM = 1000
_SOON_S = 2.0
_DENIED_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Edges:
    """What a run takes from outside."""

    fill: Fill
    sign: Sign | None
    stop: Callable[[], str]
    progress: Callable[[Report], None]
    now: Callable[[], datetime]
    backoff: Callable[[int], float]


class Engine:
    """One call of `send`. Satisfies `fleet.Crew`."""

    def __init__(
        self, edges: Edges, ledger: Ledger, routes: Sequence[Route], limits: Limits, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._edges, self._limits, self._loop = edges, limits, loop
        self._books, self._waiting = Books(ledger), Waiting(limits.pace)
        self._fleet = Fleet(routes, self, limits, edges.now, loop)
        self._tally: Counter[DeliveryState] = Counter()
        self._row = InARow()
        self._breaker = Breaker(limits.max_hard_bounces, limits.max_policy_refusals)
        self._lost_once: set[int] = set()
        self._stopped, self._note = "", ""
        self._failure: BaseException | None = None
        self._halted, self._ledger_fails = False, False
        self._started = time.monotonic()
        self._batch, self._claimed_at = limits.claim, 0.0
        self._nobody_left: frozenset[str] | None = None  # of all domains but these
        self._looked_again = False
        self._busy, self._turning = False, False
        self._over: asyncio.Future[None] = loop.create_future()
        self._work: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Until nobody is due, or something says stop. Raises what a callback raised, when all is settled."""
        ticker = self._loop.create_task(self._tick())
        self._turn()
        try:
            await self._over
        finally:
            ticker.cancel()
        if self._failure is not None:
            raise self._failure

    def interrupted(self) -> None:
        """The program is being ended: settle what is known without waiting for anybody."""
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._fleet.drop()

    async def close(self) -> None:
        """Write what is known, give back what was not begun, say goodbye; say honestly what could not be written."""
        self._fleet.drop()
        try:
            await self._books.close()
        except StoreError as error:
            self.halt("ledger", str(error))
            if unwritten := self._books.unwritten():
                self._note += "\nThese outcomes are known but could not be written, and will read as uncertain:\n"
                self._note += "\n".join(unwritten)
        finally:
            await self._fleet.say_goodbye()

    def report(self) -> Report:
        count = self._tally
        return Report(
            accepted=count[DeliveryState.ACCEPTED],
            deferred=count[DeliveryState.DEFERRED],
            refused=count[DeliveryState.REFUSED],
            uncertain=count[DeliveryState.UNCERTAIN],
            skipped=count[DeliveryState.SKIPPED],
            stopped=self._stopped,
            note=self._note,
            seconds=time.monotonic() - self._started,
        )

    # The books

    def _turn(self) -> None:
        """What the ledger is asked next; one thing at a time."""
        self._turning = False
        if self._busy or self._over.done():
            return
        try:
            self._take_turn()
        except Exception as error:  # never silently: the run would wait for ever
            self._over.set_exception(error)

    def _take_turn(self) -> None:
        if self._wants_people():
            self._do(self._claim())
        elif not self._ledger_fails and (page := self._books.page(self._fleet.lanes)):
            self._busy = True
            self._books.write(page, self._written)
        elif self._is_over():
            self._over.set_result(None)
        elif self._wants_people():
            self._do(self._claim())

    def wake(self) -> None:
        """Soon: what arrives within a moment shares a page, a disk sync and two changes of threads."""
        if not self._busy and not self._turning:
            self._turning = True
            self._loop.call_later(GATHER_S if self._fleet.expects_answers else 0, self._turn)

    def _do(self, work: Coroutine[None, None, None]) -> None:
        """Something with the ledger that takes more than one step."""

        async def busy() -> None:
            try:
                await work
            except StoreError as error:
                self._ledger_failed(error)
            except Exception as error:
                self.fail(error)
            self._busy = False
            self.wake()

        self._busy = True
        self._work = self._loop.create_task(busy())

    def _wants_people(self) -> bool:
        if self._halted or self._waiting.counted * 2 >= self._batch:
            return False
        return self._nobody_left is None or not self._nobody_left <= self._waiting.crowded()

    async def _claim(self) -> None:
        """A larger batch each time the last one was used up at once."""
        now = self._loop.time()
        if self._claimed_at and now - self._claimed_at < _SOON_S:
            self._batch = min(self._batch * 2, MAX_CLAIM)
        self._claimed_at = now
        apart = self._waiting.crowded()
        people = await self._books.claim(self._batch, without=apart)
        self._nobody_left = None if people else apart
        self._looked_again = self._looked_again and not people
        self._waiting.add(people)
        self._serve()

    def _written(self, page: Page, done: Future[set[int]]) -> None:
        """The page is durable, or nobody knows. The next one starts before anything else."""
        self._busy = False
        if self._over.done():
            return  # interrupted: `close` settles the page
        try:
            error = done.exception()
            if error is not None:
                self._unwritten(error)
            else:
                self._go_on(page, done.result())
        except Exception as error:
            self._over.set_exception(error)

    def _go_on(self, page: Page, begun: set[int]) -> None:
        self._books.written(page)
        if any(entry.outcome.kind is DeliveryState.QUEUED for entry in page.entries.values()):
            self._nobody_left = None
        denied = [pair for key, pair in page.intents.items() if key not in begun]
        if denied:
            self._deny(denied, alone=not begun)
        elif page.intents:
            self._row.denied = 0
        self._begin(page, begun)
        self._serve()

    def _unwritten(self, error: BaseException) -> None:
        """COMMIT may have happened. Nothing was completed, so giving the rows back is right in both cases."""
        for transaction, load in self._books.take_back_page():
            if load.lane.loads.get(transaction) is load:
                load.lane.take_back(transaction)
                self.give_back(load)
        if isinstance(error, StoreError):
            self._ledger_failed(error)
        else:
            self._ledger_fails = True
            self.fail(error)
        self.wake()

    def _begin(self, page: Page, begun: set[int]) -> None:
        """Let go of what is durable."""
        if self.told_to_stop() and self._stopped == "lease":
            return
        by_lane: dict[Lane, list[Transaction]] = {}
        for key, (transaction, load) in page.intents.items():
            if key in begun and load.lane.loads.get(transaction) is load:
                by_lane.setdefault(load.lane, []).append(transaction)
        for lane, transactions in by_lane.items():
            self._fleet.begin(lane, transactions)

    def _deny(self, denied: Sequence[tuple[Transaction, Load]], *, alone: bool) -> None:
        """They must not be sent. When nobody was begun for a while, all that is in hand is given back and asked for
        anew: the lease is gone, or many were suppressed at once, and claiming shows which without the network."""
        for transaction, load in denied:
            load.lane.slots -= 1
            self._books.strike(load.recipient.delivery_id)
            self._fleet.withdraw(transaction, load)
        self._row.denied = self._row.denied + len(denied) if alone else 0
        if self._row.denied >= _DENIED_IN_A_ROW:
            self._let_go()
            self._do(self._start_over())

    async def _start_over(self) -> None:
        await self._books.release()
        self._let_go()  # whoever came back from a lost connection meanwhile: their rows are anybody's now
        self._nobody_left = None

    def _let_go(self) -> None:
        """Forget everybody who was not asked for: a row that is claimed again may come with another rendition."""
        for lane in self._fleet.lanes:
            for transaction in list(lane.unasked):
                if (load := lane.loads.get(transaction)) is not None:  # the first may have cost the connection
                    self._fleet.withdraw(transaction, load)
        self._waiting.clear()

    def _ledger_failed(self, error: StoreError) -> None:
        """Nothing is begun any more; what the relay still answers is written at the end, if it can be."""
        self._ledger_fails = True
        self.halt("ledger", str(error))

    def _is_over(self) -> bool:
        if self._halted:
            return self._fleet.empty
        if len(self._waiting) or self._nobody_left is None or not self._fleet.empty or self._books.pending:
            return False
        if not self._looked_again:  # a retry may have come due meanwhile
            self._looked_again, self._nobody_left = True, None
            return False
        if self._row.denied >= _DENIED_IN_A_ROW:
            self.halt("lease", "another worker took over, or the issue was stopped: nothing more was sent from here")
        return True

    # What the fleet asks and tells

    @property
    def waiting_count(self) -> int:
        return self._waiting.ready

    def next_message(self, relay: str, now: float) -> tuple[Recipient, Message] | None:
        """The next person for whom a message can be made. A failure costs that person, never the others."""
        while not self._halted and (recipient := self._waiting.take(relay, now)) is not None:
            try:
                return recipient, self._message(recipient)
            except StoreError as error:  # the rendition could not be read: nobody's fault, and nobody's end
                self.halt("ledger", str(error))
            except Exception as error:  # whatever a template or a value did, it is this person's outcome
                what = error.what if isinstance(error, DigestError) else f"{type(error).__name__}: {error}"
                words = f"could not be rendered: {what}"[:500]
                outcome = Outcome(DeliveryState.REFUSED, self._edges.now(), server_text=words, reason="code")
                self.settle(recipient, Judged(outcome, "message"), None)
        return None

    def _message(self, recipient: Recipient) -> Message:
        message = self._edges.fill(recipient)
        if message.delivery_id != recipient.delivery_id:
            raise ValueError("the message belongs to another delivery")
        return self._edges.sign(message) if self._edges.sign else message

    def settle(self, recipient: Recipient, judged: Judged, load: Load | None) -> None:
        """An outcome for the ledger, the report and the row of luck."""
        outcome = judged.outcome
        if outcome.kind is DeliveryState.QUEUED and judged.scope == "connection":
            if recipient.delivery_id in self._lost_once:  # twice lost over the same message: let the others pass
                outcome = replace(outcome, kind=DeliveryState.DEFERRED)
            self._lost_once.add(recipient.delivery_id)
        outcome = dated(outcome, recipient, self._limits.finish_by)
        if outcome.kind is DeliveryState.QUEUED and load is not None:
            self.give_back(load)
            return
        if load is not None:
            self._limits.pace.heard(load.lane.route.settings.name, domain_of(recipient), outcome)
        self._books.note(recipient.delivery_id, outcome, load.lane if load is not None and load.asked else None)
        self._tally[outcome.kind] += 1
        self._row.learn(outcome, judged.scope)
        if why := self._breaker.learn(outcome, judged.scope):
            self.halt("policy", f"{why}; the last: {in_words(outcome)}")
        if self._row.refusals >= self._limits.refusals_in_a_row:
            words = in_words(outcome)
            self.halt("policy", f"{self._row.refusals} messages in a row were refused, the last with: {words}")
        self._show_progress()
        self.wake()

    def give_back(self, load: Load) -> None:
        """Nothing was tried on this person's behalf."""
        recipient = load.recipient
        outcome = Outcome(DeliveryState.QUEUED, self._edges.now(), relay=load.lane.route.settings.name)
        self._limits.pace.heard(outcome.relay, domain_of(recipient), outcome)
        if load.asked:
            self._books.note(recipient.delivery_id, outcome, load.lane)
        else:
            self._waiting.put_back(recipient)
        self.wake()

    def suffered(self, error: RelayError) -> float | None:
        self._row.troubles += 1
        if self._row.troubles >= self._limits.relay_tries:
            self.halt("relay", str(error))
            return None
        return self._edges.backoff(self._row.troubles)

    def fell_silent(self, outcome: Outcome) -> None:
        self._row.silences += 1
        if self._row.silences >= self._limits.uncertain_in_a_row:
            words = in_words(outcome)
            self.halt("relay", f"{self._row.silences} messages in a row were left without an answer: {words}")

    def told_to_stop(self) -> bool:
        try:
            if not self._halted and (reason := self._edges.stop()):
                self.halt(reason, "")
        except Exception as error:
            self.fail(error)
        return self._halted

    def halt(self, stopped: str, note: str) -> None:
        """Nobody new is begun; whole messages get their answers. The first reason is the one that counts."""
        if not self._stopped:
            self._stopped, self._note = stopped, note
        self._halted = True
        self._fleet.drain()

    def fail(self, error: BaseException) -> None:
        """A callback of the caller raised: it passes through when all is settled."""
        if self._failure is None:
            self._failure = error
        self.halt("", "")

    # Time

    def _serve(self) -> None:
        try:
            self._fleet.serve()
        except Exception as error:
            self.fail(error)
        self.wake()

    def _show_progress(self) -> None:
        try:
            self._edges.progress(self.report())
        except Exception as error:
            self.fail(error)

    async def _tick(self) -> None:
        """Often while somebody waits for a limit: a time for sending passes soon."""
        looked_at = 0.0
        while True:
            pressing = self._waiting.is_pressing(self._loop.time())
            await asyncio.sleep(PACED_TICK_S if pressing else TICK_S)
            now = self._loop.time()
            if now - looked_at >= TICK_S * 0.9:
                looked_at = now
                self._fleet.check_time()
                self.told_to_stop()
            if not self._halted:
                self._serve()
            self.wake()
