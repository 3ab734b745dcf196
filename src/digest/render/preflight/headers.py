"""The header block and the bytes: what relays and filters look at first."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from digest.render.preflight.sample import Hits, Inspection

_ONCE = ("from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "list-unsubscribe",
         "list-unsubscribe-post", "list-id")  # fmt: skip
_ADDRESS = re.compile(r"(?:.*<)?\s*([^<>\s\"]+@[^<>\s\"]+)\s*>?$")
_FREE = frozenset({
    "gmail.com", "googlemail.com", "yahoo.com", "outlook.com", "hotmail.com", "live.com", "aol.com", "icloud.com",
    "gmx.de", "gmx.net", "web.de", "proton.me",
})  # fmt: skip


def present(look: Inspection) -> Hits:
    sample = look.sample
    if not _ADDRESS.match(sample.field("from")):
        yield "header-from", f"From is {sample.field('from')[:60]!r}", "header From"
    if sample.address not in sample.field("to"):
        yield "header-to", "To does not name the reader", "header To"
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", sample.field("message-id")):
        yield "header-message-id", f"it is {sample.field('message-id')[:60]!r}", "header Message-ID"
    if sample.field("mime-version") != "1.0":
        yield "header-mime", "MIME-Version: 1.0 is missing", "header MIME-Version"
    if not re.search(r"<[^<>\s]+\.[^<>\s]+>\s*$", sample.field("list-id")):
        yield "header-list-id", f"List-Id is {sample.field('list-id')[:60]!r}", "header List-Id"
    if not sample.field("auto-submitted").startswith("auto-"):
        yield "header-auto", "Auto-Submitted is missing", "header Auto-Submitted"
    if sample.field("content-language") not in ("", look.rendition.locale):
        yield "header-language", f"it says {sample.field('content-language')}", "header Content-Language"
    names = [name for name, _ in sample.fields]
    for name in _ONCE:
        if names.count(name) > 1:
            yield "header-repeated", f"{name} stands {names.count(name)} times", f"header {name}"


def leaving(look: Inspection) -> Hits:
    value = look.sample.field("list-unsubscribe")
    targets = re.findall(r"<([^<>]*)>", value)
    good = [target for target in targets if target.startswith(("https://", "mailto:"))]
    if not good or any(target.startswith("http://") for target in targets):
        yield "header-unsubscribe", f"it is {value[:80]!r}", "header List-Unsubscribe"
    post = look.sample.field("list-unsubscribe-post")
    wanted = any(target.startswith("http") for target in targets) or bool(look.issue.sending.public_url)
    if wanted and post != "List-Unsubscribe=One-Click":
        yield "header-one-click", f"it is {post[:60]!r}", "header List-Unsubscribe-Post"


def dated(look: Inspection) -> Hits:
    value, wanted = look.sample.field("date"), look.issue.sending.date
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        yield "header-date", f"Date is {value[:60]!r}", "header Date"
        return
    if moment.tzinfo is None or abs(moment - wanted) > timedelta(minutes=1):
        yield "header-date", f"Date is {value}, the issue's instant is {wanted.isoformat()}", "header Date"
    elif moment.utcoffset() != wanted.astimezone(ZoneInfo(look.issue.timezone)).utcoffset():
        yield "header-zone", f"{value} is not {look.issue.timezone}", "header Date"


def aligned(look: Inspection) -> Hits:
    found = _ADDRESS.match(look.sample.field("from"))
    if not found:
        return
    own = found[1].rpartition("@")[2].lower()
    bounces = look.rendition.links.sender.rpartition("@")[2].lower()
    if own in _FREE:
        yield "header-alignment", f"From is at {own}, which refuses mail that others send for it", "header From"
    elif not _related(own, bounces):
        yield "header-alignment", f"From is at {own}, bounces go to {bounces}", "envelope sender"


def _related(one: str, other: str) -> bool:
    """Relaxed alignment: one below the other, or siblings under a domain of three labels."""
    if one == other or one.endswith(f".{other}") or other.endswith(f".{one}"):
        return True
    return one.split(".")[1:] == other.split(".")[1:] and one.count(".") > 1


def bytes_on_the_wire(look: Inspection) -> Hits:
    data = look.sample.data
    if not data.isascii():
        line = next(number for number, text in enumerate(data.split(b"\n"), 1) if not text.isascii())
        internal = not look.sample.address.isascii() and line < 4
        if not internal:
            yield "header-7bit", "an octet over 127", f"message line {line}"
    if data.count(b"\n") != data.count(b"\r\n") or data.count(b"\r") != data.count(b"\r\n"):
        yield "header-line", "a line ends in CR or LF alone", "message"
    for number, text in enumerate(data.split(b"\r\n"), 1):
        if len(text) > 998:
            yield "header-line", f"{len(text)} octets", f"message line {number}"


def parts(look: Inspection) -> Hits:
    kind = look.sample.field("content-type").lower()
    if not kind.startswith("multipart/alternative"):
        yield "header-parts", f"Content-Type is {kind[:40]!r}", "header Content-Type"
    body = look.sample.data.partition(b"\r\n\r\n")[2]
    kinds = re.findall(rb"^Content-Type: (text/\w+)", body, re.MULTILINE)
    if kinds != [b"text/plain", b"text/html"]:
        yield "header-parts", f"the parts are {', '.join(kind.decode() for kind in kinds)}", "message"


CHECKS = (present, leaving, dated, aligned, bytes_on_the_wire, parts)
