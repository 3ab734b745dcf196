"""`digest demo`: the whole job for real, with a sample community, an embedded database and an embedded inbox."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, FAILED, App, pass_app
from digest.cli.wording import source_line

if TYPE_CHECKING:
    from digest.demo.inbox import Inbox
    from digest.pipeline.issuing import Made
    from digest.pipeline.workspace import Workspace

DIGEST = "weekly"


@click.command(short_help="The whole job for real, on this machine only; needs no setting.")
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="An empty folder to keep everything in (default: a new temporary one).",
)
@click.option("--open", "open_", is_flag=True, help="Show preview and inbox in the browser, and keep running.")
@click.option("--no-browser", is_flag=True, help="With --open: print the addresses, start no browser.")
@pass_app
def demo(app: App, directory: Path | None, open_: bool, no_browser: bool) -> None:
    """Gather from a sample community, curate, render, deliver to an embedded inbox, and show what happened.

    Everything is the real program: the same configuration file, database, ledger and SMTP as in production. The
    community and the inbox are served on loopback; nothing leaves this machine.
    """
    from datetime import UTC, datetime

    from digest.demo.community import serve
    from digest.demo.inbox import Inbox
    from digest.demo.setup import find_example_csv, write_demo
    from digest.store import create_database

    root = _root(directory)
    with ExitStack() as stack:
        # Beside the configuration that names it, so that a demo kept with --dir goes on working.
        community = stack.enter_context(serve(now=datetime.now(UTC), folder=root / "stories"))
        inbox = stack.enter_context(Inbox(root / "inbox"))
        subscribers = root / "subscribers.csv"
        shutil.copyfile(find_example_csv(), subscribers)
        config = write_demo(
            root,
            base_url=community.base_url,
            folder=community.folder,
            smtp_port=inbox.port,
            subscribers_csv=subscribers,
        )
        create_database(f"sqlite:///{root / 'digest.db'}")
        world = App(config_path=str(config), env=_clean(app.env))
        with world.workspace() as workspace:
            right = _run(workspace, inbox, root)
        if right and open_:
            _keep_open(world, inbox, browser=not no_browser)
    sys.exit(DONE if right else FAILED)


def _run(workspace: Workspace, inbox: Inbox, root: Path) -> bool:
    """The steps a person would take, each by the function its command calls. Whether everything adds up."""
    from digest.pipeline.gathering import enroll, gather
    from digest.pipeline.issuing import Verdict, find, make, plan, prospect, sight

    site = workspace.config.site
    click.echo(f"{site.name}: a sample community on {site.url}, an inbox on port {inbox.port}, files in {root}\n")

    click.echo("Gathering")
    sources = gather(workspace, on_result=lambda result: click.echo(source_line(result)))
    sight(workspace, DIGEST)
    enroll(workspace, DIGEST)
    # A digest begins with what is published after its first sight; the demo wants to show last week's articles.
    workspace.store.articles.backfill(DIGEST, "every", workspace.sources_of(DIGEST), since=None)

    seen = prospect(workspace, find(workspace, DIGEST), gather_first=False)
    _show_issue(workspace, seen.drafted.issue, seen.size_bytes)
    made = make(workspace, plan(workspace, find(workspace, DIGEST)), ask=True, sources=sources, accept_list=True)
    _show_account(made)
    right = _check_inbox(made, inbox) and not sources.failed

    again = find(workspace, DIGEST)
    right = right and again.verdict is Verdict.ALREADY
    click.echo(f"Once more, the same period: {made.row.name} is sent {again.verdict}, so nothing is sent.\n")
    click.echo(f"The messages are in {root / 'inbox'}. To look around: digest demo --open")
    click.echo("Begin your own: digest init")
    return right


def _show_issue(workspace: Workspace, issue: object, size_bytes: int) -> None:
    from digest.model import Issue

    assert isinstance(issue, Issue)
    click.echo(f"\n{issue.title} No. {issue.number}, {issue.period.label}")
    click.echo(f"  Subject    {issue.subject}")
    click.echo(f"  Preheader  {issue.preheader}")
    for number, item in enumerate(issue.items, 1):
        by = f", {', '.join(item.authors)}" if item.authors else ""
        click.echo(f"  {number:>2}. {item.title} ({item.source_title}{by})")
    click.echo(
        f"  {len(issue.items)} of the new articles, {issue.minutes} min to read, {size_bytes / 1024:.0f} KiB of HTML"
    )


def _show_account(made: Made) -> None:
    from digest.deliver import describe

    assert made.sent is not None
    accounting = made.sent.accounting
    click.echo(f"\nDelivered as {made.row.name} in {made.sent.report.seconds:.1f} s")
    for line in describe(accounting):
        click.echo(f"  {line}")
    names = ("accepted", "refused", "uncertain", "skipped", "deferred", "waiting")
    counts = " + ".join(f"{getattr(accounting, name)} {name}" for name in names)
    click.echo(f"  {accounting.candidates} candidates = {counts}")


def _check_inbox(made: Made, inbox: Inbox) -> bool:
    """Exactly one message each, by what the inbox holds and not by what we believe we sent.

    Who chose topics, and none of them is in this issue, is meant to get none.
    """
    assert made.sent is not None
    counts = made.sent.accounting
    accepted = counts.accepted
    meant = counts.candidates - counts.reasons.get("skipped(no_topic)", 0)
    copies = Counter(address for mail in inbox.messages for address in mail.envelope_to)
    ids = {mail.message_id for mail in inbox.messages}
    once = len(copies) == accepted and set(copies.values()) <= {1} and len(ids) == accepted
    if once and accepted == meant:
        click.echo(f"The inbox holds exactly one message for each of the {accepted} subscribers it is meant for.\n")
        return True
    click.echo(
        f"The inbox holds {sum(copies.values())} messages for {len(copies)} people, expected {meant}.\n", err=True
    )
    return False


def _keep_open(world: App, inbox: Inbox, *, browser: bool) -> None:
    """Preview and inbox on two ports, until Ctrl-C."""
    import threading

    from digest.cli.preview import preview_server
    from digest.web.inbox import inbox_app
    from digest.web.server import serve_app

    def show(url: str) -> None:
        click.echo(url)
        if browser:
            import webbrowser

            webbrowser.open(url)

    stop = threading.Event()
    mail = threading.Thread(
        target=serve_app,
        args=(inbox_app(inbox),),
        kwargs={"on_started": lambda url: show(f"{url}/"), "stop": stop},
        daemon=True,
    )
    mail.start()
    try:
        with world.workspace() as workspace:
            preview_server(workspace, app=world, on_started=show)
    finally:
        stop.set()
        mail.join(timeout=5)


def _root(directory: Path | None) -> Path:
    if directory is None:
        return Path(tempfile.mkdtemp(prefix="digest-demo-"))
    if directory.exists() and any(directory.iterdir()):
        raise click.BadParameter(f"{directory} is not empty; name a new folder", param_hint="--dir")
    directory.mkdir(parents=True, exist_ok=True)
    return directory.resolve()


def _clean(env: Mapping[str, str]) -> dict[str, str]:
    """The demo's configuration must not be bent by settings meant for somebody's real one."""
    return {name: value for name, value in env.items() if not name.startswith("DIGEST_")}
