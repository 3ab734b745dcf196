"""`digest articles`: what was gathered, what became of it, and the editor's marks."""

from __future__ import annotations

import getpass
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from digest.cli.app import App, json_option, known_name, pass_app
from digest.cli.output import print_json, print_table
from digest.cli.wording import moment
from digest.errors import UsageError

if TYPE_CHECKING:
    from digest.pipeline.editing import Standing
    from digest.pipeline.workspace import Workspace
    from digest.store.catalogue import Card
    from digest.store.explaining import ArticleExplanation
    from digest.store.marks import Mark, Marked

# Spelled out, so that `--help` need not import the store; a test compares the two.
STATES = ("known", "new", "consumed", "passed_over", "excluded")
TEXT_SHOWN = 600

id_argument = click.argument("article_id", metavar="ID", type=click.IntRange(1, 2**63 - 1))
digest_option = click.option("--digest", "-d", metavar="DIGEST", help="For this digest only.  [default: every one]")


@click.group(short_help="List and show what was gathered; pin an article, or exclude it.")
def articles() -> None:
    """Articles have numbers, which `list` shows. A mark is kept with who made it and when, and can be undone."""


@articles.command("list", short_help="The newest articles, one a line.")
@click.option("--source", "-s", "sources", multiple=True, metavar="SOURCE", help="Only from this source; repeatable.")
@click.option("--digest", "-d", metavar="DIGEST", help="Only those this digest has met, and its decisions.")
@click.option("--state", type=click.Choice(STATES), help="Only those of which a digest decided so.")
@click.option("--since", metavar="DATE|30d", help="Only those published since, such as 2026-11-01 or 30d.")
@click.option("--search", default="", metavar="WORDS", help="Only those with all these words in their titles.")
@click.option("--limit", default=30, show_default=True, metavar="N", type=click.IntRange(1), help="At most so many.")
@json_option
@pass_app
def list_(app: App, /, sources: tuple[str, ...], digest: str | None, as_json: bool, **given: Any) -> None:
    """List articles, newest first, each with every digest's decision."""
    with app.workspace(secrets=False) as workspace:
        for name in sources:
            _known_source(workspace, name)
        _known_digest(workspace, digest)
        found = workspace.store.catalogue.find(
            sources=sources or None,
            digest=digest,
            state=given["state"],
            since=_since(workspace, given["since"]),
            search=given["search"],
            limit=given["limit"],
        )
        if as_json:
            print_json(found)
            return
        cells = []
        for one in found:
            states = {name: state for name, state in one.states.items() if digest is None or name == digest}
            words = ", ".join(f"{name}: {state}" for name, state in states.items()) or "not met yet"
            date = moment(workspace, one.published or one.first_seen_at)
            cells.append((one.id, date, one.source, words + (", withdrawn" if one.withdrawn_at else ""), one.title))
        print_table(("id", "date", "source", "digests", "title"), cells, empty="There are no such articles.")


@articles.command(short_help="Everything stored about one article.")
@id_argument
@json_option
@pass_app
def show(app: App, article_id: int, as_json: bool) -> None:
    """Show an article's fields, the beginning of its text, and how its counters moved."""
    with app.workspace(secrets=False) as workspace:
        card = _card(workspace, article_id)
        if as_json:
            print_json(card)
            return
        for line in _shown(workspace, card):
            click.echo(line)


@articles.command(short_help="Where each field came from, and what every digest decided.")
@id_argument
@json_option
@pass_app
def explain(app: App, article_id: int, as_json: bool) -> None:
    """Explain an article: the origin of every field, the names it is recognised by, each digest's decision and why.

    And where it stands: in the next issue as of now, or why it is not in it; or in the issue it went out with.
    """
    with app.workspace(secrets=False) as workspace:
        from digest.model import to_plain
        from digest.pipeline.editing import standings

        card, marks = _card(workspace, article_id), workspace.store.marks.of(article_id)
        told = workspace.store.articles.explain(article_id)
        assert told is not None
        stands = standings(workspace, article_id)
        if as_json:
            origin, warnings = dict(card.article.origin), card.article.warnings
            print_json({**to_plain(told), "standings": stands, "origin": origin, "marks": marks, "warnings": warnings})
            return
        for line in _explained(workspace, card, told, marks, stands):
            click.echo(line)


@articles.command(short_help="Have an article in the next issue.")
@id_argument
@digest_option
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the mark.")
@json_option
@pass_app
def pin(app: App, article_id: int, digest: str | None, reason: str, as_json: bool) -> None:
    """Pin an article: it comes first in the next issue, even if it was known or passed over before."""

    def act(workspace: Workspace, at: datetime) -> Marked:
        by = getpass.getuser()
        return workspace.store.marks.pin(article_id, digest=digest or "", at=at, by=by, reason=reason)

    _mark(app, article_id, digest, act, done="pinned", nothing="pinned already", as_json=as_json)


@articles.command(short_help="Take a pin back.")
@id_argument
@digest_option
@json_option
@pass_app
def unpin(app: App, article_id: int, digest: str | None, as_json: bool) -> None:
    """Undo `pin`: what it had made eligible is again what it was."""

    def act(workspace: Workspace, at: datetime) -> Marked:
        return workspace.store.marks.unpin(article_id, digest=digest or "", at=at, by=getpass.getuser())

    _mark(app, article_id, digest, act, done="not pinned any more", nothing="not pinned", as_json=as_json)


@articles.command(short_help="Keep an article out of every coming issue.")
@id_argument
@digest_option
@click.option("--reason", default="", metavar="TEXT", help="Why; kept with the mark.")
@json_option
@pass_app
def exclude(app: App, article_id: int, digest: str | None, reason: str, as_json: bool) -> None:
    """Exclude an article. What was sent already stays sent, and is said."""

    def act(workspace: Workspace, at: datetime) -> Marked:
        by = getpass.getuser()
        return workspace.store.marks.exclude(article_id, digest=digest or "", at=at, by=by, reason=reason)

    _mark(app, article_id, digest, act, done="excluded", nothing="excluded already", as_json=as_json)


@articles.command(short_help="Take an exclusion back.")
@id_argument
@digest_option
@json_option
@pass_app
def include(app: App, article_id: int, digest: str | None, as_json: bool) -> None:
    """Undo `exclude`: the article is eligible again where it was."""

    def act(workspace: Workspace, at: datetime) -> Marked:
        return workspace.store.marks.include(article_id, digest=digest or "", at=at, by=getpass.getuser())

    _mark(app, article_id, digest, act, done="included again", nothing="not excluded", as_json=as_json)


def _mark(
    app: App,
    article_id: int,
    digest: str | None,
    act: Callable[[Workspace, datetime], Marked],
    *,
    done: str,
    nothing: str,
    as_json: bool,
) -> None:
    """Make or undo a mark and say what it means for each digest now; what was consumed before is named."""
    with app.workspace(secrets=False) as workspace:
        _known_digest(workspace, digest)
        card = _card(workspace, article_id)
        changed = act(workspace, workspace.now())
        fates = [fate for fate in workspace.store.articles.fate(article_id) if digest in (None, fate.digest)]
        scope = f" for {digest}" if digest else ""
        text = f"{article_id} is {done if changed.fresh else nothing}{scope}: {card.article.title}"
        if as_json:
            marks = workspace.store.marks.of(article_id)
            print_json({"text": text, "changed": changed.fresh, "fates": fates, "marks": marks})
            return
        click.echo(text)
        moved = dict(changed.moved)
        for fate in fates:
            if fate.state == "consumed":
                issue = _issue_name(workspace, fate.issue_id)
                click.echo(f"  {fate.digest}: {issue} has it already; that does not change")
            elif fate.digest in moved:
                click.echo(f"  {fate.digest}: {_fate_words(fate.state, fate.reason)}")


def _shown(workspace: Workspace, card: Card) -> list[str]:
    article = card.article
    derived = " (made from the text)" if article.title_derived else ""
    lines = [f"{card.id}  {article.title}{derived}"]
    lines += [f"  {name:<10} {value}" for name, value in _fields(workspace, card) if value]
    if card.engagement:
        lines.append("  interest")
        lines += [f"    {moment(workspace, one.at)}  {_counters(one)}" for one in card.engagement]
    text = article.text or article.excerpt
    lines += ["", text[:TEXT_SHOWN] + (" ..." if len(text) > TEXT_SHOWN else "")] if text else ["", "(no text)"]
    return [*lines, *(f"warning: {warning}" for warning in article.warnings)]


def _fields(workspace: Workspace, card: Card) -> list[tuple[str, str]]:
    article = card.article
    image = article.image
    return [
        ("address", article.url or ""),
        ("canonical", article.canonical_url if article.canonical_url not in (None, article.url) else ""),
        ("authors", ", ".join(author.name for author in article.authors)),
        ("published", moment(workspace, article.published) if article.published else "unknown"),
        ("updated", moment(workspace, article.updated) if article.updated else ""),
        ("language", article.language or ""),
        ("tags", ", ".join(article.tags)),
        ("sources", ", ".join(card.sources)),
        ("gathered", f"{moment(workspace, card.first_seen_at)}, changed {moment(workspace, card.changed_at)}"),
        ("withdrawn", moment(workspace, card.withdrawn_at) if card.withdrawn_at else ""),
        ("image", f"{image.url} ({image.alt or 'no alternative text'})" if image else ""),
        ("files", ", ".join(enclosure.url for enclosure in article.enclosures)),
        ("words", str(len(article.text.split()))),
    ]


def _counters(one: Any) -> str:
    counted = (("views", one.views), ("comments", one.comments), ("reactions", one.reactions))
    return ", ".join(f"{count:,} {name}" for name, count in counted if count is not None)


_NOTES = ("private", "repeated", "chrome", "withdrawn", "picture")  # of the article as a whole, not of a field's place


def _explained(
    workspace: Workspace, card: Card, told: ArticleExplanation, marks: Sequence[Mark], stands: Sequence[Standing]
) -> list[str]:
    article = card.article
    lines = [f"{told.id}  {told.title}", f"  came by    {', '.join(told.sources)}"]
    lines += [f"  {name:<10} {'' if name in _NOTES else 'from '}{note}" for name, note in article.origin.items()]
    lines += [f"  known as   {alias.kind}: {alias.name}" for alias in told.aliases]
    lines += [f"  same as    {one}" for one in told.sameness]
    if told.withdrawn:
        lines.append(f"  withdrawn  by its source, {moment(workspace, told.withdrawn)}")
    for fate in told.fates:
        name = fate.digest if fate.frequency == "every" else f"{fate.digest} ({fate.frequency})"
        since = f" ({moment(workspace, fate.at)})" if fate.at else ""
        lines.append(f"  {name:<10} {fate.state}: {fate.why}{since}")
        for one in stands if fate.frequency == "every" else ():
            if one.digest == fate.digest:
                lines.append(f"{'':<13}{_standing_words(one)}")
    if not told.fates:
        lines.append("  no digest takes it")
    lines += [f"  mark       {_mark_words(workspace, mark)}" for mark in marks]
    return [*lines, *(f"  warning    {warning}" for warning in article.warnings)]


def _standing_words(one: Standing) -> str:
    score = f": score {one.score:.2f}, {', '.join(one.reasons)}" if one.score is not None else ""
    return f"{one.why}{score}"


def _fate_words(state: str, reason: str) -> str:
    meaning = {
        "new": "new: eligible for the next issue",
        "known": "known: not news to it",
        "consumed": "consumed",
        "passed_over": "passed over: it was eligible twice and not chosen",
        "excluded": "excluded",
    }.get(state, state)
    return f"{meaning} ({reason})" if reason else meaning


def _mark_words(workspace: Workspace, mark: Mark) -> str:
    done = "pinned" if mark.kind == "pin" else "excluded"
    scope = mark.digest or "every digest"
    undone = f"; undone {moment(workspace, mark.undone_at)} by {mark.undone_by}" if mark.undone_at else ""
    reason = f": {mark.reason}" if mark.reason else ""
    return f"{done} ({scope}) {moment(workspace, mark.at)} by {mark.by}{reason}{undone}"


def _issue_name(workspace: Workspace, issue_id: int | None) -> str:
    return workspace.store.issues.get(issue_id).name if issue_id is not None else ""


def _card(workspace: Workspace, article_id: int) -> Card:
    card = workspace.store.catalogue.card(article_id)
    if card is None:
        raise UsageError(f"there is no article {article_id}", try_="digest articles list")
    return card


def _known_digest(workspace: Workspace, name: str | None) -> None:
    if name is not None:
        known_name("digest", name, workspace.config.digests, where=str(workspace.config.path), option="--digest ")


def _known_source(workspace: Workspace, name: str) -> None:
    """A source that digest.toml has, or had: its articles stay."""
    known = dict.fromkeys([*workspace.config.sources, *workspace.store.sourcebook.records()])
    known_name("source", name, list(known), where=str(workspace.config.path), option="--source ")


def _since(workspace: Workspace, text: str | None) -> datetime | None:
    """`30d`, or a date in the site's zone."""
    from zoneinfo import ZoneInfo

    if text is None:
        return None
    days = re.fullmatch(r"(\d{1,5})\s*d(?:ays?)?", text)
    if days:
        return workspace.now() - timedelta(days=int(days[1]))
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is neither a date nor a number of days", param_hint="--since") from None
    return date if date.tzinfo else date.replace(tzinfo=ZoneInfo(workspace.config.site.timezone))
