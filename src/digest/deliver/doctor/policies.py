"""The checks that ask DNS: SPF, DKIM keys, DMARC and alignment, where mail returns to, reverse names.

Each gives findings and knows nothing of the others; `NoAnswer` passes through and becomes "unknown". Must not open any
other connection. Invariant: a check fails only for what was seen to be wrong.
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.deliver.dkim import DkimKey, read_private_key, record_text
from digest.deliver.doctor.dns import Names
from digest.deliver.doctor.domains import aligned, organisation
from digest.deliver.doctor.finding import Finding, fail, not_here, ok, warn
from digest.deliver.doctor.records import BadRecord, DmarcRecord, dmarc_record, dmarc_records, key_record
from digest.deliver.doctor.sender import Sender, include_of
from digest.deliver.doctor.spf import Result, Verdict, check_host, spf_records
from digest.deliver.settings import DkimKeySettings, RelaySettings

_NOBODY = "192.0.2.1"  # RFC 5737: an address that nobody sends from, so whoever lets it in lets everybody in
_GOOD_RSA_BITS = 2048


# --- SPF: may our servers send for the envelope's domain? -----------------------------------------------------------


def spf(names: Names, sender: Sender) -> Iterator[Finding]:
    domain = sender.envelope_domain
    found = spf_records(names.texts(domain))
    if not found:
        fix = "publish one that names the servers that send for you"
        yield fail("SPF", f"{domain} has no SPF record", fix, _spf_record(sender), bulk=True)
        return
    stranger = check_host(names, _NOBODY, domain=domain, sender=sender.envelope)
    if stranger.result is Result.PERMERROR:
        fix = "correct the record: receivers ignore it as it is"
        yield fail("SPF", f"the record of {domain} is broken: {stranger.why}", fix, bulk=True)
        return
    if stranger.result is Result.PASS:
        fix = "end the record with ~all or -all"
        yield fail("SPF", f"the record of {domain} lets everybody send ({stranger.why})", fix, bulk=True)
        return
    if sender.outgoing:
        for address in sender.outgoing:
            yield _permitted(names, sender, address, found[0])
        return
    for relay in sender.relays:
        yield _relay_permitted(names, sender, relay, stranger, found[0])


def _permitted(names: Names, sender: Sender, address: str, record: str) -> Finding:
    verdict = check_host(names, address, domain=sender.envelope_domain, sender=sender.envelope)
    if verdict.result is Result.PASS:
        return ok("SPF", f"{address} may send for {sender.envelope_domain} ({verdict.why})")
    kind = "ip6" if ":" in address else "ip4"
    return fail(
        "SPF",
        f"{address} may not send for {sender.envelope_domain}: {verdict.result} ({verdict.why})",
        f"add {kind}:{address} to the record",
        record_text(sender.envelope_domain, _with_term(record, f"{kind}:{address}")),
        bulk=True,
    )


def _relay_permitted(names: Names, sender: Sender, relay: RelaySettings, seen: Verdict, record: str) -> Finding:
    domain, lookups = sender.envelope_domain, f"{seen.lookups} of 10 lookups"
    if relay.is_loopback:
        return not_here(
            "SPF",
            f"the record of {domain} is valid ({lookups}); which address relay.{relay.name} sends from is not known: "
            "say it with --ip",
        )
    include = include_of(relay)
    if include in seen.included and include:
        return ok("SPF", f"{domain} includes {include}, the servers of relay.{relay.name} ({lookups})")
    if include:
        return fail(
            "SPF",
            f"{domain} does not include {include}, the servers of relay.{relay.name}",
            f"add include:{include} to the record",
            record_text(domain, _with_term(record, f"include:{include}")),
            bulk=True,
        )
    for address in names.addresses(relay.host):
        verdict = check_host(names, address, domain=domain, sender=sender.envelope)
        if verdict.result is Result.PASS:
            return ok("SPF", f"{relay.host} ({address}) may send for {domain} ({verdict.why}; {lookups})")
    return warn(
        "SPF",
        f"the record of {domain} does not name {relay.host} (relay.{relay.name}); whether it names the address that "
        "mail leaves from cannot be seen from here",
        "say that address with --ip, or ask the provider which include: belongs into the record",
    )


def _with_term(record: str, term: str) -> str:
    """The record with one term more, before the one that catches all."""
    words = record.split()
    last = words[-1].lower()
    at = len(words) - 1 if last.endswith("all") or last.startswith("redirect=") else len(words)
    return " ".join([*words[:at], term, *words[at:]])


def _spf_record(sender: Sender) -> str:
    terms = [f"{'ip6' if ':' in address else 'ip4'}:{address}" for address in sender.outgoing]
    for relay in () if terms else sender.relays:
        include = include_of(relay)
        terms += [f"include:{include}"] if include else [] if relay.is_loopback else [f"a:{relay.host}"]
    return record_text(sender.envelope_domain, " ".join(["v=spf1", *(dict.fromkeys(terms) or ["mx"]), "~all"]))


# --- DKIM: is the public half of our key published? -----------------------------------------------------------------


def dkim(names: Names, sender: Sender) -> Iterator[Finding]:
    settings = sender.dkim
    if settings is None or not settings.keys:
        yield warn(
            "DKIM",
            "digest signs nothing; the relay must, in the name of your domain",
            "digest dkim keygen; or send yourself a test and look for dkim=pass with your domain in "
            "Authentication-Results",
        )
        return
    if all(read_private_key(key.pem).kind != "rsa" for key in settings.keys):
        fix = "make an RSA key and let Ed25519 be the second: digest dkim keygen"
        yield fail("DKIM", "only an Ed25519 key signs, which big providers do not verify", fix, bulk=True)
    for key in settings.keys:
        yield _key(names, settings.domain, key)


def _key(names: Names, domain: str, settings: DkimKeySettings) -> Finding:
    key, name = read_private_key(settings.pem), f"{settings.selector}._domainkey.{domain}"
    record = record_text(name, key.record)
    needed = key.kind == "rsa"

    def wrong(what: str, fix: str = "publish this record in its place") -> Finding:
        return (fail if needed else warn)("DKIM", f"{name}: {what}", fix, record, bulk=needed)

    texts = names.texts(name)
    if not texts:
        return wrong("there is no record", "publish it; it may take an hour to be seen everywhere")
    if len(texts) > 1:
        return wrong(f"there are {len(texts)} records, and receivers may take the wrong one", "keep this one only")
    try:
        found = key_record(texts[0])
    except BadRecord as bad:
        return wrong(f"the record cannot be used: {bad}")
    if not found.public:
        return wrong("the key was revoked (p= is empty)", "publish it again, or sign with a new key")
    if found.kind != key.kind or found.public != key.public:
        return wrong("the record holds another key than the one digest signs with")
    return _good_key(name, key, testing=found.testing)


def _good_key(name: str, key: DkimKey, *, testing: bool) -> Finding:
    if key.kind == "rsa" and key.bits < _GOOD_RSA_BITS:
        fix = "digest dkim keygen --selector NEWNAME, publish it, then name it in digest.toml"
        return warn("DKIM", f"{name}: the key has {key.bits} bits, {_GOOD_RSA_BITS} are advised", fix)
    if testing:
        return warn("DKIM", f"{name}: t=y marks the key as a trial, and receivers may ignore it", "take t=y out")
    return ok("DKIM", f"{name} holds the key that signs ({key.kind}, {key.bits} bits)")


# --- DMARC: does the domain in From answer for the mail? ------------------------------------------------------------


def dmarc(names: Names, sender: Sender) -> Iterator[Finding]:
    own = sender.from_domain
    places = list(dict.fromkeys([own, organisation(own)]))
    for domain in places:
        if found := dmarc_records(names.texts(f"_dmarc.{domain}")):
            yield from _dmarc_found(sender, domain, found)
            return
    missing = " nor ".join(f"_dmarc.{domain}" for domain in places)
    yield fail(
        "DMARC",
        f"there is no record at {missing}",
        "publish one; p=none changes nothing for other mail of the domain",
        record_text(f"_dmarc.{places[-1]}", f"v=DMARC1; p=none; rua=mailto:postmaster@{own}"),
        bulk=True,
    )


def _dmarc_found(sender: Sender, domain: str, found: list[str]) -> Iterator[Finding]:
    try:
        if len(found) > 1:
            raise BadRecord(f"there are {len(found)} records, so that receivers use none")
        record = dmarc_record(found[0])
    except BadRecord as bad:
        yield fail("DMARC", f"_dmarc.{domain}: {bad}", "keep one record that begins v=DMARC1; p=", bulk=True)
        return
    reports = "" if record.reports else "; without rua= nobody tells you of forged mail"
    yield ok("DMARC", f"_dmarc.{domain} says p={record.policy}{reports}")
    yield _alignment(sender, record)


def _alignment(sender: Sender, record: DmarcRecord) -> Finding:
    own, envelope = sender.from_domain, sender.envelope_domain
    by_spf = aligned(envelope, own, strict=record.strict_spf)
    signs = sender.dkim.domain if sender.dkim and sender.dkim.keys else ""
    by_dkim = bool(signs) and aligned(signs, own, strict=record.strict_dkim)
    if by_dkim and by_spf:
        return ok("alignment", f"{signs} signs and {envelope} is the envelope's domain: both belong to From at {own}")
    if by_dkim:
        return warn(
            "alignment",
            f"{signs} signs for From at {own}, but mail returns to {envelope}: only one of two ways to pass DMARC",
            f"let [bounces] address be at {own} or below it",
        )
    if signs:
        return fail("alignment", f"{signs} signs, which DMARC does not count for From at {own} (adkim is strict)"
                    if record.strict_dkim else f"{signs} signs, which is not the domain of From at {own}",
                    f'write domain = "{own}" in [dkim]', bulk=not by_spf)  # fmt: skip
    if by_spf:
        return ok(
            "alignment", f"{envelope} is the envelope's domain and belongs to From at {own}; nothing is signed here"
        )
    fix = f"let [bounces] address be at {own} or below it, or sign: digest dkim keygen"
    return fail("alignment", f"mail returns to {envelope} and nothing is signed: no way to pass DMARC for {own}", fix,
                bulk=True)  # fmt: skip


# --- where mail comes back to, and what our address is called -------------------------------------------------------


def returns(names: Names, sender: Sender) -> Iterator[Finding]:
    domain = sender.envelope_domain
    hosts = names.mail_servers(domain)
    if hosts == ["."]:
        fix = "let [bounces] address be at a domain that takes mail"
        yield fail("bounces", f"{domain} says that it takes no mail (null MX), so receivers refuse what it sends", fix,
                   bulk=True)  # fmt: skip
    elif hosts:
        lost = [host for host in hosts if not names.addresses(host)]
        if len(lost) == len(hosts):
            yield fail("bounces", f"the mail servers of {domain} do not exist: {', '.join(hosts)}", "correct its MX",
                       bulk=True)  # fmt: skip
        else:
            yield ok("bounces", f"what comes back is taken by {hosts[0]}")
    elif names.addresses(domain):
        yield warn("bounces", f"{domain} has no MX record, only an address; some receivers refuse that",
                   "publish an MX record")  # fmt: skip
    else:
        fix = "correct the domain in From, or in [bounces] address"
        yield fail("bounces", f"{domain} does not exist as a place for mail, so receivers refuse what it sends", fix,
                   bulk=True)  # fmt: skip


def reverse(names: Names, sender: Sender) -> Iterator[Finding]:
    """FCrDNS: the address has a name, and the name leads back to it (Gmail's and Yahoo's sender rules)."""
    if sender.outgoing:
        for address in sender.outgoing:
            yield _reverse_name(names, address, certain=True)
        return
    for relay in sender.relays:
        if relay.is_loopback:
            yield not_here("reverse name", f"relay.{relay.name} is this machine; say its public address with --ip")
        elif include_of(relay):
            yield not_here("reverse name", f"{relay.host} (relay.{relay.name}) is its provider's matter")
        else:
            for address in names.addresses(relay.host)[:2]:
                yield _reverse_name(names, address, certain=False)


def _reverse_name(names: Names, address: str, *, certain: bool) -> Finding:
    hosts = names.reverse(address)
    good = [host for host in hosts if address in names.addresses(host)]
    if good:
        return ok("reverse name", f"{address} is {good[0]}, which leads back to it")
    what = f"{hosts[0]}, which does not lead back to it" if hosts else "nothing: it has no reverse name"
    fix = "let whoever gave you the address set its PTR record to a name of yours with that address"
    if certain:
        return fail("reverse name", f"{address} is {what}", fix, bulk=True)
    return warn("reverse name", f"the relay's address {address} is {what}; this matters if mail leaves from it", fix)
