"""The `Pace` of a run with limits: sending times, reserved ahead for all workers together, spent from memory.

Two threads: the engine's asks and spends; one of the pacer's own talks to the `Bank` (a database), for those who asked
lately and had nothing to spend. Invariants: a time is spent at most once, and only within `LIFE_S` of itself; `ask`
never waits for the bank. A bank that fails gives nothing out: nobody is sent to without a limit that was asked for.

How many are reserved at once follows the demand: doubled when all were spent, halved when some expired, so that one
provider with two people waiting does not use up the relay's times for all the others.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from digest.deliver.limits import AHEAD_S, LIFE_S, Bucket, Grant, Limit, Now, Rate, life_s, refund, reserve
from digest.deliver.providers import provider_of
from digest.errors import StoreError
from digest.model import DeliveryState, Outcome

T = TypeVar("T")
Changed = tuple[float, Mapping[str, int]]
_EVERY_OTHER: Final = "*"
_IDLE_S = 0.5  # who has not asked for so long wants nothing
_MOST_AT_ONCE = 200
_ASK_AGAIN_S = 0.02
_REMEMBERED = 10_000  # domains and their purses


class Bank(Protocol):
    """What all workers share. One call is one transaction; nobody else changes `keys` meanwhile."""

    def change(
        self, keys: Sequence[str], decide: Callable[[Mapping[str, Changed], float, float], Mapping[str, Changed]]
    ) -> float:
        """`decide(rows, steady_s, wall_s)` says what the rows become; each is (next_at, used).

        Returns what to add to the steady clock to get this process's `time.monotonic()`.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """`relays`: rates by name. `providers`: by provider (`provider_of`); "*" is for each other one by itself."""

    relays: Mapping[str, tuple[Rate, ...]] = field(default_factory=dict)
    providers: Mapping[str, tuple[Rate, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.relays.values()) or any(self.providers.values())

    def group(self, domain: str) -> str:
        """Those who wait for the same limits; "" for everybody without one."""
        provider = provider_of(domain)
        return provider if provider in self.providers or _EVERY_OTHER in self.providers else ""

    def limits(self, relay: str, group: str) -> tuple[Limit, ...]:
        of_group = self.providers.get(group) or (self.providers.get(_EVERY_OTHER, ()) if group else ())
        found = (Limit(f"relay {relay}", self.relays.get(relay, ())), Limit(f"to {group}", of_group))
        return tuple(limit for limit in found if limit.rates)


@dataclass(slots=True, eq=False)
class _Purse:
    """Times in hand for one (relay, group). `block`: how many are reserved at once."""

    limits: tuple[Limit, ...]
    life_s: float
    times: deque[float] = field(default_factory=deque)
    block: int = 1
    asked_at: float = 0.0
    blocked_until: float = 0.0
    spent: int = 0
    expired: int = 0
    returned: int = 0


class Pacer:
    """Satisfies `Pace`. Close it when the run ends: what was not spent is given back."""

    def __init__(self, rules: Rules, bank: Bank, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rules, self._bank, self._clock = rules, bank, clock
        self._groups: dict[str, str] = {}
        self._purses: dict[tuple[str, str], _Purse] = {}
        self._active: set[_Purse] = set()  # asked lately
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._serve, name="digest-pacer", daemon=True)
        self._thread.start()

    # The engine's thread

    def group(self, domain: str) -> str:
        if domain not in self._groups:
            if len(self._groups) >= _REMEMBERED:
                self._groups.clear()
            self._groups[domain] = self._rules.group(domain)
        return self._groups[domain]

    def limits(self, relay: str) -> bool:
        """Whether anything that goes over `relay` may have to wait."""
        return bool(self._rules.relays.get(relay) or self._rules.providers)

    def ask(self, relay: str, domain: str) -> float:
        purse = self._purse(relay, self.group(domain))
        if not purse.limits:
            return 0.0
        now = self._clock()
        with self._lock:
            purse.asked_at = now
            while purse.times and purse.times[0] + purse.life_s < now:
                purse.times.popleft()
                purse.expired += 1
            if purse.times and purse.times[0] <= now:
                purse.times.popleft()
                purse.spent += 1
                return 0.0
            self._active.add(purse)
            self._wanted.set()
            if purse.times:
                return purse.times[0] - now
        return max(_ASK_AGAIN_S, purse.blocked_until - now)

    def heard(self, relay: str, domain: str, outcome: Outcome) -> None:
        if outcome.kind is DeliveryState.QUEUED:
            with self._lock:
                self._purse(relay, self.group(domain)).returned += 1

    def close(self) -> None:
        with self._lock:
            self._closing = True
            self._wanted.set()
        self._thread.join()
        self._bank.close()

    def _purse(self, relay: str, group: str) -> _Purse:
        purse = self._purses.get((relay, group))
        if purse is None:
            if len(self._purses) >= _REMEMBERED:
                self._forget()
            limits = self._rules.limits(relay, group)
            purse = self._purses[relay, group] = _Purse(limits, life_s(limits))
        return purse

    def _forget(self) -> None:
        """Those who want nothing and hold nothing."""
        for key, purse in list(self._purses.items()):
            if purse not in self._active and not (purse.times or purse.expired or purse.returned):
                del self._purses[key]

    # The pacer's own thread

    def _serve(self) -> None:
        while not self._closing:
            with self._lock:
                now = self._clock()
                self._active = {purse for purse in self._active if now - purse.asked_at < _IDLE_S}
                active = list(self._active)
                if not active:
                    self._wanted.clear()
            for purse in active:
                if self._is_low(purse, self._clock()):
                    self._fill(purse)
            if active:
                time.sleep(LIFE_S / 5)
            else:
                self._wanted.wait()
        for purse in self._purses.values():
            self._give_back(purse)

    def _is_low(self, purse: _Purse, now: float) -> bool:
        if now < purse.blocked_until:
            return False
        with self._lock:
            usable = [at for at in purse.times if at + purse.life_s >= now]
        return len(usable) <= purse.block // 2 and (not usable or usable[-1] < now + AHEAD_S / 2)

    def _fill(self, purse: _Purse) -> None:
        with self._lock:
            spent, expired, back = purse.spent, purse.expired, purse.expired + purse.returned
            purse.spent = purse.expired = purse.returned = 0
        purse.block = max(1, purse.block // 2) if expired > spent else min(_MOST_AT_ONCE, purse.block * 2)
        grant = Grant()

        def decide(rows: Mapping[str, Changed], steady_s: float, wall_s: float) -> dict[str, Changed]:
            nonlocal grant
            now, buckets = Now(steady_s, wall_s), {key: Bucket(*row) for key, row in rows.items()}
            given_back = refund(buckets, purse.limits, now, back) if back else {}
            changed, grant = reserve(buckets | given_back, purse.limits, now, purse.block)
            return {key: (bucket.next_at, bucket.used) for key, bucket in (given_back | changed).items()}

        try:
            offset_s = self._bank.change([limit.key for limit in purse.limits], decide)
        except StoreError:  # the ledger, which needs the same database, says it to the operator
            with self._lock:
                purse.returned += back
            purse.blocked_until = self._clock() + 1.0
            return
        now = self._clock()
        with self._lock:
            purse.times.extend(at + offset_s for at in grant.times)
        if not grant.times:
            purse.blocked_until = now + grant.wait_s

    def _give_back(self, purse: _Purse) -> None:
        with self._lock:
            back = len(purse.times) + purse.expired + purse.returned
            purse.times.clear()
        if not back or not any(limit.quotas for limit in purse.limits):
            return

        def decide(rows: Mapping[str, Changed], steady_s: float, wall_s: float) -> dict[str, Changed]:
            buckets = {key: Bucket(*row) for key, row in rows.items()}
            changed = refund(buckets, purse.limits, Now(steady_s, wall_s), back)
            return {key: (bucket.next_at, bucket.used) for key, bucket in changed.items()}

        try:
            self._bank.change([limit.key for limit in purse.limits], decide)
        except StoreError:
            return  # the count stays too high: fewer are sent, never more
