"""`digest db`: create, back up, restore, upgrade, prune."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from digest.cli.app import App, json_option, pass_app
from digest.cli.output import print_json


@click.group(short_help="Create, back up, restore, upgrade and prune the database.")
def db() -> None:
    """The database holds who was sent what, and everyone's unsubscribes: back it up."""


@db.command(short_help="Make a new, empty database.")
@pass_app
def create(app: App) -> None:
    """Create the database named by [storage] url (default: digest.db beside the configuration)."""
    from digest.store import create_database

    url = _url(app)
    there = _is_there(url)
    create_database(url)
    click.echo(f"{_shown(url)} is there already; nothing was changed." if there else f"Created {_shown(url)}.")


@db.command(short_help="Copy the database to FILE, while it is in use.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@pass_app
def backup(app: App, file: Path) -> None:
    """Write a consistent copy (articles, issues, ledger, unsubscribes, signing keys) to FILE."""
    from digest.store import backup as run

    run(_url(app), file)
    click.echo(f"Copied to {file} ({file.stat().st_size:,} bytes). It holds addresses and signing keys: keep it safe.")


@db.command(short_help="Put a backup back in place.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace a database that is in use.")
@pass_app
def restore(app: App, file: Path, force: bool) -> None:
    """Restore FILE. An existing database is not replaced without --force, and is kept beside it then."""
    from digest.store import restore as run

    run(_url(app), file, force=force)
    click.echo(f"Restored {file}. Unsubscribes since then are read again from the .unsubscribed.csv files.")


@db.command(short_help="Bring the schema to this version.")
@pass_app
def upgrade(app: App) -> None:
    """Upgrade the schema. On SQLite the old file is kept aside; on PostgreSQL take a dump first."""
    from digest.store import upgrade as run

    click.echo(f"The schema is at {run(_url(app))}.")


@db.command(short_help="Forget old articles and details nobody needs any more.")
@click.option(
    "--older-than",
    "days",
    default=400,
    show_default=True,
    metavar="DAYS",
    type=click.IntRange(30),
    help="How long to keep.",
)
@json_option
@pass_app
def prune(app: App, days: int, as_json: bool) -> None:
    """Remove article texts, recipient snapshots and events older than DAYS; counts and unsubscribes stay."""
    with app.workspace(secrets=False) as workspace:
        from digest.store import prune as run

        removed = run(workspace.store, before=workspace.now() - timedelta(days=days))
    if as_json:
        print_json(removed)
        return
    for what, count in removed.items():
        click.echo(f"{what}: {count}")


def _url(app: App) -> str:
    from digest.config import load_config

    return load_config(Path(app.config_path), env=app.env, secrets=False, files=False).storage_url


def _is_there(url: str) -> bool:
    """Whether a database of ours is there, and so everyone's unsubscribes with it."""
    from digest.errors import StoreError
    from digest.store import open_store

    try:
        open_store(url).close()
    except StoreError:
        return False
    return True


def _shown(url: str) -> str:
    """The address without its password."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        return rest.removeprefix("/")
    return f"{scheme}://{rest.rpartition('@')[2]}" if "@" in rest else url
