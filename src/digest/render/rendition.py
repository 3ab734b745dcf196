"""What freezing stores and workers load: the rendered issue as pieces, and `fill`, which makes a message of them.

Must not import Jinja2, MJML or Babel, directly or otherwise: a sending worker loads this module and nothing heavier.
Reads no clock and no randomness. Invariant (DESIGN rule 3): the message is a function of the stored bytes and the
recipient snapshot, byte for byte, in any process.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from digest.errors import DigestError
from digest.model import Message, Recipient
from digest.render import inline as inlines
from digest.render import webpage
from digest.render.inline import Inline
from digest.render.ready import ready_for
from digest.render.segments import (
    Condition,
    Links,
    Piece,
    Values,
    conditions,
    pieces_from_plain,
    pieces_to_plain,
    show,
    visible,
)
from digest.render.splicing import Layout

FORMAT = 2  # 2: conditions may be joined by and, or; and ask for a locale
_READABLE = (1, 2)
_KEPT_LAYOUTS = 64
_MAILED = ("has", "address")  # whoever is mailed has one; only the web page's nobody has not


@dataclass(frozen=True, slots=True)
class Part:
    """One body: `pieces` hold decoded text; `encoding` is "quoted-printable" or "base64"."""

    encoding: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Rendition:
    """An issue rendered for one (locale, direction).

    `subject` is the decoded subject, for lists and previews; the headers hold it encoded. `boundary` can occur in
    neither encoding, because quoted-printable writes "=_" as "=3D_" and base64 has no underscore. `inline` are the
    files that the HTML shows by `cid:`.
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
    inline: tuple[Inline, ...] = ()

    def fill(self, recipient: Recipient) -> Message:
        """The message for one recipient. Raises `DigestError` when the snapshot cannot make a lawful message."""
        return self._press(recipient)

    def html(self, recipient: Recipient) -> str:
        """The HTML body this recipient gets, decoded."""
        return show(self.rich.pieces, Values(recipient, self.links))

    def page(self, recipient: Recipient) -> str:
        """As `html`, for a browser: with the inline files in it."""
        return inlines.for_browsers(self.html(recipient), self.inline)

    def web_page(self) -> str:
        """The issue for a web archive: a page for everybody, in which nothing is anybody's."""
        return webpage.page(self.rich.pieces, self.links, self.inline)

    def text(self, recipient: Recipient) -> str:
        """The plain-text body this recipient gets, decoded (format=flowed, so soft line ends are " \\n")."""
        return show(self.plain.pieces, Values(recipient, self.links))

    def headers(self, recipient: Recipient) -> str:
        """The header block this recipient gets, as sent, with CRLF line ends and without the empty line."""
        values = Values(recipient, self.links)
        layout = Layout([("", visible(self.header, values))])
        return layout.filled(ready_for(self.links)(recipient), values).decode("utf-8").removesuffix("\r\n")

    @cached_property
    def _asked(self) -> tuple[Condition, ...]:
        found = dict.fromkeys((*conditions(self.plain.pieces), *conditions(self.rich.pieces)))
        return tuple(condition for condition in found if (condition.kind, condition.argument) != _MAILED)

    def conditions(self) -> tuple[Condition, ...]:
        """Every condition on subscribers, once each: their combinations are the layouts a preview can show."""
        return self._asked

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
            "inline": inlines.to_plain(self.inline),
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
        if version not in _READABLE:
            raise DigestError(
                f"a stored rendition has format {version}",
                why=f"this program knows formats up to {FORMAT}",
                try_="run the version of digest that froze this issue, or a newer one",
            )
        return _read(stored)

    @cached_property
    def _press(self) -> Callable[[Recipient], Message]:
        """`fill` with everything the issue decides taken out of it: what is left is the recipient's."""
        links, layouts, layout_for = self.links, self._layouts, self._layout
        ready_for_all = ready_for(links)
        asked = [condition.holds for condition in self.conditions()]
        envelope, domain = links.sender, f"@{links.message_id_domain}"
        verp = "{token}" in envelope

        def fill(recipient: Recipient) -> Message:
            values = Values(recipient, links)
            shown = tuple([holds(values) for holds in asked])
            layout = layouts.get(shown) or layout_for(shown, values)
            data = layout.filled(ready_for_all(recipient), values)
            message_id = (recipient.message_id or values["message_id"]) + domain
            sender = envelope.replace("{token}", values["bounce_token"]) if verp else envelope
            address = recipient.address
            # RFC 6531: only a local part outside ASCII needs the extension; `EmailAddress` has made the domain A-labels
            return _message(recipient.delivery_id, sender, address, data, message_id, not address.isascii())

        return fill

    @cached_property
    def _layouts(self) -> dict[tuple[bool, ...], Layout]:
        return {}

    def _layout(self, shown: tuple[bool, ...], values: Values) -> Layout:
        """The encoded message for this combination of conditions; a digest has few, and they are kept."""
        if len(self._layouts) >= _KEPT_LAYOUTS:
            self._layouts.clear()
        outer, inner = f"--{self.boundary}", f"--=_r{self.boundary[2:]}"  # neither is the beginning of the other
        before = after = ""
        if self.inline:
            before = f'{outer}\r\n{_RELATED}; boundary="{inner[2:]}"\r\n\r\n'
            after = "".join(f"\r\n{inner}\r\n{file.part()}" for file in self.inline) + f"\r\n{inner}--\r\n"
        # the CRLF before a delimiter belongs to it (RFC 2046 section 5.1.1); a part's own last line has another
        sections = [
            ("", visible(self.header, values)),
            ("", iter([f"{outer}\r\n{_part_header(self.plain, _PLAIN)}"])),
            (self.plain.encoding, visible(self.plain.pieces, values)),
            ("", iter([f"\r\n{before}{inner if before else outer}\r\n{_part_header(self.rich, _RICH)}"])),
            (self.rich.encoding, visible(self.rich.pieces, values)),
            ("", iter([f"{after}\r\n{outer}--\r\n"])),
        ]
        layout = self._layouts[shown] = Layout(sections)
        return layout


_PLAIN = "text/plain; charset=utf-8; format=flowed; delsp=no"
_RICH = "text/html; charset=utf-8"
_RELATED = 'Content-Type: multipart/related; type="text/html"'


def _part_header(part: Part, content_type: str) -> str:
    return f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {part.encoding}\r\n\r\n"


# What the frozen dataclass does in its constructor, field by field, without looking each setter up by name: 350 ns
# instead of 700, a tenth of a message.
_new = object.__new__
_SET = [Message.__dict__[name].__set__ for name in Message.__slots__]
_delivery_id, _sender, _recipient, _data, _message_id, _smtputf8 = _SET


def _message(delivery_id: int, sender: str, recipient: str, data: bytes, message_id: str, smtputf8: bool) -> Message:
    message: Message = _new(Message)
    _delivery_id(message, delivery_id)
    _sender(message, sender)
    _recipient(message, recipient)
    _data(message, data)
    _message_id(message, message_id)
    _smtputf8(message, smtputf8)
    return message


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
        inline=inlines.from_plain(stored.get("inline", ())),
    )
