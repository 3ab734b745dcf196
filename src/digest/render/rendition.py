"""What freezing stores and workers load: the rendered issue as pieces, and `fill`, which makes a message of them.

Must not import Jinja2, MJML or Babel, directly or otherwise: a sending worker loads this module and nothing heavier.
Reads no clock and no randomness. Invariant (DESIGN rule 3): the message is a function of the stored bytes and the
recipient snapshot, byte for byte, in any process.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from digest.errors import DigestError
from digest.model import Message, Recipient
from digest.render.headers import to_header
from digest.render.mime import Base64Template, SplicedTemplate, quoted_printable, quoted_printable_fill
from digest.render.segments import (
    Condition,
    Fill,
    Links,
    Piece,
    Values,
    conditions,
    pieces_from_plain,
    pieces_to_plain,
    show,
    visible,
)

FORMAT = 1
_KEPT_LAYOUTS = 64


@dataclass(frozen=True, slots=True)
class Part:
    """One body: `pieces` hold decoded text; `encoding` is "quoted-printable" or "base64"."""

    encoding: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Rendition:
    """An issue rendered for one (locale, direction).

    `subject` is the decoded subject, for lists and previews; the headers hold it encoded. `boundary` can occur in
    neither encoding, because quoted-printable writes "=_" as "=3D_" and base64 has no underscore.
    """

    locale: str
    direction: str
    template: str
    subject: str
    boundary: str
    links: Links
    header: tuple[Piece, ...]
    plain: Part
    rich: Part
    _layouts: dict[tuple[bool, ...], Any] = field(default_factory=dict, repr=False, compare=False)
    _asked: list[tuple[Condition, ...]] = field(default_factory=list, repr=False, compare=False)

    def fill(self, recipient: Recipient) -> Message:
        """The message for one recipient. Raises `DigestError` when the snapshot cannot make a lawful message."""
        values = Values(recipient, self.links)
        data = b"".join([part for template in self._layout(values) for part in template.filled(values)])
        sender = self.links.sender
        if "{token}" in sender:
            sender = sender.replace("{token}", values["bounce_token"])
        message_id = f"{values['message_id']}@{self.links.message_id_domain}"
        # RFC 6531: only a local part outside ASCII needs the extension; `EmailAddress` has made the domain A-labels
        utf8 = not recipient.address.isascii()
        return Message(recipient.delivery_id, sender, recipient.address, data, message_id, utf8)

    def html(self, recipient: Recipient) -> str:
        """The HTML body this recipient gets, decoded."""
        return show(self.rich.pieces, Values(recipient, self.links))

    def text(self, recipient: Recipient) -> str:
        """The plain-text body this recipient gets, decoded (format=flowed, so soft line ends are " \\n")."""
        return show(self.plain.pieces, Values(recipient, self.links))

    def headers(self, recipient: Recipient) -> str:
        """The header block this recipient gets, as sent, with CRLF line ends and without the empty line."""
        values = Values(recipient, self.links)
        template = SplicedTemplate()
        template.add(visible(self.header, values), bytes, _header_value)
        return b"".join(template.filled(values)).decode("utf-8").removesuffix("\r\n")

    def conditions(self) -> tuple[Condition, ...]:
        """Every condition on subscribers, once each: their combinations are the layouts a preview can show."""
        if not self._asked:
            found = dict.fromkeys((*conditions(self.plain.pieces), *conditions(self.rich.pieces)))
            self._asked.append(tuple(found))
        return self._asked[0]

    def to_bytes(self) -> bytes:
        """Stable JSON: the same rendition gives the same bytes."""
        links = self.links
        data = {
            "format": FORMAT,
            "locale": self.locale,
            "direction": self.direction,
            "template": self.template,
            "subject": self.subject,
            "boundary": self.boundary,
            "links": {
                "unsubscribe": links.unsubscribe,
                "message_id_domain": links.message_id_domain,
                "sender": links.sender,
                "date": links.date.isoformat(),
                "timezone": links.timezone,
                "test": links.test,
            },
            "header": pieces_to_plain(self.header),
            "plain": {"encoding": self.plain.encoding, "pieces": pieces_to_plain(self.plain.pieces)},
            "rich": {"encoding": self.rich.encoding, "pieces": pieces_to_plain(self.rich.pieces)},
        }
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")

    @classmethod
    def from_bytes(cls, data: bytes) -> Rendition:
        """Read what `to_bytes` wrote. Raises `DigestError` for damage and for formats this program does not know."""
        try:
            stored = json.loads(data)
            version = stored["format"]
        except (ValueError, KeyError, TypeError) as error:
            raise DigestError(
                "a stored rendition cannot be read", why=str(error), try_="restore the database from a backup"
            ) from error
        if version != FORMAT:
            raise DigestError(
                f"a stored rendition has format {version}",
                why=f"this program knows format {FORMAT}",
                try_="run the version of digest that froze this issue, or a newer one",
            )
        return _read(stored)

    def _layout(self, values: Values) -> Layout:
        """The encoded templates for this combination of conditions; a digest has few, and they are kept."""
        asked = self.conditions()
        key = tuple([condition.holds(values) for condition in asked]) if asked else ()
        layout: Layout | None = self._layouts.get(key)
        if layout is None:
            if len(self._layouts) >= _KEPT_LAYOUTS:
                self._layouts.clear()
            layout = self._layouts[key] = self._encoded(values)
        return layout

    def _encoded(self, values: Values) -> Layout:
        """One spliced template, or several with base64 parts between them."""
        layout: Layout = [SplicedTemplate()]
        _add(layout, visible(self.header, values))
        for part, content_type in ((self.plain, _PLAIN), (self.rich, _RICH)):
            # the CRLF before a delimiter belongs to it (RFC 2046 section 5.1.1); a part's own last line has another
            start = "" if part is self.plain else "\r\n"
            _add(layout, [f"{start}--{self.boundary}\r\n{_part_header(part, content_type)}"])
            pieces = visible(part.pieces, values)
            if part.encoding == "base64":
                layout.append(Base64Template(pieces))
            else:
                _last(layout).add(pieces, quoted_printable, quoted_printable_fill)
        _add(layout, [f"\r\n--{self.boundary}--\r\n"])
        return layout


Layout: TypeAlias = "list[SplicedTemplate | Base64Template]"


def _last(layout: Layout) -> SplicedTemplate:
    if not isinstance(layout[-1], SplicedTemplate):
        layout.append(SplicedTemplate())
    last = layout[-1]
    assert isinstance(last, SplicedTemplate)
    return last


def _add(layout: Layout, pieces: Iterable[str | Fill]) -> None:
    _last(layout).add(pieces, bytes, _header_value)


_PLAIN = "text/plain; charset=utf-8; format=flowed; delsp=no"
_RICH = "text/html; charset=utf-8"


def _part_header(part: Part, content_type: str) -> str:
    return f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {part.encoding}\r\n\r\n"


def _header_value(fill: Fill, values: Values) -> bytes:
    return (to_header(values) if fill.slot == "to" else values[fill.slot]).encode("utf-8")


def _read(stored: Mapping[str, Any]) -> Rendition:
    links = dict(stored["links"])
    links["date"] = datetime.fromisoformat(links["date"])
    return Rendition(
        locale=stored["locale"],
        direction=stored["direction"],
        template=stored["template"],
        subject=stored["subject"],
        boundary=stored["boundary"],
        links=Links(**links),
        header=pieces_from_plain(stored["header"]),
        plain=Part(stored["plain"]["encoding"], pieces_from_plain(stored["plain"]["pieces"])),
        rich=Part(stored["rich"]["encoding"], pieces_from_plain(stored["rich"]["pieces"])),
    )
