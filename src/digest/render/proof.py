"""Once per issue: what `fill` makes is read back by the standard library's parser and compared, before anybody gets it.

Does not judge content (that is preflight). Invariant: a rendition that passed has no parser defect, both bodies decode
to exactly what the preview shows, subject and recipient survive, and every line obeys the rules of `model.Message`.
"""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default as policy

from digest.errors import TemplateError
from digest.model import Recipient
from digest.render.rendition import Rendition

_TOKENS = {"unsubscribe": "proof-token", "bounce": "proof-token"}
SAMPLES = (
    Recipient(0, 1, "reader@example.org", name="Ada", topics=None, tokens=_TOKENS, message_id="proof1"),
    Recipient(0, 2, "r@example.org", name='.Zoë "<b>" & आदा 🌊', topics=(), tokens=_TOKENS, message_id="proof2"),
)


def check(rendition: Rendition) -> None:
    """Raises `TemplateError` when a filled message is not exactly what it should be."""
    for recipient in SAMPLES:
        message = rendition.fill(recipient)
        _lines(message.data, rendition)
        parsed = message_from_bytes(message.data, policy=policy)
        defects = [defect for part in parsed.walk() for defect in part.defects]
        defects += [defect for value in parsed.values() for defect in getattr(value, "defects", ())]
        if defects:
            raise _fault(rendition, f"the standard parser finds a defect: {defects[0]!r}")
        for kind, expected in (("plain", rendition.text(recipient)), ("html", rendition.html(recipient))):
            body = parsed.get_body((kind,))
            content = body.get_payload(decode=True) if body is not None else None
            if not isinstance(content, bytes) or content.decode("utf-8").replace("\r\n", "\n") != expected:
                raise _fault(rendition, f"the {kind} part does not decode to what was rendered")
            if f"zq{rendition.boundary[2:]}" in expected:
                raise _fault(rendition, f"a token is left in the {kind} part")
        if parsed["subject"] != rendition.subject:
            raise _fault(rendition, f"the subject reads back as {parsed['subject']!r}")
        if parsed["to"].addresses[0].display_name != recipient.name:
            raise _fault(rendition, f"the recipient's name reads back as {parsed['to']!r}")


def _lines(data: bytes, rendition: Rendition) -> None:
    for number, line in enumerate(data.split(b"\r\n"), 1):
        if len(line) > 998 or line.startswith(b".") or b"\n" in line or b"\r" in line:
            raise _fault(rendition, f"line {number} of the message breaks RFC 5322 section 2.1.1")


def _fault(rendition: Rendition, why: str) -> TemplateError:
    return TemplateError(
        "the rendered message does not read back as it was made",
        file=rendition.template,
        why=why,
        try_="report this with the template and issue; nothing was sent",
    )
