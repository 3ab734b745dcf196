"""Speaking SMTP to one relay (RFC 5321): bytes in, events and bytes out; sockets only in the last file.

Reading order:
    replies        bytes to replies (no socket, no protocol)
    offers         what EHLO said the server can do, and the fastest mode that allows
    login, scram   AUTH, one mechanism each
    opening        greeting, EHLO, STARTTLS, AUTH as one readable generator
    commands       one message as the bytes that travel, or the reason why it cannot
    conversation   MAIL, RCPT, DATA or BDAT for several messages at once: what is written when, which reply is whose
    session        opening, then conversation: the whole protocol without a socket
    channel        one asyncio connection around a session: reads, writes, waits, encrypts

Does not know a ledger, a retry or another connection. Invariant: the last bytes of a message are written only after
`Session.begin`, and no reply is ever taken for the answer to a command it does not belong to: in doubt the connection
ends.

Why this way: one CPU-cheap round trip for each message instead of smtplib's four; and a protocol that can be tested
with bytes alone.
"""

from digest.deliver.smtp.channel import Channel
from digest.deliver.smtp.conversation import Answer, Transaction
from digest.deliver.smtp.offers import Mode
from digest.deliver.smtp.session import Broken, Session

__all__ = ["Answer", "Broken", "Channel", "Mode", "Session", "Transaction"]
