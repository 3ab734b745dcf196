"""What a refusal means for the person: one pure function over the codes and the words of the other side.

Does not decide what follows. Invariant: the kinder reading wins whenever codes and words disagree: a wrong *hard*
silences a reader who did nothing, a wrong *soft* costs one more message.

Codes: RFC 3463 and its registry (RFC 5248). What is written beside a rule names who answers so.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from digest.model import EventKind

ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[\s\-,;:(]|$)")

_MAILBOX = frozenset({"5.1.1", "5.1.3", "5.1.6", "5.1.10"})
_DOMAIN = frozenset({"5.1.2", "5.4.4", "5.4.310"})  # 5.4.310: Exchange Online, "DNS domain does not exist"
_SENDER = frozenset({"5.1.7", "5.1.8"})

_NO_MAILBOX = re.compile(
    r"user (?:is )?unknown|unknown (?:user|recipient|local|address|mailbox)|no such (?:user|recipient|mailbox|address|"
    r"person|account)|(?:user|recipient|mailbox|account|address|addressee|e-?mail account)(?: \S{1,80})?,? "
    r"(?:was )?(?:doesn.?t exist|does not exist|not found|not exist|is not valid|is invalid)|no mailbox here|"
    r"mailbox unavailable|invalid (?:recipient|mailbox|user)|doesn.?t have an? \S{1,40} account|"
    r"not a valid (?:mailbox|recipient|user)|recipient (?:address )?rejected: (?:undeliverable|no such|user|access)|"
    r"recipnotfound|not our customer|no longer (?:available|valid|on server|exists?)|"
    r"(?:user|account|mailbox)(?: \S{1,80})? (?:is |has been )?(?:disabled|deactivated|inactive|suspended|closed|"
    r"discontinued|terminated|expired)|that you tried to reach (?:is|does)|address no longer accepts|"
    r"recipient no longer|deactivated mailbox|this user has no account",
    re.IGNORECASE,
)
_NO_DOMAIN = re.compile(
    r"(?:host|domain)(?: name)? (?:was )?(?:unknown|not found|does not exist|doesn.?t exist)|unrouteable mail domain|"
    r"no such (?:domain|host)|couldn.?t find any host named|name or service not known|nxdomain|bad destination host|"
    r"domain name not found|illegal host/domain|all relevant mx records point to non-existent hosts|"
    r"domain has no mail exchangers|null mx",
    re.IGNORECASE,
)
_NOT_YET = re.compile(r"try again|temporar|timed? ?out|greylist|connection refused|deferred", re.IGNORECASE)
_FULL = re.compile(
    r"quota|mailbox (?:is )?full|full mailbox|insufficient (?:system )?(?:storage|disk)|over ?limit|out of space",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"spam|\bblock(?:ed|list)|black ?list|\brbl\b|dnsbl|reputation|policy|dmarc|\bspf\b|dkim|not authenticated|"
    r"unauthenticated|unsolicited|rate limit|banned|relay(?:ing)? (?:access )?(?:denied|not (?:allowed|permitted))|"
    r"content (?:rejected|filter)|virus|poor sender|abuse|administrative prohibition|message rejected|"
    r"(?<!not )listed (?:at|by|in|on)",
    re.IGNORECASE,
)


class Judgement(NamedTuple):
    """`status` is the code that says it best: RFC 3463's own for what was told in words alone."""

    kind: EventKind
    status: str
    sure: bool = True  # whether a code or a known wording decided


def judge(status: str, text: str) -> Judgement:
    """Read a refusal. `status` is the report's own code or ""; `text` whatever was said with it."""
    text = text[:4000]
    code = _best(status, text)
    if code.startswith("4"):
        return Judgement(EventKind.SOFT, code)
    if code in _SENDER or code.startswith("5.7."):
        return Judgement(EventKind.POLICY, code)
    nobody = bool(_NO_MAILBOX.search(text))
    if _POLICY.search(text) and not nobody:
        return Judgement(EventKind.POLICY, "5.7.1" if code in ("", "5.0.0") else code)
    if _FULL.search(text) and not nobody:
        return Judgement(EventKind.SOFT, code or "5.2.2")
    return _hard(code, text, nobody) or _soft(code, text)


def _hard(code: str, text: str, nobody: bool) -> Judgement | None:
    if code in _MAILBOX or code in _DOMAIN:
        return Judgement(EventKind.HARD, code)
    # Google says 5.2.1 of a disabled account and of one that gets too much at once; Microsoft 5.4.1 "Access denied"
    # of an address that its directory does not have; Exim and Yahoo 5.0.0 of everything; many only say 550.
    if nobody and code in ("", "5.0.0", "5.1.0", "5.2.0", "5.2.1", "5.3.0", "5.4.1", "5.5.0", "5.5.4"):
        return Judgement(EventKind.HARD, code if code not in ("", "5.0.0") else "5.1.1")
    general = code in ("", "5.0.0", "5.1.0", "5.3.0", "5.4.0", "5.4.3", "5.4.6")
    if general and _NO_DOMAIN.search(text) and not _NOT_YET.search(text):
        return Judgement(EventKind.HARD, "5.1.2")
    return None


def _soft(code: str, text: str) -> Judgement:
    known = bool(code) or bool(_REPLY.search(text)) or bool(_NOT_YET.search(text))
    return Judgement(EventKind.SOFT, code, sure=known)


def _best(status: str, text: str) -> str:
    """The most telling code: a report's own unless it says nothing (x.0.0), else the first one among the words."""
    own = match[1] if (match := ENHANCED.search(status)) else ""
    if own and not own.endswith(".0.0"):
        return own
    said = [code for code in ENHANCED.findall(text) if code[0] != "2" and not code.endswith(".0.0")]
    if said and (not own or said[0][0] == own[0]):
        return str(said[0])
    if own:
        return own
    reply = _REPLY.search(text)
    return "4.0.0" if reply and reply[1][0] == "4" else ""
