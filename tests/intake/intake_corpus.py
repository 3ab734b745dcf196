"""Bounces in the shapes that mail systems give them, in our own words: which parts there are, where the codes stand,
what the daemon is called, how the original is quoted.

Placeholders: {VERP} our envelope sender, {ADDRESS} the reader, {MESSAGE_ID} of what they were sent, {ORIGINAL} the
returned headers, {LINK} our unsubscribe link. `proof` says which of them a case carries.
"""

# ruff: noqa: E501 - what a server says stands on one line

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    kind: str  # an EventKind, or "automatic", "nothing"
    status: str
    text: str


ORIGINAL = """\
Return-Path: <{VERP}>
From: Riverside Makers <digest@makers.example>
To: {ADDRESS}
Subject: The lantern walk
Message-ID: <{MESSAGE_ID}@makers.example>
List-Unsubscribe: <{LINK}>
MIME-Version: 1.0
Content-Type: text/plain

The lantern walk is on Friday.
"""


def dsn(
    *, sender: str, words: str, fields: str, reporting: str = "dns; mx.remote.example", head: str = "",
    original: str = "message/rfc822", to: str = "{VERP}", subject: str = "Undelivered mail",
) -> str:  # fmt: skip
    """A report of RFC 3464 with its three parts."""
    returned = f"--=_b1\nContent-Type: {original}\n\n{ORIGINAL}\n" if original else ""
    return (
        f"Return-Path: <>\nFrom: {sender}\nTo: {to}\nSubject: {subject}\nDate: Mon, 23 Nov 2026 09:30:00 +0000\n{head}"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary="=_b1"\n\n'
        f"A report.\n--=_b1\nContent-Type: text/plain; charset=utf-8\n\n{words}\n\n"
        f"--=_b1\nContent-Type: message/delivery-status\n\nReporting-MTA: {reporting}\n"
        f"Arrival-Date: Mon, 23 Nov 2026 09:00:05 +0000\n\n{fields}\n\n{returned}--=_b1--\n"
    )


def plain(*, sender: str, subject: str, words: str, head: str = "", to: str = "{VERP}", path: str = "<>") -> str:
    """A bounce without structure."""
    return (
        f"Return-Path: {path}\nFrom: {sender}\nTo: {to}\nSubject: {subject}\nDate: Mon, 23 Nov 2026 09:30:00 +0000\n"
        f"{head}\n{words}\n"
    )


def fields(action: str, status: str, diagnostic: str = "", *, extra: str = "", to: str = "rfc822; {ADDRESS}") -> str:
    said = f"\nDiagnostic-Code: {diagnostic}" if diagnostic else ""
    return f"Final-Recipient: {to}\nAction: {action}\nStatus: {status}{said}{extra}"


CASES = [
    Case("postfix: unknown user", "bounce_hard", "5.1.1", dsn(
        sender="MAILER-DAEMON@mx.example (Mail Delivery System)", subject="Undelivered Mail Returned to Sender",
        head="Auto-Submitted: auto-replied\n",
        words="The mail system here could not deliver to one recipient.\n\n<{ADDRESS}>: host mx.remote.example said:\n"
        "    550 5.1.1 <{ADDRESS}>: Recipient address rejected: User unknown in table (in reply to RCPT TO command)",
        fields=fields("failed", "5.1.1", "smtp; 550 5.1.1 <{ADDRESS}>: Recipient address rejected: User unknown",
                      extra="\nOriginal-Recipient: rfc822;{ADDRESS}\nRemote-MTA: dns; mx.remote.example"))),
    Case("postfix: domain not found", "bounce_hard", "5.4.4", dsn(
        sender="MAILER-DAEMON@mx.example", words="Host or domain name not found.",
        fields=fields("failed", "5.4.4", "X-Postfix; Host or domain name not found. Name service error for "
                      "name=gone.example type=AAAA: Host not found"))),
    Case("postfix: still trying", "delayed", "4.4.1", dsn(
        sender="MAILER-DAEMON@mx.example", subject="Delayed Mail (still being retried)",
        words="This is a warning, nothing to be done.",
        fields=fields("delayed", "4.4.1", "X-Postfix; connect to mx.remote.example[192.0.2.4]:25: Connection timed out",
                      extra="\nWill-Retry-Until: Sat, 28 Nov 2026 09:00:05 +0000"))),
    Case("postfix: given up after days", "bounce_soft", "4.4.1", dsn(
        sender="MAILER-DAEMON@mx.example", words="Five days were not enough.",
        fields=fields("failed", "4.4.1", "X-Postfix; connect to mx.remote.example[192.0.2.4]:25: Connection timed out"))),
    Case("postfix: headers only", "bounce_soft", "5.2.2", dsn(
        sender="MAILER-DAEMON@mx.example", original="text/rfc822-headers", words="The mailbox has no room.",
        fields=fields("failed", "5.2.2", "smtp; 552 5.2.2 <{ADDRESS}>: Mailbox full"))),
    Case("postfix: delivered, as asked", "delivered", "2.0.0", dsn(
        sender="MAILER-DAEMON@mx.example", subject="Successful Mail Delivery Report", words="It arrived.",
        fields=fields("delivered", "2.0.0", "smtp; 250 2.0.0 queued"))),
    Case("exim: with a report", "bounce_hard", "5.1.1", dsn(
        sender="Mail Delivery System <Mailer-Daemon@exim.example>",
        head="X-Failed-Recipients: {ADDRESS}\nAuto-Submitted: auto-replied\n",
        words="A message that you sent could not be delivered to all of its recipients. This is permanent.\n\n"
        "  {ADDRESS}\n    SMTP error from remote mail server after RCPT TO:\n    550 No such user here",
        fields=fields("failed", "5.0.0", "smtp; 550 No such user here", extra="\nRemote-MTA: dns; mx.remote.example"))),
    Case("exim: words only", "bounce_hard", "5.1.1", plain(
        sender="Mail Delivery System <Mailer-Daemon@exim.example>", head="X-Failed-Recipients: {ADDRESS}\n",
        subject="Mail delivery failed: returning message to sender",
        words="This message was created automatically by mail delivery software.\n\nThe following address failed:\n\n"
        "  {ADDRESS}\n    Unrouteable address\n    550 unknown user\n\n------ This is a copy of the message, with headers."
        " ------\n\n" + ORIGINAL)),
    Case("exim: delayed", "delayed", "", plain(
        sender="Mail Delivery System <Mailer-Daemon@exim.example>", head="X-Failed-Recipients: {ADDRESS}\n",
        subject="Warning: message 1abCdE-000001-2f delayed 24 hours",
        words="No action is required on your part. Delivery attempts continue.\n\n------ copy ------\n" + ORIGINAL)),
    Case("sendmail", "bounce_hard", "5.1.1", dsn(
        sender="Mail Delivery Subsystem <MAILER-DAEMON@sendmail.example>",
        subject="Returned mail: see transcript for details",
        words="   ----- The following addresses had permanent fatal errors -----\n<{ADDRESS}>\n\n   ----- Transcript of "
        "session follows -----\n... while talking to mx.remote.example.:\n>>> DATA\n<<< 550 5.1.1 <{ADDRESS}>... User "
        "unknown\n550 5.1.1 <{ADDRESS}>... User unknown",
        fields=fields("failed", "5.1.1", "SMTP; 550 5.1.1 <{ADDRESS}>... User unknown", to="RFC822; {ADDRESS}",
                      extra="\nLast-Attempt-Date: Mon, 23 Nov 2026 09:00:09 GMT"))),
    Case("qmail", "bounce_hard", "5.1.1", plain(
        sender="MAILER-DAEMON@qmail.example", subject="failure notice",
        words="Hi. This is the program that sends mail at qmail.example.\nI could not bring your message to these "
        "addresses. I have given up.\n\n<{ADDRESS}>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 sorry, "
        "no mailbox here by that name (#5.1.1)\nGiving up on 192.0.2.9.\n\n--- Below this line is a copy of the message."
        "\n\n" + ORIGINAL)),
    Case("qmail: no such host", "bounce_hard", "5.1.2", plain(
        sender="MAILER-DAEMON@qmail.example", subject="failure notice",
        words="<{ADDRESS}>:\nSorry, I couldn't find any host named gone.example. (#5.1.2)\n\n"
        "--- Below this line is a copy of the message.\n\n" + ORIGINAL)),
    Case("qmail: deferred until it gave up", "bounce_soft", "4.4.1", plain(
        sender="MAILER-DAEMON@qmail.example", subject="failure notice",
        words="<{ADDRESS}>:\nSorry, I was not able to establish an SMTP connection. (#4.4.1)\nI am not going to try "
        "again; this message has been in the queue too long.\n\n--- Below this line is a copy of the message.\n\n"
        + ORIGINAL)),
    Case("exchange on premises", "bounce_hard", "5.1.1", dsn(
        sender="Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@corp.example>",
        subject="Undeliverable: The lantern walk",
        words="Delivery has failed to these recipients or groups:\n\n{ADDRESS}\nThe e-mail address you entered couldn't "
        "be found.",
        fields=fields("failed", "5.1.1", "smtp;550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
                      extra="\nX-Display-Name: A reader"))),
    Case("exchange online: nobody of that name", "bounce_hard", "5.1.10", dsn(
        sender="postmaster@corp.example", subject="Undeliverable: The lantern walk",
        words="Your message couldn't be delivered to {ADDRESS}. It wasn't found at corp.example.",
        fields=fields("failed", "5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP "
                      "address lookup"))),
    Case("exchange online: directory blocks", "bounce_hard", "5.4.1", dsn(
        sender="postmaster@corp.example", words="{ADDRESS} is not accepted.",
        fields=fields("failed", "5.4.1", "smtp;550 5.4.1 Recipient address rejected: Access denied. AS(201806281)"))),
    Case("exchange online: sender not authenticated", "bounce_policy", "5.7.515", dsn(
        sender="postmaster@outlook.example", words="It was refused.",
        fields=fields("failed", "5.7.515", "smtp;550 5.7.515 Access denied, sending domain makers.example does not meet "
                      "the required authentication level"))),
    Case("gmail: no such account", "bounce_hard", "5.1.1", dsn(
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>", reporting="dns; googlemail.com",
        subject="Delivery Status Notification (Failure)", head="X-Failed-Recipients: {ADDRESS}\n",
        words="** Address not found **\n\nYour message wasn't delivered to {ADDRESS} because the address couldn't be found",
        fields=fields("failed", "5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach does not exist. "
                      "Please try\n 550-5.1.1 double-checking the recipient's email address for typos"))),
    Case("gmail: disabled account", "bounce_hard", "5.2.1", dsn(
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>", words="** Message not delivered **",
        fields=fields("failed", "5.2.1", "smtp; 550-5.2.1 The email account that you tried to reach is disabled"))),
    Case("gmail: gets too much at once", "bounce_soft", "5.2.1", dsn(
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>", words="** Message not delivered **",
        fields=fields("failed", "5.2.1", "smtp; 550-5.2.1 The user you are trying to contact is receiving mail at a rate "
                      "that prevents additional messages from being delivered"))),
    Case("gmail: over quota", "bounce_soft", "5.2.2", dsn(
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>", words="The recipient's inbox is full.",
        fields=fields("failed", "5.2.2", "smtp; 552-5.2.2 The recipient's inbox is out of storage space"))),
    Case("gmail: unauthenticated", "bounce_policy", "5.7.26", dsn(
        sender="Mail Delivery Subsystem <mailer-daemon@googlemail.com>", words="Message blocked",
        fields=fields("failed", "5.7.26", "smtp; 550-5.7.26 This mail has been blocked because the sender is "
                      "unauthenticated"))),
    Case("yahoo: no such account", "bounce_hard", "5.1.1", plain(
        sender="MAILER-DAEMON@yahoo.example", subject="Failure Notice",
        words="Sorry, we were unable to deliver your message to the following address.\n\n<{ADDRESS}>:\n554: delivery "
        "error: dd This user doesn't have a yahoo.example account ({ADDRESS}) [0] - mta1\n\n--- Below this line is a copy "
        "of the message.\n\n" + ORIGINAL)),
    Case("yahoo: policy", "bounce_policy", "5.7.9", dsn(
        sender="MAILER-DAEMON@mx.example", words="It was refused.",
        fields=fields("failed", "5.7.9", "smtp; 554 5.7.9 Message not accepted for policy reasons. See PH01"))),
    Case("outlook.com: mailbox unavailable", "bounce_hard", "5.5.0", dsn(
        sender="MAILER-DAEMON@mx.example", words="Mailbox not there.",
        fields=fields("failed", "5.5.0", "smtp; 550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302)"))),
    Case("outlook.com: our network is blocked", "bounce_policy", "5.7.1", dsn(
        sender="MAILER-DAEMON@mx.example", words="Blocked.",
        fields=fields("failed", "5.7.1", "smtp; 550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Part of "
                      "their network is on our block list (S3150)"))),
    Case("icloud: over quota", "bounce_soft", "5.2.2", dsn(
        sender="MAILER-DAEMON@mx.example", words="No room.",
        fields=fields("failed", "5.2.2", "smtp; 552 5.2.2 <{ADDRESS}>: user is over quota"))),
    Case("gmx: mailbox unavailable", "bounce_hard", "5.1.1", plain(
        sender="\"GMX Mailer Daemon\" <mailer-daemon@gmx.example>", subject="Mail delivery failed: returning message",
        words="A message could not be delivered. The following address failed:\n\n{ADDRESS}:\nSMTP error from remote "
        "server for RCPT TO command, host mx00.gmx.example reason: 550 Requested action not taken: mailbox unavailable\n\n"
        "--- The header of the original message is following. ---\n\n" + ORIGINAL)),
    Case("mail.ru: user not found", "bounce_hard", "5.1.1", plain(
        sender="mailer-daemon@corp.mail.example", subject="Mail failure.",
        words="This is a message of the mail system.\n\n{ADDRESS}:\n  host mxs.mail.example: 550 Message was not accepted "
        "-- invalid mailbox.  Local mailbox {ADDRESS} is unavailable: user not found\n\n" + ORIGINAL)),
    Case("courier", "bounce_hard", "5.1.1", dsn(
        sender="\"Courier mail server at courier.example\" <@>", subject="NOTICE: mail delivery status.",
        words="UNDELIVERABLE MAIL\n<{ADDRESS}>:\n   User unknown.", original="text/rfc822-headers; charset=us-ascii",
        fields=fields("failed", "5.0.0", "unknown; User <{ADDRESS}> unknown: no such user"))),
    Case("lotus domino", "bounce_hard", "5.1.1", dsn(
        sender="Postmaster@domino.example", subject="DELIVERY FAILURE: User reader not listed in Directory",
        words="Your message was not delivered because: User reader ({ADDRESS}) not found in the directory",
        fields=fields("failed", "5.1.1", "X-Notes; User reader ({ADDRESS}) not listed in Domino Directory"))),
    Case("zimbra, wrapped by a filter", "bounce_hard", "5.1.1", (
        "Return-Path: <>\nFrom: MAILER-DAEMON@zimbra.example\nTo: {VERP}\nSubject: [EXTERNAL] Undelivered Mail\n"
        "Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: text/html\n\n<b>Careful: from outside"
        "</b>\n--outer\n" + "\n".join(dsn(
            sender="x", words="no", fields=fields("failed", "5.1.1", "smtp; 550 5.1.1 user unknown")
        ).splitlines()[6:]) + "\n--outer--\n")),
    Case("barracuda: content", "bounce_policy", "5.7.1", plain(
        sender="MAILER-DAEMON@barracuda.example", subject="**Message you sent blocked by our bulk email filter**",
        words="Your message to: {ADDRESS}\nwas blocked by our Spam Firewall. 554 rejected\n\n" + ORIGINAL)),
    Case("mimecast: administrative lockout", "bounce_policy", "5.7.1", dsn(
        sender="postmaster@mimecast.example", words="Held.",
        fields=fields("failed", "5.0.0", "smtp; 550 Administrative prohibition - envelope blocked"))),
    Case("proofpoint: greylisted, then given up", "bounce_soft", "4.7.1", dsn(
        sender="MAILER-DAEMON@mx.example", words="Given up.",
        fields=fields("failed", "4.7.1", "smtp; 451 4.7.1 Greylisting in action, please come back later"))),
    Case("cisco: address rejected", "bounce_hard", "5.1.0", dsn(
        sender="MAILER-DAEMON@ironport.example", words="Rejected.",
        fields=fields("failed", "5.1.0", "smtp; 550 #5.1.0 Address rejected {ADDRESS}: unknown user"))),
    Case("groupwise", "bounce_hard", "5.1.1", plain(
        sender="Mailer-Daemon@groupwise.example", subject="Message status - undeliverable",
        words="The message that you sent was undeliverable to the following:\n\treader ({ADDRESS}: user not found)\n\n"
        + ORIGINAL)),
    Case("opensmtpd", "bounce_hard", "5.1.1", dsn(
        sender="Mailer Daemon <MAILER-DAEMON@openbsd.example>", subject="Delivery status notification: error",
        words="    Hi!\n\n    An error has occurred while attempting to deliver a message:\n\n    {ADDRESS}: 550 Invalid "
        "recipient: {ADDRESS}",
        fields=fields("failed", "5.0.0", "smtp; 550 Invalid recipient: <{ADDRESS}>", extra=""))),
    Case("haraka", "bounce_hard", "5.1.1", dsn(
        sender="MAILER-DAEMON@haraka.example", words="Some recipients failed: 550 5.1.1 unknown recipient",
        fields=fields("failed", "5.1.1", "smtp; 550 5.1.1 unknown recipient {ADDRESS}"))),
    Case("dovecot lmtp: quota", "bounce_soft", "5.2.2", dsn(
        sender="MAILER-DAEMON@mx.example", words="Quota.",
        fields=fields("failed", "5.2.2", "smtp; 552 5.2.2 <{ADDRESS}> Quota exceeded (mailbox for user is full)"))),
    Case("smtputf8 report (RFC 6533)", "bounce_hard", "5.1.1", dsn(
        sender="MAILER-DAEMON@mx.example", words="Nobody.", original="message/global-headers",
        fields=fields("failed", "5.1.1", "smtp; 550 5.1.1 user unknown", to="utf-8; r\\x{E9}ader@people.example"),
    ).replace("message/delivery-status", "message/global-delivery-status")),
    Case("base64 parts, cp1252, no charset", "bounce_hard", "5.1.1", dsn(
        sender="MAILER-DAEMON@mx.example", words="Empf\u00e4nger unbekannt", subject="=?iso-8859-1?Q?Unzustellbar=FC?=",
        fields=fields("failed", "5.1.1", "smtp; 550 5.1.1 Unbekannter Empf\u00e4nger"))),
    Case("no status, no codes, only a full mailbox", "bounce_soft", "5.2.2", plain(
        sender="postmaster@small.example", subject="Undeliverable mail",
        words="The mailbox of {ADDRESS} is full. Quota exceeded.\n\n" + ORIGINAL)),
    Case("html only", "bounce_hard", "5.1.1", plain(
        sender="postmaster@web.example", subject="Undeliverable: The lantern walk", head="Content-Type: text/html\n",
        words="<html><style>p {{ color: red }}</style><p>550 5.1.1 <b>{ADDRESS}</b> user unknown</p></html>\n")),
    Case("vacation to the envelope sender", "automatic", "", plain(
        sender="A reader <{ADDRESS}>", subject="Out of office: The lantern walk", path="<{ADDRESS}>",
        head="Auto-Submitted: auto-replied\nIn-Reply-To: <{MESSAGE_ID}@makers.example>\n",
        words="I am away until Monday. My mailbox is not full, and I am not unknown.")),
    Case("vacation without a header", "automatic", "", plain(
        sender="A reader <{ADDRESS}>", subject="Abwesenheitsnotiz: The lantern walk", path="<{ADDRESS}>",
        words="Ich bin im Urlaub.")),
    Case("a person answers", "nothing", "", plain(
        sender="A reader <{ADDRESS}>", subject="Re: The lantern walk", path="<{ADDRESS}>",
        words="Lovely issue! Is the spam filter still full?\n\n> Unsubscribe: {LINK}")),
]  # fmt: skip
