"""The values of a webhook, and what all providers have in common: reading JSON, comparing secrets, windows of time."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from digest.deliver.intake.evidence import TokenReader, addresses_in, message_ids
from digest.deliver.intake.mime import clean
from digest.errors import DigestError
from digest.model import EventKind, MailEvent, Traces

MAX_BODY_BYTES = 1024 * 1024
MAX_EVENTS = 2000
_AHEAD = timedelta(minutes=5)
_OLDEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Request:
    """What came in. Header names are lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Context:
    """`fetch` gets a https document whose address the provider pinned to its own hosts; it raises `FetchError`."""

    tokens: TokenReader
    now: datetime
    fetch: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Call:
    """A request that is genuine. `nonce` is taken once only; `confirm` is to be fetched, to accept a subscription."""

    events: tuple[MailEvent, ...] = ()
    nonce: str = ""
    confirm: str = ""
    note: str = ""


class HookError(DigestError):
    """The request is refused. `status` is the HTTP status: 400 cannot be read, 403 is not genuine."""

    def __init__(self, what: str, *, status: int = 403, where: str = "", why: str = "", try_: str = "") -> None:
        super().__init__(what, where=where, why=why, try_=try_)
        self.status = status


def parsed(body: bytes) -> Any:
    """The JSON of a body. Raises `HookError` 400; deep nesting counts as no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HookError("the body is not JSON", status=400) from error


def same(given: str, expected: str) -> bool:
    """Comparison in constant time; two empty texts are not the same secret."""
    return bool(expected) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def within(stamp: str, now: datetime, window: timedelta) -> datetime:
    """The time of a Unix stamp. Raises `HookError` when it is not within `window` of now."""
    at = from_unix(stamp)
    if at is None or not now - window <= at <= now + _AHEAD:
        raise HookError(
            "the request is too old, or from the future", why=f"its time is {clean(stamp, 20)}", try_="check the clocks"
        )
    return at


def from_unix(stamp: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(stamp), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def from_iso(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text)[:40])
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def text_of(value: Any, *path: str) -> str:
    """The text at a path of keys, "" when it is not there or no text."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else str(value) if isinstance(value, (int, float)) else ""


def inside(value: Any, key: str = "") -> dict[str, Any]:
    """The object under a key (or the value itself), an empty one when there is none: formats change overnight."""
    found = value.get(key) if key and isinstance(value, dict) else value if not key else None
    return found if isinstance(found, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a JSON list, a bounded number of them."""
    found = value if isinstance(value, list) else []
    return [one for one in found[:MAX_EVENTS] if isinstance(one, dict)]


def event(
    context: Context, source: str, kind: EventKind, *, at: datetime | None, address: str, senders: Sequence[str] = (),
    ids: Sequence[str] = (), status: str = "", words: str = "",
) -> MailEvent:  # fmt: skip
    """One event the provider vouches for. `senders` may hold our envelope sender, `ids` our Message-ID."""
    issue_id, subscriber_id = context.tokens.bounce(senders)
    quoted = [one if one.startswith("<") else f"<{one}>" for one in ids if one]
    traces = Traces(issue_id, subscriber_id, message_ids=message_ids(quoted), addresses=addresses_in([address]))
    when = min(max(at or context.now, context.now - _OLDEST), context.now)
    return MailEvent(kind, when, traces, clean(status, 12), clean(words), source, signed=True)
