"""What `digest check` looks at beyond the configuration file itself: database, lists, templates, schedule.

Reads only; each trouble is a finding with what to do, and one finding never hides the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from digest.errors import DigestError
from digest.model import Issue, Item, Sending
from digest.pipeline.preflighting import reachable
from digest.pipeline.workspace import utc_now
from digest.recurrence import Rule, period_after, period_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.config import Config


@dataclass(frozen=True, slots=True)
class Finding:
    """`severity` is "error" (sending would fail), "warning" or "info".

    Of preflight's there is more: `id` (to accept it by), `rule` (what it is held to, and by whom), `place`.
    """

    severity: str
    what: str
    try_: str = ""
    id: str = ""
    rule: str = ""
    place: str = ""


def check_all(config: Config) -> list[Finding]:
    findings = [*_database(config)]
    for name in config.lists:
        findings += _list(config, name)
    for name in config.digests:
        findings += _digest(config, name)
    return findings


def _database(config: Config) -> Iterator[Finding]:
    from digest.store import open_store

    try:
        open_store(config.storage_url).close()
    except DigestError as error:
        yield Finding("error", _first(error), error.try_)


def _list(config: Config, name: str) -> Iterator[Finding]:
    from digest.audience import read_list

    path = config.lists[name].csv
    if path is None:
        return
    try:
        parsed = read_list(path)
    except DigestError as error:
        yield Finding("error", _first(error), error.try_)
        return
    for warning in parsed.warnings:
        yield Finding("warning", f"{path.name}: {warning}")
    for reject in parsed.rejects[:10]:
        yield Finding("warning", f"{path}:{reject.line}: {reject.reason}", "correct the row; the others are used")
    if len(parsed.rejects) > 10:
        yield Finding("warning", f"{path.name}: and {len(parsed.rejects) - 10} more rows", "digest subscribers check")
    if not parsed.rows:
        yield Finding("error", f"{path.name}: there is nobody on this list", "add a row, or: digest subscribers add")


def _digest(config: Config, name: str) -> Iterator[Finding]:
    """Render a small made-up issue with the digest's own template and theme: mistakes show before Monday."""
    from digest.recurrence import parse_schedule
    from digest.render import Templates, Theme, render_issue
    from digest.render.preflight import preflight

    settings = config.digests[name]
    now = utc_now()
    rule = parse_schedule(settings.schedule, settings.timezone)
    coming = period_after(rule, now).end.astimezone(ZoneInfo(settings.timezone))
    yield Finding("info", f"{name}: {rule.describe()}; next {coming:%a} {coming.day} {coming:%b %Y %H:%M}")
    issue, theme = _specimen(config, name, rule), Theme.from_settings(settings.render)
    try:
        rendition = render_issue(
            issue,
            template=settings.render.template,
            theme=theme,
            locale=settings.locale,
            templates=Templates(settings.render.template_dirs),
        )
    except DigestError as error:
        yield Finding("error", f"{name}: {_first(error)}", error.try_)
        return
    for one in preflight(rendition, issue, theme=theme, accepted=config.accepted, reachable=reachable(config)):
        severity = "info" if one.severity == "hint" else one.severity
        yield Finding(severity, f"{name}: {one.what} ({one.id}, {one.place})", one.fix, one.id, one.why, one.place)


def _specimen(config: Config, name: str, rule: Rule) -> Issue:
    settings, site = config.digests[name], config.site
    now = utc_now().replace(microsecond=0)
    items = tuple(
        Item(
            article_id=number,
            title=f"Specimen article {number}",
            url=f"{site.url.rstrip('/')}/{number}",
            summary="One sentence of a specimen. And another one.",
            authors=("A. Writer",),
            published=now - timedelta(days=number),
            source_title=site.name,
        )
        for number in (1, 2, 3)
    )
    return Issue(
        digest=name,
        title=settings.title,
        number=1,
        period=period_at(rule, now),
        site=site.publisher,
        sending=Sending(
            sender=site.sender,
            date=now,
            list_id=f"{settings.list}.check",
            message_id_domain=site.sender.address.domain,
            unsubscribe_email=site.unsubscribe_email,
            public_url=site.public_url,
        ),
        subject="A specimen",
        preheader="What the check renders to find mistakes in templates",
        items=items,
        list_name=settings.list,
        timezone=settings.timezone,
        minutes=3,
    )


def _first(error: DigestError) -> str:
    text = f"{error.where}: {error.what}" if error.where else error.what
    return f"{text}: {error.why}" if error.why else text


__all__ = ["Finding", "check_all"]
