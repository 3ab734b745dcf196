"""A From at a free mail provider through somebody else's server is refused, and DMARC is explained."""

import pytest

from digest.config.freemail import may_send_for, provider_of

FROM = "Riverside Makers <digest@riverside-makers.example>"
RELAY = "smtp://digest@smtp.example.net:587"


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "googlemail.com", "outlook.com", "hotmail.co.uk", "live.fr", "yahoo.com", "yahoo.co.in", "gmx.de",
     "web.de", "icloud.com", "proton.me", "aol.com", "yandex.ru", "qq.com", "163.com", "t-online.de"],
)  # fmt: skip
def test_a_free_address_through_another_server_is_one_problem_that_explains_itself(folder, domain):
    """The message says who may send, by which rule, what would happen, and two ways out."""
    folder.change(FROM, f"Riverside <makers@{domain}>")
    problem = folder.only_problem()
    assert (problem.line, problem.key) == (5, "site.from")
    for words in (domain, "smtp.example.net", "DMARC", "spam"):
        assert words in problem.what
    assert "reply_to" in problem.try_ and "own" in problem.try_


@pytest.mark.parametrize(
    ("domain", "host"),
    [("gmail.com", "smtp.gmail.com"), ("gmail.com", "smtp-relay.google.com"), ("outlook.com", "smtp.office365.com"),
     ("gmx.at", "mail.gmx.net"), ("me.com", "smtp.mail.me.com"), ("gmail.com", "localhost"), ("yahoo.de", "127.0.0.1")],
)  # fmt: skip
def test_the_providers_own_server_and_this_machine_may_send(folder, domain, host):
    """Only the provider can align; a loopback relay is a demo or knows better."""
    folder.change(FROM, f"makers@{domain}")
    folder.change(RELAY, f"smtp://makers@{host}:587")
    assert folder.load().relays["main"].host == host


@pytest.mark.parametrize(
    "domain",
    ["riverside-makers.example", "yahoo.mysite.example", "notgmail.com", "gmail.com.example", "outlook.club"],
)
def test_a_domain_that_only_looks_free_is_not(domain):
    """Country endings are matched narrowly."""
    assert provider_of(domain) == ""


def test_a_host_that_ends_like_a_provider_is_not_the_provider():
    """`evilgmail.com` is not below `gmail.com`."""
    assert not may_send_for("Gmail", "smtp.evilgmail.com")
