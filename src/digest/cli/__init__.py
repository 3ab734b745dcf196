"""The `digest` command: one file per command group; each parses, calls the pipeline, prints.

Does not decide anything about mail. Command modules stay light: they import the pipeline inside their functions, so
that `digest --help` answers at once (`tests/cli/test_cli_surface.py` holds it to that).

Exit codes: 0 done or nothing due, 1 failed, 2 usage or configuration, 3 partly, 75 busy (`EX_TEMPFAIL`).
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import click

from digest import __version__
from digest.cli.app import EXIT_CODES, FAILED, App, LazyGroup, exit_code_of
from digest.cli.output import survive_odd_streams
from digest.errors import DigestError

_HERE = Path(__file__).parents[1]
COMMANDS = {
    "init": "digest.cli.init:init",
    "check": "digest.cli.check:check",
    "preview": "digest.cli.preview:preview",
    "test": "digest.cli.test:test",
    "send": "digest.cli.send:send",
    "run": "digest.cli.run:run",
    "status": "digest.cli.status:status",
    "gather": "digest.cli.gather:gather",
    "sources": "digest.cli.sources:sources",
    "articles": "digest.cli.articles:articles",
    "issue": "digest.cli.issue:issue",
    "subscribers": "digest.cli.subscribers:subscribers",
    "bounce": "digest.cli.bounce:bounce",
    "schedule": "digest.cli.schedule:schedule",
    "serve": "digest.cli.serve:serve",
    "doctor": "digest.cli.doctor:doctor",
    "dkim": "digest.cli.dkim:dkim",
    "db": "digest.cli.db:db",
    "template": "digest.cli.template:template",
    "inspect": "digest.cli.inspect:inspect",
    "demo": "digest.cli.demo:demo",
    "docs": "digest.cli.docs:docs",
}


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXIT_CODES)
@click.version_option(__version__, prog_name="digest")
@click.option(
    "--config",
    "-c",
    default="digest.toml",
    show_default=True,
    metavar="FILE",
    envvar="DIGEST_CONFIG",
    help="The configuration; relative paths in it are relative to it.",
)
@click.pass_context
def cli(context: click.Context, config: str) -> None:
    """Gather what a community publishes, and mail it as one digest that reaches everyone exactly once.

    \b
    Try it without any setting:   digest demo
    Begin your own:               digest init
    See the next issue:           digest preview
    Send yourself a test:         digest test weekly you@your-domain
    """
    context.obj = App(config_path=config, env=os.environ)


def main() -> None:
    """The console script: run, print errors as sentences, exit with an honest code."""
    survive_odd_streams()
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.Abort:
        click.echo(f"{os.linesep if sys.stderr and sys.stderr.isatty() else ''}Stopped.", err=True)
        sys.exit(FAILED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except DigestError as error:
        _trace()
        click.echo(str(error), err=True)
        sys.exit(exit_code_of(error))
    except Exception as error:
        _trace()
        click.echo(_unforeseen(error), err=True)
        sys.exit(FAILED)


def _trace() -> None:
    if os.environ.get("DIGEST_DEBUG"):
        traceback.print_exc()


def _unforeseen(error: Exception) -> str:
    """One message instead of a traceback: the machine's own words for its own troubles, the place for a fault."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((one for one in reversed(frames) if _HERE in Path(one.filename).parents), frames[-1])
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return (
            f"{where}the system refuses: {error.strerror} ({place})\n"
            "Try: look at free space and permissions; with DIGEST_DEBUG=1 the same command prints the whole traceback"
        )
    words = str(error).splitlines()[0] if str(error) else "no further words"
    return (
        f"digest met something it does not know: {type(error).__name__}: {words} ({place})\n"
        "Try: the same command with DIGEST_DEBUG=1 prints the whole traceback; please report it, it is a fault here"
    )
