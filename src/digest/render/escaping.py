"""Values on their way into an email: cleaned, checked as links, escaped for the exact place they stand in.

One function per place, used by the compiler (article text, once per issue) and by `fill` (subscriber text, once per
message), so that both escape alike. Must not import Jinja2, MJML or Babel: a sending worker loads this.

Invariant: whatever the input, the output cannot end the text, attribute, URL component or line it is put in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import quote, urlsplit

from digest.errors import DigestError

# Characters no email may carry inside a value: C0 except tab and newline, DEL and C1, lone surrogates, and the
# bidirectional embeddings and overrides with which one title could reorder the words around it (UAX #9 section 2).
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_BLANKS = re.compile(r"[\t\n ]+")
_HTML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&#34;", ord("'"): "&#39;"}
_ATTRIBUTE = {**_HTML, ord("\n"): " ", ord("\t"): " "}
_SCHEMES = frozenset({"http", "https", "mailto"})
_URL_UNSAFE = re.compile(r"[\s\x00-\x20\x7f-\xa0\\]")


def clean(value: str) -> str:
    """`value` without control characters; CRLF and CR become LF."""
    if value.isprintable():
        return value
    return _UNWANTED.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


def text(value: str) -> str:
    """Character data between tags (also RCDATA: `title`)."""
    return clean(value).translate(_HTML)


def attribute(value: str) -> str:
    """Inside a quoted attribute value; on one line, because clients disagree about newlines in attributes."""
    return clean(value).translate(_ATTRIBUTE)


def url(value: str) -> str:
    """A whole link that was checked by `check_link`, inside a quoted attribute."""
    return attribute(value)


def url_part(value: str) -> str:
    """One component of a link, percent-encoded whole (RFC 3986 section 2.1): it can supply neither scheme nor host."""
    return quote(clean(value), safe="")


def url_piece(value: str) -> str:
    """A component that the template has percent-encoded already (`|urlencode`)."""
    return attribute(quote(clean(value), safe="%/:?#[]@!$&'()*+,;=-._~"))


def plain(value: str) -> str:
    """In the plain-text part: one line, single blanks, so that a value cannot forge a line or a quote."""
    value = clean(value)
    return value if value.isprintable() and "  " not in value else _BLANKS.sub(" ", value)


def plain_start(value: str) -> str:
    """As `plain`, at the start of a line: space-stuffed (RFC 3676 section 4.4)."""
    return stuffed(plain(value))


def stuffed(line: str) -> str:
    return " " + line if line.startswith((" ", ">", "From ")) else line


ESCAPES: dict[str, Callable[[str], str]] = {
    "text": text,
    "title": text,
    "attribute": attribute,
    "url": url,
    "url_part": url_part,
    "url_piece": url_piece,
    "plain": plain,
    "plain_start": plain_start,
    "verbatim": str,
}


@lru_cache(maxsize=4096)  # the contract asks first, and the place it lands in again
def check_link(address: str) -> str:
    """Why `address` may not stand in an email's link or image, or "" when it may.

    http and https need a host, mailto an address; anything else (javascript:, data:, file:, a relative path, which
    an email has no base for) is refused.
    """
    if not address:
        return "it is empty"
    if _URL_UNSAFE.search(address):
        return "it contains a space, a backslash or a control character"
    try:
        parts = urlsplit(address)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in _SCHEMES:
        return f"its scheme is {parts.scheme!r}, not http, https or mailto" if parts.scheme else "it has no scheme"
    if parts.scheme == "mailto":
        return "" if "@" in parts.path else "no address follows mailto:"
    return "" if host else "it has no host"


def usable_link(address: str | None) -> str | None:
    """`address` fit for a link, or None. Blanks and controls are percent-encoded as browsers do, the rest is kept."""
    if not address:
        return None
    address = clean(address.strip())
    fixed = _URL_UNSAFE.sub(lambda found: quote(found[0], safe=""), address)
    return None if check_link(fixed) else fixed


def checked_link(address: str, *, where: str) -> str:
    """`address`, or a `DigestError` naming what is wrong with it."""
    why = check_link(address)
    if why:
        raise DigestError(
            "not a usable link", where=f"{where} {address[:200]!r}", why=why, try_="use an absolute https:// address"
        )
    return address
