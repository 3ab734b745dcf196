"""The tables of digest.toml and every setting in them: name, type, default, meaning, who may leave it out.

This is the only place where a setting is declared; the reader, the overrides from the environment, the starter's
test and docs/configuration.md all follow from it. pydantic is used here and where its errors are read (`tables`).

Settings that must be given have a `needed` sentence and an empty default all the same: so a table with one bad value
still yields its good ones, and the checks across tables can go on finding mistakes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator

from digest.config import values
from digest.config.secret import SecretRef, reference, text_or_reference, url_or_reference
from digest.config.suggest import did_you_mean
from digest.config.values import Refused
from digest.deliver.intake.settings import HOOK_KINDS
from digest.model import Mailbox
from digest.render import looks


@dataclass(frozen=True, slots=True)
class Kind:
    """`words` name the type to people; `shape` tells how an environment variable's text becomes such a value."""

    words: str
    shape: str = "text"  # text | number | words | secret | table


Text = Annotated[str, PlainValidator(values.text), Kind("text")]
PostalAddress = Annotated[str, PlainValidator(values.lines), Kind("text")]
Zone = Annotated[str, PlainValidator(values.zone), Kind("time zone")]
Locale = Annotated[str, PlainValidator(values.locale), Kind("language tag")]
Sender = Annotated[Mailbox | None, PlainValidator(values.mailbox), Kind("name and address")]
Address = Annotated[str, PlainValidator(values.address), Kind("e-mail address")]
Addresses = Annotated[list[str], PlainValidator(values.each(values.address)), Kind("list of e-mail addresses", "words")]
Addressees = Annotated[
    list[str], PlainValidator(values.each(values.addressee)), Kind("list of addresses or domains", "words")
]
BounceAddress = Annotated[str, PlainValidator(values.bounce_address), Kind("e-mail address with {token}")]
Domain = Annotated[str, PlainValidator(values.domain), Kind("domain")]
Domains = Annotated[
    list[str], PlainValidator(values.each(values.domain_or_every)), Kind('list of domains, or ["*"]', "words")
]
Rates = Annotated[list[str], PlainValidator(values.each(values.rate)), Kind("list of rates", "words")]
DailyRates = Annotated[list[str], PlainValidator(values.each(values.daily_rate)), Kind("list of rates", "words")]
Day = Annotated[date | None, PlainValidator(values.day), Kind("day", "word")]
Selector = Annotated[str, PlainValidator(values.selector), Kind("DKIM selector")]
WebUrl = Annotated[str, PlainValidator(values.web_url), Kind("web address")]
SecureUrl = Annotated[str, PlainValidator(values.secure_url), Kind("https address")]
LogoPlace = Annotated[str, PlainValidator(values.logo), Kind("https address or file")]
UrlTemplate = Annotated[str, PlainValidator(values.url_template), Kind("web address with a place")]
ImapUrl = Annotated[str, PlainValidator(values.imap_url), Kind("imaps:// or imap:// address")]
RelayUrl = Annotated[str, PlainValidator(values.relay_url), Kind("smtp:// or smtps:// address")]
Duration = Annotated[float | None, PlainValidator(values.duration), Kind("length of time")]
Words = Annotated[list[str], PlainValidator(values.each(values.text)), Kind("list of words", "words")]
Hosts = Annotated[list[str], PlainValidator(values.each(values.host_or_network)), Kind("list of hosts", "words")]
Networks = Annotated[list[str], PlainValidator(values.each(values.network)), Kind("list of networks", "words")]
Colour = Annotated[str, PlainValidator(values.colour), Kind("colour")]
TemplateName = Annotated[str, PlainValidator(values.template_name), Kind("template name")]
Listen = Annotated[str, PlainValidator(values.listen), Kind("host:port")]
Flag = Annotated[bool, PlainValidator(values.flag), Kind("true or false")]
Percent = Annotated[float, PlainValidator(values.percent), Kind("percentage")]
SubjectLine = Annotated[str, PlainValidator(values.pattern("title", "n", "number", "site")), Kind("text")]
Preheader = Annotated[str, PlainValidator(values.pattern("title", "n", "site")), Kind("text")]
Secret = Annotated[SecretRef | None, PlainValidator(reference), Kind('{ env = "..." } or { file = "..." }', "secret")]
UrlOrSecret = Annotated[str | SecretRef, PlainValidator(url_or_reference), Kind("web address or secret", "secret")]
TextOrSecret = Annotated[str | SecretRef, PlainValidator(text_or_reference), Kind("text or secret", "secret")]


def _headers(value: Any) -> dict[str, str | SecretRef]:
    if not isinstance(value, dict):
        raise Refused(f"must be a table, not {values.described(value)}", 'write { Accept-Language = "en" }')
    read, bad = {}, []
    for name, content in value.items():
        try:
            if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name):  # RFC 9110 section 5.1
                raise Refused("is not the name of a header", "use letters, digits and hyphens")
            read[name] = text_or_reference(content)
        except Refused as error:
            bad.append(Refused(error.what, error.try_, at=(name, *error.at)))
    if bad:
        raise values.Several(bad)
    return read


Headers = Annotated[
    dict[str, str | SecretRef], PlainValidator(_headers), Kind("table of header = text or secret", "table")
]


def _weights(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise Refused(f"must be a table, not {values.described(value)}", "write { announcement = 0.3, jobs = -0.3 }")
    bad = [
        Refused(f"{values.described(weight)} is not a number from -1 to 1", "0.3 lifts, -0.3 lowers", at=(tag,))
        for tag, weight in value.items()
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not -1 <= weight <= 1
    ]
    if bad:
        raise values.Several(bad)
    return {tag: float(weight) for tag, weight in value.items()}


Weights = Annotated[dict[str, float], PlainValidator(_weights), Kind("table of tag = number from -1 to 1", "table")]


def _reasons(value: Any) -> dict[str, str]:
    from digest.render.preflight.rules import RULES

    example = '{ image-many = "it is a page of photographs" }'
    if not isinstance(value, dict):
        raise Refused(f"must be a table, not {values.described(value)}", f"write {example}")
    read, bad = {}, []
    for name, reason in value.items():
        try:
            if name not in RULES:
                raise Refused(f"there is no rule of this name{did_you_mean(name, RULES)}", "digest check --json")
            read[name] = values.text(reason)
            if not read[name]:
                raise Refused("needs a reason", "write why it does not count here")
        except Refused as error:
            bad.append(Refused(error.what, error.try_, at=(name, *error.at)))
    if bad:
        raise values.Several(bad)
    return read


Reasons = Annotated[dict[str, str], PlainValidator(_reasons), Kind("table of rule = reason", "table")]


def _whole(low: int, high: int) -> Any:
    return PlainValidator(values.whole(low, high))


def _choice(*choices: str) -> Any:
    return PlainValidator(values.one_of(*choices))


def setting(default: Any, text: str, *, alias: str | None = None, needed: str = "", shown: str = "") -> Any:
    """Declare a setting. `needed` is what to write when it is missing; `shown` the default in words."""
    return Field(default, description=text, alias=alias, json_schema_extra={"needed": needed, "shown": shown})


class Table(BaseModel):
    """A table with a fixed set of keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteTable(Table):
    """Who publishes, and in whose name mail goes out."""

    name: Text = setting("", "Name of the community or publication.", needed='write name = "Riverside Makers"')
    url: WebUrl = setting(
        "", "Its web site; the title of every issue links there.", needed='write url = "https://example.org"'
    )
    timezone: Zone = setting("UTC", "Every time without a zone, in this file and in emails, is in this zone.")
    locale: Locale = setting("en", "Language and region of dates and of the fixed words in emails.")
    sender: Sender = setting(
        None, "Who the emails come from.", alias="from", needed='write from = "Riverside Makers <digest@example.org>"'
    )
    reply_to: Sender = setting(None, "Where answers go.", shown="the `from` address")
    postal_address: PostalAddress = setting(
        "",
        "A street address for the footer of every email.",
        needed='write postal_address = "1 Quay Street, Galway, Ireland"; the law of most countries asks for it '
        "(CAN-SPAM section 7704(a)(5), EU directive 2000/31 article 5)",
    )
    public_url: SecureUrl = setting(
        "",
        "Where readers reach `digest serve`, for unsubscribing with one click.",
        shown="none: unsubscribing is by mail",
    )
    unsubscribe_email: Address = setting("", "Where unsubscribing by mail goes.", shown="the `from` address")
    contact: Text = setting(
        "", "Named to the sites that are fetched, so that they can reach a person.", shown="the site's `url`"
    )


SOURCE_KINDS = (
    "auto", "feed", "wordpress", "wordpress-api", "ghost", "wix", "discourse", "forem", "sitemap", "listing",
)  # fmt: skip


class SourceTable(Table):
    """Where articles come from: a site or feed (`url`) or a folder of files (`path`). One table for each source."""

    url: WebUrl = setting("", "Address of a feed, or of a site, forum or page whose feed is to be found.")
    path: Text = setting("", "Folder of articles as .md, .txt or .html files, instead of an address.")
    kind: Annotated[str, _choice(*SOURCE_KINDS), Kind("word")] = setting(
        "auto",
        "What the address is: auto (found out), feed, wordpress, wordpress-api, ghost, wix, discourse, forem, sitemap "
        "or listing (a page of links).",
    )
    title: Text = setting("", "Name of the source as readers see it.", shown="the feed's own title")
    timezone: Zone = setting("", "Zone of dates that the source gives without one.", shown="the site's")
    language: Locale = setting("", "Language of its articles.", shown="recognised")
    headers: Headers = setting({}, "Request headers, sent to the source's own host only.")
    key: Secret = setting(None, "Key of Ghost's Content API.", shown="none")
    enrich: Annotated[str, _choice("auto", "always", "never"), Kind("word")] = setting(
        "auto",
        "Whether articles' own pages are read as well: always, never, or auto, where a feed has only an excerpt.",
    )
    match: Text = setting(
        "", "For a sitemap or listing: pattern of the paths that are articles, such as /news/*.", shown="any path"
    )
    url_template: UrlTemplate = setting(
        "",
        "Address on the web of a file: {stem} is its name without ending; also {name}, {path}, {id}.",
        shown="none: titles are not linked",
    )


class MaxChangeTable(Table):
    """Shares of the list as it was at the last issue."""

    shrink: Percent = setting(0.20, "A list that lost more than this share is not sent to without asking.", shown="20%")
    grow: Percent = setting(
        0.50, "A list that grew by more than this share is not sent to without asking.", shown="50%"
    )


MaxChange = Annotated[MaxChangeTable | None, Kind('table, such as { shrink = "20%", grow = "50%" }', "table")]


class ListTable(Table):
    """Who receives: a CSV file, or a list kept in the database. One table for each list."""

    csv: Text = setting(
        "", "CSV file of subscribers, read each time an issue is made.", shown="none: the list lives in the database"
    )
    title: Text = setting("", "Name of the list as readers see it.", shown="the digest's title")
    topics: Words = setting([], "Topics that subscribers may choose from.")
    max_change: MaxChange = setting(None, "How far a list may change between two issues before somebody is asked.")


class SummaryTable(Table):
    """The summary under each title."""

    sentences: Annotated[int, _whole(0, 10), Kind("number", "number")] = setting(2, "Sentences of each summary.")
    max_chars: Annotated[int, _whole(40, 2000), Kind("number", "number")] = setting(
        280, "Characters that a summary may have at most; it always ends with a whole sentence."
    )
    by: Annotated[str, _choice("auto", "extract", "model"), Kind("word")] = setting(
        "auto",
        "Who writes it: extract (whole sentences of the article), model (the `[model]`, checked against the article), "
        "or auto, which is the model where there is one.",
    )


Summary = Annotated[SummaryTable | None, Kind("table, such as { sentences = 2, max_chars = 280 }", "table")]


class ModelTable(Table):
    """A language model for the summaries, if you want one: any server that speaks OpenAI's chat completions."""

    url: WebUrl = setting(
        "",
        "Address that /chat/completions follows, such as http://127.0.0.1:11434/v1.",
        needed='write url = "http://127.0.0.1:11434/v1"',
    )
    name: Text = setting("", "Name of the model, as the server knows it.", needed='write name = "the-model"')
    key: Secret = setting(None, "Where the server's key stands: never in this file.", shown="none")
    timeout: Duration = setting(None, "Longest time for one call.", shown="20 seconds")
    issue_time: Duration = setting(None, "Longest time for all the calls of one issue.", shown="60 seconds")
    issue_tokens: Annotated[int, _whole(0, 100_000_000), Kind("number", "number")] = setting(
        60_000, "Most tokens that one issue may cost."
    )
    day_tokens: Annotated[int, _whole(0, 1_000_000_000), Kind("number", "number")] = setting(
        300_000, "Most tokens that 24 hours may cost."
    )
    private: Flag = setting(
        False, "Whether articles that were fetched with credentials may be sent to it.", shown="false"
    )


class DigestTable(Table):
    """A recurring email: what goes to which list, and when. One table for each digest."""

    list: Text = setting("", "Which list receives it.", needed='write list = "members", the name of a [list.NAME]')
    schedule: Text = setting(
        "", "When it goes out, in words or as a cron line.", needed='write schedule = "every monday at 09:00"'
    )
    sources: Words = setting([], "Names of the sources it takes articles from.", shown="all, in the order of the file")
    title: Text = setting("", "Its name as readers see it.", shown="the site's name")
    timezone: Zone = setting("", "Zone of the schedule and of the dates in it.", shown="the site's")
    locale: Locale = setting("", "Language of the dates and fixed words in it.", shown="the site's")
    template: TemplateName = setting(
        "briefing",
        "Name of a template: your own in `templates/NAME-OF-THE-DIGEST/` or `templates/`, or a built-in one.",
    )
    min_articles: Annotated[int, _whole(1, 1000), Kind("number", "number")] = setting(
        1, "With fewer new articles than this, no issue is made."
    )
    max_articles: Annotated[int, _whole(1, 1000), Kind("number", "number")] = setting(
        12, "Most articles in one issue; the others wait for the next one."
    )
    max_per_author: Annotated[int, _whole(0, 1000), Kind("number", "number")] = setting(
        0, "Most articles of one author in an issue; 0 means any number."
    )
    max_per_source: Percent = setting(
        0.4, "Share of an issue that one source may fill while others still have something.", shown="40%"
    )
    half_life: Duration = setting(None, "How fast an article loses weight with age.", shown="fits the schedule")
    boosts: Weights = setting({}, "What a tag adds to the score (0 to 1) of its articles.")
    sections: Annotated[str, _choice("none", "source", "tag", "cluster"), Kind("word")] = setting(
        "none", "Headings over the articles: by source, by tag, by cluster (articles on one matter), or none."
    )
    section_order: Words = setting(
        [], "Headings that come first, in this order; with tags, the only ones.", shown="by their best article"
    )
    summary: Summary = setting(None, "Length of summaries.")
    subject: SubjectLine = setting(
        "",
        "Subject line; {title} is the top title, {n} counts the articles, {number} is the issue, {site} the name.",
        shown="made from the articles",
    )
    preheader: Preheader = setting(
        "",
        "The line that inboxes show after the subject; {title}, {n} and {site} as there.",
        shown="made from the articles",
    )
    catch_up: Duration = setting(
        None,
        "An issue later than this (the machine was off) waits for a person.",
        shown="24 hours or a quarter of the interval, whichever is shorter",
    )
    finish_within: Duration = setting(
        None, "An interrupted issue older than this waits for a person.", shown="`delivery.finish_within`"
    )
    review: Duration = setting(
        None, "Draft it this long ahead, show it to `approvers`, and wait for an approval.", shown="no review"
    )
    approvers: Addresses = setting([], "Who is mailed the draft that waits for approval.", shown="`notify.email`")
    if_unapproved: Annotated[str, _choice("hold", "send"), Kind("word")] = setting(
        "hold", "At its time without an approval that stands: hold it, or send it all the same."
    )
    relay: Text = setting("", "Which relay sends it.", shown="the only one, or `main`")
    relays: Words = setting([], "Several relays that share the work, each by its `weight`.", shown="`relay` alone")


class RelayTable(Table):
    """The mail server that takes the messages. One table for each relay."""

    url: RelayUrl = setting(
        "",
        "smtp://user@host:587 (encrypted by STARTTLS) or smtps://user@host:465.",
        needed='write url = "smtp://user@smtp.example.net:587"',
    )
    password: Secret = setting(None, "Where the password stands: never in this file.", shown="none")
    tls: Annotated[str, _choice("starttls", "implicit", "none"), Kind("word")] = setting(
        "", "Encryption: starttls, implicit or none; none sends everything in the clear.", shown="follows from `url`"
    )
    auth: Annotated[str, _choice("plain", "login", "scram-sha-1", "scram-sha-256", "xoauth2"), Kind("word")] = setting(
        "",
        "How to log in: plain, login, scram-sha-1, scram-sha-256 or xoauth2 (the password is then the token).",
        shown="the strongest the server offers",
    )
    connections: Annotated[int, _whole(1, 200), Kind("number", "number")] = setting(
        10, "Most connections open at once; a run begins with one and adds more while the server keeps up."
    )
    weight: Annotated[int, _whole(0, 1000), Kind("number", "number")] = setting(
        1, "Its share of the messages beside the other relays of a digest; 0 is a spare, for when the others fail."
    )
    rate: Rates = setting(
        [],
        'At most so many messages, such as ["100/second", "50000/day"], from all workers and digests together.',
        shown="no limit",
    )
    warm_up_from: Day = setting(
        None, "The first day (UTC) of warming up a new sending address, such as 2026-12-01.", shown="no warm-up"
    )
    warm_up: DailyRates = setting(
        ["50/day", "100/day", "250/day", "500/day", "1000/day", "2500/day", "5000/day", "10000/day", "20000/day",
         "40000/day"],
        "What it takes on the first days, one for each; after the last only `rate` counts. Meanwhile readers who "
        "joined or were reached most recently come first.",
        shown="50, 100, 250, 500, 1,000, 2,500, 5,000, 10,000, 20,000 and 40,000 a day",
    )  # fmt: skip


class LimitTable(Table):
    """How fast one provider is sent to, over whatever relay, from all workers and digests together."""

    domains: Domains = setting(
        [],
        "Domains of recipients; each counts by itself, with its sisters (googlemail.com with gmail.com). "
        '["*"] is every domain that no other table names.',
        needed='write domains = ["gmail.com"]',
    )
    rate: Rates = setting(
        [], 'At most so many messages, such as ["20/second", "5000/day"].', needed='write rate = ["20/second"]'
    )


class ColoursTable(Table):
    """A set of colours: `#rrggbb` each. Text must reach a contrast of 4.5 to 1 on every surface it stands on."""

    background: Colour = setting("", "Ground around the email.", shown="the theme's")
    card: Colour = setting("", "Ground of the email.", shown="the theme's")
    text: Colour = setting("", "Text and headlines.", shown="the theme's")
    muted: Colour = setting("", "Lines of facts, and the footer.", shown="the theme's")
    line: Colour = setting("", "Lines between articles.", shown="the theme's")
    tint: Colour = setting("", "Ground of the footer and of tinted parts.", shown="the theme's")
    accent: Colour = setting("", "Buttons and rules; links follow it.", shown="the theme's")
    on_accent: Colour = setting("", "Text on buttons.", shown="white or black, whichever reads better")
    link: Colour = setting("", "Links and labels.", shown="the accent, moved until it can be read")


Colours = Annotated[ColoursTable | None, Kind('table, such as { card = "#fffcf6" }', "table")]


class ThemeTable(Table):
    """The look of the emails: a finished theme, and what you change of it."""

    name: Annotated[str, _choice(*looks.THEMES), Kind("word")] = setting(
        "modern", "A finished theme: modern (cool and crisp), warm (paper and terracotta) or classic (quiet, in serif)."
    )
    accent: Colour = setting("", "Colour of buttons, links and rules.", shown="the theme's")
    light: Colours = setting(None, "Other colours of yours.", shown="the theme's")
    dark: Colours = setting(None, "Colours for dark screens.", shown="derived from the light ones")
    font: Annotated[str, _choice(*looks.FONTS), Kind("word")] = setting(
        "", "Letters of the text: sans or serif.", shown="the theme's"
    )
    heading_font: Annotated[str, _choice(*looks.FONTS), Kind("word")] = setting(
        "", "Letters of the headlines: sans or serif.", shown="`font`, or the theme's"
    )
    density: Annotated[str, _choice(*looks.DENSITIES), Kind("word")] = setting(
        "", "Room between things: compact, normal or relaxed.", shown="the theme's"
    )
    corner: Annotated[int | None, _whole(0, 24), Kind("number", "number")] = setting(
        None, "Roundness of pictures and buttons in CSS pixels.", shown="the theme's"
    )
    width: Annotated[int | None, _whole(*looks.WIDTHS), Kind("number", "number")] = setting(
        None, "Width of the email in CSS pixels, from 480 to 680.", shown="the theme's"
    )
    masthead: Annotated[str, _choice(*looks.MASTHEADS), Kind("word")] = setting(
        "", "Where name and logo stand: start or center.", shown="the theme's"
    )
    rule: Annotated[str, _choice(*looks.RULES), Kind("word")] = setting(
        "", "Line at the masthead: bar, hairline, double or none.", shown="the theme's"
    )
    logo: LogoPlace = setting(
        "", "A logo: an https address, or a PNG or JPEG file of up to 32 KB, which then travels in every message.",
        shown="none: the name in letters",
    )  # fmt: skip
    logo_dark: LogoPlace = setting("", "The logo on dark ground.", shown="`logo`")
    logo_width: Annotated[int, _whole(16, 600), Kind("number", "number")] = setting(
        160, "Width of the logo in CSS pixels."
    )
    logo_alt: Text = setting("", "The logo in words, for images off and for screen readers.", shown="the site's name")


class PreflightTable(Table):
    """The check of every issue before it goes out. An error holds the issue; warnings and hints are only told."""

    accept: Reasons = setting(
        {}, "Rules that do not count here, each with your reason: `digest check --json` gives their ids."
    )


class DeliveryTable(Table):
    """How mail is handed over."""

    on_uncertain: Annotated[str, _choice("hold", "resend"), Kind("word")] = setting(
        "hold", "A connection broke between a message and its answer: hold (never twice) or resend (never lost)."
    )
    finish_within: Duration = setting(
        None, "An interrupted issue older than this waits for a person.", shown="24 hours for a daily digest, else 48"
    )
    workers: Annotated[int, _whole(1, 64), Kind("number", "number")] = setting(
        1, "Processes that send an issue: more than one where signing or several relays keep a core busy."
    )
    only_to: Addressees = setting(
        [], "Send to these addresses or domains only, whoever is on the list.", shown="everybody on the list"
    )
    max_hard_bounces: Percent = setting(
        0.05, "Of the last 500 results: with more dead addresses the issue is held (breaker).", shown='"5%"'
    )
    max_policy_refusals: Percent = setting(
        0.01, "Of the last 500 results: with more refusals of how or what we send it is held.", shown='"1%"'
    )
    max_complaints: Percent = setting(
        0.003, "Of those mailed: when more complain while the issue goes out, it is held.", shown='"0.3%"'
    )
    bulk_checks: Flag = setting(
        True,
        "Do not send to more than 5,000 people at one provider while `digest doctor` sees that something is missing "
        "which such providers demand: SPF, DKIM, DMARC, one-click unsubscribing.",
        shown="true",
    )


class NotifyTable(Table):
    """Who hears when an issue went out, waits or failed."""

    email: Address = setting("", "Address that is told.", shown="nobody")
    webhook: UrlOrSecret = setting("", "Web address that gets each notice as JSON.", shown="none")
    ping: UrlOrSecret = setting(
        "", "Web address called after every healthy run; its silence is the alarm.", shown="none"
    )


class DkimTable(Table):
    """Signs every message in the name of your domain. `digest dkim keygen` makes a key and prints its DNS record."""

    key: Secret = setting(
        None,
        "Where the private key (PEM, RSA or Ed25519) stands: never in this file.",
        needed='make one with "digest dkim keygen" and write key = { file = "dkim-digest.pem" }',
    )
    selector: Selector = setting("digest", "Name under which its public half is published in DNS.")
    domain: Domain = setting(
        "", "Domain that signs; DMARC counts it when it belongs to `from`.", shown="that of `from`"
    )
    second_key: Secret = setting(
        None, "A second key, such as Ed25519 beside RSA: each message then carries two signatures.", shown="none"
    )
    second_selector: Selector = setting("", "Selector of the second key.", shown="none")


class BouncesTable(Table):
    """Where undeliverable mail returns to, and where it is looked for."""

    address: BounceAddress = setting(
        "", "Envelope sender with a {token} that tells whose mail came back.", shown="the `from` address"
    )
    imap: ImapUrl = setting(
        "", "Mailbox that bounces, complaints and unsubscribes by mail arrive in: imaps://user@host/INBOX.",
        shown="none",
    )  # fmt: skip
    password: Secret = setting(None, "Where the mailbox's password stands: never in this file.", shown="none")
    move_to: Text = setting(
        "", "Folder that messages are moved to once they were acted on.", shown="they stay, marked as read"
    )
    maildir: Text = setting("", "Folder of a Maildir that such mail is delivered to, instead or besides.")


class WebhookTable(Table):
    """A provider's reports by POST to /hooks/NAME of `digest serve`. One table for each; see docs/bounces.md."""

    kind: Annotated[str, _choice(*HOOK_KINDS), Kind("word")] = setting(
        "",
        "Who sends them: ses, mailgun, postmark, sendgrid or generic.",
        shown="NAME if it is one of them, else generic",
    )
    key: Secret = setting(
        None, "Where the secret that signs them stands; for SendGrid its verification key.", shown="none"
    )
    topic: Text = setting("", "For SES: the ARN of the SNS topic. Messages of other topics are refused.")


class ServeTable(Table):
    """The web server for readers (`digest serve`)."""

    listen: Listen = setting("127.0.0.1:8080", "Host and port to listen on.")
    trusted_proxies: Networks = setting([], "Networks of proxies whose X-Forwarded-For is believed.")


class FetchTable(Table):
    """How articles are fetched."""

    allow_hosts: Hosts = setting([], "Hosts or networks that may be private; others on private networks are refused.")
    every: Duration = setting(
        None, "How often `run` and `send --due` look at each source while no issue is due.", shown="3 hours"
    )
    recheck: Flag = setting(
        True,
        "Ask for an issue's articles and pictures once more before it freezes: what was taken back is left out, what "
        "was corrected is used, a picture that mail clients would not show is replaced. Takes 40 seconds at most.",
        shown="true",
    )


class StorageTable(Table):
    """Where everything is remembered."""

    url: TextOrSecret = setting("sqlite:///digest.db", "SQLite file, or postgresql://user@host/name.")


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the file; `named` ones stand as `[source.NAME]`, any number of times.

    An `optional` one has settings that are needed, if it is there at all.
    """

    model: type[Table]
    named: bool = False
    optional: bool = False


SECTIONS: dict[str, Section] = {
    "site": Section(SiteTable),
    "source": Section(SourceTable, named=True),
    "list": Section(ListTable, named=True),
    "digest": Section(DigestTable, named=True),
    "relay": Section(RelayTable, named=True),
    "limit": Section(LimitTable, named=True),
    "model": Section(ModelTable, optional=True),
    "theme": Section(ThemeTable),
    "preflight": Section(PreflightTable),
    "delivery": Section(DeliveryTable),
    "notify": Section(NotifyTable),
    "dkim": Section(DkimTable, optional=True),
    "bounces": Section(BouncesTable),
    "webhook": Section(WebhookTable, named=True),
    "serve": Section(ServeTable),
    "fetch": Section(FetchTable),
    "storage": Section(StorageTable),
}


def keys_of(model: type[Table]) -> dict[str, Any]:
    """Each key as written in the file -> pydantic's description of it."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def kind_of(field: Any) -> Kind:
    return next(mark for mark in field.metadata if isinstance(mark, Kind))


def table_inside(field: Any) -> type[Table] | None:
    """The table that a setting is, such as `summary`; None for a plain value."""
    candidates = getattr(field.annotation, "__args__", (field.annotation,))
    return next((one for one in candidates if isinstance(one, type) and issubclass(one, Table)), None)
