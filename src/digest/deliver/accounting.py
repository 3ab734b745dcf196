"""The six counts of an issue in words, with what happens next: for a terminal, a status page, a notice.

Does not count: `Accounting` comes from the ledger. Invariant: every candidate is in exactly one printed line, and when
the counts do not add up that is said first, not smoothed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict

from digest.model import Accounting

_REASON_WORDS = {
    "code": "the receiving server said no",
    "worker_died": "the program was ended in mid-message",
    "only_to": "not named in only_to",
    "expired": "out of time after several tries",
    "policy": "the server objects to how we send",
    "suppressed": "suppressed",
    "unsubscribed": "unsubscribed",
    "no_topic": "none of their topics",
    "reserved": "an address that exists only in examples",
    "cancelled": "the issue was cancelled",
    "left_list": "no longer on the list",
    "bad_address": "not a usable address",
}


def describe(accounting: Accounting, *, issue: str = "", next_try: str = "") -> list[str]:
    """Lines such as `  97 accepted`, each with its reasons and, where a person can act, the command.

    `issue` is its name on the command line ("weekly/12"); `next_try` says in words when deferred ones are tried again.
    Zero counts are left out, except accepted.
    """
    width = len(str(accounting.candidates))
    lines = [f"{accounting.candidates} recipient{'' if accounting.candidates == 1 else 's'}"]
    if not accounting.adds_up():
        lines.append("These counts do not add up: please report this as a fault of the program.")
    for state, count in _counts(accounting).items():
        if count or state == "accepted":
            words = f"{_reasons(state, accounting.reasons)}{_next(state, issue, next_try)}"
            lines.append(f"  {count:>{width}} {state}{words}")
    return lines


def _counts(accounting: Accounting) -> dict[str, int]:
    values = asdict(accounting)
    return {state: values[state] for state in ("accepted", "refused", "uncertain", "skipped", "deferred", "waiting")}


def _reasons(state: str, reasons: Mapping[str, int]) -> str:
    """`reasons` are keyed `refused(code)`, `refused:code` or `refused.code`."""
    found = []
    for key, count in sorted(reasons.items(), key=lambda item: (-item[1], item[0])):
        owner, _, reason = re.sub(r"[(:.]", " ", key.rstrip(")")).partition(" ")
        if owner == state and count:
            found.append(f"{count} {_REASON_WORDS.get(reason.strip(), reason.strip())}")
    return f" ({'; '.join(found)})" if found else ""


def _next(state: str, issue: str, next_try: str) -> str:
    command = f": `digest issue recipients {issue} --state {state}`" if issue else ""
    if state == "refused":
        return f" - not tried again; who and why{command}" if command else " - not tried again"
    if state == "uncertain":
        resolve = f": `digest issue resolve {issue} ADDRESS --received` or `--send-again`" if issue else ""
        return f" - no answer after the last byte, it may or may not have arrived{resolve}"
    if state == "deferred":
        return f" - tried again by itself{f' {next_try}' if next_try else ''}"
    return " - not reached yet; a resumed or the next run sends them" if state == "waiting" else ""
