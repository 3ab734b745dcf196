"""Writes the first digest.toml and what stands beside it, from a few answers and sensible guesses.

Does not make the database and asks nothing. Overwrites nothing: when one of its files exists, none is written.
Invariant: what it writes loads without a problem; what a machine cannot know (the password, the postal address) is
asked for by the first command that sends, with file and line.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from digest.config import freemail
from digest.config.checks import POSTAL_ADDRESS_TO_FILL_IN
from digest.config.places import Places
from digest.config.tables import read_tables
from digest.errors import UsageError
from digest.model import EmailAddress


@dataclass(frozen=True, slots=True)
class Answers:
    """What `digest init` asks. `operator` is an address; `sender` may carry a name (`Name <address>`).

    `feed_url` None: articles come from a folder, and a first one is written there.
    """

    site_name: str
    site_url: str
    sender: str
    operator: str
    relay_url: str
    timezone: str = "UTC"
    feed_url: str | None = None
    postal_address: str = POSTAL_ADDRESS_TO_FILL_IN
    locale: str = "en"
    password: str = ""

    @classmethod
    def guess(
        cls, operator: str, *, site_name: str = "", timezone: str = "UTC", feed_url: str | None = None
    ) -> Answers:
        """Everything from the operator's own address, and from the feed where there is one. Raises `AddressError`.

        An address at a free mail provider sends through that provider's server, since no other may send for it.
        """
        address = EmailAddress.parse(operator)
        provider = freemail.provider_of(address.domain)
        feed_host = (urlsplit(feed_url).hostname or "").removeprefix("www.") if feed_url else ""
        home = feed_host or ("example.org" if provider else address.domain)
        name = site_name or ("My community" if home == "example.org" else home.split(".")[0].replace("-", " ").title())
        sender = str(address) if provider else f"digest@{address.domain}"
        host = freemail.server_of(provider) if provider else f"smtp.{address.domain}"
        return cls(
            site_name=name,
            site_url=f"https://{home}",
            sender=f"{name} <{sender}>",
            operator=str(address),
            relay_url=f"smtp://{quote(sender, safe='')}@{host}:587",
            timezone=timezone,
            feed_url=feed_url,
        )


def write_starter(directory: Path, *, answers: Answers) -> list[Path]:
    """Write the starter into `directory` (made if need be); returns the files in the order to look at them.

    Raises `UsageError` naming the files that exist already or the answers that cannot be; then nothing was written.
    """
    contents = {directory / name: content for name, content in _contents(answers).items()}
    _refuse_bad_answers(contents[directory / "digest.toml"])
    existing = [path for path in contents if path.exists() or path.is_symlink()]
    if existing:
        raise UsageError(
            f"{' and '.join(path.name for path in existing)} exist{'s' if len(existing) == 1 else ''} already",
            where=str(directory),
            why="nothing was written, so that nothing is lost",
            try_="choose another folder: digest init FOLDER",
        )
    written: list[Path] = []
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_new(path, content, mode=0o600 if path.name == "smtp-password" else 0o644)
            written.append(path)
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise UsageError(
            f"{error.filename or directory} cannot be written", where=str(directory), why=error.strerror or str(error),
            try_="choose a folder that you may write to: digest init FOLDER",
        ) from error  # fmt: skip
    return written


def _refuse_bad_answers(text: str) -> None:
    """A starter that the next command refuses would be a poor welcome: better to ask again."""
    _, problems = read_tables(tomllib.loads(text), Places("digest.toml"))
    if problems:
        raise UsageError(
            "these answers do not make a working digest.toml",
            why="; ".join(f"{one.key}: {one.what}" for one in problems),
            try_=problems[0].try_,
        )


def _write_new(path: Path, content: str, *, mode: int) -> None:
    """O_EXCL: a file that appeared since the check is not overwritten; the mode counts from the first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(content)


def _contents(answers: Answers) -> dict[str, str]:
    files = {
        "digest.toml": _digest_toml(answers),
        "subscribers.csv": f"email,name\n{answers.operator},\n",
        "smtp-password": f"{answers.password}\n" if answers.password else "",
        ".gitignore": _GITIGNORE,
    }
    if not answers.feed_url:
        files["articles/welcome.md"] = _WELCOME
    return files


def _toml(text: str) -> str:
    """A TOML basic string: JSON's escapes are a subset of TOML's, except that JSON lets DEL pass."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _digest_toml(answers: Answers) -> str:
    postal = answers.postal_address or POSTAL_ADDRESS_TO_FILL_IN
    fill_in = "  # <- FILL THIS IN" if postal == POSTAL_ADDRESS_TO_FILL_IN else ""
    login = 'password = { file = "smtp-password" }'
    source = _FEED.replace("@FEED@", _toml(answers.feed_url)) if answers.feed_url else _FOLDER
    filled = {
        "@NAME@": _toml(answers.site_name),
        "@URL@": _toml(answers.site_url),
        "@ZONE@": _toml(answers.timezone),
        "@LOCALE@": _toml(answers.locale),
        "@FROM@": _toml(answers.sender),
        "@REPLY_TO@": _toml(answers.operator),
        "@POSTAL@": _toml(postal) + fill_in,
        "@OPERATOR@": _toml(answers.operator),
        "@RELAY@": _toml(answers.relay_url),
        "@PASSWORD@": login if "@" in urlsplit(answers.relay_url).netloc else f"# {login}",
        "@SOURCE@": source,
    }
    return re.sub(r"@[A-Z_]+@", lambda mark: filled[mark[0]], _STARTER)  # one pass: an answer may look like a mark


_STARTER = """\
# What `digest` gathers, whom it writes to, and when. `digest check` explains any mistake in this file.
# Lines that start with # are remarks; the settings among them show what else there is.

[site]
name = @NAME@
url = @URL@
timezone = @ZONE@  # every time in this file and in the emails is in this zone
locale = @LOCALE@  # language and region of dates, such as "en-IE"
from = @FROM@
# reply_to = @REPLY_TO@  # where answers go, if not to the address above
postal_address = @POSTAL@
# public_url = "https://news.example.org"  # where `digest serve` is reached; without it, people unsubscribe by mail

@SOURCE@

[list.members]
csv = "subscribers.csv"  # read anew for every issue; a column "email", and "name" if you like

[digest.weekly]
list = "members"
schedule = "every monday at 09:00"  # or "every day at 07:30", "first monday of month at 09:00", "0 9 * * mon"
# title = "The week in short"  # instead of the site's name
# template = "briefing"        # or "list", "magazine", "letter"; your own go into the folder templates/
# min_articles = 1             # with fewer new articles, no email
# max_articles = 12            # the others wait for the next issue
# summary = { sentences = 2, max_chars = 280 }
# subject = "{title}, and {n} more"  # instead of the one made from the articles

[relay.main]
# The mail server you send through: smtp://user@host:587 or smtps://user@host:465. In a user name, @ is written %40.
url = @RELAY@
@PASSWORD@  # write the password into that file, never into this one

[notify]
email = @OPERATOR@  # hears when an issue went out, waits for you, or failed

# [theme]
# name = "modern"              # or "warm", "classic"; what follows changes parts of it
# accent = "#0b57d0"
# logo = "logo.png"            # a PNG or JPEG up to 32 KB, sent along; or an https:// address
# logo_dark = "https://example.org/logo-dark.png"  # for readers with a dark screen

# [delivery]
# only_to = ["you@example.org"]  # while trying out: nobody else gets anything
"""

_FEED = """\
[source.blog]
url = @FEED@  # an RSS, Atom or JSON feed; add a [source.NAME] for every other one
# title = "Our blog"  # how readers see it, if not by the feed's own title\
"""

_FOLDER = """\
[source.articles]
path = "articles"  # every .md, .txt or .html file in this folder is an article
# url_template = "https://example.org/articles/{stem}"  # where the articles stand on the web, if they do

# [source.blog]
# url = "https://example.org/feed.xml"  # an RSS, Atom or JSON feed\
"""

_GITIGNORE = """\
# The password of your mail server.
/smtp-password

# Who received what. Personal data: back it up (digest db backup), do not publish it.
/digest.db*

# Addresses of people, and who left. Back them up elsewhere: a repository keeps them for ever, even after somebody
# asks you to forget them.
/*.csv
/*.csv.*
"""

_WELCOME = """\
---
title: Your first article
---

Everything in this folder becomes part of the next issue. A file is one article: its title stands at the top, the text
below, and a summary is made from the text without changing a word of it.

Write a second file beside this one, or add a feed to digest.toml, and run `digest preview` to see the email as your
readers will. Nobody receives anything until you run `digest send`, and it shows the list and asks first.

When you have seen enough, delete this file. An article that was sent once is not sent again, so the order in which
you add and remove files does not matter.
"""
