"""`digest doctor`: would the world take our mail, and what to do about it."""

from __future__ import annotations

import ipaddress
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import DONE, FAILED, PARTLY, App, json_option, pass_app
from digest.cli.output import print_json

if TYPE_CHECKING:
    from digest.deliver.doctor.finding import Finding

_LOOKS = {"ok": "green", "warn": "yellow", "fail": "red", "unknown": "magenta", "does not apply": "bright_black"}
_SHORT = {"does not apply": "-", "unknown": "?"}


def _address(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise click.BadParameter(f"{value!r} is no IP address, such as 198.51.100.7") from None
    return values


def _server(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, int] | None:
    if value is None:
        return None
    host, _, port = value.rpartition(":") if value.count(":") == 1 or value.startswith("[") else (value, "", "53")
    try:
        ipaddress.ip_address(host.strip("[]"))
        if not 0 < int(port) < 65536:
            raise ValueError(port)
    except ValueError:
        raise click.BadParameter(
            "write an address, with a port if need be, such as 9.9.9.9 or 127.0.0.1:5353"
        ) from None
    return host.strip("[]"), int(port)


@click.command(short_help="Look at SPF, DKIM, DMARC, relays and one-click unsubscribing, as receivers do.")
@click.option("--ip", "addresses", multiple=True, metavar="ADDRESS", callback=_address,
              help="Address that mail leaves from, where your own server sends it; may be repeated.")  # fmt: skip
@click.option("--nameserver", metavar="ADDRESS[:PORT]", callback=_server, help="Ask this name server.")
@json_option
@pass_app
def doctor(app: App, addresses: tuple[str, ...], nameserver: tuple[str, int] | None, as_json: bool) -> None:
    """Examine everything that decides whether your mail is taken: DNS records, the relays' encryption, login, size and
    pipelining, whether they let you send as yourself, and whether your unsubscribe links answer.

    Sends no message and changes nothing. What is wrong comes with what to do and the DNS record to publish. What could
    not be looked at (no network) is marked ? and is no judgement.

    Exits 0 when nothing is wrong, 1 when something is, 3 when something could not be looked at.
    """
    from digest.config import load_config
    from digest.deliver.doctor.examination import objections
    from digest.pipeline.doctoring import Visit, visit

    config = load_config(Path(app.config_path), env=app.env, files=False)
    findings = visit(config, Visit(addresses, nameserver))
    counts = Counter(str(one.status) for one in findings)
    if as_json:
        print_json({"ok": not counts["fail"], "bulk": not objections(findings), "findings": findings})
    else:
        _print(findings, counts)
    sys.exit(FAILED if counts["fail"] else PARTLY if counts["unknown"] else DONE)


def _print(findings: list[Finding], counts: Counter[str]) -> None:
    width = max(len(one.area) for one in findings)
    for one in findings:
        status = str(one.status)
        mark = click.style(f"{_SHORT.get(status, status):<5}", fg=_LOOKS[status])
        click.echo(f"{mark} {one.area:<{width}}  {one.what}")
        lead = " " * (width + 8)
        if one.fix:
            click.echo(f"{lead}Try: {one.fix}")
        for line in one.record.splitlines():
            click.echo(f"{lead}{line}")
    said = {"ok": "fine", "warn": "to think about", "fail": "to correct", "unknown": "could not be looked at"}
    click.echo("\n" + ", ".join(f"{counts[key]} {words}" for key, words in said.items() if counts[key]) + ".")
    _print_bulk(findings)


def _print_bulk(findings: list[Finding]) -> None:
    from digest.deliver.doctor.examination import objections

    areas = list(dict.fromkeys(one.area for one in objections(findings)))
    if areas:
        click.echo(f"Gmail, Yahoo and Microsoft refuse mail to many (5,000 a day) for: {', '.join(areas)}.")
