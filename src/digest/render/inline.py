"""Files that travel inside a message and are shown in its HTML: the part's own lines (RFC 2387, RFC 2392).

Must not import Jinja2, MJML or Babel. Invariant: the lines are ready to send, at most 76 octets, with CRLF.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_ADDRESS = re.compile(r"cid:logo-[0-9a-f]{16}@digest\.invalid")


@dataclass(frozen=True, slots=True)
class Inline:
    """`data` is base64 on one line; `content_id` stands without angle brackets, as after `cid:`."""

    content_id: str
    media_type: str
    data: str

    @property
    def address(self) -> str:
        """As browsers take it, which know no `cid:`."""
        return f"data:{self.media_type};base64,{self.data}"

    def part(self) -> str:
        """The part's header and body, without its delimiter."""
        lines = "\r\n".join(self.data[at : at + 76] for at in range(0, len(self.data), 76))
        return (
            f"Content-Type: {self.media_type}\r\nContent-Transfer-Encoding: base64\r\n"
            f"Content-ID: <{self.content_id}>\r\nContent-Disposition: inline\r\n\r\n{lines}\r\n"
        )


def is_inline(address: str) -> bool:
    """Whether `address` is one that `logo` makes: only those have their part."""
    return bool(_ADDRESS.fullmatch(address))


def for_browsers(html: str, files: Iterable[Inline]) -> str:
    """`html` with the files themselves in place of their `cid:` addresses."""
    for file in files:
        html = html.replace(f'"cid:{file.content_id}"', f'"{file.address}"')
    return html


def to_plain(files: Iterable[Inline]) -> list[dict[str, str]]:
    return [{"id": file.content_id, "type": file.media_type, "data": file.data} for file in files]


def from_plain(stored: Iterable[Mapping[str, Any]]) -> tuple[Inline, ...]:
    return tuple(Inline(file["id"], file["type"], file["data"]) for file in stored)
