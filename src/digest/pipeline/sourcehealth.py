"""How the configured sources are doing, and why, for people. Reads only.

Does not ask the network. Invariant: every sentence is about something that is stored, none about what might be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from digest.model import from_plain
from digest.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from digest.gather import FetchState, SourceSettings
    from digest.store.sourcebook import Harvest, Paused, SourceRecord


@dataclass(frozen=True, slots=True)
class SourceView:
    """One source at a glance. `health`: new, ok, failing, degraded, gone or paused; `next_at` None: whenever asked."""

    name: str
    title: str
    kind: str
    address: str
    articles: int
    last_success_at: datetime | None
    next_at: datetime | None
    health: str
    failures: int
    last_error: str
    paused: Paused | None
    digests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Everything known of one source; the tuples of text are sentences for people."""

    view: SourceView
    kind: tuple[str, ...]
    asking: tuple[str, ...]
    validators: Mapping[str, str]
    robots: tuple[str, ...]
    pages: tuple[str, ...]
    harvest: Harvest
    lines: tuple[str, ...]


def overview(workspace: Workspace) -> list[SourceView]:
    """Every configured source, in the order of the file."""
    records = workspace.store.sourcebook.records()
    return [_view(workspace, source, records.get(name)) for name, source in workspace.config.sources.items()]


def explain(workspace: Workspace, name: str) -> Explained:
    """Everything known of one configured source."""
    source = workspace.config.sources[name]
    record = workspace.store.sourcebook.records().get(name)
    state = state_of(source, record)
    repeated = [line for line in workspace.store.checks.lines(name).values() if line.counted and line.text]
    repeated.sort(key=lambda line: (-len(line.articles), line.text))
    return Explained(
        view=_view(workspace, source, record),
        kind=tuple(_about_kind(source, state)),
        asking=tuple(_about_asking(workspace, state, record)),
        validators=_validators(state),
        robots=tuple(_about_robots(state)),
        pages=tuple(_about_pages(source, state)),
        harvest=workspace.store.sourcebook.harvest(name),
        lines=tuple(line.text for line in repeated),
    )


def state_of(source: SourceSettings, record: SourceRecord | None) -> FetchState:
    """What gathering remembers of the source at its present address."""
    from digest.gather import FetchState
    from digest.gather.state import state_for

    return state_for(from_plain(FetchState, dict(record.fetch_state) if record else {}), source.url or "")


def _view(workspace: Workspace, source: SourceSettings, record: SourceRecord | None) -> SourceView:
    from digest.gather.state import wait_until

    state = state_of(source, record)
    paused = record.paused if record else None
    return SourceView(
        name=source.name,
        title=source.title or (record.title if record else "") or source.name,
        kind=_kind(source, state),
        address=source.url or str(source.path),
        articles=record.articles if record else 0,
        last_success_at=record.last_success_at if record else None,
        next_at=None if paused else wait_until(state, workspace.now()),
        health=_health(state, record),
        failures=record.failures if record else 0,
        last_error=record.last_error if record else "",
        paused=paused,
        digests=tuple(name for name in workspace.config.digests if source.name in workspace.sources_of(name)),
    )


def _kind(source: SourceSettings, state: FetchState) -> str:
    return f"{state.found_kind} (found)" if source.kind == "auto" and state.found_kind else source.kind


def _health(state: FetchState, record: SourceRecord | None) -> str:
    if record is not None and record.paused:
        return "paused"
    if record is None or record.last_tried_at is None:
        return "new"
    if state.health != "ok":
        return state.health
    return "failing" if record.failures else "ok"


def _about_kind(source: SourceSettings, state: FetchState) -> list[str]:
    if source.kind == "files":
        return [f"a folder of files: {len(state.files)} were there at the last look"]
    if source.kind != "auto":
        return [f"{source.kind}, because digest.toml says so"]
    if not state.found_kind:
        return ["not found out yet: the first gathering does"]
    said = [f"{state.found_kind}, found at {source.url}"]
    if state.found_url and state.found_url != source.url:
        said.append(f"read from {state.found_url}")
    if state.tried:
        said.append(f"tried in vain: {', '.join(sorted(state.tried))}")
    return said


def _about_asking(workspace: Workspace, state: FetchState, record: SourceRecord | None) -> list[str]:
    """When it is asked next and why; what stands in the way."""
    from digest.gather.state import MOVED_VOTES

    now, said = workspace.now(), []
    if record is not None and record.paused:
        said.append(f"paused: not asked until digest sources resume {record.name}")
    if state.gone:
        said.append("switched off: its server answered 410, gone for good")
    if state.hold_until is not None and state.hold_until > now:
        said.append(f"its server asked for patience (Retry-After) until {_utc(state.hold_until)}")
    if state.next_check_at is not None and state.next_check_at > now:
        said.append(f"its last answer stays fresh (max-age, Expires or ttl) until {_utc(state.next_check_at)}")
    if state.missing_since is not None:
        said.append(f"missing (404) since {_utc(state.missing_since)}; after a week it is asked once a day")
    if state.pages_hold_until is not None and state.pages_hold_until > now:
        said.append(f"the host of its pages asked for patience until {_utc(state.pages_hold_until)}")
    if state.moved_to and state.moved_votes >= MOVED_VOTES:
        said.append(f"moved for good: read from {state.moved_to}; write that address into digest.toml")
    elif state.moved_to:
        said.append(
            f"redirected for good to {state.moved_to}, seen {state.moved_votes} of {MOVED_VOTES} times, a day apart"
        )
    if record is not None and record.failures:
        times = f"{record.failures} time{'' if record.failures == 1 else 's'}"
        said.append(f"failed {times} in a row: {record.last_error.partition(chr(10))[0]}")
    return said or ["nothing stands in the way: it is asked at every gathering"]


def _validators(state: FetchState) -> dict[str, str]:
    known = {
        "from": state.validated_url,
        "ETag": state.etag,
        "Last-Modified": state.last_modified,
        "body (SHA-256)": state.body_hash[:16],
    }
    return {name: value for name, value in known.items() if value}


def _about_robots(state: FetchState) -> list[str]:
    said = []
    for origin, mark in state.robots.items():
        rules = len(mark.robots.rules)
        pause = f", {mark.robots.crawl_delay_s:g} s between pages" if mark.robots.crawl_delay_s else ""
        closed = "" if mark.robots.allows(f"{origin}/a") else " (closed to us)"
        said.append(f"{origin}: {rules} rule{'' if rules == 1 else 's'}{closed}{pause}, asked again {_utc(mark.until)}")
    return said


def _about_pages(source: SourceSettings, state: FetchState) -> list[str]:
    """Whether and how far articles' own pages are read."""
    if source.kind == "files":
        return []
    wish = {None: "where the list has only an excerpt", True: "always", False: "never"}[source.enrich]
    read = sum(mark.read_at is not None for mark in state.pages.values())
    given_up = sum(mark.read_at is None and mark.tries > 0 for mark in state.pages.values())
    said = [f"pages of articles are read: {wish} (enrich)"]
    if state.pages:
        said.append(f"{read} read, {len(state.pending)} waiting, {given_up} without success")
    return said


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
