"""Mail and webhooks about mail to what follows from them: recorded, suppressed, unsubscribed, made certain.

Does not judge what a message means (`deliver.intake`) nor what follows (`audience.suppression`). Invariants: only what
is proven to be about a person changes anything for them; reading twice is as good as once; a message that cannot be
worked on costs itself; a mailbox that cannot be read never stops a send.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digest.audience.suppression import stop_for
from digest.errors import DigestError, FetchError, StateError
from digest.model import DeliveryState, EventKind, Known, MailEvent, Stop, Traces, Trust
from digest.pipeline.unsubscribing import unsubscribe_person
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.deliver.intake.evidence import TokenReader
    from digest.deliver.intake.mailboxes import Look
    from digest.deliver.intake.reading import Reading
    from digest.store.rows import DeliveryRow

log = logging.getLogger("digest.intake")

LOOK_S = 20.0  # for all mailboxes of one tick together
MAX_CERTIFICATE_BYTES = 64 * 1024
# What a provider tells of an address without naming our message: true of the person whoever mailed them.
_ABOUT_THE_PERSON = (EventKind.HARD, EventKind.COMPLAINT, EventKind.UNSUBSCRIBE)


@dataclass(frozen=True, slots=True)
class Acted:
    """What became of one event. `news`: it was not known before; `left`: the lists it took the reader off."""

    event: MailEvent
    key: str = ""
    issue_id: int = 0
    trust: Trust = Trust.NONE
    news: bool = False
    stopped: Stop | None = None
    left: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        return self.trust is not Trust.NONE


@dataclass(frozen=True, slots=True)
class Taken:
    """One message, read and acted on. `ours`: nobody else needs to see it."""

    reading: Reading
    acts: tuple[Acted, ...]

    @property
    def ours(self) -> bool:
        return any(act.proven for act in self.acts) or (self.reading.addressed and self.reading.what != "nothing")


@dataclass(frozen=True, slots=True)
class Looked:
    """One look into one mailbox."""

    name: str
    look: Look | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What a webhook's sender is told."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class _Found:
    event: MailEvent
    known: Known | None
    key: str
    trust: Trust


def token_reader(workspace: Workspace) -> TokenReader:
    from digest.deliver.intake.evidence import TokenReader

    return TokenReader(workspace.store.signing_keys()[1])


# -- events ------------------------------------------------------------------------------------------------------------


def act(workspace: Workspace, events: Sequence[MailEvent], *, dry_run: bool = False) -> list[Acted]:
    """Record events and do what follows, in this order: whom, off the list, recorded with its suppression."""
    found = [_find(workspace, event) for event in events]
    if dry_run:
        return [_acted(one) for one in found]
    left = [_take_off(workspace, one) for one in found]
    keep = [one for one in found if _worth_keeping(workspace, one)]
    done = dict(zip(map(id, keep), _record(workspace, keep), strict=True))
    for one in keep:
        _make_certain(workspace, one)
    return [_acted(one, *done.get(id(one), (False, None)), lists) for one, lists in zip(found, left, strict=True)]


def _acted(one: _Found, news: bool = False, stopped: Stop | None = None, left: tuple[str, ...] = ()) -> Acted:
    return Acted(one.event, one.key, one.known.issue_id if one.known else 0, one.trust, news, stopped, left)


def _find(workspace: Workspace, event: MailEvent) -> _Found:
    """Whom an event is about, by the best proof there is."""
    events, traces = workspace.store.events, event.traces
    if (match := events.known(traces)) is not None:
        known, trust = match
        return _Found(event, known, known.key, trust)
    if traces.subscriber_id and (key := events.key_of(traces.subscriber_id)):
        return _Found(event, None, key, Trust.TOKEN)  # the delivery was pruned, or the token is an unsubscribe link's
    claimed = next(iter(traces.addresses), "")
    if event.signed and claimed and event.kind in _ABOUT_THE_PERSON:
        return _Found(event, events.latest(claimed, before=event.at), claimed, Trust.SIGNED)
    return _Found(event, None, claimed, Trust.NONE)


def _worth_keeping(workspace: Workspace, one: _Found) -> bool:
    """What is not proven is kept when it names a reader of ours: somebody else's bounces are nobody's history."""
    return one.trust is not Trust.NONE or (bool(one.key) and bool(workspace.store.audience.find(one.key)))


def _record(workspace: Workspace, found: Sequence[_Found]) -> list[tuple[bool, Stop | None]]:
    from digest.model import History
    from digest.store.events import Item

    now = workspace.now()

    def decide(event: MailEvent, history: History) -> Stop | None:
        return stop_for(event.kind, event.status, at=now, history=history)

    items = [Item(one.event, one.known, one.key, one.trust) for one in found]
    done = workspace.store.events.record(items, at=now, decide=decide) if items else []
    return [(one.news, one.stopped) for one in done]


def _take_off(workspace: Workspace, one: _Found) -> tuple[str, ...]:
    """An unsubscribe ends the list it was about: that of the token, else that of the message. Twice is as good as once,
    and done before it is recorded: a kill in between is mended by reading the message again."""
    if one.event.kind is not EventKind.UNSUBSCRIBE or one.trust is Trust.NONE:
        return ()
    traces = one.event.traces
    if traces.list_id:
        who, list_id = traces.subscriber_id, traces.list_id
    elif one.known is not None:
        who, list_id = one.known.subscriber_id, one.known.list_id
    else:
        return ()
    subscriber = workspace.store.audience.by_id(who, list_id)
    if subscriber is None or (traces.list_id and subscriber.token_generation & 0xFFFF != traces.generation):
        return ()
    return tuple(unsubscribe_person(workspace, subscriber, source=f"mail ({one.event.source})"))


def _make_certain(workspace: Workspace, one: _Found) -> None:
    """What came back had arrived: a delivery whose fate the network hid is no longer uncertain."""
    if one.known is None or one.known.state != DeliveryState.UNCERTAIN or one.trust is Trust.SIGNED:
        return
    with contextlib.suppress(StateError):  # somebody resolved it in this very moment
        workspace.store.issues.resolve(one.known.delivery_id, True, workspace.now())


def learn_refusals(workspace: Workspace, issue_id: int) -> list[Acted]:
    """Servers that refused to our face told the same as a bounce would: the same rules follow."""
    acts: list[Acted] = []
    after = 0
    while page := workspace.store.events.refusals(issue_id, after=after):
        after = page[-1][0].delivery_id
        found = [_Found(_refusal(known, row), known, known.key, Trust.SMTP) for known, row in page]
        acts += [_acted(one, *done) for one, done in zip(found, _record(workspace, found), strict=True)]
    return acts


def _refusal(known: Known, row: DeliveryRow) -> MailEvent:
    from digest.deliver.intake.mime import clean
    from digest.deliver.intake.status import judge

    judged = judge(row.enhanced_code, f"{row.code or ''} {row.enhanced_code} {row.server_text}")
    kind = EventKind.POLICY if row.reason == "policy" else judged.kind
    traces = Traces(known.issue_id, known.subscriber_id)
    return MailEvent(kind, row.at, traces, judged.status, clean(f"{row.code or ''} {row.server_text}"), "smtp")


# -- mail --------------------------------------------------------------------------------------------------------------


def take_mail(
    workspace: Workspace, raw: bytes, *, source: str, reader: TokenReader | None = None, dry_run: bool = False
) -> Taken:
    """Read one message and do what it asks for. Raises `StoreError` when nothing can be recorded now."""
    from digest.deliver.intake.reading import read_mail

    reading = read_mail(raw, reader or token_reader(workspace), source=source, now=workspace.now())
    return Taken(reading, tuple(act(workspace, reading.events, dry_run=dry_run)))


def look(
    workspace: Workspace, *, seconds: float = LOOK_S, on_mail: Callable[[Taken], None] = lambda taken: None
) -> list[Looked]:
    """Look into every configured mailbox, within `seconds` altogether. Never raises for a mailbox."""
    intake, deadline = workspace.config.intake, time.monotonic() + seconds
    places: list[tuple[str, Callable[[float, Callable[[bytes], bool]], Look]]] = []
    if intake.imap is not None:
        places.append((intake.imap.place, lambda left, take: _imap(workspace, left, take)))
    if intake.maildir is not None:
        places.append((f"maildir {intake.maildir}", lambda left, take: _maildir(workspace, left, take)))
    return [_one_look(workspace, name, go, max(1.0, deadline - time.monotonic()), on_mail) for name, go in places]


def _one_look(
    workspace: Workspace,
    name: str,
    go: Callable[[float, Callable[[bytes], bool]], Look],
    seconds: float,
    on_mail: Callable[[Taken], None],
) -> Looked:
    reader, source = token_reader(workspace), name.split()[0]

    def take(raw: bytes) -> bool:
        try:
            taken = take_mail(workspace, raw, source=source, reader=reader)
        except DigestError:
            raise
        except Exception:
            log.exception("a message in %s cannot be read; it stays where it is", name)
            return False
        on_mail(taken)
        return taken.ours

    try:
        found = go(seconds, take)
    except DigestError as error:
        with contextlib.suppress(DigestError):
            workspace.store.events.looked(name, at=workspace.now(), error=f"{error.what}: {error.why}")
        return Looked(name, error=str(error))
    workspace.store.events.looked(name, at=workspace.now())
    return Looked(name, found)


def _imap(workspace: Workspace, seconds: float, take: Callable[[bytes], bool]) -> Look:
    from digest.deliver.intake.mailboxes import Position, look_into_imap

    settings, events = workspace.config.intake.imap, workspace.store.events
    assert settings is not None
    validity, uid = events.position(settings.place)
    return look_into_imap(
        settings,
        Position(validity, uid),
        take,
        now=workspace.now(),
        seconds=seconds,
        keep=lambda position: events.keep_position(settings.place, position.validity, position.uid),
    )


def _maildir(workspace: Workspace, seconds: float, take: Callable[[bytes], bool]) -> Look:
    from digest.deliver.intake.mailboxes import look_into_maildir

    path = workspace.config.intake.maildir
    assert path is not None
    return look_into_maildir(path, take, seconds=seconds)


# -- webhooks ----------------------------------------------------------------------------------------------------------


class HookDesk:
    """Answers webhooks; called in several threads at once. Certificates are fetched once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._certificates: dict[str, bytes] = {}

    def answer(self, name: str, headers: Mapping[str, str], body: bytes) -> HookAnswer:
        """Check, record, act. Raises `DigestError` for trouble of ours: the sender should try again."""
        from digest.deliver.intake.hooks import Context, HookError, Request, read_hook

        settings, workspace = self._workspace.config.intake.hook(name), self._workspace
        if settings is None:
            return HookAnswer(404, "There is no such webhook.")
        context = Context(token_reader(workspace), workspace.now(), self._certificate)
        try:
            call = read_hook(settings, Request(headers, body), context)
        except HookError as error:
            log.warning("webhook %s: %s", name, error)
            return HookAnswer(error.status, error.what)
        events = workspace.store.events
        if call.nonce and not events.take(name, call.nonce, at=workspace.now()):
            return HookAnswer(200, "known already")
        try:
            if call.confirm:
                self._confirm(name, call.confirm)
            acts = act(workspace, call.events)
        except BaseException:
            if call.nonce:
                events.give_back(name, call.nonce)
            raise
        if call.note:
            log.warning("webhook %s: %s", name, call.note)
        return HookAnswer(200, f"{sum(one.news for one in acts)} recorded")

    def _certificate(self, url: str) -> bytes:
        if url not in self._certificates:
            response = self._workspace.http.get(url, max_bytes=MAX_CERTIFICATE_BYTES)
            if response.status != 200:
                raise FetchError("the certificate is not there", where=url, why=f"status {response.status}")
            if len(self._certificates) >= 20:
                self._certificates.clear()
            self._certificates[url] = response.data
        return self._certificates[url]

    def _confirm(self, name: str, url: str) -> None:
        response = self._workspace.http.get(url, max_bytes=MAX_CERTIFICATE_BYTES)
        log.warning("webhook %s: subscription confirmed, status %s", name, response.status)
        if response.status >= 400:
            raise FetchError("the subscription was not confirmed", where=url[:200], why=f"status {response.status}")
