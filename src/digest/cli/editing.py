"""`digest issue edit`: look at an issue before it goes out, and change what it says."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import App, json_option, pass_app
from digest.cli.output import print_json
from digest.cli.wording import moment, when
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.model import Item, Override
    from digest.pipeline.editing import Change, Review
    from digest.pipeline.workspace import Workspace

_ORDER = "digest.editing.order"
_INTRO_BYTES = 200_000


class Ordered(click.Command):
    """A command that remembers the order in which its options stood: Click hands them over name by name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:
            ctx.meta[_ORDER] = [parameter.name for parameter in self.make_parser(ctx).parse_args(list(args))[2]]
        return super().parse_args(ctx, args)


@click.command(cls=Ordered, short_help="Look at the next issue as it stands, and change it.")
@click.argument("name", metavar="DIGEST[/NUMBER]")
@click.option("--pin", multiple=True, metavar="ID", help="Put this article in, known and passed over ones too.")
@click.option("--drop", multiple=True, metavar="ID", help="Keep this article out, of later issues too.")
@click.option("--move", multiple=True, metavar="ID:PLACE", help="Put this article at a place; 1 is the top.")
@click.option("--title", multiple=True, metavar="ID=TEXT", help="Another headline.")
@click.option("--summary", multiple=True, metavar="ID=TEXT", help="Another summary; empty for none.")
@click.option("--image", multiple=True, metavar="ID=URL", help="Another picture (https); empty for none.")
@click.option("--intro", multiple=True, metavar="TEXT|@FILE|-", help="Markdown above the articles; - reads it here.")
@click.option("--subject", multiple=True, metavar="TEXT", help="The subject line.")
@click.option("--preheader", multiple=True, metavar="TEXT", help="What inboxes show after the subject.")
@click.option("--undo", multiple=True, metavar="N", help="Take back change number N.")
@click.option("--if-version", type=click.IntRange(1), metavar="V", help="Only if the issue is still at this version.")
@json_option
@click.pass_context
@pass_app
def edit(
    app: App, context: click.Context, /, name: str, if_version: int | None, as_json: bool, **given: Sequence[str]
) -> None:
    """Show an issue before it goes out, and change it. DIGEST alone is its next issue.

    Without options: the articles with their numbers, places and reasons, what is left out, and every change so far.
    The changes are made in the order given, all or none, and kept with who and when; the issue still waits for its
    time. A dropped article stays out until that is undone.

    \b
    digest issue edit weekly
    digest issue edit weekly --drop 17 --move 12:1 --title "12=Bridge opens"
    digest issue edit weekly --undo 2
    """
    changes = _changes(context.meta[_ORDER], given)
    with app.workspace(secrets=False) as workspace:
        from digest.pipeline import editing

        target = editing.editable(workspace, name)
        if changes:
            target = editing.change(workspace, target, changes, by=_me(), version=if_version)
        seen = editing.review(workspace, target)
        if as_json:
            print_json(_data(seen))
            return
        for line in _lines(workspace, seen):
            click.echo(line)


def _changes(order: Sequence[str | None], given: dict[str, Sequence[str]]) -> list[Change]:
    """What was asked for, in the order of the command line."""
    from digest.editorial import NewOverride
    from digest.pipeline.editing import Undo

    waiting = {kind: list(values) for kind, values in given.items()}
    changes: list[Change] = []
    for kind in order:
        if kind is None or not waiting.get(kind):
            continue
        text = waiting[kind].pop(0)
        if kind == "undo":
            changes.append(Undo(_number(text, "--undo")))
        elif kind in ("pin", "drop"):
            changes.append(NewOverride(kind, _number(text, f"--{kind}")))
        elif kind == "move":
            article, place = _parted(text, ":", "--move", "ID:PLACE")
            changes.append(NewOverride(kind, article, _number(place, "--move")))
        elif kind in ("title", "summary", "image"):
            article, words = _parted(text, "=", f"--{kind}", "ID=TEXT")
            changes.append(NewOverride(kind, article, words))
        else:
            changes.append(NewOverride(kind, None, _words(text) if kind == "intro" else text))
    return changes


def _number(text: str, option: str) -> int:
    if not text.strip().isdecimal() or len(text) > 18:
        raise click.BadParameter(f"{text!r} is not a number.", param_hint=option)
    return int(text)


def _parted(text: str, by: str, option: str, form: str) -> tuple[int, str]:
    article, found, rest = text.partition(by)
    if not found:
        raise click.BadParameter(f"{text!r} is not of the form {form}.", param_hint=option)
    return _number(article, option), rest


def _words(text: str) -> str:
    """The text itself, that of a file (`@FILE`), or what comes in (`-`)."""
    if text != "-" and not text.startswith("@"):
        return text
    try:
        data = sys.stdin.buffer.read(_INTRO_BYTES) if text == "-" else Path(text[1:]).read_bytes()[:_INTRO_BYTES]
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{text.removeprefix('@')} cannot be read", why=str(error), try_="a text file in UTF-8"
        ) from error


def _data(seen: Review) -> dict[str, Any]:
    target, row, issue = seen.target, seen.target.row, seen.issue
    return {
        "issue": target.name,
        "digest": target.digest,
        "state": row.state if row else None,
        "period": target.period,
        "version": target.version,
        "editable": seen.editable,
        "subject": issue.subject,
        "preheader": issue.preheader,
        "intro": issue.intro,
        "items": [
            {
                "place": place, "id": item.article_id, "title": item.title, "url": item.url, "section": item.section,
                "score": item.score, "reasons": item.reasons, "summary": item.summary,
                "summary_source": item.summary_source, "image": item.image.url if item.image else None,
            }
            for place, item in enumerate(issue.items, 1)
        ],
        "left_out": [
            {"id": id_, "title": seen.titles.get(id_, ""), "why": why} for id_, why in seen.left_out.items()
        ],
        "changes": [
            {
                "number": number, "kind": one.kind, "article": one.article_id, "value": one.value, "at": one.at,
                "by": one.by, "undone_at": one.undone_at,
            }
            for number, one in enumerate(seen.changes, 1)
        ],
    }  # fmt: skip


def _lines(workspace: Workspace, seen: Review) -> list[str]:
    target, row, issue = seen.target, seen.target.row, seen.issue
    state = "not planned yet" if row is None else f"{row.state} ({row.reason})" if row.reason else str(row.state)
    lines = [
        f"{target.name}  {state}, for {when(workspace, target.digest, target.period.end)}, version {target.version}",
        f"  Subject    {issue.subject}",
        f"  Preheader  {issue.preheader}",
        *(
            f"  {'Intro' if not number else '':<10} {line}".rstrip()
            for number, line in enumerate(issue.intro.splitlines())
        ),
    ]
    section = ""
    for place, item in enumerate(issue.items, 1):
        if item.section != section and item.section:
            lines.append(f"  -- {item.section} --")
        section = item.section
        lines += _item_lines(place, item)
    if not issue.items:
        lines.append("  Nothing is new: it would not go out.")
    if seen.left_out:
        lines += [
            "  Not in it",
            *(f"      [{id_}] {seen.titles.get(id_, '')}: {why}" for id_, why in seen.left_out.items()),
        ]
    if seen.changes:
        lines += ["  Changes", *(f"    {_change_words(workspace, n, one)}" for n, one in enumerate(seen.changes, 1))]
    if not seen.editable:
        lines.append(f"  It cannot be changed any more. The next one: digest issue edit {target.digest}")
    return lines


def _item_lines(place: int, item: Item) -> list[str]:
    edited = " (summary by the editor)" if item.summary_source == "editor" else ""
    return [
        f"  {place:>2}. [{item.article_id}] {item.title}{edited}",
        f"      {item.score:.2f}: {', '.join(item.reasons)}",
    ]


def _change_words(workspace: Workspace, number: int, one: Override) -> str:
    undone = f"; undone {moment(workspace, one.undone_at)}" if one.undone_at else ""
    return (
        f"{number}. {change_words(one.kind, one.article_id, one.value)} ({one.by or 'somebody'}, "
        f"{moment(workspace, one.at)}{undone})"
    )


def change_words(kind: str, article: object, value: object) -> str:
    """`move 12 to 1`, `title 12: Bridge opens`, `intro: ...`: a change as people say it."""
    about = f"{kind} {article}" if article is not None else kind
    if kind == "move":
        return f"{about} to {value}"
    if kind in ("pin", "drop"):
        return about
    text = " ".join(str(value).split())
    return f"{about}: {text[:60]}{'...' if len(text) > 60 else ''}" if text else f"{about}: none"


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"
