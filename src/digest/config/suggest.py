"""The word that was probably meant.

Close spellings come from difflib; the few words that other programs use for the same thing come from a table, since
no spelling distance leads from `sender` to `from`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# What people bring along from other programs, and from the words of everyday speech.
_OTHER_WORDS = {
    "sender": "from", "from_email": "from", "from_address": "from", "email_from": "from", "mail_from": "from",
    "language": "locale", "lang": "language", "tz": "timezone", "time_zone": "timezone", "address": "postal_address",
    "feed": "url", "feed_url": "url", "rss": "url", "link": "url", "uri": "url", "homepage": "url", "folder": "path",
    "directory": "path", "dir": "path", "file": "csv", "subscribers": "csv", "recipients": "list", "audience": "list",
    "lists": "list", "cron": "schedule", "when": "schedule", "every": "schedule", "source": "sources",
    "feeds": "source",
    "newsletter": "digest", "newsletters": "digest", "smtp": "relay", "mail": "relay", "mailer": "relay",
    "server": "relay", "database": "storage", "db": "storage", "host": "url", "reply-to": "reply_to",
    "color": "accent", "colour": "accent", "description": "title", "name": "title", "label": "title",
    "preview_text": "preheader", "max_items": "max_articles", "min_items": "min_articles", "pass": "password",
    "secret": "password", "base_url": "public_url", "root_url": "public_url", "bounce": "bounces", "alerts": "notify",
}  # fmt: skip


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that `word` most likely stands for, or "" when nothing is near enough to be worth saying."""
    by_folded = {name.casefold(): name for name in known}
    folded = word.casefold()
    other = _OTHER_WORDS.get(folded, "")
    if folded in by_folded:
        return by_folded[folded]
    close = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.7)
    if close:
        return by_folded[close[0]]
    return by_folded.get(other, "")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean "members"?`, or nothing: ready to stand at the end of a sentence."""
    guess = nearest(word, known)
    return f'; did you mean "{guess}"?' if guess else ""


def listed(words: Iterable[str]) -> str:
    """`a, b or c` for a message; "none" when there are none."""
    items = list(words)
    if len(items) < 2:
        return items[0] if items else "none"
    return f"{', '.join(items[:-1])} or {items[-1]}"
