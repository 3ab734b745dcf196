"""`digest bounce`: one message that came back, or a look into the mailboxes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digest.cli.app import BUSY, DONE, FAILED, App, json_option, pass_app
from digest.cli.output import print_json
from digest.cli.wording import moment, when
from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.model import Rates, RecordedEvent
    from digest.pipeline.intake import Acted, Taken
    from digest.pipeline.workspace import Workspace

_CHUNK = 64 * 1024
_KIND_WORDS = {
    "bounce_hard": "hard bounce",
    "bounce_soft": "soft bounce",
    "bounce_policy": "refusal of how we send",
    "complaint": "complaint",
    "unsubscribe": "unsubscribe",
    "delayed": "delay",
    "delivered": "note of delivery",
}


@click.command(short_help="Read a bounce, complaint or unsubscribe mail: digest bounce < MESSAGE.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--fetch", is_flag=True, help="Look into the mailboxes of [bounces] now, as every tick does.")
@click.option("--dry-run", is_flag=True, help="Say what the message means; write nothing.")
@json_option
@pass_app
def bounce(app: App, files: tuple[Path, ...], fetch: bool, dry_run: bool, as_json: bool) -> None:
    """Act on a message from standard input (or on each of FILES): the pipe for a mail server's alias.

    Only what is proven to be about a subscriber changes anything; a message of no use is no failure. When nothing can
    be recorded now, the exit code is 75, which makes a mail server keep the message and try again.
    """
    if fetch:
        sys.exit(_fetch(app, as_json=as_json))
    messages = [file.read_bytes() for file in files] or [_standard_input()]
    try:
        with app.workspace(secrets=False) as workspace:
            from digest.pipeline.intake import take_mail

            taken = [take_mail(workspace, raw, source="pipe", dry_run=dry_run) for raw in messages]
            _say(workspace, taken, as_json=as_json)
    except DigestError as error:
        if files or dry_run:
            raise
        click.echo(str(error), err=True)
        sys.exit(BUSY)
    sys.exit(DONE)


def _standard_input() -> bytes:
    """All of it is taken off the pipe, a megabyte is kept: one that is closed early looks to a mail server like a
    failure."""
    from digest.deliver.intake.mime import MAX_BYTES

    if sys.stdin is not None and sys.stdin.isatty():
        raise click.UsageError("there is no message. Try: digest bounce < MESSAGE, or digest bounce --fetch")
    kept = bytearray()
    while chunk := sys.stdin.buffer.read(_CHUNK):
        if len(kept) < MAX_BYTES:
            kept += chunk
    return bytes(kept[:MAX_BYTES])


def _fetch(app: App, *, as_json: bool) -> int:
    with app.workspace() as workspace:
        from digest.pipeline.intake import look

        taken: list[Taken] = []
        looked = look(workspace, seconds=300.0, on_mail=taken.append)
        if as_json:
            print_json({"mailboxes": looked, "messages": [_facts(one) for one in taken]})
            return FAILED if any(one.error for one in looked) else DONE
        _say(workspace, taken, as_json=False)
        for one in looked:
            if one.look is not None:
                click.echo(f"{one.name}: {one.look.read} new, {one.look.ours} of them ours")
            else:
                click.echo(one.error, err=True)
        if not looked:
            click.echo("No mailbox is configured: [bounces] imap or maildir.")
        return FAILED if any(one.error for one in looked) else DONE


def _say(workspace: Workspace, taken: list[Taken], *, as_json: bool) -> None:
    if as_json:
        print_json([_facts(one) for one in taken])
        return
    for one in taken:
        if not one.acts:
            click.echo(one.reading.note or "nothing to act on")
        for act in one.acts:
            click.echo(act_line(workspace, act))


def _facts(taken: Taken) -> dict[str, object]:
    return {"what": taken.reading.what, "note": taken.reading.note, "ours": taken.ours, "acts": list(taken.acts)}


def kind_words(kind: str) -> str:
    return _KIND_WORDS.get(kind, kind)


def later_words(workspace: Workspace, events: Sequence[RecordedEvent]) -> str:
    """What came back about one delivery: `hard bounce 5.1.1, 2026-11-30 09:12`; the server's own refusal is not new."""
    words = [
        f"{kind_words(one.kind)}{f' {one.status}' if one.status else ''}, {moment(workspace, one.at)}"
        for one in events
        if one.source != "smtp"
    ]
    return "; ".join(words)


def came_back_lines(rates: Sequence[Rates]) -> list[str]:
    """Bounces and complaints of one issue, altogether and by provider; nothing when nothing came back."""
    shown = [one for one in rates if one.hard or one.soft or one.policy or one.complaints or one.unsubscribes]
    return [f"came back{f' from {one.provider}' if one.provider else ''}: {_figures(one)}" for one in shown[:8]]


def _figures(rates: Rates) -> str:
    named = (
        ("hard bounce", rates.hard), ("soft bounce", rates.soft), ("refusal of how we send", rates.policy),
        ("complaint", rates.complaints), ("unsubscribe by mail", rates.unsubscribes),
    )  # fmt: skip
    words = [f"{count} {word}{'' if count == 1 else 's'}{share(count, rates.sent)}" for word, count in named if count]
    return f"{', '.join(words)} of {rates.sent}"


def share(count: int, whole: int) -> str:
    """` (0.3 %)`."""
    return f" ({100 * count / whole:.1f} %)" if whole else ""


def act_line(workspace: Workspace, act: Acted) -> str:
    """One event and what came of it, in a line."""
    status = f" {act.event.status}" if act.event.status else ""
    line = f"{kind_words(act.event.kind)}{status}: {act.key or 'nobody we know'}"
    if not act.proven:
        return f"{line} - not proven to be about a message of ours: nothing follows"
    results = []
    if act.left:
        results.append(f"off {', '.join(act.left)}")
    if act.stopped is not None:
        until = f"until {when(workspace, None, act.stopped.until)}" if act.stopped.until else "until lifted"
        results.append(f"suppressed {until}")
    if not act.news and not results:
        results.append("known already, or only shown")
    return f"{line} - {', '.join(results) or 'recorded'}"
