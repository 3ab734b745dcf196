"""How long an issue will take, before anything is sent: from all limits, and from how fast the last one went.

Reads only. Does not promise: a receiver that defers us is not in it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from digest.deliver.providers import provider_of
from digest.pipeline.limiting import relays_of
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.deliver.limits import Rate

EVERY_OTHER = "*"


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds until the last recipient, and what decides it; 0 seconds where nothing is known that would."""

    seconds: float = 0.0
    because: str = ""


def estimate(workspace: Workspace, digest: str, size: int) -> Estimate:
    """For an issue of `digest` to `size` recipients."""
    domains = workspace.store.audience.domains(workspace.digest(digest).list)
    reasons = [
        *_by_relays(workspace, digest, size),
        *_by_providers(domains, workspace.config.delivery.limits),
        *_by_the_last(workspace, digest, size),
    ]
    return max(reasons, key=lambda one: one.seconds, default=Estimate())


def seconds_for(count: int, rates: Iterable[Rate]) -> float:
    """How long `count` messages take under `rates`: smooth ones as they go, quotas a whole window after each fill."""
    needed = 0.0
    for rate in rates:
        if rate.smooth:
            needed = max(needed, count / rate.per_s)
        else:
            needed = max(needed, (math.ceil(count / rate.count) - 1) * rate.window_s)
    return needed


def warming_seconds(count: int, days: Sequence[Rate], rates: Sequence[Rate]) -> float:
    """How long `count` messages take under a rate for each of the next `days`, then under `rates` alone."""
    for passed, rate in enumerate(days):
        if count <= rate.count:
            return passed * rate.window_s + seconds_for(count, rates)
        count -= rate.count
    return sum(rate.window_s for rate in days) + seconds_for(count, rates)


def _by_relays(workspace: Workspace, digest: str, size: int) -> Iterator[Estimate]:
    """Together, each taking its weight; one without a limit takes whatever the others cannot."""
    relays = [relay for relay in relays_of(workspace, digest) if relay.weight] or relays_of(workspace, digest)[:1]
    if any(not relay.rates for relay in relays):
        return
    total = sum(relay.weight or 1 for relay in relays)
    for relay in relays:
        share = math.ceil(size * (relay.weight or 1) / total)
        limits = " and ".join(str(rate) for rate in relay.rates)
        left = relay.warm_up_left(workspace.now().astimezone(UTC).date())
        if left:
            needed = warming_seconds(share, left, relay.rates[:-1])
            yield Estimate(needed, f"relay {relay.name} warms up and takes {limits} today")
        else:
            yield Estimate(seconds_for(share, relay.rates), f"relay {relay.name} takes {limits}")


def _by_providers(domains: Mapping[str, int], limits: Mapping[str, tuple[Rate, ...]]) -> Iterator[Estimate]:
    people: Counter[str] = Counter()
    for domain, count in domains.items():
        people[provider_of(domain)] += count
    for provider, count in people.items():
        rates = limits.get(provider) or limits.get(EVERY_OTHER, ())
        if rates:
            said = " and ".join(str(rate) for rate in rates)
            yield Estimate(seconds_for(count, rates), f"{provider} may be sent {said}, and has {count} readers")


def _by_the_last(workspace: Workspace, digest: str, size: int) -> Iterator[Estimate]:
    """At the speed of the last issue that went out."""
    done = [row for row in workspace.store.issues.all(digest) if row.started_at and row.done_at]
    last = max(done, key=lambda row: row.done_at or row.scheduled_for, default=None)
    if last is None or last.started_at is None or last.done_at is None:
        return
    before = workspace.store.issues.accounting(last.id).accepted
    if before:
        seconds = (last.done_at - last.started_at).total_seconds() / before * size
        yield Estimate(max(seconds, 1.0), f"going by {last.name}")
