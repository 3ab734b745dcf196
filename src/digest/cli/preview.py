"""`digest preview`: the real next issue in the browser, before anything goes out."""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, FAILED, App, one_digest, pass_app
from digest.cli.output import on_terminal
from digest.cli.wording import source_line

if TYPE_CHECKING:
    from digest.pipeline.previewing import Studio
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
    """Serve the studio until stopped."""
    from digest.web.preview import serve_app, studio_app

    token = secrets.token_urlsafe(16)
    studio = open_studio(app)
    try:
        begin = first or next(iter(workspace.config.digests))
        threading.Thread(target=_warm, args=(studio, begin), daemon=True).start()
        made = studio_app(studio, token=token, first=begin)
        serve_app(made, port=port, on_started=lambda url: on_started(f"{url}/?token={token}"))
    finally:
        studio.close()


def _warm(studio: Studio, digest: str) -> None:
    """Make the first picture while the browser starts. What fails will fail again, where it can be seen."""
    from digest.pipeline.previewing import Wanted
    from digest.pipeline.previewing.pictures import picture

    with suppress(Exception):
        picture(studio, Wanted(digest))


def open_studio(app: App) -> Studio:
    from digest.pipeline.previewing import Studio

    return Studio(app.config_path, env=app.env)


def export(app: App, digest: str, out: Path) -> int:
    """Write the next issue to files; `FAILED` while there is nothing to write."""
    from digest.web.preview import export_preview

    seen = _next_issue(app, digest)
    if seen.error is not None:
        click.echo(seen.error.message, err=True)
        return FAILED
    for path in export_preview(seen, out):
        click.echo(path)
    return DONE


def _next_issue(app: App, digest: str) -> Preview:
    from digest.pipeline.previewing import Wanted
    from digest.pipeline.previewing.pictures import picture
    from digest.web.preview import Preview, PreviewError

    studio = open_studio(app)
    try:
        seen = picture(studio, Wanted(digest))
    finally:
        studio.close()
    error = PreviewError(seen.notes[-1]) if seen.empty and seen.notes else None
    return Preview(
        digest=digest,
        title=seen.issue.title,
        subject=seen.subject,
        preheader=seen.issue.preheader,
        sender=str(seen.issue.sending.sender),
        recipient=seen.message.recipient if seen.message else "",
        html=seen.html,
        text=seen.text,
        source=seen.message.data.decode("ascii", "replace") if seen.message else "",
        size_bytes=len(seen.html.encode()),
        banner=seen.banner,
        notes=seen.notes,
        items=tuple((item.title, item.reasons) for item in seen.issue.items),
        warnings=seen.warnings,
        error=error,
    )


def show_address(url: str, *, browser: bool) -> None:
    click.echo(f"Preview: {url}")
    if browser:
        import webbrowser

        webbrowser.open(url)
    else:
        click.echo("Ctrl-C ends it.")
