"""A logo file beside digest.toml, read to travel inside every message.

Reads one file; decides nothing about looks. Invariant: what is returned is a PNG or JPEG by its own first bytes, at
most 32 KB, with a Content-ID made from its content, so that the same file is the same part in every rendition.

Why an inline part (RFC 2387, RFC 2392) and not a `data:` address: Gmail shows none of the latter.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from pathlib import Path

from digest.errors import DigestError
from digest.render.inline import Inline

MAX_BYTES = 32 * 1024
_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def is_address(logo: str) -> bool:
    """Whether a logo is on the web; otherwise it is the path of a file."""
    return logo.lower().startswith(("https:", "http:"))


def embedded(logo: str, *, field: str) -> Inline:
    """The file at the path `logo`. Raises `DigestError` naming `field`."""

    def refused(why: str, try_: str) -> DigestError:
        return DigestError(f"{field} cannot be used", where=repr(logo), why=why, try_=try_)

    path = Path(logo)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise refused(error.strerror or str(error), "give an https:// address, or the path of a PNG or JPEG") from error
    if len(data) > MAX_BYTES:
        raise refused(
            f"it is over {MAX_BYTES // 1024} KB, and travels in every message",
            "make it smaller (twice its shown width is enough), or put it on the web and give its https:// address",
        )
    kind = next((kind for start, kind in _SIGNATURES.items() if data.startswith(start)), None)
    if kind is None:
        raise refused("it is neither a PNG nor a JPEG", "save it as PNG or JPEG; mail programs show little else")
    digest = hashlib.sha256(data).hexdigest()[:16]
    return Inline(f"logo-{digest}@digest.invalid", kind, b64encode(data).decode("ascii"))
