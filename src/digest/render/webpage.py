"""A stored rendition as a page of a web archive: the same pieces, with nobody as their reader.

Every slot is empty and every topic shown, so what stands in `{% shown_if has("address") %}` (the greeting, why one
gets this, unsubscribing) is left out, and what stands in `{% shown_if not has("address") %}` is there: the built-in
templates put the page's own title and description there. Outlook's comments mean nothing to browsers and go.

Must not import Jinja2, MJML or Babel. Invariant: the page is a function of the stored pieces; it holds no value of any
recipient and no token.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from digest.model import Recipient
from digest.render.inline import Inline, for_browsers
from digest.render.segments import Links, Piece, Values, show

NOBODY = Recipient(0, 0, "", name="", topics=None, tokens={}, message_id="")
_OUTLOOK = re.compile(
    r"<!--\[if !mso[^\]>]*\]><!-->|<!--<!\[endif\]-->|<!--\[if [^\]>]*\]>.*?<!\[endif\]-->", re.DOTALL
)
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)


class _Empty(Values):
    """The slots when there is no reader: the date and its zone are the issue's, everything else is nothing."""

    __slots__ = ()

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name) if name in ("date", "timezone") else ""


def page(pieces: Iterable[Piece], links: Links, files: Iterable[Inline]) -> str:
    html = _OUTLOOK.sub("", show(pieces, _Empty(NOBODY, links)))
    if len(_TITLE.findall(html)) > 1:  # the page's own, in place of the email's
        html = _TITLE.sub("", html, count=1)
    return for_browsers(html, files)
