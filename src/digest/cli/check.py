"""`digest check`: every mistake at once, before anything is sent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, USAGE, App, json_option, pass_app
from digest.cli.output import print_json
from digest.errors import ConfigError

if TYPE_CHECKING:
    from digest.pipeline.checking import Finding


@click.command(short_help="Check configuration, lists, templates and database; name every mistake.")
@click.option("--as-cron", is_flag=True, help="Repeat the check with an empty environment, as cron has it.")
@json_option
@pass_app
def check(app: App, as_cron: bool, as_json: bool) -> None:
    """Check everything that can be checked without sending: each mistake with file, line and what to do.

    Exits 2 when something must be corrected before a digest can be sent.
    """
    if as_cron:
        sys.exit(_as_cron(app, as_json=as_json))
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
    findings = check_all(config)
    wrong = [finding for finding in findings if finding.severity == "error"]
    if as_json:
        print_json({"ok": not wrong, "problems": [], "findings": findings})
    else:
        _print(path, findings)
    sys.exit(USAGE if wrong else DONE)


def _print(path: Path, findings: list[Finding]) -> None:
    """What must be corrected goes to standard error, like every mistake."""
    for finding in findings:
        fix = f"\n    Try: {finding.try_}" if finding.try_ else ""
        click.echo(f"{finding.severity}: {finding.what}{fix}", err=finding.severity == "error")
    counts = {severity: sum(one.severity == severity for one in findings) for severity in ("error", "warning")}
    if counts["error"]:
        click.echo(f"{path}: {counts['error']} error{'' if counts['error'] == 1 else 's'}.", err=True)
    else:
        warned = (
            f", with {counts['warning']} warning{'' if counts['warning'] == 1 else 's'}" if counts["warning"] else ""
        )
        click.echo(f"{path}: fine{warned}.")


def _as_cron(app: App, *, as_json: bool) -> int:
    """The same check in a child that has what cron gives it: HOME, LOGNAME, SHELL and a short PATH."""
    home = str(Path.home())
    env = {
        "HOME": home,
        "LOGNAME": os.environ.get("LOGNAME", os.environ.get("USER", "")),
        "SHELL": "/bin/sh",
        "PATH": "/usr/bin:/bin",
    }
    command = [sys.executable, "-m", "digest", "--config", str(Path(app.config_path).resolve()), "check"]
    answer = subprocess.run(  # noqa: S603 - our own program, an absolute path
        [*command, "--json"] if as_json else command, env=env, cwd=home if Path(home).is_dir() else "/", check=False
    )
    if not as_json:
        verdict = "fine" if answer.returncode == DONE else "not fine. What your shell sets, cron does not have"
        click.echo(f"Under cron's environment: {verdict}.", err=answer.returncode != DONE)
    return answer.returncode
