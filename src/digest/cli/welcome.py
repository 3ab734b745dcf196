"""`digest init SITE-URL`: from the address of a site to a newsletter that can be looked at.

    meet        what the site says of itself: feeds, name, language, colour, logo
    ask         for what no site can say: one's own address, the sender, the mail server
    write       the starter, with all of that
    show        gather, preview, test mail

Every step that fails says what and what to do next, and the others go on: a site that is down today still gives a
configuration that will gather tomorrow. Does not overwrite anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import DONE, PARTLY, App
from digest.cli.init import answers_from, ask, next_steps
from digest.cli.output import on_terminal
from digest.cli.wording import source_line
from digest.errors import DigestError, UsageError

if TYPE_CHECKING:
    from digest.config import Answers
    from digest.pipeline.welcoming import Acquaintance

DIGEST = "weekly"  # what the starter calls its digest
_SLOGAN = re.compile(r"\s+[|–—·:-]\s+")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command was told. `given` are the answers that came as options; `test` None: ask."""

    url: str
    directory: Path
    email: str | None
    given: dict[str, str | None]
    allow_hosts: tuple[str, ...] = ()
    test: bool | None = None
    serve: bool = False


_BY_FILE = re.compile(r'allow it: \[fetch\] allow_hosts = \["([^"]+)"\]')  # there is no file yet


class _Steps:
    """Runs what may fail, and remembers whether something did."""

    def __init__(self) -> None:
        self.code = DONE

    def run(self, what: str, then: str, step: Callable[[], None]) -> bool:
        try:
            step()
        except DigestError as error:
            self.fail(what, str(error), then)
            return False
        return True

    def fail(self, what: str, why: str, then: str) -> None:
        self.code = PARTLY
        click.echo(f"! {what}: {why}\n  Next: {then}", err=True)


def welcome(app: App, wishes: Wishes) -> int:
    """The whole way. The exit code: 0, or 3 when something is left to do by hand."""
    steps = _Steps()
    _refuse_what_is_there(wishes.directory)
    met = _meet(wishes, steps)
    answers = _answers(wishes, met)
    _write(wishes, met, answers, steps)
    world = App(config_path=str(wishes.directory / "digest.toml"), env=app.env)
    if _make_database(world, steps):
        _show(world, wishes, answers, steps)
    click.echo("\nNext:")
    for number, step in enumerate(next_steps(wishes.directory, answers), 1):
        click.echo(f"  {number}. {step}")
    return steps.code


def _refuse_what_is_there(directory: Path) -> None:
    """Before anybody is asked anything; `write_starter` looks again."""
    if (directory / "digest.toml").exists():
        raise UsageError(
            "digest.toml exists already",
            where=str(directory),
            why="nothing was written, so that nothing is lost",
            try_="another folder: digest init SITE-URL FOLDER, or for one more source: digest sources add SITE-URL",
        )


# --- meet ----------------------------------------------------------------------------------------------------------


def _meet(wishes: Wishes, steps: _Steps) -> Acquaintance:
    from digest.config.values import Refused, host_or_network, web_url
    from digest.pipeline.sourcing import refuse_secret
    from digest.pipeline.welcoming import meet
    from digest.pipeline.workspace import utc_now

    refuse_secret(wishes.url)
    try:
        url = web_url(wishes.url)
        hosts = tuple(host_or_network(host) for host in wishes.allow_hosts)
    except Refused as error:
        raise UsageError(error.what, where=wishes.url, try_=error.try_) from None
    met = meet(url, _http(url, hosts), utc_now())
    for line in _met_lines(met):
        click.echo(line)
    for trouble in (_BY_FILE.sub(r"add --allow-host \1", trouble) for trouble in met.troubles):
        kept = "it stays the source, and the next gathering asks again" if met.feeds else "a folder of texts instead"
        steps.fail("The site", trouble, f"{kept}; or digest sources add ANOTHER-ADDRESS")
    return met


def _http(url: str, hosts: tuple[str, ...]) -> Any:
    from digest import __version__
    from digest.http import PublicHttp

    return PublicHttp(user_agent=f"digest/{__version__} (+{url})", allow_hosts=hosts)


def _met_lines(met: Acquaintance) -> list[str]:
    lines = [f"{met.name or met.url}"]
    lines += [f"  {'feed' if number == 0 else 'also'}      {feed}" for number, feed in enumerate(met.feeds) if met.kind]
    lines += [f"  language  {met.language}"] if met.language else []
    lines += [f"  colour    {met.accent}"] if met.accent else []
    lines += [f"  logo      {met.logo}"] if met.logo else []
    return [*lines, *(f"            {note}" for note in met.notes)]


# --- ask -----------------------------------------------------------------------------------------------------------


def _answers(wishes: Wishes, met: Acquaintance) -> Answers:
    given = dict(wishes.given)
    given["feed"] = given["feed"] or _which_feed(met, asks=wishes.email is None)
    given["name"] = given["name"] or _name(met.name)
    given["url"] = given["url"] or _front(wishes.url)
    given["locale"] = given["locale"] or _locale(met.language)
    answers = ask(given, sender=True) if wishes.email is None else answers_from(wishes.email, given)
    return answers if given["feed"] else replace(answers, feed_url=None)


def _which_feed(met: Acquaintance, *, asks: bool) -> str:
    if not met.feeds:
        return ""
    if not asks or len(met.feeds) == 1 or not on_terminal():
        return met.feeds[0]
    for number, feed in enumerate(met.feeds, 1):
        click.echo(f"  {number}. {feed}")
    chosen: int = click.prompt("Which feed first (others: digest sources add)", default=1,
                               type=click.IntRange(1, len(met.feeds)))  # fmt: skip
    return met.feeds[chosen - 1]


def _name(title: str) -> str | None:
    """A page's title without its slogan."""
    return _SLOGAN.split(title)[0].strip() or None


def _front(url: str) -> str:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _locale(language: str) -> str | None:
    from digest.config.values import Refused, locale

    try:
        return locale(language) if language else None
    except Refused:
        return None


# --- write ---------------------------------------------------------------------------------------------------------


def _write(wishes: Wishes, met: Acquaintance, answers: Answers, steps: _Steps) -> None:
    from digest.config import write_starter

    click.echo("")
    for path in write_starter(wishes.directory, answers=answers):
        click.echo(f"  {path}")
    look: dict[str, Any] = {}
    if met.accent:
        look["accent"] = met.accent
    if met.logo:
        look |= {"logo": met.logo, "logo_width": met.logo_width}
    config = wishes.directory / "digest.toml"
    wanted = {"fetch": {"allow_hosts": list(wishes.allow_hosts)} if wishes.allow_hosts else {}, "theme": look}
    for table, settings in wanted.items():
        if settings:
            steps.run(f"[{table}]", f"write it into {config} by hand", lambda t=table, s=settings: _set(config, t, s))  # type: ignore[misc]
    if met.icon and not met.logo:
        click.echo(f"  An icon was found, {met.icon}; as a logo it would stand in place of the name.")


def _set(config: Path, table: str, settings: dict[str, Any]) -> None:
    from digest.config.editing import edit_config, set_values

    edit_config(config, [set_values(table, settings)], env={})


# --- show ----------------------------------------------------------------------------------------------------------


def _make_database(world: App, steps: _Steps) -> bool:
    def make() -> None:
        from digest.config import load_config
        from digest.store import create_database

        create_database(load_config(Path(world.config_path), env=world.env, secrets=False).storage_url)

    return steps.run("The database", f"digest -c {world.config_path} db create", make)


def _show(world: App, wishes: Wishes, answers: Answers, steps: _Steps) -> None:
    again = f"digest -c {world.config_path}"
    click.echo("\nGathering")
    steps.run("Gathering", f"{again} gather", lambda: _gather(world, steps, again))
    steps.run("The preview", f"{again} preview", lambda: _preview(world, wishes, steps, again))
    if _wants_test(wishes, answers):
        then = f"{again} check, then {again} test {DIGEST} {answers.operator}"
        steps.run("The test mail", then, lambda: _test(world, answers, steps, then))


def _gather(world: App, steps: _Steps, again: str) -> None:
    from digest.cli.gather import enroll_all

    with world.workspace(secrets=False) as workspace:
        from digest.pipeline.gathering import gather

        report = gather(workspace, on_result=lambda result: click.echo(source_line(result)))
        waiting = enroll_all(workspace)
    if not any(waiting.values()) and any(result.found for result in report.results):
        click.echo("  What is there already counts as known to your readers. To begin with the last month instead:")
        click.echo(f"  {again} gather --backfill 30d")
    if report.failed:
        steps.fail("Gathering", f"{len(report.failed)} of {len(report.results)} sources failed", f"{again} gather")


def _preview(world: App, wishes: Wishes, steps: _Steps, again: str) -> None:
    from digest.cli.preview import export, preview_server, show_address

    click.echo("\nPreview")
    if export(world, DIGEST, wishes.directory / "preview") != DONE:
        steps.fail("The preview", "there is nothing to show yet", f"{again} gather, then {again} preview")
    elif wishes.serve:
        with world.workspace(secrets=False) as workspace:
            browser = on_terminal()
            preview_server(workspace, app=world, on_started=lambda url: show_address(url, browser=browser))


def _wants_test(wishes: Wishes, answers: Answers) -> bool:
    if wishes.test is None:
        return on_terminal() and click.confirm(f"\nMail a test to {answers.operator} now?", default=False, err=True)
    return wishes.test


def _test(world: App, answers: Answers, steps: _Steps, then: str) -> None:
    from digest.cli.test import send_test, trial_lines

    trial, outcome = send_test(world, DIGEST, answers.operator, gather_first=False)
    click.echo("")
    for line in trial_lines(trial, outcome):
        click.echo(line)
    if outcome.kind != "accepted":
        steps.fail("The test mail", f"it was {outcome.kind}", then)
