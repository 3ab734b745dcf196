"""Bounces without a machine-readable part: qmail, older Exim, webmail providers, appliances.

The lowest trust: it tells at most *that* a message came back and why; whom it is about must be proven elsewhere. What
neither codes nor known wordings explain is never more than a soft bounce. flufl.bounce (optional, Apache-2.0) knows
sixteen further formats by sight; it is asked last, for the fact and for the addresses, never for the permanence: it
calls a full mailbox permanent too.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass

from digest.deliver.intake.asking import subject_of
from digest.deliver.intake.evidence import addresses_in
from digest.deliver.intake.mime import Part, own_text
from digest.deliver.intake.status import judge
from digest.model import EventKind

_DAEMON = re.compile(r"(?<![\w.-])(?:mailer-daemon|mail-daemon|postmaster|maildaemon|mailerdaemon|smtpmail)@?", re.I)
_SUBJECT = re.compile(
    r"undeliver|non[- ]?deliver|delivery (?:status|fail|has failed|incomplete|problem|report|notification)|"
    r"returned mail|mail delivery|failure notice|delivery to the following|returning message|"
    r"message (?:not delivered|status)|unzustellbar|nicht zugestellt|échec de la remise|non remis|"
    r"no se puede entregar|配信不能|不达|退信",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"warning: (?:could not send|message .{1,40} delayed)|delivery (?:is |has been )?(?:temporarily )?(?:delayed|"
    r"incomplete)|still being retried|will (?:be retried|continue to (?:try|retry)|keep trying)|no action is required",
    re.IGNORECASE,
)
_ORIGINAL_BEGINS = re.compile(
    r"^(?:-{3,}.{0,20}(?:original|copy|below this line|this is a copy|returned|header).*|included is a copy.*|"
    r"-{3,} forwarded message -{3,})$",
    re.IGNORECASE | re.M,
)
_SOME_ADDRESS = re.compile(r"<[^<>\s@]{1,64}@[^<>\s@]{1,255}>")
_MAX_TEXT = 32 * 1024
log = logging.getLogger("digest.intake")


@dataclass(frozen=True, slots=True)
class Guess:
    kind: EventKind
    status: str
    diagnostic: str
    addresses: tuple[str, ...] = ()


def is_bounce_like(message: Part) -> bool:
    """The null sender, a daemon's name, or a subject that daemons write."""
    if message.get("return-path").strip() == "<>" or message.get("x-failed-recipients"):
        return True
    sender = f"{message.get('from')} {message.get('sender')}"[:1000]
    return bool(_DAEMON.search(sender) or _SUBJECT.search(subject_of(message)[:300]))


def guess(message: Part) -> Guess | None:
    """What a message that looks like a bounce says, None when it is none."""
    if not is_bounce_like(message):
        return None
    text = _own_words(message)
    named = addresses_in([*message.all("x-failed-recipients"), *_SOME_ADDRESS.findall(text)[:20]])
    if _DELAYED.search(subject_of(message)[:300]) or _DELAYED.search(text[:2000]):
        return Guess(EventKind.DELAYED, "", text, named)
    judged = judge("", text)
    if judged.sure or judged.kind is not EventKind.SOFT:
        return Guess(judged.kind, judged.status, text, named)
    further = _by_sight(message)
    if further or message.get("x-failed-recipients"):
        return Guess(EventKind.SOFT, judged.status, text, named or further)
    return None


def _own_words(message: Part) -> str:
    """The report without the message that it quotes below: our own articles may speak of spam and full mailboxes."""
    text = own_text(message, _MAX_TEXT)
    cut = _ORIGINAL_BEGINS.search(text)
    return text[: cut.start()] if cut else text


def _by_sight(message: Part) -> tuple[str, ...]:
    """The addresses that flufl.bounce finds; none when it is not installed, or stumbles."""
    try:
        from flufl.bounce import all_failures
    except ModuleNotFoundError:
        return ()
    from email import message_from_string

    # Its detectors index an empty From (6.0.0, 2026), and its own logger prints a traceback for each that stumbles.
    logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
    sender, subject = message.get("from")[:300] or "nobody@invalid", subject_of(message)[:300]
    head = f"From: {sender}\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n"
    try:
        # Its flattened text, not its bytes: the detectors walk the standard library's parse, which has no bounds.
        temporary, permanent = all_failures(message_from_string(head + own_text(message, _MAX_TEXT)))
    except Exception as error:
        log.debug("flufl.bounce stumbled over a message: %r", error)
        return ()
    return addresses_in(one.decode("utf-8", "replace") for one in sorted(temporary | permanent))
