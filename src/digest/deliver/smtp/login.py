"""Logging in to a relay (RFC 4954): one attempt with one mechanism.

Each mechanism is a generator: it yields a line to send and is given the server's reply; it returns the last reply.
Does not fall back to a second mechanism after a refusal: a wrong password tried three times locks accounts.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Generator, Sequence

from digest.deliver.smtp.replies import Reply
from digest.deliver.smtp.scram import Scram, ScramFault

Exchange = Generator[str, Reply, Reply]

# Strongest first. XOAUTH2 takes a token, not a password: it is used where it is named, or where nothing else is there.
MECHANISMS = ("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "XOAUTH2")
_HASHES = {"SCRAM-SHA-256": "sha256", "SCRAM-SHA-1": "sha1"}


def pick_mechanism(offered: Sequence[str], wanted: str = "") -> str | None:
    """The strongest both sides know, or `wanted` if the server offers it; None when there is none."""
    return next((name for name in MECHANISMS if name in offered and wanted.upper() in ("", name)), None)


def log_in(mechanism: str, username: str, password: str, nonce: str) -> Exchange:
    """The server's last reply: 235 is yes (RFC 4954 section 6). Raises `ScramFault` for a server that cheats."""
    if mechanism in _HASHES:
        return (yield from _scram(mechanism, username, password, nonce))
    if mechanism == "LOGIN":
        return (yield from _login(username, password))
    if mechanism == "XOAUTH2":
        return (yield from _xoauth2(username, password))
    reply = yield f"AUTH PLAIN {_encode(f'{chr(0)}{username}{chr(0)}{password}'.encode())}"  # RFC 4616
    return reply


def _login(username: str, password: str) -> Exchange:
    """Never an RFC, still all that some servers offer."""
    reply = yield "AUTH LOGIN"
    for answer in (username, password):
        if reply.code != 334:
            return reply
        reply = yield _encode(answer.encode())
    return reply


def _xoauth2(username: str, token: str) -> Exchange:
    """https://developers.google.com/workspace/gmail/imap/xoauth2-protocol: a refusal comes as 334, then 535."""
    reply = yield f"AUTH XOAUTH2 {_encode(f'user={username}{chr(1)}auth=Bearer {token}{chr(1)}{chr(1)}'.encode())}"
    if reply.code == 334:
        reply = yield ""
    return reply


def _scram(mechanism: str, username: str, password: str, nonce: str) -> Exchange:
    scram = Scram(_HASHES[mechanism], username, password, nonce)
    reply = yield f"AUTH {mechanism} {_encode(scram.first())}"
    if reply.code != 334:
        return reply
    reply = yield _encode(scram.final(_challenge(reply)))
    if reply.code >= 400:
        return reply
    scram.verify(_challenge(reply))  # RFC 4954 section 4: the proof comes as a challenge, answered by an empty line
    return (yield "") if reply.code == 334 else reply


def _challenge(reply: Reply) -> bytes:
    try:
        return base64.b64decode(reply.lines[-1] if reply.lines else "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ScramFault("its login challenge is not base64") from error


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
