"""What a server's answer means for one delivery, for the connection and for the run: one pure function.

Does not read a socket and does not decide *when* to retry. Invariant: only an answer about this person or this message
ever ends a delivery; an answer about us (our sender, password, address, rate) gives every delivery back.

Codes: RFC 5321 section 4.2, enhanced codes RFC 3463 and RFC 2034, their registry RFC 5248.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from digest.model import DeliveryState

Stage = Literal["mail", "rcpt", "data", "dot"]
Scope = Literal["recipient", "message", "policy", "connection", "relay"]

# Replies about who we are, whatever the stage: 421 closes the channel (RFC 5321 section 3.8), 530, 534, 535 and 538
# want another way to log in (RFC 4954 section 6), 521 and 556 take no mail at all (RFC 7504).
_ABOUT_LOGIN = frozenset({454, 530, 534, 535, 538})
_NO_MAIL_HERE = frozenset({521, 556})
_TOO_BIG = frozenset({"5.3.4", "5.2.3"})


class Verdict(NamedTuple):
    """`kind` and `reason` for the ledger; `scope` says who else is concerned.

    recipient: nobody else. message: the content, so perhaps everybody. policy: how we send, so perhaps everybody.
    connection: this connection is over, a new one may work. relay: the relay will not take mail now.
    """

    kind: DeliveryState
    reason: str
    scope: Scope


def classify(stage: Stage, code: int | None, enhanced: str, text: str) -> Verdict:
    """Read one reply. `code` None means that none came: the connection was lost or the wait ended.

    `enhanced` is the RFC 3463 triple or empty; `text` is the server's words, used only where codes are silent.
    """
    if code is None:
        return _lost(stage)
    if 200 <= code < 300 and stage == "dot":
        return Verdict(DeliveryState.ACCEPTED, "", "recipient")
    if not 400 <= code < 600:
        return _lost(stage)  # neither yes nor no: client and server no longer talk about the same command
    if code == 421 or (stage != "dot" and (code in _ABOUT_LOGIN or code in _NO_MAIL_HERE)):
        return _about_us(stage, code)
    return _temporary(stage) if code < 500 else _permanent(stage, code, enhanced, text)


def _lost(stage: Stage) -> Verdict:
    """RFC 1047: once the final dot is out, silence may mean either. Before it, RFC 5321 section 4.1.1.4: no message."""
    kind = DeliveryState.UNCERTAIN if stage == "dot" else DeliveryState.QUEUED
    return Verdict(kind, "", "connection")


def _about_us(stage: Stage, code: int) -> Verdict:
    if stage == "dot":  # 421 in answer to the dot is a plain "not now": nothing was taken
        return Verdict(DeliveryState.DEFERRED, "", "connection")
    return Verdict(DeliveryState.QUEUED, "", "connection" if code == 421 else "relay")


def _temporary(stage: Stage) -> Verdict:
    """4yz. MAIL names our sender, so it concerns the relay; DATA may also be this one message, so both."""
    if stage == "mail":
        return Verdict(DeliveryState.QUEUED, "", "relay")
    return Verdict(DeliveryState.DEFERRED, "", "relay" if stage == "data" else "recipient")


def _permanent(stage: Stage, code: int, enhanced: str, text: str) -> Verdict:
    if enhanced in _TOO_BIG or (code == 552 and stage in ("mail", "data", "dot")):
        return Verdict(DeliveryState.REFUSED, "code", "message")
    if stage == "rcpt" and code == 552 and not enhanced:
        # RFC 5321 section 4.5.3.1.10: old servers say 552 for "too many recipients"; treat it as 452.
        return Verdict(DeliveryState.DEFERRED, "", "recipient")
    if stage == "mail":
        # Our sender is refused, not anybody's mailbox: ending deliveries here would end all of them.
        return Verdict(DeliveryState.QUEUED, "policy", "relay")
    if enhanced.startswith("5.7.") or (not enhanced and _reads_as_policy(text)):
        return Verdict(DeliveryState.REFUSED, "policy", "policy")
    return Verdict(DeliveryState.REFUSED, "code", "recipient" if stage == "rcpt" else "message")


def _reads_as_policy(text: str) -> bool:
    """Servers without enhanced codes (RFC 2034 is optional) still say these words; each seen in the wild for years."""
    lowered = text.lower()
    return any(
        words in lowered for words in ("relay access denied", "relaying denied", "spf fail", "dmarc", "blocklist")
    )
