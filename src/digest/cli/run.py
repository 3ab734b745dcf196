"""`digest run`: the scheduler, in the foreground."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import datetime

import click

from digest.cli.app import DONE, App, pass_app, workers_option
from digest.cli.delivering import pause_interrupted, step_lines, worth_saying
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
@workers_option
@pass_app
def run(app: App, every: int, workers: int | None) -> None:
    """Send what is due, when it is due: the same as `digest send --due` from cron, with its own alarm clock.

    SIGTERM and Ctrl-C finish what is on the wire and leave. After SIGTERM the next start goes on; an issue that
    Ctrl-C broke off is paused, and `digest issue resume` goes on.
    """
    with graceful_stop() as stop:
        from digest.clock.alarm import run_alarm
        from digest.clock.tick import next_wakeup, tick

        with app.workspace() as workspace:
            names, site, wake_at = (
                ", ".join(workspace.config.digests),
                workspace.config.site.name,
                next_wakeup(workspace),
            )
            click.echo(f"Watching {names} of {site}" + (f"; next: {wake_at:%Y-%m-%d %H:%M} UTC" if wake_at else ""))

        def tick_once() -> None:
            # Opened anew at each tick: an edited configuration takes effect, a lost database is noticed.
            with app.workspace() as workspace:
                workspace.with_workers(workers)
                started = workspace.now()
                for step in pause_interrupted(workspace, tick(workspace, stop=stop.reason), stop):
                    if step.what in ("baseline", "made") or worth_saying(workspace, step, started):
                        for line in step_lines(workspace, step):
                            click.echo(line)

        def wake() -> datetime | None:
            with app.workspace() as workspace:
                return next_wakeup(workspace)

        run_alarm(tick_once, wake, every_s=every, stop=stop.event, on_error=_report)
    click.echo("Stopped.")
    sys.exit(DONE)


def _report(error: Exception) -> None:
    """The loop goes on whatever a tick raises; the operator's own mistake is a sentence, ours names its kind."""
    from digest.errors import DigestError

    kind = "" if isinstance(error, DigestError) else f"{type(error).__name__}: "
    click.echo(f"This tick failed, the next one tries again: {kind}{error}", err=True)
    if os.environ.get("DIGEST_DEBUG"):
        traceback.print_exception(error)
