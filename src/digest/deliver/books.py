"""The ledger's side of a run: pages of outcomes and intents, written one after another by one thread.

    note(outcome)       an outcome that is not durable yet
    page(lanes)         everything to be written next: all outcomes, and as many intents as the windows allow
    write(page, then)   one transaction on the writer's thread; `then` hears who may be completed

Does not decide. Invariants: one call of the ledger at a time, always from the same thread; a window's slot is freed in
the very transaction that makes its outcome durable, so intents without an outcome are never more than
connections x window, whatever moment the program dies in.

Why this way (measured with a model of 20 connections, window 4): freeing a slot when the server has answered left up to
3,335 uncertain at a kill; freeing it when the outcome is durable, 80.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from digest.deliver.ledger import Ledger
from digest.deliver.route import Lane, Load
from digest.deliver.smtp import Transaction
from digest.errors import StoreError
from digest.model import DeliveryState, Outcome, Recipient

T = TypeVar("T")
_WAITS_S = (0.1, 0.5, 2.0)


@dataclass(frozen=True, slots=True)
class Entry:
    """An outcome, and the connection one of whose slots it frees."""

    outcome: Outcome
    lane: Lane | None


@dataclass(frozen=True, slots=True)
class Page:
    entries: dict[int, Entry]
    intents: dict[int, tuple[Transaction, Load]]

    def __bool__(self) -> bool:
        return bool(self.entries or self.intents)


class Books:
    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="digest-ledger")
        self._pending: dict[int, Entry] = {}
        self._open_page: Page | None = None

    @property
    def pending(self) -> bool:
        return bool(self._pending or self._open_page)

    def note(self, delivery_id: int, outcome: Outcome, lane: Lane | None = None) -> None:
        self._pending[delivery_id] = Entry(outcome, lane)

    def strike(self, delivery_id: int) -> None:
        """Forget an outcome of somebody who, as the ledger says, is not ours any more."""
        self._pending.pop(delivery_id, None)

    def page(self, lanes: Iterable[Lane]) -> Page:
        """Take all outcomes, and begin for each lane what its window allows once they are durable."""
        entries, self._pending = self._pending, {}
        freed: dict[Lane, int] = {}
        for entry in entries.values():
            if entry.lane is not None:
                freed[entry.lane] = freed.get(entry.lane, 0) + 1
        intents: dict[int, tuple[Transaction, Load]] = {}
        for lane in lanes:
            for _ in range(lane.window - lane.slots + freed.get(lane, 0)):
                if not lane.unasked or lane.draining:
                    break
                transaction = lane.unasked.popleft()
                load = lane.loads[transaction]
                load.asked = True
                lane.slots += 1
                intents[load.recipient.delivery_id] = transaction, load
        return Page(entries, intents)

    def write(self, page: Page, then: Callable[[Page, Future[set[int]]], None]) -> None:
        """One transaction on the writer's thread; `then` is called on the loop's, with who may be completed.

        Not a coroutine: the next page starts a turn of the loop earlier. If the ledger fails, `page` stays open, and
        `take_back_page` says what it held.
        """
        self._open_page = page
        outcomes = [(delivery_id, entry.outcome) for delivery_id, entry in page.entries.items()]
        loop = asyncio.get_running_loop()
        future = self._thread.submit(self._commit, outcomes, list(page.intents))
        future.add_done_callback(lambda done: loop.call_soon_threadsafe(then, page, done))

    def written(self, page: Page) -> None:
        """The page is durable: its slots are free."""
        for entry in page.entries.values():
            if entry.lane is not None:
                entry.lane.slots -= 1
        if self._open_page is page:
            self._open_page = None

    def take_back_page(self) -> list[tuple[Transaction, Load]]:
        """After a commit whose fate is unknown: its outcomes are pending again; gives its intents."""
        page, self._open_page = self._open_page, None
        if page is None:
            return []
        self._pending = page.entries | self._pending
        return list(page.intents.values())

    async def claim(self, count: int, *, without: Collection[str] = ()) -> list[Recipient]:
        return await self._call(partial(self._ledger.claim, count, without=without))

    async def release(self) -> None:
        """Write what is known and give back what was not begun. Raises `StoreError`.

        In this order: the outcome of somebody who was never begun counts only while the row is held.
        """
        self.take_back_page()
        page = self.page(())
        outcomes = [(delivery_id, entry.outcome) for delivery_id, entry in page.entries.items()]
        self._open_page = page
        if outcomes:
            await self._call(self._commit, outcomes, [])
        self.written(page)
        await self._call(self._ledger.release)

    async def close(self) -> None:
        """`release` for the last time. Raises `StoreError`."""
        try:
            await self.release()
        finally:
            self.take_back_page()
            self._thread.shutdown(wait=False)

    def unwritten(self) -> Sequence[str]:
        """The outcomes that are known and could not be written, one line each."""
        return [
            f"delivery {delivery_id}: {entry.outcome.kind} ({entry.outcome.code or ''} {entry.outcome.server_text})"
            for delivery_id, entry in self._pending.items()
            if entry.outcome.kind is not DeliveryState.QUEUED
        ]

    def _commit(self, outcomes: Sequence[tuple[int, Outcome]], intents: Sequence[int]) -> set[int]:
        """Outcomes alone are tried again: they are true whatever the database thinks, and repeating them is allowed."""
        for wait_s in () if intents else _WAITS_S:
            try:
                return self._ledger.commit(outcomes, intents)
            except StoreError:
                time.sleep(wait_s)
        return self._ledger.commit(outcomes, intents)

    async def _call(self, function: Callable[..., T], *arguments: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)
