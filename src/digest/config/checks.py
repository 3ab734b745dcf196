"""Checks that need more than one setting: references, pairs that exclude each other, files, who may send for whom.

Each check yields the problems it finds and knows nothing of the others. A setting that was refused on its own does
not stand here any more (it reads as not given), so `Tables.mentioned` tells "absent" from "refused already".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from digest.config import freemail, values
from digest.config.look import look_of
from digest.config.places import KeyPath, Places, within
from digest.config.schema import DigestTable
from digest.config.secret import SecretRef
from digest.config.suggest import did_you_mean, nearest
from digest.config.tables import Tables
from digest.deliver.providers import provider_of
from digest.deliver.settings import RelaySettings
from digest.errors import DigestError, Problem
from digest.render.logo import embedded, is_address
from digest.render.looks import faults

# What the starter writes where it cannot guess; readable by every command, refused by those that send.
POSTAL_ADDRESS_TO_FILL_IN = "FILL IN: street, town, country"

_EXAMPLES = {
    "source": 'url = "https://example.org/feed.xml"',
    "list": 'csv = "subscribers.csv"',
    "digest": 'list = "members"',
    "relay": 'url = "smtp://user@smtp.example.net:587"',
}


def check_tables(
    tables: Tables,
    places: Places,
    *,
    directory: Path,
    relays: Mapping[str, RelaySettings],
    sending: bool,
) -> Iterator[Problem]:
    """Every problem between settings. `relays`: those that could be read; `sending` adds what only mail needs."""
    yield from _needed_tables(tables, places, sending)
    yield from _sources(tables, places)
    yield from _digests(tables, places)
    yield from _sender(tables, places, relays)
    yield from _limits(tables, places)
    yield from _postal_address(tables, places, sending)
    yield from _model(tables, places)
    yield from _theme(tables, places, directory)


def _needed_tables(tables: Tables, places: Places, sending: bool) -> Iterator[Problem]:
    if sending and ("source",) not in tables.mentioned:  # without one, `digest sources add` must still work
        try_ = f"run `digest sources add https://example.org`, or add [source.main] and {_EXAMPLES['source']}"
        yield places.problem(("source",), "there is no [source.NAME]", try_)
    for name in ("digest", "relay"):
        if (name,) not in tables.mentioned:
            yield places.problem((name,), f"there is no [{name}.NAME]", f"add [{name}.main] and {_EXAMPLES[name]}")
    named_lists = any(digest.list for digest in tables.digest.values())
    if ("list",) not in tables.mentioned and not named_lists:
        yield places.problem(("list",), "there is no [list.NAME]", f"add [list.members] and {_EXAMPLES['list']}")


def _sources(tables: Tables, places: Places) -> Iterator[Problem]:
    for name, source in tables.source.items():
        path: KeyPath = ("source", name)
        given = [key for key in ("url", "path") if (*path, key) in tables.mentioned]
        if not given:
            yield places.problem(path, "has neither url nor path", f'write {_EXAMPLES["source"]} or path = "articles"')
        if source.url and source.path:
            yield places.problem((*path, "path"), "is given together with url", "keep one, or make two sources of it")


def missing_lists(tables: Tables, places: Places, directory: Path) -> Iterator[Problem]:
    """List files that are not there now."""
    for name, one in tables.list.items():
        file = within(directory, one.csv)
        if one.csv and not file.is_file():
            beside = sorted(entry.name for entry in file.parent.glob("*.csv")) if file.parent.is_dir() else []
            guess = nearest(file.name, beside)
            what = f"there is no file {file}" + (f'; did you mean "{guess}"?' if guess else "")
            make = "make it: a first line with the word email, then one address on each line"
            try_ = f'write "{Path(one.csv).with_name(guess)}", or {make}' if guess else make
            yield places.problem(("list", name, "csv"), what, try_)


def _digests(tables: Tables, places: Places) -> Iterator[Problem]:
    for name, digest in tables.digest.items():
        path: KeyPath = ("digest", name)
        if digest.list:
            yield from _reference("list", digest.list, tables.list, (*path, "list"), tables, places)
        for index, source in enumerate(digest.sources):
            yield from _reference("source", source, tables.source, (*path, "sources", index), tables, places)
        for index, relay in enumerate(digest.relays):
            yield from _reference("relay", relay, tables.relay, (*path, "relays", index), tables, places)
        if digest.relay and digest.relays:
            yield places.problem((*path, "relays"), "stands beside relay, which names one", "take one of the two out")
        if digest.relays and not any(one.weight for name, one in tables.relay.items() if name in digest.relays):
            yield places.problem((*path, "relays"), "all of them are spares (weight = 0)", "give one of them a weight")
        if digest.relay:
            yield from _reference("relay", digest.relay, tables.relay, (*path, "relay"), tables, places)
        elif (
            not digest.relays
            and len(tables.relay) > 1
            and "main" not in tables.relay
            and (*path, "relay") not in tables.mentioned
        ):
            names = ", ".join(tables.relay)
            yield places.problem(path, f"does not say which relay sends it ({names})",
                                 f'write relay = "{next(iter(tables.relay))}", or call one relay "main"')  # fmt: skip
        if digest.min_articles > digest.max_articles:
            yield places.problem((*path, "min_articles"), f"{digest.min_articles} is more than max_articles, "
                                 f"which is {digest.max_articles}: no issue would ever be made",
                                 f"write a number up to {digest.max_articles}, or raise max_articles")  # fmt: skip
        yield from _schedule(digest.schedule, digest.timezone or tables.site.timezone, (*path, "schedule"), places)
        yield from _review(digest, tables, path, places)


def _review(digest: DigestTable, tables: Tables, path: KeyPath, places: Places) -> Iterator[Problem]:
    """A review that nobody hears of, or that would begin before the issue of the time before has gone out."""
    if digest.review is None:
        for key in ("approvers", "if_unapproved"):
            if (*path, key) in tables.mentioned:
                yield places.problem((*path, key), "is for digests that are reviewed, and this one is not",
                                     'add review = "3h", or take it out')  # fmt: skip
        return
    if not digest.approvers and not tables.notify.email:
        yield places.problem((*path, "review"), "asks for an approval, and nobody is told of it",
                             'write approvers = ["editor@example.org"]')  # fmt: skip
    interval = _interval_s(digest.schedule, digest.timezone or tables.site.timezone)
    if interval is not None and digest.review >= interval:
        yield places.problem((*path, "review"), "is as long as the time between two issues or longer",
                             'write a shorter time, such as "3h"')  # fmt: skip


def _interval_s(schedule: str, zone: str) -> float | None:
    """The usual time between two issues; None where the schedule cannot be read, which is reported already."""
    from datetime import UTC, datetime

    from digest.recurrence import interval_s, parse_schedule

    try:
        return interval_s(parse_schedule(schedule, zone), datetime(2026, 1, 1, tzinfo=UTC)) if schedule else None
    except DigestError:
        return None


def _reference(
    kind: str, name: str, known: Mapping[str, object], path: KeyPath, tables: Tables, places: Places
) -> Iterator[Problem]:
    if name in known:
        return
    if not known and (kind,) in tables.mentioned:
        return  # the tables are there but could not be read, which is reported already
    guess = nearest(name, known)
    try_ = f'write "{guess}"' if guess else f"add a table [{kind}.{name}] with {_EXAMPLES[kind]}"
    if known and not guess:
        try_ = f"use one of {', '.join(known)}, or {try_}"
    yield places.problem(path, f'there is no {kind} called "{name}"{did_you_mean(name, known)}', try_)


def _schedule(rule: str, zone: str, path: KeyPath, places: Places) -> Iterator[Problem]:
    if not rule:
        return
    from digest.recurrence import parse_schedule

    try:
        parse_schedule(rule, zone)
    except DigestError as error:
        yield places.problem(path, _said(error), error.try_ or 'write it like "every monday at 09:00"')


def _theme(tables: Tables, places: Places, directory: Path) -> Iterator[Problem]:
    """Colours that cannot be read, and logo files that cannot travel."""
    settings = look_of(tables.theme, directory)
    for fault in faults(settings):
        yield places.problem(("theme", *fault.token), fault.what, fault.fix)
    for field in ("logo", "logo_dark"):
        logo = getattr(settings, field)
        if logo and not is_address(logo):
            try:
                embedded(logo, field=field)
            except DigestError as error:
                yield places.problem(("theme", field), f'"{logo}" cannot be used: {error.why}', error.try_)


def _limits(tables: Tables, places: Places) -> Iterator[Problem]:
    """Two tables for one provider: which of them counts would be a matter of chance."""
    seen: dict[str, str] = {}
    for name, limit in tables.limit.items():
        for index, domain in enumerate(limit.domains):
            provider = provider_of(domain)
            if provider in seen:
                yield places.problem(
                    ("limit", name, "domains", index),
                    f"{domain} is limited by {seen[provider]} already",
                    "name each provider once; domains of one provider count together",
                )
            seen[provider] = f"limit.{name}"


def _sender(tables: Tables, places: Places, relays: Mapping[str, RelaySettings]) -> Iterator[Problem]:
    """A From that no relay here may send for: the mail would be signed by one domain and claim another."""
    if tables.site.sender is None:
        return
    domain = tables.site.sender.address.domain
    provider = freemail.provider_of(domain)
    if not provider:
        return
    for name, relay in relays.items():
        if values.is_loopback(relay.host) or freemail.may_send_for(provider, relay.host):
            continue
        yield places.problem(
            ("site", "from"),
            f"mail from {domain} cannot go through {relay.host} (relay.{name}): only {provider}'s own servers may send "
            f"for {domain}. Receivers check that by DMARC: the domain in From must be the domain that signs the mail "
            "or whose servers send it. This mail would go to the spam folder or be refused",
            f"use an address at a domain of your own here and put {tables.site.sender.address} into reply_to; or send "
            f"through {provider}'s own server ({freemail.server_of(provider)}), which allows a few hundred "
            "messages a day",
        )


def _postal_address(tables: Tables, places: Places, sending: bool) -> Iterator[Problem]:
    if sending and tables.site.postal_address == POSTAL_ADDRESS_TO_FILL_IN:
        yield places.problem(
            ("site", "postal_address"),
            "still holds the words of the starter, and every email shows it",
            "write the street address of the publisher; the law of most countries asks for one",
        )


def _model(tables: Tables, places: Places) -> Iterator[Problem]:
    """A model that is asked for and not there; an address that is none; a key that would be read on the way."""
    for name, digest in tables.digest.items():
        if digest.summary is not None and digest.summary.by == "model" and ("model",) not in tables.mentioned:
            yield places.problem(("digest", name, "summary", "by"), 'is "model", and there is no [model]',
                                 'add [model] with url and name, or write by = "extract"')  # fmt: skip
    url = urlsplit(tables.model.url)
    if url.query or url.fragment:
        yield places.problem(("model", "url"), "has a query or a fragment in it",
                             "write the address that /chat/completions follows, and nothing after it")  # fmt: skip
    if tables.model.key is not None and url.scheme == "http" and not _is_near(url.hostname or ""):
        yield places.problem(("model", "url"), "is not encrypted, and the key would go over it for all to read",
                             f'write "https:{tables.model.url[5:]}", or take the key out')  # fmt: skip


def _is_near(host: str) -> bool:
    """This machine, a private network, or a name that only such a network resolves."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".lan", ".home.arpa"))


def literal_secret(written: str | SecretRef) -> bool:
    """Whether a database address carries a password in the file itself."""
    try:
        return isinstance(written, str) and urlsplit(written).password is not None
    except ValueError:
        return False


def _said(error: DigestError) -> str:
    return f"{error.what}: {error.why}" if error.why else error.what
