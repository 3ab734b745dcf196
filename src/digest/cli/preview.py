"""`digest preview`: the real next issue in the browser, before anything goes out."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, FAILED, App, one_digest, pass_app
from digest.cli.output import on_terminal
from digest.cli.wording import source_line, when

if TYPE_CHECKING:
    from digest.model import EmailAddress, Issue
    from digest.pipeline.issuing import Found
    from digest.pipeline.workspace import Workspace
    from digest.web.preview import Preview


@click.command(short_help="The next issue in your browser, before anything goes out.")
@click.argument("digest", required=False)
@click.option(
    "--port", default=0, metavar="PORT", type=click.IntRange(0, 65535), help="Where to serve.  [default: a free one]"
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write HTML, text and .eml there instead of serving.",
)
@click.option("--no-gather", is_flag=True, help="Use what was gathered before; fetch nothing.")
@click.option("--no-browser", is_flag=True, help="Print the address, start no browser.")
@pass_app
def preview(app: App, digest: str | None, port: int, out: Path | None, no_gather: bool, no_browser: bool) -> None:
    """Show the next issue of DIGEST on 127.0.0.1: phone and desktop, light and dark, plain text, source.

    Consumes nothing. It reloads when template, configuration or list change. With nothing new it shows the latest
    articles under a SAMPLE banner, and what a real run would do.
    """
    with app.workspace(secrets=False) as workspace:
        name = one_digest(workspace, digest) if digest or out else None
        if not no_gather:
            from digest.pipeline.gathering import gather

            gather(workspace, on_result=lambda result: click.echo(source_line(result)))
        if out is not None:
            assert name is not None
            sys.exit(export(app, name, out))
        first = name or next(iter(workspace.config.digests))
        browser = on_terminal() and not no_browser
        preview_server(
            workspace, app=app, first=first, port=port, on_started=lambda url: show_address(url, browser=browser)
        )
    sys.exit(DONE)


def preview_server(
    workspace: Workspace,
    *,
    app: App,
    first: str = "",
    port: int = 0,
    on_started: Callable[[str], None],
) -> None:
    """Serve the preview until stopped."""
    from digest.web.preview import preview_app, serve_app

    token = secrets.token_urlsafe(16)
    source = NextIssues(app, first=first or next(iter(workspace.config.digests)))
    serve_app(preview_app(source, token=token), port=port, on_started=lambda url: on_started(f"{url}/?token={token}"))


class NextIssues:
    """The preview's view of the pipeline: each look rehearses the real thing, on the configuration as it is now."""

    def __init__(self, app: App, *, first: str) -> None:
        self._app, self._first = app, first
        self._watched: list[Path] = [Path(app.config_path)]

    def digests(self) -> list[str]:
        with self._app.workspace(secrets=False) as workspace:
            names = list(workspace.config.digests)
        return sorted(names, key=lambda name: name != self._first)

    def load(self, digest: str) -> Preview:
        from digest.pipeline.rehearsal import rehearse

        with self._app.workspace(secrets=False) as workspace:
            self._watched = list(_inputs(workspace, digest))
            with rehearse(workspace) as rehearsal:
                return _look(rehearsal, digest)

    def stamp(self) -> str:
        """Changes whenever a file that goes into the picture does."""
        return ";".join(f"{path}:{_changed(path)}" for top in self._watched for path in _files(top))


_FLAGS = {
    "no_fit": "no whole sentence fits the summary's length, so it has none",
    "placeholder": "the article still holds a placeholder, such as TBD",
    "weak": "only a very short or very long sentence could be used as its summary",
    "cut_off": "its feed gives the beginning of the text only",
}


def _read_list(workspace: Workspace, digest: str) -> None:
    """The list as its file stands now, into the rehearsal: who the picture is for, and how many they are."""
    from digest.audience import read_list
    from digest.errors import AudienceError

    settings = workspace.config.lists[workspace.digest(digest).list]
    if settings.csv is None:
        return
    try:
        rows = read_list(settings.csv).rows
    except AudienceError:
        return  # `digest check` says what is wrong with it; the picture does not need it
    workspace.store.audience.sync_list(settings.name, rows, at=workspace.now(), title=settings.title)


def _look(workspace: Workspace, digest: str) -> Preview:
    from digest.pipeline.freezing import render
    from digest.pipeline.trying import next_issue, trial_recipient
    from digest.web.preview import Preview

    _read_list(workspace, digest)
    found, drafted = next_issue(workspace, digest, gather_first=False)
    issue = drafted.issue
    if not issue.items:
        return _nothing(workspace, digest, issue, found)
    rendition = render(workspace, drafted)
    someone = next(iter(workspace.store.audience.subscribers(workspace.digest(digest).list)), None)
    recipient = trial_recipient(
        workspace,
        digest,
        workspace.config.site.sender.address if someone is None else _address(someone.address),
        someone,
    )
    message = rendition.fill(recipient)
    html = rendition.html(recipient)
    return Preview(
        digest=digest,
        title=issue.title,
        subject=issue.subject,
        preheader=issue.preheader,
        sender=str(issue.sending.sender),
        recipient=recipient.address,
        html=html,
        text=rendition.text(recipient),
        source=message.data.decode("ascii", "replace"),
        size_bytes=len(html.encode()),
        banner="SAMPLE: nothing is new, these are the latest articles" if issue.sample else "",
        notes=(*_notes(workspace, digest, issue, found), *drafted.notes),
        items=tuple((item.title, item.reasons) for item in issue.items),
        warnings=tuple(
            f"{item.title}: {_FLAGS.get(flag, flag)}"
            for item in issue.items
            for flag in item.flags
            if flag in _FLAGS or flag.startswith("model:")
        ),
    )


def _nothing(workspace: Workspace, digest: str, issue: Issue, found: Found) -> Preview:
    from digest.web.preview import Preview, PreviewError

    return Preview(
        digest=digest,
        title=issue.title,
        subject="",
        preheader="",
        sender=str(issue.sending.sender),
        recipient="",
        html="",
        text="",
        source="",
        size_bytes=0,
        notes=tuple(_notes(workspace, digest, issue, found)),
        error=PreviewError(
            "There is no article at all yet. Try: digest gather, and look at what it says of each source."
        ),
    )


def _notes(workspace: Workspace, digest: str, issue: Issue, found: Found) -> Iterator[str]:
    """What a real run would do, in whole sentences."""
    minimum = workspace.digest(digest).curate.min_articles
    yield f"Due {when(workspace, digest, found.period.end)}, as No. {issue.number}."
    if issue.sample:
        yield "A run now would send nothing: no article is new."
    elif len(issue.items) < minimum:
        yield f"A run now would send nothing: {len(issue.items)} of at least {minimum} articles are there."
    else:
        size = workspace.store.audience.size(workspace.digest(digest).list)
        yield f"A run now would send {len(issue.items)} articles" + (f" to {size} subscribers." if size else ".")
    if issue.passed_over:
        yield f"{issue.passed_over} more are eligible and do not fit."


def _inputs(workspace: Workspace, digest: str) -> Iterator[Path]:
    settings = workspace.digest(digest)
    yield workspace.config.path
    yield from settings.render.template_dirs
    yield from (source.path for source in workspace.config.sources.values() if source.path is not None)
    csv = workspace.config.lists[settings.list].csv
    if csv is not None:
        yield csv


def _files(top: Path) -> Iterator[Path]:
    if top.is_dir():
        yield from sorted(path for path in top.rglob("*") if path.is_file())
    else:
        yield top


def _changed(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError:
        return "gone"
    return f"{stat.st_mtime_ns}.{stat.st_size}"


def export(app: App, digest: str, out: Path) -> int:
    from digest.web.preview import export_preview

    seen = NextIssues(app, first=digest).load(digest)
    if seen.error is not None:
        click.echo(seen.error.message, err=True)
        return FAILED
    for path in export_preview(seen, out):
        click.echo(path)
    return DONE


def show_address(url: str, *, browser: bool) -> None:
    click.echo(f"Preview: {url}")
    if browser:
        import webbrowser

        webbrowser.open(url)
    else:
        click.echo("Ctrl-C ends it.")


def _address(text: str) -> EmailAddress:
    from digest.model import EmailAddress

    return EmailAddress.parse(text)
