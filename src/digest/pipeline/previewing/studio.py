"""What the studio keeps while nothing changes: configuration, database, drafts, renditions; each made again on change.

    digest.toml changed    -> configuration read again; drafts too, unless only the looks changed
    database changed       -> drafts made again (by `Store.pulse`: articles, decisions, editors' changes)
    a template changed     -> rendition compiled again, from the same draft

Must not write: drafts are made in a rehearsal. Invariant: whoever asks after a change sees the change; what could not
be made raises, and what was made before stays with the caller.

Why kept apart: drafting 500 articles takes half a second, compiling a template some ten milliseconds, and it is
templates that are edited while one looks at them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from digest.model import Issue, StoredArticle
from digest.pipeline.drafting import Drafted, draft
from digest.pipeline.editing import Target, editable
from digest.pipeline.gathering import enroll
from digest.pipeline.previewing.files import Files
from digest.pipeline.previewing.readers import Lists
from digest.pipeline.rechecking import draft_checked
from digest.pipeline.rehearsal import rehearse
from digest.pipeline.workspace import Workspace, utc_now

if TYPE_CHECKING:
    from digest.config import Config
    from digest.pipeline.trying import Trial
    from digest.render import Rendition, Templates, Theme

LOOK_S = 5.0  # whoever looks at a preview waits for it
MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Coming:
    """A digest's next issue as it would be drafted now. `looked`: its articles were asked for once more."""

    target: Target
    drafted: Drafted
    looked: bool

    @property
    def issue(self) -> Issue:
        return self.drafted.issue


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A fixture with its issue made: renditions are kept by issue."""

    name: str
    about: str
    locale: str
    issue: Issue


class Studio:
    """Opened on a configuration file; safe to share between threads. `close` it."""

    def __init__(
        self, config_path: str | Path, *, env: Mapping[str, str], now: Callable[[], datetime] = utc_now
    ) -> None:
        self.config_path, self.env, self.now = Path(config_path), env, now
        self.lists = Lists()
        self.files = Files()
        self._lock = threading.RLock()  # for a moment: the workspace
        self._making = threading.RLock()  # drafts and renditions, which take long; taken before `_lock`, never within
        self._workspace: Workspace | None = None
        self._config_stamp = ""
        self._drafts: dict[str, tuple[object, Coming]] = {}
        self._trials: dict[tuple[str, str, str], tuple[object, Trial]] = {}
        self._templates: dict[tuple[Path, ...], Templates] = {}
        self._renditions: dict[tuple[object, ...], tuple[Issue, Rendition]] = {}
        self._fixtures: dict[tuple[str, str], MadeUp] = {}
        self._looking: set[str] = set()
        self.looked = 0  # counts the looks that ended: part of the stamp

    # -- what is read --------------------------------------------------------------------------------------------

    def workspace(self) -> Workspace:
        """The configuration as it is now, over the database. Raises `ConfigError` and `StoreError`."""
        with self._lock:
            stamp = self.files.stamp([self.config_path])
            if self._workspace is None or stamp != self._config_stamp:
                self._workspace, self._config_stamp = self._opened(), stamp
            return self._workspace

    def _opened(self) -> Workspace:
        from digest.config import load_config
        from digest.store import open_store

        config = load_config(self.config_path, env=self.env, secrets=False, files=False)
        before = self._workspace
        if before is not None and before.config.storage_url == config.storage_url:
            return Workspace(config, before.store, self.now)
        if before is not None:
            before.close()
        return Workspace(config, open_store(config.storage_url), self.now)

    def sending(self) -> Workspace:
        """As `workspace`, with the passwords of the relays. Raises `ConfigError` when they cannot be read."""
        from digest.config import load_config

        workspace = self.workspace()
        config = load_config(self.config_path, env=self.env, files=False)
        return Workspace(config, workspace.store, self.now)

    def known(self) -> Workspace | None:
        """The workspace that was read last, whatever has become of its file."""
        return self._workspace

    def stamp(self) -> str:
        """Changes whenever something that is shown may have: cheap enough to be asked thirty times a second."""
        known = self._workspace
        if known is None:
            return self.files.stamp([self.config_path])
        looks = self.files.stamp([self.config_path, *self._look_paths(known.config)])
        return f"{looks}|{self.files.pulse(known.store)}|{self.looked}"

    @staticmethod
    def _look_paths(config: Config) -> list[Path]:
        from digest.render.templates import builtin_directory

        found = {path for one in config.digests.values() for path in one.render.template_dirs}
        return [*sorted(found), builtin_directory()]

    # -- drafts --------------------------------------------------------------------------------------------------

    def coming(self, digest: str) -> Coming:
        """The next issue of `digest`, drafted once per change; the last look at its articles follows by itself."""
        with self._making:
            workspace = self.workspace()
            key = self._draft_key(workspace)
            known = self._drafts.get(digest)
            if known is None or known[0] != key:
                known = self._drafts[digest] = (key, self._draft(workspace, digest, look=False))
                self._trials.clear()
                self._look_later(workspace, digest, key)
            return known[1]

    def _draft_key(self, workspace: Workspace) -> object:
        return (_for_drafting(workspace.config), self.files.pulse(workspace.store))

    def _draft(self, workspace: Workspace, digest: str, *, look: bool) -> Coming:
        with rehearse(workspace) as rehearsal:
            target = editable(rehearsal, digest)
            enroll(rehearsal, digest, target.frequency, period=target.period)
            make = partial(_drafted, rehearsal, target)
            check = partial(draft_checked, rehearsal, digest, frequency=target.frequency, deadline_s=LOOK_S)
            drafted = check(make) if look else make(None)
            if not drafted.issue.items:
                settings = workspace.digest(digest)
                latest = rehearsal.store.articles.recent(rehearsal.sources_of(digest), settings.curate.max_articles)
                sample = partial(make, sample=True)
                drafted = check(sample, sample=latest) if look else sample(latest)
        return Coming(target, drafted, look)

    def _look_later(self, workspace: Workspace, digest: str, key: object) -> None:
        if not workspace.config.fetch.recheck or digest in self._looking:
            return
        self._looking.add(digest)
        threading.Thread(target=self._look, args=(workspace, digest, key), daemon=True).start()

    def _look(self, workspace: Workspace, digest: str, key: object) -> None:
        """Ask for the chosen articles once more, while the picture made without that stands already."""
        try:
            checked = self._draft(workspace, digest, look=True)
        except Exception:  # what is wrong says the draft that is shown; a look that fails costs nothing
            return
        finally:
            self._looking.discard(digest)
        with self._making:
            if (known := self._drafts.get(digest)) is not None and known[0] == key:
                if checked.issue == known[1].issue:  # the same: what was rendered of it stays, and nobody is told
                    self._drafts[digest] = (key, replace(known[1], looked=True))
                    return
                self._drafts[digest] = (key, checked)
                self._trials.clear()
                self.looked += 1

    def trial(self, digest: str, to: str, reader: str) -> Trial:
        """The message that `digest test` would send now; kept, so that what was shown is what is sent."""
        from digest.pipeline.trying import prepare

        with self._making:
            workspace = self.workspace()
            key, name = (self._draft_key(workspace), self._look_stamp(workspace)), (digest, to, reader)
            known = self._trials.get(name)
            if known is None or known[0] != key:
                with rehearse(workspace) as rehearsal:
                    made = prepare(rehearsal, digest, to, as_subscriber=reader or None, gather_first=False)
                known = self._trials[name] = (key, made)
            return known[1]

    # -- renditions ----------------------------------------------------------------------------------------------

    def rendition(self, issue: Issue, *, template: str, locale: str) -> Rendition:
        """`issue` compiled with the templates and the theme as they are now."""
        from digest.render import render_issue

        with self._making:
            workspace = self.workspace()
            settings = workspace.digest(issue.digest).render if issue.digest in workspace.config.digests else None
            key = (id(issue), template, locale, repr(settings), self._look_stamp(workspace))
            if key not in self._renditions:
                if len(self._renditions) >= MOST_KEPT:
                    self._renditions.clear()
                made = render_issue(
                    issue, template=template, theme=self.theme(issue.digest), locale=locale,
                    templates=self.templates(issue.digest),
                )  # fmt: skip
                self._renditions[key] = (issue, made)  # the issue too: while it is kept, nobody else has its id
            return self._renditions[key][1]

    def fixture(self, digest: str, name: str) -> MadeUp:
        """The made-up issue of that name, as one of this digest's; made once."""
        from digest.render.fixtures import fixture

        with self._making:
            if (digest, name) not in self._fixtures:
                found = fixture(name)
                issue = replace(found.issue, digest=digest)
                self._fixtures[digest, name] = MadeUp(found.name, found.about, found.locale, issue)
            return self._fixtures[digest, name]

    def theme(self, digest: str) -> Theme:
        from digest.render import Theme

        return Theme.from_settings(self.workspace().digest(digest).render)

    def templates(self, digest: str) -> Templates:
        from digest.render import Templates

        dirs = self.workspace().digest(digest).render.template_dirs
        if dirs not in self._templates:
            self._templates[dirs] = Templates(dirs)
        return self._templates[dirs]

    def _look_stamp(self, workspace: Workspace) -> str:
        return self.files.stamp(self._look_paths(workspace.config))

    def close(self) -> None:
        with self._making, self._lock:
            if self._workspace is not None:
                self._workspace.close()
                self._workspace = None


def _drafted(
    workspace: Workspace, target: Target, stories: Sequence[StoredArticle] | None, *, sample: bool = False
) -> Drafted:
    row = target.row
    return draft(
        workspace,
        target.digest,
        target.period,
        number=(row.number if row else None) or workspace.store.issues.next_number(target.digest),
        scheduled_for=row.scheduled_for if row else target.period.end,
        frequency=target.frequency,
        candidates=stories,
        sample=sample,
    )


def _for_drafting(config: Config) -> object:
    """The configuration without what only changes how an issue looks."""
    from digest.render import RenderSettings

    plain = RenderSettings()
    digests = {name: replace(one, render=plain) for name, one in config.digests.items()}
    return replace(config, digests=digests, theme=plain)
