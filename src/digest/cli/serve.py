"""`digest serve`: the pages readers reach; unsubscribing by one click or by a button."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, App, pass_app
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.pipeline import unsubscribing as pipeline
    from digest.pipeline.intake import HookDesk
    from digest.pipeline.workspace import Workspace
    from digest.web.public import Unsubscription


@click.command(short_help="Answer unsubscribe links at [site] public_url.")
@click.option("--listen", metavar="HOST:PORT", help="Instead of [serve] listen (127.0.0.1:8080).")
@pass_app
def serve(app: App, listen: str | None) -> None:
    """Serve /u/{token}: GET shows a page, POST unsubscribes (RFC 8058); and /hooks/NAME for reports.

    Put your web server's TLS in front of it.
    """
    with app.workspace(secrets=False) as workspace:
        from digest.web.public import public_app
        from digest.web.server import serve_app

        host, _, port = (listen or workspace.config.serve.listen).rpartition(":")
        if not port.isdigit() or int(port) > 65535:
            raise click.BadParameter("write it as HOST:PORT, such as 127.0.0.1:8080", param_hint="--listen")
        public = workspace.config.site.public_url

        def started(url: str) -> None:
            click.echo(f"Serving unsubscribe pages on {url}" + (f" for {public}" if public else ""))
            if not public:
                click.echo("[site] public_url is not set: mails carry mailto: links only.", err=True)

        app_ = public_app(Desk(workspace), _hooks(workspace))
        serve_app(app_, host=host.strip("[]") or "127.0.0.1", port=int(port), on_started=started)
    sys.exit(DONE)


def _hooks(workspace: Workspace) -> HookDesk | None:
    """Who answers webhooks; nobody when none is configured. A key that cannot be read is told at the start: otherwise
    every report would be refused, and nobody would know."""
    from digest.pipeline.intake import HookDesk

    intake = workspace.config.intake
    for hook in intake.hooks:
        if hook.kind != "ses" and not hook.key:
            raise UsageError(
                "the key of this webhook cannot be read", where=f"[webhook.{hook.name}] key",
                try_="digest check says what is wrong with it",
            )  # fmt: skip
        click.echo(f"Answering {hook.kind} webhooks at /hooks/{hook.name}")
    return HookDesk(workspace) if intake.hooks else None


class Desk:
    """The unsubscribe pages' view of the pipeline."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def describe(self, token: str) -> Unsubscription:
        from digest.pipeline.unsubscribing import describe_token

        return _shown(describe_token(self._workspace, token))

    def unsubscribe(self, token: str) -> Unsubscription:
        from digest.pipeline.unsubscribing import unsubscribe_by_token

        return _shown(unsubscribe_by_token(self._workspace, token, source="link"))


def _shown(found: pipeline.Unsubscription) -> Unsubscription:
    """The pipeline knows nothing of the web; the two values are alike on purpose."""
    from digest.web.public import Unsubscription

    return Unsubscription(found.list_title, found.site_name, found.site_url, found.address_masked, found.active)
