"""Reads one value of digest.toml: what TOML gave in, what the program works with out, or a refusal in plain words.

Knows no table, no file and no line; the caller adds those. Every reader takes whatever stands in the file, whatever
its type, and raises `Refused` with what is wrong and what to write instead.

Why own readers and not pydantic's: its messages ("Input should be a valid string") name neither the mistake a person
made nor the way out, and half of our values (schedules, zones, senders, durations) are words of this program anyway.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from digest.config.places import KeyPath
from digest.config.suggest import did_you_mean, listed, nearest
from digest.errors import AddressError
from digest.model import EmailAddress, Mailbox, has_control


class Refused(ValueError):
    """A value that cannot be used. `at` leads to the bad part when the value is a list or a table."""

    def __init__(self, what: str, try_: str, *, at: KeyPath = ()) -> None:
        super().__init__(what)
        self.what, self.try_, self.at = what, try_, at


class Several(ValueError):
    """More than one bad part in one value."""

    def __init__(self, parts: list[Refused]) -> None:
        super().__init__("; ".join(part.what for part in parts))
        self.parts = parts


# --- plain values --------------------------------------------------------------------------------------------------


def described(value: Any) -> str:
    """The value as a person would name it: `the number 5`, `true`, `a list`, `"text"`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, (datetime, date, time)):
        return f"the date or time {value}"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a table"
    return f'"{value[:60]}..."' if len(value) > 63 else f'"{value}"'


def text(value: Any) -> str:
    """One line of text, trimmed. Control characters are refused here, before anything parses the text."""
    if not isinstance(value, str):
        raise Refused(f"must be text, not {described(value)}", "put quotes around it")
    trimmed: str = value.strip()
    if has_control(trimmed):
        raise Refused("contains a line break or an invisible control character", "write it on one line, typed by hand")
    return trimmed


def lines(value: Any) -> str:
    """Text that may run over several lines, such as a postal address; the lines are joined with commas."""
    if not isinstance(value, str):
        raise Refused(f"must be text, not {described(value)}", "put quotes around it")
    return text(", ".join(line.strip(" ,\t\r") for line in value.splitlines() if line.strip(" ,\t\r")))


def whole(low: int, high: int) -> Callable[[Any], int]:
    """A reader for whole numbers from `low` to `high`."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refused(f"must be a whole number, not {described(value)}", f"write a number from {low} to {high}")
        if not low <= value <= high:
            raise Refused(f"must be from {low} to {high}, not {value}", f"write a number from {low} to {high}")
        return value

    return read


def flag(value: Any) -> bool:
    """true or false; as text too, which is what the environment has."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise Refused(f"must be true or false, not {described(value)}", "write true or false, without quotes")


def one_of(*choices: str) -> Callable[[Any], str]:
    """A reader for one of a few words."""

    def read(value: Any) -> str:
        word = text(value)
        if word in choices:
            return word
        allowed = listed(f'"{choice}"' for choice in choices)
        raise Refused(f"{described(word)} is not a choice here{did_you_mean(word, choices)}", f"write {allowed}")

    return read


def each(read: Callable[[Any], str]) -> Callable[[Any], list[str]]:
    """A reader for lists whose every element `read` accepts; all bad elements are reported, not the first."""

    def read_all(value: Any) -> list[str]:
        if not isinstance(value, list):
            example = value if isinstance(value, str) and value else "..."
            raise Refused(f"must be a list, not {described(value)}", f'write ["{example}"], with brackets')
        good, bad = [], []
        for index, item in enumerate(value):
            try:
                good.append(read(item))
            except Refused as error:
                bad.append(Refused(error.what, error.try_, at=(index, *error.at)))
        if bad:
            raise Several(bad)
        return good

    return read_all


# --- times ---------------------------------------------------------------------------------------------------------

_UNITS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hr": 3600, "hour": 3600,
          "d": 86400, "day": 86400, "w": 604800, "week": 604800}  # fmt: skip
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)[\s,]*")
_LONGEST_S = 366 * 86400.0


def duration(value: Any) -> float:
    """Seconds from "12h", "30m", "2 days" or "1h 30m"."""
    how = 'write it like "30m", "12h" or "2 days"'
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise Refused(f"{described(value)} has no unit", how)
    written = text(value).lower()
    seconds, end = 0.0, 0
    for part in _PART.finditer(written):
        unit = _UNITS.get(part[2]) or _UNITS.get(part[2].removesuffix("s"))
        if part.start() != end or unit is None:
            break
        seconds, end = seconds + float(part[1]) * unit, part.end()
    if not written or end != len(written):
        raise Refused(f"{described(written)} is not a length of time", how)
    if not 0 < seconds <= _LONGEST_S:
        raise Refused(f"{described(written)} is out of range", "write a time from 1 second to 366 days")
    return seconds


def zone(value: Any) -> str:
    """The name of a time zone of the IANA database, such as "Europe/Dublin"."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        guess = _nearest_zone(name)
        what = f"{described(name)} is not a time zone" + (f'; did you mean "{guess}"?' if guess else "")
        try_ = 'write a region and a city, such as "Europe/Dublin" or "America/New_York"'
        raise Refused(what, f'write "{guess}"' if guess else try_) from None
    return name


def _nearest_zone(name: str) -> str:
    zones = sorted(available_timezones())
    wanted = name.replace(" ", "_").casefold()
    by_city = [known for known in zones if known.rpartition("/")[2].casefold() == wanted.rpartition("/")[2]]
    return by_city[0] if by_city else nearest(name.replace(" ", "_"), zones)


_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|\d{3}))?")


def locale(value: Any) -> str:
    """A language tag (BCP 47) such as "en" or "en-IE"; underscores become hyphens."""
    tag = text(value)
    if not _LOCALE.fullmatch(tag):
        raise Refused(f"{described(tag)} is not a language tag", 'write a code such as "en", "en-IE" or "pt-BR"')
    return tag.replace("_", "-")


# --- shares and looks ----------------------------------------------------------------------------------------------


def percent(value: Any) -> float:
    """A share from "20%": 0.2."""
    written = text(value) if isinstance(value, str) else ""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%", written)
    if not match:
        raise Refused(f"{described(value)} is not a percentage", 'write it like "20%", with quotes')
    return float(match[1]) / 100


def colour(value: Any) -> str:
    """`#rrggbb` in lower case; the short form `#rgb` is spelled out."""
    written = text(value).lower()
    if re.fullmatch(r"#[0-9a-f]{3}", written):
        return "#" + "".join(2 * digit for digit in written[1:])
    if not re.fullmatch(r"#[0-9a-f]{6}", written):
        raise Refused(f"{described(written)} is not a colour", 'write it like "#0b57d0": # and six digits 0-9, a-f')
    return written


def template_name(value: Any) -> str:
    """The name of a template: no folder, no ending."""
    name = text(value)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        bare = re.sub(r"\..*", "", name.replace("\\", "/").rpartition("/")[2]) or "briefing"
        raise Refused(
            f"{described(name)} is not the name of a template",
            f'write "{bare}" and put your own templates into the folder "templates" beside this file',
        )
    return name


def pattern(*placeholders: str) -> Callable[[Any], str]:
    """A reader for text with `{placeholders}`; any other word in braces would reach readers as it stands."""

    def read(value: Any) -> str:
        written = text(value)
        for word in re.findall(r"\{([^{}]*)\}", written):
            if word not in placeholders:
                known = listed(f"{{{name}}}" for name in placeholders)
                raise Refused(f"{{{word}}} means nothing here{did_you_mean(word, placeholders)}", f"use {known}")
        if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", written)):
            raise Refused("has a brace { or } without its partner", "close it, or take it out")
        return written

    return read


# --- addresses -----------------------------------------------------------------------------------------------------


def mailbox(value: Any) -> Mailbox:
    """A name with an address, or an address alone."""
    try:
        return Mailbox.parse(text(value))
    except AddressError as error:
        raise Refused(_joined(error), 'write it as "Riverside Makers <digest@example.org>"') from None


def address(value: Any) -> str:
    """One e-mail address, as it will be mailed."""
    written = text(value)
    if "<" in written:
        raise Refused(f"{described(written)} has a name in it", 'write the address alone, such as "ann@example.org"')
    try:
        return str(EmailAddress.parse(written))
    except AddressError as error:
        raise Refused(_joined(error), 'write it like "ann@example.org"') from None


def addressee(value: Any) -> str:
    """The identity of one address (lower case), or a whole domain written as `example.org` or `@example.org`."""
    written = text(value).removeprefix("@")
    if "@" in written:
        return EmailAddress.parse(address(written)).key
    return EmailAddress.parse(address(f"anybody@{written}")).domain


def domain(value: Any) -> str:
    """A domain's name, as it is asked for in DNS: lower case, A-labels."""
    written = text(value).removeprefix("@").rstrip(".")
    return EmailAddress.parse(address(f"anybody@{written}")).domain


def rate(value: Any) -> str:
    """So many messages in so long: "20/second", "5000/day"."""
    from digest.deliver.limits import parse_rate

    written = text(value)
    try:
        return str(parse_rate(written))
    except ValueError:
        raise Refused(
            f"{described(written)} is not a rate",
            'write a number, a slash and second, minute, hour or day: "20/second"',
        ) from None


def daily_rate(value: Any) -> str:
    """So many messages a day: "500/day"."""
    written = rate(value)
    if not written.endswith("/day"):
        raise Refused(f"{described(written)} is not a number for a day", 'write "50/day", one for each day')
    return written


def day(value: Any) -> date:
    """A day: 2026-12-01, in quotes or without."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    written = text(value)
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Refused(f"{described(written)} is not a day", "write it as 2026-12-01") from None


def domain_or_every(value: Any) -> str:
    """A domain, or `*` for each one by itself."""
    return "*" if text(value) == "*" else domain(value)


def selector(value: Any) -> str:
    """A DKIM selector: a label, or several with dots (RFC 6376 section 3.1)."""
    written = text(value).lower()
    if not re.fullmatch(
        r"(?=.{1,128}\Z)[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?)*", written
    ):
        raise Refused(f"{described(written)} cannot be a selector", 'use letters, digits and hyphens, such as "digest"')
    return written


def bounce_address(value: Any) -> str:
    """An address whose `{token}` tells who it was that bounced (VERP)."""
    written = text(value)
    if written.count("{token}") != 1 or "{token}" not in written.rpartition("@")[0]:
        raise Refused(f"{described(written)} lacks its {{token}}", 'write it like "b+{token}@bounces.example.org"')
    address(written.replace("{token}", "x" * 32))  # a token's length counts against the 64 octets of a local part
    return written


def _joined(error: AddressError) -> str:
    return f"{error.where or 'it'} is {error.what}: {error.why}" if error.why else f"{error.where}: {error.what}"


# --- the web -------------------------------------------------------------------------------------------------------


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address, without port) is this machine for certain."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def web_url(value: Any) -> str:
    """An absolute http or https address without a password in it."""
    written = text(value)
    host = _host_of(written)
    if not re.match(r"https?://", written, re.IGNORECASE) or not host or re.search(r"\s", written):
        bare = re.sub(r"^(?:[a-z]+:)?/*", "", written, flags=re.IGNORECASE)
        looks = re.fullmatch(r"[\w.-]+\.\w{2,}(?:[:/?].*)?", bare)
        raise Refused(
            f"{described(written)} is not a full web address",
            f'write "https://{bare}"' if looks else 'write it whole, such as "https://example.org/feed.xml"',
        )
    if "@" in urlsplit(written).netloc:
        raise Refused(
            "has a user name or password in it, and this file is no place for secrets",
            'take it out and write headers = { Authorization = { env = "NAME_OF_A_VARIABLE" } } in a source',
        )
    return written


def secure_url(value: Any) -> str:
    """A web address that must be https, except on this machine; without a slash at its end."""
    written = web_url(value).rstrip("/")
    if written.lower().startswith("http:") and not is_loopback(_host_of(written)):
        raise Refused(
            f"{described(written)} is not encrypted; mailbox providers follow https links only (RFC 8058)",
            f'write "https:{written[5:]}", and let the web server in front of digest answer for its certificate',
        )
    return written


def logo(value: Any) -> str:
    """A web address as `secure_url` takes it, or the path of a PNG or JPEG file."""
    written = text(value)
    if re.match(r"[a-z][a-z0-9+.-]+:", written, re.IGNORECASE):
        return secure_url(written)
    if not re.search(r"\.(?:png|jpe?g)$", written, re.IGNORECASE):
        raise Refused(
            f"{described(written)} is neither a web address nor a PNG or JPEG file",
            'write "https://example.org/logo.png", or "logo.png" for a file beside this one',
        )
    return written


def url_template(value: Any) -> str:
    """A web address with a place for the name of a file."""
    written = pattern("stem", "name", "path", "id")(value)
    web_url(re.sub(r"\{[^{}]*\}", "x", written))
    if "{" not in written:
        raise Refused("is the same for every file", "put {stem} where the name of the file belongs")
    return written


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when it is not a number
        return parts.hostname or ""
    except ValueError:
        return ""


def listen(value: Any) -> str:
    """`host:port` to listen on."""
    written = text(value)
    host, colon, port = written.rpartition(":")
    if (
        not colon
        or not port.isdigit()
        or not 0 <= int(port) <= 65535
        or not re.fullmatch(r"[\w.-]+|\[[0-9a-fA-F:]+\]", host)
    ):
        raise Refused(f"{described(written)} is not a place to listen", 'write host and port, such as "127.0.0.1:8080"')
    return written


def host_or_network(value: Any) -> str:
    """A host name, an IP address or a network such as 10.0.0.0/8."""
    written = text(value)
    try:
        ipaddress.ip_network(written, strict=False)
    except ValueError:
        if not re.fullmatch(r"(?!-)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*", written) or re.fullmatch(r"[\d.]+", written):
            raise Refused(
                f"{described(written)} is neither a host name nor a network",
                'write it like "intranet.example.org" or "10.0.0.0/8", without http:// and without a port',
            ) from None
    return written


def network(value: Any) -> str:
    """An IP address or a network."""
    written = text(value)
    try:
        return str(ipaddress.ip_network(written, strict=False))
    except ValueError:
        raise Refused(f"{described(written)} is not an IP address or network", 'write it like "127.0.0.1"') from None


def relay_url(value: Any) -> str:
    """The address of a mail server, its password elsewhere. Scheme and port are checked where mail is delivered."""
    written = text(value)
    try:
        secret = urlsplit(written).password
    except ValueError:
        secret = None
    if secret is not None:
        raise Refused(
            "has a password in it, and this file is no place for secrets",
            'take ":..." before the @ out and write password = { file = "smtp-password" }',
        )
    return written


def imap_url(value: Any) -> str:
    """The address of a mailbox: imaps://user@host/FOLDER, or imap:// (encrypted by STARTTLS except on loopback)."""
    written = text(value)
    how = 'write it like "imaps://bounces@mail.example.org/INBOX"'
    try:
        parts = urlsplit(written)
        host, user, secret, _ = parts.hostname, parts.username, parts.password, parts.port
    except ValueError:
        raise Refused(f"{described(written)} is not the address of a mailbox", how) from None
    if secret is not None:
        raise Refused(
            "has a password in it, and this file is no place for secrets",
            'take ":..." before the @ out and write password = { file = "imap-password" }',
        )
    if parts.scheme not in ("imaps", "imap") or not host or not user or parts.query or parts.fragment:
        raise Refused(f"{described(written)} is not the address of a mailbox", f"{how}; an @ in the user name is %40")
    return written


def unknown_key(word: str, known: Iterable[str]) -> Refused:
    """The refusal of a key that does not exist."""
    known = sorted(known)
    guess = nearest(word, known)
    try_ = f'write "{guess}" instead of "{word}"' if guess else f"take it out; known here: {', '.join(known)}"
    return Refused(f'unknown setting "{word}"{did_you_mean(word, known)}', try_)
