"""`digest sources`: the sources of digest.toml; looking is in `sources_look`, changing in `sources_edit`."""

from __future__ import annotations

import click

from digest.cli.app import LazyGroup

_LAZY = {
    "list": "digest.cli.sources_look:list_",
    "add": "digest.cli.sources_edit:add",
    "test": "digest.cli.sources_look:test",
    "explain": "digest.cli.sources_look:explain",
    "pause": "digest.cli.sources_edit:pause",
    "resume": "digest.cli.sources_edit:resume",
    "remove": "digest.cli.sources_edit:remove",
    "import-opml": "digest.cli.sources_edit:import_opml",
    "export-opml": "digest.cli.sources_look:export_opml",
}


@click.group(cls=LazyGroup, lazy=_LAZY, short_help="List, add, test, explain, pause sources; OPML in and out.")
def sources() -> None:
    """Where articles come from: [source.NAME] in digest.toml. What these commands write there keeps your remarks.

    \b
    digest sources add https://example.org    find its feed and write it down
    digest sources test example               what it says now; nothing is stored
    digest sources explain example            when it is asked next, and why
    """
