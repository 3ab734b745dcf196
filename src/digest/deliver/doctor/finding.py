"""What the doctor found: one value for each thing looked at, with the way out beside it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """`UNKNOWN`: it could not be looked at, which is no judgement. `NOT_HERE`: it does not apply to this set-up."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_HERE = "does not apply"


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement. `record` is a DNS record to publish, as a line of a zone file.

    `bulk`: mail to thousands of people at one big provider is refused there for this (Gmail's, Yahoo's and Microsoft's
    sender rules of 2024 and 2025), so that a failure is a reason not to send.
    """

    area: str
    status: Status
    what: str
    fix: str = ""
    record: str = ""
    bulk: bool = False


def ok(area: str, what: str) -> Finding:
    return Finding(area, Status.OK, what)


def warn(area: str, what: str, fix: str = "", record: str = "", *, bulk: bool = False) -> Finding:
    return Finding(area, Status.WARN, what, fix, record, bulk)


def fail(area: str, what: str, fix: str = "", record: str = "", *, bulk: bool = False) -> Finding:
    return Finding(area, Status.FAIL, what, fix, record, bulk)


def unknown(area: str, what: str, fix: str = "") -> Finding:
    return Finding(area, Status.UNKNOWN, what, fix)


def not_here(area: str, what: str) -> Finding:
    return Finding(area, Status.NOT_HERE, what)
