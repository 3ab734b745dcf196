"""What is remembered of a source between two fetches, and what follows from it. Pure: time is an argument.

`request_for` decides whether and how to ask; `after_*` decide what to remember of the answer. Does not fetch.
Invariant: validators go back byte for byte as they came, to the address they came from, and survive every failure; a
server that told us to wait is not asked before that moment.

Why this way: the rules are those of RFC 9110 section 13 and RFC 9111 section 4.2, with the caution of feed readers:
ages are clamped to a day, because feeds with a max-age of 30 days exist, and `Retry-After` below ten minutes is
rounded up to that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

MIN_HOLD = timedelta(minutes=10)
MAX_HOLD = timedelta(days=31)
MAX_AGE = timedelta(hours=24)
MOVED_VOTES = 3
MOVED_APART = timedelta(hours=24)
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.I)
_NO_CACHE = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)(?:$|[\s,=])", re.I)


@dataclass(frozen=True, slots=True)
class FetchState:
    """Plain values only. `url` is the configured address the rest belongs to; `validated_url` the final one that gave
    `etag` and `last_modified`. `hold_until`: the server asked for patience; `next_check_at`: its answer is fresh until
    then. `moved_to`, `moved_votes`, `moved_at` count permanent redirects to one target. `gone`: it answered 410.
    `files` maps the files of a folder to a mark of what was read."""

    url: str = ""
    validated_url: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    title: str = ""
    next_check_at: datetime | None = None
    hold_until: datetime | None = None
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    failures: int = 0
    last_error: str = ""
    last_status: int | None = None
    moved_to: str = ""
    moved_votes: int = 0
    moved_at: datetime | None = None
    gone: bool = False
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedRequest:
    url: str
    headers: Mapping[str, str]


def state_for(state: FetchState, url: str) -> FetchState:
    """The state as it applies to `url`: another configured address starts afresh."""
    return state if state.url == url else FetchState(url=url)


def wait_until(state: FetchState, now: datetime) -> datetime | None:
    """Until when the server asked not to be asked, or None when asking is fine."""
    moments = [moment for moment in (state.hold_until, state.next_check_at) if moment is not None and moment > now]
    return max(moments, default=None)


def request_for(state: FetchState, headers: Mapping[str, str]) -> FeedRequest:
    """Where to ask and with which headers: a conditional request wherever there is something to compare with."""
    url = state.url
    # A source's own headers (an API key) belong to the host the operator wrote down, wherever it says it moved to.
    if state.moved_votes >= MOVED_VOTES and (not headers or _host(state.moved_to) == _host(url)):
        url = state.moved_to
    sent = {"Accept": ACCEPT, **headers}
    if state.etag:
        sent["If-None-Match"] = state.etag
    if state.last_modified:
        sent["If-Modified-Since"] = state.last_modified
    return FeedRequest(url, sent)


def after_success(
    state: FetchState,
    *,
    status: int,
    url: str,
    headers: Mapping[str, str],
    redirects: tuple[tuple[int, str], ...],
    body_hash: str,
    now: datetime,
) -> FetchState:
    """After 200 or 304. A 304 that leaves validators out does not delete them (RFC 9110 section 15.4.5)."""
    etag = headers.get("etag", state.etag if status == 304 else "")
    modified = headers.get("last-modified", state.last_modified if status == 304 else "")
    return replace(
        _count_move(state, redirects, now),
        validated_url=state.validated_url if status == 304 else url,
        etag=etag,
        last_modified=modified,
        body_hash=body_hash or state.body_hash,
        next_check_at=fresh_until(headers, now),
        hold_until=None,
        last_attempt_at=now,
        last_success_at=now,
        failures=0,
        last_error="",
        last_status=status,
        gone=False,
    )


def after_failure(
    state: FetchState, *, error: str, now: datetime, status: int | None = None, headers: Mapping[str, str] | None = None
) -> FetchState:
    """After anything else: what was known stays known, and the server's wish for patience is kept."""
    hold = None
    if status in (429, 503):
        hold = now + (retry_after((headers or {}).get("retry-after", ""), now) or MIN_HOLD)
    return replace(
        state,
        failures=state.failures + 1,
        last_error=error,
        last_status=status,
        last_attempt_at=now,
        hold_until=hold,
        gone=status == 410,
    )


def fresh_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """How long the answer says it stays fresh (RFC 9111 section 4.2.1), a day at most; None: ask whenever due."""
    control = headers.get("cache-control", "")
    if _NO_CACHE.search(control):
        return None
    match = _MAX_AGE.search(control)
    if match:
        age = timedelta(seconds=min(int(match[1]), MAX_AGE.total_seconds()))
    else:
        expires, date = _http_date(headers.get("expires", "")), _http_date(headers.get("date", ""))
        if expires is None:
            return None
        age = expires - (date or now)
    return now + min(age, MAX_AGE) if age > timedelta(0) else None


def retry_after(value: str, now: datetime) -> timedelta | None:
    """`Retry-After` in seconds or as a date (RFC 9110 section 10.2.3), between ten minutes and 31 days."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        wish = timedelta(seconds=min(int(text), MAX_HOLD.total_seconds()))
    else:
        moment = _http_date(text)
        if moment is None:
            return None
        wish = moment - now
    return max(MIN_HOLD, min(wish, MAX_HOLD))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _count_move(state: FetchState, redirects: tuple[tuple[int, str], ...], now: datetime) -> FetchState:
    """One wrong 301 must not re-home a source: only the same target, three times, a day apart, is believed."""
    already = state.moved_votes >= MOVED_VOTES
    if not redirects:
        return state if already else replace(state, moved_to="", moved_votes=0, moved_at=None)
    permanent = all(status in (301, 308) for status, _ in redirects)
    target = redirects[-1][1]
    downgrade = state.url.startswith("https:") and target.startswith("http:")
    if not permanent or downgrade:
        return state if already else replace(state, moved_to="", moved_votes=0, moved_at=None)
    if target != state.moved_to:
        return replace(state, moved_to=target, moved_votes=1, moved_at=now)
    if state.moved_at is not None and now - state.moved_at < MOVED_APART:
        return state
    return replace(state, moved_votes=state.moved_votes + 1, moved_at=now)
