"""`[bounces]` and `[webhook.NAME]`: where reports come in, their secrets read.

As with relays: a command that does not send needs no password, so an unreadable one is forgiven where `needed` is
false.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from digest.config.places import within
from digest.config.relays import Vault
from digest.config.schema import WebhookTable
from digest.config.tables import Tables
from digest.config.values import is_loopback
from digest.deliver.intake.settings import HOOK_KINDS, HookSettings, ImapSettings, IntakeSettings
from digest.errors import Problem


def read_intake(tables: Tables, vault: Vault) -> tuple[IntakeSettings, list[Problem]]:
    """Everything that could be read, and what is wrong with the rest."""
    problems = list(_check_mailbox(tables, vault))
    hooks = []
    for name, table in tables.webhook.items():
        hook = _hook(name, table, vault)
        problems += _check_hook(hook, tables, vault)
        hooks.append(hook)
    imap = _imap(tables, vault) if tables.bounces.imap else None
    maildir = within(vault.directory, tables.bounces.maildir) if tables.bounces.maildir else None
    return IntakeSettings(imap, maildir, tuple(hooks)), problems


def _imap(tables: Tables, vault: Vault) -> ImapSettings:
    table, parts = tables.bounces, urlsplit(tables.bounces.imap)
    host, implicit = parts.hostname or "", parts.scheme == "imaps"
    return ImapSettings(
        host=host,
        port=parts.port or (993 if implicit else 143),
        username=unquote(parts.username or ""),
        password=vault.read(table.password, ("bounces", "password")) or "",
        folder=unquote(parts.path.strip("/")) or "INBOX",
        tls="implicit" if implicit else "none" if is_loopback(host) else "starttls",
        move_to=table.move_to,
    )


def _check_mailbox(tables: Tables, vault: Vault) -> Iterator[Problem]:
    table, mentioned = tables.bounces, tables.mentioned
    if table.imap and ("bounces", "password") not in mentioned:
        yield vault.places.problem(
            ("bounces", "imap"), "has no password beside it", 'write password = { file = "imap-password" } below it'
        )
    for key in ("password", "move_to"):
        if ("bounces", key) in mentioned and ("bounces", "imap") not in mentioned:
            yield vault.places.problem(
                ("bounces", key), "is for a mailbox, and there is none", 'add imap = "imaps://user@host/INBOX"'
            )


def _hook(name: str, table: WebhookTable, vault: Vault) -> HookSettings:
    kind = table.kind or (name if name in HOOK_KINDS else "generic")
    return HookSettings(name, kind, vault.read(table.key, ("webhook", name, "key")) or "", table.topic)


def _check_hook(hook: HookSettings, tables: Tables, vault: Vault) -> Iterator[Problem]:
    path = ("webhook", hook.name)
    if hook.kind == "ses":
        if not hook.topic and (*path, "topic") not in tables.mentioned:
            yield vault.places.problem(
                path, "does not say which topic of SNS it belongs to; anybody's would be believed",
                'write topic = "arn:aws:sns:REGION:ACCOUNT:NAME"',
            )  # fmt: skip
    elif (*path, "key") not in tables.mentioned:
        yield vault.places.problem(
            path, "has no key, and what cannot be checked is not believed", 'write key = { file = "webhook-key" }'
        )
