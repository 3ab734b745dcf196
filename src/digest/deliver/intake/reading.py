"""One message of a bounce mailbox to the events it stands for: a pure function, in the order of trust.

1. Whom is it about? Tokens (HMAC-verified), then Message-IDs; addresses are kept, and prove nothing (`evidence`).
2. A delivery status notification (RFC 3464)?
3. An abuse report (RFC 5965)?
4. A wish to leave: our token in the subject, or an answer to one of our messages that says nothing else.
5. An automatic reply: ignored.
6. Something that looks like a bounce (`guessing`, flufl.bounce last).
7. Else nothing of ours: it is left where it is.

Does not look anything up and acts on nothing. Invariant: never raises for what a message contains; a message costs
time linear in its first megabyte.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from digest.deliver.intake import asking, guessing
from digest.deliver.intake.evidence import ENVELOPE, TokenReader, addresses_in, traces_of
from digest.deliver.intake.mime import Part, clean, own_text, read_message
from digest.deliver.intake.reports import (
    AbuseReport,
    RecipientStatus,
    StatusReport,
    original_of,
    read_abuse,
    read_status,
)
from digest.model import EventKind, MailEvent, Traces

What = Literal["report", "complaint", "wish", "automatic", "guess", "nothing"]
_OLDEST = timedelta(days=30)
_WORST_FIRST = (EventKind.HARD, EventKind.POLICY, EventKind.SOFT, EventKind.DELAYED, EventKind.DELIVERED)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a message is, the events in it, and a sentence for people.

    `addressed`: it came to an envelope sender of ours, so it is the program's whatever it says.
    """

    what: What
    events: tuple[MailEvent, ...] = ()
    note: str = ""
    addressed: bool = False


def read_mail(raw: bytes, reader: TokenReader, *, source: str, now: datetime) -> Reading:
    """Read one message as it came. `now` bounds the times it claims: never later, never over 30 days earlier."""
    message = read_message(raw)
    reading = _read(message, reader, source, now)
    _, subscriber_id = reader.bounce([*message.all(*ENVELOPE), *message.all("to")])
    return replace(reading, addressed=bool(subscriber_id))


def _read(message: Part, reader: TokenReader, source: str, now: datetime) -> Reading:
    original = original_of(message)
    if (report := read_status(message)) is not None:
        return _status(message, report, original, reader, source, now)
    if (abuse := read_abuse(message)) is not None:
        return _abuse(message, abuse, original, reader, source, now)
    if (wish := _wish(message, reader, source, now)) is not None:
        return wish
    if asking.is_automatic(message) and not guessing.is_bounce_like(message):
        return Reading("automatic", note="an automatic reply: ignored")
    return _guess(message, original, reader, source, now)


def _status(
    message: Part, report: StatusReport, original: Part | None, reader: TokenReader, source: str, now: datetime
) -> Reading:
    named = [address for one in report.recipients for address in one.addresses]
    traces = traces_of(
        message, reader, original=original, text=own_text(message), reported=named, envelope_ids=[report.envelope_id]
    )
    acts = [one for one in report.recipients if one.kind is not None]
    if not acts:
        return Reading("report", note="a report of a step on the way: nothing to act on")
    if traces.subscriber_id or traces.message_ids:
        return Reading("report", (_one_for_all(message, report, acts, traces, original, source, now),))
    return Reading(
        "report",
        tuple(_event(one, replace(traces, addresses=one.addresses), message, report.when, source, now) for one in acts),
    )


def _one_for_all(
    message: Part, report: StatusReport, acts: Sequence[RecipientStatus], traces: Traces, original: Part | None,
    source: str, now: datetime,
) -> MailEvent:  # fmt: skip
    """Our message had one recipient. Several in its report mean that the address stands for several people: then one
    of them that bounces says nothing about the address, unless it is named itself."""
    to = set(traces.addresses if original is None else addresses_in(original.all("to")))
    theirs = [one for one in acts if to & set(one.addresses)] or acts
    worst = min(theirs, key=lambda one: _WORST_FIRST.index(one.kind or EventKind.DELIVERED))
    if len(theirs) > 1 and worst.kind in (EventKind.HARD, EventKind.POLICY):
        worst = replace(worst, kind=EventKind.SOFT)
    return _event(worst, traces, message, report.when, source, now)


def _event(one: RecipientStatus, traces: Traces, message: Part, arrived: str, source: str, now: datetime) -> MailEvent:
    assert one.kind is not None
    at = _time([one.when, message.get("date"), arrived], now)
    return MailEvent(one.kind, at, traces, clean(one.status, 12), clean(one.diagnostic), source)


def _abuse(
    message: Part, report: AbuseReport, original: Part | None, reader: TokenReader, source: str, now: datetime
) -> Reading:
    if report.kind is None:
        return Reading("complaint", note="a report of another sort than spam: nothing to act on")
    traces = traces_of(
        message, reader, original=original, text=own_text(message), reported=report.addresses,
        envelope_ids=[report.sender],
    )  # fmt: skip
    at = _time([report.when, message.get("date")], now)
    words = clean(asking.subject_of(message))
    return Reading("complaint", (MailEvent(report.kind, at, traces, "", words, source),))


def _wish(message: Part, reader: TokenReader, source: str, now: datetime) -> Reading | None:
    if guessing.is_bounce_like(message) or (asking.is_automatic(message) and not asking.is_wish(message)):
        return None
    subject = asking.subject_of(message)
    subscriber_id, list_id, generation = reader.unsubscribe([subject])
    traces = Traces(0, subscriber_id, list_id, generation)
    if not subscriber_id:
        if not asking.is_wish(message):
            return None
        traces = traces_of(message, reader, original=None, text=own_text(message))
        traces = replace(traces, addresses=addresses_in(message.all("from", "reply-to")[:4]))
        if not (traces.subscriber_id or traces.message_ids):
            return Reading("nothing", note="somebody wants to leave, but nothing in the mail proves who it is")
    at = _time([message.get("date")], now)
    return Reading("wish", (MailEvent(EventKind.UNSUBSCRIBE, at, traces, "", clean(subject), source),))


def _guess(message: Part, original: Part | None, reader: TokenReader, source: str, now: datetime) -> Reading:
    guessed = guessing.guess(message)
    if guessed is None:
        return Reading("nothing", note="nothing of ours")
    text = own_text(message)
    traces = traces_of(message, reader, original=original, text=text, reported=guessed.addresses)
    event = MailEvent(
        guessed.kind, _time([message.get("date")], now), traces, clean(guessed.status, 12), clean(guessed.diagnostic),
        source,
    )  # fmt: skip
    return Reading("guess", (event,))


def _time(claims: Sequence[str], now: datetime) -> datetime:
    """The first time among `claims` that can be read, within reason."""
    from email.utils import parsedate_to_datetime

    for text in claims:
        try:
            at = parsedate_to_datetime(text[:100])
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        return min(max(at, now - _OLDEST), now)
    return now
