"""`digest preview`: the real next issue in the browser, before anything goes out."""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, FAILED, App, json_option, one_digest, pass_app
from digest.cli.output import on_terminal, print_json
from digest.cli.wording import source_line

if TYPE_CHECKING:
    from digest.pipeline.previewing import Studio
    from digest.pipeline.previewing.checks import Located
    from digest.pipeline.previewing.pictures import Picture
    from digest.pipeline.workspace import Workspace
    from digest.render.preflight import Finding
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
@click.option("--check", is_flag=True, help="Say what preflight finds instead of serving; 1 when there are errors.")
@json_option
@click.option("--no-gather", is_flag=True, help="Use what was gathered before; fetch nothing.")
@click.option("--no-browser", is_flag=True, help="Print the address, start no browser.")
@pass_app
def preview(
    app: App,
    digest: str | None,
    port: int,
    out: Path | None,
    check: bool,
    as_json: bool,
    no_gather: bool,
    no_browser: bool,
) -> None:
    """The studio on 127.0.0.1: the next issue of DIGEST, sent ones and made-up ones, as any reader sees them.

    On phone and desktop, light and dark, as text and source, with what preflight finds; and the editor's desk: choose,
    order, reword, approve. It follows every edit of template, configuration and database. With nothing new it shows the
    latest articles under a SAMPLE banner, and what a real run would do.

    With --out or --check nothing is served: files are written, findings printed, for people or, with --json, for CI.
    """
    sys.setswitchinterval(SWITCH_S)
    with app.workspace(secrets=False) as workspace:
        name = one_digest(workspace, digest) if digest or out or check else None
        if as_json and out is None and not check:
            raise click.UsageError("--json goes with --check or --out.")
        if not no_gather:
            from digest.pipeline.gathering import gather

            gather(workspace, on_result=lambda result: click.echo(source_line(result), err=as_json))
        if out is not None or check:
            assert name is not None
            sys.exit(report(app, name, out, check=check, as_json=as_json))
        first = name or next(iter(workspace.config.digests))
        browser = on_terminal() and not no_browser
        preview_server(
            workspace, app=app, first=first, port=port, on_started=lambda url: show_address(url, browser=browser)
        )
    sys.exit(DONE)


SWITCH_S = 0.0005  # a picture is made beside many small answers: with 5 ms (CPython's) each of those waits for a turn


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
    return report(app, digest, out, check=False, as_json=False)


def report(app: App, digest: str, out: Path | None, *, check: bool, as_json: bool) -> int:
    """Write the next issue to `out`, and say what preflight finds; `FAILED` for errors, and while there is nothing."""
    from digest.pipeline.previewing import Wanted
    from digest.pipeline.previewing.checks import findings
    from digest.pipeline.previewing.pictures import picture
    from digest.web.preview import export_preview

    studio = open_studio(app)
    try:
        seen = picture(studio, Wanted(digest))
        found = findings(studio, seen) if check else []
    finally:
        studio.close()
    files = export_preview(_preview_of(seen), out) if out is not None and not seen.empty else ()
    _say(seen, files, found, check=check, as_json=as_json)
    return FAILED if seen.empty or any(one.finding.severity == "error" for one in found) else DONE


def _say(seen: Picture, files: Sequence[Path], found: Sequence[Located], *, check: bool, as_json: bool) -> None:
    from dataclasses import asdict

    from digest.render.preflight import as_text

    if as_json:
        print_json({
            "digest": seen.wanted.digest, "subject": seen.subject, "sample": seen.issue.sample,
            "size_bytes": len(seen.html.encode()), "notes": seen.notes, "files": [str(path) for path in files],
            **({"findings": [{**asdict(one.finding), "source": one.source} for one in found]} if check else {}),
        })  # fmt: skip
        return
    if seen.empty:
        click.echo(seen.notes[-1] if seen.notes else "There is nothing to show yet.", err=True)
        return
    for path in files:
        click.echo(path)
    if check:
        click.echo(as_text([_placed(one) for one in found]))


def _placed(one: Located) -> Finding:
    """With the template's line beside the place in the mail."""
    from dataclasses import replace

    place = f"{one.finding.place} (from {one.source})" if one.source else one.finding.place
    return replace(one.finding, place=place)


def _preview_of(seen: Picture) -> Preview:
    from digest.web.preview import Preview

    return Preview(
        digest=seen.wanted.digest,
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
    )


def show_address(url: str, *, browser: bool) -> None:
    click.echo(f"Preview: {url}")
    if browser:
        import webbrowser

        webbrowser.open(url)
    else:
        click.echo("Ctrl-C ends it.")
