"""Stops a run that goes wrong slowly: too many dead addresses, or too many refusals of our manners, among the last 500.

Pure. Does not know complaints, which come back by mail hours later. Why shares beside `refusals_in_a_row`: a list full
of dead addresses, or a provider that refuses us while others take our mail, never makes a row; going on costs the
sender's good name. Each worker judges its own results; the first to trip stops all.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field

from digest.deliver.reply import Scope
from digest.model import DeliveryState, Outcome

LAST = 500
_ENOUGH = 100  # results before a share says anything
_FEW = 5  # of a kind: what a small share of few people may be by chance
_WORDS = {"hard": "addresses that do not exist", "policy": "refusals of how or what we send"}


@dataclass(slots=True)
class Breaker:
    """`max_hard` and `max_policy` are shares of the last 500 results; 1.0 never trips."""

    max_hard: float = 0.05
    max_policy: float = 0.01
    _last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST))
    _count: Counter[str] = field(default_factory=Counter)

    def learn(self, outcome: Outcome, scope: Scope) -> str:
        """Why to stop, or ""."""
        kind = _kind(outcome, scope)
        if kind is None:
            return ""
        if len(self._last) == LAST:
            self._count[self._last[0]] -= 1
        self._last.append(kind)
        self._count[kind] += 1
        return self._too_many("hard", self.max_hard) or self._too_many("policy", self.max_policy)

    def _too_many(self, kind: str, most: float) -> str:
        count, of = self._count[kind], len(self._last)
        if of < _ENOUGH or count < _FEW or count <= most * of:
            return ""
        return f"{count} of the last {of} results were {_WORDS[kind]} (the limit is {most:.1%})"


def _kind(outcome: Outcome, scope: Scope) -> str | None:
    """None where nobody at the other end has judged."""
    if outcome.kind is DeliveryState.ACCEPTED:
        return "accepted"
    if outcome.kind is not DeliveryState.REFUSED or outcome.code is None:
        return None
    return "policy" if scope == "policy" else "hard" if scope == "recipient" else "other"
