"""`digest schedule`: when issues are due, and the lines that make it happen."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime
from pathlib import Path

import click

from digest.cli.app import App, json_option, pass_app
from digest.cli.output import print_json, print_table
from digest.cli.wording import when


@click.group(short_help="Show when issues are due; print the cron line or systemd units.")
def schedule() -> None:
    """The documented way is cron: one line that runs `digest send --due` every five minutes."""


@schedule.command("list", short_help="The coming periods of every digest.")
@click.option("--count", default=5, show_default=True, type=click.IntRange(1, 500), help="How many of each.")
@json_option
@pass_app
def list_(app: App, count: int, as_json: bool) -> None:
    """List the coming periods, in each digest's own zone."""
    with app.workspace(secrets=False) as workspace:
        from digest.recurrence import period_after

        rows = []
        for name in workspace.config.digests:
            at: datetime = workspace.now()
            for _ in range(count):
                period = period_after(workspace.rule(name), at)
                rows.append((name, period))
                at = period.end
        if as_json:
            print_json([{"digest": name, "period": period} for name, period in rows])
        else:
            print_table(("digest", "at", "period"), [(name, when(workspace, name, p.end), p.label) for name, p in rows])


@schedule.command(short_help="Print complete lines for cron or systemd.")
@click.option("--print", "target", required=True, type=click.Choice(["cron", "systemd"]), help="Which to print.")
@pass_app
def install(app: App, target: str) -> None:
    """Print what to install, with absolute paths; installs nothing by itself.

    \b
    digest schedule install --print cron      add the line with: crontab -e
    digest schedule install --print systemd   the two units and where they go
    """
    from digest.clock.install import cron_lines, systemd_units
    from digest.config import load_config

    config = Path(app.config_path).resolve()
    load_config(config, env=app.env, secrets=False)  # a line that cannot work is not printed
    # The very program that runs now; another `digest` may stand earlier on the PATH.
    script = Path(sys.argv[0])
    command = [str(script.resolve())] if script.name == "digest" else [sys.executable, "-m", "digest"]
    if target == "cron":
        click.echo(cron_lines(config, command), nl=False)
    else:
        click.echo(systemd_units(config, command, getpass.getuser()), nl=False)
