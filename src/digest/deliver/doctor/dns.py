"""Asking DNS: the one place that knows dnspython.

Must not judge an answer. Invariant: "there is no such record" is an answer (an empty list), "nobody answered" is
`NoAnswer`; the two are never mixed up, because the first is a mistake to correct and the second is not. Every question
ends within `timeout_s`, and all questions of one `Dns` within `total_s`.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
import dns.reversename


class NoAnswer(Exception):
    """Nobody answered, or only to say that something is wrong. The text says what, for people."""


class Names(Protocol):
    """What the checks ask. All raise `NoAnswer`; a name that does not exist has empty lists."""

    def texts(self, name: str) -> list[str]: ...
    def addresses(self, name: str) -> list[str]: ...
    def mail_servers(self, name: str) -> list[str]: ...
    def reverse(self, address: str) -> list[str]: ...


class Dns:
    """A resolver that remembers. `nameserver` (address and port) in place of the machine's own."""

    def __init__(
        self,
        nameserver: tuple[str, int] | None = None,
        *,
        timeout_s: float = 4.0,
        total_s: float = 20.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._resolver = self._made(nameserver)
        self._timeout_s, self._monotonic = timeout_s, monotonic
        self._deadline = monotonic() + total_s
        self._known: dict[tuple[str, str], list[Any]] = {}

    @staticmethod
    def _made(nameserver: tuple[str, int] | None) -> dns.resolver.Resolver | None:
        try:
            resolver = dns.resolver.Resolver(configure=nameserver is None)
        except (dns.resolver.NoResolverConfiguration, OSError):
            return None
        if nameserver is not None:
            resolver.nameservers, resolver.port = [nameserver[0]], nameserver[1]
        return resolver

    def texts(self, name: str) -> list[str]:
        """TXT records, each with its strings joined without a blank (RFC 7208 section 3.3)."""
        return [b"".join(one.strings).decode("utf-8", "replace") for one in self._ask(name, "TXT")]

    def addresses(self, name: str) -> list[str]:
        """IPv4 and IPv6."""
        return [one.address for kind in ("A", "AAAA") for one in self._ask(name, kind)]

    def mail_servers(self, name: str) -> list[str]:
        """MX hosts, the preferred first; "." is a null MX (RFC 7505)."""
        found = sorted(self._ask(name, "MX"), key=lambda one: one.preference)
        return [one.exchange.to_text(omit_final_dot=True) or "." for one in found]

    def reverse(self, address: str) -> list[str]:
        """The names of an address."""
        found = self._ask(dns.reversename.from_address(address).to_text(), "PTR")
        return [one.target.to_text(omit_final_dot=True).lower() for one in found]

    def _ask(self, name: str, kind: str) -> list[Any]:
        key = (name.rstrip(".").lower(), kind)
        if key not in self._known:
            self._known[key] = self._asked(name, kind)
        return self._known[key]

    def _asked(self, name: str, kind: str) -> list[Any]:
        if self._resolver is None:
            raise NoAnswer("this machine has no name server configured")
        lifetime = min(self._timeout_s, self._deadline - self._monotonic())
        if lifetime <= 0:
            raise NoAnswer("DNS answers too slowly")
        try:
            return list(self._resolver.resolve(name.rstrip(".") + ".", kind, lifetime=lifetime, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.resolver.LifetimeTimeout:
            raise NoAnswer(f"no answer from DNS about {name}") from None
        except dns.resolver.NoNameservers:
            raise NoAnswer(f"the name servers cannot tell anything about {name}") from None
        except (dns.resolver.YXDOMAIN, dns.name.LabelTooLong, dns.name.NameTooLong, dns.name.EmptyLabel):
            return []  # no such name can exist
        except (dns.exception.DNSException, OSError) as error:
            raise NoAnswer(f"DNS cannot be asked about {name}: {error or type(error).__name__}") from None
