"""Addresses of strangers must not lead inside: every connection is recorded while they are fetched."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from digest.errors import FetchError
from digest.http import PublicHttp, is_public
from support_http import Loopback, redirect, serve

PRIVATE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254",
    "192.168.0.1", "192.168.255.1", "169.254.169.254", "169.254.0.1", "100.64.0.1", "100.127.255.254", "192.0.0.1",
    "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "192.88.99.1",
    "::", "::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "2001::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:1::", "::7f00:1", "2001:4860::5efe:7f00:1",
]  # fmt: skip
LITERALS = [
    "127.0.0.1", "127.0.0.1.", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1",
    "127.0.1", "0", "0.0.0.0", "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::127.0.0.1]", "[64:ff9b::127.0.0.1]", "[fe80::1]", "[fe80::1%25lo]", "169.254.169.254", "0xa9fea9fe",
    "2852039166", "0251.0376.0251.0376", "localhost", "localhost.", "LOCALHOST", "127。0。0。1", "①②⑦.⓪.⓪.①",
    "127.0.0.1%2f@public.example", "public.example@127.0.0.1", "127.0.0.1#@public.example",
    "127.0.0.1\\@public.example",
]  # fmt: skip
ODD_PLACES = [
    "file:///etc/passwd", "gopher://127.0.0.1:25/x", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/", "data:,x",
    "javascript:alert(1)", "jar:http://127.0.0.1!/", "unix:///run/x.sock", "http:///127.0.0.1", "//127.0.0.1/",
]  # fmt: skip
_connections: list[Any] = []
_recording = {"on": False}


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if _recording["on"] and event in ("socket.connect", "socket.sendto"):
        _connections.append(args[1])


sys.addaudithook(_audit)


@pytest.fixture
def connections() -> Iterator[list[Any]]:
    """Where the process connected to while the test ran."""
    _connections.clear()
    _recording["on"] = True
    yield _connections
    _recording["on"] = False


def fetch(http: PublicHttp, url: str) -> None:
    with pytest.raises(FetchError):
        http.get(url)


def test_there_are_enough_targets() -> None:
    """At least sixty different targets are tried, and none of them is public."""
    assert len({*PRIVATE, *LITERALS, *ODD_PLACES}) >= 80
    assert not any(is_public(address) for address in PRIVATE)


@pytest.mark.parametrize("host", LITERALS)
def test_no_spelling_of_a_private_host_is_connected_to(host: str, connections: list[Any]) -> None:
    """Numbers in disguise, brackets, full-width digits and user parts lead nowhere."""
    http = PublicHttp(user_agent="t", total_s=2, resolve=lambda name, port: ["127.0.0.1"])
    for url in (f"http://{host}/", f"http://{host}:8080/x", f"https://{host}/"):
        fetch(http, url)
    assert connections == []


@pytest.mark.parametrize("url", ODD_PLACES)
def test_no_other_scheme_is_opened(url: str, connections: list[Any]) -> None:
    """Only http and https addresses with a host are fetched."""
    fetch(PublicHttp(user_agent="t", total_s=2), url)
    assert connections == []


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_means_a_private_address_is_not_connected_to(address: str, connections: list[Any]) -> None:
    """Neither alone nor beside a public address, in any order."""
    for found in ([address], ["8.8.8.8", address], [address, "2606:4700::1111"]):
        http = PublicHttp(user_agent="t", total_s=2, resolve=lambda name, port, found=found: found)
        fetch(http, "http://inside.example/")
        fetch(http, "https://inside.example:8443/latest/meta-data")
    assert connections == []


@pytest.mark.parametrize("target", [*PRIVATE, *LITERALS[:24], *ODD_PLACES[:-2]])
def test_a_redirect_does_not_lead_inside(target: str, connections: list[Any]) -> None:
    """A server that we may talk to sends us to a private place: that connection is never made."""
    host = f"[{target}]" if target.count(":") > 1 and "/" not in target and "[" not in target else target
    location = target if target in ODD_PLACES else f"http://{host}:9/"
    with serve() as server:
        server.routes["/go"] = redirect(302, location)
        http = PublicHttp(user_agent="t", total_s=2, allow_hosts=(f"127.0.0.1:{server.port}",))
        fetch(http, server.url("/go"))
        assert {address[:2] for address in connections} == {("127.0.0.1", server.port)}


def test_a_name_that_changes_its_mind_gains_nothing(connections: list[Any]) -> None:
    """First vetted, then private: what was vetted is connected to, and the next hop is vetted anew."""
    with serve() as server:
        server.routes["/again"] = redirect(302, f"http://moving.example:{server.port}/inside")
        answers = itertools.chain([["127.0.0.1"]], itertools.repeat(["10.0.0.1"]))
        http = PublicHttp(
            user_agent="t", total_s=2, allow_hosts=(f"127.0.0.1:{server.port}",),
            resolve=lambda name, port: next(answers),
        )  # fmt: skip
        fetch(http, f"http://moving.example:{server.port}/again")
        assert [asked.path for asked in server.asked] == ["/again"]
        assert {address[:2] for address in connections} == {("127.0.0.1", server.port)}


def test_the_allow_list_opens_exactly_what_it_names(connections: list[Any]) -> None:
    """An excepted port does not open its neighbours."""
    with serve() as allowed, serve() as other:
        http = PublicHttp(user_agent="t", total_s=2, allow_hosts=(f"127.0.0.1:{allowed.port}",))
        assert http.get(allowed.url("/")).status == 404
        fetch(http, other.url("/"))
        assert other.asked == [] and {address[1] for address in connections} == {allowed.port}


def test_requests_to_one_host_never_overlap() -> None:
    """Many threads, also coming there by redirects from another host: one request at a time, and all get through."""
    import time
    from concurrent.futures import ThreadPoolExecutor

    with serve() as server, serve() as other:
        _slow(server, time)
        for number in range(4):
            other.routes[f"/{number}"] = redirect(302, f"http://one.example:{server.port}/{number}")
        http = PublicHttp(user_agent="t", allow_hosts=("127.0.0.1",), resolve=lambda name, port: ["127.0.0.1"])
        urls = [f"http://one.example:{server.port}/{number}" for number in range(4)]
        urls += [f"http://two.example:{other.port}/{number}" for number in range(4)]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda url: http.get(url).data, urls))
        assert answers == [b"ok"] * 8 and server.most_at_once == 1


def _slow(server: Loopback, time: Any) -> None:
    from support_http import answer

    def script(asked: Any, connection: Any) -> None:
        time.sleep(0.02)
        answer(200, b"ok")(asked, connection)

    for number in range(4):
        server.routes[f"/{number}"] = script


def test_a_rest_lies_between_two_requests_to_a_host() -> None:
    """`rest` makes the next one wait that long, and what waited does not count as fetching time."""
    from digest.http.turns import Turns

    turns = Turns()
    with turns.of("a.example") as (turn, waited_s):
        turn.rest(0.05)
        assert waited_s < 0.05
    with turns.of("b.example") as (_, waited_s):
        assert waited_s < 0.05
    with turns.of("A.example") as (_, waited_s):
        assert waited_s >= 0.045
