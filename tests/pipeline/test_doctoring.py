"""A bulk send that big providers would refuse stops before anybody is mailed, unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import support_dkim as judge
from digest.deliver.doctor.dns import Dns
from digest.errors import UsageError
from digest.pipeline import doctoring, steering
from digest.pipeline.issuing import find, make, plan
from support_dns import DnsServer, Zones
from support_world import MONDAY, World, states, world

OWN = "riverside-makers.example"
GOOD: Zones = {
    OWN: {"TXT": ["v=spf1 mx -all"], "MX": [f"10 mx.{OWN}."]},
    f"mx.{OWN}": {"A": ["198.51.100.7"]},
    f"_dmarc.{OWN}": {"TXT": ["v=DMARC1; p=none; rua=mailto:a@b.example"]},
}
MANY = [f"reader{number}@{'gmail.com' if number % 2 else 'googlemail.com'}" for number in range(6)]


@pytest.fixture
def place(tmp_path: Path, new_sqlite: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(doctoring, "BULK", 5)  # six readers are many here
    with world(tmp_path, new_sqlite()) as made:
        made.people(*MANY)
        made.tick()
        made.feed.publish("Lamp night", made.clock + timedelta(hours=1))
        yield made


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Zones], None]]:
    """Sets what DNS says for the rest of the test; until then nobody answers."""
    servers: list[DnsServer] = []
    real = Dns

    def serve(zones: Zones) -> None:
        server = DnsServer(zones).__enter__()
        servers.append(server)
        monkeypatch.setattr("digest.deliver.doctor.dns.Dns", lambda *_, **__: real(server.address))

    monkeypatch.setattr("digest.deliver.doctor.dns.Dns", lambda *_, **__: real(("127.0.0.1", 9), timeout_s=0.1))
    yield serve
    for server in servers:
        server.__exit__()


def send(place: World, *, unchecked: bool = False) -> None:
    with place.workspace() as workspace:
        row = plan(workspace, find(workspace, "weekly"))
        make(workspace, row, ask=True, accept_list=True, accept_checks=unchecked)


def test_a_person_is_told_what_to_correct_and_may_go_on(place: World, names: Callable[[Zones], None]) -> None:
    names({})
    place.at(MONDAY + timedelta(minutes=1))
    with pytest.raises(UsageError) as caught:
        send(place)
    said = str(caught.value)
    assert "6 people at gmail.com" in said and "SPF" in said and "DMARC" in said and "unsubscribe" in said, said
    assert "--no-bulk-checks" in said and place.mailed() == []

    send(place, unchecked=True)
    assert place.mailed() == sorted(MANY)


def test_under_the_schedule_the_issue_is_held_until_it_is_released(
    place: World, names: Callable[[Zones], None]
) -> None:
    names({})
    place.at(MONDAY + timedelta(minutes=1)).tick()
    assert states(place.issues()) == ["held(preflight)"] and place.mailed() == []
    with place.workspace() as workspace:
        [row] = workspace.store.issues.all()
        assert "digest doctor" in row.note and "SPF" in row.note
        steering.release(workspace, row, by="test")
    place.at(MONDAY + timedelta(minutes=6)).tick()
    assert place.mailed() == sorted(MANY)


def test_one_click_is_demanded_of_who_writes_to_many(place: World, names: Callable[[Zones], None]) -> None:
    names(GOOD)
    place.at(MONDAY + timedelta(minutes=1))
    with pytest.raises(UsageError, match="one click") as caught:
        send(place)
    assert "SPF" not in str(caught.value)


def test_what_could_not_be_looked_at_stops_nobody(place: World, names: Callable[[Zones], None]) -> None:
    """Without a network nothing is known; only the missing public_url is certain, and it is the only objection."""
    with place.workspace() as workspace:
        from digest.pipeline.listing import read_list

        read_list(workspace, "members")
        why = doctoring.refusal(workspace, "weekly")
    assert "unsubscribe" in why and "SPF" not in why and "DMARC" not in why


@pytest.mark.parametrize("how", ["few", "off"])
def test_nothing_is_asked_for_a_small_list_or_when_checks_are_off(
    place: World, names: Callable[[Zones], None], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "few":
        monkeypatch.setattr(doctoring, "BULK", 6)
    else:
        place.configure(extra="[delivery]\nbulk_checks = false\n")

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("DNS was asked")

    monkeypatch.setattr("digest.deliver.doctor.dns.Dns", forbidden)
    place.at(MONDAY + timedelta(minutes=1)).tick()
    assert place.mailed() == sorted(MANY)


def test_a_key_that_is_not_published_is_an_objection(place: World, names: Callable[[Zones], None]) -> None:
    names(GOOD)
    (place.folder / "rsa.pem").write_text(judge.pem("rsa"))
    (place.folder / "rsa.pem").chmod(0o600)
    place.configure(extra='[dkim]\nselector = "rsa"\nkey = { file = "rsa.pem" }\n')
    with place.workspace() as workspace:
        from digest.pipeline.listing import read_list

        read_list(workspace, "members")
        assert "DKIM: rsa._domainkey" in doctoring.refusal(workspace, "weekly")
