"""The site's DKIM signature on whatever it sends: issues, tests and notices alike; and the making of its key.

Decides nothing: `[dkim]` does. Without it messages leave as they are, for a relay that signs. Invariant: a private key
is never written over, and never readable by others, not even for a moment.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from digest.errors import UsageError
from digest.model import Message
from digest.pipeline.workspace import Workspace


def signer(workspace: Workspace) -> Callable[[Message], Message] | None:
    """What `deliver.send` takes as `dkim`; None when nothing is signed here."""
    settings = workspace.config.dkim
    if settings is None or not settings.keys:
        return None
    from digest.deliver.dkim import Signer

    return Signer(settings)


def signed(workspace: Workspace, message: Message) -> Message:
    """One message as it leaves this machine."""
    sign = signer(workspace)
    return sign(message) if sign else message


@dataclass(frozen=True, slots=True)
class Published:
    """The public half of a key: the DNS name, the record's text, and both as a line of a zone file."""

    selector: str
    name: str
    text: str
    record: str


def make_key(path: Path, *, kind: str, selector: str, domain: str) -> Published:
    """Write a new private key to `path` (0600) and give what is to be published. Raises `UsageError` if it exists."""
    from digest.deliver.dkim import generate_key

    pem = generate_key(kind)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(
            f"{path} is there already and was not touched",
            why="whoever verifies mail on its way still needs it, and a lost key cannot be made again",
            try_="--selector NEWNAME for a second key, then publish it, then change digest.toml",
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", try_="--file FILE at another place") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return publication(selector, pem, domain=domain)


def publication(selector: str, pem: str, *, domain: str) -> Published:
    """What belongs into DNS for a private key."""
    from digest.deliver.dkim import read_private_key, record_text

    name, text = f"{selector}._domainkey.{domain}", read_private_key(pem).record
    return Published(selector, name, text, record_text(name, text))
