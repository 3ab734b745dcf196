"""`digest doctor` as a person and a program meet it, with a name server, a relay and a reader's page on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from support_cli import Digest

import support_dkim as judge
from digest.cli.serve import Desk
from digest.web.public import public_app
from digest.web.server import serve_app
from support_dns import DnsServer, Zones
from support_world import World

OWN = "riverside-makers.example"


def zones() -> Zones:
    return {
        OWN: {"TXT": ["v=spf1 ip4:198.51.100.7 -all"], "MX": [f"10 mx.{OWN}."]},
        f"mx.{OWN}": {"A": ["198.51.100.7"]},
        "7.100.51.198.in-addr.arpa": {"PTR": [f"mx.{OWN}."]},
        f"_dmarc.{OWN}": {"TXT": ["v=DMARC1; p=none; rua=mailto:a@b.example"]},
        f"rsa._domainkey.{OWN}": {"TXT": [judge.key("rsa").record]},
    }


@contextmanager
def served(place: World) -> Iterator[str]:
    stop, urls, ready = threading.Event(), [], threading.Event()

    def started(url: str) -> None:
        urls.append(url)
        ready.set()

    with place.workspace() as workspace:
        options = {"on_started": started, "stop": stop}
        server = threading.Thread(target=serve_app, args=(public_app(Desk(workspace)),), kwargs=options)
        server.start()
        ready.wait(5)
        try:
            yield urls[0].rstrip("/")
        finally:
            stop.set()
            server.join(10)


@pytest.fixture
def signing(world: World) -> World:
    (world.folder / "rsa.pem").write_text(judge.pem("rsa"))
    (world.folder / "rsa.pem").chmod(0o600)
    world.configure(extra='[dkim]\nselector = "rsa"\nkey = { file = "rsa.pem" }\n')
    return world


def server_of(dns: DnsServer) -> str:
    return f"127.0.0.1:{dns.port}"


def test_a_good_set_up_is_fine_in_every_point(signing: World, digest: Digest) -> None:
    """One click included: `digest serve` answers our probe and refuses a forged token, and nobody leaves a list."""
    with DnsServer(zones()) as dns, served(signing) as url:
        text = signing.config_path.read_text().replace("[storage]", f'public_url = "{url}"\n[storage]')
        signing.config_path.write_text(text)
        ran = digest("doctor", "--nameserver", server_of(dns), "--ip", "198.51.100.7")
    assert ran.code == 0, ran.out
    marks = {
        line.split()[0] for line in ran.out.splitlines() if line and not line.startswith(" ") and "fine" not in line
    }
    assert marks <= {"ok", "-"}, ran.out
    for words in (
        "may send for",
        "holds the key that signs",
        "says p=none",
        "leads back",
        "PIPELINING",
        "one-click POST",
    ):
        assert words in ran.out, words
    assert not signing.sink.messages


def test_what_is_wrong_comes_with_the_record_to_publish(signing: World, digest: Digest) -> None:
    bad = zones()
    del bad[f"rsa._domainkey.{OWN}"], bad[f"_dmarc.{OWN}"]
    with DnsServer(bad) as dns:
        ran = digest("doctor", "--nameserver", server_of(dns), "--ip", "203.0.113.9")
    assert ran.code == 1
    assert f'_dmarc.{OWN}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{OWN}"' in ran.out
    assert f'{OWN}. IN TXT "v=spf1 ip4:198.51.100.7 ip4:203.0.113.9 -all"' in ran.out
    assert f"rsa._domainkey.{OWN}. IN TXT (" in ran.out
    assert "refuse mail to many (5,000 a day) for: SPF, DKIM, DMARC" in ran.out


def test_on_a_loopback_relay_it_says_what_does_not_apply(signing: World, digest: Digest) -> None:
    with DnsServer(zones()) as dns:
        found = digest("doctor", "--nameserver", server_of(dns), "--json").data
    passed = {one["area"] for one in found["findings"] if one["status"] == "does not apply"}
    assert {"SPF", "reverse name", "relay"} <= passed
    assert found["ok"] and not found["bulk"], "unsubscribing by mail only is no failure, but not for bulk"


def test_without_dns_it_says_so_and_judges_nothing(signing: World, digest: Digest) -> None:
    with DnsServer({}, silent=tuple(zones())) as dns:
        ran = digest("doctor", "--nameserver", server_of(dns), "--json")
    unknown = {one["area"] for one in ran.data["findings"] if one["status"] == "unknown"}
    assert ran.code in (1, 3) and {"SPF", "DKIM"} <= unknown, ran.out


def test_without_a_database_the_rest_is_still_looked_at(signing: World, digest: Digest) -> None:
    text = signing.config_path.read_text().replace("[storage]", 'public_url = "https://news.quay.example"\n[storage]')
    signing.config_path.write_text(text)
    (signing.folder / "digest.db").unlink()
    with DnsServer(zones()) as dns:
        found = digest("doctor", "--nameserver", server_of(dns), "--json").data
    by_area = {one["area"]: one["status"] for one in found["findings"]}
    assert by_area["unsubscribe"] == "unknown" and by_area["DKIM"] == "ok"


@pytest.mark.parametrize(
    "args", [("--ip", "mail.example"), ("--nameserver", "dns.example"), ("--nameserver", "9.9.9.9:x")]
)
def test_what_is_no_address_is_refused(signing: World, digest: Digest, args: tuple[str, str]) -> None:
    refused = digest("doctor", *args)
    assert refused.code == 2 and "such as" in refused.err
