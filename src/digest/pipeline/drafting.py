"""Eligible articles to one `Issue` value: a pure reading of the database, repeated as often as anyone looks.

Does not write: nothing is consumed, planned or numbered here. The preview, the dry run and the real thing call the
same function, so what is shown is what is frozen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from digest.editorial import fold
from digest.model import Edits, Issue, Item, Period, Sending, Site
from digest.pipeline.phrasing import wording
from digest.pipeline.summarising import summarizer
from digest.pipeline.workspace import EVERY, Workspace

if TYPE_CHECKING:
    from digest.curate import CurateSettings, Draft
    from digest.model import StoredArticle

BASELINE = timedelta(days=90)  # how far back the articles go that an article's counters are compared with


@dataclass(frozen=True, slots=True)
class Drafted:
    """A drafted issue: the value to render, and what curating says of every candidate.

    `notes` are sentences of the last look before it freezes: what was left out, replaced, or could not be asked for.
    """

    issue: Issue
    draft: Draft
    candidates: tuple[int, ...]
    notes: tuple[str, ...] = ()


def draft(
    workspace: Workspace,
    digest: str,
    period: Period,
    *,
    number: int | None,
    scheduled_for: datetime,
    frequency: str = EVERY,
    candidates: Sequence[StoredArticle] | None = None,
    test: bool = False,
    sample: bool = False,
) -> Drafted:
    """Draft the issue of `period` from what is eligible now (or from `candidates`)."""
    from digest.curate import curate

    store, settings = workspace.store, workspace.digest(digest)
    edits = edits_of(workspace, digest, frequency, period)
    stories = list(store.articles.eligible(digest, frequency)) if candidates is None else list(candidates)
    chosen = curate(
        stories,
        settings=_with_half_life(settings.curate, period),
        now=workspace.now(),
        source_titles=source_titles(workspace),
        digest_title=settings.title,
        site_name=workspace.config.site.name,
        number=number,
        last_subject=store.issues.last_subject(digest, frequency) or "",
        baseline=store.articles.engagement_baseline(workspace.sources_of(digest), workspace.now() - BASELINE),
        edits=edits,
        summarizer=summarizer(workspace, digest),
        wording=wording(settings.locale or workspace.config.site.language, settings.timezone),
    )
    site = workspace.config.site
    issue = Issue(
        digest=digest,
        title=settings.title,
        number=number,
        period=_shown(period, scheduled_for, chosen.items),
        site=Site(site.name, site.url, site.postal_address, site.language),
        sending=_sending(workspace, digest, number, scheduled_for, test=test),
        subject=chosen.subject,
        preheader=chosen.preheader,
        items=chosen.items,
        list_name=settings.list,
        timezone=settings.timezone,
        minutes=chosen.minutes,
        passed_over=len(chosen.passed_over),
        sample=sample,
        in_this_issue=chosen.in_this_issue,
        intro=chosen.intro,
    )
    return Drafted(issue, chosen, tuple(story.id for story in stories))


def edits_of(workspace: Workspace, digest: str, frequency: str, period: Period) -> Edits:
    """What editors decided: about this very issue, and about articles by `digest articles pin`.

    A drop holds for every cadence of the digest: who reads it monthly is not sent what was kept from weekly readers.
    """
    row = workspace.store.issues.of_period(digest, frequency, period.label)
    edits = fold(workspace.store.issues.overrides(row.id)) if row is not None else Edits()
    pinned = dict.fromkeys((*edits.pinned, *workspace.store.marks.pinned(digest)))
    elsewhere = workspace.store.issues.dropped(digest) - set(edits.pinned)
    return replace(
        edits,
        pinned=tuple(one for one in pinned if one not in edits.dropped),
        dropped=edits.dropped | elsewhere,
    )


def _shown(period: Period, scheduled_for: datetime, items: Sequence[Item]) -> Period:
    """The period as readers see it: never into the future, and back to the oldest story (by one interval at most)."""
    end = min(period.end, scheduled_for)
    dates = [item.published for item in items if item.published is not None]
    start = min([period.start, *dates])
    return replace(period, start=max(start, period.start - (period.end - period.start)), end=end)


def _with_half_life(settings: CurateSettings, period: Period) -> CurateSettings:
    """An article's newness halves once a period, unless the operator says otherwise."""
    if settings.half_life_days:
        return settings
    return replace(settings, half_life_days=max((period.end - period.start).total_seconds() / 86_400, 0.25))


def source_titles(workspace: Workspace) -> dict[str, str]:
    """How readers see each source: the operator's title, else the feed's own, else its name."""
    found = workspace.store.articles.source_titles()
    return {
        name: source.title or _own_title(name, found) or name.replace("-", " ").replace("_", " ").capitalize()
        for name, source in workspace.config.sources.items()
    }


def _own_title(name: str, found: Mapping[str, str]) -> str:
    """A folder calls itself as the configuration does: that is no title."""
    title = found.get(name, "")
    return "" if title == name else title


def _sending(workspace: Workspace, digest: str, number: int | None, at: datetime, *, test: bool) -> Sending:
    site = workspace.config.site
    host = urlsplit(site.url).hostname or site.sender.address.domain
    list_name = workspace.digest(digest).list
    # Feedback-ID: at most four fields, none of them personal, the last one stable (5 to 15 characters).
    sender_id = hashlib.sha256(host.encode()).hexdigest()[:10]
    return Sending(
        sender=site.sender,
        reply_to=site.reply_to,
        date=at,
        list_id=f"{list_name}.{digest}.{host}".replace("_", "-").lower(),
        message_id_domain=site.sender.address.domain,
        public_url=site.public_url,
        unsubscribe_email=site.unsubscribe_email,
        bounce_address=workspace.config.bounce_address,
        feedback_id=f"{digest}-{number or 0}:{list_name}:digest:{sender_id}",
        test=test,
    )
