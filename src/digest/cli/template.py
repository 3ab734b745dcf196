"""`digest template`: the templates there are, a copy to change, and what is wrong with yours."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import DONE, USAGE, App, json_option, known_name, pass_app
from digest.cli.output import print_json, print_table

if TYPE_CHECKING:
    from digest.config import Config
    from digest.pipeline.templating import Trial

digest_option = click.option("--digest", metavar="DIGEST", help="For this digest: its folder, its theme.")


@click.group(short_help="List templates, copy one to change it, check yours.")
def template() -> None:
    """How an issue looks. Yours are NAME.mjml and NAME.txt in templates/DIGEST/ or templates/ beside digest.toml.

    \b
    digest template list                       what there is, which blocks it has
    digest template eject briefing --extend    a beginning, to change some blocks
    digest template check                      yours on every fixture

    How to write one is told in docs/templates.md.
    """


@template.command("list", short_help="Every template, built in or yours.")
@json_option
@pass_app
def list_(app: App, as_json: bool) -> None:
    """Show which templates can be chosen, where each stands, what it is for and which blocks it lets you override."""
    from digest.pipeline.templating import known

    config, directory = _around(app)
    found = known(config, directory)
    if as_json:
        print_json(found)
        return
    rows = [
        [one.name, one.file if one.own else "built in", ", ".join(one.digests), ", ".join(one.blocks), one.about]
        for one in found
    ]
    print_table(["template", "where", "used by", "blocks", "what for"], rows)


@template.command(short_help="Copy a built-in template, to change it.")
@click.argument("name")
@digest_option
@click.option("--to", metavar="FOLDER", type=click.Path(path_type=Path, file_okay=False), help="Not templates/.")
@click.option("--extend", is_flag=True, help="Not a copy: a file that extends it, and names its blocks.")
@click.option("--parts", is_flag=True, help="Copy the partials it uses as well.")
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
@json_option
@pass_app
def eject(
    app: App, name: str, digest: str | None, to: Path | None, extend: bool, parts: bool, force: bool, as_json: bool
) -> None:
    """Write NAME.mjml and NAME.txt into templates/; from then on digests that use NAME use yours.

    A copy stays as it is when the program is upgraded, and an extension gets what is bettered: prefer --extend.
    """
    from digest.pipeline import templating

    if extend and parts:
        raise click.UsageError("--extend copies nothing, so there are no --parts.")
    config, directory = _around(app)
    if to is None:
        to = templating.folders(directory, _digest(app, config, digest))[0]
    written = templating.eject(name, to, parts=parts, extend=extend, force=force)
    if as_json:
        print_json({"written": [str(path) for path in written]})
        return
    for path in written:
        click.echo(path)


@template.command(short_help="Check templates on every fixture.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@digest_option
@click.option("--fixture", "fixtures", multiple=True, metavar="NAME", help="Only this made-up issue; repeatable.")
@json_option
@pass_app
def check(app: App, names: tuple[str, ...], digest: str | None, fixtures: tuple[str, ...], as_json: bool) -> None:
    """Check before compiling, compile, and preflight: with two dozen made-up issues that break layouts.

    Without a NAME, all of yours; without any of yours, those that your digests use. Exits 2 when an issue could not be
    sent with one of them.
    """
    from digest.pipeline import templating

    config, directory = _around(app)
    trials = templating.check(config, directory, names, digest=_digest(app, config, digest), fixtures=fixtures)
    usable = all(trial.tried.usable for trial in trials)
    if as_json:
        print_json({"ok": usable, "templates": [_data(trial) for trial in trials]})
    else:
        for trial in trials:
            _print(trial)
    sys.exit(DONE if usable else USAGE)


def _around(app: App) -> tuple[Config | None, Path]:
    """The configuration, where there is one: a designer needs none."""
    from digest.config import load_config

    path = Path(app.config_path).expanduser().absolute()
    if not path.exists():
        return None, path.parent
    return load_config(Path(app.config_path), env=app.env, secrets=False, files=False), path.parent


def _digest(app: App, config: Config | None, name: str | None) -> str:
    if name is None:
        return ""
    return known_name("digest", name, config.digests if config else (), where=app.config_path)


def _data(trial: Trial) -> dict[str, Any]:
    tried = trial.tried
    return {
        "name": tried.name,
        "file": tried.file,
        "digest": trial.digest,
        "ok": tried.usable,
        "rendered": tried.rendered,
        "largest": {"fixture": tried.largest[0], "html_bytes": tried.largest[1]},
        "mistakes": [
            {"file": one.place.file, "line": one.place.line, "column": one.place.column, "what": one.what,
             "why": one.why, "try": one.try_}
            for one in tried.mistakes
        ],
        "findings": [
            {"id": one.id, "severity": one.severity, "what": one.what, "why": one.why, "fix": one.fix,
             "place": one.place, "fixtures": list(fixtures)}
            for one, fixtures in tried.findings
        ],
    }  # fmt: skip


def _print(trial: Trial) -> None:
    """What must be corrected goes to standard error, like every mistake."""
    from digest.render.precheck import shown

    tried = trial.tried
    for mistake in tried.mistakes:
        click.echo(f"error: {shown(mistake)}", err=True)
    for one, fixtures in tried.findings:
        where = ", ".join(fixtures[:4]) + (f" and {len(fixtures) - 4} more" if len(fixtures) > 4 else "")
        text = f"{one.severity}: {tried.name} on {where}: {one.what} ({one.id}, {one.place})\n    Try: {one.fix}"
        click.echo(text, err=one.severity == "error")
    errors = len(tried.mistakes) + sum(one.severity == "error" for one, _ in tried.findings)
    said = f"{errors} error{'' if errors == 1 else 's'}" if errors else "fine"
    largest = f"; the largest, {tried.largest[0]}, has {tried.largest[1] / 1024:.0f} KiB" if tried.rendered else ""
    click.echo(f"{tried.file}: {said}; {tried.rendered} fixtures rendered{largest}.", err=bool(errors))
