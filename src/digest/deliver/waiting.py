"""People in hand who are not on a connection yet: in order, and set aside while those of their kind must wait.

Does not fill, send or claim. Invariant: nobody is lost between `add` and `take`; a provider that must wait never holds
up another: neither here, where it has a queue of its own, nor at the claim, which leaves out who is `crowded`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from digest.deliver.pace import UNLIMITED, Pace
from digest.model import Recipient

_BELIEVED_S = 60.0
_SOON_S = 0.2
CROWD = 64  # so many who wait for one provider are enough to send at any pace


class Waiting:
    def __init__(self, pace: Pace = UNLIMITED) -> None:
        self._pace = pace
        self._ready: deque[Recipient] = deque()
        self._aside: dict[str, deque[Recipient]] = {}
        self._domains: dict[str, set[str]] = {}  # of each group that is aside
        self._blocked: dict[tuple[str, str], float] = {}  # (relay, group) until then

    def __len__(self) -> int:
        return len(self._ready) + sum(map(len, self._aside.values()))

    @property
    def ready(self) -> int:
        """How many could go if their limits allow it."""
        return len(self._ready)

    @property
    def counted(self) -> int:
        """How many are in hand, without the crowds: more of those would not help anybody."""
        return len(self._ready) + sum(len(people) for people in self._aside.values() if len(people) < CROWD)

    def crowded(self) -> frozenset[str]:
        """The domains of which more than enough wait already."""
        crowds = [self._domains[group] for group, people in self._aside.items() if len(people) >= CROWD]
        return frozenset().union(*crowds)

    def is_pressing(self, now: float) -> bool:
        """Whether somebody's time comes within a moment, so that it must not be missed."""
        return bool(self._aside) and any(
            until - now < _SOON_S for (_, group), until in self._blocked.items() if group in self._aside
        )

    def add(self, people: Iterable[Recipient]) -> None:
        self._ready.extend(people)

    def put_back(self, recipient: Recipient) -> None:
        """Somebody whose connection was lost before anything was tried goes first."""
        self._ready.appendleft(recipient)

    def clear(self) -> None:
        self._ready.clear()
        self._aside.clear()
        self._domains.clear()

    def take(self, relay: str, now: float) -> Recipient | None:
        """Who goes next over `relay` at `now` (seconds of a steady clock), None when nobody may."""
        if self._pace is UNLIMITED:
            return self._ready.popleft() if self._ready else None
        return self._from_aside(relay, now) or self._from_ready(relay, now)

    def _from_aside(self, relay: str, now: float) -> Recipient | None:
        """The groups take turns."""
        for group, people in self._aside.items():
            if self._may(relay, group, domain_of(people[0]), now):
                one = people.popleft()
                del self._aside[group]
                if people:
                    self._aside[group] = people
                else:
                    del self._domains[group]
                return one
        return None

    def _from_ready(self, relay: str, now: float) -> Recipient | None:
        while self._ready:
            one = self._ready.popleft()
            domain = domain_of(one)
            group = self._pace.group(domain)
            if group not in self._aside and self._may(relay, group, domain, now):
                return one
            self._aside.setdefault(group, deque()).append(one)
            self._domains.setdefault(group, set()).add(domain)
        return None

    def _may(self, relay: str, group: str, domain: str, now: float) -> bool:
        if now < self._blocked.get((relay, group), 0.0):
            return False
        wait_s = self._pace.ask(relay, domain)
        if wait_s > 0:
            self._blocked[relay, group] = now + min(wait_s, _BELIEVED_S)
        return wait_s <= 0


def domain_of(recipient: Recipient) -> str:
    return recipient.domain or recipient.address.rpartition("@")[2].lower()
