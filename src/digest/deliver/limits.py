"""How many messages may go where, how fast: limits, and the reservation of sending times under several at once. Pure.

Does not know a clock, a database or who waits. Invariant: of messages that go out within `LIFE_S` of the time they
were given, no second (minute, hour, day) ever holds more than a limit allows, whoever asked for them.

A limit per second or minute is *smooth*: each message gets a time of its own, at least 1.08 / rate after the one before
(the generic cell rate algorithm with no burst, ITU-T I.371). A second and `LIFE_S` of such times hold at most `rate`
of them; so a message may be late by `LIFE_S` and the receiver still counts no more. A limit per hour or day is a
*quota*: it is spent as fast as the smooth ones allow, counted in slots of 1/24 window, all of 25 slots: never too many
in any window wherever it begins, and 4 % too few at most.

Why one reservation for all limits of a message: a token of the relay and one of the provider that come at different
times would both expire, again and again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

LIFE_S: Final = 0.05  # how late a message may be for its time
AHEAD_S: Final = 0.1  # how far ahead times are given
SLACK: Final = 1.08
_SLOTS = 24
_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0}
_QUOTA_LIFE_S = 2.0  # where only hours and days count
UNLIMITED_BLOCK = 50  # messages given at once where only a quota counts


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` messages in any `window_s` seconds."""

    count: int
    window_s: float

    @property
    def smooth(self) -> bool:
        return self.window_s <= 60

    @property
    def gap_s(self) -> float:
        """Between two messages."""
        return SLACK * self.window_s / self.count

    @property
    def per_s(self) -> float:
        """What it allows in the long run."""
        return self.count / self.window_s / (SLACK if self.smooth else (_SLOTS + 1) / _SLOTS)

    def __str__(self) -> str:
        unit = next(name for name, window_s in _UNITS.items() if window_s == self.window_s)
        return f"{self.count}/{unit}"


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing that is limited: `key` names it for all workers ("relay main", "to gmail.com")."""

    key: str
    rates: tuple[Rate, ...]

    @property
    def gap_s(self) -> float:
        return max((rate.gap_s for rate in self.rates if rate.smooth), default=0.0)

    @property
    def quotas(self) -> tuple[Rate, ...]:
        return tuple(rate for rate in self.rates if not rate.smooth)


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is remembered of a limit: when the next message may go, and how many went, by window and slot of time.

    `next_at` is in seconds of the clock that all workers share (see `Now`).
    """

    next_at: float = 0.0
    used: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Now:
    """The shared clock, twice: `steady_s` for times between messages, `wall_s` (Unix time) for hours and days."""

    steady_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Grant:
    """`times` (shared steady seconds, ascending) for so many messages; else how long to wait, and what for."""

    times: tuple[float, ...] = ()
    wait_s: float = 0.0
    waits_for: str = ""


def life_s(limits: Iterable[Limit]) -> float:
    """How late a message may be for its time: so little that no window of any smooth limit holds one too many."""
    lives = [
        min(0.05 * rate.window_s, max(LIFE_S, rate.gap_s / 2))
        for limit in limits
        for rate in limit.rates
        if rate.smooth
    ]
    return min(lives, default=_QUOTA_LIFE_S)


def parse_rate(text: str) -> Rate:
    """Read "20/second", "500 / minute", "5000/day". Raises `ValueError`."""
    count, slash, unit = text.replace("_", "").partition("/")
    unit = unit.strip().lower().removesuffix("s").removeprefix("per ")
    if not slash or unit not in _UNITS or not count.strip().isdecimal() or not int(count):
        raise ValueError(text)
    return Rate(int(count), _UNITS[unit])


def reserve(
    buckets: Mapping[str, Bucket], limits: Sequence[Limit], now: Now, wanted: int
) -> tuple[dict[str, Bucket], Grant]:
    """Times for up to `wanted` messages that all of `limits` count, and the buckets as they are then."""
    states = {limit.key: _sane(buckets.get(limit.key, Bucket()), limit, now) for limit in limits}
    left, wait_s, cause = _quota_left(states, limits, now)
    times = _times(states, limits, now, min(wanted, left))
    if times:
        changed = {limit.key: _spent(states[limit.key], limit, now, times) for limit in limits}
        return changed, Grant(tuple(times))
    if left > 0:
        cause = max(limits, key=lambda limit: states[limit.key].next_at).key
        wait_s = max(0.0, states[cause].next_at - now.steady_s - AHEAD_S)
    mended = {key: state for key, state in states.items() if key in buckets and state is not buckets[key]}
    return mended, Grant(wait_s=wait_s, waits_for=cause)


def refund(buckets: Mapping[str, Bucket], limits: Sequence[Limit], now: Now, count: int) -> dict[str, Bucket]:
    """Messages that were given a time and did not go: they do not count for the hour and the day."""
    changed = {}
    for limit in limits:
        bucket = buckets.get(limit.key, Bucket())
        used = dict(bucket.used)
        for rate in limit.quotas:
            rest = count
            for slot in range(_slot(rate, now), _slot(rate, now) - 2, -1):
                name = _name(rate, slot)
                back = min(rest, used.get(name, 0))
                used[name], rest = used.get(name, 0) - back, rest - back
        changed[limit.key] = Bucket(bucket.next_at, {name: n for name, n in used.items() if n})
    return changed


def _sane(bucket: Bucket, limit: Limit, now: Now) -> Bucket:
    """A clock that was set back, or a machine that was started anew, must not make everybody wait for its past."""
    latest = now.steady_s + AHEAD_S + limit.gap_s
    return bucket if bucket.next_at <= latest + 1e-6 else Bucket(now.steady_s + limit.gap_s, bucket.used)


def _times(states: Mapping[str, Bucket], limits: Iterable[Limit], now: Now, most: int) -> list[float]:
    gap_s = max(limit.gap_s for limit in limits)
    first = max(now.steady_s, *(states[limit.key].next_at for limit in limits))
    if first > now.steady_s + AHEAD_S:
        return []
    fit = UNLIMITED_BLOCK if not gap_s else 1 + math.floor((now.steady_s + AHEAD_S - first) / gap_s)
    return [first + number * gap_s for number in range(min(most, fit))]


def _spent(bucket: Bucket, limit: Limit, now: Now, times: Sequence[float]) -> Bucket:
    used = dict(bucket.used)
    for rate in limit.quotas:
        oldest = _slot(rate, now) - _SLOTS
        used = {name: n for name, n in used.items() if not _is_of(name, rate) or _slot_of(name) >= oldest}
        name = _name(rate, _slot(rate, now))
        used[name] = used.get(name, 0) + len(times)
    return Bucket(max(bucket.next_at, times[-1] + limit.gap_s), used)


def _quota_left(states: Mapping[str, Bucket], limits: Iterable[Limit], now: Now) -> tuple[int, float, str]:
    """(messages that all quotas still allow, seconds until there may be more if none, the limit that is spent)."""
    left, wait_s, cause = UNLIMITED_BLOCK * 1000, 0.0, ""
    for limit in limits:
        for rate in limit.quotas:
            slot_s = rate.window_s / _SLOTS
            oldest = _slot(rate, now) - _SLOTS
            counts = {
                _slot_of(name): n for name, n in states[limit.key].used.items()
                if _is_of(name, rate) and _slot_of(name) >= oldest
            }  # fmt: skip
            rest = rate.count - sum(counts.values())
            left = min(left, rest)
            if rest <= 0:
                until = (min(counts) + _SLOTS + 1) * slot_s
                if until - now.wall_s > wait_s:
                    wait_s, cause = until - now.wall_s, limit.key
    return max(0, left), wait_s, cause


def _slot(rate: Rate, now: Now) -> int:
    return int(now.wall_s * _SLOTS // rate.window_s)


def _name(rate: Rate, slot: int) -> str:
    return f"{int(rate.window_s)}:{slot}"


def _is_of(name: str, rate: Rate) -> bool:
    return name.startswith(f"{int(rate.window_s)}:")


def _slot_of(name: str) -> int:
    return int(name.partition(":")[2])
