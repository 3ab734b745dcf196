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

from digest.gather.adapter import FEED_TYPES, Request
from digest.gather.robots import RobotsMark

MIN_HOLD = timedelta(minutes=10)
MAX_HOLD = timedelta(days=31)
MAX_AGE = timedelta(hours=24)
MOVED_VOTES = 3
MOVED_APART = timedelta(hours=24)
MISSING_FOR = timedelta(days=7)
ONCE_A_DAY = timedelta(hours=24)
CLOCKS_DIFFER = timedelta(hours=1)
MAX_TTL = timedelta(hours=1)
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})", re.I)
_NO_CACHE = re.compile(r"(?:^|[\s,])(?:no-cache|no-store)(?:$|[\s,=])", re.I)


@dataclass(frozen=True, slots=True)
class Validators:
    """What one address gave for recognising its answer again; `url` is the final one, where they were given."""

    url: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""


@dataclass(frozen=True, slots=True)
class PageMark:
    """One listed article and its page: `mark` changes with what the list says of it; `tries` counts failures in a row.
    `first_at` and `read_at` are None for what was there before we came and is never read."""

    mark: str
    first_at: datetime | None = None
    read_at: datetime | None = None
    tries: int = 0
    validators: Validators = field(default_factory=Validators)


@dataclass(frozen=True, slots=True)
class FetchState:
    """Plain values only. `url` is the configured address the rest belongs to; `validated_url` the final one that gave
    `etag` and `last_modified`. `hold_until`: the server asked for patience; `next_check_at`: its answer is fresh until
    then. `moved_to`, `moved_votes`, `moved_at` count permanent redirects to one target. `gone`: it answered 410.
    `missing_since`: it answers 404 since. `files` maps the files of a folder to a mark of what was read.

    `list_url` is the address the validators belong to. `found_kind`, `found_url`: what a plain site's address turned
    out to be; `tried` are addresses that were looked at in vain. `cursor` is the adapter's own; `lists` belongs to
    further lists, `pages` to articles by name, `pending` and `watched` are articles whose page is to be read (again),
    `pages_hold_until` when at the earliest; `robots` are the rules of the origins they live on. `listed` names what the
    lists held when they were last read, the newest first.
    """

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
    missing_since: datetime | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    list_url: str = ""
    found_kind: str = ""
    found_url: str = ""
    tried: Mapping[str, datetime] = field(default_factory=dict)
    cursor: str = ""
    lists: Mapping[str, Validators] = field(default_factory=dict)
    pages: Mapping[str, PageMark] = field(default_factory=dict)
    pending: tuple[Request, ...] = ()
    watched: tuple[Request, ...] = ()
    pages_hold_until: datetime | None = None
    robots: Mapping[str, RobotsMark] = field(default_factory=dict)
    listed: tuple[str, ...] = ()

    @property
    def health(self) -> str:
        """ "ok", "degraded" (the address is missing for a week) or "gone" (switched off: the server said 410)."""
        if self.gone:
            return "gone"
        since, last = self.missing_since, self.last_attempt_at
        return "degraded" if since and last and last - since >= MISSING_FOR else "ok"


@dataclass(frozen=True, slots=True)
class FeedRequest:
    url: str
    headers: Mapping[str, str]


def state_for(state: FetchState, url: str) -> FetchState:
    """The state as it applies to `url`: another configured address starts afresh."""
    return state if state.url == url else FetchState(url=url)


def wait_until(state: FetchState, now: datetime, *, poll: timedelta = timedelta(0)) -> datetime | None:
    """Until when asking would be impolite, or None when it is fine. `poll` is how far apart a clock asks at least.

    A source that is missing for a week is asked once a day: it may come back, but nobody waits for it. What was
    remembered by a clock that ran ahead (an attempt that lies in the future) is not believed: it would silence the
    source until then.
    """
    if state.last_attempt_at is not None and state.last_attempt_at > now + CLOCKS_DIFFER:
        return None
    moments = [state.hold_until, state.next_check_at]
    if state.last_attempt_at is not None:
        moments.append(state.last_attempt_at + (max(poll, ONCE_A_DAY) if state.health == "degraded" else poll))
    return max((moment for moment in moments if moment is not None and moment > now), default=None)


def request_for(
    state: FetchState,
    headers: Mapping[str, str],
    *,
    url: str | None = None,
    accept: str = FEED_TYPES,
    fresh: bool = False,
) -> FeedRequest:
    """Where to ask and with which headers: a conditional request wherever there is something to compare with.

    `url` is the list's address where it is not the configured one; `fresh` leaves the validators out.
    """
    asked = url or state.url
    # A source's own headers (an API key) belong to the host the operator wrote down, wherever it says it moved to.
    if state.moved_votes >= MOVED_VOTES and (not headers or _host(state.moved_to) == _host(asked)):
        asked = state.moved_to
    known = Validators(state.validated_url, state.etag, state.last_modified)
    return FeedRequest(asked, {"Accept": accept, **headers, **({} if fresh else conditions(known))})


def conditions(known: Validators) -> dict[str, str]:
    """The validators as they came (RFC 9110 section 13.1)."""
    sent = {}
    if known.etag:
        sent["If-None-Match"] = known.etag
    if known.last_modified:
        sent["If-Modified-Since"] = known.last_modified
    return sent


def validators_after(known: Validators, *, status: int, url: str, headers: Mapping[str, str], mark: str) -> Validators:
    """What to remember after 200 or 304. A 304 that leaves validators out does not delete them (RFC 9110 15.4.5)."""
    same = status == 304
    return Validators(
        url=known.url if same else url,
        etag=headers.get("etag", known.etag if same else ""),
        last_modified=headers.get("last-modified", known.last_modified if same else ""),
        body_hash=mark or known.body_hash,
    )


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
    """After 200 or 304 from the source's own address."""
    known = Validators(state.validated_url, state.etag, state.last_modified, state.body_hash)
    seen = validators_after(known, status=status, url=url, headers=headers, mark=body_hash)
    return replace(
        _count_move(state, redirects, now),
        validated_url=seen.url,
        etag=seen.etag,
        last_modified=seen.last_modified,
        body_hash=seen.body_hash,
        next_check_at=fresh_until(headers, now),
        hold_until=None,
        last_attempt_at=now,
        last_success_at=now,
        failures=0,
        last_error="",
        last_status=status,
        gone=False,
        missing_since=None,
    )


def after_failure(
    state: FetchState, *, error: str, now: datetime, status: int | None = None, headers: Mapping[str, str] | None = None
) -> FetchState:
    """After anything else: what was known stays known, and the server's wish for patience is kept."""
    hold = None
    if status in (429, 503):
        hold = hold_of(headers or {}, now)
    return replace(
        state,
        failures=state.failures + 1,
        last_error=error,
        last_status=status,
        last_attempt_at=now,
        hold_until=hold,
        gone=status == 410,
        missing_since=(state.missing_since or now) if status == 404 else state.missing_since,
    )


def hold_of(headers: Mapping[str, str], now: datetime) -> datetime:
    """Until when a server that answered 429 or 503 is left alone."""
    return now + (retry_after(headers.get("retry-after", ""), now) or MIN_HOLD)


def rested(state: FetchState, seconds: float, now: datetime) -> FetchState:
    """The feed's own `<ttl>` counts where its server says nothing; an hour at most, for it is often mis-set."""
    if state.next_check_at is not None or seconds <= 0:
        return state
    return replace(state, next_check_at=now + min(timedelta(seconds=seconds), MAX_TTL))


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
