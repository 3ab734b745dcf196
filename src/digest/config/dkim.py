"""`[dkim]` with its keys read: a key that is missing, open to others or no key at all is a problem on its line.

Loads `cryptography` only where there is a `[dkim]`. Without `Vault.needed` what cannot be read is forgiven and nothing
is signed: an editor's machine has no key.
"""

from __future__ import annotations

from digest.config.places import KeyPath, within
from digest.config.relays import Vault
from digest.config.schema import DkimTable
from digest.config.secret import SecretRef, resolve
from digest.config.tables import Tables
from digest.config.values import Refused
from digest.deliver.settings import DkimKeySettings, DkimSettings
from digest.errors import UsageError

_KEYGEN = "make one: digest dkim keygen"


def read_dkim(tables: Tables, vault: Vault) -> DkimSettings | None:
    """The keys to sign with (none, where they could not be read and need not be), or None; problems go to the vault."""
    table = tables.dkim
    if table.key is None:
        return None
    _check_second(tables, vault)
    own = tables.site.sender.address.domain if tables.site.sender else ""
    domain = table.domain or own
    if own and table.domain and not _may_belong(table.domain, own):
        vault.problems.append(
            vault.places.problem(
                ("dkim", "domain"),
                f"{table.domain} signs, but From is at {own}: receivers would not count the signature (DMARC, RFC 7489 "
                "section 3.1.1)",
                f'take it out, or write domain = "{own}"',
            )
        )
    keys = [_key(*one, vault) for one in _pairs(table)]
    read = tuple(key for key in keys if key is not None)
    return DkimSettings(domain, read) if domain else None


def _pairs(table: DkimTable) -> list[tuple[str, SecretRef, KeyPath]]:
    found = [
        (table.selector, table.key, ("dkim", "key")),
        (table.second_selector, table.second_key, ("dkim", "second_key")),
    ]
    return [(selector, key, path) for selector, key, path in found if key is not None]


def _check_second(tables: Tables, vault: Vault) -> None:
    table, given = tables.dkim, tables.mentioned
    second = [key for key in ("second_key", "second_selector") if ("dkim", key) in given]
    if len(second) == 1:
        other = "second_selector" if second == ["second_key"] else "second_key"
        try_ = 'write second_selector = "digest-ed"' if other == "second_selector" else _KEYGEN + " --kind ed25519"
        vault.problems.append(vault.places.problem(("dkim", second[0]), f"is given without {other}", try_))
    elif table.second_selector and table.second_selector == table.selector:
        vault.problems.append(
            vault.places.problem(
                ("dkim", "second_selector"),
                f'"{table.selector}" is the selector of the first key already, and a DNS record holds one key',
                f'write second_selector = "{table.selector}-ed"',
            )
        )


def _may_belong(domain: str, own: str) -> bool:
    """Whether the two can have one organisational domain: they share their last two labels. `doctor` knows better."""
    return domain.split(".")[-2:] == own.split(".")[-2:] and "." in domain


def _key(selector: str, where: SecretRef, path: KeyPath, vault: Vault) -> DkimKeySettings | None:
    from digest.deliver.dkim import read_private_key

    try:
        pem = resolve(where, env=vault.env, directory=vault.directory, lines=True)
        read_private_key(pem)
    except Refused as error:
        file = within(vault.directory, where.file)
        missing = bool(where.file) and not file.exists()
        make = f"{_KEYGEN} --selector {selector} --file {file}"
        _refuse(path, error.what, make if missing else error.try_, vault)
        return None
    except UsageError as error:
        place = within(vault.directory, where.file) if where.file else f"the environment variable {where.env}"
        what = f"{place}: {error.what}" + (f": {error.why}" if error.why else "")
        _refuse(path, what, error.try_, vault)
        return None
    return DkimKeySettings(selector, pem)


def _refuse(path: KeyPath, what: str, try_: str, vault: Vault) -> None:
    if vault.needed:
        vault.problems.append(vault.places.problem(path, what, try_))
