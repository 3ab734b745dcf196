"""`digest subscribers suppressions`: who must not be mailed, and the way back."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, PARTLY, App, json_option, pass_app
from digest.cli.output import confirm, print_json, print_table
from digest.cli.wording import when
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.model import Suppression
    from digest.pipeline.workspace import Workspace

SHOWN_REJECTS = 20
reason_option = click.option("--reason", default="", metavar="TEXT", help="Only those whose reason begins so.")
domain_option = click.option("--domain", default="", metavar="DOMAIN", help="Only addresses of this domain.")
since_option = click.option("--since", default="", metavar="DATE", help="Only those of this day (2026-11-30) or later.")


@click.group(short_help="Addresses that are never mailed: list, remove, export, import.")
def suppressions() -> None:
    """Complaints, dead addresses and those you name yourself: never mailed, on any list, whatever file comes.

    They outlive the subscriber and the list. An unsubscribe is something else: it ends one list, and stands.
    """


@suppressions.command("list", short_help="Who is suppressed, since when, why, until when.")
@reason_option
@domain_option
@since_option
@json_option
@pass_app
def list_(app: App, reason: str, domain: str, since: str, as_json: bool) -> None:
    """List suppressions, those too whose end has come."""
    with app.workspace(secrets=False) as workspace:
        found = _matching(workspace, reason, domain, since)
        if as_json:
            print_json(found)
            return
        cells = [(one.address, one.reason, when(workspace, None, one.at), _until(workspace, one)) for one in found]
        print_table(("address", "reason", "since", "until"), cells, empty="Nobody is suppressed.")


@suppressions.command(short_help="Let addresses be mailed again.")
@click.argument("addresses", nargs=-1)
@reason_option
@domain_option
@since_option
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@json_option
@pass_app
def remove(
    app: App, addresses: tuple[str, ...], reason: str, domain: str, since: str, yes: bool, as_json: bool
) -> None:
    """Lift the suppression of ADDRESSES, or of all that match: after a provider's bad day, for example

    digest subscribers suppressions remove --domain example.org --since 2026-11-30 --reason "hard bounce"
    """
    with app.workspace(secrets=False) as workspace:
        from digest.model import EmailAddress

        if addresses:
            keys = [EmailAddress.parse(address).key for address in addresses]
        elif reason or domain or since:
            keys = [one.address for one in _matching(workspace, reason, domain, since)]
        else:
            raise UsageError("whom?", try_="name addresses, or give --reason, --domain or --since")
        if not addresses and not as_json:
            click.echo(f"{len(keys)} addresses match: {', '.join(keys[:5])}{' ...' if len(keys) > 5 else ''}")
        wanted = bool(addresses) or (bool(keys) and confirm("Let them be mailed again?", yes=yes))
        lifted = workspace.store.audience.lift(keys, at=workspace.now()) if wanted else 0
        if as_json:
            print_json({"lifted": lifted})
        else:
            click.echo(f"{lifted} may be mailed again." if wanted else "Nothing was changed.")


@suppressions.command(short_help="All of them as CSV.")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@pass_app
def export(app: App, file: Path | None) -> None:
    """Write address, reason, since and until as CSV to FILE, or to standard output; `import` reads it back."""
    with app.workspace(secrets=False) as workspace:
        from digest.audience.suppressionfile import suppressions_csv

        text = suppressions_csv(workspace.store.audience.suppressions())
        if file is None:
            click.echo(text, nl=False)
        else:
            file.write_text(text, encoding="utf-8")
            click.echo(f"{file}: written.")


@suppressions.command("import", short_help="Suppress every address of a CSV file.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--reason", default="imported", show_default=True, metavar="TEXT", help="For rows without one.")
@json_option
@pass_app
def import_(app: App, file: Path, reason: str, as_json: bool) -> None:
    """Suppress the addresses of FILE: what `export` wrote, another program's list of bounces, or one address a line."""
    with app.workspace(secrets=False) as workspace:
        from digest.audience.suppressionfile import read_suppressions

        text = file.read_bytes().decode("utf-8-sig", "replace")
        found, rejects = read_suppressions(text, reason=reason, now=workspace.now())
        new = workspace.store.audience.suppress_all(found)
        if as_json:
            print_json({"read": len(found), "new": new, "rejects": rejects})
        else:
            click.echo(f"{len(found)} addresses, {new} of them new.")
            for reject in rejects[:SHOWN_REJECTS]:
                click.echo(f"  line {reject.line}: {reject.reason}")
        sys.exit(PARTLY if rejects else DONE)


def _matching(workspace: Workspace, reason: str, domain: str, since: str) -> list[Suppression]:
    first = _day(since)
    return [
        one
        for one in workspace.store.audience.suppressions()
        if one.reason.startswith(reason)
        and (not domain or one.address.endswith(f"@{domain.lower().lstrip('@')}"))
        and (first is None or one.at >= first)
    ]


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is not a day", try_="write it like 2026-11-30") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at


def _until(workspace: Workspace, one: Suppression) -> str:
    if one.until is None:
        return "lifted by hand"
    ended = " (ended)" if one.until <= workspace.now() else ""
    return f"{when(workspace, None, one.until)}{ended}"
