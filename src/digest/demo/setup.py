"""Writes the digest.toml that joins the sample community, the example subscribers and the embedded inbox.

Does not start anything. The file it writes is a real configuration, read by the same code as any other.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from digest.errors import UsageError

__all__ = ["find_example_csv", "write_demo"]

_TEMPLATE = """\
# The sample community of `digest demo`: everything here is invented and stays on this machine.

[site]
name = "Riverside Makers"
url = {base_url}
timezone = "Europe/Dublin"
from = "Riverside Makers <digest@riverside-makers.example>"
postal_address = "1 Quay Street, Galway, Ireland"

[source.blog]
title = "Blog"
url = {blog}

[source.forum]
title = "Forum"
url = {forum}

[source.events]
title = "Events"
url = {events}

[source.stories]
title = "Stories"
path = {folder}

[fetch]
allow_hosts = ["127.0.0.1"]

[list.members]
title = "Riverside Makers weekly"
csv = {csv}

[digest.weekly]
list = "members"
schedule = "every monday at 09:00"
max_articles = 14

[theme]
accent = "#17606a"

[relay.main]
url = {relay}
"""


def write_demo(directory: Path, *, base_url: str, folder: Path, smtp_port: int, subscribers_csv: Path) -> Path:
    """Write `directory`/digest.toml (made when missing, replaced when there) and return its path."""
    directory.mkdir(parents=True, exist_ok=True)
    values = {
        "base_url": base_url,
        "blog": f"{base_url}/blog-feed.xml",
        "forum": f"{base_url}/forum.atom",
        "events": f"{base_url}/events/feed.json",
        "folder": str(folder.resolve()),
        "csv": str(subscribers_csv.resolve()),
        "relay": f"smtp://127.0.0.1:{smtp_port}",
    }
    path = directory / "digest.toml"
    path.write_text(_TEMPLATE.format(**{name: _quoted(value) for name, value in values.items()}), encoding="utf-8")
    return path


def find_example_csv() -> Path:
    """subscribers.example.csv, from the installed package or from the top of the checkout."""
    packaged = Path(str(resources.files("digest.demo").joinpath("subscribers.example.csv")))
    checkout = Path(__file__).resolve().parents[3] / "subscribers.example.csv"
    for path in (packaged, checkout):
        if path.is_file():
            return path
    raise UsageError(
        "the example subscribers are missing",
        where=str(packaged),
        why="neither the package nor a checkout has subscribers.example.csv",
        try_="reinstall digest, or name your own file with --subscribers",
    )


def _quoted(text: str) -> str:
    """A TOML basic string (TOML 1.0 section "String")."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in escaped) + '"'
