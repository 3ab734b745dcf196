"""What the rest of the program gets to see of digest.toml: frozen values, checked against one another.

Holds no pydantic, no TOML and no environment; nothing here can be wrong any more. What one stage alone needs lives in
that stage's own settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from digest.audience.settings import ListSettings
from digest.curate.llm.settings import ModelSettings
from digest.curate.settings import CurateSettings
from digest.deliver.intake.settings import IntakeSettings
from digest.deliver.settings import DeliverySettings, DkimSettings, NotifySettings, RelaySettings
from digest.gather.settings import FetchSettings, SourceSettings
from digest.model import Mailbox, Site
from digest.render.settings import RenderSettings


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """`[site]`: who publishes. `locale` is a language tag such as "en-IE"; `public_url` has no slash at its end.

    `unsubscribe_email` is never empty: where there is no `public_url`, unsubscribing is a mail to it. `contact` is what
    our requests name so that whoever runs a fetched site can complain.
    """

    name: str
    url: str
    timezone: str
    locale: str
    sender: Mailbox
    reply_to: Mailbox | None
    postal_address: str
    public_url: str | None
    unsubscribe_email: str
    contact: str

    @property
    def language(self) -> str:
        return self.locale

    @property
    def publisher(self) -> Site:
        """The part of it that an issue carries."""
        return Site(self.name, self.url, self.postal_address, self.locale)


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """One `[digest.NAME]`. `schedule` is a rule that `digest.recurrence` has accepted, read in `timezone`.

    `sources` are names, in the order of the file. `catch_up_s` None: 24 hours or a quarter of the interval, whichever
    is shorter. `finish_within_s` None: 24 hours for what is at least daily, else 48. `summary_by`: "extract" or
    "model"; the latter only where there is a `Config.model`. `review_s`: how long ahead it is drafted and shown to
    `approvers`, None for never; `if_unapproved`: "hold" or "send".
    """

    name: str
    title: str
    list: str
    sources: tuple[str, ...]
    schedule: str
    timezone: str
    locale: str
    relays: tuple[str, ...]
    catch_up_s: float | None
    finish_within_s: float | None
    curate: CurateSettings
    render: RenderSettings
    summary_by: str = "extract"
    review_s: float | None = None
    approvers: tuple[str, ...] = ()
    if_unapproved: str = "hold"

    @property
    def relay(self) -> str:
        """The first of them, for tests and whatever is sent one by one."""
        return self.relays[0]

    @property
    def subject(self) -> str:
        return self.curate.subject

    @property
    def preheader(self) -> str:
        return self.curate.preheader


@dataclass(frozen=True, slots=True)
class ServeSettings:
    """`[serve]`: `listen` is host:port; `trusted_proxies` are networks whose X-Forwarded-For is believed."""

    listen: str = "127.0.0.1:8080"
    trusted_proxies: tuple[str, ...] = ()

    @property
    def host(self) -> str:
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.listen.rpartition(":")[2])


@dataclass(frozen=True, slots=True)
class Config:
    """A whole digest.toml. `path` and `directory` are absolute; so are all paths inside.

    `theme` is the look of pages that belong to no digest; each digest carries its own in `render`. `bounce_address`
    is empty or holds `{token}`. `dkim` None: nothing is signed here; it lacks keys where they could not be read and
    the command does not send. `model` None: summaries are extracts. `accepted` are preflight's rules that do not count
    here, each with the operator's reason.
    """

    path: Path
    directory: Path
    site: SiteSettings
    storage_url: str
    sources: Mapping[str, SourceSettings]
    lists: Mapping[str, ListSettings]
    digests: Mapping[str, DigestSettings]
    relays: Mapping[str, RelaySettings]
    delivery: DeliverySettings
    notify: NotifySettings
    fetch: FetchSettings
    serve: ServeSettings
    theme: RenderSettings
    bounce_address: str = ""
    dkim: DkimSettings | None = None
    intake: IntakeSettings = field(default_factory=IntakeSettings)
    model: ModelSettings | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)
