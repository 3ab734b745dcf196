"""Which addresses may be connected to."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.http import AllowList, is_public
from digest.http.addresses import is_disguised_number

REFUSED = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.9", "192.88.99.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%1", "fec0::1",
    "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "2001::1", "3fff::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2002:c0a8:101::1",
    "2a00:1450::5efe:7f00:1", "2a00:1450::200:5efe:a00:1", "::7f00:1", "0:0:0:0:0:0:0:1",
    "nonsense",
]  # fmt: skip
ALLOWED = [
    "8.8.8.8", "1.1.1.1", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.128.0.1",
    "2606:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8", "64:ff9b::808:808",
    "2002:808:808::1",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_special_addresses_are_not_public(address: str) -> None:
    """No private, local, reserved, multicast or documentation address is public, in any form that carries one."""
    assert not is_public(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_global_addresses_are_public(address: str) -> None:
    """Ordinary global addresses are public, also when embedded."""
    assert is_public(address)


@given(st.ip_addresses())
def test_never_more_generous_than_the_registries(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """What the standard library calls private, loopback, link-local, multicast, reserved or unspecified is refused."""
    if address.version == 4 and (
        address.is_private
        or address.is_multicast
        or address.is_reserved
        or address.is_loopback
        or address.is_link_local
    ):
        assert not is_public(address)
    for form in (f"::ffff:{address}", f"64:ff9b::{address}") if address.version == 4 else ():
        assert is_public(form) == is_public(address)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "017700000001", "1.2.3.4.5", "127.0.0.1."]
)
def test_numbers_in_disguise(host: str) -> None:
    """Forms that the C library reads as an address, though they are not written as one, are recognised."""
    assert is_disguised_number(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "example.org", "123.example", "1password.com", "[::1]"])
def test_names_and_plain_addresses_are_no_disguise(host: str) -> None:
    """Plain addresses and names with digits in them are taken as they are."""
    assert not is_disguised_number(host)


@pytest.mark.parametrize(
    ("entry", "host", "port", "address", "allowed"),
    [
        ("intranet.example", "intranet.example", 80, "10.0.0.5", True),
        ("intranet.example", "Intranet.Example.", 80, "10.0.0.5", True),
        ("intranet.example", "other.example", 80, "10.0.0.5", False),
        ("10.0.0.0/8", "anything.example", 80, "10.9.8.7", True),
        ("10.0.0.0/8", "anything.example", 80, "192.168.0.1", False),
        ("127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.1", True),
        ("127.0.0.1:8080", "127.0.0.1", 8081, "127.0.0.1", False),
        ("[::1]:8080", "::1", 8080, "::1", True),
        ("::1", "::1", 99, "::1", True),
        ("intranet.example:81", "intranet.example", 80, "10.0.0.5", False),
    ],
)  # fmt: skip
def test_allow_list(entry: str, host: str, port: int, address: str, allowed: bool) -> None:
    """An entry excepts exactly the host, network and port it names."""
    assert AllowList((entry,)).allows(host, port, address) is allowed
