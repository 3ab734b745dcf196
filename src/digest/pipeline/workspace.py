"""What every step needs, opened once per command: configuration, database, clock, network.

Does not read the clock or the environment by itself: both are handed in by the command line or a test.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from digest.errors import UsageError
from digest.recurrence import Rule, parse_schedule, thinned

if TYPE_CHECKING:
    from digest.config import Config, DigestSettings
    from digest.http import PublicHttp
    from digest.store import Store

EVERY = "every"


def utc_now() -> datetime:
    """The wall clock: the only place outside tests that reads it for the pipeline."""
    return datetime.now(UTC)


@dataclass
class Workspace:
    """One command's world. `now` is called whenever a step needs the time; tests pass their own."""

    config: Config
    store: Store
    now: Callable[[], datetime] = utc_now
    _http: PublicHttp | None = field(default=None, repr=False)
    _rules: dict[str, Rule] = field(default_factory=dict, repr=False)

    @property
    def http(self) -> PublicHttp:
        if self._http is None:
            from digest.http import PublicHttp

            fetch = self.config.fetch
            self._http = PublicHttp(
                user_agent=fetch.user_agent,
                allow_hosts=fetch.allow_hosts,
                max_bytes=fetch.max_bytes,
                total_s=fetch.total_s,
                gap_s=fetch.gap_s,
            )
        return self._http

    def digest(self, name: str) -> DigestSettings:
        """The settings of one digest. Raises `UsageError` naming those there are, the nearest first."""
        try:
            return self.config.digests[name]
        except KeyError:
            from digest.config.suggest import did_you_mean

            known = ", ".join(self.config.digests) or "none"
            raise UsageError(
                f"there is no digest called {name!r}{did_you_mean(name, self.config.digests)}",
                where=str(self.config.path),
                try_=f"one of those in the file: {known}",
            ) from None

    def rule(self, name: str, frequency: str = EVERY) -> Rule:
        """When a digest is due; for readers who asked for fewer mails, the same schedule thinned."""
        if name not in self._rules:
            settings = self.digest(name)
            self._rules[name] = parse_schedule(settings.schedule, settings.timezone)
        return self._rules[name] if frequency == EVERY else thinned(self._rules[name], frequency)

    def sources_of(self, name: str) -> tuple[str, ...]:
        return self.digest(name).sources or tuple(self.config.sources)

    def undated_are_new(self) -> frozenset[str]:
        """Folder sources: an undated file was put there on purpose, an undated feed item may be ten years old."""
        return frozenset(name for name, source in self.config.sources.items() if source.path is not None)

    def with_workers(self, count: int | None) -> Workspace:
        """The same, with that many worker processes in place of what the configuration says."""
        if count is not None:
            delivery = replace(self.config.delivery, workers=count)
            self.config = replace(self.config, delivery=delivery)
        return self

    def close(self) -> None:
        self.store.close()


@contextmanager
def open_workspace(
    config_path: str, *, env: Mapping[str, str], now: Callable[[], datetime] = utc_now, secrets: bool = True
) -> Iterator[Workspace]:
    """Load the configuration, open its database, close it again. Raises `ConfigError` and `StoreError`."""
    from pathlib import Path

    from digest.config import load_config
    from digest.store import open_store

    config = load_config(Path(config_path), env=env, secrets=secrets, files=False)
    workspace = Workspace(config, open_store(config.storage_url), now)
    try:
        yield workspace
    finally:
        workspace.close()
