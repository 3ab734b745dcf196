"""A token or an address to off the list: in the database and in the file beside the list, at once.

Invariant: idempotent, and never undone by reading a list again. Reading what a token says changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from digest.errors import TokenError, UsageError
from digest.model import EmailAddress, Purpose, Subscriber, SubscriptionStatus, read_token, sign_token
from digest.pipeline.workspace import Workspace

_NOBODY = 0  # rows begin at 1


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """What a reader's token stands for. `address` is masked: a forwarded link must not tell it."""

    list_title: str
    site_name: str
    site_url: str
    address_masked: str
    active: bool


def describe_token(workspace: Workspace, token: str) -> Unsubscription:
    """What the unsubscribe page shows. Raises `TokenError`. Changes nothing (rule 7)."""
    subscriber = _subscriber(workspace, token)
    return _shown(workspace, subscriber) if subscriber else _nobody(workspace)


def unsubscribe_by_token(workspace: Workspace, token: str, *, source: str) -> Unsubscription:
    """Act on a token. Raises `TokenError` for one that is not ours; twice is as good as once."""
    subscriber = _subscriber(workspace, token)
    if subscriber is None:
        return _nobody(workspace)
    unsubscribe_person(workspace, subscriber, source=source)
    return describe_token(workspace, token)


def unsubscribe_by_address(workspace: Workspace, text: str, *, list_name: str | None, source: str) -> list[str]:
    """Take an address off one list, or off every list of this configuration; the lists it was taken off.

    An address on no list yet is written down all the same, so that an old copy of the file cannot bring it in.
    """
    address = EmailAddress.parse(text)
    if list_name is not None and list_name not in workspace.config.lists:
        raise UsageError(f"there is no list called {list_name!r}", try_=f"one of: {', '.join(workspace.config.lists)}")
    changed = []
    for name in [list_name] if list_name else list(workspace.config.lists):
        if workspace.store.audience.unsubscribe(name, address.key, at=workspace.now(), source=source):
            changed.append(name)
        _write_beside(workspace, name, str(address), source)
    return changed


def probe_token(workspace: Workspace) -> str:
    """A token of ours that belongs to nobody: answered like any other, and changes nothing."""
    key_id, keys = workspace.store.signing_keys()
    return sign_token(keys[key_id], key_id=key_id, purpose=Purpose.UNSUBSCRIBE, subscriber_id=_NOBODY, list_id=0)


def _subscriber(workspace: Workspace, token: str) -> Subscriber | None:
    """Whose token it is; None for the one that belongs to nobody."""
    _, keys = workspace.store.signing_keys()
    claims = read_token(keys, token, purpose=Purpose.UNSUBSCRIBE)
    if claims.subscriber_id == _NOBODY:
        return None
    subscriber = workspace.store.audience.by_id(claims.subscriber_id, claims.list_id)
    if subscriber is None or subscriber.token_generation != claims.generation:
        raise TokenError("this link belongs to nobody any more", try_="nothing: no mail will be sent because of it")
    return subscriber


def unsubscribe_person(workspace: Workspace, subscriber: Subscriber, *, source: str) -> list[str]:
    """Take a reader off the list of that subscription, in the database and in the file beside it; which lists."""
    lists = _lists_meant(workspace, subscriber)
    for name in lists:
        workspace.store.audience.unsubscribe(name, subscriber.key, at=workspace.now(), source=source)
        _write_beside(workspace, name, subscriber.address, source)
    return lists


def _lists_meant(workspace: Workspace, subscriber: Subscriber) -> list[str]:
    """The token's list; when it was renamed or removed, also every list of today that has the reader."""
    if subscriber.list_name in workspace.config.lists:
        return [subscriber.list_name]
    on = [one.list_name for one in workspace.store.audience.find(subscriber.key)]
    return [subscriber.list_name, *(name for name in on if name in workspace.config.lists)]


def _write_beside(workspace: Workspace, list_name: str, address: str, source: str) -> None:
    from digest.audience import read_unsubscribed, record_unsubscribe, unsubscribed_path

    settings = workspace.config.lists.get(list_name)
    if settings is None or settings.csv is None:
        return
    key = EmailAddress.parse(address).key
    if unsubscribed_path(settings.csv).exists() and key in read_unsubscribed(settings.csv):
        return
    record_unsubscribe(settings.csv, address, at=workspace.now(), source=source)


def _nobody(workspace: Workspace) -> Unsubscription:
    site = workspace.config.site
    return Unsubscription(site.name, site.name, site.url, "nobody", active=False)


def _shown(workspace: Workspace, subscriber: Subscriber) -> Unsubscription:
    site = workspace.config.site
    settings = workspace.config.lists.get(subscriber.list_name)
    return Unsubscription(
        list_title=(settings.title if settings else "") or site.name,
        site_name=site.name,
        site_url=site.url,
        address_masked=mask(subscriber.address),
        active=subscriber.status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.PENDING),
    )


def mask(address: str) -> str:
    """`j***@riverside-makers.example`: enough for its owner, useless to anybody else."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
