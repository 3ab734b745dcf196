"""Sources to articles: fetch, clean, store; then tell each digest what is new to it.

Does not decide what goes into an issue. Invariant: a source that fails costs itself alone and is named; it never
clears what was seen before and never reads as "nothing new" (rule 13).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from digest.errors import UsageError
from digest.model import from_plain, to_plain
from digest.pipeline.workspace import EVERY, Workspace
from digest.recurrence import period_after

if TYPE_CHECKING:
    from digest.gather import Gathered
    from digest.model import Period
    from digest.store.articles import Kept


@dataclass(frozen=True, slots=True)
class SourceResult:
    """What became of one source in one run. `status` is new, unchanged, not_due, paused or failed.

    `copies` of its entries were known by another source (or another name) and recognised by their text. `moved` of its
    entries came under new names, with most of the feed: the site has moved, and they are not news.
    """

    source: str
    title: str
    status: str
    found: int = 0
    new: int = 0
    updated: int = 0
    error: str = ""
    warnings: tuple[str, ...] = ()
    copies: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True)
class GatherReport:
    results: tuple[SourceResult, ...] = field(default=())

    @property
    def failed(self) -> tuple[SourceResult, ...]:
        return tuple(result for result in self.results if result.status == "failed")

    @property
    def moved(self) -> tuple[SourceResult, ...]:
        """Sources whose site has moved: nothing is mailed again, and the operator should look."""
        return tuple(result for result in self.results if result.moved)


def gather(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    force: bool = False,
    on_result: Callable[[SourceResult], None] | None = None,
) -> GatherReport:
    """Fetch the named sources (all by default) and store what they bring. Raises `UsageError` for an unknown name."""
    from digest.gather import FetchState, gather_all

    config, store, now = workspace.config, workspace.store, workspace.now()
    unknown = [name for name in names if name not in config.sources]
    if unknown:
        raise UsageError(
            f"there is no source called {unknown[0]!r}",
            where=str(config.path),
            try_=f"one of: {', '.join(config.sources)}",
        )
    sources = [config.sources[name] for name in (names or config.sources)]
    paused = store.sourcebook.paused()
    asked = [source for source in sources if source.name not in paused]
    states = {source.name: from_plain(FetchState, store.articles.fetch_state(source.name)) for source in asked}
    results: list[SourceResult] = []

    def tell(result: SourceResult) -> None:
        results.append(result)
        if on_result:
            on_result(result)

    for source in sources:
        if source.name in paused:  # neither asked nor failed: somebody said so
            tell(SourceResult(source.name, source.title or source.name, "paused"))
    gather_all(
        asked,
        states,
        http=workspace.http,
        now=now,
        force=force,
        threads=config.fetch.threads,
        # Stored as they come: what has arrived is kept whatever happens to the rest.
        on_result=lambda gathered: tell(_keep(workspace, gathered, now)),
    )
    order = {source.name: index for index, source in enumerate(sources)}
    return GatherReport(tuple(sorted(results, key=lambda result: order[result.source])))


def keep_up(workspace: Workspace) -> GatherReport:
    """Look at the sources between issues: a feed shows its newest ten, and a week may bring eleven.

    Each at most every `[fetch] every`, and not shortly before an issue will ask anyway: a server whose answers stay
    fresh for hours would keep that issue from seeing what is published in them.
    """
    from digest.gather import FetchState
    from digest.gather.state import wait_until

    store, now = workspace.store, workspace.now()
    every = timedelta(seconds=workspace.config.fetch.every_s)
    coming: dict[str, datetime] = {}
    for digest in workspace.config.digests:
        end = period_after(workspace.rule(digest), now).end
        for name in workspace.sources_of(digest):
            coming[name] = min(coming.get(name, end), end)
    paused, names = store.sourcebook.paused(), []
    for name, end in coming.items():
        state = from_plain(FetchState, store.articles.fetch_state(name))
        last, fresh_until = state.last_attempt_at, state.next_check_at
        fresh = fresh_until - last if last is not None and fresh_until is not None else timedelta(0)
        if name not in paused and end - now > max(every, fresh) and wait_until(state, now, poll=every) is None:
            names.append(name)
    return gather(workspace, names) if names else GatherReport()


def enroll(
    workspace: Workspace,
    digest: str,
    frequency: str = EVERY,
    *,
    period: Period | None = None,
) -> None:
    """Give every stored article its place for this digest: new, or known already (DESIGN 9, "Gathering").

    Of a source that the digest sees for the first time, what was published since the start of the first period it can
    be in is new: of the `period` being made, or of the one that follows the sighting. So neither a feed added after a
    year nor the very first run brings a year's articles.
    """
    rule = workspace.rule(digest, frequency)

    @cache  # a source was sighted once, its five hundred articles ask five hundred times
    def since(sighted: datetime) -> datetime:
        start = period_after(rule, sighted).start
        return start if period is None else min(start, period.start)

    workspace.store.articles.enroll(
        digest,
        frequency,
        workspace.sources_of(digest),
        threshold=since,
        undated_new=workspace.undated_are_new(),
        at=workspace.now(),
    )
    workspace.store.marks.settle(digest, frequency, at=workspace.now())  # the editor's pins and exclusions


def _keep(workspace: Workspace, gathered: Gathered, now: datetime) -> SourceResult:
    from digest.gather import aliases, content_hash
    from digest.gather.boilerplate import clean_batch
    from digest.gather.likeness import Likeness
    from digest.store import ArticleRecord
    from digest.store.articles import Kept

    articles = workspace.store.articles
    failed = gathered.status == "failed"
    checks = workspace.store.checks
    cleaned, lines = clean_batch(checks.lines(gathered.source.name), gathered.articles)
    records = [ArticleRecord(article, aliases(article), content_hash(article)) for article in cleaned]
    kept = articles.save(gathered.source.name, records, at=now, kin=Likeness()) if records else Kept()
    if cleaned:
        checks.save_lines(gathered.source.name, lines, at=now)
    articles.save_fetch(
        gathered.source.name,
        to_plain(gathered.state),
        at=now,
        ok=not failed,
        error=gathered.error,
        title=gathered.title,
    )
    return SourceResult(
        source=gathered.source.name,
        title=gathered.title or gathered.source.name,
        status=gathered.status,
        found=len(gathered.articles),
        new=len(kept.new),
        updated=len(kept.updated),
        error=gathered.error,
        warnings=(*gathered.warnings, *_storm_warning(kept)),
        copies=len(kept.copies),
        moved=kept.moved,
    )


def _storm_warning(kept: Kept) -> tuple[str, ...]:
    if not kept.moved:
        return ()
    rest = kept.unknown - kept.moved
    return (
        f"{kept.unknown} articles came under new identifiers and addresses, and {kept.moved} of them are known by "
        f"title or text: the site seems to have moved. None of these is mailed again; new are {rest}",
    )
