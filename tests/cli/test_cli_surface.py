"""What every command owes its user: help, an honest reference, a light start."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from digest.cli import cli
from digest.cli.app import exit_code_of
from digest.cli.docs import commands_markdown, help_text, walk
from digest.cli.issue import DELIVERY_STATES
from digest.cli.subscribers import STATUSES
from digest.config import reference_markdown
from digest.errors import (
    AddressError,
    AudienceError,
    BusyError,
    ConfigError,
    DigestError,
    MissingDatabaseError,
    RelayError,
    SchemaError,
    StateError,
    TemplateError,
    TokenError,
    UsageError,
)
from digest.model import DeliveryState, SubscriptionStatus

ROOT = Path(__file__).parents[2]
COMMANDS = list(walk(cli, ("digest",)))
HEAVY = {
    *(
        "alembic",
        "apscheduler",
        "babel",
        "cryptography",
        "dns",
        "feedparser",
        "jinja2",
        "lxml",
        "mjml",
        "nh3",
        "numpy",
        "tomlkit",
    ),
    *("pydantic", "rich", "sqlalchemy", "starlette", "trafilatura", "urllib3", "uvicorn"),
}


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["send", "--help"],
        ["issue", "--help"],
        ["sources", "--help"],
        ["articles", "--help"],
        ["init", "--help"],
    ],
)
def test_help_imports_no_heavy_library(args: list[str]) -> None:
    """Asking for help loads none of the libraries that only work needs."""
    script = (
        "import sys\n"
        f"sys.argv = ['digest', *{args!r}]\n"
        "from digest.cli import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code\n"
        f"print('HEAVY', sorted({HEAVY!r} & set(sys.modules)))\n"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "Usage: digest" in answer.stdout
    assert answer.stdout.splitlines()[-1] == "HEAVY []"


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_every_command_and_option_explains_itself(path: tuple[str, ...], command: click.Command) -> None:
    """No command is without help text, and no option either."""
    assert command.help and command.help.strip()
    if len(path) > 1:
        assert command.get_short_help_str(200)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{' '.join(path)} {parameter.opts}"


def test_no_help_line_outgrows_a_terminal() -> None:
    """At 80 columns no line of any help text is cut or wrapped by the terminal."""
    for path, command in COMMANDS:
        assert max(map(len, help_text(path, command, width=80).splitlines())) <= 80, path


def test_the_reference_is_what_the_program_says() -> None:
    """docs/commands.md and docs/configuration.md are exactly what `digest docs docs` writes."""
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == commands_markdown()
    assert (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8") == reference_markdown()


def _readme_commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("digest ")]


@pytest.mark.parametrize("line", _readme_commands())
def test_the_readme_shows_only_commands_that_exist(line: str) -> None:
    """Every `digest` line of the README is a command that takes these arguments and options."""
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = cli
    context = click.Context(cli, info_name="digest", **cli.context_settings)
    while isinstance(command, click.Group):
        _, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, info_name=found.name, parent=context)
    command.make_context(command.name, words, parent=context.parent)  # raises UsageError for what it does not know


def test_the_readme_is_looked_at() -> None:
    """The test above has something to test."""
    assert len(_readme_commands()) > 8


def test_choices_are_the_words_of_the_model() -> None:
    """The states that options name are the states there are."""
    assert set(DELIVERY_STATES) == {str(state) for state in DeliveryState}
    assert set(STATUSES) == {str(status) for status in SubscriptionStatus}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError([]), 2),
        (UsageError("x"), 2),
        (AddressError("x"), 2),
        (TokenError("x"), 2),
        (MissingDatabaseError("x"), 2),
        (SchemaError("x"), 2),
        (BusyError("x"), 75),
        (RelayError("x"), 1),
        (TemplateError("x"), 1),
        (AudienceError("x"), 2),
        (StateError("x"), 1),
        (DigestError("x"), 1),
    ],
)
def test_exit_codes_of_errors(error: DigestError, code: int) -> None:
    """The operator's mistake is 2, another process's turn is 75, everything else that fails is 1."""
    assert exit_code_of(error) == code


def test_exit_codes_are_in_the_readme() -> None:
    """The README's table names the codes that the program uses, and no other."""
    table = re.findall(r"^\| (\d+) \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert table == ["0", "1", "2", "3", "75"]
