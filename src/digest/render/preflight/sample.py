"""One filled message, taken apart: what the checks look at.

Reads bytes the stored rendition made (or bytes handed in), renders nothing. Invariant: `html` and `text` are what the
message's two parts decode to, `fields` its header lines, unfolded, in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from digest.model import Issue, Message, Recipient
from digest.render.preflight.page import Page
from digest.render.rendition import Rendition
from digest.render.segments import Values

if TYPE_CHECKING:
    from digest.render.theme import Theme

Hit: TypeAlias = tuple[str, str, str]  # id, what, place
Hits: TypeAlias = Iterator[Hit]
_TOKENS = {"unsubscribe": "preflightToken", "bounce": "preflightBounce"}

# The readers who break layouts: nobody's name, the longest one, one from right to left with marks HTML knows.
SAMPLES = (
    Recipient(0, 1, "reader@mail.example", tokens=_TOKENS, message_id="preflight1"),
    Recipient(
        0, 2, "a.very.long.address.of.somebody.who.works.in.several.departments@subdivision.organisation.example",
        name="Maximiliana-Theodora von Hohenzollern-Sigmaringen y Fernández de Córdoba",
        topics=(), tokens={**_TOKENS, "unsubscribe": "preflightOther"}, message_id="preflight2",
    ),
    Recipient(0, 3, "qari@mail.example", name='ليلى "<b>" الحدّاد', tokens=_TOKENS, message_id="preflight3"),
)  # fmt: skip


@dataclass(slots=True)
class Sample:
    """`reader` is None for a message handed in as bytes; `address` is known always."""

    data: bytes
    html: str
    text: str
    fields: list[tuple[str, str]]
    address: str
    reader: Recipient | None = None
    unsubscribe: str = ""

    def field(self, name: str) -> str:
        """The first header of that name, or ""."""
        return next((value for key, value in self.fields if key == name), "")


@dataclass(slots=True)
class Inspection:
    """Everything a check may ask. `whole` is false for the samples after the first of a layout."""

    rendition: Rendition
    issue: Issue
    theme: Theme
    sample: Sample
    page: Page
    previous_subject: str = ""
    image_bytes: Mapping[str, int] | None = None
    issue_words: str = ""
    reachable: Callable[[str, int], bool] | None = None


def taken(rendition: Rendition, given: Recipient | Message) -> Sample:
    """Fill for a recipient, or take a message apart."""
    if isinstance(given, Recipient):
        data = rendition.fill(given).data
        values = Values(given, rendition.links)
        return Sample(
            data, rendition.html(given), rendition.text(given), _fields(data), given.address, given,
            values["unsubscribe_url"],
        )  # fmt: skip
    html, text = _bodies(given.data)
    return Sample(given.data, html, text, _fields(given.data), given.recipient)


def _fields(data: bytes) -> list[tuple[str, str]]:
    head = data.split(b"\r\n\r\n", 1)[0].decode("utf-8", "replace")
    lines = re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n")
    return [(name.strip().lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]


def _bodies(data: bytes) -> tuple[str, str]:
    from email import message_from_bytes

    found = {"text/html": "", "text/plain": ""}
    for part in message_from_bytes(data).walk():
        kind = part.get_content_type()
        if found.get(kind) == "":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                found[kind] = payload.decode("utf-8", "replace").replace("\r\n", "\n")
    return found["text/html"], found["text/plain"]


def said(issue: Issue) -> str:
    """Every word of the issue, to tell what the template added from what was there."""
    parts = [
        issue.subject, issue.preheader, issue.intro, issue.in_this_issue, issue.title, issue.list_name,
        issue.site.name, issue.site.postal_address, issue.sending.sender.name, *issue.extra.values(),
    ]  # fmt: skip
    for item in issue.items:
        parts += [item.title, item.summary, *item.body, *item.authors, item.source_title, *item.tags]
        parts += [item.url or "", item.image.alt if item.image else "", *item.also]
    return "\n".join(parts)
