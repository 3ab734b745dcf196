"""Takes a message apart for the screen, and shows its HTML as a light or a dark reader would see it.

Pure. Does not judge the message (that is preflight) and does not sanitise it: the browser is told to run nothing,
by sandbox and by `FRAME_POLICY`, whatever the HTML says.
"""

from __future__ import annotations

import email
import re
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage

# Gmail shortens a message whose HTML is longer than about this ("[Message clipped]").
CLIPPED_AT_BYTES = 102 * 1024

FRAME_POLICY = (
    "default-src 'none'; img-src https: http://127.0.0.1:* data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)

_STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>)", re.IGNORECASE | re.DOTALL)
_MEDIA_ATTRIBUTE = re.compile(r"(\smedia=)([\"'])(.*?)\2", re.IGNORECASE | re.DOTALL)
_PREFERS = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(dark|light)\s*\)", re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_META = re.compile(r"<meta\b[^>]*name=[\"'](?:supported-)?color-schemes?[\"'][^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MailParts:
    """What a reader's program shows of a message: decoded headers in order, the HTML and the text part ("" if none)."""

    headers: tuple[tuple[str, str], ...]
    html: str
    text: str


def take_apart(data: bytes) -> MailParts:
    """Read a message; damaged parts become empty, never an error."""
    message = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return MailParts(_headers(message), _body(message, "html"), _body(message, "plain"))


def _headers(message: EmailMessage) -> tuple[tuple[str, str], ...]:
    out = []
    for name in message:
        try:
            value = " ".join(str(message[name]).split())
        except Exception:  # the stdlib's header parser raises several types on malformed headers
            value = "(unreadable)"
        out.append((str(name), value))
    return tuple(out)


def _body(message: EmailMessage, kind: str) -> str:
    try:
        part = message.get_body((kind,))
        return "" if part is None else str(part.get_content())
    except Exception:  # an unknown charset or a broken encoding: there is nothing to show of this part
        return ""


def show_scheme(html: str, scheme: str) -> str:
    """`html` as a reader whose device is set to `scheme` ("light" or "dark") sees it, on a device set to either.

    Each `(prefers-color-scheme: ...)` becomes a condition that always or never holds, so that combined queries such
    as `screen and (prefers-color-scheme: dark) and (max-width: 480px)` keep their other halves.
    """

    def decide(match: re.Match[str]) -> str:
        return "(min-width: 0px)" if match[1].lower() == scheme else "(max-width: 0px)"

    def in_style(match: re.Match[str]) -> str:
        return match[1] + _PREFERS.sub(decide, match[2]) + match[3]

    def in_attribute(match: re.Match[str]) -> str:
        return f"{match[1]}{match[2]}{_PREFERS.sub(decide, match[3])}{match[2]}"

    declares = bool(_META.search(html)) or "color-scheme:" in html.replace("prefers-color-scheme:", "")
    html = _MEDIA_ATTRIBUTE.sub(in_attribute, _STYLE.sub(in_style, html))
    # A message that does not declare that it supports dark keeps a white canvas, as in Apple Mail.
    canvas = scheme if declares else "light"
    force = f"<style>:root{{color-scheme:only {canvas} !important}}</style>"
    return _HEAD_END.sub(lambda end: force + end[0], html, count=1) if _HEAD_END.search(html) else force + html


def size_words(size_bytes: int) -> str:
    """ "31.4 KiB of 102": how near a message is to being clipped."""
    return f"{size_bytes / 1024:.1f} KiB of {CLIPPED_AT_BYTES // 1024}"
