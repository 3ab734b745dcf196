"""One picture: what is wanted, filled for one reader, with everything a page says of it.

    next      the coming issue, as a run would freeze and send it (or, marked, as `digest test` would)
    issue:12  the stored rendition, filled with the stored snapshot: what its readers have
    fixture:… a made-up issue in this digest's template and theme

Must not judge (`checks`) or compare (`comparing`). Invariant: `message` is what `fill` made; html and text are its
parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from digest.errors import UsageError
from digest.model import Issue, Message, Recipient, Subscriber
from digest.pipeline.editing import Target
from digest.pipeline.previewing.readers import CASES, language_of, snapshot
from digest.pipeline.previewing.studio import Coming, Studio
from digest.pipeline.previewing.wanted import FIXTURE, ISSUE, NEXT, Wanted

if TYPE_CHECKING:
    from digest.model import IssueRow
    from digest.pipeline.workspace import Workspace
    from digest.render import Compiled, Rendition

_FLAGS = {
    "no_fit": "no whole sentence fits the summary's length, so it has none",
    "placeholder": "the article still holds a placeholder, such as TBD",
    "weak": "only a very short or very long sentence could be used as its summary",
    "cut_off": "its feed gives the beginning of the text only",
}


@dataclass(frozen=True, slots=True)
class Picture:
    """`message` is None, and html and text are empty, while there is no article to show (`notes` say so).

    `banner` is "" or says that this is no real issue; `notes` say what a real run would do, in whole sentences.
    `local_images`: the configuration allows pictures from this machine.
    """

    wanted: Wanted
    issue: Issue
    rendition: Rendition | None
    recipient: Recipient | None
    message: Message | None
    html: str
    text: str
    template: str
    banner: str = ""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    number: str = ""
    state: str = ""
    at: datetime | None = None
    seen_by: str = ""
    local_images: bool = False

    @property
    def empty(self) -> bool:
        return self.message is None

    @property
    def subject(self) -> str:
        return self.rendition.subject if self.rendition is not None else self.issue.subject


def picture(studio: Studio, wanted: Wanted) -> Picture:
    """Raises `UsageError` for what is not there, `TemplateError`, `ConfigError`."""
    workspace = studio.workspace()
    workspace.digest(wanted.digest)
    makers = {NEXT: _next, ISSUE: _past, FIXTURE: _fixture}
    if wanted.kind not in makers:
        raise UsageError(f"there is nothing called {wanted.what!r} to look at", try_="choose one of the list")
    made = makers[wanted.kind](studio, workspace, wanted)
    hosts = set(workspace.config.fetch.allow_hosts)
    return replace(made, local_images=bool(hosts & {"127.0.0.1", "localhost", "[::1]", "::1"}))


def compiled(studio: Studio, seen: Picture, *, trace: bool = False) -> Compiled | None:
    """What `seen` was compiled to, values still as tokens; None of what is stored, which is HTML alone."""
    from digest.render import compile_issue

    if seen.rendition is None or seen.wanted.kind == ISSUE:
        return None
    return compile_issue(
        seen.issue, template=seen.template, theme=studio.theme(seen.wanted.digest), locale=seen.rendition.locale,
        templates=studio.templates(seen.wanted.digest), trace=trace,
    )  # fmt: skip


def mjml(studio: Studio, seen: Picture) -> str:
    """The MJML of `compiled`; "" where there is none."""
    made = compiled(studio, seen)
    return made.mjml if made is not None else ""


def _next(studio: Studio, workspace: Workspace, wanted: Wanted) -> Picture:
    coming = studio.coming(wanted.digest)
    template = wanted.template or workspace.digest(wanted.digest).render.template
    notes = tuple(_notes(workspace, coming))
    about = {
        "number": f"No. {coming.issue.number}", "at": coming.target.period.end, "notes": notes, "template": template,
        "state": str(coming.target.row.state) if coming.target.row else "",
    }  # fmt: skip
    if not coming.issue.items:
        return Picture(wanted, coming.issue, None, None, None, "", "", **about)  # type: ignore[arg-type]
    reader = studio.lists.reader(workspace, wanted.digest, wanted.reader, coming.issue)
    if wanted.test:
        return replace(_trial(studio, workspace, wanted, reader), **about)  # type: ignore[arg-type]
    if reader is None:
        reader = replace(CASES[0].subscriber, address=str(workspace.config.site.sender.address))
    locale = language_of(workspace, wanted.digest, [reader.locale])
    rendition = studio.rendition(coming.issue, template=template, locale=locale)
    recipient = snapshot(workspace, coming.target, reader)
    sample = "SAMPLE: nothing is new, these are the latest articles" if coming.issue.sample else ""
    return _filled(
        wanted, coming.issue, rendition, recipient, banner=sample, warnings=_warnings(coming.issue),
        seen_by=_called(reader), **about,
    )  # fmt: skip


def _trial(studio: Studio, workspace: Workspace, wanted: Wanted, reader: Subscriber | None) -> Picture:
    to = wanted.to or (reader.address if reader else str(workspace.config.site.sender.address))
    seen_by = reader.address if reader is not None and wanted.reader.partition(":")[0] in ("id", "row") else ""
    trial = studio.trial(wanted.digest, to, seen_by)
    from digest.pipeline.previewing.message import taken_apart

    html, text = taken_apart(trial.message.data)
    return Picture(
        wanted, trial.drafted.issue, None, None, trial.message, html, text, "",
        banner="A test message: marked as such, and its links do nothing", seen_by=seen_by or to,
        warnings=_warnings(trial.drafted.issue),
    )  # fmt: skip


def _past(studio: Studio, workspace: Workspace, wanted: Wanted) -> Picture:
    """What was sent, from what was stored: never rendered again."""
    from digest.render import Rendition

    issues = workspace.store.issues
    row = issues.get(wanted.issue_id)
    content = issues.content(row.id) if row.digest == wanted.digest else None
    stored = issues.renditions(row.id) if content is not None else []
    if content is None or not stored:
        raise UsageError(
            f"nothing is stored of issue {row.name}", why=f"it is {row.state}", try_="only frozen issues can be seen"
        )
    reader = studio.lists.reader(workspace, wanted.digest, wanted.reader, content)
    recipient = issues.recipient(row.id, reader.key) if reader is not None else None
    got_it = recipient is not None
    if recipient is None:
        person = reader or replace(CASES[0].subscriber, address=str(workspace.config.site.sender.address))
        recipient = snapshot(workspace, Target(row.digest, row.frequency, row.period, row), person)
    rendition = Rendition.from_bytes(issues.rendition(recipient.rendition_id or stored[0][0]))
    note = "" if got_it else "This reader is not among its recipients: this is what they would have got."
    return _filled(
        wanted, content, rendition, recipient, number=row.name, state=str(row.state), at=row.scheduled_for,
        notes=tuple(filter(None, (_was(row), note))), seen_by=_called(reader) if reader else recipient.address,
        template=rendition.template, warnings=(),
    )  # fmt: skip


def _fixture(studio: Studio, workspace: Workspace, wanted: Wanted) -> Picture:
    found = studio.fixture(wanted.digest, wanted.name)
    template = wanted.template or workspace.digest(wanted.digest).render.template
    reader = studio.lists.reader(workspace, wanted.digest, wanted.reader or "no-name", found.issue)
    assert reader is not None
    locale = language_of(workspace, wanted.digest, [reader.locale]) if wanted.reader == "rtl" else found.locale
    rendition = studio.rendition(found.issue, template=template, locale=locale)
    period = found.issue.period
    recipient = snapshot(workspace, Target(wanted.digest, "every", period, None), replace(reader, id=0))
    return _filled(
        wanted, found.issue, rendition, recipient, banner=f"MADE UP: {found.about}", number=found.name, at=period.end,
        seen_by=_called(reader), template=template, warnings=(),
    )  # fmt: skip


def _filled(wanted: Wanted, issue: Issue, rendition: Rendition, recipient: Recipient, **about: object) -> Picture:
    return Picture(
        wanted, issue, rendition, recipient, rendition.fill(recipient), rendition.html(recipient),
        rendition.text(recipient), **about,  # type: ignore[arg-type]
    )  # fmt: skip


def _called(reader: Subscriber) -> str:
    return f"{reader.name} <{reader.address}>" if reader.name else reader.address


def _was(row: IssueRow) -> str:
    done = f", finished {row.done_at:%Y-%m-%d %H:%M} UTC" if row.done_at else ""
    return f"{row.name} is {row.state}{done}. This is what was stored when it froze."


def _notes(workspace: Workspace, coming: Coming) -> Iterator[str]:
    """What a real run would do, in whole sentences."""
    issue, settings = coming.issue, workspace.digest(coming.target.digest)
    minimum = settings.curate.min_articles
    if issue.sample or not issue.items:
        yield "A run now would send nothing: no article is new."
    elif len(issue.items) < minimum:
        yield f"A run now would send nothing: {len(issue.items)} of at least {minimum} articles are there."
    else:
        size = workspace.store.audience.size(settings.list)
        yield f"A run now would send {len(issue.items)} articles" + (f" to {size} subscribers." if size else ".")
    if issue.passed_over:
        yield f"{issue.passed_over} more are eligible and do not fit."
    yield from coming.drafted.notes
    if not issue.items:
        yield "There is no article at all yet. Try: digest gather, and look at what it says of each source."


def _warnings(issue: Issue) -> tuple[str, ...]:
    return tuple(
        f"{item.title}: {_FLAGS.get(flag, flag)}"
        for item in issue.items
        for flag in item.flags
        if flag in _FLAGS or flag.startswith("model:")
    )
