"""Relays and the other settings that hold a secret: the secret is read, or its absence is a problem, or it is forgiven.

A command that does not send needs no password and must not fail for lack of one (an editor's machine has none); so
where `needed` is false an unreadable secret reads as empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from digest.config.places import KeyPath, Places
from digest.config.schema import NotifyTable, RelayTable, SourceTable
from digest.config.secret import SecretRef, resolve
from digest.config.tables import Tables
from digest.config.values import Refused, web_url
from digest.deliver.limits import parse_rate
from digest.deliver.settings import NotifySettings, RelaySettings
from digest.errors import DigestError, Problem


@dataclass(slots=True)
class Vault:
    """Reads secrets, once each, and remembers what was wrong with them."""

    env: Mapping[str, str]
    directory: Path
    places: Places
    needed: bool
    problems: list[Problem] = field(default_factory=list)
    _read: dict[KeyPath, str | None] = field(default_factory=dict)

    def read(self, value: str | SecretRef | None, path: KeyPath, *, always: bool = False) -> str | None:
        """The text itself; None when there should be one and is none. `always`: needed whatever the command."""
        if not isinstance(value, SecretRef):
            return value or ""
        if path not in self._read:
            self._read[path] = self._resolved(value, path, report=self.needed or always)
        return self._read[path]

    def _resolved(self, where: SecretRef, path: KeyPath, *, report: bool) -> str | None:
        try:
            return resolve(where, env=self.env, directory=self.directory)
        except Refused as error:
            if report:
                self.problems.append(self.places.problem(path, error.what, error.try_))
            return None

    def url(self, value: str | SecretRef, path: KeyPath) -> str:
        """A web address that may be a secret; "" when there is none or it is no address."""
        read = self.read(value, path) or ""
        try:
            return web_url(read) if read and isinstance(value, SecretRef) else read
        except Refused as error:
            # Without the address: it is a secret.
            self.problems.append(self.places.problem(path, "what stands there is not a full web address", error.try_))
            return ""


def read_headers(name: str, table: SourceTable, vault: Vault) -> dict[str, str]:
    """The request headers of one source; a header whose secret cannot be read is left out."""
    read = {key: vault.read(value, ("source", name, "headers", key)) for key, value in table.headers.items()}
    return {key: value for key, value in read.items() if value is not None}


def read_notify(table: NotifyTable, vault: Vault) -> NotifySettings:
    """`[notify]` with its addresses read."""
    webhook, ping = (vault.url(getattr(table, key), ("notify", key)) for key in ("webhook", "ping"))
    return NotifySettings(email=table.email, webhook=webhook, ping=ping)


def read_relays(tables: Tables, vault: Vault) -> tuple[dict[str, RelaySettings], list[Problem]]:
    """Every relay whose settings make sense, and what is wrong with the others."""
    relays, problems = {}, []
    for name, table in tables.relay.items():
        if not table.url:
            continue  # missing or refused, which is reported already
        path = ("relay", name, "password")
        refused = table.password is None and path in tables.mentioned
        password = None if refused else vault.read(table.password, path)
        try:
            relays[name] = _relay(name, table, password, vault)
        except DigestError as error:
            what = f"{error.what}: {error.why}" if error.why else error.what
            problems.append(vault.places.problem(("relay", name, "url"), what, error.try_))
    return relays, problems


def _relay(name: str, table: RelayTable, password: str | None, vault: Vault) -> RelaySettings:
    from digest.deliver import parse_relay

    reported_or_forgiven = password is None or (not password and not vault.needed)
    stand_in = "absent" if reported_or_forgiven and _names_user(table.url) else ""
    relay = parse_relay(name, table.url, password=password or stand_in, tls=table.tls or None)
    return replace(
        relay, password=password or "", auth=table.auth, connections=table.connections, weight=table.weight,
        rates=tuple(map(parse_rate, table.rate)), warm_up_from=table.warm_up_from,
        warm_up=tuple(map(parse_rate, table.warm_up)),
    )  # fmt: skip


def _names_user(url: str) -> bool:
    try:
        return bool(urlsplit(url).username)
    except ValueError:
        return False
