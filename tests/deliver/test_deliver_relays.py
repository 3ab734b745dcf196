"""Relay URLs: what they mean, and that no spelling is silently insecure."""

from __future__ import annotations

import pytest

from digest.deliver.relays import parse_relay
from digest.errors import UsageError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://smtp.mail.example:587", "smtp.mail.example:587 starttls"),
        ("smtp://smtp.mail.example", "smtp.mail.example:587 starttls"),
        ("SMTP://Smtp.Mail.Example:2587", "smtp.mail.example:2587 starttls"),
        ("smtps://smtp.mail.example", "smtp.mail.example:465 implicit"),
        ("smtp://127.0.0.1:2525", "127.0.0.1:2525 none"),
        ("smtp://localhost", "localhost:25 none"),
        ("smtp://[::1]:2525", "::1:2525 none"),
        ("smtp://127.0.0.1.evil.example:25", "127.0.0.1.evil.example:25 starttls"),
        ("smtp://bücher.example:587", "xn--bcher-kva.example:587 starttls"),
    ],
)
def test_a_url_decides_host_port_and_encryption(url: str, expected: str) -> None:
    """Only a loopback address may be plain without saying so."""
    relay = parse_relay("main", url)
    assert f"{relay.host}:{relay.port} {relay.tls}" == expected


def test_the_user_may_be_an_address_and_the_password_comes_from_elsewhere() -> None:
    """Percent-encoding in the user name is undone; name and password are kept."""
    relay = parse_relay("main", "smtp://digest%40mail.example@smtp.mail.example:587", password="s:e/c@ret")
    assert (relay.name, relay.username, relay.password) == ("main", "digest@mail.example", "s:e/c@ret")


def test_plain_text_elsewhere_must_be_written_out() -> None:
    """tls = "none" is honoured without a login, and refused with one."""
    assert parse_relay("lan", "smtp://mail.lan:25", tls="none").tls == "none"
    with pytest.raises(UsageError, match="clear"):
        parse_relay("lan", "smtp://user@mail.lan:25", password="x", tls="none")


@pytest.mark.parametrize(
    ("url", "extra", "what", "try_"),
    [
        ("smtp.mail.example:587", {}, "not the URL of an SMTP server", "smtp://"),
        ("https://smtp.mail.example", {}, "not the URL of an SMTP server", "smtp://"),
        ("", {}, "not the URL of an SMTP server", "smtp://"),
        ("smtp://:587", {}, "there is no host", "smtp://smtp.example.net:587"),
        ("smtp://user:hunter2@smtp.mail.example", {}, "a password stands in the URL", "password = { file"),
        ("smtp://smtp.mail.example:587x", {}, "not a usable port", "65535"),
        ("smtp://smtp.mail.example:70000", {}, "not a usable port", "65535"),
        ("smtp://smtp.mail.example:0", {}, "not a usable port", "65535"),
        ("smtp://smtp.mail.example/inbox", {}, "more than a host", "after the port"),
        ("smtp://smtp mail.example", {}, "not a usable host name", "provider"),
        ("smtp://smtp.mail.example\r\nRSET:587", {}, "not a usable URL", "by hand"),
        ("smtp://smtp.mail.example:465", {}, "port 465 expects TLS", "smtps://"),
        ("smtps://smtp.mail.example:587", {}, "port 587 does not begin with TLS", "smtp://"),
        ("smtps://smtp.mail.example", {"tls": "none"}, "contradicts smtps", "leave tls out"),
        ("smtp://smtp.mail.example", {"tls": "yes"}, "not a value for tls", '"starttls"'),
        ("smtp://user@smtp.mail.example", {}, "there is no password for 'user'", "DIGEST_RELAY__MAIN__PASSWORD"),
        ("smtp://smtp.mail.example", {"password": "x"}, "a password but no user", "smtp://user@"),
        ("smtp://user@smtp.mail.example", {"password": "x\r\nRSET"}, "not a usable login", "line end"),
    ],
)
def test_a_mistake_is_named_with_its_remedy(url: str, extra: dict[str, str], what: str, try_: str) -> None:
    """Each wrong URL says what is wrong and what to write instead, and never repeats a password."""
    with pytest.raises(UsageError) as caught:
        parse_relay("main", url, **extra)
    assert what in caught.value.what
    assert try_ in caught.value.try_
    assert caught.value.where == "relay.main"
    assert "hunter2" not in str(caught.value)
