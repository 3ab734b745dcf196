"""The doctor at a relay's door and at the unsubscribe page: what is said, what is never done, and that it ends."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest.deliver.doctor.examination import examine, objections, policy_checks
from digest.deliver.doctor.finding import Finding, Status, fail, ok
from digest.deliver.doctor.relays import relay
from digest.deliver.doctor.sender import Sender
from digest.deliver.doctor.unsubscribing import unsubscribe
from digest.deliver.settings import RelaySettings
from digest.errors import FetchError
from support_smtp import Sink, TlsMaterial


def sender(settings: RelaySettings | None = None, *, size: int = 0, public_url: str | None = None) -> Sender:
    relays = (settings,) if settings else ()
    return Sender("quay.example", "b+x@quay.example", relays, message_bytes=size, public_url=public_url)


def knock(sink: Sink, *, size: int = 0, now: float | None = None, **changes: object) -> list[Finding]:
    values: dict[str, object] = {"name": "main", "host": "127.0.0.1", "port": sink.port, "tls": "none", **changes}
    settings = RelaySettings(**values)  # type: ignore[arg-type]
    return list(relay(settings, sender(settings, size=size), now=now))


def statuses(findings: list[Finding]) -> list[Status]:
    return [one.status for one in findings]


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TlsMaterial:
    made = TlsMaterial.make(tmp_path / "tls")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    return made


def test_a_good_relay_is_left_without_a_message() -> None:
    with Sink(size=10_000_000) as sink:
        findings = knock(sink, size=50_000)
        assert {Status.FAIL, Status.UNKNOWN} & set(statuses(findings)) == set(), findings
        assert "PIPELINING" in " ".join(one.what for one in findings)
        verbs = [line.split(" ")[0].upper() for line in sink.commands]
        assert set(verbs) == {"EHLO", "MAIL", "RSET", "QUIT"} and not sink.messages
        assert "MAIL FROM:<b+x@quay.example> SIZE=50000" in sink.commands


@pytest.mark.parametrize("implicit", [True, False])
def test_encryption_and_login_are_tried(tls: TlsMaterial, implicit: bool) -> None:
    with Sink(tls=tls, implicit_tls=implicit, login=("ana", "secret")) as sink:
        how = {"host": "localhost", "tls": "implicit" if implicit else "starttls", "username": "ana"}
        good = knock(sink, password="secret", **how)
        assert Status.FAIL not in statuses(good), good
        assert any("TLSv1." in one.what and "valid for" in one.what for one in good)
        assert any("accepts the login of ana" in one.what for one in good)
        bad = knock(sink, password="wrong", **how)
        assert bad[-1].status is Status.FAIL and "535" in bad[-1].what and "secret" not in repr(bad)


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-256", "SCRAM-SHA-1", "XOAUTH2", "LOGIN"])
def test_every_login_that_sending_speaks_is_tried(mechanism: str) -> None:
    """A relay that takes one mechanism only is judged by it: let in with the right password, refused with another."""
    with Sink(login=("ana", "secret"), mechanisms=mechanism) as sink:
        assert any("accepts the login of ana" in one.what for one in knock(sink, username="ana", password="secret"))
        bad = knock(sink, username="ana", password="wrong")
        assert bad[-1].status is Status.FAIL and "535" in bad[-1].what


def test_a_login_that_nobody_here_speaks_is_named() -> None:
    with Sink(login=("ana", "secret"), mechanisms="GSSAPI NTLM") as sink:
        last = knock(sink, username="ana", password="secret")[-1]
        assert last.status is Status.FAIL and "GSSAPI, NTLM" in last.what


def test_text_ahead_of_the_handshake_is_not_read_on(tls: TlsMaterial) -> None:
    """Somebody in between who says more after `220` to STARTTLS gets no EHLO and no password."""

    class Eager(Sink):
        def handle(self, sock: socket.socket, number: int) -> None:
            with contextlib.suppress(OSError), sock, sock.makefile("rb") as lines:
                sock.sendall(b"220 hello\r\n")
                while line := lines.readline():
                    self.commands.append(line.decode().strip())
                    starting = line.startswith(b"STARTTLS")
                    sock.sendall(b"220 go\r\n250 forged\r\n" if starting else b"250-here\r\n250 STARTTLS\r\n")

    with Eager() as sink:
        [found] = knock(sink, host="localhost", tls="starttls", username="ana", password="secret")
        assert found.status is Status.FAIL and "before the TLS handshake" in found.what
        assert not any(line.startswith("AUTH") for line in sink.commands)


def test_a_certificate_that_ends_soon_or_is_not_to_be_trusted(
    tls: TlsMaterial, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sink(tls=tls) as sink:
        soon = knock(sink, host="localhost", tls="starttls", now=time.time() + 25 * 86400)
        assert soon[0].status is Status.WARN and "ends in" in soon[0].what
        monkeypatch.setenv("SSL_CERT_FILE", str(TlsMaterial.make(tmp_path / "other").certificate))
        [wrong] = knock(sink, host="localhost", tls="starttls")
        assert wrong.status is Status.FAIL and "not to be trusted" in wrong.what


def test_a_relay_that_lacks_what_is_needed() -> None:
    with Sink(pipelining=False, smtputf8=False, size=1000) as sink:
        findings = knock(sink, size=50_000)
        assert [s for s in statuses(findings) if s in (Status.FAIL, Status.WARN)][:2] == [Status.FAIL, Status.WARN]
        assert "takes 1,000 bytes" in findings[1].what
    with Sink() as sink:
        [refused] = knock(sink, tls="starttls")
        assert refused.status is Status.FAIL and "STARTTLS" in refused.what
        assert "the relay offers no login" in knock(sink, username="ana", password="x")[-1].what


class Scripted(Sink):
    """Answers every MAIL with a refusal, or says nothing at all."""

    def __init__(self, reply: bytes) -> None:
        super().__init__()
        self.answer = reply

    def handle(self, sock: socket.socket, number: int) -> None:
        with sock, sock.makefile("rb") as lines:
            if not self.answer:
                time.sleep(30)
                return
            sock.sendall(b"220 hello\r\n")
            while line := lines.readline():
                verb = line[:4].upper()
                sock.sendall(
                    self.answer
                    if verb == b"MAIL"
                    else b"250-here\r\n250 SIZE\r\n"
                    if verb == b"EHLO"
                    else b"250 ok\r\n"
                )


def test_a_relay_that_does_not_let_us_send_as_ourselves() -> None:
    with Scripted(b"553 5.7.1 not owned by user\r\n") as sink:
        last = knock(sink)[-1]
        assert last.status is Status.FAIL and "takes no mail from b+x@quay.example: 553 5.7.1 not owned" in last.what


def test_no_relay_is_a_finding() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    [gone] = list(relay(RelaySettings("main", "127.0.0.1", port, "none"), sender()))
    assert gone.status is Status.FAIL and "refused" in gone.what


def test_an_examination_ends_whatever_servers_do() -> None:
    """What did not come in time is unknown, and what came before is kept."""
    with Scripted(b"") as sink:
        settings = RelaySettings("main", "127.0.0.1", sink.port, "none")

        def good() -> Iterator[Finding]:
            yield ok("SPF", "fine")

        def broken() -> Iterator[Finding]:
            yield ok("DKIM", "one")
            raise KeyError("odd")

        started = time.monotonic()
        findings = examine(
            {"SPF": good, "relay.main": lambda: relay(settings, sender(settings)), "DKIM": broken}, seconds=0.5
        )
        assert time.monotonic() - started < 2
        assert [(one.area, one.status) for one in findings] == [
            ("SPF", Status.OK), ("relay", Status.UNKNOWN), ("DKIM", Status.OK), ("DKIM", Status.UNKNOWN),
        ]  # fmt: skip


def test_without_a_network_nothing_is_judged() -> None:
    """Nobody answers: no check says that a record is missing."""
    from digest.deliver.doctor.dns import Dns

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        names = Dns(silent.getsockname(), timeout_s=0.2, total_s=0.6)
        findings = examine(policy_checks(sender(RelaySettings("main", "smtp.relay.example", 587)), names), seconds=5)
    assert {one.status for one in findings if one.area != "DKIM"} == {Status.UNKNOWN}, findings
    assert objections(findings) == []


@pytest.mark.parametrize(
    ("answers", "status", "words"),
    [
        ((200, 404), Status.OK, "answers a one-click POST"),
        ((200, 200), Status.FAIL, "something else answers"),
        ((301, 301), Status.FAIL, "redirect"),
        ((403, 403), Status.FAIL, "login"),
        ((404, 404), Status.FAIL, "does not know our links"),
        ((502, 502), Status.FAIL, "502"),
    ],
)
def test_the_unsubscribe_page_is_judged_by_two_answers(answers: tuple[int, int], status: Status, words: str) -> None:
    replies = dict(zip(("good", "forged"), answers, strict=True))
    where = sender(public_url="https://news.quay.example")
    [finding] = list(unsubscribe(where, replies.__getitem__, probe="good", forged="forged"))
    assert finding.status is status and words in finding.what
    assert finding.bulk == (status is Status.FAIL)


def test_an_unsubscribe_page_that_cannot_be_reached_and_one_that_is_not_there() -> None:
    def unreachable(token: str) -> int:
        raise FetchError("no connection", why="refused")

    where = sender(public_url="https://news.quay.example")
    assert next(unsubscribe(where, unreachable, probe="a", forged="b")).status is Status.FAIL
    assert next(unsubscribe(where, None, probe="a", forged="b")).status is Status.UNKNOWN
    by_mail = next(unsubscribe(sender(), None, probe="a", forged="b"))
    assert by_mail.status is Status.WARN and by_mail.bulk


def test_only_what_is_certain_and_matters_in_bulk_is_an_objection() -> None:
    certain = fail("SPF", "x", bulk=True)
    assert objections([certain, fail("relay", "y"), ok("DKIM", "z")]) == [certain]
