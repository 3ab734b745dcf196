"""`digest init`: a commented starter, ready for a first test mail."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, App, pass_app
from digest.cli.output import on_terminal
from digest.errors import DigestError, UsageError

if TYPE_CHECKING:
    from digest.config import Answers


@click.command(short_help="Write a commented starter: configuration, list, password file, database.")
@click.argument("places", nargs=-1, metavar="[SITE-URL] [DIRECTORY]")
@click.option("--email", metavar="ADDRESS", help="Your own address: the first and only subscriber. Without it, asks.")
@click.option("--name", metavar="NAME", help="The community's name.")
@click.option("--url", metavar="URL", help="Its web address.")
@click.option("--feed", metavar="URL", help="A feed to gather from; without one, a folder with a first article.")
@click.option("--from", "sender", metavar="ADDRESS", help='The sender, such as "Riverside <digest@riverside.example>".')
@click.option("--postal-address", metavar="TEXT", help="The publisher's street address; every email must show one.")
@click.option("--relay", metavar="URL", help="The server to send through, such as smtp://user@smtp.example.net:587.")
@click.option("--locale", metavar="LOCALE", help="Language and region, such as en-IE.  [default: en]")
@click.option("--timezone", metavar="ZONE", help="IANA zone, such as Europe/Dublin.  [default: this machine's]")
@click.option(
    "--allow-host", multiple=True, metavar="HOST", help="This host may be private: an intranet, this machine."
)
@click.option("--test/--no-test", default=None, help="With SITE-URL: mail yourself a test at the end.  [default: asks]")
@click.option("--serve", is_flag=True, help="With SITE-URL: show the preview in the browser at the end.")
@pass_app
def init(
    app: App,
    /,
    places: tuple[str, ...],
    email: str | None,
    allow_host: tuple[str, ...],
    test: bool | None,
    serve: bool,
    **given: str | None,
) -> None:
    """Write digest.toml, subscribers.csv (you alone), smtp-password (0600), .gitignore and the database.

    Overwrites nothing. The configuration explains itself line by line. On a terminal, without --email, it asks for
    what it needs; with --email it guesses what is not given, and asks nothing.

    With the address of your site it also finds its feeds, name, language and colours, gathers, and ends with a
    preview and, if you like, a test mail to yourself:

    \b
    digest init https://your-site.org newsletter --email you@your-site.org
    """
    url, directory = _where(places)
    if url:
        from digest.cli.welcome import Wishes, welcome

        wishes = Wishes(url, directory, email, dict(given), allow_host, test, serve)
        sys.exit(welcome(app, wishes))
    if allow_host or test is not None or serve:
        raise click.UsageError("--allow-host, --test and --serve go with the address of a site: digest init SITE-URL")
    _write_starter(directory, ask(given) if email is None else answers_from(email, given))
    sys.exit(DONE)


def _where(places: tuple[str, ...]) -> tuple[str, Path]:
    """The site's address, or "", and the folder."""
    urls = [place for place in places if "://" in place]
    folders = [place for place in places if "://" not in place]
    if len(urls) > 1 or len(folders) > 1:
        raise click.UsageError("at most one address and one folder: digest init SITE-URL DIRECTORY")
    return "".join(urls), Path(*folders).expanduser()


def _write_starter(directory: Path, answers: Answers) -> None:
    from digest.config import load_config, write_starter
    from digest.store import create_database

    written = write_starter(directory, answers=answers)
    config = directory / "digest.toml"
    create_database(load_config(config, env={}, secrets=False).storage_url)
    for path in [*written, directory / "digest.db"]:
        click.echo(f"  {path}")
    click.echo("\nNext:")
    for number, step in enumerate(next_steps(directory, answers), 1):
        click.echo(f"  {number}. {step}")


def answers_from(email: str, given: dict[str, str | None]) -> Answers:
    """What was given, and guesses from the address and the feed for the rest."""
    from digest.config import Answers

    guess = Answers.guess(
        email,
        site_name=given["name"] or "",
        timezone=given["timezone"] or machine_timezone(),
        feed_url=given["feed"] or None,
    )
    said = {
        "site_url": given["url"],
        "sender": given["sender"],
        "relay_url": given["relay"],
        "postal_address": given["postal_address"],
        "locale": given["locale"],
    }
    return replace(guess, **{field: value for field, value in said.items() if value})


def ask(given: dict[str, str | None], *, sender: bool = False) -> Answers:
    """What is missing from `given`, by questions; also for the sender, if it is to be asked for."""
    if not on_terminal():
        raise UsageError("whose newsletter is it?", try_="digest init --email you@your-domain")
    click.echo("A few questions; Enter takes what stands in brackets, and digest.toml can be changed later.\n")
    email = click.prompt("Your own e-mail address (you are the first subscriber)", value_proc=_address)
    if given["feed"] is None:
        given["feed"] = click.prompt("A feed to gather from (empty: a folder of texts)", default="", show_default=False)
    for key, question in (("name", "The community's name"), ("url", "Its web address")):
        given[key] = given[key] or click.prompt(question, default=_guessed(email, given, key))
    if sender:
        given["sender"] = given["sender"] or click.prompt(
            "Who the emails come from", default=_guessed(email, given, "sender")
        )
    postal = "The publisher's street address, shown in every email (empty: later)"
    given["postal_address"] = given["postal_address"] or click.prompt(postal, default="", show_default=False)
    given["relay"] = given["relay"] or click.prompt(
        "The mail server to send through", default=_guessed(email, given, "relay")
    )
    answers = answers_from(email, given)
    if "@" not in answers.relay_url:
        return answers
    password = "Its password (not shown; empty: you put it into the file smtp-password later)"  # noqa: S105 - a question
    return replace(answers, password=click.prompt(password, default="", show_default=False, hide_input=True))


def _guessed(email: str, given: dict[str, str | None], key: str) -> str:
    guess = answers_from(email, given)
    return {"name": guess.site_name, "url": guess.site_url, "relay": guess.relay_url, "sender": guess.sender}[key]


def _address(text: str) -> str:
    from digest.model import EmailAddress

    try:
        return str(EmailAddress.parse(text.strip()))
    except DigestError as error:
        raise click.UsageError(str(error)) from error


def next_steps(directory: Path, answers: Answers) -> list[str]:
    """What is left to do, in the order to do it."""
    from digest.config.checks import POSTAL_ADDRESS_TO_FILL_IN

    steps = [] if directory == Path() else [f"cd {shlex.quote(str(directory))}"]
    missing = "postal address, " if answers.postal_address in ("", POSTAL_ADDRESS_TO_FILL_IN) else ""
    steps.append(f"read through digest.toml: {missing}sender, relay")
    if "@" in answers.relay_url and not answers.password:
        steps.append("put the relay's password into the file smtp-password")
    return [*steps, "digest check", "digest preview", f"digest test weekly {answers.operator}"]


def machine_timezone() -> str:
    """This machine's IANA zone, or UTC when it does not tell."""
    from zoneinfo import ZoneInfo

    zone = os.environ.get("TZ", "").lstrip(":")
    if not zone:
        try:
            zone = Path("/etc/timezone").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            zone = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return "UTC"
    return zone
