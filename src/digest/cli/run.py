"""`digest run`: the scheduler, in the foreground."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from digest.cli.app import DONE, App, pass_app
from digest.cli.send import step_lines
from digest.cli.signals import graceful_stop


@click.command(short_help="Stay and do what the schedule says, until stopped.")
@click.option(
    "--every",
    default=300,
    show_default=True,
    metavar="SECONDS",
    type=click.IntRange(5, 3600),
    help="Look at least this often.",
)
@pass_app
def run(app: App, every: int) -> None:
    """Send what is due, when it is due: the same as `digest send --due` from cron, with its own alarm clock.

    SIGTERM and Ctrl-C finish what is on the wire and leave; the next start goes on.
    """
    with graceful_stop() as stop:
        from digest.clock.alarm import run_alarm
        from digest.clock.tick import next_wakeup, tick

        with app.workspace() as workspace:
            names, site = ", ".join(workspace.config.digests), workspace.config.site.name
            click.echo(f"Watching {names} of {site}; next: {next_wakeup(workspace):%Y-%m-%d %H:%M} UTC")

        def tick_once() -> None:
            # Opened anew at each tick: an edited configuration takes effect, a lost database is noticed.
            with app.workspace() as workspace:
                for step in tick(workspace, stop=stop.reason):
                    if step.what not in ("idle", "waiting") and not (step.what == "held" and step.made is None):
                        for line in step_lines(workspace, step):
                            click.echo(line)

        def wake() -> datetime | None:
            with app.workspace() as workspace:
                return next_wakeup(workspace)

        run_alarm(
            tick_once,
            wake,
            every_s=every,
            stop=stop.event,
            on_error=lambda error: click.echo(f"This tick failed: {error}", err=True),
        )
    click.echo("Stopped.")
    sys.exit(DONE)
