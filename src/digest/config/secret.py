"""Where a secret stands, and reading it from there.

digest.toml gets copied, committed and mailed around, so a secret never stands in it: only the name of a variable or
of a file does. A file must be readable by its owner alone (0600 or 0400). Files that a container or a service manager
mounts for this one process (`/run/secrets`, `/run/credentials`) are exempt: their mode is not the operator's to set
(Docker mounts 0444, systemd 0440).
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digest.config.places import within
from digest.config.values import Refused, described, text, unknown_key, web_url
from digest.model import has_control

_MOUNTED = (Path("/run/secrets"), Path("/run/credentials"), Path("/var/run/secrets"))
_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class SecretRef:
    """`{ env = "NAME" }` or `{ file = "path" }`: exactly one of them is not empty."""

    env: str = ""
    file: str = ""


def reference(value: Any) -> SecretRef:
    """Read `{ env = ... }` or `{ file = ... }`. A literal is refused, without repeating it."""
    if not isinstance(value, dict):
        raise Refused(
            "a secret must not stand in this file, where a copy or a backup shows it to others",
            'write { file = "smtp-password" } (a file only you can read, mode 0600) or { env = "NAME_OF_A_VARIABLE" }',
        )
    for key in value:
        if key not in ("env", "file"):
            refusal = unknown_key(key, ("env", "file"))
            raise Refused(refusal.what, refusal.try_, at=(key,))
    if len(value) != 1:
        raise Refused("needs either env or file, and only one of them", 'write { file = "smtp-password" }')
    ((kind, name),) = value.items()
    if not text(name):
        raise Refused(f"{kind} is empty", 'write { file = "smtp-password" } or { env = "NAME_OF_A_VARIABLE" }')
    return SecretRef(env=text(name)) if kind == "env" else SecretRef(file=text(name))


def text_or_reference(value: Any) -> str | SecretRef:
    """Text as it stands, or the place of a secret."""
    if isinstance(value, dict):
        return reference(value)
    if not isinstance(value, str):
        raise Refused(f"must be text, not {described(value)}", 'put quotes around it, or write { env = "NAME" }')
    return text(value)


def url_or_reference(value: Any) -> str | SecretRef:
    """A web address as it stands, or the place of a secret one (a webhook's address is its password)."""
    read = text_or_reference(value)
    return web_url(read) if isinstance(read, str) else read


def resolve(where: SecretRef, *, env: Mapping[str, str], directory: Path, lines: bool = False) -> str:
    """The secret itself, one line unless `lines`. Raises `Refused` when there is none, or when others can read it."""
    secret = _from_environment(where.env, env) if where.env else _from_file(within(directory, where.file))
    if not lines and has_control(secret):  # it will stand in a header or an SMTP line
        place = where.env or where.file
        raise Refused(f"{place} holds more than one line, or a control character", "keep the secret alone in it")
    return secret


def _from_environment(name: str, env: Mapping[str, str]) -> str:
    value = env.get(name)
    if not value:
        state = "not set" if value is None else "empty"
        raise Refused(
            f"the environment variable {name} is {state}",
            f"set it where digest runs: export {name}=... in a shell, a line in the crontab, Environment= in systemd",
        )
    return value


def _from_file(path: Path) -> str:
    try:
        mode = path.stat().st_mode
        content = path.read_bytes()[:_MAX_BYTES].decode("utf-8")
    except FileNotFoundError:
        raise Refused(f"there is no file {path}", f"put the secret into {path} and run: chmod 600 {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Refused(f"{path} cannot be read: {why}", f"check who owns it: ls -l {path}") from None
    if stat.S_IMODE(mode) & 0o077 and not any(path.is_relative_to(mounted) for mounted in _MOUNTED):
        raise Refused(f"other people on this machine can read {path}", f"run: chmod 600 {path}")
    secret = content.rstrip("\r\n")
    if not secret:
        raise Refused(f"the file {path} is empty", f"put the secret into {path}, alone on its first line")
    return secret
