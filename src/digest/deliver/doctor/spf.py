"""Whether a domain's SPF record lets an address send: check_host() of RFC 7208, with its limits.

Must not send anything or look at a message. Knows all mechanisms (ip4, ip6, a, mx, include, exists, ptr, all), redirect
and macros; exp is read over. Invariant: the limits of section 4.6.4 hold, ten terms that ask DNS and two questions that
find nothing, so a record that receivers would give up on is given up on here as well.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from enum import StrEnum

from digest.deliver.doctor.dns import Names, NoAnswer
from digest.deliver.doctor.macros import BadMacro, expand, macro_values

MAX_LOOKUPS = 10
MAX_VOID = 2
_MAX_HOSTS = 10  # section 4.6.4: of one mx, and of one ptr
_QUALIFIERS = {"+": "pass", "-": "fail", "~": "softfail", "?": "neutral"}
_TERM = re.compile(r"([+?~-]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?:([:/])(.*))?", re.IGNORECASE)
_MODIFIER = re.compile(r"([a-z][a-z0-9_.-]*)=(.*)", re.IGNORECASE)
_CIDR = re.compile(r"(?:/(\d{1,3}))?(?://(\d{1,3}))?")


class Result(StrEnum):
    """Section 2.6. `TEMPERROR` is for callers: here `NoAnswer` is raised."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105 - a word of RFC 7208
    FAIL = "fail"
    SOFTFAIL = "softfail"
    PERMERROR = "permerror"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`why` is the term that decided, or what is wrong; `lookups` counts terms that ask DNS; `included` all domains."""

    result: Result
    why: str
    lookups: int
    included: frozenset[str]


class _Broken(Exception):
    """permerror: the record cannot be used, whoever sends."""


def spf_records(texts: list[str]) -> list[str]:
    """Section 4.5: those that begin with the version and nothing else."""
    return [text for text in texts if re.match(r"v=spf1(?: |\Z)", text, re.IGNORECASE)]


def check_host(names: Names, address: str, *, domain: str, sender: str, helo: str = "") -> Verdict:
    """Judge `address` for `domain`. Raises `NoAnswer` when DNS does not answer (temperror)."""
    look = _Look(names, ipaddress.ip_address(address), sender, helo or domain)
    try:
        result, why = look.judge(domain)
    except _Broken as broken:
        result, why = Result.PERMERROR, str(broken)
    except BadMacro as bad:
        result, why = Result.PERMERROR, f"{bad} is no macro"
    return Verdict(result, why, look.lookups, frozenset(look.included))


@dataclass(slots=True)
class _Look:
    """One evaluation and what it has cost so far."""

    names: Names
    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    sender: str
    helo: str
    lookups: int = 0
    voids: int = 0
    included: set[str] = field(default_factory=set)

    def judge(self, domain: str) -> tuple[Result, str]:
        self.included.add(domain.lower().rstrip("."))
        found = spf_records(self.names.texts(domain))
        if not found:
            return Result.NONE, f"{domain} has no SPF record"
        if len(found) > 1:
            raise _Broken(f"{domain} has {len(found)} SPF records, and only one may be there")
        terms = found[0].split()[1:]
        modifiers = _modifiers(terms, domain)
        # All terms are read before any is asked about: a mistake anywhere breaks the record (section 4.6).
        mechanisms = [_mechanism(term, domain) for term in terms if not _MODIFIER.fullmatch(term)]
        for one in mechanisms:
            if self._matches(one, domain):
                return Result(_QUALIFIERS[one.qualifier]), f"{one.text} in the record of {domain}"
        target = modifiers.get("redirect")
        if target and not any(one.name == "all" for one in mechanisms):
            return self._redirected(self._expanded(target, domain))
        return Result.NEUTRAL, f"no term of {domain} matches"

    def _redirected(self, target: str) -> tuple[Result, str]:
        self._count()
        result, why = self.judge(target)
        if result is Result.NONE:
            raise _Broken(f"redirect leads to {target}, which has no SPF record")
        return result, why

    def _matches(self, one: _Mechanism, domain: str) -> bool:
        match one.name:
            case "all":
                return True
            case "ip4" | "ip6":
                return one.network is not None and self.address in one.network
            case "include":
                return self._include(self._expanded(one.target, domain))
        self._count()
        target = self._expanded(one.target or domain, domain)
        match one.name:
            case "a":
                return self._among(self._addresses(target), one)
            case "mx":
                return self._mx(target, one)
            case "exists":
                return bool(self._addresses(target))
        return self._ptr(target)

    def _include(self, target: str) -> bool:
        self._count()
        result, _ = self.judge(target)
        if result is Result.NONE:
            raise _Broken(f"include:{target} names a domain without an SPF record")
        return result is Result.PASS

    def _mx(self, target: str, one: _Mechanism) -> bool:
        hosts = self._found(self.names.mail_servers(target))
        if len(hosts) > _MAX_HOSTS:
            raise _Broken(f"mx:{target} has {len(hosts)} hosts, {_MAX_HOSTS} are allowed")
        return any(self._among(self.names.addresses(host), one) for host in hosts if host != ".")

    def _ptr(self, target: str) -> bool:
        """Section 5.5, which also says not to use it: names of the address that lead back to it."""
        try:
            hosts = self._found(self.names.reverse(str(self.address)))[:_MAX_HOSTS]
            true = [host for host in hosts if str(self.address) in self.names.addresses(host)]
        except NoAnswer:
            return False
        return any(host == target.lower() or host.endswith(f".{target.lower()}") for host in true)

    def _among(self, addresses: list[str], one: _Mechanism) -> bool:
        length = one.length4 if self.address.version == 4 else one.length6
        for text in addresses:
            other = ipaddress.ip_address(text)
            if other.version == self.address.version and self.address in ipaddress.ip_network(
                f"{text}/{length}", strict=False
            ):
                return True
        return False

    def _addresses(self, name: str) -> list[str]:
        return self._found(self.names.addresses(name))

    def _found(self, answer: list[str]) -> list[str]:
        if not answer:
            self.voids += 1
            if self.voids > MAX_VOID:
                raise _Broken(f"more than {MAX_VOID} terms ask for names that do not exist")
        return answer

    def _count(self) -> None:
        self.lookups += 1
        if self.lookups > MAX_LOOKUPS:
            raise _Broken(f"more than {MAX_LOOKUPS} terms that ask DNS (include, a, mx, ptr, exists, redirect)")

    def _expanded(self, text: str, domain: str) -> str:
        values = macro_values(str(self.address), domain=domain, sender=self.sender, helo=self.helo)
        return expand(text, values)


@dataclass(frozen=True, slots=True)
class _Mechanism:
    text: str
    qualifier: str
    name: str
    target: str = ""
    length4: int = 32
    length6: int = 128
    network: ipaddress.IPv4Network | ipaddress.IPv6Network | None = None


def _modifiers(terms: list[str], domain: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in filter(None, map(_MODIFIER.fullmatch, terms)):
        name = match[1].lower()
        if name in found and name in ("redirect", "exp"):
            raise _Broken(f"{name}= stands twice in the record of {domain}")
        found[name] = match[2]
    return found


def _mechanism(term: str, domain: str) -> _Mechanism:
    match = _TERM.fullmatch(term)
    if match is None:
        raise _Broken(f"{term!r} in the record of {domain} is no term of SPF")
    qualifier, name, sign, rest = match[1] or "+", match[2].lower(), match[3], match[4] or ""
    if name == "all" and sign:
        raise _Broken(f"{term!r} in the record of {domain}: all takes nothing behind it")
    if name in ("ip4", "ip6"):
        return _network(term, qualifier, name, rest if sign == ":" else "", domain)
    if name in ("include", "exists"):
        if sign != ":" or not rest:
            raise _Broken(f"{term!r} in the record of {domain} names no domain")
        return _Mechanism(term, qualifier, name, rest)
    text = f"/{rest}" if sign == "/" else rest
    target, slash, lengths = text.partition("/")
    cidr = _CIDR.fullmatch(slash + lengths)
    if cidr is None or (sign == ":" and not target) or (name == "ptr" and slash):
        raise _Broken(f"{term!r} in the record of {domain} cannot be read")
    length4, length6 = int(cidr[1] or 32), int(cidr[2] or 128)
    if length4 > 32 or length6 > 128:
        raise _Broken(f"{term!r} in the record of {domain}: no network has that length")
    return _Mechanism(term, qualifier, name, target, length4, length6)


def _network(term: str, qualifier: str, name: str, text: str, domain: str) -> _Mechanism:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None or network.version != (4 if name == "ip4" else 6):
        raise _Broken(f"{term!r} in the record of {domain} is no {'IPv4' if name == 'ip4' else 'IPv6'} address")
    return _Mechanism(term, qualifier, name, network=network)
