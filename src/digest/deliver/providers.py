"""Which mailbox provider answers for a domain: limits, rates and reports are about providers, not about spellings.

Pure. Does not look up MX records: a company's own domain hosted at a provider counts as itself, which limits it too
little rather than too much. Families as their owners name them (their sign-up and postmaster pages, 2026).
"""

from __future__ import annotations

# yahoo.co.jp is a company of its own and stands for itself.
_FAMILIES = {
    "gmail.com": "googlemail.com",
    "outlook.com": (
        "hotmail.com live.com msn.com passport.com windowslive.com hotmail.co.uk hotmail.de hotmail.es hotmail.fr "
        "hotmail.it hotmail.com.br live.co.uk live.de live.fr live.nl live.ca live.com.au live.ie outlook.de "
        "outlook.fr outlook.es outlook.it outlook.ie outlook.com.br outlook.jp"
    ),
    "yahoo.com": (
        "ymail.com rocketmail.com aol.com aim.com verizon.net netscape.net yahoo.co.uk yahoo.de yahoo.fr yahoo.es "
        "yahoo.it yahoo.ie yahoo.ca yahoo.in yahoo.co.in yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.com.ar "
        "aol.co.uk aol.de aol.fr"
    ),
    "icloud.com": "me.com mac.com",
    "gmx.net": "gmx.de gmx.at gmx.ch gmx.com gmx.eu web.de mail.com email.de",
    "t-online.de": "magenta.de",
    "orange.fr": "wanadoo.fr",
    "free.fr": "aliceadsl.fr",
    "sfr.fr": "neuf.fr club-internet.fr cegetel.net",
    "libero.it": "inwind.it iol.it virgilio.it",
    "proton.me": "protonmail.com protonmail.ch pm.me",
    "mail.ru": "bk.ru inbox.ru list.ru internet.ru",
    "yandex.ru": "yandex.com ya.ru yandex.by yandex.kz yandex.ua",
    "qq.com": "foxmail.com",
    "163.com": "126.com yeah.net 188.com",
    "fastmail.com": "fastmail.fm messagingengine.com",
    "comcast.net": "xfinity.com",
}  # fmt: skip
_OWNER = {member: owner for owner, members in _FAMILIES.items() for member in (owner, *members.split())}


def provider_of(domain: str) -> str:
    """The provider that answers for `domain` (lower case, A-labels), by its best-known domain; else `domain` itself."""
    return _OWNER.get(domain, domain)
