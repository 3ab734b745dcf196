"""`digest dkim`: make a signing key and print the DNS record that goes with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import App, json_option, pass_app
from digest.cli.output import print_json
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.config import Config
    from digest.pipeline.signing import Published


@click.group(short_help="Make the key that signs your mail; print its DNS record.")
def dkim() -> None:
    """Mail signed by your own domain (DKIM) is what big providers ask of whoever writes to many."""


@dkim.command(short_help="Make a private key (0600) and print the DNS record to publish.")
@click.option("--kind", type=click.Choice(["rsa", "ed25519"]), default="rsa", show_default=True,
              help="rsa (2048 bits) is understood everywhere; ed25519 only as a second key.")  # fmt: skip
@click.option("--selector", metavar="NAME", help="Name of the key in DNS.  [default: digest, or digest-ed]")
@click.option("--domain", metavar="DOMAIN", help="Domain that signs.  [default: that of [site] from]")
@click.option("--file", "path", type=click.Path(path_type=Path, dir_okay=False),
              help="Where the key goes.  [default: dkim-NAME.pem beside the configuration]")  # fmt: skip
@json_option
@pass_app
def keygen(app: App, kind: str, selector: str | None, domain: str | None, path: Path | None, as_json: bool) -> None:
    """Write a private key, print the record for your DNS and the lines for digest.toml. Never replaces a file.

    To change a key: make one under another selector, publish it, wait a day, then name it in digest.toml.

    \b
    digest dkim keygen                    an RSA key, for [dkim] key
    digest dkim keygen --kind ed25519     a second one, for [dkim] second_key
    """
    from digest.config.values import Refused
    from digest.config.values import domain as read_domain
    from digest.config.values import selector as read_selector
    from digest.pipeline.signing import make_key

    try:
        selector = read_selector(selector or ("digest" if kind == "rsa" else "digest-ed"))
        domain = read_domain(domain) if domain else _domain(app)
    except Refused as error:
        raise UsageError(error.what, try_=error.try_) from None
    path = path or Path(app.config_path).parent / f"dkim-{selector}.pem"
    published = make_key(path, kind=kind, selector=selector, domain=domain)
    if as_json:
        print_json({"file": str(path), "kind": kind, "domain": domain, **_data(published)})
        return
    click.echo(f"Wrote {path}, which only you can read. Keep a copy in a safe place.\n")
    click.echo("Publish this in DNS (a provider's web page wants name and text in two fields, without quotes):\n")
    click.echo(published.record)
    prefix = "" if kind == "rsa" else "second_"
    beside = path.name if path.parent.resolve() == Path(app.config_path).parent.resolve() else str(path.resolve())
    click.echo("\nWhen the record can be seen (digest doctor tells), write into digest.toml:\n")
    click.echo(f'[dkim]\n{prefix}selector = "{selector}"\n{prefix}key = {{ file = "{beside}" }}')


@dkim.command(short_help="Print the DNS records of the keys in digest.toml.")
@json_option
@pass_app
def record(app: App, as_json: bool) -> None:
    """Print what must stand in DNS for the keys that [dkim] names."""
    from digest.pipeline.signing import publication

    settings = _config(app).dkim
    if settings is None or not settings.keys:
        raise UsageError(
            "no key of [dkim] can be read here", where=app.config_path, try_="digest check, or digest dkim keygen"
        )
    found = [publication(key.selector, key.pem, domain=settings.domain) for key in settings.keys]
    if as_json:
        print_json([_data(one) for one in found])
        return
    click.echo("\n\n".join(one.record for one in found))


def _data(published: Published) -> dict[str, str]:
    return {
        "selector": published.selector, "name": published.name, "text": published.text, "record": published.record,
    }  # fmt: skip


def _domain(app: App) -> str:
    if not Path(app.config_path).exists():
        raise UsageError(
            "which domain is to sign?", why=f"there is no {app.config_path}",
            try_="--domain DOMAIN",
        )  # fmt: skip
    config = _config(app)
    return config.dkim.domain if config.dkim else config.site.sender.address.domain


def _config(app: App) -> Config:
    from digest.config import load_config

    return load_config(Path(app.config_path), env=app.env, secrets=False, files=False)
