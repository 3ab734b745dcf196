"""`digest check`: every mistake at once, before anything is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from digest.cli.app import DONE, FAILED, USAGE, App, json_option, pass_app, print_json
from digest.errors import ConfigError, DigestError


@click.command(short_help="Check configuration, lists, templates and database; name every mistake.")
@click.option("--as-cron", is_flag=True, help="Repeat the check with an empty environment, as cron has it.")
@json_option
@pass_app
def check(app: App, as_cron: bool, as_json: bool) -> None:
    """Check everything that can be checked without sending: each mistake with file, line and what to do."""
    if as_cron:
        sys.exit(_as_cron(app))
    from digest.config import load_config
    from digest.pipeline.checking import check_all

    path = Path(app.config_path)
    try:
        config = load_config(path, env=app.env)
    except ConfigError as error:
        if as_json:
            print_json({"ok": False, "problems": error.problems, "findings": []})
        else:
            click.echo(str(error), err=True)
        sys.exit(USAGE)
    except DigestError as error:
        click.echo(str(error), err=True)
        sys.exit(USAGE)
    findings = check_all(config)
    wrong = [finding for finding in findings if finding.severity == "error"]
    if as_json:
        print_json({"ok": not wrong, "problems": [], "findings": findings})
    else:
        for finding in findings:
            click.echo(f"{finding.severity:<8}{finding.what}" + (f"\n    Try: {finding.try_}" if finding.try_ else ""))
        click.echo(f"{len(wrong)} error(s)." if wrong else f"{path}: fine.")
    sys.exit(FAILED if wrong else DONE)


def _as_cron(app: App) -> int:
    """The same check in a child that has what cron gives it: HOME, LOGNAME, SHELL and a short PATH."""
    config = Path(app.config_path).resolve()
    env = {
        "HOME": str(Path.home()),
        "LOGNAME": os.environ.get("LOGNAME", os.environ.get("USER", "")),
        "SHELL": "/bin/sh",
        "PATH": "/usr/bin:/bin",
    }
    answer = subprocess.run(  # noqa: S603 - our own program, an absolute path
        [sys.executable, "-m", "digest", "--config", str(config), "check"], env=env, cwd=str(Path.home()), check=False
    )
    if answer.returncode == DONE:
        click.echo("Under cron's environment: fine.")
    return answer.returncode
