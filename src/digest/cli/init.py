"""`digest init`: a commented starter, ready for a first test mail."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from digest.cli.app import App, on_terminal, pass_app
from digest.errors import UsageError


@click.command(short_help="Write a commented starter: configuration, list, password file, database.")
@click.argument("directory", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--email", metavar="ADDRESS", help="Your own address: the first and only subscriber.")
@click.option("--feed", metavar="URL", help="A feed to gather from; without one, a folder with a first article.")
@click.option("--name", default="", help="The community's name.")
@click.option("--timezone", default="", help="IANA zone (default: this machine's).")
@pass_app
def init(app: App, directory: Path, email: str | None, feed: str | None, name: str, timezone: str) -> None:
    """Write digest.toml, subscribers.csv (you alone), smtp-password (0600), .gitignore and the database.

    Overwrites nothing. The configuration explains itself line by line.
    """
    from digest.config import Answers, load_config, write_starter
    from digest.store import create_database

    if email is None:
        if not on_terminal():
            raise UsageError("whose list is it?", try_="digest init --email you@your-domain")
        email = click.prompt("Your own e-mail address (the first subscriber)")
        feed = feed or click.prompt(
            "A feed to gather from (empty: a folder of articles)", default="", show_default=False
        )
    answers = Answers.guess(email, site_name=name, timezone=timezone or machine_timezone(), feed_url=feed or None)
    written = write_starter(directory, answers=answers)
    config = directory / "digest.toml"
    create_database(load_config(config, env={}, secrets=False).storage_url)
    for path in written:
        click.echo(f"  {path}")
    click.echo(f"  {directory / 'digest.db'}")
    here = "" if directory == Path() else f"cd {directory} && "
    click.echo(
        f"\nNext:\n  1. read through {config}: sender, postal address, relay\n"
        f"  2. put the relay's password into {directory / 'smtp-password'}\n"
        f"  3. {here}digest check\n"
        f"  4. {here}digest preview\n"
        f"  5. {here}digest test weekly {email}"
    )
    sys.exit(0)


def machine_timezone() -> str:
    """This machine's IANA zone, or UTC when it does not tell."""
    zone = os.environ.get("TZ", "").lstrip(":")
    if not zone:
        try:
            zone = Path("/etc/timezone").read_text().strip()
        except OSError:
            target = str(Path("/etc/localtime").resolve())
            zone = target.partition("zoneinfo/")[2]
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError before 3.12, an OSError inside
        return "UTC"
    except KeyError:
        return "UTC"
    return zone or "UTC"
