"""Free mail providers, and why their addresses cannot be the From of mail that somebody else sends.

A receiver checks the domain of the From address: its owner publishes by DMARC (RFC 7489) that mail in its name must
be signed by it or leave from its servers (alignment, section 3.1). A relay of another company can do neither for
gmail.com, so the mail lands in the spam folder or is refused. Only the provider's own server can send it.

The table is our own, of providers with millions of mailboxes whose domains nobody else may send for. A provider that
is missing costs a warning, nothing more.
"""

from __future__ import annotations

import re

# Name of the provider: (domains of its addresses, domains of its servers); `*` stands for a country's ending.
_PROVIDERS: dict[str, tuple[str, str]] = {
    "Gmail": ("gmail.com googlemail.com", "gmail.com googlemail.com google.com"),
    "Microsoft": (
        "outlook.* hotmail.* live.* msn.com passport.com windowslive.com",
        "outlook.com office365.com hotmail.com live.com microsoft.com",
    ),
    "Yahoo": ("yahoo.* ymail.com rocketmail.com myyahoo.com", "yahoo.com yahoodns.net yahoo.co.jp"),
    "AOL": ("aol.* aim.com verizon.net", "aol.com yahoo.com"),
    "iCloud": ("icloud.com me.com mac.com", "icloud.com me.com mac.com apple.com"),
    "GMX": ("gmx.*", "gmx.net gmx.com gmx.de"),
    "WEB.DE": ("web.de email.de", "web.de"),
    "mail.com": ("mail.com email.com", "mail.com"),
    "Proton": ("proton.me protonmail.com protonmail.ch pm.me", "proton.me protonmail.ch protonmail.com"),
    "Tuta": ("tutanota.com tutanota.de tutamail.com tuta.com tuta.io keemail.me", "tutanota.com tuta.com"),
    "Zoho": ("zohomail.* zoho.com", "zoho.com zoho.eu zoho.in zohomail.com"),
    "Fastmail": ("fastmail.* messagingengine.com", "fastmail.com messagingengine.com"),
    "mailbox.org": ("mailbox.org", "mailbox.org"),
    "Posteo": ("posteo.*", "posteo.de"),
    "T-Online": ("t-online.de magenta.de", "t-online.de telekom.de"),
    "freenet": ("freenet.de", "freenet.de"),
    "Orange": ("orange.fr wanadoo.fr", "orange.fr wanadoo.fr"),
    "Free": ("free.fr", "free.fr"),
    "La Poste": ("laposte.net", "laposte.net"),
    "SFR": ("sfr.fr neuf.fr", "sfr.fr"),
    "Libero": ("libero.it virgilio.it", "libero.it italiaonline.it"),
    "BT": ("btinternet.com", "btinternet.com bt.com"),
    "Sky": ("sky.com", "sky.com yahoo.com"),
    "Comcast": ("comcast.net", "comcast.net"),
    "AT&T": ("att.net sbcglobal.net bellsouth.net", "att.net yahoo.com"),
    "Yandex": ("yandex.* ya.ru", "yandex.ru yandex.com yandex.net"),
    "Mail.ru": ("mail.ru inbox.ru list.ru bk.ru", "mail.ru"),
    "Rambler": ("rambler.ru", "rambler.ru"),
    "Seznam": ("seznam.cz email.cz", "seznam.cz"),
    "WP": ("wp.pl o2.pl", "wp.pl o2.pl"),
    "Onet": ("onet.pl onet.eu", "onet.pl"),
    "UOL": ("uol.com.br bol.com.br", "uol.com.br"),
    "Tencent": ("qq.com foxmail.com", "qq.com"),
    "NetEase": ("163.com 126.com yeah.net", "163.com 126.com"),
    "Sina": ("sina.com sina.cn", "sina.com sina.cn"),
    "Naver": ("naver.com", "naver.com"),
    "Daum": ("daum.net hanmail.net", "daum.net kakao.com"),
    "Rediffmail": ("rediffmail.com", "rediffmail.com"),
}

# Where the host for sending is not `smtp.` and the first of those domains.
_SUBMISSION = {
    "Microsoft": "smtp-mail.outlook.com",
    "Yahoo": "smtp.mail.yahoo.com",
    "iCloud": "smtp.mail.me.com",
    "GMX": "mail.gmx.net",
    "Posteo": "posteo.de",
    "T-Online": "securesmtp.t-online.de",
    "freenet": "mx.freenet.de",
}


def provider_of(domain: str) -> str:
    """The provider whose addresses end in `domain` (lower case), or ""."""
    return next((name for name, (theirs, _) in _PROVIDERS.items() if _is_one_of(domain, theirs)), "")


def may_send_for(provider: str, host: str) -> bool:
    """Whether the mail server `host` belongs to `provider`."""
    servers = _PROVIDERS[provider][1].split()
    return any(host.lower() == server or host.lower().endswith(f".{server}") for server in servers)


def server_of(provider: str) -> str:
    """The host that the provider's own customers send through, as far as known: for a message or a first guess."""
    return _SUBMISSION.get(provider) or f"smtp.{_PROVIDERS[provider][1].split()[0]}"


def _is_one_of(domain: str, patterns: str) -> bool:
    # A country's ending is two letters, "com", or "co.uk" and its like: `yahoo.*` must not catch yahoo.mysite.example.
    return any(
        re.fullmatch(re.escape(one).replace(r"\*", r"(?:com|net|org|eu|[a-z]{2}|com?\.[a-z]{2})"), domain)
        for one in patterns.split()
    )
