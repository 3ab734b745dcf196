"""The header block of every message, as pieces: encoded and folded once per issue, spliced per recipient.

Writes RFC 5322 headers with RFC 2047 encoded words, the list headers of RFC 2369, RFC 2919 and RFC 8058, and those
that keep vacation replies away (RFC 3834 section 2). Must not import Jinja2, MJML or Babel; the standard library's
`email` is imported only while building.

Invariant: no line is longer than 78 octets unless one address makes it so, none holds a control character, and
nothing a stranger wrote (subject, names) reaches a header without `encoded` or `phrase`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from digest.errors import DigestError
from digest.model import Issue, Mailbox, Sending, has_control
from digest.render.segments import Fill, Links, Piece, Values

_LINE = 76
_WORD = 75  # RFC 2047 section 2: an encoded word is at most 75 characters
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_SIMPLE = re.compile(r"[!-~]+(?: [!-~]+)*")
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = ["_" if byte == 0x20 else chr(byte) if byte in _Q_SAFE else f"={byte:02X}" for byte in range(256)]


def header_pieces(issue: Issue, *, boundary: str, locale: str) -> tuple[Piece, ...]:
    """The whole block, down to the empty line that ends it."""
    sending = issue.sending
    subject = f"[test] {issue.subject}" if sending.test else issue.subject
    pieces: list[Piece] = [f"From: {mailbox(sending.sender, used=6)}\r\n"]
    if sending.reply_to:
        pieces.append(f"Reply-To: {mailbox(sending.reply_to, used=10)}\r\n")
    pieces += ["To: ", Fill("to", "verbatim"), "\r\n"]
    pieces.append(f"Subject: {unstructured(subject, used=9, field='subject')}\r\n")
    pieces.append(f"Date: {_date(sending.date, issue.timezone)}\r\n")
    pieces += ["Message-ID: <", Fill("message_id", "verbatim"), f"@{sending.message_id_domain}>\r\n"]
    pieces.append("MIME-Version: 1.0\r\n")
    pieces += _list_pieces(issue)
    if sending.feedback_id:
        pieces.append(f"Feedback-ID: {_token(sending.feedback_id, 'feedback_id')}\r\n")
    pieces.append("Auto-Submitted: auto-generated\r\nPrecedence: bulk\r\nX-Auto-Response-Suppress: All\r\n")
    if sending.test:
        pieces.append("X-Digest-Test: yes\r\n")
    pieces.append(f"Content-Language: {locale}\r\n")
    pieces.append(f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n')
    return tuple(pieces)


def links_for(issue: Issue) -> Links:
    """How tokens become addresses for this issue. A `public_url` makes https links, otherwise they are `mailto:`."""
    sending = issue.sending
    unsubscribe = f"{_base(sending)}/u/{{token}}" if sending.public_url else _mailto(sending)
    return Links(
        unsubscribe=unsubscribe,
        message_id_domain=_token(sending.message_id_domain, "message_id_domain"),
        sender=sending.bounce_address or str(sending.sender.address),
        date=sending.date,
        timezone=issue.timezone,
        test=sending.test,
    )


def to_header(values: Values) -> str:
    """`Name <address>` for one recipient; a name that could harm a header is left out, the address never is.

    Raises `DigestError` for an address with a control character: it should never have come this far.
    """
    recipient = values.recipient
    address = recipient.address
    if not address.isprintable() or has_control(address) or " " in address:
        raise DigestError("an address with a control character cannot be mailed", where=repr(address))
    name = values["name"]
    if not name:
        return address
    if len(name) <= 40 and _ATOMS.fullmatch(name):
        return f"{name} <{address}>" if len(name) + len(address) < 68 else f"{name}\r\n <{address}>"
    words = _recipient_phrase(name)
    return _with_address(words, address, used=4) if words else address


@lru_cache(maxsize=4096)
def _recipient_phrase(name: str) -> str:
    """Remembered, because encoded words cost 5 us and the same names come again and again."""
    # what is printable holds no control, surrogate, separator or override; asking that first takes 30 ns, not 2 us
    return "" if not name.isprintable() and has_control(name) else phrase(name, used=4)


def mailbox(value: Mailbox, *, used: int) -> str:
    """A mailbox from the configuration; control characters are refused."""
    _refuse_controls(value.name, "a sender's name")
    address = str(value.address)
    return _with_address(phrase(value.name, used=used), address, used=used) if value.name else address


def _with_address(words: str, address: str, *, used: int) -> str:
    last = len(words) - words.rfind("\n") - 1
    separator = " " if last + used + len(address) + 3 <= _LINE else "\r\n "
    return f"{words}{separator}<{address}>"


def phrase(value: str, *, used: int) -> str:
    """A display name (RFC 5322 section 3.2.5): atoms as they are, else a quoted string, else encoded words."""
    if _ATOMS.fullmatch(value) and "=?" not in value and used + len(value) <= _LINE:
        return value
    if value.isascii() and value.isprintable() and value == value.strip() and used + len(value) + 2 <= _LINE - 6:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"' if "=?" not in value else encoded(value, used=used)
    return encoded(value, used=used)


def unstructured(value: str, *, used: int, field: str) -> str:
    """A subject: plain and folded at its blanks where that is exact, encoded words otherwise."""
    _refuse_controls(value, f"the {field}")
    if not value.strip():
        raise DigestError(f"the {field} is empty", try_=f"give the issue a {field}")
    if not (_SIMPLE.fullmatch(value) and "=?" not in value) or max(map(len, value.split(" "))) > 60:
        return encoded(value, used=used)
    lines, room = [""], _LINE - used
    for word in value.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append(word)
            room = _LINE - 1
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return "\r\n ".join(lines)


def encoded(value: str, *, used: int) -> str:
    """RFC 2047 encoded words, one per line, never splitting a character or a mark from its letter.

    The shorter of the Q and B encodings for the whole value; decoding concatenates the words exactly.
    """
    whole = _q_word(value)
    q_length, octets = len(whole) - len("=?utf-8?q??="), len(value.encode("utf-8"))
    make = _q_word
    if q_length > (octets + 2) // 3 * 4:
        make, whole = _b_word, _b_word(value)
    if len(whole) <= min(_WORD, _LINE - used):
        return whole
    words: list[str] = []
    chunk = ""
    for cluster in _clusters(value):
        room = min(_WORD, _LINE - used) if not words else _WORD
        if chunk and len(make(chunk + cluster)) > room:
            words.append(make(chunk))
            chunk = cluster
        else:
            chunk += cluster
    words.append(make(chunk))
    return "\r\n ".join(words)


def _clusters(value: str) -> Iterator[str]:
    """Letters with their marks, at most eight characters: a split elsewhere shows as boxes in old clients."""
    import unicodedata

    cluster = ""
    for char in value:
        joined = cluster.endswith("\u200d") or char == "\u200d" or unicodedata.category(char) in ("Mn", "Mc", "Me")
        if cluster and not (joined and len(cluster) < 8):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def _q_word(value: str) -> str:
    return f"=?utf-8?q?{''.join([_Q[byte] for byte in value.encode()])}?="


def _b_word(value: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(value.encode()).decode('ascii')}?="


def _list_pieces(issue: Issue) -> list[Piece]:
    sending = issue.sending
    list_id = _token(sending.list_id, "list_id")
    name = phrase(issue.title, used=9) if issue.title and not has_control(issue.title) else ""
    pieces: list[Piece] = [f"List-Id: {name}\r\n <{list_id}>\r\n" if name else f"List-Id: <{list_id}>\r\n"]
    token = Fill("unsubscribe_token", "verbatim")
    before, after = _mailto(sending).split("{token}")
    if sending.public_url:
        pieces += [f"List-Unsubscribe: <{_base(sending)}/u/", token, f">,\r\n <{before}", token, f"{after}>\r\n"]
        pieces.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n")
    else:
        pieces += [f"List-Unsubscribe: <{before}", token, f"{after}>\r\n"]
    pieces.append("List-Post: NO\r\n")
    if issue.site.url and issue.site.url.isascii():
        pieces.append(f"List-Archive: <{_token(issue.site.url, 'site url')}>\r\n")
    return pieces


def _base(sending: Sending) -> str:
    return _token(sending.public_url or "", "public_url").rstrip("/")


def _mailto(sending: Sending) -> str:
    return f"mailto:{_token(sending.unsubscribe_email, 'unsubscribe_email')}?subject=unsubscribe%20{{token}}"


def _date(moment: datetime, timezone: str) -> str:
    from email.utils import format_datetime

    return format_datetime(moment.astimezone(ZoneInfo(timezone)))


def _token(value: str, field: str) -> str:
    _refuse_controls(value, field)
    if not value or not value.isascii() or any(char in value for char in ' <>"{}'):
        raise DigestError(
            f"{field} cannot be written into a header",
            where=repr(value),
            why="it is empty, or holds a blank, a bracket or a character outside ASCII",
            try_=f"correct {field} in digest.toml",
        )
    return value


def _refuse_controls(value: str, field: str) -> None:
    if has_control(value):
        raise DigestError(
            f"{field} contains a control character",
            where=repr(value[:120]),
            why="it could forge a header (RFC 5322 section 2.2)",
            try_="remove the character; it often comes from text pasted over several lines",
        )
