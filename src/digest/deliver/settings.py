"""What `config` hands to delivering."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from digest.deliver.limits import Rate


def is_loopback_host(host: str) -> bool:
    """Whether `host` can only mean this machine. A name that merely begins with 127. can mean anybody's."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a server (RFC 5321 section 4.5.3.2). Shorter ones lose patience with servers that are right.

    `reply_s`: greeting, EHLO, AUTH, MAIL, RCPT. `data_s`: the 354 to DATA. `block_s`: until it reads on. `dot_s`: the
    reply to a whole message; a shorter wait manufactures duplicates.
    """

    connect_s: float = 60.0
    reply_s: float = 300.0
    data_s: float = 120.0
    block_s: float = 180.0
    dot_s: float = 600.0


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """One `[relay.NAME]`. `tls` is "starttls" (required), "implicit" or "none".

    `smtp://host:587` means starttls, except on a loopback address, where plain is accepted; `smtps://host:465` means
    implicit. `auth` is a mechanism, or empty for the strongest that both sides know; for XOAUTH2 `password` is the
    token. `local_hostname` is what this machine calls itself in EHLO; empty: the address literal of its own end of the
    connection, which is true everywhere. `connections` is how many may be open at once (the run begins with one).
    `window` and `chunk_window` bound the messages of one connection whose last bytes have left and whose fate is not
    yet durable, without and with BDAT: what a kill can leave uncertain. `weight` is its share of the messages beside
    other relays; 0 is a spare. `rates` bound what all workers together hand to it. `warm_up` are rates for each of the
    first days from `warm_up_from` on (UTC): a new address that sends much at once is taken for a spammer's.
    """

    name: str
    host: str
    port: int
    tls: str = "starttls"
    username: str = ""
    password: str = ""
    auth: str = ""
    local_hostname: str = ""
    connections: int = 10
    window: int = 2
    chunk_window: int = 4
    weight: int = 1
    rates: tuple[Rate, ...] = ()
    warm_up: tuple[Rate, ...] = ()
    warm_up_from: date | None = None
    timeouts: Timeouts = Timeouts()

    @property
    def is_loopback(self) -> bool:
        return is_loopback_host(self.host)

    def warm_up_left(self, day: date) -> tuple[Rate, ...]:
        """The rates of `day` and of the days after it, as long as it warms up; before its first day the first one."""
        if self.warm_up_from is None:
            return ()
        return self.warm_up[max(0, (day - self.warm_up_from).days) :]

    def rates_on(self, day: date) -> tuple[Rate, ...]:
        """All that bounds it on that day."""
        return self.rates + self.warm_up_left(day)[:1]

    @property
    def place(self) -> str:
        return f"relay.{self.name} ({self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class DkimKeySettings:
    """A private key (PEM) and the selector under which its public half is published."""

    selector: str
    pem: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DkimSettings:
    """`[dkim]`: the domain that signs (d=), and one signature for each key."""

    domain: str
    keys: tuple[DkimKeySettings, ...]


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """`[delivery]`: `on_uncertain` is "hold" or "resend"; `finish_within_s` bounds retries of one issue.

    `limits` are rates by recipient's provider ("*": each other one by itself), for all workers and relays together.
    `workers` processes send an issue; with 1 it is sent from the process that makes it.
    """

    on_uncertain: str = "hold"
    finish_within_s: float = 48 * 3600.0
    claim: int = 100
    only_to: tuple[str, ...] = ()
    workers: int = 1
    bulk_checks: bool = True
    max_hard_bounces: float = 0.05
    max_policy_refusals: float = 0.01
    max_complaints: float = 0.003
    limits: Mapping[str, tuple[Rate, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotifySettings:
    """`[notify]`: where the operator hears of what went wrong or right. Empty means not."""

    email: str = ""
    webhook: str = ""
    ping: str = ""
