"""Looking after sources: trying one out, adding and removing them in digest.toml. How they are doing: `sourcehealth`.

    look, try_source      what an address offers; what a source says now                        (asks, writes nothing)
    rehearse_gathering    what a whole gathering would bring, and to which digest               (asks, writes nothing)
    add, remove           the tables of digest.toml
    plan_import, outline  lists of feeds, in and out

Does not gather (that is `gathering`) and prints nothing. Invariant: whatever is tried out here leaves no trace, and a
configuration that would not load is never put in place (`config.editing`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from digest.errors import UsageError
from digest.pipeline.gathering import GatherReport, SourceResult, enroll, gather
from digest.pipeline.outlines import OutlineLine, read_lines
from digest.pipeline.rehearsal import rehearse
from digest.pipeline.sourcehealth import state_of
from digest.pipeline.sourcenames import free_name, name_of_url, slug
from digest.pipeline.workspace import EVERY, Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from digest.gather import Discovery, Gathered, SourceSettings

# Names of parameters that give whoever has the address the rights of one person (private feeds, API keys).
_SECRET_PARAMETERS = re.compile(
    r"(?:access_?|api_?|auth_?|feed_?|private_?|user_?)?(?:token|key|secret|password|passwd|pwd|signature|sig)", re.I
)

_FEED_KINDS = ("feed", "wordpress", "ghost", "wix")


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a gathering would do: each source's result, for each digest the (source, title) that would be new, and how
    many stored articles of each source would stay as they are."""

    report: GatherReport
    new: Mapping[str, tuple[tuple[str, str], ...]]
    unchanged: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Addition:
    """One table to write: the source's name, its settings as they stand in the file, a remark above it."""

    name: str
    settings: Mapping[str, Any]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Added:
    """What was written; `joined` are digests whose list of sources got the names, `left_out` those that name others."""

    names: tuple[str, ...]
    joined: tuple[str, ...]
    all_sources: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """`text` is what was taken out of the file, ready to be put back; `digests` are those that had named the source."""

    text: str
    digests: tuple[str, ...] = field(default=())


# --- trying out ----------------------------------------------------------------------------------------------------


def look(workspace: Workspace, url: str) -> Discovery:
    """What an address offers. Raises `FetchError` and `ParseError`."""
    from digest.gather import discover

    return discover(url, workspace.http, workspace.now())


def try_source(workspace: Workspace, source: SourceSettings, *, force: bool = False) -> Gathered:
    """What a source says now: the whole list, unconditionally, as at a first sight. Writes nothing.

    Who asked for patience is not asked, unless `force`; what is known of the site (robots.txt, where its feed is) is
    used, so that a test costs no more requests than it must.
    """
    from digest.gather import FetchState, gather_source

    known = state_of(source, workspace.store.sourcebook.records().get(source.name))
    state = replace(
        FetchState(url=source.url or ""),
        hold_until=known.hold_until,
        pages_hold_until=known.pages_hold_until,
        robots=known.robots,
        tried=known.tried,
        found_kind=known.found_kind,
        found_url=known.found_url,
        moved_to=known.moved_to,
        moved_votes=known.moved_votes,
    )
    return gather_source(source, state, http=workspace.http, now=workspace.now(), force=force)


def rehearse_gathering(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    force: bool = False,
    on_result: Callable[[SourceResult], None] | None = None,
) -> Foreseen:
    """Gather into a copy that is thrown away, and say what the digests would find new in it."""
    from digest.pipeline.issuing import sight

    with rehearse(workspace) as rehearsal:
        articles = rehearsal.store.articles
        before: dict[str, set[int]] = {}
        for digest in rehearsal.config.digests:
            sight(rehearsal, digest)
            before[digest] = {one.id for one in articles.eligible(digest, EVERY)}
        report = gather(rehearsal, names, force=force, on_result=on_result)
        new: dict[str, tuple[tuple[str, str], ...]] = {}
        for digest in rehearsal.config.digests:
            enroll(rehearsal, digest)
            found = [one for one in articles.eligible(digest, EVERY) if one.id not in before[digest]]
            new[digest] = tuple((one.article.source, one.article.title) for one in found)
        stored = {name: record.articles for name, record in rehearsal.store.sourcebook.records().items()}
    touched = {result.source: result.new + result.updated for result in report.results}
    unchanged = {name: max(stored.get(name, 0) - count, 0) for name, count in touched.items()}
    return Foreseen(report, new, unchanged)


# --- the file ------------------------------------------------------------------------------------------------------


def known_addresses(workspace: Workspace) -> dict[str, str]:
    """Addresses in normal form (`url_key`), and folders, of the configured sources; what was found at one counts."""
    from digest.gather import url_key

    records = workspace.store.sourcebook.records()
    known: dict[str, str] = {}
    for name, source in workspace.config.sources.items():
        if source.url is None:
            known[str(source.path)] = name
            continue
        state = state_of(source, records.get(name))
        for url in (source.url, state.found_url, state.moved_to):
            if url:
                known.setdefault(url_key(url), name)
    return known


def refuse_duplicate(workspace: Workspace, address: str | Path) -> None:
    """Raises `UsageError` when a source has this address already."""
    from digest.gather import url_key

    key = url_key(address) if isinstance(address, str) else str(address)
    known = known_addresses(workspace)
    if key in known:
        raise UsageError(
            f"{address} is a source already: {known[key]}",
            where=str(workspace.config.path),
            try_=f"digest sources explain {known[key]}",
        )


def refuse_secret(url: str) -> None:
    """Raises `UsageError` for an address that holds a key: the file is no place for secrets."""
    parts = urlsplit(url)
    named = [name for name, value in parse_qsl(parts.query) if value and _SECRET_PARAMETERS.fullmatch(name)]
    if parts.username or parts.password:
        named.append("a user name or password")
    if named:
        raise UsageError(
            f"this address holds a secret ({named[0]}), and digest.toml is no place for one",
            why="whoever sees the file could read what was given to you alone",
            try_="leave it out and give it as a header: --header 'Authorization: env:NAME_OF_A_VARIABLE'; or write "
            "[source.NAME] with the bare address yourself, and the whole one into the environment variable "
            "DIGEST_SOURCE__NAME__URL",
        )


def choose_name(workspace: Workspace, *, url: str = "", title: str = "", path: Path | None = None) -> str:
    """A name that is free: of the site's title where it is short, else of the address or the folder."""
    short = slug(title)
    wanted = slug(path.name) if path is not None else short if 0 < len(short) <= 20 else name_of_url(url)
    return free_name(wanted, workspace.config.sources)


def add(
    workspace: Workspace, additions: Sequence[Addition], *, digests: Sequence[str] = (), env: Mapping[str, str]
) -> Added:
    """Write `[source.NAME]` tables, and their names where a digest lists its sources.

    Those of `digests`; without one, the only digest there is. Raises `ConfigError` when the result would not load, and
    `UsageError` for a name that is taken; the file is then as it was.
    """
    from digest.config.editing import Edit, add_table, append_to_list, edit_config

    taken = [one.name for one in additions if one.name in workspace.config.sources]
    if taken:
        raise UsageError(
            f"there is a source called {taken[0]!r} already", where=str(workspace.config.path), try_="--name ANOTHER"
        )
    naming = _naming(workspace)
    wanted = list(digests) or (list(workspace.config.digests) if len(workspace.config.digests) == 1 else [])
    joined = tuple(name for name in wanted if name in naming)
    edits: list[Edit] = [add_table("source", one.name, one.settings, remark=one.remark) for one in additions]
    edits += [append_to_list(("digest", name, "sources"), one.name) for name in joined for one in additions]
    if edits:
        edit_config(workspace.config.path, edits, env=env)
    return Added(
        tuple(one.name for one in additions),
        joined,
        tuple(name for name in workspace.config.digests if name not in naming),
        tuple(name for name in naming if name not in joined),
    )


def remove(workspace: Workspace, name: str, *, env: Mapping[str, str]) -> Removed:
    """Take `[source.name]` out of the file, and its name out of the digests' lists. Its articles stay.

    Raises `UsageError` where a digest would then read every source because its list became empty.
    """
    from digest.config.editing import edit_config, remove_from_list, remove_table, table_text

    path = workspace.config.path
    naming = {digest: names for digest, names in _naming(workspace).items() if name in names}
    for digest, names in naming.items():
        if not set(names) - {name}:
            raise UsageError(
                f"{name} is the only source of {digest}",
                where=str(path),
                why="without one, it would take every source there is",
                try_=f"give [digest.{digest}] another source first, or take its line sources out",
            )
    if len(workspace.config.sources) == 1:
        raise UsageError(
            f"{name} is the only source", where=str(path), try_=f"add another first, or digest sources pause {name}"
        )
    text = table_text(path.read_text(encoding="utf-8-sig"), "source", name)
    edits = [remove_from_list(("digest", digest, "sources"), name) for digest in naming]
    edit_config(path, [*edits, remove_table("source", name)], env=env)
    return Removed(text, tuple(naming))


def _naming(workspace: Workspace) -> dict[str, list[str]]:
    """The digests whose table in the file lists its sources."""
    data = tomllib.loads(workspace.config.path.read_text(encoding="utf-8-sig"))
    tables = data.get("digest", {})
    return {name: list(table["sources"]) for name, table in tables.items() if table.get("sources")}


def plan_import(workspace: Workspace, data: bytes) -> list[OutlineLine]:
    """What each line of an OPML file would add. Raises `ParseError` when it is none."""
    lines = read_lines(data, known_addresses(workspace), set(workspace.config.sources))
    return [_without_secret(line) for line in lines]


def _without_secret(line: OutlineLine) -> OutlineLine:
    if line.verdict != "add":
        return line
    try:
        refuse_secret(line.url)
    except UsageError as error:
        return replace(line, verdict="unusable", why=error.what)
    return line


def additions(lines: Sequence[OutlineLine]) -> list[Addition]:
    """The tables for the lines that add something: folders stand in the remark above, and in the name."""
    return [
        Addition(
            line.name,
            {"url": line.url, "kind": "feed", **({"title": line.title} if line.title else {})},
            remark=line.folder,
        )
        for line in lines
        if line.verdict == "add"
    ]


def outline(workspace: Workspace) -> tuple[bytes, tuple[str, ...]]:
    """The configured feeds as OPML 2.0, and the names of sources that no feed reader could read."""
    from digest.gather import OutlineSource, write_opml

    records = workspace.store.sourcebook.records()
    feeds, others = [], []
    for name, source in workspace.config.sources.items():
        state = state_of(source, records.get(name))
        kind = state.found_kind or "feed" if source.kind == "auto" else source.kind
        if source.url is None or kind not in _FEED_KINDS or source.is_private:
            others.append(name)
            continue
        record = records.get(name)
        title = source.title or (record.title if record else "") or name
        feeds.append(OutlineSource(title, state.found_url or source.url, language=source.language or ""))
    return write_opml(feeds, title=f"Sources of {workspace.config.site.name}"), tuple(others)
