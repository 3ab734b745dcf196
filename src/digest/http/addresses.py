"""Which addresses a stranger's URL may make us connect to. Pure: no lookup happens here.

Invariant: `is_public` is true only for addresses that the IANA registries call globally reachable, looked at through
every form that carries an IPv4 address inside an IPv6 one.

Why this way: `ipaddress.is_global` alone calls multicast global and, depending on the release, misses NAT64 and 6to4
(CPython 3.11.7), so what is refused is written out.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast (RFC 5771) and class E (RFC 1112 section 4).
_V4_REFUSED = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
# Only 2000::/3 is allocated global unicast (RFC 4291 section 2.4); inside it, the special blocks of RFC 6890 and later.
_V6_UNICAST = ipaddress.IPv6Network("2000::/3")
_V6_REFUSED = tuple(
    ipaddress.IPv6Network(text)
    for text in ("2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20", "3ffe::/16")
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052 section 2.1
_SIXTOFOUR = ipaddress.IPv6Network("2002::/16")  # RFC 3056
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214 section 6.1: interface identifiers that end in an IPv4 address
_NUMERIC_HOST = re.compile(r"(?:.*\.)?(?:\d+|0[xX][0-9a-fA-F]*)\.?")


def is_public(address: str | IPAddress) -> bool:
    """Whether a connection to `address` can only reach the public Internet. Unreadable text is not public."""
    try:
        ip = ipaddress.ip_address(address) if isinstance(address, str) else address
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _V4_REFUSED)
    if ip.scope_id is not None:
        return False
    inner = _embedded_v4(ip)
    if inner is not None and not is_public(inner):
        return False
    if ip.ipv4_mapped is not None or ip in _NAT64:
        return True
    return ip in _V6_UNICAST and not any(ip in network for network in _V6_REFUSED)


def _embedded_v4(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if ip in _SIXTOFOUR:
        return ip.sixtofour
    if ip in _NAT64 or (int(ip) >> 32) & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return None


def literal_address(host: str) -> IPAddress | None:
    """`host` as an address if it is written as one (brackets allowed), else None: then it is a name."""
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def is_disguised_number(host: str) -> bool:
    """Whether `host` is a number that the C library would read as an address (`2130706433`, `0x7f.1`, `0177.0.0.1`).

    The rule is that of the WHATWG URL standard ("ends in a number"); no registered name ends in a number.
    """
    return literal_address(host) is None and _NUMERIC_HOST.fullmatch(host) is not None


@dataclass(frozen=True, slots=True)
class _Allowed:
    port: int | None
    name: str = ""
    network: IPNetwork | None = None


class AllowList:
    """Hosts that may be private: `intranet.example`, `10.0.0.0/8`, `127.0.0.1:8080`, `[::1]:8080`."""

    def __init__(self, entries: tuple[str, ...] = ()) -> None:
        self._entries = tuple(_read_entry(entry) for entry in entries)

    def allows(self, host: str, port: int, address: str) -> bool:
        """Whether `address`, found for `host` and about to be connected to on `port`, is excepted by the operator."""
        name, ip = host.rstrip(".").lower(), literal_address(address)
        return any(
            entry.port in (None, port)
            and (
                entry.name == name
                or (entry.network is not None and ip is not None and ip.version == entry.network.version
                    and ip in entry.network)
            )
            for entry in self._entries
        )  # fmt: skip


def _read_entry(entry: str) -> _Allowed:
    text, port = entry.strip().lower(), None
    match = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^:]+):(\d{1,5})", text)
    if match:
        text, port = match[1], int(match[2])
    try:
        return _Allowed(port, network=ipaddress.ip_network(text.strip("[]"), strict=False))
    except ValueError:
        return _Allowed(port, name=text.rstrip("."))
