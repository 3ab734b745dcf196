"""Telling the operator: what happened, what it means, what to type. Pure builders of words, mail and webhook payload.

Does not send, and does not decide whether to (once per cause and day is the caller's, by `Notice.cause`). Invariant:
nothing that came from outside (a subject, a server's words) can add a header or a line that looks like ours: control
characters are removed, and only the body carries such text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from digest.deliver.accounting import describe
from digest.errors import UsageError
from digest.model import Accounting, EmailAddress, Mailbox, Message, has_control

Event = Literal[
    "sent", "skipped", "held", "paused", "failed", "source_failed", "source_moved", "mailbox_failed", "review",
    "approval_stale",
]  # fmt: skip

Commands = tuple[tuple[str, str], ...]  # what to type, and what it does

_RELEASE: tuple[str, str] = ("digest issue release {issue}", "sends it")
_HELD: dict[str, tuple[str, Commands]] = {
    "late": (
        "its time passed too long ago to send it without asking",
        (("digest issue release {issue}", "sends it now"), ("digest issue skip {issue}", "lets it go")),
    ),
    "editor": ("an editor held it", (_RELEASE,)),
    "preflight": (
        "a check before sending failed",
        (("digest issue show {issue}", "shows the check"), ("digest issue release {issue}", "sends it all the same")),
    ),
    "breaker": (
        "too many refusals in a short time, so sending stopped by itself",
        (("digest status", "shows who refuses and why"), ("digest issue release {issue}", "goes on")),
    ),
    "source_failed": (
        "a source could not be read, so the issue would be too thin",
        (("digest gather", "tries the sources again"), ("digest issue release {issue}", "sends what there is")),
    ),
    "list_changed": (
        "the list is very different from last time",
        (("digest subscribers list", "shows who is on it"), _RELEASE),
    ),
}
_HELD["unapproved"] = (
    "nobody has approved it as it is now",
    (
        ("digest issue edit {issue}", "shows it as it stands"),
        ("digest issue approve {issue}", "approves it and sends it"),
        ("digest issue skip {issue}", "lets it go"),
    ),
)
_APPROVE: Commands = (
    ("digest issue approve {issue}", "lets it go out at its time, exactly as it is now"),
    ("digest preview {digest}", "shows it in the browser, to edit and approve it there"),
    ("digest issue edit {issue}", "shows and changes it in the terminal"),
    ("digest issue skip {issue}", "lets this one go"),
)
_SKIPPED = {
    "nothing_new": "there was nothing new to send",
    "too_few": "there were too few new articles; they stay for the next issue",
    "editor": "an editor skipped it",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """`cause` is what "once per cause and day" counts by; `subject` is one line; `body` is plain text."""

    event: Event
    cause: str
    subject: str
    body: str
    facts: Mapping[str, Any] = field(default_factory=dict)


def notice_for(
    event: Event,
    *,
    name: str,
    title: str = "",
    reason: str = "",
    detail: str = "",
    accounting: Accounting | None = None,
    next_at: str = "",
    next_try: str = "",
) -> Notice:
    """Words for one event.

    `name` is the issue ("weekly/12") or, for "source_failed" and "source_moved", the source. `title` is the issue's
    subject line, `reason` one of the reasons of its state, `detail` what happened in a sentence or an error's whole
    text, `next_at` when the next issue is due and `next_try` when deferred recipients are tried again, both in words.
    """
    name, title, reason = _line(name), _line(title), _line(reason)
    subject, opening, commands = _words(event, name, title, reason, accounting)
    parts = [opening, _block(detail)]
    if accounting is not None:
        parts.append("\n".join(describe(accounting, issue=name, next_try=next_try)))
    if commands:
        parts.append(f"What you can do:\n{_typed(commands, name)}")
    if next_at:
        parts.append(f"The next issue is due {_line(next_at)}.")
    facts: dict[str, Any] = {"name": name, "title": title, "reason": reason, "detail": _block(detail)}
    if accounting is not None:
        facts["accounting"] = asdict(accounting)
    cause = ":".join(part for part in (event, name, reason) if part)
    return Notice(event, cause, subject, "\n\n".join(part for part in parts if part) + "\n", facts)


def _words(
    event: Event, name: str, title: str, reason: str, accounting: Accounting | None
) -> tuple[str, str, Commands]:
    """Subject, first sentence, commands."""
    called = f'{name}, "{title}",' if title else name
    if event == "sent":
        return _sent(name, called, accounting)
    if event == "skipped":
        why = _SKIPPED.get(reason, reason or "no reason was given")
        commands: Commands = (("digest send {digest}", "looks again now"),)
        return f"{name} was not sent: {why}", f"{called} was not sent: {why}.", commands
    if event == "held":
        why, commands = _HELD.get(
            reason, (reason or "no reason was given", (("digest issue show {issue}", "shows it"),))
        )
        return f"{name} is held: {why}", f"{called} is held: {why}. Nothing is lost; it waits for you.", commands
    return _broken_off(event, name, called)


def _broken_off(event: Event, name: str, called: str) -> tuple[str, str, Commands]:
    if event == "review":
        return (
            f"{name} waits for your approval",
            f"{called} is drafted and waits for your approval. A preview comes in a mail of its own.",
            _APPROVE,
        )
    if event == "approval_stale":
        return (
            f"{name} was changed after it was approved",
            f"{called} was changed after it was approved, so the approval does not count any more.",
            _APPROVE,
        )
    if event == "paused":
        return (
            f"{name} is paused",
            f"{called} is paused. Nobody gets it twice; whoever does not have it yet still waits.",
            (("digest issue resume {issue}", "goes on where it stopped"),),
        )
    if event == "failed":
        return (
            f"{name} could not be sent",
            f"{called} could not be sent. Nobody is lost: the next run goes on where this one stopped.",
            (("digest check", "looks for the mistake"), ("digest send {digest}", "tries again")),
        )
    if event == "source_moved":
        return (
            f"source {name} seems to have moved",
            f"Most of what the source {name} lists has new identifiers and addresses. What was known is known still: "
            "none of it is mailed again.",
            (("digest sources show {issue}", "shows how it is asked; perhaps its address has changed, too"),),
        )
    if event == "mailbox_failed":
        return (
            "the bounce mailbox cannot be read",
            f"The mailbox of bounces and complaints ({name}) cannot be read. Sending goes on; who complains or leaves "
            "by mail is not taken off until it can be read again. Nothing in it is lost.",
            (("digest bounce --fetch", "tries it now"),),
        )
    return (
        f"source {name} cannot be read",
        f"The source {name} cannot be read. Its articles are not lost: they are picked up when it answers again.",
        (("digest gather {issue}", "tries it now and shows every step"),),
    )


def _sent(name: str, called: str, accounting: Accounting | None) -> tuple[str, str, Commands]:
    if accounting is None:
        return f"{name} was sent", f"{called} was sent.", ()
    subject = f"{name} was sent to {accounting.accepted} of {accounting.candidates}"
    who = (("digest issue recipients {issue}", "names everybody who did not get it, and why"),)
    return subject, f"{called} was sent.", who if accounting.refused or accounting.uncertain else ()


def _typed(commands: Commands, name: str) -> str:
    filled = [(line.format(issue=name, digest=re.split("[/@]", name)[0]), does) for line, does in commands]
    width = max(len(line) for line, _ in filled)
    return "\n".join(f"  {line:<{width}}   {does}" for line, does in filled)


def notice_message(
    *,
    sender: Mailbox,
    to: EmailAddress,
    subject: str,
    lines: Sequence[str],
    date: datetime,
    message_id_domain: str,
    key: str,
) -> Message:
    """A plain-text message (RFC 5322) to the operator. The same `key` gives the same Message-ID.

    Raises `UsageError` for a control character in the subject. Marked as automatic (RFC 3834), so that no vacation
    reply comes back.
    """
    from email.headerregistry import Address  # lazy: only who writes a notice pays for the email package
    from email.message import EmailMessage
    from email.policy import SMTP

    if has_control(subject):
        raise UsageError(
            "not a usable subject", where=repr(subject[:80]), why="it contains a control character", try_="remove it"
        )
    utf8 = sender.address.needs_smtputf8 or to.needs_smtputf8
    # 74, not 76: an escaped dot at the start of a line adds two characters (RFC 2045 section 6.7 rule 5)
    mail = EmailMessage(policy=SMTP.clone(max_line_length=74, utf8=utf8))
    message_id = hashlib.sha256(key.encode()).hexdigest()[:32]
    mail["From"] = Address(sender.name, sender.address.local, sender.address.domain)
    mail["To"] = Address("", to.local, to.domain)
    mail["Subject"] = subject
    mail["Date"] = date
    mail["Message-ID"] = f"<{message_id}@{message_id_domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    text = "\n".join(_block(line) for line in lines).rstrip("\n") + "\n"
    mail.set_content(text, cte="quoted-printable")
    head, blank, body = mail.as_bytes().partition(b"\r\n\r\n")
    body = re.sub(rb"(?m)^\.", b"=2E", body)
    return Message(
        0, str(sender.address), str(to), head + blank + body, f"{message_id}@{message_id_domain}", smtputf8=utf8
    )


def webhook_payload(notice: Notice, *, site: str, at: datetime) -> dict[str, Any]:
    """JSON-ready: `text` is what chat services show, the rest is for programs."""
    return {
        "event": notice.event,
        "cause": notice.cause,
        "site": _line(site),
        "at": at.isoformat(),
        "subject": notice.subject,
        "text": f"{notice.subject}\n\n{notice.body}",
        **notice.facts,
    }


def _line(text: str) -> str:
    """`text` as one line without control characters."""
    return re.sub(r"\s+", " ", "".join(char if not has_control(char) else " " for char in text)).strip()


def _block(text: str) -> str:
    """`text` line by line without other control characters."""
    return "\n".join("".join(char for char in line if not has_control(char)).rstrip() for line in text.splitlines())
