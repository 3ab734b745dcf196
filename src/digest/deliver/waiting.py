"""People in hand who are not on a connection yet: in order, and set aside while their domain must wait.

Does not fill, send or claim. Invariant: nobody is lost between `add` and `take`; a domain that must wait never holds
up another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from digest.deliver.pace import UNLIMITED, Pace
from digest.model import Recipient

_BELIEVED_S = 60.0


class Waiting:
    def __init__(self, pace: Pace = UNLIMITED) -> None:
        self._pace = pace
        self._ready: deque[Recipient] = deque()
        self._aside: dict[str, tuple[float, deque[Recipient]]] = {}

    def __len__(self) -> int:
        return len(self._ready) + sum(len(people) for _, people in self._aside.values())

    @property
    def ready(self) -> int:
        """How many could go if their domains allow it."""
        return len(self._ready)

    def add(self, people: Iterable[Recipient]) -> None:
        self._ready.extend(people)

    def put_back(self, recipient: Recipient) -> None:
        """Somebody whose connection was lost before anything was tried goes first."""
        self._ready.appendleft(recipient)

    def clear(self) -> None:
        self._ready.clear()
        self._aside.clear()

    def take(self, relay: str, now: float) -> Recipient | None:
        """Who goes next over `relay` at `now` (seconds of a steady clock), None when nobody may."""
        if self._aside:
            self._return(now)
        while self._ready:
            recipient = self._ready.popleft()
            if self._pace is UNLIMITED:
                return recipient
            domain = domain_of(recipient.address)
            wait_s = 0.0 if domain in self._aside else self._pace.ask(relay, domain)
            if domain not in self._aside and wait_s <= 0:
                return recipient
            until = now + min(wait_s, _BELIEVED_S)
            self._aside.setdefault(domain, (until, deque()))[1].append(recipient)
        return None

    def _return(self, now: float) -> None:
        for domain in [domain for domain, (until, _) in self._aside.items() if until <= now]:
            self._ready.extendleft(reversed(self._aside.pop(domain)[1]))


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower()
