"""All checks of one sender, side by side, each with an end.

Decides nothing about what was found, except what "unknown" means: nobody answered, or not in time. Invariant:
`examine` returns within `seconds` whatever servers do, and every check that was begun has at least one finding.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from digest.deliver.doctor import policies
from digest.deliver.doctor.dns import Names, NoAnswer
from digest.deliver.doctor.finding import Finding, Status, unknown
from digest.deliver.doctor.relays import relay
from digest.deliver.doctor.sender import Sender
from digest.deliver.doctor.unsubscribing import Post, unsubscribe

SECONDS = 40.0
Check = Callable[[], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Tokens:
    """For the unsubscribe check: one of ours that belongs to nobody, and one that we never made."""

    probe: str = ""
    forged: str = ""


def policy_checks(sender: Sender, names: Names) -> dict[str, Check]:
    """The checks that ask DNS only."""
    return {
        "SPF": lambda: policies.spf(names, sender),
        "DKIM": lambda: policies.dkim(names, sender),
        "DMARC": lambda: policies.dmarc(names, sender),
        "bounces": lambda: policies.returns(names, sender),
        "reverse name": lambda: policies.reverse(names, sender),
    }


def all_checks(sender: Sender, names: Names, post: Post | None, tokens: Tokens) -> dict[str, Check]:
    checks = policy_checks(sender, names)
    for one in sender.relays:
        checks[f"relay.{one.name}"] = lambda one=one: relay(one, sender)  # type: ignore[misc]
    checks["unsubscribe"] = lambda: unsubscribe(sender, post, probe=tokens.probe, forged=tokens.forged)
    return checks


def examine(checks: dict[str, Check], *, seconds: float = SECONDS) -> list[Finding]:
    """The findings in the order of the checks."""
    running = [_Running(name, check) for name, check in checks.items()]
    deadline = time.monotonic() + seconds
    for one in running:
        one.thread.start()
    for one in running:
        one.thread.join(max(0.0, deadline - time.monotonic()))
    return [finding for one in running for finding in one.result(seconds)]


def objections(findings: Sequence[Finding]) -> list[Finding]:
    """What big providers refuse bulk mail for, as far as it is certain."""
    return [one for one in findings if one.bulk and one.status in (Status.FAIL, Status.WARN)]


@dataclass(slots=True)
class _Running:
    name: str
    check: Check
    found: list[Finding] = field(default_factory=list)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        # a daemon: a server that says nothing must not keep the program from ending
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        area = self.name.partition(".")[0]
        try:
            for finding in self.check():
                self.found.append(finding)
        except NoAnswer as error:
            self.found.append(unknown(area, str(error), "look at the network of this machine, then again"))
        except Exception as error:
            self.found.append(unknown(area, f"the check broke off: {type(error).__name__}: {error}", "report it"))

    def result(self, seconds: float) -> list[Finding]:
        if not self.thread.is_alive():
            return self.found
        area = self.name.partition(".")[0]
        return [*self.found, unknown(area, f"{self.name} took longer than {seconds:.0f} seconds", "again later")]
