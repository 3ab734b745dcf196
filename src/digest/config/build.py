"""From tables without mistakes to the settings that the stages define: defaults filled in, paths made absolute.

Called only when nothing is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from digest import __version__
from digest.audience.settings import ListSettings
from digest.config import schema
from digest.config.checks import literal_secret
from digest.config.look import look_of
from digest.config.places import within
from digest.config.relays import Vault
from digest.config.settings import Config, DigestSettings, ServeSettings, SiteSettings
from digest.config.tables import Tables
from digest.curate.llm.settings import ModelSettings
from digest.curate.settings import CurateSettings
from digest.deliver.intake.settings import IntakeSettings
from digest.deliver.limits import Rate, parse_rate
from digest.deliver.providers import provider_of
from digest.deliver.settings import DeliverySettings, DkimSettings, NotifySettings, RelaySettings
from digest.errors import Problem
from digest.gather.settings import FetchSettings, SourceSettings
from digest.render.settings import RenderSettings

_DAY_S = 86400.0
_IN_COMMENT = " !#$%&'*+,-./:;=?@_~"
_STORAGE = ("storage", "url")
_ENRICH = {"auto": None, "always": True, "never": False}


@dataclass(frozen=True, slots=True)
class Secretive:
    """The settings that needed a secret to be read, and so were made before everything else was known to be right."""

    relays: Mapping[str, RelaySettings]
    notify: NotifySettings
    headers: Mapping[str, Mapping[str, str]]
    keys: Mapping[str, str]
    storage_url: str
    model_key: str | None = ""
    dkim: DkimSettings | None = None
    intake: IntakeSettings = field(default_factory=IntakeSettings)


def build_config(tables: Tables, secretive: Secretive, *, path: Path) -> Config:
    """The whole configuration. `path` is absolute."""
    directory = path.parent
    site = _site(tables.site)
    look = look_of(tables.theme, directory)
    theme = replace(look, logo_alt=look.logo_alt or site.name)
    return Config(
        path=path,
        directory=directory,
        site=site,
        storage_url=secretive.storage_url,
        sources={name: _source(name, one, secretive, site, directory) for name, one in tables.source.items()},
        lists={name: _list(name, one, directory) for name, one in tables.list.items()},
        digests={name: _digest(name, one, tables, theme, site, directory) for name, one in tables.digest.items()},
        relays=dict(secretive.relays),
        delivery=_delivery(tables.delivery, _limits(tables)),
        notify=secretive.notify,
        fetch=_fetch(tables.fetch, site),
        serve=ServeSettings(tables.serve.listen, tuple(tables.serve.trusted_proxies)),
        theme=theme,
        bounce_address=tables.bounces.address,
        dkim=secretive.dkim,
        intake=secretive.intake,
        model=_model(tables.model, secretive.model_key) if tables.model.url else None,
        accepted=dict(tables.preflight.accept),
    )


def _fetch(table: schema.FetchTable, site: SiteSettings) -> FetchSettings:
    settings = FetchSettings(_user_agent(site.contact), tuple(table.allow_hosts), recheck=table.recheck)
    return replace(settings, every_s=table.every) if table.every else settings


def storage_url(table: schema.StorageTable, vault: Vault) -> tuple[str, list[Problem]]:
    """The database's URL with an absolute path, and what is wrong with it."""

    def refused(what: str, try_: str) -> tuple[str, list[Problem]]:
        return "", [vault.places.problem(_STORAGE, what, try_)]

    if literal_secret(table.url):
        return refused(
            "has a password in it, and this file is no place for secrets",
            'write url = { env = "DATABASE_URL" }, or leave the password to ~/.pgpass',
        )
    url = vault.read(table.url, _STORAGE, always=True)
    if url is None:
        return "", []
    scheme, found, rest = url.partition("://")
    if found and scheme in ("postgresql", "postgresql+psycopg"):
        return url, []
    if found and scheme == "sqlite" and re.fullmatch(r"/[^?#]+", rest) and rest[1:] != ":memory:":
        return f"sqlite:///{within(vault.directory, rest[1:])}", []
    shown = f'"{url}"' if isinstance(table.url, str) else "what stands there"  # it may hold a password
    return refused(
        f"{shown} is not a database this program knows",
        'write "sqlite:///digest.db" (a file beside this one) or "postgresql://user@host/name"',
    )


def _site(table: schema.SiteTable) -> SiteSettings:
    assert table.sender is not None  # `tables` reports a missing one
    return SiteSettings(
        name=table.name,
        url=table.url,
        timezone=table.timezone,
        locale=table.locale,
        sender=table.sender,
        reply_to=table.reply_to,
        postal_address=table.postal_address,
        public_url=table.public_url or None,
        unsubscribe_email=table.unsubscribe_email or str(table.sender.address),
        contact=table.contact or table.url,
    )


def _user_agent(contact: str) -> str:
    """ASCII, and no bracket that would end the comment (RFC 9110 sections 5.5 and 10.1.5)."""
    return f"digest/{__version__} (+{quote(contact, safe=_IN_COMMENT)})"


def _source(
    name: str, table: schema.SourceTable, secretive: Secretive, site: SiteSettings, directory: Path
) -> SourceSettings:
    return SourceSettings(
        name=name,
        kind="files" if table.path else table.kind,
        url=table.url or None,
        path=within(directory, table.path) if table.path else None,
        title=table.title,
        timezone=table.timezone or site.timezone,
        language=table.language or None,
        url_template=table.url_template,
        headers=secretive.headers[name],
        key=secretive.keys[name],
        enrich=_ENRICH[table.enrich],
        match=table.match,
    )


def _list(name: str, table: schema.ListTable, directory: Path) -> ListSettings:
    change = table.max_change or schema.MaxChangeTable()
    return ListSettings(
        name=name,
        title=table.title,
        csv=within(directory, table.csv) if table.csv else None,
        topics=tuple(table.topics),
        max_shrink=change.shrink,
        max_grow=change.grow,
    )


def _digest(
    name: str,
    table: schema.DigestTable,
    tables: Tables,
    theme: RenderSettings,
    site: SiteSettings,
    directory: Path,
) -> DigestSettings:
    summary = table.summary or schema.SummaryTable()
    curate = CurateSettings(
        min_articles=table.min_articles,
        max_articles=table.max_articles,
        sentences=summary.sentences,
        max_chars=summary.max_chars,
        max_per_author=table.max_per_author,
        max_per_source=table.max_per_source,
        half_life_days=(table.half_life or 0.0) / _DAY_S,
        boosts=dict(table.boosts),
        sections=table.sections,
        section_order=tuple(table.section_order),
        subject=table.subject,
        preheader=table.preheader,
    )
    return DigestSettings(
        name=name,
        title=table.title or site.name,
        list=table.list,
        sources=tuple(dict.fromkeys(table.sources)) or tuple(tables.source),
        schedule=table.schedule,
        timezone=table.timezone or site.timezone,
        locale=table.locale or site.locale,
        relays=_relays(table, tables),
        catch_up_s=table.catch_up,
        finish_within_s=table.finish_within or tables.delivery.finish_within,
        curate=curate,
        render=replace(
            theme, template=table.template, template_dirs=(directory / "templates" / name, directory / "templates")
        ),
        summary_by="model" if tables.model.url and summary.by != "extract" else "extract",
        review_s=table.review,
        approvers=tuple(table.approvers) or ((tables.notify.email,) if tables.notify.email else ()),
        if_unapproved=table.if_unapproved,
    )


def _relays(table: schema.DigestTable, tables: Tables) -> tuple[str, ...]:
    if table.relay or table.relays:
        return (table.relay,) if table.relay else tuple(dict.fromkeys(table.relays))
    return ("main" if "main" in tables.relay else next(iter(tables.relay)),)


def _limits(tables: Tables) -> dict[str, tuple[Rate, ...]]:
    return {
        provider_of(domain): tuple(map(parse_rate, table.rate))
        for table in tables.limit.values()
        for domain in table.domains
    }


def _model(table: schema.ModelTable, key: str | None) -> ModelSettings:
    default = ModelSettings(table.url, table.name)
    return ModelSettings(
        url=table.url,
        name=table.name,
        key=key,
        call_s=table.timeout or default.call_s,
        issue_s=table.issue_time or default.issue_s,
        issue_tokens=table.issue_tokens,
        day_tokens=table.day_tokens,
        private=table.private,
    )


def _delivery(table: schema.DeliveryTable, limits: Mapping[str, tuple[Rate, ...]]) -> DeliverySettings:
    default = DeliverySettings()
    return DeliverySettings(
        on_uncertain=table.on_uncertain,
        finish_within_s=table.finish_within or default.finish_within_s,
        only_to=tuple(table.only_to),
        workers=table.workers,
        bulk_checks=table.bulk_checks,
        max_hard_bounces=table.max_hard_bounces,
        max_policy_refusals=table.max_policy_refusals,
        max_complaints=table.max_complaints,
        limits=limits,
    )
