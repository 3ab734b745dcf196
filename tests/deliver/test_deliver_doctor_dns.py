"""What the doctor reads in DNS, against a real name server on loopback: SPF by RFC 7208, keys, DMARC, reverse names."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

import support_dkim as judge
from digest.deliver.doctor import policies
from digest.deliver.doctor.dns import Dns, NoAnswer
from digest.deliver.doctor.domains import aligned, organisation
from digest.deliver.doctor.finding import Finding, Status
from digest.deliver.doctor.macros import expand, macro_values
from digest.deliver.doctor.sender import Sender
from digest.deliver.doctor.spf import check_host
from digest.deliver.settings import DkimKeySettings, DkimSettings, RelaySettings
from support_dns import DnsServer, Zones

Ask = Callable[..., Dns]
RELAY = RelaySettings("main", "smtp.relay.example", 587)
OWN = "harbour.example"


@pytest.fixture
def dns() -> Iterator[Ask]:
    with ExitStack() as stack:

        def serve(zones: Zones, *, timeout_s: float = 2.0, total_s: float = 5.0, **options: Any) -> Dns:
            server = stack.enter_context(DnsServer(zones, **options))
            return Dns(server.address, timeout_s=timeout_s, total_s=total_s)

        yield serve


def zone(spf: str, **others: dict[str, list[str]]) -> Zones:
    return {OWN: {"TXT": ["other text", spf]}, **others}


def result(names: Dns, address: str = "198.51.100.7", domain: str = OWN) -> tuple[str, str]:
    verdict = check_host(names, address, domain=domain, sender=f"b+x@{domain}")
    return str(verdict.result), verdict.why


# --- the resolver ---------------------------------------------------------------------------------------------------


def test_no_such_name_is_an_answer_and_silence_is_none(dns: Ask) -> None:
    names = dns({OWN: {"A": ["198.51.100.1"]}}, silent=("slow.example",), broken=("ill.example",), timeout_s=0.3)
    assert names.texts(OWN) == [] and names.texts("nowhere.example") == []
    assert names.addresses(OWN) == ["198.51.100.1"]
    for name in ("slow.example", "ill.example"):
        with pytest.raises(NoAnswer):
            names.texts(name)


def test_all_questions_together_have_an_end(dns: Ask) -> None:
    names = dns({}, silent=tuple(f"{n}.slow.example" for n in range(20)), timeout_s=0.2, total_s=0.5)
    started = time.monotonic()
    for number in range(20):
        with pytest.raises(NoAnswer):
            names.texts(f"{number}.slow.example")
    assert time.monotonic() - started < 2


def test_long_texts_come_whole_and_truncated_answers_are_asked_for_again(dns: Ask) -> None:
    names = dns({OWN: {"TXT": ["x" * 700]}}, truncate=True)
    assert names.texts(OWN) == ["x" * 700]


def test_names_that_cannot_exist_have_no_records(dns: Ask) -> None:
    names = dns({})
    for name in ("a..b", "x" * 70 + ".example", ".".join(["abcdefgh"] * 40)):
        assert names.texts(name) == []


def test_a_question_is_asked_once() -> None:
    with DnsServer({OWN: {"TXT": ["a"]}}) as server:
        names = Dns(server.address)
        assert names.texts(OWN) == names.texts(OWN.upper() + ".") == ["a"]
        assert len(server.asked) == 1


# --- SPF ------------------------------------------------------------------------------------------------------------

MORE: Zones = {
    "a.harbour.example": {"A": ["198.51.100.7"], "AAAA": ["2001:db8::7"]},
    "mx.harbour.example": {"A": ["198.51.100.7"]},
    "net.example": {"TXT": ["v=spf1 ip4:198.51.100.0/24 -all"]},
    "other.example": {"TXT": ["v=spf1 ip4:203.0.113.0/24 -all"]},
    "soft.example": {"TXT": ["v=spf1 ~all"]},
    "mail.example": {"MX": ["10 mx.harbour.example."]},
    "loop.example": {"TXT": ["v=spf1 include:loop.example -all"]},
    "7.100.51.198.in-addr.spf.example": {"A": ["127.0.0.2"]},
    "198.51.100.7.seen.example": {"A": ["127.0.0.2"]},
    "7.100.51.198.in-addr.arpa": {"PTR": ["a.harbour.example."]},
    "none.example": {"A": ["203.0.113.1"]},
    "many.example": {"MX": [f"{n} mx{n}.example." for n in range(11)]},
}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=spf1 ip4:198.51.100.7 -all", "pass"),
        ("v=spf1 ip4:198.51.100.0/24 -all", "pass"),
        ("V=SPF1 IP4:198.51.100.8 -ALL", "fail"),
        ("v=spf1 ip4:198.51.100.8 ~all", "softfail"),
        ("v=spf1 ip4:198.51.100.8", "neutral"),
        ("v=spf1", "neutral"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1 +all", "pass"),
        ("v=spf1 -ip4:198.51.100.7 +all", "fail"),
        ("v=spf1 a:a.harbour.example -all", "pass"),
        ("v=spf1 a:none.example/24 -all", "fail"),
        ("v=spf1 a:mx.harbour.example/8//64 -all", "pass"),
        ("v=spf1 mx:mail.example -all", "pass"),
        ("v=spf1 include:net.example -all", "pass"),
        ("v=spf1 include:other.example -all", "fail"),
        ("v=spf1 include:soft.example -all", "fail"),
        ("v=spf1 redirect=net.example", "pass"),
        ("v=spf1 redirect=net.example -all", "fail"),
        ("v=spf1 redirect=soft.example unknown=x", "softfail"),
        ("v=spf1 exists:%{ir}.%{v}.spf.example -all", "pass"),
        ("v=spf1 exists:%{i}.seen.example -all", "pass"),
        ("v=spf1 exists:%{d1}.seen.example -all", "fail"),
        ("v=spf1 ptr:harbour.example -all", "pass"),
        ("v=spf1 exp=why.example -all", "fail"),
        ("v=spf1 include:loop.example -all", "permerror"),
        ("v=spf1 include:none.example -all", "permerror"),
        ("v=spf1 redirect=none.example", "permerror"),
        ("v=spf1 redirect=a.example redirect=b.example", "permerror"),
        ("v=spf1 ip4:198.51.100.300 -all", "permerror"),
        ("v=spf1 ip4:2001:db8::1 -all", "permerror"),
        ("v=spf1 ip6:198.51.100.1 -all", "permerror"),
        ("v=spf1 a:a.harbour.example/33 -all", "permerror"),
        ("v=spf1 ip4:198.51.100.7 -al", "permerror"),
        ("v=spf1 include -all", "permerror"),
        ("v=spf1 all:x.example", "permerror"),
        ("v=spf1 exists:%{q}.example -all", "permerror"),
        ("v=spf1 exists:100%.example -all", "permerror"),
        ("v=spf1 mx:many.example -all", "permerror"),
        ("v=spf1 a:x1.example a:x2.example a:x3.example -all", "permerror"),
        ("v=spf1 a:x1.example a:x2.example ip4:198.51.100.7 -all", "pass"),
        ("v=spf1 " + " ".join(["a:none.example"] * 10) + " ip4:198.51.100.7 -all", "pass"),
        ("v=spf1 " + " ".join(["a:none.example"] * 11) + " ip4:198.51.100.7 -all", "permerror"),
        ("v=spf10 -all", "none"),
        ("v=spf1x", "none"),
    ],
)
def test_spf_is_judged_as_rfc_7208_says(dns: Ask, record: str, expected: str) -> None:
    found, why = result(dns(zone(record, **MORE)))
    assert found == expected, why


def test_spf_knows_ipv6(dns: Ask) -> None:
    names = dns(zone("v=spf1 ip4:198.51.100.7 ip6:2001:db8::/32 -all", **MORE))
    assert result(names, "2001:db8::7")[0] == "pass" and result(names, "2001:db9::7")[0] == "fail"
    assert result(dns(zone("v=spf1 a:a.harbour.example -all", **MORE)), "2001:db8::7")[0] == "pass"


def test_two_spf_records_are_an_error_and_silence_is_no_judgement(dns: Ask) -> None:
    assert result(dns({OWN: {"TXT": ["v=spf1 -all", "v=spf1 +all"]}}))[0] == "permerror"
    with pytest.raises(NoAnswer):
        result(dns(zone("v=spf1 include:slow.example -all"), silent=("slow.example",), timeout_s=0.3))


def test_macros_are_those_of_the_examples_in_rfc_7208() -> None:
    """Section 7.4."""
    values = macro_values(
        "192.0.2.3", domain="email.example.com", sender="strong-bad@email.example.com", helo="h.example"
    )
    for text, expected in {
        "%{s}": "strong-bad@email.example.com", "%{o}": "email.example.com", "%{d}": "email.example.com",
        "%{d4}": "email.example.com", "%{d3}": "email.example.com", "%{d2}": "example.com", "%{d1}": "com",
        "%{dr}": "com.example.email", "%{d2r}": "example.email", "%{l}": "strong-bad", "%{l-}": "strong.bad",
        "%{lr}": "strong-bad", "%{lr-}": "bad.strong", "%{l1r-}": "strong",
        "%{ir}.%{v}._spf.%{d2}": "3.2.0.192.in-addr._spf.example.com", "%%%_%-": "% %20",
        "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}": "bad.strong.lp.3.2.0.192.in-addr._spf.example.com",
    }.items():  # fmt: skip
        assert expand(text, values) == expected, text
    six = macro_values("2001:db8::cb01", domain="example.com", sender="a@example.com", helo="")
    assert expand("%{ir}.%{v}", six) == "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6"


# --- findings -------------------------------------------------------------------------------------------------------


def sender(**changes: Any) -> Sender:
    values: dict[str, Any] = {"from_domain": OWN, "envelope": f"b+x@{OWN}", "relays": (RELAY,), **changes}
    return Sender(**values)


def found(check: Callable[[Dns, Sender], Iterator[Finding]], names: Dns, who: Sender) -> list[tuple[Status, str]]:
    return [(one.status, " ".join([one.what, one.fix, one.record])) for one in check(names, who)]


def only(findings: list[tuple[Status, str]], status: Status, *words: str) -> None:
    assert [one for one, _ in findings] == [status], findings
    assert all(word in findings[0][1] for word in words), findings


def test_spf_findings_name_the_record_to_publish(dns: Ask) -> None:
    out = sender(outgoing=("198.51.100.7",))
    only(found(policies.spf, dns({OWN: {}}), out), Status.FAIL, 'IN TXT "v=spf1 ip4:198.51.100.7 ~all"')
    only(found(policies.spf, dns(zone("v=spf1 mx -all")), out), Status.FAIL, '"v=spf1 mx ip4:198.51.100.7 -all"')
    only(found(policies.spf, dns(zone("v=spf1 ip4:198.51.100.0/24 -all")), out), Status.OK, "198.51.100.7 may send")
    only(found(policies.spf, dns(zone("v=spf1 +all")), out), Status.FAIL, "lets everybody send")
    only(found(policies.spf, dns(zone("v=spf1 oops -all")), out), Status.FAIL, "broken", "oops")


def test_spf_knows_what_belongs_to_a_provider_and_does_not_guess_about_others(dns: Ask) -> None:
    google = sender(relays=(RelaySettings("main", "smtp.gmail.com", 587),))
    servers: Zones = {"_spf.google.com": {"TXT": ["v=spf1 ip4:203.0.113.0/24 ~all"]}}
    only(found(policies.spf, dns(zone("v=spf1 include:_spf.google.com ~all", **servers)), google), Status.OK)
    only(
        found(policies.spf, dns(zone("v=spf1 mx ~all")), google),
        Status.FAIL,
        '"v=spf1 mx include:_spf.google.com ~all"',
    )
    host: Zones = {"smtp.relay.example": {"A": ["198.51.100.7"]}}
    only(found(policies.spf, dns(zone("v=spf1 ip4:198.51.100.7 -all", **host)), sender()), Status.OK)
    only(found(policies.spf, dns(zone("v=spf1 -all", **host)), sender()), Status.WARN, "--ip")
    here = sender(relays=(RelaySettings("main", "127.0.0.1", 25, "none"),))
    only(found(policies.spf, dns(zone("v=spf1 -all")), here), Status.NOT_HERE, "--ip")


def test_the_domain_that_counts_for_spf_is_that_of_the_envelope(dns: Ask) -> None:
    who = sender(envelope="b+x@bounces.example", outgoing=("198.51.100.7",))
    only(found(policies.spf, dns(zone("v=spf1 +all")), who), Status.FAIL, "bounces.example has no SPF record")


def dkim_sender(*kinds: str) -> Sender:
    return sender(dkim=judge.settings(*kinds))


def test_a_published_key_is_compared_with_the_one_that_signs(dns: Ask) -> None:
    name, record = f"rsa._domainkey.{OWN}", judge.key("rsa").record
    who = dkim_sender("rsa")
    only(found(policies.dkim, dns({name: {"TXT": [record]}}), who), Status.OK, "2048 bits")
    only(found(policies.dkim, dns({}), who), Status.FAIL, "no record", record[:200])
    spaced = record.replace("; ", " ;  ").replace("p=MII", "p= M I I")
    only(found(policies.dkim, dns({name: {"TXT": [spaced]}}), who), Status.OK)
    for text, words in {
        record.replace("p=MII", "p=MIJ"): "another key",
        judge.key("ed25519").record: "another key",
        "v=DKIM1; k=rsa; p=": "revoked",
        "v=DKIM1; k=rsa": "no p=",
        "v=DKIM2; p=" + judge.key("rsa").public: "v=DKIM1",
        record + "; h=sha1": "sha256",
        record + "; s=tlsrpt": "not for mail",
        record[:-3] + "!": "base64",
    }.items():
        only(found(policies.dkim, dns({name: {"TXT": [text]}}), who), Status.FAIL, words)
    only(found(policies.dkim, dns({name: {"TXT": [record, record + "; n=x"]}}), who), Status.FAIL, "2 records")
    only(found(policies.dkim, dns({name: {"TXT": [record + "; t=y"]}}), who), Status.WARN, "t=y")


def test_a_short_key_is_advised_against_and_ed25519_alone_is_not_enough(dns: Ask) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    from digest.deliver.dkim import read_private_key

    pem = rsa.generate_private_key(65537, 1024).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()  # fmt: skip
    short = sender(dkim=DkimSettings(OWN, (DkimKeySettings("s", pem),)))
    only(found(policies.dkim, dns({f"s._domainkey.{OWN}": {"TXT": [read_private_key(pem).record]}}), short),
         Status.WARN, "1024 bits")  # fmt: skip
    alone = found(policies.dkim, dns({f"ed25519._domainkey.{OWN}": {"TXT": [judge.key("ed25519").record]}}),
                  dkim_sender("ed25519"))  # fmt: skip
    assert [status for status, _ in alone] == [Status.FAIL, Status.OK]
    only(found(policies.dkim, dns({}), sender()), Status.WARN, "signs nothing")


def test_dmarc_is_looked_for_at_the_domain_and_at_its_organisation(dns: Ask) -> None:
    news = sender(from_domain=f"news.{OWN}", envelope=f"b@news.{OWN}", dkim=judge.settings("rsa"))
    parent = dns({f"_dmarc.{OWN}": {"TXT": ["v=DMARC1; p=reject; rua=mailto:x@y.example"]}})
    findings = found(policies.dmarc, parent, news)
    assert [status for status, _ in findings] == [Status.OK, Status.OK], findings
    only(found(policies.dmarc, dns({}), news), Status.FAIL, f"_dmarc.{OWN}. IN TXT", "p=none")
    for texts, words in {
        ("v=DMARC1; p=none", "v=DMARC1; p=reject"): "2 records",
        ("v=DMARC1; p=maybe",): "must be none",
        ("v=DMARC1; pct=5",): "must be none",
        ("v=DMARC1; p=none; adkim=x",): "adkim",
        ("v=DMARC1; p=none; oops",): "no tag",
    }.items():
        only(found(policies.dmarc, dns({f"_dmarc.news.{OWN}": {"TXT": list(texts)}}), news), Status.FAIL, words)


@pytest.mark.parametrize(
    ("envelope", "signs", "policy", "expected"),
    [
        (OWN, OWN, "", Status.OK),
        ("bounce.harbour.example", OWN, "", Status.OK),
        ("bounce.harbour.example", OWN, "; aspf=s", Status.WARN),
        ("elsewhere.example", OWN, "", Status.WARN),
        (OWN, "", "", Status.OK),
        ("elsewhere.example", "", "", Status.FAIL),
        ("elsewhere.example", "mail.harbour.example", "; adkim=s", Status.FAIL),
        ("elsewhere.example", "mail.harbour.example", "", Status.WARN),
    ],
)
def test_alignment_follows_dmarc(dns: Ask, envelope: str, signs: str, policy: str, expected: Status) -> None:
    who = sender(envelope=f"b@{envelope}", dkim=judge.settings("rsa", domain=signs) if signs else None)
    names = dns({f"_dmarc.{OWN}": {"TXT": ["v=DMARC1; p=none; rua=mailto:a@b.example" + policy]}})
    assert [status for status, _ in found(policies.dmarc, names, who)][1:] == [expected]


def test_mail_must_be_able_to_come_back(dns: Ask) -> None:
    mx: Zones = {"mx.example": {"A": ["198.51.100.1"]}}
    only(found(policies.returns, dns({OWN: {"MX": ["10 mx.example."]}, **mx}), sender()), Status.OK, "mx.example")
    only(found(policies.returns, dns({OWN: {"MX": ["10 gone.example."]}}), sender()), Status.FAIL, "gone.example")
    only(found(policies.returns, dns({OWN: {"MX": ["0 ."]}}), sender()), Status.FAIL, "null MX")
    only(found(policies.returns, dns({OWN: {"A": ["198.51.100.1"]}}), sender()), Status.WARN)
    only(found(policies.returns, dns({}), sender()), Status.FAIL)


def test_a_reverse_name_must_lead_back(dns: Ask) -> None:
    out = sender(outgoing=("198.51.100.7",))
    pointer: Zones = {"7.100.51.198.in-addr.arpa": {"PTR": ["mail.harbour.example."]}}
    true: Zones = {"mail.harbour.example": {"A": ["198.51.100.7"]}}
    only(found(policies.reverse, dns({**pointer, **true}), out), Status.OK, "mail.harbour.example")
    only(found(policies.reverse, dns(pointer), out), Status.FAIL, "does not lead back")
    only(found(policies.reverse, dns({}), out), Status.FAIL, "no reverse name")
    only(found(policies.reverse, dns({"smtp.relay.example": {"A": ["198.51.100.7"]}}), sender()), Status.WARN)
    google = sender(relays=(RelaySettings("main", "smtp.gmail.com", 587),))
    only(found(policies.reverse, dns({}), google), Status.NOT_HERE)


def test_organisations_follow_the_public_suffix_list() -> None:
    assert organisation("news.example.co.uk") == "example.co.uk"
    assert organisation("a.b.example.com") == "example.com" and organisation("a.b.harbour.example") == "harbour.example"
    assert aligned("a.example.com", "b.example.com") and not aligned("a.co.uk", "b.co.uk")
    assert not aligned("a.example.com", "example.com", strict=True)
