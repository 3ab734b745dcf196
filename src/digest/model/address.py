"""E-mail addresses and names as types: refused at the border, trusted behind it.

Invariant: an `EmailAddress` holds no control character, no whitespace and no more than 254 octets, so it can be
written into an SMTP command or a header without any further check (RFC 5321 section 4.5.3.1, RFC 5322 section 3.4.1).
The control-character check comes before any other parsing: `email.utils.parseaddr` of some CPython releases cuts the
address at CR or LF and so hides an injection (seen in 3.11.7).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from digest.errors import AddressError

# RFC 5322 section 3.2.3 atext, dot-separated; RFC 6531 adds every non-ASCII character (checked by category below).
_ATEXT = r"A-Za-z0-9!#$%&'*+/=?^_`{|}~\-"
_LOCAL = re.compile(rf"[{_ATEXT}\u0080-\U0010ffff]+(?:\.[{_ATEXT}\u0080-\U0010ffff]+)*")
_PLAIN = re.compile(
    rf"([{_ATEXT}]+(?:\.[{_ATEXT}]+)*)@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,61}}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{{0,61}}[A-Za-z0-9])"
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_BAD_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def has_control(text: str) -> bool:
    """Whether `text` holds a character that must never reach a header, command or log line.

    That is C0, C1, DEL, surrogates, line and paragraph separators, and the bidirectional overrides that make a
    displayed name lie. Zero-width joiners stay allowed: names in Hindi, Persian and emoji need them.
    """
    if text.isascii():
        return not text.isprintable()
    return any(
        unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
        or char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        for char in text
    )


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address that may be mailed: `local` as given, `domain` as lower-case A-labels (RFC 5890).

    `key` is the identity used for lists, suppression and ledger: the whole address lower-cased. Local parts are
    case-sensitive by RFC 5321 section 2.4, but no mailbox provider treats them so and people type both.
    """

    local: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> EmailAddress:
        """Read `text` (surrounding blanks allowed). Raises `AddressError` saying what is wrong with it."""
        text = text.strip(" \t\u00a0")
        plain = _PLAIN.fullmatch(text)
        if plain and len(text) <= 254 and len(plain[1]) <= 64:
            return cls(plain[1], plain[2].lower())
        return _parse_slowly(text)

    @property
    def key(self) -> str:
        return f"{self.local.lower()}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """RFC 6531: only a non-ASCII local part needs the extension; the domain is already A-labels."""
        return not self.local.isascii()

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def _parse_slowly(text: str) -> EmailAddress:
    def refuse(why: str, try_: str = "write it as name@domain.tld") -> AddressError:
        return AddressError("not a usable e-mail address", where=repr(text[:120]), why=why, try_=try_)

    if not text:
        raise refuse("it is empty")
    if has_control(text) or any(unicodedata.category(char) in _BAD_CATEGORIES for char in text):
        raise refuse("it contains a control or invisible character", "retype the address by hand")
    if any(char.isspace() for char in text):
        raise refuse("it contains a space", "remove the space, or put one address per row")
    if text.count("@") == 0:
        raise refuse("there is no @ in it")
    local, _, domain = text.rpartition("@")
    if "@" in local:
        raise refuse("there is more than one @ in it")
    if not local:
        raise refuse("nothing stands before the @")
    if len(local.encode()) > 64:
        raise refuse("the part before the @ is longer than 64 octets (RFC 5321 section 4.5.3.1.1)")
    if not _LOCAL.fullmatch(local):
        raise refuse("the part before the @ has a character or a dot where none may stand")
    return EmailAddress(local, _domain(domain, refuse_text=text))


@lru_cache(maxsize=4096)
def _ascii_domain(domain: str) -> str:
    import idna  # lazy: only addresses outside ASCII pay for its tables

    return idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")


def _domain(domain: str, *, refuse_text: str) -> str:
    def refuse(why: str) -> AddressError:
        return AddressError(
            "not a usable e-mail address", where=repr(refuse_text[:120]), why=why, try_="check the part after the @"
        )

    if not domain:
        raise refuse("nothing stands after the @")
    if domain.startswith("[") or re.fullmatch(r"[\d.]+", domain):
        raise refuse("its domain is an IP address")
    if "." not in domain.strip("."):
        raise refuse("its domain has no dot")
    if domain.startswith(".") or domain.endswith(".") or ".." in domain:
        raise refuse("its domain has an empty label")
    try:
        ascii_domain = domain.lower() if domain.isascii() else _ascii_domain(domain)
    except Exception as error:
        raise refuse(f"its domain is not a valid internationalised name ({error})") from error
    if not all(_LABEL.fullmatch(label) for label in ascii_domain.split(".")):
        raise refuse("its domain has a character that no domain may have")
    if ascii_domain.rsplit(".", 1)[1].isdigit():
        raise refuse("its top-level domain is a number")
    if len(refuse_text.encode()) > 254 or len(ascii_domain) > 253:
        raise refuse("it is longer than 254 octets (RFC 5321 section 4.5.3.1.3)")
    return ascii_domain


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name and an address: `Riverside Makers <digest@riverside-makers.example>` (RFC 5322 section 3.4)."""

    name: str
    address: EmailAddress

    @classmethod
    def parse(cls, text: str) -> Mailbox:
        """Read `Name <address>` or a bare address. Raises `AddressError`."""
        if has_control(text):
            raise AddressError(
                "not a usable sender",
                where=repr(text[:120]),
                why="it contains a control character",
                try_='write it as "Name <name@domain.tld>"',
            )
        match = re.fullmatch(r"\s*(?:\"?(?P<name>[^\"<>]*?)\"?\s*<(?P<inner>[^<>]+)>|(?P<bare>[^<>\s]+))\s*", text)
        if not match:
            raise AddressError(
                "not a usable sender",
                where=repr(text[:120]),
                why="it is neither an address nor a name with an address in angle brackets",
                try_='write it as "Name <name@domain.tld>"',
            )
        return cls((match["name"] or "").strip(), EmailAddress.parse(match["inner"] or match["bare"]))

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else str(self.address)


# RFC 2606 and RFC 6761: names that never belong to anybody. Mail to them is a mistake outside a demo.
RESERVED_TLDS = frozenset({"example", "test", "invalid", "localhost", "local"})
RESERVED_DOMAINS = frozenset({"example.com", "example.net", "example.org"})


def is_reserved_domain(domain: str) -> bool:
    """Whether `domain` (lower-case) is reserved for documentation and tests (RFC 2606 sections 2 and 3)."""
    labels = domain.split(".")
    return labels[-1] in RESERVED_TLDS or ".".join(labels[-2:]) in RESERVED_DOMAINS
