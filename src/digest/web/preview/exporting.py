"""The preview without a server: one page that stands alone, and the message as files."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path

from digest.web.mail import CLIPPED_AT_BYTES, show_scheme, size_words
from digest.web.writing import render_page, static_text

SCHEMES = ("light", "dark")


@dataclass(frozen=True, slots=True)
class PreviewError:
    """Why there is no picture. `line` is 1-based; `excerpt` shows the lines around it, ready to print."""

    message: str
    file: str = ""
    line: int | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """One digest's next issue for one sample recipient.

    `html` and `text` are the bodies, `source` the whole message as text, `size_bytes` the HTML's size in UTF-8.
    `banner` is "" or says that these are old articles. `notes` say what a real run would do, in whole sentences;
    `items` are (title, reasons) in order.
    """

    digest: str
    title: str
    subject: str
    preheader: str
    sender: str
    recipient: str
    html: str
    text: str
    source: str
    size_bytes: int
    banner: str = ""
    notes: tuple[str, ...] = ()
    items: tuple[tuple[str, tuple[str, ...]], ...] = ()
    warnings: tuple[str, ...] = ()
    error: PreviewError | None = None


def export_preview(preview: Preview, directory: Path) -> tuple[Path, ...]:
    """Write index.html (the preview page, without a server), message.html, message.txt and message.eml."""
    directory.mkdir(parents=True, exist_ok=True)
    page = render_page(
        "preview.html",
        **_page_values(preview, [preview.digest], view="phone", scheme="light"),
        css=static_text("look.css"),
        frames={scheme: show_scheme(preview.html, scheme) for scheme in SCHEMES},
    )
    files = {
        "index.html": page,
        "message.html": preview.html,
        "message.txt": preview.text,
        "message.eml": preview.source,
    }
    for name, content in files.items():
        # Bytes: text mode would change the line ends of the message on some systems.
        (directory / name).write_bytes(content.encode("utf-8", "surrogateescape"))
    return tuple(directory / name for name in files)


def _page_values(preview: Preview, names: list[str], *, view: str, scheme: str) -> dict[str, object]:
    return {
        "preview": preview,
        "sender": parseaddr(preview.sender)[0] or preview.sender,  # inbox lists show the name alone
        "digests": names,
        "view": view,
        "scheme": scheme,
        "size": size_words(preview.size_bytes),
        "size_kib": round(preview.size_bytes / 1024, 1),
        "clipped": preview.size_bytes > CLIPPED_AT_BYTES,
    }
