"""digest.toml -> `Config`, or every mistake in it at once.

    1. read the text as TOML                       syntax
    2. note on which line each setting stands      lines, places
    3. lay the overrides of the environment over   environment
    4. read each table by its schema               tables, schema, values
    5. read the secrets, relays and signing keys   relays, dkim, secret
    6. check what needs two settings               checks, freemail
    7. raise all problems, or build the settings   build

Reads the file, the secrets and the presence of the lists; writes nothing, opens no connection. A relative path in
the file is relative to the file's own folder, whatever the working directory: cron has another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import ConfigError, Problem

if TYPE_CHECKING:
    from digest.config.settings import Config


def load_config(path: Path, *, env: Mapping[str, str], secrets: bool = True, files: bool = True) -> Config:
    """Load `path` with the overrides in `env`. Raises `ConfigError` with every problem, in the order of the file.

    `secrets=False` is for commands that do not send: a password that cannot be read is then empty, and a starter's
    postal address that nobody has filled in is let pass. With `files=False` a list file that is not there is no
    reason by itself: a file share that is away for a minute must not stop an issue that was frozen yesterday.
    """
    # Lazy: pydantic costs 100 ms, which `digest --help` must not pay.
    from digest.config.build import Secretive, build_config, storage_url
    from digest.config.checks import check_tables, missing_lists
    from digest.config.dkim import read_dkim
    from digest.config.environment import apply_environment
    from digest.config.intake import read_intake
    from digest.config.lines import locate
    from digest.config.places import Places
    from digest.config.relays import Vault, read_headers, read_notify, read_relays
    from digest.config.syntax import read_toml
    from digest.config.tables import read_tables

    shown, path = str(path), Path(path).expanduser().absolute()
    text, data = read_toml(path, shown=shown)
    overridden = apply_environment(data, env, directory=path.parent)
    places = Places(shown, locate(text), overridden.variables)
    tables, problems = read_tables(overridden.data, places)
    vault = Vault(env, path.parent, places, needed=secrets)
    relays, relay_problems = read_relays(tables, vault)
    database, database_problems = storage_url(tables.storage, vault)
    headers = {name: read_headers(name, one, vault) for name, one in tables.source.items()}
    keys = {name: vault.read(one.key, ("source", name, "key")) or "" for name, one in tables.source.items()}
    model_key = vault.read(tables.model.key, ("model", "key"))
    dkim = read_dkim(tables, vault)
    intake, intake_problems = read_intake(tables, vault)
    secretive = Secretive(relays, read_notify(tables.notify, vault), headers, keys, database, model_key, dkim, intake)
    checks = check_tables(tables, places, directory=path.parent, relays=relays, sending=secrets)
    problems += [*overridden.problems, *relay_problems, *database_problems, *intake_problems, *vault.problems, *checks]
    absent = list(missing_lists(tables, places, path.parent))
    if problems or (files and absent):
        raise ConfigError(_in_order([*problems, *absent]))
    return build_config(tables, secretive, path=path)


def _in_order(problems: list[Problem]) -> list[Problem]:
    """By line; what stands on no line (a table that is missing, a variable) comes last."""
    return sorted(dict.fromkeys(problems), key=lambda one: (one.line is None, one.line or 0))
